// Package merge puts two changes of one article together over what both began
// with, and shows what changed between two of its texts. It is pure.
package merge

import (
	"encoding/json"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// Result is what became of two changes.
type Result struct {
	// Content holds both sides' changes, and theirs where both changed the same
	// thing to something else.
	Content   news.Content
	Conflicts []Conflict
}

// Conflict is a thing that both sides changed, each to something else. Part is
// "field:<name>" with the name that it has in the content's JSON,
// "block:<id>" or "footnote:<id>". The texts are its JSON, null where a side
// did not have it.
type Conflict struct {
	Part   string          `json:"part"`
	Base   json.RawMessage `json:"base"`
	Mine   json.RawMessage `json:"mine"`
	Theirs json.RawMessage `json:"theirs"`
}

// Merge puts mine and theirs together. Fields merge one by one, the body block
// by block; within a paragraph word by word where different words were changed. A
// block that one side took out and the other changed stays, as it was changed.
// What either side wrote is in the result or among the conflicts. Equal input
// gives an equal result, and valid input gives a valid one, unless together
// they are over the codec's limit of size (fault.TooLarge).
func Merge(base, mine, theirs news.Content) (Result, error) {
	m := &merger{}
	c, err := m.fields(base, mine, theirs)
	if err != nil {
		return Result{}, err
	}
	c.Body = m.body(base.Body, mine.Body, theirs.Body)
	if c.Body != nil {
		if _, err := c.Body.Encode(); err != nil {
			return Result{}, fault.Wrap(fault.KindOf(err), err, "the two texts don't go together: %s", fault.Say(err))
		}
	}
	return Result{Content: c, Conflicts: m.conflicts}, nil
}

type merger struct{ conflicts []Conflict }

func (m *merger) conflict(part string, base, mine, theirs json.RawMessage) {
	m.conflicts = append(m.conflicts, Conflict{part, orNull(base), orNull(mine), orNull(theirs)})
}

func orNull(b json.RawMessage) json.RawMessage {
	if b == nil {
		return json.RawMessage("null")
	}
	return b
}

// pick is the rule of a merge: who changed something has it; where both did,
// ok is false and theirs stands.
func pick[T any](base, mine, theirs T, same func(a, b T) bool) (v T, ok bool) {
	switch {
	case same(mine, theirs), same(mine, base):
		return theirs, true
	case same(theirs, base):
		return mine, true
	}
	return theirs, false
}

func equal[T comparable](a, b T) bool { return a == b }

// body merges the two texts of an article.
func (m *merger) body(base, mine, theirs *document.Document) *document.Document {
	if there, _ := pick(base != nil, mine != nil, theirs != nil, equal); !there && mine == nil && theirs == nil {
		return nil
	}
	b, i, t := orEmpty(base), orEmpty(mine), orEmpty(theirs)
	lang, _ := pick(b.Lang, i.Lang, t.Lang, equal)
	out := &document.Document{Schema: document.Schema, Lang: lang}
	out.Blocks = m.blocks(b.Blocks, i.Blocks, t.Blocks)
	out.Footnotes = m.footnotes(out.Blocks, b.Footnotes, i.Footnotes, t.Footnotes)
	makeUnique(out)
	return out
}

func orEmpty(d *document.Document) *document.Document {
	if d == nil {
		return &document.Document{Schema: document.Schema}
	}
	return d
}
