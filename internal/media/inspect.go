package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"

	"masthead.dev/masthead/internal/fault"
)

// Limits bound what a picture may cost. Zero fields take the default.
type Limits struct {
	Bytes  int64 // of the file; default 40 MB
	Pixels int64 // width × height; default 50 million
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 40 << 20
	}
	if l.Pixels == 0 {
		l.Pixels = 50_000_000
	}
	return l
}

// Info is what a file says about itself before its pixels are read.
type Info struct {
	Hash        string // SHA-256, hex
	Ext, Mime   string
	Width       int // upright
	Height      int
	Orientation int  // EXIF's, 1–8; 1 is upright
	Animated    bool // only the first frame will be shown
}

// format is a kind of picture that can be read.
type format struct {
	ext    string
	magic  func(b []byte) bool
	config func(r io.Reader) (image.Config, error)
	decode func(r io.Reader) (image.Image, error)
	meta   imagemeta.ImageFormat // 0: has no EXIF
	check  func(b []byte) shape
}

// shape is what a walk over a file's structure found.
type shape struct {
	pixels   int64 // of the largest frame; 0: not looked for
	animated bool
	refuse   string
}

var formats = []format{
	{"jpg", begins("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode, imagemeta.JPEG, jpegShape},
	{"png", begins("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode, imagemeta.PNG, nil},
	{"gif", begins("GIF8"), gif.DecodeConfig, decodeGIF, 0, gifShape},
	{"webp", isWebP, webp.DecodeConfig, webp.Decode, imagemeta.WebP, webpShape},
}

func begins(magic string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
}

func isWebP(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}

func sniff(data []byte) (format, bool) {
	for _, f := range formats {
		if f.magic(data) {
			return f, true
		}
	}
	return format{}, false
}

// Inspect tells whether data is a picture that can be shown, from its first
// bytes and structure alone; the file's name is not believed. What is no picture
// gives fault.Invalid, what is too large fault.TooLarge, each with a sentence.
// That the pixels can be read only Render tells.
func Inspect(data []byte, l Limits) (Info, error) {
	l = l.orDefault()
	if len(data) == 0 {
		return Info{}, fault.New(fault.Invalid, "this file is empty; choose another one")
	}
	if int64(len(data)) > l.Bytes {
		return Info{}, fault.New(fault.TooLarge, "this picture has %d MB, and at most %d MB can be taken; send a smaller one", len(data)>>20, l.Bytes>>20)
	}
	f, ok := sniff(data)
	if !ok {
		return Info{}, notAPicture(data)
	}
	var info Info
	err := guard(func() (err error) {
		info, err = f.inspect(data, l)
		return err
	})
	return info, err
}

func (f format) inspect(data []byte, l Limits) (Info, error) {
	c, err := f.config(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return Info{}, damaged(err)
	}
	pixels := int64(c.Width) * int64(c.Height)
	var s shape
	if f.check != nil {
		s = f.check(data)
	}
	if s.refuse != "" {
		return Info{}, fault.New(fault.Invalid, "%s", s.refuse)
	}
	if pixels = max(pixels, s.pixels); pixels > l.Pixels {
		return Info{}, fault.New(fault.TooLarge, "this picture has %d million pixels, and at most %d million can be taken; make it smaller and send it again",
			(pixels+999_999)/1_000_000, l.Pixels/1_000_000)
	}
	sum := sha256.Sum256(data)
	info := Info{Hash: hex.EncodeToString(sum[:]), Ext: f.ext, Mime: TypeOf(f.ext), Width: c.Width, Height: c.Height,
		Orientation: f.orientation(data), Animated: s.animated}
	if info.Orientation >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, nil
}

// orientation reads EXIF's tag 0x0112, 1 where it is absent or makes no sense.
func (f format) orientation(data []byte) int {
	if f.meta == 0 {
		return 1
	}
	found := 1
	// An error means broken metadata, which must not cost us the picture.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: f.meta, Sources: imagemeta.EXIF, Timeout: 2 * time.Second,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == "Orientation" && t.Namespace == "IFD0" },
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := t.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return nil
		},
	})
	return found
}

// foreign are kinds of files that people take for pictures, with what to do.
var foreign = []struct {
	is  func([]byte) bool
	say string
}{
	{isHEIF, "HEIC and AVIF pictures can't be read yet; save it as JPEG and send that"},
	{isSVG, "SVG drawings can hold programs and are not taken; save it as PNG and send that"},
	{begins("%PDF"), "this is a PDF; save the page as a picture (PNG or JPEG) and send that"},
	{begins("II*\x00"), "TIFF and raw pictures can't be read; save it as JPEG and send that"},
	{begins("MM\x00*"), "TIFF and raw pictures can't be read; save it as JPEG and send that"},
	{begins("BM"), "BMP pictures can't be read; save it as PNG and send that"},
}

func isHEIF(b []byte) bool { return len(b) >= 12 && string(b[4:8]) == "ftyp" }

func isSVG(b []byte) bool {
	return bytes.Contains(b[:min(len(b), 1024)], []byte("<svg"))
}

func notAPicture(data []byte) error {
	for _, f := range foreign {
		if f.is(data) {
			return fault.New(fault.Invalid, "%s", f.say)
		}
	}
	return fault.New(fault.Invalid, "this file is not a picture; send a JPEG, PNG, GIF or WebP")
}

func damaged(err error) error {
	return &fault.Error{Kind: fault.Invalid, Say: "this picture is damaged or cut off; save it again and send that", Err: err}
}

// guard turns a panic of a decoder into a refusal: files come from anywhere.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fault.New(fault.Internal, "a decoder panicked: %v", p))
		}
	}()
	return fn()
}
