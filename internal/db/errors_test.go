package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/testkit/pg"
)

func post(t *testing.T) *DB {
	t.Helper()
	d, err := Open(t.Context(), pg.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestALostConnectionIsUnavailableAndNoDefect(t *testing.T) {
	d := post(t)
	kill := func() error {
		_, err := Exec(t.Context(), d.Query(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		return err
	}
	for name, write := range map[string]func(tx *Tx) error{
		"in the next statement": func(tx *Tx) error { _, err := Exec(t.Context(), tx, "SELECT 1"); return err },
		"at the commit":         func(*Tx) error { return nil },
	} {
		err := d.Write(t.Context(), func(tx *Tx) error {
			if _, err := Exec(t.Context(), tx, "SELECT 1"); err != nil {
				return err
			}
			if err := kill(); err != nil {
				return err
			}
			return write(tx)
		})
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("lost %s: %s: %v", name, fault.KindOf(err), err)
		}
	}
}

func TestABrokenWireIsUnavailableAndNoDefect(t *testing.T) {
	for _, err := range []error{driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: syscall.ECONNRESET}} {
		if got := translate(fmt.Errorf("sent: %w", err)); !fault.Is(got, fault.Unavailable) {
			t.Errorf("%v is %s", err, fault.KindOf(got))
		}
	}
}

func TestWhoLeavesDuringAWriteFindsNoDefect(t *testing.T) {
	d := post(t)
	leaves, cancel := context.WithCancel(t.Context())
	err := d.Write(leaves, func(tx *Tx) error {
		cancel()
		for { // until the transaction has been taken back behind our back
			if _, err := Exec(context.Background(), tx, "SELECT 1"); err != nil {
				return err
			}
		}
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%s: %v", fault.KindOf(err), err)
	}
}

func TestTextThatPostgresCannotKeepIsInvalidAndNoDefect(t *testing.T) {
	d := post(t)
	for _, text := range []string{"a\x00b", "a\xffb"} {
		_, err := One(t.Context(), d.Query(), Value[string], "SELECT $1::text", text)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %s: %v", text, fault.KindOf(err), err)
		}
	}
}

func TestNobodyElseMayReadTheDatabaseFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), filepath.Join(dir, "notes.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Raw().Exec("CREATE TABLE note (text TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
	}
}
