package site

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/web"
)

// filePeriod is the period that a file is asked for: /books.json?year=2026,
// ?month=2026-03; without one it is all years.
func filePeriod(r *web.Request) (bookPeriod, error) {
	p, _, ok := queried(r.URL.Query())
	if !ok {
		return p, errNotThere
	}
	return p, nil
}

// monthJSON is a month of a currency, in minor units.
type monthJSON struct {
	Month    string `json:"month"`
	Currency string `json:"currency"`
	Income   int64  `json:"income"`
	Spending int64  `json:"spending"`
	Refunds  int64  `json:"refunds"`
	Exchange int64  `json:"exchange"`
}

// booksJSON is the page for machines: amounts in minor units.
func (s *Site) booksJSON(ctx context.Context, r *web.Request) (web.Page, error) {
	p, err := filePeriod(r)
	if err != nil {
		return web.Page{}, err
	}
	body, err := s.booksFile(ctx, p)
	return web.Page{Type: "application/json", Body: append(body, '\n'), Deps: []string{"books"}, Cache: web.Public}, err
}

// Books is what booksJSON says of a period: 2026, 2026-11, or "" for all.
func (s *Site) Books(ctx context.Context, period string) ([]byte, error) {
	p, ok := bookPeriod{}, true
	if period != "" {
		p, ok = parsePeriod(period)
	}
	if !ok {
		return nil, fault.New(fault.Invalid, "give the period as a year or a month, such as 2026 or 2026-11")
	}
	return s.booksFile(ctx, p)
}

func (s *Site) booksFile(ctx context.Context, p bookPeriod) ([]byte, error) {
	f, err := s.figures(ctx, p)
	if err != nil {
		return nil, err
	}
	head, err := s.Store.LedgerHead(ctx)
	if err != nil {
		return nil, err
	}
	first, last, err := s.Store.LedgerSpan(ctx)
	if err != nil {
		return nil, err
	}
	from, to := p.days(first, last)
	return json.MarshalIndent(struct {
		Period   string           `json:"period"`
		From     string           `json:"from,omitempty"`
		To       string           `json:"to,omitempty"`
		Accounts []accountSum     `json:"accounts"`
		Months   []monthJSON      `json:"months"`
		Reserves map[string]int64 `json:"reserves"`
		Head     ledger.Head      `json:"head"`
	}{p.slug(), max(from, first), min(to, last), f.whole(), f.monthly(), f.reserves, head}, "", " ")
}

// whole are the accounts of the period without the interval of gifts.
func (f figures) whole() []accountSum {
	out := []accountSum{}
	for _, a := range f.accounts {
		if n := len(out); n > 0 && out[n-1].Account == a.Account && out[n-1].Currency == a.Currency {
			out[n-1].Minor += a.Minor
			continue
		}
		out = append(out, accountSum{Account: a.Account, Currency: a.Currency, Minor: a.Minor, Kind: a.Kind})
	}
	return out
}

func (f figures) monthly() []monthJSON {
	out := []monthJSON{}
	for _, month := range slices.Sorted(maps.Keys(f.months)) {
		by := map[string]*monthJSON{}
		for _, a := range f.months[month] {
			if by[a.Currency] == nil {
				by[a.Currency] = &monthJSON{Month: month, Currency: a.Currency}
			}
			m := by[a.Currency]
			count(a, &m.Income, &m.Spending, &m.Refunds, &m.Exchange)
		}
		for _, currency := range slices.Sorted(maps.Keys(by)) {
			out = append(out, *by[currency])
		}
	}
	return out
}

// booksCSV is the same as a table: one row for each month, account and currency.
// Account names are of letters, digits, hyphens and colons alone (see package
// ledger), so that no cell is a formula.
func (s *Site) booksCSV(ctx context.Context, r *web.Request) (web.Page, error) {
	p, err := filePeriod(r)
	if err != nil {
		return web.Page{}, err
	}
	f, err := s.figures(ctx, p)
	if err != nil {
		return web.Page{}, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"kind", "account", "currency", "amount", "minor", "month"}}
	for _, month := range slices.Sorted(maps.Keys(f.months)) {
		sums := map[accountSum]int64{}
		var order []accountSum
		for _, a := range f.months[month] {
			minor := a.signed()
			a.Minor = 0
			if _, seen := sums[a]; !seen {
				order = append(order, a)
			}
			sums[a] += minor
		}
		for _, a := range order {
			amount := money.Amount{Currency: a.Currency, Minor: sums[a]}
			rows = append(rows, []string{a.Kind, a.Account, a.Currency, amount.Decimal(), strconv.FormatInt(amount.Minor, 10), month})
		}
	}
	err = w.WriteAll(rows)
	return web.Page{Type: "text/csv; charset=utf-8", Body: b.Bytes(), Deps: []string{"books"}, Cache: web.Public}, err
}
