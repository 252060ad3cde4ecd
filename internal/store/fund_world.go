package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
)

// set is a set of texts that keeps no blanks.
type set map[string]bool

func (s set) add(list ...string) {
	for _, v := range list {
		if v != "" {
			s[v] = true
		}
	}
}

func (s set) list() []string { return slices.Sorted(maps.Keys(s)) }

// about is what some facts are about, by the provider's references.
type about struct {
	donations, plans, payments, refunds, disputes, payouts, movements set
}

func aboutFacts(f fund.Facts) about {
	a := about{set{}, set{}, set{}, set{}, set{}, set{}, set{}}
	for _, x := range f.Sessions {
		a.donations.add(x.Donation)
	}
	for _, x := range f.Plans {
		a.donations.add(x.Donation)
		a.plans.add(x.Ref)
	}
	for _, x := range f.Payments {
		a.donations.add(x.Donation)
		a.payments.add(x.Ref)
	}
	for _, x := range f.Refunds {
		a.payments.add(x.Payment)
		a.refunds.add(x.Ref)
	}
	for _, x := range f.Disputes {
		a.payments.add(x.Payment)
		a.disputes.add(x.Ref)
	}
	for _, x := range f.Warnings {
		a.payments.add(x.Payment)
	}
	for _, x := range f.Payouts {
		a.payouts.add(x.Ref)
	}
	for _, m := range f.Movements {
		a.movements.add(m.Ref)
		map[fund.Kind]set{fund.KindPayment: a.payments, fund.KindRefund: a.refunds, fund.KindDispute: a.disputes}[m.Source.Kind].addIfAny(m.Source.ID)
	}
	return a
}

func (s set) addIfAny(v string) {
	if s != nil {
		s.add(v)
	}
}

// locks names what transactions about the same facts must not do at once, in
// one order for all.
func (a about) locks(provider string) []string {
	all := set{}
	for kind, s := range map[string]set{"donation": a.donations, "payment": a.payments, "payout": a.payouts, "movement": a.movements} {
		for id := range s {
			all.add(provider + " " + kind + " " + id)
		}
	}
	return all.list()
}

// world reads what is known about the objects of some facts. What does not need
// the answer to something else is asked for together, and what can't be there is
// not asked for: most facts are about a payment that is new.
func (tx *Tx) world(ctx context.Context, provider string, f fund.Facts) (w fund.World, err error) {
	a := aboutFacts(f)
	if err := tx.lockObjects(ctx, a.locks(provider)); err != nil {
		return w, err
	}
	if err := tx.lockGivers(ctx, provider, f); err != nil {
		return w, err
	}
	w = newWorld(provider)
	named := tx.Ask()
	askPayments(named, &w, a.payments.list())
	askDonations(named, &w, a.donations.list())
	askRefs(named, scanPlan, func(p fund.Plan) { w.Plans[p.Ref] = p }, "SELECT "+planColumns+" FROM plan WHERE provider = $1 AND ref", provider, a.plans.list())
	askRefs(named, scanPayout, func(p fund.Payout) { w.Payouts[p.Ref] = p },
		"SELECT ref, currency, minor, state, created_at, updated_at FROM payout WHERE provider = $1 AND ref", provider, a.payouts.list())
	askRefs(named, db.Value[string], func(ref string) { w.Movements[ref] = true }, "SELECT ref FROM movement WHERE provider = $1 AND ref", provider, a.movements.list())
	theirs := func(payment string) { a.payments.add(payment) }
	askRefs(named, scanRefund, func(x fund.Refund) { theirs(x.Payment) }, refundQuery+" WHERE x.provider = $1 AND x.ref", provider, a.refunds.list())
	askRefs(named, scanDispute, func(x fund.Dispute) { theirs(x.Payment) }, disputeQuery+" WHERE x.provider = $1 AND x.ref", provider, a.disputes.list())
	askGuard(named, &w, f)
	askNear(named, &w, f)
	askCampaigns(named, &w, a.donations.list())
	if err := named.Run(ctx); err != nil {
		return w, err
	}
	if err := tx.loadRelated(ctx, &w, a); err != nil {
		return w, err
	}
	if len(f.Payouts) > 0 {
		err = tx.loadArrivals(ctx, &w, a.payouts.list())
	}
	return w, err
}

func newWorld(provider string) fund.World {
	return fund.World{
		Provider: provider, Donations: map[string]fund.Donation{}, Campaigns: map[string]fund.Campaign{}, Plans: map[string]fund.Plan{},
		Payments: map[string]fund.Payment{}, Refunds: map[string]fund.Refund{}, Disputes: map[string]fund.Dispute{},
		Payouts: map[string]fund.Payout{}, Movements: map[string]bool{}, Warnings: map[string]fund.Warning{},
		Suspicions: map[string][]guard.Reason{},
	}
}

// askRefs asks "… WHERE provider = $1 AND column" for a list of values; keep gets
// each row.
func askRefs[T any](q *db.Questions, scan func(db.Scanner) (T, error), keep func(T), query, provider string, list []string) {
	if len(list) == 0 {
		return
	}
	marks, args := anyOf(2, list)
	db.Add(q, scan, func(all []T) {
		for _, v := range all {
			keep(v)
		}
	}, query+" IN ("+marks+")", append([]any{provider}, args...)...)
}

func askPayments(q *db.Questions, w *fund.World, refs []string) {
	askRefs(q, scanPayment, func(p fund.Payment) { w.Payments[p.Ref] = p }, paymentQuery+" WHERE p.provider = $1 AND p.ref", w.Provider, refs)
}

func askDonations(q *db.Questions, w *fund.World, ids []string) {
	askRefs(q, scanDonation, func(d fund.Donation) { w.Donations[d.ID] = d }, "SELECT "+donationColumns+" FROM donation WHERE provider = $1 AND id", w.Provider, ids)
}

// loadRelated reads the payments that a refund or dispute led to, all refunds
// and disputes of each payment, its donation, and the campaigns of the donations.
func (tx *Tx) loadRelated(ctx context.Context, w *fund.World, a about) (err error) {
	if missing := without(a.payments, w.Payments); len(missing) > 0 && len(a.refunds)+len(a.disputes) > 0 {
		q := tx.Ask()
		askPayments(q, w, missing)
		if err := q.Run(ctx); err != nil {
			return err
		}
	}
	if len(w.Payments) > 0 {
		refs, theirs := slices.Sorted(maps.Keys(w.Payments)), set{}
		for _, p := range w.Payments {
			theirs.add(p.DonationID)
		}
		q := tx.Ask()
		askRefs(q, scanRefund, func(x fund.Refund) { w.Refunds[x.Ref] = x }, refundQuery+" WHERE x.provider = $1 AND p.ref", w.Provider, refs)
		askRefs(q, scanDispute, func(x fund.Dispute) { w.Disputes[x.Ref] = x }, disputeQuery+" WHERE x.provider = $1 AND p.ref", w.Provider, refs)
		askDonations(q, w, without(theirs, w.Donations))
		if err := q.Run(ctx); err != nil {
			return err
		}
	}
	campaigns := set{}
	for _, d := range w.Donations {
		campaigns.add(d.CampaignID)
	}
	for _, id := range without(campaigns, w.Campaigns) {
		if w.Campaigns[id], err = campaignBy(ctx, tx, "c.id = $1", id); err != nil {
			return err
		}
	}
	return nil
}

// without lists what is not among the keys of known.
func without[T any](s set, known map[string]T) []string {
	return slices.DeleteFunc(s.list(), func(v string) bool { _, ok := known[v]; return ok })
}

// payers are the donations that new money may be of.
func payers(f fund.Facts) []string {
	s := set{}
	for _, p := range f.Payments {
		s.add(p.Donation)
	}
	return s.list()
}

// lockGivers keeps others from booking gifts of the same donors. Two that are
// heard of at once must not both be the first: the second one finds its double.
func (tx *Tx) lockGivers(ctx context.Context, provider string, f fund.Facts) error {
	list := payers(f)
	if tx.Engine() != db.Postgres || len(list) == 0 {
		return nil
	}
	marks, args := anyOf(2, list)
	return tx.Later(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('donor ' || donor_id, 7))
		FROM (SELECT DISTINCT donor_id FROM donation WHERE provider = $1 AND id IN (`+marks+`) ORDER BY donor_id) d`, append([]any{provider}, args...)...)
}

// askNear asks for payments of the donors of new ones within an hour of them. Both
// engines must find them by the donor, not go through all of the provider or of
// that hour.
func askNear(q *db.Questions, w *fund.World, f fund.Facts) {
	list := payers(f)
	if len(list) == 0 {
		return
	}
	first, last := f.Payments[0].SucceededAt, f.Payments[0].SucceededAt
	for _, p := range f.Payments {
		if p.SucceededAt.Before(first) {
			first = p.SucceededAt
		}
		if p.SucceededAt.After(last) {
			last = p.SucceededAt
		}
	}
	marks, args := anyOf(4, list)
	db.Add(q, scanPayment, func(near []fund.Payment) { w.Near = near }, paymentQuery+` WHERE p.provider || '' = $1 AND +p.succeeded_at BETWEEN $2 AND $3
		AND p.donor_id IN (SELECT donor_id FROM donation WHERE id IN (`+marks+`))`,
		append([]any{w.Provider, first.Add(-time.Hour).UnixMilli(), last.Add(time.Hour).UnixMilli()}, args...)...)
}

// askCampaigns asks for the campaigns of donations.
func askCampaigns(q *db.Questions, w *fund.World, donations []string) {
	if len(donations) == 0 {
		return
	}
	marks, args := anyOf(1, donations)
	db.Add(q, scanCampaign, func(list []fund.Campaign) {
		for _, c := range list {
			w.Campaigns[c.ID] = c
		}
	}, campaignQuery+" WHERE c.id IN (SELECT campaign_id FROM donation WHERE id IN ("+marks+"))", args...)
}
