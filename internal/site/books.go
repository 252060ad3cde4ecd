package site

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// correctionsShown is how many corrections the page lists.
const correctionsShown = 10

// books shows what came in and went out of a period, from the ledger: of this
// year, or of the period that the address names.
func (s *Site) books(ctx context.Context, r *web.Request) (web.Page, error) {
	if p, asked, ok := queried(r.URL.Query()); asked { // as the files are asked for
		if !ok {
			return web.Page{}, errNotThere
		}
		return web.Moved(address(s.prefix(ctx, r)+"/books/"+p.slug(), "")), nil
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	first, last, err := s.Store.LedgerSpan(ctx)
	if err != nil {
		return web.Page{}, err
	}
	p := bookPeriod{year: sh.now.In(sh.Zone).Year()}
	if text := param(r, "period"); text != "" {
		var ok bool
		if p, ok = parsePeriod(text); !ok || !p.touches(first, last) {
			return web.Page{}, errNotThere
		}
	} else if first != "" && !p.touches(first, last) { // nothing yet in the new year
		if q, ok := parsePeriod(cutYear(last)); ok {
			p = q
		}
	}
	sh.mesh(r.Path)
	sh.dep("books", "campaigns")
	sh.dated()
	if p.month != 0 {
		sh.Robots = "noindex, follow" // thousands of small tables
	}
	data, err := s.booksPage(ctx, sh, p, first, last)
	if err != nil {
		return web.Page{}, err
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/books", data)
}

// prefix is that of the request's language.
func (s *Site) prefix(ctx context.Context, r *web.Request) string {
	o, err := s.outlet(ctx)
	if err != nil {
		return ""
	}
	return o.Prefix(r.Lang)
}

func (s *Site) booksPage(ctx context.Context, sh *shell, p bookPeriod, first, last string) (web.BooksPage, error) {
	data := web.BooksPage{Period: p.name(sh.Locale), Periods: sh.periodLinks(p, first, last), Verify: sh.Path("/books/verify")}
	sh.Title = sh.T("books.heading")
	if first == "" {
		data.Period = ""
	}
	if data.Period != "" {
		sh.Title += " " + data.Period
	}
	f, err := s.figures(ctx, p)
	if err != nil {
		return data, err
	}
	data.Currencies = sh.currencies(f)
	sh.months(f, p, data.Currencies)
	data.Downloads = downloads(p)
	for _, part := range []func(context.Context, *shell, bookPeriod, string, string, *web.BooksPage) error{s.bookSpan, s.bookCampaigns, s.bookCorrections, s.bookGivers, s.bookSeal} {
		if err := part(ctx, sh, p, first, last, &data); err != nil {
			return data, err
		}
	}
	data.Policies = policies(sh)
	return data, nil
}

func downloads(p bookPeriod) []web.Link {
	query := ""
	switch {
	case p.month != 0:
		query = "?month=" + p.slug()
	case p.year != 0:
		query = "?year=" + p.slug()
	}
	return []web.Link{{Text: "books.csv", Href: "/books.csv" + query}, {Text: "books.json", Href: "/books.json" + query}}
}

// bookSpan says which days the figures cover, and whether they can still change.
func (s *Site) bookSpan(ctx context.Context, sh *shell, p bookPeriod, first, last string, data *web.BooksPage) error {
	if first == "" {
		return nil
	}
	from, to := p.days(first, last)
	periods, err := s.Store.Periods(ctx)
	if err != nil {
		return err
	}
	for _, closed := range slices.Backward(periods) { // the oldest first: the one that closed the last day
		if closed.To >= to {
			data.Closed = closed.ClosedAt
			break
		}
	}
	data.From, data.To = day(max(from, first), sh.Zone), day(min(to, last), sh.Zone)
	return nil
}

func day(date string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// publicStates are the states of campaigns that are or were public.
var publicStates = []fund.CampaignState{fund.CampaignLive, fund.CampaignPaused, fund.CampaignEnded, fund.CampaignArchived}

// bookCampaigns lists the campaigns of the period, with their goals, how these
// were changed, and what came of them.
func (s *Site) bookCampaigns(ctx context.Context, sh *shell, p bookPeriod, first, last string, data *web.BooksPage) error {
	list, err := s.Store.Campaigns(ctx)
	if err != nil {
		return err
	}
	from, to := p.days(first, last)
	for _, c := range list {
		starts, ends := c.StartsAt.In(sh.Zone).Format(time.DateOnly), c.EndsAt.In(sh.Zone).Format(time.DateOnly)
		if !slices.Contains(publicStates, c.State) || p.year != 0 && (starts > to || ends < from) {
			continue
		}
		sh.dep("campaign:" + c.ID)
		line, err := s.campaignLine(ctx, sh, c)
		if err != nil {
			return err
		}
		data.Campaigns = append(data.Campaigns, line)
	}
	return nil
}

func (s *Site) campaignLine(ctx context.Context, sh *shell, c fund.Campaign) (web.CampaignLine, error) {
	in := func(minor int64) money.Amount { return money.Amount{Currency: c.Currency, Minor: minor} }
	got, err := s.Store.Received(ctx, c.ID, c.Currency)
	if err != nil {
		return web.CampaignLine{}, err
	}
	goals, err := s.Store.Goals(ctx, c.ID)
	line := web.CampaignLine{
		Name: outlet.Words(c.Title).In(sh.lang, sh.outlet.Language), Href: sh.Path("/give/" + address(c.Slug, "")), Goal: in(c.Goal), Raised: in(got),
	}
	for i := 0; i+1 < len(goals); i++ {
		line.Changes = append(line.Changes, web.GoalChange{On: goals[i].SetAt, Was: in(goals[i+1].Minor), Now: in(goals[i].Minor), Reason: goals[i].Reason})
	}
	return line, err
}

// bookCorrections lists what was taken back. Of a gift it tells no sum and no
// more than that it was one.
func (s *Site) bookCorrections(ctx context.Context, sh *shell, p bookPeriod, first, last string, data *web.BooksPage) error {
	from, to := p.days(first, last)
	list, all, err := s.Store.Reversals(ctx, from, to, correctionsShown)
	if err != nil {
		return err
	}
	chart, err := s.Store.Chart(ctx)
	for _, v := range list {
		data.Corrections = append(data.Corrections, sh.bookCorrection(v, chart))
	}
	data.MoreCorrect = all - len(list)
	return err
}

func (sh *shell) bookCorrection(v store.Reversal, chart []store.ChartAccount) web.BookCorrection {
	out := web.BookCorrection{On: day(v.Date, sh.Zone), Seq: v.Seq, Of: v.Of, Reason: v.Memo}
	var what []string
	gift := false
	for _, line := range v.Lines {
		kind := kindOf(line.Account)
		gift = gift || line.Account == ledger.Donations || kind == kindRefunds
		if kind == "" {
			continue
		}
		var own map[string]string
		if i := slices.IndexFunc(chart, func(a store.ChartAccount) bool { return a.Account == line.Account }); i >= 0 {
			own = chart[i].Names
		}
		what = append(what, web.AccountName(sh.Locale, sh.lang, sh.outlet.Language, line.Account, own))
		out.Amount = money.Amount{Currency: line.Currency, Minor: max(line.Minor, -line.Minor)}
	}
	if gift || len(what) != 1 {
		out.Amount = money.Amount{}
	}
	if out.What = sh.List(slices.Compact(what)); len(what) == 0 {
		out.What = sh.T("books.correction.inner")
	}
	return out
}

// bookGivers tells of those who gave in a year; months are too small for it.
func (s *Site) bookGivers(ctx context.Context, sh *shell, p bookPeriod, _, _ string, data *web.BooksPage) error {
	if p.year == 0 || p.month != 0 {
		return nil
	}
	g, err := s.Store.GiversOf(ctx, p.slug())
	if err != nil {
		return err
	}
	part := &web.GiversPart{Year: p.name(sh.Locale), Threshold: g.Threshold, Large: g.Large, Wished: g.Wished}
	if g.Givers >= fewest {
		if g.Wished > 0 {
			part.Href = sh.Path("/books/supporters/" + p.slug())
		}
		if g.All > 0 {
			part.Unnamed, part.Unknown = sh.Share(g.All-g.Named, g.All), sh.unknownShare(g, data.Currencies)
		}
	}
	data.Givers = part
	return nil
}

// unknownShare is what came from givers at or above the announced sum whose name
// is not known, of all income in that currency.
func (sh *shell) unknownShare(g store.Givers, list []web.CurrencyBooks) string {
	for _, c := range list {
		if c.Currency == g.Currency && c.InTotal.Minor > 0 && g.Threshold.Minor > 0 {
			return sh.Share(g.Unknown, c.InTotal.Minor)
		}
	}
	return ""
}

// bookSeal fills in the end of the chain and when it was last recomputed.
func (s *Site) bookSeal(ctx context.Context, _ *shell, _ bookPeriod, _, _ string, data *web.BooksPage) error {
	head, err := s.Store.LedgerHead(ctx)
	if err != nil || head.Seq == 0 {
		return err
	}
	data.Entries = int(head.Seq)
	data.Head = &web.BookHead{Seq: head.Seq, Hash: head.Hash}
	data.Checked, err = s.Store.ChainChecked(ctx)
	return err
}

// policies are the outlet's texts about money.
func policies(sh *shell) []web.BookPolicy {
	var out []web.BookPolicy
	for _, p := range []struct {
		key  string
		text outlet.Words
	}{{"books.refused", sh.outlet.Refused}, {"books.independence", sh.outlet.Independence}} {
		if text := sh.outlet.Text(p.text, sh.lang); text != "" {
			out = append(out, web.BookPolicy{Heading: sh.T(p.key), Text: text})
		}
	}
	return out
}
