package desk

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// stage is how far somebody has to have signed in for a page.
type stage int

const (
	inside  stage = iota // signed in
	halfway              // the password was right, the code is awaited
	either               // one of the two
	gate                 // nobody knows who it is
)

// Page draws a page of the desk, or does what a form on one asks for.
type Page func(ctx context.Context, v *Visit) (web.Page, error)

// Route is a page of the desk and who may open it.
type Route struct {
	Pattern string // as http.ServeMux reads it
	Page    Page
	stage   stage
	May     []staff.Action // any of these is enough; none: whoever is inside
	Prove   bool           // must have proved who they are a short while ago
	Upload  bool           // the form brings a file
	// Raw pages read the body of what is sent to them, and ask Visit.Standing who
	// sent it: they answer also where nobody is signed in any more or the form has
	// grown old, so that nothing typed is lost. May and Prove are theirs to ask.
	Raw bool
}

// Part is what a package of pages adds to the desk.
type Part struct {
	Routes []Route
	Tasks  map[string]TaskKind // by the kind of store.Task
}

// Add takes a part in, before Handler is called.
func (d *Desk) Add(p Part) {
	d.parts = append(d.parts, p.Routes...)
	maps.Copy(d.tasks, p.Tasks)
}

var (
	SeeMoney   = []staff.Action{staff.SeeMoney, staff.Outlet}
	seeMail    = []staff.Action{staff.Operate, staff.SeeDonors}
	SeeNeeds   = []staff.Action{staff.Operate, staff.EditDrafts}
	SeeStories = []staff.Action{staff.ReadDrafts, staff.WriteOwn}
)

// Only is a list of one action.
func Only(a staff.Action) []staff.Action { return []staff.Action{a} }

// routes are the pages of the ground.
func (d *Desk) routes() []Route {
	return []Route{
		{Pattern: "GET /desk/sign-in", Page: d.signIn, stage: gate},
		{Pattern: "POST /desk/sign-in", Page: d.doSignIn, stage: gate},
		{Pattern: "POST /desk/passkey/ask", Page: d.askSignIn, stage: gate},
		{Pattern: "POST /desk/passkey", Page: d.doPasskey, stage: gate},
		{Pattern: "GET /desk/recover", Page: d.recover, stage: gate},
		{Pattern: "POST /desk/recover", Page: d.doRecover, stage: gate},
		{Pattern: "GET /desk/code", Page: d.code, stage: halfway},
		{Pattern: "POST /desk/code", Page: d.doCode, stage: halfway},
		{Pattern: "GET /desk/link/{token}", Page: d.link, stage: gate},
		{Pattern: "POST /desk/link/{token}", Page: d.doLink, stage: gate},
		{Pattern: "POST /desk/link/{token}/ask", Page: d.askLink, stage: gate},
		{Pattern: "POST /desk/link/{token}/passkey", Page: d.doChooseKey, stage: gate},
		{Pattern: "POST /desk/sign-out", Page: d.doSignOut, stage: either},

		{Pattern: "GET /desk", Page: d.home},
		{Pattern: "POST /desk/tasks/{id}/done", Page: d.doTask, May: []staff.Action{staff.Publish, staff.Allocate, staff.Operate}},
		{Pattern: "GET /desk/prove", Page: d.prove},
		{Pattern: "POST /desk/prove", Page: d.doProve},
		{Pattern: "POST /desk/prove/ask", Page: d.askProve},
		{Pattern: "POST /desk/prove/passkey", Page: d.doProveByKey},

		{Pattern: "GET /desk/account", Page: d.accountPage},
		{Pattern: "POST /desk/account/password", Page: d.doPassword},
		{Pattern: "POST /desk/account/language", Page: d.doLanguage},
		{Pattern: "POST /desk/account/sign-out-everywhere", Page: d.doSignOutEverywhere},
		{Pattern: "GET /desk/account/sessions", Page: d.sessions},
		{Pattern: "POST /desk/account/sessions/{session}/end", Page: d.doEndSession},
		{Pattern: "GET /desk/account/passkeys/new", Page: d.newPasskey, Prove: true},
		{Pattern: "POST /desk/account/passkeys/ask", Page: d.askEnrol, Prove: true},
		{Pattern: "POST /desk/account/passkeys", Page: d.doNewPasskey, Prove: true},
		{Pattern: "GET /desk/account/passkeys/{key}", Page: d.onePasskey},
		{Pattern: "POST /desk/account/passkeys/{key}/name", Page: d.doNamePasskey},
		{Pattern: "POST /desk/account/passkeys/{key}/remove", Page: d.doRemovePasskey, Prove: true},
		{Pattern: "POST /desk/account/password/remove", Page: d.doRemovePassword, Prove: true},
		{Pattern: "POST /desk/account/codes", Page: d.doCodes, Prove: true},
		{Pattern: "GET /desk/account/second-step", Page: d.enrol, Prove: true},
		{Pattern: "POST /desk/account/second-step", Page: d.doEnrol, Prove: true},
		{Pattern: "POST /desk/account/second-step/off", Page: d.doUnenrol, Prove: true},

		{Pattern: "GET /desk/people", Page: d.people, May: Only(staff.Appoint)},
		{Pattern: "GET /desk/people/new", Page: d.newPerson, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/new", Page: d.doNewPerson, May: Only(staff.Appoint), Prove: true},
		{Pattern: "GET /desk/people/{id}", Page: d.colleague, May: Only(staff.Appoint)},
		{Pattern: "POST /desk/people/{id}/grant", Page: d.doGrant, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/{id}/revoke", Page: d.doRevoke, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/{id}/state", Page: d.doState, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/{id}/invite", Page: d.doInviteAgain, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/{id}/withdraw", Page: d.doWithdraw, May: Only(staff.Appoint), Prove: true},
		{Pattern: "POST /desk/people/{id}/reset", Page: d.doReset, May: Only(staff.Appoint), Prove: true},

		{Pattern: "GET /desk/settings", Page: d.settings, May: Only(staff.Outlet)},
		{Pattern: "POST /desk/settings", Page: d.doSettings, May: Only(staff.Outlet)},
		{Pattern: "GET /desk/settings/mail", Page: d.mailSettings, May: Only(staff.Operate), Prove: true},
		{Pattern: "POST /desk/settings/mail", Page: d.doMailSettings, May: Only(staff.Operate), Prove: true},
		{Pattern: "POST /desk/settings/mail/dkim", Page: d.doDKIM, May: Only(staff.Operate), Prove: true},
		{Pattern: "POST /desk/settings/mail/test", Page: d.doMailTest, May: Only(staff.Operate)},

		{Pattern: "GET /desk/settings/wording", Page: d.wordings, May: Only(staff.Outlet)},
		{Pattern: "GET /desk/settings/wording/{kind}", Page: d.wording, May: Only(staff.Outlet)},
		{Pattern: "POST /desk/settings/wording/{kind}", Page: d.doWording, May: Only(staff.Outlet)},
		{Pattern: "GET /desk/settings/wording/{kind}/preview", Page: d.wordingPreview, May: Only(staff.Outlet)},

		{Pattern: "GET /desk/mailbox", Page: d.mailbox, May: seeMail},
		{Pattern: "GET /desk/mailbox/{id}", Page: d.oneMail, May: seeMail},
		{Pattern: "POST /desk/mailbox/{id}", Page: d.doMail, May: seeMail},
		{Pattern: "GET /desk/jobs", Page: d.jobs, May: Only(staff.Operate)},
		{Pattern: "GET /desk/audit", Page: d.audit, May: Only(staff.ReadAudit)},
	}
}

// maxForm is the longest form of the desk, the settings with their texts;
// maxUpload is one with a file.
const (
	maxForm   = 1 << 20
	maxUpload = 32 << 20
)

// guarded lets somebody through to a page, or says why not.
func (d *Desk) guarded(r Route) web.Handler {
	return func(ctx context.Context, req *web.Request) (web.Page, error) {
		v, err := d.visit(ctx, req)
		if err != nil {
			return web.Page{}, err
		}
		detour, first, err := d.admit(v, r)
		if first != (hurdle{}) && v.returnable() {
			return d.giveBack(ctx, v, first)
		}
		if err == nil && detour == "" {
			p, err := r.Page(ctx, v)
			return p, v.Tell(err)
		}
		return See(detour), v.Tell(err)
	}
}

// admit checks, in this order: that a form was sent by a page of ours, who it
// is, that the form is of this session, what they may, and whether they have
// proved it lately. A detour is a page to go to first; a hurdle is why a form is
// given back rather than lost, where it may be.
func (d *Desk) admit(v *Visit, r Route) (detour string, first hurdle, err error) {
	posts := v.Method == http.MethodPost
	if posts {
		if err := d.origin.Check(v.Request.Request); err != nil {
			return "", first, fault.Wrap(fault.Denied, err, "this form was sent by another site; open the page here and send it again")
		}
		if r.Raw {
			return "", first, nil
		}
		limit := int64(maxForm)
		if r.Upload && v.signedIn() {
			limit = maxUpload
		}
		if err := web.ReadForm(v.Request, limit); err != nil && (limit == maxUpload || !r.Upload) {
			return "", first, err
		} // a file of somebody whose session has ended is not read: they sign in first
	}
	if detour := v.detour(r.stage); detour != "" {
		if v.lapsed(r) && v.filledIn() {
			first = hurdle{"lapsed", detour}
		}
		return detour, first, nil
	}
	if posts {
		if _, _, err := d.nonces.Check(v.purpose(), v.PostForm.Get("nonce"), d.Clock.Now(), store.SessionLasts); err != nil {
			if v.MayOpen(r.May) {
				first.key = "stale"
			}
			return "", first, err
		}
	}
	if !v.MayOpen(r.May) {
		return "", first, v.Refuse(fault.Denied, "staff.why.role")
	}
	if r.Prove && !v.proved() {
		detour = "/desk/prove?next=" + url.QueryEscape(v.comeBack())
		if posts && v.filledIn() {
			first = hurdle{"prove", "/desk/prove"}
		}
	}
	return detour, first, nil
}

// Standing is how somebody stands who sent something to a page that is Raw.
type Standing int

// The standings.
const (
	Good      Standing = iota
	SignedOut          // nobody is signed in, or not all the way
	Stale              // the form is of another session, or too old: it needs a fresh nonce
)

// Standing tells whether somebody is signed in and the nonce is of their session.
func (v *Visit) Standing(nonce string) Standing {
	if !v.signedIn() {
		return SignedOut
	}
	if _, _, err := v.d.nonces.Check(v.purpose(), nonce, v.d.Clock.Now(), store.SessionLasts); err != nil {
		return Stale
	}
	return Good
}

// ProveFirst is the page on which this person has to prove who they are before
// they go on here; "" where they have done so lately. For what matters only in
// some cases; a route that always asks has Prove.
func (v *Visit) ProveFirst() string {
	if v.proved() {
		return ""
	}
	return "/desk/prove?next=" + url.QueryEscape(v.comeBack())
}

// detour is where somebody has to go first who has not come as far as a page
// asks for, or has come further.
func (v *Visit) detour(want stage) string {
	half := v.session.Stage == store.StagePassword
	switch {
	case want == gate, want == either && v.token != "", want == halfway && half, want == inside && v.signedIn():
		return ""
	case half:
		return "/desk/code"
	case v.signedIn():
		return "/desk"
	case v.Method == http.MethodGet && v.URL.Path != "/desk":
		return "/desk/sign-in?next=" + url.QueryEscape(v.URL.RequestURI())
	}
	return "/desk/sign-in"
}

// comeBack is the page to return to: this one, or for a form the page that it
// stands on.
func (v *Visit) comeBack() string {
	if v.Method != http.MethodPost {
		return v.URL.RequestURI()
	}
	from, err := url.Parse(v.Referer())
	if err != nil {
		return "/desk"
	}
	return Within(from.RequestURI())
}

// MayOpen asks for any of the actions, to the least of what they can be done
// to; the page itself asks about each thing on it.
func (v *Visit) MayOpen(any []staff.Action) bool { return staff.MayAny(v.Person(), any) }
