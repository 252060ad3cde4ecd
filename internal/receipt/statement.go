package receipt

import (
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// Statement is what a donor gave in some days: a list without a number of its
// own, which is no receipt.
type Statement struct {
	Lang     string
	Party    Party
	Issuer   Issuing
	Settings Settings
	From, To time.Time         // the first and the last day, in the outlet's zone
	Gifts    []Gift            // in order of time
	Numbers  map[string]string // of receipts, by payment
	Made     time.Time
}

// Document writes the statement.
func (s Statement) Document() Document {
	l := locale.For(s.Lang)
	zone := s.From.Location()
	day := func(t time.Time) string { return l.Date(t.In(zone), locale.Long) }
	title := l.T("receipt.statement.title", "from", day(s.From), "to", day(s.To))
	list := Block{Kind: List, Heads: []string{l.T("receipt.day"), l.T("receipt.for"), l.T("receipt.number"), l.T("receipt.given"), l.T("receipt.returned"), l.T("receipt.kept")}}
	var sums []money.Amount
	for _, g := range s.Gifts {
		back := money.Amount{Currency: g.Paid.Currency, Minor: g.Paid.Minor - g.Due}
		returned := ""
		if back.Minor > 0 {
			returned = l.Money(back)
		}
		list.Rows = append(list.Rows, []string{day(g.At), g.For, s.Numbers[g.Payment], l.Money(g.Paid), returned, l.Money(g.Amount())})
		sums = addTo(sums, g.Amount())
	}
	rows := fact(nil, l.T("receipt.from"), s.Party.Known())
	for _, sum := range sums {
		rows = fact(rows, l.T("receipt.total"), l.Money(sum))
	}
	rows = fact(rows, l.T("receipt.made"), day(s.Made))
	notice := l.T("receipt.statement.notice")
	if !s.Settings.Charity() {
		notice += " " + l.T("receipt.plain.notice")
	}
	return Document{Lang: l.Lang(), Paper: s.Settings.Use().Paper, Title: title, Author: s.Issuer.Name, Date: s.Made, Foot: title, Blocks: []Block{
		{Kind: Issuer, Lines: append([]string{s.Issuer.Name}, s.Issuer.Address...)}, {Kind: Heading, Text: title}, {Kind: Pairs, Rows: rows}, list, {Kind: Text, Text: notice}}}
}

// addTo adds an amount to the sum of its currency.
func addTo(sums []money.Amount, a money.Amount) []money.Amount {
	for i := range sums {
		if sums[i].Currency == a.Currency {
			sums[i].Minor += a.Minor
			return sums
		}
	}
	return append(sums, a)
}
