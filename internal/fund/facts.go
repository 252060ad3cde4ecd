package fund

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// Facts is the present state of some objects at a provider. It says what is,
// not what happened, so that it does not matter how often and in which order
// facts are seen.
type Facts struct {
	AsOf      time.Time // the provider's clock when this was read
	Sessions  []SessionFact
	Payments  []PaymentFact
	Refunds   []RefundFact
	Disputes  []DisputeFact
	Plans     []PlanFact
	Payouts   []PayoutFact
	Movements []Movement
	Warnings  []WarningFact
}

// SessionState is where a session stands at the provider.
type SessionState string

// The states of a session.
const (
	SessionOpen       SessionState = "open"
	SessionDeclined   SessionState = "declined"   // open still; the last attempt was refused
	SessionProcessing SessionState = "processing" // the donor is done, the money is not there yet
	SessionPaid       SessionState = "paid"
	SessionFailed     SessionState = "failed" // the money will not come
	SessionExpired    SessionState = "expired"
)

// SessionFact is one place where a donor can pay.
type SessionFact struct {
	Ref       string
	Donation  string // our reference
	State     SessionState
	URL       string
	OpenedAt  time.Time
	ExpiresAt time.Time
	// Declined are the times at which attempts to pay were refused, oldest first.
	// The list only ever grows.
	Declined []time.Time
}

// PaymentFact is money that the provider says was paid.
type PaymentFact struct {
	Ref         string
	Donation    string // our reference
	Plan        string // the provider's; "" for a single gift
	Amount      money.Amount
	Part        bool // one of several that the session may take; it need not be the whole gift
	SucceededAt time.Time
	// OpenedAt is when the session that this payment belongs to was opened; zero
	// for renewals, which belong to none.
	OpenedAt time.Time
}

// RefundFact is money on its way back to a donor. Whether it left our balance is
// told by movements alone.
type RefundFact struct {
	Ref       string
	Payment   string
	Key       IdemKey // of the call that asked for it; "" when it was made at the provider
	Amount    money.Amount
	State     RefundState
	CreatedAt time.Time
}

// DisputeFact is a payment that a donor's bank takes back, or asks about.
type DisputeFact struct {
	Ref      string
	Payment  string
	Amount   money.Amount
	State    DisputeState
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
}

// WarningFact is a bank's notice that a payment may be fraud, before any dispute.
// No money moves by it.
type WarningFact struct {
	Ref        string
	Payment    string
	Actionable bool // a refund can still prevent a dispute
	At         time.Time
}

// PlanFact is a recurring agreement.
type PlanFact struct {
	Ref          string
	Donation     string // our reference
	Amount       money.Amount
	Every        Every
	State        PlanState
	StartedAt    time.Time
	NextChargeAt time.Time // zero when nothing is due; the next try while PastDue
	CancelAt     time.Time // set while a cancellation waits
	EndedAt      time.Time
	EndReason    EndReason // set with EndedAt, where the provider says so
	PausedAt     time.Time // set while it rests, also where it is to end after that
	PausedUntil  time.Time // when it goes on by itself; zero: when it is resumed
	PastDueAt    time.Time // set while a charge is open: when it failed first
	Attempts     int       // failed tries of the open charge
	LastTry      bool      // NextChargeAt is the last try before the plan ends
	ChangedAt    time.Time // when terms and state became what they are; zero: not said
}

// EndReason is why a plan ended.
type EndReason string

// The reasons. EndAsked is the donor's will, also where staff did it for them.
const (
	EndAsked  EndReason = "asked"
	EndUnpaid EndReason = "unpaid" // all tries to charge it failed
)

// PayoutFact is money on its way from the provider to our bank.
type PayoutFact struct {
	Ref       string
	Amount    money.Amount
	State     PayoutState
	CreatedAt time.Time
	ArrivedAt time.Time // zero unless it arrived, also when it failed afterwards
	FailedAt  time.Time // zero unless it failed
}

// MovementKind is the category of a movement, as for reports.
type MovementKind string

// The kinds. Any other is booked to suspense and shown to staff.
const (
	MoveCharge          MovementKind = "charge"
	MoveRefund          MovementKind = "refund"
	MoveRefundFailure   MovementKind = "refund_failure"
	MoveDispute         MovementKind = "dispute"
	MoveDisputeReversal MovementKind = "dispute_reversal"
	MoveFee             MovementKind = "fee"
	MovePayout          MovementKind = "payout"
	MovePayoutReversal  MovementKind = "payout_reversal"
)

// Movement is one change of the provider's balance. The balance changes by
// Amount − Fee; Amount is negative where money leaves.
type Movement struct {
	Ref    string
	Kind   MovementKind
	Amount money.Amount
	Fee    int64 // minor units of the same currency; negative when a fee came back
	Source Ref   // the object that it belongs to; zero where there is none
	At     time.Time
	// Own is Amount in the currency of the object, with the same sign, where the
	// provider turned one into the other; zero where they are the same.
	Own  money.Amount
	Rate money.Rate // by which it did, for people; "" where it does not say
}

// own is what the movement did in the currency of its object.
func (m Movement) own() money.Amount {
	if m.Own.Currency != "" {
		return m.Own
	}
	return m.Amount
}

// converted tells whether the provider changed currencies on the way.
func (m Movement) converted() bool { return m.own().Currency != m.Amount.Currency }

// Net is what the balance changed by.
func (m Movement) Net() int64 { return m.Amount.Minor - m.Fee }
