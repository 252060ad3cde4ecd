package site

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/web"
)

// shell is what every page needs: the frame, and what it was made of.
type shell struct {
	web.Frame
	outlet   outlet.Outlet
	lang     string
	now      time.Time
	sections []news.Section
	ask      Ask
	deps     []string
	pictures string    // what addresses of pictures begin with; "" is /media/
	until    time.Time // when the page looks different by itself; zero is never
}

// shell begins a page in the language of the request.
func (s *Site) shell(ctx context.Context, r *web.Request) (*shell, error) {
	o, err := s.outlet(ctx)
	if err != nil {
		return nil, err
	}
	lang := r.Lang
	if !o.Speaks(lang) {
		lang = o.Language
	}
	o = o.In(lang)
	sections, err := s.Store.Sections(ctx)
	if err != nil {
		return nil, err
	}
	sh := &shell{outlet: o, lang: lang, now: s.Clock.Now(), sections: sections, deps: []string{"settings"}}
	sh.Frame = web.Frame{
		Locale: locale.For(lang), Zone: o.Location(), Home: o.Home(lang), Outlet: publisher(o, lang),
		Canonical: o.URL(address(o.Prefix(lang)+strings.TrimSuffix(r.Path, "/"), "")),
	}
	sh.wear(o.Look)
	if s.Reports != nil {
		sh.Report = sh.Path("/report")
	}
	if r.Path == "/" {
		sh.Canonical = o.URL(o.Home(lang))
	}
	if locale.Base(lang) != sh.Lang() {
		sh.ContentLang = lang
	}
	if sections, err = s.navSections(ctx, sh); err != nil {
		return nil, err
	}
	topics, err := s.navTopics(ctx, sh)
	if err != nil {
		return nil, err
	}
	sh.Langs = sh.inOtherLanguages(func(l string) string { return o.Home(l) })
	sh.Frame.Feeds = []web.Feed{{Title: o.Name, Type: "application/rss+xml", Href: sh.Path("/feed.xml")}}
	err = s.addAsk(ctx, sh)
	sh.Nav = sh.nav(r.Path, sections, topics)
	return sh, err
}

// addAsk lets the page ask for money.
func (s *Site) addAsk(ctx context.Context, sh *shell) error {
	sh.Sandbox = sh.outlet.SandboxOnly
	if s.Ask == nil {
		return nil
	}
	ask, err := s.Ask(ctx, sh.lang)
	if err != nil {
		return err
	}
	sh.ask, sh.Give = ask, ask.Give
	sh.Sandbox = sh.Sandbox || ask.Sandbox
	sh.deps = append(sh.deps, ask.Deps...)
	return nil
}

// showMeter puts the campaign's meter on the page, which then changes at midnight
// with the days that are left.
func (sh *shell) showMeter() {
	sh.Meter = sh.ask.Meter
	if sh.Meter != nil {
		sh.dated()
	}
}

func publisher(o outlet.Outlet, lang string) web.Outlet {
	l := locale.For(lang)
	out := web.Outlet{
		Name: o.Name, ShortName: o.ShortName, Motto: o.Text(o.Motto, lang), URL: strings.TrimSuffix(o.BaseURL, "/"),
		Publisher: o.LegalName, Editor: o.Editor, About: o.Text(o.Founded, lang), Email: o.Email, Legal: o.Text(o.GiveNote, lang),
	}
	for line := range strings.Lines(o.Address) {
		if line = strings.TrimSpace(line); line != "" {
			out.Address = append(out.Address, line)
		}
	}
	for _, p := range []struct {
		path, name string
		text       outlet.Words
	}{{"/ethics", l.T("about.ethics"), o.Ethics}, {"/privacy", l.T("about.privacy"), o.Privacy}, {"/imprint", l.T("about.imprint"), o.Imprint}} {
		if o.Text(p.text, lang) != "" {
			out.Pages = append(out.Pages, web.Link{Text: p.name, Href: o.Prefix(lang) + p.path})
		}
	}
	if o.LicenceURL != "" {
		out.Licence = &web.Link{Text: o.LicenceName, Href: o.LicenceURL}
		if o.LicenceName == "" {
			out.Licence.Text = o.LicenceURL
		}
	}
	return out
}

// navMost is how many sections the navigation shows by itself; an imported site
// may have dozens.
const navMost = 8

// navSections are the sections that the navigation shows where nobody has chosen:
// all of them, or of many those with the most articles.
func (s *Site) navSections(ctx context.Context, sh *shell) ([]news.Section, error) {
	top := slices.DeleteFunc(slices.Clone(sh.sections), func(v news.Section) bool { return v.Parent != "" })
	if len(sh.outlet.Nav) > 0 || len(top) <= navMost {
		return top, nil
	}
	counts, err := s.Store.SectionSizes(ctx, sh.lang)
	sh.dep("articles")
	top = slices.DeleteFunc(top, func(v news.Section) bool { return counts[v.ID] == 0 })
	slices.SortStableFunc(top, func(a, b news.Section) int { return counts[b.ID] - counts[a.ID] })
	return top[:min(navMost, len(top))], err
}

func (sh *shell) sectionName(v news.Section) string { return v.Name.In(sh.lang, sh.outlet.Language) }

// sectionLink is the link to a section by its id; nil where there is none.
func (sh *shell) sectionLink(id string) *web.Link {
	for _, v := range sh.sections {
		if v.ID == id {
			return &web.Link{Text: sh.sectionName(v), Href: sh.Path("/sections/" + v.Slug)}
		}
	}
	return nil
}

// markNav marks the section that the page belongs to.
func (sh *shell) markNav(section string) {
	if l := sh.sectionLink(section); l != nil {
		for i := range sh.Nav {
			sh.Nav[i].Current = sh.Nav[i].Href == l.Href
		}
	}
}

// inOtherLanguages lists the outlet's other languages, each named in itself.
func (sh *shell) inOtherLanguages(href func(lang string) string) []web.Link {
	var out []web.Link
	for _, l := range sh.outlet.Langs() {
		if l != sh.lang {
			out = append(out, web.Link{Text: locale.NameOf(l), Href: href(l), Lang: l, Dir: locale.DirOf(l)})
		}
	}
	return out
}

// mesh says that this page stands in every language below the language's prefix.
func (sh *shell) mesh(path string) { sh.meshIn(path, sh.outlet.Langs()) }

// meshIn says in which languages this page stands below their prefix; readers of
// the others are led to the front.
func (sh *shell) meshIn(path string, langs []string) {
	o := sh.outlet
	at := func(lang string) string {
		if path == "/" || !slices.Contains(langs, lang) {
			return o.Home(lang)
		}
		return o.Prefix(lang) + address(path, "")
	}
	sh.Langs = sh.inOtherLanguages(at)
	if len(langs) < 2 {
		return
	}
	for _, l := range langs {
		sh.Alternates = append(sh.Alternates, web.Alternate{Lang: l, Href: o.URL(at(l))})
	}
	sh.Alternates = append(sh.Alternates, web.Alternate{Lang: "x-default", Href: o.URL(at(langs[0]))})
}

// listed points at a list's further pages: those are not the list's first page
// and not worth finding by themselves.
func (sh *shell) listed(r *web.Request) {
	if r.URL.RawQuery != "" {
		sh.Robots = "noindex, follow"
		sh.Alternates = nil
	}
}

// dep adds change keys.
func (sh *shell) dep(keys ...string) { sh.deps = append(sh.deps, keys...) }

// draw makes the page of a template's data.
func (s *Site) draw(sh *shell, name string, data any) (web.Page, error) {
	body, err := s.Templates.Render(name, data)
	if err != nil {
		return web.Page{}, err
	}
	return web.Page{Body: body, Deps: sh.deps, Cache: web.Public, CSP: web.ThemedCSP(name, sh.PageLang(), sh.Theme), Until: sh.until}, nil
}

// dated says that the page shows a day, or days that are left.
func (sh *shell) dated() { sh.ends(midnight(sh.now, sh.Zone)) }

func (sh *shell) ends(at time.Time) {
	if sh.until.IsZero() || at.Before(sh.until) {
		sh.until = at
	}
}

// usable tells whether a picture may be shown; the page then ends with the
// picture's rights.
func (sh *shell) usable(p media.Picture) bool {
	if !p.Usable(sh.now) {
		return false
	}
	if !p.RightsUntil.IsZero() {
		sh.ends(p.RightsUntil)
	}
	return true
}

// midnight is the next one in a zone.
func midnight(now time.Time, zone *time.Location) time.Time {
	n := now.In(zone)
	return time.Date(n.Year(), n.Month(), n.Day()+1, 0, 0, 0, 0, zone)
}

// Draw makes the page of an error; see web.Server.
func (s *Site) Draw(ctx context.Context, r *web.Request, status int, say string) web.Page {
	if r.Lang == "" {
		r.Path = "/"
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}
	}
	sh.Canonical, sh.Robots, sh.Frame.Feeds = "", "noindex", nil
	data := web.ErrorPage{Status: status, Say: say}
	if status == http.StatusNotFound || status == http.StatusGone {
		data.Search = sh.Path("/search")
	}
	if status == http.StatusNotFound || status >= 500 {
		data.Say = "" // the catalogue's own sentence, in the reader's language
	}
	sh.Title = sh.T("error." + data.Class())
	data.Frame = sh.Frame
	page, err := s.draw(sh, "site/error", data)
	if err != nil {
		return web.Page{}
	}
	if r.Path == "/my" || strings.HasPrefix(r.Path, "/my/") { // its address may be a key
		return sealed(page)
	}
	return page
}
