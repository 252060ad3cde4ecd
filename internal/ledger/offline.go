package ledger

import "masthead.dev/masthead/internal/money"

// GiftInHand books a gift that was handed over, to cash in hand or straight to
// an account of a bank.
func GiftInHand(s Source, account string, gross money.Amount) Entry {
	return s.entry("gift").move(gross, Donations, account)
}

// GiftToReturn books that a gift goes back which no provider can send back: from
// now on it is owed, until a transfer to its giver is on a statement.
func GiftToReturn(s Source, amount money.Amount) Entry {
	return s.entry("to-return").move(amount, ToReturn, Refunds)
}
