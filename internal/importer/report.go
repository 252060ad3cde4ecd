package importer

import (
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/store"
)

// Report is what became of an import. Its JSON form is stable: fields are added,
// never renamed. For each kind of item found = written + updated + unchanged +
// skipped.
type Report struct {
	Kind        string            `json:"kind"`   // "wordpress"
	Source      string            `json:"source"` // under which the newsroom knows the site again
	Site        Site              `json:"site"`
	Files       []string          `json:"files"`
	DryRun      bool              `json:"dry_run"`
	Complete    bool              `json:"complete"`         // false where a file is broken
	Broken      string            `json:"broken,omitempty"` // where, and what to do
	SetupNeeded bool              `json:"setup_needed"`     // nobody works in this newsroom yet
	Written     int               `json:"written"`          // items written or updated, of all kinds
	Items       map[string]*Count `json:"items"`            // by kind: author, category, tag, post, page, attachment, comment, …
	Text        Text              `json:"text"`
	Needs       []Need            `json:"needs"`   // what a person should look at
	Cleaned     int               `json:"cleaned"` // characters that XML forbids, taken out while reading
	Started     time.Time         `json:"started"`
	Finished    time.Time         `json:"finished"`
}

// Site is the site that was imported.
type Site struct {
	Title    string    `json:"title"`
	URL      string    `json:"url"`
	Language string    `json:"language"`
	Exported time.Time `json:"exported,omitzero"`
}

// Count tells what became of one kind of item.
type Count struct {
	Found      int            `json:"found"`
	Written    int            `json:"written"`
	Updated    int            `json:"updated"`
	Unchanged  int            `json:"unchanged"`
	Skipped    int            `json:"skipped"`
	NeedPerson int            `json:"needing_person"`        // items with something in needs
	Why        map[string]int `json:"skipped_why,omitempty"` // reason → items
}

// Text counts what readers see of posts and pages: in the source, in what was
// made of it, and in what is kept for the desk only. Links and images are
// counted by distinct address within an item.
type Text struct {
	In  Tally `json:"in"`
	Out Tally `json:"out"`
	Raw Tally `json:"raw"`
}

// Tally is document.Tally for machines.
type Tally struct {
	Words     int `json:"words"`
	Links     int `json:"links"`
	Images    int `json:"images"`
	Quotes    int `json:"quotes"`
	Lists     int `json:"lists"`
	Footnotes int `json:"footnotes"`
}

func (t *Tally) add(o document.Tally) {
	t.Words += o.Words
	t.Links += o.Links
	t.Images += o.Images
	t.Quotes += o.Quotes
	t.Lists += o.Lists
	t.Footnotes += o.Footnotes
}

// Need is something that a person should look at.
type Need struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"` // of the source
	Title  string `json:"title"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
	Object string `json:"object,omitempty"` // of the newsroom: "article 4j8…"
}

func newReport(w *walk) *Report {
	rep := &Report{
		Kind: Wordpress, Source: w.source, Files: w.names(), DryRun: w.opt.DryRun, Complete: w.broken == "", Broken: w.broken,
		Site:  Site{Title: w.site.Title, URL: w.site.base, Language: w.site.Language, Exported: w.exported},
		Items: map[string]*Count{}, Needs: []Need{}, Cleaned: w.site.Cleaned,
	}
	for _, kind := range []string{"author", "category", "tag", "post", "page", "attachment", "comment"} {
		rep.count(kind)
	}
	return rep
}

func (rep *Report) count(kind string) *Count {
	c := rep.Items[kind]
	if c == nil {
		c = &Count{Why: map[string]int{}}
		rep.Items[kind] = c
	}
	return c
}

// outcome is what became of an item.
type outcome struct {
	was   string // one of those below
	why   string // of what was skipped
	needs []store.Need
}

const (
	written   = "written"
	updated   = "updated"
	unchanged = "unchanged"
	skipped   = "skipped"
)

func skip(why string, needs ...store.Need) outcome {
	return outcome{was: skipped, why: why, needs: needs}
}

// record counts an item and what it needs.
func (rep *Report) record(kind string, o outcome) {
	c := rep.count(kind)
	c.Found++
	switch o.was {
	case written:
		c.Written++
	case updated:
		c.Updated++
	case unchanged:
		c.Unchanged++
	default:
		c.Skipped++
		c.Why[o.why]++
	}
	if len(o.needs) > 0 {
		c.NeedPerson++
	}
	for _, n := range o.needs {
		object := ""
		if n.ObjectID != "" {
			object = n.ObjectKind + " " + n.ObjectID
		}
		rep.Needs = append(rep.Needs, Need{kind, n.SourceID, n.Title, n.Reason, n.Detail, object})
	}
}

// passOver counts items that were not even tried.
func (rep *Report) passOver(kind string, n int, why string) {
	if n == 0 {
		return
	}
	c := rep.count(kind)
	c.Found += n
	c.Skipped += n
	c.Why[why] += n
}

func (rep *Report) finish(started, finished time.Time) {
	rep.Started, rep.Finished = started, finished
	for _, c := range rep.Items {
		rep.Written += c.Written + c.Updated
	}
}
