package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// opened is a link of one power whose page is open.
type opened struct {
	store.DonorLink
	token    string
	plan     fund.Plan // of the powers over one
	provider string    // of the plan
	state    string    // "", or why it can't be used: "used", "late", "ended"
}

// withPlan are the powers over a plan.
func withPlan(p store.Power) bool {
	switch p {
	case store.DonorCancel, store.DonorPause, store.DonorResume, store.DonorRestart:
		return true
	}
	return false
}

// link is the page of a link in a mail. Opening it uses nothing up and changes
// nothing: mail programs and scanners open links ahead. Its one button does.
func (m *My) link(ctx context.Context, v *me) (web.Page, error) {
	l, err := v.open(ctx)
	if fault.Is(err, fault.NotFound) {
		return v.unknownLink()
	}
	if err != nil {
		return web.Page{}, err
	}
	if v.post() && v.field("do") == "why" && (l.Power == store.DonorResume || l.Power == store.DonorRestart) {
		return v.whyLink(ctx, l)
	}
	if l.state != "" || !v.post() {
		return v.linkPage(l, nil)
	}
	if _, _, err := v.Nonces.Check(l.purpose(), v.r.PostForm.Get("nonce"), v.Site.Clock.Now(), formLife); err != nil {
		return v.linkPage(l, []web.FieldError{{Field: "form", Say: v.T("my.old")}})
	}
	return v.use(ctx, l)
}

// purpose ties the token of the page's form to the link.
func (l opened) purpose() string { return "my link " + l.token }

// key is what a provider knows the link's one act by, so that a button that is
// pressed twice acts once.
func (l opened) key() string {
	sum := sha256.Sum256([]byte("act of the link " + l.token))
	return "link:" + hex.EncodeToString(sum[:16])
}

func (v *me) open(ctx context.Context) (l opened, err error) {
	l.token = param(v.r, "token")
	if l.DonorLink, err = v.Site.Store.DonorLink(ctx, l.token); err != nil {
		return l, err
	}
	now := v.Site.Clock.Now()
	switch {
	case l.Works(now):
	case !l.RevokedAt.IsZero():
		l.state = "ended"
	case !l.UsedAt.IsZero():
		l.state = "used"
	default:
		l.state = "late"
	}
	if withPlan(l.Power) {
		l.plan, l.provider, err = v.Site.Store.Plan(ctx, l.Object)
	}
	return l, err
}

// unknownLink is for an address that was altered, or cut off by a mail program.
func (v *me) unknownLink() (web.Page, error) {
	return v.form(http.StatusNotFound, web.MyFormPage{Heading: v.T("my.link.unknown"), Say: []string{v.T("my.link.unknown.say")}, Links: v.waysOn(nil)})
}

// waysOn lead further where a link does not.
func (v *me) waysOn(plan *fund.Plan) []web.Link {
	out := []web.Link{{Text: v.T("my.signin.way"), Href: v.Path("/my")}}
	if plan == nil || !plan.State.Alive() {
		out = append(out, web.Link{Text: v.T("my.give.again"), Href: v.Path("/give")})
	}
	return out
}

// linkPage says what the link will do, or why it can't any more.
func (v *me) linkPage(l opened, wrong []web.FieldError) (web.Page, error) {
	if l.state != "" {
		return v.spentPage(l)
	}
	p := web.MyFormPage{Heading: v.T("my.link.ask." + string(l.Power)), Say: v.linkSay(l)}
	if withPlan(l.Power) {
		p.Facts = v.planFacts(l.plan)
		p.Links = []web.Link{{Text: v.T("my.signin.way"), Href: v.Path("/my")}}
		if over(l) {
			p.Say, p.Links = []string{v.T("my.link.over")}, v.waysOn(&l.plan)
			return v.form(http.StatusOK, p)
		}
	}
	if withPlan(l.Power) && l.Power != store.DonorRestart && v.standing(l.provider) {
		p.Say = append(p.Say, v.T("my.plan.bank"))
	}
	f := web.Form{ID: "act", Action: v.here(), Nonce: v.Nonces.Mint(l.purpose(), v.Site.Clock.Now()), Submit: v.T("my.link.act." + string(l.Power)), Errors: wrong}
	if l.Power == store.DonorPause {
		f.Groups = []web.FieldGroup{{Fields: []web.Field{v.monthsField()}}}
	}
	p.Panels = []web.MyPanel{{Form: &f}}
	v.tellAfter(&p, &f, l)
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.form(status, p)
}

// tellAfter makes the page of a link that takes back what was done just before
// tell of that first.
func (v *me) tellAfter(p *web.MyFormPage, f *web.Form, l opened) {
	after := v.after(l)
	if after == "" {
		return
	}
	f.Quiet = true
	p.Heading, p.Say = v.T("my.after."+after), []string{v.planNext(l.plan)}
	if v.standing(l.provider) {
		p.Say = append(p.Say, v.T("my.plan.bank"))
	}
	if l.Power == store.DonorResume {
		f.Submit = v.T("my.undo")
	}
	if after == "cancel" {
		p.Panels = append(p.Panels, v.whyPanel(v.here(), f.Nonce))
	}
}

// after is what was done just before this link was shown, which takes it back:
// the address says so, and so does the plan.
func (v *me) after(l opened) string {
	switch done := v.r.URL.Query().Get("done"); {
	case done == "pause" && l.plan.State == fund.PlanPaused:
		return done
	case (done == "cancel" || done == "why") && (l.plan.State == fund.PlanCancelScheduled || l.plan.State == fund.PlanCancelled):
		return "cancel"
	}
	return ""
}

// over tells whether there is nothing left for the link to act on.
func over(l opened) bool {
	alive := l.plan.State.Alive() || l.plan.State == fund.PlanUnpaid
	return l.Power != store.DonorRestart && !alive
}

// linkSay is what the button will do. An address stands in full only where the
// link was sent to this very address.
func (v *me) linkSay(l opened) []string {
	return []string{v.T("my.link.say."+string(l.Power), "email", l.Detail["email"], "outlet", v.outlet.Name)}
}

// spentPage explains a link that works no more: when it was used and for what,
// or until when it worked, and how to go on.
func (v *me) spentPage(l opened) (web.Page, error) {
	p := web.MyFormPage{Heading: v.T("my.link." + l.state)}
	status := http.StatusGone
	switch l.state {
	case "used":
		p.Say = []string{v.T("my.link.used.at", "when", v.At(l.UsedAt)) + " " + v.T("my.link.did."+string(l.Power))}
		if l.Power == store.DonorResume && v.r.URL.Query().Get("done") == "resume" { // we come from the button
			p.Heading, p.Say, status = v.T("my.after.resume"), []string{v.planNext(l.plan)}, http.StatusOK
		}
		if withPlan(l.Power) {
			p.Facts = v.planFacts(l.plan)
		}
	case "late":
		p.Say = []string{v.T("my.link.late.say", "when", v.At(l.ExpiresAt))}
	case "ended":
		p.Say = []string{v.T("my.link.ended.say", "when", v.At(l.RevokedAt))}
	}
	var plan *fund.Plan
	if withPlan(l.Power) {
		plan = &l.plan
	}
	p.Links = v.waysOn(plan)
	return v.form(status, p)
}
