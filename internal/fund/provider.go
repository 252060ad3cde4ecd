// Package fund holds the rules of reader funding: what a gift, a plan, a refund
// and a dispute may become, which campaign money counts for, and how the facts
// that a payment provider reports turn into records and into the books. It
// talks to nobody by itself: providers and the database come in through the
// two small interfaces Provider and Store.
package fund

import (
	"context"
	"errors"
	"time"

	"masthead.dev/masthead/internal/money"
)

// Provider is a payment provider as Masthead sees it. Money amounts are always
// in ISO minor units on this side; an adapter converts to the provider's own.
//
// Errors are of package fault: Invalid where the request can't be met as it is
// (an over-refund, an idempotency key with other parameters), NotFound for an
// object that the provider does not know, Denied for a delivery whose signature
// is not good, TooLarge for one over 1 MiB, Unavailable where the provider does
// not answer; only that last one is worth a repetition.
type Provider interface {
	// Key is the provider's short name, as it stands in addresses of webhooks,
	// in records and in the keys of ledger entries: "sandbox".
	Key() string
	// Caps tells what the provider can do.
	Caps() Caps
	// Begin opens a place where the donor can pay. The same key with the same
	// intent gives the same answer again; nothing is charged by it.
	Begin(ctx context.Context, in Intent, key IdemKey) (Handoff, error)
	// Change changes a running plan. The Handoff has a URL only where the donor
	// must go somewhere to confirm.
	Change(ctx context.Context, plan PlanRef, c Change, key IdemKey) (Handoff, error)
	// Refund gives money of a payment back and returns the refund's reference.
	Refund(ctx context.Context, p PaymentRef, a money.Amount, key IdemKey) (Ref, error)
	// Ingest proves that a delivery comes from the provider, and returns what to
	// look at: first, where the provider numbers its events, the event itself
	// (KindEvent), then the objects. Nothing else of the delivery is believed.
	Ingest(ctx context.Context, raw Raw) ([]Ref, error)
	// Fetch returns the present state of an object together with all that is
	// needed to book it: a payment with its session, plan, refunds, disputes and
	// movements.
	Fetch(ctx context.Context, ref Ref) (Facts, error)
	// Since lists objects that something happened to after the cursor, oldest
	// first, and the cursor to go on from. An empty list means: no more for now.
	Since(ctx context.Context, c Cursor) ([]Ref, Cursor, error)
	// Movements lists the movements of the provider's balance after the cursor,
	// oldest first. They are the sole source of fees.
	Movements(ctx context.Context, c Cursor) ([]Movement, Cursor, error)
}

// Every is how often a gift is given.
type Every string

// The intervals.
const (
	Once  Every = "once"
	Month Every = "month"
	Year  Every = "year"
)

// Road is the way in which a donor pays with a provider.
type Road string

// The roads.
const (
	Hosted       Road = "hosted"       // a page of the provider
	Instructions Road = "instructions" // what to type into a bank's form
	File         Road = "file"         // nothing to begin; payments arrive in files
)

// Caps is what a provider can do.
type Caps struct {
	Currencies   []string // ISO codes; nil is any
	Intervals    []Every
	ChangeAmount bool
	Pause        bool
	Refund       bool
	Road         Road
	Scale        string // name of the provider's table in money.ToProvider
	Fees         Fees   // its published schedule, to estimate with; nil where there is none
}

// Takes tells whether the provider can be asked for a currency and interval.
func (c Caps) Takes(currency string, every Every) bool {
	return (c.Currencies == nil || has(c.Currencies, currency)) && has(c.Intervals, every)
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// IdemKey makes a repeated call harmless. At most 255 characters.
type IdemKey string

// Intent is what a donor decided. ID is the donation's own id, which the
// provider keeps as our reference and hands back in facts.
type Intent struct {
	ID        string       `json:"id"`
	Amount    money.Amount `json:"amount"`
	Every     Every        `json:"every"`
	Email     string       `json:"email"`
	Lang      string       `json:"lang"`
	Label     string       `json:"label"`      // what is paid for, shown on the provider's page
	ReturnURL string       `json:"return_url"` // where the donor comes back to, whatever came of it
}

// Handoff says where a donor goes on. URL may be without a host, which means
// this site.
type Handoff struct {
	Ref       Ref       `json:"ref"` // the session, or the plan for a change
	URL       string    `json:"url,omitempty"`
	OpenedAt  time.Time `json:"opened_at"`  // the provider's time
	ExpiresAt time.Time `json:"expires_at"` // zero: never
	// Reference is what the donor writes on a transfer, and Account the id of the
	// bank account that it goes to; both "" where the provider takes the money.
	Reference string `json:"reference,omitempty"`
	Account   string `json:"account,omitempty"`
}

// PlanRef and PaymentRef are the provider's references.
type (
	PlanRef    string
	PaymentRef string
)

// ChangeKind is what shall become of a plan.
type ChangeKind string

// The changes. Cancel stops at the end of the period that is paid for, or at
// once with Now; Resume takes back a pause or a cancellation that waits.
const (
	ChangeAmount ChangeKind = "amount"
	ChangeEvery  ChangeKind = "every"
	ChangePause  ChangeKind = "pause"
	ChangeResume ChangeKind = "resume"
	ChangeCancel ChangeKind = "cancel"
	ChangeMethod ChangeKind = "method"
)

// Change is one change of a plan.
type Change struct {
	Do        ChangeKind   `json:"do"`
	Amount    money.Amount `json:"amount"`           // ChangeAmount
	Every     Every        `json:"every,omitempty"`  // ChangeEvery
	Until     time.Time    `json:"until"`            // ChangePause; zero: until resumed
	Now       bool         `json:"now,omitempty"`    // ChangeCancel
	ReturnURL string       `json:"return,omitempty"` // ChangeMethod
}

// Kind is a kind of object at a provider.
type Kind string

// The kinds. KindIntent asks by our own reference, for when a crash left us
// without the provider's; KindEvent names a delivery and is never fetched.
const (
	KindEvent   Kind = "event"
	KindIntent  Kind = "intent"
	KindSession Kind = "session"
	KindPayment Kind = "payment"
	KindPlan    Kind = "plan"
	KindRefund  Kind = "refund"
	KindDispute Kind = "dispute"
	KindWarning Kind = "warning"
	KindPayout  Kind = "payout"
)

// Ref points to an object at a provider.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// String is "payment ch_1", for logs.
func (r Ref) String() string { return string(r.Kind) + " " + r.ID }

// ErrMode is inside the fault.Denied of Ingest where a delivery is proven but
// comes from the provider's test mode at a live endpoint, or the other way round:
// somebody has set something up wrongly, and should hear of it.
var ErrMode = errors.New("an event of the provider's other mode")

// MaxBody is the most bytes of a provider's delivery that are read.
const MaxBody = 1 << 20

// SignatureWindow is how far a delivery's time may lie from ours, before or after.
const SignatureWindow = 300 * time.Second

// Raw is a delivery as it came in. Header has names in canonical MIME form.
type Raw struct {
	Body       []byte
	Header     map[string][]string
	ReceivedAt time.Time // wall time
}

// Cursor is a place in a provider's list; "" is its beginning.
type Cursor string
