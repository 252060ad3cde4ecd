package importer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// plural names of the kinds, in the order of the table.
var kindNames = []struct{ kind, name string }{
	{"author", "authors"}, {"author_named", "authors that only stories name"},
	{"category", "categories"}, {"category_named", "categories that only stories name"},
	{"tag", "tags"}, {"tag_named", "tags that only stories name"},
	{"attachment", "uploads"}, {"post", "posts"}, {"page", "pages"},
}

// maxListed is how many needs the text lists; JSON and the desk have them all.
const maxListed = 30

// WriteText writes the report for people.
func (rep *Report) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s  %s", firstOf(rep.Site.Title, "A site"), rep.Site.URL)
	if rep.DryRun {
		p.line("A dry run: nothing was written. What an import would do:")
	}
	p.line("")
	p.table(rep)
	p.skipped(rep)
	p.text(rep)
	p.needs(rep)
	p.line("")
	if rep.Broken != "" {
		p.line("%s", rep.Broken)
	}
	if rep.SetupNeeded {
		p.line("Nobody works in this newsroom yet: run 'masthead serve' on its folder and follow the link for setting it up (language: %s).", firstOf(base(rep.Site.Language, ""), "en"))
	}
	p.line("%d items written in %s.", rep.Written, rep.Finished.Sub(rep.Started).Round(10*time.Millisecond))
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// rows lists the kinds in order: those that are brought, then the others.
func (rep *Report) rows() (kinds, names []string) {
	for _, k := range kindNames {
		if c := rep.Items[k.kind]; c != nil && (c.Found > 0 || !strings.HasSuffix(k.kind, "_named")) {
			kinds, names = append(kinds, k.kind), append(names, k.name)
		}
	}
	var others []string
	for k := range rep.Items {
		if !slices.ContainsFunc(kindNames, func(n struct{ kind, name string }) bool { return n.kind == k }) && rep.Items[k].Found > 0 {
			others = append(others, k)
		}
	}
	slices.Sort(others)
	return append(kinds, others...), append(names, others...)
}

func (p *printer) table(rep *Report) {
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', tabwriter.AlignRight)
	kinds, names := rep.rows()
	wide := 0
	for _, n := range names {
		wide = max(wide, utf8.RuneCountInString(n))
	}
	fmt.Fprintf(t, "%-*s\tfound\twritten\tupdated\tunchanged\tskipped\tfor a person\t\n", wide, "")
	for i, k := range kinds {
		c := rep.Items[k]
		fmt.Fprintf(t, "%-*s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", wide, names[i], c.Found, c.Written, c.Updated, c.Unchanged, c.Skipped, c.NeedPerson)
	}
	if err := t.Flush(); p.err == nil {
		p.err = err
	}
}

func (p *printer) skipped(rep *Report) {
	kinds, names := rep.rows()
	head := false
	for i, k := range kinds {
		var whys []string
		for reason := range rep.Items[k].Why {
			whys = append(whys, reason)
		}
		slices.Sort(whys)
		for _, reason := range whys {
			if !head {
				p.line("\nSkipped")
				head = true
			}
			p.line("  %d %s: %s", rep.Items[k].Why[reason], names[i], reason)
		}
	}
}

func (p *printer) text(rep *Report) {
	in, out, raw := rep.Text.In, rep.Text.Out, rep.Text.Raw
	p.line("\nText of posts and pages: words %d in, %d out, %d kept for the desk only; links %d in, %d out; pictures %d in, %d out.",
		in.Words, out.Words, raw.Words, in.Links, out.Links, in.Images, out.Images)
}

func (p *printer) needs(rep *Report) {
	if len(rep.Needs) == 0 {
		return
	}
	p.line("\nFor a person: %d remarks on %d items (the desk lists them under Imports)", len(rep.Needs), rep.needing())
	for i, n := range rep.Needs {
		if i == maxListed {
			p.line("  … and %d more; --json lists all", len(rep.Needs)-i)
			return
		}
		p.line("  %s %q: %s", n.Kind, n.Title, n.Reason)
	}
}

// needing is the number of items that a person should look at.
func (rep *Report) needing() (n int) {
	for _, c := range rep.Items {
		n += c.NeedPerson
	}
	return n
}
