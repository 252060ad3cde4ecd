package fund

import (
	"crypto/sha256"
	"time"

	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/money"
)

// Counting says which money a campaign shows as its own besides what was received.
type Counting string

// The counting policies. Projections are drawn beside the received money and
// never added to it.
const (
	ReceivedOnly Counting = "received_only"
	Projected    Counting = "projected"  // + charges of running plans due before the end
	Annualised   Counting = "annualised" // running plans × 12 months
)

// Cost is one thing that a campaign pays for; names by language.
type Cost struct {
	Name  map[string]string `json:"name"`
	Minor int64             `json:"minor"`
}

// Campaign is a goal in one currency and the window in which gifts count for it.
// Texts are by language.
type Campaign struct {
	ID       string
	Slug     string
	Currency string
	State    CampaignState
	Counting Counting
	Title    map[string]string
	Dek      map[string]string
	Body     map[string]string
	Costs    []Cost
	Amounts  map[Every][]int64 // suggested amounts in minor units
	StartsAt time.Time
	EndsAt   time.Time     // the last moment that counts
	Grace    time.Duration // for payments of sessions opened before the end
	Goal     int64         // minor units; the newest version
	LiveAt   time.Time     // when readers could first give; zero: not yet
	// DonorCap is the most that is expected of one donor under the Annualised
	// policy, in minor units; 0 is no cap.
	DonorCap int64
	// Cover lets donors add what the provider will keep, if they tick it.
	Cover bool
	// CostsNote says in public why the cost lines don't add up to the goal.
	CostsNote map[string]string
	// Outcome says after the end what came of the campaign.
	Outcome map[string]string
	// GoalReachedAt is when the goal was first reached; refunds don't take it back.
	GoalReachedAt time.Time
	CreatedAt     time.Time
}

// Goal is one version of a campaign's goal.
type Goal struct {
	Version int
	Minor   int64
	Reason  string
	SetAt   time.Time
	SetBy   string
}

// Donor is a person who gives. Only the treasurer sees donors.
type Donor struct {
	ID        string
	Email     string // lower case
	Name      string
	ShowName  bool
	Lang      string
	CreatedAt time.Time
}

// Donation is a donor's decision to give. Its id exists before any provider
// hears of it, and is the provider's reference to us.
type Donation struct {
	ID         string
	Nonce      string // of the form, so that one form makes one donation
	DonorID    string
	CampaignID string // "" is the general fund
	Amount     money.Amount
	Every      Every
	Provider   string
	State      DonationState
	Session    string // the provider's reference; "" before the hand-off
	URL        string // where the donor pays
	Appeal     string // the placement that asked
	Name       string // as it was typed; it becomes the donor's by a payment
	ShowName   bool
	Lang       string
	Consent    string // the terms as they were shown
	CreatedAt  time.Time
	OpenedAt   time.Time // by the provider's clock
	SeenAt     time.Time // the provider's clock at the last look at its session
	// Cover is the part of Amount, in minor units, that the donor added for the
	// provider's fee. All of Amount is the gift.
	Cover int64
	// WantsNews tells whether the donor ticked to hear what becomes of the campaign.
	WantsNews bool
	// WantsReminder tells whether the donor ticked to be reminded of transfers of
	// a standing order that have not come; set for new ones alone.
	WantsReminder bool
}

// Plan is a recurring agreement as we keep it.
type Plan struct {
	ID           string
	Ref          string
	DonationID   string
	DonorID      string
	CampaignID   string
	Amount       money.Amount
	Every        Every
	State        PlanState
	StartedAt    time.Time
	NextChargeAt time.Time
	CancelAt     time.Time
	EndedAt      time.Time
	EndReason    EndReason
	PausedAt     time.Time // zero while it does not rest
	PausedUntil  time.Time // zero: until it is resumed
	PastDueAt    time.Time // when the open charge failed first; zero while none is open
	Attempts     int       // failed tries of the open charge
	LastTry      bool      // the charge due at NextChargeAt is the last one that is tried
	ChangedAt    time.Time // when its terms or state became what they are; zero: the provider does not say
	UpdatedAt    time.Time // the provider's clock at the look that set it
	MRR          int64     // what it adds to the monthly recurring revenue, in minor units; kept by the store
	Events       int       // how many events it has had; kept by the store
	Told         int       // up to which of them its donor was written to; kept by the store
	NoticedAt    time.Time // when its donor was last told amount and day of the next charge; kept by the store
	WarnedAt     time.Time // when its donor was told that the last try is near; kept by the store
}

// Payment is money that arrived at the provider.
type Payment struct {
	ID          string
	Ref         string
	DonationID  string
	PlanID      string // ours; "" for a single gift
	DonorID     string
	CampaignID  string // where it counts; "" is the general fund
	Every       Every  // of the donation
	Amount      money.Amount
	Refunded    int64 // minor units on their way back or back
	Disputed    int64 // minor units in open or lost disputes
	SucceededAt time.Time
}

// Left is what may still be given back, in minor units.
func (p Payment) Left() int64 { return p.Amount.Minor - p.Refunded - p.Disputed }

// Refund is a refund as we keep it.
type Refund struct {
	ID        string
	Ref       string
	PaymentID string
	Payment   string // the provider's reference of the payment
	Amount    money.Amount
	State     RefundState
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Dispute is a dispute as we keep it.
type Dispute struct {
	ID        string
	Ref       string
	PaymentID string
	Payment   string // the provider's reference of the payment
	Amount    money.Amount
	State     DisputeState
	OpenedAt  time.Time
	UpdatedAt time.Time
}

// WarningState is what was done about an early fraud warning.
type WarningState string

// The states of a warning.
const (
	WarningOpen     WarningState = "open"     // nothing yet
	WarningRefunded WarningState = "refunded" // the gift was given back
	WarningAsked    WarningState = "asked"    // staff decide
	WarningPassed   WarningState = "passed"   // there was nothing left to do
)

// Warning is an early fraud warning as we keep it.
type Warning struct {
	ID         string
	Ref        string
	PaymentID  string
	Payment    string // the provider's reference of the payment
	Actionable bool
	State      WarningState // kept by the store
	At         time.Time
	UpdatedAt  time.Time
}

// Decline is one refused attempt to pay.
type Decline struct {
	Session  string // the provider's reference
	N        int    // the how manieth of the session, from 1
	Donation string
	At       time.Time
}

// HoldState is what became of a gift that had to wait.
type HoldState string

// The states of a hold.
const (
	HoldWaits    HoldState = "held"
	HoldAccepted HoldState = "accepted"
	HoldRefunded HoldState = "refunded"
)

// Hold keeps a suspicious gift's donor from being thanked, named and given a
// receipt until somebody has looked, or its time is up.
type Hold struct {
	PaymentID string
	State     HoldState
	Reasons   []guard.Reason
	Weight    int
	HeldAt    time.Time
	DueAt     time.Time // accepted by itself, by the money clock
	DecidedAt time.Time // zero while it waits
}

// Rate is a reference rate: so many of To for one of From, on a day.
type Rate struct {
	Day      string // YYYY-MM-DD, of the outlet
	From, To string
	Rate     money.Rate
	Source   string // who published it
}

// Payout is a payout as we keep it.
type Payout struct {
	Ref       string
	Amount    money.Amount
	State     PayoutState
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Booked is a movement as we keep it: with the entry that booked it, or the
// reason why none did. Every movement has one of the two.
type Booked struct {
	Movement
	EntryKey string
	Ignored  string
}

// Task asks a person to look at something. One task a key.
type Task struct {
	Key        string
	Kind       string
	ObjectKind string
	ObjectID   string
	Detail     map[string]string
	Again      bool // it comes back where it was marked as done and its cause is still there
}

// The kinds of task.
const (
	TaskUnknownPayment = "fund.unknown_payment" // money for a donation that we don't know
	TaskSuspense       = "fund.suspense"        // a movement that no rule books
	TaskDuplicate      = "fund.duplicate"       // a donor paid the same twice within the hour
	TaskMismatch       = "fund.mismatch"        // the provider's amount is not the donation's
	TaskHeld           = "fund.held"            // a suspicious gift waits
	TaskWarning        = "fund.warning"         // a bank warns of fraud
	TaskLostTwice      = "fund.lost_twice"      // given back and taken back: more went than came
	TaskBreaker        = "fund.breaker"         // card payments are closed for a while
	TaskMode           = "fund.mode"            // an event of the provider's test mode, or of the live one
	TaskPayoutBank     = "fund.payout_bank"     // payouts arrive, and nobody said at which of several accounts
	TaskRate           = "fund.rate"            // a gift needs a reference rate to be counted
	TaskErasedPlan     = "fund.erased_plan"     // a plan runs whose donor was erased
	TaskErasedGift     = "fund.erased_gift"     // money of a donor who was erased
	TaskChangeLost     = "fund.change_lost"     // a change of a plan that its donor was promised can't be made
)

// localID gives the record of a provider's object the same id whenever and
// however often it is made.
func localID(provider string, k Kind, ref string) string {
	sum := sha256.Sum256([]byte(provider + "\x00" + string(k) + "\x00" + ref))
	return id.From([16]byte(sum[:16]))
}
