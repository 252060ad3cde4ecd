package fund_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
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

// returned is a payout that is made on the 15th and arrives on the 16th; with
// failed it comes back on the 22nd.
func (r *rig) returned(failed bool) {
	r.t.Helper()
	at := func(day int) time.Time { return time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC) }
	usd := func(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }
	po := fund.Ref{Kind: fund.KindPayout, ID: "po_1"}
	p := fund.PayoutFact{Ref: po.ID, Amount: usd(2397), State: fund.PayoutPaid, CreatedAt: at(15), ArrivedAt: at(16)}
	f := fund.Facts{AsOf: at(16), Movements: []fund.Movement{{Ref: "txn_out", Kind: fund.MovePayout, Amount: usd(-2397), Source: po, At: at(15)}}}
	if failed {
		f.AsOf, p.State, p.FailedAt = at(22), fund.PayoutFailed, at(22)
		f.Movements = append(f.Movements, fund.Movement{Ref: "txn_back", Kind: fund.MovePayoutReversal, Amount: usd(2397), Source: po, At: at(22)})
	}
	f.Payouts = []fund.PayoutFact{p}
	_, err := r.store.Fund().Apply(r.ctx, "sandbox", f, func(w fund.World) fund.Changes {
		w.Zone = time.UTC
		return fund.Reduce(w, f)
	})
	r.ok(err)
}

var tookBack = camt{opening: 2397, entries: []entry{{minor: -2397, day: "2026-01-22", name: "SANDBOX po_1"}}}

func TestAPayoutFromBeforeTheStatementsThatComesBackIsTakenAwayByItsLineAlone(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.gift("25.00", fund.Once)
		r.returned(false)
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-20", 2397))
		r.returned(true)
		r.want("P 2397, InTransit -2397, B 2397")
		if rep := r.readStatement(b, tookBack); rep.Matched[fund.ByPayout] != 1 {
			r.t.Errorf("matched by %v", rep.Matched)
		}
		r.returned(true)
		r.want("P 2397, InTransit 0, B 0")
	})
}

func TestTheReturnOfAPayoutIsHandedOverToStatementsThatBeginBeforeIt(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.gift("25.00", fund.Once)
		r.returned(false)
		r.returned(true)
		r.want("P 2397, InTransit 0, B 0")
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-20", 2397))
		r.want("P 2397, InTransit -2397, B 2397")
		if rep := r.readStatement(b, tookBack); rep.Matched[fund.ByPayout] != 1 {
			r.t.Errorf("matched by %v", rep.Matched)
		}
		r.returned(true)
		r.want("P 2397, InTransit 0, B 0")
	})
}

func TestTheFirstAccountToBeginTakesInWhatArrivedUnderNoAccountsName(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(10)
		r.want("P 0, InTransit 0, B 2397")
		sec, err := store.OpenSecrets(r.ctx, r.store, "", tillKey)
		r.ok(err)
		a := giro.Account{ID: "account-checking", Name: "Checking", Title: "Checking", Currency: "USD", Holder: "The Lantern", IBAN: ourIBAN}
		r.write(func(tx *store.Tx) error {
			return store.BankAccounts{Store: r.store, Secrets: sec}.PutAccount(r.ctx, tx, a)
		})
		b := r.store.Statements(sec, treasurer, r.svc.Money)
		r.ok(b.BeginBooks(r.ctx, a.ID, "2026-01-25", 10_000))
		r.want("P 0, InTransit 0, B 0")
		if got, was := r.account("Assets:Bank:Checking"), -r.account("Equity:Opening"); got != 10_000 || was != 10_000-2397 {
			r.t.Errorf("the account stands at %d, of which %d was there before", got, was)
		}
	})
}

func TestAPayoutFromBeforeTheStatementsThatIsHeardOfLaterCountsOnce(t *testing.T) {
	for name, v := range map[string]struct {
		failed  bool
		opening int64
	}{
		"it arrived":               {false, -2603},
		"it arrived and came back": {true, -5000},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(r *rig) {
				b := r.connect()
				r.gift("25.00", fund.Once)
				r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-25", 5000))
				r.returned(v.failed)
				r.returned(v.failed)
				if b, t, o := r.account(letters["B"]), r.account(letters["InTransit"]), r.account(ledger.Opening); b != 5000 || t != 0 || o != v.opening {
					r.t.Errorf("the account holds %d, %d are on their way, %d were there before; want %d", b, t, o, v.opening)
				}
			})
		})
	}
}

func TestTheReturnOfAPayoutFromBeforeTheStatementsThatIsHeardOfLaterCountsOnce(t *testing.T) {
	each(t, func(r *rig) {
		b := r.connect()
		r.gift("25.00", fund.Once)
		r.returned(false)
		r.ok(b.BeginBooks(r.ctx, "account-main", "2026-01-25", 5000))
		r.returned(true)
		r.returned(true)
		r.want("P 2397, InTransit 0, B 5000, Opening -5000")
	})
}

// second adds another account in dollars beside Main.
func (r *rig) second(*store.Statements) string {
	r.t.Helper()
	sec, err := store.OpenSecrets(r.ctx, r.store, "", tillKey)
	r.ok(err)
	a := giro.Account{ID: "account-second", Name: "Second", Title: "Second", Currency: "USD", Holder: "The Lantern", IBAN: giro.IBAN(iban(9002))}
	r.write(func(tx *store.Tx) error {
		return store.BankAccounts{Store: r.store, Secrets: sec}.PutAccount(r.ctx, tx, a)
	})
	return a.ID
}

func TestAPayoutArrivesAtTheOnlyAccountInItsCurrency(t *testing.T) {
	each(t, func(r *rig) {
		sec, err := store.OpenSecrets(r.ctx, r.store, "", tillKey)
		r.ok(err)
		r.write(func(tx *store.Tx) error {
			return store.BankAccounts{Store: r.store, Secrets: sec}.PutAccount(r.ctx, tx,
				giro.Account{ID: "account-checking", Name: "Checking", Title: "Checking", Currency: "USD", Holder: "The Lantern", IBAN: ourIBAN})
		})
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		if got := r.account("Assets:Bank:Checking"); got != 2397 {
			r.t.Errorf("the only account holds %d", got)
		}
		r.want("InTransit 0, B 0")
	})
}

func TestAPayoutWaitsForAPersonWhereSeveralAccountsMayTakeIt(t *testing.T) {
	each(t, func(r *rig) {
		second := r.second(r.connect())
		r.gift("25.00", fund.Once)
		r.steer(`{"do":"payout"}`)
		r.advance(3)
		r.want("InTransit 2397, B 0")
		if n := r.tasks(fund.TaskPayoutBank); n != 1 {
			r.t.Fatalf("%d tasks ask where payouts arrive", n)
		}
		list, _, err := r.store.Tasks(r.ctx, 10)
		r.ok(err)
		for _, task := range list { // marked as done without a choice, it comes back
			r.write(func(tx *store.Tx) error { return tx.FinishTask(r.ctx, treasurer, task.ID) })
		}
		r.ok(r.svc.Refresh(r.ctx, "sandbox", fund.Ref{Kind: fund.KindPayout, ID: "po_1"}))
		if n := r.tasks(fund.TaskPayoutBank); n != 1 {
			r.t.Errorf("%d tasks after it was marked as done", n)
		}
		r.write(func(tx *store.Tx) error { return tx.ChoosePayoutAccount(r.ctx, treasurer, second) })
		r.settle()
		if got := r.account("Assets:Bank:Second"); got != 2397 || r.tasks(fund.TaskPayoutBank) != 0 {
			r.t.Errorf("the chosen account holds %d, %d tasks", got, r.tasks(fund.TaskPayoutBank))
		}
		r.write(func(tx *store.Tx) error { return tx.ChoosePayoutAccount(r.ctx, treasurer, "account-main") })
		r.ok(r.svc.Refresh(r.ctx, "sandbox", fund.Ref{Kind: fund.KindPayout, ID: "po_1"}))
		if got := r.account("Assets:Bank:Second"); got != 2397 || r.tasks(fund.TaskMismatch) != 0 {
			r.t.Errorf("after another choice %d stand where the payout arrived, %d tasks", got, r.tasks(fund.TaskMismatch))
		}
	})
}
