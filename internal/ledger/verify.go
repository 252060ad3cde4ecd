package ledger

import (
	"fmt"
	"iter"
)

// Stored is an entry as it was read back from its rows, with the hashes that
// were kept beside it.
type Stored struct {
	Entry
	Content string // the content hash as stored
	Hash    string // the hash of the chain as stored
	Flaw    string // what the reader found wrong in the rows themselves, or ""
}

// Head is the end of the chain.
type Head struct {
	Date string `json:"date,omitempty"` // the day that it was the head of, where that was asked
	Seq  int64  `json:"seq"`            // 0 while the books are empty
	Hash string `json:"hash"`           // Genesis while the books are empty
}

// Damage names the first entry of the books that is not as it was posted.
type Damage struct {
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"` // one of the constants below
	Why  string `json:"why"`  // a sentence for people
}

// The kinds of damage.
const (
	Altered  = "altered"  // the rows of the entry do not give its own hashes
	Replaced = "replaced" // it agrees with itself, but the chain was built on another
	Missing  = "missing"  // there is no such entry, though a later one or the head knows of it
	Foreign  = "foreign"  // a row that was never posted
	Summed   = "summed"   // the entries are sound; what was added up from them is not
)

// Verify recomputes every row and every link of the chain and returns the first
// damage, or nil. rows come in order of seq, all of them. It trusts head: who
// rewrites all rows behind an entry and the head as well is found only by
// comparing with a head that was published before.
func Verify(rows iter.Seq2[Stored, error], head Head) (*Damage, error) {
	v := verifier{prev: Genesis}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if d := v.next(row, head); d != nil {
			return d, nil
		}
	}
	return v.end(head), nil
}

type verifier struct {
	seq  int64  // of the last row that was read
	prev string // its stored hash
	torn bool   // its link to the row before it does not hold
}

func (v *verifier) next(row Stored, head Head) *Damage {
	want := v.seq + 1
	if row.Seq < want {
		return damage(row.Seq, Foreign, "a row with the number %d stands where none can be", row.Seq)
	}
	canonical := Canonical(row.Entry)
	holds := Chain(v.prev, canonical) == row.Hash
	if v.torn {
		return v.blame(row.Seq == want && holds)
	}
	switch {
	case want > head.Seq:
		return damage(row.Seq, Foreign, "entry %d stands behind the head of the chain (%d)", row.Seq, head.Seq)
	case row.Seq > want:
		return gap(want, row.Seq-1)
	case row.Flaw != "":
		return damage(want, Altered, "entry %d was altered: %s", want, row.Flaw)
	case ContentHash(row.Entry) != row.Content:
		return damage(want, Altered, "entry %d was altered: its date, key, tags or postings do not give its hash", want)
	}
	if _, hidden := row.Tags["reverses"]; hidden { // hashes like an entry that does reverse
		return damage(want, Altered, "entry %d was altered: what it reverses stands among its tags", want)
	}
	if err := row.balanced(); err != nil {
		return damage(want, Altered, "entry %d was altered: its postings do not sum to zero", want)
	}
	v.seq, v.prev, v.torn = want, row.Hash, !holds
	return nil
}

// end compares the last row with the head.
func (v *verifier) end(head Head) *Damage {
	switch {
	case v.torn:
		return v.blame(v.seq == head.Seq && v.prev == head.Hash)
	case v.seq < head.Seq:
		return gap(v.seq+1, head.Seq)
	case v.prev != head.Hash && v.seq == 0:
		return damage(0, Replaced, "the head of the empty chain was altered")
	case v.prev != head.Hash:
		return damage(v.seq, Replaced, "entry %d was replaced: the head of the chain knows another one", v.seq)
	}
	return nil
}

// blame decides which side of a torn link is the false one. confirmed tells
// that what comes behind the torn row was chained to its stored hash, so that
// this hash is genuine: then it is the row before that no longer is what the
// hash was made of.
func (v *verifier) blame(confirmed bool) *Damage {
	if confirmed && v.seq > 1 {
		return damage(v.seq-1, Replaced, "entry %d was replaced: entry %d is chained to another one", v.seq-1, v.seq)
	}
	return damage(v.seq, Replaced, "entry %d was replaced: it does not follow from the entry before it", v.seq)
}

func gap(from, to int64) *Damage {
	if from == to {
		return damage(from, Missing, "entry %d is missing", from)
	}
	return damage(from, Missing, "the entries %d to %d are missing", from, to)
}

func damage(seq int64, kind, why string, args ...any) *Damage {
	return &Damage{Seq: seq, Kind: kind, Why: fmt.Sprintf(why, args...)}
}
