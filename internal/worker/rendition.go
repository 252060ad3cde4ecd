package worker

import (
	"bytes"
	"context"
	"io"
	"slices"

	"golang.org/x/sync/semaphore"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
)

// Renderer makes the sizes of pictures that readers get.
type Renderer struct {
	store  *store.Store
	blobs  blob.Store
	limits media.Limits
	room   *semaphore.Weighted // in pixels: a large picture is made alone, since it takes some hundred MB
}

// roomPixels are made at once: a photograph of 12 megapixels, or several smaller ones.
const roomPixels = 12_000_000

// NewRenderer makes a renderer; its Do is the body of job.MediaRender.
func NewRenderer(s *store.Store, b blob.Store, l media.Limits) *Renderer {
	return &Renderer{store: s, blobs: b, limits: l, room: semaphore.NewWeighted(roomPixels)}
}

// Do is the body of job.MediaRender. A picture whose renditions are all there is
// left alone; one that can't be read is refused, which ends the job.
func (r *Renderer) Do(ctx context.Context, w job.Work) error {
	var in job.RenderPayload
	if err := w.Into(&in); err != nil {
		return fault.Wrap(fault.Internal, err, "the job has no picture")
	}
	p, err := r.store.Media(ctx, in.Media)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	if done, err := r.complete(ctx, p); done || err != nil {
		return err
	}
	pixels := min(roomPixels, int64(p.Width)*int64(p.Height))
	if err := r.room.Acquire(ctx, pixels); err != nil {
		return err
	}
	defer r.room.Release(pixels)
	return r.render(ctx, p)
}

// complete tells whether there is nothing to do: all sizes are there, cut as the
// picture is to be cut now.
func (r *Renderer) complete(ctx context.Context, p media.Picture) (bool, error) {
	if p.State != media.Ready || len(p.Renditions) == 0 {
		return p.State == media.Refused, nil
	}
	if p.Card == nil || p.Card.Face != p.CardFace() || (p.Whole == nil) != p.Crop.None() {
		return false, nil
	}
	for _, v := range p.All() {
		if v.Cut == media.CutNone && v.Face != p.Face() {
			return false, nil
		}
		if ok, err := r.blobs.Exists(ctx, v.Key); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *Renderer) render(ctx context.Context, p media.Picture) error {
	data, err := r.original(ctx, p)
	if err != nil {
		return err
	}
	made, err := media.Render(data, p.Cut(), r.limits)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return r.store.Write(ctx, func(tx *store.Tx) error { return tx.RefuseMedia(ctx, p.ID, fault.Say(err)) })
	}
	if err != nil {
		return err
	}
	var sizes []media.Stored
	keep := func(v media.Rendition, cut, face string) error {
		at := media.Stored{Size: v.Size, Ext: v.Ext, Bytes: int64(len(v.Data)), Face: face, Cut: cut, Key: media.RenditionKey(face, v.Width, v.Ext)}
		sizes = append(sizes, at)
		return r.blobs.Put(ctx, at.Key, bytes.NewReader(v.Data))
	}
	for _, v := range made.Renditions {
		if err := keep(v, media.CutNone, p.Face()); err != nil {
			return err
		}
	}
	if err := keep(made.Card, media.CutCard, p.CardFace()); err != nil {
		return err
	}
	if made.Whole != nil {
		if err := keep(*made.Whole, media.CutWhole, p.WholeFace()); err != nil {
			return err
		}
	}
	err = r.store.Write(ctx, func(tx *store.Tx) error { return tx.MediaRendered(ctx, p.ID, made.PixelHash, sizes) })
	if err != nil {
		return err
	}
	return r.sweep(ctx, p.All(), sizes)
}

// sweep removes the files of sizes that are not the picture's any more.
func (r *Renderer) sweep(ctx context.Context, before, now []media.Stored) error {
	for _, v := range before {
		if slices.ContainsFunc(now, func(n media.Stored) bool { return n.Key == v.Key }) {
			continue
		}
		if err := r.blobs.Delete(ctx, v.Key); err != nil {
			return err
		}
	}
	return nil
}

func (r *Renderer) original(ctx context.Context, p media.Picture) ([]byte, error) {
	f, err := r.blobs.Open(ctx, p.OriginalKey)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return data, fault.Wrap(fault.Unavailable, err, "the original of picture %s can't be read", p.ID)
}
