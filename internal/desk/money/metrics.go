package money

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/web"
)

const metricsPath = "/desk/money/metrics"

// measured keeps the figures of all gifts, which take a while to gather, until
// something of the money changes.
type measured struct {
	mu   sync.Mutex
	mark string
	list []fund.Figures
}

// figures gathers the figures about giving, or returns those that still hold.
func (d *Pages) figures(ctx context.Context, zone *time.Location) ([]fund.Figures, error) {
	head, err := d.Store.LedgerHead(ctx)
	if err != nil {
		return nil, err
	}
	now := d.Money.Now()
	mark := head.Hash + now.In(zone).Format(time.DateOnly)
	d.measured.mu.Lock()
	defer d.measured.mu.Unlock()
	if d.measured.mark == mark {
		return d.measured.list, nil
	}
	m := fund.NewMeasure(now, zone)
	err = d.Store.GivenRows(ctx, func(donor string, kept money.Amount, _ fund.Every, at time.Time) { m.Add(donor, kept, at) })
	if err != nil {
		return nil, err
	}
	d.measured.list, d.measured.mark = m.Figures(), mark
	return d.measured.list, nil
}

// metrics shows how giving goes. It names nobody.
func (d *Pages) metrics(ctx context.Context, v *visit) (web.Page, error) {
	f := v.Frame(ctx, "metrics.heading")
	p := web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("nav.money"), Href: "/desk/money"}}
	list, err := d.figures(ctx, v.Outlet.Location())
	if err != nil {
		return web.Page{}, err
	}
	months, err := d.revenueMonths(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	for _, x := range list {
		own := months[x.Currency]
		p.Panels = append(p.Panels, v.figuresPanels(x, own)...)
	}
	why, err := d.reasonsPanel(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	p.Panels = append(p.Panels, why...)
	articles, err := d.articlesPanel(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	p.Panels = append(p.Panels, articles...)
	if len(list) == 0 {
		p.Panels = []web.Panel{{ID: "none", Heading: f.Title, Text: v.Loc.T("metrics.none")}}
	}
	return v.Draw("desk/view", p)
}

// endReasons are what donors may say about why they ended a plan, as they are
// kept; see store.CancelReason.
var endReasons = []string{"money", "paper", "elsewhere", "trial", "other"}

// reasonsPanel counts why plans were ended within a year, where anybody said so.
func (d *Pages) reasonsPanel(ctx context.Context, v *visit) ([]web.Panel, error) {
	counts, err := d.Store.CountReasons(ctx, d.Store.Clock.Now().AddDate(-1, 0, 0))
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	p := web.Panel{ID: "reasons", Heading: v.Loc.T("till.why.heading"), Text: v.Loc.T("till.why.say")}
	for _, r := range endReasons {
		if n := counts[r]; n > 0 {
			p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("till.why." + r), Value: v.Loc.Number(int64(n))})
		}
	}
	return []web.Panel{p}, nil
}

// revenueMonth is one month's change of the monthly revenue, and what it came to.
type revenueMonth struct {
	month time.Time
	moves fund.RevenueMoves
	after int64 // minor units, at the month's end
}

// monthsBack is how many months of movements are shown.
const monthsBack = 12

// revenueMonths follows the monthly revenue of each currency: all that happened
// before is summed, then month by month.
func (d *Pages) revenueMonths(ctx context.Context, v *visit) (map[string][]revenueMonth, error) {
	now := d.Money.Now().In(v.Outlet.Location())
	month := func(ago int) time.Time {
		return time.Date(now.Year(), now.Month()-time.Month(ago), 1, 0, 0, 0, 0, now.Location())
	}
	before, err := d.Store.PlanEvents(ctx, time.Time{}, month(monthsBack-1).Add(-time.Millisecond))
	if err != nil {
		return nil, err
	}
	sums, out := map[string]int64{}, map[string][]revenueMonth{}
	for _, m := range fund.SumMoves(before) {
		sums[m.Currency] = m.Sum()
	}
	for ago := monthsBack - 1; ago >= 0; ago-- {
		until := month(ago - 1).Add(-time.Millisecond)
		if ago == 0 {
			until = now
		}
		events, err := d.Store.PlanEvents(ctx, month(ago).Add(-time.Millisecond), until)
		if err != nil {
			return nil, err
		}
		moved := fund.SumMoves(events)
		for _, m := range moved {
			sums[m.Currency] += m.Sum()
		}
		for currency, after := range sums {
			i := slices.IndexFunc(moved, func(m fund.RevenueMoves) bool { return m.Currency == currency })
			line := revenueMonth{month: month(ago), after: after}
			if i >= 0 {
				line.moves = moved[i]
			}
			out[currency] = append(out[currency], line)
		}
	}
	return out, nil
}

func (v *visit) figuresPanels(x fund.Figures, months []revenueMonth) []web.Panel {
	id := strings.ToLower(x.Currency)
	name := func(key string) string { return v.Loc.T(key) + " · " + x.Currency }
	in := func(minor int64) string { return v.Loc.Money(money.Amount{Currency: x.Currency, Minor: minor}) }
	fact := func(key, value string) web.Fact { return web.Fact{Name: v.Loc.T(key), Value: value} }
	count := func(n int) string { return v.Loc.Number(int64(n)) }
	monthly := fact("money.monthly", in(0))
	if len(months) > 0 {
		monthly.Value = in(months[len(months)-1].after)
	}
	panels := []web.Panel{{ID: "givers-" + id, Heading: name("metrics.givers"), Text: v.Loc.T("metrics.givers.say"), Facts: []web.Fact{
		monthly, fact("metrics.donors", count(x.New+x.Repeat)), fact("metrics.new", count(x.New)), fact("metrics.repeat", count(x.Repeat)), fact("metrics.lapsed", count(x.Lapsed)),
		fact("metrics.ever", count(x.Donors)), fact("metrics.gifts", count(x.Gifts)), fact("metrics.average", in(x.Average)), fact("metrics.median", in(x.Median)),
	}}}
	if len(months) > 0 {
		panels = append(panels, web.Panel{ID: "revenue-" + id, Heading: name("metrics.revenue"), Text: v.Loc.T("metrics.revenue.say"), Table: v.revenueTable(x.Currency, months)})
	}
	return append(panels, web.Panel{ID: "cohorts-" + id, Heading: name("metrics.cohorts"), Text: v.Loc.T("metrics.cohorts.say"), Table: v.cohortTable(x)})
}

// revenueTable says for each month what moved the monthly revenue, and what it
// came to. Only what moved is named.
func (v *visit) revenueTable(currency string, months []revenueMonth) *web.Table {
	t := &web.Table{Caption: v.Loc.T("metrics.revenue"), Columns: v.Columns("metrics.month", "metrics.moved", "metrics.after")}
	t.Columns[2].Num = true
	in := func(minor int64) string { return v.Loc.Money(money.Amount{Currency: currency, Minor: minor}) }
	for _, m := range slices.Backward(months) {
		var moved []string
		for _, x := range []struct {
			key   string
			minor int64
		}{{"new", m.moves.New}, {"up", m.moves.Upgraded}, {"down", m.moves.Downgraded}, {"paused", m.moves.Paused}, {"resumed", m.moves.Resumed}, {"left", m.moves.Churned}, {"lost", m.moves.Failed}} {
			if x.minor != 0 {
				moved = append(moved, v.Loc.T("metrics.m."+x.key, "amount", in(x.minor)))
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Date(m.month, locale.Month)}, {Text: strings.Join(moved, " · ")}, {Text: in(m.after)}}})
	}
	return t
}

// cohortTable shows of the donors who first gave in a month, which share gave
// again so many months later.
func (v *visit) cohortTable(x fund.Figures) *web.Table {
	t := &web.Table{Caption: v.Loc.T("metrics.cohorts"), Columns: v.Columns("metrics.month", "metrics.first", "metrics.later"), Empty: v.Loc.T("metrics.none")}
	t.Columns[1].Num = true
	for _, c := range slices.Backward(x.Cohorts) {
		if c.Donors == 0 {
			continue
		}
		var later []string
		for n, giving := range c.Giving[1:] {
			later = append(later, v.Loc.T("metrics.share", "n", n+1, "percent", v.Loc.Percent(100*giving/c.Donors)))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Date(c.Month, locale.Month)}, {Text: v.Loc.Number(int64(c.Donors))}, {Text: strings.Join(later, " · ")}}})
	}
	return t
}
