package story

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
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
		cell := web.Cell{Text: v.noteText(n), Small: v.anchor(s.c.Content, n)}
		if n.State != store.NoteOpen || n.Kind == store.Suggestion {
			cell.Tag = v.noteTag(n)
		}
		t.Rows = append(t.Rows, web.Row{On: n.State == store.NoteOpen, Cells: []web.Cell{cell, {Text: nameOr(v, n.By.Name), At: n.At}, {Button: v.noteButton(s, n, base)}, {Button: v.refuseButton(s, n, base)}}})
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
	text, found := blockText(c, n.Block)
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

// blockText is the text of a top-level block.
func blockText(c news.Content, block string) (string, bool) {
	if c.Body == nil {
		return "", false
	}
	for _, b := range c.Body.Blocks {
		if document.BaseOf(b).ID == block {
			return document.BlockText(b), true
		}
	}
	return "", false
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
	people, err := d.readers(ctx, s)
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

// readers are the colleagues who may read the story: who else is mentioned hears
// nothing of it.
func (d *Pages) readers(ctx context.Context, s stand) ([]staff.Person, error) {
	all, err := d.Store.Staff(ctx)
	var out []staff.Person
	for _, p := range all {
		for _, a := range []staff.Action{staff.ReadDrafts, staff.EditDrafts, staff.WriteOwn} {
			if a == staff.WriteOwn && len(s.Object.Authors) == 0 { // what is nobody's is not everybody's
				continue
			}
			if staff.May(p, a, s.Object).OK() {
				out = append(out, p)
				break
			}
		}
	}
	return out, err
}

// handle is how somebody is mentioned: @ and the name without blanks.
func handle(p staff.Person) string { return "@" + strings.Join(strings.Fields(p.Name), "") }

func handles(people []staff.Person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = handle(p)
	}
	return out
}

// mentioned finds who is named in a note, by handle or by name after an @, in
// whatever case.
func mentioned(text string, people []staff.Person) []string {
	var out []string
	for _, p := range people {
		if calls(text, handle(p)) || calls(text, "@"+p.Name) {
			out = append(out, p.ID)
		}
	}
	return out
}

// calls tells whether a text has a handle that ends there: @Ann is not @Anna.
func calls(text, handle string) bool {
	text, handle = strings.ToLower(text), strings.ToLower(handle)
	for handle != "@" {
		at := strings.Index(text, handle)
		if at < 0 {
			return false
		}
		text = text[at+len(handle):]
		if r, _ := utf8.DecodeRuneInString(text); !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return true
		}
	}
	return false
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
	bad := v.place(s, &n)
	if len(bad) == 0 {
		people, err := d.readers(ctx, s)
		if err != nil {
			return web.Page{}, err
		}
		err = d.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.AddNote(ctx, n, mentioned(n.Body, people)...)
			return err
		})
		if bad = v.obstacles(err); err == nil || len(bad) == 0 {
			return desk.See("/desk/stories/" + s.ID + "?done=noted#notes"), err
		}
	}
	p, err := d.notePage(ctx, v, s, n, bad)
	if err != nil {
		return web.Page{}, err
	}
	return v.Again("desk/form", p)
}

// place finds the words that a note is about in its block.
func (v *visit) place(s stand, n *store.Note) []web.FieldError {
	if n.Block == "" {
		if n.Quoted == "" {
			return nil
		}
		return v.faults(fault.Fields{"block": ""})
	}
	text, found := blockText(s.c.Content, n.Block)
	at := strings.Index(text, n.Quoted)
	if !found || at < 0 {
		return v.faults(fault.Fields{"quoted": ""})
	}
	if n.Quoted != "" {
		n.Begin = utf8.RuneCountInString(text[:at])
		n.End = n.Begin + utf8.RuneCountInString(n.Quoted)
	}
	return nil
}

// doSettle resolves a note, opens it again, or accepts or refuses a suggestion.
func (d *Pages) doSettle(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	to := store.NoteState(v.Field("to"))
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Note(ctx, a.ID, v.PathValue("note"))
		if err != nil {
			return err
		}
		if !settles(n, to) {
			return v.Refuse(fault.Conflict, "notes.settled")
		}
		if n.Kind == store.Suggestion && !a.Write {
			return v.Refuse(fault.Denied, "write.notyours")
		}
		if to == store.NoteAccepted {
			if err := d.accept(ctx, tx, v, n); err != nil {
				return err
			}
		}
		return tx.SettleNote(ctx, v.By(), n, to)
	})
	return desk.See("/desk/stories/" + a.ID + "?done=settled#notes"), err
}

// settles tells whether a note can come into a state.
func settles(n store.Note, to store.NoteState) bool {
	if n.Kind == store.Suggestion {
		return n.State == store.NoteOpen && (to == store.NoteAccepted || to == store.NoteRefused)
	}
	return n.State == store.NoteOpen && to == store.NoteResolved || n.State == store.NoteResolved && to == store.NoteOpen
}

// accept puts the new words in place of the old ones, by the way that every text
// takes: on top of the newest one, or merged with it.
func (d *Pages) accept(ctx context.Context, tx *store.Tx, v *visit, n store.Note) error {
	h, err := d.writing().Open(ctx, tx, n.Article)
	if err != nil {
		return err
	}
	c, ok := news.Replace(h.Content, n.Block, n.Quoted, n.Proposed, n.Begin)
	if !ok {
		return v.Refuse(fault.Conflict, "notes.lost")
	}
	_, err = d.writing().Save(ctx, tx, draft.Save{Article: n.Article, By: v.author(), Client: id.New(), Seq: 1, Base: h.ID, Content: c, Cut: true})
	return err
}
