package statement

import (
	"slices"
	"strings"
)

// Likeness is how surely two lines are the same one.
type Likeness int

// The degrees of likeness.
const (
	Different Likeness = iota
	Possible           // nothing says that they differ: another format that says too little
	Same
)

// Compare weighs two lines of one account. Lines of different days or amounts
// are Different. Within one format the bank's reference, or the text, decides.
// Across formats they are the Same if they share a reference, the other side's
// account, or most of what they say; Different if both name an account and not
// the same one; else Possible.
func Compare(a, b *Entry) Likeness {
	if a.BookedAt != b.BookedAt || a.Amount != b.Amount {
		return Different
	}
	if a.Format == b.Format {
		if mark(a) == mark(b) {
			return Same
		}
		return Different
	}
	return like(traitsOf(a), traitsOf(b))
}

// traits are what a line can be known by.
type traits struct {
	mark, ref string
	ids       []string // end-to-end, transaction and creditor references
	ibans     []string
	said      string // everything it says, squeezed
	pieces    map[string]bool
}

func traitsOf(e *Entry) *traits {
	t := &traits{mark: mark(e), ref: shortRef(e.BankRef)}
	var said strings.Builder
	for i := range e.Details {
		d := &e.Details[i]
		for _, id := range []string{d.EndToEndID, d.TxID, d.Reference, d.MandateID} {
			if id = squeeze(id); len(id) >= 6 {
				t.ids = append(t.ids, id)
			}
		}
		if d.Counterparty.IBAN != "" {
			t.ibans = append(t.ibans, d.Counterparty.IBAN)
		}
		said.WriteString(squeeze(d.Counterparty.Name + d.Remittance + d.Reference + d.EndToEndID))
	}
	if said.Len() == 0 || e.Format == MT940 { // there the text has the details in it
		said.WriteString(squeeze(e.Text))
	}
	t.said = said.String()
	return t
}

func like(a, b *traits) Likeness {
	switch {
	case a.ref != "" && a.ref == b.ref, a.names(b), b.names(a):
		return Same
	case len(a.ibans) > 0 && len(b.ibans) > 0:
		if slices.ContainsFunc(a.ibans, func(i string) bool { return slices.Contains(b.ibans, i) }) {
			return Same
		}
		return Different
	case a.share(b) >= 0.6:
		return Same
	}
	return Possible
}

// names: one of the references of a stands in what b says.
func (a *traits) names(b *traits) bool {
	return slices.ContainsFunc(a.ids, func(id string) bool { return slices.Contains(b.ids, id) || strings.Contains(b.said, id) })
}

// share is how many of the four-letter pieces of the shorter text stand in the
// longer one, from 0 to 1. Pieces survive the line breaks that formats put into
// words. Texts under eight letters prove nothing.
func (a *traits) share(b *traits) float64 {
	if len(a.said) > len(b.said) {
		a, b = b, a
	}
	if len(a.said) < 8 {
		return 0
	}
	hits, mine, theirs := 0, a.cut(), b.cut()
	for p := range mine {
		if theirs[p] {
			hits++
		}
	}
	return float64(hits) / float64(len(mine))
}

func (a *traits) cut() map[string]bool {
	if a.pieces == nil {
		a.pieces = map[string]bool{}
		for i := 0; i+4 <= len(a.said); i++ {
			a.pieces[a.said[i:i+4]] = true
		}
	}
	return a.pieces
}

// Match says which stored line an incoming one is.
type Match struct {
	Stored int  // index into stored; -1 for a new line
	Sure   bool // false: paired only because day and amount are equal and nothing speaks against it
}

// Known finds the incoming lines of an account that are stored already, from
// this format or another. Each stored line is used once, the likest pairs
// first. Across formats a line that says too little to be told (Possible) is
// taken for the stored one of that day and amount: both formats hold the whole
// day, and booking money twice is worse than asking; the balance shows either
// mistake. A batch in one format is known by its single payments in the other,
// and they by it.
func Known(stored, incoming []Entry) []Match {
	k := &knower{stored: stored, incoming: incoming, out: make([]Match, len(incoming)), used: make([]bool, len(stored))}
	for i := range k.out {
		k.out[i].Stored = -1
	}
	groups := map[daySum]*group{}
	for i := range stored {
		g := groupOf(groups, &stored[i])
		g.stored = append(g.stored, i)
	}
	for i := range incoming {
		g := groupOf(groups, &incoming[i])
		g.incoming = append(g.incoming, i)
	}
	for _, g := range groups {
		k.pair(g)
	}
	k.batches()
	return k.out
}

type daySum struct {
	date   string
	amount int64
}

// group are the lines of one day and amount.
type group struct{ stored, incoming []int }

func groupOf(all map[daySum]*group, e *Entry) *group {
	key := daySum{e.BookedAt, e.Amount}
	if all[key] == nil {
		all[key] = &group{}
	}
	return all[key]
}

type knower struct {
	stored, incoming []Entry
	out              []Match
	used             []bool
}

func (k *knower) take(incoming, stored int, sure bool) {
	k.out[incoming], k.used[stored] = Match{stored, sure}, true
}

// most is the number of comparisons of texts that a day's equal amounts may
// cost, and reach how far an unsure pair is looked for. Beyond, lines are paired
// in their order.
const (
	most  = 1 << 16
	reach = 64
)

// pair works through one group, from the surest evidence to the weakest.
func (k *knower) pair(g *group) {
	if len(g.stored) == 0 || len(g.incoming) == 0 {
		return
	}
	ofStored, ofIncoming := traitsAt(k.stored, g.stored), traitsAt(k.incoming, g.incoming)
	k.byIndex(g, func(i int) []string { return []string{ofStored[i].mark} }, func(i int) []string { return []string{ofIncoming[i].mark} }, true)
	k.byIndex(g, func(i int) []string { return ofStored[i].named() }, func(i int) []string { return ofIncoming[i].named() }, false)
	k.left(g)
	if len(g.stored)*len(g.incoming) <= most {
		k.by(Same, g, ofStored, ofIncoming)
		k.left(g)
	}
	k.by(Possible, g, ofStored, ofIncoming)
}

func traitsAt(list []Entry, at []int) map[int]*traits {
	out := make(map[int]*traits, len(at))
	for _, i := range at {
		out[i] = traitsOf(&list[i])
	}
	return out
}

// named are the references and accounts of a line.
func (t *traits) named() []string { return append(slices.Clone(t.ids), t.ibans...) }

// byIndex pairs lines that share one of their names, in order. Within one format
// the mark alone decides, so other names pair only across formats.
func (k *knower) byIndex(g *group, ofStored, ofIncoming func(int) []string, oneFormat bool) {
	free := map[string][]int{}
	for _, s := range g.stored {
		if k.used[s] {
			continue
		}
		for _, name := range ofStored(s) {
			free[name] = append(free[name], s)
		}
	}
	for _, i := range g.incoming {
		for _, name := range ofIncoming(i) {
			for len(free[name]) > 0 && k.used[free[name][0]] {
				free[name] = free[name][1:]
			}
			list := free[name]
			if k.out[i].Stored >= 0 || len(list) == 0 || (!oneFormat && k.incoming[i].Format == k.stored[list[0]].Format) {
				continue
			}
			k.take(i, list[0], name != "t") // "t": both say nothing at all
			free[name] = list[1:]
		}
	}
}

// left keeps what has found no partner yet.
func (k *knower) left(g *group) {
	g.stored = slices.DeleteFunc(g.stored, func(s int) bool { return k.used[s] })
	g.incoming = slices.DeleteFunc(g.incoming, func(i int) bool { return k.out[i].Stored >= 0 })
}

// by pairs across formats what is at least so like.
func (k *knower) by(least Likeness, g *group, ofStored, ofIncoming map[int]*traits) {
	free := slices.Clone(g.stored)
	for _, i := range g.incoming {
		tries := len(free)
		if least == Possible {
			tries = min(tries, reach)
		}
		for n := range tries {
			s := free[n]
			if k.incoming[i].Format == k.stored[s].Format || like(ofIncoming[i], ofStored[s]) < least {
				continue
			}
			k.take(i, s, least == Same)
			copy(free[1:n+1], free[:n]) // those before it stay first
			free = free[1:]
			break
		}
	}
}

// batches knows a batch by its payments, either way.
func (k *knower) batches() {
	var free, fresh []int
	for s := range k.stored {
		if !k.used[s] {
			free = append(free, s)
		}
	}
	for i := range k.incoming {
		if k.out[i].Stored < 0 {
			fresh = append(fresh, i)
		}
	}
	for _, s := range free {
		if parts := k.parts(&k.stored[s], k.incoming, fresh, func(i int) bool { return k.out[i].Stored < 0 }); parts != nil {
			for _, i := range parts {
				k.take(i, s, true)
			}
		}
	}
	for _, i := range fresh {
		if k.out[i].Stored >= 0 {
			continue
		}
		if parts := k.parts(&k.incoming[i], k.stored, free, func(s int) bool { return !k.used[s] }); parts != nil {
			for _, s := range parts {
				k.take(i, s, true)
			}
		}
	}
}

// parts finds, among the lines at, one for each detail of a batch; nil unless
// all are there.
func (k *knower) parts(batch *Entry, list []Entry, at []int, isFree func(int) bool) []int {
	if len(batch.Details) < 2 || len(batch.Details)*len(at) > most {
		return nil
	}
	var out []int
	for d := range batch.Details {
		one := Entry{BookedAt: batch.BookedAt, Amount: batch.Details[d].Amount, Format: batch.Format, Details: batch.Details[d : d+1]}
		best, found := Different, -1
		for _, i := range at {
			if list[i].Format == batch.Format || !isFree(i) || slices.Contains(out, i) {
				continue
			}
			if l := Compare(&one, &list[i]); l > best {
				best, found = l, i
			}
		}
		if found < 0 {
			return nil
		}
		out = append(out, found)
	}
	return out
}
