package fund

import (
	"math/bits"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// MatchingState is where a sponsor's promise stands.
type MatchingState string

// The states, in their order. The money itself comes as a line of a bank
// statement; no state books anything.
const (
	MatchingCommitted MatchingState = "committed"
	MatchingActive    MatchingState = "active"
	MatchingExhausted MatchingState = "exhausted" // the whole sum was given
	MatchingEnded     MatchingState = "ended"     // its time is over
	MatchingInvoiced  MatchingState = "invoiced"
	MatchingReceived  MatchingState = "received"
)

var matchings = machine[MatchingState]{
	MatchingCommitted: {MatchingActive},
	MatchingActive:    {MatchingExhausted, MatchingEnded},
	MatchingExhausted: {MatchingInvoiced},
	MatchingEnded:     {MatchingInvoiced},
	MatchingInvoiced:  {MatchingReceived},
}

// Move returns the next state; fault.Conflict where the table of states does not
// lead there in one step.
func (s MatchingState) Move(to MatchingState) (MatchingState, error) {
	if !matchings.may(s, to) {
		return s, fault.New(fault.Conflict, "a matching fund that is %s can't become %s", s, to)
	}
	return to, nil
}

// Matching is a sponsor's promise to add to what readers give to a campaign,
// in its currency. It is conditional and so is never in the books; what the
// sponsor pays in the end is.
type Matching struct {
	ID         string
	CampaignID string
	Sponsor    string
	Named      bool // the sponsor's name may be shown
	// Num is what the sponsor adds for each Den given: 1 and 1, or 2 and 1.
	Num, Den  int64
	DonorCap  int64     // most that is added for one donor, minor units
	TotalCap  int64     // most that is added in all, minor units
	From, To  time.Time // gifts that succeeded from … to (the last moment)
	Document  string    // where the written promise is kept
	State     MatchingState
	Invoiced  int64  // minor units, once it was invoiced
	Reference string // of the invoice or the payment
	CreatedAt time.Time
}

// Matched is what the sponsor adds, in minor units, when donors have given so
// much within the window: for each donor the net sum in minor units, after
// refunds and disputes. It depends on nothing else, not on the gifts' order.
func (m Matching) Matched(perDonor []int64) int64 {
	var sum int64
	for _, given := range perDonor {
		if given > 0 {
			sum = min(m.TotalCap, sum+min(m.DonorCap, times(given, m.Num, m.Den)))
		}
	}
	return sum
}

// times is n × num ÷ den, rounded down; the greatest int64 where it is more.
func times(n, num, den int64) int64 {
	if num <= 0 || den <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(num))
	if hi >= uint64(den) {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	return int64(min(q, 1<<63-1))
}

// Within is the promise as its campaign's end bounds it.
func (m Matching) Within(c Campaign) Matching {
	if c.EndsAt.Before(m.To) {
		m.To = c.EndsAt
	}
	return m
}

// Due is the state that the promise should be in at a time, when it has come to
// so much.
func (m Matching) Due(now time.Time, matched int64) MatchingState {
	switch {
	case m.State == MatchingCommitted && !now.Before(m.From):
		return MatchingActive
	case m.State == MatchingActive && matched >= m.TotalCap:
		return MatchingExhausted
	case m.State == MatchingActive && now.After(m.To):
		return MatchingEnded
	}
	return m.State
}

// Owed is what the sponsor owes: the invoiced sum once there is one, until then
// what the promise has come to.
func (m Matching) Owed(matched int64) int64 {
	if m.State == MatchingInvoiced || m.State == MatchingReceived {
		return m.Invoiced
	}
	return matched
}
