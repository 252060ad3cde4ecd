package importer

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/source/wxr"
)

// survey reads the exports once. Where one is broken, what comes before the
// place counts; where nothing does, that is an error.
func survey(ctx context.Context, im *Importer, o Options, files []export) (*walk, error) {
	w := &walk{opt: o, files: files, stories: map[string]bool{}, leads: map[string]string{}, byID: map[string]string{}, others: map[string]int{},
		children: map[string][]*wxr.Item{}, attachmentByID: map[string]*wxr.Item{}, twice: map[string]int{}, uploads: map[string]bool{}, known: map[string]bool{}, termSeen: map[string]bool{}, named: map[string]bool{}}
	for i, f := range files {
		records := 0
		s, err := w.read(ctx, f, wxr.Options{NoText: true}, func(rec wxr.Record) error {
			records++
			w.note(rec)
			if im.Progress != nil {
				im.Progress(Progress{Doing: "reading", Done: len(w.attachments) + w.total})
			}
			return nil
		})
		if err != nil && (!fault.Is(err, fault.Invalid) || records == 0) {
			return nil, err
		}
		if err != nil {
			w.broken = w.sayBroken(f, err)
		}
		if err := w.join(i, s); err != nil {
			return nil, err
		}
	}
	w.link()
	return w, nil
}

// sayBroken says where a file is broken, and what became of the rest.
func (w *walk) sayBroken(f export, err error) string {
	say := strings.TrimSpace(fault.Say(err))
	if len(w.files) > 1 {
		say = f.path + ": " + say
	}
	if w.opt.DryRun {
		return say + " What comes before it would be brought in."
	}
	return say + " What came before it was brought in; run the import again with the mended file."
}

// read goes over one file.
func (w *walk) read(ctx context.Context, f export, o wxr.Options, visit func(wxr.Record) error) (wxr.Site, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return wxr.Site{}, fault.Wrap(fault.Unavailable, err, "%s can't be read any more", f.path)
	}
	defer file.Close()
	return wxr.Parse(file, o, func(rec wxr.Record) error {
		if err := ctx.Err(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "the import was stopped; what was brought in stays, and running it again goes on from there")
		}
		return visit(rec)
	})
}

// join takes the head of a file: all files must be of one site.
func (w *walk) join(i int, s wxr.Site) error {
	at, err := siteOf(s, w.opt.Site)
	if err != nil {
		return err
	}
	source := Wordpress + ":" + at.host + at.prefix
	if i > 0 && source != w.source {
		return fault.New(fault.Conflict, "the folder holds exports of different sites (%s and %s); import them one by one", w.site.base, at.base)
	}
	if i > 0 {
		at.Cleaned += w.site.Cleaned
	}
	w.source, w.site = source, at
	if w.files[i].at.After(w.exported) {
		w.exported = w.files[i].at
	}
	return nil
}

// siteOf finds the address of the site.
func siteOf(s wxr.Site, given string) (site, error) {
	for _, address := range []string{given, s.BaseBlogURL, s.Link} {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			if address != "" && address == given {
				return site{}, fault.New(fault.Invalid, "--site takes an address such as https://lantern.example; %q is none", given)
			}
			continue
		}
		prefix := strings.TrimSuffix(news.CleanPath(u.Path), "/")
		return site{Site: s, base: u.Scheme + "://" + u.Host + prefix, host: bareHost(u.Host), prefix: prefix}, nil
	}
	return site{}, fault.New(fault.Invalid, "the export does not tell the address of its site; give it with --site https://…")
}

func bareHost(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }

// isStory tells whether items of a kind come in as articles.
func (w *walk) isStory(kind string) bool {
	return kind == wxr.KindPost || kind == wxr.KindPage || slices.Contains(w.opt.Also, kind)
}

// note remembers a record of the first pass.
func (w *walk) note(rec wxr.Record) {
	switch {
	case rec.Author != nil:
		w.noteAuthor(*rec.Author)
	case rec.Term != nil:
		w.noteTerm(*rec.Term, false)
	case rec.Item != nil:
		w.noteItem(rec.Item)
	}
}

func (w *walk) noteAuthor(a wxr.Author) {
	if a.Login == "" {
		a.Login = a.DisplayName
	}
	for _, have := range w.authors {
		if have.Login == a.Login {
			return
		}
	}
	if a.Login != "" {
		w.authors = append(w.authors, a)
	}
}

// termSlug is what a term is known by; old exports leave the slug out.
func termSlug(slug, name string) string {
	if slug == "" {
		return news.Slug(name, "")
	}
	return slug
}

// noteTerm takes each category and tag once: exports may tell them twice, as
// themselves and as terms.
func (w *walk) noteTerm(t wxr.Term, named bool) {
	t.Slug = termSlug(t.Slug, t.Name)
	k := t.Taxonomy + " " + t.Slug
	if t.Slug == "" || w.termSeen[k] {
		return
	}
	w.termSeen[k], w.named[k] = true, named
	switch t.Taxonomy {
	case wxr.TaxonomyCategory:
		w.categories = append(w.categories, t)
	case wxr.TaxonomyTag:
		w.tags = append(w.tags, t)
	default:
		w.otherTerms++
	}
}

func (w *walk) noteItem(it *wxr.Item) {
	w.comments += it.Comments
	switch {
	case it.Kind == wxr.KindAttachment:
		w.noteAttachment(it)
	case w.isStory(it.Kind):
		w.noteStory(it)
	case it.Kind == "guest-author":
		w.others[it.Kind]++
		w.noteGuest(it)
	default:
		w.others[it.Kind]++
	}
}

func (w *walk) noteAttachment(it *wxr.Item) {
	who := identity(it)
	if w.uploads[who] {
		w.twice[it.Kind]++
		return
	}
	w.uploads[who] = true
	it.Meta = nil // lists of sizes that nobody needs, and there may be many thousands
	w.attachments = append(w.attachments, it)
	if it.Source != "" {
		w.attachmentByID[it.Source] = it
	}
	if it.Parent != "" {
		w.children[it.Parent] = append(w.children[it.Parent], it)
	}
}

func (w *walk) noteStory(it *wxr.Item) {
	who := identity(it)
	if w.stories[who] {
		w.twice[it.Kind]++
		return
	}
	w.total++
	w.stories[who] = true
	if it.Source != "" {
		w.byID[it.Source] = who
	}
	for _, c := range append(slices.Clone(it.Categories), it.Tags...) {
		w.later = append(w.later, wxr.Term{Taxonomy: c.Taxonomy, Slug: c.Slug, Name: c.Name})
	}
	if it.Public() {
		if w.leads[it.Thumbnail] == "" && it.Thumbnail != "" {
			w.leads[it.Thumbnail] = who
		}
		w.known[it.Link] = true
		w.known["/?p="+it.Source] = true
	}
}

// noteGuest takes the name of somebody who writes without an account, as the
// plug-in Co-Authors Plus keeps it.
func (w *walk) noteGuest(it *wxr.Item) {
	one := func(k string) string {
		if v := it.Meta[k]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	a := wxr.Author{Login: one("cap-user_login"), DisplayName: one("cap-display_name"), Description: one("cap-description")}
	if a.Login == "" {
		a.Login = strings.TrimPrefix(it.Slug, "cap-")
	}
	w.noteAuthor(a)
}

// link puts what the first pass found into order.
func (w *walk) link() {
	for _, t := range w.later {
		w.noteTerm(t, true)
	}
	w.later = nil
	known := map[string]bool{}
	for address := range w.known {
		if p, q := w.site.local(address); p != "" || q != "" {
			known[p+q] = true
		}
	}
	w.known = known
	for _, list := range w.children {
		slices.SortStableFunc(list, func(a, b *wxr.Item) int { return a.Order - b.Order })
	}
}

// identity is the source's own id of an item: WordPress's number. Where the
// item's permanent id (its guid) tells of another place that is part of it:
// exports that were put together of several sites use numbers twice.
func identity(it *wxr.Item) string {
	place := ""
	if u, err := url.Parse(strings.TrimSpace(it.GUID)); err == nil && it.GUID != "" {
		for _, k := range []string{"p", "page_id", "attachment_id"} {
			if v := u.Query().Get(k); v != "" && (v == it.Source || it.Source == "") {
				return v
			}
		}
		place = u.EscapedPath()
		if u.RawQuery != "" {
			place += "?" + u.RawQuery
		}
	}
	switch {
	case it.Source != "" && place != "":
		return it.Source + " " + place
	case it.Source != "":
		return it.Source
	case place != "":
		return place
	case it.Link != "":
		return it.Link
	}
	return fingerprint(it.Title, it.Slug, it.Published)
}
