package fund

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"masthead.dev/masthead/internal/fault"
)

// DefaultGrace is how long after a campaign's end a payment still counts whose
// session was opened before it.
const DefaultGrace = 72 * time.Hour

// CampaignAct is something that a person does to a campaign as a whole.
type CampaignAct string

// The acts. ActExtend needs a new end; see Extend.
const (
	ActSchedule CampaignAct = "schedule" // goes live by itself at its start
	ActStart    CampaignAct = "start"    // goes live now
	ActPause    CampaignAct = "pause"
	ActResume   CampaignAct = "resume"
	ActEnd      CampaignAct = "end" // ends now
	ActArchive  CampaignAct = "archive"
	ActCancel   CampaignAct = "cancel"
	ActExtend   CampaignAct = "extend"
)

// roads are the states that each act leads through.
var roads = map[CampaignAct]struct {
	from []CampaignState
	via  []CampaignState
}{
	ActSchedule: {[]CampaignState{CampaignDraft}, []CampaignState{CampaignScheduled}},
	ActStart:    {[]CampaignState{CampaignDraft, CampaignScheduled}, []CampaignState{CampaignScheduled, CampaignLive}},
	ActPause:    {[]CampaignState{CampaignLive}, []CampaignState{CampaignPaused}},
	ActResume:   {[]CampaignState{CampaignPaused}, []CampaignState{CampaignLive}},
	ActEnd:      {[]CampaignState{CampaignLive, CampaignPaused}, []CampaignState{CampaignEnded}},
	ActArchive:  {[]CampaignState{CampaignEnded}, []CampaignState{CampaignArchived}},
	ActCancel:   {[]CampaignState{CampaignDraft, CampaignScheduled}, []CampaignState{CampaignCancelled}},
	ActExtend:   {[]CampaignState{CampaignEnded}, []CampaignState{CampaignLive}},
}

// Acts lists what may be done to the campaign in its state, the usual next step
// first.
func (c Campaign) Acts() []CampaignAct {
	var out []CampaignAct
	for _, a := range []CampaignAct{ActStart, ActSchedule, ActResume, ActPause, ActExtend, ActEnd, ActArchive, ActCancel} {
		if has(roads[a].from, c.State) {
			out = append(out, a)
		}
	}
	return out
}

// Do returns the campaign after an act at a time of the money clock; the texts
// of its errors name what keeps it. fault.Conflict where the campaign's state
// does not allow it, fault.Invalid where something is missing first.
func (c Campaign) Do(act CampaignAct, now time.Time) (Campaign, error) {
	if act == ActExtend {
		return c, fault.New(fault.Invalid, "to go on, an ended campaign needs a new end")
	}
	return c.do(act, now)
}

// Extend lets an ended campaign go on until a new end.
func (c Campaign) Extend(until, now time.Time) (Campaign, error) {
	if !until.After(now) {
		return c, fault.New(fault.Invalid, "the new end must lie in the future")
	}
	c.EndsAt = until
	return c.do(ActExtend, now)
}

func (c Campaign) do(act CampaignAct, now time.Time) (Campaign, error) {
	road, known := roads[act]
	if !known || !has(road.from, c.State) {
		return c, fault.New(fault.Conflict, "a campaign that is %s can't be changed in this way (%s)", c.State, act)
	}
	if act == ActSchedule || act == ActStart || act == ActExtend || act == ActResume {
		if lacks := c.Lacks(now); len(lacks) > 0 {
			return c, fault.New(fault.Invalid, "the campaign can't go live; first mend: %s", strings.Join(lackNames(lacks), ", "))
		}
	}
	var err error
	for _, next := range road.via {
		if c.State == next {
			continue
		}
		if c.State, err = c.State.Move(next); err != nil {
			return c, err
		}
	}
	return c.timed(act, now), nil
}

// timed moves the dates that an act moves.
func (c Campaign) timed(act CampaignAct, now time.Time) Campaign {
	switch {
	case act == ActStart && c.StartsAt.After(now):
		c.StartsAt = now
	case act == ActEnd && c.EndsAt.After(now):
		c.EndsAt = now
	}
	if c.State == CampaignLive && c.LiveAt.IsZero() {
		c.LiveAt = now
	}
	return c
}

// Lack is something that a campaign needs before readers may see it.
type Lack string

// The lacks.
const (
	LackTitle Lack = "title"
	LackGoal  Lack = "goal"
	LackDates Lack = "dates" // the end is not after the start, or has passed
	LackCosts Lack = "costs" // the cost lines are not the goal, and nobody has said why
)

func lackNames(list []Lack) []string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = string(l)
	}
	return out
}

// Lacks lists what is missing before the campaign may go live.
func (c Campaign) Lacks(now time.Time) []Lack {
	var out []Lack
	for _, x := range []struct {
		lack Lack
		is   bool
	}{
		{LackTitle, noWords(c.Title)},
		{LackGoal, c.Goal <= 0},
		{LackDates, !c.EndsAt.After(c.StartsAt) || !c.EndsAt.After(now)},
		{LackCosts, len(c.Costs) > 0 && c.CostSum() != c.Goal && noWords(c.CostsNote)},
	} {
		if x.is {
			out = append(out, x.lack)
		}
	}
	return out
}

func noWords(texts map[string]string) bool {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return false
		}
	}
	return true
}

// CostSum adds up the cost lines, in minor units.
func (c Campaign) CostSum() int64 {
	var sum int64
	for _, cost := range c.Costs {
		sum += cost.Minor
	}
	return sum
}

// Seen tells whether readers may open the campaign's page.
func (c Campaign) Seen() bool { return c.State != CampaignDraft && c.State != CampaignCancelled }

// CurrencyFixed tells whether the campaign's currency can't change any more.
func (c Campaign) CurrencyFixed() bool {
	return c.State != CampaignDraft && c.State != CampaignScheduled
}

// reservedSlugs are addresses below /give that are no campaigns.
var reservedSlugs = []string{"thanks", "bank", "past", "stop"}

// GoodSlug tells whether a text can be the address of a campaign: letters,
// digits and single hyphens, small, and none of the addresses that pages of
// giving have.
func GoodSlug(s string) bool {
	if s == "" || len(s) > 80 || slices.Contains(reservedSlugs, s) || strings.Contains(s, "--") || strings.Trim(s, "-") != s {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && !unicode.IsDigit(r) && !unicode.IsMark(r) && (!unicode.IsLetter(r) || unicode.IsUpper(r))
	})
}

// PublicGoals are the goals that readers could see, the newest first: the one in
// force when the campaign went live, and all after it. goals are all versions,
// the newest first.
func (c Campaign) PublicGoals(goals []Goal) []Goal {
	if c.LiveAt.IsZero() {
		return nil
	}
	for i, g := range goals {
		if !g.SetAt.After(c.LiveAt) {
			return goals[:i+1]
		}
	}
	return goals
}

// General is what the form of the general fund suggests and offers.
type General struct {
	Amounts map[Every][]int64 `json:"amounts,omitempty"` // minor units of the outlet's currency
	Cover   bool              `json:"cover"`             // whether donors may be asked to cover the fee
}
