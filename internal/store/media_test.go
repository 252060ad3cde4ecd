package store_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func picture(n byte) media.Picture {
	return media.Picture{Hash: strings.Repeat(string([]byte{'a' + n}), 64), Mime: "image/jpeg", Width: 900, Height: 600, Bytes: 1234,
		OriginalKey: "original/aa/x.jpg", Filename: "bus.jpg", Credit: "Ines Hallow", Alt: map[string]string{"en": "A lit bus"}}
}

// rendered adds a picture and records two renditions of it.
func (r *room) rendered(p media.Picture) media.Picture {
	r.t.Helper()
	ctx := r.t.Context()
	p, err := r.s.AddMedia(ctx, p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.do(func(tx *store.Tx) error {
		return tx.MediaRendered(ctx, p.ID, "00ff00ff00ff00ff", []media.Stored{
			{Size: media.Size{Width: 900, Height: 600}, Ext: "jpg", Bytes: 90, Key: "rendition/aa/900.jpg"},
			{Size: media.Size{Width: 320, Height: 213}, Ext: "jpg", Bytes: 32, Key: "rendition/aa/320.jpg"},
		})
	})
	return p
}

func TestTheSameFileIsOnePicture(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		first, err := s.AddMedia(ctx, picture(0))
		if err != nil {
			t.Fatal(err)
		}
		again := picture(0)
		again.Credit, again.Filename = "Somebody else", "copy.jpg"
		second, err := s.AddMedia(ctx, again)
		if err != nil || second.ID != first.ID || second.Credit != "Ines Hallow" || second.Filename != "bus.jpg" {
			t.Errorf("%+v, %v", second, err)
		}
		if first.FocalX != 5000 || first.State != media.Waiting || first.Alt["en"] != "A lit bus" || first.CreatedAt.IsZero() {
			t.Errorf("%+v", first)
		}
		other, err := s.AddMedia(ctx, picture(1))
		if err != nil || other.ID == first.ID {
			t.Errorf("another file: %+v, %v", other, err)
		}
		work, err := s.Claim(ctx, "me", time.Minute, 10)
		if err != nil || len(work) != 2 || work[0].Kind != job.MediaRender {
			t.Errorf("two pictures ask for %d jobs: %+v, %v", len(work), work, err)
		}
	})
}

func TestRenditionsAreRecordedAsAWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := r.rendered(picture(0))
		got, err := s.Media(ctx, p.ID)
		if err != nil || got.State != media.Ready || got.PixelHash != "00ff00ff00ff00ff" || len(got.Renditions) != 2 || got.Renditions[0].Width != 320 || !got.Usable(noon) {
			t.Fatalf("%+v, %v", got, err)
		}
		r.do(func(tx *store.Tx) error {
			return tx.MediaRendered(ctx, p.ID, "11", []media.Stored{{Size: media.Size{Width: 640, Height: 427}, Ext: "png", Key: "k"}})
		})
		byID, err := s.MediaByID(ctx, []string{p.ID, "none"})
		if err != nil || len(byID) != 1 || len(byID[p.ID].Renditions) != 1 || byID[p.ID].Renditions[0].Ext != "png" {
			t.Errorf("%+v, %v", byID, err)
		}
		if _, err := s.Media(ctx, "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no picture: %v", err)
		}
	})
}

func TestARefusedPictureMayBeSentAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p, err := s.AddMedia(ctx, picture(0))
		if err != nil {
			t.Fatal(err)
		}
		r.do(func(tx *store.Tx) error { return tx.RefuseMedia(ctx, p.ID, "it is damaged") })
		if got, _ := s.Media(ctx, p.ID); got.State != media.Refused || got.Refusal != "it is damaged" {
			t.Errorf("%+v", got)
		}
		if got, err := s.AddMedia(ctx, picture(0)); err != nil || got.State != media.Waiting || got.Refusal != "" || got.ID != p.ID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestWhatIsKnownAboutAPictureCanChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := r.rendered(picture(0))
		p.Credit, p.Alt, p.FocalX, p.Decorative, p.RightsUntil = "Nell", map[string]string{"fa": "اتوبوس"}, 1, true, noon
		r.do(func(tx *store.Tx) error { return tx.DescribeMedia(ctx, p) })
		got, err := s.Media(ctx, p.ID)
		if err != nil || got.Credit != "Nell" || got.Alt["fa"] != "اتوبوس" || got.FocalX != 1 || !got.Decorative || !got.RightsUntil.Equal(noon) || len(got.Renditions) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		p.ID = "none"
		if err := r.try(func(tx *store.Tx) error { return tx.DescribeMedia(ctx, p) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("no picture: %v", err)
		}
	})
}

func TestAPictureIsServedOnlyWhileSomethingPublicShowsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := r.rendered(picture(0))
		served := func() bool {
			got, err := s.ServedMedia(ctx, p.Hash, 320, "jpg")
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil && got.Key == "rendition/aa/320.jpg" && got.Bytes == 32
		}
		if served() {
			t.Error("a picture that nothing uses is served")
		}
		c := report("en", "Night bus", "It runs.")
		c.Lead = &news.Lead{Media: p.ID}
		a := r.create(c, "")
		if served() {
			t.Error("a draft's picture is served")
		}
		r.publish(news.Order{Article: a.ID})
		if !served() {
			t.Error("a published article's picture is not served")
		}
		for _, v := range []struct {
			hash string
			w    int
			ext  string
		}{{p.Hash, 321, "jpg"}, {p.Hash, 320, "png"}, {strings.Repeat("f", 64), 320, "jpg"}} {
			if _, err := s.ServedMedia(ctx, v.hash, v.w, v.ext); !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: %v", v, err)
			}
		}
		r.change(a.ID, news.Order{Article: a.ID, Class: news.Update}, func(c *news.Content) {
			c.Lead = nil
			c.Body = document.New("en", document.P("It runs, without a picture."))
		})
		if served() {
			t.Error("a picture that was taken out of its article is still served")
		}
	})
}

func TestAPictureIsServedWhileItsRightsLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ctx := newRoom(t, s), t.Context()
		p := picture(0)
		p.RightsUntil = noon.Add(time.Hour)
		p = r.rendered(p)
		c := report("en", "Night bus", "It runs.")
		c.Lead = &news.Lead{Media: p.ID}
		r.published(c)
		if got, err := s.ServedMedia(ctx, p.Hash, 320, "jpg"); err != nil || !got.Until.Equal(p.RightsUntil) {
			t.Errorf("while they last: %+v, %v", got, err)
		}
		r.clock.Add(time.Hour)
		if _, err := s.ServedMedia(ctx, p.Hash, 320, "jpg"); !fault.Is(err, fault.NotFound) {
			t.Errorf("when they ended: %v", err)
		}
	})
}
