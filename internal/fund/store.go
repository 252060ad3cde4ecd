package fund

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/money"
)

// Command is a call to a provider, written down before it is made, so that a
// crash can neither lose nor double it.
type Command struct {
	Key       IdemKey
	Provider  string
	Op        string // OpBegin OpRefund OpChange
	ObjectID  string // donation, payment or plan
	Params    json.RawMessage
	Attempts  int
	PlannedAt time.Time // wall time
}

// The operations of a command.
const (
	OpBegin  = "begin"
	OpRefund = "refund"
	OpChange = "change"
)

// Planned is a command of a change or a refund with what came of it: neither Done nor
// Failed while it is not made.
type Planned struct {
	Command
	Done    bool
	Failed  string // why it could not be made
	Handoff Handoff
}

// Store keeps what the service decides. Each method is one transaction.
type Store interface {
	// PlanGift writes donor, donation and the command that begins it, unless a
	// donation with the same nonce is there: then it returns that one with its
	// command, and false.
	PlanGift(ctx context.Context, donor Donor, d Donation, c Command) (Donation, Command, bool, error)
	// PlanRefund writes the command of a refund, if the payment has so much left
	// after the refunds that are known or planned; fault.Conflict otherwise. Where
	// a command with the key is there, it returns that one as it stands instead;
	// fault.Conflict where it gives back something else.
	PlanRefund(ctx context.Context, p Payment, a money.Amount, c Command) (Planned, error)
	// PlanChange writes the command of a change of a plan, unless one with the key
	// is there, which it returns instead. plan gets the plan as it is known, and
	// may return a command without a key: then nothing is written. It does no I/O
	// and may be called twice. A command that cancels closes those that the plan
	// has waiting.
	PlanChange(ctx context.Context, planID string, key IdemKey, plan func(Plan) (Command, error)) (Planned, error)
	// Changed stores what the provider answered to the command of a change.
	Changed(ctx context.Context, key IdemKey, h Handoff) error
	// PlannedChanges lists the changes of a plan that are not made, oldest first.
	PlannedChanges(ctx context.Context, planID string) ([]Command, error)
	// LeaveTask asks a person to look at something.
	LeaveTask(ctx context.Context, t Task) error
	// Handed stores what the provider answered to the command of a donation.
	Handed(ctx context.Context, key IdemKey, donationID string, h Handoff) error
	// CloseCommand ends a command without a hand-off; failed is the reason, or "".
	// A donation that was only created by it becomes expired when it failed.
	CloseCommand(ctx context.Context, c Command, failed string) error
	// TriedCommand counts one more attempt; fault.Gone where it is not planned any more.
	TriedCommand(ctx context.Context, key IdemKey) error
	// Unfinished lists commands planned before a time, oldest first.
	Unfinished(ctx context.Context, before time.Time, limit int) ([]Command, error)

	// Apply reads the world that facts are about, lets reduce decide, and writes
	// what it decides, all in one transaction that no other one about the same
	// objects runs beside. reduce does no I/O and may be called twice.
	Apply(ctx context.Context, provider string, f Facts, reduce func(World) Changes) (Changes, error)
	// NewMovements returns those of the given movements that are not booked.
	NewMovements(ctx context.Context, provider string, list []Movement) ([]Movement, error)
	// Cursor and SaveCursor keep the place in a provider's lists, by stream.
	Cursor(ctx context.Context, provider, stream string) (Cursor, error)
	SaveCursor(ctx context.Context, provider, stream string, c Cursor) error
	// Open lists donations of a provider whose session was opened before a time
	// and that are neither paid nor over, the oldest first.
	Open(ctx context.Context, provider string, before time.Time, limit int) ([]Donation, error)
	// FetchLater asks for a job that looks at the objects.
	FetchLater(ctx context.Context, provider string, refs []Ref) error

	Donation(ctx context.Context, id string) (Donation, error)
	DonationOutcome(ctx context.Context, id string) (Outcome, error)
	Payment(ctx context.Context, id string) (Payment, string, error) // and its provider's key
	// Plan returns a plan and its provider's key; fault.NotFound.
	Plan(ctx context.Context, id string) (Plan, string, error)
	// OpenWarnings lists fraud warnings that nothing was done about, the oldest first.
	OpenWarnings(ctx context.Context, limit int) ([]Warned, error)
	// EndWarning notes what was done about one, and leaves the task unless it is zero.
	EndWarning(ctx context.Context, id string, to WarningState, t Task) error
	// TurnCampaigns gives each campaign that is scheduled, live or paused the
	// state that turn returns.
	TurnCampaigns(ctx context.Context, turn func(Campaign) CampaignState) error
}

// Outcome is all that a donor is told after paying.
type Outcome struct {
	Donation Donation
	Donor    Donor
	Campaign Campaign // zero for the general fund
	Payment  Payment  // the first one; zero while there is none
	Plan     Plan     // zero for a single gift
}
