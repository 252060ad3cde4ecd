package wxr

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// input feeds the XML decoder byte by byte, so that its place is known exactly.
// It takes out control characters, which XML forbids and WordPress exports hold
// when somebody pasted them, and it counts them.
type input struct {
	r       *bufio.Reader
	line    int // from 1
	column  int // in bytes, from 1: of the next byte
	offset  int64
	cleaned int
	empty   bool // nothing but white space so far
	err     error
}

func newInput(r io.Reader) *input {
	in := &input{r: bufio.NewReaderSize(r, 64<<10), line: 1, column: 1, empty: true}
	if bom := in.head(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.r.Discard(3)
		in.offset = 3
	}
	return in
}

// ReadByte implements io.ByteReader.
func (in *input) ReadByte() (byte, error) {
	for {
		if in.err != nil {
			return 0, in.err
		}
		c, err := in.r.ReadByte()
		if err != nil {
			return 0, err
		}
		in.offset++
		in.column++
		switch {
		case c == '\n':
			in.line++
			in.column = 1
		case c < 0x20 && c != '\t' && c != '\r':
			in.cleaned++
			continue
		case c > 0x20:
			in.empty = false
		}
		return c, nil
	}
}

// Read implements io.Reader for the decoder's sake, which uses only ReadByte.
func (in *input) Read(p []byte) (int, error) {
	for i := range p {
		c, err := in.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}

// head looks at the first bytes without taking them. A trouble met while looking
// comes up at the next read; bufio would forget it.
func (in *input) head(n int) []byte {
	b, err := in.r.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) {
		in.err = err
	}
	return b
}
