package media

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// Store keeps what is known about pictures.
type Store interface {
	// AddMedia records a picture and asks for its renditions. Where one with the
	// same hash is there already, that one is returned and nothing changes.
	AddMedia(ctx context.Context, p Picture) (Picture, error)
}

// Blobs keeps files; blob.Store is one.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader) error
}

// Archive takes pictures in.
type Archive struct {
	Store  Store
	Blobs  Blobs
	Limits Limits

	busy sync.Mutex // one picture is looked at at a time: a large one takes some hundred MB
}

// Fingerprint is what tells whether another picture looks the same; see Alike. It
// reads the pixels, which takes some tenths of a second for a large photograph.
func (a *Archive) Fingerprint(ctx context.Context, data []byte) (string, error) {
	a.busy.Lock()
	defer a.busy.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return Fingerprint(data, a.Limits)
}

// Add takes in a picture: the file, and in p what is known about it (file name,
// credit, alt, who brought it). The same file twice is one picture, as it was
// recorded first. A file that is no picture, or too large a one, is refused as
// Inspect says. The file is kept before the row is written, so that a row never
// lacks its file.
func (a *Archive) Add(ctx context.Context, data []byte, p Picture) (Picture, error) {
	info, err := Inspect(data, a.Limits)
	if err != nil {
		return Picture{}, err
	}
	p.Hash, p.Mime, p.Width, p.Height, p.Bytes = info.Hash, info.Mime, info.Width, info.Height, int64(len(data))
	p.OriginalKey = originalKey(info.Hash, info.Ext)
	p.Marks = Marks(data)
	if err := a.Blobs.Put(ctx, p.OriginalKey, bytes.NewReader(data)); err != nil {
		return Picture{}, err
	}
	return a.Store.AddMedia(ctx, p)
}
