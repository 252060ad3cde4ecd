package outlet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Colour is one colour of a screen: red, green and blue from 0 to 255 in sRGB.
type Colour struct{ R, G, B uint8 }

// ParseColour reads "#0b5660", "0b5660" or "#abc".
func ParseColour(text string) (Colour, bool) {
	s := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return Colour{}, false
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true //nolint:gosec // the bytes of a number of 24 bits
}

// String is the colour as style sheets write it: "#0b5660".
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// linear takes the curve of sRGB off a channel. WCAG 2.2 writes 0.04045 since
// 2021; no colour of 8 bits lies between that and the older 0.03928.
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func curved(x float64) float64 {
	if x <= 0.0031308 {
		return 12.92 * x
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// luminance is the relative luminance of WCAG 2.2, from 0 to 1.
func (c Colour) luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is the contrast ratio of two colours by WCAG 2.2, from 1 to 21.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Mix is so much (0 to 1) of a colour in another one, as a screen would mix
// their bytes.
func (c Colour) Mix(share float64, in Colour) Colour {
	f := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*share + float64(b)*(1-share))) }
	return Colour{f(c.R, in.R), f(c.G, in.G), f(c.B, in.B)}
}

// lab is a colour in OKLab (bottosson.github.io/posts/oklab): lightness from 0
// to 1 as eyes see it, and two axes of hue. Changing L alone keeps the hue.
type lab struct{ l, a, b float64 }

func (c Colour) lab() lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, 1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s}
}

// colour is the nearest colour that a screen can show; ok tells whether that is
// this one.
func (p lab) colour() (c Colour, ok bool) {
	l, m, s := p.l+0.3963377774*p.a+0.2158037573*p.b, p.l-0.1055613458*p.a-0.0638541728*p.b, p.l-0.0894841775*p.a-1.2914855480*p.b
	l, m, s = l*l*l, m*m*m, s*s*s
	ok = true
	f := func(x float64) uint8 {
		x = curved(x)
		if x < -0.001 || x > 1.001 {
			ok = false
		}
		return uint8(math.Round(255 * min(1, max(0, x))))
	}
	c = Colour{f(4.0767416621*l - 3.3077115913*m + 0.2309699292*s), f(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		f(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)}
	return c, ok
}

// at is the colour with another lightness and the same hue, with as much of its
// strength as a screen can show at that lightness.
func (c Colour) at(l float64) Colour {
	p := c.lab()
	for strength := 1.0; strength > 0; strength -= 0.05 {
		if got, ok := (lab{l, p.a * strength, p.b * strength}).colour(); ok {
			return got
		}
	}
	got, _ := lab{l, 0, 0}.colour()
	return got
}

// Nearest is the colour of the same hue that passes and whose lightness differs
// least; ok is false where none does.
func (c Colour) Nearest(passes func(Colour) bool) (Colour, bool) {
	if passes(c) {
		return c, true
	}
	const step = 0.004
	l := c.lab().l
	for d := step; d <= 1; d += step {
		for _, at := range []float64{l - d, l + d} {
			if at < 0 || at > 1 {
				continue
			}
			if got := c.at(at); passes(got) {
				return got, true
			}
		}
	}
	return c, false
}
