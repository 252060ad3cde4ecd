package fund

import "masthead.dev/masthead/internal/fault"

// The states of things, and for each which others may follow. What stands in no
// table is rejected. Amounts refunded and disputed are facts beside the state of
// a payment, so a payment has one state only.
type (
	// CampaignState is where a campaign stands.
	CampaignState string
	// DonationState is where a donor's decision stands.
	DonationState string
	// PlanState is where a recurring agreement stands.
	PlanState string
	// RefundState is where a refund stands.
	RefundState string
	// DisputeState is where a dispute stands.
	DisputeState string
	// PayoutState is where a payout stands.
	PayoutState string
)

// Campaigns. From ended back to live leads only an extension, which is audited.
const (
	CampaignDraft     CampaignState = "draft"
	CampaignScheduled CampaignState = "scheduled"
	CampaignLive      CampaignState = "live"
	CampaignPaused    CampaignState = "paused"
	CampaignEnded     CampaignState = "ended"
	CampaignArchived  CampaignState = "archived"
	CampaignCancelled CampaignState = "cancelled"
)

// Donations. An expired one may still succeed: a late payment is real money.
const (
	DonationCreated    DonationState = "created"
	DonationPending    DonationState = "pending"
	DonationProcessing DonationState = "processing"
	DonationSucceeded  DonationState = "succeeded"
	DonationFailed     DonationState = "failed"
	DonationExpired    DonationState = "expired"
	DonationCancelled  DonationState = "cancelled"
)

// Plans.
const (
	PlanIncomplete        PlanState = "incomplete"
	PlanIncompleteExpired PlanState = "incomplete_expired"
	PlanActive            PlanState = "active"
	PlanPastDue           PlanState = "past_due"
	PlanPaused            PlanState = "paused"
	PlanCancelScheduled   PlanState = "cancel_scheduled"
	PlanUnpaid            PlanState = "unpaid"
	PlanCancelled         PlanState = "cancelled"
)

// Refunds. A refund that went through may still bounce at the donor's bank.
const (
	RefundRequested RefundState = "requested"
	RefundPending   RefundState = "pending"
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed"
	RefundCancelled RefundState = "cancelled"
)

// Disputes. An inquiry takes no money.
const (
	DisputeInquiry       DisputeState = "inquiry"
	DisputeNeedsResponse DisputeState = "needs_response"
	DisputeUnderReview   DisputeState = "under_review"
	DisputeWon           DisputeState = "won"
	DisputeLost          DisputeState = "lost"
	DisputeClosed        DisputeState = "closed"
	DisputePrevented     DisputeState = "prevented"
)

// Payouts.
const (
	PayoutPending   PayoutState = "pending"
	PayoutInTransit PayoutState = "in_transit"
	PayoutPaid      PayoutState = "paid"
	PayoutCancelled PayoutState = "cancelled"
	PayoutFailed    PayoutState = "failed"
)

// machine says which states may follow a state.
type machine[S ~string] map[S][]S

var (
	campaigns = machine[CampaignState]{
		CampaignDraft:     {CampaignScheduled, CampaignCancelled},
		CampaignScheduled: {CampaignLive, CampaignCancelled},
		CampaignLive:      {CampaignPaused, CampaignEnded},
		CampaignPaused:    {CampaignLive, CampaignEnded},
		CampaignEnded:     {CampaignLive, CampaignArchived},
	}
	donations = machine[DonationState]{
		DonationCreated:    {DonationPending, DonationExpired, DonationCancelled},
		DonationPending:    {DonationProcessing, DonationSucceeded, DonationFailed, DonationExpired, DonationCancelled},
		DonationProcessing: {DonationSucceeded, DonationFailed},
		DonationFailed:     {DonationPending},
		DonationExpired:    {DonationSucceeded},
	}
	plans = machine[PlanState]{
		PlanIncomplete:      {PlanActive, PlanIncompleteExpired},
		PlanActive:          {PlanPastDue, PlanPaused, PlanCancelScheduled},
		PlanPastDue:         {PlanActive, PlanUnpaid, PlanCancelled},
		PlanPaused:          {PlanActive, PlanCancelScheduled},
		PlanCancelScheduled: {PlanActive, PlanCancelled},
		PlanUnpaid:          {PlanActive, PlanCancelled},
	}
	refunds = machine[RefundState]{
		RefundRequested: {RefundPending},
		RefundPending:   {RefundSucceeded, RefundFailed, RefundCancelled},
		RefundSucceeded: {RefundFailed},
	}
	disputes = machine[DisputeState]{
		DisputeInquiry:       {DisputeClosed, DisputeNeedsResponse, DisputePrevented},
		DisputeNeedsResponse: {DisputeUnderReview},
		DisputeUnderReview:   {DisputeWon, DisputeLost},
	}
	payouts = machine[PayoutState]{
		PayoutPending:   {PayoutInTransit, PayoutCancelled},
		PayoutInTransit: {PayoutPaid, PayoutFailed},
		PayoutPaid:      {PayoutFailed},
	}
)

// may tells whether one step leads from a state to another.
func (m machine[S]) may(from, to S) bool { return has(m[from], to) }

// reaches tells whether steps lead from a state to another. Facts are looked at
// now and then, so several steps may lie between two looks.
func (m machine[S]) reaches(from, to S) bool {
	seen, next := map[S]bool{from: true}, []S{from}
	for len(next) > 0 {
		s := next[0]
		next = next[1:]
		for _, follow := range m[s] {
			if follow == to {
				return true
			}
			if !seen[follow] {
				seen[follow] = true
				next = append(next, follow)
			}
		}
	}
	return false
}

// seen returns the state after a look at the provider, and false where the
// table does not lead there, in which case the state stays as it was.
func (m machine[S]) seen(from, to S) (S, bool) {
	if from == to || from == "" || m.reaches(from, to) {
		return to, true
	}
	return from, false
}

// Move returns the campaign's next state; fault.Conflict where the table of
// states does not lead there in one step.
func (s CampaignState) Move(to CampaignState) (CampaignState, error) {
	if !campaigns.may(s, to) {
		return s, fault.New(fault.Conflict, "a campaign that is %s can't become %s", s, to)
	}
	return to, nil
}

// Final tells whether nothing more is expected of a donation.
func (s DonationState) Final() bool {
	return s == DonationSucceeded || s == DonationExpired || s == DonationCancelled
}

// Alive tells whether a plan still brings money, now or after a pause.
func (s PlanState) Alive() bool {
	return s == PlanActive || s == PlanPastDue || s == PlanPaused || s == PlanCancelScheduled
}
