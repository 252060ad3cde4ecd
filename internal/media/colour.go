package media

import (
	"encoding/binary"
	"image"
	"math"
)

// Renditions carry no profile: browsers then take them for sRGB. Pictures of
// another RGB space (telephones photograph in Display P3, cameras may in Adobe
// RGB) are brought to sRGB, so that their colours stay as they were; what sRGB
// can't show becomes the nearest that it can, channel by channel.

// matrix maps one triple of linear light to another.
type matrix [3][3]float64

// fromD50 makes linear sRGB of XYZ relative to D50, which is what profiles are
// written in (ICC.1:2022, 6.3.1; IEC 61966-2-1 with the Bradford adaptation).
var fromD50 = matrix{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

func (m matrix) times(n matrix) (out matrix) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return out
}

// profile is an RGB space that is a curve for each channel and a matrix.
type profile struct {
	linear [3][256]float64 // of each value of a channel
	toSRGB matrix          // linear light to linear sRGB
}

// convertTo makes the function that brings a file's pixels to sRGB in place. It
// does nothing where the file has no profile, one of sRGB, or one of another
// kind than curves and a matrix.
func convertTo(data []byte) func(*image.RGBA) {
	p, ok := readProfile(profileOf(data))
	if !ok || p.plain() {
		return func(*image.RGBA) {}
	}
	return p.convert
}

// readProfile reads a profile of version 2 or 4 for RGB devices.
func readProfile(icc []byte) (p profile, ok bool) {
	if len(icc) < 132 || string(icc[16:20]) != "RGB " || string(icc[20:24]) != "XYZ " || string(icc[36:40]) != "acsp" {
		return p, false
	}
	tag := func(name string) []byte {
		n := min(int(binary.BigEndian.Uint32(icc[128:])), 100)
		for i := range n {
			at := 132 + i*12
			if at+12 > len(icc) {
				return nil
			}
			start, size := uint64(binary.BigEndian.Uint32(icc[at+4:])), uint64(binary.BigEndian.Uint32(icc[at+8:]))
			if string(icc[at:at+4]) == name && start+size <= uint64(len(icc)) {
				return icc[start : start+size]
			}
		}
		return nil
	}
	var toXYZ matrix
	for c, name := range []string{"r", "g", "b"} {
		xyz := tag(name + "XYZ")
		if len(xyz) < 20 || !readCurve(tag(name+"TRC"), &p.linear[c]) {
			return p, false
		}
		for row := range 3 {
			toXYZ[row][c] = fixed(xyz[8+row*4:])
		}
	}
	p.toSRGB = fromD50.times(toXYZ)
	return p, true
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve reads a tone curve: of a power, a table or a formula (ICC.1:2022,
// 10.6 and 10.18).
func readCurve(b []byte, out *[256]float64) bool {
	if len(b) < 12 {
		return false
	}
	switch string(b[:4]) {
	case "curv":
		return readTable(b, out)
	case "para":
		return readFormula(b, out)
	}
	return false
}

func readTable(b []byte, out *[256]float64) bool {
	n := int(binary.BigEndian.Uint32(b[8:]))
	if n < 0 || n > 65536 || len(b) < 12+2*n {
		return false
	}
	for i := range out {
		x := float64(i) / 255
		switch n {
		case 0:
			out[i] = x
		case 1:
			out[i] = math.Pow(x, float64(binary.BigEndian.Uint16(b[12:]))/256)
		default:
			at := x * float64(n-1)
			k := min(int(at), n-2)
			lo, hi := float64(binary.BigEndian.Uint16(b[12+2*k:])), float64(binary.BigEndian.Uint16(b[14+2*k:]))
			out[i] = (lo + (hi-lo)*(at-float64(k))) / 65535
		}
	}
	return true
}

// readFormula reads the five kinds of formulas: (aX + b)^g + e from d on, cX + f
// below it, each with the parameters that come before it in this list.
func readFormula(b []byte, out *[256]float64) bool {
	kind := int(binary.BigEndian.Uint16(b[8:]))
	counts := []int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(b) < 12+4*counts[kind] {
		return false
	}
	v := make([]float64, 7)
	for i := range counts[kind] {
		v[i] = fixed(b[12+4*i:])
	}
	g, a, bb, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		a, d = 1, 0
	case 1, 2: // from -b/a on; below it 0, or c
		if a == 0 {
			return false
		}
		e, f, c, d = c, c, 0, -bb/a
	}
	for i := range out {
		x := float64(i) / 255
		if x >= d {
			out[i] = math.Pow(max(a*x+bb, 0), g) + e
		} else {
			out[i] = c*x + f
		}
	}
	return true
}

// plain tells whether the space is so near to sRGB that nothing has to be done:
// no value would change by more than about one of 255.
func (p profile) plain() bool {
	for c := range 3 {
		for i := range 256 {
			if math.Abs(encodeSRGB(p.linear[c][i])-float64(i)/255) > 1.5/255 {
				return false
			}
		}
		for k := range 3 {
			want := 0.0
			if c == k {
				want = 1
			}
			if math.Abs(p.toSRGB[c][k]-want) > 0.004 {
				return false
			}
		}
	}
	return true
}

// encodeSRGB is the curve of IEC 61966-2-1, for 0–1.
func encodeSRGB(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// steps is how finely linear light is looked up; the darkest of 255 steps is 20
// of these wide.
const steps = 1 << 14

var encoded = func() (out [steps + 1]uint8) {
	for i := range out {
		out[i] = uint8(math.Round(255 * encodeSRGB(float64(i)/steps)))
	}
	return out
}()

// convert changes the pixels, which are premultiplied with their alpha.
func (p profile) convert(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride : y*img.Stride+4*img.Rect.Dx()]
		for i := 0; i < len(row); i += 4 {
			px := row[i : i+4 : i+4]
			alpha := uint32(px[3])
			if alpha == 0 {
				continue
			}
			var in [3]float64
			for c := range 3 {
				v := uint32(px[c])
				if alpha < 255 {
					v = min(255, (v*255+alpha/2)/alpha)
				}
				in[c] = p.linear[c][v]
			}
			for c := range 3 {
				light := p.toSRGB[c][0]*in[0] + p.toSRGB[c][1]*in[1] + p.toSRGB[c][2]*in[2]
				v := uint32(encoded[int(min(max(light, 0), 1)*steps+0.5)])
				px[c] = uint8((v*alpha + 127) / 255)
			}
		}
	}
}
