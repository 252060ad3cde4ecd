package wxr

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Parse reads an export and hands every author, term and item to visit, in the
// order of the file, as soon as it is whole; memory holds one item at a time. An
// error from visit ends it. The site is complete when Parse returns; authors and
// terms usually come before items, but nothing promises it. A term comes once.
//
// A file that is no export, or is broken, gives fault.Invalid with one sentence;
// for broken ones it names line, column (in bytes) and byte. What was handed over
// before stays valid, so an importer that wants all or nothing reads twice.
func Parse(r io.Reader, opt Options, visit func(Record) error) (Site, error) {
	if opt.MaxText == 0 {
		opt.MaxText = 32 << 20
	}
	p := &parser{in: newInput(r), opt: opt, visit: visit, terms: map[string]bool{}}
	if err := p.sniff(); err != nil {
		return p.site, err
	}
	p.dec = xml.NewDecoder(p.in)
	p.dec.CharsetReader = p.otherEncoding
	err := p.document()
	p.site.Cleaned = p.in.cleaned
	return p.site, err
}

type parser struct {
	in       *input
	dec      *xml.Decoder
	opt      Options
	visit    func(Record) error
	site     Site
	version  string // of the namespace, once seen
	terms    map[string]bool
	encoding string // declared, when it is not UTF-8
}

// Names of elements are written prefix:local with these prefixes, whatever the
// file uses.
const (
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
)

var nsExport = regexp.MustCompile(`^https?://wordpress\.org/export/(\d+\.\d+)/(excerpt/)?$`)

func (p *parser) name(n xml.Name) string {
	switch {
	case n.Space == "":
		return n.Local
	case n.Space == nsContent:
		return "content:" + n.Local
	case n.Space == nsDC:
		return "dc:" + n.Local
	}
	m := nsExport.FindStringSubmatch(n.Space)
	switch {
	case m == nil:
		return "other:" + n.Local
	case m[2] != "":
		return "excerpt:" + n.Local
	}
	return "wp:" + n.Local
}

// sniff refuses early what can't be an export, in words that help.
func (p *parser) sniff() error {
	head := p.in.head(1024)
	if p.in.err != nil {
		return nil // the first read says so
	}
	low := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case len(low) == 0:
		return fault.New(fault.Invalid, "The file is empty; export the site again (Tools, Export in WordPress).")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return fault.New(fault.Invalid, "The file is in UTF-16; save it as UTF-8 and try again.")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return fault.New(fault.Invalid, "The file is compressed; unpack it and give the .xml file that is inside.")
	case bytes.HasPrefix(low, []byte("<!doctype html")), bytes.HasPrefix(low, []byte("<html")):
		return notExport("is a web page")
	case low[0] != '<':
		return notExport("is not XML")
	}
	return nil
}

func notExport(is string) error {
	return fault.New(fault.Invalid, "The file %s, not a WordPress export; give the .xml file from Tools, Export in WordPress.", is)
}

// broken says where the file goes wrong.
func (p *parser) broken(err error, format string, args ...any) error {
	return fault.Wrap(fault.Invalid, err, "The export is broken at line %d, column %d (byte %d): %s.",
		p.in.line, p.in.column, p.in.offset, fmt.Sprintf(format, args...))
}

// next reads a token, with every trouble in words.
func (p *parser) next() (xml.Token, error) {
	t, err := p.dec.Token()
	var syntax *xml.SyntaxError
	switch {
	case err == nil:
		if d, ok := t.(xml.Directive); ok {
			return nil, p.directive(d)
		}
		return t, nil
	case errors.Is(err, io.EOF):
		return nil, p.broken(io.ErrUnexpectedEOF, cutOff)
	case p.encoding != "":
		return nil, p.broken(err, "it says that it is in %s; save it as UTF-8 and try again", clip(p.encoding))
	case errors.As(err, &syntax):
		return nil, p.syntax(syntax)
	}
	return nil, fault.Wrap(fault.Unavailable, err, "The export could not be read beyond line %d; try again.", p.in.line)
}

const cutOff = "it ends before </rss>; the download was cut off, so export the site again"

// otherEncoding is asked for a reader of an encoding that is not UTF-8.
func (p *parser) otherEncoding(label string, _ io.Reader) (io.Reader, error) {
	p.encoding = label
	return nil, errors.New("encoding " + label)
}

func (p *parser) syntax(err *xml.SyntaxError) error {
	if err.Msg == "unexpected EOF" {
		return p.broken(err, cutOff)
	}
	return p.broken(err, "%s; mend that place or export the site again", strings.TrimSuffix(err.Msg, "."))
}

// directive refuses document types: an export has none, and they could make the
// file grow without bound.
func (p *parser) directive(d xml.Directive) error {
	if strings.HasPrefix(strings.ToLower(string(d)), "doctype html") {
		return notExport("is a web page")
	}
	return p.broken(errors.New("document type declaration"), "it declares a document type, which no WordPress export does; take the <!DOCTYPE …> out")
}

// document reads from the root to its end.
func (p *parser) document() error {
	root, err := p.root()
	if err != nil {
		return err
	}
	switch {
	case root.Name.Local == "feed":
		return notExport("is an Atom feed")
	case root.Name.Local == "html":
		return notExport("is a web page")
	case root.Name.Local != "rss":
		return notExport(fmt.Sprintf("begins with <%s>", clip(root.Name.Local)))
	}
	if err := p.checkNamespace(root); err != nil {
		return err
	}
	return p.each(func(e xml.StartElement) error {
		if p.name(e.Name) == "channel" {
			return p.channel()
		}
		return p.skip()
	})
}

func (p *parser) root() (xml.StartElement, error) {
	for {
		t, err := p.next()
		if err != nil {
			if p.in.empty && fault.Is(err, fault.Invalid) {
				return xml.StartElement{}, notExport("is empty")
			}
			return xml.StartElement{}, err
		}
		if e, ok := t.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// checkNamespace demands that the root declares WordPress's namespace, in one of
// the three versions.
func (p *parser) checkNamespace(root xml.StartElement) error {
	for _, a := range root.Attr {
		m := nsExport.FindStringSubmatch(a.Value)
		if a.Name.Space != "xmlns" || m == nil || m[2] != "" {
			continue
		}
		switch p.version = m[1]; p.version {
		case "1.0", "1.1", "1.2":
			return nil
		}
		return fault.New(fault.Invalid, "The export has format version %s, and only 1.0, 1.1 and 1.2 are known; export the site with a current WordPress.", clip(p.version))
	}
	return notExport("is an RSS feed")
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// each calls visit for every child element of the open one, up to its end. visit
// must read the child to its end.
func (p *parser) each(visit func(xml.StartElement) error) error {
	for {
		t, err := p.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := visit(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads to the end of the open element.
func (p *parser) skip() error {
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// text reads the text of the open element up to its end.
func (p *parser) text() (string, error) {
	var b strings.Builder
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			if b.Len()+len(t) > p.opt.MaxText {
				return "", fault.New(fault.TooLarge, "The text at line %d is over %d MB; shorten that post and export again.", p.in.line, p.opt.MaxText>>20)
			}
			b.Write(t)
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return b.String(), nil
}

// into reads the text of the open element into one of several places by name;
// elements without a place are skipped.
func (p *parser) into(places map[string]*string) func(xml.StartElement) error {
	return func(e xml.StartElement) error {
		place := places[p.name(e.Name)]
		if place == nil {
			return p.skip()
		}
		s, err := p.text()
		*place = strings.TrimSpace(s)
		return err
	}
}

func (p *parser) channel() error {
	head := p.into(map[string]*string{
		"title": &p.site.Title, "link": &p.site.Link, "description": &p.site.Description,
		"language": &p.site.Language, "generator": &p.site.Generator,
		"wp:wxr_version": &p.site.Version, "wp:base_site_url": &p.site.BaseSiteURL, "wp:base_blog_url": &p.site.BaseBlogURL,
	})
	err := p.each(func(e xml.StartElement) error {
		switch p.name(e.Name) {
		case "wp:author":
			return p.author()
		case "wp:category":
			return p.term(TaxonomyCategory)
		case "wp:tag":
			return p.term(TaxonomyTag)
		case "wp:term":
			return p.term("")
		case "item":
			return p.item()
		}
		return head(e)
	})
	if p.site.Version == "" {
		p.site.Version = p.version
	}
	return err
}

func (p *parser) author() error {
	a := &Author{}
	err := p.each(p.into(map[string]*string{
		"wp:author_id": &a.ID, "wp:author_login": &a.Login, "wp:author_email": &a.Email,
		"wp:author_display_name": &a.DisplayName, "wp:author_first_name": &a.FirstName,
		"wp:author_last_name": &a.LastName, "wp:author_description": &a.Description,
	}))
	if err != nil {
		return err
	}
	a.DisplayName, a.Description = plain(a.DisplayName), plain(a.Description)
	return p.visit(Record{Author: a})
}

// term reads a category, a tag or a term; the element names differ for each.
func (p *parser) term(taxonomy string) error {
	t := &Term{Taxonomy: taxonomy}
	err := p.each(p.into(map[string]*string{
		"wp:term_id": &t.ID, "wp:term_taxonomy": &t.Taxonomy,
		"wp:category_nicename": &t.Slug, "wp:tag_slug": &t.Slug, "wp:term_slug": &t.Slug,
		"wp:category_parent": &t.Parent, "wp:term_parent": &t.Parent,
		"wp:cat_name": &t.Name, "wp:tag_name": &t.Name, "wp:term_name": &t.Name,
		"wp:category_description": &t.Description, "wp:tag_description": &t.Description, "wp:term_description": &t.Description,
	}))
	if err != nil {
		return err
	}
	t.Slug, t.Parent = unescapeSlug(t.Slug), unescapeSlug(t.Parent)
	t.Name, t.Description = plain(t.Name), plain(t.Description)
	// Newer WordPress lists categories and tags once more among the other terms.
	key := t.Taxonomy + "\x00" + t.Slug
	if p.terms[key] {
		return nil
	}
	p.terms[key] = true
	return p.visit(Record{Term: t})
}

// valid drops what is no text from a string that was read.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
