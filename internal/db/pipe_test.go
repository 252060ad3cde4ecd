package db

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/fault"
)

func tables(t *testing.T) *DB {
	d := post(t)
	if _, err := d.Raw().Exec("CREATE TABLE note (text TEXT NOT NULL UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	return d
}

const addNote = "INSERT INTO note (text) VALUES ($1)"

func all(t *testing.T, d *DB) string {
	t.Helper()
	list, err := Rows(t.Context(), d.Query(), Value[string], "SELECT text FROM note ORDER BY text")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(list)
}

func TestWhatIsSentLaterIsSeenByTheNextQuestionAndKept(t *testing.T) {
	for engine, d := range map[string]*DB{"postgres": tables(t), "sqlite": notes(t)} {
		ctx := t.Context()
		err := d.Write(ctx, func(tx *Tx) error {
			for _, text := range []string{"a", "b"} {
				if err := tx.Later(ctx, addNote, text); err != nil {
					return err
				}
			}
			q := tx.Ask()
			var n, none []string
			Add(q, Value[string], func(got []string) { n = got }, "SELECT text FROM note ORDER BY text")
			Add(q, Value[string], func(got []string) { none = got }, "SELECT text FROM note WHERE text = $1", "z")
			if err := q.Run(ctx); err != nil {
				return err
			}
			if fmt.Sprint(n) != "[a b]" || len(none) != 0 {
				t.Errorf("%s: the transaction sees %v and %v", engine, n, none)
			}
			return tx.Later(ctx, addNote, "c")
		})
		if err != nil || all(t, d) != "[a b c]" {
			t.Errorf("%s: %v are kept, %v", engine, all(t, d), err)
		}
	}
}

func TestAStatementThatFailsLaterTakesAllBackAndIsTold(t *testing.T) {
	d := tables(t)
	ctx := t.Context()
	twice := func(tx *Tx) error {
		for _, text := range []string{"a", "b", "b", "c"} {
			if err := tx.Later(ctx, addNote, text); err != nil {
				return err
			}
		}
		return nil
	}
	if err := d.Write(ctx, twice); !fault.Is(err, fault.Conflict) {
		t.Errorf("at the commit: %s, %v", fault.KindOf(err), err)
	}
	for name, next := range map[string]func(tx *Tx) error{
		"Rows": func(tx *Tx) error { _, err := Rows(ctx, tx, Value[string], "SELECT text FROM note"); return err },
		"One":  func(tx *Tx) error { _, err := One(ctx, tx, Value[string], "SELECT text FROM note"); return err },
		"Exec": func(tx *Tx) error { _, err := Exec(ctx, tx, addNote, "d"); return err },
		"Run":  func(tx *Tx) error { return tx.Ask().Run(ctx) },
		"QueryRow": func(tx *Tx) error {
			var text string
			return tx.QueryRowContext(ctx, "SELECT text FROM note").Scan(&text)
		},
	} {
		err := d.Write(ctx, func(tx *Tx) error {
			if err := twice(tx); err != nil {
				return err
			}
			if err := next(tx); err == nil {
				t.Errorf("%s after it had failed: nothing was told", name)
			} else if name != "Exec" {
				return err
			}
			Exec(ctx, tx, addNote, "stray") // who takes no notice commits nothing by it
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %s, %v", name, fault.KindOf(err), err)
		}
	}
	if got := all(t, d); got != "[]" {
		t.Errorf("%v are kept", got)
	}
	if err := d.Write(ctx, func(tx *Tx) error { return tx.Later(ctx, addNote, "fine") }); err != nil || all(t, d) != "[fine]" {
		t.Errorf("afterwards %v are kept, %v", all(t, d), err)
	}
}

func TestAnErrorOfTheCallerTakesBackWhatWasSentAndWhatWaits(t *testing.T) {
	d := tables(t)
	ctx := t.Context()
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := Exec(ctx, tx, addNote, "sent"); err != nil {
			return err
		}
		tx.Later(ctx, addNote, "waits")
		return fault.New(fault.Gone, "too late")
	})
	if !fault.Is(err, fault.Gone) || all(t, d) != "[]" {
		t.Errorf("%v are kept, %v", all(t, d), err)
	}
	if n := d.Raw().Stats().InUse; n != 0 {
		t.Errorf("%d connections were not given back", n)
	}
}

// The books rely on it: what is asked behind a lock, in the same message, sees
// what the one who held the lock has committed.
func TestAQuestionBehindALockSeesWhatWasCommittedBeforeIt(t *testing.T) {
	d := tables(t)
	ctx := t.Context()
	if _, err := d.Raw().Exec("CREATE TABLE counter (n BIGINT NOT NULL); INSERT INTO counter VALUES (0)"); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if err := d.Write(ctx, oneMore); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n, err := One(ctx, d.Query(), Value[int64], "SELECT COUNT(*) FROM note"); err != nil || n != 160 {
		t.Errorf("%d notes of 160, %v", n, err)
	}
}

func oneMore(tx *Tx) error {
	ctx := context.Background()
	var n []int64
	if err := tx.Later(ctx, "SELECT n FROM counter FOR UPDATE"); err != nil {
		return err
	}
	q := tx.Ask()
	Add(q, Value[int64], func(got []int64) { n = got }, "SELECT COUNT(*) FROM note")
	if err := q.Run(ctx); err != nil {
		return err
	}
	return tx.Later(ctx, addNote, fmt.Sprint(n[0])) // fails where two counted the same
}

// A failure that nobody took notice of makes the server answer COMMIT with
// ROLLBACK, which is no error of its own.
func TestAFailureThatNobodyNoticedIsToldAtTheCommit(t *testing.T) {
	d := tables(t)
	d.Tune(1, 0) // so that nothing is sent between the failure and COMMIT
	ctx := t.Context()
	// Only a connection that knows the statement COMMIT already sends it then.
	if err := d.Write(ctx, func(tx *Tx) error { return tx.Later(ctx, "DELETE FROM note") }); err != nil {
		t.Fatal(err)
	}
	err := d.Write(ctx, func(tx *Tx) error {
		if _, err := Exec(ctx, tx, addNote, "lost"); err != nil {
			return err
		}
		if rows, err := tx.QueryContext(ctx, "SELECT 1 / 0"); err == nil {
			for rows.Next() {
			}
			rows.Close()
		}
		return nil
	})
	if err == nil || all(t, d) != "[]" {
		t.Errorf("%v are kept, and the writer was told %v", all(t, d), err)
	}
}
