package fund_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// fuse kills the program at one of its steps: just before the step, or just
// after it. A step is a transaction of ours or a call to the provider; whatever
// would come after it never happens.
type fuse struct {
	at    int // 0 never burns
	after bool
	mu    sync.Mutex
	n     int
	dead  bool
}

var errKilled = errors.New("killed")

// step runs do unless the program is dead; what was done may be unheard of.
func (f *fuse) step(do func() error) error {
	f.mu.Lock() // jobs run beside one another; steps one after the other
	defer f.mu.Unlock()
	if f.dead {
		return errKilled
	}
	f.n++
	if f.n == f.at && !f.after {
		f.dead = true
		return errKilled
	}
	err := do()
	if f.n == f.at {
		f.dead = true
		return errKilled
	}
	return err
}

// mortalStore is a store in a program that may be killed.
type mortalStore struct {
	fund.Store
	*fuse
}

func (m mortalStore) PlanGift(ctx context.Context, donor fund.Donor, d fund.Donation, c fund.Command) (got fund.Donation, cmd fund.Command, fresh bool, err error) {
	err = m.step(func() (err error) { got, cmd, fresh, err = m.Store.PlanGift(ctx, donor, d, c); return err })
	return got, cmd, fresh, err
}

func (m mortalStore) PlanRefund(ctx context.Context, p fund.Payment, a money.Amount, c fund.Command) (got fund.Planned, err error) {
	err = m.step(func() (err error) { got, err = m.Store.PlanRefund(ctx, p, a, c); return err })
	return got, err
}

func (m mortalStore) Handed(ctx context.Context, k fund.IdemKey, d string, h fund.Handoff) error {
	return m.step(func() error { return m.Store.Handed(ctx, k, d, h) })
}

func (m mortalStore) CloseCommand(ctx context.Context, c fund.Command, failed string) error {
	return m.step(func() error { return m.Store.CloseCommand(ctx, c, failed) })
}

func (m mortalStore) EndWarning(ctx context.Context, id string, to fund.WarningState, t fund.Task) error {
	return m.step(func() error { return m.Store.EndWarning(ctx, id, to, t) })
}

func (m mortalStore) SaveCursor(ctx context.Context, p, stream string, c fund.Cursor) error {
	return m.step(func() error { return m.Store.SaveCursor(ctx, p, stream, c) })
}

func (m mortalStore) Apply(ctx context.Context, p string, f fund.Facts, reduce func(fund.World) fund.Changes) (c fund.Changes, err error) {
	err = m.step(func() (err error) { c, err = m.Store.Apply(ctx, p, f, reduce); return err })
	return c, err
}

// mortalProvider is a provider that is called by a program that may be killed.
type mortalProvider struct {
	fund.Provider
	*fuse
}

func (m mortalProvider) Begin(ctx context.Context, in fund.Intent, k fund.IdemKey) (h fund.Handoff, err error) {
	err = m.step(func() (err error) { h, err = m.Provider.Begin(ctx, in, k); return err })
	return h, err
}

func (m mortalProvider) Refund(ctx context.Context, p fund.PaymentRef, a money.Amount, k fund.IdemKey) (ref fund.Ref, err error) {
	err = m.step(func() (err error) { ref, err = m.Provider.Refund(ctx, p, a, k); return err })
	return ref, err
}

func (m mortalProvider) Fetch(ctx context.Context, ref fund.Ref) (f fund.Facts, err error) {
	err = m.step(func() (err error) { f, err = m.Provider.Fetch(ctx, ref); return err })
	return f, err
}

// mortal lets a rig's program be killed at a step, and returns how it begins
// again: with the database as it was left.
func (r *rig) mortal(f *fuse) (restart func()) {
	whole := r.svc.Store
	r.svc.Store = mortalStore{whole, f}
	r.provider = mortalProvider{r.sandbox, f}
	return func() {
		r.svc.Store, r.provider = whole, r.sandbox
		r.wall.Add(10 * time.Minute)
		r.ok(r.svc.Recover(r.ctx, time.Minute))
		r.wall.Add(10 * time.Minute) // the leases of jobs have ended
		r.settle()
		r.catchUp()
		r.ok(r.svc.AnswerWarnings(r.ctx))
		r.settle()
	}
}

// day is a gift from its form to its refund by hand, and another whose bank warns
// of fraud. The only error there may be is that the program died; what the people
// outside do goes on as far as it can.
func (r *rig) day() {
	r.campaign.ID = "thesamecampaign" // tags are part of the hash
	first, second := r.form("100.00", fund.Once), r.form("25.00", fund.Once)
	first.Campaign.ID, second.Campaign.ID = r.campaign.ID, r.campaign.ID
	first.Nonce, second.Nonce = "aaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbb"
	second.Email = "other@example.org"
	for _, f := range []fund.Form{first, second} {
		for range 2 { // whoever sees no answer sends the form again
			d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
			if err == nil {
				r.ok(r.sandbox.Pay(r.ctx, d.Session))
				break
			}
			r.diedBy(err)
		}
		r.work()
	}
}

// diedBy accepts no error but the death of the program.
func (r *rig) diedBy(err error) {
	r.t.Helper()
	if !errors.Is(err, errKilled) {
		r.t.Fatalf("the program did not die, but failed: %v", err)
	}
}

// work delivers what the provider has to tell and does the jobs; one that fails
// has failed because the program died.
func (r *rig) work() {
	r.t.Helper()
	r.sandbox.Flush(r.ctx)
	r.ok(r.jobs.Drain(r.ctx)) // the queue is no part of what dies
	list, err := r.store.Jobs(r.ctx, 100)
	r.ok(err)
	for _, j := range list {
		if j.Kind == job.ReceiptSettle { // which nobody does here
			continue
		}
		if j.LastError != "" && !strings.Contains(j.LastError, errKilled.Error()) {
			r.t.Fatalf("the job %s failed: %s", j.Kind, j.LastError)
		}
	}
}

// evening is what follows: it needs the gifts, so a program that died before has
// begun again.
func (r *rig) evening(restart func()) {
	if err := r.refund(); err != nil { // who asked for it sees an error, and asks again later
		r.diedBy(err)
		restart()
		r.ok(r.refund())
	}
	r.steer(`{"do":"warn","ref":"` + r.paid("bbbbbbbbbbbbbbbbbbbbbbbbbb").Ref + `"}`)
	r.work()
}

// refund asks for one and the same refund, once more where somebody saw no answer.
func (r *rig) refund() error {
	return r.svc.Refund(r.ctx, r.paid("aaaaaaaaaaaaaaaaaaaaaaaaaa").ID, money.Amount{Currency: "USD", Minor: 3000}, "refund-1")
}

func (r *rig) paid(donation string) fund.Payment {
	r.t.Helper()
	o, err := r.store.DonationOutcome(r.ctx, donation)
	r.ok(err)
	if o.Payment.ID == "" {
		r.t.Fatalf("the gift %.1s was never paid", donation)
	}
	return o.Payment
}

// whole pays what a program that died before the donor could left open, as the
// donor would, with the same form.
func (r *rig) whole() {
	st, err := r.sandbox.State(r.ctx)
	r.ok(err)
	for _, x := range st.Sessions {
		r.ok(r.sandbox.Pay(r.ctx, x.ID))
	}
	r.settle()
}

func TestAKillAtAnyStepEndsInTheSameBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != "sqlite" {
			t.Skip("a step is a transaction on either engine; SQLite opens in milliseconds")
		}
		plain := newRig(t, storetest.Open(t, storetest.SQLite(t)), "USD")
		steps := &fuse{}
		restart := plain.mortal(steps)
		plain.putSame()
		plain.day()
		dayEnds := steps.n
		plain.evening(restart)
		if steps.n < 20 || plain.received() != 7000 {
			t.Fatalf("%d steps, received %d", steps.n, plain.received())
		}
		plain.want("C 7000, P 6577, Refunded 5500")
		want := fmt.Sprint(plain.hashes())
		for at := 1; at <= steps.n; at++ {
			for _, after := range []bool{false, true} {
				if os.Getenv("MASTHEAD_TORTURE") == "" && after != (at%2 == 0) {
					continue // half of them here, all in the long trials
				}
				r := newRig(t, storetest.Open(t, storetest.SQLite(t)), "USD")
				r.putSame()
				f := &fuse{at: at, after: after}
				restart := r.mortal(f)
				r.day()
				if at <= dayEnds { // the evening needs a program that lives
					if !f.dead {
						t.Fatalf("step %d was never reached", at)
					}
					restart()
					r.day()
					r.whole()
				}
				r.evening(restart)
				if at > dayEnds {
					restart()
				}
				r.settle()
				r.catchUp()
				r.sound()
				if got := fmt.Sprint(r.hashes()); got != want {
					t.Errorf("killed at step %d of %d (after it: %v): C %d; the books are\n%swant\n%s", at, steps.n, after, r.received(), r.listed(), plain.listed())
				}
				if left, err := r.store.Fund().Unfinished(r.ctx, r.wall.Now(), 10); err != nil || len(left) != 0 {
					t.Errorf("killed at step %d (after it: %v): %d commands are open, %v", at, after, len(left), err)
				}
			}
		}
	})
}

// listed are the entries as their hashes see them, one a line.
func (r *rig) listed() string {
	var all []string
	for e, err := range r.store.Entries(r.ctx, 1) {
		r.ok(err)
		e.Seq = 0
		all = append(all, fmt.Sprintf("  %+v\n", e))
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// putSame gives all rigs the same campaign, whose id is in the books.
func (r *rig) putSame() {
	r.campaign.ID = "thesamecampaign"
	r.write(func(tx *store.Tx) error {
		c := r.campaign
		c.Slug = "same"
		return tx.PutCampaign(r.ctx, c)
	})
}
