package app

import (
	"os"
	"path/filepath"
	"syscall"

	"masthead.dev/masthead/internal/fault"
)

// lock makes sure that one server at a time works on a data folder: two would
// both believe that they own the sandbox's journal and the media.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder %s can't be made; check the path and its permissions", dir)
	}
	f, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder %s can't be written; check its permissions", dir)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fault.Wrap(fault.Conflict, err, "another Masthead is serving from %s; stop it first, or name another folder with --data", dir)
	}
	return func() { f.Close() }, nil
}
