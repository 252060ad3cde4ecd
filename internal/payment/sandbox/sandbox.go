// Package sandbox is a payment provider that pretends: stateful, with a clock
// of its own, plans that renew, refunds that bounce, disputes, payouts, and
// signed webhooks that it can double, drop, delay, mix up and corrupt. It is for
// demos, development and tests, and refuses to run beside live keys.
//
// It behaves as a card provider does; fees are test constants.
package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

// Key is the provider's key.
const Key = "sandbox"

// Options of a sandbox.
type Options struct {
	File    string      // of the journal; "" keeps everything in memory
	Clock   clock.Clock // the base that its own clock is an offset from; nil is the wall
	Secrets []string    // the first one signs webhooks, all of them are accepted
	Live    bool        // whether keys of a real provider are configured
	// Start sets the clock of a new sandbox, for a history that ends today.
	// Ignored when the journal has one already.
	Start time.Time
}

// Sandbox is the provider. It implements fund.Provider.
type Sandbox struct {
	opt     Options
	mu      sync.Mutex
	w       *world
	j       *journal
	mail    *deliverer
	moving  sync.Mutex // held while the clock is moved, until all have been told
	advance []func()
}

var _ fund.Provider = (*Sandbox)(nil)

// Open reads the journal and starts the sandbox. fault.Denied beside live keys.
func Open(opt Options) (*Sandbox, error) {
	if opt.Live {
		return nil, fault.New(fault.Denied, "the sandbox does not start beside live payment keys; remove the keys, or start without the sandbox")
	}
	if len(opt.Secrets) == 0 || opt.Secrets[0] == "" {
		return nil, fault.New(fault.Invalid, "the sandbox needs a secret to sign its webhooks with")
	}
	if opt.Clock == nil {
		opt.Clock = clock.Wall{}
	}
	s := &Sandbox{opt: opt, w: newWorld(), mail: newDeliverer(opt.Secrets[0])}
	j, err := openJournal(opt.File, s.w)
	if err != nil {
		return nil, err
	}
	s.j = j
	if _, had := s.w.Offset.rows["clock"]; !had {
		var offset time.Duration
		if !opt.Start.IsZero() {
			offset = opt.Start.Sub(opt.Clock.Now())
		}
		if err := s.step(func(b *batch) error { set(b, b.w.Offset, "clock", int64(offset)); return nil }); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close writes what is left and closes the journal.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.j.close()
}

// Bulk runs fn, in which the sandbox neither waits for the disk nor sends
// webhooks: for building a history. Catch up afterwards.
func (s *Sandbox) Bulk(fn func() error) error {
	if err := s.bulk(true); err != nil {
		return err
	}
	err := fn()
	return errors.Join(err, s.bulk(false))
}

func (s *Sandbox) bulk(on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail.mute(on)
	return s.j.relax(on)
}

// step runs fn as one batch: in the journal as a whole, or undone. What became
// due by the clock meanwhile happens first.
func (s *Sandbox) step(fn func(b *batch) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked(fn)
}

func (s *Sandbox) locked(fn func(b *batch) error) error {
	b := &batch{w: s.w}
	s.settle(b)
	err := fn(b)
	if err != nil { // what was due stays done
		b.rollback()
		b = &batch{w: s.w}
		s.settle(b)
	}
	if e := s.j.write(b.puts); e != nil {
		b.rollback()
		return e
	}
	s.mail.post(b.events)
	return err
}

func (s *Sandbox) offset() time.Duration { return time.Duration(s.w.Offset.rows["clock"]) }

// now is the sandbox's time in whole milliseconds; the lock must be held.
func (s *Sandbox) now() time.Time {
	return s.opt.Clock.Now().Add(s.offset()).UTC().Truncate(time.Millisecond)
}

// Now is the sandbox's own time.
func (s *Sandbox) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Offset is how far the sandbox's clock is ahead of its base.
func (s *Sandbox) Offset() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offset()
}

// OnAdvance adds a function that is called after the clock was moved, and before
// it can be moved again; it must not move it itself.
func (s *Sandbox) OnAdvance(fn func()) { s.advance = append(s.advance, fn) }

// Advance moves the clock forward; plans renew, sessions expire and payouts
// arrive on their way, each at its own time.
func (s *Sandbox) Advance(d time.Duration) error {
	if d < 0 || d > 10*366*24*time.Hour {
		return fault.New(fault.Invalid, "the sandbox's clock only goes forward, by ten years at most at a time")
	}
	s.moving.Lock()
	defer s.moving.Unlock()
	err := s.step(func(b *batch) error {
		if s.offset()+d < s.offset() {
			return fault.New(fault.Invalid, "the sandbox's clock can't be moved on any further")
		}
		set(b, b.w.Offset, "clock", int64(s.offset()+d))
		s.settle(b)
		return nil
	})
	if err != nil {
		return err
	}
	for _, fn := range s.advance {
		fn()
	}
	return nil
}

// AdvanceTo is Advance up to a time; a time that is past already does nothing.
func (s *Sandbox) AdvanceTo(t time.Time) error {
	return s.Advance(max(0, t.Sub(s.Now())))
}

// next gives out the next number of a prefix: "ch_1", "ch_2" …
func (b *batch) next(prefix string) string {
	n := b.w.Counts.rows[prefix] + 1
	set(b, b.w.Counts, prefix, n)
	return fmt.Sprintf("%s_%d", prefix, n)
}

func (b *batch) event(typ string, ref fund.Ref, at time.Time) {
	e := event{ID: b.next("evt"), Type: typ, Ref: ref, At: at}
	set(b, b.w.Events, e.ID, e)
	b.events = append(b.events, e)
}

// move changes the balance and returns the movement's id, which its object
// keeps. Money of a currency that is settled in another is turned into that one;
// the fee is in the balance's currency.
func (b *batch) move(kind fund.MovementKind, a money.Amount, fee int64, src fund.Ref, at time.Time) string {
	m := movement{ID: b.next("txn"), Kind: kind, Amount: a, Fee: fee, Source: src, At: at}
	if into, rate := b.settlesAs(a); src.Kind != fund.KindPayout && into != a {
		m.Amount, m.Own, m.Rate = into, &a, rate
	}
	set(b, b.w.Movements, m.ID, m)
	return m.ID
}

// settlesAs is an amount in the currency that its own is settled in, with the
// rate. One that comes to nothing there stays as it is.
func (b *batch) settlesAs(a money.Amount) (money.Amount, money.Rate) {
	x, ok := b.w.Settles.rows[a.Currency]
	if !ok || x.Currency == a.Currency {
		return a, ""
	}
	into, err := a.Convert(x.Rate, x.Currency)
	if err != nil || into.Minor == 0 {
		return a, ""
	}
	return into, x.Rate
}

// sessionID can't be guessed, because the page behind it needs no sign-in.
func (s *Sandbox) sessionID(b *batch) string {
	m := hmac.New(sha256.New, []byte(s.opt.Secrets[0]))
	m.Write([]byte("session " + b.next("cs")))
	return "cs_" + hex.EncodeToString(m.Sum(nil))[:26]
}

// fees are what the sandbox keeps of a charge: 2.9 % + 30 minor units, in yen
// 3.6 %, half up.
var fees = fund.Fees{"": {PerMillion: 29_000, Fixed: 30}, "JPY": {PerMillion: 36_000}}

// Fee is what the sandbox keeps of a charge, in minor units.
func Fee(a money.Amount) int64 {
	rate, _ := fees.For(a.Currency)
	return rate.Of(a.Minor)
}

// DisputeFee is what the sandbox takes for a dispute, in minor units.
const DisputeFee = 1500

// balance is what it holds for us in a currency; the lock must be held.
func (w *world) balance(currency string) int64 {
	var sum int64
	for _, m := range w.Movements.rows {
		if m.Amount.Currency == currency {
			sum += m.Amount.Minor - m.Fee
		}
	}
	return sum
}

// Balance is what the sandbox holds for us in a currency, in minor units.
func (s *Sandbox) Balance(_ context.Context, currency string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.balance(currency)
}
