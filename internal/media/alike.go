package media

import (
	"encoding/binary"
	"encoding/hex"
	"image"
	"math/bits"
	"strconv"
)

// fingerprint is nearly the same for the same picture at another size or quality
// (difference hash): the brightness of neighbours is compared in a picture of
// 9 × 8 pixels. What differs by less than 3 of 255 counts as equal, so that
// plain areas don't turn with every encoder's noise. 64 bits, 16 hex digits.
func fingerprint(img image.Image, orientation int) string {
	small := scale(upright(scale(img, lying(Size{72, 64}, orientation)), orientation), Size{9, 8})
	grey := func(x, y int) int {
		p := small.Pix[y*small.Stride+x*4:]
		return 299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) // ITU-R BT.601
	}
	var print uint64
	for y := range 8 {
		for x := range 8 {
			print <<= 1
			if grey(x, y) > grey(x+1, y)+3000 {
				print |= 1
			}
		}
	}
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, print))
}

// apart is in how many bits the fingerprints of the same picture may differ;
// bands is one more, so that two such have one of as many parts in common.
const (
	apart = 3
	bands = apart + 1
)

// telling is how many bits of a fingerprint must be set. Plain pictures have few
// and look alike to it without being so.
const telling = 6

func bitsOf(print string) (uint64, bool) {
	v, err := strconv.ParseUint(print, 16, 64)
	return v, err == nil && len(print) == 16 && bits.OnesCount64(v) >= telling
}

// Alike tells whether two fingerprints are of the same picture, as far as that
// can be told.
func Alike(a, b string) bool {
	x, ok := bitsOf(a)
	y, ok2 := bitsOf(b)
	return ok && ok2 && bits.OnesCount64(x^y) <= apart
}

// Bands are numbers of which two pictures that are alike have at least one in
// common, so that they can be found by an index; none for a fingerprint that
// tells nothing.
func Bands(print string) []int64 {
	v, ok := bitsOf(print)
	if !ok {
		return nil
	}
	out := make([]int64, bands)
	for i := range out {
		out[i] = int64(i)<<16 | int64(v>>(16*i)&0xffff)
	}
	return out
}
