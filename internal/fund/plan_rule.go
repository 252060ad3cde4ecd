package fund

import (
	"errors"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// MaxPause is the most months that a plan may rest in one go.
const MaxPause = 3

// Refusal is why a plan can't be changed as was asked. It is the cause of
// errors of Service.Change, whose sentence is English.
type Refusal struct {
	Key    string       // of the reason
	Amount money.Amount // the bound that was passed, where there is one
}

// Error implements error.
func (r *Refusal) Error() string { return r.In(locale.For("en")) }

// In is the reason in a language, in one sentence that says what to do.
func (r *Refusal) In(l *locale.Locale) string {
	switch r.Key {
	case "least":
		return l.T("fund.amount.least", "min", l.MoneyWhole(r.Amount))
	case "most":
		return l.T("fund.amount.most", "max", l.MoneyWhole(r.Amount))
	}
	return l.T("plan.no." + r.Key)
}

// Refused finds the reason in an error of Service.Change, nil where it has none.
func Refused(err error) *Refusal {
	var r *Refusal
	errors.As(err, &r)
	return r
}

func refuse(k fault.Kind, r Refusal) error {
	return &fault.Error{Kind: k, Say: r.Error(), Err: &r}
}

func no(key string) error { return refuse(fault.Conflict, Refusal{Key: key}) }

// errAlready says that a plan is already as was asked.
var errAlready = errors.New("it is so already")

// allow returns the change as it is to be made, or why it can't be.
func (p Plan) allow(c Change, caps Caps, lim Limits, now time.Time) (Change, error) {
	if !p.State.Alive() && p.State != PlanUnpaid {
		return c, no("over")
	}
	switch c.Do {
	case ChangeAmount, ChangeEvery:
		return p.allowTerms(c, caps, lim)
	case ChangePause:
		return p.allowPause(c, caps, now)
	case ChangeResume:
		if p.State != PlanPaused && p.State != PlanCancelScheduled {
			return c, no("runs")
		}
	case ChangeCancel:
		if p.State == PlanCancelScheduled && !c.Now {
			return c, errAlready
		}
		// A plan whose charge is open has no paid period left that it could run to.
		c.Now = c.Now || p.State == PlanPastDue || p.State == PlanUnpaid
	case ChangeMethod:
		if p.State == PlanCancelScheduled {
			return c, no("ending")
		}
	default:
		return c, refuse(fault.Invalid, Refusal{Key: "unknown"})
	}
	return c, nil
}

// allowTerms looks at a new amount, or a new interval with or without one.
func (p Plan) allowTerms(c Change, caps Caps, lim Limits) (Change, error) {
	every := p.Every
	if c.Do == ChangeEvery {
		every = c.Every
	}
	switch {
	case p.State == PlanCancelScheduled:
		return c, no("ending")
	case every != Month && every != Year:
		return c, refuse(fault.Invalid, Refusal{Key: "every"})
	case !caps.ChangeAmount || !caps.Takes(p.Amount.Currency, every):
		return c, no("terms")
	case every != p.Every && (p.State == PlanPastDue || p.State == PlanUnpaid):
		return c, no("open")
	case c.Do == ChangeEvery && c.Amount.Minor == 0:
		if every == p.Every {
			return c, errAlready
		}
		return c, nil
	case c.Amount.Currency != p.Amount.Currency:
		return c, refuse(fault.Invalid, Refusal{Key: "currency"})
	case c.Amount.Minor < lim.Min:
		return c, refuse(fault.Invalid, Refusal{Key: "least", Amount: money.Amount{Currency: p.Amount.Currency, Minor: lim.Min}})
	case c.Amount.Minor > lim.Max:
		return c, refuse(fault.Invalid, Refusal{Key: "most", Amount: money.Amount{Currency: p.Amount.Currency, Minor: lim.Max}})
	}
	if _, err := money.ToProvider(caps.Scale, money.Charge, c.Amount); err != nil {
		return c, err
	}
	if c.Amount == p.Amount && every == p.Every {
		return c, errAlready
	}
	return c, nil
}

func (p Plan) allowPause(c Change, caps Caps, now time.Time) (Change, error) {
	switch {
	case p.State == PlanPaused:
		return c, no("paused")
	case p.State == PlanPastDue || p.State == PlanUnpaid:
		return c, no("open")
	case p.State != PlanActive:
		return c, no("ending")
	case !caps.Pause:
		return c, no("pause")
	case !c.Until.IsZero() && (!c.Until.After(now) || c.Until.After(AddPeriods(now, Month, MaxPause).AddDate(0, 0, 1))):
		return c, refuse(fault.Invalid, Refusal{Key: "until"})
	}
	return c, nil
}

// PauseUntil is when a pause of some months (1 to MaxPause) that begins now
// ends. The first charge after it is the next one of the plan's own rhythm.
func PauseUntil(months int, now time.Time) (time.Time, error) {
	if months < 1 || months > MaxPause {
		return time.Time{}, refuse(fault.Invalid, Refusal{Key: "until"})
	}
	return AddPeriods(now, Month, months), nil
}
