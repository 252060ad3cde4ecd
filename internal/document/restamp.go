package document

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

var stampEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// restamp replaces every id by one made of seed, the block's kind and its content,
// and a counter for equal blocks.
func (d *Document) restamp(seed string) {
	s := &stamper{seed: seed, seen: map[string]int{}, used: map[string]bool{}}
	renamed := map[string]string{}
	for i := range d.Footnotes {
		f := &d.Footnotes[i]
		e := &encoder{bare: true}
		f.fields(e)
		old := f.ID
		f.ID = s.stamp("footnote", e.buf)
		renamed[old] = f.ID
	}
	d.Inlines(func(in *Inline) {
		for i := range *in {
			if n := &(*in)[i].Note; *n != "" {
				*n = renamed[*n]
			}
		}
	})
	d.Walk(func(b Block) bool {
		e := &encoder{bare: true}
		e.block(b)
		b.base().ID = s.stamp(b.Kind(), e.buf)
		return true
	})
}

type stamper struct {
	seed string
	seen map[string]int
	used map[string]bool
}

// stamp gives 10 characters (50 bits); a clash inside one document moves on.
func (s *stamper) stamp(kind string, content []byte) string {
	key := kind + "\x00" + string(content)
	for {
		n := s.seen[key]
		s.seen[key]++
		sum := sha256.Sum256([]byte(strings.Join([]string{s.seed, strconv.Itoa(n), key}, "\x00")))
		id := stampEncoding.EncodeToString(sum[:])[:10]
		if !s.used[id] {
			s.used[id] = true
			return id
		}
	}
}
