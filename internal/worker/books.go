package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
)

// Books keeps what is derived from the books up to date, and compares them each
// night with providers and banks.
type Books struct {
	Store *store.Store
	Money clock.Clock
}

// nightFrom is the hour of the outlet's day from which the night's comparison is
// made: what the day before brought has arrived by then.
const nightFrom = 3

// The sum a year from which donors are named in a newsroom that has not chosen
// another one: 5,000 of its currency (INN membership standards: $5,000), and
// where that has no small units, so that one of it is worth little, 500,000.
const (
	defaultUnits = 5000
	defaultMinor = 500_000
)

// Steps are the parts of the round.
func (b *Books) Steps() []Step {
	return []Step{{"sums of the books", b.Store.RollLedger}, {"names on the books", b.names}, {"reconciliation", b.night}}
}

// names announces a sum where none was ever announced, and counts the givers of
// each year.
func (b *Books) names(ctx context.Context) error {
	set, err := b.Store.HasOutlet(ctx)
	if err != nil || !set {
		return err
	}
	o, err := b.Store.Outlet(ctx)
	if err != nil {
		return err
	}
	t, err := b.Store.NameThreshold(ctx)
	if err != nil {
		return err
	}
	if t.Since.IsZero() {
		unit := int64(1)
		exponent, _ := money.Exponent(o.Currency)
		for range exponent {
			unit *= 10
		}
		err := b.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.SetNameThreshold(ctx, store.System, money.Amount{Currency: o.Currency, Minor: max(defaultMinor, defaultUnits*unit)})
		})
		if err != nil {
			return err
		}
	}
	lastYear := b.Money.Now().In(o.Location()).Year() - 1
	return b.Store.CountGivers(ctx, lastYear, o.Currency, o.Location())
}

// night makes the report of a day, once.
func (b *Books) night(ctx context.Context) error {
	set, err := b.Store.HasOutlet(ctx)
	if err != nil || !set {
		return err
	}
	o, err := b.Store.Outlet(ctx)
	if err != nil {
		return err
	}
	now := b.Money.Now().In(o.Location())
	if now.Hour() < nightFrom {
		return nil
	}
	done, err := b.Store.Reconciled(ctx, now.Format(time.DateOnly))
	if err != nil || done {
		return err
	}
	if err := b.Store.CountGivers(ctx, 0, o.Currency, o.Location()); err != nil { // older years too
		return err
	}
	_, err = b.Store.Reconcile(ctx, store.System, now, o.Location())
	return err
}
