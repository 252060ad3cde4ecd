package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"

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

// route is a page of the desk and who may open it.
type route struct {
	pattern string
	page    func(*Desk, context.Context, *visit) (web.Page, error)
	stage   stage
	may     []staff.Action // any of these is enough; none: whoever is inside
	prove   bool           // must have proved who they are a short while ago
}

var (
	seeMoney   = []staff.Action{staff.SeeMoney, staff.Outlet}
	seeMail    = []staff.Action{staff.Operate, staff.SeeDonors}
	seeNeeds   = []staff.Action{staff.Operate, staff.EditDrafts}
	seeStories = []staff.Action{staff.ReadDrafts, staff.WriteOwn}
)

func only(a staff.Action) []staff.Action { return []staff.Action{a} }

// routes are all pages of the desk.
var routes = []route{
	{pattern: "GET /desk/sign-in", page: (*Desk).signIn, stage: gate},
	{pattern: "POST /desk/sign-in", page: (*Desk).doSignIn, stage: gate},
	{pattern: "GET /desk/code", page: (*Desk).code, stage: halfway},
	{pattern: "POST /desk/code", page: (*Desk).doCode, stage: halfway},
	{pattern: "GET /desk/link/{token}", page: (*Desk).link, stage: gate},
	{pattern: "POST /desk/link/{token}", page: (*Desk).doLink, stage: gate},
	{pattern: "POST /desk/sign-out", page: (*Desk).doSignOut, stage: either},

	{pattern: "GET /desk", page: (*Desk).home},
	{pattern: "POST /desk/tasks/{id}/done", page: (*Desk).doTask, may: []staff.Action{staff.Publish, staff.Allocate, staff.Operate}},
	{pattern: "GET /desk/prove", page: (*Desk).prove},
	{pattern: "POST /desk/prove", page: (*Desk).doProve},

	{pattern: "GET /desk/account", page: (*Desk).accountPage},
	{pattern: "POST /desk/account/password", page: (*Desk).doPassword},
	{pattern: "POST /desk/account/language", page: (*Desk).doLanguage},
	{pattern: "POST /desk/account/sign-out-everywhere", page: (*Desk).doSignOutEverywhere},
	{pattern: "GET /desk/account/second-step", page: (*Desk).enrol, prove: true},
	{pattern: "POST /desk/account/second-step", page: (*Desk).doEnrol, prove: true},
	{pattern: "POST /desk/account/second-step/off", page: (*Desk).doUnenrol, prove: true},

	{pattern: "GET /desk/stories", page: (*Desk).stories, may: seeStories},
	{pattern: "POST /desk/stories/{id}/publish", page: (*Desk).doPublish, may: only(staff.Publish)},
	{pattern: "GET /desk/imports", page: (*Desk).imports, may: seeNeeds},
	{pattern: "POST /desk/imports/done", page: (*Desk).doImport, may: seeNeeds},
	{pattern: "GET /desk/money", page: (*Desk).moneyPage, may: seeMoney},

	{pattern: "GET /desk/people", page: (*Desk).people, may: only(staff.Appoint)},
	{pattern: "GET /desk/people/new", page: (*Desk).newPerson, may: only(staff.Appoint), prove: true},
	{pattern: "POST /desk/people/new", page: (*Desk).doNewPerson, may: only(staff.Appoint), prove: true},
	{pattern: "GET /desk/people/{id}", page: (*Desk).colleague, may: only(staff.Appoint)},
	{pattern: "POST /desk/people/{id}/grant", page: (*Desk).doGrant, may: only(staff.Appoint), prove: true},
	{pattern: "POST /desk/people/{id}/revoke", page: (*Desk).doRevoke, may: only(staff.Appoint), prove: true},
	{pattern: "POST /desk/people/{id}/state", page: (*Desk).doState, may: only(staff.Appoint), prove: true},
	{pattern: "POST /desk/people/{id}/reset", page: (*Desk).doReset, may: only(staff.Appoint), prove: true},

	{pattern: "GET /desk/settings", page: (*Desk).settings, may: only(staff.Outlet)},
	{pattern: "POST /desk/settings", page: (*Desk).doSettings, may: only(staff.Outlet)},
	{pattern: "GET /desk/settings/mail", page: (*Desk).mailSettings, may: only(staff.Operate), prove: true},
	{pattern: "POST /desk/settings/mail", page: (*Desk).doMailSettings, may: only(staff.Operate), prove: true},
	{pattern: "POST /desk/settings/mail/dkim", page: (*Desk).doDKIM, may: only(staff.Operate), prove: true},
	{pattern: "POST /desk/settings/mail/test", page: (*Desk).doMailTest, may: only(staff.Operate)},

	{pattern: "GET /desk/settings/wording", page: (*Desk).wordings, may: only(staff.Outlet)},
	{pattern: "GET /desk/settings/wording/{kind}", page: (*Desk).wording, may: only(staff.Outlet)},
	{pattern: "POST /desk/settings/wording/{kind}", page: (*Desk).doWording, may: only(staff.Outlet)},
	{pattern: "GET /desk/settings/wording/{kind}/preview", page: (*Desk).wordingPreview, may: only(staff.Outlet)},

	{pattern: "GET /desk/mailbox", page: (*Desk).mailbox, may: seeMail},
	{pattern: "GET /desk/mailbox/{id}", page: (*Desk).oneMail, may: seeMail},
	{pattern: "POST /desk/mailbox/{id}", page: (*Desk).doMail, may: seeMail},
	{pattern: "GET /desk/jobs", page: (*Desk).jobs, may: only(staff.Operate)},
	{pattern: "GET /desk/audit", page: (*Desk).audit, may: only(staff.ReadAudit)},
}

// maxForm is the longest form of the desk, the settings with their texts.
const maxForm = 1 << 20

// guarded lets somebody through to a page, or says why not.
func (d *Desk) guarded(r route) web.Handler {
	return func(ctx context.Context, req *web.Request) (web.Page, error) {
		v, err := d.visit(ctx, req)
		if err != nil {
			return web.Page{}, err
		}
		detour, err := d.admit(v, r)
		if err == nil && detour == "" {
			p, err := r.page(d, ctx, v)
			return p, v.tell(err)
		}
		return see(detour), v.tell(err)
	}
}

// admit checks, in this order: that a form was sent by a page of ours, who it
// is, that the form is of this session, what they may, and whether they have
// proved it lately. A detour is a page to go to first.
func (d *Desk) admit(v *visit, r route) (detour string, err error) {
	posts := v.Method == http.MethodPost
	if posts {
		if err := d.origin.Check(v.Request.Request); err != nil {
			return "", fault.Wrap(fault.Denied, err, "this form was sent by another site; open the page here and send it again")
		}
		if err := web.ReadForm(v.Request, maxForm); err != nil {
			return "", err
		}
	}
	if detour := v.detour(r.stage); detour != "" {
		return detour, nil
	}
	if posts {
		if _, _, err := d.nonces.Check(v.purpose(), v.PostForm.Get("nonce"), d.Clock.Now(), store.SessionLasts); err != nil {
			return "", err
		}
	}
	if !v.mayOpen(r.may) {
		return "", v.refuse(fault.Denied, "staff.why.role")
	}
	if r.prove && !v.proved() {
		return "/desk/prove?next=" + url.QueryEscape(v.comeBack()), nil
	}
	return "", nil
}

// detour is where somebody has to go first who has not come as far as a page
// asks for, or has come further.
func (v *visit) detour(want stage) string {
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
func (v *visit) comeBack() string {
	if v.Method != http.MethodPost {
		return v.URL.RequestURI()
	}
	from, err := url.Parse(v.Referer())
	if err != nil {
		return "/desk"
	}
	return within(from.RequestURI())
}

// mayOpen asks for any of the actions, to the least of what they can be done
// to; the page itself asks about each thing on it.
func (v *visit) mayOpen(any []staff.Action) bool {
	return len(any) == 0 || slices.ContainsFunc(any, func(a staff.Action) bool {
		return v.may(a, v.least(a)).OK()
	})
}

// least is an object of the person's own section, or the lowest role to give.
func (v *visit) least(a staff.Action) staff.Object {
	o := staff.Object{}
	if a == staff.Appoint {
		o.Role = staff.Contributor
		return o
	}
	for _, g := range v.person().Grants {
		if g.Section == "" {
			return staff.Object{}
		}
		o.Section = g.Section
	}
	return o
}
