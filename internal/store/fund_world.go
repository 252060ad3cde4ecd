package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
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

// world reads what is known about the objects of some facts.
func (tx *Tx) world(ctx context.Context, provider string, f fund.Facts) (w fund.World, err error) {
	a := aboutFacts(f)
	if err := tx.lockObjects(ctx, a.locks(provider)); err != nil {
		return w, err
	}
	w = fund.World{Provider: provider, Movements: map[string]bool{}}
	if err := tx.loadPayments(ctx, &w, a); err != nil {
		return w, err
	}
	for _, p := range w.Payments {
		a.donations.add(p.DonationID)
	}
	if err := tx.loadDonations(ctx, &w, a); err != nil {
		return w, err
	}
	if w.Plans, err = byRef(ctx, tx, scanPlan, func(p fund.Plan) string { return p.Ref },
		"SELECT "+planColumns+" FROM plan WHERE provider = $1 AND ref", provider, a.plans.list()); err != nil {
		return w, err
	}
	if w.Payouts, err = byRef(ctx, tx, scanPayout, func(p fund.Payout) string { return p.Ref },
		"SELECT ref, currency, minor, state, created_at, updated_at FROM payout WHERE provider = $1 AND ref", provider, a.payouts.list()); err != nil {
		return w, err
	}
	known, err := byRef(ctx, tx, db.Value[string], func(ref string) string { return ref },
		"SELECT ref FROM movement WHERE provider = $1 AND ref", provider, a.movements.list())
	for ref := range known {
		w.Movements[ref] = true
	}
	if err != nil {
		return w, err
	}
	if err := tx.loadGuard(ctx, &w, f); err != nil {
		return w, err
	}
	if len(f.Payouts) > 0 {
		if w.BankBooks, err = bankBooks(ctx, tx); err != nil {
			return w, err
		}
	}
	w.Near, err = tx.near(ctx, w, f)
	return w, err
}

// byRef runs "… WHERE provider = $1 AND column" for a list of values.
func byRef[T any](ctx context.Context, q db.Querier, scan func(db.Scanner) (T, error), key func(T) string, query, provider string, list []string) (map[string]T, error) {
	out := map[string]T{}
	if len(list) == 0 {
		return out, nil
	}
	marks, args := anyOf(2, list)
	rows, err := db.Rows(ctx, q, scan, query+" IN ("+marks+")", append([]any{provider}, args...)...)
	for _, v := range rows {
		out[key(v)] = v
	}
	return out, err
}

// loadPayments reads the payments that facts are about, directly or through a
// refund or dispute, with all refunds and disputes of each.
func (tx *Tx) loadPayments(ctx context.Context, w *fund.World, a about) (err error) {
	refundRef := func(x fund.Refund) string { return x.Ref }
	disputeRef := func(x fund.Dispute) string { return x.Ref }
	given, err := byRef(ctx, tx, scanRefund, refundRef, refundQuery+" WHERE x.provider = $1 AND x.ref", w.Provider, a.refunds.list())
	if err != nil {
		return err
	}
	for _, x := range given {
		a.payments.add(x.Payment)
	}
	asked, err := byRef(ctx, tx, scanDispute, disputeRef, disputeQuery+" WHERE x.provider = $1 AND x.ref", w.Provider, a.disputes.list())
	if err != nil {
		return err
	}
	for _, x := range asked {
		a.payments.add(x.Payment)
	}
	refs := a.payments.list()
	if w.Payments, err = byRef(ctx, tx, scanPayment, func(p fund.Payment) string { return p.Ref }, paymentQuery+" WHERE p.provider = $1 AND p.ref", w.Provider, refs); err != nil {
		return err
	}
	if w.Refunds, err = byRef(ctx, tx, scanRefund, refundRef, refundQuery+" WHERE x.provider = $1 AND p.ref", w.Provider, refs); err != nil {
		return err
	}
	w.Disputes, err = byRef(ctx, tx, scanDispute, disputeRef, disputeQuery+" WHERE x.provider = $1 AND p.ref", w.Provider, refs)
	return err
}

func (tx *Tx) loadDonations(ctx context.Context, w *fund.World, a about) (err error) {
	w.Donations, err = byRef(ctx, tx, scanDonation, func(d fund.Donation) string { return d.ID },
		"SELECT "+donationColumns+" FROM donation WHERE provider = $1 AND id", w.Provider, a.donations.list())
	if err != nil {
		return err
	}
	campaigns := set{}
	for _, d := range w.Donations {
		campaigns.add(d.CampaignID)
	}
	w.Campaigns = map[string]fund.Campaign{}
	for _, id := range campaigns.list() {
		if w.Campaigns[id], err = campaignBy(ctx, tx, "c.id = $1", id); err != nil {
			return err
		}
	}
	return nil
}

// near lists single gifts of the donors of new payments within an hour of them.
// Two that are heard of at once must not both be the first: the second one waits.
func (tx *Tx) near(ctx context.Context, w fund.World, f fund.Facts) ([]fund.Payment, error) {
	var all []fund.Payment
	for _, p := range f.Payments {
		d, ok := w.Donations[p.Donation]
		if _, known := w.Payments[p.Ref]; known || !ok || d.Every != fund.Once {
			continue
		}
		if err := tx.lockObjects(ctx, []string{"donor " + d.DonorID}); err != nil {
			return nil, err
		}
		list, err := db.Rows(ctx, tx, scanPayment, paymentQuery+` WHERE p.provider = $1 AND p.donor_id = $2 AND p.currency = $3 AND p.minor = $4
			AND p.succeeded_at BETWEEN $5 AND $6`, w.Provider, d.DonorID, p.Amount.Currency, p.Amount.Minor,
			p.SucceededAt.Add(-time.Hour).UnixMilli(), p.SucceededAt.Add(time.Hour).UnixMilli())
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}
