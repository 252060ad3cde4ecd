package story

import (
	"context"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// sitting is what one person wrote without a longer pause: several revisions
// that are shown as one line.
type sitting struct {
	last, first    news.Revision // the newest, the oldest
	before         int           // number of the revision before, 0 for none
	added, removed int           // words; -1 where nobody has counted
	count          int
}

// pause ends a sitting.
const pause = 30 * time.Minute

// sittings groups revisions, which come with the newest first. What was kept
// aside, restored or put together, and what is public, stands by itself.
func sittings(list []news.Revision, live string) []sitting {
	var out []sitting
	for _, r := range list {
		n := len(out)
		if n > 0 && belongs(out[n-1].first, r, live) {
			s := &out[n-1]
			s.first, s.count = r, s.count+1
			s.added, s.removed = sum(s.added, r.Added), sum(s.removed, r.Removed)
			continue
		}
		out = append(out, sitting{last: r, first: r, added: r.Added, removed: r.Removed, count: 1})
	}
	for i := range out {
		out[i].before = out[i].first.Number - 1
	}
	return out
}

func belongs(newer, older news.Revision, live string) bool {
	plain := func(r news.Revision) bool { return r.Origin == news.ByHand || r.Origin == news.Typed }
	return plain(newer) && plain(older) && newer.By == older.By && newer.At.Sub(older.At) < pause && older.ID != live && older.Number > 1
}

func sum(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

// revisions lists all revisions of a story.
func (d *Pages) revisions(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	list, err := d.Store.RevisionLines(ctx, a.ID, desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "history.heading")
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("history.say"), Pager: v.Pager(len(list), desk.ListSize),
		Action: &web.Link{Text: v.Loc.T("write.back"), Href: "/desk/stories/" + a.ID}, Table: v.sittingTable(a.Article, list[:min(len(list), desk.ListSize)])})
}

func (v *visit) sittingTable(a news.Article, list []news.Revision) web.Table {
	t := web.Table{Caption: v.Loc.T("history.heading"), Columns: v.Columns("history.when", "history.who", "history.size", "history.changes"), Empty: v.Loc.T("history.none")}
	for _, s := range sittings(list, a.Live) {
		t.Rows = append(t.Rows, v.sittingRow(a, s))
	}
	return t
}

func (v *visit) sittingRow(a news.Article, s sitting) web.Row {
	story := "/desk/stories/" + a.ID
	when := web.Cell{Text: v.Loc.T("history.number", "n", v.Loc.Count(s.last.Number)), Href: revisionPath(story, s.last.Number), At: s.last.At}
	if s.count > 1 {
		when.Small = v.Loc.N("history.saves", s.count)
	}
	who := web.Cell{Text: nameOr(v, s.last.By.Name), Small: s.last.Note, Tag: v.originTag(a, s.last)}
	changes := web.Cell{}
	switch {
	case s.last.Origin == news.Aside:
		changes = web.Cell{Text: v.Loc.T("history.decide"), Href: story + "/conflict?kept=" + s.last.ID}
	case s.before > 0:
		changes = web.Cell{Text: v.Loc.T("history.changes"), Href: story + "/changes?from=" + strconv.Itoa(s.before) + "&to=" + strconv.Itoa(s.last.Number)}
	}
	return web.Row{On: s.last.Origin == news.Aside, Cells: []web.Cell{when, who, {Text: v.size(s.added, s.removed)}, changes}}
}

// originTag says what is special about a revision.
func (v *visit) originTag(a news.Article, r news.Revision) *web.Tag {
	switch {
	case r.ID == a.Live:
		return &web.Tag{Text: v.Loc.T("history.public"), Kind: "ok"}
	case r.Origin == news.Aside:
		return &web.Tag{Text: v.Loc.T("history.aside"), Kind: "warn"}
	case r.Origin == news.Merged:
		return &web.Tag{Text: v.Loc.T("history.merged")}
	case r.Origin == news.Restored:
		return &web.Tag{Text: v.Loc.T("history.restored")}
	}
	return nil
}

// size is how many words came and went.
func (v *visit) size(added, removed int) string {
	if added < 0 || removed < 0 {
		return ""
	}
	return "+" + v.Loc.Count(added) + " −" + v.Loc.Count(removed)
}

func revisionPath(story string, n int) string { return story + "/revisions/" + strconv.Itoa(n) }

// numbered finds a revision by its number in an address; fault.NotFound for
// anything else.
func (d *Pages) numbered(ctx context.Context, v *visit, article, n string) (news.Revision, error) {
	i, err := strconv.Atoi(n)
	if err != nil || i < 1 || i > 1<<30 {
		return news.Revision{}, v.Refuse(fault.NotFound, "history.none")
	}
	return d.Store.RevisionByNumber(ctx, article, i)
}

// revision shows one revision whole.
func (d *Pages) revision(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	r, err := d.numbered(ctx, v, a.ID, v.PathValue("n"))
	if err != nil {
		return web.Page{}, err
	}
	story := "/desk/stories/" + a.ID
	p := v.changesPage(ctx, a.Article, merge.Diff(r.Content, r.Content), true)
	p.Heading = v.Loc.T("history.one", "n", v.Loc.Count(r.Number))
	p.Title = p.Heading
	p.Facts = []web.Fact{{Name: v.Loc.T("history.who"), Value: nameOr(v, r.By.Name)}, {Name: v.Loc.T("history.when"), Value: p.At(r.At)}}
	if s := v.size(r.Added, r.Removed); s != "" {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("history.size"), Value: s})
	}
	if tag := v.originTag(a.Article, r); tag != nil {
		p.Facts[0].Tag = tag
	}
	if r.Number > 1 {
		p.Links = append(p.Links, web.Link{Text: v.Loc.T("history.before"), Href: story + "/changes?from=" + strconv.Itoa(r.Number-1) + "&to=" + strconv.Itoa(r.Number)})
	}
	if r.Origin == news.Aside && a.Write {
		p.Links = append(p.Links, web.Link{Text: v.Loc.T("history.decide"), Href: story + "/conflict?kept=" + r.ID})
	}
	if a.Write && r.ID != a.Working && r.Redacted == "" {
		p.Buttons = []web.PostButton{*v.Button("history.restore", revisionPath(story, r.Number)+"/restore", p.Heading)}
	}
	return v.Draw("desk/changes", p)
}

// changes shows what changed between two revisions, by their numbers.
func (d *Pages) changes(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	q := v.URL.Query()
	from, err := d.numbered(ctx, v, a.ID, q.Get("from"))
	if err != nil {
		return web.Page{}, err
	}
	to, err := d.numbered(ctx, v, a.ID, q.Get("to"))
	if err != nil {
		return web.Page{}, err
	}
	p := v.changesPage(ctx, a.Article, merge.Diff(from.Content, to.Content), false)
	p.Heading = v.Loc.T("history.between", "from", v.Loc.Count(from.Number), "to", v.Loc.Count(to.Number))
	p.Title, p.Intro = p.Heading, v.Loc.T("history.legend")
	p.Facts = []web.Fact{
		{Name: v.Loc.T("history.number", "n", v.Loc.Count(from.Number)), Value: nameOr(v, from.By.Name) + ", " + p.At(from.At), Href: revisionPath("/desk/stories/"+a.ID, from.Number)},
		{Name: v.Loc.T("history.number", "n", v.Loc.Count(to.Number)), Value: nameOr(v, to.By.Name) + ", " + p.At(to.At), Href: revisionPath("/desk/stories/"+a.ID, to.Number)}}
	return v.Draw("desk/changes", p)
}

// changesPage puts a comparison on a page, whole or what changed alone.
func (v *visit) changesPage(ctx context.Context, a news.Article, parts []merge.Part, whole bool) web.ChangesPage {
	f := v.Frame(ctx, "history.heading")
	p := web.ChangesPage{DeskFrame: f, Back: &web.Link{Text: v.Loc.T("write.back"), Href: "/desk/stories/" + a.ID},
		Tongue: a.Lang, Way: locale.DirOf(a.Lang), Empty: v.Loc.T("history.same")}
	skipped := 0
	for _, x := range parts {
		if !whole && !x.Changed() || whole && text(x) == "" {
			skipped++
			continue
		}
		part := web.ChangedPart{Label: v.partLabel(x), Tag: v.partTag(x)}
		for _, piece := range x.Pieces {
			part.Pieces = append(part.Pieces, web.ChangedPiece{Op: string(piece.Op), Text: piece.Text})
		}
		p.Parts = append(p.Parts, part)
	}
	if skipped > 0 && !whole {
		p.Skipped = v.Loc.N("history.skipped", skipped)
	}
	return p
}

func text(x merge.Part) string {
	var b strings.Builder
	for _, p := range x.Pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

func (v *visit) partTag(x merge.Part) *web.Tag {
	switch {
	case x.Op == merge.Added:
		return &web.Tag{Text: v.Loc.T("history.tag.added"), Kind: "ok"}
	case x.Op == merge.Removed:
		return &web.Tag{Text: v.Loc.T("history.tag.removed"), Kind: "stop"}
	case x.Moved:
		return &web.Tag{Text: v.Loc.T("history.tag.moved"), Kind: "hint"}
	case x.Silent:
		return &web.Tag{Text: v.Loc.T("history.tag.silent"), Kind: "hint"}
	}
	return nil
}

// partLabel is the name of a part: a field's, or a kind of block.
func (v *visit) partLabel(x merge.Part) string {
	if x.Kind != "" {
		return v.Loc.T("block." + x.Kind)
	}
	return v.partName(x.Name)
}

// partName is the name of a part of a conflict.
func (v *visit) partName(part string) string {
	kind, name, _ := strings.Cut(part, ":")
	switch kind {
	case "block":
		return v.Loc.T("block.any")
	case "footnote":
		return v.Loc.T("block.footnote")
	}
	if key := "write.field." + name; v.Loc.Has(key) {
		return v.Loc.T(key)
	}
	return v.Loc.T("write.field.other", "name", name)
}

// doRestore brings a revision back as a new one.
func (d *Pages) doRestore(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	r, err := d.numbered(ctx, v, a.ID, v.PathValue("n"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := d.work.Restore(ctx, tx, v.Person(), r)
		return err
	})
	return desk.See("/desk/stories/" + a.ID + "?done=restored"), v.say(err)
}
