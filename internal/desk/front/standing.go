package front

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/standing"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

var publishes = desk.Only(staff.Outlet)

func (d *Pages) textRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/texts", Page: in(d.texts), May: publishes},
		{Pattern: "GET /desk/texts/{name}/{lang}", Page: in(d.text), May: publishes},
		{Pattern: "POST /desk/texts/{name}/{lang}", Page: in(d.doText), May: publishes},
		{Pattern: "GET /desk/texts/{name}/{lang}/preview", Page: in(d.textPreview), May: publishes},
		{Pattern: "POST /desk/texts/{name}/{lang}/publish", Page: in(d.doPublishText), May: publishes},
	}
}

// paper is one of the texts in a language, as the desk works on it.
type paper struct {
	name   standing.Name
	lang   string
	home   string
	live   string               // what readers see; "" for nothing
	newest []store.StandingText // the newest first
}

// seen is the number of the newest state, 0 where none is kept yet.
func (p paper) seen() int {
	if len(p.newest) == 0 {
		return 0
	}
	return p.newest[0].Number
}

// text is what the next state is written over.
func (p paper) text() string {
	if len(p.newest) == 0 {
		return p.live
	}
	return p.newest[0].Text
}

// shownVersions is how many states of a text are listed.
const shownVersions = 50

func (d *Pages) openText(ctx context.Context, v *visit) (paper, error) {
	return d.textOf(ctx, v, standing.Name(v.PathValue("name")), v.PathValue("lang"))
}

func (d *Pages) textOf(ctx context.Context, v *visit, name standing.Name, lang string) (p paper, err error) {
	p = paper{name: name, lang: lang, home: "/desk/texts/" + string(name) + "/" + lang}
	if !name.Known() || !v.Outlet.Speaks(lang) {
		return p, fault.New(fault.NotFound, "")
	}
	o := v.Outlet
	p.live = (*name.In(&o))[lang]
	p.newest, err = d.Store.StandingTexts(ctx, name, lang, shownVersions, 0)
	return p, err
}

// texts lists the texts in each language, with how they stand.
func (d *Pages) texts(ctx context.Context, v *visit) (web.Page, error) {
	f := v.Frame(ctx, "standing.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("standing.say"),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("standing.text", "standing.lang", "standing.state", "standing.changed")}}
	for _, name := range standing.Names() {
		for _, lang := range v.Outlet.Langs() {
			t, err := d.textOf(ctx, v, name, lang)
			if err != nil {
				return web.Page{}, err
			}
			row := web.Row{Cells: []web.Cell{{Text: v.Loc.T("settings." + string(name)), Href: t.home}, {Text: locale.NameOf(lang), Lang: lang, Dir: locale.DirOf(lang)}, {Tag: v.textState(t)}, {}}}
			if len(t.newest) > 0 {
				row.Cells[3] = web.Cell{At: t.newest[0].At, Small: t.newest[0].By.Name}
			}
			p.Table.Rows = append(p.Table.Rows, row)
		}
	}
	return v.Draw("desk/list", p)
}

func (v *visit) textState(t paper) *web.Tag {
	switch {
	case t.text() != t.live:
		return &web.Tag{Text: v.Loc.T("standing.state.draft"), Kind: "warn"}
	case t.live == "":
		return &web.Tag{Text: v.Loc.T("standing.state.none")}
	}
	return &web.Tag{Text: v.Loc.T("standing.state.public"), Kind: "ok"}
}

// text is the form of one text: as it is, as an earlier one was, or with the words
// that the program offers to begin with.
func (d *Pages) text(ctx context.Context, v *visit) (web.Page, error) {
	t, err := d.openText(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	text, origin := t.text(), store.StandingByHand
	switch from := v.URL.Query().Get("from"); {
	case from == "starter":
		if text, err = d.starter(ctx, v, t); err != nil {
			return web.Page{}, err
		}
		origin = store.StandingStarter
	case from != "":
		old, err := d.Store.StandingText(ctx, t.name, t.lang, int(desk.ToNumber(from)))
		if err != nil {
			return web.Page{}, err
		}
		text, origin = old.Text, store.StandingRestored
	}
	return v.Draw("desk/form", d.textForm(ctx, v, t, text, origin, nil))
}

// textForm draws the page: the text, the way to make it public, and how it stands.
func (d *Pages) textForm(ctx context.Context, v *visit, t paper, text, origin string, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "standing.heading")
	name := v.Loc.T("settings." + string(t.name))
	p := web.FormPage{DeskFrame: f, Heading: v.Loc.T("standing.of", "text", name, "lang", locale.NameOf(t.lang)), Intro: v.Loc.T("standing.form"),
		Tabs: []web.Tab{{Text: v.Loc.T("standing.back"), Href: "/desk/texts"}}}
	for _, l := range v.Outlet.Langs() {
		p.Tabs = append(p.Tabs, web.Tab{Text: locale.NameOf(l), Href: "/desk/texts/" + string(t.name) + "/" + l, Current: l == t.lang})
	}
	if origin != store.StandingByHand {
		p.Intro = v.Loc.T("standing.from." + origin)
	}
	write := web.Form{ID: "text", Action: t.home, Nonce: v.Nonce(), Submit: v.Loc.T("standing.save"), Errors: desk.ErrorsOf(bad, "", "text"),
		Hidden: []web.HiddenField{{Name: "seen", Value: strconv.Itoa(t.seen())}, {Name: "origin", Value: origin}},
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "text", Kind: "area", Rows: 24, Label: name, Hint: v.Loc.T("standing.markdown"), Value: text, Optional: true,
			Lang: t.lang, Dir: locale.DirOf(t.lang)}}}}}
	p.Forms = []web.Form{write}
	unsaved := text != t.text()
	if t.text() != t.live && !unsaved && len(bad) == 0 || bad["confirm"] != "" {
		p.Forms[0].Quiet = true
		p.Forms = append(p.Forms, v.confirmForm(t, bad))
	}
	p.Panels = append(p.Panels, v.howItStands(f, t, text))
	if len(t.newest) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "versions", Heading: v.Loc.T("arrange.versions"), Table: v.textVersions(t)})
	}
	return p
}

// confirmForm makes the newest state public once somebody says that it is true.
func (v *visit) confirmForm(t paper, bad fault.Fields) web.Form {
	hint := v.Loc.T("standing.confirm.hint")
	if t.text() == "" {
		hint = v.Loc.T("standing.confirm.empty")
	}
	return web.Form{ID: "publish", Action: t.home + "/publish", Nonce: v.Nonce(), Submit: v.Loc.T("standing.publish"), Errors: desk.ErrorsOf(bad, "confirm"),
		Hidden: []web.HiddenField{{Name: "number", Value: strconv.Itoa(t.seen())}},
		Groups: []web.FieldGroup{{Legend: v.Loc.T("standing.publish.heading"), Fields: []web.Field{
			{Name: "confirm", Kind: "check", Label: v.Loc.T("standing.confirm"), Hint: hint}}}}}
}

// howItStands says what readers see, and what the text still leaves to say.
func (v *visit) howItStands(f web.DeskFrame, t paper, text string) web.Panel {
	p := web.Panel{ID: "state", Heading: v.Loc.T("standing.state"), Facts: []web.Fact{{Name: v.Loc.T("arrange.live"), Value: v.Loc.T("standing.live.none")}}}
	if t.live != "" {
		p.Facts[0].Value, p.Facts[0].Href = v.Loc.T("standing.live"), v.Outlet.Prefix(t.lang)+t.name.Path()
	}
	for _, n := range t.newest {
		if !n.Public.IsZero() && n.Text == t.live {
			p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("standing.confirmed"), Value: desk.Join(n.PublicBy.Name, f.At(n.Public))})
			break
		}
	}
	if left := standing.Left(text); len(left) > 0 {
		p.Text = v.Loc.T("standing.left", "what", desk.Join(left...))
	}
	if v.d.Text != nil && len(t.newest) > 0 {
		p.Links = append(p.Links, web.Link{Text: v.Loc.T("arrange.preview"), Href: t.home + "/preview"})
	}
	p.Links = append(p.Links, web.Link{Text: v.Loc.T("standing.starter"), Href: t.home + "?from=starter"})
	return p
}

func (v *visit) textVersions(t paper) *web.Table {
	out := &web.Table{Caption: v.Loc.T("arrange.versions"), Columns: v.Columns("arrange.version", "arrange.by", "arrange.when", "arrange.do")}
	for i, n := range t.newest {
		number := strconv.Itoa(n.Number)
		do := web.Cell{Ways: []web.Way{}}
		if !n.Public.IsZero() || n.Origin == store.StandingBefore {
			do.Tag = &web.Tag{Text: v.Loc.T("standing.was.public"), Kind: "ok"}
		}
		if v.d.Text != nil {
			do.Ways = append(do.Ways, web.Way{Link: &web.Link{Text: v.Loc.T("arrange.preview"), Href: t.home + "/preview?n=" + number}})
		}
		if i > 0 {
			do.Ways = append(do.Ways, web.Way{Link: &web.Link{Text: v.Loc.T("arrange.restore"), Href: t.home + "?from=" + number}})
		}
		out.Rows = append(out.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Count(n.Number)}, {Text: n.By.Name}, {At: n.At}, do}})
	}
	return out
}

// doText keeps a state of a text.
func (d *Pages) doText(ctx context.Context, v *visit) (web.Page, error) {
	t, err := d.openText(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	in := store.StandingText{Name: t.name, Lang: t.lang, Text: strings.TrimSpace(v.PostForm.Get("text")), Origin: v.Field("origin")}
	if in.Origin != store.StandingStarter && in.Origin != store.StandingRestored {
		in.Origin = store.StandingByHand
	}
	if in.Text == t.text() && int(desk.ToNumber(v.Field("seen"))) == t.seen() {
		return desk.See(t.home + "?done=saved"), nil
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.SaveStanding(ctx, v.By(), int(desk.ToNumber(v.Field("seen"))), in)
		return err
	})
	var found fault.Fields
	bad := fault.Fields{}
	switch {
	case err == nil:
		return desk.See(t.home + "?done=standing_saved"), nil
	case errors.As(err, &found):
		bad["text"] = v.Loc.T("standing.bad.long")
	case fault.Is(err, fault.Conflict):
		bad[""] = v.Loc.T("standing.bad.conflict")
	default:
		return web.Page{}, err
	}
	page, err := v.Again("desk/form", d.textForm(ctx, v, t, in.Text, in.Origin, bad))
	if bad[""] != "" {
		page.Status = http.StatusConflict
	}
	return page, err
}

// doPublishText makes the newest state public. Somebody has to say that it is true.
func (d *Pages) doPublishText(ctx context.Context, v *visit) (web.Page, error) {
	t, err := d.openText(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	n := int(desk.ToNumber(v.Field("number")))
	bad := fault.Fields{}
	switch {
	case n != t.seen() || n == 0:
		bad["confirm"] = v.Loc.T("standing.bad.conflict")
	case v.Field("confirm") == "":
		bad["confirm"] = v.Loc.T("standing.bad.confirm")
	case len(standing.Left(t.text())) > 0:
		bad["confirm"] = v.Loc.T("standing.bad.left")
	}
	if len(bad) > 0 {
		return v.Again("desk/form", d.textForm(ctx, v, t, t.text(), store.StandingByHand, bad))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PublishStanding(ctx, v.By(), t.name, t.lang, n) })
	return desk.See(t.home + "?done=standing_published"), err
}

// textPreview draws the page as readers would see it.
func (d *Pages) textPreview(ctx context.Context, v *visit) (web.Page, error) {
	t, err := d.openText(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if d.Text == nil {
		return web.Page{}, fault.New(fault.NotFound, "")
	}
	text := t.text()
	if n := v.URL.Query().Get("n"); n != "" {
		old, err := d.Store.StandingText(ctx, t.name, t.lang, int(desk.ToNumber(n)))
		if err != nil {
			return web.Page{}, err
		}
		text = old.Text
	}
	return d.Text(ctx, v.Request, t.lang, t.name, text)
}

// ofReaders and ofDonors are the kinds of data that readers and donors should
// know of.
var (
	ofReaders = []retention.Kind{retention.Contacts, retention.Reports}
	ofDonors  = []retention.Kind{retention.Donors, retention.Payers, retention.Attempts, retention.Reasons, retention.Mails, retention.Declines}
)

// starter is a text to begin with, made of the settings.
func (d *Pages) starter(ctx context.Context, v *visit, t paper) (string, error) {
	o, l := v.Outlet.In(t.lang), locale.For(t.lang)
	periods, err := d.Store.Retention(ctx)
	if err != nil {
		return "", err
	}
	campaigns, err := d.Store.Campaigns(ctx)
	if err != nil {
		return "", err
	}
	f := standing.Facts{Name: o.Name, Legal: o.LegalName, Address: strings.Join(strings.FieldsFunc(o.Address, func(r rune) bool { return r == '\n' || r == '\r' }), ", "),
		Editor: o.Editor, Email: o.Email, Prefix: o.Prefix(t.lang), Gives: len(campaigns) > 0, Public: !o.NoHistory}
	kinds := ofReaders
	if f.Gives {
		kinds = append(kinds[:len(kinds):len(kinds)], ofDonors...)
	}
	for _, k := range kinds {
		f.Kept = append(f.Kept, standing.Kept{What: l.T("standing.kept." + string(k)), For: period(l, periods.Days(k))})
	}
	return standing.Starter(t.name, t.lang, f)
}

const year = 365 * 24 * time.Hour

// period is a time in words. Periods of law are some days longer than their years:
// then it is the next full year, which is always enough.
func period(l *locale.Locale, days int) string {
	years := days / int(year/(24*time.Hour))
	switch {
	case days == 0:
		return l.T("standing.for.ever")
	case days == years*365:
		return l.N("standing.years", years)
	case years > 3:
		return l.N("standing.years.most", years+1)
	}
	return l.N("standing.days", days)
}
