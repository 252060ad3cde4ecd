package media

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"masthead.dev/masthead/internal/fault"
)

// widths that pages ask for, in CSS pixels times the density of common screens.
var widths = []int{320, 640, 960, 1280, 1920}

// jpegQuality keeps text in pictures legible at about a tenth of a byte a pixel.
const jpegQuality = 82

// fewColours is up to how many colours an opaque picture counts as a drawing,
// which PNG keeps sharp and small and JPEG does not.
const fewColours = 64

// tallest bounds the height of a rendition: the memory of scaling grows with it.
const tallest = 10_000

// Size is the size of a rendition in pixels.
type Size struct{ Width, Height int }

// Plan returns the sizes to make of a picture of that (upright) size, smallest
// first: the standard widths below its own, and its own up to the largest
// standard width. A picture is never enlarged; there is always one size. Very
// tall pictures get narrower ones.
func Plan(width, height int) []Size {
	top := max(1, min(width, widths[len(widths)-1], width*tallest/max(height, tallest)))
	var plan []Size
	for _, w := range widths {
		if w*10 <= top*9 { // nearer than a tenth is not worth a file
			plan = append(plan, sized(w, width, height))
		}
	}
	return append(plan, sized(top, width, height))
}

// sized scales to width w; the height is rounded and never 0.
func sized(w, width, height int) Size {
	h := (int64(w)*int64(height) + int64(width)/2) / int64(width)
	return Size{w, max(1, int(h))}
}

// Cut says how a picture is cut: what of it is shown, and around which point.
type Cut struct {
	Crop           Crop
	FocalX, FocalY int // ten-thousandths of what the crop leaves
}

// Rendition is a picture for readers.
type Rendition struct {
	Size
	Ext  string // "jpg", or "png" for what is transparent or a drawing
	Data []byte
}

// Rendered is what Render makes of a file.
type Rendered struct {
	Info
	PixelHash  string      // see fingerprint; of all of the picture
	Renditions []Rendition // smallest first
	Card       Rendition   // for shared links, at most 1200 × 630
	Whole      *Rendition  // where there is a crop: all of it, for the desk
}

// Render reads a picture and makes all sizes of Plan of what the crop leaves, in
// the colours of sRGB. While it runs it holds the decoded picture (up to 4 bytes
// a pixel, 8 for files with 16 bits a channel) and about 150 MB beside. Errors as
// Inspect.
func Render(data []byte, cut Cut, l Limits) (Rendered, error) {
	out := Rendered{}
	err := decoded(data, l, func(info Info, img image.Image) error {
		out.Info = info
		return out.render(img, cut, convertTo(data))
	})
	return out, err
}

// Fingerprint reads a picture and returns what tells whether another one looks
// the same; see Alike. Errors as Inspect.
func Fingerprint(data []byte, l Limits) (string, error) {
	var print string
	err := decoded(data, l, func(info Info, img image.Image) error {
		print = fingerprint(img, info.Orientation)
		return nil
	})
	return print, err
}

// decoded hands on the pixels of a picture.
func decoded(data []byte, l Limits, fn func(Info, image.Image) error) error {
	info, err := Inspect(data, l)
	if err != nil {
		return err
	}
	return guard(func() error {
		f, _ := sniff(data)
		img, err := f.decode(bytes.NewReader(data))
		if err != nil {
			return damaged(err)
		}
		if b := img.Bounds(); b.Dx() < 1 || b.Dy() < 1 || int64(b.Dx())*int64(b.Dy()) > l.orDefault().Pixels {
			return damaged(nil)
		}
		return fn(info, img)
	})
}

// render scales from the largest size down, each from the one before: the
// original is gone over once, and turned only when it is small.
func (out *Rendered) render(img image.Image, cut Cut, srgb func(*image.RGBA)) error {
	out.PixelHash = fingerprint(img, out.Orientation)
	encode, ext := chooseEncoder(img)
	made := func(img image.Image) (Rendition, error) {
		data, err := encode(img)
		if err != nil {
			err = &fault.Error{Kind: fault.Internal, Err: err}
		}
		return Rendition{Size{img.Bounds().Dx(), img.Bounds().Dy()}, ext, data}, err
	}
	// take is a part of the upright picture, scaled to a size.
	take := func(part image.Rectangle, to Size) *image.RGBA {
		small := upright(scale(within(img, layDown(part, out.Width, out.Height, out.Orientation)), lying(to, out.Orientation)), out.Orientation)
		srgb(small)
		return small
	}
	part := cut.Crop.in(out.Width, out.Height)
	plan := Plan(part.Dx(), part.Dy())
	out.Renditions = make([]Rendition, len(plan))
	var largest, now *image.RGBA
	var err error
	for i := len(plan) - 1; i >= 0; i-- {
		if largest == nil {
			largest = take(part, plan[i])
			now = largest
		} else {
			now = scale(now, plan[i])
		}
		if out.Renditions[i], err = made(now); err != nil {
			return err
		}
	}
	if out.Card, err = made(card(largest, cut)); err != nil || cut.Crop.None() {
		return err
	}
	all := Plan(out.Width, out.Height)
	size := all[0]
	for _, s := range all {
		if s.Width <= proofWidth {
			size = s
		}
	}
	proof, err := made(take(image.Rect(0, 0, out.Width, out.Height), size))
	out.Whole = &proof
	return err
}

// proofWidth is how wide the whole of a cropped picture is shown at the desk.
const proofWidth = 960

// card cuts a picture for shared links. It is never enlarged.
func card(img *image.RGBA, cut Cut) *image.RGBA {
	part := cardRect(img.Rect.Dx(), img.Rect.Dy(), cut.FocalX, cut.FocalY)
	to := cardSize
	if part.Dx() < to.Width {
		to = Size{part.Dx(), part.Dy()}
	}
	return scale(within(img, part), to)
}

// within is a part of a picture that begins at its own bounds' corner, without a
// copy where the picture can do that.
func within(img image.Image, part image.Rectangle) image.Image {
	b := img.Bounds()
	if part == image.Rect(0, 0, b.Dx(), b.Dy()) {
		return img
	}
	part = part.Add(b.Min)
	if sub, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok {
		return sub.SubImage(part)
	}
	dst := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(dst, dst.Bounds(), img, part.Min, draw.Src)
	return dst
}

// layDown is where a part of the upright picture of that size is in the stored
// one: the reverse of turn, for rectangles.
func layDown(r image.Rectangle, w, h, orientation int) image.Rectangle {
	switch orientation {
	case 2:
		return image.Rect(w-r.Max.X, r.Min.Y, w-r.Min.X, r.Max.Y)
	case 3:
		return image.Rect(w-r.Max.X, h-r.Max.Y, w-r.Min.X, h-r.Min.Y)
	case 4:
		return image.Rect(r.Min.X, h-r.Max.Y, r.Max.X, h-r.Min.Y)
	case 5:
		return image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X)
	case 6:
		return image.Rect(r.Min.Y, w-r.Max.X, r.Max.Y, w-r.Min.X)
	case 7:
		return image.Rect(h-r.Max.Y, w-r.Max.X, h-r.Min.Y, w-r.Min.X)
	case 8:
		return image.Rect(h-r.Max.Y, r.Min.X, h-r.Min.Y, r.Max.X)
	}
	return r
}

// lying is the upright size as it is before the turn.
func lying(s Size, orientation int) Size {
	if orientation >= 5 {
		return Size{s.Height, s.Width}
	}
	return s
}

// scale makes a copy of that size. Sources of twice the size and more are first
// averaged in whole blocks: the fine scaler takes 32 bytes for each column of the
// one and row of the other picture.
func scale(src image.Image, to Size) *image.RGBA {
	b := src.Bounds()
	if k := min(b.Dx()/to.Width, b.Dy()/to.Height); k >= 2 {
		if px, ok := src.(image.RGBA64Image); ok {
			src = average(px, k)
			b = src.Bounds()
		}
	}
	dst := image.NewRGBA(image.Rect(0, 0, to.Width, to.Height))
	if b.Dx() == to.Width && b.Dy() == to.Height {
		draw.Draw(dst, dst.Bounds(), src, b.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	}
	return dst
}

// average makes one pixel of each block of about k × k; the blocks share a
// remainder among them.
func average(src image.RGBA64Image, k int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx()/k, b.Dy()/k
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if photo, ok := src.(*image.YCbCr); ok {
		averagePhoto(dst, photo)
		return dst
	}
	sums := make([][5]uint64, w) // red, green, blue, alpha, pixels
	for y := range h {
		clear(sums)
		for sy := y * b.Dy() / h; sy < (y+1)*b.Dy()/h; sy++ {
			for x := range w {
				s := &sums[x]
				for sx := x * b.Dx() / w; sx < (x+1)*b.Dx()/w; sx++ {
					c := src.RGBA64At(b.Min.X+sx, b.Min.Y+sy)
					s[0], s[1], s[2], s[3], s[4] = s[0]+uint64(c.R), s[1]+uint64(c.G), s[2]+uint64(c.B), s[3]+uint64(c.A), s[4]+1
				}
			}
		}
		for x, s := range sums {
			for i, v := range s[:4] {
				dst.Pix[y*dst.Stride+x*4+i] = uint8(v / s[4] >> 8)
			}
		}
	}
	return dst
}

// averagePhoto is average for what comes as JPEG: the planes are averaged before
// the colours are made of them, which is several times as fast.
func averagePhoto(dst *image.RGBA, src *image.YCbCr) {
	b := src.Rect
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	sums := make([][4]uint64, w) // Y, Cb, Cr, pixels
	for y := range h {
		clear(sums)
		for sy := b.Min.Y + y*b.Dy()/h; sy < b.Min.Y+(y+1)*b.Dy()/h; sy++ {
			for x := range w {
				s := &sums[x]
				for sx := b.Min.X + x*b.Dx()/w; sx < b.Min.X+(x+1)*b.Dx()/w; sx++ {
					c := src.COffset(sx, sy)
					s[0], s[1], s[2], s[3] = s[0]+uint64(src.Y[src.YOffset(sx, sy)]), s[1]+uint64(src.Cb[c]), s[2]+uint64(src.Cr[c]), s[3]+1
				}
			}
		}
		for x, s := range sums {
			r, g, b := color.YCbCrToRGB(uint8(s[0]/s[3]), uint8(s[1]/s[3]), uint8(s[2]/s[3]))
			copy(dst.Pix[y*dst.Stride+x*4:], []uint8{r, g, b, 255})
		}
	}
}

// upright undoes the camera's orientation (EXIF 2.32, tag 0x0112).
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	to := lying(Size{w, h}, orientation)
	dst := image.NewRGBA(image.Rect(0, 0, to.Width, to.Height))
	for y := range h {
		for x := range w {
			dx, dy := turn(x, y, w, h, orientation)
			copy(dst.Pix[dy*dst.Stride+dx*4:][:4], src.Pix[y*src.Stride+x*4:][:4])
		}
	}
	return dst
}

// turn says where a pixel of the stored picture belongs in the upright one.
func turn(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

type encoder func(image.Image) ([]byte, error)

// chooseEncoder keeps PNG for what has transparent parts or few colours.
func chooseEncoder(img image.Image) (encoder, string) {
	if o, ok := img.(interface{ Opaque() bool }); (!ok || o.Opaque()) && manyColours(img) {
		return encodeJPEG, "jpg"
	}
	return encodePNG, "png"
}

// manyColours looks at the pixels until it has seen more than fewColours.
func manyColours(img image.Image) bool {
	switch img.(type) {
	case *image.YCbCr, *image.CMYK:
		return true // came as JPEG or lossy WebP: what was one colour is many already
	}
	pixels, ok := img.(image.RGBA64Image)
	if !ok {
		return true
	}
	seen := map[color.RGBA64]bool{}
	var last color.RGBA64
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := pixels.RGBA64At(x, y)
			if c == last && len(seen) > 0 {
				continue // drawings are mostly areas
			}
			if seen[c], last = true, c; len(seen) > fewColours {
				return true
			}
		}
	}
	return false
}

func encodeJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality})
	return b.Bytes(), err
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}

// decodeGIF puts the first frame where it belongs on the canvas.
func decodeGIF(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	c, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(bytes.NewReader(data))
	canvas := image.Rect(0, 0, c.Width, c.Height)
	if err != nil || frame.Bounds() == canvas {
		return frame, err
	}
	dst := image.NewRGBA(canvas)
	draw.Draw(dst, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return dst, nil
}
