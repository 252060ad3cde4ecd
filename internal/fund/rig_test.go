package fund_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/webhook"
	"masthead.dev/masthead/internal/worker"
)

// rig is a newsroom's funding with everything real but the network: the
// sandbox's webhooks go straight into the handler.
type rig struct {
	t        *testing.T
	ctx      context.Context
	wall     *clock.Manual
	store    *store.Store
	sandbox  *sandbox.Sandbox
	provider fund.Provider // what the service talks to; the sandbox unless a test wraps it
	svc      *fund.Service
	hooks    *webhook.Payments
	jobs     *worker.Runner
	plans    *worker.Plans
	seen     map[string]bool // letters that a test has looked at
	campaign fund.Campaign
	last     fund.Donation // begun last
	file     string
}

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var templates = sync.OnceValue(func() *web.Templates {
	t, err := web.NewTemplates()
	if err != nil {
		panic(err)
	}
	return t
})

const secret = "sandbox-secret-of-this-test"

// newRig starts on 15 January 2026 with a campaign of the whole year, in the
// currency, with a goal of 10,000.00.
func newRig(t *testing.T, s *store.Store, currency string) *rig {
	t.Helper()
	r := &rig{t: t, ctx: t.Context(), store: s, wall: clock.At(newYear.AddDate(0, 0, 14).Add(9 * time.Hour)), file: t.TempDir() + "/sandbox.jsonl", seen: map[string]bool{}}
	s.Clock = r.wall
	r.campaign = fund.Campaign{
		ID: id.New(), Slug: "costs-2026", Currency: currency, State: fund.CampaignLive, Counting: fund.ReceivedOnly, Title: map[string]string{"en": "Costs"},
		StartsAt: newYear, EndsAt: newYear.AddDate(1, 0, 0).Add(-time.Millisecond), Grace: 72 * time.Hour, CreatedAt: newYear,
	}
	r.write(func(tx *store.Tx) error {
		if err := tx.PutCampaign(r.ctx, r.campaign); err != nil {
			return err
		}
		return tx.SetGoal(r.ctx, r.campaign.ID, 1_000_000, "", "", newYear)
	})
	r.openSandbox()
	shifted := &clock.Shifted{Base: r.wall}
	r.sandbox.OnAdvance(func() { shifted.Set(r.sandbox.Offset()) })
	r.svc = &fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: between{func() fund.Provider { return r.provider }}}, Wall: r.wall, Money: shifted,
		Zone:      func() *time.Location { return time.UTC },
		ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label:     func(c fund.Campaign, lang string) string { return c.Title[lang] },
		Home:      func() string { return "USD" },
		Guard:     func(context.Context) guard.Settings { return guard.Defaults() },
	}
	r.hooks = &webhook.Payments{Store: s, Providers: r.svc.Providers, Wall: r.wall}
	r.jobs = worker.New(s, 2)
	worker.HandleFund(r.jobs, s, r.svc)
	letters := worker.Letters{
		Store: s, Templates: templates(), Money: shifted, Providers: r.svc.Providers,
		Address: func(path, _ string) string { return "https://lantern.example" + path },
	}
	r.plans = &worker.Plans{Letters: letters, Fund: r.svc}
	r.jobs.Handle(job.FundThank, (&worker.Thanks{Letters: letters}).Do)
	r.jobs.Handle(job.FundPlan, r.plans.Tell)
	r.jobs.Handle(job.FundRefunded, (&worker.Refunds{Letters: letters}).Do)
	r.jobs.Handle(job.FundRound, worker.Round(s, []worker.Step{worker.Warnings(r.svc), worker.Quarantine(s, shifted)}))
	r.jobs.Handle(job.MailKind, func(context.Context, job.Work) error { return nil }) // the outbox keeps them
	return r
}

func (r *rig) openSandbox() {
	r.t.Helper()
	sb, err := sandbox.Open(sandbox.Options{File: r.file, Clock: r.wall, Secrets: []string{secret}})
	r.ok(err)
	r.t.Cleanup(func() { sb.Close() })
	r.sandbox, r.provider = sb, sb
	sb.Deliver(func(_ context.Context, header map[string]string, body []byte) (int, error) {
		return r.post(header, body), nil
	})
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

// post sends a webhook and returns the status of the answer.
func (r *rig) post(header map[string]string, body []byte) int {
	req := httptest.NewRequest(http.MethodPost, "/webhooks/sandbox", bytes.NewReader(body))
	req.SetPathValue("provider", "sandbox")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	r.hooks.ServeHTTP(w, req)
	return w.Code
}

func (r *rig) form(amount string, every fund.Every) fund.Form {
	return fund.Form{
		Nonce: id.New(), Campaign: r.campaign, Currency: r.campaign.Currency, Every: string(every), Choice: fund.Own, Own: amount,
		Email: "reader@example.org", Provider: sandbox.Key,
	}
}

// begin fills in the form and sends it.
func (r *rig) begin(amount string, every fund.Every) string {
	r.t.Helper()
	return r.send(r.form(amount, every))
}

func (r *rig) send(f fund.Form) string {
	r.t.Helper()
	d, err := r.svc.Begin(r.ctx, f, locale.For("en"))
	r.ok(err)
	r.last = d
	return d.Session
}

// gift begins and pays, and lets everything settle. It returns the payment.
func (r *rig) gift(amount string, every fund.Every) string {
	r.t.Helper()
	ref := r.steer(`{"do":"pay","ref":"` + r.begin(amount, every) + `"}`)
	r.settle()
	return ref
}

// steer gives the sandbox an order and returns what it made.
func (r *rig) steer(order string) string {
	r.t.Helper()
	a, err := r.sandbox.Steer(r.ctx, []byte(order))
	r.ok(err)
	return a.Ref
}

// settle delivers all webhooks and does the jobs that they ask for.
func (r *rig) settle() {
	r.t.Helper()
	r.sandbox.Flush(r.ctx)
	r.ok(r.jobs.Drain(r.ctx))
}

// advance lets days pass in the sandbox, and everything settle.
func (r *rig) advance(days int) {
	r.t.Helper()
	r.steer(fmt.Sprintf(`{"do":"advance","days":%d}`, days))
	r.settle()
}

// on advances to noon of a day, "2026-02-15".
func (r *rig) on(day string) {
	r.t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	r.ok(err)
	r.ok(r.sandbox.AdvanceTo(at.Add(12 * time.Hour)))
	r.settle()
}

func (r *rig) catchUp() {
	r.t.Helper()
	r.ok(r.svc.CatchUp(r.ctx, sandbox.Key))
}

// account sums an account in the campaign's currency.
func (r *rig) account(name string) int64 {
	r.t.Helper()
	all, err := r.store.Balances(r.ctx)
	r.ok(err)
	for _, b := range all {
		if b.Account == name && b.Currency == r.campaign.Currency {
			return b.Minor
		}
	}
	return 0
}

func (r *rig) received() int64 {
	r.t.Helper()
	m, err := r.store.CampaignMeter(r.ctx, r.reload())
	r.ok(err)
	return m.Received
}

func (r *rig) reload() fund.Campaign {
	r.t.Helper()
	c, err := r.store.Campaign(r.ctx, r.campaign.ID)
	r.ok(err)
	return c
}

// The accounts of the vectors, by their letters.
var letters = map[string]string{
	"P": ledger.ProviderAccount("sandbox"), "B": ledger.BankAccount("Main"), "fee": ledger.ProcessingFees, "Income": ledger.Donations,
	"Refunded": ledger.Refunds, "Chargebacks": ledger.Chargebacks, "Disputed": ledger.DisputedAccount("sandbox"),
	"InTransit": ledger.InTransitAccount("sandbox"), "Unallocated": ledger.Unallocated, "Opening": ledger.Opening, "DisputeFees": ledger.DisputeFees,
}

// want checks balances written like "C 2500, P 2397, fee 103", and what must
// hold at any time.
func (r *rig) want(vector string) {
	r.t.Helper()
	for part := range strings.SplitSeq(vector, ", ") {
		var name string
		var minor, got int64
		if _, err := fmt.Sscanf(part, "%s %d", &name, &minor); err != nil {
			r.t.Fatalf("%q is no part of a vector", part)
		}
		if name == "C" {
			got = r.received()
		} else if letters[name] == "" {
			r.t.Fatalf("%q is no account of the vectors", name)
		} else {
			got = r.account(letters[name])
		}
		if got != minor {
			r.t.Errorf("%s is %d, want %d", name, got, minor)
		}
	}
	r.sound()
}

// sound checks the invariants of the books.
func (r *rig) sound() {
	r.t.Helper()
	_, damage, err := r.store.VerifyLedger(r.ctx)
	r.ok(err)
	if damage != nil {
		r.t.Errorf("the books are damaged: %+v", damage)
	}
	if have, held := r.account(letters["P"]), r.sandbox.Balance(r.ctx, r.campaign.Currency); have != held {
		r.t.Errorf("the books say that the provider holds %d, it says %d", have, held)
	}
	state, err := r.sandbox.State(r.ctx)
	r.ok(err)
	var all []fund.Movement
	for _, m := range state.Movements {
		all = append(all, fund.Movement{Ref: m.ID})
	}
	left, err := r.store.Fund().NewMovements(r.ctx, sandbox.Key, all)
	r.ok(err)
	if len(left) > 0 {
		r.t.Errorf("%d movements of the provider are in no entry and not ignored", len(left))
	}
}

// hashes is the set of content hashes of all entries.
func (r *rig) hashes() []string {
	r.t.Helper()
	var out []string
	for e, err := range r.store.Entries(r.ctx, 1) {
		r.ok(err)
		out = append(out, ledger.ContentHash(e))
	}
	slices.Sort(out)
	return out
}

func (r *rig) tasks(kind string) int {
	r.t.Helper()
	list, _, err := r.store.Tasks(r.ctx, 1000)
	r.ok(err)
	n := 0
	for _, t := range list {
		if t.Kind == kind {
			n++
		}
	}
	return n
}

func (r *rig) state(donationID string) fund.DonationState {
	r.t.Helper()
	d, err := r.store.Donation(r.ctx, donationID)
	r.ok(err)
	return d.State
}

// plan is the plan of the donation begun last.
func (r *rig) plan() fund.Plan {
	r.t.Helper()
	o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
	r.ok(err)
	return o.Plan
}

// signed is a webhook of the sandbox as it would be sent now.
func (r *rig) signed(body []byte, at time.Time) map[string]string {
	return map[string]string{sandbox.SignatureHeader: fmt.Sprintf("t=%d,v1=%s", at.Unix(), sandbox.Sign(secret, at, body))}
}

func hook(event, kind, ref string) []byte {
	b, _ := json.Marshal(map[string]any{
		"id": event, "object": "event", "type": "charge.succeeded", "livemode": false,
		"data": map[string]any{"object": map[string]any{"id": ref, "object": kind}},
	})
	return b
}

// Each runs a test on both engines, with a campaign in US dollars.
func each(t *testing.T, test func(r *rig)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(newRig(t, s, "USD")) })
}

// between is a fund.Provider that hands on to whatever to returns, so that a
// test can put another one there while it runs.
type between struct{ to func() fund.Provider }

func (b between) Key() string     { return b.to().Key() }
func (b between) Caps() fund.Caps { return b.to().Caps() }
func (b between) Begin(ctx context.Context, in fund.Intent, k fund.IdemKey) (fund.Handoff, error) {
	return b.to().Begin(ctx, in, k)
}
func (b between) Change(ctx context.Context, p fund.PlanRef, c fund.Change, k fund.IdemKey) (fund.Handoff, error) {
	return b.to().Change(ctx, p, c, k)
}
func (b between) Refund(ctx context.Context, p fund.PaymentRef, a money.Amount, k fund.IdemKey) (fund.Ref, error) {
	return b.to().Refund(ctx, p, a, k)
}
func (b between) Ingest(ctx context.Context, raw fund.Raw) ([]fund.Ref, error) {
	return b.to().Ingest(ctx, raw)
}
func (b between) Fetch(ctx context.Context, ref fund.Ref) (fund.Facts, error) {
	return b.to().Fetch(ctx, ref)
}
func (b between) Since(ctx context.Context, c fund.Cursor) ([]fund.Ref, fund.Cursor, error) {
	return b.to().Since(ctx, c)
}
func (b between) Movements(ctx context.Context, c fund.Cursor) ([]fund.Movement, fund.Cursor, error) {
	return b.to().Movements(ctx, c)
}
