package site

import (
	"context"
	"regexp"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

var errNotThere = fault.New(fault.NotFound, "there is no page at this address")

// article answers every address that no route has: articles live where the
// outlet's pattern or an import put them.
func (s *Site) article(ctx context.Context, r *web.Request, clean string) (web.Page, error) {
	if !get(r) {
		return notAllowed(Route{}), nil
	}
	if clean == "/index.php" {
		return s.oldQuery(ctx, r)
	}
	f, err := s.Store.Lookup(ctx, clean)
	if err != nil || f.Article == "" {
		if moved, ok := s.byQuery(ctx, r, clean); ok {
			return moved, nil
		}
	}
	switch {
	case err == nil && f.Gone:
		return s.withdrawn(ctx, r, f.Article)
	case err == nil && f.Target != "":
		return web.Moved(goal(f.Target), movedDeps...), nil
	case err == nil && r.URL.Path != clean:
		return web.Moved(address(clean, ""), movedDeps...), nil
	case err == nil:
		return s.articlePage(ctx, r, f.Article)
	case !fault.Is(err, fault.NotFound):
		return web.Page{}, err
	}
	return s.beside(ctx, r, clean)
}

// oldEnding is what WordPress hangs on an address: feeds and other forms of a
// story, and the further pages of lists, long stories and comments.
var oldEnding = regexp.MustCompile(`/(?:feed(?:/(?:rss2?|rdf|atom))?|amp|embed|trackback|page/[0-9]+|comment-page-[0-9]+|[0-9]{1,3})$`)

// dates is an address of a year, month or day, as many sites have them.
var dates = regexp.MustCompile(`^(/[0-9]{4})(/(?:0[1-9]|1[0-2]))?(/[0-3][0-9])?$`)

// beside finds what hangs on an article's address: its history, and what old
// sites had there.
func (s *Site) beside(ctx context.Context, r *web.Request, clean string) (web.Page, error) {
	if of, ok := strings.CutSuffix(clean, "/history"); ok {
		return s.historyOf(ctx, r, of, clean)
	}
	prefix := strings.TrimSuffix(clean, r.Path)
	of := strings.TrimPrefix(r.Path, "/index.php")
	m := dates.FindStringSubmatch(of)
	if m == nil {
		of = oldEnding.ReplaceAllString(of, "")
		m = dates.FindStringSubmatch(of)
	}
	if m != nil {
		return web.Moved(prefix+"/archive"+m[1]+m[2], movedDeps...), nil
	}
	if of == "" && strings.HasPrefix(r.Path, "/page/") { // the front's older stories
		return web.Moved(prefix+"/archive", movedDeps...), nil
	}
	if of == "" || of == r.Path {
		return web.Page{}, errNotThere
	}
	for _, old := range []string{of + "/feed", of} {
		f, err := s.Store.Lookup(ctx, prefix+old)
		switch {
		case old != of && !strings.Contains(r.Path, "/feed/"), fault.Is(err, fault.NotFound), f.Gone:
		case err != nil:
			return web.Page{}, err
		case f.Target != "":
			return web.Moved(goal(f.Target), movedDeps...), nil
		default:
			return web.Moved(address(prefix+old, ""), movedDeps...), nil
		}
	}
	return web.Page{}, errNotThere
}

// historyOf shows the versions of the article at an address, or leads to where
// they are.
func (s *Site) historyOf(ctx context.Context, r *web.Request, of, clean string) (web.Page, error) {
	f, err := s.Store.Lookup(ctx, of)
	switch {
	case err != nil || f.Gone:
		return web.Page{}, errNotThere
	case f.Article == "" && strings.HasPrefix(f.Target, "https://"):
		return web.Page{}, errNotThere
	case f.Article == "":
		return web.Moved(address(f.Target+"/history", ""), movedDeps...), nil
	case r.URL.Path != clean:
		return web.Moved(address(clean, ""), movedDeps...), nil
	}
	return s.history(ctx, r, f.Article)
}

// oldQuery answers addresses such as /?p=12.
func (s *Site) oldQuery(ctx context.Context, r *web.Request) (web.Page, error) {
	q := r.URL.Query()
	if find := q.Get("s"); find != "" {
		return web.Redirect(301, address("/search", "q="+escape(find))), nil
	}
	old := news.OldQuery(q)
	if old == "" {
		return web.Redirect(301, "/"), nil
	}
	f, err := s.Store.Lookup(ctx, old)
	switch {
	case err != nil:
		return web.Page{}, err
	case f.Gone:
		return s.withdrawn(ctx, r, f.Article)
	}
	return web.Redirect(301, goal(f.Target)), nil
}

// articlePage is the page of an article that is public.
func (s *Site) articlePage(ctx context.Context, r *web.Request, id string) (web.Page, error) {
	p, err := s.Store.Publication(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	r.Lang = p.Lang
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	in, err := s.inside(ctx, p.Content)
	if err != nil {
		return web.Page{}, err
	}
	sh.articleHead(p, in)
	data := web.ArticlePage{
		Section: sh.sectionLink(p.Content.Section), Headline: p.Content.Headline, Dek: p.Content.Dek,
		Hero: sh.hero(p.Content, in), Place: p.Content.Dateline.Place, Published: p.First, Updated: p.Updated,
		Version: p.Version, Origin: p.Article,
	}
	if err := s.articleParts(ctx, sh, p, &data); err != nil {
		return web.Page{}, err
	}
	data.Body = sh.body(p.Content, in, data.Marked())
	if p.State == news.Retracted && data.Body != "" {
		data.Body = "<del>" + data.Body + "</del>" // stays readable, struck through
	}
	if p.Content.Kind == news.Page {
		data.Published, data.Bylines, data.Version = time.Time{}, nil, 0 // a page stands outside of time
	}
	data.Appeal = !p.Content.Appeal.Off && p.State == news.Published && p.Content.Kind != news.Page
	if data.Appeal {
		sh.showMeter()
	}
	sh.JSONLD = sh.articleLD(p, in, data)
	data.Frame = sh.Frame
	return s.draw(sh, "site/article", data)
}

// articleHead fills in what the page's head says.
func (sh *shell) articleHead(p news.Publication, in inside) {
	c := p.Content
	sh.dep("article:"+p.Article, "addresses")
	sh.markNav(c.Section)
	sh.Title, sh.Description = first(c.SEOTitle, c.Headline), c.Dek
	sh.Canonical = sh.outlet.URL(address(p.Path, ""))
	sh.OG = web.OpenGraph{Type: "article", Title: first(c.SocialTitle, c.Headline), Published: p.First, Modified: p.Modified}
	if l := sh.sectionLink(c.Section); l != nil {
		sh.OG.Section = l.Text
		sh.dep("section:" + c.Section)
	}
	for _, b := range c.Bylines {
		if b.Role == "by" || b.Role == "with" {
			sh.OG.Authors = append(sh.OG.Authors, b.Name)
		}
	}
	for _, id := range c.Media() {
		sh.dep("media:" + id)
	}
	for _, id := range linked(c.Body) { // also those that are not public yet
		sh.dep("article:" + id)
	}
	if f := sh.shared(c, in); f != nil {
		sh.OG.Image, sh.OG.ImageURL = f, sh.outlet.URL(f.Src)
	}
	if p.State == news.Retracted {
		sh.Robots = "noindex"
		sh.Title, sh.OG.Title = sh.T("list.retracted", "headline", sh.Title), sh.T("list.retracted", "headline", sh.OG.Title)
	}
	if c.Canonical != "" {
		sh.Canonical = c.Canonical
	}
}

// articleParts fills in what is asked of the store: people, notes, topics,
// translations, versions, and what else there is to read.
func (s *Site) articleParts(ctx context.Context, sh *shell, p news.Publication, data *web.ArticlePage) error {
	var err error
	if data.Bylines, err = s.bylines(ctx, sh, p.Content.Bylines); err != nil {
		return err
	}
	list, err := s.Store.CorrectionsOf(ctx, p.Article)
	if err != nil {
		return err
	}
	sh.notes(p, list, data)
	if s.Reports != nil {
		data.Wrong = sh.Path("/report?about=" + p.Article)
	}
	topics, err := s.Store.TopicsOf(ctx, p.Article)
	if err != nil {
		return err
	}
	for _, t := range topics {
		name := t.Name.In(sh.lang, sh.outlet.Language)
		data.Topics = append(data.Topics, web.Link{Text: name, Href: sh.Path("/topics/" + address(t.Slug, ""))})
		sh.OG.Tags = append(sh.OG.Tags, name)
		sh.dep("topic:" + t.ID)
	}
	if err := s.translations(ctx, sh, p, data); err != nil {
		return err
	}
	if p.Version > 1 && !sh.outlet.NoHistory {
		data.Versions, data.History = p.Version, address(p.Path, "")+"/history"
	}
	if c := p.Content; c.LicenceURL != "" {
		data.Licence = &web.Link{Text: first(c.LicenceName, c.LicenceURL), Href: c.LicenceURL}
	}
	if p.Content.Kind == news.Page {
		return nil
	}
	related, err := s.Store.Related(ctx, p, 3)
	if err != nil {
		return err
	}
	for i := range related {
		related[i].Headline, related[i].Dek = first(related[i].Short, related[i].Headline), ""
	}
	data.Related, err = s.stories(ctx, sh, related)
	return err
}

func (s *Site) bylines(ctx context.Context, sh *shell, list []news.Byline) ([]web.Byline, error) {
	var out []web.Byline
	for _, b := range list {
		v := web.Byline{Name: b.Name, Role: b.Role}
		if b.Person != "" {
			person, err := s.Store.Person(ctx, b.Person)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil {
				v.Href = sh.Path("/people/" + address(person.Slug, ""))
				sh.dep("person:" + person.ID)
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// translations links the languages of a story with each other: for readers, and
// as a full mesh for machines.
func (s *Site) translations(ctx context.Context, sh *shell, p news.Publication, data *web.ArticlePage) error {
	list, err := s.Store.Translations(ctx, p.Group)
	if err != nil {
		return err
	}
	at := map[string]store.Translation{}
	for _, t := range list {
		at[t.Lang] = t
		sh.dep("article:" + t.Article)
		if t.Lang == p.Lang {
			continue
		}
		text := locale.NameOf(t.Lang)
		if l := locale.For(t.Lang); locale.Base(t.Lang) == l.Lang() {
			text = l.T("article.inlanguage")
		}
		data.Translations = append(data.Translations, web.Link{Text: text, Href: address(t.Path, ""), Lang: t.Lang, Dir: locale.DirOf(t.Lang)})
	}
	sh.Langs = sh.inOtherLanguages(func(l string) string {
		if t, ok := at[l]; ok {
			return address(t.Path, "")
		}
		return sh.outlet.Home(l)
	})
	if len(list) < 2 || p.Content.Canonical != "" {
		return nil
	}
	standard := list[0]
	if t, ok := at[sh.outlet.Language]; ok {
		standard = t
	}
	for _, t := range list {
		sh.Alternates = append(sh.Alternates, web.Alternate{Lang: t.Lang, Href: sh.outlet.URL(address(t.Path, ""))})
	}
	sh.Alternates = append(sh.Alternates, web.Alternate{Lang: "x-default", Href: sh.outlet.URL(address(standard.Path, ""))})
	return nil
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// pictureURL is the absolute address of the largest size of a picture.
func (sh *shell) pictureURL(p media.Picture) string {
	return sh.outlet.URL(p.Src(largest(p.Renditions)))
}
