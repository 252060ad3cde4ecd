package blob

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Files are written in a folder of their own, whose name no key has, and moved
// to their place when they are whole. What is older than a day there was left by
// a crash; younger files may be another process's, for commands run beside a
// server.
const (
	newFolder = ".new"
	stale     = 24 * time.Hour
)

// Disk keeps files in a folder: a key is a path in it. Several processes may use
// one folder.
type Disk struct {
	folder string
}

// OpenDisk opens or makes the folder, and clears away what a crash left half
// written.
func OpenDisk(folder string) (*Disk, error) {
	d := &Disk{folder: folder}
	if err := os.MkdirAll(d.path(newFolder), 0o750); err != nil {
		return nil, d.translate(err, "make the folder of the pictures")
	}
	return d, d.translate(d.clean(time.Now().Add(-stale)), "clean up the folder of the pictures")
}

func (d *Disk) clean(before time.Time) error {
	entries, err := os.ReadDir(d.path(newFolder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(filepath.Join(d.path(newFolder), e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (d *Disk) path(key string) string { return filepath.Join(d.folder, filepath.FromSlash(key)) }

// Put implements Store: a new file, synced, then renamed.
func (d *Disk) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkKey(key); err != nil {
		return err
	}
	path := d.path(key)
	if err := d.makeFolder(filepath.Dir(path)); err != nil {
		return d.translate(err, "make a folder for "+key)
	}
	f, err := os.CreateTemp(d.path(newFolder), "")
	if err != nil {
		return d.translate(err, "write "+key)
	}
	defer os.Remove(f.Name()) // nothing there any more after the rename
	_, err = io.Copy(f, withContext{ctx, r})
	err = cmp.Or(err, f.Sync())
	err = cmp.Or(err, f.Close())
	err = cmp.Or(err, ctx.Err())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	return d.translate(err, "write "+key)
}

// makeFolder makes a folder, and makes sure that it survives a loss of power.
func (d *Disk) makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return err
	}
	for p := filepath.Dir(path); len(p) >= len(d.folder); p = filepath.Dir(p) {
		if err := syncFolder(p); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// withContext stops a copy when its caller has gone.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (w withContext) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

// Open implements Store.
func (d *Disk) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	f, err := os.Open(d.path(key))
	if err != nil {
		return nil, d.translate(err, "read "+key)
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		f.Close()
		return nil, d.translate(cmp.Or(err, fs.ErrNotExist), "read "+key)
	}
	return f, nil
}

// Exists implements Store.
func (d *Disk) Exists(_ context.Context, key string) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	info, err := os.Stat(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && !info.IsDir(), d.translate(err, "look for "+key)
}

// Delete implements Store. Folders that are empty then stay.
func (d *Disk) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := os.Remove(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return d.translate(err, "delete "+key)
}

// List implements Store.
func (d *Disk) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		dir := strings.TrimSuffix(prefix, "/")
		if dir != "" {
			if err := checkKey(dir); err != nil {
				yield("", err)
				return
			}
		}
		err := d.walk(ctx, dir, yield)
		if err != nil && err != fs.SkipAll {
			yield("", d.translate(err, "list the files"))
		}
	}
}

func (d *Disk) walk(ctx context.Context, dir string, yield func(string, error) bool) error {
	entries, err := os.ReadDir(d.path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since its parent was read, or never there
	}
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		key := strings.TrimPrefix(dir+"/"+e.Name(), "/")
		switch {
		case checkKey(key) != nil: // not ours
		case e.IsDir():
			if err := d.walk(ctx, key, yield); err != nil {
				return err
			}
		case !yield(key, nil):
			return fs.SkipAll
		}
	}
	return nil
}

// translate gives an error of the file system its kind and a sentence.
func (d *Disk) translate(err error, doing string) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.NotFound, err, "there is no such file")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(fault.Unavailable, err, "the disk is full: make room on the disk that holds %s and try again", d.folder)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Wrap(fault.Unavailable, err, "Masthead may not %s: let its user write in %s", doing, d.folder)
	}
	return fault.Wrap(fault.Unavailable, err, "the disk that holds %s gave an error: look at the log", d.folder)
}
