package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

var _ Store = (*Disk)(nil)

func open(t *testing.T) *Disk {
	t.Helper()
	d, err := OpenDisk(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, d *Disk, key, content string) {
	t.Helper()
	if err := d.Put(t.Context(), key, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, d *Disk, key string) string {
	t.Helper()
	f, err := d.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileComesBackAsItWasPut(t *testing.T) {
	d := open(t)
	put(t, d, "original/ab/abcd.jpg", "one")
	put(t, d, "original/ab/abcd.jpg", "two")
	if got := content(t, d, "original/ab/abcd.jpg"); got != "two" {
		t.Errorf("got %q", got)
	}
	again, err := OpenDisk(d.folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, again, "original/ab/abcd.jpg"); got != "two" {
		t.Errorf("after opening again: %q", got)
	}
}

func TestWhatIsDeletedIsGone(t *testing.T) {
	d := open(t)
	put(t, d, "a/b", "x")
	for range 2 { // a second time is no error
		if err := d.Delete(t.Context(), "a/b"); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := d.Exists(t.Context(), "a/b"); ok || err != nil {
		t.Errorf("exists: %v, %v", ok, err)
	}
	if _, err := d.Open(t.Context(), "a/b"); !fault.Is(err, fault.NotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := d.Open(t.Context(), "a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a folder opens: %v", err)
	}
	if ok, _ := d.Exists(t.Context(), "a"); ok {
		t.Error("a folder counts as a file")
	}
}

func TestNoKeyLeavesTheFolder(t *testing.T) {
	d := open(t)
	for _, key := range []string{
		"", "/", "/etc/passwd", "..", "../x", "a/../b", "a//b", "a/", "./a", "a/.", ".new-1", "a/.hidden", "A", "a b", "a\x00b", `a\b`, "ä", "a.", "-a",
		strings.Repeat("a", 251), "c:x",
	} {
		err := d.Put(t.Context(), key, strings.NewReader("x"))
		_, err2 := d.Open(t.Context(), key)
		_, err3 := d.Exists(t.Context(), key)
		if err4 := d.Delete(t.Context(), key); !fault.Is(err, fault.Invalid) || !fault.Is(err2, fault.Invalid) || !fault.Is(err3, fault.Invalid) || !fault.Is(err4, fault.Invalid) {
			t.Errorf("%q is taken: %v, %v, %v, %v", key, err, err2, err3, err4)
		}
	}
	if list, _ := os.ReadDir(filepath.Dir(d.folder)); len(list) != 1 {
		t.Errorf("beside the folder there is %v", list)
	}
}

func keys(t *testing.T, d *Disk, prefix string) []string {
	t.Helper()
	var all []string
	for k, err := range d.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, k)
	}
	return all
}

func TestAListHoldsTheKeysAndNothingElse(t *testing.T) {
	d := open(t)
	for _, k := range []string{"b/2", "a/1", "b/10", "a/x/3"} {
		put(t, d, k, k)
	}
	if err := os.WriteFile(filepath.Join(d.folder, "lost+found.TXT"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, d, ""); !slices.Equal(got, []string{"a/1", "a/x/3", "b/10", "b/2"}) {
		t.Errorf("all: %v", got)
	}
	if got := keys(t, d, "b/"); !slices.Equal(got, []string{"b/10", "b/2"}) {
		t.Errorf("b: %v", got)
	}
	if got := keys(t, d, "none/"); got != nil {
		t.Errorf("none: %v", got)
	}
	for range d.List(t.Context(), "") {
		break // must not go on calling
	}
}

// failing gives some bytes and then an error.
type failing struct {
	left int
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, f.err
	}
	n := min(f.left, len(p))
	f.left -= n
	return n, nil
}

func TestAFailedPutChangesNothing(t *testing.T) {
	d := open(t)
	put(t, d, "a/1", "old")
	for _, cause := range []error{errors.New("the sender went away"), &os.PathError{Op: "write", Err: syscall.ENOSPC}} {
		err := d.Put(t.Context(), "a/1", &failing{100_000, cause})
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, cause) {
			t.Errorf("%v: %v", cause, err)
		}
		if errors.Is(cause, syscall.ENOSPC) && !strings.Contains(fault.Say(err), "disk is full") {
			t.Errorf("says %q", fault.Say(err))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Put(ctx, "a/1", strings.NewReader("new")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if got := content(t, d, "a/1"); got != "old" {
		t.Errorf("the old file is %q", got)
	}
	if list, _ := os.ReadDir(filepath.Join(d.folder, newFolder)); len(list) != 0 {
		t.Errorf("left over: %v", list)
	}
}

func TestWhatACrashLeftHalfWrittenIsClearedAway(t *testing.T) {
	d := open(t)
	put(t, d, "a/1", "x")
	half, busy := filepath.Join(d.folder, newFolder, "123"), filepath.Join(d.folder, newFolder, "456")
	for _, f := range []string{half, busy} {
		if err := os.WriteFile(f, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(half, old, old); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, d, ""); !slices.Equal(got, []string{"a/1"}) {
		t.Errorf("a half file is listed: %v", got)
	}
	if _, err := OpenDisk(d.folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if _, err := os.Stat(busy); err != nil {
		t.Errorf("a file that another process writes was taken away: %v", err)
	}
}

func TestReadersSeeTheOldOrTheNewFileNeverAMixture(t *testing.T) {
	d := open(t)
	version := func(i int) []byte { return bytes.Repeat([]byte(fmt.Sprint(i%10)), 200_000) }
	put(t, d, "a/1", string(version(0)))
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 20 {
			if err := d.Put(t.Context(), "a/1", bytes.NewReader(version(i))); err != nil {
				t.Error(err)
			}
		}
	})
	for range 50 {
		got := content(t, d, "a/1")
		if got != strings.Repeat(got[:1], 200_000) {
			t.Fatal("a mixture")
		}
	}
	wg.Wait()
}

func TestAFolderThatCannotBeWrittenSaysSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenDisk(filepath.Join(file, "blobs"))
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Say(err), file) {
		t.Errorf("%v", err)
	}
}
