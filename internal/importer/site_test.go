package importer

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// post is an item of an export for tests; zero fields take what is usual.
type post struct {
	id, title, kind, status, date, link, slug, guid, body, excerpt string
	creator, password, parent, more                                string
	cats, tags                                                     []string // slug=Name
	sticky                                                         bool
}

func (p post) xml() string {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&p.kind, "post")
	def(&p.status, "publish")
	def(&p.date, "2020-03-05 10:00:00")
	def(&p.creator, "dora")
	def(&p.guid, "https://old.example/?p="+p.id)
	def(&p.link, "https://old.example/2020/03/05/"+p.slug+"/")
	var terms strings.Builder
	for i, list := range [][]string{p.cats, p.tags} {
		for _, t := range list {
			slug, name, _ := strings.Cut(t, "=")
			fmt.Fprintf(&terms, "<category domain=%q nicename=%q><![CDATA[%s]]></category>\n", []string{"category", "post_tag"}[i], slug, name)
		}
	}
	sticky := 0
	if p.sticky {
		sticky = 1
	}
	return fmt.Sprintf(`<item><title><![CDATA[%s]]></title><link>%s</link><dc:creator><![CDATA[%s]]></dc:creator><guid isPermaLink="false">%s</guid>
<content:encoded><![CDATA[%s]]></content:encoded><excerpt:encoded><![CDATA[%s]]></excerpt:encoded>
<wp:post_id>%s</wp:post_id><wp:post_date>%s</wp:post_date><wp:post_date_gmt>%s</wp:post_date_gmt><wp:post_name>%s</wp:post_name><wp:status>%s</wp:status>
<wp:post_parent>%s</wp:post_parent><wp:post_type>%s</wp:post_type><wp:post_password><![CDATA[%s]]></wp:post_password><wp:is_sticky>%d</wp:is_sticky>
%s%s</item>
`, p.title, html.EscapeString(p.link), p.creator, html.EscapeString(p.guid), p.body, p.excerpt, p.id, p.date, p.date, p.slug, p.status, p.parent, p.kind, p.password, sticky, terms.String(), p.more)
}

func meta(k, v string) string {
	return fmt.Sprintf("<wp:postmeta><wp:meta_key>%s</wp:meta_key><wp:meta_value><![CDATA[%s]]></wp:meta_value></wp:postmeta>\n", k, v)
}

func upload(id, address, alt, parent string) post {
	return post{id: id, title: "Picture " + id, kind: "attachment", status: "inherit", slug: "picture-" + id, parent: parent,
		link: "https://old.example/picture-" + id + "/", more: "<wp:attachment_url>" + address + "</wp:attachment_url>" + meta("_wp_attachment_image_alt", alt)}
}

// head is the head of an export that was written on a day.
func head(day string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Old Lantern</title><link>https://old.example</link><pubDate>` + day + `</pubDate><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_id>7</wp:author_id><wp:author_login><![CDATA[dora]]></wp:author_login><wp:author_email>dora@old.example</wp:author_email><wp:author_display_name><![CDATA[Dora Winslade]]></wp:author_display_name><wp:author_description>Edits.</wp:author_description></wp:author>
<wp:author><wp:author_id>8</wp:author_id><wp:author_login><![CDATA[Ansel Quay]]></wp:author_login><wp:author_display_name><![CDATA[Ansel Quay]]></wp:author_display_name></wp:author>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>council</wp:category_nicename><wp:category_parent>town</wp:category_parent><wp:cat_name><![CDATA[Council]]></wp:cat_name></wp:category>
<wp:category><wp:term_id>2</wp:term_id><wp:category_nicename>town</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[Town]]></wp:cat_name></wp:category>
<wp:tag><wp:term_id>5</wp:term_id><wp:tag_slug>bridge</wp:tag_slug><wp:tag_name><![CDATA[The bridge]]></wp:tag_name></wp:tag>
<wp:term><wp:term_id>9</wp:term_id><wp:term_taxonomy>nav_menu</wp:term_taxonomy><wp:term_slug>main</wp:term_slug><wp:term_name>Main</wp:term_name></wp:term>
`
}

const monday = "Mon, 02 Nov 2026 08:00:00 +0000"

func export1(day string, posts ...post) string {
	var b strings.Builder
	b.WriteString(head(day))
	for _, p := range posts {
		b.WriteString(p.xml())
	}
	return b.String() + "</channel></rss>\n"
}

// lantern is a small site with one of everything.
func lantern() []post {
	return []post{
		upload("40", "https://old.example/wp-content/uploads/2020/03/bridge.png", "The old bridge", "11"),
		upload("41", "https://old.example/wp-content/uploads/2020/03/lost.jpg", "Lost", ""),
		{id: "11", title: "The bridge is closed", slug: "bridge-closed", excerpt: "From Monday on.", cats: []string{"council=Council", "town=Town"}, tags: []string{"bridge=The bridge"},
			body: `<p>The bridge is <a href="https://old.example/2020/03/05/second/#top">closed</a>.</p>
<p><img class="wp-image-40" src="https://old.example/wp-content/uploads/2020/03/bridge-300x200.png" alt="The bridge, closed" /></p>
<object data="x.swf"><param name="a" value="b"></object><form><p>Vote!</p><input name="v"></form>`,
			more: meta("_thumbnail_id", "40") + meta("_wp_old_slug", "bridge-shut") + `<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>`, sticky: true},
		{id: "12", title: "Second", slug: "second", body: "<p>Two wrote this.</p>", cats: []string{"town=Town"},
			more: `<category domain="author" nicename="dora"><![CDATA[dora]]></category><category domain="author" nicename="ansel-quay"><![CDATA[ansel-quay]]></category>`},
		{id: "13", title: "How we work", kind: "page", slug: "how-we-work", link: "https://old.example/how-we-work/", body: "<p>With care.</p>"},
		{id: "14", title: "About", kind: "page", slug: "about", link: "https://old.example/about/", body: "<p>About us.</p>"},
		{id: "21", title: "A secret draft", status: "draft", slug: "secret-draft", link: "https://old.example/?p=21", body: "<p>Hidden.</p>"},
		{id: "22", title: "Pending", status: "pending", slug: "pending", link: "https://old.example/?p=22", body: "<p>Hidden.</p>"},
		{id: "23", title: "Private", status: "private", slug: "private", body: "<p>Hidden.</p>"},
		{id: "24", title: "Behind a password", password: "open", slug: "password", body: "<p>Hidden.</p>"},
		{id: "25", title: "Tomorrow", status: "future", date: "2026-11-21 09:00:00", slug: "tomorrow", body: "<p>Hidden.</p>"},
		{id: "26", title: "In the bin", status: "trash", slug: "bin", body: "<p>Hidden.</p>"},
		{id: "31", title: "Menu", kind: "nav_menu_item", slug: "menu"},
		{id: "32", title: "", slug: "no-title", body: "<p>It rained all day in Alderwick.</p>"},
	}
}

// desk is a newsroom for tests that imports.
type desk struct {
	t   testing.TB
	s   *store.Store
	dir string
	im  *Importer
}

func newDesk(t testing.TB, s *store.Store) *desk {
	t.Helper()
	c := clock.At(noon)
	s.Clock = c
	blobs, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, s: s, dir: t.TempDir(), im: &Importer{Store: s, Blobs: blobs, Clock: c}}
}

func (d *desk) file(name, content string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// picture is a PNG of its own colour.
func picture(shade uint8) string {
	img := image.NewGray(image.Rect(0, 0, 8, 6))
	img.SetGray(1, 1, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.String()
}

func (d *desk) run(o Options) *Report {
	d.t.Helper()
	rep, err := d.im.Run(context.Background(), o)
	if err != nil {
		d.t.Fatal(err)
	}
	for kind, c := range rep.Items {
		if c.Found != c.Written+c.Updated+c.Unchanged+c.Skipped {
			d.t.Errorf("%s do not add up: %+v", kind, *c)
		}
	}
	return rep
}

// bring imports a site of these posts, written on that day.
func (d *desk) bring(day string, posts ...post) *Report {
	d.t.Helper()
	return d.run(Options{Path: d.file("site.xml", export1(day, posts...))})
}

// lantern imports the small site with the one picture that it has.
func (d *desk) lantern() *Report {
	d.t.Helper()
	d.file("wp-content/uploads/2020/03/bridge.png", picture(1))
	return d.bring(monday, lantern()...)
}

func (d *desk) article(source string) string {
	r := run{source: "wordpress:old.example"}
	return r.name("article", source)
}

func (d *desk) do(fn func(ctx context.Context, tx *store.Tx) error) {
	d.t.Helper()
	if err := d.s.Write(context.Background(), func(tx *store.Tx) error { return fn(context.Background(), tx) }); err != nil {
		d.t.Fatal(err)
	}
}

func hasNeed(rep *Report, title, reason string) bool {
	for _, n := range rep.Needs {
		if n.Title == title && strings.Contains(n.Reason, reason) {
			return true
		}
	}
	return false
}

// renditions are those of the picture that the small site has.
func renditions(hash string) []media.Stored {
	return []media.Stored{{Size: media.Size{Width: 8, Height: 6}, Ext: "png", Bytes: 1, Key: media.RenditionKey(hash, 8, "png")}}
}
