package document

import (
	"strconv"
	"strings"
)

// layer is one element around a span. Layers are compared to see which may stay
// open from one span to the next.
type layer struct{ open, close string }

// inline renders running text, each element spanning as many spans as it can.
func (r *renderer) inline(in Inline) {
	var stack, want []layer
	for _, s := range in {
		want = r.layers(want[:0], s)
		keep := 0
		for keep < len(stack) && keep < len(want) && stack[keep] == want[keep] {
			keep++
		}
		r.unwind(stack[keep:])
		stack = append(stack[:keep], want[keep:]...)
		for _, l := range stack[keep:] {
			r.raw(l.open)
		}
		r.span(s)
	}
	r.unwind(stack)
}

func (r *renderer) unwind(open []layer) {
	for i := len(open) - 1; i >= 0; i-- {
		r.raw(open[i].close)
	}
}

func (r *renderer) span(s Span) {
	switch {
	case s.Break:
		r.raw("<br>")
	case s.Note != "":
		r.noteRef(s.Note)
	default:
		r.text(s.Text)
	}
}

// layers lists the elements around a span from the outside in.
func (r *renderer) layers(out []layer, s Span) []layer {
	if s.Link.Href != "" {
		out = append(out, layer{r.linkTag(s.Link), "</a>"})
	}
	if s.Lang != "" || s.Dir != "" || s.BDI {
		out = append(out, spanLayer(s))
	}
	marks := []struct {
		on  bool
		tag string
	}{{s.Strong, "strong"}, {s.Em, "em"}, {s.Strike, "s"}, {s.Sub, "sub"}, {s.Sup, "sup"}, {s.Code, "code"}}
	for _, m := range marks {
		if m.on {
			out = append(out, layer{"<" + m.tag + ">", "</" + m.tag + ">"})
		}
	}
	return out
}

func spanLayer(s Span) layer {
	tag, attrs := "span", ""
	if s.BDI {
		tag = "bdi"
	}
	dir := s.Dir
	if dir == "" && s.Lang != "" && !s.BDI {
		dir = Dir(s.Lang)
	}
	if s.Lang != "" {
		attrs = ` lang="` + escapeAttr.Replace(s.Lang) + `"`
	}
	if dir != "" {
		attrs += ` dir="` + escapeAttr.Replace(dir) + `"`
	}
	return layer{"<" + tag + attrs + ">", "</" + tag + ">"}
}

func (r *renderer) linkTag(l Link) string {
	href := r.href(l.Href)
	tag := `<a href="` + escapeAttr.Replace(href) + `"`
	if l.Title != "" {
		tag += ` title="` + escapeAttr.Replace(l.Title) + `"`
	}
	return tag + r.rel(href) + ">"
}

// rel keeps a foreign page from reaching back to ours; own links need none.
func (r *renderer) rel(href string) string {
	if !isWeb(href) || (r.origin != "" && strings.HasPrefix(href, r.origin)) {
		return ""
	}
	return ` rel="noopener"`
}

// href gives the address to write. The codec refuses bad ones; a document that
// was made in memory and never checked gets its bad addresses blunted here.
func (r *renderer) href(s string) string {
	if s == "" {
		return ""
	}
	if urlFault(s) != "" {
		return "#"
	}
	if name, ok := strings.CutPrefix(s, "#"); ok && r.anchors[name] && name != "" && !r.o.Feed {
		return "#" + r.o.Prefix + "a-" + name
	}
	if r.o.Feed {
		if strings.HasPrefix(s, "#") {
			return r.o.Base + s
		}
		return resolve(r.base, s)
	}
	return s
}

func (r *renderer) noteRef(id string) {
	n := r.notes[id]
	if n == nil {
		return
	}
	num := strconv.Itoa(n.n)
	if r.o.Feed {
		r.raw("<sup>[", num, "]</sup>")
		return
	}
	n.refs++
	r.raw(`<sup><a href="#`, escapeAttr.Replace(r.o.Prefix), "fn", num, `" id="`, escapeAttr.Replace(r.refID(n, n.refs)), `"`)
	r.attr("aria-label", fill(r.o.Texts.Source, "{n}", num))
	r.raw(">", num, "</a></sup>")
}

// refID is the id of the k-th reference to a note.
func (r *renderer) refID(n *note, k int) string {
	id := r.o.Prefix + "r" + strconv.Itoa(n.n)
	if k > 1 {
		id += "-" + strconv.Itoa(k)
	}
	return id
}

// footnotes writes the list of sources with the ways back.
func (r *renderer) footnotes() {
	if len(r.order) == 0 {
		return
	}
	head := escapeText.Replace(r.o.Texts.Sources)
	tag := "h" + strconv.Itoa(min(r.o.HeadingBase, r.level+1))
	if r.o.Feed {
		r.raw("<", tag, ">", head, "</", tag, ">\n<ol>")
	} else {
		id := escapeAttr.Replace(r.o.Prefix + "sources")
		r.raw(`<section class="src" aria-labelledby="`, id, `"><`, tag, ` id="`, id, `">`, head, "</", tag, "><ol>")
	}
	for _, n := range r.order {
		r.footnote(n)
	}
	r.raw("</ol>")
	if !r.o.Feed {
		r.raw("</section>\n")
	}
}

func (r *renderer) footnote(n *note) {
	num := strconv.Itoa(n.n)
	r.raw("<li")
	if !r.o.Feed {
		r.attr("id", r.o.Prefix+"fn"+num)
	}
	r.raw(">")
	r.inline(n.Text)
	if !r.o.Feed {
		for k := 1; k <= n.refs; k++ {
			r.raw(` <a href="#`, escapeAttr.Replace(r.refID(n, k)), `"`)
			r.attr("aria-label", fill(r.o.Texts.Back, "{n}", num))
			r.raw(">↩</a>")
		}
	}
	r.raw("</li>")
}
