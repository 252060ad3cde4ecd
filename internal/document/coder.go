package document

import "time"

// coder is handed to a block's fields method, which names every field once. The
// encoder, the decoder, the checker and the visitor of inline text are coders,
// so that what is written, read and checked can't drift apart. Field names come
// in the order of the canonical form.
type coder interface {
	text(key string, p *string) // one line or more of plain text
	name(key string, p *string) // id, language tag, anchor: no spaces
	code(key string, p *string) // text with tabs and line ends
	url(key string, p *string)  // a permitted address
	enum(key string, p *string, allowed ...string)
	number(key string, p *int, min, max int) // 0 is "not given" unless min > 0
	flag(key string, p *bool)
	time(key string, p *time.Time)
	inline(key string, p *Inline)
	blocks(key string, p *[]Block)
	list(key string, n int, make func(n int), each func(i int, c coder)) // objects
	grid(key string, p *[][]Cell)
	fail(key, format string, args ...any) // only the checker listens
}

func (b *Base) common(c coder) {
	c.name("id", &b.ID)
	c.name("lang", &b.Lang)
	c.enum("dir", &b.Dir, "", "ltr", "rtl")
	c.name("anchor", &b.Anchor)
}

func (b *Paragraph) fields(c coder) { c.inline("text", &b.Text) }

func (b *Heading) fields(c coder) {
	c.number("level", &b.Level, 2, 4)
	c.inline("text", &b.Text)
}

func (b *List) fields(c coder) {
	c.enum("style", &b.Style, Bullets, Numbers, Terms)
	c.number("start", &b.Start, 0, 1_000_000)
	c.list("items", len(b.Items), func(n int) { b.Items = make([]Item, n) }, func(i int, c coder) {
		it := &b.Items[i]
		c.inline("term", &it.Term)
		c.inline("text", &it.Text)
		c.blocks("blocks", &it.Blocks)
	})
	b.checkTerms(c)
}

func (b *List) checkTerms(c coder) {
	for i, it := range b.Items {
		if b.Style == Terms && i == 0 && len(it.Term) == 0 {
			c.fail("items[0]", "needs a term, because a list of terms begins with one")
		}
		if b.Style != Terms && len(it.Term) > 0 {
			c.fail("items", "may have terms only where the style is %q", Terms)
		}
	}
}

func (b *Quote) fields(c coder) {
	c.blocks("blocks", &b.Blocks)
	c.inline("speaker", &b.Speaker)
	c.text("role", &b.Role)
	c.url("source", &b.Source)
}

func (b *PullQuote) fields(c coder) {
	c.inline("text", &b.Text)
	c.inline("speaker", &b.Speaker)
}

func (p *Photo) fields(c coder) {
	c.name("media", &p.Media)
	c.url("source", &p.Source)
	c.text("ref", &p.Ref)
	c.text("alt", &p.Alt)
	c.flag("decorative", &p.Decorative)
	c.inline("caption", &p.Caption)
	c.text("credit", &p.Credit)
	c.url("credit_link", &p.CreditLink)
	c.url("link", &p.Link)
	c.number("width", &p.Width, 0, 1_000_000)
	c.number("height", &p.Height, 0, 1_000_000)
	if p.Media == "" && p.Source == "" && p.Ref == "" {
		c.fail("media", "must name a picture, unless source or ref does")
	}
}

func (b *Image) fields(c coder) { b.Photo.fields(c) }

func (b *Gallery) fields(c coder) {
	c.list("images", len(b.Images), func(n int) { b.Images = make([]Photo, n) }, func(i int, c coder) {
		b.Images[i].fields(c)
	})
	c.inline("caption", &b.Caption)
}

func (b *Embed) fields(c coder) {
	c.name("provider", &b.Provider)
	c.url("url", &b.URL)
	c.text("title", &b.Title)
	c.inline("fallback", &b.Fallback)
	c.inline("caption", &b.Caption)
	if !isWeb(b.URL) {
		c.fail("url", "must begin with http:// or https://")
	}
}

func (b *Table) fields(c coder) {
	c.inline("caption", &b.Caption)
	c.number("header_rows", &b.HeaderRows, 0, 1000)
	c.number("footer_rows", &b.FooterRows, 0, 1000)
	c.flag("header_column", &b.HeaderColumn)
	c.grid("rows", &b.Rows)
	if b.HeaderRows+b.FooterRows > len(b.Rows) {
		c.fail("header_rows", "and footer_rows count more rows than there are")
	}
}

func (cell *Cell) fields(c coder) {
	c.inline("text", &cell.Text)
	c.blocks("blocks", &cell.Blocks)
	c.flag("header", &cell.Header)
	c.number("cols", &cell.Cols, 0, 1000)
	c.number("rows", &cell.Rows, 0, 1000)
}

func (b *Code) fields(c coder) {
	c.text("language", &b.Language)
	c.code("text", &b.Text)
}

func (b *Divider) fields(coder) {}

func (b *Related) fields(c coder) {
	c.list("items", len(b.Items), func(n int) { b.Items = make([]Reference, n) }, func(i int, c coder) {
		r := &b.Items[i]
		c.name("article", &r.Article)
		c.url("href", &r.Href)
		c.text("title", &r.Title)
		if r.Article == "" && r.Href == "" {
			c.fail("article", "must name an article, unless href gives an address")
		}
	})
}

func (b *Factbox) fields(c coder) {
	c.inline("title", &b.Title)
	c.blocks("blocks", &b.Blocks)
}

func (b *Appeal) fields(c coder) { c.name("campaign", &b.Campaign) }

func (b *Live) fields(c coder) {
	c.time("at", &b.At)
	c.inline("headline", &b.Headline)
	c.blocks("blocks", &b.Blocks)
}

func (b *File) fields(c coder) {
	c.name("media", &b.Media)
	c.url("source", &b.Source)
	c.text("ref", &b.Ref)
	c.text("title", &b.Title)
	if b.Media == "" && b.Source == "" && b.Ref == "" {
		c.fail("media", "must name a file, unless source or ref does")
	}
}

func (r *Recording) fields(c coder) {
	c.name("media", &r.Media)
	c.url("source", &r.Source)
	c.text("ref", &r.Ref)
	c.text("title", &r.Title)
	c.inline("caption", &r.Caption)
	c.blocks("transcript", &r.Transcript)
	if r.Media == "" && r.Source == "" && r.Ref == "" {
		c.fail("media", "must name a recording, unless source or ref does")
	}
}

func (b *Audio) fields(c coder) { b.Recording.fields(c) }

func (b *Video) fields(c coder) {
	b.Recording.fields(c)
	c.name("poster", &b.Poster)
}

func (b *Raw) fields(c coder) {
	c.code("html", &b.HTML)
	c.text("reason", &b.Reason)
}

func (s *Span) fields(c coder) {
	c.text("text", &s.Text)
	c.flag("break", &s.Break)
	c.name("note", &s.Note)
	c.flag("strong", &s.Strong)
	c.flag("em", &s.Em)
	c.flag("strike", &s.Strike)
	c.flag("sub", &s.Sub)
	c.flag("sup", &s.Sup)
	c.flag("code", &s.Code)
	c.flag("bdi", &s.BDI)
	c.name("lang", &s.Lang)
	c.enum("dir", &s.Dir, "", "ltr", "rtl")
	c.url("href", &s.Link.Href)
	c.text("title", &s.Link.Title)
	s.check(c)
}

func (s *Span) check(c coder) {
	n := 0
	for _, has := range []bool{s.Text != "", s.Break, s.Note != ""} {
		if has {
			n++
		}
	}
	if n != 1 {
		c.fail("text", "must be there, or break, or note, and only one of them")
	}
	if s.Note != "" && *s != (Span{Note: s.Note}) {
		c.fail("note", "may carry no marks")
	}
	if s.Link.Title != "" && s.Link.Href == "" {
		c.fail("title", "may stand only beside href")
	}
}

func (f *Footnote) fields(c coder) {
	c.name("id", &f.ID)
	c.inline("text", &f.Text)
}

// inlineVisitor is a coder that only looks for inline text.
type inlineVisitor struct{ visit func(*Inline) }

func (v *inlineVisitor) text(string, *string)            {}
func (v *inlineVisitor) name(string, *string)            {}
func (v *inlineVisitor) code(string, *string)            {}
func (v *inlineVisitor) url(string, *string)             {}
func (v *inlineVisitor) enum(string, *string, ...string) {}
func (v *inlineVisitor) number(string, *int, int, int)   {}
func (v *inlineVisitor) flag(string, *bool)              {}
func (v *inlineVisitor) time(string, *time.Time)         {}
func (v *inlineVisitor) fail(string, string, ...any)     {}
func (v *inlineVisitor) inline(_ string, p *Inline)      { v.visit(p) }
func (v *inlineVisitor) list(_ string, n int, _ func(int), each func(int, coder)) {
	for i := range n {
		each(i, v)
	}
}

func (v *inlineVisitor) blocks(_ string, p *[]Block) {
	for _, b := range *p {
		if b != nil {
			b.fields(v)
		}
	}
}

func (v *inlineVisitor) grid(_ string, p *[][]Cell) {
	for _, row := range *p {
		for i := range row {
			row[i].fields(v)
		}
	}
}
