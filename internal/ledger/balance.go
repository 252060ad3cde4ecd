package ledger

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Balance is what stands on one account in one currency.
type Balance struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Minor    int64  `json:"minor"`
}

type line struct{ account, currency string }

// Balances sums entries by account and currency, sorted; lines at zero are kept,
// since they say that something happened there. fault.Invalid where a sum
// overflows.
func Balances(entries iter.Seq2[Entry, error]) ([]Balance, error) {
	sums := map[line]int64{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		for _, p := range e.Postings {
			at := line{p.Account, p.Currency}
			sum, ok := money.AddMinor(sums[at], p.Minor)
			if !ok {
				return nil, fault.New(fault.Invalid, "the balance of %s in %s is too large to be counted", p.Account, p.Currency)
			}
			sums[at] = sum
		}
	}
	all := make([]Balance, 0, len(sums))
	for at, sum := range sums {
		all = append(all, Balance{at.account, at.currency, sum})
	}
	SortBalances(all)
	return all, nil
}

// SortBalances orders balances as a trial balance is read: assets, liabilities,
// equity, income, expenses; then by name and currency.
func SortBalances(all []Balance) {
	slices.SortFunc(all, func(a, b Balance) int {
		return cmp.Or(cmp.Compare(rootOrder(a.Account), rootOrder(b.Account)),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
}

var roots = []string{"Assets", "Liabilities", "Equity", "Income", "Expenses"}

func rootOrder(account string) int {
	root, _, _ := strings.Cut(account, ":")
	return slices.Index(roots, root)
}
