package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"slices"
	"strings"
	"testing"
)

// shown are all renditions of a picture, those for shared links and the desk too.
func shown(r Rendered) []Rendition {
	all := append(slices.Clone(r.Renditions), r.Card)
	if r.Whole != nil {
		all = append(all, *r.Whole)
	}
	return all
}

// withWebPParts hangs EXIF, XMP and a profile on a WebP.
func withWebPParts(t *testing.T) []byte {
	t.Helper()
	plain, err := base64.StdEncoding.DecodeString(aWebP)
	if err != nil {
		t.Fatal(err)
	}
	chunk := func(name string, body []byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		b = append(b, body...)
		return append(b, make([]byte, len(body)&1)...)
	}
	// VP8X announces what follows: profile, EXIF and XMP; a canvas of 1 × 1.
	body := slices.Concat([]byte("WEBP"), chunk("VP8X", []byte{0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0}), chunk("ICCP", displayP3()), plain[12:],
		chunk("EXIF", tiff(1)), chunk("XMP ", []byte("<x:xmpmeta exif:GPSLatitude='SECRET-XMP'>")))
	return slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body)
}

func TestNothingThatACameraNotedIsInAnySizeOfAPicture(t *testing.T) {
	img := corners(1300, 800)
	xmp := pngChunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00<x:xmpmeta exif:GPSLatitude='SECRET-XMP'>"))
	pngFile := withTextChunks(asPNG(t, img))
	pngFile = slices.Concat(pngFile[:33], xmp, pngFile[33:])
	var g bytes.Buffer
	if err := gif.Encode(&g, img, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"JPEG": {withEXIF(asJPEG(t, img), 6), "exif gps xmp"}, "PNG": {pngFile, "exif gps xmp"}, "WebP": {withWebPParts(t), "exif gps icc xmp"}, "GIF": {g.Bytes(), ""},
	} {
		if got := strings.Join(Marks(c.file), " "); got != c.want {
			t.Errorf("%s: is said to hold %q, want %q", name, got, c.want)
		}
		r, err := Render(c.file, Cut{Crop: Crop{1000, 1000, 8000, 8000}, FocalX: 5000, FocalY: 5000}, Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, v := range shown(r) {
			for _, secret := range []string{"SECRET", "Exif", "GPS", "xmpmeta", "eXIf", "II*\x00", "ICC_PROFILE", "iCCP"} {
				if bytes.Contains(v.Data, []byte(secret)) {
					t.Errorf("%s: the size of %d × %d holds %q", name, v.Width, v.Height, secret)
				}
			}
			if m := Marks(v.Data); len(m) != 0 {
				t.Errorf("%s: the size of %d × %d holds %v", name, v.Width, v.Height, m)
			}
		}
	}
}

func TestACropShowsThatPartAndLeavesNothingElse(t *testing.T) {
	for o := 1; o <= 8; o++ {
		w, h := 900, 600
		stored := image.NewRGBA(image.Rect(0, 0, w, h))
		if o >= 5 {
			stored = image.NewRGBA(image.Rect(0, 0, h, w))
		}
		scene := corners(w, h)
		for y := range stored.Rect.Dy() {
			for x := range stored.Rect.Dx() {
				stored.SetRGBA(x, y, scene.RGBAAt(shot(x, y, w, h, o)))
			}
		}
		// The lower right third, which is blue.
		r, err := Render(withEXIF(asJPEG(t, stored), o), Cut{Crop: Crop{7000, 7000, 3000, 3000}, FocalX: 5000, FocalY: 5000}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		last := r.Renditions[len(r.Renditions)-1]
		if last.Width != 270 || last.Height != 180 || r.Whole == nil || r.Whole.Width != 900 {
			t.Fatalf("orientation %d: %d × %d, whole %v", o, last.Width, last.Height, r.Whole != nil)
		}
		for _, v := range append(slices.Clone(r.Renditions), r.Card) {
			img := decode(t, v)
			for _, p := range []image.Point{{3, 3}, {v.Width - 4, 3}, {3, v.Height - 4}, {v.Width - 4, v.Height - 4}} {
				if !near(img.At(p.X, p.Y), color.RGBA{0, 0, 255, 255}) {
					t.Errorf("orientation %d, %d wide: %v is %v", o, v.Width, p, img.At(p.X, p.Y))
				}
			}
		}
	}
}

func TestTheCardOfASharedLinkKeepsTheFocalPoint(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 1500, 3000)) // red above, blue below
	for y := range 3000 {
		for x := range 1500 {
			c := color.RGBA{uint8(255 - x%3), 0, 0, 255}
			if y >= 1500 {
				c = color.RGBA{0, 0, uint8(255 - x%3), 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	file := asJPEG(t, img)
	for focal, want := range map[int]color.RGBA{0: {255, 0, 0, 255}, 2000: {255, 0, 0, 255}, 8000: {0, 0, 255, 255}, 10000: {0, 0, 255, 255}} {
		r, err := Render(file, Cut{FocalX: 5000, FocalY: focal}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Card.Width != 1200 || r.Card.Height != 630 {
			t.Errorf("%d × %d", r.Card.Width, r.Card.Height)
		}
		card := decode(t, r.Card)
		for _, y := range []int{5, 625} {
			if !near(card.At(600, y), want) {
				t.Errorf("focal %d: %v at %d", focal, card.At(600, y), y)
			}
		}
	}
}

func TestTheFocalPointStaysWhereItIsWhenTheCropChanges(t *testing.T) {
	p := Picture{Hash: strings.Repeat("0a", 32), FocalX: 7500, FocalY: 2000}
	face, card := p.Face(), p.CardFace()
	if p.Crop = (Crop{5000, 0, 5000, 10000}); p.Face() == face || face != p.Hash || p.CardFace() == card || p.WholeFace() == face {
		t.Error("another cut has the same address")
	}
	if x, y := p.Point(); x != 5000 || y != 2000 {
		t.Errorf("in the right half it is at %d %d", x, y)
	}
	p.Crop = Crop{0, 0, 5000, 5000}
	if x, y := p.Point(); x != 10000 || y != 4000 {
		t.Errorf("where it was cut away it is at %d %d", x, y)
	}
	for text, want := range map[string]Crop{"": {}, "0 0 10000 10000": {}, "1 2 3000 4000": {1, 2, 3000, 4000}, "9000 0 2000 9000": {}, "0 0 10 10": {}, "-1 0 5000 5000": {}, "x": {}} {
		if got := ParseCrop(text); got != want || ParseCrop(got.String()) != got {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPicturesThatLookTheSameAreAlikeAndShareABand(t *testing.T) {
	print := func(file []byte) string {
		p, err := Fingerprint(file, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	one := print(asJPEG(t, corners(900, 600)))
	for name, file := range map[string][]byte{"a smaller PNG": asPNG(t, corners(300, 200)), "another file with notes": withEXIF(asJPEG(t, corners(900, 600)), 1)} {
		two := print(file)
		if !Alike(one, two) || !slices.ContainsFunc(Bands(one), func(b int64) bool { return slices.Contains(Bands(two), b) }) {
			t.Errorf("%s: %s and %s", name, one, two)
		}
	}
	if Alike(one, print(withEXIF(asJPEG(t, corners(900, 600)), 3))) {
		t.Error("a picture upside down is the same")
	}
	if plain := print(asPNG(t, image.NewGray(image.Rect(0, 0, 90, 60)))); Alike(plain, plain) || Bands(plain) != nil {
		t.Error("a plain area is taken for a picture that can be known again")
	}
	near := fmt.Sprintf("%016x", uint64(0xfedcba9876543210)^0b1_0000_0000_0000_0001_0000_0000_0000_0001)
	if !Alike("fedcba9876543210", near) {
		t.Error("three bits make another picture")
	}
}

// displayP3 is a profile of telephones: the primaries of Display P3 (Apple's own
// file has these numbers) and the curve of sRGB as a formula.
func displayP3() []byte {
	fix := func(v float64) []byte {
		return binary.BigEndian.AppendUint32(nil, uint32(int32(math.Round(v*65536))))
	}
	xyz := func(x, y, z float64) []byte {
		return slices.Concat([]byte("XYZ \x00\x00\x00\x00"), fix(x), fix(y), fix(z))
	}
	curve := slices.Concat([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), fix(2.4), fix(1/1.055), fix(0.055/1.055), fix(1/12.92), fix(0.04045))
	tags := []part{{"rXYZ", xyz(0.51512, 0.2412, -0.00105)}, {"gXYZ", xyz(0.29198, 0.69225, 0.04189)}, {"bXYZ", xyz(0.1571, 0.06657, 0.78407)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve}}
	head := make([]byte, 128)
	copy(head[12:], "mntrRGB XYZ ")
	copy(head[36:], "acsp")
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var bodies []byte
	for _, v := range tags {
		table = append(table, v.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(128+4+12*len(tags)+len(bodies)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(v.body)))
		bodies = append(bodies, v.body...)
	}
	return slices.Concat(head, table, bodies)
}

func TestTelephonesColoursStayAsTheyWere(t *testing.T) {
	// Values of Display P3 and what they are in sRGB, by CSS Color 4 (its sample
	// code for conversion), rounded; what sRGB can't show is at its border.
	for _, c := range [][2]color.RGBA{
		{{200, 100, 50, 255}, {215, 93, 31, 255}},
		{{255, 255, 255, 255}, {255, 255, 255, 255}},
		{{128, 128, 128, 255}, {128, 128, 128, 255}},
		{{255, 0, 0, 255}, {255, 0, 0, 255}},
		{{60, 120, 180, 255}, {30, 122, 185, 255}},
	} {
		img := image.NewRGBA(image.Rect(0, 0, 40, 30))
		for i := range 40 * 30 {
			copy(img.Pix[i*4:], []uint8{c[0].R, c[0].G, c[0].B, 255})
		}
		plain := asJPEG(t, img)
		segment := append([]byte("ICC_PROFILE\x00\x01\x01"), displayP3()...)
		file := slices.Concat(plain[:2], []byte{0xff, 0xe2, byte((len(segment) + 2) >> 8), byte(len(segment) + 2)}, segment, plain[2:])
		r, err := Render(file, Cut{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := color.RGBAModel.Convert(decode(t, r.Renditions[0]).At(20, 15)).(color.RGBA)
		for i, d := range []int{int(got.R) - int(c[1].R), int(got.G) - int(c[1].G), int(got.B) - int(c[1].B)} {
			if d > 4 || d < -4 {
				t.Errorf("%v is shown as %v, want %v (channel %d)", c[0], got, c[1], i)
			}
		}
	}
	if p, ok := readProfile(displayP3()); !ok || p.plain() {
		t.Errorf("the profile is read as %v, %v", ok, p.toSRGB)
	}
}

func FuzzNoProfileCrashesTheReader(f *testing.F) {
	f.Add(displayP3())
	f.Add(displayP3()[:140])
	f.Fuzz(func(t *testing.T, icc []byte) {
		if p, ok := readProfile(icc); ok {
			p.convert(image.NewRGBA(image.Rect(0, 0, 2, 2)))
		}
	})
}
