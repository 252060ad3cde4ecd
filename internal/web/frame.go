package web

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
)

// Frame is what every public page shares: the language that it speaks, the
// outlet around it and what its head says about it. Page types embed it; their
// templates call the locale's methods through it.
type Frame struct {
	*locale.Locale // the language of the interface; must be set

	Outlet Outlet
	Zone   *time.Location // the outlet's; all times on the page are shown in it
	Today  time.Time      // the date in the nameplate; zero leaves it out

	Theme string // style that puts the outlet's colours over the house's; see outlet.Look.Sheet
	Logo  Logo   // in place of the name at the head; zero is none
	Icon  string // address of the tab's icon; "" is the house's
	Touch string // of a telephone's first screen; "" is none

	Home    string // address of the front page in this language: "/" or "/fa"
	Nav     []Link // the sections, in order; Current marks the one that we are in
	Langs   []Link // this page (or else the front page) in other languages
	Give    string // where the appeal leads; "" where nothing can be given yet
	Meter   *Meter // the campaign's meter; nil where there is none
	Sandbox bool   // payments are pretended: say so wherever money is spoken of
	Report  string // form for reports of errors; "" leads to where an address for them stands
	Cookie  bool   // the page keeps somebody signed in by one

	// ContentLang is the language of what the page shows, where the interface
	// does not speak it; "" when it does.
	ContentLang string

	Title       string // without the outlet's name, which the layout adds
	Description string
	Canonical   string      // absolute
	Alternates  []Alternate // the whole mesh with this page and x-default; empty where there is one language
	Feeds       []Feed      // empty: the outlet's main feeds are left out too
	Robots      string      // "" or, say, "noindex"
	JSONLD      any         // marshalled into a data block; nil leaves it out
	OG          OpenGraph
}

// Logo is the picture of the outlet's name.
type Logo struct {
	Src, Dark     string // Dark: for dark screens; "" is Src
	Width, Height int    // in pixels, of Src
}

// Outlet is what a page says about its publisher.
type Outlet struct {
	Name      string
	ShortName string // for running text: "the Lantern"; falls back to Name
	Motto     string
	URL       string   // absolute address of the site, without a trailing slash
	Publisher string   // legal name
	Address   []string // lines
	Editor    string   // the one responsible by press law
	About     string   // one or two sentences for the footer
	Email     string   // of the newsroom, for reports of errors; "" hides it
	Pages     []Link   // further pages for the footer: imprint, privacy, standards
	Licence   *Link    // of the texts
	Legal     string   // what givers must know about tax, in the page's language
}

// Short is the name for running text.
func (o Outlet) Short() string {
	if o.ShortName != "" {
		return o.ShortName
	}
	return o.Name
}

// Link is text that leads somewhere. Lang and Dir are set where the text is in
// another language than the page.
type Link struct {
	Text      string
	Href      string
	Lang, Dir string
	Current   bool
}

// Alternate is the same page in another language; Lang may be "x-default".
type Alternate struct{ Lang, Href string }

// Feed is a feed of this page.
type Feed struct {
	Title string
	Type  string // media type
	Href  string
}

// OpenGraph is what other sites show of a shared link. Title, description and
// address are the frame's own.
type OpenGraph struct {
	Type      string // "website" when empty, or "article"
	Title     string // the frame's when empty
	Image     *Picture
	ImageURL  string // absolute; Image gives size and alternative text
	Published time.Time
	Modified  time.Time
	Section   string
	Authors   []string
	Tags      []string
}

// Picture is an image in the sizes that there are.
type Picture struct {
	Src           string // the fall-back size
	SrcSet        string // "/media/…/480.jpg 480w, …"; "" for one size only
	Sizes         string // of the slot; the templates have defaults
	Width, Height int    // in pixels, of any size in the right proportion
	Alt           string // "" for decoration
	Focal         string // classes that keep its focal point in sight; see FocalClass
}

// FocalClass names the classes of the style sheet that keep a point in sight where
// a picture is cut to a slot: x and y are in ten-thousandths of its width and
// height. The middle needs none.
func FocalClass(x, y int) string {
	var out []string
	for _, v := range []struct {
		axis string
		at   int
	}{{"x", x}, {"y", y}} {
		if n := min(max((v.at+500)/1000, 0), 10); n != 5 {
			out = append(out, v.axis+strconv.Itoa(n))
		}
	}
	return strings.Join(out, " ")
}

// FullTitle is the title of the browser's tab.
func (f Frame) FullTitle() string {
	if f.Title == "" || f.Title == f.Outlet.Name {
		return f.Outlet.Name
	}
	return f.Title + " – " + f.Outlet.Name
}

// PageLang is the language of the page as a whole.
func (f Frame) PageLang() string {
	if f.ContentLang != "" {
		return f.ContentLang
	}
	return f.Lang()
}

// PageDir is the direction of the page as a whole.
func (f Frame) PageDir() string { return locale.DirOf(f.PageLang()) }

// Foreign tells whether the interface speaks another language than the page.
func (f Frame) Foreign() bool { return locale.Base(f.PageLang()) != f.Lang() }

// Path puts the language's prefix before a path of this site: "/fa/books".
func (f Frame) Path(p string) string {
	return strings.TrimSuffix(f.Home, "/") + p
}

// On writes a day in the outlet's zone: "20 November 2026".
func (f Frame) On(t time.Time) string { return f.Date(f.local(t), locale.Long) }

// OnFull writes a day with its weekday.
func (f Frame) OnFull(t time.Time) string { return f.Date(f.local(t), locale.Full) }

// OnMonth writes a month: "November 2026".
func (f Frame) OnMonth(t time.Time) string { return f.Date(f.local(t), locale.Month) }

// At writes day and time in the outlet's zone: "20 November 2026, 14:05".
func (f Frame) At(t time.Time) string { return f.DateTime(f.local(t)) }

// Stamp is t for a datetime attribute, RFC 3339 with the outlet's offset.
func (f Frame) Stamp(t time.Time) string { return f.local(t).Format(time.RFC3339) }

// DayStamp is the day of t for a datetime attribute.
func (f Frame) DayStamp(t time.Time) string { return f.local(t).Format(time.DateOnly) }

func (f Frame) local(t time.Time) time.Time {
	if f.Zone == nil {
		return t.UTC()
	}
	return t.In(f.Zone)
}

// H is a sentence of the catalogue as HTML, whose values stand each in a <bdi>,
// so that a name in another script cannot turn the sentence round.
func (f Frame) H(key string, args ...any) template.HTML { return isolate(f.Locale, key, args) }

// isolate marks the values with two code points of private use, which survive
// escaping, and turns these into tags afterwards.
func isolate(l *locale.Locale, key string, args []any) template.HTML {
	const open, shut = "\uf8f0", "\uf8f1"
	clean := strings.NewReplacer(open, "", shut, "")
	marked := make([]any, len(args))
	for i, a := range args {
		marked[i] = a
		if s, ok := a.(string); ok && i%2 == 1 {
			marked[i] = open + clean.Replace(s) + shut
		}
	}
	text := template.HTMLEscapeString(l.T(key, marked...))
	return template.HTML(strings.NewReplacer(open, "<bdi>", shut, "</bdi>").Replace(text)) //nolint:gosec // escaped above
}
