package wxr

import (
	"encoding/xml"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"masthead.dev/masthead/internal/document"
)

// maxMeta bounds what Item.Meta keeps of one value: page builders put whole
// copies of an article there.
const maxMeta = 16 << 10

// rawItem is an item as read, before anything is made of it.
type rawItem struct {
	Item
	pubDate, date, dateGMT    string
	modified, modifiedGMT     string
	creator, content, excerpt string
	password, sticky, order   string
	footnotes                 string // of the footnotes block, JSON
	coAuthors                 []string
}

func (p *parser) item() error {
	it := &rawItem{}
	it.Meta = map[string][]string{}
	fields := p.into(map[string]*string{
		"title": &it.Title, "link": &it.Link, "guid": &it.GUID, "pubDate": &it.pubDate, "dc:creator": &it.creator,
		"excerpt:encoded": &it.excerpt, "wp:post_id": &it.Source,
		"wp:post_date": &it.date, "wp:post_date_gmt": &it.dateGMT,
		"wp:post_modified": &it.modified, "wp:post_modified_gmt": &it.modifiedGMT,
		"wp:post_name": &it.Slug, "wp:status": &it.Status, "wp:post_parent": &it.Parent, "wp:menu_order": &it.order,
		"wp:post_type": &it.Kind, "wp:post_password": &it.password, "wp:is_sticky": &it.sticky,
		"wp:attachment_url": &it.AttachmentURL,
	})
	err := p.each(func(e xml.StartElement) error {
		switch p.name(e.Name) {
		case "content:encoded": // its white space counts
			s, err := p.text()
			it.content = s
			return err
		case "category":
			return p.itemTerm(it, e)
		case "wp:postmeta":
			return p.meta(it)
		case "wp:comment":
			it.Comments++
			return p.skip()
		}
		return fields(e)
	})
	if err != nil {
		return err
	}
	p.finish(it)
	return p.visit(Record{Item: &it.Item})
}

// itemTerm reads a category element of an item. Without a domain it is a
// category, as WordPress itself once wrote it.
func (p *parser) itemTerm(it *rawItem, e xml.StartElement) error {
	ref := TermRef{Taxonomy: TaxonomyCategory}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "domain":
			ref.Taxonomy = a.Value
		case "nicename":
			ref.Slug = unescapeSlug(a.Value)
		}
	}
	name, err := p.text()
	if err != nil {
		return err
	}
	ref.Name = plain(name)
	switch ref.Taxonomy {
	case TaxonomyCategory:
		it.Categories = addTerm(it.Categories, ref)
	case TaxonomyTag, "tag":
		ref.Taxonomy = TaxonomyTag
		it.Tags = addTerm(it.Tags, ref)
	case TaxonomyAuthor:
		it.coAuthors = append(it.coAuthors, coAuthor(ref))
	default:
		it.Terms = addTerm(it.Terms, ref)
	}
	return nil
}

// addTerm leaves out what stands twice: WordPress 2 wrote every term with and
// without its slug.
func addTerm(list []TermRef, ref TermRef) []TermRef {
	for i, have := range list {
		if have.Taxonomy == ref.Taxonomy && (have.Slug == ref.Slug && ref.Slug != "" || have.Name == ref.Name) {
			if have.Slug == "" {
				list[i] = ref
			}
			return list
		}
	}
	return append(list, ref)
}

// coAuthor gives the login that a term of the co-authors plug-in stands for.
func coAuthor(ref TermRef) string {
	if ref.Slug == "" {
		return ref.Name
	}
	return strings.TrimPrefix(ref.Slug, "cap-")
}

func (p *parser) meta(it *rawItem) error {
	var key, value string
	if err := p.each(p.into(map[string]*string{"wp:meta_key": &key, "wp:meta_value": &value})); err != nil {
		return err
	}
	switch key {
	case "_thumbnail_id":
		it.Thumbnail = value
	case "_wp_old_slug":
		it.OldSlugs = append(it.OldSlugs, unescapeSlug(value))
	case "_wp_attachment_image_alt":
		it.Alt = plain(value)
	case "_wp_attached_file":
		it.AttachedFile = value
	case "_yoast_wpseo_title", "rank_math_title", "_aioseo_title":
		it.MetaTitle = plain(value)
	case "_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description":
		it.MetaDescription = plain(value)
	case "enclosure":
		it.Enclosure, _, _ = strings.Cut(value, "\n")
		it.Enclosure = strings.TrimSpace(it.Enclosure)
	case "footnotes":
		it.footnotes = value
	}
	if key != "" && len(value) <= maxMeta {
		it.Meta[key] = append(it.Meta[key], value)
	}
	return nil
}

// finish turns what was read into what it means.
func (p *parser) finish(it *rawItem) {
	it.Title = plain(it.Title)
	it.Slug = unescapeSlug(it.Slug)
	if it.Slug == "" {
		it.Slug = slugOf(it.Link)
	}
	it.Password = it.password != ""
	it.Sticky = it.sticky == "1"
	it.Order, _ = strconv.Atoi(it.order)
	if it.Parent == "0" {
		it.Parent = ""
	}
	if it.Kind == "" {
		it.Kind = KindPost
	}
	it.Authors = distinct(it.coAuthors)
	if len(it.Authors) == 0 && it.creator != "" {
		it.Authors = []string{it.creator}
	}
	zone := p.opt.Zone
	if zone == nil {
		zone = time.UTC
	}
	it.Published = firstDate(zone, it.dateGMT, it.pubDate, it.date)
	it.Modified = firstDate(zone, it.modifiedGMT, "", it.modified)
	p.fill(it)
}

// fill gives the item its text: a document, or a caption for an attachment.
func (p *parser) fill(it *rawItem) {
	if it.Kind == KindAttachment {
		it.Caption = plain(it.excerpt)
		return
	}
	it.Excerpt = plain(it.excerpt)
	if p.opt.NoText || !hasText(it.Kind) {
		return
	}
	c := newConverter(it, p.site)
	it.Document, it.Report = c.convert(it.content)
	if it.Enclosure != "" && !plays(it.Document) {
		addSound(it)
	}
}

// hasText tells whether an item of a kind is something to read. The others are
// WordPress's own bookkeeping.
func hasText(kind string) bool {
	switch kind {
	case KindMenuItem, "revision", "custom_css", "customize_changeset", "oembed_cache", "user_request", "wp_block",
		"wp_template", "wp_template_part", "wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face", "acf-field",
		"acf-field-group", "wpcf7_contact_form", "shop_order", "shop_coupon", "feedback", "amp_validated_url", "jp_pay_order", "jp_pay_product":
		return false
	}
	return true
}

func plays(d *document.Document) bool {
	found := false
	d.Walk(func(b document.Block) bool {
		k := b.Kind()
		found = found || k == document.KindAudio || k == document.KindEmbed || k == document.KindVideo
		return !found
	})
	return found
}

// addSound puts the recording of a podcast before its text, as its plug-in does.
func addSound(it *rawItem) {
	d, rep := document.ImportHTML(`<audio src="`+html.EscapeString(it.Enclosure)+`"></audio>`,
		document.ImportOptions{Seed: "enclosure " + it.Source})
	if len(rep.Raw) > 0 {
		return
	}
	it.Document.Blocks = append(d.Blocks, it.Document.Blocks...)
	it.Report.Blocks[document.KindAudio]++
}

func distinct(list []string) []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// firstDate takes the date in UTC, else the feed's own with its zone, else the
// local one. WordPress writes zeros for "not yet".
func firstDate(zone *time.Location, gmt, feed, local string) time.Time {
	if t, ok := wpDate(gmt, time.UTC); ok {
		return t
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", time.RFC3339} {
		if t, err := time.Parse(layout, strings.TrimSpace(feed)); err == nil && t.Year() >= 1000 {
			return t.UTC()
		}
	}
	t, _ := wpDate(local, zone)
	return t
}

func wpDate(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(s), zone); err == nil && t.Year() >= 1000 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// unescapeSlug decodes the percent signs that WordPress keeps in slugs of other
// scripts.
func unescapeSlug(s string) string {
	if plain, err := url.PathUnescape(s); err == nil && valid(plain) == plain {
		return plain
	}
	return s
}

// slugOf takes the slug from an address, where it has one.
func slugOf(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.RawQuery != "" {
		return ""
	}
	last := path.Base(strings.TrimRight(u.Path, "/"))
	if last == "." || last == "/" {
		return ""
	}
	return strings.TrimSuffix(valid(last), path.Ext(last))
}

// plain makes one line of plain text of a title or excerpt, which may hold HTML.
// A tag that HTML does not know stays as it stands: a title may say <this>.
func plain(s string) string {
	s = valid(s)
	if !strings.ContainsAny(s, "<&") {
		return strings.Join(strings.Fields(s), " ")
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			b.Write(z.Raw())
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			if name, _ := z.TagName(); knownTag[string(name)] {
				if !inlineTag[string(name)] {
					b.WriteByte(' ')
				}
				continue
			}
			b.WriteString(raw)
		}
	}
}

var inlineTag = set("a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var")

var knownTag = union(inlineTag, set("p br div h1 h2 h3 h4 h5 h6 ul ol li blockquote img hr pre table tr td th tbody thead figure figcaption section article iframe script style"))

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

func union(a, b map[string]bool) map[string]bool {
	for w := range a {
		b[w] = true
	}
	return b
}
