package fund_test

import (
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
)

// The numbers behind the tests are those of the vectors of the funding
// specification; so are the amounts.

func TestATransferWithItsReferenceIsAGiftToItsCampaign(t *testing.T) { // 33
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		rep := b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf, name: "R. Reader", iban: otherIBAN}}}.String())
		if rep.Fresh != 1 || rep.Matched[fund.ByReference] != 1 {
			b.t.Errorf("the report is %+v", rep)
		}
		b.want("B 5000, C 5000, Unallocated 0, Income:Donations 5000")
		o, err := b.store.DonationOutcome(b.ctx, donation)
		b.ok(err)
		if o.Donation.State != fund.DonationSucceeded || o.Payment.Amount.Minor != 5000 || o.Payment.CampaignID != b.campaign.ID {
			b.t.Errorf("the gift is %+v, paid %+v", o.Donation.State, o.Payment)
		}
		b.sound()
	})
}

func TestAWrongReferenceWaitsUntilStaffAllocateTheMoney(t *testing.T) { // 34
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		wrong := rf[:len(rf)-1] + string('0'+(rf[len(rf)-1]-'0'+1)%10)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: wrong, name: "Rhea Reader", iban: otherIBAN}}}.String())
		b.want("B 5000, Unallocated 5000, C 0")
		l := b.only(fund.LineSuspense)
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToGift, ID: donation}, fund.ByHand))
		b.want("B 5000, Unallocated 0, C 5000")
		if b.only(fund.LineAllocated).ID != l.ID {
			b.t.Error("the line is not allocated")
		}
		b.sound()
	})
}

func TestWhatCameIsBookedAlsoWhereItIsNotWhatWasPledged(t *testing.T) { // 35
	for name, v := range map[string]struct {
		sent int64
		want string
	}{"too little": {4500, "C 4500, B 4500"}, "too much": {6000, "C 6000, B 6000"}} {
		t.Run(name, func(t *testing.T) {
			eachTill(t, func(b *till) {
				rf, donation := b.pledge("50.00", fund.Once)
				b.read(camt{entries: []entry{{minor: v.sent, day: "2026-01-16", text: "Gift " + rf, name: "R. Reader", iban: otherIBAN}}}.String())
				b.want(v.want)
				o, err := b.store.DonationOutcome(b.ctx, donation)
				b.ok(err)
				if o.Payment.Amount.Minor != v.sent || o.Donation.Amount.Minor != 5000 {
					b.t.Errorf("paid %v of a pledge of %v", o.Payment.Amount, o.Donation.Amount)
				}
			})
		})
	}
}

func TestTheSameDayInTwoFormatsIsBookedOnce(t *testing.T) { // 36
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf, name: "R. Reader", iban: otherIBAN, ref: "2026011612345678"}}}.String())
		swift := ":20:MT940\n:25:" + ourIBAN + "\n:28C:1/1\n:60F:C260115EUR0,\n:61:2601160116C50,NTRFNONREF//OTHERNUMBER1\n:86:166?00GUTSCHRIFT?20SVWZ+" + rf +
			"?31" + otherIBAN + "?32R. Reader\n:62F:C260116EUR50,\n-\n"
		rep := b.read(swift)
		if rep.Fresh != 0 || rep.Known != 1 {
			b.t.Errorf("the second format brings %+v", rep)
		}
		b.want("B 5000, C 5000, Unallocated 0")
	})
}

func TestABatchWhoseDetailsDoNotAddUpRefusesTheFileWhole(t *testing.T) { // 37
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		file := camt{entries: []entry{
			{minor: 5000, day: "2026-01-16", rf: rf},
			{minor: 6000, day: "2026-01-16", details: []entry{{minor: 1000}, {minor: 2000}, {minor: 2500}}},
		}}.String()
		b.refused(file, "add up to")
		b.want("B 0, C 0, Unallocated 0")
	})
}

func TestEveryPaymentOfABatchIsAllocatedByItself(t *testing.T) {
	eachTill(t, func(b *till) {
		first, _ := b.pledge("10.00", fund.Once)
		second, _ := b.pledgeBy("other@example.org", "", "20.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 6000, day: "2026-01-16", details: []entry{
			{minor: 1000, rf: first, name: "A", iban: otherIBAN}, {minor: 2000, text: "for you " + second}, {minor: 3000, text: "who knows"},
		}}}}.String())
		b.want("B 6000, C 3000, Unallocated 3000")
		if l := b.only(fund.LineSuspense); l.Open() != 3000 || len(l.Parts) != 3 {
			b.t.Errorf("of the batch %d are open in %d parts", l.Open(), len(l.Parts))
		}
	})
}

func TestAReversalTakesTheGiftBack(t *testing.T) { // 38
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf, e2e: "GIFT-1", name: "R. Reader", iban: otherIBAN}}}.String())
		rep := b.read(camt{opening: 5000, entries: []entry{{minor: -5000, day: "2026-01-19", reversal: true, e2e: "GIFT-1", name: "R. Reader", iban: otherIBAN}}}.String())
		if rep.Matched[fund.ByReversal] != 1 {
			b.t.Errorf("the reversal was matched by %v", rep.Matched)
		}
		b.want("B 0, Refunded 5000, C 0, Unallocated 0")
		o, err := b.store.DonationOutcome(b.ctx, donation)
		b.ok(err)
		if o.Payment.Refunded != 5000 {
			b.t.Errorf("of the payment %d is refunded", o.Payment.Refunded)
		}
		b.only(fund.LineReturned)
		b.sound()
	})
}

func TestAReversalOfMoneyThatNobodyKnewIsUndoneInSuspense(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{
			{minor: 5000, day: "2026-01-16", text: "no idea", e2e: "X-4711", name: "R. Reader", iban: otherIBAN},
			{minor: -5000, day: "2026-01-16", reversal: true, e2e: "X-4711", name: "R. Reader", iban: otherIBAN},
		}}.String())
		b.want("B 0, Refunded 0, C 0, Unallocated 0")
	})
}

func TestAReversalInMT940IsKnownByItsMark(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("50.00", fund.Once)
		b.read(":20:A\n:25:" + ourIBAN + "\n:28C:1/1\n:60F:C260115EUR0,\n:61:2601160116C50,NTRFNONREF//B1\n:86:166?20EREF+GIFT-1?21SVWZ+" + rf + "?31" + otherIBAN + "?32R. Reader\n" +
			":61:2601190119RC50,NRTIGIFT-1//B2\n:86:166?20EREF+GIFT-1?31" + otherIBAN + "?32R. Reader\n:62F:C260119EUR0,\n-\n")
		b.want("B 0, Refunded 5000, C 0, Unallocated 0")
	})
}

func TestAStandingOrderIsKnownByAccountAmountAndRhythm(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, _ := b.pledge("10.00", fund.Month)
		monthly := func(day, text string, minor int64) entry {
			return entry{minor: minor, day: day, text: text, name: "R. Reader", iban: otherIBAN}
		}
		rep := b.read(camt{entries: []entry{
			monthly("2026-01-16", rf, 1000),
			monthly("2026-02-16", "Dauerauftrag", 1000),
			monthly("2026-02-18", "Dauerauftrag", 1000), // too soon
			monthly("2026-03-16", "Dauerauftrag", 1500), // another amount
			monthly("2026-03-17", "", 1000),
		}}.String())
		if rep.Matched[fund.ByReference] != 1 || rep.Matched[fund.ByPayer] != 2 || rep.Suspense() != 2 {
			b.t.Errorf("matched by %v", rep.Matched)
		}
		b.want("B 5500, C 3000, Unallocated 2500")
	})
}

func TestAnAmountAloneDecidesNothing(t *testing.T) {
	eachTill(t, func(b *till) {
		b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", name: "Rhea Reader", iban: otherIBAN, text: "a gift"}}}.String())
		b.want("C 0, Unallocated 5000")
		l := b.only(fund.LineSuspense)
		list, err := b.books.Suggest(b.ctx, l, 0)
		b.ok(err)
		if len(list) != 1 || !list[0].Sure() {
			b.t.Fatalf("the suggestions are %+v", list)
		}
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, list[0].Target, fund.ByHand))
		b.want("C 5000, Unallocated 0")
	})
}

func TestAnUnknownPayerOfTheSameAmountIsNoSureSuggestion(t *testing.T) {
	eachTill(t, func(b *till) {
		b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", name: "Somebody Else", iban: otherIBAN}}}.String())
		list, err := b.books.Suggest(b.ctx, b.only(fund.LineSuspense), 0)
		b.ok(err)
		for _, s := range list {
			if s.Sure() {
				b.t.Errorf("%+v is offered as sure", s)
			}
		}
	})
}

func TestATakenBackAllocationLeavesTheBooksAsTheyWere(t *testing.T) {
	eachTill(t, func(b *till) {
		_, donation := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", name: "Rhea Reader", iban: otherIBAN}}}.String())
		l := b.only(fund.LineSuspense)
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToGift, ID: donation}, fund.ByHand))
		b.ok(b.books.Undo(b.ctx, l.ID, 0, 0))
		b.want("B 5000, C 0, Unallocated 5000, Income:Donations 0")
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 3000, fund.Target{Kind: fund.ToGift, ID: donation}, fund.ByHand))
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToAccount, Account: "Income:Events"}, fund.ByHand))
		b.want("B 5000, C 3000, Unallocated 0, Income:Events 2000")
		b.sound()
	})
}

func TestAGiftThatIsReturnedIsClearedByTheTransferBack(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf, name: "R. Reader", iban: otherIBAN}}}.String())
		o, err := b.store.DonationOutcome(b.ctx, donation)
		b.ok(err)
		b.ok(b.svc.Refund(b.ctx, o.Payment.ID, o.Payment.Amount, id.New()))
		b.want("B 5000, C 0, ToReturn 5000, Refunded 5000")
		rep := b.read(camt{opening: 5000, entries: []entry{{minor: -5000, day: "2026-01-20", name: "R. Reader", iban: otherIBAN, text: "your gift back"}}}.String())
		if rep.Matched[fund.ByReturn] != 1 {
			b.t.Errorf("matched by %v", rep.Matched)
		}
		b.want("B 0, C 0, ToReturn 0, Refunded 5000, Unallocated 0")
		b.only(fund.LineReturned)
		if tasks, _, err := b.store.Tasks(b.ctx, 10); err != nil || len(tasks) > 0 {
			b.t.Errorf("tasks are open still: %+v, %v", tasks, err)
		}
		b.sound()
	})
}

func TestMoneyInSuspenseMayBeSentBack(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", name: "R. Reader", iban: otherIBAN}}}.String())
		b.ok(b.books.Allocate(b.ctx, b.only(fund.LineSuspense).ID, 0, 0, fund.Target{Kind: fund.ToGiver}, fund.ByHand))
		b.only(fund.LineReturned)
		b.want("B 5000, ToReturn 5000, Unallocated 0, Refunded 0")
		b.read(camt{opening: 5000, entries: []entry{{minor: -5000, day: "2026-01-20", name: "R. Reader", iban: otherIBAN}}}.String())
		b.want("B 0, ToReturn 0, Unallocated 0")
	})
}

func TestATransferBetweenOwnAccountsCancelsOut(t *testing.T) {
	const second = "DE89370400440532013000"
	eachTill(t, func(b *till) {
		savings := b.addAccount("Savings", "EUR", second)
		b.ok(b.books.BeginBooks(b.ctx, savings.ID, "2026-01-01", 0))
		b.read(camt{entries: []entry{{minor: 9000, day: "2026-01-10", text: "gift"}, {minor: -7000, day: "2026-01-16", name: "Lantern", iban: second}}}.String())
		b.want("B 2000, Unallocated 2000")
		rep := b.read(camt{iban: second, entries: []entry{{minor: 7000, day: "2026-01-17", name: "Lantern", iban: ourIBAN}}}.String())
		if rep.Matched[fund.ByTransfer] != 1 {
			b.t.Errorf("matched by %v", rep.Matched)
		}
		b.want("B 2000, Assets:Bank:Savings 7000, Unallocated 9000")
		b.sound()
	})
}

func TestATransferToAnAccountWithoutStatementsIsBookedThere(t *testing.T) {
	eachTill(t, func(b *till) {
		b.addAccount("Savings", "EUR", otherIBAN)
		b.read(camt{entries: []entry{{minor: -7000, day: "2026-01-16", name: "Lantern", iban: otherIBAN}}}.String())
		b.want("B -7000, Assets:Bank:Savings 7000, Unallocated 0")
	})
}

func TestOutgoingMoneyIsAllocatedToWhatItWasFor(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{{minor: -4200, day: "2026-01-16", name: "Hosting Ltd", text: "invoice 7"}}}.String())
		b.want("B -4200, Unallocated -4200")
		l := b.only(fund.LineSuspense)
		if err := b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToAccount, Account: ledger.Donations}, fund.ByHand); err == nil {
			b.t.Error("money that went out became a gift")
		}
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, fund.Target{Kind: fund.ToAccount, Account: "Expenses:Hosting"}, fund.ByHand))
		b.want("B -4200, Unallocated 0, Expenses:Hosting 4200")
	})
}

func TestAnIgnoredLineIsOutOfTheBooksWithItsReason(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{{minor: -4200, day: "2026-01-16", name: "Hosting Ltd"}}}.String())
		l := b.only(fund.LineSuspense)
		if err := b.books.Ignore(b.ctx, l.ID, ""); err == nil {
			b.t.Error("a line was ignored without a reason")
		}
		b.ok(b.books.Ignore(b.ctx, l.ID, "entered as an expense by hand"))
		b.want("B 0, Unallocated 0")
		if got := b.only(fund.LineIgnored); !strings.Contains(got.Reason, "by hand") {
			b.t.Errorf("the reason is %q", got.Reason)
		}
		b.ok(b.books.TakeUp(b.ctx, l.ID))
		b.want("B -4200, Unallocated -4200")
	})
}

func TestAnOwedExpenseIsPaidByItsLine(t *testing.T) {
	eachTill(t, func(b *till) {
		bill := ledger.Booking{ID: "bill-1", Kind: ledger.KindExpense, Date: "2026-01-10", Amount: money.Amount{Currency: "EUR", Minor: 4200}, Account: "Expenses:Hosting", Against: ledger.Payables, Public: "Server", Party: "Hosting Ltd"}
		b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error {
			_, err := tx.Book(b.ctx, treasurer, bill, "")
			return err
		}))
		b.want("Payables 4200, Expenses:Hosting 4200")
		b.read(camt{entries: []entry{{minor: -4200, day: "2026-01-16", name: "HOSTING LIMITED", text: "invoice 7"}}}.String())
		l := b.only(fund.LineSuspense)
		list, err := b.books.Suggest(b.ctx, l, 0)
		b.ok(err)
		if len(list) != 1 || list[0].Target.Kind != fund.ToBill {
			b.t.Fatalf("the suggestions are %+v", list)
		}
		b.ok(b.books.Allocate(b.ctx, l.ID, 0, 0, list[0].Target, fund.ByHand))
		b.want("B -4200, Payables 0, Unallocated 0, Expenses:Hosting 4200")
		back := func() error {
			return b.store.Write(b.ctx, func(tx *store.Tx) error { return tx.ReverseBooking(b.ctx, treasurer, bill.ID, "2026-01-20", "wrong") })
		}
		if err := back(); !fault.Is(err, fault.Conflict) {
			b.t.Errorf("an expense that a line has paid is taken back: %v", err)
		}
		b.ok(b.books.Undo(b.ctx, l.ID, 0, 0))
		b.ok(back())
		b.want("B -4200, Payables 0, Unallocated -4200, Expenses:Hosting 0")
		b.sound()
	})
}

func TestTwoLinesInTwoCurrenciesMayBeOneExchange(t *testing.T) {
	eachTill(t, func(b *till) {
		dollars := b.addAccount("Dollars", "USD", "NL35INGB0004455667")
		b.ok(b.books.BeginBooks(b.ctx, dollars.ID, "2026-01-01", 0))
		b.read(camt{entries: []entry{{minor: -9000, day: "2026-01-16", text: "to dollars"}}}.String())
		b.read(camt{iban: "NL35INGB0004455667", currency: "USD", entries: []entry{{minor: 9700, day: "2026-01-17", text: "from euros"}}}.String())
		lines, err := b.books.Lines(b.ctx, store.LineQuery{States: []fund.LineState{fund.LineSuspense}, Limit: 5})
		b.ok(err)
		list, err := b.books.Suggest(b.ctx, lines[0], 0)
		b.ok(err)
		if len(list) != 1 || list[0].Target.Kind != fund.ToLine || list[0].Sure() {
			b.t.Fatalf("the suggestions are %+v", list)
		}
		b.ok(b.books.Allocate(b.ctx, lines[0].ID, 0, 0, list[0].Target, fund.ByHand))
		b.want("B -9000, Unallocated 0, Conversion 9000")
		if got := b.in(ledger.Conversion, "USD"); got != -9700 {
			b.t.Errorf("the dollars of the exchange are %d", got)
		}
		b.ok(b.books.Undo(b.ctx, lines[0].ID, 0, 0))
		b.want("B -9000, Unallocated -9000, Conversion 0")
		b.sound()
	})
}

func TestAnErasedPayerLeavesTheLineAndNothingElse(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		b.read(camt{entries: []entry{{minor: 5000, day: "2026-01-16", rf: rf, name: "Rhea Reader", iban: otherIBAN, text: "secret words"}}}.String())
		o, err := b.store.DonationOutcome(b.ctx, donation)
		b.ok(err)
		b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error { return tx.EraseDonor(b.ctx, treasurer, o.Donor.ID) }))
		if l := b.only(fund.LineAllocated); l.Parts[0].Said != (fund.Said{}) || l.Parts[0].Payer != "" {
			b.t.Errorf("what is left of the payer: %+v", l.Parts[0])
		}
		b.want("B 5000, C 5000")
		b.sound()
	})
}

func TestTheExportOpensWhatStandsOnTheDonorsOwnBankLines(t *testing.T) {
	eachTill(t, func(b *till) {
		rf, donation := b.pledge("50.00", fund.Once)
		other, _ := b.pledgeBy("other@example.org", "", "20.00", fund.Once)
		b.read(camt{entries: []entry{
			{minor: 5000, day: "2026-01-16", rf: rf, name: "Rhea Reader", iban: otherIBAN, text: "keep going"},
			{minor: 4000, day: "2026-01-16", text: "two at once", details: []entry{{minor: 3000, text: "for you " + rf, name: "Rhea R."}, {minor: 1000, text: other, name: "Otto Other"}}},
			{minor: 700, day: "2026-01-16", text: "nobody knows", name: "Sam Stranger"},
		}}.String())
		o, err := b.store.DonationOutcome(b.ctx, donation)
		b.ok(err)
		got, err := b.books.DonorTexts(b.ctx, o.Donor.ID)
		b.ok(err)
		said := fmt.Sprint(got.Rows)
		for _, want := range []string{"Rhea Reader", otherIBAN, "keep going", "Rhea R.", "for you"} {
			if !strings.Contains(said, want) {
				b.t.Errorf("the export lacks %q: %s", want, said)
			}
		}
		if len(got.Rows) != 2 || strings.Contains(said, "Otto") || strings.Contains(said, "Stranger") {
			b.t.Errorf("the export holds what others wrote: %s", said)
		}
		b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error { return tx.EraseDonor(b.ctx, treasurer, o.Donor.ID) }))
		if got, err = b.books.DonorTexts(b.ctx, o.Donor.ID); err != nil || len(got.Rows) != 0 {
			b.t.Errorf("after erasure there are %v, %v", got.Rows, err)
		}
	})
}
