package site

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/web"
)

// Route is an address of the public site: a path of literal segments and
// {parameters}, without the language's prefix.
type Route struct {
	Path    string
	Handler web.Handler
	Post    bool // answers POST beside GET
	One     bool // stands once, not below each language
	Raw     bool // takes any method and spelling as they come
}

func (r Route) methods() []string {
	if r.Post {
		return []string{http.MethodGet, http.MethodHead, http.MethodPost}
	}
	return []string{http.MethodGet, http.MethodHead}
}

// Routes are all addresses of the public site but those of articles, which
// follow the outlet's pattern and are looked up where nothing here fits.
func (s *Site) Routes() []Route {
	return slices.Concat(s.own(), s.record(), s.More)
}

// record are the addresses by which readers and people outside the desk come to
// what the desk alone keeps.
func (s *Site) record() []Route {
	out := []Route{
		{Path: "/preview/{token}", Handler: s.looking(s.preview), One: true},
		{Path: "/preview/{token}/phone", Handler: s.looking(s.previewPhone), One: true},
		{Path: "/preview/{token}/mail", Handler: s.looking(s.previewMail), One: true},
		{Path: "/preview/{token}/mail.txt", Handler: s.looking(s.previewText), One: true},
		{Path: "/preview/{token}/card", Handler: s.looking(s.previewCard), One: true},
		{Path: "/preview/{token}/{hash}/{file}", Handler: s.previewPicture, One: true},
	}
	if s.Reports != nil {
		out = append(out, Route{Path: "/report", Handler: s.report, Post: true})
	}
	return out
}

func (s *Site) own() []Route {
	return []Route{
		{Path: "/", Handler: s.front},
		{Path: "/sections/{slug}", Handler: s.section},
		{Path: "/sections/{slug}/feed.xml", Handler: s.sectionFeed(feedRSS)},
		{Path: "/sections/{slug}/atom.xml", Handler: s.sectionFeed(feedAtom)},
		{Path: "/sections/{slug}/feed.json", Handler: s.sectionFeed(feedJSON)},
		{Path: "/topics/{slug}", Handler: s.topic},
		{Path: "/topics/{slug}/feed.xml", Handler: s.topicFeed(feedRSS)},
		{Path: "/topics/{slug}/atom.xml", Handler: s.topicFeed(feedAtom)},
		{Path: "/topics/{slug}/feed.json", Handler: s.topicFeed(feedJSON)},
		{Path: "/people/{slug}", Handler: s.person},
		{Path: "/people/{slug}/feed.xml", Handler: s.personFeed(feedRSS)},
		{Path: "/people/{slug}/atom.xml", Handler: s.personFeed(feedAtom)},
		{Path: "/people/{slug}/feed.json", Handler: s.personFeed(feedJSON)},
		{Path: "/archive", Handler: s.archive},
		{Path: "/archive/{yyyy}", Handler: s.archive},
		{Path: "/archive/{yyyy}/{mm}", Handler: s.month},
		{Path: "/search", Handler: s.search},
		{Path: "/feed.xml", Handler: s.mainFeed(feedRSS)},
		{Path: "/atom.xml", Handler: s.mainFeed(feedAtom)},
		{Path: "/feed.json", Handler: s.mainFeed(feedJSON)},
		{Path: "/corrections", Handler: s.corrections},
		{Path: "/corrections.xml", Handler: s.correctionsFeed},
		{Path: "/books", Handler: s.books},
		{Path: "/books/verify", Handler: s.booksVerify},
		{Path: "/books/heads.txt", Handler: s.headsText, One: true},
		{Path: "/books/heads.json", Handler: s.headsJSON, One: true},
		{Path: "/books/supporters/{year}", Handler: s.supporters},
		{Path: "/books/{period}", Handler: s.books},
		{Path: "/books.json", Handler: s.booksJSON, One: true},
		{Path: "/books.csv", Handler: s.booksCSV, One: true},
		{Path: "/newsletter", Handler: s.newsletter},
		{Path: "/about", Handler: s.about},
		{Path: "/ethics", Handler: s.ethics},
		{Path: "/privacy", Handler: s.privacy},
		{Path: "/imprint", Handler: s.imprint},
		{Path: "/sitemap.xml", Handler: s.sitemapIndex, One: true},
		{Path: "/sitemaps/{part}", Handler: s.sitemap, One: true},
		{Path: "/news-sitemap.xml", Handler: s.newsSitemap, One: true},
		{Path: "/robots.txt", Handler: s.robots, One: true},
		{Path: "/.well-known/security.txt", Handler: s.securityTxt, One: true},
		{Path: "/media/{hash}/{file}", Handler: s.media, One: true, Raw: true},
		{Path: "/assets/{name}", Handler: s.asset, One: true, Raw: true},
		{Path: "/favicon.ico", Handler: s.favicon, One: true},
		{Path: "/healthz", Handler: s.healthz, One: true},
		{Path: "/readyz", Handler: s.readyz, One: true},
	}
}

// fits tells whether a path has a pattern's segments, and what its parameters
// are.
func fits(pattern, path string) (url.Values, bool) {
	params := url.Values{}
	for {
		want, restWant, moreWant := strings.Cut(strings.TrimPrefix(pattern, "/"), "/")
		have, restHave, moreHave := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if name, isParam := strings.CutPrefix(want, "{"); isParam && have != "" {
			params.Set(strings.TrimSuffix(name, "}"), have)
		} else if want != have {
			return nil, false
		}
		if moreWant != moreHave {
			return nil, false
		}
		if !moreWant {
			return params, true
		}
		pattern, path = restWant, restHave
	}
}

// address is a path of this site as it stands in a header or link.
func address(path, query string) string {
	return (&url.URL{Path: path, RawQuery: query}).String()
}
