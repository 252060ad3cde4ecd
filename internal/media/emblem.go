package media

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/draw"
)

// EmblemLimits are those of pictures of a newsroom's own name and icon.
var EmblemLimits = Limits{Bytes: 5 << 20, Pixels: 16_000_000}

// Emblem makes a picture of a name at most so large, as PNG, so that what is
// transparent stays so. It is never enlarged. Errors as Inspect.
func Emblem(data []byte, most Size) (Rendition, error) {
	var out Rendition
	err := decoded(data, EmblemLimits, func(_ Info, img image.Image) error {
		b := img.Bounds()
		s := Size{b.Dx(), b.Dy()}
		if s.Width > most.Width {
			s = sized(most.Width, s.Width, s.Height)
		}
		if s.Height > most.Height {
			s = Size{max(1, s.Width*most.Height/s.Height), most.Height}
		}
		dst := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height))
		draw.CatmullRom.Scale(dst, dst.Bounds(), img, b, draw.Src, nil)
		var err error
		out, err = emblem(dst)
		return err
	})
	return out, err
}

// Icon makes a square picture with sides of so many pixels: all of the picture, in
// its middle. An opaque one has a white ground, for screens that show what is
// transparent as black. Errors as Inspect.
func Icon(data []byte, side int, opaque bool) (Rendition, error) {
	var out Rendition
	err := decoded(data, EmblemLimits, func(_ Info, img image.Image) error {
		b := img.Bounds()
		dst := image.NewRGBA(image.Rect(0, 0, side, side))
		if opaque {
			draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		}
		w, h := side, side
		if b.Dx() > b.Dy() {
			h = max(1, side*b.Dy()/b.Dx())
		} else {
			w = max(1, side*b.Dx()/b.Dy())
		}
		at := image.Rect((side-w)/2, (side-h)/2, (side-w)/2+w, (side-h)/2+h)
		draw.CatmullRom.Scale(dst, at, img, b, draw.Over, nil)
		var err error
		out, err = emblem(dst)
		return err
	})
	return out, err
}

func emblem(img *image.RGBA) (Rendition, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return Rendition{Size: Size{img.Bounds().Dx(), img.Bounds().Dy()}, Ext: "png", Data: b.Bytes()}, err
}
