package fund_test

import (
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/store"
)

// connect gives a rig the bank account that its payouts go to, without books yet.
func (r *rig) connect() *store.Statements {
	r.t.Helper()
	sec, err := store.OpenSecrets(r.ctx, r.store, "", tillKey)
	r.ok(err)
	a := giro.Account{ID: "account-main", Name: "Main", Title: "Main", Currency: "USD", Holder: "The Lantern", IBAN: ourIBAN}
	r.write(func(tx *store.Tx) error {
		return store.BankAccounts{Store: r.store, Secrets: sec}.PutAccount(r.ctx, tx, a)
	})
	return r.store.Statements(sec, treasurer, r.svc.Money)
}

func (r *rig) readStatement(b *store.Statements, c camt) fund.AccountReport {
	r.t.Helper()
	c.currency = "USD"
	rep, err := (&fund.Reconciler{Store: b}).Read(r.ctx, []byte(c.String()), fund.ReadOptions{})
	r.ok(err)
	return rep.Accounts[0]
}

func TestAPayoutIsBookedByItsLineWhereStatementsAreRead(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-01", 0))
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		r.catchUp()
		r.want("P 0, InTransit 2397, B 0")
		rep := r.readStatement(b, camt{entries: []entry{{minor: 2397, day: "2026-01-18", name: "SANDBOX PAYMENTS", text: "payout"}}})
		if rep.Matched[fund.ByPayout] != 1 {
			r.t.Errorf("matched by %v", rep.Matched)
		}
		r.want("P 0, InTransit 0, B 2397")
		r.catchUp()
		r.want("P 0, InTransit 0, B 2397")
	})
}

func TestAPayoutOfAnotherNameIsOnlySuggested(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-01", 0))
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		r.readStatement(b, camt{entries: []entry{{minor: 2397, day: "2026-01-18", name: "Somebody"}}})
		r.want("InTransit 2397, B 2397")
		lines, err := b.Lines(r.ctx, store.LineQuery{States: []fund.LineState{fund.LineSuspense}, Limit: 2})
		r.ok(err)
		list, err := b.Suggest(r.ctx, lines[0], 0)
		r.ok(err)
		if len(list) == 0 || list[0].Target.Kind != fund.ToPayout || list[0].Sure() {
			r.t.Fatalf("the suggestions are %+v", list)
		}
		r.ok(b.Allocate(r.ctx, lines[0].ID, 0, 0, list[0].Target, fund.ByHand))
		r.want("InTransit 0, B 2397")
	})
}

func TestPayoutsThatArrivedByThemselvesAreHandedOverToTheStatements(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		r.want("P 0, InTransit 0, B 2397")
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-01", 0))
		r.want("InTransit 2397, B 0")
		r.readStatement(b, camt{entries: []entry{{minor: 2397, day: "2026-01-18", name: "Sandbox"}}})
		r.catchUp()
		r.want("P 0, InTransit 0, B 2397")
	})
}

func TestWhatArrivedBeforeTheStatementsIsInTheirOpeningBalance(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(10)
		r.want("P 0, InTransit 0, B 2397")
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-25", 10_000))
		r.want("InTransit 0, B 10000")
	})
}

func TestAPayoutThatComesBackIsTakenAwayByItsLine(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-01", 0))
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout","fail":true}`)
		r.advance(10)
		r.catchUp()
		r.readStatement(b, camt{entries: []entry{{minor: 2397, day: "2026-01-18", name: "Sandbox"}, {minor: -2397, day: "2026-01-21", name: "Sandbox"}}})
		r.want("P 2397, InTransit 0, B 0")
	})
}

// euroPayout adds an account in euros beside the one in dollars, and pays a gift
// in euros out; begin says whether its statements are read by then.
func (r *rig) euroPayout(begin func(b *store.Statements, account string)) (b *store.Statements, paid int64) {
	r.t.Helper()
	b = r.connect()
	r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-01", 0))
	sec, err := store.OpenSecrets(r.ctx, r.store, "", tillKey)
	r.ok(err)
	a := giro.Account{ID: "account-euro", Name: "Euro", Title: "Euro", Currency: "EUR", Holder: "The Lantern", IBAN: giro.IBAN(iban(9001))}
	r.write(func(tx *store.Tx) error {
		return store.BankAccounts{Store: r.store, Secrets: sec}.PutAccount(r.ctx, tx, a)
	})
	begin(b, a.ID)
	f := r.form("25.00", fund.Once)
	f.Currency = "EUR"
	r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
	r.settle()
	paid = r.sandbox.Balance(r.ctx, "EUR")
	r.steer(`{"do":"payout","ref":"EUR"}`)
	r.advance(3)
	r.catchUp()
	return b, paid
}

// wantEuros looks whether the account in euros, and no other, holds the payout.
func (r *rig) wantEuros(account, transit int64) {
	r.t.Helper()
	all, err := r.store.Balances(r.ctx)
	r.ok(err)
	got := map[string]int64{}
	for _, b := range all {
		if b.Currency == "EUR" {
			got[b.Account] = b.Minor
		}
	}
	if got["Assets:Bank:Euro"] != account || got["Assets:Bank:Main"] != 0 || got[letters["InTransit"]] != transit {
		r.t.Errorf("in euros the books hold %v, want %d in the account and %d on its way", got, account, transit)
	}
}

func (r *rig) readEuros(b *store.Statements, paid int64) {
	r.t.Helper()
	c := camt{currency: "EUR", iban: iban(9001), entries: []entry{{minor: paid, day: "2026-01-18", name: "SANDBOX PAYMENTS", text: "payout"}}}
	_, err := (&fund.Reconciler{Store: b}).Read(r.ctx, []byte(c.String()), fund.ReadOptions{})
	r.ok(err)
	r.catchUp()
}

func TestAPayoutGoesToTheAccountInItsOwnCurrency(t *testing.T) {
	each(t, func(r *rig) {
		b, paid := r.euroPayout(func(b *store.Statements, account string) { r.ok(b.BeginBooks(r.ctx, account, "2026-01-01", 0)) })
		r.wantEuros(0, paid)
		r.readEuros(b, paid)
		r.wantEuros(paid, 0)
	})
}

func TestAPayoutThatArrivedByItselfIsHandedOverToTheAccountInItsOwnCurrency(t *testing.T) {
	each(t, func(r *rig) {
		b, paid := r.euroPayout(func(*store.Statements, string) {})
		r.ok(b.BeginBooks(r.ctx, "account-euro", "2026-01-01", 0))
		r.wantEuros(0, paid)
		r.readEuros(b, paid)
		r.wantEuros(paid, 0)
	})
}
