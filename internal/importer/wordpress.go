package importer

import (
	"context"
	"path/filepath"
	"time"

	"masthead.dev/masthead/internal/source/wxr"
)

// walk is what a first pass over the exports of a WordPress site finds: all but
// the texts. The second pass reads those, one at a time.
type walk struct {
	opt      Options
	files    []export
	source   string
	exported time.Time
	site     site
	broken   string // "" or where a file is broken, and what to do

	authors        []wxr.Author
	categories     []wxr.Term
	tags           []wxr.Term
	attachments    []*wxr.Item
	uploads        map[string]bool        // identities of the attachments
	stories        map[string]bool        // identities
	byID           map[string]string      // WordPress's number → identity, of stories
	leads          map[string]string      // number of an attachment → identity of the first story that it leads
	children       map[string][]*wxr.Item // attachments by the number of what they hang on
	attachmentByID map[string]*wxr.Item
	total          int            // stories
	others         map[string]int // items of other kinds
	otherTerms     int
	twice          map[string]int // items that stand in the files more than once, by kind
	comments       int
	known          map[string]bool // paths of the old site that will be answered
	termSeen       map[string]bool
	later          []wxr.Term      // named by stories; noted when all is read
	named          map[string]bool // categories and tags that only stories name: "taxonomy slug"
}

type site struct {
	wxr.Site
	base   string // address of the front page, without a slash at the end
	host   string // without www.
	prefix string // path of the front page, "" at the root
}

func (w *walk) names() []string {
	out := make([]string, len(w.files))
	for i, f := range w.files {
		out[i] = f.path
	}
	return out
}

// folders are where the site's uploads may lie.
func (w *walk) folders() []string {
	if w.opt.Media != "" {
		return []string{w.opt.Media}
	}
	return []string{filepath.Dir(w.files[0].path)}
}

// bring writes all that was found, in an order in which what is pointed at is
// there first.
func (w *walk) bring(ctx context.Context, r *run) error {
	b := &bringer{run: r, walk: w, people: map[string]string{}, sections: map[string]string{}, topics: map[string]string{},
		pictures: map[string]string{}, months: map[string]string{}}
	for _, step := range []func(context.Context) error{b.bringPeople, b.bringSections, b.bringTopics, b.bringAttachments, b.bringStories, b.bringAddresses} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	b.passOver()
	return nil
}

// bringer is a walk and a run, and what was made so far.
type bringer struct {
	*run
	walk *walk

	people   map[string]string // login, nicename or name → person
	sections map[string]string // slug in the source → section
	topics   map[string]string
	pictures map[string]string // attachment's number, or address → media
	months   map[string]string // old query address → archive
	done     int               // stories
}

var why = map[string]string{
	wxr.KindMenuItem:   "menus are set at the desk",
	"wp_navigation":    "menus are set at the desk",
	"revision":         "the export's newest text of each story is brought, not its history",
	"wp_template":      "a theme's templates are not brought",
	"wp_template_part": "a theme's templates are not brought",
	"wp_global_styles": "a theme's styles are not brought",
	"custom_css":       "a theme's styles are not brought",
	"guest-author":     "their names are brought as people",
}

// passOver counts what is not brought at all.
func (b *bringer) passOver() {
	for kind, n := range b.walk.others {
		because, ok := why[kind]
		if !ok {
			because = "a kind that a theme or plug-in made; --also " + kind + " brings such items as posts"
		}
		b.rep.passOver(kind, n, because)
	}
	for kind, n := range b.walk.twice {
		b.rep.passOver(kind, n, "the export has it twice; the first one is brought")
	}
	b.rep.passOver("term", b.walk.otherTerms, "terms of themes and plug-ins are not brought")
	b.rep.passOver("comment", b.walk.comments, "comments are not brought")
}
