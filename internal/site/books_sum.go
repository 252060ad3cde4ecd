package site

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// The kinds of account that the public is shown.
const (
	kindIncome   = "income"
	kindSpending = "spending"
	kindRefunds  = "refunds"
	kindExchange = "exchange"
)

// fewest is how many gifts a sum must be made of before it stands apart from
// others, and how many givers there must be before something is told of them:
// smaller cells could be joined with what somebody happens to know.
const fewest = 10

func kindOf(name string) string {
	switch {
	case name == ledger.Refunds || name == ledger.Chargebacks:
		return kindRefunds
	case name == ledger.Conversion || name == ledger.ExchangeLoss: // the same before and after a period is closed
		return kindExchange
	case strings.HasPrefix(name, "Income:"):
		return kindIncome
	case strings.HasPrefix(name, "Expenses:"):
		return kindSpending
	}
	return ""
}

// accountSum is what the public is shown of one account in one currency. Minor
// is as bookkeeping has it: income stands with a minus.
type accountSum struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Minor    int64  `json:"minor"`
	Kind     string `json:"kind"`
	every    string // of gifts that stand apart by their interval
}

// figures are the sums of a period.
type figures struct {
	accounts []accountSum                 // of the period, by account and interval
	months   map[string][]accountSum      // the same by month, without intervals
	reserves map[string]int64             // currency → what there is at the end
	names    map[string]map[string]string // account → readers' words by language
}

// figures adds up a period. Single entries stay inside, for they would tell when
// somebody gave and how much.
func (s *Site) figures(ctx context.Context, p bookPeriod) (figures, error) {
	from, to := p.months()
	list, err := s.Store.MonthSums(ctx, from, to)
	if err != nil {
		return figures{}, err
	}
	f := addUp(list)
	chart, err := s.Store.Chart(ctx)
	f.names = map[string]map[string]string{}
	for _, a := range chart {
		if len(a.Names) > 0 {
			f.names[a.Account] = a.Names
		}
	}
	return f, err
}

func addUp(list []store.MonthSum) figures {
	f := figures{months: map[string][]accountSum{}, reserves: map[string]int64{}}
	type cell struct{ account, currency, every string }
	sums, counts := map[cell]int64{}, map[cell]int64{}
	for _, m := range list {
		if strings.HasPrefix(m.Account, "Assets:") || strings.HasPrefix(m.Account, "Liabilities:") {
			f.reserves[m.Currency] += m.Minor
		}
		kind := kindOf(m.Account)
		if m.Month == "" || kind == "" {
			continue
		}
		f.months[m.Month] = append(f.months[m.Month], accountSum{m.Account, m.Currency, m.Minor, kind, ""})
		at := cell{m.Account, m.Currency, ""}
		if m.Account == ledger.Donations {
			at.every = m.Every
		}
		sums[at] += m.Minor
		counts[at] += m.Postings
	}
	joined := map[cell]int64{}
	for at, minor := range sums {
		if whole := (cell{at.account, at.currency, ""}); at.every != "" && !apart(counts[cell{at.account, at.currency, "once"}], counts[cell{at.account, at.currency, "month"}], counts[cell{at.account, at.currency, "year"}], counts[whole]) {
			at = whole
		}
		joined[at] += minor
	}
	for at, minor := range joined {
		if minor != 0 {
			f.accounts = append(f.accounts, accountSum{at.account, at.currency, minor, kindOf(at.account), at.every})
		}
	}
	slices.SortFunc(f.accounts, func(a, b accountSum) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account), cmp.Compare(a.every, b.every))
	})
	return f
}

// apart tells whether gifts may be shown by their interval: each part that there
// is has to be of enough gifts.
func apart(parts ...int64) bool {
	return !slices.ContainsFunc(parts, func(n int64) bool { return n > 0 && n < fewest })
}

// signed is the amount as readers get it: income without the minus.
func (a accountSum) signed() int64 {
	if a.Kind == kindIncome {
		return -a.Minor
	}
	return a.Minor
}

// currencies makes the books of each currency, the outlet's own first.
func (sh *shell) currencies(f figures) []web.CurrencyBooks {
	by := map[string]*web.CurrencyBooks{}
	of := func(currency string) *web.CurrencyBooks {
		c := by[currency]
		if c == nil {
			zero := money.Amount{Currency: currency}
			c = &web.CurrencyBooks{Currency: currency, Refunds: zero, Exchange: zero, InTotal: zero, OutTotal: zero, Left: zero, Reserve: zero}
			by[currency] = c
		}
		return c
	}
	for _, a := range f.accounts {
		line := web.BookLine{What: sh.accountName(a.Account, a.every, f.names), Amount: money.Amount{Currency: a.Currency, Minor: a.signed()}}
		c := of(a.Currency)
		switch a.Kind {
		case kindIncome:
			c.Income = append(c.Income, line)
		case kindSpending:
			c.Spending = append(c.Spending, line)
		}
		count(a, &c.InTotal.Minor, &c.OutTotal.Minor, &c.Refunds.Minor, &c.Exchange.Minor)
	}
	for currency, minor := range f.reserves {
		if minor != 0 || by[currency] != nil {
			of(currency).Reserve.Minor = minor
		}
	}
	var out []web.CurrencyBooks
	for _, c := range by {
		c.Left.Minor = c.InTotal.Minor - c.OutTotal.Minor - c.Refunds.Minor - c.Exchange.Minor
		for _, lines := range [][]web.BookLine{c.Income, c.Spending} {
			slices.SortFunc(lines, func(a, b web.BookLine) int {
				return cmp.Or(cmp.Compare(b.Amount.Minor, a.Amount.Minor), cmp.Compare(a.What, b.What))
			})
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b web.CurrencyBooks) int {
		return cmp.Or(rank(a.Currency == sh.outlet.Currency, b.Currency == sh.outlet.Currency), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}

// count adds an account's sum to the one of the totals that it belongs to.
func count(a accountSum, in, out, refunds, exchange *int64) {
	switch a.Kind {
	case kindIncome:
		*in += a.signed()
	case kindSpending:
		*out += a.signed()
	case kindRefunds:
		*refunds += a.signed()
	case kindExchange:
		*exchange += a.signed()
	}
}

// coversMost is for how many months a reserve is said to last; beyond it the
// figure says only that hardly anything was spent.
const coversMost = 36

// months fills in the months of a year, or the years of all books, in each
// currency, and for how many months of such spending the reserve lasts.
func (sh *shell) months(f figures, p bookPeriod, list []web.CurrencyBooks) {
	if p.month != 0 {
		return
	}
	for i := range list {
		c := &list[i]
		at := map[string]*web.MonthBooks{}
		var order []string
		spending := 0
		for month, sums := range f.months {
			var in, out, refunds, exchange int64
			found := false
			for _, a := range sums {
				if a.Currency == c.Currency {
					found = true
					count(a, &in, &out, &refunds, &exchange)
				}
			}
			if !found {
				continue
			}
			if out > 0 {
				spending++
			}
			q, ok := parsePeriod(month)
			if p.year == 0 {
				q.month = 0
			}
			if !ok {
				continue
			}
			m := at[q.slug()]
			if m == nil {
				zero := money.Amount{Currency: c.Currency}
				m = &web.MonthBooks{Number: cmp.Or(q.month, q.year), Name: q.name(sh.Locale), Href: sh.Path("/books/" + q.slug()), In: zero, Out: zero, Left: zero}
				at[q.slug()] = m
				order = append(order, q.slug())
			}
			m.In.Minor += in
			m.Out.Minor += out
			m.Left.Minor += in - out - refunds - exchange
		}
		slices.Sort(order)
		for _, slug := range order {
			c.Months = append(c.Months, *at[slug])
		}
		if len(c.Months) < 2 {
			c.Months = nil
		}
		if spending > 0 && c.Reserve.Minor > 0 {
			if covers := c.Reserve.Minor / max(1, c.OutTotal.Minor/int64(spending)); covers <= coversMost {
				c.Covers = int(covers)
			}
		}
	}
}

func rank(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// accountName is a reader's word for an account: the outlet's own where it has
// set one, else the program's, else what the treasurer called it.
func (sh *shell) accountName(name, every string, names map[string]map[string]string) string {
	if every != "" {
		return sh.T("books.gifts." + every)
	}
	return web.AccountName(sh.Locale, sh.lang, sh.outlet.Language, name, names[name])
}
