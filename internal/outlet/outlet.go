// Package outlet is the newsroom itself: its name and languages, its zone and
// money, where its articles live, and what it says about itself.
package outlet

import (
	"net/url"
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // the zones of all the world, also where the machine has none
)

// Words is one text in several languages: language tag → text.
type Words map[string]string

// In returns the text in a language, else in the first of the others that has
// one, else any (the first by tag), else "".
func (w Words) In(lang string, others ...string) string {
	for _, l := range append([]string{lang}, others...) {
		if w[l] != "" {
			return w[l]
		}
	}
	best := ""
	for l, text := range w {
		if text != "" && (best == "" || l < best) {
			best = l
		}
	}
	return w[best]
}

// Robots is what the outlet lets machines do; see RFC 9309. All of it is
// voluntary on the machines' side.
type Robots string

// The presets of robots.txt.
const (
	RobotsOpen     Robots = "open"        // everything public may be read
	RobotsNoTrain  Robots = "no-training" // search yes, training of models no
	RobotsNoModels Robots = "no-ai"       // crawlers of model makers shut out
)

// Outlet holds all that an editor or publisher decides about the newsroom. It
// is kept as one JSON value; the zero value is not valid, see Default.
type Outlet struct {
	Name      string `json:"name"`
	ShortName string `json:"short_name,omitempty"` // for running text: "the Lantern"
	Motto     Words  `json:"motto,omitempty"`
	BaseURL   string `json:"base_url"` // https://host, without a trailing slash; "" until it is known

	Language  string   `json:"language"`            // of the addresses without a prefix
	Languages []string `json:"languages,omitempty"` // further ones, each under its own prefix
	Zone      string   `json:"zone"`                // IANA name
	Pattern   string   `json:"pattern"`             // of article addresses, see Expand
	Currency  string   `json:"currency"`            // ISO 4217

	// Identities are how the outlet calls itself in further languages; what one
	// leaves out is as in the default language.
	Identities map[string]Identity `json:"identities,omitempty"`

	LegalName string `json:"legal_name,omitempty"`
	Address   string `json:"address,omitempty"` // postal, in lines
	Editor    string `json:"editor,omitempty"`  // responsible by press law
	Email     string `json:"email,omitempty"`   // of the newsroom, for reports of errors
	Security  string `json:"security,omitempty"`
	Founded   Words  `json:"founded,omitempty"` // one or two sentences for the footer
	GiveNote  Words  `json:"give_note,omitempty"`

	LicenceName string `json:"licence_name,omitempty"`
	LicenceURL  string `json:"licence_url,omitempty"`
	Robots      Robots `json:"robots"`

	Nav   []NavItem `json:"nav,omitempty"` // empty: all sections in their order
	Look  Look      `json:"look,omitzero"` // colours of the readers' pages
	About Words     `json:"about,omitempty"`
	// Ethics, Privacy and Imprint are Markdown like About; a page without a
	// text has no address.
	Ethics  Words `json:"ethics,omitempty"`
	Privacy Words `json:"privacy,omitempty"`
	Imprint Words `json:"imprint,omitempty"`
	// Corrections is Markdown too: how the newsroom puts right what was wrong, above
	// the list of what it has put right.
	Corrections Words `json:"corrections,omitempty"`
	// Refused says which money the outlet does not take, Independence how it stays
	// free of those who give; both stand on the page of the books.
	Refused      Words `json:"refused,omitempty"`
	Independence Words `json:"independence,omitempty"`

	// OwnWork lets people let their own text through; without it somebody else has
	// to read a text before it is published (four eyes).
	OwnWork bool `json:"own_work,omitempty"`

	// SandboxOnly is set by the demo: nothing on this site is real money, and
	// every page that speaks of money says so.
	SandboxOnly bool `json:"sandbox_only,omitempty"`

	// NoHistory takes the pages with the versions of articles off the site.
	NoHistory bool `json:"no_history,omitempty"`
}

// Identity is the outlet's name and address as a language writes them.
type Identity struct {
	Name      string `json:"name,omitempty"`
	ShortName string `json:"short_name,omitempty"`
	LegalName string `json:"legal_name,omitempty"`
	Address   string `json:"address,omitempty"`
	Editor    string `json:"editor,omitempty"`
}

// In is the outlet as it calls itself in a language.
func (o Outlet) In(lang string) Outlet {
	id, ok := o.Identities[lang]
	if !ok {
		return o
	}
	for _, x := range []struct {
		into *string
		text string
	}{{&o.Name, id.Name}, {&o.ShortName, id.ShortName}, {&o.LegalName, id.LegalName}, {&o.Address, id.Address}, {&o.Editor, id.Editor}} {
		if x.text != "" {
			*x.into = x.text
		}
	}
	return o
}

// NavItem is an entry of the navigation: exactly one of a section or a topic (by
// id, a section also by its slug), the form for giving, a path of this site, or
// an address elsewhere. Text is what it is called; without one a section and a
// topic are called by their names.
type NavItem struct {
	Section string `json:"section,omitempty"`
	Topic   string `json:"topic,omitempty"`
	Give    bool   `json:"give,omitempty"` // shown while something can be given
	Path    string `json:"path,omitempty"`
	URL     string `json:"url,omitempty"` // https only
	Text    Words  `json:"text,omitempty"`
}

// NavMost is how many entries the navigation takes.
const NavMost = 12

// check says what is wrong with an entry, "" for nothing.
func (n NavItem) check() string {
	aims := 0
	for _, set := range []bool{n.Section != "", n.Topic != "", n.Give, n.Path != "", n.URL != ""} {
		if set {
			aims++
		}
	}
	if aims != 1 {
		return "Each entry of the navigation leads to one place: a section, a topic, the form for giving, a page or an address elsewhere."
	}
	if n.Path != "" && (!strings.HasPrefix(n.Path, "/") || strings.HasPrefix(n.Path, "//") || strings.ContainsAny(n.Path, "\\ \n\t")) {
		return "A page of this site is a path such as /about."
	}
	if u, err := url.Parse(n.URL); n.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
		return "An address elsewhere begins with https://."
	}
	if (n.Path != "" || n.URL != "") && n.Text.In("") == "" {
		return "Say what the entry is called."
	}
	return ""
}

// DefaultPattern is the address pattern of a new outlet.
const DefaultPattern = "/{yyyy}/{mm}/{slug}"

// Default is what a newsroom starts from before anybody has decided anything.
func Default() Outlet {
	return Outlet{
		Name: "Masthead", Language: "en", Zone: "UTC", Pattern: DefaultPattern,
		Currency: "USD", Robots: RobotsNoTrain,
	}
}

// Location is the outlet's time zone, UTC where the setting is not a zone.
func (o Outlet) Location() *time.Location {
	if loc, err := time.LoadLocation(o.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// Langs lists all languages, the default one first.
func (o Outlet) Langs() []string { return append([]string{o.Language}, o.Languages...) }

// Speaks tells whether the outlet publishes in a language.
func (o Outlet) Speaks(lang string) bool { return slices.Contains(o.Langs(), lang) }

// Prefix is what the addresses of a language begin with: "" for the default
// language, else "/fa".
func (o Outlet) Prefix(lang string) string {
	if lang == o.Language || lang == "" {
		return ""
	}
	return "/" + strings.ToLower(lang)
}

// Home is the address of a language's front page.
func (o Outlet) Home(lang string) string {
	if p := o.Prefix(lang); p != "" {
		return p
	}
	return "/"
}

// SplitLang takes the language's prefix off a path: "/fa/books" is "fa" and
// "/books". A path without the prefix of a further language is in the default
// one.
func (o Outlet) SplitLang(path string) (lang, rest string) {
	for _, l := range o.Languages {
		p := o.Prefix(l)
		if path == p {
			return l, "/"
		}
		if strings.HasPrefix(path, p+"/") {
			return l, path[len(p):]
		}
	}
	return o.Language, path
}

// URL is the absolute address of a path of this site.
func (o Outlet) URL(path string) string { return strings.TrimSuffix(o.BaseURL, "/") + path }

// Text is a text of the outlet in a language, without falling back further than
// to the default language.
func (o Outlet) Text(w Words, lang string) string {
	if w[lang] != "" {
		return w[lang]
	}
	return w[o.Language]
}
