package document

import (
	"path"
	"strconv"
	"strings"
)

// defaultSizes follow the text column of the article page.
const defaultSizes = "(min-width: 42rem) 38rem, 100vw"

// picture finds how to show a photo; false when readers can't be shown it.
func (r *renderer) picture(p *Photo) (Picture, bool) {
	if p.Media != "" && r.o.Picture != nil {
		if pic, ok := r.o.Picture(p.Media); ok {
			return pic, true
		}
	}
	if r.o.Sources && p.Source != "" {
		return Picture{Src: p.Source, Width: p.Width, Height: p.Height}, true
	}
	return Picture{}, false
}

func (r *renderer) figure(b *Base, p *Photo) {
	pic, ok := r.picture(p)
	caption, credit := p.Caption, p.Credit
	if len(caption) == 0 {
		caption = Plain(oneLine(pic.Caption))
	}
	if credit == "" {
		credit = pic.Credit
	}
	if !ok && p.Source == "" && len(caption) == 0 {
		return
	}
	r.open("figure", b, "")
	r.raw(">")
	if ok {
		r.img(p, pic)
	} else {
		r.missing(p)
	}
	r.figcaption(caption, credit, p.CreditLink)
	r.raw("</figure>\n")
}

func (r *renderer) img(p *Photo, pic Picture) {
	alt := p.Alt
	if alt == "" && !p.Decorative {
		alt = pic.Alt
	}
	if p.Link != "" {
		href := r.href(p.Link)
		r.raw("<a")
		r.attr("href", href)
		if alt == "" {
			r.attr("aria-label", r.o.Texts.Picture)
		}
		r.raw(r.rel(href), ">")
	}
	r.raw("<img")
	r.attr("src", r.href(pic.Src))
	if pic.SrcSet != "" && !r.o.Feed {
		sizes := pic.Sizes
		if sizes == "" {
			sizes = defaultSizes
		}
		r.attr("srcset", pic.SrcSet)
		r.attr("sizes", sizes)
	}
	r.attrInt("width", pic.Width)
	r.attrInt("height", pic.Height)
	r.raw(` alt="`, escapeAttr.Replace(alt), `"`)
	if !r.o.Feed {
		r.raw(` loading="lazy" decoding="async"`)
	}
	r.raw(">")
	if p.Link != "" {
		r.raw("</a>")
	}
}

// missing stands for a picture that we don't have: a link to where it was. The
// page itself never loads from there.
func (r *renderer) missing(p *Photo) {
	if p.Source == "" {
		return
	}
	label := p.Alt
	if label == "" {
		label = r.o.Texts.Picture
	}
	r.raw("<p>")
	r.inline(Inline{{Text: label, Link: Link{Href: p.Source}}})
	r.raw("</p>")
}

func (r *renderer) figcaption(caption Inline, credit, creditLink string) {
	if len(caption) == 0 && credit == "" {
		return
	}
	r.raw("<figcaption>")
	r.inline(caption)
	if credit != "" {
		if len(caption) > 0 {
			r.raw(" ")
		}
		r.raw(`<span class="credit">`)
		r.inline(Inline{{Text: credit, Link: Link{Href: creditLink}}})
		r.raw("</span>")
	}
	r.raw("</figcaption>")
}

func (r *renderer) gallery(b *Gallery) {
	if !r.shows(b) {
		r.note(b.Caption)
		return
	}
	r.open("figure", &b.Base, "gallery")
	r.kind(b)
	if !r.o.Feed && len(b.Caption) == 0 {
		r.attr("aria-label", r.o.Texts.Gallery)
	}
	r.raw(">")
	for i := range b.Images {
		r.figure(&Base{}, &b.Images[i])
	}
	r.figcaption(b.Caption, "", "")
	r.raw("</figure>\n")
}

// shows tells whether anything of a gallery can be shown.
func (r *renderer) shows(b *Gallery) bool {
	for i := range b.Images {
		p := &b.Images[i]
		if _, ok := r.picture(p); ok || p.Source != "" || len(p.Caption) > 0 {
			return true
		}
	}
	return false
}

// embed writes a box that names the other site and loads nothing from it.
func (r *renderer) embed(b *Embed) {
	host := hostOf(b.URL)
	label := b.Title
	if label == "" {
		label = fill(r.o.Texts.Elsewhere, "{host}", host)
	}
	if r.o.Feed {
		r.said(b)
		r.raw("<p>")
		r.inline(Inline{{Text: label, Link: Link{Href: b.URL}}})
		r.raw("</p>\n")
		r.note(b.Caption)
		return
	}
	r.open("div", &b.Base, "embed")
	r.kind(b)
	r.raw(` role="group"`)
	r.attr("aria-label", label)
	r.raw(">")
	if b.Title != "" {
		r.raw("<strong>")
		r.text(b.Title)
		r.raw("</strong>")
	}
	r.said(b)
	r.raw(`<p class="warning">`)
	r.text(fill(r.o.Texts.Foreign, "{host}", host))
	r.raw(`</p><p class="load"><a class="btn alt"`)
	r.attr("href", r.href(b.URL))
	r.raw(` rel="noopener">`)
	r.text(r.o.Texts.Load)
	r.raw("</a></p>")
	r.note(b.Caption)
	r.raw("</div>\n")
}

// said writes the words that a post had when it was brought in.
func (r *renderer) said(b *Embed) {
	if len(b.Fallback) > 0 {
		r.raw("<blockquote><p>")
		r.inline(b.Fallback)
		r.raw("</p></blockquote>")
	}
}

// note writes a caption that has no figure.
func (r *renderer) note(caption Inline) {
	if len(caption) > 0 {
		r.raw(`<p class="cap">`)
		r.inline(caption)
		r.raw("</p>\n")
	}
}

// media finds where a file, sound or film may be had.
func (r *renderer) media(id, source string) (m Media, own bool) {
	if id != "" && r.o.File != nil {
		if m, ok := r.o.File(id); ok {
			return m, true
		}
	}
	return Media{Href: source}, false
}

func (r *renderer) file(b *File) {
	m, own := r.media(b.Media, b.Source)
	if m.Href == "" {
		return
	}
	title := b.Title
	if title == "" {
		title = path.Base(strings.TrimRight(m.Href, "/"))
	}
	href := r.href(m.Href)
	r.open("p", &b.Base, "file")
	r.kind(b)
	r.raw("><a")
	r.attr("href", href)
	if own {
		r.raw(" download")
	}
	r.raw(r.rel(href), ">")
	r.text(title)
	r.raw("</a>")
	if m.Note != "" {
		r.raw(` <span class="meta">`)
		r.text(m.Note)
		r.raw("</span>")
	}
	r.raw("</p>\n")
}

// recording writes a player for media of ours, and the embed box for others.
func (r *renderer) recording(b *Base, rec *Recording, tag, poster string) {
	m, own := r.media(rec.Media, rec.Source)
	switch {
	case m.Href == "":
	case r.o.Feed || (!own && !r.o.Sources):
		r.embed(&Embed{Base: *b, URL: m.Href, Title: rec.Title, Caption: rec.Caption})
	default:
		r.player(b, rec, m.Href, tag, poster)
	}
	r.transcript(rec)
}

func (r *renderer) player(b *Base, rec *Recording, href, tag, poster string) {
	r.open("figure", b, "media")
	r.raw(">")
	if rec.Title != "" {
		r.raw(`<p class="t">`)
		r.text(rec.Title)
		r.raw("</p>")
	}
	r.raw("<", tag, ` controls preload="none"`)
	r.attr("src", r.href(href))
	r.attr("aria-label", rec.Title)
	if poster != "" && r.o.Picture != nil {
		if pic, ok := r.o.Picture(poster); ok {
			r.attr("poster", r.href(pic.Src))
		}
	}
	r.raw("></", tag, ">")
	r.figcaption(rec.Caption, "", "")
	r.raw("</figure>\n")
}

func (r *renderer) transcript(rec *Recording) {
	if len(rec.Transcript) == 0 {
		return
	}
	r.raw(`<details class="transcript"><summary>`)
	r.text(r.o.Texts.Transcript)
	r.raw("</summary>")
	r.inBox(rec.Transcript)
	r.raw("</details>\n")
}

// table writes a table in a region that scrolls by itself.
func (r *renderer) table(b *Table) {
	if len(b.Rows) == 0 {
		r.note(b.Caption)
		return
	}
	captionID := r.o.Prefix + "t-" + b.ID
	if !r.o.Feed {
		r.raw(`<div class="scroll" role="region"`)
		if len(b.Caption) > 0 {
			r.attr("aria-labelledby", captionID)
		} else {
			r.attr("aria-label", r.o.Texts.Table)
		}
		r.raw(` tabindex="0">`)
	}
	r.open("table", &b.Base, "")
	r.raw(">")
	r.tableCaption(b, captionID)
	r.sections(b)
	r.raw("</table>")
	if !r.o.Feed {
		r.raw("</div>")
	}
	r.raw("\n")
}

func (r *renderer) tableCaption(b *Table, id string) {
	if len(b.Caption) == 0 {
		return
	}
	r.raw("<caption")
	if !r.o.Feed {
		r.attr("id", id)
	}
	r.raw(">")
	r.inline(b.Caption)
	r.raw("</caption>")
}

func (r *renderer) sections(b *Table) {
	head := min(b.HeaderRows, len(b.Rows))
	foot := max(head, len(b.Rows)-b.FooterRows)
	numeric := numericColumns(b, head, foot)
	parts := []struct {
		tag      string
		from, to int
	}{{"thead", 0, head}, {"tbody", head, foot}, {"tfoot", foot, len(b.Rows)}}
	for _, p := range parts {
		if p.from == p.to {
			continue
		}
		r.raw("<", p.tag, ">")
		for i := p.from; i < p.to; i++ {
			r.row(b, i, p.tag, p.to-i, numeric)
		}
		r.raw("</", p.tag, ">")
	}
}

// row writes one row; left is the number of rows to the end of its section,
// which a cell may not reach beyond.
func (r *renderer) row(b *Table, i int, section string, left int, numeric []bool) {
	r.raw("<tr>")
	for j := range b.Rows[i] {
		cell := &b.Rows[i][j]
		tag, scope := "td", ""
		empty := len(cell.Text) == 0 && len(cell.Blocks) == 0
		switch {
		case empty: // an empty header names nothing
		case section == "thead":
			tag, scope = "th", "col"
		case j == 0 && b.HeaderColumn:
			tag, scope = "th", "row"
		case cell.Header:
			tag = "th"
		}
		r.raw("<", tag)
		r.attr("scope", scope)
		if j < len(numeric) && numeric[j] {
			r.raw(` class="n"`)
		}
		if cell.Cols > 1 {
			r.attr("colspan", strconv.Itoa(cell.Cols))
		}
		if rows := min(cell.Rows, left); rows > 1 {
			r.attr("rowspan", strconv.Itoa(rows))
		}
		r.raw(">")
		r.inline(cell.Text)
		r.blocks(cell.Blocks)
		r.raw("</", tag, ">")
	}
	r.raw("</tr>")
}

// numericColumns tells which columns hold only figures; none where cells span.
func numericColumns(b *Table, head, foot int) []bool {
	var out []bool
	for i, row := range b.Rows {
		for j := range row {
			cell := &row[j]
			if cell.Cols > 1 || cell.Rows > 1 {
				return nil
			}
			if j >= len(out) {
				out = append(out, foot > head)
			}
			if i >= head && i < foot && (len(cell.Blocks) > 0 || !isFigure(cell.Text.String())) {
				out[j] = false
			}
		}
	}
	return out
}

// isFigure tells whether a cell holds a number, with its unit sign at most.
func isFigure(s string) bool {
	digit := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= '۰' && r <= '۹', r >= '٠' && r <= '٩':
			digit = true
		case strings.ContainsRune(" \u00a0\u202f.,'’+-−–%٪٫٬$€£¥/:", r):
		default:
			return false
		}
	}
	return digit || s == "–" || s == "-"
}
