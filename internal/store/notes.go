package store

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
)

// NoteKind is the sort of a note at a story.
type NoteKind string

// The kinds. A suggestion has words in place of others; a returned note says why
// a story was sent back.
const (
	PlainNote  NoteKind = "note"
	Suggestion NoteKind = "suggestion"
	Returned   NoteKind = "returned"
)

// NoteState is what became of a note.
type NoteState string

// The states of a note.
const (
	NoteOpen     NoteState = "open"
	NoteResolved NoteState = "resolved"
	NoteAccepted NoteState = "accepted" // a suggestion that is in the text
	NoteRefused  NoteState = "refused"
)

// Note is a note of the staff at a story. It is never exported.
type Note struct {
	ID, Article string
	ReplyTo     string // id of the note that it answers; "" is a note of its own
	Kind        NoteKind
	Block       string // id; "" is the whole story
	Begin, End  int    // of the words in the block's text, in characters; both 0: the whole block
	Quoted      string // the words
	Proposed    string // of a suggestion
	Body        string
	State       NoteState
	By          Actor
	At          time.Time
	Settled     Actor // who resolved, accepted or refused it
	SettledAt   time.Time
}

const noteColumns = `id, article_id, kind, block_id, begins, ends, quoted, proposed, body, state, by_id, by_name, created_at, settled_id, settled_name, settled_at, reply_to`

func scanNote(r db.Scanner) (n Note, err error) {
	return n, r.Scan(&n.ID, &n.Article, &n.Kind, &n.Block, &n.Begin, &n.End, &n.Quoted, &n.Proposed, &n.Body, &n.State, &n.By.ID, &n.By.Name, db.At(&n.At),
		&n.Settled.ID, &n.Settled.Name, db.At(&n.SettledAt), &n.ReplyTo)
}

// maxStoryNote is the longest note, in bytes.
const maxStoryNote = 10_000

// AddNote leaves a note at a story and tells those whom it mentions.
func (tx *Tx) AddNote(ctx context.Context, n Note, mentioned ...string) (Note, error) {
	if n.Kind != Suggestion && n.Body == "" {
		return n, fault.Fields{"text": "Write the note first."}
	}
	if len(n.Body) > maxStoryNote || len(n.Quoted) > maxStoryNote || len(n.Proposed) > maxStoryNote {
		return n, fault.Fields{"text": "Shorten the note."}
	}
	if n.Kind == Suggestion && (n.Block == "" || n.Quoted == "" || n.Quoted == n.Proposed) {
		return n, fault.Fields{"quoted": "Say which words of which paragraph should be others."}
	}
	thread, err := tx.thread(ctx, &n)
	if err != nil {
		return n, err
	}
	n.ID, n.State, n.At = id.New(), NoteOpen, time.UnixMilli(tx.now()).UTC()
	_, err = db.Exec(ctx, tx, "INSERT INTO story_note ("+noteColumns+") VALUES ("+places(17)+")", n.ID, n.Article, n.Kind, n.Block, n.Begin, n.End,
		n.Quoted, n.Proposed, n.Body, n.State, n.By.ID, n.By.Name, n.At.UnixMilli(), "", "", nil, n.ReplyTo)
	if err != nil {
		return n, err
	}
	tx.Touch("desk")
	thread = slices.DeleteFunc(thread, func(s string) bool { return slices.Contains(mentioned, s) })
	if err := tx.Notify(ctx, Notice{Kind: NoticeMention, Article: n.Article, By: n.By.Name, Detail: "reply"}, n.By.ID, thread...); err != nil {
		return n, err
	}
	return n, tx.Notify(ctx, Notice{Kind: NoticeMention, Article: n.Article, By: n.By.Name}, n.By.ID, mentioned...)
}

// thread puts an answer below the note that its note belongs to and returns the
// accounts of those who wrote there; none for a note of its own.
func (tx *Tx) thread(ctx context.Context, n *Note) ([]string, error) {
	if n.ReplyTo == "" {
		return nil, nil
	}
	to, err := tx.Note(ctx, n.Article, n.ReplyTo)
	if err != nil {
		return nil, err
	}
	if to.ReplyTo != "" { // an answer to an answer stands beside it
		n.ReplyTo = to.ReplyTo
	}
	n.Kind, n.Block, n.Begin, n.End, n.Quoted, n.Proposed = PlainNote, "", 0, 0, "", ""
	return db.Rows(ctx, tx, db.Value[string], "SELECT DISTINCT by_id FROM story_note WHERE article_id = $1 AND (id = $2 OR reply_to = $2)", n.Article, n.ReplyTo)
}

// Notes lists the notes at a story, the open ones first, then the newest, each
// with its answers behind it in the order in which they came.
func (s *Store) Notes(ctx context.Context, articleID string) ([]Note, error) {
	list, err := db.Rows(ctx, s.Query(), scanNote, "SELECT "+noteColumns+` FROM story_note WHERE article_id = $1 AND reply_to = ''
		ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, created_at DESC, id LIMIT 200`, articleID)
	if err != nil || len(list) == 0 {
		return list, err
	}
	answers, err := db.Rows(ctx, s.Query(), scanNote, "SELECT "+noteColumns+" FROM story_note WHERE article_id = $1 AND reply_to <> '' ORDER BY created_at, id LIMIT 1000", articleID)
	below := map[string][]Note{}
	for _, a := range answers {
		below[a.ReplyTo] = append(below[a.ReplyTo], a)
	}
	out := make([]Note, 0, len(list)+len(answers))
	for _, n := range list {
		out = append(append(out, n), below[n.ID]...)
	}
	return out, err
}

// Note returns a note at a story.
func (tx *Tx) Note(ctx context.Context, articleID, noteID string) (Note, error) {
	return db.One(ctx, tx, scanNote, "SELECT "+noteColumns+" FROM story_note WHERE id = $1 AND article_id = $2", noteID, articleID)
}

// SettleNote brings a note into another state; NoteOpen opens it again.
// fault.Conflict where somebody has settled it meanwhile.
func (tx *Tx) SettleNote(ctx context.Context, by Actor, n Note, to NoteState) error {
	var at any
	if to != NoteOpen {
		at = tx.now()
	}
	count, err := db.Exec(ctx, tx, "UPDATE story_note SET state = $1, settled_id = $2, settled_name = $3, settled_at = $4 WHERE id = $5 AND state = $6",
		to, by.ID, by.Name, at, n.ID, n.State)
	if err == nil && count == 0 {
		return fault.New(fault.Conflict, "somebody has settled this note meanwhile; load the page again")
	}
	tx.Touch("desk")
	if err != nil || n.Kind != Suggestion {
		return err
	}
	return tx.Audit(ctx, by, "article.suggestion_"+string(to), "article", n.Article, map[string]any{"note": n.ID})
}

// SentBack keeps the note with which a story was returned to its writer.
func (tx *Tx) SentBack(ctx context.Context, by news.Author, articleID, why string) error {
	_, err := tx.AddNote(ctx, Note{Article: articleID, Kind: Returned, Body: why, By: Actor{by.ID, by.Name}})
	return err
}
