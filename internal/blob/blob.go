// Package blob keeps files under keys: pictures as they came, and what readers
// get of them.
package blob

import (
	"context"
	"io"
	"iter"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// Store keeps files. A key is made of parts of lower-case letters, digits, and
// . - _ inside, joined by slashes; any other key is fault.Invalid. What a key
// holds is never half a file: readers see the old content, the new one or none.
type Store interface {
	// Put keeps what r gives under the key, in place of what was there. It returns
	// when the file would survive a loss of power. Where r fails or the space runs
	// out nothing changes; no space is fault.Unavailable.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open gives the content; fault.NotFound where there is none. To be closed.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Exists tells whether the key holds a file.
	Exists(ctx context.Context, key string) (bool, error)
	// Delete removes the file; it is no error where there is none.
	Delete(ctx context.Context, key string) error
	// List goes over all keys that begin with prefix, in order of the alphabet of
	// their parts. A prefix ends at a slash or is empty.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// Read gives the whole of what a key holds, for what fits into memory;
// fault.NotFound where there is nothing.
func Read(ctx context.Context, s Store, key string) ([]byte, error) {
	file, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "this picture can't be read just now")
	}
	return body, nil
}

const maxKey = 250

// checkKey refuses what could leave the folder, or mean two files on a file
// system that does not tell capitals apart.
func checkKey(key string) error {
	if len(key) > maxKey {
		return badKey(key)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || !plain(part[0]) || !plain(part[len(part)-1]) {
			return badKey(key)
		}
	}
	return nil
}

func plain(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

func badKey(key string) error {
	return fault.New(fault.Invalid, "%.80q is not a name under which a file can be kept", key)
}
