package markdown

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"masthead.dev/masthead/internal/document"
)

var (
	tagForm       = regexp.MustCompile(`^<(/?)([a-z]+)((?:\s+[a-z]+="[^"]*")*)\s*/?>$`)
	attributeForm = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// tagMarks are the tags that add a mark by themselves.
var tagMarks = map[string]document.Span{
	"strong": {Strong: true}, "b": {Strong: true}, "em": {Em: true}, "i": {Em: true}, "s": {Strike: true}, "del": {Strike: true},
	"sub": {Sub: true}, "sup": {Sup: true}, "code": {Code: true}, "bdi": {BDI: true}, "span": {}, "a": {},
}

func rawTag(n *ast.RawHTML, src []byte) string {
	var b strings.Builder
	for i := range n.Segments.Len() {
		s := n.Segments.At(i)
		b.Write(s.Value(src))
	}
	return b.String()
}

// matched finds the tags that are opened and closed in one running text; all
// others are words.
func matched(n ast.Node, src []byte) map[ast.Node]bool {
	type opened struct {
		node ast.Node
		name string
	}
	out := map[ast.Node]bool{}
	var open []opened
	_ = ast.Walk(n, func(v ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor has no errors
		raw, ok := v.(*ast.RawHTML)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		m := tagForm.FindStringSubmatch(rawTag(raw, src))
		switch {
		case !known(m):
		case m[1] == "":
			open = append(open, opened{v, m[2]})
		case len(open) > 0 && open[len(open)-1].name == m[2]:
			out[v], out[open[len(open)-1].node] = true, true
			open = open[:len(open)-1]
		}
		return ast.WalkContinue, nil
	})
	return out
}

// known tells whether a tag may stand in a text as it is.
func known(form []string) bool {
	if form == nil {
		return false
	}
	if _, ok := tagMarks[form[2]]; !ok {
		return false
	}
	has := attributes(form)
	return form[1] == "/" || (form[2] != "a" || has["href"] != "") && document.AddressFault(has["href"]) == "" &&
		langForm.MatchString(has["lang"]) && (has["dir"] == "" || has["dir"] == "ltr" || has["dir"] == "rtl")
}

var langForm = regexp.MustCompile(`^[A-Za-z0-9-]{0,35}$`)

func attributes(form []string) map[string]string {
	has := map[string]string{}
	for _, a := range attributeForm.FindAllStringSubmatch(form[3], -1) {
		has[a[1]] = html.UnescapeString(a[2])
	}
	return has
}

// tag opens or closes a mark; what is no tag of ours is words.
func (s *spans) tag(n *ast.RawHTML, m document.Span) {
	raw := rawTag(n, s.src)
	form := tagForm.FindStringSubmatch(raw)
	switch {
	case form != nil && form[2] == "br" && form[1] == "":
		s.out = append(s.out, document.Span{Break: true})
	case !s.tags[n]:
		s.add(strings.ReplaceAll(raw, "\n", " "), m)
	case form[1] == "/":
		s.open = s.open[:len(s.open)-1]
	default:
		s.open = append(s.open, tagSpan(form))
	}
}

func tagSpan(form []string) document.Span {
	m := tagMarks[form[2]]
	has := attributes(form)
	switch form[2] {
	case "span":
		m.Lang, m.Dir = has["lang"], has["dir"]
	case "a":
		m.Link = document.Link{Href: has["href"], Title: has["title"]}
	}
	return m
}
