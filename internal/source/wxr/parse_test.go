package wxr

import (
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// export wraps items into a file of a format version.
func export(version, channel string) string {
	ns := "http://wordpress.org/export/" + version + "/"
	return `<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.4.3" -->
<rss version="2.0" xmlns:excerpt="` + ns + `excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="` + ns + `">
<channel><title>The Paper</title><link>https://paper.example</link><language>en-US</language>
<wp:wxr_version>` + version + `</wp:wxr_version><wp:base_blog_url>https://paper.example</wp:base_blog_url>
` + channel + `</channel></rss>`
}

type seen struct {
	site    Site
	authors []Author
	terms   []Term
	items   []*Item
}

func read(t *testing.T, source string, opt Options) seen {
	t.Helper()
	got, err := readAll(source, opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func readAll(source string, opt Options) (seen, error) {
	var got seen
	var err error
	got.site, err = Parse(strings.NewReader(source), opt, func(r Record) error {
		switch {
		case r.Author != nil:
			got.authors = append(got.authors, *r.Author)
		case r.Term != nil:
			got.terms = append(got.terms, *r.Term)
		default:
			got.items = append(got.items, r.Item)
		}
		return nil
	})
	return got, err
}

const onePost = `
<wp:author><wp:author_id>3</wp:author_id><wp:author_login><![CDATA[ann]]></wp:author_login><wp:author_email>ann@paper.example</wp:author_email><wp:author_display_name><![CDATA[Ann &amp; Co]]></wp:author_display_name></wp:author>
<wp:category><wp:term_id>1</wp:term_id><wp:category_nicename>town</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[Town]]></wp:cat_name></wp:category>
<wp:category><wp:category_nicename>river</wp:category_nicename><wp:category_parent>town</wp:category_parent><wp:cat_name><![CDATA[River]]></wp:cat_name></wp:category>
<wp:tag><wp:tag_slug>%d8%b3</wp:tag_slug><wp:tag_name><![CDATA[س]]></wp:tag_name></wp:tag>
<wp:term><wp:term_taxonomy>category</wp:term_taxonomy><wp:term_slug>town</wp:term_slug><wp:term_name>Town</wp:term_name></wp:term>
<item>
 <title><![CDATA[The <em>late</em> bus &amp; <you>]]></title><link>https://paper.example/2026/11/late-bus/</link>
 <pubDate>Fri, 20 Nov 2026 13:05:00 +0000</pubDate><dc:creator><![CDATA[ann]]></dc:creator>
 <guid isPermaLink="false">https://paper.example/?p=7</guid><description></description>
 <content:encoded><![CDATA[One

Two]]></content:encoded>
 <excerpt:encoded><![CDATA[<p>In <b>short</b></p>]]></excerpt:encoded>
 <wp:post_id>7</wp:post_id><wp:post_date>2026-11-20 14:05:00</wp:post_date><wp:post_date_gmt>2026-11-20 13:05:00</wp:post_date_gmt>
 <wp:post_modified_gmt>2026-11-21 08:00:00</wp:post_modified_gmt>
 <wp:post_name>late-bus</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent><wp:menu_order>4</wp:menu_order>
 <wp:post_type>post</wp:post_type><wp:post_password></wp:post_password><wp:is_sticky>1</wp:is_sticky>
 <category domain="category" nicename="river"><![CDATA[River]]></category>
 <category><![CDATA[River]]></category>
 <category domain="post_tag" nicename="%d8%b3"><![CDATA[س]]></category>
 <category domain="series" nicename="s1"><![CDATA[S1]]></category>
 <category domain="author" nicename="cap-bob"><![CDATA[Bob]]></category><category domain="author" nicename="cap-ann"><![CDATA[Ann]]></category><category domain="author" nicename="cap-bob"><![CDATA[Bob]]></category>
 <wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value><![CDATA[9]]></wp:meta_value></wp:postmeta>
 <wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value><![CDATA[bus]]></wp:meta_value></wp:postmeta>
 <wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value><![CDATA[late]]></wp:meta_value></wp:postmeta>
 <wp:postmeta><wp:meta_key>_yoast_wpseo_title</wp:meta_key><wp:meta_value><![CDATA[SEO]]></wp:meta_value></wp:postmeta>
 <wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content><![CDATA[x <item>]]></wp:comment_content></wp:comment><wp:comment><wp:comment_id>2</wp:comment_id></wp:comment>
</item>`

func TestAPostIsReadWithAllThatBelongsToIt(t *testing.T) {
	got := read(t, export("1.2", onePost), Options{})
	if got.site.Title != "The Paper" || got.site.Version != "1.2" || got.site.Language != "en-US" || got.site.BaseBlogURL != "https://paper.example" {
		t.Errorf("site %+v", got.site)
	}
	if len(got.authors) != 1 || got.authors[0].DisplayName != "Ann & Co" || got.authors[0].Login != "ann" {
		t.Errorf("authors %+v", got.authors)
	}
	if len(got.terms) != 3 || got.terms[1].Parent != "town" || got.terms[2].Slug != "س" {
		t.Errorf("terms %+v", got.terms)
	}
	it := got.items[0]
	checks := map[string][2]any{
		"title":      {it.Title, "The late bus & <you>"},
		"slug":       {it.Slug, "late-bus"},
		"published":  {it.Published, time.Date(2026, 11, 20, 13, 5, 0, 0, time.UTC)},
		"modified":   {it.Modified, time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)},
		"authors":    {it.Authors, []string{"bob", "ann"}},
		"categories": {it.Categories, []TermRef{{"category", "river", "River"}}},
		"tags":       {it.Tags, []TermRef{{"post_tag", "س", "س"}}},
		"terms":      {it.Terms, []TermRef{{"series", "s1", "S1"}}},
		"excerpt":    {it.Excerpt, "In short"},
		"thumbnail":  {it.Thumbnail, "9"},
		"old slugs":  {it.OldSlugs, []string{"bus", "late"}},
		"meta title": {it.MetaTitle, "SEO"},
		"sticky":     {it.Sticky, true},
		"comments":   {it.Comments, 2},
		"parent":     {it.Parent, ""},
		"order":      {it.Order, 4},
		"public":     {it.Public(), true},
		"text":       {it.Document.FirstParagraph(), "One"},
	}
	for what, c := range checks {
		if !reflect.DeepEqual(c[0], c[1]) {
			t.Errorf("%s is %#v, want %#v", what, c[0], c[1])
		}
	}
}

func TestAllThreeVersionsAreReadAndOthersRefused(t *testing.T) {
	for _, v := range []string{"1.0", "1.1", "1.2"} {
		if got := read(t, export(v, onePost), Options{}); len(got.items) != 1 || got.site.Version != v {
			t.Errorf("version %s: %d items of %q", v, len(got.items), got.site.Version)
		}
	}
	_, err := readAll(export("2.0", onePost), Options{})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "2.0") {
		t.Errorf("version 2.0: %v", err)
	}
}

func TestStatesOfAPostAreKept(t *testing.T) {
	for status, public := range map[string]bool{"publish": true, "draft": false, "pending": false, "private": false, "future": false, "trash": false} {
		got := read(t, export("1.2", `<item><wp:post_id>1</wp:post_id><wp:status>`+status+`</wp:status></item>`), Options{})
		if it := got.items[0]; it.Status != status || it.Public() != public || it.Kind != KindPost {
			t.Errorf("%s: %+v", status, it)
		}
	}
	got := read(t, export("1.2", `<item><wp:status>publish</wp:status><wp:post_password>enter</wp:post_password></item>`), Options{})
	if got.items[0].Public() {
		t.Error("a post with a password is public")
	}
}

func TestDatesFallBackInOrder(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	cases := map[string]struct{ in, want string }{
		"utc":          {`<pubDate>Fri, 01 Jan 2021 00:00:00 +0000</pubDate><wp:post_date_gmt>2020-05-01 10:00:00</wp:post_date_gmt>`, "2020-05-01T10:00:00Z"},
		"feed":         {`<pubDate>Fri, 01 Jan 2021 02:00:00 +0200</pubDate><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:post_date>2020-05-01 10:00:00</wp:post_date>`, "2021-01-01T00:00:00Z"},
		"local":        {`<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:post_date>2020-05-01 10:00:00</wp:post_date>`, "2020-05-01T08:00:00Z"},
		"none":         {`<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>`, "0001-01-01T00:00:00Z"},
		"not a date":   {`<wp:post_date_gmt>yesterday</wp:post_date_gmt>`, "0001-01-01T00:00:00Z"},
		"day after 28": {`<wp:post_date_gmt>2021-02-31 00:00:00</wp:post_date_gmt>`, "0001-01-01T00:00:00Z"},
	}
	for name, c := range cases {
		got := read(t, export("1.2", `<item>`+c.in+`</item>`), Options{Zone: berlin})
		if s := got.items[0].Published.Format(time.RFC3339); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

func TestAnAttachmentCarriesItsWordsAndNoText(t *testing.T) {
	got := read(t, export("1.2", `<item><title>bus</title><content:encoded>long</content:encoded><excerpt:encoded><![CDATA[A <b>bus</b>]]></excerpt:encoded>
<wp:post_id>9</wp:post_id><wp:post_parent>7</wp:post_parent><wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type><wp:attachment_url>https://paper.example/wp-content/uploads/a.jpg</wp:attachment_url>
<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>Lit bus</wp:meta_value></wp:postmeta>
<wp:postmeta><wp:meta_key>_wp_attached_file</wp:meta_key><wp:meta_value>2026/11/a.jpg</wp:meta_value></wp:postmeta></item>`), Options{})
	it := got.items[0]
	if it.Document != nil || it.Caption != "A bus" || it.Alt != "Lit bus" || it.AttachedFile != "2026/11/a.jpg" || it.Parent != "7" || !strings.HasSuffix(it.AttachmentURL, "a.jpg") {
		t.Errorf("%+v", it)
	}
}

func TestASlugIsFoundWhereThereIsNone(t *testing.T) {
	for link, want := range map[string]string{
		"https://x.example/blog/basic-post.html": "basic-post", "https://x.example/a/b/": "b", "https://x.example/?p=7": "", "https://x.example/": "", "/draft-post": "draft-post",
	} {
		got := read(t, export("1.2", `<item><link>`+link+`</link></item>`), Options{})
		if got.items[0].Slug != want {
			t.Errorf("%s gives %q, want %q", link, got.items[0].Slug, want)
		}
	}
}

func TestControlCharactersAreTakenOutAndCounted(t *testing.T) {
	got := read(t, export("1.2", "<item><title>a\x0bb\x02c</title></item>"), Options{})
	if got.items[0].Title != "abc" || got.site.Cleaned != 2 {
		t.Errorf("title %q, cleaned %d", got.items[0].Title, got.site.Cleaned)
	}
}

func TestWhatIsNoExportIsRefusedInWords(t *testing.T) {
	cases := map[string]struct{ in, say string }{
		"empty":          {"", "is empty"},
		"spaces":         {" \n\n ", "is empty"},
		"web page":       {"<!DOCTYPE html><html><p>x", "is a web page"},
		"web page later": {"<?xml version='1.0'?><!DOCTYPE html><html></html>", "is a web page"},
		"plain":          {"hello", "is not XML"},
		"json":           {`{"db":[]}`, "is not XML"},
		"zip":            {"PK\x03\x04xxxx", "compressed"},
		"utf-16":         {"\xff\xfe<\x00", "UTF-16"},
		"rss":            {`<rss version="2.0"><channel><title>x</title></channel></rss>`, "is an RSS feed"},
		"rss with dc":    {`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel/></rss>`, "is an RSS feed"},
		"atom":           {`<feed xmlns="http://www.w3.org/2005/Atom"></feed>`, "is an Atom feed"},
		"other xml":      {`<svg></svg>`, "begins with <svg>"},
	}
	for name, c := range cases {
		_, err := readAll(c.in, Options{})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), c.say) || strings.Count(fault.Say(err), "\n") > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenFilesAreRefusedWithLineColumnAndByte(t *testing.T) {
	whole := export("1.2", "<item><title>one</title></item>\n<item><title>two</title></item>")
	cases := map[string]struct {
		in    string
		say   string
		items int
	}{
		"cut off":         {whole[:len(whole)-30], "ends before </rss>", 1},
		"cut in a tag":    {whole[:strings.Index(whole, "two")-3], "ends before </rss>", 1},
		"entity":          {strings.Replace(whole, "two", "a?x=1&ixid=2", 1), "line 7, column ", 1},
		"unknown entity":  {strings.Replace(whole, "two", "a&nbsp;b", 1), "line 7, column ", 1},
		"crossed tags":    {strings.Replace(whole, "two</title></item>", "two</item></title>", 1), "line 7, column ", 1},
		"not UTF-8":       {strings.Replace(whole, "two", "t\xffo", 1), "line 7, column ", 1},
		"other encoding":  {strings.Replace(whole, "UTF-8", "ISO-8859-1", 1), "ISO-8859-1", 0},
		"document type":   {strings.Replace(whole, "<rss", `<!DOCTYPE rss [<!ENTITY a "b">]><rss`, 1), "document type", 0},
		"no XML after it": {strings.Replace(whole, "two", "<", 1), "line 7, column ", 1},
	}
	for name, c := range cases {
		got, err := readAll(c.in, Options{})
		say := fault.Say(err)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(say, c.say) || !strings.Contains(say, "(byte ") {
			t.Errorf("%s: %v", name, err)
		}
		if len(got.items) != c.items {
			t.Errorf("%s: %d items before the fault, want %d", name, len(got.items), c.items)
		}
	}
}

func TestATextBeyondTheLimitIsRefused(t *testing.T) {
	_, err := readAll(export("1.2", "<item><content:encoded>"+strings.Repeat("x", 5000)+"</content:encoded></item>"), Options{MaxText: 4096})
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestAReaderThatFailsIsNotTheFilesFault(t *testing.T) {
	r := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(export("1.2", strings.Repeat(onePost, 100)))))
	_, err := Parse(r, Options{}, func(Record) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorOfTheVisitorEndsTheReading(t *testing.T) {
	stop := fault.New(fault.Conflict, "stop")
	n := 0
	_, err := Parse(strings.NewReader(export("1.2", onePost+onePost)), Options{}, func(Record) error { n++; return stop })
	if err != error(stop) || n != 1 {
		t.Errorf("%v after %d records", err, n)
	}
}

func TestTheSamePostGivesTheSameDocument(t *testing.T) {
	encode := func(channel string) string {
		b, err := read(t, export("1.2", channel), Options{}).items[0].Document.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first, second := encode(onePost), encode(onePost)
	if first != second {
		t.Error("two readings differ")
	}
	if encode(onePost) == encode(strings.Replace(onePost, "<wp:post_id>7", "<wp:post_id>8", 1)) {
		t.Error("two posts share the ids of their blocks")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(export("1.2", onePost))
	f.Add(export("1.0", `<item><content:encoded><![CDATA[<!-- wp:gallery --><figure>[gallery ids="1"][/x]</figure>]]></content:encoded></item>`))
	f.Add("<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><item><wp:postmeta>")
	f.Fuzz(func(t *testing.T, source string) {
		got, err := readAll(source, Options{})
		if err != nil && fault.Say(err) == "" {
			t.Fatalf("no sentence in %v", err)
		}
		for _, it := range got.items {
			if it.Document == nil {
				continue
			}
			if _, err := it.Document.Encode(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
