package fund

import (
	"maps"
	"slices"
	"time"
)

// PlanEventKind is a kind of thing that becomes of a plan.
type PlanEventKind string

// The kinds. A plan's first event is PlanNew. Those that take a plan out of the
// monthly revenue, or bring it back, say so by their Delta.
const (
	PlanNew          PlanEventKind = "new"
	PlanUpgrade      PlanEventKind = "upgrade"
	PlanDowngrade    PlanEventKind = "downgrade"
	PlanInterval     PlanEventKind = "interval" // with or without another amount
	PlanRests        PlanEventKind = "paused"
	PlanResumed      PlanEventKind = "resumed"
	PlanEnds         PlanEventKind = "cancel_scheduled"
	PlanEndUndone    PlanEventKind = "cancel_undone"
	PlanChargeFailed PlanEventKind = "past_due"
	PlanOverdue      PlanEventKind = "overdue" // unpaid for OverdueAfter, or given up by the provider
	PlanRecovered    PlanEventKind = "recovered"
	PlanChurned      PlanEventKind = "churned"
)

// OverdueAfter is how long a plan whose charge is open still counts as revenue.
const OverdueAfter = 30 * 24 * time.Hour

// PlanEvent is one thing that became of a plan. Amounts are minor units of
// Currency.
type PlanEvent struct {
	PlanID   string
	N        int // 1 is the plan's first
	Kind     PlanEventKind
	Reason   EndReason // PlanChurned: EndAsked is voluntary, EndUnpaid is not
	Currency string
	Delta    int64 // by how much the monthly revenue changed
	Minor    int64 // the plan's amount from then on
	Every    Every
	WasMinor int64 // the amount before; 0 for PlanNew
	WasEvery Every
	At       time.Time // the provider's time
}

// MonthlyMinor is what an amount each interval brings in a month, in minor
// units: a year's with a twelfth, rounded down plan by plan, so that movements
// add up to the last unit.
func MonthlyMinor(minor int64, every Every) int64 {
	if every == Year {
		return minor / 12
	}
	return minor
}

func (p Plan) overdue(at time.Time) bool {
	return p.State == PlanPastDue && !p.PastDueAt.IsZero() && at.After(p.PastDueAt.Add(OverdueAfter))
}

// begun tells whether a plan was ever more than an intention.
func (p Plan) begun() bool {
	return p.State != "" && p.State != PlanIncomplete && p.State != PlanIncompleteExpired
}

// rests tells whether nothing is charged by a pause; a plan may end after one.
func (p Plan) rests() bool {
	return p.State == PlanPaused || p.State == PlanCancelScheduled && !p.PausedAt.IsZero()
}

// open tells whether a charge of the plan has failed and is not made good.
func (p Plan) open() bool { return p.State == PlanPastDue || p.State == PlanUnpaid }

// PlanMoves lists what became of a plan between two looks at it, in order. was
// is zero for a plan that is new. The deltas lead from was.MRR to what the plan
// adds to the monthly recurring revenue now: nothing while it rests, after its
// end, and once a charge has been open for more than OverdueAfter. A plan that
// is to end counts until it does. Looks are compared, so that a fact told again is no
// event, and what began and ended between two looks was never seen.
func PlanMoves(was, now Plan) []PlanEvent {
	if !now.begun() {
		return nil
	}
	m := &moves{was: was, now: now, rate: was.MRR}
	m.begin()
	m.terms()
	m.late()
	m.leave()
	m.enter()
	return m.list
}

type moves struct {
	was, now Plan
	rate     int64 // what the plan adds to the revenue after the events so far
	list     []PlanEvent
}

// seen is the given time of the provider, else when the plan became as it is,
// else that of the look.
func (m *moves) seen(at time.Time) time.Time {
	if at.IsZero() {
		at = m.now.ChangedAt
	}
	if at.IsZero() {
		at = m.now.UpdatedAt
	}
	return at
}

func (m *moves) add(k PlanEventKind, at time.Time, rate int64) {
	m.list = append(m.list, PlanEvent{
		PlanID: m.now.ID, N: m.was.Events + len(m.list) + 1, Kind: k, Currency: m.now.Amount.Currency, Delta: rate - m.rate,
		Minor: m.now.Amount.Minor, Every: m.now.Every, WasMinor: m.was.Amount.Minor, WasEvery: m.was.Every, At: at,
	})
	m.rate = rate
}

// full is what the plan adds while nothing is in the way.
func (m *moves) full() int64 { return MonthlyMinor(m.now.Amount.Minor, m.now.Every) }

// begin notes a plan that was not known, or was an intention only.
func (m *moves) begin() {
	if m.was.begun() {
		return
	}
	at := m.seen(time.Time{})
	if m.was.State == "" && !m.now.StartedAt.IsZero() {
		at = m.now.StartedAt
	}
	m.was = Plan{Events: m.was.Events}
	m.add(PlanNew, at, m.full())
	m.was.State, m.was.Amount, m.was.Every = PlanActive, m.now.Amount, m.now.Every
}

// terms notes another amount or interval. A plan that does not count does not
// begin to by it.
func (m *moves) terms() {
	rate := m.rate
	if rate != 0 {
		rate = m.full()
	}
	switch {
	case m.now.Every != m.was.Every:
		m.add(PlanInterval, m.seen(time.Time{}), rate)
	case m.now.Amount.Minor > m.was.Amount.Minor:
		m.add(PlanUpgrade, m.seen(time.Time{}), rate)
	case m.now.Amount.Minor < m.was.Amount.Minor:
		m.add(PlanDowngrade, m.seen(time.Time{}), rate)
	}
}

// failedAnew tells whether the open charge is another one than was open before.
func (m *moves) failedAnew() bool {
	return m.was.State == PlanPastDue && m.now.State == PlanPastDue && m.now.PastDueAt.After(m.was.PastDueAt)
}

// late notes that a charge was open for too long, dated on the day when it was
// so, whenever that is found out.
func (m *moves) late() {
	if m.was.State != PlanPastDue || m.rate == 0 || m.was.PastDueAt.IsZero() || m.failedAnew() {
		return
	}
	until := m.seen(m.now.EndedAt)
	if m.now.State == PlanPastDue {
		until = m.now.UpdatedAt
	}
	if at := m.was.PastDueAt.Add(OverdueAfter); until.After(at) {
		m.add(PlanOverdue, at, 0)
	}
}

// leave notes what is over of the state before.
func (m *moves) leave() {
	was, now := m.was, m.now
	switch {
	case now.State == PlanCancelled:
	case was.State == PlanPaused && !now.rests():
		m.add(PlanResumed, m.seen(time.Time{}), m.full())
	case was.State == PlanCancelScheduled && now.State == PlanPaused && was.rests():
		m.add(PlanEndUndone, m.seen(time.Time{}), m.rate)
	case was.State == PlanCancelScheduled && now.State != PlanCancelScheduled:
		m.add(PlanEndUndone, m.seen(time.Time{}), m.full())
	case was.open() && !now.open(), m.failedAnew():
		m.add(PlanRecovered, m.seen(now.PastDueAt), m.full())
	}
}

// enter notes what is new in the state.
func (m *moves) enter() {
	was, now := m.was, m.now
	if now.rests() && !was.rests() {
		m.add(PlanRests, m.seen(now.PausedAt), 0)
	}
	if now.State == was.State && !m.failedAnew() {
		return
	}
	switch now.State {
	case PlanCancelled:
		m.add(PlanChurned, m.seen(now.EndedAt), 0)
		m.list[len(m.list)-1].Reason = m.reason()
	case PlanCancelScheduled:
		m.add(PlanEnds, m.seen(time.Time{}), m.rate)
	case PlanPastDue:
		m.add(PlanChargeFailed, m.seen(now.PastDueAt), m.rate)
		if now.overdue(now.UpdatedAt) {
			m.add(PlanOverdue, now.PastDueAt.Add(OverdueAfter), 0)
		}
	case PlanUnpaid:
		if m.rate != 0 {
			m.add(PlanOverdue, m.seen(time.Time{}), 0)
		}
	}
}

// reason is why a plan ended: as the provider says, else by the state before.
func (m *moves) reason() EndReason {
	if m.now.EndReason != "" {
		return m.now.EndReason
	}
	if m.was.open() {
		return EndUnpaid
	}
	return EndAsked
}

// RevenueMoves is how the monthly recurring revenue in a currency changed in
// some time, in minor units; what took revenue away is negative.
type RevenueMoves struct {
	Currency   string
	New        int64
	Upgraded   int64
	Downgraded int64
	Paused     int64 // by the donor, or because a charge stayed open for too long
	Resumed    int64
	Churned    int64 // ended by the donor's will
	Failed     int64 // ended because all charges failed

	Began, Left, Lost int // plans that began, that donors ended, that ended unpaid
}

// Sum is the change of the revenue in all.
func (m RevenueMoves) Sum() int64 {
	return m.New + m.Upgraded + m.Downgraded + m.Paused + m.Resumed + m.Churned + m.Failed
}

// SumMoves sums events by currency, in the order of the codes. The sum of what
// happened after one moment and up to another is the difference of the monthly
// recurring revenue at the two.
func SumMoves(events []PlanEvent) []RevenueMoves {
	by := map[string]*RevenueMoves{}
	for _, e := range events {
		if by[e.Currency] == nil {
			by[e.Currency] = &RevenueMoves{Currency: e.Currency}
		}
		by[e.Currency].add(e)
	}
	out := make([]RevenueMoves, 0, len(by))
	for _, code := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[code])
	}
	return out
}

func (m *RevenueMoves) add(e PlanEvent) {
	switch {
	case e.Kind == PlanNew:
		m.New += e.Delta
		m.Began++
	case e.Kind == PlanChurned && e.Reason == EndUnpaid:
		m.Failed += e.Delta
		m.Lost++
	case e.Kind == PlanChurned:
		m.Churned += e.Delta
		m.Left++
	case e.Kind == PlanRests || e.Kind == PlanOverdue:
		m.Paused += e.Delta
	case e.Kind == PlanResumed || e.Kind == PlanEndUndone || e.Kind == PlanRecovered:
		m.Resumed += e.Delta
	case e.Delta >= 0: // another amount or interval
		m.Upgraded += e.Delta
	default:
		m.Downgraded += e.Delta
	}
}
