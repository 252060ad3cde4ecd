package importer

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// finder looks for uploads in folders on this machine. It never leaves them,
// whatever an export says.
type finder struct{ roots []*os.Root }

func openFinder(folders []string) (*finder, error) {
	f := &finder{}
	for _, dir := range folders {
		root, err := os.OpenRoot(dir)
		if err != nil {
			f.close()
			return nil, fault.Wrap(fault.NotFound, err, "the folder %s can't be read; give the site's wp-content/uploads with --media", dir)
		}
		f.roots = append(f.roots, root)
	}
	return f, nil
}

func (f *finder) close() {
	for _, r := range f.roots {
		r.Close()
	}
}

// found is a file of the site.
type found struct {
	root *os.Root
	name string
	size int64
}

// find looks for the file that an address names: at the address's own path, and
// where the folder is that of the uploads, or one above it. The full picture
// goes before the size that WordPress made of it.
func (f *finder) find(address, attached string) (found, bool) {
	for _, name := range places(address, attached) {
		for _, root := range f.roots {
			info, err := root.Stat(name)
			if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
				return found{root, name, info.Size()}, true
			}
		}
	}
	return found{}, false
}

var sizeEnd = regexp.MustCompile(`-[0-9]{1,5}x[0-9]{1,5}(\.[A-Za-z]{3,4})$`)

// fullSize is the path of the picture that a smaller one was made of.
func fullSize(p string) string { return sizeEnd.ReplaceAllString(p, "$1") }

// places lists where a file may lie, the likeliest first.
func places(address, attached string) []string {
	var out []string
	add := func(names ...string) {
		for _, n := range names {
			n = strings.TrimPrefix(path.Clean("/"+n), "/")
			if n != "" && fs.ValidPath(n) {
				out = append(out, n)
			}
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{}
	}
	for _, p := range []string{fullSize(u.Path), u.Path, attached} {
		if p == "" {
			continue
		}
		if _, rest, ok := strings.Cut(p, "/wp-content/uploads/"); ok {
			add(p, "wp-content/uploads/"+rest, "uploads/"+rest, rest)
		} else {
			add(p, "wp-content/uploads/"+p, "uploads/"+p)
		}
	}
	for _, p := range []string{fullSize(u.Path), u.Path} {
		if p != "" && !strings.HasSuffix(p, "/") {
			add(path.Base(p))
		}
	}
	return out
}

// read returns the file, up to limit bytes; more is fault.TooLarge.
func (f found) read(limit int64) ([]byte, error) {
	file, err := f.root.Open(f.name)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the file %s can't be read; check its permissions", f.name)
	}
	defer file.Close()
	return readUpTo(file, limit)
}

func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fault.New(fault.TooLarge, "the file is over %d MB", limit>>20)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Unavailable, err, "the file can't be read to its end")
	}
	return data, err
}
