package document

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// outline writes a document in one short line a block, to compare at a glance.
func outline(blocks []Block) string {
	var b strings.Builder
	for _, blk := range blocks {
		if b.Len() > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(outlineOf(blk))
	}
	return b.String()
}

func outlineOf(b Block) string {
	switch b := b.(type) {
	case *Paragraph:
		return "p:" + marked(b.Text)
	case *Heading:
		return fmt.Sprintf("h%d:%s", b.Level, marked(b.Text))
	case *List:
		var items []string
		for _, it := range b.Items {
			s := marked(it.Text)
			if len(it.Term) > 0 {
				s = marked(it.Term) + "=" + s
			}
			if len(it.Blocks) > 0 {
				s += "(" + outline(it.Blocks) + ")"
			}
			items = append(items, s)
		}
		return b.Style + "[" + strings.Join(items, "; ") + "]"
	case *Quote:
		return "quote(" + outline(b.Blocks) + ")by:" + marked(b.Speaker) + "@" + b.Source
	case *PullQuote:
		return "pull:" + marked(b.Text) + " by:" + marked(b.Speaker)
	case *Image:
		return "img:" + photoLine(&b.Photo)
	case *Gallery:
		var all []string
		for i := range b.Images {
			all = append(all, photoLine(&b.Images[i]))
		}
		return "gallery[" + strings.Join(all, "; ") + "]" + marked(b.Caption)
	case *Embed:
		return "embed:" + b.Provider + "@" + b.URL + " " + marked(b.Fallback) + "/" + marked(b.Caption)
	case *Table:
		return fmt.Sprintf("table(head %d, foot %d, column %v, %s)%s", b.HeaderRows, b.FooterRows, b.HeaderColumn, marked(b.Caption), cells(b))
	case *Code:
		return fmt.Sprintf("code(%s)%q", b.Language, b.Text)
	case *Factbox:
		return "box(" + marked(b.Title) + ": " + outline(b.Blocks) + ")"
	case *Audio:
		return "audio@" + b.Source + " " + marked(b.Caption)
	case *Video:
		return "video@" + b.Source + " " + marked(b.Caption)
	case *Raw:
		return "raw(" + b.Reason + ")"
	}
	return b.Kind()
}

func photoLine(p *Photo) string {
	s := p.Source + " alt:" + p.Alt + " cap:" + marked(p.Caption)
	if p.Credit != "" {
		s += " credit:" + p.Credit
	}
	if p.Link != "" {
		s += " to:" + p.Link
	}
	return s
}

func cells(t *Table) string {
	var rows []string
	for _, row := range t.Rows {
		var cs []string
		for _, c := range row {
			cs = append(cs, marked(c.Text)+outline(c.Blocks))
		}
		rows = append(rows, strings.Join(cs, ","))
	}
	return "{" + strings.Join(rows, ";") + "}"
}

func marked(in Inline) string {
	var b strings.Builder
	for _, s := range in {
		t := s.Text
		if s.Break {
			t = "/"
		}
		if s.Note != "" {
			t = "^"
		}
		for _, m := range []struct {
			on bool
			c  string
		}{{s.Strong, "*"}, {s.Em, "_"}, {s.Code, "`"}, {s.Strike, "~"}, {s.Sup, "^^"}, {s.Sub, ",,"}} {
			if m.on {
				t = m.c + t + m.c
			}
		}
		if s.Link.Href != "" {
			t = "<" + t + " " + s.Link.Href + ">"
		}
		b.WriteString(t)
	}
	return b.String()
}

func TestForeignHTMLBecomesTheBlocksItMeans(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"paragraphs":                  {`<p>One <b>two</b>  three</p><p>&nbsp;</p><p>Four</p>`, `p:One *two* three | p:Four`},
		"text outside paragraphs":     {`Loose <div>inner</div> tail`, `p:Loose | p:inner | p:tail`},
		"two line breaks":             {`<div>a<br>b<br><br>c</div>`, `p:a/b | p:c`},
		"headings":                    {`<h1>A</h1><h2>B</h2><h3>C</h3><h6>D</h6><h4></h4>`, `h2:A | h2:B | h3:C | h4:D`},
		"levels never skip":           {`<h5>A</h5><h4>B</h4><h2>C</h2><h4>D</h4>`, `h2:A | h3:B | h2:C | h3:D`},
		"nested lists":                {`<ul><li>a<ol start="3"><li>b</li></ol></li><li><p>c</p><p>d</p></li></ul>`, `bullets[a(numbers[b]); c(p:d)]`},
		"list in a list, no item":     {`<ul><li>a</li><ul><li>b</li></ul></ul>`, `bullets[a(bullets[b])]`},
		"definitions":                 {`<dl><dt>From</dt><dd>Station</dd><dt>A</dt><dt>B</dt><dd>C</dd><dd>D</dd></dl>`, `terms[From=Station; A=; B=C; D]`},
		"quotation":                   {`<blockquote cite="https://x.example/m"><p>Words</p><footer>P. Haldane</footer></blockquote>`, `quote(p:Words)by:P. Haldane@https://x.example/m`},
		"quotation with cite":         {`<blockquote><p>Words</p><cite><a href="https://x.example/m">Ann</a></cite></blockquote>`, `quote(p:Words)by:Ann@https://x.example/m`},
		"a work named mid-sentence":   {`<blockquote><p>In <cite>Emma</cite> she says</p></blockquote>`, `quote(p:In _Emma_ she says)by:@`},
		"pull quote":                  {`<figure class="wp-block-pullquote"><blockquote><p>Big</p><cite>Ann</cite></blockquote></figure>`, `pull:Big by:Ann`},
		"spoken words":                {`<p>She said <q>no</q>.</p>`, `p:She said “no”.`},
		"image with caption":          {`<figure><img src="/a.jpg" alt="A"><figcaption>Cap <span class="credit">Photo: I.H.</span></figcaption></figure>`, `img:/a.jpg alt:A cap:Cap credit:Photo: I.H.`},
		"largest of a srcset":         {`<img src="s.jpg" srcset="m.jpg 600w, l.jpg 1200w, s.jpg 300w">`, `img:l.jpg alt: cap:`},
		"late loading":                {`<img src="data:image/gif;base64,R0" data-src="real.jpg"><noscript><img src="real.jpg"></noscript>`, `img:real.jpg alt: cap:`},
		"image in a link":             {`<a href="/big.jpg"><img src="/a.jpg"></a>`, `img:/a.jpg alt: cap: to:/big.jpg`},
		"image inside a sentence":     {`<p>Before <img src="/a.jpg"> after</p>`, `p:Before after | img:/a.jpg alt: cap:`},
		"image before its text":       {`<p><img src="/a.jpg"> after</p>`, `img:/a.jpg alt: cap: | p:after`},
		"image between breaks":        {`<p>one<br><img src="/a.jpg"><br>two</p>`, `p:one | img:/a.jpg alt: cap: | p:two`},
		"emoticon":                    {`<p>Hi <img class="wp-smiley" src="s.png" alt=":)"></p>`, `p:Hi :)`},
		"old caption":                 {`<div class="wp-caption"><img src="/a.jpg"><p class="wp-caption-text">Cap</p></div>`, `img:/a.jpg alt: cap:Cap`},
		"gallery":                     {`<figure class="wp-block-gallery"><ul><li><figure><img src="1.jpg"><figcaption>x</figcaption></figure></li><li><figure><img src="2.jpg"></figure></li></ul><figcaption>All</figcaption></figure>`, `gallery[1.jpg alt: cap:x; 2.jpg alt: cap:]All`},
		"table":                       {`<table><caption>T</caption><thead><tr><th>a<th>b</thead><tbody><tr><th>c<td>d</tbody><tfoot><tr><td>e<td>f</tfoot></table>`, `table(head 1, foot 1, column true, T){a,b;c,d;e,f}`},
		"table without a head":        {`<table><tr><th>a<th>b<tr><td>1<td>2</table>`, `table(head 1, foot 0, column false, ){a,b;1,2}`},
		"table that is a frame":       {`<table><tr><td><p>just text</p></td></tr></table>`, `p:just text`},
		"table in a table":            {`<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>`, `table(head 0, foot 0, column false, ){atable(head 0, foot 0, column false, ){b,c},d}`},
		"code":                        {"<pre class=\"language-go\"><code>a\n  b\n</code></pre>", `code(go)"a\n  b"`},
		"lines with a link":           {"<pre>a\n<a href=\"/x\">b</a></pre>", `p:a/<b /x>`},
		"youtube":                     {`<iframe src="https://www.youtube-nocookie.com/embed/abc-1?start=30"></iframe>`, `embed:youtube@https://www.youtube.com/watch?v=abc-1&t=30s /`},
		"vimeo":                       {`<figure><iframe src="//player.vimeo.com/video/123"></iframe><figcaption>c</figcaption></figure>`, `embed:vimeo@https://vimeo.com/123 /c`},
		"any frame":                   {`<iframe src="https://maps.example/line-7"></iframe>`, `embed:@https://maps.example/line-7 /`},
		"frame without address":       {`<iframe srcdoc="<script>x</script>"></iframe>`, `raw(a frame without a web address)`},
		"flash":                       {`<object><param name="movie" value="http://www.youtube.com/v/abc_9&hl=en"><embed src="x"></object>`, `embed:youtube@https://www.youtube.com/watch?v=abc_9 /`},
		"tweet":                       {`<blockquote class="twitter-tweet"><p>Hi <a href="https://t.co/x">link</a></p>&mdash; Ann <a href="https://twitter.com/a/status/12">May 1</a></blockquote><script src="https://platform.twitter.com/widgets.js"></script>`, `embed:x@https://twitter.com/a/status/12 Hi <link https://t.co/x>/— Ann <May 1 https://twitter.com/a/status/12>/`},
		"sound":                       {`<audio controls><source src="/a.mp3"></audio>`, `audio@/a.mp3 `},
		"film with caption":           {`<figure><video src="/a.mp4"></video><figcaption>c</figcaption></figure>`, `video@/a.mp4 c`},
		"form":                        {`<p>a</p><form><input name=q><button>Go</button></form>`, `p:a | raw(a form)`},
		"drawing in a sentence":       {`<p>a <svg><text>x</text></svg> b</p>`, `p:a b | raw(a drawing (SVG))`},
		"details":                     {`<details><summary>More</summary><p>x</p></details>`, `box(More: p:x)`},
		"aside with a heading":        {`<aside><h3>Facts</h3><ul><li>a</li></ul></aside>`, `box(Facts: bullets[a])`},
		"aside without":               {`<aside><p>x</p></aside>`, `p:x`},
		"marks":                       {`<p>H<sub>2</sub>O m<sup>2</sup> <del>old</del> <kbd>x</kbd> <i>y</i></p>`, "p:H,,2,,O m^^2^^ ~old~ `x` _y_"},
		"google docs":                 {`<b style="font-weight:normal"><p><span style="font-weight:700">B</span> <span style="font-style: italic">I</span></p></b>`, `p:*B* _I_`},
		"script address":              {`<p><a href=" java&#10;script:alert(1)">x</a></p>`, `p:x`},
		"link round a heading":        {`<a href="/x"><h3>T</h3></a>`, `h2:<T /x>`},
		"nothing that is seen":        {`<style>x</style><script>y</script><!-- z --><template>t</template>`, ``},
		"address in text stays plain": {`<p>https://www.youtube.com/watch?v=1</p>`, `p:https://www.youtube.com/watch?v=1`},
		"reading of an ideograph":     {`<p><ruby>漢<rt>かん</rt></ruby></p>`, `p:漢(かん)`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, _ := ImportHTML(c.in, ImportOptions{})
			if got := outline(d.Blocks); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			if _, err := d.Encode(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFootnotesOfManyMakersAreUnderstood(t *testing.T) {
	cases := map[string]string{
		"plain":         `<p>Text<sup><a href="#fn1" id="r1">1</a></sup> on.</p><ol><li id="fn1">The note. <a href="#r1">↩</a></li></ol>`,
		"wordpress":     `<p>Text<sup data-fn="aa-1" class="fn"><a href="#aa-1" id="aa-1-link">1</a></sup> on.</p><ol class="wp-block-footnotes"><li id="aa-1">The note. <a href="#aa-1-link">↩︎</a></li></ol>`,
		"word":          `<p>Text<a href="#_ftn1" name="_ftnref1">[1]</a> on.</p><hr><div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> The note.</p></div>`,
		"google docs":   `<p>Text<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup> on.</p><div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a>&nbsp;The note.</p></div>`,
		"easy footnote": `<p>Text<span class="easy-footnote"><a href="#easy-footnote-bottom-1-12"><sup>1</sup></a></span> on.</p><ol><li><span id="easy-footnote-bottom-1-12"></span>The note.<a class="easy-footnote-to-top" href="#easy-footnote-1-12"></a></li></ol>`,
		"markdown":      `<p>Text<sup id="fnref:1"><a href="#fn:1" class="footnote-ref" role="doc-noteref">1</a></sup> on.</p><div class="footnotes"><ol><li id="fn:1"><p>The note.&#160;<a href="#fnref:1">&#x21a9;&#xfe0e;</a></p></li></ol></div>`,
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			d, rep := ImportHTML(in, ImportOptions{})
			if len(d.Footnotes) != 1 {
				t.Fatalf("%d footnotes, want 1: %s", len(d.Footnotes), outline(d.Blocks))
			}
			if got := strings.Trim(d.Footnotes[0].Text.String(), " \u00a0"); got != "The note." {
				t.Errorf("note is %q", got)
			}
			if got := outlineOf(d.Blocks[0]); got != "p:Text^ on." {
				t.Errorf("text is %q", got)
			}
			if rep.In.Words != rep.Out.Words || rep.In.Footnotes != 1 || rep.Out.Footnotes != 1 {
				t.Errorf("report counts in %+v, out %+v", rep.In, rep.Out)
			}
		})
	}
}

func TestLinksInsideTheTextFindTheirPlace(t *testing.T) {
	d, _ := ImportHTML(`<p><a href="#part two">Jump</a></p><h2 id="part two">Part</h2><p><a href="#gone">x</a></p>`, ImportOptions{})
	out := render(d)
	h := d.Blocks[1].(*Heading)
	if h.Anchor == "" || !strings.Contains(out, `href="#a-`+h.Anchor+`"`) || !strings.Contains(out, `id="a-`+h.Anchor+`"`) {
		t.Errorf("link and place don't meet in %s", out)
	}
	again, _ := ImportHTML(out, ImportOptions{})
	if again.Blocks[1].(*Heading).Anchor != h.Anchor {
		t.Errorf("place changed its name on a second import")
	}
}

func TestWhatIsNotKeptIsReported(t *testing.T) {
	_, rep := ImportHTML(`<p>x<!-- c --></p><script>s</script><p><a href="javascript:x()">y</a></p><form>words here</form><img width=1 height=1 src=p.gif>`, ImportOptions{NewID: countIDs()})
	if !reflect.DeepEqual(rep.Refused, []string{"javascript:x()"}) {
		t.Errorf("refused %q", rep.Refused)
	}
	if len(rep.Raw) != 1 || rep.Raw[0].Reason != "a form" || rep.Kept.Words != 2 {
		t.Errorf("raw %+v, kept %+v", rep.Raw, rep.Kept)
	}
	for _, what := range []string{"comment", "script", "tracking pixel"} {
		if rep.Dropped[what] != 1 {
			t.Errorf("dropped %v, want one %s", rep.Dropped, what)
		}
	}
}

func countIDs() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("i%d", n) }
}

func TestTheSameSourceGivesTheSameIDs(t *testing.T) {
	const in = `<p>a<sup><a href="#fn1">1</a></sup></p><p>same</p><p>same</p><ol><li id="fn1">note</li></ol>`
	one, _ := ImportHTML(in, ImportOptions{Seed: "post 7"})
	two, _ := ImportHTML(`<h2>New</h2>`+in, ImportOptions{Seed: "post 7"})
	if one.Blocks[0].base().ID != two.Blocks[1].base().ID || one.Blocks[2].base().ID != two.Blocks[3].base().ID {
		t.Error("a block that did not change lost its id")
	}
	if one.Blocks[1].base().ID == one.Blocks[2].base().ID {
		t.Error("equal paragraphs share an id")
	}
	if _, err := one.Encode(); err != nil {
		t.Error(err)
	}
}

func TestHostileInputTakesLinearTimeAndKeepsItsWords(t *testing.T) {
	cases := map[string]string{
		"divs":           strings.Repeat("<div>", 100_000) + "word" + strings.Repeat("</div>", 100_000),
		"lists":          strings.Repeat("<ul><li>", 50_000) + "word",
		"quotes":         strings.Repeat("<blockquote>", 50_000) + "word",
		"bold unclosed":  strings.Repeat("<b><i><font color=1>", 200) + strings.Repeat("<p>word", 50_000),
		"links unclosed": strings.Repeat("<a href=x>word<p>", 50_000),
		"tables":         strings.Repeat("<table><tr><td>", 20_000) + "word",
		"figures":        strings.Repeat("<figure><figcaption>", 30_000) + "word",
		"many small":     strings.Repeat("<span>word</span> ", 100_000),
		"comments":       strings.Repeat("word<!-- -->", 100_000),
		"notes":          strings.Repeat(`<sup><a href="#fn1">1</a></sup>`, 50_000) + `<p id=fn1>word`,
		"attributes":     "<p " + strings.Repeat("a=b ", 200_000) + ">word",
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			d, _ := ImportHTML(in, ImportOptions{})
			out := render(d)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if strings.Count(Text(d), "word") != strings.Count(in, "word") {
				t.Errorf("%d words of %d", strings.Count(Text(d), "word"), strings.Count(in, "word"))
			}
			if _, err := d.Encode(); err != nil {
				t.Error(err)
			}
			checkSafe(t, out[:min(len(out), 1_000_000)])
		})
	}
}

// letters counts the letters that readers of the HTML would see.
func letters(source string) map[rune]int {
	out := map[rune]int{}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			countLetters(out, n.Data)
		}
		if unseen[n.DataAtom] && n.Namespace == "" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	if body, err := parse(strings.ToValidUTF8(source, "\uFFFD")); err == nil {
		walk(body)
	}
	return out
}

func countLetters(into map[rune]int, s string) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			into[r]++
		}
	}
}

func FuzzImportHTML(f *testing.F) {
	for _, s := range []string{
		`<p>a<sup><a href="#fn1">1</a></sup></p><ol><li id="fn1">n <a href="#r">↩</a></li></ol>`,
		`<table><caption>c<tr><th>a<td>b</table><dl><dd>x<dt>y</dl>`,
		`<figure><img src=a><figcaption>b<span class=credit><a href=x>c</a></span></figure>`,
		`<blockquote class=twitter-tweet>a<a href="https://twitter.com/a/status/1">b</a></blockquote>`,
		`<a href="javascript:alert(1)" onclick=x>y</a><svg><script>z</script></svg><math><mi>x</mi></math>`,
		`<select><option>a</select><textarea><p>b</textarea><noscript><p>c</noscript><xmp><b>d</xmp>`,
		`<pre>a<img src=x>b<pre>c`, `<ruby>a<rt>b</ruby><q>c</q><details>d<summary>e`, `<frameset><frame></frameset>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) { checkImport(t, source) })
}

type failer interface{ Fatalf(string, ...any) }

// checkImport demands of any input: a document that the codec takes, safe HTML,
// and every letter kept.
func checkImport(t failer, source string) {
	opt := ImportOptions{Lang: "en", BaseURL: "https://example.org/a/"}
	d, _ := ImportHTML(source, opt)
	b, err := d.Encode()
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if _, err := Decode(b); err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	out := render(d)
	checkSafe(t, out)
	if ownMarks(source) {
		return // words of our own interface are recognised and dropped
	}
	checkLetters(t, source, d)
	again, _ := ImportHTML(out, opt)
	checkSafe(t, render(again))
}

// soup are the scraps that tag soup is made of.
var soup = []string{
	"<p>", "</p>", "<div>", "</div>", "<ul>", "<ol start=4>", "</ul>", "</ol>", "<li>", "</li>", "<dl>", "<dt>", "<dd>", "</dl>",
	"<b>", "</b>", "<i>", "</i>", "<a href=/x>", "<a href=#fn1>n</a>", "<a href=javascript:x>", "</a>", "<sup>", "</sup>", "<sup><a href=#fn1>1</a></sup>",
	"<li id=fn1>", "<p id=fn1>", "<br>", "<br><br>", "<hr>", "<h1>", "<h3 id=t>", "</h3>", "<h6>", "<a href=#t>", "<blockquote>", "</blockquote>",
	"<footer>", "</footer>", "<cite>", "</cite>", "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<span class=credit>", "</span>",
	"<img src=/a.jpg alt=A>", "<img src=/b.jpg>", "<img alt=z>", "<table>", "</table>", "<caption>", "<thead>", "<tr>", "<td>", "<th>", "<td colspan=2>", "<tfoot>",
	"<pre>", "</pre>", "<code>", "</code>", "<iframe src=https://youtu.be/abc></iframe>", "<iframe>x</iframe>", "<audio src=a>", "</audio>", "<video><source src=v></video>",
	"<details>", "<summary>", "</details>", "<aside>", "</aside>", "<form>", "</form>", "<select><option>o</select>", "<textarea>t</textarea>", "<svg><text>s</text></svg>",
	"<script>no</script>", "<style>no</style>", "<!-- no -->", "<section>", "<article lang=fa>", "<span lang=fa dir=rtl>", "<bdi>", "<q>", "</q>", "<ruby>", "<rt>", "</ruby>",
	"<noscript>", "</noscript>", "<blockquote class=twitter-tweet>", "<a href=https://x.com/a/status/1>", "<div class=gallery>", "<div class=wp-caption>", "<p class=wp-caption-text>",
	"<figure class=wp-block-pullquote>", "<object>", "</object>", "<template>no</template>", "<p class='pull side'>", "<xmp>", "</xmp>", "<custom-tag>",
	"a", "b ", " c", "dé", " ", "&nbsp;", "&lt;script&gt;", "1", "سلام", "\n",
}

func TestNoTagSoupLosesALetterOrRunsScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scraps := rapid.SliceOfN(rapid.SampledFrom(soup), 1, 40).Draw(t, "soup")
		checkImport(t, strings.Join(scraps, ""))
	})
}

// TestWhatReadersSeeOfTagSoupIsStable: once imported, a text comes out of
// rendering and importing as it went in.
func TestWhatReadersSeeOfTagSoupIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scraps := rapid.SliceOfN(rapid.SampledFrom(soup), 1, 25).Draw(t, "soup")
		source := strings.Join(scraps, "")
		if ownMarks(source) {
			return
		}
		d, rep := ImportHTML(source, ImportOptions{Lang: "en"})
		if len(rep.Raw) > 0 {
			return // a box of nothing but raw blocks is empty for readers
		}
		once, _ := ImportHTML(render(d), ImportOptions{Lang: "en"})
		if a, b := sameIDs(d), sameIDs(once); !reflect.DeepEqual(a, b) {
			t.Fatalf("source %s\nfirst  %s\nsecond %s\nHTML %s", source, outline(a.Blocks), outline(b.Blocks), render(d))
		}
	})
}

func ownMarks(source string) bool {
	for _, s := range []string{"data-kind", "transcript", "src", "media"} {
		if strings.Contains(strings.ToLower(source), "class") && strings.Contains(strings.ToLower(source), s) || strings.Contains(source, "data-kind") {
			return true
		}
	}
	return false
}

func checkLetters(t failer, source string, d *Document) {
	got := map[rune]int{}
	countLetters(got, Text(d))
	d.Walk(func(b Block) bool {
		if raw, ok := b.(*Raw); ok {
			countLetters(got, html.UnescapeString(raw.HTML))
			countLetters(got, raw.HTML) // entities in xmp and the like are text
		}
		return true
	})
	for r, n := range letters(source) {
		if got[r] < n {
			t.Fatalf("letter %q: %d in, %d out\nsource %q\nis %s", r, n, got[r], source, outline(d.Blocks))
		}
	}
}
