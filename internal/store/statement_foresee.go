package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
)

// partOf names a part of a line.
type partOf struct {
	line string
	n    int
}

// foreseen is what the lines of a slice will ask about, read with few statements
// for all of them, and kept up with what the slice does.
type foreseen struct {
	free   map[partOf]bool          // parts that nobody has looked at; locked
	refs   set                      // payments that the slice would make and that are there
	gifts  map[string]*foreseenGift // by donation; none of an erased donor
	funded map[string]fund.Campaign
}

// foreseenGift is a donation with its payments so far and its only plan.
type foreseenGift struct {
	donation fund.Donation
	paid     int
	first    time.Time
	plan     *fund.Plan
	provider string // the plan's
}

// again tells whether a payment at a time is not the donation's first.
func (g *foreseenGift) again(at time.Time) bool {
	return g != nil && g.paid > 0 && g.first.Before(at)
}

// foresee asks once for all references that the lines may carry.
func (m *matching) foresee(ctx context.Context, lines []fund.BankLine) error {
	q := m.tx.Ask()
	m.askPledges(q, lines)
	return q.Run(ctx)
}

func (m *matching) askPledges(q *db.Questions, lines []fund.BankLine) {
	m.pledges = map[giro.Reference]string{}
	refs := set{}
	for _, l := range lines {
		for _, p := range l.Parts {
			list, _ := fund.IncomingOf(l, p).References()
			for _, r := range list {
				refs.add(string(r))
			}
		}
	}
	askIn(q, refs, "SELECT reference, donation_id FROM bank_reference WHERE reference IN (%s)", m.scanPledge)
}

// foreseeSlice reads all that the lines may ask about, and locks their parts.
func (m *matching) foreseeSlice(ctx context.Context, lines []fund.BankLine) error {
	m.foreseen = foreseen{free: map[partOf]bool{}, refs: set{}, gifts: map[string]*foreseenGift{}, funded: map[string]fund.Campaign{}}
	ids, own := set{}, set{}
	for _, l := range lines {
		ids.add(l.ID)
		for _, p := range l.Parts {
			own.add(partRef(l.ID, p.N, 0))
		}
	}
	q := m.tx.Ask()
	m.askPledges(q, lines)
	lock := ""
	if m.tx.Engine() == db.Postgres {
		lock = " FOR UPDATE"
	}
	askIn(q, ids, "SELECT line_id, n FROM bank_detail WHERE looked = 0 AND line_id IN (%s) ORDER BY line_id, n"+lock, func(r db.Scanner) (none struct{}, err error) {
		var p partOf
		err = r.Scan(&p.line, &p.n)
		m.free[p] = true
		return none, err
	})
	askIn(q, own, "SELECT ref FROM payment WHERE provider = 'bank' AND ref IN (%s)", func(r db.Scanner) (none struct{}, err error) {
		var ref string
		err = r.Scan(&ref)
		m.refs.add(ref)
		return none, err
	})
	if err := q.Run(ctx); err != nil {
		return err
	}
	return m.foreseeGifts(ctx)
}

func (m *matching) scanPledge(r db.Scanner) (none struct{}, err error) {
	var ref giro.Reference
	var donation string
	err = r.Scan(&ref, &donation)
	m.pledges[ref] = donation
	return none, err
}

// foreseeGifts reads the donations that references lead to, locked as every other
// change of them and their plans is.
func (m *matching) foreseeGifts(ctx context.Context) error {
	ids, locks := set{}, set{}
	for _, id := range m.pledges {
		ids.add(id)
		locks.add(fund.KeyBank + " donation " + id)
	}
	if err := m.tx.lockObjects(ctx, locks.list()); err != nil {
		return err
	}
	q := m.tx.Ask()
	askIn(q, ids, "SELECT "+donationColumns+" FROM donation WHERE id IN (%s) AND donor_id NOT IN (SELECT id FROM donor WHERE erased_at IS NOT NULL)", func(r db.Scanner) (none struct{}, err error) {
		d, err := scanDonation(r)
		m.gifts[d.ID] = &foreseenGift{donation: d}
		return none, err
	})
	several := set{}
	askIn(q, ids, "SELECT "+planColumns+" FROM plan WHERE provider = 'bank' AND donation_id IN (%s)", func(r db.Scanner) (none struct{}, err error) {
		p, err := scanPlan(r)
		if g := m.gifts[p.DonationID]; g != nil && err == nil {
			if g.plan != nil {
				several.add(p.DonationID)
			}
			g.plan, g.provider = &p, fund.KeyBank
		}
		return none, err
	})
	askIn(q, ids, "SELECT donation_id FROM plan WHERE provider <> 'bank' AND donation_id IN (%s)", func(r db.Scanner) (none struct{}, err error) {
		var id string
		err = r.Scan(&id)
		several.add(id)
		return none, err
	})
	askIn(q, ids, "SELECT donation_id, COUNT(*), MIN(succeeded_at) FROM payment WHERE donation_id IN (%s) GROUP BY donation_id", func(r db.Scanner) (none struct{}, err error) {
		var id string
		var n int
		var first time.Time
		err = r.Scan(&id, &n, db.At(&first))
		if g := m.gifts[id]; g != nil {
			g.paid, g.first = n, first
		}
		return none, err
	})
	err := q.Run(ctx)
	for id := range several { // these go the long way
		delete(m.gifts, id)
	}
	return err
}

// askIn asks about a list of texts, in statements of at most 500; the query has %s
// where they belong.
func askIn(q *db.Questions, list set, query string, scan func(db.Scanner) (struct{}, error)) {
	all := list.list()
	for len(all) > 0 {
		n := min(len(all), 500)
		marks, args := anyOf(1, all[:n])
		db.Add(q, scan, func([]struct{}) {}, fmt.Sprintf(query, marks), args...)
		all = all[n:]
	}
}

// take takes all that is open of a part that nobody has looked at.
func (m *matching) take(p placing) error {
	part := partOf{p.line.ID, p.part.N}
	if !m.free[part] {
		return fault.New(fault.Conflict, "so much of this line is not open any more; load the page again")
	}
	delete(m.free, part)
	m.taken = append(m.taken, part)
	return nil
}

// took notes that another part was taken, outside the slice's own order.
func (m *matching) took(other placing) {
	if m != nil {
		delete(m.free, partOf{other.line.ID, other.part.N})
	}
}

// writeParts sets columns of parts.
func (m *matching) writeParts(ctx context.Context, parts []partOf, what string) error {
	for len(parts) > 0 {
		n := min(len(parts), 100)
		var where []string
		var args []any
		for _, p := range parts[:n] {
			where = append(where, fmt.Sprintf("(line_id = $%d AND n = $%d)", len(args)+1, len(args)+2))
			args = append(args, p.line, p.n)
		}
		if err := m.tx.Later(ctx, "UPDATE bank_detail SET "+what+" WHERE "+strings.Join(where, " OR "), args...); err != nil {
			return err
		}
		parts = parts[n:]
	}
	return nil
}

// seenGift is what was read about a donation, nil where its payment must go the
// long way.
func (m *matching) seenGift(donationID, ref string) *foreseenGift {
	if m == nil || m.refs[ref] {
		return nil
	}
	return m.gifts[donationID]
}

// alive tells whether a donation is known to be of a donor who was not erased.
func (m *matching) alive(donationID string) bool { return m != nil && m.gifts[donationID] != nil }

// campaignOn is Tx.campaignOn for a donation that was read before.
func (m *matching) campaignOn(ctx context.Context, g *foreseenGift, p placing) (string, error) {
	id := g.donation.CampaignID
	if id == "" {
		return "", nil
	}
	c, known := m.funded[id]
	if !known {
		var err error
		if c, err = campaignBy(ctx, m.tx, "c.id = $1", id); err != nil {
			return "", err
		}
		m.funded[id] = c
	}
	for _, at := range p.ends() {
		if counts := countsFor(c, g.donation, g.paid, at); counts != "" {
			return counts, nil
		}
	}
	return "", nil
}

// foreseenSucceeds is giftDonation for a donation that was read before.
func (tx *Tx) foreseenSucceeds(ctx context.Context, g BookedGift) (fund.Donation, error) {
	d := &g.seen.donation
	if d.State == fund.DonationSucceeded {
		return *d, nil
	}
	d.State = fund.DonationSucceeded
	return *d, tx.Later(ctx, "UPDATE donation SET state = 'succeeded', updated_at = $1 WHERE id = $2 AND state <> 'succeeded'", g.At.UnixMilli(), d.ID)
}

// foreseenPaid is planPaid for a donation that was read before, and counts the
// payment.
func (tx *Tx) foreseenPaid(ctx context.Context, g BookedGift) (planID string, err error) {
	s := g.seen
	defer func() {
		if s.paid++; s.paid == 1 || g.At.Before(s.first) {
			s.first = g.At
		}
	}()
	if s.plan == nil {
		return "", nil
	}
	paid := s.plan.Paid(g.At)
	if !paid.StartedAt.Equal(s.plan.StartedAt) {
		if err := tx.Later(ctx, "UPDATE plan SET started_at = $1 WHERE id = $2", paid.StartedAt.UnixMilli(), paid.ID); err != nil {
			return "", err
		}
		s.plan.StartedAt = paid.StartedAt
	}
	*s.plan, err = tx.movePlan(ctx, s.provider, *s.plan, paid)
	return paid.ID, err
}
