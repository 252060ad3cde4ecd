package bank_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

var day = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// rig is a newsroom that nobody pays to but by bank.
type rig struct {
	t        *testing.T
	ctx      context.Context
	store    *store.Store
	accounts store.BankAccounts
	clock    *clock.Manual
	bank     *bank.Bank
	svc      *fund.Service
	jobs     *worker.Runner
	campaign fund.Campaign
	wrap     *unready
}

// unready is the memory of the bank, which may be out of reach.
type unready struct {
	bank.Memory
	down bool
}

func (u *unready) DonationOf(ctx context.Context, r giro.Reference) (string, error) {
	if u.down {
		return "", fault.New(fault.Unavailable, "out of reach")
	}
	return u.Memory.DonationOf(ctx, r)
}

var account = giro.Account{
	ID: id.New(), Name: "Main", Title: "Donations", Currency: "EUR", Holder: "Verein Laterne", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", Shown: true,
}

func each(t *testing.T, test func(t *testing.T, r *rig)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newRig(t, s)) })
}

func newRig(t *testing.T, s *store.Store) *rig {
	r := &rig{t: t, ctx: t.Context(), store: s, clock: clock.At(day)}
	s.Clock = r.clock
	sec, err := store.OpenSecrets(r.ctx, s, t.TempDir(), "")
	r.ok(err)
	r.accounts = store.BankAccounts{Store: s, Secrets: sec}
	r.wrap = &unready{Memory: s}
	r.bank = bank.New(r.wrap, r.clock, func(id, _ string) string { return "/give/bank/" + id })
	r.svc = &fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{fund.KeyBank: r.bank}, Wall: r.clock, Money: r.clock,
		Zone:      func() *time.Location { return time.UTC },
		ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label:     func(c fund.Campaign, lang string) string { return c.Title[lang] },
	}
	templates, err := web.NewTemplates()
	r.ok(err)
	letters := worker.Letters{Store: s, Templates: templates, Money: r.clock, Providers: r.svc.Providers,
		Address: func(path, _ string) string { return "https://lantern.example" + path }}
	r.jobs = worker.New(s, 2)
	r.jobs.Handle(job.BankInstructions, (&worker.Transfers{Letters: letters, Bank: r.accounts}).Do)
	r.jobs.Handle(job.FundThank, (&worker.Thanks{Letters: letters}).Do)
	r.jobs.Handle(job.MailKind, func(context.Context, job.Work) error { return nil })
	r.campaign = fund.Campaign{ID: id.New(), Slug: "costs", Currency: "EUR", State: fund.CampaignLive, Counting: fund.ReceivedOnly, Title: map[string]string{"en": "Costs"},
		StartsAt: day.AddDate(0, 0, -14), EndsAt: day.AddDate(0, 6, 0), Grace: 72 * time.Hour, CreatedAt: day}
	r.write(func(tx *store.Tx) error {
		o := outlet.Default()
		o.Name, o.Currency = "The Lantern", "EUR"
		if err := tx.PutOutlet(r.ctx, store.System, o); err != nil {
			return err
		}
		return tx.PutCampaign(r.ctx, r.campaign)
	})
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) write(fn func(tx *store.Tx) error) {
	r.t.Helper()
	r.ok(r.store.Write(r.ctx, fn))
}

// until lets time go by up to a moment.
func (r *rig) until(at time.Time) { r.clock.Add(at.Sub(r.clock.Now())) }

// open shows the account to donors.
func (r *rig) open() {
	r.t.Helper()
	r.write(func(tx *store.Tx) error { return r.accounts.PutAccount(r.ctx, tx, account) })
	list, err := r.accounts.Accounts(r.ctx)
	r.ok(err)
	r.bank.Offer(list)
}

func (r *rig) form(amount string, every fund.Every) fund.Form {
	return fund.Form{Nonce: id.New(), Campaign: r.campaign, Currency: "EUR", Every: string(every), Choice: fund.Own, Own: amount, Email: "reader@example.org", Provider: fund.KeyBank}
}

func (r *rig) begin(amount string, every fund.Every) fund.Donation {
	r.t.Helper()
	d, err := r.svc.Begin(r.ctx, r.form(amount, every), locale.For("en"))
	r.ok(err)
	return d
}

// arrive books a line of a statement as whoever reads statements does.
func (r *rig) arrive(d fund.Donation, minor int64, at time.Time) (paymentID string, fresh bool) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		campaign, err := tx.CampaignFor(r.ctx, d, at)
		if err != nil {
			return err
		}
		ref, amount := "line-"+at.Format(time.DateOnly), money.Amount{Currency: "EUR", Minor: minor}
		paymentID, fresh, err = tx.BookGift(r.ctx, store.BookedGift{Provider: fund.KeyBank, Ref: ref, DonationID: d.ID, CampaignID: campaign, Amount: amount, At: at})
		if err != nil || !fresh {
			return err
		}
		from := ledger.Source{Provider: fund.KeyBank, Object: ref, Date: at.Format(time.DateOnly), Tags: map[string]string{"campaign": campaign}}
		_, _, err = tx.Post(r.ctx, ledger.Allocation(from, amount, ledger.Donations))
		return err
	})
	return paymentID, fresh
}

func (r *rig) donation(id string) fund.Donation {
	r.t.Helper()
	d, err := r.store.Donation(r.ctx, id)
	r.ok(err)
	return d
}

func (r *rig) plan(d fund.Donation) fund.Plan {
	r.t.Helper()
	o, err := r.store.DonationOutcome(r.ctx, d.ID)
	r.ok(err)
	return o.Plan
}

func (r *rig) mails() []store.Mail {
	r.t.Helper()
	r.ok(r.jobs.Drain(r.ctx))
	list, err := r.store.Mails(r.ctx, 50, 0)
	r.ok(err)
	return list
}

func (r *rig) balance(account string) (sum int64) {
	r.t.Helper()
	r.ok(r.store.Raw().QueryRow("SELECT CAST(COALESCE(SUM(minor), 0) AS BIGINT) FROM ledger_posting WHERE account = $1", account).Scan(&sum))
	return sum
}

func TestAGiftByBankGetsAReferenceAPageAndOneMail(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		f := r.form("50", fund.Once)
		d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
		r.ok(err)
		again, err := r.svc.Begin(r.ctx, f, locale.For("en"))
		r.ok(err)
		ref, accountID, err := r.store.ReferenceOf(r.ctx, d.ID)
		r.ok(err)
		if _, valid := giro.ParseReference(ref.RF()); !valid || d.Session != string(ref) || accountID != account.ID {
			t.Fatalf("the session is %q, the reference %q", d.Session, ref)
		}
		if d.State != fund.DonationPending || d.URL != "/give/bank/"+d.ID || again.Session != d.Session {
			t.Errorf("%+v, and sent again %+v", d, again)
		}
		if owner, err := r.store.DonationOf(r.ctx, ref); err != nil || owner != d.ID {
			t.Errorf("the reference leads to %q, %v", owner, err)
		}
		list := r.mails()
		if len(list) != 1 || !strings.Contains(list[0].Text, ref.Grouped()) || !strings.Contains(list[0].Text, "DE89 3704 0044 0532 0130 00") || !strings.Contains(list[0].Text, "https://lantern.example/give/bank/"+d.ID) {
			t.Fatalf("the mails are %+v", list)
		}
		r.write(func(tx *store.Tx) error { return tx.Enqueue(r.ctx, job.Instructions(d.ID)) })
		if n := len(r.mails()); n != 1 {
			t.Errorf("the same instructions went out %d times", n)
		}
	})
}

func TestBankTransferIsOfferedExactlyWhileAnAccountIsShown(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		refused := func(when string) {
			t.Helper()
			if _, err := r.svc.Begin(r.ctx, r.form("50", fund.Once), locale.For("en")); err == nil || r.svc.Gives("EUR") {
				t.Errorf("%s a gift is taken", when)
			}
		}
		refused("without an account")
		r.open()
		if !r.svc.Gives("EUR") || r.svc.Gives("USD") {
			t.Error("with an account in euro: not exactly euro are taken")
		}
		r.begin("50", fund.Year)
		hidden := account
		hidden.Shown = false
		r.bank.Offer([]giro.Account{hidden})
		refused("with an account that is not shown")
		closed := account
		closed.ClosedAt = day
		r.bank.Offer([]giro.Account{closed})
		refused("with a closed account")
	})
}

func TestAReferenceThatIsTakenIsNotGivenTwice(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		first := r.begin("50", fund.Once)
		f := r.form("20", fund.Once)
		wanted, err := r.bank.Begin(r.ctx, fund.Intent{ID: f.Nonce, Amount: money.Amount{Currency: "EUR", Minor: 2000}, Every: fund.Once}, "x")
		r.ok(err)
		if _, err := r.store.Raw().Exec("UPDATE bank_reference SET reference = $1 WHERE donation_id = $2", wanted.Reference, first.ID); err != nil {
			t.Fatal(err)
		}
		d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
		r.ok(err)
		if ref, _, err := r.store.ReferenceOf(r.ctx, d.ID); err != nil || string(ref) == wanted.Reference || ref == "" {
			t.Errorf("got %q, %v; %q is another's", ref, err, wanted.Reference)
		}
	})
}

func TestABeginningThatWasCutOffEndsWithTheSameReference(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		r.wrap.down = true
		f := r.form("50", fund.Month)
		if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("the answer is %v", err)
		}
		r.wrap.down = false
		r.clock.Add(3 * time.Minute)
		r.ok(r.svc.Recover(r.ctx, time.Minute))
		d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
		r.ok(err)
		if d.State != fund.DonationPending || d.Session == "" || r.plan(d).State != fund.PlanIncomplete || len(r.mails()) != 1 {
			t.Errorf("%+v with %+v", d, r.plan(d))
		}
	})
}

func TestATransferIsWaitedForSixtyDaysAndCountsLaterToo(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		d := r.begin("50", fund.Once)
		r.clock.Add(59 * 24 * time.Hour)
		r.ok(r.svc.CatchUp(r.ctx, fund.KeyBank))
		_, err := r.store.ExpireTransfers(r.ctx, r.clock.Now().Add(-fund.TransferWait))
		r.ok(err)
		if got := r.donation(d.ID).State; got != fund.DonationPending {
			t.Fatalf("after 59 days it is %s", got)
		}
		r.clock.Add(2 * 24 * time.Hour)
		_, err = r.store.ExpireTransfers(r.ctx, r.clock.Now().Add(-fund.TransferWait))
		r.ok(err)
		if got := r.donation(d.ID).State; got != fund.DonationExpired {
			t.Fatalf("after 61 days it is %s", got)
		}
		if _, fresh := r.arrive(d, 4500, r.clock.Now()); !fresh || r.donation(d.ID).State != fund.DonationSucceeded {
			t.Errorf("late money does not count: %s", r.donation(d.ID).State)
		}
	})
}

func TestALineOfAStatementIsOneGiftHoweverOftenItIsBooked(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		d := r.begin("50", fund.Once)
		first, fresh := r.arrive(d, 5000, day.AddDate(0, 0, 3))
		second, again := r.arrive(d, 5000, day.AddDate(0, 0, 3))
		if first != second || !fresh || again {
			t.Fatalf("%s %v, %s %v", first, fresh, second, again)
		}
		p, provider, err := r.store.Payment(r.ctx, first)
		r.ok(err)
		if provider != fund.KeyBank || p.CampaignID != r.campaign.ID || p.Amount.Minor != 5000 || p.DonationID != d.ID {
			t.Errorf("%+v", p)
		}
		r.until(day.AddDate(0, 0, 4))
		thanks := 0
		for _, m := range r.mails() {
			if m.Kind == "gift" {
				thanks++
			}
		}
		if thanks != 1 {
			t.Errorf("%d thanks for one gift", thanks)
		}
	})
}

func TestAStandingOrderRunsFromItsFirstPaymentAndEndsWhenItsDonorSaysSo(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		d := r.begin("10", fund.Month)
		if p := r.plan(d); p.State != fund.PlanIncomplete || p.Ref != d.Session {
			t.Fatalf("before the first payment: %+v", p)
		}
		r.arrive(d, 1000, day.AddDate(0, 0, 2))
		p := r.plan(d)
		if p.State != fund.PlanActive || !p.NextChargeAt.Equal(day.AddDate(0, 1, 2)) {
			t.Fatalf("after it: %s, next %v", p.State, p.NextChargeAt)
		}
		r.until(day.AddDate(0, 0, 20))
		h, err := r.svc.Change(r.ctx, p.ID, fund.Change{Do: fund.ChangeAmount, Amount: money.Amount{Currency: "EUR", Minor: 1500}}, id.New())
		r.ok(err)
		if p = r.plan(d); p.Amount.Minor != 1500 || h.URL != "/give/bank/"+d.ID {
			t.Errorf("a changed amount: %+v, %+v", p.Amount, h)
		}
		if _, err := r.svc.Change(r.ctx, p.ID, fund.Change{Do: fund.ChangePause}, id.New()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a pause: %v", err)
		}
		r.arrive(d, 1000, day.AddDate(0, 1, 1)) // a day early, and of the old amount
		if p = r.plan(d); !p.NextChargeAt.Equal(day.AddDate(0, 2, 2)) {
			t.Errorf("after an early payment the next is due %v", p.NextChargeAt)
		}
		r.until(day.AddDate(0, 1, 10))
		_, err = r.svc.Change(r.ctx, p.ID, fund.Change{Do: fund.ChangeCancel}, id.New())
		r.ok(err)
		if p = r.plan(d); p.State != fund.PlanCancelled || p.EndedAt.IsZero() || p.EndReason != fund.EndAsked {
			t.Fatalf("after its end: %+v", p)
		}
		r.arrive(d, 1000, day.AddDate(0, 2, 2))
		if p = r.plan(d); p.State != fund.PlanCancelled {
			t.Errorf("late money of an ended order made it %s", p.State)
		}
		var kinds []string
		events, err := r.store.PlanHistory(r.ctx, p.ID)
		r.ok(err)
		var rate int64
		for _, e := range events {
			kinds, rate = append(kinds, string(e.Kind)), rate+e.Delta
		}
		if fmt.Sprint(kinds) != "[new upgrade churned]" || rate != 0 {
			t.Errorf("the events are %v, which leave a revenue of %d", kinds, rate)
		}
	})
}

func TestTheLaterPaymentsOfAStandingOrderHaveNoGrace(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		r.until(r.campaign.EndsAt.Add(-time.Hour))
		once, monthly := r.begin("50", fund.Once), r.begin("10", fund.Month)
		late := r.campaign.EndsAt.Add(48 * time.Hour)
		for _, x := range []struct {
			d    fund.Donation
			at   time.Time
			want string
		}{{once, late, r.campaign.ID}, {once, late.Add(48 * time.Hour), ""}, {monthly, late, r.campaign.ID}} {
			r.write(func(tx *store.Tx) error {
				got, err := tx.CampaignFor(r.ctx, x.d, x.at)
				if got != x.want {
					t.Errorf("%s on %v counts for %q, want %q", x.d.Every, x.at, got, x.want)
				}
				return err
			})
		}
		r.arrive(monthly, 1000, late)
		r.write(func(tx *store.Tx) error {
			got, err := tx.CampaignFor(r.ctx, monthly, late.Add(time.Hour))
			if got != "" {
				t.Error("a second payment has the grace of the first")
			}
			return err
		})
	})
}

func TestAGiftByBankGoesBackByAPersonsHand(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		d := r.begin("50", fund.Once)
		paid, _ := r.arrive(d, 5000, day)
		refund := func(minor int64, key string) error {
			return r.svc.Refund(r.ctx, paid, money.Amount{Currency: "EUR", Minor: minor}, key)
		}
		key := id.New()
		r.ok(refund(2000, key))
		r.ok(refund(2000, key))
		if got, owed := r.balance("Income:Donations:Refunded"), r.balance("Liabilities:ToReturn"); got != 2000 || owed != -2000 {
			t.Errorf("refunded %d, to return %d", got, owed)
		}
		if r.balance("Assets:PSP:Bank") != 0 {
			t.Error("a bank transfer was given back by a processor")
		}
		if err := refund(4000, id.New()); !fault.Is(err, fault.Conflict) {
			t.Errorf("more than is left: %v", err)
		}
		p, _, err := r.store.Payment(r.ctx, paid)
		r.ok(err)
		tasks, _, err := r.store.Tasks(r.ctx, 10)
		r.ok(err)
		if p.Left() != 3000 || len(tasks) != 1 || tasks[0].Kind != fund.TaskPayBack {
			t.Errorf("left are %d, the tasks %+v", p.Left(), tasks)
		}
		done := make(chan error, 2)
		for range 2 {
			k := id.New()
			go func() { done <- refund(3000, k) }()
		}
		a, b := <-done, <-done
		if (a == nil) == (b == nil) || r.balance("Liabilities:ToReturn") != -5000 {
			t.Errorf("the rest was given back twice or never: %v, %v, %d", a, b, r.balance("Liabilities:ToReturn"))
		}
		if err := refund(2000, key); err != nil {
			t.Errorf("the first request once more, now that nothing is left: %v", err)
		}
	})
}

func TestNobodySendsAWordForABank(t *testing.T) {
	b := bank.New(nil, clock.At(day), func(string, string) string { return "" })
	if _, err := b.Ingest(t.Context(), fund.Raw{Body: []byte("{}")}); !fault.Is(err, fault.Denied) {
		t.Errorf("a delivery is answered with %v", err)
	}
	if _, err := b.Refund(t.Context(), "x", money.Amount{Currency: "EUR", Minor: 1}, "k"); err == nil {
		t.Error("a bank gives money back by itself")
	}
	refs, c, err := b.Since(t.Context(), "here")
	moves, m, err2 := b.Movements(t.Context(), "there")
	if len(refs)+len(moves) != 0 || c != "here" || m != "there" || errors.Join(err, err2) != nil {
		t.Error("a bank has lists of its own")
	}
	if _, err := b.Fetch(t.Context(), fund.Ref{Kind: fund.KindDispute, ID: "x"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a dispute is %v", err)
	}
}

func TestABeginsTermsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		for name, in := range map[string]fund.Intent{
			"nothing":          {ID: "a", Amount: money.Amount{Currency: "EUR"}, Every: fund.Once},
			"less than that":   {ID: "a", Amount: money.Amount{Currency: "EUR", Minor: -1}, Every: fund.Once},
			"another currency": {ID: "a", Amount: money.Amount{Currency: "USD", Minor: 100}, Every: fund.Once},
			"every week":       {ID: "a", Amount: money.Amount{Currency: "EUR", Minor: 100}, Every: "week"},
		} {
			if _, err := r.bank.Begin(r.ctx, in, "k"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestOneMailboxIsSentFewInstructionsWhoeverAsks(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.open()
		var last fund.Donation
		mails := func(want int) {
			t.Helper()
			r.ok(r.jobs.Drain(r.ctx))
			list, err := r.store.Mails(r.ctx, 1000, 0)
			r.ok(err)
			if len(list) != want {
				t.Errorf("%d mails, want %d", len(list), want)
			}
		}
		for range 20 {
			last = r.begin("20", fund.Once)
		}
		mails(3)
		if ref, _, err := r.store.ReferenceOf(r.ctx, last.ID); err != nil || ref == "" {
			t.Errorf("the page of the last gift has the reference %q, %v", ref, err)
		}
		r.clock.Add(time.Hour + time.Second)
		r.begin("20", fund.Once)
		mails(4)
	})
}
