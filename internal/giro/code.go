package giro

import (
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"

	"masthead.dev/masthead/internal/fault"
)

// Code is a QR code to be drawn: black modules on white, Size modules wide with
// the quiet zone round it.
type Code struct {
	Payload string
	Size    int    // modules on a side, with the quiet zone
	Path    string // of an SVG: all black modules, one unit each
	Version int
	Cross   *Cross // the Swiss cross in the middle; nil without
}

// Cross is where the Swiss cross lies, in modules. The standard asks for
// 7 × 7 mm within 46 × 46 mm.
type Cross struct {
	White Box // cleared under all
	Black Box
	Bars  [2]Box // white
}

// Box is a rectangle.
type Box struct{ X, Y, W, H float64 }

// quiet is the white margin that ISO 18004 asks for, in modules. The Swiss
// standard asks for 5 mm, which is less than that from 46 modules on, and
// 4 modules or more below.
const quiet = 4

// EPCCode draws the code for euro payments.
func EPCCode(t Transfer) (Code, error) {
	payload, err := t.Payload()
	if err != nil {
		return Code{}, err
	}
	c, err := draw(payload, quiet)
	if err == nil && c.Version > EPCMaxVersion {
		return Code{}, fault.New(fault.Invalid, "this code would be of version %d; apps read up to %d", c.Version, EPCMaxVersion)
	}
	return c, err
}

// SwissCode draws the Swiss payment code.
func SwissCode(b Bill) (Code, error) {
	payload, err := b.Payload()
	if err != nil {
		return Code{}, err
	}
	c, err := draw(payload, quiet)
	if err != nil {
		return Code{}, err
	}
	if c.Version > 25 {
		return Code{}, fault.New(fault.Invalid, "this code would be too fine for the Swiss standard; shorten the texts")
	}
	// 5 mm of quiet zone at 46 mm for the code itself.
	side := c.Size - 2*quiet
	if need := (side*5 + 45) / 46; need > quiet {
		if c, err = draw(payload, need); err != nil {
			return Code{}, err
		}
	}
	c.Cross = crossIn(float64(c.Size), float64(side))
	return c, nil
}

// crossIn puts the cross into the middle: 7 mm with its white edge, as the
// standard asks, and bars of the flag's proportions (arms a sixth longer than
// wide, so 10 × 3). They are half as long as the black field, a fifth less than
// on the flag: with longer ones widely used readers take the cross for a corner
// mark and find no code at all.
func crossIn(size, side float64) *Cross {
	center := func(w, h float64) Box { return Box{(size - w) / 2, (size - h) / 2, w, h} }
	white := side * 7 / 46
	black := white * 6 / 7
	long := black / 2
	wide := long * 3 / 10
	return &Cross{White: center(white, white), Black: center(black, black), Bars: [2]Box{center(long, wide), center(wide, long)}}
}

// draw makes a code of error correction level M, which both standards ask for.
func draw(payload string, margin int) (Code, error) {
	q, err := qrcode.New(payload, qrcode.Medium)
	if err != nil {
		return Code{}, fault.Wrap(fault.Invalid, err, "this is too long for a QR code")
	}
	q.DisableBorder = true
	bits := q.Bitmap()
	return Code{Payload: payload, Size: len(bits) + 2*margin, Version: q.VersionNumber, Path: path(bits, margin)}, nil
}

// path writes runs of black modules as rectangles of one row.
func path(bits [][]bool, margin int) string {
	var b strings.Builder
	for y, row := range bits {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			n := 1
			for x+n < len(row) && row[x+n] {
				n++
			}
			w := strconv.Itoa(n)
			b.WriteString("M" + strconv.Itoa(x+margin) + " " + strconv.Itoa(y+margin) + "h" + w + "v1h-" + w + "z")
			x += n
		}
	}
	return b.String()
}
