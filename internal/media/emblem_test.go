package media

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func drawn(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			if x >= w/4 && x < w*3/4 {
				img.Set(x, y, color.NRGBA{200, 10, 20, 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestANamesPictureIsNeverEnlargedAndStaysTransparent(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want Size
	}{{2000, 500, Size{800, 200}}, {300, 60, Size{300, 60}}, {200, 800, Size{50, 200}}} {
		r, err := Emblem(drawn(t, c.w, c.h), Size{800, 200})
		if err != nil || r.Size != c.want {
			t.Fatalf("%d × %d became %v: %v", c.w, c.h, r.Size, err)
		}
		if _, _, _, a := decode(t, r).At(0, 0).RGBA(); a != 0 {
			t.Error("the ground is not transparent any more")
		}
	}
	if _, err := Emblem([]byte("<svg onload=alert(1)>"), Size{800, 200}); err == nil {
		t.Error("what is no picture was taken")
	}
}

func TestAnIconIsASquareWithAllOfThePicture(t *testing.T) {
	r, err := Icon(drawn(t, 400, 200), 180, true)
	if err != nil || r.Size != (Size{180, 180}) {
		t.Fatal(r.Size, err)
	}
	img := decode(t, r)
	if g := img.At(2, 2); color.NRGBAModel.Convert(g) != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("the ground of a telephone's icon is %v", g)
	}
	if m, _, _, _ := img.At(90, 90).RGBA(); m>>8 < 150 {
		t.Error("the picture is not in the middle")
	}
	if r, err = Icon(drawn(t, 100, 100), 48, false); err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := decode(t, r).At(1, 1).RGBA(); a != 0 {
		t.Error("a tab's icon lost what was transparent")
	}
}
