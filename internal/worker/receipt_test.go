package worker_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// issuing is a round whose donors are thanked and get receipts.
type issuing struct {
	*round
	receipts *worker.Receipts
}

func newIssuing(t *testing.T, s *store.Store) *issuing {
	r := newRound(t, s)
	templates, err := web.NewTemplates()
	r.ok(err)
	r.ok(s.Write(t.Context(), func(tx *store.Tx) error {
		o := outlet.Default()
		o.Name = "The Lantern"
		return tx.PutOutlet(t.Context(), store.System, o)
	}))
	letters := worker.Letters{Store: s, Templates: templates, Money: r.svc.Money, Providers: r.svc.Providers, Address: func(path, _ string) string { return "http://localhost" + path }}
	x := &issuing{r, &worker.Receipts{Letters: letters, Signer: web.NewSigner([]byte("secret"))}}
	r.runner = worker.New(s, 2)
	worker.HandleFund(r.runner, s, r.svc)
	for _, kind := range []string{job.FundRefunded, job.FundPlan} {
		r.runner.Handle(kind, func(context.Context, job.Work) error { return nil })
	}
	r.runner.Handle(job.FundThank, (&worker.Thanks{Letters: letters, Receipts: x.receipts}).Do)
	worker.HandleReceipts(r.runner, x.receipts)
	return x
}

// give begins a gift and pays it, and lets everything about it happen.
func (x *issuing) give(every string) fund.Donation {
	x.t.Helper()
	d, err := x.svc.Begin(x.t.Context(), fund.Form{
		Nonce: id.New(), Currency: "USD", Every: every, Choice: "50.00", Email: "reader@example.org", Name: "Ada Quill", Provider: sandbox.Key,
	}, locale.For("en"))
	x.ok(err)
	x.ok(x.sandbox.Pay(x.t.Context(), d.Session))
	x.ok(x.svc.Refresh(x.t.Context(), sandbox.Key, fund.Ref{Kind: fund.KindSession, ID: d.Session}))
	x.ok(x.runner.Drain(x.t.Context()))
	return d
}

func (x *issuing) all() []receipt.Receipt {
	x.t.Helper()
	donor, err := x.store.DonorByEmail(x.t.Context(), "reader@example.org")
	x.ok(err)
	list, err := x.store.ReceiptsOf(x.t.Context(), donor.ID)
	x.ok(err)
	return list
}

// mails are the texts of all mails of a kind, the newest first.
func (x *issuing) mails(kind string) []store.Mail {
	x.t.Helper()
	list, err := x.store.Mails(x.t.Context(), 100, 0)
	x.ok(err)
	var out []store.Mail
	for _, m := range list {
		if m.Kind == kind {
			out = append(out, m)
		}
	}
	return out
}

func TestTheMailThatThanksBringsTheReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newIssuing(t, s)
		x.pass(0)
		x.give("once")
		list, mails := x.all(), x.mails("gift")
		if len(list) != 1 || len(mails) != 1 || list[0].FileSum == "" {
			t.Fatalf("%d receipts, %d mails", len(list), len(mails))
		}
		for _, want := range []string{list[0].Number, "http://localhost/receipts/" + list[0].ID + "?"} {
			if !strings.Contains(mails[0].Text, want) || !strings.Contains(mails[0].HTML, strings.ReplaceAll(want, "&", "&amp;")) {
				t.Errorf("the mail has no %q:\n%s", want, mails[0].Text)
			}
		}
	})
}

func TestEachRenewalHasAReceiptOfItsOwn(t *testing.T) { // scenario 28, as far as receipts go
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newIssuing(t, s)
		x.pass(0)
		x.give("month")
		x.ok(x.sandbox.Advance(32 * 24 * time.Hour))
		x.pass(worker.CatchUpEvery)
		list := x.all()
		if len(list) != 2 || list[0].Number != "R-2026-00002" || !list[0].From.After(list[1].From) {
			t.Errorf("the receipts are %+v", list)
		}
	})
}

func TestARefundEndsTheReceiptAndItsDonorIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newIssuing(t, s)
		x.pass(0)
		d := x.give("once")
		o, err := s.DonationOutcome(t.Context(), d.ID)
		x.ok(err)
		for _, minor := range []int64{2000, 3000} {
			x.ok(x.svc.Refund(t.Context(), o.Payment.ID, money.Amount{Currency: "USD", Minor: minor}, id.New()))
			x.clock.Add(time.Second)
			x.pass(0)
		}
		list, mails := x.all(), x.mails("receipt")
		if len(list) != 2 || list[1].State != receipt.Replaced || list[0].State != receipt.Voided || list[0].Amount.Minor != 3000 {
			t.Fatalf("the receipts are %+v", list)
		}
		if len(mails) != 2 || !strings.Contains(mails[1].Subject, "a new receipt in place of R-2026-00001") || !strings.Contains(mails[1].Text, "/receipts/"+list[0].ID) ||
			!strings.Contains(mails[0].Subject, "R-2026-00002 holds no more") || strings.Contains(mails[0].Text, "/receipts/") {
			t.Errorf("the mails are %q and %q", mails[0].Subject, mails[len(mails)-1].Subject)
		}
	})
}

func TestTheRoundIssuesWhatNoJobWasAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newIssuing(t, s)
		x.pass(0)
		d := x.give("once")
		for i, age := range []time.Duration{40 * 24 * time.Hour, time.Hour} { // one from long ago, and cash of today
			p, at := "cash"+string(rune('0'+i)), x.clock.Now().Add(-age)
			x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return copyPayment(t.Context(), tx, d.ID, p, at) }))
		}
		x.clock.Add(time.Hour)
		x.ok(x.receipts.Step().Do(t.Context()))
		x.ok(x.receipts.Step().Do(t.Context()))
		x.pass(0)
		list := x.all()
		if len(list) != 3 {
			t.Fatalf("the receipts are %+v", list)
		}
		for _, r := range list {
			if r.FileSum == "" {
				t.Errorf("%s was not drawn", r.Number)
			}
		}
		if mails := x.mails("gift"); len(mails) != 2 { // nobody is thanked for what is 40 days old
			t.Errorf("%d donors were thanked", len(mails))
		}
	})
}

func TestAReceiptThatCanNotBeIssuedIsLeftToAPersonAndTheThanksGoOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newIssuing(t, s)
		x.pass(0)
		first := x.give("once")
		r := x.all()[0]
		o, err := s.DonationOutcome(t.Context(), first.ID)
		x.ok(err)
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return holdPayment(t.Context(), tx, o.Payment.ID) }))
		x.ok(x.svc.Refund(t.Context(), o.Payment.ID, money.Amount{Currency: "USD", Minor: 2000}, id.New()))
		x.pass(0)
		tasks, _, err := s.Tasks(t.Context(), 10)
		x.ok(err)
		found := false
		for _, task := range tasks {
			found = found || task.Kind == receipt.TaskStuck && strings.Contains(task.Detail["reason"].(string), "waits for a decision")
		}
		if got, err := s.Receipt(t.Context(), r.ID); err != nil || got.State != receipt.Issued || !found {
			t.Errorf("the receipt is %s, the tasks are %+v, %v", got.State, tasks, err)
		}
	})
}

// copyPayment adds a payment to a donation as one that came by hand: no job was
// asked to thank for it.
func copyPayment(ctx context.Context, tx *store.Tx, donationID, paymentID string, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at)
		SELECT $1, 'offline', $1, id, donor_id, currency, minor, $2, $2 FROM donation WHERE id = $3`, paymentID, at.UnixMilli(), donationID)
	return err
}

// holdPayment makes a payment wait for a person.
func holdPayment(ctx context.Context, tx *store.Tx, paymentID string) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO hold (payment_id, reasons, weight, held_at, due_at) VALUES ($1, '[]', 1, 1, 9000000000000)", paymentID)
	return err
}
