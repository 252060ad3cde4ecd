package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// planTags are the colours of a plan's states.
var planTags = map[fund.PlanState]string{
	fund.PlanActive: "ok", fund.PlanPaused: "hint", fund.PlanCancelScheduled: "warn", fund.PlanPastDue: "warn", fund.PlanUnpaid: "stop", fund.PlanIncomplete: "hint",
}

func (v *me) planTag(p fund.Plan) web.Tag {
	return web.Tag{Text: v.T("my.plan." + string(p.State)), Kind: planTags[p.State]}
}

// planTitle is "$12 every month".
func (v *me) planTitle(p fund.Plan) string {
	return v.T("my.plan.each."+string(p.Every), "amount", v.MoneyWhole(p.Amount))
}

// planFacts are a plan on the page of a link.
func (v *me) planFacts(p fund.Plan) []web.Fact {
	tag := v.planTag(p)
	return []web.Fact{
		{Name: v.T("my.plan"), Value: v.planTitle(p), Tag: &tag},
		{Name: v.T("my.plan.next"), Value: v.planNext(p)},
	}
}

// planNext is what comes next of a plan, in a sentence.
func (v *me) planNext(p fund.Plan) string {
	switch {
	case p.State == fund.PlanCancelScheduled && !p.CancelAt.IsZero():
		return v.T("my.next.ends", "day", v.On(p.CancelAt))
	case p.State == fund.PlanPaused && !p.PausedUntil.IsZero():
		return v.T("my.next.rests.until", "day", v.On(p.PausedUntil))
	case p.State == fund.PlanPaused:
		return v.T("my.next.rests")
	case p.State == fund.PlanPastDue && !p.NextChargeAt.IsZero():
		return v.T("my.next.retry", "day", v.On(p.NextChargeAt))
	case p.State == fund.PlanPastDue || p.State == fund.PlanUnpaid:
		return v.T("my.next.open")
	case !p.State.Alive() && !p.EndedAt.IsZero():
		return v.T("my.next.ended", "day", v.On(p.EndedAt))
	case !p.State.Alive():
		return v.T("my.next.none")
	case p.NextChargeAt.IsZero():
		return v.T("my.next.unknown")
	}
	return v.T("my.next.charge", "day", v.On(p.NextChargeAt))
}

// standing tells whether a plan is paid by a standing order at the donor's bank,
// which nobody but the donor can change or end.
func (v *me) standing(provider string) bool {
	p, ok := v.Fund.Providers[provider]
	return ok && p.Caps().Road == fund.Instructions
}

// forWhat is what a gift or a plan is for.
func (v *me) forWhat(titles map[string]string) string {
	if titles == nil {
		return v.T("fund.general.heading", "outlet", v.outlet.Name)
	}
	return outlet.Words(titles).In(v.lang, v.outlet.Language)
}

func (v *me) monthsField() web.Field {
	f := web.Field{Name: "months", Kind: "radio", Label: v.T("my.months"), Value: "1"}
	for n := 1; n <= fund.MaxPause; n++ {
		f.Options = append(f.Options, web.Option{Value: strconv.Itoa(n), Text: v.N("my.months.n", n)})
	}
	return f
}

// pauseUntil reads the choice of months.
func (v *me) pauseUntil() (time.Time, error) {
	n, err := strconv.Atoi(v.field("months"))
	if err != nil {
		n = 0
	}
	return fund.PauseUntil(n, v.Money.Now())
}

// reasons are why plans end, as the form offers them.
var reasons = []string{"money", "paper", "elsewhere", "trial", "other"}

// whyPanel asks why a plan was ended, once it was.
func (v *me) whyPanel(action, nonce string) web.MyPanel {
	if v.r.URL.Query().Get("done") == "why" {
		return web.MyPanel{ID: "why", Heading: v.T("my.why"), Say: []string{v.T("my.why.thanks")}}
	}
	f := web.Form{ID: "why", Action: action, Nonce: nonce, Hidden: []web.HiddenField{{Name: "do", Value: "why"}}, Submit: v.T("my.why.act"), Quiet: true}
	choice := web.Field{Name: "reason", Kind: "radio", Label: v.T("my.why.label")}
	for _, r := range reasons {
		choice.Options = append(choice.Options, web.Option{Value: r, Text: v.T("my.why." + r)})
	}
	f.Groups = []web.FieldGroup{{Fields: []web.Field{choice, {Name: "words", Kind: "area", Label: v.T("my.why.words"), Optional: true, Rows: 3}}}}
	return web.MyPanel{ID: "why-h", Heading: v.T("my.why"), Say: []string{v.T("my.why.say")}, Form: &f}
}

// keepWhy keeps the reason that was given, if one was.
func (v *me) keepWhy(ctx context.Context, plan fund.Plan, form string) error {
	x := store.CancelReason{ID: form, PlanID: plan.ID, DonorID: plan.DonorID, Reason: "other", Words: shortTo(v.field("words"), 2000)}
	given := false
	for _, r := range reasons {
		if v.field("reason") == r {
			x.Reason, given = r, true
		}
	}
	if !given && x.Words == "" {
		return nil
	}
	return v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.KeepReason(ctx, x) })
}

// whyLink takes the reason on the page of the link that undoes; it uses nothing up.
func (v *me) whyLink(ctx context.Context, l opened) (web.Page, error) {
	form, _, err := v.Nonces.Check(l.purpose(), v.r.PostForm.Get("nonce"), v.Site.Clock.Now(), formLife)
	if err != nil || l.state == "ended" {
		return v.again()
	}
	if err := v.keepWhy(ctx, l.plan, form); err != nil {
		return web.Page{}, err
	}
	return web.Redirect(http.StatusSeeOther, v.here()+"?done=why"), nil
}

// plan is the page of one plan, where all of it can be changed.
func (m *My) plan(ctx context.Context, v *me) (web.Page, error) {
	p, provider, err := v.Site.Store.Plan(ctx, param(v.r, "id"))
	if err != nil {
		return web.Page{}, err
	}
	if p.DonorID != v.donor.ID {
		return web.Page{}, fault.New(fault.NotFound, "there is no such plan")
	}
	if !v.post() {
		return v.planPage(http.StatusOK, p, provider, "", "")
	}
	return v.changePlan(ctx, p, provider)
}

// changePlan does what a form of the plan's page asks for. The form's own token
// is the key, so that a form that is sent twice acts once.
func (v *me) changePlan(ctx context.Context, p fund.Plan, provider string) (web.Page, error) {
	form, err := v.nonce()
	if err != nil {
		return web.Page{}, err
	}
	do := v.field("do")
	if do == "why" {
		if err := v.keepWhy(ctx, p, form); err != nil {
			return web.Page{}, err
		}
		return v.to("/my/plans/" + p.ID + "?done=why")
	}
	c, say := v.change(p, provider, do)
	if say != "" {
		return v.planPage(http.StatusUnprocessableEntity, p, provider, do, say)
	}
	h, err := v.Fund.Change(ctx, p.ID, c, "my:"+form)
	switch {
	case err == nil && h.URL != "" && c.Do != fund.ChangeCancel: // of a cancellation its page tells, with the way back
		return web.Redirect(http.StatusSeeOther, h.URL), nil
	case err == nil:
		return v.to("/my/plans/" + p.ID + "?done=" + do)
	case v.willBeDone(ctx, p.ID, "my:"+form, err):
		return v.to("/my/plans/" + p.ID + "?done=waits")
	}
	say = v.T("my.unavailable")
	if r := fund.Refused(err); r != nil {
		say = r.In(v.Locale)
	} else if !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		return web.Page{}, err
	}
	return v.planPage(web.Status(err), p, provider, do, say)
}

// change reads one form of the page; say is what is wrong with it.
func (v *me) change(p fund.Plan, provider, do string) (c fund.Change, say string) {
	c.Do = fund.ChangeKind(do)
	switch c.Do {
	case fund.ChangeAmount:
		caps := fund.Caps{}
		if x, ok := v.Fund.Providers[provider]; ok {
			caps = x.Caps()
		}
		c.Amount, say = fund.ReadAmount(v.Locale, caps, v.Fund.LimitsOf(p.Amount.Currency), p.Amount.Currency, v.field("own"))
	case fund.ChangeEvery:
		c.Every = fund.Every(v.field("every"))
	case fund.ChangePause:
		until, err := v.pauseUntil()
		if c.Until = until; err != nil {
			say = v.T("my.months.choose")
		}
	case fund.ChangeMethod:
		c.ReturnURL = v.outlet.URL(v.Path("/my/plans/" + p.ID))
	case fund.ChangeResume, fund.ChangeCancel:
	default:
		say = v.T("my.old")
	}
	return c, say
}

// planForm is one thing that can be done about a plan.
type planForm struct {
	do     fund.ChangeKind
	submit string // key of the button
	main   bool
	fields []web.Field
}

// planForms are what the plan's state and its provider allow, in order.
func (v *me) planForms(p fund.Plan, provider string) []planForm {
	own := web.Field{Name: "own", Label: v.T("my.plan.amount", "currency", v.CurrencyName(p.Amount.Currency)), InputMode: "decimal", Value: v.field("own"), Dir: "auto", Required: true}
	every := web.Field{Name: "every", Kind: "radio", Label: v.T("my.plan.every"), Value: string(p.Every), Options: []web.Option{
		{Value: string(fund.Month), Text: v.T("my.plan.month")}, {Value: string(fund.Year), Text: v.T("my.plan.year")}}}
	all := []planForm{
		{fund.ChangeResume, "my.plan.act.resume", true, nil},
		{fund.ChangeAmount, "my.plan.act.amount", true, []web.Field{own}},
		{fund.ChangeEvery, "my.plan.act.every", false, []web.Field{every}},
		{fund.ChangePause, "my.plan.act.pause", false, []web.Field{v.monthsField()}},
		{fund.ChangeMethod, "my.plan.act.method", false, nil},
		{fund.ChangeCancel, "my.plan.act.cancel", false, nil},
	}
	can := v.may(p, provider)
	return slices.DeleteFunc(all, func(f planForm) bool { return !can[f.do] })
}

// planPage shows a plan with the changes that are on offer. wrong is the form to
// mend, say what is wrong with it.
func (v *me) planPage(status int, p fund.Plan, provider, wrong, say string) (web.Page, error) {
	page := web.MyFormPage{Heading: v.planTitle(p), Facts: v.planFacts(p), Done: v.done("amount", "every", "pause", "resume", "cancel", "method", "waits"), Links: v.back()}
	if wrong != "" && !v.hasForm(wrong) {
		page.Done = say
	}
	done := v.r.URL.Query().Get("done")
	if v.standing(provider) && (p.State.Alive() || done == "cancel") {
		page.Say = []string{v.T("my.plan.bank")}
	}
	action, nonce := v.Path("/my/plans/"+p.ID), v.mint()
	ended := (done == "cancel" || done == "why") && (p.State == fund.PlanCancelScheduled || p.State == fund.PlanCancelled)
	for _, x := range v.planForms(p, provider) {
		if ended && x.do != fund.ChangeResume { // after the way back comes the question why
			page.Panels, ended = append(page.Panels, v.whyPanel(action, nonce)), false
		}
		panel := v.planPanel(x, p, action, nonce)
		if string(x.do) == wrong && len(x.fields) > 0 {
			panel.Form.Errors = []web.FieldError{{Field: x.fields[0].Name, Say: say}}
		}
		page.Panels = append(page.Panels, panel)
	}
	if ended {
		page.Panels = append(page.Panels, v.whyPanel(action, nonce))
	}
	return v.form(status, page)
}

func (v *me) planPanel(x planForm, p fund.Plan, action, nonce string) web.MyPanel {
	do := string(x.do)
	f := web.Form{ID: do, Action: action, Nonce: nonce, Hidden: []web.HiddenField{{Name: "do", Value: do}}, Submit: v.T(x.submit), Quiet: !x.main}
	if len(x.fields) > 0 {
		f.Groups = []web.FieldGroup{{Fields: x.fields}}
	}
	heading := v.T("my.plan.do." + do)
	if was := v.r.URL.Query().Get("done"); x.do == fund.ChangeResume && (was == "cancel" || was == "pause") {
		heading, f.Submit = v.T("my.plan.do.undo"), v.T("my.undo")
	}
	return web.MyPanel{ID: do + "-h", Heading: heading, Say: v.hintOf(do, p), Form: &f}
}

// hasForm tells whether a form has a field at which its fault can stand.
func (v *me) hasForm(do string) bool {
	switch fund.ChangeKind(do) {
	case fund.ChangeAmount, fund.ChangeEvery, fund.ChangePause:
		return true
	}
	return false
}

// hintOf says before a change what it will do.
func (v *me) hintOf(do string, p fund.Plan) []string {
	switch fund.ChangeKind(do) {
	case fund.ChangeEvery:
		if !p.NextChargeAt.IsZero() {
			return []string{v.T("my.plan.every.say", "day", v.On(p.NextChargeAt))}
		}
	case fund.ChangePause, fund.ChangeAmount, fund.ChangeMethod, fund.ChangeCancel:
		return []string{v.T("my.plan.say." + do)}
	}
	return nil
}

// may tells which changes are on offer. What a provider refuses all the same is
// said when it is asked for.
func (v *me) may(p fund.Plan, provider string) map[fund.ChangeKind]bool {
	out := map[fund.ChangeKind]bool{}
	x, ok := v.Fund.Providers[provider]
	if !ok {
		return out
	}
	caps := x.Caps()
	runs := p.State == fund.PlanActive || p.State == fund.PlanPastDue || p.State == fund.PlanPaused
	open := p.State == fund.PlanPastDue || p.State == fund.PlanUnpaid
	out[fund.ChangeAmount] = runs && caps.ChangeAmount
	out[fund.ChangeEvery] = runs && !open && caps.ChangeAmount && caps.Takes(p.Amount.Currency, fund.Month) && caps.Takes(p.Amount.Currency, fund.Year)
	out[fund.ChangePause] = p.State == fund.PlanActive && caps.Pause
	out[fund.ChangeResume] = p.State == fund.PlanPaused || p.State == fund.PlanCancelScheduled
	out[fund.ChangeMethod] = (runs || open) && caps.Road == fund.Hosted
	out[fund.ChangeCancel] = runs || open
	return out
}
