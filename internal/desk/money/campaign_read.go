package money

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// read makes a campaign of the form; what is wrong goes to e.bad.
func (e *editor) read() (fund.Campaign, store.NewGoal) {
	c := e.c
	e.readTexts(&c)
	e.readWhere(&c)
	e.readForm(&c)
	c.Costs = e.readCosts(c.Currency)
	goal := store.NewGoal{Reason: e.get("reason")}
	if e.in.Get("take_sum") != "" && c.CostSum() > 0 {
		goal.Minor = c.CostSum()
	} else {
		goal.Minor = e.amount("goal", c.Currency, true)
	}
	c.Goal = goal.Minor
	switch {
	case goal.Minor > 0 && goal.Minor != e.c.Goal && e.c.Seen() && goal.Reason == "":
		e.bad["reason"] = e.Loc.T("campaign.bad.reason")
	case c.Seen() && len(c.Costs) > 0 && c.CostSum() != c.Goal && len(c.CostsNote) == 0:
		e.bad["costs_note_"+e.Outlet.Language] = e.Loc.T("campaign.bad.costs", "sum", e.money(c, c.CostSum()), "goal", e.money(c, c.Goal))
	}
	return c, goal
}

func (e *editor) get(name string) string { return strings.TrimSpace(e.in.Get(name)) }

// texts reads a text in each of the outlet's languages over those that are kept,
// so that a language which was switched off loses nothing.
func (e *editor) texts(name string, kept map[string]string) map[string]string {
	out := maps.Clone(kept)
	if out == nil {
		out = map[string]string{}
	}
	for _, lang := range e.Outlet.Langs() {
		if out[lang] = strings.ReplaceAll(e.get(name+"_"+lang), "\r\n", "\n"); out[lang] == "" {
			delete(out, lang)
		}
	}
	return out
}

func (e *editor) readTexts(c *fund.Campaign) {
	c.Title, c.Dek, c.Body = e.texts("title", c.Title), e.texts("dek", c.Dek), e.texts("body", c.Body)
	c.CostsNote = e.texts("costs_note", c.CostsNote)
	if c.Seen() {
		c.Outcome = e.texts("outcome", c.Outcome)
	}
	if c.Title[e.Outlet.Language] == "" {
		e.bad["title_"+e.Outlet.Language] = e.Loc.T("campaign.bad.title")
	}
}

func (e *editor) readWhere(c *fund.Campaign) {
	if c.Slug = strings.ToLower(e.get("slug")); c.Slug == "" {
		c.Slug = news.Slug(c.Title[e.Outlet.Language], e.Outlet.Language)
	}
	if !fund.GoodSlug(c.Slug) {
		e.bad["slug"] = e.Loc.T("campaign.bad.slug")
	}
	if code := strings.ToUpper(e.get("currency")); !c.CurrencyFixed() {
		if _, known := money.Exponent(code); !known {
			e.bad["currency"] = e.Loc.T("settings.bad.currency")
		} else {
			c.Currency = code
		}
	}
	c.StartsAt = e.day("starts", c.StartsAt, false)
	c.EndsAt = e.day("ends", c.EndsAt, true)
	if e.bad["starts"] == "" && e.bad["ends"] == "" && !c.EndsAt.After(c.StartsAt) {
		e.bad["ends"] = e.Loc.T("campaign.bad.order")
	}
	hours, err := strconv.Atoi(e.get("grace"))
	if err != nil || hours < 0 || hours > 31*24 {
		e.bad["grace"] = e.Loc.T("campaign.bad.grace")
		return
	}
	c.Grace = time.Duration(hours) * time.Hour
}

// day reads a day in the outlet's zone: its first moment, or its last. A day that
// was not changed keeps its moment, which may be that of a button.
func (e *editor) day(name string, kept time.Time, last bool) time.Time {
	zone := e.Outlet.Location()
	if !kept.IsZero() && e.get(name) == kept.In(zone).Format(time.DateOnly) {
		return kept
	}
	at, err := time.ParseInLocation(time.DateOnly, e.get(name), zone)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		e.bad[name] = e.Loc.T("campaign.bad.day")
		return kept
	}
	if last {
		return at.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return at
}

// amount reads an amount above zero; an empty field is 0, and at fault where it
// is needed.
func (e *editor) amount(name, currency string, needed bool) int64 {
	text := e.get(name)
	if text == "" && !needed {
		return 0
	}
	a, err := e.parse(text, currency)
	if err != nil {
		e.bad[name] = e.sayAmount(err, currency)
	}
	return a.Minor
}

func (v *visit) parse(text, currency string) (money.Amount, error) {
	style := money.DecimalPoint
	if v.Loc.DecimalComma() {
		style = money.DecimalComma
	}
	return money.Parse(text, currency, style)
}

// sayAmount says what is wrong with an amount, with the two readings where
// there are two.
func (v *visit) sayAmount(err error, currency string) string {
	var p *money.ParseError
	if errors.As(err, &p) {
		switch p.Reason {
		case money.Ambiguous:
			return v.Loc.T("fund.amount.ambiguous", "low", v.Loc.Money(p.Low), "high", v.Loc.Money(p.High))
		case money.TooFine:
			return v.Loc.T("fund.amount.fine", "low", v.Loc.Money(p.Low), "high", v.Loc.Money(p.High))
		}
	}
	return v.Loc.T("campaign.bad.amount", "example", v.Loc.Money(money.Amount{Currency: currency, Minor: 100_000}))
}

func (e *editor) readCosts(currency string) []fund.Cost {
	var out []fund.Cost
	for i := range maxCosts {
		cost := fund.Cost{Name: map[string]string{}}
		if i < len(e.c.Costs) {
			cost.Name = maps.Clone(e.c.Costs[i].Name)
		}
		for _, lang := range e.Outlet.Langs() {
			if cost.Name[lang] = e.get(costField("name_"+lang, i)); cost.Name[lang] == "" {
				delete(cost.Name, lang)
			}
		}
		field := costField("amount", i)
		cost.Minor = e.amount(field, currency, false)
		switch {
		case e.get(field) == "" && len(cost.Name) == 0:
			continue
		case e.get(field) == "":
			e.bad[field] = e.Loc.T("campaign.bad.cost.amount")
		case len(cost.Name) == 0:
			e.bad[costField("name_"+e.Outlet.Language, i)] = e.Loc.T("campaign.bad.cost.name")
		}
		out = append(out, cost)
	}
	return out
}

// readForm reads what concerns the form that donors fill in.
func (e *editor) readForm(c *fund.Campaign) {
	c.Amounts, c.Cover = e.amountLists(c.Currency), e.in.Get("cover") != ""
	c.Counting = fund.Counting(e.get("counting"))
	if !slices.Contains([]fund.Counting{fund.ReceivedOnly, fund.Projected, fund.Annualised}, c.Counting) {
		e.bad["counting"] = e.Loc.T("campaign.bad.counting")
	}
	c.DonorCap = e.amount("donor_cap", c.Currency, false)
}

// amountLists reads the suggested amounts of each interval.
func (e *editor) amountLists(currency string) map[fund.Every][]int64 {
	out := map[fund.Every][]int64{}
	for _, every := range []fund.Every{fund.Once, fund.Month, fund.Year} {
		name := "amounts_" + string(every)
		list, err := e.amountList(e.get(name), currency)
		if err != nil {
			e.bad[name] = fault.Say(err)
		}
		if len(list) > 0 {
			out[every] = list
		}
	}
	return out
}

// amountList reads amounts with spaces or semicolons between them. The sentence
// of its error is in the person's language.
func (v *visit) amountList(text, currency string) ([]int64, error) {
	var out []int64
	limits := fund.DefaultLimits(currency)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == ';' || r == '؛' || r == '\u00a0' }) {
		a, err := v.parse(word, currency)
		if err == nil {
			_, err = money.ToProvider("stripe", money.Charge, a) // the narrowest steps that a provider of ours has
		}
		switch {
		case err != nil:
			return nil, fault.New(fault.Invalid, "%s", v.sayAmount(err, currency))
		case a.Minor < limits.Min || a.Minor > limits.Max:
			return nil, fault.New(fault.Invalid, "%s", v.Loc.T("campaign.bad.amounts.range", "min", v.Loc.MoneyWhole(money.Amount{Currency: currency, Minor: limits.Min}),
				"max", v.Loc.MoneyWhole(money.Amount{Currency: currency, Minor: limits.Max})))
		}
		out = append(out, a.Minor)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > fund.MaxAmounts {
		return nil, fault.New(fault.Invalid, "%s", v.Loc.T("campaign.bad.amounts.many", "max", v.Loc.Count(fund.MaxAmounts)))
	}
	return out, nil
}
