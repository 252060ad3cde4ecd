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
