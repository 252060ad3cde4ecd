package site

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/web"
)

const (
	// formLife is how long a form may stay open before it is sent.
	formLife = 24 * time.Hour
	// formSize is the most bytes of a form.
	formSize = 64 << 10
	// purpose ties the form's token to this form.
	purpose = "give"
)

// defaultAmounts are suggested where a campaign has none, in whole units of the
// currency. None of them is chosen beforehand.
var defaultAmounts = []int64{10, 25, 50, 100}

// blank is the form before anybody has touched it.
func (v *giving) blank(path string) {
	cur := v.meter.Currency
	lim := v.Fund.LimitsOf(cur)
	v.form = web.GiveForm{
		Action: v.Path(path), Nonce: v.Nonces.Mint(purpose, v.Site.Clock.Now()), Every: string(fund.Once), Currency: cur,
		Minimum: money.Amount{Currency: cur, Minor: lim.Min}, Ways: v.ways(v.Locale, cur),
	}
	for _, p := range v.Fund.Providers {
		v.form.Monthly = v.form.Monthly || p.Caps().Takes(cur, fund.Month)
		v.form.Yearly = v.form.Yearly || p.Caps().Takes(cur, fund.Year)
	}
	if len(v.form.Ways) > 0 {
		v.form.By = v.form.Ways[0].Key
	}
	v.form.NewsTick, v.form.CoverTick = v.campaign.ID != "", v.coverTick()
	if p, ok := v.Fund.Providers[fund.KeyBank]; ok {
		v.form.RemindTick = p.Caps().Takes(v.form.Currency, fund.Month)
	}
	v.choices(fund.Once)
}

// coverTick offers to cover the fee, where the campaign does and the fee is
// known; it says how much that is about.
func (v *giving) coverTick() string {
	if !v.offer.Cover {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(v.Fund.Providers)) {
		if rate, ok := v.Fund.Providers[key].Caps().Fees.For(v.meter.Currency); ok {
			return v.T("campaign.cover.tick", "share", v.Share(rate.PerMillion, 1_000_000), "fixed", v.MoneyWhole(money.Amount{Currency: v.meter.Currency, Minor: rate.Fixed}))
		}
	}
	return ""
}

// choices suggests the campaign's amounts for an interval.
func (v *giving) choices(every fund.Every) {
	cur := v.meter.Currency
	list := v.offer.Amounts[every]
	if len(list) == 0 {
		list = v.offer.Amounts[fund.Once]
	}
	if len(list) == 0 {
		unit := max(v.form.Minimum.Minor/3, 1)
		for _, n := range defaultAmounts {
			list = append(list, n*unit)
		}
	}
	v.form.Choices = nil
	for _, minor := range list {
		a := money.Amount{Currency: cur, Minor: minor}
		v.form.Choices = append(v.form.Choices, web.AmountChoice{Value: a.Decimal(), Amount: a})
	}
}

// prefill takes what the small forms on articles and on the front ask for.
// Nothing of it is an error: the reader has not sent the form yet.
func (v *giving) prefill(r *web.Request) {
	q := web.CleanForm(r.URL.Query())
	if every := fund.Every(q.Get("every")); every == fund.Month && v.form.Monthly || every == fund.Year && v.form.Yearly {
		v.form.Every = string(every)
		v.choices(every)
	}
	v.form.From = short(q.Get("from"))
	if len(q) > 0 {
		v.Robots = "noindex, follow"
	}
	text := short(q.Get("amount"))
	if text == "" {
		return
	}
	if a, err := money.ParseExact(text, v.form.Currency); err == nil && v.choose(a) {
		return
	}
	if text != fund.Own {
		v.form.Own = text
	}
	v.form.Amount = fund.Own
}

func (v *giving) choose(a money.Amount) bool {
	for _, c := range v.form.Choices {
		if c.Amount == a {
			v.form.Amount = c.Value
			return true
		}
	}
	return false
}

// short keeps the beginning of a text that is only shown or counted.
func short(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

// take reads the form and sends the donor on to pay. Where something is not in
// order the form comes back with all that was filled in.
func (v *giving) take(ctx context.Context, r *web.Request) (web.Page, error) {
	if err := web.ReadForm(r, formSize); err != nil {
		return web.Page{}, err
	}
	v.keep(r)
	if v.closed != "" {
		return v.page(ctx, http.StatusUnprocessableEntity)
	}
	nonce, age, err := v.Nonces.Check(purpose, r.PostForm.Get("nonce"), v.Site.Clock.Now(), formLife)
	if err != nil {
		return v.again(ctx, fault.Fields{"form": v.T("fund.old")}, http.StatusUnprocessableEntity)
	}
	ask, begun := v.admit(ctx, r, nonce, age)
	d, err := v.Fund.Begin(ctx, fund.Form{
		Nonce: nonce, Age: age, Campaign: v.campaign, Currency: v.form.Currency, Every: v.form.Every, Choice: v.form.Amount, Own: v.form.Own,
		Email: v.form.Email, Name: v.form.Name, ShowName: v.form.Wall, Provider: v.form.By, Appeal: v.form.From, Consent: v.terms(),
		News: v.form.News, Remind: v.form.Remind, Cover: v.form.Cover, Total: r.PostForm.Get("total"), Admit: ask,
	}, v.Locale)
	if err == nil {
		begun(d)
		return web.Redirect(http.StatusSeeOther, d.URL), nil
	}
	if page, done, err := v.turn(ctx, r, nonce, err); done {
		return page, err
	}
	if _, e := v.Site.Store.Donation(ctx, nonce); e != nil || fault.Is(err, fault.Unavailable) {
		v.form.Nonce = r.PostForm.Get("nonce") // not used up: the same form goes on
	}
	var fields fault.Fields
	var asked *fund.CoverAsked
	switch {
	case errors.As(err, &asked):
		v.form.Total, v.form.Fee = asked.Total, asked.Fee()
		return v.page(ctx, http.StatusOK)
	case errors.As(err, &fields):
		return v.again(ctx, fields, http.StatusUnprocessableEntity)
	case fault.Is(err, fault.Unavailable):
		slog.Error("a gift could not be begun", "err", err)
		return v.again(ctx, fault.Fields{"form": v.T("fund.unavailable")}, http.StatusServiceUnavailable)
	}
	return web.Page{}, err
}

// keep puts what was filled in back into the form.
func (v *giving) keep(r *web.Request) {
	f := r.PostForm
	v.form.From, v.form.Email, v.form.Name = short(f.Get("from")), f.Get("email"), f.Get("name")
	v.form.Own, v.form.Amount, v.form.Wall = f.Get("own"), f.Get("amount"), f.Get("wall") != ""
	v.form.News, v.form.Cover = f.Get("news") != "" && v.form.NewsTick, f.Get("cover") != "" && v.form.CoverTick != ""
	v.form.Remind = f.Get("remind") != "" && v.form.RemindTick
	if f.Get("every") != "" {
		v.form.Every = f.Get("every")
	}
	if f.Get("by") != "" {
		v.form.By = f.Get("by")
	}
	v.choices(fund.Every(v.form.Every))
	v.keepChoice()
	if strings.TrimSpace(v.form.Own) != "" && (v.form.Amount == "" || v.form.Amount == fund.Own) {
		v.form.Amount = fund.Own
	}
}

// keepChoice offers the amount that was chosen also where the interval was
// changed after it: the form that was sent showed the amounts of the other one.
func (v *giving) keepChoice() {
	lim := v.Fund.LimitsOf(v.form.Currency)
	a, err := money.ParseExact(v.form.Amount, v.form.Currency)
	if err != nil || a.Minor < lim.Min || a.Minor > lim.Max || v.choose(a) {
		return
	}
	v.form.Choices = append(v.form.Choices, web.AmountChoice{Value: a.Decimal(), Amount: a})
	slices.SortFunc(v.form.Choices, func(x, y web.AmountChoice) int { return cmp.Compare(x.Amount.Minor, y.Amount.Minor) })
	v.form.Amount = a.Decimal()
}

// terms are what the donor agrees to by sending the form, as it was shown.
func (v *giving) terms() string {
	text := v.T("give.next")
	if legal := v.Frame.Outlet.Legal; legal != "" {
		text += " " + legal
	}
	if v.form.Every != string(fund.Once) && v.Frame.Outlet.Email != "" {
		text += " " + v.T("give.end", "email", v.Frame.Outlet.Email)
	}
	if v.form.Threshold.Minor > 0 {
		text += " " + v.T("give.threshold", "sum", v.MoneyWhole(v.form.Threshold))
	}
	if v.form.Wall {
		text += " " + v.T("agreed.ticked", "words", v.T("give.wall"))
	}
	if v.form.Remind {
		text += " " + v.T("agreed.ticked", "words", v.T("till.remind.tick"))
	}
	if v.form.News {
		text += " " + v.T("agreed.ticked", "words", v.T("campaign.news.tick"))
	}
	return text
}

// announce says on the form from which sum a year on givers are named.
func (v *giving) announce(ctx context.Context) error {
	t, err := v.Site.Store.NameThreshold(ctx)
	v.form.Threshold = t.Amount
	return err
}

// fieldOrder is the order of the form.
var fieldOrder = []string{"form", "every", "amount", "own", "email", "name", "by"}

// again shows the form with what must be mended.
func (v *giving) again(ctx context.Context, fields fault.Fields, status int) (web.Page, error) {
	if say, ok := fields["amount"]; ok && v.form.Amount == fund.Own {
		delete(fields, "amount")
		fields["own"] = say
	}
	for _, name := range fieldOrder {
		if say, ok := fields[name]; ok {
			v.form.Errors = append(v.form.Errors, web.FieldError{Field: name, Say: say})
		}
	}
	return v.page(ctx, status)
}
