package site

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/web"
)

// headsShown is how many days' seals the page shows.
const headsShown = 14

// account is what the public is shown of one account in one currency.
type account struct {
	ledger.Balance
	Kind string `json:"kind"` // income, spending or refunds
}

// publicBooks are the sums that the public may see: what came in, what was
// spent and what was given back. Single entries stay inside, for they would tell
// when somebody gave and how much.
func (s *Site) publicBooks(ctx context.Context) ([]account, error) {
	all, err := s.Store.Balances(ctx)
	var out []account
	for _, b := range all {
		if kind := kindOf(b.Account); kind != "" && b.Minor != 0 {
			out = append(out, account{b, kind})
		}
	}
	return out, err
}

func kindOf(name string) string {
	switch {
	case name == ledger.Refunds || name == ledger.Chargebacks:
		return "refunds"
	case strings.HasPrefix(name, "Income:"):
		return "income"
	case strings.HasPrefix(name, "Expenses:"):
		return "spending"
	}
	return ""
}

// books shows what came in and went out, from the ledger.
func (s *Site) books(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.dep("books")
	sh.dated()
	sh.Title = sh.T("books.heading")
	data := web.BooksPage{Downloads: []web.Link{{Text: "books.json", Href: "/books.json"}, {Text: "books.csv", Href: "/books.csv"}}}
	accounts, err := s.publicBooks(ctx)
	if err != nil {
		return web.Page{}, err
	}
	data.Currencies = sh.currencies(accounts)
	if data.Campaigns, err = s.campaignLines(ctx, sh); err != nil {
		return web.Page{}, err
	}
	if err := s.seals(ctx, sh, &data); err != nil {
		return web.Page{}, err
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/books", data)
}

// seals fills in the chain's heads and the span of days that the books cover.
func (s *Site) seals(ctx context.Context, sh *shell, data *web.BooksPage) error {
	head, err := s.Store.LedgerHead(ctx)
	if err != nil || head.Seq == 0 {
		return err
	}
	data.Entries = int(head.Seq)
	heads, err := s.Store.DailyHeads(ctx, headsShown)
	if err != nil {
		return err
	}
	for _, h := range heads {
		data.Heads = append(data.Heads, web.BookHead{Date: h.Date, Seq: h.Seq, Hash: h.Hash})
	}
	from, to, err := s.Store.LedgerSpan(ctx)
	if err != nil {
		return err
	}
	data.From, data.To = day(from, sh.Zone), day(to, sh.Zone)
	return nil
}

func day(date string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// currencies sums the accounts of each currency. Income stands in the ledger
// with a minus, as bookkeeping has it; readers get it without.
func (sh *shell) currencies(accounts []account) []web.CurrencyBooks {
	by := map[string]*web.CurrencyBooks{}
	for _, a := range accounts {
		c := by[a.Currency]
		if c == nil {
			zero := money.Amount{Currency: a.Currency}
			c = &web.CurrencyBooks{Currency: a.Currency, Refunds: zero, InTotal: zero, OutTotal: zero, Left: zero}
			by[a.Currency] = c
		}
		switch a.Kind {
		case "refunds":
			c.Refunds.Minor += a.Minor
			c.Left.Minor -= a.Minor
		case "income":
			c.InTotal.Minor -= a.Minor
			c.Left.Minor -= a.Minor
			c.Income = append(c.Income, web.BookLine{What: sh.accountName(a.Account), Amount: money.Amount{Currency: a.Currency, Minor: -a.Minor}})
		case "spending":
			c.OutTotal.Minor += a.Minor
			c.Left.Minor -= a.Minor
			c.Spending = append(c.Spending, web.BookLine{What: sh.accountName(a.Account), Amount: money.Amount{Currency: a.Currency, Minor: a.Minor}})
		}
	}
	var out []web.CurrencyBooks
	for _, c := range by {
		for _, lines := range [][]web.BookLine{c.Income, c.Spending} {
			slices.SortFunc(lines, func(a, b web.BookLine) int {
				return cmp.Or(cmp.Compare(b.Amount.Minor, a.Amount.Minor), cmp.Compare(a.What, b.What))
			})
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b web.CurrencyBooks) int { // the outlet's own first
		return cmp.Or(rank(a.Currency == sh.outlet.Currency, b.Currency == sh.outlet.Currency), cmp.Compare(a.Currency, b.Currency))
	})
	return out
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

// accountName is a reader's word for an account of the program's own; other
// accounts are called as the treasurer named them.
func (sh *shell) accountName(name string) string {
	switch name {
	case ledger.Donations:
		return sh.T("books.account.donations")
	case ledger.Matching:
		return sh.T("books.account.matching")
	case ledger.ProcessingFees:
		return sh.T("books.account.processing")
	case ledger.DisputeFees:
		return sh.T("books.account.disputes")
	case ledger.ExchangeLoss:
		return sh.T("books.account.exchange")
	}
	_, rest, _ := strings.Cut(name, ":")
	return strings.ReplaceAll(strings.ReplaceAll(rest, ":", ", "), "-", " ")
}

// booksJSON is the same for machines: amounts in minor units.
func (s *Site) booksJSON(ctx context.Context, _ *web.Request) (web.Page, error) {
	accounts, err := s.publicBooks(ctx)
	if err != nil {
		return web.Page{}, err
	}
	head, err := s.Store.LedgerHead(ctx)
	if err != nil {
		return web.Page{}, err
	}
	from, to, err := s.Store.LedgerSpan(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if accounts == nil {
		accounts = []account{}
	}
	body, err := json.MarshalIndent(struct {
		From     string      `json:"from,omitempty"`
		To       string      `json:"to,omitempty"`
		Accounts []account   `json:"accounts"`
		Head     ledger.Head `json:"head"`
	}{from, to, accounts, head}, "", " ")
	return web.Page{Type: "application/json", Body: append(body, '\n'), Deps: []string{"books"}, Cache: web.Public}, err
}

// booksCSV is the same as a table. Account names are of letters, digits, hyphens
// and colons alone (see package ledger), so that no cell is a formula.
func (s *Site) booksCSV(ctx context.Context, _ *web.Request) (web.Page, error) {
	accounts, err := s.publicBooks(ctx)
	if err != nil {
		return web.Page{}, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"kind", "account", "currency", "amount", "minor"}}
	for _, a := range accounts {
		minor := a.Minor
		if a.Kind == "income" {
			minor = -minor
		}
		rows = append(rows, []string{a.Kind, a.Account, a.Currency, money.Amount{Currency: a.Currency, Minor: minor}.Decimal(), strconv.FormatInt(minor, 10)})
	}
	err = w.WriteAll(rows)
	return web.Page{Type: "text/csv; charset=utf-8", Body: b.Bytes(), Deps: []string{"books"}, Cache: web.Public}, err
}

// campaignLines lists the campaigns that are or were public, with their goals
// and what came of them.
func (s *Site) campaignLines(ctx context.Context, sh *shell) ([]web.CampaignLine, error) {
	sh.dep("campaigns")
	list, err := s.Store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.CampaignLine
	for _, c := range list {
		if !slices.Contains([]fund.CampaignState{fund.CampaignLive, fund.CampaignPaused, fund.CampaignEnded, fund.CampaignArchived}, c.State) {
			continue
		}
		m, err := s.Store.CampaignMeter(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, web.CampaignLine{
			Name: outlet.Words(c.Title).In(sh.lang, sh.outlet.Language), Href: sh.Path("/give/" + address(c.Slug, "")),
			Goal: money.Amount{Currency: m.Currency, Minor: m.Goal()}, Raised: money.Amount{Currency: m.Currency, Minor: m.Received},
		})
	}
	return out, nil
}
