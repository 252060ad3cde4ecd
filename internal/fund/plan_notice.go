package fund

import (
	"strconv"
	"time"
)

// NoticeKind is a kind of letter about a plan.
type NoticeKind string

// The letters. A first charge, and one that was made good, are told by the
// thank-you.
const (
	NoticeFailed  NoticeKind = "failed"  // a charge failed; it will be tried again
	NoticeLast    NoticeKind = "last"    // the next try is the last one
	NoticeLost    NoticeKind = "lost"    // it ended, because all tries failed
	NoticeCharge  NoticeKind = "notice"  // a charge is near
	NoticeChanged NoticeKind = "changed" // another amount or interval
	NoticePaused  NoticeKind = "paused"
	NoticeResumed NoticeKind = "resumed" // after a pause, or a cancellation that was taken back
	NoticeEnding  NoticeKind = "ending"  // a cancellation waits
	NoticeEnded   NoticeKind = "ended"   // it ended by the donor's will
)

// Notice is one letter that is due.
type Notice struct {
	Kind NoticeKind
	Key  string    // one letter a key
	Was  PlanEvent // NoticeChanged: the terms before, in WasMinor and WasEvery
}

const (
	// NoticeAhead is how long before a charge its donor is told of it.
	NoticeAhead = 7 * 24 * time.Hour
	// noticeEach is the longest that a monthly plan goes on without its donor being
	// reminded of its terms and how to end it (California Business and Professions
	// Code § 17602 asks for a reminder once a year).
	noticeEach = 365 * 24 * time.Hour
	// tellWithin is how old an event may be for its donor to be written to. Beyond
	// it, after a long outage or a history that was brought in, a letter would
	// rather alarm than inform.
	tellWithin = 30 * 24 * time.Hour
)

// Notices lists the letters about a plan that are due at a time: fresh are the
// events that its donor was not told of, paid is what the last charge brought,
// in minor units, 0 for none. charged tells whether the provider charges by
// itself: who sends a standing order is not told of charges.
//
// Letters tell what is: of several turns only the last one is told, and nothing
// that is not so any more.
func (p Plan) Notices(fresh []PlanEvent, paid int64, charged bool, now time.Time) []Notice {
	var out []Notice
	if n, ok := p.termsNotice(fresh, now); ok {
		out = append(out, n)
	}
	if n, ok := p.stateNotice(fresh, now); ok && (charged || n.Kind != NoticeFailed) {
		out = append(out, n)
	}
	if !charged {
		return out
	}
	if p.lastTryDue(now) {
		only := Notice{Kind: NoticeLast, Key: p.key("last", p.PastDueAt)}
		if n := len(out); n > 0 && out[n-1].Kind == NoticeFailed {
			out = out[:n-1] // both are news at once: the graver one is enough
		}
		out = append(out, only)
	}
	if len(out) == 0 && p.noticeDue(paid, now) {
		out = append(out, Notice{Kind: NoticeCharge, Key: p.key("notice", p.NextChargeAt)})
	}
	return out
}

func (p Plan) key(what string, at time.Time) string {
	return "plan:" + p.ID + ":" + what + ":" + at.UTC().Format(time.RFC3339)
}

// termsNotice confirms a change of amount or interval; several are one.
func (p Plan) termsNotice(fresh []PlanEvent, now time.Time) (Notice, bool) {
	var first PlanEvent
	for _, e := range fresh {
		terms := e.Kind == PlanUpgrade || e.Kind == PlanDowngrade || e.Kind == PlanInterval
		if terms && first.N == 0 && !e.old(now) {
			first = e
		}
	}
	if first.N == 0 || !p.State.Alive() || first.WasMinor == p.Amount.Minor && first.WasEvery == p.Every {
		return Notice{}, false
	}
	return Notice{Kind: NoticeChanged, Key: p.eventKey(first), Was: first}, true
}

func (p Plan) eventKey(e PlanEvent) string {
	return "plan:" + p.ID + ":" + string(e.Kind) + ":" + strconv.Itoa(e.N)
}

func (e PlanEvent) old(now time.Time) bool { return now.Sub(e.At) > tellWithin }

// stateNotice tells the plan's newest turn, where it is what the plan is now.
func (p Plan) stateNotice(fresh []PlanEvent, now time.Time) (Notice, bool) {
	var last PlanEvent
	for _, e := range fresh {
		if p.turns(e) {
			last = e
		}
	}
	kind := last.letter()
	if kind == "" || last.old(now) {
		return Notice{}, false
	}
	return Notice{Kind: kind, Key: p.eventKey(last)}, true
}

// turns tells whether an event led to the state that the plan is in.
func (p Plan) turns(e PlanEvent) bool {
	switch e.Kind {
	case PlanRests:
		return p.State == PlanPaused
	case PlanResumed, PlanEndUndone:
		return p.State == PlanActive
	case PlanEnds:
		return p.State == PlanCancelScheduled
	case PlanChargeFailed:
		return p.State == PlanPastDue
	case PlanChurned:
		return p.State == PlanCancelled
	}
	return false
}

// letter is the kind of letter that tells an event, "" for none.
func (e PlanEvent) letter() NoticeKind {
	if e.Kind == PlanChurned && e.Reason == EndUnpaid {
		return NoticeLost
	}
	return map[PlanEventKind]NoticeKind{
		PlanRests: NoticePaused, PlanResumed: NoticeResumed, PlanEndUndone: NoticeResumed, PlanEnds: NoticeEnding,
		PlanChargeFailed: NoticeFailed, PlanChurned: NoticeEnded,
	}[e.Kind]
}

// lastTryDue tells whether the donor must be told now that the next try is the
// last: at once when it is known, since pauses between tries are short.
func (p Plan) lastTryDue(now time.Time) bool {
	return p.State == PlanPastDue && p.LastTry && p.NextChargeAt.After(now) && p.WarnedAt.Before(p.PastDueAt)
}

// noticeDue tells whether the donor is told now of the charge that comes next.
// Of a yearly one always, of a monthly one once a year, and where it is not the
// amount that was charged last. Who was told within NoticeAhead of the charge,
// by a confirmation for example, is not told again.
func (p Plan) noticeDue(paid int64, now time.Time) bool {
	from := p.NextChargeAt.Add(-NoticeAhead)
	if p.State != PlanActive || p.NextChargeAt.IsZero() || now.Before(from) || !now.Before(p.NextChargeAt) || !p.NoticedAt.Before(from) {
		return false
	}
	return p.Every == Year || paid != 0 && paid != p.Amount.Minor || !p.NextChargeAt.Before(p.NoticedAt.Add(noticeEach))
}
