package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

var reconcileNow = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC) // a Friday

// soundMoney is a gift with its fee, an open dispute, a payout that came and a
// bank line without a purpose, each known to both sides.
func soundMoney(t *testing.T, s *store.Store) {
	t.Helper()
	usd := func(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }
	src := func(object, date string) ledger.Source {
		return ledger.Source{Provider: "sandbox", Object: object, Date: date}
	}
	giver(t, s, "Ann", 0, at(2026, 3, 2), at(2026, 3, 2), 10000, "")
	execAll(t, s, "UPDATE payment SET ref = 'ch_1'",
		"INSERT INTO movement (provider, ref, kind, currency, minor, fee_minor, source_ref, at, entry_key) VALUES ('sandbox', 'txn_1', 'charge', 'USD', 10000, 320, 'ch_1', 1, 'sandbox:ch_1:charge')",
		"INSERT INTO dispute (id, provider, ref, payment_id, currency, minor, state, opened_at, updated_at) SELECT 'x1', 'sandbox', 'dp_1', id, 'USD', 4000, 'needs_response', 1, 1 FROM payment",
		"INSERT INTO movement (provider, ref, kind, currency, minor, source_ref, at, entry_key) VALUES ('sandbox', 'txn_2', 'dispute', 'USD', -4000, 'dp_1', 2, 'sandbox:txn_2:dispute')",
		"INSERT INTO payout (provider, ref, currency, minor, state, created_at, updated_at) VALUES ('sandbox', 'po_1', 'USD', 5000, 'paid', 3, 3)",
		"INSERT INTO movement (provider, ref, kind, currency, minor, source_ref, at, entry_key) VALUES ('sandbox', 'txn_3', 'payout', 'USD', -5000, 'po_1', 3, 'sandbox:txn_3:payout')",
		"INSERT INTO bank_account (id, name, title, currency, created_at) VALUES ('b1', 'Main', 'Our bank', 'USD', 1)",
		"INSERT INTO bank_statement (id, account_id, file_hash, part, format, from_day, to_day, opening_minor, closing_minor, lines, state, read_at) VALUES ('s1', 'b1', 'f', 0, 'mt940', '2026-03-01', '2026-03-10', 0, 5700, 2, 'read', 1)",
		"INSERT INTO bank_line (id, account_id, statement_id, ordinal, booked_on, currency, minor, state, read_at) VALUES ('l1', 'b1', 's1', 0, '2026-03-09', 'USD', 5000, 'allocated', 1), ('l2', 'b1', 's1', 1, '2026-03-10', 'USD', 700, 'suspense', 1)",
		"INSERT INTO bank_detail (line_id, n, minor, open_minor) VALUES ('l1', 0, 5000, 0), ('l2', 0, 700, 700)")
	bank := func(object, date string) ledger.Source {
		return ledger.Source{Provider: "bank", Object: object, Date: date}
	}
	postEntries(t, s, ledger.PaymentSucceeded(src("ch_1", "2026-03-02"), usd(10000)), ledger.FeeKnown(src("txn_1", "2026-03-02"), usd(320)),
		ledger.DisputeWithdrawn(src("txn_2", "2026-03-05"), usd(4000), usd(0)), ledger.PayoutCreated(src("txn_3", "2026-03-06"), usd(5000)),
		ledger.BankLine(bank("l1", "2026-03-09"), "Main", usd(5000)), ledger.Allocation(bank("l1", "2026-03-09"), usd(5000), ledger.InTransitAccount("sandbox")),
		ledger.BankLine(bank("l2", "2026-03-10"), "Main", usd(700)))
}

func reconcile(t *testing.T, s *store.Store, now time.Time) store.Reconciliation {
	t.Helper()
	r, err := s.Reconcile(t.Context(), store.System, now, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func red(r store.Reconciliation) (names []string) {
	for _, c := range r.Checks {
		if !c.OK {
			names = append(names, fmt.Sprintf("%s %s %d/%d", c.Name, c.Subject, c.Want, c.Have))
			if c.Why == "" {
				names = append(names, "without a reason")
			}
		}
	}
	return names
}

func TestBooksThatAgreeWithEverybodyAreGreen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if r := reconcile(t, s, reconcileNow); !r.Green {
			t.Errorf("of empty books: %v", red(r))
		}
		soundMoney(t, s)
		r := reconcile(t, s, reconcileNow)
		if !r.Green || len(red(r)) > 0 {
			t.Fatalf("%v", red(r))
		}
		var names []string
		for _, c := range r.Checks {
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
		if got := strings.Join(names, " "); got != "chain periods movements provider disputed payouts transit bank unallocated campaigns" {
			t.Errorf("the checks are %s", got)
		}
		if _, open, _ := s.Tasks(t.Context(), 10); open != 0 {
			t.Errorf("%d tasks", open)
		}
		kept, err := s.LastReconciliations(t.Context(), 5)
		if err != nil || len(kept) != 2 || kept[0].ID != r.ID || len(kept[0].Checks) != len(r.Checks) || kept[0].Day != "2026-03-20" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// Each difference is put in from outside, and must be the only thing that is
// reported.
var differences = []struct {
	name, want string
	statements []string
	days       int // that pass
}{
	{"a movement whose entry is not in the books", "movements sandbox txn_1 3/2", []string{"UPDATE movement SET entry_key = 'sandbox:gone' WHERE ref = 'txn_1'"}, 0},
	{"a movement without entry and reason", "movements sandbox txn_2 3/2", []string{"UPDATE movement SET entry_key = '' WHERE ref = 'txn_2'"}, 0},
	{"a fee that is one cent more", "provider Assets:PSP:Sandbox 679/680", []string{"UPDATE movement SET fee_minor = 321 WHERE ref = 'txn_1'"}, 0},
	{"a movement that the books never saw", "provider Assets:PSP:Sandbox 780/680",
		[]string{"INSERT INTO movement (provider, ref, kind, currency, minor, at, ignored) VALUES ('sandbox', 'txn_9', 'other', 'USD', 100, 9, 'x')"}, 0},
	{"a dispute that is over at the provider", "disputed Assets:Disputed:Sandbox 0/4000", []string{"UPDATE dispute SET state = 'won'"}, 0},
	{"a payout of another sum", "payouts sandbox po_1 5000/5001", []string{"UPDATE payout SET minor = 5001"}, 0},
	{"a statement that closes otherwise", "bank Assets:Bank:Main 5800/5700", []string{"UPDATE bank_statement SET closing_minor = 5800"}, 0},
	{"a line nobody knows the purpose of for 31 days", "unallocated l2 0/-700", nil, 21},
	{"a line that is said to be settled and is not", "unallocated Liabilities:Unallocated 0/-700", []string{"UPDATE bank_detail SET open_minor = 0"}, 0},
	{"a payment that is more than the gift in the books", "campaigns  10100/10000", []string{"UPDATE payment SET minor = 10100"}, 0},
	{"a period that the books do not keep to", "periods  0/0", []string{"UPDATE ledger_head SET closed = '2025-12-31'"}, 0},
	{"sums that are not those of the entries", "chain summed 0/0", nil, 0},
}

func TestEachDifferenceIsReportedAndNothingElse(t *testing.T) {
	for _, d := range differences {
		t.Run(d.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				soundMoney(t, s)
				execAll(t, s, d.statements...)
				if strings.HasPrefix(d.want, "chain") {
					rolled(t, s)
					execAll(t, s, "UPDATE ledger_sum SET campaign = 'c9' WHERE account = 'Expenses:Fees:Processing'")
				}
				r := reconcile(t, s, reconcileNow.AddDate(0, 0, d.days))
				if got := strings.Join(red(r), "; "); r.Green || got != d.want {
					t.Errorf("red is %q, want %q", got, d.want)
				}
				if list, open, _ := s.Tasks(t.Context(), 10); open != 1 || list[0].Kind != store.TaskReconciliation {
					t.Errorf("%d tasks: %+v", open, list)
				}
			})
		})
	}
}

func TestAGiftInHandThatWasTakenBackLeavesTheBooksGreen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := store.OfflineGift{ID: id.New(), Amount: money.Amount{Currency: "EUR", Minor: 2500}, At: at(2026, 3, 15), Day: "2026-03-15", Kind: "cash", Account: ledger.Cash}
		kept := g
		kept.ID, kept.Amount.Minor = id.New(), 700
		for _, g := range []store.OfflineGift{g, kept} {
			if _, err := s.BookOffline(t.Context(), treasurer, g); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.TakeBackOffline(t.Context(), treasurer, g.ID, reconcileNow, time.UTC); err != nil {
			t.Fatal(err)
		}
		if r := reconcile(t, s, reconcileNow); !r.Green {
			t.Errorf("%v", red(r))
		}
	})
}

func TestABankLineOfAClosedPeriodCountsOnItsOwnDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		usd := money.Amount{Currency: "USD", Minor: 500}
		src := func(object, date string) ledger.Source {
			return ledger.Source{Provider: "bank", Object: object, Date: date}
		}
		postEntries(t, s, ledger.BankLine(src("l1", "2026-01-05"), "Main", usd), ledger.Allocation(src("l1", "2026-01-05"), usd, ledger.Donations))
		if _, err := closeTo(t, s, "2026-01-31", "2026-02-10"); err != nil {
			t.Fatal(err)
		}
		for _, day := range []string{"2026-01-10", "2026-01-20"} { // only the first is on the statement
			postEntries(t, s, ledger.BankLine(src(day, day), "Main", usd), ledger.Allocation(src(day, day), usd, ledger.Donations))
		}
		execAll(t, s, "INSERT INTO bank_account (id, name, title, currency, created_at) VALUES ('b1', 'Main', 'Our bank', 'USD', 1)",
			"INSERT INTO bank_statement (id, account_id, file_hash, part, format, from_day, to_day, opening_minor, closing_minor, lines, state, read_at) VALUES ('s1', 'b1', 'f', 0, 'mt940', '2026-01-01', '2026-01-15', 0, 1000, 2, 'read', 1)")
		for _, name := range red(reconcile(t, s, reconcileNow)) {
			if strings.HasPrefix(name, "bank") {
				t.Error(name)
			}
		}
	})
}

func TestAPayoutThatDoesNotComeIsReportedAfterSevenWorkingDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		soundMoney(t, s)
		execAll(t, s, "INSERT INTO payout (provider, ref, currency, minor, state, created_at, updated_at) VALUES ('sandbox', 'po_2', 'USD', 600, 'in_transit', 9, 9)",
			"INSERT INTO movement (provider, ref, kind, currency, minor, source_ref, at, entry_key) VALUES ('sandbox', 'txn_4', 'payout', 'USD', -600, 'po_2', 9, 'sandbox:txn_4:payout')")
		postEntries(t, s, ledger.PayoutCreated(ledger.Source{Provider: "sandbox", Object: "txn_4", Date: "2026-03-11"}, money.Amount{Currency: "USD", Minor: 600}))
		if r := reconcile(t, s, reconcileNow); !r.Green { // Wednesday to Friday of the next week: seven working days
			t.Errorf("too early: %v", red(r))
		}
		if r := reconcile(t, s, reconcileNow.AddDate(0, 0, 3)); strings.Join(red(r), "") != "transit sandbox:txn_4:payout 0/600" {
			t.Errorf("%v", red(r))
		}
	})
}

func TestAChargeWaitsForItsMovementSomeDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		soundMoney(t, s)
		giver(t, s, "Bo", 0, at(2026, 3, 19), at(2026, 3, 19), 2500, "")
		execAll(t, s, "UPDATE payment SET ref = 'ch_2' WHERE donor_id = 'd-Bo'")
		postEntries(t, s, ledger.PaymentSucceeded(ledger.Source{Provider: "sandbox", Object: "ch_2", Date: "2026-03-19"}, money.Amount{Currency: "USD", Minor: 2500}))
		if r := reconcile(t, s, reconcileNow); !r.Green {
			t.Errorf("on the next day: %v", red(r))
		}
		if r := reconcile(t, s, reconcileNow.AddDate(0, 0, 4)); strings.Join(red(r), "") != "provider Assets:PSP:Sandbox 680/3180" {
			t.Errorf("after days: %v", red(r))
		}
	})
}

func TestTheTaskEndsWhenAllIsGreenAgainAndIsNotRepeatedMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		soundMoney(t, s)
		execAll(t, s, "UPDATE payout SET minor = 5001")
		reconcile(t, s, reconcileNow)
		reconcile(t, s, reconcileNow.AddDate(0, 0, 1))
		if _, open, _ := s.Tasks(t.Context(), 10); open != 1 {
			t.Errorf("%d tasks", open)
		}
		execAll(t, s, "UPDATE payout SET minor = 5000")
		reconcile(t, s, reconcileNow)
		if _, open, _ := s.Tasks(t.Context(), 10); open != 0 {
			t.Errorf("%d tasks are open", open)
		}
		execAll(t, s, "UPDATE payout SET minor = 5001")
		reconcile(t, s, reconcileNow)
		if _, open, _ := s.Tasks(t.Context(), 10); open != 1 {
			t.Errorf("a new difference: %d tasks", open)
		}
	})
}
