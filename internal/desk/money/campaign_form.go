package money

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// sparse is how many empty cost lines the editor shows beyond those that are
// filled in; saving brings new ones.
const sparse = 3

// maxCosts bounds the cost lines of one form.
const maxCosts = 40

// plain writes an amount as people type it, without sign, grouping and needless
// zeros.
func (v *visit) plain(currency string, minor int64) string {
	if minor == 0 {
		return ""
	}
	s := money.Amount{Currency: currency, Minor: minor}.Decimal()
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if v.Loc.DecimalComma() {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// campaignValues are the values of the editor's fields for a campaign.
func (v *visit) campaignValues(c fund.Campaign) url.Values {
	zone := v.Outlet.Location()
	in := url.Values{}
	in.Set("slug", c.Slug)
	in.Set("currency", c.Currency)
	in.Set("starts", c.StartsAt.In(zone).Format(time.DateOnly))
	in.Set("ends", c.EndsAt.In(zone).Format(time.DateOnly))
	in.Set("grace", strconv.Itoa(int(c.Grace.Hours())))
	in.Set("goal", v.plain(c.Currency, c.Goal))
	in.Set("counting", string(c.Counting))
	in.Set("donor_cap", v.plain(c.Currency, c.DonorCap))
	if c.Cover {
		in.Set("cover", "on")
	}
	for _, lang := range v.Outlet.Langs() {
		in.Set("title_"+lang, c.Title[lang])
		in.Set("dek_"+lang, c.Dek[lang])
		in.Set("body_"+lang, c.Body[lang])
		in.Set("costs_note_"+lang, c.CostsNote[lang])
		in.Set("outcome_"+lang, c.Outcome[lang])
	}
	for i, cost := range c.Costs {
		in.Set(costField("amount", i), v.plain(c.Currency, cost.Minor))
		for _, lang := range v.Outlet.Langs() {
			in.Set(costField("name_"+lang, i), cost.Name[lang])
		}
	}
	for _, every := range []fund.Every{fund.Once, fund.Month, fund.Year} {
		var list []string
		for _, minor := range c.Amounts[every] {
			list = append(list, v.plain(c.Currency, minor))
		}
		in.Set("amounts_"+string(every), strings.Join(list, " "))
	}
	return in
}

func costField(what string, i int) string { return "cost_" + what + "_" + strconv.Itoa(i+1) }

// editor is the campaign editor as it was filled in.
type editor struct {
	*visit
	c   fund.Campaign // as it is kept
	in  url.Values
	bad fault.Fields
	// ladder are amounts suggested from gifts, by interval.
	ladder map[fund.Every][]int64
}

func (d *Pages) campaignEditor(ctx context.Context, v *visit) (*editor, error) {
	c, err := d.campaignIn(ctx, v)
	e := &editor{visit: v, c: c, in: v.campaignValues(c), bad: fault.Fields{}, ladder: map[fund.Every][]int64{}}
	if err != nil {
		return e, err
	}
	for _, every := range []fund.Every{fund.Once, fund.Month, fund.Year} {
		given, err := d.Store.GivenAmounts(ctx, c.Currency, every)
		if err != nil {
			return e, err
		}
		e.ladder[every] = fund.Ladder(given, c.Currency)
	}
	return e, nil
}

func (d *Pages) editCampaign(ctx context.Context, v *visit) (web.Page, error) {
	e, err := d.campaignEditor(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", e.page(ctx))
}

func (e *editor) page(ctx context.Context) web.FormPage {
	f := e.visit.Frame(ctx, "campaign.edit")
	form := web.Form{ID: "campaign", Action: campaignPath(e.c.ID, "edit"), Nonce: e.Nonce(), Submit: e.Loc.T("settings.act"), Errors: desk.ErrorsOf(e.bad, e.order()...)}
	form.Groups = []web.FieldGroup{e.textGroup(e.Outlet.Language), e.timeGroup(), e.goalGroup(), e.costGroup(), e.formGroup(), e.countingGroup()}
	for _, lang := range e.Outlet.Languages {
		form.Groups = append(form.Groups, e.otherGroup(lang))
	}
	if e.c.Seen() {
		form.Groups = append(form.Groups, e.outcomeGroup())
	}
	return web.FormPage{DeskFrame: f, Heading: e.titleOf(e.c), Intro: f.Title, Forms: []web.Form{form},
		Panels: []web.Panel{{ID: "there", Heading: e.Loc.T("campaign.public"), Links: []web.Link{
			{Text: e.Loc.T("campaign.back"), Href: campaignPath(e.c.ID)}, {Text: e.Loc.T("campaign.see"), Href: e.d.publicPage(e.visit, e.c)}}}}}
}

// order is the order of the fields that may be at fault.
func (e *editor) order() []string {
	out := []string{"title_" + e.Outlet.Language}
	out = append(out, "slug", "currency", "starts", "ends", "grace", "goal", "reason")
	for i := range e.lines() {
		out = append(out, costField("name_"+e.Outlet.Language, i), costField("amount", i))
	}
	return append(out, "costs_note_"+e.Outlet.Language, "amounts_once", "amounts_month", "amounts_year", "counting", "donor_cap")
}

func (e *editor) fieldOf(name, label, hint string) web.Field {
	f := web.Field{Name: name, Label: e.Loc.T(label), Value: e.in.Get(name), Dir: "auto"}
	if hint != "" {
		f.Hint = e.Loc.T(hint)
	}
	return f
}

func (e *editor) textGroup(lang string) web.FieldGroup {
	in := func(name, label string, rows int) web.Field {
		f := e.fieldOf(name+"_"+lang, label, "")
		f.Lang, f.Dir, f.Rows, f.Optional = lang, locale.DirOf(lang), rows, true
		if rows > 0 {
			f.Kind = "area"
		}
		return f
	}
	title := in("title", "campaign.title", 0)
	if lang == e.Outlet.Language {
		title.Required, title.Optional = true, false
	}
	return web.FieldGroup{Legend: e.Loc.T("settings.texts", "lang", locale.NameOf(lang)), Fields: []web.Field{title, in("dek", "campaign.dek", 2), in("body", "campaign.body", 8)}}
}

func (e *editor) timeGroup() web.FieldGroup {
	currency := e.fieldOf("currency", "settings.currency", "")
	if e.c.CurrencyFixed() {
		currency.Hint = e.Loc.T("campaign.currency.fixed")
	}
	starts, ends := e.fieldOf("starts", "campaign.start", ""), e.fieldOf("ends", "campaign.end", "campaign.end.hint")
	starts.Kind, ends.Kind = "date", "date"
	slug := e.fieldOf("slug", "campaign.slug", "campaign.slug.hint")
	grace := e.fieldOf("grace", "campaign.grace", "campaign.grace.hint")
	grace.Kind, grace.InputMode = "number", "numeric"
	fields := []web.Field{slug, currency, starts, ends, grace}
	for i := range fields {
		fields[i].Dir, fields[i].Required = "ltr", true
	}
	return web.FieldGroup{Legend: e.Loc.T("campaign.where"), Fields: fields}
}

func (e *editor) goalGroup() web.FieldGroup {
	goal := e.fieldOf("goal", "campaign.goal", "")
	goal.InputMode, goal.Dir, goal.Required = "decimal", "ltr", true
	take := e.fieldOf("take_sum", "campaign.costs.take", "")
	take.Kind, take.Checked = "check", e.in.Get("take_sum") != ""
	fields := []web.Field{goal, take}
	if e.c.Seen() {
		reason := e.fieldOf("reason", "campaign.goal.reason", "campaign.goal.reason.hint")
		reason.Optional = true
		fields = append(fields, reason)
	}
	return web.FieldGroup{Legend: e.Loc.T("campaign.goal"), Fields: fields}
}

// lines is how many cost lines the form shows.
func (e *editor) lines() int {
	last := 0
	for i := range maxCosts {
		for _, what := range append([]string{"amount"}, e.nameFields()...) {
			if e.in.Get(costField(what, i)) != "" {
				last = i + 1
			}
		}
	}
	return min(maxCosts, last+sparse)
}

func (e *editor) nameFields() []string {
	var out []string
	for _, lang := range e.Outlet.Langs() {
		out = append(out, "name_"+lang)
	}
	return out
}

func (e *editor) costGroup() web.FieldGroup {
	g := web.FieldGroup{Legend: e.Loc.T("campaign.costs"), Hint: e.costHint()}
	for i := range e.lines() {
		g.Fields = append(g.Fields, e.costName(e.Outlet.Language, i), web.Field{Name: costField("amount", i), Label: e.Loc.T("campaign.cost.amount", "n", e.Loc.Count(i+1)),
			Value: e.in.Get(costField("amount", i)), InputMode: "decimal", Dir: "ltr", Optional: true})
	}
	g.Fields = append(g.Fields, e.costNote(e.Outlet.Language))
	return g
}

func (e *editor) costName(lang string, i int) web.Field {
	return web.Field{Name: costField("name_"+lang, i), Label: e.Loc.T("campaign.cost.name", "n", e.Loc.Count(i+1)),
		Value: e.in.Get(costField("name_"+lang, i)), Lang: lang, Dir: locale.DirOf(lang), Optional: true}
}

func (e *editor) costNote(lang string) web.Field {
	f := e.fieldOf("costs_note_"+lang, "campaign.costs.note", "campaign.costs.note.hint")
	f.Kind, f.Rows, f.Lang, f.Dir, f.Optional = "area", 2, lang, locale.DirOf(lang), true
	return f
}

// otherGroup has the texts of a further language, with those of the cost lines
// that there are.
func (e *editor) otherGroup(lang string) web.FieldGroup {
	g := e.textGroup(lang)
	for i := range e.lines() {
		own, main := e.costName(lang, i), e.costName(e.Outlet.Language, i)
		if own.Hint = main.Value; own.Hint+own.Value != "" {
			g.Fields = append(g.Fields, own)
		}
	}
	g.Fields = append(g.Fields, e.costNote(lang))
	return g
}

// costHint says by how much the cost lines miss the goal.
func (e *editor) costHint() string {
	c := e.c
	if len(e.bad) > 0 || len(c.Costs) == 0 {
		return e.Loc.T("campaign.costs.hint")
	}
	diff := c.Goal - c.CostSum()
	if diff == 0 {
		return e.Loc.T("campaign.costs.even", "sum", e.money(c, c.CostSum()))
	}
	return e.Loc.T("campaign.costs.differ", "sum", e.money(c, c.CostSum()), "goal", e.money(c, c.Goal), "difference", e.money(c, diff))
}

func (e *editor) formGroup() web.FieldGroup {
	g := web.FieldGroup{Legend: e.Loc.T("campaign.form")}
	for _, every := range []fund.Every{fund.Once, fund.Month, fund.Year} {
		f := e.fieldOf("amounts_"+string(every), "campaign.amounts."+string(every), "campaign.amounts.hint")
		f.Dir, f.Optional = "ltr", true
		if list := e.ladder[every]; len(list) > 0 {
			var words []string
			for _, minor := range list {
				words = append(words, e.plain(e.c.Currency, minor))
			}
			f.Hint += " " + e.Loc.T("campaign.amounts.ladder", "amounts", strings.Join(words, " "))
		}
		g.Fields = append(g.Fields, f)
	}
	cover := e.fieldOf("cover", "campaign.cover.offer", "campaign.cover.hint")
	cover.Kind, cover.Checked = "check", e.in.Get("cover") != ""
	g.Fields = append(g.Fields, cover)
	return g
}

func (e *editor) countingGroup() web.FieldGroup {
	f := e.fieldOf("counting", "campaign.counting", "campaign.counting.hint")
	f.Kind = "radio"
	for _, c := range []fund.Counting{fund.ReceivedOnly, fund.Projected, fund.Annualised} {
		f.Options = append(f.Options, web.Option{Value: string(c), Text: e.Loc.T("campaign.counting." + string(c)), Hint: e.Loc.T("campaign.counting.say." + string(c))})
	}
	limit := e.fieldOf("donor_cap", "campaign.donor_cap", "campaign.donor_cap.hint")
	limit.InputMode, limit.Dir, limit.Optional = "decimal", "ltr", true
	return web.FieldGroup{Legend: e.Loc.T("campaign.policy"), Fields: []web.Field{f, limit}}
}

func (e *editor) outcomeGroup() web.FieldGroup {
	g := web.FieldGroup{Legend: e.Loc.T("campaign.outcome"), Hint: e.Loc.T("campaign.outcome.hint")}
	for _, lang := range e.Outlet.Langs() {
		g.Fields = append(g.Fields, web.Field{Name: "outcome_" + lang, Label: locale.NameOf(lang), Kind: "area", Rows: 4, Value: e.in.Get("outcome_" + lang),
			Lang: lang, Dir: locale.DirOf(lang), Optional: true})
	}
	return g
}

// doEditCampaign keeps what was filled in, or shows it again with what is wrong.
func (d *Pages) doEditCampaign(ctx context.Context, v *visit) (web.Page, error) {
	e, err := d.campaignEditor(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	e.in = v.PostForm
	c, goal := e.read()
	if len(e.bad) == 0 {
		err := d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.SaveCampaign(ctx, v.By(), c, goal, d.Money.Now())
			return err
		})
		if err == nil {
			return desk.See(campaignPath(c.ID) + "?done=saved"), nil
		}
		if !e.blame(err) {
			return web.Page{}, err
		}
	}
	return v.Again("desk/form", e.page(ctx))
}

// blame puts what the store refuses beside its field; false where it is no fault
// of the form.
func (e *editor) blame(err error) bool {
	var known *fault.Error
	if !errors.As(err, &known) {
		return false
	}
	switch known.Kind {
	case fault.Conflict:
		e.bad["slug"] = e.Loc.T("campaign.bad.taken")
	case fault.Invalid:
		e.bad["reason"] = e.Loc.T("campaign.bad.reason")
	default:
		return false
	}
	return true
}
