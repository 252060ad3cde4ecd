package ledger

import (
	"maps"
	"slices"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

func at(object string) Source {
	return Source{Provider: "stripe", Object: object, Date: "2026-01-15", Tags: map[string]string{"campaign": "c1"}}
}

// bank is a source of a statement line.
func bank(object string) Source {
	return Source{Provider: "bank", Object: object, Date: "2026-01-20"}
}

// The rows of the specification's table of scenarios, by number, with what
// stands on the accounts in the end (in USD unless a currency is named). An
// account that is not named must be at zero.
func TestEventsLeaveTheBalancesOfTheSpecification(t *testing.T) {
	const p, b, fees, income = "Assets:PSP:Stripe", "Assets:Bank:Main", ProcessingFees, Donations
	const transit, disputed = "Assets:InTransit:Stripe", "Assets:Disputed:Stripe"
	eur := func(n int64) money.Amount { return money.Amount{Currency: "EUR", Minor: n} }
	jpy := func(n int64) money.Amount { return money.Amount{Currency: "JPY", Minor: n} }
	pay := func(g, f int64) []Entry {
		return []Entry{PaymentSucceeded(at("ch_1"), usd(g)), FeeKnown(at("txn_1"), usd(f))}
	}
	for name, c := range map[string]struct {
		entries []Entry
		want    map[string]int64
	}{
		"1 gift":                {pay(2500, 103), map[string]int64{p: 2397, fees: 103, income: -2500}},
		"4 gift and refund":     {append(pay(2500, 103), Refunded(at("re_1"), usd(2500))), map[string]int64{p: -103, fees: 103, income: -2500, Refunds: 2500}},
		"5 partial refunds":     {append(pay(10000, 320), Refunded(at("re_1"), usd(3000)), Refunded(at("re_2"), usd(2000))), map[string]int64{p: 4680, fees: 320, income: -10000, Refunds: 5000}},
		"6 refund failed":       {append(pay(5000, 175), Refunded(at("re_1"), usd(5000)), RefundFailed(at("re_1"), usd(5000))), map[string]int64{p: 4825, fees: 175, income: -5000}},
		"7 disputed":            {append(pay(4000, 146), DisputeWithdrawn(at("dp_1"), usd(4000), usd(1500))), map[string]int64{p: -1646, fees: 146, income: -4000, disputed: 4000, DisputeFees: 1500}},
		"8 won, fee returned":   {append(pay(4000, 146), DisputeWithdrawn(at("dp_1"), usd(4000), usd(1500)), DisputeWon(at("dp_1"), usd(4000), usd(1500))), map[string]int64{p: 3854, fees: 146, income: -4000}},
		"8 won, fee kept":       {append(pay(4000, 146), DisputeWithdrawn(at("dp_1"), usd(4000), usd(1500)), DisputeWon(at("dp_1"), usd(4000), usd(0))), map[string]int64{p: 2354, fees: 146, income: -4000, DisputeFees: 1500}},
		"9 lost":                {append(pay(4000, 146), DisputeWithdrawn(at("dp_1"), usd(4000), usd(1500)), DisputeLost(at("dp_1"), usd(4000))), map[string]int64{p: -1646, fees: 146, income: -4000, DisputeFees: 1500, Chargebacks: 4000}},
		"11 refund and dispute": {append(pay(10000, 320), Refunded(at("re_1"), usd(3000)), DisputeWithdrawn(at("dp_1"), usd(7000), usd(1500)), DisputeLost(at("dp_1"), usd(7000))), map[string]int64{p: -1820, fees: 320, income: -10000, Refunds: 3000, DisputeFees: 1500, Chargebacks: 7000}},
		"12 yen":                {[]Entry{PaymentSucceeded(at("ch_1"), jpy(3000)), FeeKnown(at("txn_1"), jpy(108))}, map[string]int64{p + " JPY": 2892, fees + " JPY": 108, income + " JPY": -3000}},
		"15 settled in dollars": {[]Entry{PaymentSucceeded(at("ch_1"), eur(2000)), SettledInOther(at("txn_1"), eur(2000), usd(2160), usd(93))},
			map[string]int64{p: 2067, fees: 93, Conversion + " EUR": 2000, Conversion: -2160, income + " EUR": -2000}},
		"33 bank gift":            {[]Entry{BankLine(bank("l1"), "Main", eur(5000)), Allocation(bank("l1"), eur(5000), Donations)}, map[string]int64{b + " EUR": 5000, income + " EUR": -5000}},
		"34 unknown purpose":      {[]Entry{BankLine(bank("l1"), "Main", eur(5000))}, map[string]int64{b + " EUR": 5000, Unallocated + " EUR": -5000}},
		"38 taken back":           {[]Entry{BankLine(bank("l1"), "Main", eur(5000)), Allocation(bank("l1"), eur(5000), Donations), BankReversal(bank("l2"), "Main", eur(5000))}, map[string]int64{income + " EUR": -5000, Refunds + " EUR": 5000}},
		"41 payout arrives":       {append(pay(2500, 103), PayoutCreated(at("po_1"), usd(2397)), PayoutArrived(at("po_1"), "Main", usd(2397))), map[string]int64{b: 2397, fees: 103, income: -2500}},
		"41 payout by statement":  {append(pay(2500, 103), PayoutCreated(at("po_1"), usd(2397)), BankLine(bank("l1"), "Main", usd(2397)), Allocation(bank("l1"), usd(2397), InTransitAccount("stripe"))), map[string]int64{b: 2397, fees: 103, income: -2500}},
		"41 payout on its way":    {append(pay(2500, 103), PayoutCreated(at("po_1"), usd(2397))), map[string]int64{transit: 2397, fees: 103, income: -2500}},
		"41 payout fails":         {append(pay(2500, 103), PayoutCreated(at("po_1"), usd(2397)), PayoutFailed(at("po_1"), usd(2397))), map[string]int64{p: 2397, fees: 103, income: -2500}},
		"bank gift returned":      {[]Entry{BankLine(bank("l1"), "Main", eur(50)), Allocation(bank("l1"), eur(50), ToReturn), BankLine(bank("l2"), "Main", eur(-50)), Allocation(bank("l2"), eur(-50), ToReturn)}, map[string]int64{}},
		"matching fund paid":      {[]Entry{BankLine(bank("l1"), "Main", usd(90)), Allocation(bank("l1"), usd(90), Matching)}, map[string]int64{b: 90, Matching: -90}},
		"bill and its payment":    {[]Entry{Expense(bank("bill1"), "Expenses:Legal", Payables, usd(70)), BankLine(bank("l1"), "Main", usd(-70)), Allocation(bank("l1"), usd(-70), Payables)}, map[string]int64{b: -70, "Expenses:Legal": 70}},
		"exchange, period closed": {[]Entry{OpeningBalance(bank("o"), b, eur(1000)), BankConversion(bank("x"), "Main", eur(1000), "Main", usd(1080)), CloseConversion(bank("fx"), usd(-1080)), CloseConversion(bank("fx2"), eur(1000))}, map[string]int64{b: 1080, Opening + " EUR": -1000, ExchangeLoss: -1080, ExchangeLoss + " EUR": 1000}},
	} {
		t.Run(name, func(t *testing.T) { settle(t, c.entries, c.want) })
	}
}

func settle(t *testing.T, entries []Entry, want map[string]int64) {
	t.Helper()
	keys := map[string]bool{}
	for _, e := range entries {
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		if keys[e.Key] {
			t.Errorf("the key %s comes twice", e.Key)
		}
		keys[e.Key] = true
	}
	sums, err := Balances(list(entries...))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, b := range sums {
		name := b.Account
		if b.Currency != "USD" {
			name += " " + b.Currency
		}
		if b.Minor != 0 {
			got[name] = b.Minor
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("balances are %v, want %v", got, want)
	}
}

func TestKeysAreMadeOfTheProvidersFacts(t *testing.T) {
	if e := PaymentSucceeded(at("ch_1"), usd(2500)); e.Key != "stripe:ch_1:charge" || e.Tags["campaign"] != "c1" {
		t.Errorf("%+v", e)
	}
	if e := FeeKnown(at("txn_9"), usd(1)); e.Key != "stripe:txn_9:fee" {
		t.Errorf("%+v", e)
	}
	if got := []string{ProviderAccount("stripe"), ProviderAccount("paypal"), ProviderAccount("btcpay"), ProviderAccount("sandbox")}; !slices.Equal(got,
		[]string{"Assets:PSP:Stripe", "Assets:PSP:PayPal", "Assets:PSP:BTCPay", "Assets:PSP:Sandbox"}) {
		t.Error(got)
	}
}

func TestAnEventWithoutAPositiveAmountIsNeverBooked(t *testing.T) {
	for _, a := range []money.Amount{usd(0), usd(-5)} {
		for name, e := range map[string]Entry{
			"charge": PaymentSucceeded(at("x"), a), "fee": FeeKnown(at("x"), a), "refund": Refunded(at("x"), a),
			"settled": SettledInOther(at("x"), a, usd(5), usd(5)), "settled to": SettledInOther(at("x"), usd(5), a, usd(5)),
			"dispute": DisputeWithdrawn(at("x"), a, usd(5)), "won": DisputeWon(at("x"), a, usd(5)), "lost": DisputeLost(at("x"), a),
			"payout": PayoutCreated(at("x"), a), "conversion": BankConversion(at("x"), "A", a, "B", usd(5)),
			"no provider": PaymentSucceeded(Source{Object: "x", Date: "2026-01-01"}, usd(5)),
		} {
			if err := e.Validate(); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s of %v is accepted: %+v", name, a, e)
			}
		}
	}
}
