package api

import (
	"context"
	"reflect"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// stepIn is what every step takes.
type stepIn struct {
	Revision     string   `json:"revision,omitempty" doc:"id of the newest text that you have seen, in place of If-Match (the ETag of the text)"`
	Reason       string   `json:"reason,omitempty" doc:"for the log: of an override, of a withdrawal, or in place of a second person"`
	Override     bool     `json:"override,omitempty" doc:"let stops pass that a publisher may let pass; needs a reason"`
	Acknowledged []string `json:"acknowledged,omitempty" doc:"keys of warnings that you have seen"`
}

func (in *stepIn) fill(act *news.Act) {
	act.Seen, act.Reason, act.Override, act.Acknowledged = in.Revision, in.Reason, in.Override, in.Acknowledged
}

// stepBody is what a step takes.
type stepBody interface{ fill(act *news.Act) }

type acceptIn struct {
	stepIn
	Owner string `json:"owner,omitempty" doc:"account that is to write it; yourself, where it is your own pitch"`
}

func (in *acceptIn) fill(act *news.Act) { in.stepIn.fill(act); act.Owner = in.Owner }

type sendBackIn struct {
	stepIn
	Note string `json:"note" doc:"what to change"`
}

func (in *sendBackIn) fill(act *news.Act) { in.stepIn.fill(act); act.Note = in.Note }

type scheduleIn struct {
	stepIn
	At        time.Time `json:"at"`
	Embargoed bool      `json:"embargoed,omitempty"`
}

func (in *scheduleIn) fill(act *news.Act) {
	in.stepIn.fill(act)
	act.At, act.Embargoed = in.At, in.Embargoed
}

type changeIn struct {
	stepIn
	Class     news.Class `json:"class" doc:"typo, update, clarification, correction or editors-note"`
	Note      string     `json:"note,omitempty" doc:"what readers are told of an update"`
	Was       string     `json:"was,omitempty" doc:"of a correction: what was wrong"`
	Is        string     `json:"is,omitempty" doc:"and what is right"`
	Prominent bool       `json:"prominent,omitempty" doc:"shown at the top"`
	Report    string     `json:"report,omitempty" doc:"id of the reader's report that led to it"`
}

func (in *changeIn) fill(act *news.Act) {
	in.stepIn.fill(act)
	act.Class, act.Note, act.Was, act.Is, act.Prominent, act.Report = in.Class, in.Note, in.Was, in.Is, in.Prominent, in.Report
}

type retractIn struct {
	stepIn
	Note  string `json:"note" doc:"what readers are told"`
	Blank bool   `json:"blank,omitempty" doc:"the text goes, the notice stays"`
}

func (in *retractIn) fill(act *news.Act) {
	in.stepIn.fill(act)
	act.Note, act.Blank = in.Note, in.Blank
}

type withdrawIn struct {
	stepIn
	Note  string `json:"note" doc:"what readers are told"`
	Legal bool   `json:"legal,omitempty" doc:"the law demands it: the address answers 451"`
}

func (in *withdrawIn) fill(act *news.Act) {
	in.stepIn.fill(act)
	act.Note, act.Legal = in.Note, in.Legal
}

// stepped is what came of a step.
type stepped struct {
	State    news.State `json:"state"`
	Revision string     `json:"revision"`
	Due      *time.Time `json:"due,omitempty" doc:"when it takes effect, where it waits; a withdrawal without it waits for a second person"`
	URL      string     `json:"url,omitempty" doc:"where readers find it"`
	Version  int        `json:"version,omitempty" doc:"number of the public version that it made"`
}

// stepOps are the steps in the order of the work, with what each takes.
var stepOps = []struct {
	step  news.Step
	scope staff.Scope
	in    stepBody
	does  string
}{
	{news.Accept, staff.WriteStories, &acceptIn{}, "Lets a pitch become a draft."},
	{news.Submit, staff.WriteStories, &stepIn{}, "Sends a draft to review."},
	{news.SendBack, staff.WriteStories, &sendBackIn{}, "Asks for changes: the story is a draft again."},
	{news.Pass, staff.WriteStories, &stepIn{}, "Passes a story on to the copy desk."},
	{news.Approve, staff.WriteStories, &stepIn{}, "Approves a text, by somebody who has not written it."},
	{news.Reopen, staff.WriteStories, &stepIn{}, "Takes an approved story back to the copy desk."},
	{news.Plan, staff.PublishScope, &scheduleIn{}, "Schedules an approved story, or gives it another time."},
	{news.Unplan, staff.PublishScope, &stepIn{}, "Takes a story off the schedule; it stays approved."},
	{news.GoLive, staff.PublishScope, &stepIn{}, "Publishes an approved story."},
	{news.Spike, staff.WriteStories, &stepIn{}, "Spikes a story; it can be brought back for 30 days."},
	{news.Revive, staff.WriteStories, &stepIn{}, "Brings a spiked story back as a draft."},
	{news.Vouch, staff.PublishScope, &stepIn{}, "Lets somebody else's change of a live text through."},
	{news.ChangeLive, staff.PublishScope, &changeIn{}, "Publishes the newest text of a live story as typo, update, clarification, correction or editor's note."},
	{news.Retire, staff.PublishScope, &retractIn{}, "Retracts a story: its address stays, with a notice."},
	{news.TakeDown, staff.PublishScope, &withdrawIn{}, "Withdraws a story; somebody else has to confirm it."},
	{news.Confirm, staff.PublishScope, &stepIn{}, "Confirms a withdrawal as the second person."},
	{news.TakeBack, staff.PublishScope, &stepIn{}, "Takes back a step that is decided and waits."},
}

func (a *API) aboutSteps() []Op {
	out := make([]Op, 0, len(stepOps))
	for _, s := range stepOps {
		out = append(out, Op{ID: "step_" + string(s.step), Method: "POST", Path: "/stories/{id}/steps/" + string(s.step), Group: "steps", Does: s.does, Scope: s.scope,
			May: staff.StepActions(string(s.step)), In: reflect.ValueOf(s.in).Elem().Interface(), Out: stepped{}, Guarded: true,
			do: func(ctx context.Context, c *Call) (any, error) {
				return a.makeStep(ctx, c, s.step, reflect.New(reflect.TypeOf(s.in).Elem()).Interface().(stepBody))
			}})
	}
	return out
}

func (a *API) makeStep(ctx context.Context, c *Call, step news.Step, in stepBody) (any, error) {
	if err := c.Read(in, maxBody); err != nil {
		return nil, err
	}
	s, err := a.room.Stand(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	may := s.May(c.Me, step)
	if !may.OK() {
		return nil, fault.New(fault.Denied, "%s", english(may.Why))
	}
	act := news.Act{Article: s.ID, Step: step, By: c.by()}
	in.fill(&act)
	if act.Seen == "" {
		var star bool
		if act.Seen, star = c.Base(); act.Seen == "" && !star {
			return nil, baseless()
		}
	}
	var out news.Outcome
	err = c.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = a.room.Make(ctx, tx, c.Me, s.Asked(c.Me, act))
		return err
	})
	if err != nil {
		return nil, unseen(err)
	}
	return a.outcome(ctx, out)
}

// unseen turns the refusal of a step onto a text that nobody has seen into what a
// program looks for.
func unseen(err error) error {
	p := problemOf(err)
	if slices.ContainsFunc(p.Obstacles, func(o obstacle) bool { return o.Key == "flow.no.seen" }) {
		p.Status, p.Kind = 412, fault.Conflict
	}
	return p
}

func (a *API) outcome(ctx context.Context, out news.Outcome) (any, error) {
	answer := stepped{State: out.Article.State, Revision: out.Article.Working, Due: stamp(out.Due), Version: out.Live.Version}
	if out.Live.Path != "" && out.Article.State.Public() {
		answer.URL = a.Base() + out.Live.Path
	}
	return answer, nil
}
