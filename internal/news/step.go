package news

import "slices"

// Step is what somebody does to an article's state. Who may is decided in
// package staff, what must be in order for it by Check.
type Step string

// The steps.
const (
	Accept     Step = "accept"     // a pitch becomes a draft
	Submit     Step = "submit"     // to review
	SendBack   Step = "send_back"  // changes are asked for
	Pass       Step = "pass"       // on to the copy desk
	Approve    Step = "approve"    // from the copy desk, or from review past it
	Reopen     Step = "reopen"     // back to the copy desk
	Plan       Step = "schedule"   // for a time, or another one
	Unplan     Step = "unschedule" // stays approved
	GoLive     Step = "publish"
	Spike      Step = "spike"
	Revive     Step = "revive"
	ChangeLive Step = "change" // a new public version
	Vouch      Step = "vouch"  // lets somebody else's change of a live text through
	Retire     Step = "retract"
	TakeDown   Step = "withdraw"
	Confirm    Step = "confirm"   // as the second person
	TakeBack   Step = "take_back" // of what waits
)

// Steps lists all steps.
func Steps() []Step {
	return []Step{Accept, Submit, SendBack, Pass, Approve, Reopen, Plan, Unplan, GoLive, Spike, Revive, ChangeLive, Vouch, Retire, TakeDown, Confirm, TakeBack}
}

// way is where a step leads, and from where: the table of transitions.
type way struct {
	to   State // "" stays
	from []State
}

var ways = map[Step]way{
	Accept:     {Draft, []State{Pitch}},
	Submit:     {InReview, []State{Draft}},
	SendBack:   {Draft, []State{InReview, CopyDesk, Approved, Scheduled}},
	Pass:       {CopyDesk, []State{InReview}},
	Approve:    {Approved, []State{InReview, CopyDesk}},
	Reopen:     {CopyDesk, []State{Approved, Scheduled}},
	Plan:       {Scheduled, []State{Approved, Scheduled}},
	Unplan:     {Approved, []State{Scheduled}},
	GoLive:     {Published, []State{Approved, Scheduled}},
	Spike:      {Spiked, []State{Pitch, Draft, InReview, CopyDesk, Approved, Scheduled}},
	Revive:     {Draft, []State{Spiked}},
	ChangeLive: {Published, []State{Published}},
	Vouch:      {"", []State{Published}},
	Retire:     {Retracted, []State{Published}},
	TakeDown:   {Withdrawn, []State{Published, Retracted}},
	Confirm:    {Withdrawn, []State{Published, Retracted}},
	TakeBack:   {"", []State{Published, Retracted}},
}

// likely are the steps in each state, the one that usually comes next first.
var likely = map[State][]Step{
	Pitch:     {Accept, Spike},
	Draft:     {Submit, Spike},
	InReview:  {Approve, Pass, SendBack, Spike},
	CopyDesk:  {Approve, SendBack, Spike},
	Approved:  {GoLive, Plan, Reopen, SendBack, Spike},
	Scheduled: {Plan, GoLive, Unplan, Reopen, SendBack, Spike},
	Published: {Confirm, TakeBack, ChangeLive, Vouch, Retire, TakeDown},
	Retracted: {Confirm, TakeBack, TakeDown},
	Spiked:    {Revive},
}

// StepsFrom lists the steps that lead on from a state, the likely one first.
func StepsFrom(s State) []Step { return likely[s] }

// From tells whether a step can be made in a state.
func (s Step) From(at State) bool { return slices.Contains(ways[s].from, at) }

// To is the state that a step leads to, "" where it stays.
func (s Step) To() State { return ways[s].to }

// Names of events that no step makes by itself, as the log has them after
// "article.".
const (
	Dropped       = "dropped" // back at the copy desk: it was edited after the approval
	TypoMended    = "typo_mended"
	PublishFailed = "publish_failed"
	ChangeFailed  = "change_failed"
	Assigned      = "assigned"
)

// happened are the names of what steps make.
var happened = map[Step]string{
	Accept: "accepted", Submit: "submitted", SendBack: "sent_back", Pass: "passed", Approve: "approved", Reopen: "reopened",
	Plan: "scheduled", Unplan: "unscheduled", GoLive: "published", Spike: "spiked", Revive: "revived", ChangeLive: "changed",
	Vouch: "vouched", Retire: "retracted", TakeDown: "withdrawn", Confirm: "withdrawn", TakeBack: "taken_back",
}
