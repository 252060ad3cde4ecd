package sandbox

import (
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// The sandbox's own objects, as they stand in its journal and in its state.
// Amounts are ISO minor units.

type session struct {
	ID        string            `json:"id"`
	Intent    string            `json:"intent"`
	Amount    money.Amount      `json:"amount"`
	APIAmount int64             `json:"api_amount"` // as a provider with its own scale would be sent it
	Every     fund.Every        `json:"every"`
	Label     string            `json:"label"`
	Lang      string            `json:"lang"`
	ReturnURL string            `json:"return_url"`
	State     fund.SessionState `json:"state"`
	OpenedAt  time.Time         `json:"opened_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	Payment   string            `json:"payment,omitempty"` // the last one
	Parts     []string          `json:"parts,omitempty"`   // those before it, where it was paid in parts
	Plan      string            `json:"plan,omitempty"`
	Declined  []time.Time       `json:"declined,omitempty"` // refused attempts, oldest first
}

type payment struct {
	ID       string       `json:"id"`
	Intent   string       `json:"intent"`
	Session  string       `json:"session"` // of the donation; for renewals too
	Plan     string       `json:"plan,omitempty"`
	Renewal  bool         `json:"renewal,omitempty"`
	Amount   money.Amount `json:"amount"`
	Part     bool         `json:"part,omitempty"`    // of a session that takes several
	Pending  bool         `json:"pending,omitempty"` // its settlement is not known yet
	At       time.Time    `json:"at"`
	Refunded int64        `json:"refunded"`
	Disputed int64        `json:"disputed"`
	Refunds  []string     `json:"refunds,omitempty"`
	Disputes []string     `json:"disputes,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
	Moves    []string     `json:"moves"` // ids of its movements
}

type refund struct {
	ID      string           `json:"id"`
	Payment string           `json:"payment"`
	Key     fund.IdemKey     `json:"key,omitempty"`
	Amount  money.Amount     `json:"amount"`
	State   fund.RefundState `json:"state"`
	At      time.Time        `json:"at"`
	FailAt  time.Time        `json:"fail_at"` // when the donor's bank will send it back; zero: never
	Moves   []string         `json:"moves"`
}

type dispute struct {
	ID       string            `json:"id"`
	Payment  string            `json:"payment"`
	Amount   money.Amount      `json:"amount"`
	Fee      int64             `json:"fee"`
	State    fund.DisputeState `json:"state"`
	OpenedAt time.Time         `json:"opened_at"`
	ClosedAt time.Time         `json:"closed_at"`
	Moves    []string          `json:"moves"`
}

type payout struct {
	ID        string           `json:"id"`
	Amount    money.Amount     `json:"amount"`
	State     fund.PayoutState `json:"state"`
	At        time.Time        `json:"at"`
	DueAt     time.Time        `json:"due_at"`
	Fails     bool             `json:"fails,omitempty"`
	ArrivedAt time.Time        `json:"arrived_at"`
	FailedAt  time.Time        `json:"failed_at"`
	Moves     []string         `json:"moves"`
}

type movement struct {
	ID     string            `json:"id"`
	Kind   fund.MovementKind `json:"kind"`
	Amount money.Amount      `json:"amount"`
	Fee    int64             `json:"fee"`
	Source fund.Ref          `json:"source"`
	At     time.Time         `json:"at"`
	Own    *money.Amount     `json:"own,omitempty"` // of the object, where it was converted
	Rate   money.Rate        `json:"rate,omitempty"`
}

// warning is an early fraud warning.
type warning struct {
	ID      string    `json:"id"`
	Payment string    `json:"payment"`
	At      time.Time `json:"at"`
}

// settlement says what money in a currency is turned into.
type settlement struct {
	Currency string     `json:"currency"`
	Rate     money.Rate `json:"rate"`
	Wait     bool       `json:"wait,omitempty"` // not before an order to settle each payment
}

type event struct {
	ID   string    `json:"id"`
	Type string    `json:"type"`
	Ref  fund.Ref  `json:"ref"`
	At   time.Time `json:"at"`
	Live bool      `json:"live,omitempty"` // says that it is of a live account
}

// call is the answer to a request that carried an idempotency key.
type call struct {
	Params string       `json:"params"` // SHA-256 of operation and parameters, which name the donor
	Answer fund.Handoff `json:"answer"`
}

// world is everything that the sandbox knows.
type world struct {
	Offset    table[int64] // under "clock": nanoseconds ahead of the base clock
	Counts    table[int64] // last number given out, by prefix
	Sessions  table[session]
	Payments  table[payment]
	Plans     table[plan]
	Refunds   table[refund]
	Disputes  table[dispute]
	Payouts   table[payout]
	Movements table[movement]
	Events    table[event]
	Calls     table[call]
	Warnings  table[warning]
	Settles   table[settlement] // by the currency that is paid
}

func newWorld() *world {
	return &world{
		Offset: newTable[int64]("offset"), Counts: newTable[int64]("count"), Sessions: newTable[session]("session"),
		Payments: newTable[payment]("payment"), Plans: newTable[plan]("plan"), Refunds: newTable[refund]("refund"),
		Disputes: newTable[dispute]("dispute"), Payouts: newTable[payout]("payout"), Movements: newTable[movement]("movement"),
		Events: newTable[event]("event"), Calls: newTable[call]("call"), Warnings: newTable[warning]("warning"),
		Settles: newTable[settlement]("settlement"),
	}
}

// tables lists all of them, for the journal.
func (w *world) tables() []keeper {
	return []keeper{w.Offset, w.Counts, w.Sessions, w.Payments, w.Plans, w.Refunds, w.Disputes, w.Payouts, w.Movements, w.Events, w.Calls, w.Warnings, w.Settles}
}
