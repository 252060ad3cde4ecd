package merge

import (
	"encoding/json"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
)

// Take returns into with one part as it is in from: part is a name as Conflict
// has it. What from does not have is taken out; what into does not have is put
// in after that which stands before it in from.
func Take(into, from news.Content, part string) news.Content {
	kind, name, _ := strings.Cut(part, ":")
	if kind == "field" {
		return takeField(into, from, name)
	}
	out, source := copied(into.Body), orEmpty(from.Body)
	switch kind {
	case "block":
		out.Blocks = takeOne(out.Blocks, source.Blocks, name, func(b document.Block) string { return document.BaseOf(b).ID })
		for id := range references(out.Blocks) { // what it refers to comes with it
			if id != "" && notes(out.Footnotes)[id] == nil && notes(source.Footnotes)[id] != nil {
				out.Footnotes = append(out.Footnotes, *notes(source.Footnotes)[id])
			}
		}
		makeUnique(out)
	case "footnote":
		if notes(source.Footnotes)[name] != nil || !references(out.Blocks)[name] {
			out.Footnotes = takeOne(out.Footnotes, source.Footnotes, name, func(f document.Footnote) string { return f.ID })
		}
	}
	into.Body = out
	return into
}

func copied(d *document.Document) *document.Document {
	c := *orEmpty(d)
	c.Blocks, c.Footnotes = slices.Clone(c.Blocks), slices.Clone(c.Footnotes)
	return &c
}

func takeOne[T any](list, from []T, name string, id func(T) string) []T {
	is := func(v T) bool { return id(v) == name }
	at, source := slices.IndexFunc(list, is), slices.IndexFunc(from, is)
	switch {
	case source < 0:
		return slices.DeleteFunc(list, is)
	case at >= 0:
		list[at] = from[source]
		return list
	}
	after := -1
	for _, v := range from[:source] {
		if i := slices.IndexFunc(list, func(o T) bool { return id(o) == id(v) }); i >= 0 {
			after = i
		}
	}
	return slices.Insert(list, after+1, from[source])
}

func takeField(into, from news.Content, name string) news.Content {
	out, source := parts(into), parts(from)
	delete(out, name)
	if v, ok := source[name]; ok {
		out[name] = v
	}
	var c news.Content
	text, err := json.Marshal(out)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		panic("merge: a field can't be put into a content: " + err.Error()) // it came out of one
	}
	c.Body = into.Body
	return c
}
