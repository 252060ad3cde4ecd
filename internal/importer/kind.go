package importer

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Wordpress is the kind of WordPress exports (WXR).
const Wordpress = "wordpress"

// export is a file to import.
type export struct {
	path string
	at   time.Time // when it was written, by its own word; zero where it says nothing
	size int64
}

// KindOf tells of what kind the export is that a path names, or in one sentence
// why it can't be brought in. It reads no more than the beginning.
func KindOf(o Options) (string, error) {
	_, err := find(o)
	if err != nil {
		return "", err
	}
	return Wordpress, nil
}

// find lists the exports that a path names: itself, or those in a folder.
func find(o Options) ([]export, error) {
	if o.Kind != "" && o.Kind != Wordpress {
		return nil, fault.New(fault.Invalid, "%q is not a kind that can be brought in yet; wordpress is", o.Kind)
	}
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "there is no file %s; give the export (.xml) or its folder", o.Path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s can't be read; check its permissions", o.Path)
	}
	if info.IsDir() {
		return findIn(o.Path)
	}
	e, is, err := look(o.Path)
	if err != nil {
		return nil, err
	}
	if !is && o.Kind == "" {
		return nil, fault.New(fault.Invalid, "%s is of no kind that can be brought in; understood are WordPress exports (the .xml file of Tools → Export)", o.Path)
	}
	return []export{e}, nil
}

func findIn(dir string) ([]export, error) {
	names, err := filepath.Glob(filepath.Join(quoteGlob(dir), "*.xml"))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder %s can't be read", dir)
	}
	sort.Strings(names)
	var out []export
	for _, n := range names {
		e, is, err := look(n)
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "there is no export in the folder %s; understood are WordPress exports (the .xml file of Tools → Export)", dir)
	}
	return out, nil
}

func quoteGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(s)
}

var (
	wordpressMark = regexp.MustCompile(`https?://wordpress\.org/export/\d`)
	pubDate       = regexp.MustCompile(`<pubDate>([^<]{1,60})</pubDate>`)
)

// headLength is how much of a file is looked at: the names of its XML and the
// head of its channel.
const headLength = 64 << 10

// look tells whether a file is a WordPress export, from its beginning.
func look(path string) (export, bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return export{}, false, fault.Wrap(fault.Unavailable, err, "%s can't be read; check its permissions", path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return export{}, false, fault.New(fault.Invalid, "%s is not a file; give the export (.xml) or its folder", path)
	}
	head := make([]byte, headLength)
	n, err2 := io.ReadFull(f, head)
	if err2 == io.EOF || err2 == io.ErrUnexpectedEOF {
		err2 = nil
	}
	if err = errors.Join(err, err2); err != nil {
		return export{}, false, fault.Wrap(fault.Unavailable, err, "%s can't be read; check the disk and try again", path)
	}
	head = head[:n]
	e := export{path: path, size: info.Size()}
	channel, _, _ := bytes.Cut(head, []byte("<item>"))
	if m := pubDate.FindSubmatch(channel); m != nil {
		if at, err := time.Parse(time.RFC1123Z, string(m[1])); err == nil {
			e.at = at.UTC()
		}
	}
	return e, wordpressMark.Match(head), nil
}
