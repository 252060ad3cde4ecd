package program

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/testkit/browser"
)

// item is what an export says of a post, read here apart from the importer.
type item struct {
	Title    string    `xml:"title"`
	Link     string    `xml:"link"`
	Type     string    `xml:"post_type"`
	Status   string    `xml:"status"`
	Password string    `xml:"post_password"`
	Comments []comment `xml:"comment"`
}

type comment struct {
	ID string `xml:"comment_id"`
}

// live tells whether readers of the old site could see it.
func (it item) live() bool {
	return (it.Type == "post" || it.Type == "page") && it.Status == "publish" && it.Password == ""
}

// contents counts what an export holds, by the words of the report.
type contents struct {
	count map[string]int
	items []item
}

func readExport(t *testing.T, file string) contents {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := contents{count: map[string]int{"author": 0, "category": 0, "tag": 0, "comment": 0, "post": 0, "page": 0, "attachment": 0}}
	in := xml.NewDecoder(f)
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		el, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch name := el.Name.Local; {
		case name == "item":
			var it item
			if err := in.DecodeElement(&it, &el); err != nil {
				t.Fatal(err)
			}
			it.Link, it.Type, it.Status = strings.TrimSpace(it.Link), strings.TrimSpace(it.Type), strings.TrimSpace(it.Status)
			c.items = append(c.items, it)
			c.count[it.Type]++
			c.count["comment"] += len(it.Comments)
		case strings.Contains(el.Name.Space, "wordpress.org/export") && slices.Contains([]string{"author", "category", "tag", "term"}, name):
			var term struct {
				Taxonomy string `xml:"term_taxonomy"`
			}
			if err := in.DecodeElement(&term, &el); err != nil {
				t.Fatal(err)
			}
			if term.Taxonomy = strings.TrimSpace(term.Taxonomy); term.Taxonomy != "category" && term.Taxonomy != "post_tag" { // named a second time
				c.count[name]++
			}
		}
	}
}

// imported is the report of an import.
type imported struct {
	Complete bool
	Broken   string
	Written  int
	Items    map[string]struct{ Found, Written, Updated, Unchanged, Skipped int }
	Text     struct {
		In, Out, Raw struct{ Words, Links, Images, Quotes, Lists, Footnotes int }
	}
}

func (s *server) imports(t *testing.T, file string, flags ...string) (rep imported) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.on(t, append([]string{"import", file, "--json"}, flags...)...)), &rep); err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestRealWordPressSitesComeIn(t *testing.T) {
	for _, name := range []string{"64-block-test-data.xml", "theme-preview.xml", "themeunittestdata.wordpress.xml"} {
		file := corpora(t, "wxr", name)
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, e engine) {
				s := quiet(t, e)
				in := readExport(t, file)
				checkReport(t, s, file, in)
				paths := checkLinks(t, s, in)
				if e == sqlite {
					checkNoScriptRuns(t, s, paths)
				}
			})
		})
	}
}

func checkReport(t *testing.T, s *server, file string, in contents) {
	t.Helper()
	rep := s.imports(t, file)
	if !rep.Complete {
		t.Errorf("not complete: %s", rep.Broken)
	}
	for kind, n := range in.count {
		if got := rep.Items[kind]; got.Found != n {
			t.Errorf("%s: %d found of the file's %d", kind, got.Found, n)
		}
	}
	written := 0
	for kind, c := range rep.Items {
		written += c.Written + c.Updated
		if c.Found != c.Written+c.Updated+c.Unchanged+c.Skipped {
			t.Errorf("%s does not add up: %+v", kind, c)
		}
		if (kind == "post" || kind == "page") && c.Skipped > 0 {
			t.Errorf("%d of kind %s were left out", c.Skipped, kind)
		}
	}
	if written != rep.Written || written == 0 {
		t.Errorf("%d written, but %d by kind", rep.Written, written)
	}
	if in, out, raw := rep.Text.In, rep.Text.Out, rep.Text.Raw; in.Words != out.Words+raw.Words || in.Links > out.Links+raw.Links || in.Images > out.Images+raw.Images || in.Words == 0 {
		t.Errorf("text was lost: %+v", rep.Text)
	}
	if again := s.imports(t, file); again.Written != 0 {
		t.Errorf("the second run wrote %d", again.Written)
	}
}

// checkLinks asks for the old address of every item and returns the paths of
// what is public.
func checkLinks(t *testing.T, s *server, in contents) (paths []string) {
	t.Helper()
	for _, it := range in.items {
		u, err := url.Parse(it.Link)
		if err != nil || it.Link == "" || u.RequestURI() == "/" && !it.live() {
			continue
		}
		a := s.get(t, u.RequestURI())
		target := u.RequestURI()
		if a.Status == 301 {
			target = a.Header.Get("Location")
			a = s.get(t, target)
		}
		h1 := plain(parse(t, a.Body).Find("main h1").Text())
		switch {
		case it.live() && (a.Status != 200 || h1 == ""):
			t.Errorf("%s (%s): %d at %s with the headline %q", it.Link, it.Title, a.Status, target, h1)
		case it.live():
			paths = append(paths, target)
		case (it.Type == "post" || it.Type == "page") && a.Status == 200 && h1 == plain(it.Title):
			t.Errorf("%s is %s and yet public", it.Link, it.Status)
		}
	}
	if len(paths) == 0 {
		t.Error("nothing of it is public")
	}
	return paths
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// checkNoScriptRuns opens pages in a browser that runs scripts and looks for any
// that did.
func checkNoScriptRuns(t *testing.T, s *server, paths []string) {
	t.Helper()
	tab := browser.Start(t).Tab(t, browser.Options{Width: 390})
	ran := new(buffer)
	err := chromedp.Listen(tab.Ctx, func(ev any) {
		switch ev := ev.(type) {
		case *cdppage.EventJavascriptDialogOpening:
			fmt.Fprintf(ran, "a dialog: %s\n", ev.Message)
		case *runtime.EventConsoleAPICalled:
			fmt.Fprintln(ran, "a call of the console")
		case *runtime.EventExceptionThrown:
			fmt.Fprintln(ran, "an exception")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	globals := func() string {
		return browser.Get(tab, chromedp.Evaluate[string](`Object.getOwnPropertyNames(window).sort().join(" ")`))
	}
	tab.Go(s.Base + "/books")
	bare := globals()
	for _, path := range paths {
		tab.Go(s.Base + path)
		if d := difference(strings.Fields(bare), strings.Fields(globals())); len(d) > 0 {
			t.Errorf("%s: a script ran: %q", path, d)
		}
		if where := browser.Get(tab, chromedp.Location()); where != s.Base+path {
			t.Errorf("%s led to %s by itself", path, where)
		}
		for _, fault := range harmful(parse(t, s.get(t, path).Body)) {
			t.Errorf("%s: %s", path, fault)
		}
	}
	if ran.String() != "" {
		t.Error(ran.String())
	}
	if f := tab.Foreign(s.Base); len(f) > 0 {
		t.Errorf("requests that left the site: %q", f)
	}
}

var harmfulScheme = regexp.MustCompile(`(?i)^[\s\x00-\x20]*(javascript|vbscript|data:text)`)

// harmful lists what could run in a page, whatever the browser would do with it.
func harmful(d *goquery.Document) (out []string) {
	d.Find("script:not([type='application/ld+json']), iframe, object, embed, applet, base, meta[http-equiv], [srcdoc], form[action^=http], svg script, foreignObject").Each(func(_ int, el *goquery.Selection) {
		out = append(out, outer(el))
	})
	d.Find("*").Each(func(i int, el *goquery.Selection) {
		for _, name := range []string{"href", "src", "action", "formaction", "xlink:href", "data", "poster"} {
			if harmfulScheme.MatchString(el.AttrOr(name, "")) {
				out = append(out, outer(el))
			}
		}
		if hasHandler(i, el) || el.AttrOr("style", "") != "" {
			out = append(out, outer(el))
		}
	})
	return out
}

// Ways in which scripts have come with foreign texts.
var scripts = []string{
	`<script>window.pwned=1</script>`, `<img src=x onerror="window.pwned=1">`, `<svg onload="window.pwned=1"><script>window.pwned=1</script></svg>`,
	`<a href="javascript:window.pwned=1" autofocus onfocus="window.pwned=1">go</a>`, `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
	`<iframe src="javascript:parent.pwned=1"></iframe>`, `<object data="javascript:window.pwned=1"></object>`, `<embed src="javascript:window.pwned=1">`,
	`<meta http-equiv="refresh" content="0;url=javascript:window.pwned=1">`, `<base href="https://elsewhere.example/">`, `<body onload="window.pwned=1">`,
	`<details open ontoggle="window.pwned=1"><summary>x</summary>y</details>`, `<style>@import "https://elsewhere.example/x.css";</style>`,
	`<p style="background:url(https://elsewhere.example/x)">styled</p>`, `<math><mtext><table><mglyph><style><img src=x onerror="window.pwned=1"></style></mglyph></table></mtext></math>`,
	`<noscript><p title="</noscript><img src=x onerror=window.pwned=1>"></noscript>`, `<form action="https://elsewhere.example"><button formaction="javascript:window.pwned=1">b</button></form>`,
	`<video src=x onerror="window.pwned=1" poster="javascript:window.pwned=1"></video>`, `<a href="&#x6A;avascript:window.pwned=1">entity</a>`,
	"<a href=\"java\tscript:window.pwned=1\">tab</a>", `[caption caption="<script>window.pwned=1</script>"]<img src="x">text[/caption]`, `[embed]javascript:window.pwned=1[/embed]`,
	`[gallery ids="1" onclick="window.pwned=1"]`, `<!-- wp:html --><img src=x onerror="window.pwned=1"><!-- /wp:html -->`,
	`<!-- wp:paragraph {"style":{"color":"</style><script>window.pwned=1</script>"}} --><p>attr</p><!-- /wp:paragraph -->`,
	`<!-- wp:button --><div class="wp-block-button"><a href="javascript:window.pwned=1">button</a></div><!-- /wp:button -->`,
	`<!-- wp:image {"id":1} --><figure><img src="javascript:window.pwned=1" alt='"><script>window.pwned=1</script>'/><figcaption><script>window.pwned=1</script></figcaption></figure><!-- /wp:image -->`,
}

// xmlItem writes one published post of an export.
func xmlItem(n int, title, content string) string {
	cdata := func(s string) string {
		return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
	}
	return fmt.Sprintf(`<item><title>%s</title><link>https://bell.example/2026/03/story-%d/</link><dc:creator>mara</dc:creator>
<content:encoded>%s</content:encoded><wp:post_id>%d</wp:post_id><wp:post_date_gmt>2026-03-03 08:%02d:%02d</wp:post_date_gmt>
<wp:post_name>story-%d</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="post_tag" nicename="tag-%d">%s</category></item>`, cdata(title), n, cdata(content), 100+n, n/60%60, n%60, n, n, cdata(title))
}

// exportOf is an export with the items instead of its own.
func exportOf(t *testing.T, items string) (file string) {
	t.Helper()
	head, rest, _ := strings.Cut(export, "<item>")
	_, tail, _ := strings.Cut(rest, "</item>")
	file = filepath.Join(t.TempDir(), "made.xml")
	if err := os.WriteFile(file, []byte(head+items+tail), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestNoScriptOfAnImportRuns(t *testing.T) {
	var items strings.Builder
	var paths []string
	for i, script := range scripts {
		items.WriteString(xmlItem(i, "Headline "+script, "<p>before</p>\n"+script+"\n<p>after</p>"))
		paths = append(paths, fmt.Sprintf("/2026/03/story-%d", i))
	}
	s := quiet(t, sqlite)
	s.imports(t, exportOf(t, items.String()))
	for _, path := range paths {
		if text := parse(t, s.get(t, path).Body).Find(".prose").Text(); !strings.Contains(text, "before") || !strings.Contains(text, "after") {
			t.Errorf("%s lost its text: %q", path, text)
		}
	}
	checkNoScriptRuns(t, s, append(paths, "/"))
}

func TestBrokenExportsAreRefusedInASentence(t *testing.T) {
	fixtures := corpora(t, "site-exports", "mg-wp-xml", "test", "fixtures")
	broken := map[string]bool{"sample.xml": true, "sample-no-slug.xml": true, "attachments-only.xml": true}
	var files []string
	for _, pattern := range []string{"*.xml", "multiple/*.xml"} {
		found, err := filepath.Glob(filepath.Join(fixtures, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 12 {
		t.Fatalf("only %d exports", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			r := masthead(t, "import", file, "--data", dir)
			if !broken[filepath.Base(file)] {
				if r.Code != 0 || r.Stderr != "" {
					t.Errorf("%d %s", r.Code, r.Stderr)
				}
				return
			}
			if r.Code != 1 || strings.Count(r.Stderr, "\n") != 1 || !regexp.MustCompile(`line \d+, column \d+`).MatchString(r.Stderr) || strings.Contains(r.Stderr, "goroutine") {
				t.Errorf("%d %q", r.Code, r.Stderr)
			}
			if again := masthead(t, "import", file, "--data", dir, "--json"); again.Code != 1 || again.Stdout != "" && !strings.Contains(again.Stdout, `"written": 0,`) {
				t.Errorf("the second run: %d, %.300s", again.Code, again.Stdout)
			}
		})
	}
}

func TestFilesThatAreNoExportAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty.xml": "", "text.txt": "hello", "page.html": "<!doctype html><title>x</title>", "feed.xml": `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>`,
		"bomb.xml":    `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>&b;</title><wp:wxr_version>1.2</wp:wxr_version></channel></rss>`,
		"picture.jpg": "\xff\xd8\xff\xe0",
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r := masthead(t, "import", file, "--data", filepath.Join(dir, "newsroom-"+name))
		if r.Code != 1 || strings.Count(r.Stderr, "\n") != 1 || len(strings.Fields(r.Stderr)) < 5 {
			t.Errorf("%s: %d %q %.200s", name, r.Code, r.Stderr, r.Stdout)
		}
	}
	if r := masthead(t, "import", filepath.Join(dir, "none.xml"), "--data", filepath.Join(dir, "n")); r.Code != 1 || strings.Count(r.Stderr, "\n") != 1 {
		t.Errorf("a file that is not there: %d %q", r.Code, r.Stderr)
	}
}
