package merge

import (
	"bytes"
	"encoding/json"
	"slices"
	"sort"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// sets are fields that hold a list of ids without an order that matters: what
// each side added or took out happens, there is no conflict.
var sets = map[string]bool{"more_sections": true, "topics": true, "related": true}

// fields merges everything but the body. It works on the JSON, so that a field
// that is added to the content is merged without a line here.
func (m *merger) fields(base, mine, theirs news.Content) (news.Content, error) {
	b, i, t := parts(base), parts(mine), parts(theirs)
	out := map[string]json.RawMessage{"schema": t["schema"]}
	for _, name := range names(b, i, t) {
		v, ok := pick(b[name], i[name], t[name], func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
		switch {
		case ok:
		case sets[name]:
			v = mergeSet(b[name], i[name], t[name])
		default:
			m.conflict("field:"+name, b[name], i[name], t[name])
		}
		if v != nil {
			out[name] = v
		}
	}
	var c news.Content
	text, err := json.Marshal(out)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, fault.Wrap(fault.Internal, err, "the fields of the two texts don't go together")
}

// parts are the fields of a content without its body.
func parts(c news.Content) map[string]json.RawMessage {
	c.Body = nil
	text, err := json.Marshal(c)
	out := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic("merge: a content can't be written: " + err.Error()) // strings, numbers and lists only
	}
	delete(out, "body")
	return out
}

// Fields returns the fields of a content without its body, by their names in
// its JSON; those that are empty are left out.
func Fields(c news.Content) map[string]json.RawMessage {
	out := parts(c)
	delete(out, "schema")
	return out
}

// names are the fields that any of them has, in order.
func names(all ...map[string]json.RawMessage) []string {
	var out []string
	for _, fields := range all {
		for name := range fields {
			if name != "schema" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	sort.Strings(out)
	return out
}

// mergeSet takes theirs, with what mine added and without what mine took out.
func mergeSet(base, mine, theirs json.RawMessage) json.RawMessage {
	b, i, t := list(base), list(mine), list(theirs)
	out := slices.DeleteFunc(t, func(s string) bool { return slices.Contains(b, s) && !slices.Contains(i, s) })
	for _, s := range i {
		if !slices.Contains(b, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic("merge: a list of texts can't be written: " + err.Error())
	}
	return text
}

func list(b json.RawMessage) []string {
	var out []string
	if b != nil && json.Unmarshal(b, &out) != nil {
		return nil // no list of texts: the field would not be among the sets
	}
	return out
}
