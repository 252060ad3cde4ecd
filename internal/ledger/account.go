package ledger

import (
	"regexp"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// The accounts that the program itself posts to. Their five roots are
// Beancount's. An account's currency is the posting's: each account × currency
// has its own balance.
const (
	Unallocated = "Liabilities:Unallocated" // bank money whose purpose is not yet known
	ToReturn    = "Liabilities:ToReturn"    // bank money that goes back
	Payables    = "Liabilities:Payables"

	Opening    = "Equity:Opening"
	Conversion = "Equity:Conversion" // both halves of an exchange of currencies
	// Counted and Counting are not money: on Counted stands what gifts in another
	// currency count for in the currency of their campaign, on Counting the opposite.
	Counted  = "Equity:Counting:Gifts"
	Counting = "Equity:Counting:Contra"

	Donations   = "Income:Donations"
	Refunds     = "Income:Donations:Refunded"    // contra
	Chargebacks = "Income:Donations:Chargebacks" // contra: disputes lost
	Matching    = "Income:Matching"

	ProcessingFees = "Expenses:Fees:Processing"
	DisputeFees    = "Expenses:Fees:Disputes"
	PayoutFees     = "Expenses:Fees:Payout"
	ExchangeLoss   = "Expenses:FX"
)

// What hledger and Beancount both take: a root, then parts that begin with a
// capital or a digit.
var accountForm = regexp.MustCompile(`^(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+$`)

func checkAccount(name string) error {
	if len(name) > 120 || !accountForm.MatchString(name) {
		return fault.New(fault.Invalid, "%.120q is not an account; accounts look like Assets:Bank:Main and begin with Assets, Liabilities, Equity, Income or Expenses", name)
	}
	return nil
}

// properNames are the providers whose names are not just capitalised.
var properNames = map[string]string{"paypal": "PayPal", "btcpay": "BTCPay"}

func proper(provider string) string {
	if name, ok := properNames[provider]; ok {
		return name
	}
	if provider == "" {
		return ""
	}
	return strings.ToUpper(provider[:1]) + provider[1:]
}

// ProviderAccount is the asset account of the balance that a provider holds for
// us: "stripe" → Assets:PSP:Stripe.
func ProviderAccount(provider string) string { return "Assets:PSP:" + proper(provider) }

// InTransitAccount holds payouts between provider and bank.
func InTransitAccount(provider string) string { return "Assets:InTransit:" + proper(provider) }

// DisputedAccount holds money under dispute until it is decided.
func DisputedAccount(provider string) string { return "Assets:Disputed:" + proper(provider) }

// BankAccount is the asset account of one bank account; name is an account
// part like "Main".
func BankAccount(name string) string { return "Assets:Bank:" + name }
