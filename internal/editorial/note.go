package editorial

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Readers are those who may read a story, and so may be mentioned at it.
func (r Room) Readers(ctx context.Context, a Access) ([]staff.Person, error) {
	all, err := r.Store.Staff(ctx)
	var out []staff.Person
	for _, p := range all {
		for _, action := range []staff.Action{staff.ReadDrafts, staff.EditDrafts, staff.WriteOwn} {
			if action == staff.WriteOwn && len(a.Object.Authors) == 0 { // what is nobody's is not everybody's
				continue
			}
			if staff.May(p, action, a.Object).OK() {
				out = append(out, p)
				break
			}
		}
	}
	return out, err
}

// Handle is how somebody is mentioned.
func Handle(p staff.Person) string { return "@" + strings.Join(strings.Fields(p.Name), "") }

// Mentioned are the accounts that a text mentions, by handle or by name.
func Mentioned(text string, people []staff.Person) []string {
	var out []string
	for _, p := range people {
		if calls(text, Handle(p)) || calls(text, "@"+p.Name) {
			out = append(out, p.ID)
		}
	}
	return out
}

// calls tells whether a handle stands in a text, and not only the beginning of
// another one.
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

// BlockText is the text of a block, if the content has it.
func BlockText(c news.Content, block string) (string, bool) {
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

// Place finds the words that a note is about in the newest text.
func Place(c news.Content, n *store.Note) error {
	if n.Block == "" {
		if n.Quoted == "" {
			return nil
		}
		return fault.Fields{"block": "Say in which paragraph these words stand."}
	}
	text, found := BlockText(c, n.Block)
	at := strings.Index(text, n.Quoted)
	if !found || at < 0 {
		return fault.Fields{"quoted": "These words don't stand in this paragraph; copy them from it."}
	}
	if n.Quoted != "" {
		n.Begin = utf8.RuneCountInString(text[:at])
		n.End = n.Begin + utf8.RuneCountInString(n.Quoted)
	}
	return nil
}

// AddNote leaves a note at a story and tells those whom it mentions.
func (r Room) AddNote(ctx context.Context, tx *store.Tx, n store.Note, people []staff.Person) (store.Note, error) {
	return tx.AddNote(ctx, n, Mentioned(n.Body, people)...)
}

// settles tells whether a note may go into a state.
func settles(n store.Note, to store.NoteState) bool {
	if n.ReplyTo != "" { // an answer goes with its note
		return false
	}
	if n.Kind == store.Suggestion {
		return n.State == store.NoteOpen && (to == store.NoteAccepted || to == store.NoteRefused)
	}
	return n.State == store.NoteOpen && to == store.NoteResolved || n.State == store.NoteResolved && to == store.NoteOpen
}

// Settle brings a note at a story into another state; a suggestion that is
// accepted goes into the text.
func (r Room) Settle(ctx context.Context, tx *store.Tx, p staff.Person, a Access, note string, to store.NoteState) error {
	n, err := tx.Note(ctx, a.ID, note)
	if err != nil {
		return err
	}
	if !settles(n, to) {
		return refuse(fault.Conflict, "notes.settled")
	}
	if n.Kind == store.Suggestion && !a.Write {
		return refuse(fault.Denied, "write.notyours")
	}
	if to == store.NoteAccepted {
		if err := r.accept(ctx, tx, p, n); err != nil {
			return err
		}
	}
	return tx.SettleNote(ctx, store.Actor{ID: p.ID, Name: p.Name}, n, to)
}

// accept puts the words of a suggestion into the newest text.
func (r Room) accept(ctx context.Context, tx *store.Tx, p staff.Person, n store.Note) error {
	h, err := r.Writing().Open(ctx, tx, n.Article)
	if err != nil {
		return err
	}
	c, ok := news.Replace(h.Content, n.Block, n.Quoted, n.Proposed, n.Begin)
	if !ok {
		return refuse(fault.Conflict, "notes.lost")
	}
	_, err = r.Writing().Save(ctx, tx, draft.Save{Article: n.Article, By: By(p), Client: id.New(), Seq: 1, Base: h.ID, Content: c, Cut: true})
	return err
}
