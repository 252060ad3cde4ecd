package site

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// versions is an article's page of versions in the making.
type versions struct {
	*shell
	s        *Site
	p        news.Publication
	all      []store.PublicVersion // newest first
	imported bool
}

// history lists the public versions of an article, or compares two of them.
func (s *Site) history(ctx context.Context, r *web.Request, article string) (web.Page, error) {
	p, err := s.Store.Publication(ctx, article)
	if err != nil {
		return web.Page{}, err
	}
	r.Lang = p.Lang
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	if sh.outlet.NoHistory {
		return web.Page{}, errNotThere
	}
	sh.dep("article:" + article)
	v := &versions{shell: sh, s: s, p: p}
	if v.all, err = s.Store.Versions(ctx, article); err != nil {
		return web.Page{}, err
	}
	if v.imported, err = s.Store.Imported(ctx, article); err != nil {
		return web.Page{}, err
	}
	sh.Title, sh.Robots = sh.T("versions.title", "headline", p.Content.Headline), "noindex, follow"
	sh.Canonical = sh.outlet.URL(address(p.Path, "") + "/history")
	data := web.HistoryPage{Headline: p.Content.Headline, Article: address(p.Path, "")}
	if q := r.URL.Query(); q.Has("from") || q.Has("to") {
		err = v.compare(ctx, q.Get("from"), q.Get("to"), &data)
	} else {
		v.list(&data)
	}
	if err != nil {
		return web.Page{}, err
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/history", data)
}

func (v *versions) list(data *web.HistoryPage) {
	data.Say = []string{v.T("versions.say")}
	for i, x := range v.all {
		data.Versions = append(data.Versions, v.row(i, x))
	}
	v.choice(data, "", "")
}

// choice is the form for any two versions that have a text.
func (v *versions) choice(data *web.HistoryPage, from, to string) {
	f := web.VersionChoice{Action: data.Article + "/history", From: from, To: to}
	for _, x := range v.all {
		if x.Redacted == "" {
			n := strconv.Itoa(x.Number)
			f.Versions = append(f.Versions, web.Link{Href: n, Text: v.T("versions.option", "n", v.Digits(n), "when", v.At(x.At))})
		}
	}
	if len(f.Versions) < 2 {
		return
	}
	if from == "" {
		f.From, f.To = f.Versions[len(f.Versions)-1].Href, f.Versions[0].Href
	}
	data.Compare = &f
}

// row is version all[i].
func (v *versions) row(i int, x store.PublicVersion) web.HistoryVersion {
	out := web.HistoryVersion{N: x.Number, Kind: string(x.Class), Label: v.classLabel(x), At: x.At, By: x.Named, Live: i == 0}
	if x.Headline != "" && x.Headline != v.p.Content.Headline {
		out.Head = x.Headline
	}
	if x.Note != "" {
		out.Notes = []string{x.Note}
	}
	if x.Redacted != "" {
		out.Gone = v.T("versions.gone."+string(x.Ground), "hash", x.Redacted[:16])
	}
	if i+1 < len(v.all) && x.Redacted == "" && v.all[i+1].Redacted == "" && v.all[i+1].Revision != x.Revision {
		from, to := strconv.Itoa(v.all[i+1].Number), strconv.Itoa(x.Number)
		out.Changes = &web.Link{Text: v.T("versions.changes", "n", v.Digits(to)), Href: address(v.p.Path+"/history", "from="+from+"&to="+to)}
	}
	return out
}

func (v *versions) classLabel(x store.PublicVersion) string {
	switch {
	case x.Class == news.First && v.imported:
		return v.T("versions.imported")
	case x.Class == news.First:
		return v.T("versions.first")
	case x.Class == news.Typo:
		return v.T("versions.typo")
	}
	return v.T("note." + string(x.Class))
}

// compare shows what changed from one version to another, whichever is older.
func (v *versions) compare(ctx context.Context, from, to string, data *web.HistoryPage) error {
	a, i, err := v.at(from)
	if err != nil {
		return err
	}
	b, j, err := v.at(to)
	if err != nil {
		return err
	}
	data.Heading = v.T("versions.between", "from", v.Digits(strconv.Itoa(a)), "to", v.Digits(strconv.Itoa(b)))
	v.Title = data.Heading + ": " + v.p.Content.Headline
	for _, k := range slices.Compact([]int{min(i, j), max(i, j)}) {
		data.Versions = append(data.Versions, v.row(k, v.all[k]))
	}
	for k := range data.Versions {
		data.Versions[k].Changes = nil
	}
	v.choice(data, from, to)
	data.Same = v.T("versions.same")
	if v.all[i].Redacted != "" || v.all[j].Redacted != "" {
		data.Same = v.T("versions.none")
		return nil
	}
	_, was, err := v.s.Store.VersionText(ctx, v.p.Article, a)
	if err != nil {
		return err
	}
	_, now, err := v.s.Store.VersionText(ctx, v.p.Article, b)
	if err != nil {
		return err
	}
	v.differences(was, now, fieldsOf(was, now, v.all[i].Named, v.all[j].Named), data)
	return nil
}

// at finds a version by its number in an address.
func (v *versions) at(text string) (number, index int, err error) {
	n, err := strconv.Atoi(text)
	i := slices.IndexFunc(v.all, func(x store.PublicVersion) bool { return x.Number == n })
	if err != nil || i < 0 || strconv.Itoa(n) != text {
		return 0, 0, errNotThere
	}
	return n, i, nil
}

// differences writes what readers saw change.
func (v *versions) differences(was, now news.Content, fields []field, data *web.HistoryPage) {
	skipped := 0
	for _, f := range fields {
		if part := v.part(v.T("versions.field."+f.name), merge.Part{Op: merge.Same, Pieces: merge.Words(f.was, f.now)}); f.was != f.now {
			data.Parts = append(data.Parts, part)
		}
	}
	if leadOf(was) != leadOf(now) {
		data.Parts = append(data.Parts, web.HistoryPart{Label: v.T("versions.field.lead"), Tag: &web.Tag{Text: v.T("versions.tag.picture"), Kind: "hint"}})
	}
	before, after := pictured(was.Body), pictured(now.Body)
	for _, p := range merge.Diff(was, now) {
		where, id, _ := strings.Cut(p.Name, ":")
		switch {
		case where == "field":
		case !p.Changed():
			skipped++
		case where == "footnote":
			data.Parts = append(data.Parts, v.part(v.T("block.footnote"), p))
		default:
			if p.Kind == document.KindTable {
				p.Pieces = merge.Words(grid(was.Body, id), grid(now.Body, id))
			}
			part := v.part(v.T("block."+p.Kind), p)
			if p.Op == merge.Same && !slices.Equal(before[id], after[id]) {
				part.Tag = &web.Tag{Text: v.T("versions.tag.picture"), Kind: "hint"}
			}
			data.Parts = append(data.Parts, part)
		}
	}
	if skipped > 0 {
		data.Skipped = v.N("versions.skipped", skipped)
	}
}

// part is a part of the text with its marks.
func (v *versions) part(label string, p merge.Part) web.HistoryPart {
	out := web.HistoryPart{Label: label}
	switch {
	case p.Op == merge.Added:
		out.Tag = &web.Tag{Text: v.T("versions.tag.added"), Kind: "ok"}
	case p.Op == merge.Removed:
		out.Tag = &web.Tag{Text: v.T("versions.tag.removed"), Kind: "stop"}
	case p.Moved:
		out.Tag = &web.Tag{Text: v.T("versions.tag.moved"), Kind: "hint"}
	case p.Silent:
		out.Tag = &web.Tag{Text: v.T("versions.tag.silent"), Kind: "hint"}
	}
	for _, x := range p.Pieces {
		op := string(x.Op)
		if x.Op == merge.Same {
			op = ""
		}
		if x.Text != "" {
			out.Pieces = append(out.Pieces, web.HistoryPiece{Op: op, Text: strings.ReplaceAll(x.Text, "\n\n", "\n")})
		}
	}
	return out
}

// field is a text beside the body that readers see.
type field struct{ name, was, now string }

func fieldsOf(was, now news.Content, namedWas, namedNow []string) []field {
	picture := func(c news.Content) string {
		if c.Lead == nil {
			return ""
		}
		return strings.TrimSpace(c.Lead.Caption + "\n" + c.Lead.Alt)
	}
	return []field{
		{"headline", was.Headline, now.Headline}, {"dek", was.Dek, now.Dek}, {"bylines", strings.Join(namedWas, ", "), strings.Join(namedNow, ", ")},
		{"dateline", was.Dateline.Place, now.Dateline.Place}, {"lead", picture(was), picture(now)},
		{"disclosure", was.Disclosure, now.Disclosure}, {"accessibility", was.Access, now.Access},
	}
}

func leadOf(c news.Content) string {
	if c.Lead == nil {
		return ""
	}
	return c.Lead.Media
}

// pictured lists the media that each block of the body shows.
func pictured(d *document.Document) map[string][]string {
	out := map[string][]string{}
	if d == nil {
		return out
	}
	for _, b := range d.Blocks {
		out[document.BaseOf(b).ID] = (&document.Document{Blocks: []document.Block{b}}).Media()
	}
	return out
}

// grid writes a table as text: a line for each row, its cells parted by a bar.
func grid(d *document.Document, id string) string {
	if d == nil {
		return ""
	}
	i := slices.IndexFunc(d.Blocks, func(b document.Block) bool { return document.BaseOf(b).ID == id })
	if i < 0 {
		return ""
	}
	t, ok := d.Blocks[i].(*document.Table)
	if !ok {
		return document.BlockText(d.Blocks[i])
	}
	lines := []string{t.Caption.String()}
	for _, row := range t.Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, strings.TrimSpace(c.Text.String()+" "+document.Text(&document.Document{Blocks: c.Blocks})))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
