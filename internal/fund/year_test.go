package fund_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// extent is how much happens in the year of a newsroom.
type extent struct {
	donors, plans, days int
	every               int // days between two looks at the books
}

// extentOf is some weeks of a small newsroom, and in a long trial the whole year
// of a larger one.
func extentOf() extent {
	if os.Getenv("MASTHEAD_TORTURE") != "" {
		return extent{donors: 300, plans: 120, days: 365, every: 7}
	}
	return extent{donors: 30, plans: 12, days: 60, every: 1}
}

// year is a newsroom over a long time: card gifts and plans at the sandbox, bank
// gifts, three currencies, staff who do their work, and a bank of the test's own
// that keeps its own sums.
type year struct {
	*rig
	size      extent
	dice      *rand.Rand
	bank      *bank.Bank
	books     *store.Statements
	begins    time.Time
	campaigns map[string]fund.Campaign // by currency
	accounts  []*counter
	happens   map[int][]func()  // by day
	meant     map[string]string // campaign of each donation, as its donor chose
	minted    uint64
	lines     map[string]bankGift // what the bank's lines are, by the bank's number
	banked    map[[2]string]int64 // bank gifts that were told in a statement, by campaign and currency
}

// counter is the outlet's account at the test's bank.
type counter struct {
	giro.Account
	opening int64 // of the next statement
	number  int
	pending []entry // not in a statement yet
	paidIn  map[string]bool
}

var currencies = []string{"USD", "EUR", "JPY"}

const openingMinor = 1_000_000

func openYear(t *testing.T, s *store.Store) *year {
	t.Helper()
	y := &year{
		rig: newRig(t, s, "USD"), size: extentOf(), dice: rand.New(rand.NewPCG(7, 7)), campaigns: map[string]fund.Campaign{}, happens: map[int][]func(){},
		meant: map[string]string{}, lines: map[string]bankGift{}, banked: map[[2]string]int64{},
	}
	y.begins = y.sandbox.Now()
	y.sandbox.SetFaults(sandbox.Faults{Duplicate: 0.2, Drop: 0.1, Reorder: true, Seed: 7})
	for _, kind := range []string{job.BankInstructions, job.ReceiptSettle} { // no letters, no receipts here
		y.jobs.Handle(kind, func(context.Context, job.Work) error { return nil })
	}
	y.openAccounts()
	for i, currency := range currencies {
		c := y.rig.campaign
		c.ID, c.Slug, c.Currency, c.EndsAt = y.mint(), "costs-"+strings.ToLower(currency), currency, y.begins.AddDate(2, 0, 0)
		if currency == "EUR" { // ends on the way: what comes later goes to the general fund
			c.EndsAt = y.begins.AddDate(0, 0, y.size.days*2/3).Add(-time.Millisecond)
		}
		y.campaigns[currency] = c
		y.write(func(tx *store.Tx) error {
			if err := tx.PutCampaign(y.ctx, c); err != nil {
				return err
			}
			return tx.SetGoal(y.ctx, c.ID, int64(i+1)*1_000_000, "", "", newYear)
		})
	}
	y.plan()
	return y
}

func (y *year) openAccounts() {
	y.t.Helper()
	secrets, err := store.OpenSecrets(y.ctx, y.store, "", tillKey)
	y.ok(err)
	y.books = y.store.Statements(secrets, treasurer, y.svc.Money)
	y.bank = bank.New(y.store, y.svc.Money, func(id, _ string) string { return "/give/bank/" + id })
	y.svc.Providers[fund.KeyBank] = y.bank
	accounts := store.BankAccounts{Store: y.store, Secrets: secrets}
	for i, name := range []string{"Main", "Euro", "Yen"} {
		a := giro.Account{ID: "account-" + name, Name: name, Title: name, Currency: currencies[i], Holder: "The Lantern", IBAN: giro.IBAN(iban(9000 + i)), Shown: true}
		y.write(func(tx *store.Tx) error { return accounts.PutAccount(y.ctx, tx, a) })
		y.ok(y.books.BeginBooks(y.ctx, a.ID, "2026-01-01", openingMinor))
		y.accounts = append(y.accounts, &counter{Account: a, opening: openingMinor, paidIn: map[string]bool{}})
	}
	all, err := accounts.Accounts(y.ctx)
	y.ok(err)
	y.bank.Offer(all)
}

// iban makes the number of an account in Germany (ISO 13616: 98 − mod 97).
func iban(n int) string {
	body, rest := fmt.Sprintf("50070010%010d", n), 0
	for _, c := range body + "131400" {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, body)
}

// mint makes ids that are the same in every run.
func (y *year) mint() string {
	y.minted++
	sum := sha256.Sum256(fmt.Appendf(nil, "id of the year %d", y.minted))
	return id.From([16]byte(sum[:16]))
}

// live lets the days pass.
func (y *year) live() {
	y.t.Helper()
	for day := range y.size.days {
		y.morning(day)
		for _, do := range y.happens[day] {
			do()
		}
		y.evening()
		if (day+1)%y.size.every == 0 {
			y.agrees(day)
		}
		if now := y.sandbox.Now(); now.AddDate(0, 0, 1).Month() != now.Month() {
			y.statements()
		}
	}
	for range 5 { // what is on its way arrives
		y.size.days++
		y.morning(y.size.days - 1)
		y.evening()
	}
	y.statements()
	y.agrees(y.size.days)
}

func (y *year) morning(day int) {
	y.ok(y.sandbox.AdvanceTo(y.begins.AddDate(0, 0, day)))
	y.ok(y.svc.Turn(y.ctx))
}

func (y *year) evening() {
	y.t.Helper()
	y.settle()
	y.catchUp()
	y.settle()
	y.arrive()
}

// agrees compares what three sides say: the books, the provider and the bank.
func (y *year) agrees(day int) {
	y.t.Helper()
	if _, damage, err := y.store.VerifyLedger(y.ctx); err != nil || damage != nil {
		y.t.Fatalf("day %d: the books are damaged: %+v, %v", day, damage, err)
	}
	posted, balances := y.posted()
	given := y.given()
	for _, c := range y.campaigns {
		m, err := y.store.CampaignMeter(y.ctx, c)
		y.ok(err)
		at := [2]string{c.ID, c.Currency}
		if m.Received != posted[at] || m.Received != given[at] {
			y.t.Fatalf("day %d: the meter in %s shows %d, the postings make %d, provider and bank say %d", day, c.Currency, m.Received, posted[at], given[at])
		}
	}
	for _, currency := range currencies {
		general, err := y.store.Received(y.ctx, "", currency)
		y.ok(err)
		if at := [2]string{"", currency}; general != posted[at] || general != given[at] {
			y.t.Fatalf("day %d: the general fund in %s has %d, the postings make %d, provider and bank say %d", day, currency, general, posted[at], given[at])
		}
		if have, held := balances[[2]string{letters["P"], currency}], y.sandbox.Balance(y.ctx, currency); have != held {
			y.t.Fatalf("day %d: the books say that the provider holds %d %s, it says %d", day, have, currency, held)
		}
	}
	for _, a := range y.accounts {
		if have := balances[[2]string{ledger.BankAccount(a.Name), a.Currency}]; have != a.opening {
			y.t.Fatalf("day %d: the account %s holds %d in the books and %d by its last statement", day, a.Name, have, a.opening)
		}
	}
}

// posted adds the books up entry by entry: what each campaign has received, and
// what stands on each account.
func (y *year) posted() (campaigns, accounts map[[2]string]int64) {
	y.t.Helper()
	campaigns, accounts = map[[2]string]int64{}, map[[2]string]int64{}
	for e, err := range y.store.Entries(y.ctx, 1) {
		y.ok(err)
		for _, p := range e.Postings {
			accounts[[2]string{p.Account, p.Currency}] += p.Minor
			gift := p.Account == ledger.Donations || strings.HasPrefix(p.Account, ledger.Donations+":")
			if gift || strings.HasPrefix(p.Account, "Assets:Disputed:") {
				campaigns[[2]string{e.Tags["campaign"], p.Currency}] -= p.Minor
			}
		}
	}
	return campaigns, accounts
}

// given is what each campaign has received by the words of the provider and of
// the bank, without looking at the books.
func (y *year) given() map[[2]string]int64 {
	y.t.Helper()
	st, err := y.sandbox.State(y.ctx)
	y.ok(err)
	sum := maps.Clone(y.banked)
	for _, p := range st.Payments {
		c := y.meant[p.Intent]
		if end := y.endOf(c); !end.IsZero() && p.At.After(end) {
			c = ""
		}
		sum[[2]string{c, p.Amount.Currency}] += p.Amount.Minor - p.Refunded - p.Disputed
	}
	return sum
}

func (y *year) endOf(campaign string) time.Time {
	for _, c := range y.campaigns {
		if c.ID == campaign {
			return c.EndsAt
		}
	}
	return time.Time{}
}

// A year in which everything happens that a newsroom's money does: at every look
// the meters, the postings, the provider and the bank say the same, at the end
// the night's report is green, other accounting programs find the same sums, and
// both engines hold the same entries.
func TestAYearOfGivingAddsUpOnEverySide(t *testing.T) {
	var books [][]string
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		y := openYear(t, s)
		y.live()
		y.ok(y.store.RollLedger(y.ctx))
		y.agrees(y.size.days)
		y.green()
		y.same()
		y.busy()
		books = append(books, y.hashes())
	})
	if len(books) == 2 && !slices.Equal(books[0], books[1]) {
		t.Errorf("the same year makes %d entries on one engine and %d on the other, or others", len(books[0]), len(books[1]))
	}
}

// green fails unless the night's report finds nothing.
func (y *year) green() {
	y.t.Helper()
	rep, err := y.store.Reconcile(y.ctx, store.System, y.svc.Money.Now(), time.UTC)
	y.ok(err)
	for _, c := range rep.Checks {
		if !c.OK {
			y.t.Errorf("the night's report: %s %s %s: want %d, have %d: %s", c.Name, c.Subject, c.Currency, c.Want, c.Have, c.Why)
		}
	}
	if !rep.Green && !y.t.Failed() {
		y.t.Error("the night's report is not green")
	}
}

// busy fails where the year was too quiet to prove anything.
func (y *year) busy() {
	y.t.Helper()
	st, err := y.sandbox.State(y.ctx)
	y.ok(err)
	n := map[string]int{"payments": len(st.Payments), "refunds": len(st.Refunds), "payouts": len(st.Payouts), "plans": len(st.Plans), "donors": y.size.donors}
	for _, d := range st.Disputes {
		n["disputes "+string(d.State)]++
	}
	for _, p := range st.Plans {
		n["plans "+string(p.State)]++
	}
	for _, g := range y.lines {
		n["bank "+string(g.what)]++
	}
	n["statements"] = y.accounts[0].number
	for _, least := range []string{"refunds", "payouts", "disputes won", "disputes lost", "plans active", "plans cancelled", "bank gift", "bank mistyped", "bank stranger", "bank spending", "bank payout", "bank reversal", "bank back"} {
		if n[least] == 0 {
			y.t.Errorf("there were no %s in this year", least)
		}
	}
	y.t.Logf("%d entries; %v", len(y.hashes()), n)
}
