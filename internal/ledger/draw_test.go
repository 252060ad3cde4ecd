package ledger

import (
	"fmt"
	"iter"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/money"
)

func usd(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }

func list(entries ...Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// drawEntry makes any valid entry of any of the events.
func drawEntry(t *rapid.T, n int) Entry {
	provider := rapid.SampledFrom([]string{"stripe", "paypal", "btcpay", "sandbox"}).Draw(t, "provider")
	s := Source{Provider: provider, Object: fmt.Sprintf("o_%d", n),
		Date: fmt.Sprintf("2026-%02d-%02d", rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")),
		Memo: oneLine(rapid.StringN(0, 60, 240).Draw(t, "memo")),
		Tags: rapid.MapOfN(rapid.StringMatching(`x[a-z0-9_-]{1,8}`), rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,20}`), 0, 4).Draw(t, "tags"),
	}
	amount := func(name string, from int64) money.Amount {
		code := rapid.SampledFrom([]string{"USD", "EUR", "JPY", "KWD", "CLF"}).Draw(t, name+" currency")
		return money.Amount{Currency: code, Minor: rapid.Int64Range(from, 1e12).Draw(t, name)}
	}
	a, b, c := amount("a", 1), amount("b", 1), amount("c", 0)
	signed := a
	if rapid.Bool().Draw(t, "out") {
		signed = a.Neg()
	}
	return rapid.SampledFrom([]func() Entry{
		func() Entry { return PaymentSucceeded(s, a) },
		func() Entry { return FeeKnown(s, a) },
		func() Entry { return SettledInOther(s, a, b, c) },
		func() Entry { return Refunded(s, a) },
		func() Entry { return RefundFailed(s, a) },
		func() Entry { return DisputeWithdrawn(s, a, c) },
		func() Entry { return DisputeWon(s, a, c) },
		func() Entry { return DisputeLost(s, a) },
		func() Entry { return PayoutCreated(s, a) },
		func() Entry { return PayoutArrived(s, "Main", a) },
		func() Entry { return PayoutFailed(s, a) },
		func() Entry { return BankLine(s, "Main", signed) },
		func() Entry { return Allocation(s, signed, Donations) },
		func() Entry { return BankReversal(s, "Main", a) },
		func() Entry { return Expense(s, "Expenses:Reporting", Payables, a) },
		func() Entry { return BankConversion(s, "Main", a, "Yen", b) },
		func() Entry { return CloseConversion(s, signed) },
		func() Entry { return OpeningBalance(s, BankAccount("Main"), signed) },
	}).Draw(t, "event")()
}

// books draws a chain of entries as a store would keep them.
func books(t *rapid.T, least int) ([]Stored, Head) {
	rows, head := []Stored(nil), Head{Hash: Genesis}
	for n := range rapid.IntRange(least, 12).Draw(t, "entries") {
		rows, head = extend(rows, head, drawEntry(t, n))
	}
	return rows, head
}

func extend(rows []Stored, head Head, e Entry) ([]Stored, Head) {
	e.Seq = head.Seq + 1
	head = Head{Seq: e.Seq, Hash: Chain(head.Hash, Canonical(e))}
	return append(rows, Stored{Entry: e, Content: ContentHash(e), Hash: head.Hash}), head
}

func rows(all []Stored) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func verify(t testing.TB, all []Stored, head Head) *Damage {
	t.Helper()
	d, err := Verify(rows(all), head)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
