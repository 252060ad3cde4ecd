package draft

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
)

// Save is a text as a tab sends it.
type Save struct {
	Article string
	By      news.Author
	Client  string // the tab
	Seq     int64  // rises with each save of the tab
	Base    string // the draft or revision that the tab was last in step with
	Content news.Content
	Cut     bool // make a revision of it now
}

// The states of an answer.
const (
	Saved    = "saved"
	WasMixed = "merged"
	Clash    = "conflict"
)

// Answer says what became of a save. Revision is the base for the next one.
type Answer struct {
	State    string    `json:"state"`
	Revision string    `json:"revision"`
	Number   int       `json:"number"`
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`

	// Where somebody else had saved meanwhile: the newest text as it is now, and
	// whose changes are in it.
	Content *news.Content `json:"content,omitempty"`
	By      []string      `json:"by,omitempty"`

	// Where both changed the same: theirs stands in Content, and the sender's
	// whole text is kept in the revision Kept.
	Conflicts []merge.Conflict `json:"conflicts,omitempty"`
	Kept      string           `json:"kept,omitempty"`
}

// Save takes in a text. It never puts a text over one that its writer has not
// seen, and the same save sent twice is one, with the same answer. It is
// fault.Fields where the content can't be saved as it is, and fault.Gone where
// the article has ended.
func (w Writing) Save(ctx context.Context, tx Store, in Save) (Answer, error) {
	a, err := tx.HoldArticle(ctx, in.Article)
	if err != nil {
		return Answer{}, err
	}
	if a.State == news.Withdrawn || a.State == news.Spiked {
		return Answer{}, fault.New(fault.Gone, "this story has ended; copy your text into another one, or have it brought back first")
	}
	if in.Content, err = in.Content.Tidied(); err != nil {
		return Answer{}, err
	}
	tab, found, err := optional(tx.Tab(ctx, a.ID, in.Client))
	if err != nil {
		return Answer{}, err
	}
	found = found && tab.Author == in.By.ID
	sum, err := in.sum()
	if err != nil {
		return Answer{}, err
	}
	if found && tab.Seq == in.Seq && tab.Sum == sum {
		var out Answer
		return out, json.Unmarshal(tab.Answer, &out)
	}
	if !found {
		tab = Tab{}
	}
	return w.take(ctx, tx, &a, in, tab, sum)
}

// take puts a new save where it belongs and remembers the answer.
func (w Writing) take(ctx context.Context, tx Store, a *news.Article, in Save, tab Tab, sum string) (Answer, error) {
	h, err := w.head(ctx, tx, a)
	if err != nil {
		return Answer{}, err
	}
	next := Tab{Article: a.ID, Client: in.Client, Author: in.By.ID, Seq: in.Seq, Sum: sum, Came: in.Base, Saved: w.Clock.Now()}
	var out Answer
	if in.Base == h.ID {
		out, h, err = w.goOn(ctx, tx, a, h, in)
	} else {
		out, h, err = w.join(ctx, tx, a, h, in, tab, &next)
	}
	if err != nil {
		return out, err
	}
	if h.draft != nil && (in.Cut || w.Clock.Now().Sub(h.draft.Begun) >= CutEvery) {
		if h, err = w.cut(ctx, tx, a, h); err != nil {
			return out, err
		}
	}
	out.Revision, out.Number, out.Seq, out.At = h.ID, h.Number, in.Seq, next.Saved.UTC()
	next.Result = h.ID
	if next.Answer, err = json.Marshal(out); err != nil {
		return out, fault.Wrap(fault.Internal, err, "")
	}
	return out, tx.PutTab(ctx, next)
}

// goOn takes a text that was typed onto the newest one.
func (w Writing) goOn(ctx context.Context, tx Store, a *news.Article, h Head, in Save) (Answer, Head, error) {
	h, err := w.put(ctx, tx, a, h, in)
	return Answer{State: Saved}, h, err
}

// put makes the text the article's draft. The open draft is replaced where it
// is this tab's own, and cut where it is not.
func (w Writing) put(ctx context.Context, tx Store, a *news.Article, h Head, in Save) (Head, error) {
	if same(in.Content, h.Content) {
		return h, nil
	}
	if h.draft != nil && h.draft.Client != in.Client {
		var err error
		if h, err = w.cut(ctx, tx, a, h); err != nil {
			return h, err
		}
	}
	now := w.Clock.Now()
	d := Draft{Article: a.ID, ID: id.New(), Base: a.Working, Client: in.Client, By: in.By, Content: in.Content, Begun: now, Saved: now}
	number := h.Number
	if h.draft != nil {
		d.Begun = h.draft.Begun
	} else {
		last, err := tx.LastRevision(ctx, a.ID)
		if err != nil {
			return h, err
		}
		number = last.Number + 1
		tx.Touch("desk")
		if err := w.wake(ctx, tx, a.ID); err != nil {
			return h, err
		}
	}
	return Head{ID: d.ID, Number: number, Content: d.Content, By: d.By, draft: &d}, tx.PutDraft(ctx, d)
}

// join takes a text that was typed onto an older one.
func (w Writing) join(ctx context.Context, tx Store, a *news.Article, h Head, in Save, tab Tab, next *Tab) (Answer, Head, error) {
	h, err := w.cut(ctx, tx, a, h) // whatever it is, it is not what the tab has seen
	if err != nil {
		return Answer{}, h, err
	}
	base, since, err := w.base(ctx, tx, a, in, tab)
	if err != nil {
		return Answer{}, h, err
	}
	r, err := merge.Merge(base, in.Content, h.Content)
	if err != nil {
		return Answer{}, h, err
	}
	if len(r.Conflicts) == 0 && same(r.Content, in.Content) { // nothing came from elsewhere
		h, err = w.put(ctx, tx, a, h, in)
		return Answer{State: Saved}, h, err
	}
	out := Answer{State: WasMixed, Conflicts: r.Conflicts}
	if out.By, err = others(ctx, tx, in, since, h); err != nil {
		return out, h, err
	}
	basis := in.Content
	if len(r.Conflicts) > 0 {
		out.State = Clash
		if out.Kept, err = w.aside(ctx, tx, a, base, in); err != nil {
			return out, h, err
		}
		for _, c := range r.Conflicts { // still to be decided, if the tab does not hear of it now
			basis = merge.Take(basis, base, c.Part)
		}
	}
	next.Basis = &basis
	h, err = w.keep(ctx, tx, a, h, r.Content, news.Entry{Origin: news.Merged, By: in.By})
	out.Content = &h.Content
	return out, h, err
}

// base finds the text that a save began with, and its number. A tab that has
// not heard what became of its last save has typed on onto that one. Of a text
// that is not known here, as after a restored backup, nothing counts as common.
func (w Writing) base(ctx context.Context, tx Store, a *news.Article, in Save, tab Tab) (news.Content, int, error) {
	unheard := tab.Client != "" && tab.Came == in.Base && in.Seq > tab.Seq
	if unheard && tab.Basis != nil {
		return *tab.Basis, 0, nil
	}
	from := in.Base
	if unheard {
		from = tab.Result
	}
	r, found, err := optional(tx.Revision(ctx, from))
	if err != nil {
		return news.Content{}, 0, err
	}
	if !found || r.Article != a.ID {
		return news.Content{Lang: in.Content.Lang, Kind: in.Content.Kind}, 0, nil
	}
	return r.Content, r.Number, nil
}

// aside keeps the sender's whole text as a revision that is not the working one.
func (w Writing) aside(ctx context.Context, tx Store, a *news.Article, base news.Content, in Save) (string, error) {
	e := news.Entry{Parent: in.Base, Origin: news.Aside, Content: in.Content, By: in.By}
	e.Added, e.Removed = merge.Size(base, in.Content)
	r, err := w.room().Append(ctx, tx, a, e)
	return r.ID, err
}

// others are the names of those who wrote since; the sender's own where it was in
// another tab.
func others(ctx context.Context, tx Store, in Save, since int, h Head) ([]string, error) {
	list, err := tx.WritersSince(ctx, in.Article, since)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, by := range list {
		if by.Name != "" && by.ID != in.By.ID && !slices.Contains(out, by.Name) {
			out = append(out, by.Name)
		}
	}
	if len(out) == 0 && h.By.Name != "" {
		out = []string{h.By.Name}
	}
	return out, nil
}

// sum is what tells a save that was sent twice from another one.
func (in Save) sum() (string, error) {
	b, err := json.Marshal([]any{in.Base, in.Content})
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the text can't be saved: %s", fault.Say(err))
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16]), nil
}

func same(a, b news.Content) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}

// optional tells what is not there from what can't be read.
func optional[T any](v T, err error) (T, bool, error) {
	if fault.Is(err, fault.NotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

func notThere() error { return fault.New(fault.NotFound, "there is no such revision") }
