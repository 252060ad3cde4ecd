package ledger

import "masthead.dev/masthead/internal/money"

// Source is the fact that an entry books: which provider said so, about what,
// and when.
type Source struct {
	Provider string            // "stripe", "sandbox", "bank" …
	Object   string            // the provider's own id of what moved: "ch_1", "txn_9"
	Date     string            // the provider's date in the outlet's zone
	Memo     string            // a note for people; may be ""
	Tags     map[string]string // campaign, fund …
}

// entry begins an entry with the key provider:object:event. It is the facts'
// key, never a delivery's: the same fact told twice is the same entry.
func (s Source) entry(event string) Entry {
	return Entry{Key: s.Provider + ":" + s.Object + ":" + event, Date: s.Date, Memo: s.Memo, Tags: s.Tags}
}

// move books an amount from one account to another. Every event has one
// direction; an amount that is not positive is left out, so that the entry,
// short of postings, is refused by Validate rather than booked backwards.
func (e Entry) move(a money.Amount, from, to string) Entry {
	if a.Minor > 0 {
		e.Postings = append(e.Postings, Posting{to, a.Currency, a.Minor}, Posting{from, a.Currency, -a.Minor})
	}
	return e
}

// PaymentSucceeded books a gift at its gross amount.
func PaymentSucceeded(s Source, gross money.Amount) Entry {
	return s.entry("charge").move(gross, Donations, ProviderAccount(s.Provider))
}

// FeeKnown books what the provider kept, once its movement tells it; the
// source's object is that movement.
func FeeKnown(s Source, fee money.Amount) Entry {
	return s.entry("fee").move(fee, ProviderAccount(s.Provider), ProcessingFees)
}

// SettledInOther books that the provider turned a gift into its settlement
// currency, less a fee there, which may be zero. The two halves meet in
// Equity:Conversion.
func SettledInOther(s Source, gross, settled, fee money.Amount) Entry {
	if gross.Minor <= 0 || settled.Minor <= 0 {
		return s.entry("settled")
	}
	psp := ProviderAccount(s.Provider)
	return s.entry("settled").move(gross, psp, Conversion).move(settled, Conversion, psp).move(fee, psp, ProcessingFees)
}

// SettledBack books that the provider took money back out of its settlement
// currency, for a refund or a dispute: SettledInOther the other way round.
func SettledBack(s Source, gross, settled money.Amount) Entry {
	if gross.Minor <= 0 || settled.Minor <= 0 {
		return s.entry("settled")
	}
	psp := ProviderAccount(s.Provider)
	return s.entry("settled").move(gross, Conversion, psp).move(settled, psp, Conversion)
}

// CountedInOther says what a gift in another currency than its campaign's counts
// for there, or what counts no more where both amounts are negative. It moves no
// money: both halves stand in Equity.
func CountedInOther(s Source, gross, counted money.Amount) Entry {
	return s.entry("counted").either(gross, Counting, Counted).either(counted, Counted, Counting)
}

// Refunded books money given back, in full or in part. The fee stays with the
// provider.
func Refunded(s Source, amount money.Amount) Entry {
	return s.entry("refund").move(amount, ProviderAccount(s.Provider), Refunds)
}

// RefundFailed books that a refund came back from the donor's bank.
func RefundFailed(s Source, amount money.Amount) Entry {
	return s.entry("refund-failed").move(amount, Refunds, ProviderAccount(s.Provider))
}

// DisputeWithdrawn books that a disputed amount was taken from the provider's
// balance, with the dispute's fee, which may be zero.
func DisputeWithdrawn(s Source, disputed, fee money.Amount) Entry {
	psp := ProviderAccount(s.Provider)
	e := s.entry("dispute").move(disputed, psp, DisputedAccount(s.Provider))
	if disputed.Minor > 0 {
		e = e.move(fee, psp, DisputeFees)
	}
	return e
}

// DisputeWon books that the amount came back, with what came back of the fee,
// which may be zero.
func DisputeWon(s Source, disputed, feeBack money.Amount) Entry {
	psp := ProviderAccount(s.Provider)
	e := s.entry("dispute-won").move(disputed, DisputedAccount(s.Provider), psp)
	if disputed.Minor > 0 {
		e = e.move(feeBack, DisputeFees, psp)
	}
	return e
}

// DisputeLost books that the disputed amount is gone.
func DisputeLost(s Source, disputed money.Amount) Entry {
	return s.entry("dispute-lost").move(disputed, DisputedAccount(s.Provider), Chargebacks)
}

// PayoutCreated books that the provider sent its balance on its way.
func PayoutCreated(s Source, amount money.Amount) Entry {
	return s.entry("payout").move(amount, ProviderAccount(s.Provider), InTransitAccount(s.Provider))
}

// PayoutArrived books a payout straight to a bank account. It is for outlets
// that feed in no statements; those who do get it by BankLine and Allocation.
func PayoutArrived(s Source, bank string, amount money.Amount) Entry {
	return s.entry("payout-arrived").move(amount, InTransitAccount(s.Provider), BankAccount(bank))
}

// PayoutInOpening takes out of a bank account what arrived there before its books
// began and was booked only afterwards: their opening balance holds it.
func PayoutInOpening(s Source, bank string, amount money.Amount) Entry {
	return s.entry("payout-in-opening").move(amount, BankAccount(bank), Opening)
}

// ReturnInOpening is the opposite for a payout that had left the account again by
// then.
func ReturnInOpening(s Source, bank string, amount money.Amount) Entry {
	return s.entry("payout-returned-in-opening").move(amount, Opening, BankAccount(bank))
}

// PayoutFailed books that a payout came back to the provider's balance.
func PayoutFailed(s Source, amount money.Amount) Entry {
	return s.entry("payout-failed").move(amount, InTransitAccount(s.Provider), ProviderAccount(s.Provider))
}

// BankLine books a line of a bank statement, negative for money that left.
// Each line goes through Unallocated, so that the bank's balance agrees with
// the statement even where nobody knows yet what the line was for.
func BankLine(s Source, bank string, amount money.Amount) Entry {
	return s.entry("line").either(amount, Unallocated, BankAccount(bank))
}

// Allocation says what a bank line was for: an income account, a provider's
// InTransitAccount, ToReturn, an expense. amount has the sign of the line.
func Allocation(s Source, amount money.Amount, account string) Entry {
	return s.entry("allocation").either(amount, account, Unallocated)
}

// either is move for facts that have both directions: a negative amount goes
// the other way.
func (e Entry) either(a money.Amount, from, to string) Entry {
	if a.Minor < 0 {
		return e.move(a.Neg(), to, from)
	}
	return e.move(a, from, to)
}

// BankReversal books that the bank took an allocated gift back.
func BankReversal(s Source, bank string, amount money.Amount) Entry {
	return s.entry("reversal").move(amount, BankAccount(bank), Refunds)
}

// Expense books spending on an Expenses account, paid from a bank account or
// owed (Payables).
func Expense(s Source, account, paidFrom string, amount money.Amount) Entry {
	return s.entry("expense").move(amount, paidFrom, account)
}

// OtherIncome books what came in that was no gift: a grant, tickets, an
// advertisement.
func OtherIncome(s Source, account, into string, amount money.Amount) Entry {
	return s.entry("income").move(amount, account, into)
}

// BankConversion books an exchange between two of the outlet's own accounts in
// two currencies.
func BankConversion(s Source, fromBank string, sold money.Amount, toBank string, bought money.Amount) Entry {
	if sold.Minor <= 0 || bought.Minor <= 0 {
		return s.entry("conversion")
	}
	return s.entry("conversion").move(sold, BankAccount(fromBank), Conversion).move(bought, Conversion, BankAccount(toBank))
}

// CloseConversion moves what is left on Equity:Conversion in one currency to
// Expenses:FX at the end of a period; balance is the account's, with its sign.
func CloseConversion(s Source, balance money.Amount) Entry {
	return s.entry("close-fx").either(balance, Conversion, ExchangeLoss)
}

// OpeningBalance books what an account held before these books began.
func OpeningBalance(s Source, account string, amount money.Amount) Entry {
	return s.entry("opening").either(amount, Opening, account)
}
