package outlet

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"

	"masthead.dev/masthead/internal/fault"
)

// places are what a pattern may hold.
var places = regexp.MustCompile(`\{[^}]*\}`)

var knownPlaces = map[string]bool{
	"{yyyy}": true, "{mm}": true, "{dd}": true, "{slug}": true, "{section}": true, "{id}": true,
}

// CheckPattern says what is wrong with an address pattern: it begins with a
// slash, ends without one, names the article by {slug} or {id}, knows {yyyy},
// {mm}, {dd} and {section} beside them, and does not begin with a segment that
// Masthead needs itself.
func CheckPattern(pattern string) error {
	if !strings.HasPrefix(pattern, "/") || strings.HasSuffix(pattern, "/") || strings.Contains(pattern, "//") {
		return fault.New(fault.Invalid, "An address pattern begins with a slash and ends without one, such as %s.", DefaultPattern)
	}
	for _, p := range places.FindAllString(pattern, -1) {
		if !knownPlaces[p] {
			return fault.New(fault.Invalid, "The pattern knows {yyyy}, {mm}, {dd}, {section}, {slug} and {id}, but not %s.", p)
		}
	}
	if !strings.Contains(pattern, "{slug}") && !strings.Contains(pattern, "{id}") {
		return fault.New(fault.Invalid, "The pattern must hold {slug} or {id}, or all articles would have one address.")
	}
	plain := places.ReplaceAllString(pattern, "x")
	if strings.ContainsAny(plain, "{}?#%\\ ") || plain != strings.ToLower(plain) {
		return fault.New(fault.Invalid, "Write the pattern in small letters, without blanks, ?, # or %%.")
	}
	if first := FirstSegment(pattern); !strings.Contains(first, "{") && Reserved(first) {
		return fault.New(fault.Invalid, "Addresses can't begin with /%s: Masthead needs it; choose another word.", first)
	}
	return nil
}

// Place is what an address is made of.
type Place struct {
	Published time.Time // first publication
	Section   string    // slug; "" for none
	Slug      string
	ID        string
}

// Expand makes the address of an article in a language. Dates are those of the
// first publication in the outlet's zone. A pattern with {section} leaves the
// segment out where there is no section.
func (o Outlet) Expand(lang string, p Place) string {
	at := p.Published.In(o.Location())
	path := strings.NewReplacer(
		"{yyyy}", at.Format("2006"), "{mm}", at.Format("01"), "{dd}", at.Format("02"),
		"{section}", p.Section, "{slug}", p.Slug, "{id}", p.ID,
	).Replace(o.Pattern)
	return o.Prefix(lang) + strings.ReplaceAll(path, "//", "/")
}

// reserved are the first segments of addresses that Masthead needs itself. No
// article may live below them; this is the only such table.
var reserved = map[string]bool{
	"feed.xml": true, "atom.xml": true, "feed.json": true, "sitemap.xml": true, "sitemaps": true,
	"news-sitemap.xml": true, "robots.txt": true, "favicon.ico": true, "manifest.webmanifest": true,
	"search": true, "sections": true, "topics": true, "people": true, "archive": true,
	"corrections": true, "corrections.xml": true, "report": true, "preview": true, "give": true, "my": true, "receipts": true,
	"books": true, "books.json": true, "books.csv": true, "newsletter": true,
	"about": true, "ethics": true, "privacy": true, "imprint": true,
	".well-known": true, "healthz": true, "readyz": true, "metrics": true,
	"desk": true, "api": true, "webhooks": true, "sandbox": true, "media": true, "assets": true,
}

// Reserved tells whether Masthead needs a first segment itself. All two-letter
// language codes are among them, so that a language can be added later without
// hiding a page.
func Reserved(segment string) bool {
	s := strings.ToLower(segment)
	if reserved[s] || s == "" {
		return true
	}
	if len(s) == 2 {
		b, err := language.ParseBase(s)
		return err == nil && b.String() == s
	}
	return false
}

// FirstSegment is the text between the first and the second slash of a path.
func FirstSegment(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}
