package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// What a file may hold beside its pixels. None of it is in any rendition.
const (
	MarkEXIF = "exif" // the camera's notes
	MarkGPS  = "gps"  // where it was taken
	MarkXMP  = "xmp"  // notes of editing programs
	MarkIPTC = "iptc" // notes of agencies
	MarkC2PA = "c2pa" // a claim about its origin ("content credentials")
	MarkICC  = "icc"  // a colour profile
)

// part is a piece of a file beside the pixels.
type part struct {
	name string // as its format calls it: "APP1", "eXIf", "XMP "
	body []byte
}

// parts are what a file holds beside its pixels, in order.
func parts(data []byte) []part {
	switch {
	case begins("\xff\xd8\xff")(data):
		return jpegParts(data)
	case begins("\x89PNG")(data):
		return pngParts(data)
	case isWebP(data):
		return webpParts(data)
	}
	return nil
}

// jpegParts are the APP segments and comments before the pixels.
func jpegParts(b []byte) (out []part) {
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		m, size := b[i+1], int(binary.BigEndian.Uint16(b[i+2:]))
		if m == 0xff {
			i++
			continue
		}
		if m == 0xda || size < 2 {
			break
		}
		if m >= 0xe0 && m <= 0xef {
			out = append(out, part{"APP" + string(rune('0'+(m-0xe0)/10)) + string(rune('0'+(m-0xe0)%10)), b[i+4 : min(len(b), i+2+size)]})
		}
		i += 2 + size
	}
	return out
}

func pngParts(b []byte) (out []part) {
	for i := 8; i+12 <= len(b); {
		size := int(binary.BigEndian.Uint32(b[i:]))
		if size < 0 || size > len(b)-i-12 {
			break
		}
		if name := string(b[i+4 : i+8]); name != "IDAT" {
			out = append(out, part{name, b[i+8 : i+8+size]})
		}
		i += 12 + size
	}
	return out
}

func webpParts(b []byte) (out []part) {
	for i := 12; i+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[i+4:]))
		if size < 0 || size > len(b)-i-8 {
			break
		}
		out = append(out, part{string(b[i : i+4]), b[i+8 : i+8+size]})
		i += 8 + size + size&1
	}
	return out
}

// Marks tells what a picture's file holds beside its pixels, each once, in the
// order of the alphabet.
func Marks(data []byte) []string {
	var out []string
	for _, p := range parts(data) {
		if m := p.mark(); m != "" {
			out = append(out, m)
		}
		if bytes.Contains(p.body, []byte("GPSLatitude")) { // XMP writes it out
			out = append(out, MarkGPS)
		}
	}
	if slices.Contains(out, MarkEXIF) && hasPosition(data) {
		out = append(out, MarkGPS)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mark says what a part is; "" for what matters to nobody.
func (p part) mark() string {
	has := func(prefix string) bool { return bytes.HasPrefix(p.body, []byte(prefix)) }
	switch p.name {
	case "APP01":
		if has("Exif\x00") {
			return MarkEXIF
		}
		if has("http://ns.adobe.com/") {
			return MarkXMP
		}
	case "APP02":
		if has("ICC_PROFILE\x00") {
			return MarkICC
		}
	case "APP11": // JPEG universal metadata boxes (ISO 19566-5), which C2PA uses
		if bytes.Contains(p.body, []byte("c2pa")) {
			return MarkC2PA
		}
	case "APP13":
		if has("Photoshop 3.0\x00") {
			return MarkIPTC
		}
	case "eXIf", "EXIF":
		return MarkEXIF
	case "iTXt":
		if has("XML:com.adobe.xmp\x00") {
			return MarkXMP
		}
	case "XMP ":
		return MarkXMP
	case "iCCP", "ICCP":
		return MarkICC
	case "caBX", "C2PA":
		return MarkC2PA
	}
	return ""
}

// hasPosition tells whether the EXIF block has a place in it.
func hasPosition(data []byte) bool {
	f, ok := sniff(data)
	if !ok || f.meta == 0 {
		return false
	}
	found := false
	_ = guard(func() error {
		_, err := imagemeta.Decode(imagemeta.Options{
			R: bytes.NewReader(data), ImageFormat: f.meta, Sources: imagemeta.EXIF, Timeout: 2 * time.Second,
			ShouldHandleTag: func(t imagemeta.TagInfo) bool { return strings.Contains(t.Namespace, "GPS") },
			HandleTag: func(imagemeta.TagInfo) error {
				found = true
				return nil
			},
		})
		return err // broken metadata is no reason for anything
	})
	return found
}

// maxProfile is the longest colour profile that is read, in bytes.
const maxProfile = 4 << 20

// profileOf is the colour profile that a file holds, nil for none.
func profileOf(data []byte) []byte {
	var icc []byte
	for _, p := range parts(data) {
		if p.mark() != MarkICC || len(icc)+len(p.body) > maxProfile {
			continue
		}
		switch p.name {
		case "APP02": // "ICC_PROFILE", 0, number, count: the pieces come in order
			if len(p.body) > 14 {
				icc = append(icc, p.body[14:]...)
			}
		case "ICCP":
			icc = p.body
		case "iCCP": // name, 0, method 0, zlib
			if _, packed, ok := bytes.Cut(p.body, []byte{0}); ok && len(packed) > 1 {
				if r, err := zlib.NewReader(bytes.NewReader(packed[1:])); err == nil {
					icc, _ = io.ReadAll(io.LimitReader(r, maxProfile))
				}
			}
		}
	}
	return icc
}
