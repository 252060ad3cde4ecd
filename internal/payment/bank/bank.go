// Package bank is bank transfer as a payment provider: nobody takes the money
// but the outlet's own bank. A gift is begun by handing the donor a reference;
// that it came is found in the bank's statements, never asked for. What other
// providers remember about a plan is remembered here by us.
package bank

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/money"
)

// Memory is what is known of references and standing orders; there is nobody
// else to ask.
type Memory interface {
	// DonationOf returns the donation that a reference was given to, "" for none.
	DonationOf(ctx context.Context, r giro.Reference) (string, error)
	// Order returns a standing order; fault.NotFound.
	Order(ctx context.Context, r giro.Reference) (fund.PlanFact, error)
	// PutOrder keeps the amount and interval of a standing order from now on, or,
	// with ended set, that it is over.
	PutOrder(ctx context.Context, r giro.Reference, a money.Amount, every fund.Every, ended, at time.Time) error
}

// Bank is the provider.
type Bank struct {
	memory   Memory
	clock    clock.Clock
	page     func(donationID, lang string) string
	accounts atomic.Pointer[[]giro.Account]
}

var _ fund.Provider = (*Bank)(nil)

// New makes the provider. page is the address of the page with the instructions
// for a donation in a language; c is the money clock. Until Offer is called it
// takes nothing.
func New(m Memory, c clock.Clock, page func(donationID, lang string) string) *Bank {
	b := &Bank{memory: m, clock: c, page: page}
	b.Offer(nil)
	return b
}

// Offer sets the accounts of the outlet. Gifts are taken in the currencies of
// those that are shown to donors.
func (b *Bank) Offer(list []giro.Account) {
	shown := slices.DeleteFunc(slices.Clone(list), func(a giro.Account) bool { return !a.Offered() })
	b.accounts.Store(&shown)
}

// account is the one that gifts in a currency are asked for: the first shown.
func (b *Bank) account(currency string) (giro.Account, bool) {
	for _, a := range *b.accounts.Load() {
		if a.Currency == currency {
			return a, true
		}
	}
	return giro.Account{}, false
}

// Key implements fund.Provider.
func (b *Bank) Key() string { return fund.KeyBank }

// Caps implements fund.Provider. It changes with the accounts that are shown.
func (b *Bank) Caps() fund.Caps {
	currencies := []string{}
	for _, a := range *b.accounts.Load() {
		currencies = append(currencies, a.Currency)
	}
	return fund.Caps{
		Currencies: currencies, Intervals: []fund.Every{fund.Once, fund.Month, fund.Year}, ChangeAmount: true, Refund: true, Road: fund.Instructions,
	}
}

// Begin gives the donation a reference, the same whenever it is asked, and says
// where the instructions stand. It calls nobody.
func (b *Bank) Begin(ctx context.Context, in fund.Intent, _ fund.IdemKey) (fund.Handoff, error) {
	a, ok := b.account(in.Amount.Currency)
	switch {
	case !ok:
		return fund.Handoff{}, fault.New(fault.Invalid, "no bank account in %s is shown to donors", in.Amount.Currency)
	case in.Amount.Minor <= 0 || !b.Caps().Takes(in.Amount.Currency, in.Every):
		return fund.Handoff{}, fault.New(fault.Invalid, "a transfer must be of an amount above zero, once, monthly or yearly")
	}
	r, err := b.reference(ctx, in.ID)
	if err != nil {
		return fund.Handoff{}, err
	}
	return fund.Handoff{
		Ref: fund.Ref{Kind: fund.KindSession, ID: string(r)}, URL: b.page(in.ID, in.Lang), OpenedAt: b.clock.Now().UTC(), Reference: string(r), Account: a.ID,
	}, nil
}

// tries is how many references are looked at for one that is free. Even with a
// million given out, one in nine hundred is taken.
const tries = 40

// reference is made of the donation's id, so that it is the same after a crash;
// where another donation has it, of the id and a number.
func (b *Bank) reference(ctx context.Context, donationID string) (giro.Reference, error) {
	for n := range tries {
		sum := sha256.Sum256(fmt.Appendf(nil, "masthead reference %d %s", n, donationID))
		number := giro.MinPayload + binary.BigEndian.Uint64(sum[:8])%(giro.MaxPayload-giro.MinPayload)
		r, err := giro.NewReference(int64(number))
		if err != nil {
			return "", err
		}
		owner, err := b.memory.DonationOf(ctx, r)
		if err != nil {
			return "", err
		}
		if owner == "" || owner == donationID {
			return r, nil
		}
	}
	return "", fault.New(fault.Unavailable, "no free reference was found; try again")
}

// Change implements fund.Provider. The donor changes the standing order at the
// bank; here it is noted, so that what is expected is what will come. An end
// counts at once, since nothing is charged by us. The address is that of the
// page that says what is left to do.
func (b *Bank) Change(ctx context.Context, plan fund.PlanRef, c fund.Change, _ fund.IdemKey) (fund.Handoff, error) {
	r := giro.Reference(plan)
	order, err := b.memory.Order(ctx, r)
	if err != nil {
		return fund.Handoff{}, err
	}
	amount, every, ended, now := order.Amount, order.Every, time.Time{}, b.clock.Now().UTC()
	switch c.Do {
	case fund.ChangeAmount:
		amount = c.Amount
	case fund.ChangeEvery:
		every = c.Every
		if c.Amount.Minor > 0 {
			amount = c.Amount
		}
	case fund.ChangeCancel:
		ended = now
	case fund.ChangeMethod: // the instructions once more are all there is
	default:
		return fund.Handoff{}, fault.New(fault.Invalid, "a standing order rests only where the bank lets it; change it at the bank")
	}
	if amount.Currency != order.Amount.Currency || amount.Minor <= 0 || every != fund.Month && every != fund.Year {
		return fund.Handoff{}, fault.New(fault.Invalid, "a standing order in %s keeps its currency, and is monthly or yearly", order.Amount.Currency)
	}
	if c.Do != fund.ChangeMethod {
		if err := b.memory.PutOrder(ctx, r, amount, every, ended, now); err != nil {
			return fund.Handoff{}, err
		}
	}
	return fund.Handoff{Ref: fund.Ref{Kind: fund.KindPlan, ID: string(plan)}, URL: b.page(order.Donation, ""), OpenedAt: now}, nil
}

// Refund is refused: no bank gives money back for us. fund.Service books what
// must go back and asks staff to send it.
func (b *Bank) Refund(context.Context, fund.PaymentRef, money.Amount, fund.IdemKey) (fund.Ref, error) {
	return fund.Ref{}, fault.New(fault.Invalid, "a transfer is not given back by itself; staff send the money back")
}

// Ingest refuses every delivery: a bank's word comes in statements that staff
// bring in.
func (b *Bank) Ingest(context.Context, fund.Raw) ([]fund.Ref, error) {
	return nil, fault.New(fault.Denied, "no bank sends deliveries here")
}

// Fetch tells of standing orders what their donors have told us. Of all else
// only statements know.
func (b *Bank) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	f := fund.Facts{AsOf: b.clock.Now().UTC()}
	switch ref.Kind {
	case fund.KindSession, fund.KindPayment:
		return f, nil
	case fund.KindPlan:
		order, err := b.memory.Order(ctx, giro.Reference(ref.ID))
		f.Plans = []fund.PlanFact{order}
		return f, err
	}
	return f, fault.New(fault.NotFound, "a bank knows no %s", ref.Kind)
}

// Since is always at its end.
func (b *Bank) Since(_ context.Context, c fund.Cursor) ([]fund.Ref, fund.Cursor, error) {
	return nil, c, nil
}

// Movements is always at its end: the bank's movements are lines of statements.
func (b *Bank) Movements(_ context.Context, c fund.Cursor) ([]fund.Movement, fund.Cursor, error) {
	return nil, c, nil
}
