package wxr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
)

func converted(content string) (*document.Document, document.Report) {
	it := &rawItem{}
	it.Source = "7"
	return newConverter(it, Site{Language: "en", BaseBlogURL: "https://paper.example"}).convert(content)
}

// shape writes a document's blocks in short: kind and what tells most.
func shape(blocks []document.Block) string {
	var out []string
	for _, b := range blocks {
		s := b.Kind()
		switch b := b.(type) {
		case *document.Paragraph:
			s = "p:" + inline(b.Text)
		case *document.Heading:
			s = fmt.Sprintf("h%d:%s", b.Level, inline(b.Text))
		case *document.Image:
			s = "img:" + photo(&b.Photo)
		case *document.Gallery:
			s = "gallery:"
			for i := range b.Images {
				s += "[" + photo(&b.Images[i]) + "]"
			}
			s += inline(b.Caption)
		case *document.Embed:
			s = "embed:" + b.Provider + " " + b.URL + " " + inline(b.Caption)
		case *document.Audio:
			s = "audio:" + b.Source + b.Ref + " " + inline(b.Caption)
		case *document.Video:
			s = "video:" + b.Source + b.Ref + " " + inline(b.Caption)
		case *document.File:
			s = "file:" + b.Source + " " + b.Ref + " " + b.Title
		case *document.Raw:
			s = "raw:" + b.HTML
		case *document.Quote:
			s = "quote(" + shape(b.Blocks) + ")" + inline(b.Speaker)
		case *document.PullQuote:
			s = "pull:" + inline(b.Text) + "/" + inline(b.Speaker)
		case *document.Factbox:
			s = "box(" + inline(b.Title) + ":" + shape(b.Blocks) + ")"
		case *document.Code:
			s = fmt.Sprintf("code:%q", b.Text)
		case *document.List:
			s = "list"
			for _, it := range b.Items {
				s += "[" + inline(it.Text) + shape(it.Blocks) + "]"
			}
		case *document.Table:
			s = fmt.Sprintf("table:%d %s", len(b.Rows), inline(b.Caption))
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

func inline(in document.Inline) string {
	var b strings.Builder
	for _, s := range in {
		switch {
		case s.Break:
			b.WriteByte('/')
		case s.Note != "":
			b.WriteByte('^')
		case s.Link.Href != "":
			b.WriteString("<" + s.Text + ">")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func photo(p *document.Photo) string {
	return p.Source + " #" + p.Ref + " " + inline(p.Caption)
}

func TestTheClassicEditorsTextBecomesParagraphs(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"empty lines":             {"One\nline\n\n\n Two <b>bold\n\nacross</b>", "p:One/line | p:Two bold | p:across"},
		"break and line end":      {"One<br />\nTwo", "p:One/Two"},
		"blocks stay":             {"<h2>Head</h2>\nText\n<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>\nEnd", "h2:Head | p:Text | list[a][b/c] | p:End"},
		"paragraphs in a quote":   {"<blockquote>a\n\nb</blockquote>", "quote(p:a | p:b)"},
		"pre keeps its lines":     {"<pre>a\n\n  b</pre>\n\nc", `code:"a\n\n  b" | p:c`},
		"given paragraphs":        {"<p>a\nb</p>\n\n<p>c</p>", "p:a/b | p:c"},
		"table":                   {"<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>", "table:1 "},
		"page break":              {"a\n<!--nextpage-->\nb", "p:a | p:b"},
		"more":                    {"a\n\n<!--more Go on-->\n\nb", "p:a | p:b"},
		"known address":           {"See\nhttps://youtu.be/abc\nnow", "p:See | embed:youtube https://www.youtube.com/watch?v=abc  | p:now"},
		"other address":           {"https://x.example/a?b=1&c=2", "p:<https://x.example/a?b=1&c=2>"},
		"address in a text":       {"See https://youtu.be/abc now", "p:See https://youtu.be/abc now"},
		"caption":                 {`[caption id="attachment_6" width="30"]<a href="/b.jpg"><img src="/a.jpg" /></a> The <em>bus</em>[/caption]` + "\n\nText", "img:/a.jpg #6 The bus | p:Text"},
		"old caption":             {`[caption id="attachment_6" caption="The &quot;bus&quot;"]<img src="/a.jpg" />[/caption]`, `img:/a.jpg #6 The "bus"`},
		"gallery":                 {`[gallery ids="4,5" columns=2]`, "gallery:[ #4 ][ #5 ]"},
		"gallery of all":          {"a\n\n[gallery]\n\nb", "p:a | gallery:[ #children-of:7 ] | p:b"},
		"embed":                   {"[embed width=5]https://vimeo.com/12[/embed]", "embed:vimeo https://vimeo.com/12 "},
		"audio":                   {`[audio mp3="/a.mp3"][/audio]`, "audio:/a.mp3 "},
		"oldest audio":            {"[audio http://x.example/a.mp3|loop=yes]", "audio:http://x.example/a.mp3 "},
		"video":                   {`[video width="3" mp4="/a.mp4"][/video]`, "video:/a.mp4 "},
		"playlist":                {`[playlist ids="3,4"]`, "audio:3  | audio:4 "},
		"youtube":                 {"[youtube=http://www.youtube.com/watch?v=abc&w=320]", "embed:youtube https://www.youtube.com/watch?v=abc "},
		"code":                    {"[code language=\"go\"]a &lt; b\n\n[c][/code]", `code:"a < b\n\n[c]"`},
		"footnote":                {"Text[efn_note]A <b>note</b>[/efn_note] on", "p:Text^ on"},
		"unknown":                 {`Buy [price id="3"] now`, `p:Buy  now | raw:[price id="3"]`},
		"unknown pair":            {`[box]Text <b>inside</b>[/box]`, "raw:[box]…[/box] | p:Text inside"},
		"unknown alone":           {"a\n\n[contact-form-7]\n\nb", "p:a | raw:[contact-form-7] | p:b"},
		"layout":                  {`[vc_row el="1"][vc_column]Text[/vc_column][/vc_row]`, "p:Text"},
		"brackets of a reporter":  {"He said [they] left [sic], see [1] and [Editor-in-chief].", "p:He said [they] left [sic], see [1] and [Editor-in-chief]."},
		"a word in brackets":      {"[laughter]\n\n[VIDEO] Watch\n\nin [code] and [ref] here", "p:[laughter] | p:[VIDEO] Watch | p:in [code] and [ref] here"},
		"escaped":                 {`Use [[gallery ids="1"]] so`, `p:Use [gallery ids="1"] so`},
		"in an attribute":         {`<a href="/x" title="[gallery]">l</a>`, "p:<l>"},
		"in code":                 {"<code>[gallery]</code>", "p:[gallery]"},
		"ours is only a word":     {`<mh-slot n="0"></mh-slot>[gallery ids=1]`, "gallery:[ #1 ]"},
		"windows lines":           {"a\r\n\r\nb\rc", "p:a | p:b/c"},
		"line breaks round image": {"a\n<img src=\"/i.jpg\" class=\"alignnone wp-image-12\">\nb", "p:a | img:/i.jpg #12  | p:b"},
	}
	for name, c := range cases {
		d, _ := converted(c.in)
		if got := shape(d.Blocks); strings.ReplaceAll(got, "  ", " ") != strings.ReplaceAll(c.want, "  ", " ") {
			t.Errorf("%s\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestTheBlockEditorsBlocksBecomeOurs(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"paragraph":        {"<!-- wp:paragraph {\"align\":\"left\"} -->\n<p>Hi</p>\n<!-- /wp:paragraph -->", "p:Hi"},
		"nested groups":    {"<!-- wp:group --><div><!-- wp:columns --><div><!-- wp:column --><div><!-- wp:heading {\"level\":3} --><h3>H</h3><!-- /wp:heading --></div><!-- /wp:column --></div><!-- /wp:columns --></div><!-- /wp:group -->", "h2:H"},
		"image":            {`<!-- wp:image {"id":7} --><figure class="wp-block-image"><img src="/a.jpg" class="wp-image-7"/><figcaption>C</figcaption></figure><!-- /wp:image -->`, "img:/a.jpg #7 C"},
		"old gallery":      {`<!-- wp:gallery {"ids":[1]} --><ul class="wp-block-gallery"><li class="blocks-gallery-item"><figure><img src="/a.jpg" data-id="1"/></figure></li></ul><!-- /wp:gallery -->`, "gallery:[/a.jpg #1 ]"},
		"new gallery":      {`<!-- wp:gallery --><figure class="wp-block-gallery"><!-- wp:image {"id":1} --><figure><img src="/a.jpg"/></figure><!-- /wp:image --><!-- wp:image --><figure><img src="/b.jpg"/></figure><!-- /wp:image --><figcaption>All</figcaption></figure><!-- /wp:gallery -->`, "gallery:[/a.jpg # ][/b.jpg # ]All"},
		"quote":            {"<!-- wp:quote --><blockquote><!-- wp:paragraph --><p>Q</p><!-- /wp:paragraph --><cite>A</cite></blockquote><!-- /wp:quote -->", "quote(p:Q)A"},
		"pull quote":       {`<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Q</p><cite>A</cite></blockquote></figure><!-- /wp:pullquote -->`, "pull:Q/A"},
		"embed":            {"<!-- wp:embed {\"url\":\"https:\\/\\/youtu.be\\/abc\",\"providerNameSlug\":\"youtube\"} --><figure><div>\nhttps://youtu.be/abc\n</div><figcaption>C</figcaption></figure><!-- /wp:embed -->", "embed:youtube https://www.youtube.com/watch?v=abc C"},
		"old embed":        {`<!-- wp:core-embed/vimeo {"url":"https://vimeo.com/1"} --><figure>x</figure><!-- /wp:core-embed/vimeo -->`, "embed:vimeo https://vimeo.com/1 "},
		"file":             {`<!-- wp:file {"id":5,"href":"https://x.example/a.pdf"} --><div><a href="https://x.example/a.pdf">Minutes</a><a download>Get</a></div><!-- /wp:file -->`, "file:https://x.example/a.pdf 5 Minutes"},
		"audio":            {`<!-- wp:audio {"id":8} --><figure><audio src="/a.mp3"></audio><figcaption>C</figcaption></figure><!-- /wp:audio -->`, "audio:/a.mp38 C"},
		"media and text":   {`<!-- wp:media-text {"mediaId":3} --><div><figure><img src="/a.jpg" class="wp-image-3"/></figure><div><!-- wp:paragraph --><p>T</p><!-- /wp:paragraph --></div></div><!-- /wp:media-text -->`, "img:/a.jpg #3 | p:T"},
		"old cover":        {`<!-- wp:cover {"url":"https://x.example/a.jpg","id":3} --><div style="background-image:url(x)"><p>T</p></div><!-- /wp:cover -->`, "img:https://x.example/a.jpg #3 | p:T"},
		"buttons":          {`<!-- wp:buttons --><div><!-- wp:button --><div><a href="/give">Give</a></div><!-- /wp:button --></div><!-- /wp:buttons -->`, "p:<Give>"},
		"details":          {`<!-- wp:details --><details><summary>S</summary><!-- wp:paragraph --><p>T</p><!-- /wp:paragraph --></details><!-- /wp:details -->`, "box(S:p:T)"},
		"furniture":        {"<!-- wp:spacer --><div></div><!-- /wp:spacer --><!-- wp:more --><!--more--><!-- /wp:more --><!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage --><!-- wp:separator --><hr/><!-- /wp:separator -->", "divider"},
		"dynamic":          {`<!-- wp:latest-posts {"n":3} /-->`, `raw:<!-- wp:latest-posts {"n":3} /-->`},
		"dynamic with tpl": {`<!-- wp:query {"a":1} --><div><!-- wp:post-title /--></div><!-- /wp:query --><!-- wp:paragraph --><p>T</p><!-- /wp:paragraph -->`, `raw:<!-- wp:query {"a":1} --><div><!-- wp:post-title /--></div><!-- /wp:query --> | p:T`},
		"reusable":         {`<!-- wp:block {"ref":12} /-->`, `raw:<!-- wp:block {"ref":12} /-->`},
		"unknown empty":    {`<!-- wp:acme/poll {"id":1} /-->`, `raw:<!-- wp:acme/poll {"id":1} /-->`},
		"unknown with":     {`<!-- wp:acme/note --><p>Kept</p><!-- /wp:acme/note -->`, "p:Kept"},
		"shortcode":        {"<!-- wp:shortcode -->\n[gallery ids=\"1\"]\n<!-- /wp:shortcode -->", "gallery:[ #1 ]"},
		"classic":          {"<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->\n\nb\n\nc", "p:a | p:b | p:c"},
		"freeform":         {"<!-- wp:freeform -->a\n\nb<!-- /wp:freeform -->", "p:a | p:b"},
		"html":             {"<!-- wp:html --><script>x</script><b>T</b><!-- /wp:html -->", "p:T"},
		"never closed":     {"<!-- wp:group --><div><!-- wp:paragraph --><p>a</p>", "p:a"},
		"never opened":     {"<!-- /wp:group --><!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->\n\nb\n\nc", "p:a | p:b | p:c"},
		"social":           {`<!-- wp:social-links --><ul><!-- wp:social-link {"url":"https://m.example/@a","service":"mastodon"} /--></ul><!-- /wp:social-links -->`, "list[<mastodon>]"},
		"verse":            {"<!-- wp:verse --><pre class=\"wp-block-verse\">a\nb</pre><!-- /wp:verse -->", `code:"a\nb"`},
		"list":             {"<!-- wp:list --><ul><!-- wp:list-item --><li>a<!-- wp:list --><ul><!-- wp:list-item --><li>b</li><!-- /wp:list-item --></ul><!-- /wp:list --></li><!-- /wp:list-item --></ul><!-- /wp:list -->", "list[alist[b]]"},
	}
	for name, c := range cases {
		d, _ := converted(c.in)
		if got := shape(d.Blocks); strings.TrimSpace(got) != strings.TrimSpace(c.want) && strings.ReplaceAll(got, "  ", " ") != strings.ReplaceAll(c.want, "  ", " ") {
			t.Errorf("%s\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestFootnotesBesideThePostComeIntoTheText(t *testing.T) {
	it := &rawItem{footnotes: `[{"id":"u-1","content":"A <em>note</em>"}]`}
	d, rep := newConverter(it, Site{}).convert(`<!-- wp:paragraph --><p>T<sup data-fn="u-1" class="fn"><a href="#u-1" id="u-1-link">1</a></sup></p><!-- /wp:paragraph --><!-- wp:footnotes /-->`)
	if len(d.Footnotes) != 1 || d.Footnotes[0].Text.String() != "A note" || shape(d.Blocks) != "p:T^" || len(rep.Raw) != 0 {
		t.Errorf("%s with %+v", shape(d.Blocks), d.Footnotes)
	}
}

func TestAPodcastsSoundComesBeforeItsText(t *testing.T) {
	got := read(t, export("1.2", `<item><content:encoded><![CDATA[<p>T</p>]]></content:encoded><wp:postmeta><wp:meta_key>enclosure</wp:meta_key><wp:meta_value><![CDATA[http://x.example/a.mp3
123
audio/mpeg]]></wp:meta_value></wp:postmeta></item>`), Options{})
	it := got.items[0]
	if s := shape(it.Document.Blocks); s != "audio:http://x.example/a.mp3  | p:T" {
		t.Error(s)
	}
	if _, err := it.Document.Encode(); err != nil {
		t.Error(err)
	}
}

func TestWhatNeedsAPersonIsListedWithItsReason(t *testing.T) {
	_, rep := converted("[price id=\"3\"]\n\n<!--more-->\n\n<form>x</form>")
	var reasons []string
	for _, r := range rep.Raw {
		reasons = append(reasons, r.Reason)
	}
	if got, want := strings.Join(reasons, "; "), "the shortcode [price], whose plug-in is not here; a form"; got != want {
		t.Errorf("reasons %q, want %q", got, want)
	}
	if rep.Dropped["more"] != 1 {
		t.Errorf("dropped %v", rep.Dropped)
	}
}

func TestHostileContentTakesLinearTime(t *testing.T) {
	for name, in := range map[string]string{
		"brackets": strings.Repeat("[", 200_000), "openers": strings.Repeat("[a ", 100_000), "quotes": strings.Repeat(`[a b="`, 50_000),
		"alone": strings.Repeat("[a_b] ", 50_000), "captions": strings.Repeat("[caption]", 30_000), "comments": strings.Repeat("<!--", 100_000),
		"pre": strings.Repeat("<pre>", 50_000), "groups": strings.Repeat("<!-- wp:group -->", 30_000), "queries": strings.Repeat("<!-- wp:query -->", 30_000),
		"pairs": strings.Repeat("[x y=1]", 20_000) + "[/x]", "tags": strings.Repeat("<a '", 50_000), "closers": strings.Repeat("[/x]", 50_000),
	} {
		start := time.Now()
		d, _ := converted(in)
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if _, err := d.Encode(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzContent(f *testing.F) {
	for _, s := range []string{"a\n\n[caption]<img src=x>b[/caption]", "<!-- wp:quote --><blockquote>[gallery]</blockquote>", "[[x]][efn_note]a[/efn_note]", "<p>[x y=\"<b>\"]</p>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, _ := converted(s)
		if _, err := d.Encode(); err != nil {
			t.Fatal(err)
		}
		if out := strings.ToLower(document.HTML(d, document.HTMLOptions{Sources: true})); strings.Contains(out, "<script") {
			t.Fatal(out)
		}
	})
}
