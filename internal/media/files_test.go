package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// corners is a picture with a white upper left corner, red upper right, green
// lower left and blue lower right, on a soft grey ground with many colours.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(90 + x*60/w), uint8(90 + y*60/h), uint8(120 + (x+y)%7), 255}
			left, top := x < w/3, y < h/3
			right, bottom := x >= w-w/3, y >= h-h/3
			switch {
			case left && top:
				c = color.RGBA{255, 255, 255, 255}
			case right && top:
				c = color.RGBA{255, 0, 0, 255}
			case left && bottom:
				c = color.RGBA{0, 255, 0, 255}
			case right && bottom:
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tiff builds an EXIF block by hand: an orientation, a camera's owner and a
// position (51° 30′ N).
func tiff(orientation int) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	put := func(v any) { _ = binary.Write(&b, le, v) }
	entry := func(tag, kind uint16, count, value uint32) { put(tag); put(kind); put(count); put(value) }
	b.WriteString("II*\x00")
	put(uint32(8))
	put(uint16(3)) // IFD0 at 8
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x013b, 2, 16, 50)             // Artist
	entry(0x8825, 4, 1, 66)              // GPS IFD
	put(uint32(0))                       // ends at 50
	b.WriteString("SECRET-OWNER-XY\x00") // 50–66
	put(uint16(2))
	entry(0x0001, 2, 2, uint32('N'))
	entry(0x0002, 5, 3, 96)
	put(uint32(0)) // ends at 96
	for _, v := range []uint32{51, 1, 30, 1, 0, 1} {
		put(v)
	}
	return b.Bytes()
}

// withEXIF puts metadata behind a JPEG's first marker: EXIF, XMP and a comment.
func withEXIF(file []byte, orientation int) []byte {
	segment := func(marker byte, body string) string {
		return "\xff" + string([]byte{marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
	}
	meta := segment(0xe1, "Exif\x00\x00"+string(tiff(orientation))) +
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>SECRET-XMP</x:xmpmeta>") +
		segment(0xfe, "SECRET-COMMENT")
	return slices.Concat(file[:2], []byte(meta), file[2:])
}

// withTextChunks adds eXIf and tEXt to a PNG, behind its header.
func withTextChunks(file []byte) []byte {
	const header = 8 + 25
	return slices.Concat(file[:header], pngChunk("eXIf", tiff(1)), pngChunk("tEXt", []byte("Author\x00SECRET-TEXT")), file[header:])
}

// pngChunk writes a chunk of a PNG file: length, name, body, checksum.
func pngChunk(name string, body []byte) []byte {
	c := append([]byte(name), body...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body))), c,
		binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(c)))
}

func transparent(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7 / 5)
	}
	return img
}

// hugePNG is a header that promises very many pixels.
func hugePNG(w, h uint32) []byte {
	body := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(body, 8, 6, 0, 0, 0)))
}

// lyingWebP has a canvas of 10 × 10 and a frame of 16,383 × 16,383.
func lyingWebP() []byte {
	head := "WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x09\x00\x00"
	frame := "VP8 \x0a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(head)+len(frame)))) + head + frame)
}

func manyScans(good []byte) []byte {
	return slices.Concat(good[:len(good)-2], bytes.Repeat([]byte("\xff\xda\x00\x02"), maxScans+1), good[len(good)-2:])
}

// aWebP is a lossless one of 2 × 1 pixels.
const aWebP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
