package wxr

import (
	"strings"

	"golang.org/x/net/html"
)

// tag is a tag or comment in a text of HTML. Name is "" for comments.
type tag struct {
	start, end int
	name       string
	close      bool
}

// markup is where the tags of a text are. It is read once, so that nothing has to
// search for the end of a tag again.
type markup struct {
	list   []tag
	at     int            // the next tag to look at
	closes map[string]int // index of the last closing tag of a name
}

func readMarkup(s string) *markup {
	m := &markup{closes: map[string]int{}}
	z := html.NewTokenizer(strings.NewReader(s))
	for pos := 0; ; {
		kind := z.Next()
		start := pos
		pos += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			return m
		case html.TextToken:
			continue
		}
		t := tag{start: start, end: pos, close: kind == html.EndTagToken}
		if kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken {
			name, _ := z.TagName()
			t.name = string(name)
		}
		if t.close {
			m.closes[t.name] = len(m.list)
		}
		m.list = append(m.list, t)
	}
}

// closing finds the closing tag for the tag at index i, -1 when there is none.
func (m *markup) closing(i int) int {
	name := m.list[i].name
	last, ok := m.closes[name]
	if !ok || last < i {
		return -1
	}
	for j := i + 1; j <= last; j++ {
		if m.list[j].close && m.list[j].name == name {
			return j
		}
	}
	return -1
}

// verbatimTags are elements in which brackets are only brackets.
var verbatimTags = set("pre code script style textarea iframe svg math")

// untouched is the number of bytes from pos on that belong to a tag, or to an
// element whose text is not to be read; 0 where no tag begins. pos only grows.
func (m *markup) untouched(pos int) int {
	for m.at < len(m.list) && m.list[m.at].start < pos {
		m.at++
	}
	if m.at == len(m.list) || m.list[m.at].start != pos {
		return 0
	}
	end := m.list[m.at].end
	if t := m.list[m.at]; verbatimTags[t.name] && !t.close {
		if c := m.closing(m.at); c >= 0 {
			end = m.list[c].end
		}
	}
	return end - pos
}
