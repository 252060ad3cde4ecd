package document

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Picture is what a page needs to show a medium. Alt, Caption and Credit are the
// library's own, used where the article gives none.
type Picture struct {
	Src, SrcSet, Sizes   string
	Width, Height        int // pixels of Src
	Alt, Caption, Credit string
}

// Media is what a page needs to offer a file, a sound or a film.
type Media struct {
	Href string
	Note string // such as "PDF, 1.2 MB"; may be empty
}

// HTMLOptions say how a document becomes HTML. All may be left zero.
type HTMLOptions struct {
	Picture func(mediaID string) (Picture, bool) // false: not to be shown
	File    func(mediaID string) (Media, bool)   // files, sound, film
	Article func(articleID string) (Link, bool)  // Href and Title of a related article
	Appeal  func(campaign string) string         // trusted HTML for an appeal block
	Time    func(time.Time) string               // for people; RFC 3339 when nil
	Texts   Texts                                // words of the interface; English when zero

	HeadingBase int             // HTML level of a level 2 heading, 2 to 4; 0 means 2
	Prefix      string          // before every id, for several documents on one page
	Base        string          // address of the article: makes addresses absolute, and marks own links
	Feed        bool            // for feeds and mail: absolute addresses, nothing that needs our CSS
	Marked      map[string]bool // ids of blocks that something on the page leads to; see MarkOf
	Sources     bool            // show media that are not in the library from their source; desk only
}

// Texts are the words that the renderer adds. {n}, {host} and {what} are
// replaced.
type Texts struct {
	Source     string // label of a footnote's number, {n}
	Sources    string // heading above the footnotes
	Back       string // label of the way back, {n}
	Load       string // the button of an embed
	Foreign    string // warning in an embed, {host}
	Elsewhere  string // label of an embed without a title, {host}
	Table      string // label of a table without a caption
	Picture    string // label of a picture without alt that is a link
	Gallery    string // label of a gallery
	Related    string // heading above related articles
	Transcript string // heading of a transcript
	Download   string // label of a file without a title
	Comma      string // between a speaker and the role
}

// English are the words used when Texts is zero.
var English = Texts{
	Source:     "Source {n}",
	Sources:    "Sources",
	Back:       "Back to text, source {n}",
	Load:       "Load",
	Foreign:    "This comes from {host}. If you load it, that site will learn your network address. Nothing is sent before you do.",
	Elsewhere:  "From {host}",
	Table:      "Table",
	Picture:    "Picture",
	Gallery:    "Pictures",
	Related:    "Related",
	Transcript: "Transcript",
	Download:   "Download",
	Comma:      ", ",
}

// HTML renders a document for readers: valid HTML without script, style
// attributes or foreign requests, everything escaped. Raw blocks are left out;
// the caller puts the result into an element of class "prose".
func HTML(d *Document, o HTMLOptions) string {
	r := newRenderer(d, o)
	r.blocks(d.Blocks)
	r.footnotes()
	return r.w.String()
}

type renderer struct {
	w       strings.Builder
	d       *Document
	o       HTMLOptions
	base    *url.URL
	origin  string
	anchors map[string]bool
	notes   map[string]*note
	order   []*note
	level   int // of the last heading in this document, as HTML
	shift   int // added to headings inside boxes
}

type note struct {
	*Footnote
	n    int
	refs int
}

func newRenderer(d *Document, o HTMLOptions) *renderer {
	r := &renderer{d: d, o: o, anchors: map[string]bool{}, notes: map[string]*note{}}
	if r.o.Texts == (Texts{}) {
		r.o.Texts = English
	}
	if o.HeadingBase < 2 || o.HeadingBase > 4 {
		r.o.HeadingBase = 2
	}
	r.level = r.o.HeadingBase - 1
	if base, err := url.Parse(o.Base); err == nil && base.Host != "" {
		r.base, r.origin = base, base.Scheme+"://"+base.Host+"/"
	}
	d.Walk(func(b Block) bool {
		r.anchors[b.base().Anchor] = true
		return true
	})
	r.number()
	return r
}

// number gives the footnotes their numbers by first reference; those that
// nothing refers to follow.
func (r *renderer) number() {
	for i := range r.d.Footnotes {
		f := &r.d.Footnotes[i]
		r.notes[f.ID] = &note{Footnote: f}
	}
	add := func(id string) {
		if n := r.notes[id]; n != nil && n.n == 0 {
			r.order = append(r.order, n)
			n.n = len(r.order)
		}
	}
	r.d.Inlines(func(in *Inline) {
		for _, s := range *in {
			add(s.Note)
		}
	})
	for i := range r.d.Footnotes {
		add(r.d.Footnotes[i].ID)
	}
}

func (r *renderer) raw(parts ...string) {
	for _, p := range parts {
		r.w.WriteString(p)
	}
}

// Text and attributes are escaped no more than each needs: a page has little room.
var (
	escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
	escapeAttr = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\r", "&#13;")
)

func (r *renderer) text(s string) { _, _ = escapeText.WriteString(&r.w, s) }

// attr writes an attribute; nothing for an empty value.
func (r *renderer) attr(name, value string) {
	if value != "" {
		r.raw(" ", name, `="`, escapeAttr.Replace(value), `"`)
	}
}

func (r *renderer) attrInt(name string, n int) {
	if n > 0 {
		r.attr(name, strconv.Itoa(n))
	}
}

// open writes a start tag with what every block may carry.
func (r *renderer) open(tag string, b *Base, class string) {
	r.raw("<", tag)
	r.attr("class", class)
	if b.Anchor != "" && !r.o.Feed {
		r.attr("id", r.o.Prefix+"a-"+b.Anchor)
	} else if r.o.Marked[b.ID] && !r.o.Feed {
		r.attr("id", r.o.Prefix+"b-"+b.ID)
	}
	r.attr("lang", b.Lang)
	dir := b.Dir
	if dir == "" && b.Lang != "" {
		dir = Dir(b.Lang)
	}
	r.attr("dir", dir)
	// The caller adds attributes and closes the tag.
}

// MarkOf is the id that a block has on a page without a prefix, where it has an
// anchor or is among HTMLOptions.Marked.
func MarkOf(b Block) string {
	if a := b.base().Anchor; a != "" {
		return "a-" + a
	}
	return "b-" + b.base().ID
}

// kind marks a block whose elements alone would not tell what it is, so that
// scripts and a later import know it.
func (r *renderer) kind(b Block) {
	if !r.o.Feed {
		r.attr("data-kind", b.Kind())
	}
}

func fill(text, key, value string) string { return strings.ReplaceAll(text, key, value) }

// blocks renders a list of blocks.
func (r *renderer) blocks(list []Block) {
	for _, b := range list {
		r.block(b)
	}
}

func (r *renderer) block(b Block) {
	switch b := b.(type) {
	case *Paragraph:
		r.open("p", &b.Base, "")
		r.raw(">")
		r.inline(b.Text)
		r.raw("</p>\n")
	case *Heading:
		r.heading(&b.Base, b.Level+r.shift, b.Text)
	case *List:
		r.list(b)
	case *Quote:
		r.quote(b)
	case *PullQuote:
		r.pull(b)
	case *Image:
		r.figure(&b.Base, &b.Photo)
	case *Gallery:
		r.gallery(b)
	case *Embed:
		r.embed(b)
	case *Table:
		r.table(b)
	case *Code:
		r.code(b)
	case *Divider:
		r.open("hr", &b.Base, "")
		r.raw(">\n")
	case *Related:
		r.related(b)
	case *Factbox:
		r.factbox(b)
	case *Appeal:
		if r.o.Appeal != nil && !r.o.Feed {
			r.raw(r.o.Appeal(b.Campaign))
		}
	case *Live:
		r.live(b)
	case *File:
		r.file(b)
	case *Audio:
		r.recording(&b.Base, &b.Recording, "audio", "")
	case *Video:
		r.recording(&b.Base, &b.Recording, "video", b.Poster)
	}
}

// heading writes a heading; levels never skip one, so that the outline of the
// page holds whatever was imported.
func (r *renderer) heading(b *Base, level int, text Inline) {
	level = min(level+r.o.HeadingBase-2, r.level+1, 6)
	r.level = level
	tag := "h" + strconv.Itoa(level)
	r.open(tag, b, "")
	r.raw(">")
	r.inline(text)
	r.raw("</", tag, ">\n")
}

func (r *renderer) list(b *List) {
	tag := map[string]string{Numbers: "ol", Terms: "dl"}[b.Style]
	if tag == "" {
		tag = "ul"
	}
	r.open(tag, &b.Base, "")
	if b.Style == Numbers && b.Start > 1 {
		r.attrInt("start", b.Start)
	}
	r.raw(">")
	for i := range b.Items {
		r.item(b, i)
	}
	r.raw("</", tag, ">\n")
}

func (r *renderer) item(b *List, i int) {
	it := &b.Items[i]
	tag := "li"
	if b.Style == Terms {
		tag = "dd"
		if len(it.Term) > 0 {
			r.raw("<dt>")
			r.inline(it.Term)
			r.raw("</dt>")
		}
		// Several terms may share the explanation that follows them.
		last := i == len(b.Items)-1
		if len(it.Text) == 0 && len(it.Blocks) == 0 && !last && len(b.Items[i+1].Term) > 0 {
			return
		}
	}
	r.raw("<", tag, ">")
	r.inline(it.Text)
	r.blocks(it.Blocks)
	r.raw("</", tag, ">")
}

func (r *renderer) quote(b *Quote) {
	r.open("blockquote", &b.Base, "")
	r.attr("cite", r.href(b.Source))
	r.raw(">")
	r.blocks(b.Blocks)
	if len(b.Speaker) > 0 || b.Role != "" || b.Source != "" {
		r.raw("<footer>")
		r.speaker(b)
		r.raw("</footer>")
	}
	r.raw("</blockquote>\n")
}

// speaker writes who said it, linked to where; a source alone shows its host.
func (r *renderer) speaker(b *Quote) {
	who := b.Speaker
	if len(who) == 0 && b.Role == "" {
		who = Plain(hostOf(b.Source))
	}
	if b.Source != "" && !hasLink(who) {
		who = append(Inline(nil), who...)
		for i := range who {
			if who[i].Note == "" {
				who[i].Link.Href = b.Source
			}
		}
	}
	r.inline(who)
	if b.Role != "" {
		r.raw(`<span class="role">`)
		if len(who) > 0 {
			r.text(r.o.Texts.Comma)
		}
		r.text(b.Role)
		r.raw("</span>")
	}
}

func hasLink(in Inline) bool {
	for _, s := range in {
		if s.Link.Href != "" {
			return true
		}
	}
	return false
}

func (r *renderer) pull(b *PullQuote) {
	if r.o.Feed {
		return // it only repeats the body
	}
	r.open("p", &b.Base, "pull side")
	r.raw(">")
	r.inline(b.Text)
	if len(b.Speaker) > 0 {
		r.raw("<cite>")
		r.inline(b.Speaker)
		r.raw("</cite>")
	}
	r.raw("</p>\n")
}

func (r *renderer) code(b *Code) {
	r.open("pre", &b.Base, "")
	if !r.o.Feed {
		r.raw(` tabindex="0"`) // it scrolls, so a keyboard must reach it
	}
	r.raw("><code")
	if b.Language != "" {
		r.attr("class", "language-"+b.Language)
	}
	r.raw(">")
	r.text(b.Text)
	r.raw("</code></pre>\n")
}

func (r *renderer) related(b *Related) {
	var links []Link
	for _, ref := range b.Items {
		if l, ok := r.reference(ref); ok {
			links = append(links, l)
		}
	}
	if len(links) == 0 {
		return
	}
	r.open("div", &b.Base, "box related")
	r.kind(b)
	r.raw(">")
	r.boxTitle(Plain(r.o.Texts.Related))
	r.raw("<ul>")
	for _, l := range links {
		r.raw("<li>")
		r.inline(Inline{{Text: l.Title, Link: Link{Href: l.Href}}})
		r.raw("</li>")
	}
	r.raw("</ul></div>\n")
}

func (r *renderer) reference(ref Reference) (Link, bool) {
	if ref.Article != "" {
		if r.o.Article == nil {
			return Link{}, false
		}
		l, ok := r.o.Article(ref.Article)
		if ref.Title != "" {
			l.Title = ref.Title
		}
		return l, ok
	}
	if ref.Title == "" {
		ref.Title = ref.Href
	}
	return Link{ref.Href, ref.Title}, true
}

// boxTitle writes the heading of a box, on the level of the text's own headings.
func (r *renderer) boxTitle(title Inline) {
	if len(title) > 0 {
		r.heading(&Base{}, 2, title)
	}
}

// inBox renders blocks whose headings stand below the title of their box.
func (r *renderer) inBox(list []Block) {
	old := r.shift
	r.shift = 1
	r.blocks(list)
	r.shift = old
}

// smallBox is the number of words up to which a fact box stands in the margin.
const smallBox = 60

func (r *renderer) factbox(b *Factbox) {
	class := "box"
	if fitsMargin(b) {
		class = "box side"
	}
	r.open("div", &b.Base, class)
	r.kind(b)
	r.raw(">")
	r.boxTitle(b.Title)
	r.inBox(b.Blocks)
	r.raw("</div>\n")
}

func fitsMargin(b *Factbox) bool {
	words := CountWords(b.Title.String())
	narrow := true
	walkBlocks(b.Blocks, func(in Block) bool {
		switch in.(type) {
		case *Paragraph, *List, *Heading:
		default:
			narrow = false
		}
		return narrow
	})
	v := &inlineVisitor{visit: func(in *Inline) { words += CountWords(in.String()) }}
	v.blocks("blocks", &b.Blocks)
	return narrow && words <= smallBox
}

func (r *renderer) live(b *Live) {
	r.open("article", &b.Base, "entry")
	r.kind(b)
	r.raw(">")
	if !b.At.IsZero() {
		stamp := b.At.UTC().Format(time.RFC3339)
		r.raw(`<p class="meta"><time datetime="`, stamp, `">`)
		if r.o.Time != nil {
			stamp = r.o.Time(b.At)
		}
		r.text(stamp)
		r.raw("</time></p>")
	}
	r.boxTitle(b.Headline)
	r.inBox(b.Blocks)
	r.raw("</article>\n")
}
