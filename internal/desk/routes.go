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
	upload  bool           // the form brings a file
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
	{pattern: "GET /desk/money/campaigns", page: (*Desk).campaigns, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/new", page: (*Desk).newCampaign, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/new", page: (*Desk).doNewCampaign, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}", page: (*Desk).campaign, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/edit", page: (*Desk).editCampaign, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/edit", page: (*Desk).doEditCampaign, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/state", page: (*Desk).doCampaignState, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/extend", page: (*Desk).extendCampaign, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/extend", page: (*Desk).doExtendCampaign, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/updates/new", page: (*Desk).newUpdate, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/updates/new", page: (*Desk).doUpdate, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/updates/{update}", page: (*Desk).update, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/updates/{update}", page: (*Desk).doUpdate, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/updates/{update}/edit", page: (*Desk).editUpdate, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/updates/{update}/publish", page: (*Desk).doPublishUpdate, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/updates/{update}/mail", page: (*Desk).mailUpdate, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/updates/{update}/mail", page: (*Desk).doMailUpdate, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/matching/new", page: (*Desk).matching, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/matching/new", page: (*Desk).doMatching, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/campaigns/{id}/matching/{matching}", page: (*Desk).matching, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/campaigns/{id}/matching/{matching}", page: (*Desk).doMatching, may: only(staff.Campaigns)},
	{pattern: "GET /desk/money/general", page: (*Desk).generalFund, may: only(staff.Campaigns)},
	{pattern: "POST /desk/money/general", page: (*Desk).doGeneralFund, may: only(staff.Campaigns)},

	{pattern: "GET /desk/money/gifts", page: (*Desk).gifts, may: only(staff.SeeDonors)},
	{pattern: "GET /desk/money/gifts/{id}", page: (*Desk).gift, may: only(staff.SeeDonors)},
	{pattern: "POST /desk/money/gifts/{id}/refund", page: (*Desk).doRefund, may: only(staff.Refund), prove: true},
	{pattern: "GET /desk/money/donors", page: (*Desk).givers, may: only(staff.SeeDonors)},
	{pattern: "GET /desk/money/donors/export", page: (*Desk).exportGivers, may: only(staff.SeeDonors), prove: true},
	{pattern: "GET /desk/money/donors/{id}", page: (*Desk).giver, may: only(staff.SeeDonors)},
	{pattern: "POST /desk/money/donors/{id}/notes", page: (*Desk).doNote, may: only(staff.SeeDonors)},
	{pattern: "POST /desk/money/donors/{id}/tags", page: (*Desk).doTags, may: only(staff.SeeDonors)},
	{pattern: "POST /desk/money/donors/{id}/erase", page: (*Desk).doErase, may: only(staff.EraseDonor), prove: true},
	{pattern: "GET /desk/money/plans", page: (*Desk).plans, may: only(staff.SeeDonors)},
	{pattern: "POST /desk/money/plans/{id}", page: (*Desk).doPlan, may: only(staff.SeeDonors)},
	{pattern: "GET /desk/money/metrics", page: (*Desk).metrics, may: only(staff.SeeMoney)},

	{pattern: "GET /desk/money/accounts", page: (*Desk).bankAccounts, may: only(staff.ConnectBank)},
	{pattern: "GET /desk/money/accounts/new", page: (*Desk).newAccount, may: only(staff.ConnectBank), prove: true},
	{pattern: "POST /desk/money/accounts/new", page: (*Desk).doNewAccount, may: only(staff.ConnectBank), prove: true},
	{pattern: "GET /desk/money/accounts/{id}", page: (*Desk).editAccount, may: only(staff.ConnectBank), prove: true},
	{pattern: "POST /desk/money/accounts/{id}", page: (*Desk).doEditAccount, may: only(staff.ConnectBank), prove: true},
	{pattern: "POST /desk/money/accounts/{id}/close", page: (*Desk).doCloseAccount, may: only(staff.ConnectBank), prove: true},
	{pattern: "POST /desk/money/account-changes/{id}", page: (*Desk).doBankChange, may: only(staff.ConnectBank), prove: true},
	{pattern: "GET /desk/money/offline", page: (*Desk).offline, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/offline", page: (*Desk).doOffline, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/offline/{id}/back", page: (*Desk).doOfflineBack, may: only(staff.Allocate)},

	{pattern: "GET /desk/money/statements", page: (*Desk).statementsPage, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/statements", page: (*Desk).doUpload, may: only(staff.Allocate), upload: true},
	{pattern: "GET /desk/money/statements/begin/{id}", page: (*Desk).beginPage, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/statements/begin/{id}", page: (*Desk).doBegin, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/statements/new/{id}", page: (*Desk).newStatement, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/statements/new/{id}", page: (*Desk).doNewStatement, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/statements/new/{id}/mapping", page: (*Desk).csvMapping, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/statements/new/{id}/mapping", page: (*Desk).doCSVMapping, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/suspense", page: (*Desk).suspense, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/suspense", page: (*Desk).doSuspense, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/lines", page: (*Desk).bankLines, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/lines/{id}", page: (*Desk).bankLine, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/lines/{id}", page: (*Desk).doBankLine, may: only(staff.Allocate)},

	{pattern: "GET /desk/money/held", page: (*Desk).held, may: only(staff.Refund)},
	{pattern: "POST /desk/money/held/{id}", page: (*Desk).doHeld, may: only(staff.Refund), prove: true},
	{pattern: "GET /desk/money/rates", page: (*Desk).rates, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/rates", page: (*Desk).doRate, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/defence", page: (*Desk).defence, may: only(staff.Refund)},
	{pattern: "POST /desk/money/defence", page: (*Desk).doDefence, may: only(staff.Refund)},

	{pattern: "GET /desk/money/receipts", page: (*Desk).receipts, may: only(staff.Receipts)},
	{pattern: "GET /desk/money/receipts/settings", page: (*Desk).receiptSettings, may: only(staff.Receipts), prove: true},
	{pattern: "POST /desk/money/receipts/settings", page: (*Desk).doReceiptSettings, may: only(staff.Receipts), prove: true},
	{pattern: "GET /desk/money/gift-aid", page: (*Desk).giftAid, may: only(staff.Receipts)},
	{pattern: "POST /desk/money/gift-aid", page: (*Desk).doClaim, may: only(staff.Receipts)},
	{pattern: "GET /desk/money/gift-aid/{id}", page: (*Desk).claim, may: only(staff.Receipts)},
	{pattern: "GET /desk/money/gift-aid/declarations/{id}", page: (*Desk).declaration, may: only(staff.Receipts)},
	{pattern: "GET /desk/money/receipts/{id}", page: (*Desk).oneReceipt, may: only(staff.Receipts)},
	{pattern: "GET /desk/money/receipts/{id}/file", page: (*Desk).receiptFile, may: only(staff.Receipts)},
	{pattern: "POST /desk/money/receipts/{id}/send", page: (*Desk).doSendReceipt, may: only(staff.Receipts)},
	{pattern: "POST /desk/money/receipts/{id}/end", page: (*Desk).doEndReceipt, may: only(staff.Receipts)},
	{pattern: "POST /desk/money/receipts/{id}/party", page: (*Desk).doParty, may: only(staff.Receipts)},
	{pattern: "POST /desk/money/receipts/{id}/official", page: (*Desk).doOfficial, may: only(staff.Receipts)},

	{pattern: "GET /desk/money/expenses", page: (*Desk).bookings, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/expenses/new", page: (*Desk).newBooking, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/expenses/new", page: (*Desk).doNewBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/expenses/{id}", page: (*Desk).bookingView, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/expenses/{id}/reverse", page: (*Desk).doReverseBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/expenses/file", page: (*Desk).bookingFile, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/expenses/file", page: (*Desk).doBookingFile, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/expenses/file/{id}", page: (*Desk).fileView, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/expenses/file/{id}/book", page: (*Desk).doBookFile, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/expenses/template.csv", page: (*Desk).bookingTemplate, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income", page: (*Desk).bookings, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income/new", page: (*Desk).newBooking, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/income/new", page: (*Desk).doNewBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income/{id}", page: (*Desk).bookingView, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/income/{id}/reverse", page: (*Desk).doReverseBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income/file", page: (*Desk).bookingFile, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/income/file", page: (*Desk).doBookingFile, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income/file/{id}", page: (*Desk).fileView, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/income/file/{id}/book", page: (*Desk).doBookFile, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/income/template.csv", page: (*Desk).bookingTemplate, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/opening", page: (*Desk).bookings, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/opening/new", page: (*Desk).newBooking, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/opening/new", page: (*Desk).doNewBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/opening/{id}", page: (*Desk).bookingView, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/opening/{id}/reverse", page: (*Desk).doReverseBooking, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/expenses/{id}/pay", page: (*Desk).doPayBooking, may: only(staff.Expenses)},
	{pattern: "GET /desk/money/chart", page: (*Desk).chart, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/chart", page: (*Desk).doChart, may: only(staff.Expenses)},
	{pattern: "POST /desk/money/chart/threshold", page: (*Desk).doThreshold, may: only(staff.ClosePeriod)},
	{pattern: "GET /desk/money/reconciliation", page: (*Desk).reconciliation, may: only(staff.Allocate)},
	{pattern: "POST /desk/money/reconciliation", page: (*Desk).doReconcile, may: only(staff.Allocate)},
	{pattern: "GET /desk/money/periods", page: (*Desk).periods, may: only(staff.ClosePeriod)},
	{pattern: "POST /desk/money/periods", page: (*Desk).doClose, may: only(staff.ClosePeriod), prove: true},
	{pattern: "GET /desk/money/periods/export", page: (*Desk).yearEnd, may: only(staff.ClosePeriod)},

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

// maxForm is the longest form of the desk, the settings with their texts;
// maxUpload is one with a file.
const (
	maxForm   = 1 << 20
	maxUpload = 32 << 20
)

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
		limit := int64(maxForm)
		if r.upload && v.signedIn() {
			limit = maxUpload
		}
		if err := web.ReadForm(v.Request, limit); err != nil {
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
