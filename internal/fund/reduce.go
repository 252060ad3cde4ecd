package fund

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/ledger"
)

// World is what we know so far about the objects that some facts are about.
// Maps are keyed by the provider's reference, but donations and campaigns by
// our id.
type World struct {
	Provider  string
	Zone      *time.Location // of the outlet: entries get its dates
	BankBooks []BankBook     // the bank accounts of the outlet
	Donations map[string]Donation
	Campaigns map[string]Campaign
	Plans     map[string]Plan
	Payments  map[string]Payment
	Refunds   map[string]Refund  // all of the payments in Payments
	Disputes  map[string]Dispute // all of the payments in Payments
	Payouts   map[string]Payout
	Arrivals  map[string]Arrival // of payouts, by their reference
	Movements map[string]bool    // those that are booked already
	Near      []Payment          // single gifts of the same donors, to find doubles
	Warnings  map[string]Warning
	Rates     []Rate // around the days of payments in other currencies
	Home      string // the outlet's currency, which the general fund counts in; "" is each its own
	// Suspicions are what speaks against a donation, from its form; by our id.
	Suspicions map[string][]guard.Reason
	Guard      guard.Settings // zero: nothing is held
}

// Changes is what shall be written in one transaction. Entries whose key is in
// the books already are to be passed over.
type Changes struct {
	Donations []Donation
	Plans     []Plan
	Payments  []Payment
	Refunds   []Refund
	Disputes  []Dispute
	Payouts   []Payout
	Movements []Booked
	Entries   []ledger.Entry
	Tasks     []Task
	Holds     []Hold
	Declines  []Decline
	Warnings  []Warning
	Arrived   []string   // ids of payments that are new; their donors are thanked
	Rejected  []string   // steps that no table of states knows, for the log
	Unplaced  []Movement // whose object is not known yet; fetch it first
}

// Reduce turns the present facts of a provider into what must change here. It
// is the same for every provider, and pure: any order and any repetition of the
// same facts ends in the same records and the same set of entries, because it
// looks at what is and never at what was told first.
func Reduce(w World, f Facts) Changes {
	r := &reducer{w: w, f: f, touched: map[string]bool{}}
	for _, s := range f.Sessions {
		r.session(s)
	}
	for _, p := range f.Plans {
		r.plan(p)
	}
	for _, p := range f.Payments {
		r.payment(p)
	}
	for _, x := range f.Refunds {
		r.refund(x)
	}
	for _, d := range f.Disputes {
		r.dispute(d)
	}
	for _, m := range f.Movements {
		r.movement(m)
	}
	for _, p := range f.Payouts {
		r.payout(p)
	}
	for _, x := range f.Warnings {
		r.warning(x)
	}
	r.recount()
	r.settle()
	return r.c
}

type reducer struct {
	w       World
	f       Facts
	c       Changes
	touched map[string]bool // payments whose sums must be looked at
}

func (r *reducer) reject(what string, ref string, from, to any) {
	r.c.Rejected = append(r.c.Rejected, fmt.Sprintf("%s %s can't go from %v to %v", what, ref, from, to))
}

func (r *reducer) date(t time.Time) string { return t.In(r.w.Zone).Format(time.DateOnly) }

// stale tells whether a record was set by a later look than this one.
func (r *reducer) stale(set time.Time) bool { return set.After(r.f.AsOf) }

func (r *reducer) session(s SessionFact) {
	d, ok := r.w.Donations[s.Donation]
	if !ok {
		return // without money there is nothing to lose
	}
	r.declines(s)
	if r.stale(d.SeenAt) {
		return
	}
	to := map[SessionState]DonationState{
		SessionOpen: DonationPending, SessionDeclined: DonationFailed, SessionProcessing: DonationProcessing,
		SessionPaid: DonationSucceeded, SessionFailed: DonationFailed, SessionExpired: DonationExpired,
	}[s.State]
	if d.State == DonationSucceeded {
		to = DonationSucceeded // an old look, or a session of a plan that goes on
	}
	was := d
	var legal bool
	if d.State, legal = donations.seen(d.State, to); !legal {
		r.reject("donation", d.ID, was.State, to)
	}
	d.Session, d.OpenedAt, d.SeenAt = s.Ref, s.OpenedAt, r.f.AsOf
	if s.URL != "" {
		d.URL = s.URL
	}
	if s.State == SessionFailed {
		d.URL = "" // nothing can be paid there any more
	}
	r.putDonation(was, d)
}

func (r *reducer) putDonation(was, d Donation) {
	if was == d {
		return
	}
	r.w.Donations[d.ID] = d
	for i := range r.c.Donations {
		if r.c.Donations[i].ID == d.ID {
			r.c.Donations[i] = d
			return
		}
	}
	r.c.Donations = append(r.c.Donations, d)
}

func (r *reducer) plan(f PlanFact) {
	d, ok := r.w.Donations[f.Donation]
	if !ok {
		r.task(TaskUnknownPayment, KindPlan, f.Ref, map[string]string{"donation": f.Donation})
		return
	}
	was, known := r.w.Plans[f.Ref]
	if known && r.stale(was.UpdatedAt) {
		return
	}
	p := Plan{
		ID: localID(r.w.Provider, KindPlan, f.Ref), Ref: f.Ref, DonationID: d.ID, DonorID: d.DonorID, CampaignID: d.CampaignID,
		Amount: f.Amount, Every: f.Every, StartedAt: f.StartedAt, NextChargeAt: f.NextChargeAt, CancelAt: f.CancelAt,
		EndedAt: f.EndedAt, EndReason: f.EndReason, PausedAt: f.PausedAt, PausedUntil: f.PausedUntil, PastDueAt: f.PastDueAt,
		Attempts: f.Attempts, LastTry: f.LastTry, ChangedAt: f.ChangedAt, UpdatedAt: r.f.AsOf,
	}
	var legal bool
	if p.State, legal = plans.seen(was.State, f.State); !legal {
		r.reject("plan", f.Ref, was.State, f.State)
		return
	}
	r.w.Plans[f.Ref] = p
	r.c.Plans = append(r.c.Plans, p)
}

// payment records money and books it at its gross amount. Where the donation is
// not known the money is booked by its movement, to suspense.
func (r *reducer) payment(f PaymentFact) {
	d, ok := r.w.Donations[f.Donation]
	if !ok {
		r.task(TaskUnknownPayment, KindPayment, f.Ref, map[string]string{"donation": f.Donation, "amount": f.Amount.String()})
		return
	}
	p, known := r.w.Payments[f.Ref]
	if !known {
		p = r.newPayment(d, f)
		r.w.Payments[f.Ref] = p
		r.touched[f.Ref] = true
		r.c.Arrived = append(r.c.Arrived, p.ID)
		r.hold(p, f)
		r.release(f.Ref)
	}
	was := d
	if next, legal := donations.seen(d.State, DonationSucceeded); legal {
		d.State = next
	} else {
		r.reject("donation", d.ID, was.State, DonationSucceeded)
	}
	r.putDonation(was, d)
	r.book(ledger.PaymentSucceeded(r.source(p, f.Ref, p.SucceededAt), p.Amount))
}

func (r *reducer) newPayment(d Donation, f PaymentFact) Payment {
	p := Payment{
		ID: localID(r.w.Provider, KindPayment, f.Ref), Ref: f.Ref, DonationID: d.ID, DonorID: d.DonorID, Every: d.Every,
		Amount: f.Amount, SucceededAt: f.SucceededAt,
	}
	if f.Plan != "" {
		p.PlanID = localID(r.w.Provider, KindPlan, f.Plan)
	}
	if c, ok := r.w.Campaigns[d.CampaignID]; ok && c.Counts(f.SucceededAt, f.OpenedAt) {
		p.CampaignID = c.ID
	}
	if f.Plan == "" && f.Amount != d.Amount && !f.Part {
		r.task(TaskMismatch, KindPayment, f.Ref, map[string]string{"paid": f.Amount.String(), "asked": d.Amount.String()})
	}
	r.findDouble(p)
	return p
}

// findDouble asks staff about two single gifts of one donor and amount within
// the hour; perhaps one was not meant. Both are real money and are booked.
func (r *reducer) findDouble(p Payment) {
	for _, o := range r.w.Near {
		apart := o.SucceededAt.Sub(p.SucceededAt).Abs()
		if o.DonorID != p.DonorID || o.DonationID == p.DonationID || o.Amount != p.Amount || p.Every != Once || o.Every != Once || apart > time.Hour {
			continue
		}
		first, second := min(p.Ref, o.Ref), max(p.Ref, o.Ref)
		r.c.Tasks = append(r.c.Tasks, Task{
			Key: TaskDuplicate + ":" + r.w.Provider + ":" + first + ":" + second, Kind: TaskDuplicate,
			ObjectKind: string(KindPayment), ObjectID: p.ID, Detail: map[string]string{
				"first": first, "second": second, "amount": p.Amount.String(),
				"payment_1": localID(r.w.Provider, KindPayment, first), "payment_2": localID(r.w.Provider, KindPayment, second),
			},
		})
	}
}

func (r *reducer) refund(f RefundFact) {
	p, ok := r.w.Payments[f.Payment]
	if !ok {
		return // its movement says what to do
	}
	was, known := r.w.Refunds[f.Ref]
	if known && (r.stale(was.UpdatedAt) || was.State == f.State) {
		return
	}
	x := Refund{ID: localID(r.w.Provider, KindRefund, f.Ref), Ref: f.Ref, PaymentID: p.ID, Payment: f.Payment, Amount: f.Amount, CreatedAt: f.CreatedAt, UpdatedAt: r.f.AsOf}
	var legal bool
	if x.State, legal = refunds.seen(was.State, f.State); !legal {
		r.reject("refund", f.Ref, was.State, f.State)
		return
	}
	r.w.Refunds[f.Ref] = x
	r.c.Refunds = append(r.c.Refunds, x)
	r.touched[f.Payment] = true
}

func (r *reducer) dispute(f DisputeFact) {
	p, ok := r.w.Payments[f.Payment]
	if !ok {
		return
	}
	r.disputeLost(p, f)
	was, known := r.w.Disputes[f.Ref]
	if known && (r.stale(was.UpdatedAt) || was.State == f.State) {
		return
	}
	d := Dispute{ID: localID(r.w.Provider, KindDispute, f.Ref), Ref: f.Ref, PaymentID: p.ID, Payment: f.Payment, Amount: f.Amount, OpenedAt: f.OpenedAt, UpdatedAt: r.f.AsOf}
	var legal bool
	if d.State, legal = disputes.seen(was.State, f.State); !legal {
		r.reject("dispute", f.Ref, was.State, f.State)
		return
	}
	r.w.Disputes[f.Ref] = d
	r.c.Disputes = append(r.c.Disputes, d)
	r.touched[f.Payment] = true
}

// settle writes the sums of the payments that something happened to.
func (r *reducer) settle() {
	for _, ref := range slices.Sorted(maps.Keys(r.touched)) {
		p := r.w.Payments[ref]
		p.Refunded, p.Disputed = 0, 0
		for _, x := range r.w.Refunds {
			if x.Payment == ref && (x.State == RefundRequested || x.State == RefundPending || x.State == RefundSucceeded) {
				p.Refunded += x.Amount.Minor
			}
		}
		for _, d := range r.w.Disputes {
			if d.Payment == ref && (d.State == DisputeNeedsResponse || d.State == DisputeUnderReview || d.State == DisputeLost) {
				p.Disputed += d.Amount.Minor
			}
		}
		r.c.Payments = append(r.c.Payments, p)
		r.lostTwice(p)
	}
}

func (r *reducer) task(kind string, k Kind, ref string, detail map[string]string) {
	r.c.Tasks = append(r.c.Tasks, Task{Key: kind + ":" + r.w.Provider + ":" + ref, Kind: kind, ObjectKind: string(k), ObjectID: ref, Detail: detail})
}
