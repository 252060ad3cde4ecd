package media

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
)

// Whole is what ten-thousandths are parts of.
const whole = 10_000

// smallestCrop is the least width and height of a crop, in ten-thousandths.
const smallestCrop = 500

// Crop is a part of an upright picture, in ten-thousandths of its width and
// height. The zero Crop is all of it. The original stays as it is.
type Crop struct{ X, Y, Width, Height int }

// None tells whether nothing is cut away.
func (c Crop) None() bool { return c == Crop{} }

// Good tells whether the crop lies within the picture and leaves something of it.
func (c Crop) Good() bool {
	return c.None() || c.X >= 0 && c.Y >= 0 && c.Width >= smallestCrop && c.Height >= smallestCrop && c.X+c.Width <= whole && c.Y+c.Height <= whole
}

// String writes the crop as it is kept: "" for none.
func (c Crop) String() string {
	if c.None() {
		return ""
	}
	return fmt.Sprintf("%d %d %d %d", c.X, c.Y, c.Width, c.Height)
}

// ParseCrop reads what String wrote; what is none of it is no crop. A crop that
// leaves everything is none either.
func ParseCrop(s string) Crop {
	var c Crop
	if _, err := fmt.Sscanf(s, "%d %d %d %d", &c.X, &c.Y, &c.Width, &c.Height); err != nil || !c.Good() || c == (Crop{0, 0, whole, whole}) {
		return Crop{}
	}
	return c
}

// in is the crop in the pixels of a picture of that size; never empty.
func (c Crop) in(w, h int) image.Rectangle {
	if c.None() {
		return image.Rect(0, 0, w, h)
	}
	r := image.Rect(c.X*w/whole, c.Y*h/whole, (c.X+c.Width)*w/whole, (c.Y+c.Height)*h/whole)
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	return r.Intersect(image.Rect(0, 0, w, h))
}

// Point is where the focal point is in what the crop leaves, in ten-thousandths of
// that; at its nearest edge where it was cut away.
func (p Picture) Point() (x, y int) {
	c := p.Crop
	if c.None() {
		return p.FocalX, p.FocalY
	}
	move := func(focal, from, size int) int { return min(max((focal-from)*whole/size, 0), whole) }
	return move(p.FocalX, c.X, c.Width), move(p.FocalY, c.Y, c.Height)
}

// Cut is how its renditions are cut.
func (p Picture) Cut() Cut {
	x, y := p.Point()
	return Cut{Crop: p.Crop, FocalX: x, FocalY: y}
}

// Face is the hash in the public addresses of the picture's renditions: of the
// original, or of it and its crop, so that what an address gave once never
// becomes another picture.
func (p Picture) Face() string {
	if p.Crop.None() {
		return p.Hash
	}
	return faceOf("crop", p.Hash, p.Crop.String())
}

// CardFace is the same for the rendition for shared links.
func (p Picture) CardFace() string {
	x, y := p.Point()
	return faceOf("card", p.Face(), fmt.Sprintf("%d %d", x, y))
}

// WholeFace is the same for all of a picture that has a crop. No public address
// has it.
func (p Picture) WholeFace() string { return faceOf("whole", p.Hash, "") }

func faceOf(how, hash, by string) string {
	sum := sha256.Sum256([]byte("masthead " + how + "\n" + hash + "\n" + by))
	return hex.EncodeToString(sum[:])
}

// cardSize is what sites show of a shared link: 1.91 to 1.
var cardSize = Size{1200, 630}

// cardRect is the largest part of a picture with the proportion of a card, with
// the focal point as near to its middle as the edges allow.
func cardRect(w, h, focalX, focalY int) image.Rectangle {
	cw, ch := w, max(1, w*cardSize.Height/cardSize.Width)
	if ch > h {
		cw, ch = max(1, h*cardSize.Width/cardSize.Height), h
	}
	x := min(max(focalX*w/whole-cw/2, 0), w-cw)
	y := min(max(focalY*h/whole-ch/2, 0), h-ch)
	return image.Rect(x, y, x+cw, y+ch)
}
