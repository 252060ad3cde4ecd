package site

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Reports is the form by which readers say that something is wrong: without an
// account, a cookie or a script. What they send is for the desk alone.
type Reports struct {
	Nonces *web.Nonces
	Limits *limit.Counter
	// Seal closes a reader's address under a name, for the database.
	Seal func(name, text string) string
}

const (
	reportPurpose = "report of an error"
	reportLong    = 4000 // characters of each of its texts
	// Reports beyond these ask for a proof, those of one network beyond three
	// times as many wait.
	reportsOfOne = 5   // from one network within a quarter of an hour
	reportsOfAll = 120 // from everywhere within an hour
)

// reporting is the form in the making.
type reporting struct {
	*shell
	s     *Site
	r     *web.Request
	about news.Publication // zero: the paper as a whole
	form  store.Report
	email string
	bad   []web.FieldError
}

func (s *Site) report(ctx context.Context, r *web.Request) (web.Page, error) {
	v := &reporting{s: s, r: r}
	posted := r.Method == http.MethodPost
	about := r.URL.Query().Get("about")
	if posted {
		if err := web.ReadForm(r, formSize); err != nil {
			return web.Page{}, err
		}
		about = r.PostForm.Get("about")
	}
	var err error
	if v.about, err = s.aboutWhat(ctx, about); err != nil {
		return web.Page{}, err
	}
	if v.shell, err = s.shell(ctx, r); err != nil {
		return web.Page{}, err
	}
	v.Sandbox = false // nothing here is about money
	switch {
	case posted:
		return v.take(ctx)
	case r.URL.Query().Has("sent"):
		return v.thanks()
	}
	return v.page(http.StatusOK)
}

// aboutWhat finds the article that a report is about, by its id or address. One
// that is not public is none.
func (s *Site) aboutWhat(ctx context.Context, about string) (news.Publication, error) {
	if strings.HasPrefix(about, "/") {
		f, err := s.Store.Lookup(ctx, news.CleanPath(about))
		if err == nil && f.Target != "" {
			f, err = s.Store.Lookup(ctx, f.Target)
		}
		if err != nil && !fault.Is(err, fault.NotFound) || f.Gone || f.Article == "" {
			return news.Publication{}, err
		}
		about = f.Article
	}
	if about == "" || len(about) > 40 {
		return news.Publication{}, nil
	}
	p, err := s.Store.Publication(ctx, about)
	if fault.Is(err, fault.NotFound) {
		return news.Publication{}, nil
	}
	return p, err
}

// page shows the form; it is of no use to anybody else, so nothing keeps it.
func (v *reporting) page(status int) (web.Page, error) {
	p := web.MyFormPage{Heading: v.T("report.heading"), Say: []string{v.T("report.say")}}
	if v.about.Article != "" {
		p.Facts = []web.Fact{{Name: v.T("report.about"), Value: v.about.Content.Headline, Href: address(v.about.Path, "")}}
	}
	nonce := v.r.PostForm.Get("nonce")
	if nonce == "" {
		nonce = v.s.Reports.Nonces.Mint(reportPurpose, v.s.Clock.Now())
	}
	f := web.Form{ID: "report", Action: v.Path("/report"), Nonce: nonce, Submit: v.T("report.act"), Errors: v.bad,
		Hidden: []web.HiddenField{{Name: "about", Value: v.about.Article}},
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "wrong", Kind: "area", Rows: 5, Label: v.T("report.wrong"), Hint: v.T("report.wrong.hint"), Value: v.form.Wrong, Required: true, Dir: "auto"},
			{Name: "known", Kind: "area", Rows: 4, Label: v.T("report.known"), Hint: v.T("report.known.hint"), Value: v.form.Known, Optional: true, Dir: "auto"},
			{Name: "email", Kind: "email", Label: v.T("report.email"), Hint: v.T("report.email.hint"), Value: v.email, Optional: true, Dir: "ltr", Autocomplete: "email"},
		}}}}
	p.Panels = []web.MyPanel{{Form: &f}}
	return v.draw(p, status)
}

func (v *reporting) draw(p web.MyFormPage, status int) (web.Page, error) {
	v.Title, v.Robots, v.Canonical, v.Frame.Feeds = p.Heading, "noindex", "", nil
	p.Frame = v.Frame
	page, err := v.s.draw(v.shell, "site/myform", p)
	page.Status, page.Cache, page.Deps = status, web.NoStore, nil
	return page, err
}

func (v *reporting) thanks() (web.Page, error) {
	p := web.MyFormPage{Heading: v.T("report.thanks"), Say: []string{v.T("report.thanks.say")},
		Links: []web.Link{{Text: v.T("corrections.heading"), Href: v.Path("/corrections")}, {Text: v.T("error.home"), Href: v.Home}}}
	return v.draw(p, http.StatusOK)
}

// take keeps a report. One that is sent twice is one.
func (v *reporting) take(ctx context.Context) (web.Page, error) {
	v.form.Wrong, v.form.Known = strings.TrimSpace(v.r.PostForm.Get("wrong")), strings.TrimSpace(v.r.PostForm.Get("known"))
	v.email = strings.TrimSpace(v.r.PostForm.Get("email"))
	nonce, age, err := v.s.Reports.Nonces.Check(reportPurpose, v.r.PostForm.Get("nonce"), v.s.Clock.Now(), formLife)
	if err != nil {
		v.r.PostForm.Del("nonce")
		v.wrong("form", "fund.old")
		return v.page(http.StatusUnprocessableEntity)
	}
	if v.check(); len(v.bad) > 0 {
		return v.page(http.StatusUnprocessableEntity)
	}
	if wait, prove := v.admit(ctx, nonce, age); prove {
		return v.prove(nonce)
	} else if wait > 0 {
		v.wrong("form", "report.wait")
		return v.page(http.StatusTooManyRequests)
	}
	v.form.ID, v.form.Article, v.form.Version, v.form.Lang = nonce, v.about.Article, v.about.Version, v.lang
	if v.email != "" {
		v.form.Contact = v.s.Reports.Seal(store.ContactName(nonce), v.email)
	}
	err = v.s.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.AddReport(ctx, v.form)
		return err
	})
	return web.Redirect(http.StatusSeeOther, v.Path("/report?sent=1")), err
}

func (v *reporting) wrong(name, key string, args ...any) {
	v.bad = append(v.bad, web.FieldError{Field: name, Say: v.T(key, args...)})
}

func (v *reporting) check() {
	if v.form.Wrong == "" {
		v.wrong("wrong", "report.bad.wrong")
	}
	for name, text := range map[string]string{"wrong": v.form.Wrong, "known": v.form.Known} {
		if utf8.RuneCountInString(text) > reportLong {
			v.wrong(name, "report.bad.long", "n", reportLong)
		}
	}
	if v.email == "" {
		return
	}
	if v.email = fund.Email(v.email); v.email == "" {
		v.email = strings.TrimSpace(v.r.PostForm.Get("email"))
		v.wrong("email", "fund.email")
	}
}

// leastAge is how long somebody who writes a sentence takes at least.
const leastAge = 3 * time.Second

// admit asks for a proof where there are many reports, or one came faster than
// somebody types; where proofs do not help either it says how long to wait. A
// report that is sent again counts once.
func (v *reporting) admit(ctx context.Context, nonce string, age time.Duration) (wait time.Duration, prove bool) {
	if _, err := v.s.Store.Report(ctx, nonce); err == nil {
		return 0, false
	}
	from := web.Client(ctx)
	one := limit.Limit{Key: "reports " + from.String(), Most: reportsOfOne, Within: quarter, Soft: true}
	limits := []limit.Limit{one, {Key: "reports of all", Most: reportsOfAll, Within: time.Hour, Soft: true}}
	if from.IsValid() {
		limits = append(limits, limit.Limit{Key: "proven reports " + from.String(), Most: 3 * reportsOfOne, Within: quarter})
	}
	good := v.proof(nonce).good()
	if age < leastAge && !good {
		return 0, true
	}
	return v.s.Reports.Limits.Admit(limits, good)
}

func (v *reporting) proof(nonce string) proof {
	return proof{v.s.Reports.Nonces, v.s.Clock.Now(), v.r.PostForm, nonce}
}

// prove shows the page that asks for a proof: work of the browser, or a minute.
func (v *reporting) prove(nonce string) (web.Page, error) {
	p := v.proof(nonce).ask(v.Path("/report"), guard.Defaults().Work(guard.Sight{}))
	p.Why, p.Go, p.Kept = v.T("guard.proof.many"), v.T("guard.proof.on"), v.T("guard.proof.typed")
	return v.s.drawProof(v.shell, p)
}
