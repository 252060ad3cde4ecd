package fund_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/statement"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func gift(minor int64, day string) entry {
	return entry{minor: minor, day: day, text: "gift of " + day, e2e: "E" + day + fmt.Sprint(minor)}
}

func TestTheFirstStatementAsksBeforeItBooksAnOpeningBalance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := bareTill(t, s)
		file := camt{opening: 123456, entries: []entry{gift(5000, "2026-01-16")}}.String()
		_, err := b.tryRead(file)
		if asked, ok := fund.AskedIn(err); !ok || asked.Question != fund.AskBegin || asked.Minor != 123456 {
			t.Fatalf("the first statement is answered with %v", err)
		}
		b.want("B 0, Opening 0")
		rep := b.read(file, fund.ReadOptions{Begin: true})
		if !rep.Begun {
			t.Errorf("%+v", rep)
		}
		b.want("B 128456, Opening -123456, Unallocated 5000")
		again := b.read(file, fund.ReadOptions{Begin: true})
		if again.Begun || again.Fresh != 0 || again.Known != 1 {
			t.Errorf("read again it brings %+v", again)
		}
		b.want("B 128456, Opening -123456")
		b.sound()
	})
}

func TestLinesOfBeforeTheBooksAreInTheOpeningBalance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := bareTill(t, s)
		b.ok(b.books.BeginBooks(b.ctx, b.account.ID, "2026-01-16", 3000))
		rep := b.read(camt{opening: 1000, entries: []entry{gift(2000, "2026-01-14"), gift(5000, "2026-01-16")}}.String())
		if rep.Before != 1 || rep.Fresh != 1 {
			t.Errorf("%+v", rep)
		}
		b.want("B 8000, Opening -3000")
	})
}

func TestAMissingStatementIsNamedAndNothingIsTaken(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{gift(5000, "2026-01-16")}}.String())
		march := camt{opening: 7500, entries: []entry{gift(100, "2026-03-02")}}.String()
		b.refused(march, "25.00 EUR moved in statements that are missing")
		b.want("B 5000")
	})
}

func TestAnAcceptedGapWaitsInSuspenseUntilItsStatementComes(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{gift(5000, "2026-01-16")}}.String())
		b.read(camt{opening: 7500, entries: []entry{gift(100, "2026-03-02")}}.String(), fund.ReadOptions{Gap: true})
		b.want("B 7600, Unallocated 7600")
		b.read(camt{opening: 5000, entries: []entry{gift(1500, "2026-02-01")}}.String())
		b.want("B 7600, Unallocated 7600")
		b.read(camt{opening: 6500, entries: []entry{gift(1000, "2026-02-09")}}.String())
		b.want("B 7600, Unallocated 7600")
		lines, err := b.books.Lines(b.ctx, store.LineQuery{States: []fund.LineState{fund.LineSuspense}, Limit: 10})
		b.ok(err)
		for _, l := range lines {
			if l.Kind == fund.GapLine {
				b.t.Errorf("the gap is still there: %+v", l)
			}
		}
		b.sound()
	})
}

func TestALineThatAnotherFileDatesDifferentlyIsNotBookedTwice(t *testing.T) {
	eachTill(t, func(b *till) {
		sheet := "Datum;Betrag;Text\n16.01.2026;50,00;gift of January\n"
		m := statement.Mapping{Delimiter: ";", HeaderLine: 1, DateFormat: "DD.MM.YYYY", Decimal: ",", Date: "Datum", Amount: "Betrag", Text: []string{"Text"}}
		b.read(sheet, fund.ReadOptions{Mapping: &m})
		b.want("B 5000")
		b.refused(camt{from: "2026-01-15", to: "2026-01-16", entries: []entry{{minor: 5000, day: "2026-01-15", text: "gift of January"}}}.String(), "differs from this one by 50.00 EUR")
	})
}

func TestACSVFileNeedsItsColumnsNamedOnce(t *testing.T) {
	eachTill(t, func(b *till) {
		sheet := "Datum;Betrag;Text\n16.01.2026;50,00;a gift\n"
		_, err := b.tryRead(sheet)
		if asked, ok := fund.AskedIn(err); !ok || asked.Question != fund.AskMapping {
			b.t.Fatalf("a file without a mapping is answered with %v", err)
		}
		b.ok(b.books.SaveMapping(b.ctx, b.account.ID, statement.Mapping{Delimiter: ";", HeaderLine: 1, DateFormat: "DD.MM.YYYY", Decimal: ",", Date: "Datum", Amount: "Betrag", Text: []string{"Text"}}))
		if rep := b.read(sheet); rep.Fresh != 1 || rep.Proven {
			b.t.Errorf("%+v", rep)
		}
		b.want("B 5000, Unallocated 5000")
	})
}

func TestAFileOfAnAccountThatIsNotOursIsRefusedWithThoseThatAre(t *testing.T) {
	eachTill(t, func(b *till) {
		b.refused(camt{iban: "NL35INGB0004455667", entries: []entry{gift(100, "2026-01-16")}}.String(), "none of ours; there are Main (Main, EUR)")
		b.refused(camt{currency: "USD", entries: []entry{gift(100, "2026-01-16")}}.String(), "is in USD, but the account is kept here in EUR")
	})
}

func TestAStatementWhoseSumsDoNotHoldBooksNothing(t *testing.T) {
	eachTill(t, func(b *till) {
		closing := int64(9999)
		b.refused(camt{entries: []entry{gift(5000, "2026-01-16")}, closing: &closing}.String(), "closing balance")
	})
}

func TestADocumentTypeIsRefusedBeforeAnythingIsRead(t *testing.T) {
	eachTill(t, func(b *till) {
		file := camt{entries: []entry{gift(5000, "2026-01-16")}}.String()
		b.refused(`<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>`+file, "document type or entity")
	})
}

func TestEqualLinesOnBothSidesOfADaysCutAreTwo(t *testing.T) {
	eachTill(t, func(b *till) {
		same := entry{minor: 1000, day: "2026-01-16", text: "spare change"}
		morning := camt{number: "1", entries: []entry{same}}.String()
		evening := camt{number: "2", opening: 1000, entries: []entry{same}}.String()
		b.read(morning)
		if rep := b.read(evening); rep.Fresh != 1 {
			b.t.Errorf("the evening brings %+v", rep)
		}
		b.want("B 2000")
		for _, again := range []string{evening, morning} {
			if rep := b.read(again); rep.Fresh != 0 {
				b.t.Errorf("read again it brings %+v", rep)
			}
		}
		b.want("B 2000, Unallocated 2000")
	})
}

func TestBankChargesInsideALineArePaidFromTheGift(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		file := strings.Replace(camt{entries: []entry{{minor: 4850, day: "2026-01-16", details: []entry{{minor: 5000, rf: rf}}}}}.String(), "</ValDt>",
			`</ValDt><Chrgs><Rcrd><Amt Ccy="EUR">1.50</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>`, 1)
		b.read(file)
		b.want("B 4850, C 5000, Expenses:Fees:Payout 150, Unallocated 0")
	})
}

func TestALineThatMovesNothingIsKeptWithThatReason(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{gift(5000, "2026-01-16"), {minor: 0, day: "2026-01-16", text: "for information"}}}.String())
		b.want("B 5000")
		if l := b.only(fund.LineIgnored); l.Reason != "zero" {
			b.t.Errorf("the reason is %q", l.Reason)
		}
	})
}

func TestNoLineOfTheBooksHoldsWhatAPayerWrote(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{
			{minor: 5000, day: "2026-01-16", rf: rf, text: "secretword", name: "Rhea Reader", iban: otherIBAN},
			{minor: 700, day: "2026-01-17", text: "secretword", name: "Rhea Reader", iban: otherIBAN},
		}}.String())
		for e, err := range b.store.Entries(b.ctx, 1) {
			b.ok(err)
			for _, secret := range []string{"secretword", "Rhea", otherIBAN, rf[2:]} {
				if text := fmt.Sprintf("%+v", e); strings.Contains(text, secret) {
					b.t.Errorf("%q stands in %s", secret, text)
				}
			}
		}
		if raw := b.raw(); strings.Contains(raw, "secretword") || strings.Contains(raw, otherIBAN) {
			b.t.Error("what a payer wrote stands open in the tables")
		}
	})
}

// raw is all that the tables of lines hold, as they stand in the database.
func (b *till) raw() string {
	var out strings.Builder
	for _, table := range []string{"bank_line", "bank_detail", "bank_allocation"} {
		rows, err := b.store.Query().QueryContext(b.ctx, "SELECT * FROM "+table)
		b.ok(err)
		columns, err := rows.Columns()
		b.ok(err)
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			b.ok(rows.Scan(into...))
			fmt.Fprintln(&out, values...)
		}
		b.ok(rows.Err())
		rows.Close()
	}
	return out.String()
}

func TestATransferThatCountsByItsDayOnTheEdgeOfTheCampaign(t *testing.T) {
	eachTill(t, func(b *till) {
		b.clock.Add(time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC).Sub(b.clock.Now()))
		rf, _ := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2027-01-02", rf: rf}, {minor: 700, day: "2027-01-08", rf: rf}}}.String())
		b.want("B 5700, C 5000, Income:Donations 5700")
	})
}

func TestGiftsOfLongAgoAreNotThanked(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Month)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf}}}.String())
		before := b.thanks()
		b.clock.Add(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC).Sub(b.clock.Now()))
		b.read(camt{opening: 5000, entries: []entry{{minor: 5000, day: "2026-02-16", rf: rf}}}.String())
		if before != 1 || b.thanks() != 1 {
			b.t.Errorf("%d thank-yous for the first, %d in all", before, b.thanks())
		}
		b.want("C 10000")
	})
}

func (b *till) thanks() (n int) {
	row := b.store.Query().QueryRowContext(b.ctx, "SELECT COUNT(*) FROM job WHERE kind = 'fund.thank'")
	b.ok(row.Scan(&n))
	return n
}

func TestTheCorporaAreReconciledWholeWhereTheAccountExists(t *testing.T) {
	dir := os.Getenv("MASTHEAD_CORPORA")
	if dir == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("MASTHEAD_CORPORA is needed: the folder of real inputs")
		}
		t.Skip("MASTHEAD_CORPORA is not set, so the CAMT corpus was NOT reconciled")
	}
	files, err := filepath.Glob(filepath.Join(dir, "camt", "*.xml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := statement.Parse(data, statement.Hint{}); err == nil {
				reconcileWhole(t, data, nil)
				return
			}
			// Made to show every field, most of these files hold sums that do not
			// add up: then nothing at all may be taken from them.
			b := bareTill(t, storetest.Open(t, storetest.SQLite(t)))
			b.addAccount("Corpus", "EUR", "NL26VAYB8060476890")
			b.refused(string(data), "Nothing was taken from this file")
		})
	}
}

// The samples are written as banks of eight countries do it.
func TestTheSamplesOfManyBanksAreReconciledWhole(t *testing.T) {
	files, err := filepath.Glob("../statement/testdata/*")
	if err != nil || len(files) < 16 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var m *statement.Mapping
			if statement.Sniff(data) == statement.CSV {
				guess, _ := statement.Guess(data)
				m = &guess
			}
			reconcileWhole(t, data, m)
		})
	}
}

// reconcileWhole makes the accounts of a file and reads it: each then stands
// where the bank says, and every line is booked once however often it is read.
func reconcileWhole(t *testing.T, data []byte, m *statement.Mapping) {
	b := bareTill(t, storetest.Open(t, storetest.SQLite(t)))
	all, err := statement.Parse(data, statement.Hint{Mapping: m, Account: ourIBAN, Currency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	lines, opening := 0, map[string]int64{}
	for _, s := range all {
		b.accountFor(s)
		lines += len(s.Entries)
		if s.Opening == nil { // the file does not say: the treasurer does
			opening[s.Account] = 0
		}
	}
	b.beginAll(all, opening)
	rep, err := b.tryRead(string(data), fund.ReadOptions{Mapping: m, Begin: true, Account: "account-main"})
	b.ok(err)
	got := 0
	for _, a := range rep.Accounts {
		got += a.Fresh
		if a.Closing != nil {
			if have := b.in(ledger.BankAccount(a.Account.Name), a.Account.Currency); have != *a.Closing {
				t.Errorf("the account stands at %d, the bank says %d", have, *a.Closing)
			}
		}
	}
	if got != lines {
		t.Errorf("%d lines are booked of %d", got, lines)
	}
	before := b.hashes()
	rep, err = b.tryRead(string(data), fund.ReadOptions{Mapping: m, Begin: true, Account: "account-main"})
	b.ok(err)
	for _, a := range rep.Accounts {
		if a.Fresh != 0 {
			t.Errorf("read again it brings %d lines", a.Fresh)
		}
	}
	if len(before) != len(b.hashes()) {
		t.Error("reading again has posted something")
	}
	b.sound()
}

func (b *till) in(account, currency string) int64 {
	all, err := b.store.Balances(b.ctx)
	b.ok(err)
	for _, x := range all {
		if x.Account == account && x.Currency == currency {
			return x.Minor
		}
	}
	return 0
}

// accountFor adds the account of a statement, unless it is there.
func (b *till) accountFor(s statement.Statement) {
	list, err := b.books.StatementAccounts(b.ctx)
	b.ok(err)
	for _, a := range list {
		if a.Currency == s.Currency && (a.Has(s.Account) || s.Account == "") {
			return
		}
	}
	b.addAccount(fmt.Sprintf("Other%d", len(list)), s.Currency, s.Account)
}

// beginAll begins the books of accounts whose files state no balance.
func (b *till) beginAll(all []statement.Statement, none map[string]int64) {
	list, err := b.books.StatementAccounts(b.ctx)
	b.ok(err)
	for _, s := range all {
		if _, ok := none[s.Account]; !ok || len(s.Entries) == 0 {
			continue
		}
		day := s.Entries[0].BookedAt
		for _, e := range s.Entries {
			day = min(day, e.BookedAt)
		}
		for _, a := range list {
			if a.Currency == s.Currency && (a.Has(s.Account) || s.Account == "") {
				b.ok(b.books.BeginBooks(b.ctx, a.ID, day, 0))
			}
		}
	}
}

func TestAFileThatWasReadInPartIsFinishedWhenItIsReadAgain(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("10.00", fund.Month)
		var entries []entry
		for i := range 300 {
			e := gift(1000, newYear2026.AddDate(0, 0, 15+i/3).Format(time.DateOnly))
			e.ref = fmt.Sprintf("R%012d", i)
			if i%7 == 0 {
				e.rf = rf
			}
			entries = append(entries, e)
		}
		file := camt{entries: entries}.String()
		for cut := 1; ; cut += 2 { // the program ends after so many steps
			err := b.readUntil(file, cut)
			if err == nil {
				break
			}
			if !fault.Is(err, fault.Unavailable) {
				b.t.Fatal(err)
			}
			if b.balance("Assets:Bank:Main")%1000 != 0 {
				b.t.Fatal("half a line is in the books")
			}
		}
		b.want("B 300000, C 43000, Unallocated 257000")
		b.sound()
	})
}

// cutShort is a store whose program ends after some steps.
type cutShort struct {
	fund.BankStore
	left int
}

func (c *cutShort) step() error {
	if c.left--; c.left < 0 {
		return fault.New(fault.Unavailable, "the power is gone")
	}
	return nil
}

// OpenStatement implements fund.BankStore.
func (c *cutShort) OpenStatement(ctx context.Context, s fund.BankStatement) (fund.BankStatement, error) {
	if err := c.step(); err != nil {
		return s, err
	}
	return c.BankStore.OpenStatement(ctx, s)
}

// AddLines implements fund.BankStore.
func (c *cutShort) AddLines(ctx context.Context, s fund.BankStatement, version int64, lines []fund.BankLine) (int, error) {
	if err := c.step(); err != nil {
		return 0, err
	}
	return c.BankStore.AddLines(ctx, s, version, lines)
}

// CloseStatement implements fund.BankStore.
func (c *cutShort) CloseStatement(ctx context.Context, s fund.BankStatement, fresh int) error {
	if err := c.step(); err != nil {
		return err
	}
	return c.BankStore.CloseStatement(ctx, s, fresh)
}

// MatchNext implements fund.BankStore.
func (c *cutShort) MatchNext(ctx context.Context, accountID string, atMost int) (map[fund.MatchRule]int, error) {
	if err := c.step(); err != nil {
		return nil, err
	}
	return c.BankStore.MatchNext(ctx, accountID, atMost)
}

func (b *till) readUntil(file string, steps int) error {
	_, err := (&fund.Reconciler{Store: &cutShort{b.books, steps}}).Read(b.ctx, []byte(file), fund.ReadOptions{})
	return err
}

// stumbling is a store in which somebody else is faster once.
type stumbling struct {
	fund.BankStore
	stumbled bool
}

// AddLines implements fund.BankStore.
func (s *stumbling) AddLines(ctx context.Context, st fund.BankStatement, version int64, lines []fund.BankLine) (int, error) {
	if !s.stumbled {
		s.stumbled = true
		version--
	}
	return s.BankStore.AddLines(ctx, st, version, lines)
}

// stumbles reads a file that somebody else is faster than, and reads it again.
func (b *till) stumbles(file string, o fund.ReadOptions) fund.AccountReport {
	b.t.Helper()
	s := &stumbling{BankStore: b.books}
	if _, err := (&fund.Reconciler{Store: s}).Read(b.ctx, []byte(file), o); !fault.Is(err, fault.Conflict) {
		b.t.Fatalf("the first reading ended with %v", err)
	}
	rep, err := (&fund.Reconciler{Store: s}).Read(b.ctx, []byte(file), o)
	b.ok(err)
	return rep.Accounts[0]
}

func TestAGapThatWasAcceptedIsBookedWhenItsFileIsReadAgain(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{number: "1", entries: []entry{{minor: 1000, day: "2026-01-05"}}}.String())
		rep := b.stumbles(camt{number: "3", opening: 4000, entries: []entry{{minor: 500, day: "2026-01-20"}}}.String(), fund.ReadOptions{Gap: true})
		if rep.Fresh != 1 || rep.Gap != 3000 {
			b.t.Errorf("read again it brings %d lines and a gap of %d", rep.Fresh, rep.Gap)
		}
		b.want("B 4500, Unallocated 4500")
		b.sound()
	})
}

func TestAGapShrinksOnceWhenTheFileThatFillsItIsReadAgain(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{number: "1", entries: []entry{{minor: 1000, day: "2026-01-05"}}}.String())
		b.read(camt{number: "4", opening: 4000, entries: []entry{{minor: 500, day: "2026-01-20"}}}.String(), fund.ReadOptions{Gap: true})
		b.stumbles(camt{number: "2", opening: 1000, entries: []entry{{minor: 1200, day: "2026-01-08"}}}.String(), fund.ReadOptions{})
		b.want("B 4500, Unallocated 4500")
		g, err := b.books.NextGap(b.ctx, b.account.ID, "2026-01-01")
		b.ok(err)
		if g.Minor != 1800 {
			b.t.Errorf("the gap is %d still, want 1800", g.Minor)
		}
		b.read(camt{number: "3", opening: 2200, entries: []entry{{minor: 1800, day: "2026-01-12"}}}.String())
		b.want("B 4500, Unallocated 4500")
		b.sound()
	})
}
