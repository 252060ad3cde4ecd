package site

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// shown is how many gifts the first page lists.
const shown = 12

// overview is the donor's own page.
func (v *me) overview(ctx context.Context) (web.Page, error) {
	p := web.MyPage{
		Email: v.donor.Email, Done: v.done("moved", "name", "news", "cancel", "pledge"), GiveAnyway: v.Give, NotDeduct: v.Frame.Outlet.Legal,
		Data: []web.Link{{Text: v.T("my.agreed"), Href: v.Path("/my/agreed")}, {Text: v.T("my.address"), Href: v.Path("/my/address")}, {Text: v.T("my.export"), Href: v.Path("/my/export")}, {Text: v.T("my.erase"), Href: v.Path("/my/erase")}},
	}
	if err := v.addPledges(ctx, &p); err != nil {
		return web.Page{}, err
	}
	if err := v.addPlans(ctx, &p); err != nil {
		return web.Page{}, err
	}
	if err := v.addGifts(ctx, &p); err != nil {
		return web.Page{}, err
	}
	if v.TaxForms != nil {
		forms, err := v.TaxForms(ctx, v.donor.ID, v.lang)
		if err != nil {
			return web.Page{}, err
		}
		p.Data = append(forms, p.Data...)
	}
	var err error
	if p.News, err = v.newsForm(ctx); err != nil {
		return web.Page{}, err
	}
	p.Name, p.SignOut = v.nameForm(nil), v.button("my.out", "/my/sign-out")
	v.Title = v.T("my.heading")
	p.Frame = v.Frame
	return v.draw("site/my", http.StatusOK, p)
}

func (v *me) addPlans(ctx context.Context, page *web.MyPage) error {
	plans, err := v.Site.Store.DonorPlans(ctx, v.donor.ID)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if p.State == fund.PlanIncompleteExpired {
			continue
		}
		_, provider, err := v.Site.Store.Plan(ctx, p.ID)
		if err != nil {
			return err
		}
		if p.State == fund.PlanIncomplete && v.standing(provider) {
			continue // shown as what was announced
		}
		at := "/my/plans/" + p.ID
		x := web.MyPlan{ID: "plan-" + p.ID, Heading: v.planTitle(p), Tag: v.planTag(p), Say: []string{v.planNext(p)}}
		if !p.StartedAt.IsZero() {
			x.Say = append([]string{v.T("my.plan.since", "day", v.On(p.StartedAt))}, x.Say...)
		}
		if v.standing(provider) && p.State.Alive() {
			x.Say = append(x.Say, v.T("my.plan.bank"))
		}
		can := v.may(p, provider)
		if can[fund.ChangeAmount] || can[fund.ChangePause] || can[fund.ChangeMethod] {
			x.Links = []web.Link{{Text: v.T("my.plan.change"), Href: v.Path(at)}}
		}
		if can[fund.ChangeResume] {
			x.Buttons = append(x.Buttons, v.planButton(p, "my.plan.act.resume", "resume"))
		}
		if can[fund.ChangeCancel] {
			x.Buttons, x.Legal = append(x.Buttons, v.planButton(p, "my.plan.act.cancel", "cancel")), v.T("my.plan.say.cancel")
		}
		page.Plans = append(page.Plans, x)
	}
	return nil
}

// planButton does one change in one click.
func (v *me) planButton(p fund.Plan, key, do string) web.PostButton {
	b := v.button(key, "/my/plans/"+p.ID, web.HiddenField{Name: "do", Value: do})
	b.Of = v.planTitle(p)
	return b
}

func (v *me) addGifts(ctx context.Context, page *web.MyPage) error {
	limit := shown
	if v.r.URL.Query().Get("gifts") == "all" {
		limit = 0
	}
	gifts, err := v.Site.Store.DonorGifts(ctx, v.donor.ID, time.Time{}, time.Time{}, limit)
	if err != nil {
		return err
	}
	count, first, err := v.Site.Store.CountDonorGifts(ctx, v.donor.ID)
	if err != nil {
		return err
	}
	receipts := map[string]web.Link{}
	if v.Receipts != nil {
		if receipts, err = v.Receipts(ctx, v.donor.ID, v.lang); err != nil {
			return err
		}
	}
	for _, g := range gifts {
		line := v.giftLine(g)
		if r, ok := receipts[g.ID]; ok {
			line.Receipt, page.Receipts = &r, true
		}
		page.Gifts = append(page.Gifts, line)
	}
	if page.Count = count; count > len(gifts) {
		page.All = v.Path("/my") + "?gifts=all"
	}
	for _, s := range sums(gifts) {
		page.Kept = append(page.Kept, s.Kept)
	}
	now := v.Money.Now().In(v.Zone)
	from, to := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, v.Zone), now
	page.Range = v.rangeForm(from.Format(time.DateOnly), to.Format(time.DateOnly), "")
	for year := now.Year(); count > 0 && year >= first.In(v.Zone).Year() && len(page.Years) < 8; year-- {
		y := strconv.Itoa(year)
		page.Years = append(page.Years, web.Link{Text: v.Digits(y), Href: v.Path("/my/statement") + "?from=" + y + "-01-01&to=" + y + "-12-31"})
	}
	return nil
}

// giftLine is a payment as its donor sees it.
func (v *me) giftLine(g store.DonorGift) web.MyGift {
	line := web.MyGift{At: g.SucceededAt, Kind: v.T("my.every." + string(g.Every)), For: v.forWhat(g.Campaign), Amount: g.Amount}
	in := func(minor int64) string {
		return v.Locale.Money(money.Amount{Currency: g.Amount.Currency, Minor: minor})
	}
	switch {
	case g.Disputed > 0:
		line.Tag = &web.Tag{Text: v.T("my.gift.disputed"), Kind: "warn"}
	case g.Refunded >= g.Amount.Minor:
		line.Tag = &web.Tag{Text: v.T("my.gift.refunded")}
	case g.Refunded > 0:
		line.Tag = &web.Tag{Text: v.T("my.gift.part", "amount", in(g.Refunded))}
	}
	return line
}

// sums adds gifts up by currency, in the order in which currencies appear.
func sums(gifts []store.DonorGift) []web.MySum {
	var out []web.MySum
	at := map[string]int{}
	for _, g := range gifts {
		c := g.Amount.Currency
		i, ok := at[c]
		if !ok {
			zero := money.Amount{Currency: c}
			i = len(out)
			at[c], out = i, append(out, web.MySum{Given: zero, Back: zero, Kept: zero})
		}
		out[i].Given.Minor += g.Amount.Minor
		out[i].Back.Minor += g.Refunded + g.Disputed
		out[i].Kept.Minor += g.Left()
	}
	return out
}

// nameForm is about the donor's name, whether it is shown, and their language.
func (v *me) nameForm(errors []web.FieldError) web.Form {
	d := v.donor
	f := web.Form{ID: "who", Action: v.Path("/my/name"), Nonce: v.mint(), Submit: v.T("my.save"), Quiet: true, Errors: errors}
	fields := []web.Field{
		{Name: "name", Label: v.T("my.name.label"), Value: d.Name, Optional: true, Autocomplete: "name", Dir: "auto"},
		{Name: "wall", Kind: "check", Label: v.T("my.wall"), Hint: v.T("my.wall.hint"), Checked: d.ShowName},
	}
	lang := web.Field{Name: "lang", Kind: "select", Label: v.T("my.lang"), Value: d.Lang}
	for _, l := range v.outlet.Langs() {
		lang.Options = append(lang.Options, web.Option{Value: l, Text: locale.NameOf(l), Lang: l})
	}
	if len(lang.Options) > 1 {
		fields = append(fields, lang)
	}
	f.Groups = []web.FieldGroup{{Fields: fields}}
	return f
}

// rename keeps name, wall and language.
func (m *My) rename(ctx context.Context, v *me) (web.Page, error) {
	if !v.post() {
		return v.to("/my")
	}
	d := v.donor
	d.Name, d.ShowName = v.field("name"), v.field("wall") != ""
	if l := v.field("lang"); v.outlet.Speaks(l) {
		d.Lang = l
	}
	if say := fund.CheckName(v.Locale, d.Name); say != "" {
		v.donor = d
		f := v.nameForm([]web.FieldError{{Field: "name", Say: say}})
		return v.form(http.StatusUnprocessableEntity, web.MyFormPage{Heading: v.T("my.name"), Panels: []web.MyPanel{{Form: &f}}, Links: v.back()})
	}
	if err := v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetDonor(ctx, d) }); err != nil {
		return web.Page{}, err
	}
	return v.to("/my?done=name")
}

// shortTo keeps the beginning of a text.
func shortTo(s string, most int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
