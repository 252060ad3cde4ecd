package news

import (
	"slices"

	"masthead.dev/masthead/internal/fault"
)

// State is where an article stands in the newsroom's work.
type State string

// The states. Update and correction are not among them: they are events that
// make a new public version. Embargoed is scheduled with a flag.
const (
	Pitch     State = "pitch"
	Draft     State = "draft"
	InReview  State = "in_review"
	CopyDesk  State = "copy_desk"
	Approved  State = "approved"
	Scheduled State = "scheduled"
	Published State = "published"
	Retracted State = "retracted" // public with a notice: the address stays
	Withdrawn State = "withdrawn" // no longer public: the address answers 410
	Spiked    State = "spiked"
)

// moves is the table of transitions. Who may make one is decided in package
// staff; what must be in order for it is decided by gates beside this table.
var moves = map[State][]State{
	Pitch:     {Draft, Spiked},
	Draft:     {InReview, CopyDesk, Approved, Scheduled, Published, Spiked},
	InReview:  {Draft, CopyDesk, Approved, Scheduled, Published, Spiked},
	CopyDesk:  {Draft, InReview, Approved, Scheduled, Published, Spiked},
	Approved:  {Draft, CopyDesk, Scheduled, Published, Spiked},
	Scheduled: {Draft, CopyDesk, Approved, Scheduled, Published, Spiked},
	Published: {Published, Retracted, Withdrawn},
	Retracted: {Retracted, Withdrawn},
	Withdrawn: nil,
	Spiked:    {Draft},
}

// CanMove tells whether an article may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Public tells whether readers see an article in this state.
func (s State) Public() bool { return s == Published || s == Retracted }

// Phase is the part of the desk's list that a state stands in.
type Phase string

// The phases.
const (
	PhaseOpen      Phase = "open"
	PhaseScheduled Phase = "scheduled"
	PhasePublic    Phase = "public"
	PhaseEnded     Phase = "ended"
)

// Phases lists them in the order of the desk's tabs.
func Phases() []Phase { return []Phase{PhaseOpen, PhaseScheduled, PhasePublic, PhaseEnded} }

// Phase tells in which part of the desk's list a state stands.
func (s State) Phase() Phase {
	switch s {
	case Scheduled:
		return PhaseScheduled
	case Published, Retracted:
		return PhasePublic
	case Withdrawn, Spiked:
		return PhaseEnded
	}
	return PhaseOpen
}

func checkMove(from, to State) error {
	if CanMove(from, to) {
		return nil
	}
	return fault.New(fault.Conflict, "an article that is %s can't become %s; reload the page to see what is possible", words[from], words[to])
}

var words = map[State]string{
	Pitch: "a pitch", Draft: "a draft", InReview: "in review", CopyDesk: "at the copy desk", Approved: "approved",
	Scheduled: "scheduled", Published: "published", Retracted: "retracted", Withdrawn: "withdrawn", Spiked: "spiked",
}

// Class is the sort of change that makes a public version.
type Class string

// The classes, after newsroom practice: a typo leaves the meaning as it was; an
// update brings new facts; a clarification mends what could mislead; a
// correction mends what was wrong.
const (
	First         Class = "first"
	Typo          Class = "typo"
	Update        Class = "update"
	Clarification Class = "clarification"
	Correct       Class = "correction"
	EditorsNote   Class = "editors-note"
	Retraction    Class = "retraction"
	Withdrawal    Class = "withdrawal"
)

// visible tells whether readers are shown that and when it happened.
func (c Class) visible() bool { return c != First && c != Typo }
