package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/markdown"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// text is the newest text of a story.
type text struct {
	Revision string       `json:"revision" doc:"id: base of the next change"`
	Content  news.Content `json:"content"`
	Markdown *string      `json:"markdown,omitempty" doc:"the body, where that format was asked for; content is without it then"`
}

// writeText is a text that is to be saved. What is left out of fields stays as it
// is.
type writeText struct {
	Base     string          `json:"base,omitempty" doc:"id of the revision that it is based on, in place of If-Match"`
	Content  *news.Content   `json:"content,omitempty" doc:"the whole text as blocks"`
	Fields   json.RawMessage `json:"fields,omitempty" doc:"fields of content that are to change, without body"`
	Markdown *string         `json:"markdown,omitempty" doc:"the body; blocks that did not change keep their ids"`
	Merge    bool            `json:"merge,omitempty" doc:"put it together with what somebody else saved meanwhile"`
}

// saved says what became of a text.
type saved struct {
	State     string           `json:"state" doc:"saved, merged or conflict"`
	Revision  string           `json:"revision" doc:"id of the newest text now"`
	Number    int              `json:"number"`
	Content   *news.Content    `json:"content,omitempty" doc:"where somebody else had saved: the newest text"`
	By        []string         `json:"by,omitempty" doc:"whose changes are in it"`
	Conflicts []merge.Conflict `json:"conflicts,omitempty"`
	Kept      string           `json:"kept,omitempty" doc:"id of the revision in which what you sent was kept aside"`
}

func english(key string, args ...any) string { return locale.For("en").T(key, args...) }

func (a *API) readText(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	content, open, err := a.room.Reading(ctx, got.Article)
	if err != nil {
		return nil, err
	}
	out := text{Revision: got.Working, Content: content}
	if open != nil {
		out.Revision = open.ID
	}
	if c.Value("format") == "markdown" {
		md := markdown.Write(content.Body)
		out.Markdown, out.Content.Body = &md, nil
	}
	c.Tag(out.Revision)
	return out, nil
}

// text makes the content of what was sent, on top of a base. seed keeps the ids of
// new blocks the same where the same is sent twice.
func (in newStory) text(base news.Content, seed string) (news.Content, error) {
	return writeText{Content: in.Content, Fields: in.Fields, Markdown: in.Markdown}.text(base, seed)
}

func (in writeText) text(base news.Content, seed string) (news.Content, error) {
	c := base
	if in.Content != nil {
		if len(in.Fields) > 0 || in.Markdown != nil {
			return c, fault.New(fault.Invalid, "send either content, or fields and markdown")
		}
		c = *in.Content
	}
	if len(in.Fields) > 0 {
		if err := overlay(&c, in.Fields); err != nil {
			return c, err
		}
	}
	if in.Markdown != nil {
		body, err := markdown.Read(*in.Markdown, base.Body, blockIDs(seed))
		var unknown *markdown.UnknownMarker
		if errors.As(err, &unknown) {
			return c, fault.Fields{"markdown": english("write.bad.marker", "line", unknown.Line)}
		}
		if err != nil {
			return c, fault.Wrap(fault.Invalid, err, "the Markdown can't be read")
		}
		c.Body = body
	}
	if c.Body == nil {
		c.Body = &document.Document{Schema: document.Schema}
	}
	if c.Body.Lang == "" {
		c.Body.Lang = c.Lang
	}
	return c, nil
}

// overlay puts fields over those of a content. A field that is not known is a
// fault.
func overlay(c *news.Content, fields json.RawMessage) error {
	whole, err := json.Marshal(*c)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	all, some := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if err := json.Unmarshal(whole, &all); err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	if err := json.NewDecoder(bytes.NewReader(fields)).Decode(&some); err != nil {
		return fault.Fields{"fields": "Send the fields as an object."}
	}
	for name, value := range some {
		if name == "body" || name == "schema" {
			return fault.Fields{"fields": "Send the body as markdown, or the whole text as content."}
		}
		all[name] = value
	}
	whole, err = json.Marshal(all)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the fields can't be read")
	}
	if err := json.Unmarshal(whole, c); err != nil {
		return fault.Wrap(fault.Invalid, err, "the fields can't be read: %s", err)
	}
	return nil
}

// blockIDs makes the ids of new blocks, which follow from a seed.
func blockIDs(seed string) func() string {
	n := 0
	return func() string {
		n++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", seed, n))
		return id.Encode(sum[:5])
	}
}

func (a *API) writeText(ctx context.Context, c *Call) (any, error) {
	var in writeText
	if err := c.Read(&in, maxStory); err != nil {
		return nil, err
	}
	if in.Base == "" {
		in.Base, _ = c.Base()
	}
	if in.Base == "" {
		return nil, baseless()
	}
	got, err := a.room.Writer(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	base, err := a.baseOf(ctx, got.Article, in.Base)
	if err != nil {
		return nil, err
	}
	content, err := in.text(base, got.ID+in.Base)
	if err != nil {
		return nil, err
	}
	var out draft.Answer
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		h, err := a.room.Writing().Open(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		if h.ID != in.Base && !in.Merge {
			return stale(text{Revision: h.ID, Content: h.Content})
		}
		out, err = a.room.Writing().Save(ctx, tx, draft.Save{Article: got.ID, By: c.by(), Client: id.New(), Seq: 1, Base: in.Base, Content: content, Cut: true})
		return err
	})
	if err != nil {
		return nil, err
	}
	answer := saved{State: out.State, Revision: out.Revision, Number: out.Number, Content: out.Content, By: out.By, Conflicts: out.Conflicts, Kept: out.Kept}
	if out.State == draft.Clash { // kept aside, and so done; but not as it was sent
		return nil, &problem{Status: http.StatusConflict, Kind: fault.Conflict, Current: answer, Detail: "somebody changed the same; their words stand, yours are kept aside as a revision"}
	}
	c.Tag(out.Revision)
	return answer, nil
}

// baseOf is the text that a change is based on: a revision of the story, or the
// draft that is open.
func (a *API) baseOf(ctx context.Context, article news.Article, base string) (news.Content, error) {
	r, err := a.Store.Revision(ctx, base)
	if err == nil && r.Article == article.ID {
		return r.Content, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return news.Content{}, err
	}
	c, open, err := a.room.Reading(ctx, article)
	if err != nil {
		return c, err
	}
	now := article.Working
	if open != nil {
		now = open.ID
	}
	if now != base {
		return c, stale(text{Revision: now, Content: c})
	}
	return c, nil
}

func (c *Call) by() news.Author { return news.Author{ID: c.Me.ID, Name: c.Me.Name} }

// revision is a saved state of a story.
type revision struct {
	ID      string      `json:"id"`
	Number  int         `json:"number"`
	Parent  string      `json:"parent,omitempty"`
	Hash    string      `json:"hash" doc:"seals it and, by the one before, all before it"`
	Origin  news.Origin `json:"origin,omitempty" doc:"typed, merged, aside or restored; none: saved by hand"`
	By      string      `json:"by,omitempty" doc:"account"`
	ByName  string      `json:"by_name,omitempty"`
	Note    string      `json:"note,omitempty"`
	At      time.Time   `json:"at"`
	Added   int         `json:"words_added"`
	Removed int         `json:"words_removed"`
	Redact  bool        `json:"redacted,omitempty" doc:"its text was taken out"`
}

type revisions struct {
	Revisions []revision `json:"revisions"`
	Next      string     `json:"next,omitempty"`
}

type oneRevision struct {
	revision
	Content *news.Content `json:"content,omitempty"`
}

func revisionOf(r news.Revision) revision {
	return revision{r.ID, r.Number, r.Parent, r.Hash, r.Origin, r.By.ID, r.By.Name, r.Note, r.At.UTC(), max(r.Added, 0), max(r.Removed, 0), r.Redacted != ""}
}

func (a *API) listRevisions(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	from, err := c.Offset()
	if err != nil {
		return nil, err
	}
	list, err := a.Store.RevisionLines(ctx, got.ID, c.Limit()+1, from)
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := revisions{Revisions: []revision{}}
	for _, r := range list {
		out.Revisions = append(out.Revisions, revisionOf(r))
	}
	if rest {
		out.Next = c.Next(strconv.Itoa(from + len(list)))
	}
	return out, nil
}

// numbered is a revision of a story that this person may read.
func (a *API) numbered(ctx context.Context, article, number string) (news.Revision, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1<<30 {
		return news.Revision{}, fault.New(fault.NotFound, "there is no such revision")
	}
	return a.Store.RevisionByNumber(ctx, article, n)
}

func (a *API) readRevision(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	r, err := a.numbered(ctx, got.ID, c.PathValue("number"))
	if err != nil {
		return nil, err
	}
	out := oneRevision{revision: revisionOf(r)}
	if r.Redacted == "" {
		out.Content = &r.Content
	}
	return out, nil
}

func (a *API) restoreRevision(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Writer(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	r, err := a.numbered(ctx, got.ID, c.PathValue("number"))
	if err != nil {
		return nil, err
	}
	var out news.Revision
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		h, err := a.room.Writing().Open(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		if err := c.Match(h.ID, text{Revision: h.ID, Content: h.Content}); err != nil {
			return err
		}
		out, err = a.room.Restore(ctx, tx, c.Me, r)
		return err
	})
	return saved{State: draft.Saved, Revision: out.ID, Number: out.Number}, err
}
