package worker

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
)

// gallery is a store with pictures and a runner that makes their renditions.
type gallery struct {
	t     *testing.T
	store *store.Store
	blobs *blob.Disk
	media media.Archive
	*Runner
}

func newGallery(t *testing.T) *gallery {
	s, err := store.Open(t.Context(), t.TempDir()+"/masthead.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := New(s, 2)
	r.Handle(job.MediaRender, NewRenderer(s, b, media.Limits{}).Do)
	return &gallery{t, s, b, media.Archive{Store: s, Blobs: b}, r}
}

func photo(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x + y), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

func (g *gallery) add(data []byte) media.Picture {
	g.t.Helper()
	p, err := g.media.Add(g.t.Context(), data, media.Picture{Filename: "photo.png"})
	if err != nil {
		g.t.Fatal(err)
	}
	return p
}

func (g *gallery) drain() {
	g.t.Helper()
	if err := g.Drain(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gallery) picture(id string) media.Picture {
	g.t.Helper()
	p, err := g.store.Media(g.t.Context(), id)
	if err != nil {
		g.t.Fatal(err)
	}
	return p
}

func (g *gallery) width(key string) int {
	g.t.Helper()
	f, err := g.blobs.Open(g.t.Context(), key)
	if err != nil {
		g.t.Fatal(err)
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		g.t.Fatal(err)
	}
	return c.Width
}

func TestAnUploadedPictureGetsItsSizesInTheBackground(t *testing.T) {
	g := newGallery(t)
	p := g.add(photo(1000, 500))
	if p.State != media.Waiting {
		t.Errorf("before: %+v", p)
	}
	g.drain()
	p = g.picture(p.ID)
	var widths []int
	for _, v := range p.Renditions {
		if g.width(v.Key) != v.Width || v.Ext != "jpg" || v.Bytes == 0 {
			t.Errorf("%+v", v)
		}
		widths = append(widths, v.Width)
	}
	if p.State != media.Ready || !slices.Equal(widths, []int{320, 640, 1000}) || len(p.PixelHash) != 16 {
		t.Errorf("%+v", p)
	}
}

func TestRenderingTwiceDoesNoHarmAndMendsWhatIsLost(t *testing.T) {
	g := newGallery(t)
	ctx := t.Context()
	p := g.add(photo(400, 300))
	g.drain()
	before := g.picture(p.ID)
	if err := g.blobs.Delete(ctx, before.Renditions[0].Key); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := g.store.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, job.Render(p.ID)) })
		if err != nil {
			t.Fatal(err)
		}
		g.drain()
	}
	after := g.picture(p.ID)
	if !slices.Equal(before.Renditions, after.Renditions) || g.width(after.Renditions[0].Key) != 320 {
		t.Errorf("before %+v, after %+v", before.Renditions, after.Renditions)
	}
}

func TestAFileThatCannotBeReadIsRefusedWithASentence(t *testing.T) {
	g := newGallery(t)
	data := photo(400, 300)
	p := g.add(data[:len(data)/2]) // the header is whole
	g.drain()
	if p = g.picture(p.ID); p.State != media.Refused || !strings.Contains(p.Refusal, "damaged") {
		t.Errorf("%+v", p)
	}
	if jobs, err := g.store.Jobs(t.Context(), 10); err != nil || len(jobs) != 0 {
		t.Errorf("the job is not over: %+v, %v", jobs, err)
	}
}

func TestALostOriginalIsTriedAgainAndNotForgotten(t *testing.T) {
	g := newGallery(t)
	p := g.add(photo(40, 30))
	if err := g.blobs.Delete(t.Context(), p.OriginalKey); err != nil {
		t.Fatal(err)
	}
	g.drain()
	jobs, err := g.store.Jobs(t.Context(), 10)
	if err != nil || len(jobs) != 1 || jobs[0].Attempts != 1 || jobs[0].LastError == "" {
		t.Errorf("%+v, %v", jobs, err)
	}
	if p = g.picture(p.ID); p.State != media.Waiting {
		t.Errorf("%+v", p)
	}
}

func TestAnUploadThatIsNoPictureLeavesNothingBehind(t *testing.T) {
	g := newGallery(t)
	_, err := g.media.Add(t.Context(), []byte("<script>alert(1)</script>"), media.Picture{Filename: "bus.jpg"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	for key := range g.blobs.List(t.Context(), "") {
		t.Errorf("%s was kept", key)
	}
	if jobs, _ := g.store.Jobs(t.Context(), 10); len(jobs) != 0 {
		t.Errorf("%+v", jobs)
	}
}

func TestAPictureThatIsCutAnotherWayHasOtherAddressesAndLosesTheOldFiles(t *testing.T) {
	g := newGallery(t)
	ctx := t.Context()
	p := g.add(photo(900, 600))
	g.drain()
	before := g.picture(p.ID)
	if before.Card == nil || before.Card.Width != 900 || before.Whole != nil || g.width(before.Card.Key) != 900 {
		t.Fatalf("%+v", before.Card)
	}
	change := func(fn func(p *media.Picture)) media.Picture {
		t.Helper()
		now := g.picture(p.ID)
		fn(&now)
		if err := g.store.Write(ctx, func(tx *store.Tx) error { return tx.DescribeMedia(ctx, now) }); err != nil {
			t.Fatal(err)
		}
		g.drain()
		return g.picture(p.ID)
	}
	after := change(func(p *media.Picture) { p.Crop = media.Crop{X: 0, Y: 0, Width: 5000, Height: 5000} })
	last := after.Renditions[len(after.Renditions)-1]
	if last.Width != 450 || last.Face == before.Hash || after.Whole == nil || after.Card.Face == before.Card.Face || after.PixelHash != before.PixelHash {
		t.Errorf("%+v", after)
	}
	for _, v := range before.All() {
		if ok, err := g.blobs.Exists(ctx, v.Key); ok || err != nil {
			t.Errorf("the file of the old cut is still there: %s %v", v.Key, err)
		}
	}
	back := change(func(p *media.Picture) { p.Crop, p.FocalX = media.Crop{}, 100 })
	if back.Renditions[0].Face != p.Hash || back.Whole != nil || back.Card.Face == before.Card.Face {
		t.Errorf("%+v", back)
	}
}

func TestTheFilesOfADeletedPictureGoUnlessItIsBroughtInAgain(t *testing.T) {
	g := newGallery(t)
	g.Handle(job.MediaDrop, DropPicture(g.store, g.blobs))
	ctx := t.Context()
	there := func(p media.Picture) bool {
		t.Helper()
		ok, err := g.blobs.Exists(ctx, p.OriginalKey)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	drop := func(p media.Picture) {
		t.Helper()
		if err := g.store.Write(ctx, func(tx *store.Tx) error { return tx.DropMedia(ctx, store.System, p.ID) }); err != nil {
			t.Fatal(err)
		}
	}
	p := g.add(photo(400, 300))
	g.drain()
	drop(p)
	again := g.add(photo(400, 300))
	g.drain()
	if !there(again) || again.ID == p.ID {
		t.Error("the file of a picture that came back is gone")
	}
	all := append(g.picture(again.ID).All(), media.Stored{Key: again.OriginalKey})
	drop(again)
	g.drain()
	for _, v := range all {
		if ok, err := g.blobs.Exists(ctx, v.Key); ok || err != nil {
			t.Errorf("%s is still there, %v", v.Key, err)
		}
	}
}
