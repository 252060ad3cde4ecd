package site

import (
	"context"
	"net/http"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// home is the donor's page, or for those who are not signed in the form that
// asks for a link to it.
func (m *My) home(ctx context.Context, v *me) (web.Page, error) {
	switch {
	case v.post():
		return v.askLink(ctx)
	case v.token != "":
		return v.overview(ctx)
	}
	if said := v.done("sent", "out", "erased", "erased-open"); said != "" {
		return v.said(ctx, said)
	}
	return v.signInForm(ctx, http.StatusOK, "", "")
}

// signInForm asks for the address.
func (v *me) signInForm(ctx context.Context, status int, email, wrong string) (web.Page, error) {
	f := web.Form{ID: "signin", Action: v.Path("/my"), Nonce: v.mint(), Submit: v.T("my.signin.act"), Groups: []web.FieldGroup{{Fields: []web.Field{
		{Name: "email", Kind: "email", Label: v.T("give.email"), Value: email, Autocomplete: "email", Dir: "ltr", Required: true},
	}}}}
	if wrong != "" {
		f.Errors = []web.FieldError{{Field: "email", Say: wrong}}
	}
	p := web.MyFormPage{Heading: v.T("my.heading"), Say: []string{v.T("my.signin.say")}, Panels: []web.MyPanel{{Form: &f}}}
	return v.withMailNote(ctx, status, p)
}

// said is the page after the form, and after signing out.
func (v *me) said(ctx context.Context, done string) (web.Page, error) {
	p := web.MyFormPage{Heading: v.T("my.heading"), Done: done}
	if v.r.URL.Query().Get("done") == "sent" {
		now, err := v.Site.post(ctx)
		if err != nil {
			return web.Page{}, err
		}
		p.Say = []string{v.sent(now, "my.sent.signin.")}
		if now != postGoes {
			p.Done = v.T("my.done.written")
		}
	}
	p.Links = []web.Link{{Text: v.T("my.signin.again"), Href: v.Path("/my")}, {Text: v.T("error.home"), Href: v.Home}}
	return v.withMailNote(ctx, http.StatusOK, p)
}

// withMailNote says so where mails do not go out.
func (v *me) withMailNote(ctx context.Context, status int, p web.MyFormPage) (web.Page, error) {
	now, err := v.Site.post(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if say, ways := v.note(now); say != "" {
		p.Panels = append(p.Panels, web.MyPanel{Say: []string{say}, Links: ways})
	}
	return v.form(status, p)
}

// sent says that a mail was written: that it is on its way, where one can be.
func (v *me) sent(now post, prefix string, args ...any) string {
	if now == postGoes {
		return v.T(prefix+"goes", args...)
	}
	return v.T(prefix+"written", args...)
}

// askLink takes the address. What follows, and how long it takes, is the same
// whether or not somebody gave from it: one look, one job.
func (v *me) askLink(ctx context.Context) (web.Page, error) {
	typed := v.field("email")
	nonce, _, err := v.Nonces.Check(v.purpose(), v.r.PostForm.Get("nonce"), v.Site.Clock.Now(), formLife)
	if err != nil {
		return v.signInForm(ctx, http.StatusUnprocessableEntity, short(typed), v.T("fund.old"))
	}
	email := fund.Email(typed)
	if email == "" {
		return v.signInForm(ctx, http.StatusUnprocessableEntity, short(typed), v.T("fund.email"))
	}
	shown := proof{v.Nonces, v.Site.Clock.Now(), v.r.PostForm, nonce}
	proven := shown.good() && v.Limits.First("proof "+v.r.PostForm.Get("proof"), guard.ProofLasts)
	switch wait, prove := v.Limits.Admit(mailLimits(email, web.Client(ctx)), proven); {
	case wait > 0:
		return v.signInForm(ctx, http.StatusTooManyRequests, email, v.wait(wait))
	case prove:
		return v.askProof(shown)
	}
	donor, err := v.Site.Store.DonorByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) {
		donor, err = fund.Donor{ID: id.New()}, nil
	}
	if err == nil {
		err = v.askLetter(ctx, donor.ID, store.DonorSignIn, "")
	}
	if err != nil {
		return web.Page{}, err
	}
	return v.to("/my?done=sent")
}

// askProof shows the page that asks for a proof before a mail is sent.
func (v *me) askProof(shown proof) (web.Page, error) {
	p := shown.ask(v.Path("/my"), guard.Defaults().Work(guard.Sight{}))
	p.Why, p.Go, p.Kept = v.T("guard.proof.many"), v.T("guard.proof.on"), v.T("guard.proof.typed")
	v.shell.Sandbox = false
	return v.Site.drawProof(v.shell, p)
}

func (v *me) askLetter(ctx context.Context, donorID string, power store.Power, next string) error {
	return v.Site.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Enqueue(ctx, job.LetterTo(job.DonorLetterPayload{Donor: donorID, Power: string(power), Lang: v.lang, Next: next}))
	})
}

// wait says for how long to wait, in whole minutes.
func (v *me) wait(d time.Duration) string {
	return v.N("my.wait", int((d+time.Minute-1)/time.Minute))
}

// prove asks for a fresh link: a browser that was left open must not be enough to
// carry everything away, or to change where mails go.
func (m *My) prove(ctx context.Context, v *me) (web.Page, error) {
	next := within(v.r.URL.Query().Get("next"))
	p := web.MyFormPage{Heading: v.T("my.prove"), Say: []string{v.T("my.prove.say", "email", masked(v.donor.Email))}}
	if v.post() {
		next = within(v.field("next"))
		if wait := v.Limits.Take(mailLimits(v.donor.Email, web.Client(ctx))); wait > 0 {
			p.Done = v.wait(wait)
			return v.form(http.StatusTooManyRequests, p)
		}
		if err := v.askLetter(ctx, v.donor.ID, store.DonorStepUp, next); err != nil {
			return web.Page{}, err
		}
		now, err := v.Site.post(ctx)
		if err != nil {
			return web.Page{}, err
		}
		p.Done = v.sent(now, "my.sent.prove.")
		return v.withMailNote(ctx, http.StatusOK, p)
	}
	b := v.button("my.prove.act", "/my/prove", web.HiddenField{Name: "next", Value: next})
	b.Main = true
	p.Panels = []web.MyPanel{{Buttons: []web.PostButton{b}}}
	p.Links = []web.Link{{Text: v.T("my.heading"), Href: v.Path("/my")}}
	return v.form(http.StatusOK, p)
}

// within is a path of the family to go on to, else its first page.
func within(next string) string {
	switch next {
	case "/my/address", "/my/export", "/my/erase":
		return next
	}
	if strings.HasPrefix(next, "/my/export/") {
		return "/my/export"
	}
	return "/my"
}

// signOut ends the session.
func (m *My) signOut(ctx context.Context, v *me) (web.Page, error) {
	if !v.post() {
		return v.to("/my")
	}
	if err := v.Site.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndDonorSession(ctx, v.token) }); err != nil {
		return web.Page{}, err
	}
	return v.cookie(web.Redirect(http.StatusSeeOther, v.Path("/my")+"?done=out"), ""), nil
}

// enter signs a donor in, in the place of whoever was signed in with this
// browser, and leads on.
func (v *me) enter(token, next string) web.Page {
	return v.cookie(web.Redirect(http.StatusSeeOther, v.Path(next)), token)
}
