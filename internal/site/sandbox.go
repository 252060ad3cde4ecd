package site

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/web"
)

// sandboxPay is the pretended page of a payment provider.
func (g *Giving) sandboxPay(ctx context.Context, r *web.Request) (web.Page, error) {
	x, err := g.Sandbox.Session(ctx, param(r, "session"))
	if err != nil {
		return web.Page{}, err
	}
	if r.Method == http.MethodPost {
		return g.sandboxChoice(ctx, r, x)
	}
	if x.State == fund.SessionPaid || x.State == fund.SessionExpired {
		return back(x), nil
	}
	r.Lang = x.Lang
	sh, err := g.Site.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.Title, sh.Robots, sh.Canonical, sh.Sandbox, sh.Langs = sh.T("sandbox.heading"), "noindex", "", true, nil
	p := web.SandboxPage{
		Frame: sh.Frame, Amount: x.Amount, Every: string(x.Every), For: x.Label, Reference: x.ID, Action: r.URL.Path,
		Fields: []web.HiddenField{{Name: "nonce", Value: g.Nonces.Mint(x.ID, g.Site.Clock.Now())}},
		Choices: []web.SandboxChoice{
			{Value: "pay", Label: sh.T("fund.sandbox.pay", "amount", sh.Money(x.Amount))},
			{Value: "decline", Label: sh.T("fund.sandbox.decline"), Hint: sh.T("fund.sandbox.decline.hint")},
			{Value: "later", Label: sh.T("fund.sandbox.later"), Hint: sh.T("fund.sandbox.later.hint")},
		},
	}
	page, err := g.Site.draw(sh, "site/sandbox", p)
	page.Cache, page.Deps = web.NoStore, nil
	return page, err
}

func (g *Giving) sandboxChoice(ctx context.Context, r *web.Request, x sandbox.Session) (web.Page, error) {
	if err := web.ReadForm(r, formSize); err != nil {
		return web.Page{}, err
	}
	if _, _, err := g.Nonces.Check(x.ID, r.PostForm.Get("nonce"), g.Site.Clock.Now(), formLife); err != nil {
		return web.Redirect(http.StatusSeeOther, r.URL.Path), nil // the page once more, with a fresh token
	}
	var err error
	switch r.PostForm.Get("do") {
	case "pay":
		err = g.Sandbox.Pay(ctx, x.ID)
	case "decline":
		err = g.Sandbox.Decline(ctx, x.ID)
	case "later":
	default:
		return web.Page{}, fault.New(fault.Invalid, "choose one of the buttons")
	}
	if err != nil && !fault.Is(err, fault.Conflict) { // a closed page sends back too
		return web.Page{}, err
	}
	return back(x), nil
}

// back sends the donor to the page that asks what came of it. Only the path is
// taken, since the sandbox is on this very site, by whatever name it is reached.
func back(x sandbox.Session) web.Page {
	u, err := url.Parse(x.ReturnURL)
	if err != nil || u.Path == "" {
		return web.Redirect(http.StatusSeeOther, "/")
	}
	return web.Redirect(http.StatusSeeOther, u.RequestURI())
}

// maxOrder is the most bytes of an order to the steering API.
const maxOrder = 64 << 10

// programs lets no page of another site steer through a visitor's browser;
// programs, which are no browsers, pass.
var programs = http.NewCrossOriginProtection()

// sandboxSteer is POST /sandbox/api. It speaks JSON, also where it refuses.
func (g *Giving) sandboxSteer(ctx context.Context, r *web.Request) (web.Page, error) {
	if r.Method != http.MethodPost {
		page := asJSON(http.StatusMethodNotAllowed, refusal{"send an order by POST, such as {\"do\":\"advance\",\"days\":31}"})
		page.Header = http.Header{"Allow": {http.MethodPost}}
		return page, nil
	}
	if programs.Check(r.Request) != nil {
		return asJSON(http.StatusForbidden, refusal{"an order must not come from a page of another site"}), nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxOrder))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return asJSON(http.StatusRequestEntityTooLarge, refusal{"an order is one short JSON object"}), nil
	}
	if err != nil {
		return asJSON(http.StatusBadRequest, refusal{"the order could not be read"}), nil
	}
	a, err := g.Sandbox.Steer(ctx, body)
	if err != nil {
		return asJSON(web.Status(err), refusal{fault.Say(err)}), nil
	}
	return asJSON(http.StatusOK, a), nil
}

// sandboxState is GET /sandbox/api/state.
func (g *Giving) sandboxState(ctx context.Context, _ *web.Request) (web.Page, error) {
	st, err := g.Sandbox.State(ctx)
	if err != nil {
		return web.Page{}, err
	}
	return asJSON(http.StatusOK, st), nil
}

type refusal struct {
	Error string `json:"error"`
}

func asJSON(status int, v any) web.Page {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // our own plain types
	}
	return web.Page{Status: status, Type: "application/json", Body: append(b, '\n'), Cache: web.NoStore}
}
