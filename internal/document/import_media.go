package document

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// figure reads its content and then gives it the caption.
func (f *flow) figure(n *html.Node, m Span) {
	f.flush()
	var captions []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Figcaption || hasClass(c, "wp-caption-text") {
			captions = append(captions, c)
			f.im.skip[c] = true
		}
	}
	sub := f.inside(f.depth)
	sub.flat = sub.flat || isGallery(n)
	sub.voice = sub.voiceOf(n)
	blocks := f.gather(sub, n, m)
	if isGallery(n) || imagesOnly(blocks) && len(blocks) > 1 {
		blocks = asGallery(blocks)
	}
	cap := &captionText{}
	for _, c := range captions {
		f.caption(cap, c, m)
	}
	for _, b := range attach(blocks, cap) {
		f.append(b)
	}
}

// captionText is what stood below a figure.
type captionText struct {
	text       Inline
	credit     string
	creditLink string
	rest       []Block
}

func (f *flow) caption(cap *captionText, n *html.Node, m Span) {
	if c := creditOf(n); c != nil && cap.credit == "" {
		words, rest := f.inline(c, m)
		if link := commonLink(words); len(rest) == 0 && noNotes(words) && (link != "" || !hasLink(words)) {
			cap.credit, cap.creditLink = oneLine(words.String()), link
			f.im.skip[c] = true
		}
	}
	text, rest := f.inline(n, m)
	if len(cap.text) > 0 && len(text) > 0 {
		cap.text = append(cap.text, Span{Break: true})
	}
	cap.text = append(cap.text, text...)
	cap.rest = append(cap.rest, rest...)
}

func noNotes(in Inline) bool {
	for _, s := range in {
		if s.Note != "" {
			return false
		}
	}
	return true
}

// creditOf finds the element that names the photographer, by the classes that
// publishing systems use.
func creditOf(n *html.Node) *html.Node {
	isCredit := func(c *html.Node) bool {
		return hasClass(c, "credit", "photo-credit", "photo-credits", "image-credit", "media-credit", "wp-media-credit",
			"caption-credit", "wp-block-image-credit", "photographer")
	}
	if c := firstChild(n, isCredit); c != nil {
		return c
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := firstChild(c, isCredit); found != nil {
			return found
		}
	}
	return nil
}

// attach gives the caption to what it belongs to; where that can't be told it
// becomes a paragraph of its own.
func attach(blocks []Block, cap *captionText) []Block {
	cap.text = cap.text.Normal()
	if len(blocks) == 1 && cap.give(blocks[0]) {
		return append(blocks, cap.rest...)
	}
	if cap.credit != "" {
		if len(cap.text) > 0 {
			cap.text = append(cap.text, Span{Text: " "})
		}
		cap.text = append(cap.text, Span{Text: cap.credit, Link: Link{Href: cap.creditLink}}).Normal()
		cap.credit = ""
	}
	if len(blocks) == 1 && cap.give(blocks[0]) {
		return append(blocks, cap.rest...)
	}
	if len(cap.text) > 0 {
		blocks = append(blocks, &Paragraph{Text: cap.text})
	}
	return append(blocks, cap.rest...)
}

// give sets the caption of a block, or says that it takes none.
func (cap *captionText) give(b Block) bool {
	if b, ok := b.(*Image); ok && len(b.Caption) == 0 && b.Credit == "" {
		b.Caption, b.Credit, b.CreditLink = cap.text, cap.credit, cap.creditLink
		return true
	}
	var place *Inline
	switch b := b.(type) {
	case *Gallery:
		place = &b.Caption
	case *Table:
		place = &b.Caption
	case *Embed:
		place = &b.Caption
	case *Audio:
		place = &b.Caption
	case *Video:
		place = &b.Caption
	case *Quote:
		place = &b.Speaker
	case *PullQuote:
		place = &b.Speaker
	}
	if place == nil || len(*place) > 0 || cap.credit != "" {
		return false
	}
	*place = cap.text
	return true
}

func isGallery(n *html.Node) bool {
	return isKind(n, KindGallery) || hasClass(n, "gallery", "wp-block-gallery", "blocks-gallery-grid", "tiled-gallery",
		"wp-block-jetpack-tiled-gallery", "wp-block-jetpack-slideshow", "image-gallery", "photo-gallery")
}

// gallery reads a group of pictures that is no figure.
func (f *flow) gallery(n *html.Node, m Span) {
	f.flush()
	sub := f.inside(f.depth)
	sub.flat = true
	sub.voice = sub.voiceOf(n)
	for _, b := range asGallery(f.gather(sub, n, m)) {
		f.append(b)
	}
}

func imagesOnly(blocks []Block) bool {
	for _, b := range blocks {
		if b.Kind() != KindImage {
			return false
		}
	}
	return len(blocks) > 0
}

// asGallery joins pictures to a gallery; anything else among them leaves them as
// they are.
func asGallery(blocks []Block) []Block {
	if !imagesOnly(blocks) {
		return blocks
	}
	g := &Gallery{}
	g.Base = *blocks[0].base()
	for _, b := range blocks {
		g.Images = append(g.Images, b.(*Image).Photo)
	}
	return []Block{g}
}

// picture reads a picture element: its img, with the largest source.
func (f *flow) picture(n *html.Node, m Span) {
	img := firstChild(n, isAtom(atom.Img))
	if img == nil {
		f.span(n, m)
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Source && attr(img, "srcset") == "" {
			img.Attr = append(img.Attr, html.Attribute{Key: "srcset", Val: attr(c, "srcset")})
		}
	}
	f.children(n, m)
}

// img becomes a picture block. Emoticons turn back into text, and pictures of a
// single pixel, which only count visitors, go.
func (f *flow) img(n *html.Node, m Span) {
	alt := oneLine(attr(n, "alt"))
	if hasClass(n, "wp-smiley", "emoji") && alt != "" {
		f.text(alt, m)
		return
	}
	w, h := pixels(attr(n, "width")), pixels(attr(n, "height"))
	if (w == 1 || h == 1) && alt == "" {
		f.im.drop("tracking pixel")
		return
	}
	p := Photo{Alt: alt, Width: w, Height: h, Link: m.Link.Href, Source: f.im.photoSource(n)}
	if f.im.opt.Ref != nil {
		p.Ref = oneLine(f.im.opt.Ref(func(name string) string { return attr(n, name) }))
	}
	if f.im.opt.Media != nil && p.Source != "" {
		p.Media = f.im.opt.Media(p.Source)
	}
	if p.Media == "" && p.Source == "" && p.Ref == "" {
		f.lostPicture(n, alt, m)
		return
	}
	if f.repeats(&p, n) {
		f.im.drop("picture repeated for browsers without script")
		return
	}
	f.beside(&Image{Photo: p})
}

// lostPicture keeps a picture without a usable address: raw where there was one,
// its alt text where there was none.
func (f *flow) lostPicture(n *html.Node, alt string, m Span) {
	switch {
	case strings.HasPrefix(strings.TrimSpace(attr(n, "src")), "data:"):
		f.beside(f.im.raw(n, "a picture inside the text itself (data:)"))
	case alt != "":
		f.text(alt, m)
		f.im.drop("picture without an address")
	default:
		f.im.drop("picture without an address")
	}
}

// repeats tells whether a picture in a noscript is the one before it.
func (f *flow) repeats(p *Photo, n *html.Node) bool {
	inNoscript := false
	for a := n.Parent; a != nil && !inNoscript; a = a.Parent {
		inNoscript = a.DataAtom == atom.Noscript
	}
	if !inNoscript {
		return false
	}
	for _, list := range [][]Block{f.out, f.later} {
		if len(list) > 0 {
			if last, ok := list[len(list)-1].(*Image); ok && (last.Source == p.Source || last.Ref != "" && last.Ref == p.Ref) {
				return true
			}
		}
	}
	return false
}

func pixels(s string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	if err != nil || n < 0 || n > 100_000 {
		return 0
	}
	return n
}

// photoSource picks the address of a picture: the largest of its srcset, else
// src; pages that load late keep the real one in a data attribute.
func (im *importer) photoSource(n *html.Node) string {
	for _, name := range []string{"srcset", "data-srcset", "data-lazy-srcset"} {
		if s := largest(attr(n, name)); s != "" {
			if s = cleanURL(s); s != "" && schemeOf(s) != "mailto" && schemeOf(s) != "tel" {
				return resolve(im.base, s)
			}
		}
	}
	for _, name := range []string{"data-src", "data-lazy-src", "data-original", "src"} {
		s := attr(n, name)
		if s == "" || strings.HasPrefix(strings.TrimSpace(s), "data:") {
			continue
		}
		if s = im.url(s); s != "" && schemeOf(s) != "mailto" && schemeOf(s) != "tel" {
			return s
		}
	}
	return ""
}

var candidate = regexp.MustCompile(`([^\s,]\S*[^\s,])\s+(\d{1,6})w`)

// largest returns the widest candidate of a srcset, "" where none gives a width.
func largest(srcset string) string {
	best, width := "", 0
	for _, c := range candidate.FindAllStringSubmatch(srcset, -1) {
		if w, _ := strconv.Atoi(c[2]); w > width {
			best, width = c[1], w
		}
	}
	return best
}

func (f *flow) iframe(n *html.Node, m Span) {
	src := attr(n, "src")
	for _, name := range []string{"data-src", "data-lazy-src", "data-litespeed-src"} {
		if !isWeb(cleanURL(src)) && attr(n, name) != "" {
			src = attr(n, name)
		}
	}
	if b := f.im.embedOf(resolve(f.im.base, cleanURL(src)), n); b != nil {
		f.beside(b)
		return
	}
	f.beside(f.im.raw(n, "a frame without a web address"))
}

// embedOf makes an embed of an address, nil when it is no web address.
func (im *importer) embedOf(address string, n *html.Node) Block {
	if !isWeb(address) || urlFault(address) != "" {
		return nil
	}
	b := &Embed{URL: address, Title: oneLine(attr(n, "title"))}
	if provider, page, ok := ProviderOf(address); ok {
		b.Provider, b.URL = provider, page
	}
	return b
}

// object reads the players of old: known sites become embeds.
func (f *flow) object(n *html.Node, m Span) {
	addresses := []string{attr(n, "data"), attr(n, "src")}
	for c := range n.Descendants() {
		switch c.DataAtom {
		case atom.Param:
			addresses = append(addresses, attr(c, "value"))
		case atom.Embed:
			addresses = append(addresses, attr(c, "src"))
		}
	}
	for _, a := range addresses {
		if _, _, ok := ProviderOf(cleanURL(a)); ok && strings.TrimSpace(textOf(n)) == "" {
			f.beside(f.im.embedOf(cleanURL(a), n))
			return
		}
	}
	f.beside(f.im.raw(n, "a plug-in object"))
}

// recording reads audio and video with their first usable source.
func (f *flow) recording(n *html.Node, _ Span) {
	rec := Recording{Title: oneLine(attr(n, "aria-label"))}
	for c := range n.Descendants() {
		if c.DataAtom == atom.Source && rec.Source == "" {
			rec.Source = f.im.url(attr(c, "src"))
		}
	}
	for _, name := range []string{"data-src", "src"} {
		if s := attr(n, name); s != "" {
			rec.Source = f.im.url(s)
		}
	}
	f.im.identify(&rec, n)
	if rec.Source == "" && rec.Ref == "" {
		f.beside(f.im.raw(n, "a player without a web address"))
		return
	}
	if n.Parent != nil && hasClass(n.Parent, "media") {
		if t := firstChild(n.Parent, func(c *html.Node) bool { return hasClass(c, "t") }); t != nil && oneLine(textOf(t)) == rec.Title {
			f.dropLast(rec.Title)
		}
	}
	if n.DataAtom == atom.Audio {
		f.beside(&Audio{Recording: rec})
		return
	}
	v := &Video{Recording: rec}
	if poster := cleanURL(attr(n, "poster")); poster != "" && f.im.opt.Media != nil {
		v.Poster = f.im.opt.Media(resolve(f.im.base, poster))
	}
	f.beside(v)
}

func (im *importer) identify(rec *Recording, n *html.Node) {
	if im.opt.Ref != nil {
		rec.Ref = oneLine(im.opt.Ref(func(name string) string { return attr(n, name) }))
	}
	if im.opt.Media != nil && rec.Source != "" {
		rec.Media = im.opt.Media(rec.Source)
	}
}

// dropLast takes back the paragraph in which the renderer repeats a title.
func (f *flow) dropLast(title string) {
	f.flush()
	if len(f.out) == 0 {
		return
	}
	if p, ok := f.out[len(f.out)-1].(*Paragraph); ok && p.Text.String() == title {
		f.out = f.out[:len(f.out)-1]
	}
}

// embedBox reads the box that the renderer writes for an embed.
func (f *flow) embedBox(n *html.Node) {
	b := &Embed{}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.DataAtom == atom.Strong:
			b.Title = oneLine(textOf(c))
		case c.DataAtom == atom.Blockquote:
			b.Fallback, _ = f.inline(c, Span{})
		case hasClass(c, "cap"):
			b.Caption, _ = f.inline(c, Span{})
		case hasClass(c, "load"):
			if a := firstChild(c, isAtom(atom.A)); a != nil {
				b.URL = f.im.url(attr(a, "href"))
			}
		}
	}
	if !isWeb(b.URL) {
		f.wrap(n, Span{})
		return
	}
	if provider, page, ok := ProviderOf(b.URL); ok {
		b.Provider, b.URL = provider, page
	}
	b.Fallback, b.Caption = b.Fallback.Normal(), b.Caption.Normal()
	f.blockOf(n, b)
}

func (f *flow) file(n *html.Node) {
	a := firstChild(n, isAtom(atom.A))
	if a == nil || f.im.url(attr(a, "href")) == "" {
		f.wrap(n, Span{})
		return
	}
	b := &File{Source: f.im.url(attr(a, "href")), Title: oneLine(textOf(a))}
	if f.im.opt.Ref != nil {
		b.Ref = oneLine(f.im.opt.Ref(func(name string) string { return attr(a, name) }))
	}
	if f.im.opt.Media != nil {
		b.Media = f.im.opt.Media(b.Source)
	}
	f.blockOf(n, b)
}

// script never shows words of its own; the one that draws a gist becomes an embed.
func (f *flow) script(n *html.Node, _ Span) {
	src := cleanURL(attr(n, "src"))
	if provider, page, ok := ProviderOf(strings.TrimSuffix(src, ".js")); ok && provider == "gist" {
		f.beside(&Embed{Provider: provider, URL: page})
		return
	}
	f.im.drop("script")
}

func (f *flow) input(n *html.Node, _ Span) {
	if strings.EqualFold(attr(n, "type"), "hidden") {
		f.im.drop("hidden field")
		return
	}
	f.beside(f.im.raw(n, "a form field"))
}
