package api

import (
	"context"
	"net/http"
	"time"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// note is a note of the staff at a story.
type note struct {
	ID        string          `json:"id"`
	Kind      store.NoteKind  `json:"kind"`
	State     store.NoteState `json:"state"`
	Text      string          `json:"text,omitempty"`
	Block     string          `json:"block,omitempty" doc:"id; none: the whole story"`
	Quoted    string          `json:"quoted,omitempty" doc:"the words that it is about"`
	Proposed  string          `json:"proposed,omitempty" doc:"of a suggestion: the words in their place"`
	By        string          `json:"by" doc:"account"`
	ByName    string          `json:"by_name"`
	At        time.Time       `json:"at"`
	SettledBy string          `json:"settled_by,omitempty" doc:"account"`
	SettledAt *time.Time      `json:"settled_at,omitempty"`
}

type notes struct {
	Notes []note `json:"notes" doc:"the open ones first; 200 at most"`
}

type newNote struct {
	Text     string         `json:"text,omitempty" doc:"@Name tells somebody of it"`
	Kind     store.NoteKind `json:"kind,omitempty" doc:"note or suggestion; note unless said"`
	Block    string         `json:"block,omitempty" doc:"id of a block of the newest text"`
	Quoted   string         `json:"quoted,omitempty" doc:"words in that block"`
	Proposed string         `json:"proposed,omitempty" doc:"words in their place"`
}

type settle struct {
	To store.NoteState `json:"to" doc:"resolved or open; of a suggestion accepted or refused"`
}

// assignment is who does what on a story, and by when.
type assignment struct {
	Owner      string     `json:"owner" doc:"account that is to write it; empty: nobody"`
	Reviewer   string     `json:"reviewer" doc:"account that is to review it; empty: nobody"`
	Deadline   *time.Time `json:"deadline"`
	WordTarget int        `json:"word_target"`
}

type hold struct {
	Reason string `json:"reason" doc:"why nothing of it may go out; empty sets it free"`
}

func (a *API) aboutDesking() []Op {
	read, review := []staff.Action{staff.ReadDrafts, staff.WriteOwn}, []staff.Action{staff.Review}
	return []Op{
		{ID: "listNotes", Method: "GET", Path: "/stories/{id}/notes", Group: "notes and assignments", Does: "Lists the notes at a story.", Scope: staff.ReadStories, May: read, Out: notes{}, do: a.listNotes},
		{ID: "addNote", Method: "POST", Path: "/stories/{id}/notes", Group: "notes and assignments", Does: "Leaves a note at a story, or suggests other words.", Scope: staff.WriteStories, May: read,
			In: newNote{}, Out: note{}, Status: http.StatusCreated, do: a.addNote, Example: object{"text": "@Dora Is the figure from this year?"}},
		{ID: "settleNote", Method: "POST", Path: "/stories/{id}/notes/{note}/settle", Group: "notes and assignments", Does: "Resolves or reopens a note; accepts or refuses a suggestion.",
			Scope: staff.WriteStories, May: read, In: settle{}, do: a.settleNote},
		{ID: "assign", Method: "PUT", Path: "/stories/{id}/assignment", Group: "notes and assignments", Does: "Says who writes and who reviews a story, and by when.", More: "If-Match is the ETag of reading the story.",
			Scope: staff.WriteStories, May: review, In: assignment{}, Out: oneStory{}, Tagged: true, Guarded: true, do: a.assign},
		{ID: "hold", Method: "PUT", Path: "/stories/{id}/hold", Group: "notes and assignments", Does: "Holds a story back, or sets it free.", More: "If-Match is the ETag of reading the story.",
			Scope: staff.WriteStories, May: []staff.Action{staff.Override}, In: hold{}, Out: oneStory{}, Tagged: true, Guarded: true, do: a.hold},
	}
}

func noteOf(n store.Note) note {
	return note{n.ID, n.Kind, n.State, n.Body, n.Block, n.Quoted, n.Proposed, n.By.ID, n.By.Name, n.At.UTC(), n.Settled.ID, stamp(n.SettledAt)}
}

func (a *API) listNotes(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Notes(ctx, got.ID)
	out := notes{Notes: []note{}}
	for _, n := range list {
		out.Notes = append(out.Notes, noteOf(n))
	}
	return out, err
}

func (a *API) addNote(ctx context.Context, c *Call) (any, error) {
	var in newNote
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	s, err := a.room.Stand(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	n := store.Note{Article: s.ID, Kind: in.Kind, Block: in.Block, Body: in.Text, By: c.By(), Quoted: in.Quoted, Proposed: in.Proposed}
	if n.Kind != store.Suggestion {
		n.Kind, n.Proposed = store.PlainNote, ""
	}
	if err := editorial.Place(s.Case.Content, &n); err != nil {
		return nil, err
	}
	people, err := a.room.Readers(ctx, s.Access)
	if err != nil {
		return nil, err
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = a.room.AddNote(ctx, tx, n, people)
		return err
	})
	return noteOf(n), err
}

func (a *API) settleNote(ctx context.Context, c *Call) (any, error) {
	var in settle
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return nil, c.Write(func(ctx context.Context, tx *store.Tx) error {
		return a.room.Settle(ctx, tx, c.Me, got, c.PathValue("note"), in.To)
	})
}

// matchStory compares a story with what the sender has seen of it.
func (a *API) matchStory(ctx context.Context, tx *store.Tx, c *Call, article string) error {
	got, h, err := a.headOf(ctx, tx, article)
	if err != nil {
		return err
	}
	return c.Match(storyTag(got, h.ID), storyOf(got))
}

func (a *API) assign(ctx context.Context, c *Call) (any, error) {
	var in assignment
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	got, err := a.room.Handling(ctx, c.Me, c.PathValue("id"), staff.Review)
	if err != nil {
		return nil, err
	}
	as := store.Assignment{Owner: in.Owner, Reviewer: in.Reviewer, WordTarget: in.WordTarget}
	if in.Deadline != nil {
		as.Deadline = in.Deadline.UTC().Truncate(time.Millisecond)
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		if err := a.matchStory(ctx, tx, c, got.ID); err != nil {
			return err
		}
		return tx.Assign(ctx, c.By(), got.ID, as)
	})
	if err != nil {
		return nil, err
	}
	return a.show(ctx, c, got.ID)
}

func (a *API) hold(ctx context.Context, c *Call) (any, error) {
	var in hold
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	got, err := a.room.Handling(ctx, c.Me, c.PathValue("id"), staff.Override)
	if err != nil {
		return nil, err
	}
	if got.State.Phase() == news.PhaseEnded {
		return nil, fault.New(fault.Gone, "this story has ended")
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		if err := a.matchStory(ctx, tx, c, got.ID); err != nil {
			return err
		}
		return tx.Hold(ctx, c.By(), got.ID, news.Line(in.Reason))
	})
	if err != nil {
		return nil, err
	}
	return a.show(ctx, c, got.ID)
}
