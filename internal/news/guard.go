package news

import (
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
)

// Case is all that a guard looks at.
type Case struct {
	Act
	Article  Article
	Content  Content
	Hash     string    // of Content
	Approved Approval  // zero: nobody has let anything through
	Live     Content   // what readers see, of a live article
	Change   Weight    // of the working text against Live
	Pending  Pending   // zero: nothing waits
	Findings []Finding // of the gate
	OldOnes  []Finding // those that the live text has too
	Twin     bool      // of a spiked article: its group has another one in its language
	Sole     bool      // four eyes are asked for, and nobody but By has written it
	Now      time.Time
}

// Obstacle is what keeps a step from being made.
type Obstacle struct {
	Key     string // of its sentence: what is missing and what to do
	Field   string // of the form in which it can be put right
	Args    []any  // name, value, …
	Finding *Finding
	// Override tells that a publisher may let it pass with a reason.
	Override bool
}

// Say is the obstacle's sentence.
func (o Obstacle) Say(l *locale.Locale) string { return l.T(o.Key, o.Args...) }

// Refusal is the error of a step that can't be made. Its sentence is English;
// the obstacles speak the language of whoever asks.
type Refusal struct{ Obstacles []Obstacle }

// Error implements error.
func (r *Refusal) Error() string { return r.Obstacles[0].Say(locale.For("en")) }

func refuse(list []Obstacle) error {
	if len(list) == 0 {
		return nil
	}
	r := &Refusal{list}
	return fault.Wrap(fault.Invalid, r, "%s", r.Error())
}

// SpikeLasts is how long a spiked article can be brought back.
const SpikeLasts = 30 * 24 * time.Hour

// Check lists what keeps a step from being made, what matters most first; none
// where it can. It knows the rules of the table of transitions and nothing else.
func Check(c Case) []Obstacle {
	if !c.Step.From(c.Article.State) {
		return []Obstacle{{Key: "flow.no.state", Args: []any{"state", string(c.Article.State)}}}
	}
	if g := guards[c.Step]; g != nil {
		return slices.DeleteFunc(g(c), func(o Obstacle) bool { return o.Override && c.Override && c.Reason != "" })
	}
	return nil
}

var guards = map[Step]func(Case) []Obstacle{
	Accept:     Case.accept,
	Submit:     Case.submit,
	SendBack:   Case.sendBack,
	Pass:       Case.pass,
	Approve:    Case.approve,
	Plan:       Case.plan,
	GoLive:     Case.goLive,
	Revive:     Case.revive,
	ChangeLive: Case.change,
	Vouch:      Case.vouch,
	Retire:     Case.end,
	TakeDown:   Case.takeDown,
	Confirm:    Case.confirm,
	TakeBack:   Case.takeBack,
}

func when(is bool, o Obstacle) []Obstacle {
	if is {
		return []Obstacle{o}
	}
	return nil
}

func (c Case) accept() []Obstacle {
	return when(c.Owner == "" && c.Article.Owner == "", Obstacle{Key: "flow.no.owner", Field: "owner"})
}

func (c Case) submit() []Obstacle {
	return slices.Concat(
		when(c.Content.Headline == "", Obstacle{Key: "gate.headline"}),
		when(c.Content.Section == "" && c.Content.Kind != Page, Obstacle{Key: "gate.section"}),
		when(c.Content.Lang == "", Obstacle{Key: "flow.no.lang"}))
}

func (c Case) sendBack() []Obstacle {
	return when(c.Note == "", Obstacle{Key: "flow.no.note", Field: "note"})
}

// second asks for somebody else, or where nobody else is there for a reason.
func (c Case) second(override bool) []Obstacle {
	switch {
	case !c.Sole:
		return nil
	case !c.Alone:
		return []Obstacle{{Key: "flow.no.second", Override: override}}
	}
	return when(c.Reason == "", Obstacle{Key: "flow.no.alone", Field: "reason"})
}

// pass leaves a newsroom of one alone: the reason is asked for at the approval.
func (c Case) pass() []Obstacle {
	if c.Alone {
		return nil
	}
	return c.second(false)
}

func (c Case) approve() []Obstacle {
	return append(c.second(false), c.gate(c.Findings)...)
}

// gate makes obstacles of findings: stops, and warnings that nobody has seen.
func (c Case) gate(list []Finding) []Obstacle {
	var out []Obstacle
	for _, f := range list {
		key := f.Key()
		passed := slices.Contains(c.Approved.Overridden, key)
		seen := slices.Contains(c.Acknowledged, key) || slices.Contains(c.Approved.Acknowledged, key)
		if f.Severity == Stop && !passed || f.Severity == Warn && !seen {
			out = append(out, Obstacle{Key: "gate." + f.Rule, Finding: &f, Override: f.Severity == Stop, Args: []any{"text", f.Text}})
		}
	}
	return out
}

// out is what holds for every way out of the house.
func (c Case) out() []Obstacle {
	return slices.Concat(
		when(c.Article.Hold != "", Obstacle{Key: "flow.no.hold", Args: []any{"reason", c.Article.Hold}}),
		when(c.Article.Locked, Obstacle{Key: "flow.no.locked"}),
		when(c.Content.Kind == Page && c.rootSlug() != "" && outlet.Reserved(c.rootSlug()), Obstacle{Key: "gate.page", Args: []any{"slug", c.rootSlug()}}))
}

// rootSlug is the address that a page will have below the language's prefix.
func (c Case) rootSlug() string {
	if c.Content.Slug == "" {
		return Slug(c.Content.Headline, c.Content.Lang)
	}
	return c.Content.Slug
}

// approved is what a first publication needs.
func (c Case) approved() []Obstacle {
	return append(when(!c.Approved.Covers(c.Article.Working, c.Hash), Obstacle{Key: "flow.no.approval"}), c.out()...)
}

func (c Case) plan() []Obstacle {
	soon := c.At.After(c.Now) && c.Approved.Alone && c.At.Before(c.Now.Add(UndoLasts)) // there would be no time to take it back
	return slices.Concat(c.approved(), when(!c.At.After(c.Now), Obstacle{Key: "flow.no.future", Field: "at"}), when(soon, Obstacle{Key: "flow.no.soon", Field: "time"}), c.gate(c.Findings))
}

func (c Case) goLive() []Obstacle {
	early := c.Article.State == Scheduled && c.Article.Embargoed && c.Now.Before(c.Article.PublishAt)
	return slices.Concat(c.approved(), when(early, Obstacle{Key: "flow.no.embargo", Override: true}), c.gate(c.Findings))
}

func (c Case) revive() []Obstacle {
	return slices.Concat(when(c.Now.Sub(c.Article.Ended) > SpikeLasts, Obstacle{Key: "flow.no.revive"}), when(c.Twin, Obstacle{Key: "flow.no.twin"}))
}

func (c Case) change() []Obstacle {
	out := c.said()
	if c.Class != EditorsNote && c.Change.Empty() {
		out = append(out, Obstacle{Key: "flow.no.change"})
	}
	if c.Class == Typo && c.Change.Class == Correct {
		out = append(out, Obstacle{Key: "flow.no.typo", Field: "class", Override: true})
	}
	list := c.Findings
	if c.Class == Typo { // what was wrong before is no reason not to mend a letter
		list = slices.DeleteFunc(slices.Clone(list), func(f Finding) bool {
			return slices.ContainsFunc(c.OldOnes, func(o Finding) bool { return o.Key() == f.Key() })
		})
	}
	out = append(out, c.out()...)
	if !c.Change.Slight() && !c.Change.Empty() && !c.Approved.Covers(c.Article.Working, c.Hash) {
		out = append(out, c.second(true)...)
	}
	return append(out, c.gate(list)...)
}

// said asks for the words that a class of change needs.
func (c Case) said() []Obstacle {
	switch c.Class {
	case Typo:
		return nil
	case Correct, Clarification:
		return append(when(c.Was == "", Obstacle{Key: "flow.no.was", Field: "was"}), when(c.Is == "", Obstacle{Key: "flow.no.is", Field: "is"})...)
	case Update, EditorsNote:
		return when(c.Note == "", Obstacle{Key: "flow.no.said", Field: "note"})
	}
	return []Obstacle{{Key: "flow.no.class", Field: "class"}}
}

func (c Case) vouch() []Obstacle {
	return slices.Concat(when(c.Change.Empty(), Obstacle{Key: "flow.no.change"}), when(c.Sole, Obstacle{Key: "flow.no.second"}))
}

func (c Case) end() []Obstacle {
	return when(c.Note == "", Obstacle{Key: "flow.no.public", Field: "note"})
}

func (c Case) takeDown() []Obstacle {
	return slices.Concat(c.end(), when(c.Reason == "", Obstacle{Key: "flow.no.reason", Field: "reason"}),
		when(c.Pending.Act != "", Obstacle{Key: "flow.no.pending"}))
}

func (c Case) confirm() []Obstacle {
	return slices.Concat(when(c.Pending.Act != TakeDown, Obstacle{Key: "flow.no.waiting"}), when(c.Pending.By.ID == c.By.ID, Obstacle{Key: "flow.no.other"}))
}

func (c Case) takeBack() []Obstacle {
	return when(c.Pending.Act == "", Obstacle{Key: "flow.no.waiting"})
}
