package story_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// scene is a photograph of some size, with an EXIF block that holds a secret.
func scene(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8((x*9/w*73 + y*8/h*131) % 256), uint8((x*9/w*73 + y*8/h*131) % 256), uint8(x * 255 / w), 255}) // fields of different brightness
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	secret := "Exif\x00\x00II*\x00SECRET-OWNER"
	return slices.Concat(b.Bytes()[:2], []byte{0xff, 0xe1, 0, byte(len(secret) + 2)}, []byte(secret), b.Bytes()[2:])
}

// shelve sends files by the form that works without script.
func shelve(b *desktest.Browser, files map[string][]byte, values ...string) desktest.Answer {
	b.T.Helper()
	page := b.Get("/desk/media/new")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("nonce", page.Find("#pictures input[name=nonce]").AttrOr("value", ""))
	for i := 0; i < len(values); i += 2 {
		_ = form.WriteField(values[i], values[i+1])
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, _ := form.CreateFormFile("files", name)
		_, _ = w.Write(files[name])
	}
	_ = form.Close()
	req, err := http.NewRequestWithContext(b.T.Context(), http.MethodPost, b.Server.URL+"/desk/media/new", &body)
	if err != nil {
		b.T.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return b.Do(req)
}

// develop makes a picture's sizes, as the job does.
func develop(r *desktest.Room, id string) media.Picture {
	r.T.Helper()
	ctx := r.T.Context()
	p, err := r.Store.Media(ctx, id)
	if err != nil {
		r.T.Fatal(err)
	}
	file, err := r.Blobs.Open(ctx, p.OriginalKey)
	if err != nil {
		r.T.Fatal(err)
	}
	defer file.Close()
	var data bytes.Buffer
	_, _ = data.ReadFrom(file)
	made, err := media.Render(data.Bytes(), p.Cut(), media.Limits{})
	if err != nil {
		r.T.Fatal(err)
	}
	var sizes []media.Stored
	add := func(v media.Rendition, cut, face string) {
		key := media.RenditionKey(face, v.Width, v.Ext)
		if err := r.Blobs.Put(ctx, key, bytes.NewReader(v.Data)); err != nil {
			r.T.Fatal(err)
		}
		sizes = append(sizes, media.Stored{Size: v.Size, Ext: v.Ext, Bytes: int64(len(v.Data)), Key: key, Face: face, Cut: cut})
	}
	for _, v := range made.Renditions {
		add(v, media.CutNone, p.Face())
	}
	add(made.Card, media.CutCard, p.CardFace())
	r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.MediaRendered(ctx, id, made.PixelHash, sizes) })
	if p, err = r.Store.Media(ctx, id); err != nil {
		r.T.Fatal(err)
	}
	return p
}

// shelf lists the names of the pictures on a page of the library.
func shelf(a desktest.Answer) string {
	return strings.Join(a.Find(".shelf a bdi").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), " ")
}

func linkTo(a desktest.Answer, name string) string {
	return a.Find("a[href^='/desk/media/']").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), name) }).AttrOr("href", "")
}

func TestSeveralPicturesComeInByOneFormAndWhatIsHereIsSaid(t *testing.T) {
	r, nell, _, _ := openDesk(t)
	a := shelve(nell, map[string][]byte{"a.jpg": scene(t, 600, 400), "b.txt": []byte("no picture"), "c.png": drawing(t)}, "credit", " Ines \n Hallow ")
	if a.Status != 200 || a.Find("tbody tr").Length() != 3 || !strings.Contains(main(a), "b.txt") || linkTo(a, "b.txt") != "" {
		t.Fatalf("%d %s", a.Status, main(a))
	}
	first := linkTo(a, "a.jpg")
	p := develop(r, strings.TrimPrefix(first, "/desk/media/"))
	if p.Credit != "Ines Hallow" || strings.Join(p.Marks, " ") != "exif" {
		t.Errorf("%+v", p)
	}
	r.Clock.Add(time.Second)
	a = shelve(nell, map[string][]byte{"a2.jpg": scene(t, 600, 400), "small.jpg": scene(t, 300, 200)})
	if linkTo(a, "a2.jpg") != first || !strings.Contains(main(a), "already here") || linkTo(a, "Already here: a.jpg") != first {
		t.Errorf("the same again: %s", main(a))
	}
	develop(r, strings.TrimPrefix(linkTo(a, "small.jpg"), "/desk/media/"))
	if got := shelf(nell.Get("/desk/media?view=doubles")); got != "small.jpg" {
		t.Errorf("doubles: %q", got)
	}
	if got := shelf(nell.Get("/desk/media?q=ines+hal")); got != "c.png a.jpg" && got != "a.jpg c.png" {
		t.Errorf("found by credit: %q", got)
	}
	if a := shelve(nell, nil); a.Status != 422 || a.Find("#pictures-files-err").Text() == "" {
		t.Errorf("nothing chosen: %d", a.Status)
	}
	if a := shelve(r.Browser(), map[string][]byte{"a.jpg": scene(t, 60, 40)}); a.To() != "/desk/sign-in" {
		t.Errorf("a stranger: %d", a.Status)
	}
}

func TestWhatIsKnownOfAPictureIsKeptOrComesBackWithWhatWasTyped(t *testing.T) {
	r, nell, _, _ := openDesk(t)
	page := linkTo(shelve(nell, map[string][]byte{"bus.jpg": scene(t, 600, 400)}), "bus.jpg")
	p := develop(r, strings.TrimPrefix(page, "/desk/media/"))
	face, card := p.Face(), p.CardFace()
	a := nell.Get(page)
	for _, want := range []string{"600 × 400", "image/jpeg", "nell", "EXIF", "Nothing shows it"} {
		if !strings.Contains(main(a), want) {
			t.Errorf("%q is not on the page: %s", want, main(a))
		}
	}
	bad := nell.Send(a, page, "credit", "Ines Hallow", "until", "someday", "focal_x", "101", "crop_w", "50", "crop_x", "60")
	if bad.Status != 422 || bad.Find("input[name=credit]").AttrOr("value", "") != "Ines Hallow" || bad.Find("#picture-until-err, #picture-focal_x-err").Length() != 2 {
		t.Errorf("%d %s", bad.Status, main(bad))
	}
	if a := nell.Send(a, page, "credit", "Ines Hallow", "alt_en", "A bus", "alt_fa", "اتوبوس", "until", "2026-12-24", "focal_x", "۲۵٫۵", "crop_x", "50", "crop_w", "50,0"); a.To() != page+"?done=saved" {
		t.Fatalf("%d %s", a.Status, main(a))
	}
	if p, _ = r.Store.Media(t.Context(), p.ID); p.Credit != "Ines Hallow" || p.Alt["fa"] != "اتوبوس" || p.FocalX != 2550 || p.Crop != (media.Crop{X: 5000, Width: 5000, Height: 10000}) ||
		p.Face() == face || p.CardFace() == card || p.RightsUntil.Format(time.RFC3339) != "2026-12-25T00:00:00Z" {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(r.Log(), "media.described") {
		t.Error("the log does not know who did it")
	}
	if p = develop(r, p.ID); p.Renditions[len(p.Renditions)-1].Width != 300 {
		t.Errorf("%+v", p.Renditions)
	}
	a = nell.Get(page)
	if v := a.Find("input[name=until]").AttrOr("value", ""); v != "2026-12-24" || !strings.Contains(main(a), "until 24 December 2026") {
		t.Errorf("the last day is %s", v)
	}
	if a := nell.Send(a, page+"/delete"); a.Status != 422 {
		t.Errorf("deleted without a tick: %d", a.Status)
	}
	if a := nell.Send(nell.Get(page), page+"/delete", "sure", "on"); a.To() != "/desk/media?done=picture" || nell.Get(page).Status != 404 {
		t.Errorf("%d", a.Status)
	}
}

func TestAContributorWorksWithTheirOwnPicturesAlone(t *testing.T) {
	r, nell, _, _ := openDesk(t)
	kim := r.SignIn(r.Hire("kim", staff.Contributor))
	hers := linkTo(shelve(nell, map[string][]byte{"hers.jpg": scene(t, 600, 400)}), "hers.jpg")
	own := linkTo(shelve(kim, map[string][]byte{"own.png": drawing(t)}), "own.png")
	id := strings.TrimPrefix(hers, "/desk/media/")
	develop(r, id)
	if got := shelf(kim.Get("/desk/media")); got != "own.png" {
		t.Errorf("kim sees %q", got)
	}
	if got := shelf(kim.Get("/desk/media?by=somebody&q=hers")); got != "" {
		t.Errorf("kim finds %q", got)
	}
	for _, path := range []string{hers, "/desk/pictures/" + id} {
		if a := kim.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("kim opens %s: %d", path, a.Status)
		}
	}
	form := kim.Get(own)
	nonce := form.Find("#picture input[name=nonce]").AttrOr("value", "")
	for _, path := range []string{hers, hers + "/apart", hers + "/delete"} {
		if a := kim.Post(path, map[string][]string{"nonce": {nonce}, "credit": {"kim"}, "sure": {"on"}}); a.Status != http.StatusForbidden {
			t.Errorf("kim sends %s: %d", path, a.Status)
		}
	}
	if a := kim.Get(own); a.Status != 200 || a.Find("form#picture").Length() != 1 {
		t.Errorf("%d %s", a.Status, main(a))
	}
	// In a story of theirs they see it, and no form.
	theirs := begin(r, r.Hire("lee", staff.Contributor))
	lee := r.SignIn(staff.Person{Email: "lee@lantern.example", Name: "lee"})
	save := handed(t, lee.Get("/desk/stories/"+theirs+"/edit"))
	if a := lee.Get(hers); a.Status != http.StatusForbidden {
		t.Errorf("before it is in a story of lee's: %d", a.Status)
	}
	c := newest(r, "/desk/stories/"+theirs)
	c.Lead = &news.Lead{Media: id}
	if status, out := send(lee, "/desk/stories/"+theirs+"/save", map[string]any{"nonce": save.Nonce, "client": "tab-of-lee-1", "seq": 1, "base": save.Base, "content": c}); status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	if a := lee.Get(hers); a.Status != 200 || a.Find("form#picture, form#delete").Length() != 0 || !strings.Contains(main(a), c.Headline) {
		t.Errorf("in a story of lee's: %d %s", a.Status, main(a))
	}
}

func TestNoAddressOfTheDeskGivesAnOriginal(t *testing.T) {
	r, nell, _, _ := openDesk(t)
	page := linkTo(shelve(nell, map[string][]byte{"bus.jpg": scene(t, 600, 400)}), "bus.jpg")
	p := develop(r, strings.TrimPrefix(page, "/desk/media/"))
	at := "/desk/pictures/" + p.ID
	for _, path := range []string{at, at + "?w=320", at + "?whole=1", at + "?w=99999", at + "?original=1", at + "/" + p.OriginalKey, "/desk/pictures/" + p.Hash, "/desk/media/" + p.Hash, page} {
		if a := nell.Get(path); strings.Contains(a.Body, "SECRET-OWNER") || strings.Contains(a.Body, "Exif") && a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s gives the original away", path)
		}
	}
	if a := nell.Get(at + "?w=320"); a.Status != 200 || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %s", a.Status, a.Header.Get("Content-Type"))
	}
}

func TestThePlainFormSetsLeadPictureBylinesAndTopics(t *testing.T) {
	r, nell, _, story := openDesk(t)
	id := strings.TrimPrefix(linkTo(shelve(nell, map[string][]byte{"bus.jpg": scene(t, 600, 400)}), "bus.jpg"), "/desk/media/")
	var topic, person string
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if topic, err = tx.PutTopic(ctx, news.Topic{Slug: "buses", Name: map[string]string{"en": "Buses"}}); err != nil {
			return err
		}
		person, err = tx.PutPerson(ctx, news.Person{Slug: "ansel-quay", Name: "Ansel Quay"})
		return err
	})
	page := nell.Get(story + "/text")
	a := nell.Send(page, story+"/text", "lead", id, "lead_alt", " A lit\nbus ", "lead_credit", "Ines Hallow", "byline_person_1", person, "byline_role_2", "photos", "byline_name_2", "A guest", "topic_"+topic, "on")
	if a.To() != story+"?done=saved" {
		t.Fatalf("%d %s", a.Status, main(a))
	}
	c := newest(r, story)
	if c.Lead == nil || c.Lead.Media != id || c.Lead.Alt != "A lit bus" || !slices.Equal(c.Topics, []string{topic}) || !slices.Equal(c.Bylines, []news.Byline{{Person: person, Name: "Ansel Quay", Role: "by"}, {Name: "A guest", Role: "photos"}}) {
		t.Errorf("%+v %+v", c, c.Lead)
	}
	if p, err := r.Store.Media(t.Context(), id); err != nil || p.Credit != "Ines Hallow" {
		t.Errorf("%q %v", p.Credit, err)
	}
	page = nell.Get(story + "/text")
	if v := page.Find("select[name=lead] option[selected]").AttrOr("value", ""); v != id || page.Find("input[name=topic_"+topic+"]").AttrOr("checked", "no") == "no" || page.Find("input[name=byline_name_2]").AttrOr("value", "") != "A guest" {
		t.Errorf("the form comes back with %q", v)
	}
	if a := nell.Send(page, story+"/text", "lead", "", "byline_person_1", "", "topic_"+topic, ""); a.To() != story+"?done=saved" {
		t.Fatalf("%d %s", a.Status, main(a))
	}
	if c = newest(r, story); c.Lead != nil || len(c.Topics) != 0 || len(c.Bylines) != 1 {
		t.Errorf("taken out: %+v", c)
	}
	bad := nell.Send(nell.Get(story+"/text"), story+"/text", "lead", id, "body", "{{image nothere}}", "byline_name_3", "Typed")
	if bad.Status != 422 || bad.Find("select[name=lead] option[selected]").AttrOr("value", "") != id || !strings.Contains(bad.Body, `value="Typed"`) {
		t.Errorf("after a fault: %d %s", bad.Status, main(bad))
	}
}
