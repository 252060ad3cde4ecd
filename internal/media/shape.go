package media

import (
	"bytes"
	"encoding/binary"
)

// maxScans is how often a progressive JPEG may go over all its pixels. Encoders
// use about ten; a file made to keep a machine busy has thousands.
const maxScans = 100

// jpegShape counts the scans. Inside a scan a marker's FF is never data (it is
// followed by 00 there), so the markers can be counted without decoding.
func jpegShape(b []byte) shape {
	scans := 0
	for i := 2; i+3 < len(b); {
		if b[i] != 0xff {
			next := bytes.IndexByte(b[i:], 0xff)
			if next < 0 {
				break
			}
			i += next
			continue
		}
		switch m := b[i+1]; {
		case m == 0xff:
			i++
		case m == 0 || m == 1 || m >= 0xd0 && m <= 0xd9:
			i += 2 // no payload
		default:
			if m == 0xda {
				scans++
			}
			i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		}
	}
	if scans > maxScans {
		return shape{refuse: "this JPEG has an unusual number of layers; save it again as a plain JPEG and send that"}
	}
	return shape{}
}

// gifShape looks whether there is a second frame.
func gifShape(b []byte) shape {
	if len(b) < 13 {
		return shape{}
	}
	i := 13 + gifTable(b[10])
	for frames := 0; i < len(b); {
		switch b[i] {
		case 0x21: // extension: label, blocks
			i = gifBlocks(b, i+2)
		case 0x2c: // frame: descriptor, table, code size, blocks
			if frames++; frames > 1 {
				return shape{animated: true}
			}
			if i+10 > len(b) {
				return shape{}
			}
			i = gifBlocks(b, i+10+gifTable(b[i+9])+1)
		default:
			return shape{}
		}
	}
	return shape{}
}

// gifTable returns the bytes of the colour table that a packed field announces.
func gifTable(packed byte) int {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// gifBlocks returns where a chain of blocks that begins at i ends.
func gifBlocks(b []byte, i int) int {
	for i < len(b) && b[i] != 0 {
		i += 1 + int(b[i])
	}
	return i + 1
}

// webpShape finds the true size of each frame: the canvas size in the header
// need not agree with it, and the decoder allocates by the frame.
func webpShape(b []byte) shape {
	var s shape
	for i := 12; i+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[i+4:]))
		body := b[i+8 : min(len(b), i+8+size)]
		switch string(b[i : i+4]) {
		case "VP8X":
			if len(body) > 0 && body[0]&2 != 0 {
				return shape{refuse: "animated WebP pictures can't be read; save one frame as JPEG or PNG and send that"}
			}
		case "VP8 ":
			if len(body) >= 10 {
				w, h := binary.LittleEndian.Uint16(body[6:])&0x3fff, binary.LittleEndian.Uint16(body[8:])&0x3fff
				s.pixels = max(s.pixels, int64(w)*int64(h))
			}
		case "VP8L":
			if len(body) >= 5 {
				bits := binary.LittleEndian.Uint32(body[1:])
				s.pixels = max(s.pixels, int64(bits&0x3fff+1)*int64(bits>>14&0x3fff+1))
			}
		}
		i += 8 + size + size&1
	}
	return s
}
