package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"masthead.dev/masthead/internal/fund"
)

// look is one call of Apply: what a provider says now about some objects.
type look struct {
	ctx      context.Context
	provider string
	facts    fund.Facts
	reduce   func(fund.World) fund.Changes

	changes fund.Changes
	later   bool // a look before it in the batch is about the same donor
	err     error
}

// sociable tells whether a look may be written together with others: one that is
// about sessions, plans, payments and their charges alone, which is what many
// readers who give at once bring.
func (l *look) sociable() bool {
	f := l.facts
	return len(f.Refunds)+len(f.Disputes)+len(f.Payouts)+len(f.Warnings) == 0 &&
		!slices.ContainsFunc(f.Movements, func(m fund.Movement) bool { return m.Source.Kind != "" && m.Source.Kind != fund.KindPayment })
}

// lookTogether serves looks of the same moment (ADR 24). Those that share an object
// or a donor come one after the other. Where it fails, each is tried by itself, so
// that nobody fails by another one's fault.
func (s Fund) lookTogether(list []*look) {
	for len(list) > 0 {
		batch, rest := apart(list)
		if len(batch) == 1 {
			batch[0].err = s.lookOnce(batch[0].ctx, batch)
		} else if err := s.lookMany(batch); err != nil {
			s.lookEach(batch)
		}
		for _, l := range batch {
			if l.later {
				l.later, rest = false, append(rest, l)
			}
		}
		list = rest
	}
}

// apart picks looks of one provider that share no object; the rest comes later.
func apart(list []*look) (batch, rest []*look) {
	taken := set{}
	for _, l := range list {
		names := aboutFacts(l.facts).locks(l.provider)
		if l.provider != list[0].provider || slices.ContainsFunc(names, func(n string) bool { return taken[n] }) {
			rest = append(rest, l)
			continue
		}
		taken.add(names...)
		batch = append(batch, l)
	}
	return batch, rest
}

// manyMost is the longest that several looks may take together.
const manyMost = 30 * time.Second

// lookMany writes looks together. The transaction belongs to all, so to no
// caller's context: the look of one who leaves meanwhile is written all the same.
func (s Fund) lookMany(batch []*look) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), manyMost)
	defer cancel()
	return s.lookOnce(ctx, batch)
}

// lookEach writes each look by itself, all at the same time.
func (s Fund) lookEach(batch []*look) {
	var wait sync.WaitGroup
	for _, l := range batch {
		l.later = false
		wait.Go(func() { l.err = s.lookOnce(l.ctx, []*look{l}) })
	}
	wait.Wait()
}

// lookOnce writes looks in one transaction.
func (s Fund) lookOnce(ctx context.Context, batch []*look) error {
	provider, facts := batch[0].provider, allFacts(batch)
	var campaigns set
	err := s.Write(ctx, func(tx *Tx) error {
		w, err := tx.world(ctx, provider, facts)
		if err != nil {
			return err
		}
		c := reduceAll(w, batch)
		if err := tx.writeChanges(ctx, provider, c); err != nil {
			return err
		}
		if campaigns, err = tx.postAll(ctx, provider, c); err != nil {
			return err
		}
		return tx.countGivenBack(ctx, provider, c.Refunds)
	})
	if err != nil {
		return err
	}
	return s.noteGoals(ctx, campaigns.list(), facts.AsOf)
}

// allFacts puts the facts of looks together.
func allFacts(batch []*look) (all fund.Facts) {
	if len(batch) == 1 {
		return batch[0].facts
	}
	for _, l := range batch {
		f := l.facts
		if f.AsOf.After(all.AsOf) {
			all.AsOf = f.AsOf
		}
		all.Sessions = append(all.Sessions, f.Sessions...)
		all.Plans = append(all.Plans, f.Plans...)
		all.Payments = append(all.Payments, f.Payments...)
		all.Movements = append(all.Movements, f.Movements...)
	}
	return all
}

// reduceAll lets each look decide about the same world, which is as it would be
// for each alone, since they share no object. What was read about near payments
// does not hold those of the other looks: of one donor only the first one is
// decided now.
func reduceAll(w fund.World, batch []*look) (all fund.Changes) {
	if len(batch) == 1 {
		batch[0].changes = batch[0].reduce(w)
		return batch[0].changes
	}
	donors := set{}
	for _, l := range batch {
		theirs := givers(w, l.facts)
		if l.later = slices.ContainsFunc(theirs, func(d string) bool { return donors[d] }); l.later {
			continue
		}
		donors.add(theirs...)
		l.changes = l.reduce(w)
		all = joined(all, l.changes)
	}
	return all
}

// givers are the donors whose gifts facts are about.
func givers(w fund.World, f fund.Facts) (donors []string) {
	for _, id := range aboutFacts(f).donations.list() {
		if d, ok := w.Donations[id]; ok {
			donors = append(donors, d.DonorID)
		}
	}
	return donors
}

// joined adds what a sociable look changes, and what came of it for the books.
func joined(a, b fund.Changes) fund.Changes {
	a.Donations = append(a.Donations, b.Donations...)
	a.Plans = append(a.Plans, b.Plans...)
	a.Payments = append(a.Payments, b.Payments...)
	a.Movements = append(a.Movements, b.Movements...)
	a.Entries = append(a.Entries, b.Entries...)
	a.Tasks = append(a.Tasks, b.Tasks...)
	a.Holds = append(a.Holds, b.Holds...)
	a.Declines = append(a.Declines, b.Declines...)
	a.Arrived = append(a.Arrived, b.Arrived...)
	return a
}
