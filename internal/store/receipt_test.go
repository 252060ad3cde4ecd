package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/pdf"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// till is a newsroom in Berlin with gifts in it.
type till struct {
	t     *testing.T
	s     *store.Store
	clock *clock.Manual
	n     int
}

func newTill(t *testing.T, s *store.Store) *till {
	x := &till{t: t, s: s, clock: clock.At(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	s.Clock = x.clock
	o := outlet.Default()
	o.Name, o.LegalName, o.Address, o.Zone, o.Currency = "The Lantern", "Lantern Readers’ Society", "4 Weir Lane\nAlderwick", "Europe/Berlin", "USD"
	x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) }))
	x.exec("INSERT INTO donor (id, email, name, created_at) VALUES ('ada', 'ada@example.org', 'Ada Quill', 1)")
	return x
}

func (x *till) ok(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *till) exec(q string, args ...any) {
	x.t.Helper()
	x.ok(x.s.Write(x.t.Context(), func(tx *store.Tx) error { _, err := db.Exec(x.t.Context(), tx, q, args...); return err }))
}

// at moves the clock to a time.
func (x *till) at(t time.Time) { x.clock.Add(t.Sub(x.clock.Now())) }

// refused tries statements that must not be possible.
func (x *till) refused(statements ...string) {
	x.t.Helper()
	for _, q := range statements {
		err := x.s.Write(x.t.Context(), func(tx *store.Tx) error { _, err := db.Exec(x.t.Context(), tx, q); return err })
		if !fault.Is(err, fault.Conflict) {
			x.t.Errorf("%s: %v", q, err)
		}
	}
}

// insertReceipt writes a receipt into the series R of 2026 by hand.
func insertReceipt(verb, columns, values string) string {
	return verb + " INTO receipt (" + columns + `, series, year, donor_id, regime, version, lang, currency, minor, from_at, to_at, facts, facts_hash, issued_at)
		VALUES (` + values + ", 'R', 2026, 'ada', 'plain', 1, 'en', 'USD', 1, 1, 1, '{}', '', 1)"
}

// gift is a payment of a donor that arrived at a time.
func (x *till) gift(donor, currency string, minor int64, at time.Time) string {
	x.t.Helper()
	x.n++
	id := fmt.Sprintf("p%d", x.n)
	x.exec(`INSERT INTO donation (id, nonce, donor_id, currency, minor, every, provider, created_at, updated_at) VALUES ($1, $1, $2, $3, $4, 'once', 'sandbox', 1, 1)`, "d"+id, donor, currency, minor)
	x.exec(`INSERT INTO payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at) VALUES ($1, 'sandbox', $1, $2, $3, $4, $5, $6, $7)`,
		id, "d"+id, donor, currency, minor, at.UnixMilli(), x.clock.Now().UnixMilli())
	return id
}

func (x *till) back(payment string, minor int64) {
	x.exec("UPDATE payment SET refunded_minor = $1 WHERE id = $2", minor, payment)
}

func (x *till) settle(payment string) []store.ReceiptChange {
	x.t.Helper()
	done, err := x.s.SettleReceipts(x.t.Context(), payment, x.clock.Now())
	x.ok(err)
	return done
}

// issue settles a payment that needs one receipt and nothing else.
func (x *till) issue(payment string) receipt.Receipt {
	x.t.Helper()
	done := x.settle(payment)
	if len(done) != 1 || done[0].Issued.ID == "" || done[0].Ended.ID != "" {
		x.t.Fatalf("settling %s did %+v", payment, done)
	}
	return done[0].Issued
}

func (x *till) receipt(id string) receipt.Receipt {
	x.t.Helper()
	r, err := x.s.Receipt(x.t.Context(), id)
	x.ok(err)
	return r
}

func (x *till) rules(key string, entered map[string]string) {
	x.t.Helper()
	r, err := receipt.RegimeOf(key)
	x.ok(err)
	x.ok(r.Check(entered, true))
	x.ok(x.s.Write(x.t.Context(), func(tx *store.Tx) error {
		return tx.PutSetting(x.t.Context(), store.System, receipt.Setting, receipt.Settings{}.With(r, entered, x.clock.Now()))
	}))
}

// numbers are the numbers of all receipts of a series and year, in order.
func (x *till) numbers(series string, year int) []int64 {
	x.t.Helper()
	list, err := db.Rows(x.t.Context(), x.s.Query(), db.Value[int64], "SELECT n FROM receipt WHERE series = $1 AND year = $2 ORDER BY n", series, year)
	x.ok(err)
	return list
}

func oneTo(n int64) []int64 {
	var out []int64
	for i := int64(1); i <= n; i++ {
		out = append(out, i)
	}
	return out
}

var errInjected = errors.New("injected")

func TestNumbersHaveNoGapHoweverManyIssueAtOnceAndFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		var payments []string
		for range 50 {
			payments = append(payments, x.gift("ada", "USD", 2500, x.clock.Now()))
		}
		var all sync.WaitGroup
		var failed, conflicts int64
		var count sync.Mutex
		for i, p := range payments {
			all.Go(func() {
				for {
					// Each third try is undone after its number was taken.
					err := s.Write(t.Context(), func(tx *store.Tx) error {
						if i%3 != 0 {
							return nil
						}
						if _, err := db.Exec(t.Context(), tx, "UPDATE receipt_counter SET next = next + 1 WHERE series = 'R'"); err != nil {
							return err
						}
						return errInjected
					})
					if err != nil {
						count.Lock()
						failed++
						count.Unlock()
					}
					_, err = s.SettleReceipts(t.Context(), p, x.clock.Now())
					if err == nil {
						return
					}
					count.Lock()
					conflicts++
					count.Unlock()
				}
			})
		}
		all.Wait()
		if failed == 0 {
			t.Error("no failure was injected")
		}
		if got := x.numbers("R", 2026); !slices.Equal(got, oneTo(50)) {
			t.Errorf("the numbers are %v (%d failures, %d conflicts)", got, failed, conflicts)
		}
	})
}

func TestAReceiptThatCanNotBeWrittenGivesItsNumberBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		first := x.issue(x.gift("ada", "USD", 2500, x.clock.Now()))
		p := x.gift("ada", "USD", 1000, x.clock.Now())
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Write(ctx, func(tx *store.Tx) error {
			if _, err := db.Exec(ctx, tx, "UPDATE receipt_counter SET next = next + 1 WHERE series = 'R' AND year = 2026"); err != nil {
				return err
			}
			cancel()
			return errInjected
		})
		if err == nil {
			t.Fatal("the failure was not injected")
		}
		second := x.issue(p)
		if first.Number != "R-2026-00001" || second.Number != "R-2026-00002" {
			t.Errorf("the numbers are %s and %s", first.Number, second.Number)
		}
	})
}

func TestEachSeriesCountsByItselfAndBeginsAnewWithTheOutletsYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		x.at(time.Date(2026, 12, 31, 22, 59, 0, 0, time.UTC)) // 23:59 in Berlin
		old := x.issue(x.gift("ada", "USD", 2500, x.clock.Now()))
		x.at(time.Date(2026, 12, 31, 23, 1, 0, 0, time.UTC)) // 00:01 in Berlin
		p := x.gift("ada", "USD", 2500, time.Date(2026, 12, 31, 22, 50, 0, 0, time.UTC))
		young := x.issue(p)
		if old.Number != "R-2026-00001" || young.Number != "R-2027-00001" {
			t.Errorf("round midnight the numbers are %s and %s", old.Number, young.Number)
		}
		if text := fmt.Sprint(young.Facts.Document.Blocks); !strings.Contains(text, "31 December 2026") || !strings.Contains(text, "1 January 2027") {
			t.Errorf("the receipt names other days: %s", text)
		}
		x.rules("us", map[string]string{"name": "Lantern Inc", "ein": "12-3456789"})
		if r := x.issue(x.gift("ada", "USD", 2500, x.clock.Now())); r.Number != "US-2027-00001" {
			t.Errorf("the first of the other series is %s", r.Number)
		}
	})
}

func TestAPaymentHasOneLiveReceiptHoweverOftenItIsLookedAt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 2500, x.clock.Now())
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := s.SettleReceipts(t.Context(), p, x.clock.Now()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := x.numbers("R", 2026); !slices.Equal(got, oneTo(1)) {
			t.Errorf("the numbers are %v", got)
		}
	})
}

func TestARefundReplacesAReceiptOrVoidsItAndEveryNumberStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 5180, x.clock.Now()) // 50.00 with the fee of 1.80 covered: all of it is the gift
		first := x.issue(p)
		if first.Amount.Minor != 5180 {
			t.Errorf("the receipt says %d", first.Amount.Minor)
		}
		x.back(p, 2000)
		done := x.settle(p)
		if len(done) != 1 || done[0].Ended.ID != first.ID || done[0].Issued.Amount.Minor != 3180 || done[0].Issued.Replaces != first.ID {
			t.Fatalf("after a part went back: %+v", done)
		}
		second := done[0].Issued
		if text := fmt.Sprint(second.Facts.Document.Blocks); !strings.Contains(text, "This replaces receipt "+first.Number) {
			t.Errorf("the second receipt does not name the first: %s", text)
		}
		x.back(p, 5180)
		if done = x.settle(p); len(done) != 1 || done[0].Ended.ID != second.ID || done[0].Issued.ID != "" {
			t.Fatalf("after all went back: %+v", done)
		}
		if again := x.settle(p); len(again) != 0 {
			t.Errorf("looking again did %+v", again)
		}
		x.back(p, 0) // the bank sent the refund back
		third := x.issue(p)
		if got := []receipt.State{x.receipt(first.ID).State, x.receipt(second.ID).State, x.receipt(third.ID).State}; !slices.Equal(got, []receipt.State{receipt.Replaced, receipt.Voided, receipt.Issued}) {
			t.Errorf("the states are %v", got)
		}
		if x.receipt(first.ID).ReplacedBy != second.ID || third.Amount.Minor != 5180 || third.Replaces != second.ID {
			t.Errorf("the chain is %+v", third)
		}
		if got := x.numbers("R", 2026); !slices.Equal(got, oneTo(3)) {
			t.Errorf("the numbers are %v", got)
		}
	})
}

func TestOnlyALostDisputeTakesAReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 4000, x.clock.Now())
		first := x.issue(p)
		x.exec("INSERT INTO dispute (id, provider, ref, payment_id, currency, minor, state, opened_at, updated_at) VALUES ('x', 'sandbox', 'x', $1, 'USD', 4000, 'needs_response', 1, 1)", p)
		x.exec("UPDATE payment SET disputed_minor = 4000 WHERE id = $1", p)
		if done := x.settle(p); len(done) != 0 {
			t.Errorf("an open dispute did %+v", done)
		}
		x.exec("UPDATE dispute SET state = 'lost' WHERE id = 'x'")
		if done := x.settle(p); len(done) != 1 || x.receipt(first.ID).State != receipt.Voided {
			t.Errorf("a lost dispute did %+v", done)
		}
	})
}

func TestAGiftThatWaitsGetsItsReceiptOnceItWaitsNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 4000, x.clock.Now().Add(-time.Hour))
		x.exec("INSERT INTO hold (payment_id, reasons, weight, held_at, due_at) VALUES ($1, '[]', 1, 1, 1)", p)
		x.clock.Add(time.Hour)
		if done := x.settle(p); len(done) != 0 {
			t.Fatalf("while it waits: %+v", done)
		}
		due, err := s.ReceiptsDue(t.Context(), time.Time{}, x.clock.Now(), time.Time{}, 10)
		if err != nil || len(due) != 0 {
			t.Errorf("while it waits %v are due, %v", due, err)
		}
		x.exec("UPDATE hold SET state = 'accepted'")
		if due, err = s.ReceiptsDue(t.Context(), time.Time{}, x.clock.Now(), time.Time{}, 10); err != nil || !slices.Equal(due, []string{p}) {
			t.Errorf("afterwards %v are due, %v", due, err)
		}
		x.issue(p)
	})
}

func TestWhatIsDueIsFoundAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		old, young := x.gift("ada", "USD", 100, x.clock.Now().AddDate(0, -5, 0)), x.gift("ada", "USD", 200, x.clock.Now().AddDate(0, -6, 0))
		given, byStaff, whole := x.gift("ada", "USD", 300, x.clock.Now()), x.gift("ada", "USD", 400, x.clock.Now()), x.gift("ada", "USD", 500, x.clock.Now())
		x.issue(given)
		x.issue(whole)
		r := x.issue(byStaff)
		if _, err := s.EndReceipt(t.Context(), store.Actor{ID: "staff", Name: "T"}, r.ID, "a mistake", false, x.clock.Now()); err != nil {
			t.Fatal(err)
		}
		x.back(given, 100)
		x.clock.Add(time.Hour)
		all := func(since time.Time) []string {
			t.Helper()
			due, err := s.ReceiptsDue(t.Context(), since, x.clock.Now(), time.Time{}, 10)
			x.ok(err)
			return due
		}
		if got := all(time.Time{}); !slices.Equal(got, []string{young, old, given}) {
			t.Errorf("due are %v", got)
		}
		if got := all(x.clock.Now()); !slices.Equal(got, []string{given}) {
			t.Errorf("among the newest, due are %v", got)
		}
		busy := x.clock.Now().Add(-2 * time.Hour)
		if due, err := s.ReceiptsDue(t.Context(), time.Time{}, busy, time.Time{}, 10); err != nil || !slices.Equal(due, []string{given}) {
			t.Errorf("while the job is at it, due are %v, %v", due, err)
		}
		if due, err := s.ReceiptsDue(t.Context(), time.Time{}, busy, x.clock.Now().AddDate(0, 0, -3), 10); err != nil || !slices.Equal(due, []string{young, old, given}) {
			t.Errorf("of old gifts, due are %v, %v", due, err)
		}
	})
}

func TestAPersonVoidsAndIssuesAnewWithAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 4000, x.clock.Now())
		r, by := x.issue(p), store.Actor{ID: "staff", Name: "T"}
		if _, err := s.EndReceipt(t.Context(), by, r.ID, "", false, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		x.exec("UPDATE donor SET name = 'Ada Quill-Marsh' WHERE id = 'ada'")
		done, err := s.EndReceipt(t.Context(), by, r.ID, "the name was wrong", true, x.clock.Now())
		if err != nil || done.Issued.Facts.Donor.Name != "Ada Quill-Marsh" || x.receipt(r.ID).State != receipt.Replaced || x.receipt(r.ID).Reason != "the name was wrong" {
			t.Errorf("anew: %+v, %v", done, err)
		}
		if x.receipt(r.ID).Facts.Donor.Name != "Ada Quill" {
			t.Error("the first receipt has another name now")
		}
		if _, err := s.EndReceipt(t.Context(), by, done.Issued.ID, "no receipt wanted", false, x.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.EndReceipt(t.Context(), by, done.Issued.ID, "once more", false, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("twice: %v", err)
		}
		if again := x.settle(p); len(again) != 0 {
			t.Errorf("what a person has voided came again: %+v", again)
		}
	})
}

func TestAReceiptAndItsFileNeverChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		r := x.issue(x.gift("ada", "USD", 4000, x.clock.Now()))
		file, err := s.DrawReceipt(t.Context(), r, pdf.Draw)
		x.ok(err)
		if again, err := s.DrawReceipt(t.Context(), r, nil); err != nil || string(again) != string(file) {
			t.Errorf("the file is drawn once: %v", err)
		}
		x.refused(
			"UPDATE receipt SET facts = '{}'", "UPDATE receipt SET minor = 1", "UPDATE receipt SET number = 'R-2026-00009'", "UPDATE receipt SET n = 9",
			"UPDATE receipt SET donor_id = 'ada', currency = 'EUR'", "UPDATE receipt SET file_hash = 'x'", "UPDATE receipt SET facts_hash = 'x'", "UPDATE receipt SET issued_at = 1",
			"UPDATE receipt SET forgotten_at = 5, facts = '{}'", "UPDATE receipt SET replaced_by = 'x'", "DELETE FROM receipt",
			"UPDATE receipt_file SET made_at = 1", "UPDATE receipt_file SET pdf = 'x'", "DELETE FROM receipt_file", "UPDATE receipt_payment SET minor = 1", "DELETE FROM receipt_payment",
			"UPDATE receipt_counter SET next = 1", "UPDATE receipt_counter SET next = next + 2", "DELETE FROM receipt_counter",
			"INSERT INTO receipt_counter (series, year, next) VALUES ('X', 2026, 7)",
			insertReceipt("INSERT", "id, number, n", "'y', 'R-2026-00009', 9"), // a number that nobody has taken
		)
		if s.Engine() == db.Postgres {
			x.refused("TRUNCATE receipt CASCADE", "TRUNCATE receipt_file", "TRUNCATE receipt_payment", "TRUNCATE receipt_counter")
		} else { // as on a foreign connection
			if _, err := s.Raw().Exec("PRAGMA recursive_triggers = OFF"); err != nil {
				t.Fatal(err)
			}
			x.refused(
				insertReceipt("INSERT OR REPLACE", "id, number, n", "'y', 'R-2026-00001', 1"), insertReceipt("INSERT OR REPLACE", "id, number, n", "'"+r.ID+"', 'z', 1"),
				insertReceipt("INSERT OR REPLACE", "rowid, id, number, n", "1, 'y', 'z', 1"),
				"INSERT OR REPLACE INTO receipt_file (receipt_id, pdf, made_at) VALUES ('"+r.ID+"', 'x', 1)",
				"INSERT OR REPLACE INTO receipt_payment (receipt_id, payment_id, kind, minor) VALUES ('"+r.ID+"', 'p1', 'official', 1)",
				"INSERT OR REPLACE INTO receipt_counter (series, year, next) VALUES ('R', 2026, 1)",
			)
		}
		if have, err := s.ReceiptFile(t.Context(), r.ID); err != nil || string(have) != string(file) {
			t.Errorf("the file is another one: %v", err)
		}
	})
}

func TestAFileThatWasTamperedWithIsNotServed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		r := x.issue(x.gift("ada", "USD", 4000, x.clock.Now()))
		_, err := s.DrawReceipt(t.Context(), r, pdf.Draw)
		x.ok(err)
		drop := map[db.Engine]string{db.SQLite: "DROP TRIGGER receipt_file_no_update", db.Postgres: "DROP TRIGGER receipt_file_no_update ON receipt_file"}
		x.exec(drop[s.Engine()])
		x.exec("UPDATE receipt_file SET pdf = $1", []byte("another one"))
		if _, err := s.DrawReceipt(t.Context(), r, pdf.Draw); !fault.Is(err, fault.Internal) {
			t.Errorf("the file was served: %v", err)
		}
	})
}

func TestTheReceiptOfAnErasedDonorIsKeptForTheLawAlone(t *testing.T) { // scenario 44
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		p := x.gift("ada", "USD", 2500, x.clock.Now())
		r := x.issue(p)
		_, err := s.DrawReceipt(t.Context(), r, pdf.Draw)
		x.ok(err)
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.Actor{Name: "the donor"}, "ada") }))
		if list, err := s.ReceiptsOf(t.Context(), "ada"); err != nil || len(list) != 0 {
			t.Errorf("the donor still sees %v, %v", list, err)
		}
		if found, err := s.Receipts(t.Context(), store.ReceiptQuery{Words: "quill", Limit: 10}); err != nil || len(found) != 0 {
			t.Errorf("the name still finds %v, %v", found, err)
		}
		kept := x.receipt(r.ID)
		until := time.Date(2036, 12, 31, 23, 59, 59, 0, kept.IssuedAt.Location())
		if kept.Open() || kept.Facts.Donor.Name != "Ada Quill" || kept.RestrictedUntil.Sub(until).Abs() > 2*time.Hour {
			t.Errorf("the receipt is kept as %+v", kept)
		}
		x.back(p, 500)
		if done := x.settle(p); len(done) != 1 || done[0].Issued.Open() || done[0].Issued.Facts.Donor.Name != "Ada Quill" {
			t.Errorf("a refund after the erasure did %+v", done)
		}
		x.at(kept.RestrictedUntil.Add(-time.Hour))
		x.ok(s.ForgetReceipts(t.Context(), x.clock.Now()))
		if x.receipt(r.ID).Facts.Donor.Name == "" {
			t.Error("the receipt was forgotten too early")
		}
		x.at(kept.RestrictedUntil.Add(time.Hour))
		x.ok(s.ForgetReceipts(t.Context(), x.clock.Now()))
		gone := x.receipt(r.ID)
		if gone.ForgottenAt.IsZero() || gone.Facts.Donor.Name != "" || gone.Number != r.Number || gone.Amount.Minor != 2500 {
			t.Errorf("after its time the receipt is %+v", gone)
		}
		if _, err := s.DrawReceipt(t.Context(), gone, pdf.Draw); !fault.Is(err, fault.Gone) {
			t.Errorf("its file: %v", err)
		}
	})
}

func TestACollectiveReceiptTakesEachGiftOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		by := store.Actor{ID: "staff", Name: "T"}
		spring, summer, other := x.gift("ada", "EUR", 1000, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)), x.gift("ada", "EUR", 2050, time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)), x.gift("ada", "USD", 700, x.clock.Now())
		if _, err := s.IssueOfficial(t.Context(), by, "ada", "", 2026, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a status: %v", err)
		}
		x.rules("de", map[string]string{"name": "Laterne e. V.", "purposes": "der Volksbildung", "office": "Alderwick", "tax_number": "12/345/67890", "notice": "statutes", "notice_date": "2025-02-01", "place": "Alderwick", "signer": "R. Pell"})
		if _, err := s.IssueOfficial(t.Context(), by, "ada", "", 2026, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("without an address: %v", err)
		}
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.PutParty(t.Context(), "ada", receipt.Party{Name: "Dr. Ada Quill", Address: "Wehrgasse 4\n12345 Erlenau"})
		}))
		single, err := s.IssueOfficial(t.Context(), by, "ada", spring, 0, x.clock.Now())
		x.ok(err)
		year, err := s.IssueOfficial(t.Context(), by, "ada", "", 2026, x.clock.Now())
		x.ok(err)
		if single.Number != "DE-2026-00001" || year.Number != "DE-S-2026-00001" || len(year.Facts.Gifts) != 1 || year.Facts.Gifts[0].Payment != summer || year.Amount.Minor != 2050 {
			t.Errorf("single %s, year %s of %+v", single.Number, year.Number, year.Facts.Gifts)
		}
		if _, err := s.IssueOfficial(t.Context(), by, "ada", "", 2026, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("once more: %v", err)
		}
		if r := x.issue(other); r.Regime != receipt.Plain || !strings.Contains(fmt.Sprint(r.Facts.Document.Blocks), "not an official donation receipt") {
			t.Errorf("the acknowledgement is %+v", r.Facts.Document)
		}
		x.back(summer, 2050)
		done := x.settle(summer)
		if len(done) != 1 || x.receipt(year.ID).State != receipt.Voided {
			t.Errorf("after the refund: %+v", done)
		}
		x.at(time.Date(2028, 3, 1, 9, 0, 0, 0, time.UTC)) // three years and a month after the notice
		if _, err := s.IssueOfficial(t.Context(), by, "ada", x.gift("ada", "EUR", 100, x.clock.Now()), 0, x.clock.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("on a notice that is too old: %v", err)
		}
	})
}

func TestGiftAidIsClaimedOnceOnWhatADeclarationCovers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		x.rules("uk", map[string]string{"name": "Lantern Trust", "charity_number": "1234567", "hmrc_reference": "AB12345"})
		long, back, today := x.gift("ada", "GBP", 100, x.clock.Now().AddDate(-4, 0, -1)), x.gift("ada", "GBP", 1000, x.clock.Now().AddDate(-3, 0, 0)), x.gift("ada", "GBP", 2500, x.clock.Now().Add(-time.Minute))
		x.gift("ada", "EUR", 900, x.clock.Now())
		d := receipt.Declaration{ID: "g1", DonorID: "ada", Version: 1, Wording: "I want …", Title: "Dr", FirstName: "Ada", LastName: "=Quill-Low", House: "4", Postcode: "eh11yz", Past: true, Present: true, MadeAt: x.clock.Now()}
		x.ok(d.Check())
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return tx.Declare(t.Context(), d) }))
		if r := x.issue(today); !strings.Contains(fmt.Sprint(r.Facts.Document.Blocks), "You have asked us to claim Gift Aid") {
			t.Errorf("the receipt says nothing of Gift Aid: %v", r.Facts.Document.Blocks)
		}
		x.clock.Add(48 * time.Hour)
		later := x.gift("ada", "GBP", 700, x.clock.Now())
		from, to := x.clock.Now().AddDate(-6, 0, 0), x.clock.Now().AddDate(0, 0, 1)
		c, err := s.MakeClaim(t.Context(), store.Actor{ID: "staff"}, from, to)
		if err != nil || c.Gifts != 2 || c.Amount.Minor != 3500 {
			t.Fatalf("the claim is %+v, %v (of %s, %s, %s and %s)", c, err, long, back, today, later)
		}
		if _, err := s.MakeClaim(t.Context(), store.Actor{ID: "staff"}, from, to); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second claim: %v", err)
		}
		rows, err := s.ClaimRows(t.Context(), c.ID)
		x.ok(err)
		want := "Item,Title,First name,Last name,House name or number,Postcode,Aggregated donations,Sponsored event,Donation date,Amount\r\n" +
			"1,Dr,Ada,'=Quill Low,4,EH1 1YZ,,,20/11/23,10.00\r\n2,Dr,Ada,'=Quill Low,4,EH1 1YZ,,,20/11/26,25.00\r\n"
		if got := string(receipt.ClaimCSV(rows, time.UTC)); got != want {
			t.Errorf("the file is\n%s\nwant\n%s", got, want)
		}
		x.back(today, 500)
		if claims, err := s.Claims(t.Context(), 10); err != nil || claims[0].Back != 500 {
			t.Errorf("after a refund the claims are %+v, %v", claims, err)
		}
		x.refused("UPDATE gift_aid_declaration SET wording = ''", "UPDATE gift_aid_declaration SET house = '5'", "DELETE FROM gift_aid_declaration",
			"UPDATE gift_aid_claim SET gifts = 1", "DELETE FROM gift_aid_claimed", "DELETE FROM gift_aid_claim")
	})
}

func TestTheEvidenceOfGiftAidOutlivesAnErasureAsLongAsItsGifts(t *testing.T) { // scenario 44
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		x.rules("uk", map[string]string{"name": "Lantern Trust", "charity_number": "1234567", "hmrc_reference": "AB12345"})
		made := time.Date(2017, 5, 4, 9, 0, 0, 0, time.UTC)
		d := receipt.Declaration{ID: "old", DonorID: "ada", Version: 1, Wording: "I want …", FirstName: "Ada", LastName: "Quill", House: "4", Postcode: "EH1 1YZ", Present: true, Future: true, MadeAt: made}
		unused := d
		unused.ID, unused.Future, unused.Present, unused.Past = "unused", false, false, true
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Declare(t.Context(), d), tx.Declare(t.Context(), unused))
		}))
		x.gift("ada", "GBP", 2500, time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC))
		x.gift("ada", "USD", 900, time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC))
		x.ok(s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.Actor{Name: "the donor"}, "ada") }))
		// The gift's accounting period ends in 2027 at the latest; six years on is the end of 2033.
		kept := func(id string, year int) {
			t.Helper()
			x.ok(s.ForgetReceipts(t.Context(), x.clock.Now()))
			d, err := s.Declaration(t.Context(), id)
			x.ok(err)
			until := time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC)
			if d.RestrictedUntil.Sub(until).Abs() > 2*time.Hour || d.ForgottenAt.IsZero() != x.clock.Now().Before(until) || (d.LastName == "Quill") != d.ForgottenAt.IsZero() {
				t.Errorf("on %s %s is kept until %s, forgotten at %s, by the name %q; want %d", x.clock.Now(), id, d.RestrictedUntil, d.ForgottenAt, d.LastName, year)
			}
		}
		kept("old", 2033)
		kept("unused", 2023)
		x.at(time.Date(2029, 2, 1, 9, 0, 0, 0, time.UTC)) // claimed late, as may be done for four years
		c, err := s.MakeClaim(t.Context(), store.Actor{ID: "staff"}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), x.clock.Now())
		x.ok(err)
		kept("old", 2035)
		x.at(time.Date(2035, 12, 1, 9, 0, 0, 0, time.UTC))
		kept("old", 2035)
		if rows, err := s.ClaimRows(t.Context(), c.ID); err != nil || len(rows) != 1 || rows[0].Declaration.LastName != "Quill" {
			t.Errorf("the claim rests on %+v, %v", rows, err)
		}
		x.at(time.Date(2036, 1, 2, 9, 0, 0, 0, time.UTC))
		kept("old", 2035)
	})
}

func TestAWithdrawnDeclarationCoversWhatCameBefore(t *testing.T) {
	made, zone := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC), time.UTC
	d := receipt.Declaration{Past: true, Present: true, Future: true, MadeAt: made, Withdrawn: made.AddDate(0, 2, 0)}
	only := receipt.Declaration{Present: true, MadeAt: made}
	for _, v := range []struct {
		d    receipt.Declaration
		at   time.Time
		want bool
	}{
		{d, made.AddDate(-4, 0, 0), true}, {d, made.AddDate(-4, 0, -1), false}, {d, made.AddDate(0, 1, 0), true}, {d, made.AddDate(0, 2, 0), false},
		{only, made.Add(-11 * time.Hour), true}, {only, made.Add(11 * time.Hour), true}, {only, made.AddDate(0, 0, 1), false}, {only, made.AddDate(0, 0, -1), false},
	} {
		if got := v.d.Covers(v.at, zone); got != v.want {
			t.Errorf("a gift of %s: %v", v.at, got)
		}
	}
}
