package story

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// notesPanel lists the notes at a story, the open ones first.
func (v *visit) notesPanel(s stand, notes []store.Note) web.Panel {
	base := "/desk/stories/" + s.ID + "/notes"
	p := web.Panel{ID: "notes", Heading: v.Loc.T("notes.heading"), Links: []web.Link{{Text: v.Loc.T("notes.add"), Href: base}}}
	t := &web.Table{Caption: p.Heading, Columns: v.Columns("notes.note", "notes.who", "notes.settle", "notes.else"), Empty: v.Loc.T("notes.none")}
	for _, n := range notes {
		if n.ReplyTo != "" {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: n.Body, Small: v.Loc.T("change.reply.mark"), Dir: "auto"}, {Text: nameOr(v, n.By.Name), At: n.At}, {}, {}}})
			continue
		}
		cell := web.Cell{Text: v.noteText(n), Small: v.anchor(s.c.Content, n)}
		if n.State != store.NoteOpen || n.Kind == store.Suggestion {
			cell.Tag = v.noteTag(n)
		}
		t.Rows = append(t.Rows, web.Row{On: n.State == store.NoteOpen, Cells: []web.Cell{cell, {Text: nameOr(v, n.By.Name), At: n.At}, {Button: v.noteButton(s, n, base)}, {Button: v.refuseButton(s, n, base), Ways: []web.Way{{Link: &web.Link{Text: v.Loc.T("change.reply"), Href: base + "?to=" + n.ID}}}}}})
	}
	p.Table = t
	return p
}

func (v *visit) noteText(n store.Note) string {
	if n.Kind != store.Suggestion {
		return n.Body
	}
	to := n.Proposed
	if to == "" {
		to = v.Loc.T("notes.nothing")
	}
	return desk.Join(v.Loc.T("notes.instead", "old", n.Quoted, "new", to), n.Body)
}

func (v *visit) noteTag(n store.Note) *web.Tag {
	if n.State == store.NoteOpen {
		return &web.Tag{Text: v.Loc.T("notes.kind.suggestion"), Kind: "hint"}
	}
	return &web.Tag{Text: v.Loc.T("notes.state."+string(n.State), "name", nameOr(v, n.Settled.Name)), Kind: "ok"}
}

// anchor says where in the text a note stands, and whether its words still do.
func (v *visit) anchor(c news.Content, n store.Note) string {
	if n.Block == "" {
		return ""
	}
	text, found := editorial.BlockText(c, n.Block)
	switch {
	case !found:
		return v.Loc.T("notes.gone", "words", n.Quoted)
	case n.Quoted != "" && !strings.Contains(text, n.Quoted):
		return v.Loc.T("notes.changed", "words", n.Quoted)
	case n.Quoted != "":
		return v.Loc.T("notes.at", "words", n.Quoted)
	}
	return v.Loc.T("notes.at", "words", shorten(text))
}

// shown is how many characters of a block a list shows.
const shown = 80

func shorten(text string) string {
	text = news.Line(text)
	if utf8.RuneCountInString(text) <= shown {
		return text
	}
	return string([]rune(text)[:shown]) + "…"
}

// noteButton settles a note: a suggestion is accepted or refused on its own page.
func (v *visit) noteButton(s stand, n store.Note, base string) *web.PostButton {
	to := store.NoteResolved
	switch {
	case n.Kind == store.Suggestion && n.State == store.NoteOpen:
		if !s.Write {
			return nil
		}
		to = store.NoteAccepted
	case n.State == store.NoteAccepted || n.State == store.NoteRefused:
		return nil
	case n.State == store.NoteResolved:
		to = store.NoteOpen
	}
	return v.Button("notes.to."+string(to), base+"/"+n.ID, shorten(n.Body+n.Quoted), web.HiddenField{Name: "to", Value: string(to)})
}

func (v *visit) refuseButton(s stand, n store.Note, base string) *web.PostButton {
	if n.Kind != store.Suggestion || n.State != store.NoteOpen || !s.Write {
		return nil
	}
	return v.Button("notes.to.refused", base+"/"+n.ID, shorten(n.Quoted), web.HiddenField{Name: "to", Value: string(store.NoteRefused)})
}

// note is the form for a note or a suggestion.
func (d *Pages) note(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	q := v.URL.Query()
	if q.Get("to") != "" {
		p, err := d.replyPage(ctx, v, s, store.Note{ReplyTo: q.Get("to")}, nil)
		if err != nil {
			return web.Page{}, err
		}
		return v.Draw("desk/form", p)
	}
	p, err := d.notePage(ctx, v, s, store.Note{Block: q.Get("block"), Quoted: q.Get("quoted"), Kind: store.NoteKind(q.Get("kind"))}, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) notePage(ctx context.Context, v *visit, s stand, n store.Note, bad []web.FieldError) (web.FormPage, error) {
	f := v.Frame(ctx, "notes.add")
	lang := s.c.Content.Lang
	block := web.Field{Name: "block", Kind: "select", Label: v.Loc.T("notes.where"), Value: n.Block, Options: []web.Option{{Text: v.Loc.T("notes.whole")}}}
	if s.c.Content.Body != nil {
		for _, b := range s.c.Content.Body.Blocks {
			if text := shorten(document.BlockText(b)); text != "" {
				block.Options = append(block.Options, web.Option{Value: document.BaseOf(b).ID, Text: text, Lang: lang})
			}
		}
	}
	if n.Kind == "" {
		n.Kind = store.PlainNote
	}
	people, err := d.work.Readers(ctx, s.access)
	if err != nil {
		return web.FormPage{}, err
	}
	kind := web.Field{Name: "kind", Kind: "radio", Label: v.Loc.T("notes.kind"), Value: string(n.Kind), Options: []web.Option{
		{Value: string(store.PlainNote), Text: v.Loc.T("notes.kind.note")}, {Value: string(store.Suggestion), Text: v.Loc.T("notes.kind.suggestion"), Hint: v.Loc.T("notes.kind.suggestion.say")}}}
	form := web.Form{ID: "note", Action: "/desk/stories/" + s.ID + "/notes", Nonce: v.Nonce(), Submit: v.Loc.T("notes.act"), Errors: bad, Groups: []web.FieldGroup{{Fields: []web.Field{
		kind, {Name: "text", Kind: "area", Label: v.Loc.T("notes.note"), Hint: v.Loc.T("notes.hint", "names", v.Loc.List(handles(people))), Value: n.Body, Dir: "auto"}, block,
		{Name: "quoted", Kind: "area", Rows: 2, Label: v.Loc.T("notes.quoted"), Hint: v.Loc.T("notes.quoted.hint"), Value: n.Quoted, Optional: true, Lang: lang, Dir: "auto"},
		{Name: "proposed", Kind: "area", Rows: 2, Label: v.Loc.T("notes.proposed"), Hint: v.Loc.T("notes.proposed.hint"), Value: n.Proposed, Optional: true, Lang: lang, Dir: "auto"}}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: s.c.Content.Headline, Forms: []web.Form{form},
		Tabs: []web.Tab{{Text: v.Loc.T("flow.back"), Href: "/desk/stories/" + s.ID}}}, nil
}

func handles(people []staff.Person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = editorial.Handle(p)
	}
	return out
}

func (d *Pages) doNote(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	n := store.Note{Article: s.ID, Kind: store.NoteKind(v.Field("kind")), Block: v.Field("block"), Body: v.Field("text"), By: v.By(),
		Quoted: v.Field("quoted"), Proposed: v.Field("proposed")}
	if n.Kind != store.Suggestion {
		n.Kind, n.Proposed = store.PlainNote, ""
	}
	page := d.notePage
	if n.ReplyTo = v.Field("reply_to"); n.ReplyTo != "" {
		page, n.Block, n.Quoted = d.replyPage, "", ""
	}
	bad := v.obstacles(editorial.Place(s.c.Content, &n))
	if len(bad) == 0 {
		people, err := d.work.Readers(ctx, s.access)
		if err != nil {
			return web.Page{}, err
		}
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := d.work.AddNote(ctx, tx, n, people)
			return err
		})
		if bad = v.obstacles(err); err == nil || len(bad) == 0 {
			return desk.See("/desk/stories/" + s.ID + "?done=noted#notes"), err
		}
	}
	p, err := page(ctx, v, s, n, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", p)
}

// replyPage is the form for an answer to a note, which it shows.
func (d *Pages) replyPage(ctx context.Context, v *visit, s stand, n store.Note, bad []web.FieldError) (web.FormPage, error) {
	all, err := d.Store.Notes(ctx, s.ID)
	if err != nil {
		return web.FormPage{}, err
	}
	at := slices.IndexFunc(all, func(x store.Note) bool { return x.ID == n.ReplyTo })
	if at < 0 {
		return web.FormPage{}, v.Refuse(fault.NotFound, "change.reply.gone")
	}
	people, err := d.work.Readers(ctx, s.access)
	if err != nil {
		return web.FormPage{}, err
	}
	f := v.Frame(ctx, "change.reply")
	form := web.Form{ID: "note", Action: "/desk/stories/" + s.ID + "/notes", Nonce: v.Nonce(), Submit: f.Title, Errors: bad, Hidden: []web.HiddenField{{Name: "reply_to", Value: n.ReplyTo}},
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "text", Kind: "area", Label: v.Loc.T("notes.note"), Hint: v.Loc.T("notes.hint", "names", v.Loc.List(handles(people))), Value: n.Body, Dir: "auto"}}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: s.c.Content.Headline, Forms: []web.Form{form},
		Panels: []web.Panel{{ID: "to", Heading: nameOr(v, all[at].By.Name), Text: v.noteText(all[at])}},
		Tabs:   []web.Tab{{Text: v.Loc.T("flow.back"), Href: "/desk/stories/" + s.ID}}}, nil
}

// doSettle resolves a note, opens it again, or accepts or refuses a suggestion.
func (d *Pages) doSettle(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	to := store.NoteState(v.Field("to"))
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return d.work.Settle(ctx, tx, v.Person(), a, v.PathValue("note"), to)
	})
	return desk.See("/desk/stories/" + a.ID + "?done=settled#notes"), v.say(err)
}
