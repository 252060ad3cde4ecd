package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bep/imagemeta"

	"masthead.dev/masthead/internal/fault"
)

// tagsOf lists all metadata that a reader of EXIF, XMP and IPTC finds.
func tagsOf(t *testing.T, ext string, file []byte) []string {
	t.Helper()
	kind := map[string]imagemeta.ImageFormat{"jpg": imagemeta.JPEG, "png": imagemeta.PNG}[ext]
	var tags []string
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: kind, Sources: imagemeta.EXIF | imagemeta.XMP | imagemeta.IPTC,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(i imagemeta.TagInfo) error { tags = append(tags, i.Tag); return nil },
		HandleXMP:       func(r io.Reader) error { tags = append(tags, "XMP"); _, err := io.Copy(io.Discard, r); return err },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

func decode(t *testing.T, r Rendition) image.Image {
	t.Helper()
	img, kind, err := image.Decode(bytes.NewReader(r.Data))
	if err != nil || (kind == "jpeg") != (r.Ext == "jpg") || (kind == "png") != (r.Ext == "png") {
		t.Fatalf("rendition %dx%d.%s is a %q: %v", r.Width, r.Height, r.Ext, kind, err)
	}
	if b := img.Bounds(); b.Dx() != r.Width || b.Dy() != r.Height {
		t.Fatalf("rendition says %dx%d and is %dx%d", r.Width, r.Height, b.Dx(), b.Dy())
	}
	return img
}

func TestSizesNeverGrowAndAlwaysHoldOne(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want []Size
	}{
		{4000, 3000, []Size{{320, 240}, {640, 480}, {960, 720}, {1280, 960}, {1920, 1440}}},
		{1200, 675, []Size{{320, 180}, {640, 360}, {960, 540}, {1200, 675}}},
		{700, 100, []Size{{320, 46}, {700, 100}}},
		{100, 50, []Size{{100, 50}}},
		{1, 1, []Size{{1, 1}}},
		{1000, 50_000, []Size{{200, 10_000}}},
		{5000, 1, []Size{{320, 1}, {640, 1}, {960, 1}, {1280, 1}, {1920, 1}}},
	} {
		if got := Plan(c.w, c.h); !slices.Equal(got, c.want) {
			t.Errorf("%dx%d: %v, want %v", c.w, c.h, got, c.want)
		}
	}
}

func TestAllEightOrientationsComeOutUpright(t *testing.T) {
	const w, h = 90, 60
	upright := corners(w, h)
	for o := 1; o <= 8; o++ {
		stored := image.NewRGBA(image.Rect(0, 0, w, h))
		if o >= 5 {
			stored = image.NewRGBA(image.Rect(0, 0, h, w))
		}
		sw, sh := stored.Rect.Dx(), stored.Rect.Dy()
		for y := range sh {
			for x := range sw {
				stored.SetRGBA(x, y, upright.RGBAAt(shot(x, y, w, h, o)))
			}
		}
		got, err := Render(withEXIF(asJPEG(t, stored), o), Cut{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Orientation != o || got.Width != w || got.Height != h {
			t.Errorf("orientation %d: read as %d, %dx%d", o, got.Orientation, got.Width, got.Height)
			continue
		}
		img := decode(t, got.Renditions[0])
		for i, p := range []struct{ x, y int }{{10, 10}, {80, 10}, {10, 50}, {80, 50}} {
			want := []color.RGBA{{255, 255, 255, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}}[i]
			if !near(img.At(p.x, p.y), want) {
				t.Errorf("orientation %d: corner %d is %v, want %v", o, i, img.At(p.x, p.y), want)
			}
		}
	}
}

// shot says which pixel of the scene (w × h) a camera held that way writes at
// x, y: by the standard, where the file's row 0 and column 0 are in the scene.
func shot(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2: // top, right
		return w - 1 - x, y
	case 3: // bottom, right
		return w - 1 - x, h - 1 - y
	case 4: // bottom, left
		return x, h - 1 - y
	case 5: // left, top
		return y, x
	case 6: // right, top
		return w - 1 - y, x
	case 7: // right, bottom
		return w - 1 - y, h - 1 - x
	case 8: // left, bottom
		return y, h - 1 - x
	}
	return x, y
}

func TestALargePictureIsAveragedNotSampled(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4001, 2003))
	for y := range 2003 {
		for x := range 4001 { // a chessboard of single pixels is grey from afar
			v := uint8((x + y) % 2 * 255)
			img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	for _, to := range []Size{{1920, 961}, {320, 160}} {
		small := scale(img, to)
		for _, p := range []image.Point{{0, 0}, {to.Width / 2, to.Height / 2}, {to.Width - 1, to.Height - 1}} {
			if !near(small.At(p.X, p.Y), color.Gray{127}) {
				t.Errorf("%v: %v is %v", to, p, small.At(p.X, p.Y))
			}
		}
	}
}

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	d := func(x, y uint32) bool { return max(x, y)-min(x, y) < 0x2000 }
	return d(ar, br) && d(ag, bg) && d(ab, bb)
}

func TestNoMetadataSurvives(t *testing.T) {
	jpg := withEXIF(asJPEG(t, corners(800, 600)), 6)
	pngFile := withTextChunks(asPNG(t, transparent(400, 300)))
	for name, file := range map[string][]byte{"jpg": jpg, "png": pngFile} {
		if !bytes.Contains(file, []byte("SECRET")) || len(tagsOf(t, name, file)) < 2 {
			t.Fatalf("%s: the test picture has no metadata", name)
		}
		got, err := Render(file, Cut{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Renditions {
			if r.Ext != name {
				t.Errorf("%s became %s", name, r.Ext)
			}
			if tags := tagsOf(t, r.Ext, r.Data); len(tags) > 0 {
				t.Errorf("%d.%s still has %v", r.Width, r.Ext, tags)
			}
			for _, secret := range []string{"SECRET", "Exif", "xap", "xmp"} {
				if bytes.Contains(r.Data, []byte(secret)) {
					t.Errorf("%d.%s still holds %s", r.Width, r.Ext, secret)
				}
			}
		}
	}
}

func TestDrawingsAndTransparentPicturesStayPNG(t *testing.T) {
	drawing := image.NewRGBA(image.Rect(0, 0, 500, 400))
	for i := range drawing.Pix {
		drawing.Pix[i] = 255
		if i%4 == 0 && i/4%500 < 250 {
			drawing.Pix[i] = 0
		}
	}
	for name, c := range map[string]struct {
		img  image.Image
		want string
	}{"drawing": {drawing, "png"}, "transparent": {transparent(100, 100), "png"}, "photo": {corners(400, 300), "jpg"}} {
		got, err := Render(asPNG(t, c.img), Cut{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Renditions[0].Ext != c.want {
			t.Errorf("a %s became %s", name, got.Renditions[0].Ext)
		}
	}
}

func TestWhatIsNoPictureIsRefusedPolitely(t *testing.T) {
	good := asJPEG(t, corners(200, 100))
	for name, c := range map[string]struct {
		data []byte
		kind fault.Kind
		say  string
	}{
		"empty":          {nil, fault.Invalid, "empty"},
		"text":           {[]byte("hello, world"), fault.Invalid, "not a picture"},
		"html":           {[]byte("<!doctype html><script>alert(1)</script>"), fault.Invalid, "not a picture"},
		"svg":            {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), fault.Invalid, "SVG"},
		"pdf":            {[]byte("%PDF-1.7 …"), fault.Invalid, "PDF"},
		"heic":           {[]byte("\x00\x00\x00\x18ftypheic\x00\x00"), fault.Invalid, "HEIC"},
		"cut off":        {good[:len(good)/2], fault.Invalid, "damaged"},
		"header only":    {good[:20], fault.Invalid, "damaged"},
		"png magic only": {[]byte("\x89PNG\r\n\x1a\n"), fault.Invalid, "damaged"},
		"gif no frame":   {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), fault.Invalid, "damaged"},
		"huge png":       {hugePNG(30000, 30000), fault.TooLarge, "900 million pixels"},
		"animated webp":  {[]byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x09\x00\x00\x09\x00\x00"), fault.Invalid, "animated"},
		"lying webp":     {lyingWebP(), fault.TooLarge, "million pixels"},
		"many scans":     {manyScans(good), fault.Invalid, "layers"},
	} {
		_, err := Render(c.data, Cut{}, Limits{})
		if !fault.Is(err, c.kind) || !strings.Contains(fault.Say(err), c.say) {
			t.Errorf("%s: %v (%s), want %s with %q", name, err, fault.KindOf(err), c.kind, c.say)
		}
	}
	if _, err := Inspect(good, Limits{Bytes: 100}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a file over the limit of bytes: %v", err)
	}
	if _, err := Inspect(good, Limits{Pixels: 19_999}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a picture one pixel over the limit: %v", err)
	}
	if _, err := Inspect(good, Limits{Pixels: 20_000}); err != nil {
		t.Errorf("a picture at the limit: %v", err)
	}
}

func TestEveryKindOfPictureIsRead(t *testing.T) {
	webp, err := base64.StdEncoding.DecodeString(aWebP)
	if err != nil {
		t.Fatal(err)
	}
	var g bytes.Buffer
	if err := gif.Encode(&g, corners(60, 40), nil); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"image/jpeg": asJPEG(t, corners(60, 40)), "image/png": asPNG(t, corners(60, 40)), "image/gif": g.Bytes(), "image/webp": webp,
	} {
		got, err := Render(file, Cut{}, Limits{})
		if err != nil || got.Mime != name || len(got.Hash) != 64 || len(got.PixelHash) != 16 || len(got.Renditions) != 1 {
			t.Errorf("%s: %+v, %v", name, got.Info, err)
			continue
		}
		decode(t, got.Renditions[0])
	}
}

func TestAnAnimatedGIFShowsItsFirstFrame(t *testing.T) {
	pal := color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}}
	red := image.NewPaletted(image.Rect(0, 0, 40, 30), pal)
	blue := image.NewPaletted(image.Rect(0, 0, 40, 30), pal)
	for i := range blue.Pix {
		blue.Pix[i] = 1
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{red, blue}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	got, err := Render(b.Bytes(), Cut{}, Limits{})
	if err != nil || !got.Animated {
		t.Fatalf("animated %v, %v", got.Animated, err)
	}
	if c := decode(t, got.Renditions[0]).At(20, 15); !near(c, pal[0]) {
		t.Errorf("shows %v", c)
	}
}

func TestAFrameSmallerThanItsGIFStandsInItsPlace(t *testing.T) {
	pal := color.Palette{color.RGBA{255, 0, 0, 255}}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{image.NewPaletted(image.Rect(10, 10, 20, 20), pal)}, Delay: []int{0},
		Config: image.Config{Width: 30, Height: 30, ColorModel: pal}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Render(b.Bytes(), Cut{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	img := decode(t, got.Renditions[0])
	if _, _, _, a := img.At(2, 2).RGBA(); a != 0 || !near(img.At(15, 15), pal[0]) {
		t.Errorf("outside %v, inside %v", img.At(2, 2), img.At(15, 15))
	}
}

func TestAPictureInPrintColoursIsRead(t *testing.T) {
	// Go writes no CMYK files, so this is what its decoder makes of one.
	img := image.NewCMYK(image.Rect(0, 0, 500, 300))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	out := Rendered{Info: Info{Width: 500, Height: 300, Orientation: 1}}
	if err := out.render(img, Cut{}, func(*image.RGBA) {}); err != nil || out.Renditions[0].Ext != "jpg" {
		t.Errorf("%v", err)
	}
}

func TestThePixelHashKnowsAPictureAgain(t *testing.T) {
	hash := func(file []byte) uint64 {
		r, err := Render(file, Cut{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.ParseUint(r.PixelHash, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	photo := hash(asJPEG(t, corners(900, 600)))
	if d := bits.OnesCount64(photo ^ hash(asPNG(t, corners(300, 200)))); d > 4 {
		t.Errorf("the same picture, smaller, differs in %d bits", d)
	}
	if d := bits.OnesCount64(photo ^ hash(withEXIF(asJPEG(t, corners(900, 600)), 3))); d < 10 {
		t.Errorf("the picture upside down differs in only %d bits", d)
	}
}

func TestAddressesOfRenditionsAreExact(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	good := Path(hash, 640, "jpg")
	if h, w, e, ok := ParsePath(good); !ok || h != hash || w != 640 || e != "jpg" {
		t.Errorf("%s: %s %d %s %v", good, h, w, e, ok)
	}
	for _, bad := range []string{
		"", "/media/", "/media/" + hash, "/media/" + hash + "/640", "/media/" + hash + "/0640.jpg", "/media/" + hash + "/640.exe",
		"/media/" + hash + "/-1.jpg", "/media/" + hash + "/0.jpg", "/media/" + hash[:63] + "/640.jpg", "/media/" + strings.ToUpper(hash) + "/640.jpg",
		"/media/../" + hash + "/640.jpg", "/media/" + hash + "/640.jpg/x", "/media/" + hash + "/99999999999999999999.jpg",
	} {
		if _, _, _, ok := ParsePath(bad); ok {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestAPageIsOfferedTheSizeThatFits(t *testing.T) {
	p := Picture{Hash: strings.Repeat("0a", 32)}
	if _, ok := p.Fit(320); ok || p.SrcSet() != "" {
		t.Error("a picture without renditions offers one")
	}
	for _, w := range []int{320, 640, 1200} {
		p.Renditions = append(p.Renditions, Stored{Size: Size{w, w / 2}, Ext: "jpg", Face: p.Face()})
	}
	for want, got := range map[int]int{1: 320, 320: 320, 321: 640, 1200: 1200, 5000: 1200} {
		if r, ok := p.Fit(want); !ok || r.Width != got {
			t.Errorf("for %d: %d", want, r.Width)
		}
	}
	base := "/media/" + p.Hash
	if got := p.SrcSet(); got != base+"/320.jpg 320w, "+base+"/640.jpg 640w, "+base+"/1200.jpg 1200w" {
		t.Error(got)
	}
}

func TestAPictureWhoseRightsRanOutIsNotShown(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	p := Picture{State: Ready, Renditions: []Stored{{}}}
	if !p.Usable(now) {
		t.Error("a picture without a limit is not usable")
	}
	if p.RightsUntil = now; p.Usable(now) || !p.Usable(now.Add(-time.Second)) {
		t.Error("the end of the rights is not kept to")
	}
	if (Picture{State: Waiting}).Usable(now) {
		t.Error("a picture without renditions is usable")
	}
}

type memory struct {
	files map[string][]byte
	rows  []Picture
}

func (m *memory) Put(_ context.Context, key string, r io.Reader) error {
	b, err := io.ReadAll(r)
	m.files[key] = b
	return err
}

func (m *memory) AddMedia(_ context.Context, p Picture) (Picture, error) {
	if m.files[p.OriginalKey] == nil {
		return p, fmt.Errorf("the row came before the file")
	}
	m.rows = append(m.rows, p)
	return p, nil
}

func TestTakingInAPictureKeepsTheFileFirst(t *testing.T) {
	m := &memory{files: map[string][]byte{}}
	a := &Archive{Store: m, Blobs: m}
	file := withEXIF(asJPEG(t, corners(90, 60)), 6)
	p, err := a.Add(context.Background(), file, Picture{Filename: "bus.jpg", Credit: "Ines Hallow"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 60 || p.Height != 90 || p.Mime != "image/jpeg" || p.Credit != "Ines Hallow" || p.Bytes != int64(len(file)) || !bytes.Equal(m.files[p.OriginalKey], file) {
		t.Errorf("%+v", p)
	}
	if _, err := a.Add(context.Background(), []byte("no picture"), Picture{}); !fault.Is(err, fault.Invalid) || len(m.files) != 1 || len(m.rows) != 1 {
		t.Errorf("a refused file was kept: %v", err)
	}
}

func FuzzNoFileCrashesTheReader(f *testing.F) {
	small := corners(8, 6)
	f.Add(withEXIF(asJPEG(f, small), 6))
	f.Add(asPNG(f, small))
	var g bytes.Buffer
	_ = gif.Encode(&g, small, nil)
	f.Add(g.Bytes())
	webp, _ := base64.StdEncoding.DecodeString(aWebP)
	f.Add(webp)
	f.Add(lyingWebP())
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Render(data, Cut{}, Limits{Pixels: 100_000})
		if err != nil {
			if fault.Say(err) == "" {
				t.Fatalf("refused without a sentence: %v", err)
			}
			return
		}
		if len(got.Renditions) == 0 || got.Width < 1 || got.Height < 1 {
			t.Fatalf("%+v", got.Info)
		}
	})
}

func BenchmarkRenderingATwelveMegapixelPhoto(b *testing.B) {
	file := asJPEG(b, corners(4000, 3000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Render(file, Cut{}, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
