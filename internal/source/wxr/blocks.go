package wxr

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"masthead.dev/masthead/internal/document"
)

// converter turns the content of one item into a document. Blocks that HTML
// can't say are made at once and take their place through a slot element.
type converter struct {
	it      *rawItem
	lang    string
	seed    string
	slot    string // name of the slot element; nowhere in the content
	slots   []document.Block
	dropped map[string]int
	opened  map[string]int // unknown shortcodes whose closing tag is to come
	notes   []string       // HTML of footnotes that shortcodes wrote into the text
}

func newConverter(it *rawItem, site Site) *converter {
	base := site.BaseBlogURL
	if base == "" {
		base = site.Link
	}
	return &converter{it: it, lang: site.Language, seed: base + " " + it.Source, dropped: map[string]int{}, opened: map[string]int{}}
}

func (c *converter) convert(content string) (*document.Document, document.Report) {
	content = strings.ReplaceAll(valid(content), "\r\n", "\n")
	content = strings.ReplaceAll(content, "\r", "\n")
	c.slot = "mh-slot"
	for strings.Contains(strings.ToLower(content), c.slot) {
		c.slot += "-x"
	}
	var out strings.Builder
	if strings.Contains(content, "<!-- wp:") {
		c.gutenberg(&out, content)
	} else {
		c.classic(&out, content)
	}
	c.noteList(&out)
	d, rep := document.ImportHTML(out.String(), document.ImportOptions{
		Lang: c.lang, Seed: c.seed, Ref: mediaRef, Element: c.element, AutoEmbed: true,
	})
	for what, n := range c.dropped {
		rep.Dropped[what] += n
	}
	return d, rep
}

// element puts a block into its slot.
func (c *converter) element(tag string, attr func(string) string) ([]document.Block, bool) {
	if tag != c.slot {
		return nil, false
	}
	n, err := strconv.Atoi(attr("n"))
	if err != nil || n < 0 || n >= len(c.slots) || c.slots[n] == nil {
		return nil, true
	}
	b := c.slots[n]
	c.slots[n] = nil // a slot is filled once
	return []document.Block{b}, true
}

// place keeps a block and writes its slot.
func (c *converter) place(out *strings.Builder, b document.Block) {
	fmt.Fprintf(out, `<%s n="%d"></%s>`, c.slot, len(c.slots), c.slot)
	c.slots = append(c.slots, b)
}

func (c *converter) raw(out *strings.Builder, source, reason string) {
	c.place(out, &document.Raw{HTML: cleanRaw(source), Reason: reason})
}

// cleanRaw takes out what XML let through and a document does not.
func cleanRaw(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

var imageClass = regexp.MustCompile(`(?:^|\s)wp-image-(\d+)(?:\s|$)`)

// mediaRef finds the attachment that an element shows.
func mediaRef(attr func(string) string) string {
	if m := imageClass.FindStringSubmatch(attr("class")); m != nil {
		return m[1]
	}
	for _, name := range []string{"data-mh-ref", "data-id", "data-attachment-id"} {
		if id := attr(name); digits.MatchString(id) {
			return id
		}
	}
	return ""
}

var digits = regexp.MustCompile(`^\d{1,18}$`)

// delimiter is a comment that opens or closes a block.
type delimiter struct {
	start, end int // of the comment
	close      bool
	void       bool // opens and closes at once
	name       string
	attrs      string
	match      int // index of the delimiter that closes this one; past the last when none does
}

var delimiterText = regexp.MustCompile(`^\s+(/)?wp:([a-z][a-z0-9_-]*/)?([a-z][a-z0-9_-]*)\s+(?s:(\{.*\})\s+)?(/)?$`)

// delimiters finds the block comments of a text.
func delimiters(s string) []delimiter {
	var out []delimiter
	for pos := 0; ; {
		i := strings.Index(s[pos:], "<!--")
		if i < 0 {
			break
		}
		start := pos + i
		j := strings.Index(s[start+4:], "-->")
		if j < 0 {
			break
		}
		pos = start + 4 + j + 3
		m := delimiterText.FindStringSubmatch(s[start+4 : pos-3])
		if m == nil {
			continue
		}
		out = append(out, delimiter{start: start, end: pos, close: m[1] != "", void: m[5] != "",
			name: strings.TrimPrefix(m[2], "core/") + m[3], attrs: m[4]})
	}
	pair(out)
	return out
}

// pair finds for every opening comment the one that closes it. A closing comment
// that nothing opened is ignored; a block that is never closed ends with the text.
func pair(list []delimiter) {
	var open []int
	count := map[string]int{}
	for i := range list {
		d := &list[i]
		d.match = len(list)
		switch {
		case d.void:
			d.match = i
		case !d.close:
			open = append(open, i)
			count[d.name]++
		case count[d.name] > 0:
			for {
				top := open[len(open)-1]
				open = open[:len(open)-1]
				count[list[top].name]--
				list[top].match = i
				if list[top].name == d.name {
					break
				}
			}
		}
	}
}

// walker goes through the blocks of a text.
type walker struct {
	*converter
	out  *strings.Builder
	s    string
	list []delimiter
	pos  int   // in s
	open []int // where the open blocks end whose content is passed on as it is
}

// gutenberg passes on the HTML of blocks without the comments, and makes
// something of those whose HTML is not what readers see.
func (c *converter) gutenberg(out *strings.Builder, s string) {
	w := &walker{converter: c, out: out, s: s, list: delimiters(s)}
	for i := 0; i < len(w.list); i++ {
		d := w.list[i]
		w.between(d.start)
		w.pos = d.end
		switch {
		case d.close:
			for len(w.open) > 0 && w.open[len(w.open)-1] <= i {
				w.open = w.open[:len(w.open)-1]
			}
		case w.block(d, i):
			i = min(d.match, len(w.list)-1)
			w.pos = w.endOf(d)
		default:
			w.open = append(w.open, d.match)
		}
	}
	w.between(len(s))
}

// between handles what stands before the next comment: text between blocks is
// from the classic editor.
func (w *walker) between(end int) {
	part := w.s[w.pos:end]
	switch {
	case len(w.open) > 0:
		w.shortcodes(w.out, part)
	case strings.TrimSpace(part) != "":
		w.classic(w.out, part)
	}
}

// endOf is where a block ends, its closing comment included.
func (w *walker) endOf(d delimiter) int {
	if d.match < len(w.list) {
		return w.list[d.match].end
	}
	return len(w.s)
}

// inner is what stands between the two comments of a block.
func (w *walker) inner(d delimiter) string {
	switch {
	case d.void:
		return ""
	case d.match < len(w.list):
		return w.s[d.end:w.list[d.match].start]
	}
	return w.s[d.end:]
}

// block handles a block as a whole, or says false: then its content is passed on.
func (w *walker) block(d delimiter, i int) bool {
	switch name, _, _ := strings.Cut(d.name, "/"); {
	case d.name == "spacer", d.name == "more", d.name == "nextpage":
		w.dropped[d.name]++
	case d.name == "embed", name == "core-embed":
		w.embed(d)
	case d.name == "shortcode", d.name == "freeform":
		w.classic(w.out, w.inner(d))
	case d.name == "file":
		w.file(d)
	case d.name == "audio", d.name == "video":
		w.player(d)
	case d.name == "footnotes":
		w.footnotes()
	case d.name == "social-links":
		w.social(d, i)
	case d.name == "block":
		w.raw(w.out, w.s[d.start:w.endOf(d)], "the reusable block "+d.attr("ref")+", whose text the export keeps elsewhere")
	case dynamic(d.name):
		w.raw(w.out, w.s[d.start:w.endOf(d)], fmt.Sprintf("the block %q, which WordPress fills anew for every page", d.name))
	case d.void:
		w.raw(w.out, w.s[d.start:d.end], fmt.Sprintf("the block %q, which has no text of its own", d.name))
	case d.name == "cover", d.name == "media-text":
		w.background(d, i)
		return false
	default:
		return false
	}
	return true
}

var dynamicBlocks = set(`archives avatar calendar categories latest-comments latest-posts loginout read-more rss search
	tag-cloud template-part term-description pattern legacy-widget widget-group home-link page-list page-list-item`)

// dynamic tells whether WordPress draws a block at each visit; what the export
// holds of it is a template and not text.
func dynamic(name string) bool {
	if dynamicBlocks[name] {
		return true
	}
	for _, prefix := range []string{"post-", "comment", "query", "site-", "navigation"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// attr reads one attribute of a block's comment as text.
func (d delimiter) attr(name string) string {
	var all map[string]any
	if json.Unmarshal([]byte(d.attrs), &all) != nil {
		return ""
	}
	switch v := all[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

var figcaption = regexp.MustCompile(`(?s)<figcaption[^>]*>.*</figcaption>`)

// embed writes a frame for the address; the importer makes the embed of it.
func (w *walker) embed(d delimiter) {
	address := d.attr("url")
	if !isWeb(address) {
		w.raw(w.out, w.s[d.start:w.endOf(d)], "an embed without a web address")
		return
	}
	w.out.WriteString(`<figure><iframe src="` + html.EscapeString(address) + `"></iframe>`)
	w.shortcodes(w.out, figcaption.FindString(w.inner(d)))
	w.out.WriteString("</figure>")
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

var firstLink = regexp.MustCompile(`(?s)<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>`)

// file reads a download: the first link names it, the second is only a button.
func (w *walker) file(d delimiter) {
	href, title := d.attr("href"), ""
	if m := firstLink.FindStringSubmatch(w.inner(d)); m != nil {
		title = plain(m[2])
		if href == "" {
			href = html.UnescapeString(m[1])
		}
	}
	if !isWeb(href) {
		w.shortcodes(w.out, w.inner(d))
		return
	}
	fmt.Fprintf(w.out, `<p data-kind="%s"><a href="%s" data-mh-ref="%s">%s</a></p>`, document.KindFile,
		html.EscapeString(href), html.EscapeString(d.attr("id")), html.EscapeString(title))
}

// player passes sound and film on, with the number of the attachment.
func (w *walker) player(d delimiter) {
	inner := w.inner(d)
	if id := d.attr("id"); digits.MatchString(id) {
		inner = strings.Replace(inner, "<"+d.name, "<"+d.name+` data-mh-ref="`+id+`"`, 1)
	}
	w.shortcodes(w.out, inner)
}

// background brings a picture that older WordPress put into a style attribute.
func (w *walker) background(d delimiter, i int) {
	address := d.attr("url")
	next := len(w.s)
	if i+1 < len(w.list) {
		next = w.list[i+1].start
	}
	head := w.s[d.end:next]
	if address == "" || d.attr("backgroundType") == "video" || strings.Contains(head, "<img") || strings.Contains(head, "<video") {
		return
	}
	fmt.Fprintf(w.out, `<figure><img src="%s" alt="" data-mh-ref="%s"></figure>`, html.EscapeString(address), html.EscapeString(d.attr("id")))
}

// social turns the row of service buttons into a list of links.
func (w *walker) social(d delimiter, i int) {
	w.out.WriteString("<ul>")
	for _, link := range w.list[i:min(d.match, len(w.list))] {
		if link.name == "social-link" && !link.close {
			name := link.attr("label")
			if name == "" {
				name = link.attr("service")
			}
			fmt.Fprintf(w.out, `<li><a href="%s">%s</a></li>`, html.EscapeString(link.attr("url")), html.EscapeString(name))
		}
	}
	w.out.WriteString("</ul>")
}

// footnotes writes the notes that WordPress keeps beside the post.
func (c *converter) footnotes() {
	var notes []struct{ ID, Content string }
	if json.Unmarshal([]byte(c.it.footnotes), &notes) != nil {
		return
	}
	for _, n := range notes {
		c.notes = append(c.notes, fmt.Sprintf(`<li id="%s">%s</li>`, html.EscapeString(n.ID), n.Content))
	}
}

// noteList ends the text with the footnotes that were found in it.
func (c *converter) noteList(out *strings.Builder) {
	if len(c.notes) > 0 {
		out.WriteString("<ol>" + strings.Join(c.notes, "") + "</ol>")
	}
}
