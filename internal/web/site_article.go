package web

import (
	"html/template"
	"slices"
	"strconv"
	"time"
)

// ArticlePage is one article, or a standing page ("site/article"). The text's
// language may be one that the interface does not speak; then the frame's
// locale is the fall-back and its ContentLang tells the truth about the text.
type ArticlePage struct {
	Frame
	Section      *Link  // shown above the headline; nil for pages without one
	Preview      string // says that nothing here is public; "" for the article itself
	Looks        []Link // of a preview: the other ways to look at it
	Headline     string
	Dek          string
	Hero         *Figure
	Bylines      []Byline
	Place        string    // of the dateline
	Published    time.Time // first publication; zero for standing pages
	Updated      time.Time // reader-visible update; zero for none
	Translations []Link    // Text is a whole phrase in that language: "This report in English"

	// Body is the HTML of document.HTML and nothing else: it is not escaped.
	Body template.HTML

	TopNotes  []Note // corrections of the headline, first paragraph or central claim; retractions
	FootNotes []Note // other corrections
	Topics    []Link
	Licence   *Link // where it differs from the outlet's
	Version   int   // for the printed page; 0 leaves the line out
	Versions  int   // how many there are; the link shows where History is set
	History   string
	Wrong     string // form for reports of errors in this article; "" leaves it out
	Appeal    bool   // ask at the end of the text
	Origin    string // what the give form carries as "from": which page asked; no visitor id
	Related   []Story
}

// Byline is one person and what they did.
type Byline struct {
	Name string
	Href string // "" for a guest
	Role string // "by", "with", "photos", "translation", "editing"
}

// Figure is a picture with its words.
type Figure struct {
	Picture Picture
	Caption string
	Credit  string
}

// Note is a correction or the like, shown at the article.
type Note struct {
	Kind  string // "correction", "clarification", "update", "editors-note", "retraction"
	At    time.Time
	Text  string
	Place string // id on the page of the part of the text that was changed; "" for none
	Block string // its own id; see ArticlePage.Marked
}

// Marked are the blocks of the text that notes lead to.
func (p ArticlePage) Marked() map[string]bool {
	var out map[string]bool
	for _, n := range slices.Concat(p.TopNotes, p.FootNotes) {
		if n.Block != "" {
			if out == nil {
				out = map[string]bool{}
			}
			out[n.Block] = true
		}
	}
	return out
}

// HasFacts tells whether anything stands in the column beside the text.
func (p ArticlePage) HasFacts() bool {
	return len(p.Bylines) > 0 || !p.Published.IsZero() || !p.Updated.IsZero() || p.Corrected() > 0 ||
		p.History != "" || len(p.Translations) > 0
}

// Corrected counts the corrections among the notes.
func (p ArticlePage) Corrected() int {
	n := 0
	for _, note := range slices.Concat(p.TopNotes, p.FootNotes) {
		if note.Kind == "correction" {
			n++
		}
	}
	return n
}

// FirstNote is the id of the first correction.
func (p ArticlePage) FirstNote() string {
	for i, note := range slices.Concat(p.TopNotes, p.FootNotes) {
		if note.Kind == "correction" {
			return "note-" + strconv.Itoa(i+1)
		}
	}
	return "note-1"
}

// Shown is the time of the version that is shown.
func (p ArticlePage) Shown() time.Time {
	if p.Updated.After(p.Published) {
		return p.Updated
	}
	return p.Published
}

// Story is an article in a list.
type Story struct {
	Href      string
	Headline  string
	Dek       string
	Excerpt   template.HTML // of search: escaped text with <mark>, shown in place of the dek
	Section   *Link         // nil where the list says it already
	By        []string      // names
	At        time.Time
	Updated   time.Time // zero for none
	Picture   *Picture
	Lang, Dir string // where they differ from the page's
}
