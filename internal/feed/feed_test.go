package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the golden file (-update writes it anew):\n%s", name, got)
	}
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("", 3600))

func lantern() Channel {
	return Channel{
		Title: "The Alderwick Lantern", Description: "News of Alderwick & its river", Lang: "en",
		Home: "https://lantern.example/", Self: "https://lantern.example/feed.xml", Icon: "https://lantern.example/icon.png", Rights: "CC BY 4.0",
		Items: []Item{
			{
				ID: "urn:uuid:0190d5f0-0000-7000-8000-000000000001", URL: "https://lantern.example/2026/11/night-bus", Title: "Night bus <stays> & runs later",
				Summary: "The council keeps line 23 < midnight.", HTML: `<p>The 23:40 &amp; the <em>last</em> bus.</p><p>]]></p>`, Lang: "en",
				Published: noon.Add(-48 * time.Hour), Updated: noon, Authors: []Author{{"Nell Abara", "https://lantern.example/people/nell-abara"}, {"Ines Hallow", ""}},
				Tags: []string{"Council", "Buses"},
				Image: &Image{URL: "https://lantern.example/media/aa/1280.jpg", Type: "image/jpeg", Width: 1280, Height: 720, Bytes: 90210,
					Alt: "A lit bus at dusk", Caption: "The 23:40 on Wednesday", Credit: "Ines Hallow / The Lantern"},
			},
			{
				ID: "urn:uuid:0190d5f0-0000-7000-8000-000000000002", URL: "https://lantern.example/fa/2026/11/اتوبوس", Title: "اتوبوس شب می‌ماند",
				Lang: "fa", Published: noon.Add(-72 * time.Hour),
			},
		},
	}
}

func TestFeedsLookLikeThis(t *testing.T) {
	got, err := RSS(lantern())
	golden(t, "feed.rss", got, err)
	got, err = Atom(lantern())
	golden(t, "feed.atom", got, err)
	got, err = JSON(lantern())
	golden(t, "feed.json", got, err)
}

func TestAnEmptyFeedIsStillOne(t *testing.T) {
	c := lantern()
	c.Items, c.Updated = nil, noon
	for _, write := range []func(Channel) ([]byte, error){RSS, Atom, JSON} {
		if b, err := write(c); err != nil || !bytes.Contains(b, []byte("Lantern")) {
			t.Errorf("%s, %v", b, err)
		}
	}
	if b, _ := JSON(c); !bytes.Contains(b, []byte(`"items": []`)) {
		t.Errorf("%s", b)
	}
}

func TestAFeedWithoutWhatReadersNeedIsAnError(t *testing.T) {
	for name, spoil := range map[string]func(*Channel){
		"title": func(c *Channel) { c.Title = "" }, "self": func(c *Channel) { c.Self = "" }, "home": func(c *Channel) { c.Home = "" },
		"id": func(c *Channel) { c.Items[0].ID = "" }, "date": func(c *Channel) { c.Items[1].Published = time.Time{} },
		"any date": func(c *Channel) { c.Items = nil },
	} {
		c := lantern()
		spoil(&c)
		for _, write := range []func(Channel) ([]byte, error){RSS, Atom, JSON} {
			if _, err := write(c); !fault.Is(err, fault.Internal) {
				t.Errorf("without %s: %v", name, err)
			}
		}
	}
}

func TestACorrectionChangesTheDateAndNotTheIdentity(t *testing.T) {
	before := lantern()
	before.Items[0].Updated = time.Time{}
	ids := func(c Channel) string { return parseRSS(t, c).Items[0].GUID + parseAtom(t, c).Entries[0].ID }
	if ids(before) != ids(lantern()) {
		t.Error("a correction makes a new item")
	}
	if parseAtom(t, before).Entries[0].Updated == parseAtom(t, lantern()).Entries[0].Updated {
		t.Error("a correction does not show")
	}
}

// What a reader's program finds.
type rssParsed struct {
	Title string `xml:"channel>title"`
	Items []struct {
		Title       string   `xml:"title"`
		GUID        string   `xml:"guid"`
		Description string   `xml:"description"`
		Content     string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
		Creators    []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
		Categories  []string `xml:"category"`
		Media       struct {
			Credit  string `xml:"http://search.yahoo.com/mrss/ credit"`
			Caption string `xml:"http://search.yahoo.com/mrss/ description"`
			Alt     string `xml:"http://search.yahoo.com/mrss/ title"`
		} `xml:"http://search.yahoo.com/mrss/ content"`
	} `xml:"channel>item"`
}

type atomParsed struct {
	Title   string `xml:"http://www.w3.org/2005/Atom title"`
	Entries []struct {
		ID      string   `xml:"http://www.w3.org/2005/Atom id"`
		Title   string   `xml:"http://www.w3.org/2005/Atom title"`
		Summary string   `xml:"http://www.w3.org/2005/Atom summary"`
		Content string   `xml:"http://www.w3.org/2005/Atom content"`
		Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
		Authors []string `xml:"http://www.w3.org/2005/Atom author>name"`
		Tags    []struct {
			Term string `xml:"term,attr"`
		} `xml:"http://www.w3.org/2005/Atom category"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

func parse[T any](t *testing.T, b []byte, err error) T {
	t.Helper()
	var v T
	if err == nil {
		err = xml.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	return v
}

func parseRSS(t *testing.T, c Channel) rssParsed {
	t.Helper()
	b, err := RSS(c)
	return parse[rssParsed](t, b, err)
}

func parseAtom(t *testing.T, c Channel) atomParsed {
	t.Helper()
	b, err := Atom(c)
	return parse[atomParsed](t, b, err)
}

// corpus returns the folder of outside test data, or skips; on CI it must be there.
func corpus(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("MASTHEAD_CORPORA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("MASTHEAD_CORPORA is not set")
		}
		t.Skip("MASTHEAD_CORPORA is not set: not tested against " + name)
	}
	if !filepath.IsAbs(dir) { // seen from the project's folder
		dir = filepath.Join("..", "..", dir)
	}
	path, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func naughty(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(corpus(t, "blns/blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil || len(list) < 400 {
		t.Fatalf("%d strings, %v", len(list), err)
	}
	return append(list, "\x00\x08\x0b\x1f\ufffe\uffff\ud7ff\ue000\U0010ffff", "]]>", "<![CDATA[x]]>", "a\xffb", "\u2028\u0085\r\n\t ")
}

// kept is what is left of a text when what XML can't hold is taken away, written
// down a second time and from the standard, not from the code under test.
func kept(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == 9 || r == 10 || r == 13 || 0x20 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || 0x10000 <= r && r <= 0x10ffff {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestNaughtyStringsComeBackAsText(t *testing.T) {
	for _, s := range naughty(t) {
		if s == "" {
			continue
		}
		c := lantern()
		c.Title = s + "."
		i := &c.Items[0]
		i.Title, i.Summary, i.HTML, i.Tags, i.Authors = s, s, s, []string{s}, []Author{{Name: s}}
		i.Image.Alt, i.Image.Caption, i.Image.Credit = s, s, s
		want := kept(s)
		r := parseRSS(t, c).Items[0]
		a := parseAtom(t, c).Entries[0]
		for field, got := range map[string]string{
			"rss title": r.Title, "rss description": html.UnescapeString(r.Description), "rss content": r.Content, "rss creator": r.Creators[0],
			"rss category": r.Categories[0], "rss credit": r.Media.Credit, "rss caption": r.Media.Caption, "rss alt": r.Media.Alt,
			"atom title": a.Title, "atom summary": a.Summary, "atom content": a.Content, "atom author": a.Authors[0], "atom tag": a.Tags[0].Term,
		} {
			if got != want {
				t.Errorf("%s of %q is %q", field, s, got)
			}
		}
		if got := parseAtom(t, c).Title; got != want+"." {
			t.Errorf("atom feed title of %q is %q", s, got)
		}
		checkJSON(t, c, s)
	}
}

func checkJSON(t *testing.T, c Channel, s string) {
	t.Helper()
	b, err := JSON(c)
	var j struct {
		Items []struct {
			Title, Summary string
			HTML           string `json:"content_html"`
			Tags           []string
			Authors        []struct{ Name string }
		}
	}
	if err == nil {
		err = json.Unmarshal(b, &j)
	}
	if err != nil {
		t.Fatal(err)
	}
	i := j.Items[0]
	want := strings.ToValidUTF8(s, "\ufffd")
	for _, got := range []string{i.Title, i.Summary, i.HTML, i.Tags[0], i.Authors[0].Name} {
		if got != want {
			t.Errorf("JSON of %q is %q", s, got)
		}
	}
}

func siteMaps(t *testing.T) map[string][]byte {
	t.Helper()
	maps := map[string][]byte{}
	add := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		maps[name] = b
	}
	b, err := Sitemap([]Page{
		{URL: "https://lantern.example/", Modified: noon},
		{URL: "https://lantern.example/fa/2026/11/اتوبوس شب?q=<&\"'"},
	})
	add("sitemap.xml", b, err)
	b, err = Sitemap([]Page{{URL: "https://lantern.example/2026/11/night-bus", Modified: noon, Images: []string{"https://lantern.example/media/aa/1280.jpg"}}})
	add("sitemap-images.xml", b, err)
	b, err = SitemapIndex([]Page{{URL: "https://lantern.example/sitemap-1.xml", Modified: noon}, {URL: "https://lantern.example/news-sitemap.xml"}})
	add("sitemap-index.xml", b, err)
	b, err = NewsSitemap("The Alderwick Lantern", []NewsArticle{
		{"https://lantern.example/old", "Too old", "en", noon.Add(-49 * time.Hour)},
		{"https://lantern.example/1", "Bus <b> & \x07 tram", "en-GB", noon.Add(-47 * time.Hour)},
		{"https://lantern.example/2", "夜行巴士", "zh-Hant", noon.Add(-time.Hour)},
		{"https://lantern.example/soon", "Not yet", "en", noon.Add(time.Hour)},
	}, noon)
	add("news-sitemap.xml", b, err)
	return maps
}

func TestSitemapsLookLikeThis(t *testing.T) {
	for name, b := range siteMaps(t) {
		golden(t, name, b, nil)
	}
}

// imageSchema joins Google's image element, of which there is no schema in the
// corpus, to the others.
const imageSchema = `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.google.com/schemas/sitemap-image/1.1" elementFormDefault="qualified">
<xsd:element name="image"><xsd:complexType><xsd:sequence><xsd:element name="loc" type="xsd:anyURI"/></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>`

func TestSitemapsAreValid(t *testing.T) {
	dir := corpus(t, "sitemap-xsd")
	if _, err := exec.LookPath("xmllint"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("xmllint is not installed")
		}
		t.Skip("xmllint is not installed: sitemaps are not validated")
	}
	own := t.TempDir()
	all := fmt.Sprintf(`<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
		<xsd:import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="%s/sitemap.xsd"/>
		<xsd:import namespace="http://www.google.com/schemas/sitemap-image/1.1" schemaLocation="image.xsd"/></xsd:schema>`, dir)
	for name, content := range map[string]string{"image.xsd": imageSchema, "all.xsd": all} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	maps := siteMaps(t)
	maps["broken.xml"] = bytes.Replace(maps["sitemap.xml"], []byte("<loc>"), []byte("<loc>x</loc><loc>"), 1)
	for name, schema := range map[string]string{
		"sitemap.xml": filepath.Join(dir, "masthead-all.xsd"), "news-sitemap.xml": filepath.Join(dir, "masthead-all.xsd"),
		"sitemap-images.xml": filepath.Join(own, "all.xsd"), "broken.xml": filepath.Join(dir, "masthead-all.xsd"),
	} {
		file := filepath.Join(own, name)
		if err := os.WriteFile(file, maps[name], 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("xmllint", "--noout", "--nonet", "--schema", schema, file).CombinedOutput()
		if (err != nil) != (name == "broken.xml") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestSitemapsKeepToTheirLimits(t *testing.T) {
	pages := make([]Page, MaxURLs+1)
	for i := range pages {
		pages[i].URL = "https://lantern.example/a"
	}
	if _, err := Sitemap(pages[:MaxURLs]); err != nil {
		t.Error(err)
	}
	if _, err := Sitemap(pages); !fault.Is(err, fault.Invalid) {
		t.Errorf("one page too many: %v", err)
	}
	news := make([]NewsArticle, 1500)
	for i := range news {
		news[i] = NewsArticle{fmt.Sprintf("https://lantern.example/%d", i), "x", "en", noon.Add(-time.Duration(i) * time.Second)}
	}
	b, err := NewsSitemap("x", news, noon)
	if err != nil || bytes.Count(b, []byte("<url>")) != 1000 || !bytes.Contains(b, []byte("/999<")) || bytes.Contains(b, []byte("/1000<")) {
		t.Errorf("%d articles, %v", bytes.Count(b, []byte("<url>")), err)
	}
	many := Page{URL: "https://lantern.example/a", Images: make([]string, 1200)}
	for i := range many.Images {
		many.Images[i] = "https://lantern.example/i.jpg"
	}
	if b, _ := Sitemap([]Page{many}); bytes.Count(b, []byte("<image:image>")) != 1000 {
		t.Errorf("%d pictures", bytes.Count(b, []byte("<image:image>")))
	}
	for _, bad := range []string{"", "/relative", "//host/x", "https://", "https://a\x7f/", "http://[::1"} {
		if _, err := Sitemap([]Page{{URL: bad}}); !fault.Is(err, fault.Internal) {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

func FuzzXMLStaysWellFormed(f *testing.F) {
	f.Add("a", "https://x.example/a b")
	f.Add("]]>\x00", "https://x.example/\u2028?<>")
	f.Fuzz(func(t *testing.T, s, address string) {
		c := lantern()
		c.Title, c.Items[0].Title, c.Items[0].HTML, c.Items[0].URL, c.Items[0].ID = "x"+s, s, s, "x"+address, "x"+s
		if got := parseRSS(t, c).Items[0].Content; got != kept(s) {
			t.Fatalf("%q came back as %q", s, got)
		}
		parseAtom(t, c)
		if b, err := Sitemap([]Page{{URL: address}}); err == nil {
			parse[struct{}](t, b, nil)
			for _, c := range b {
				if c >= utf8.RuneSelf {
					t.Fatalf("%s is not ASCII", b)
				}
			}
		}
	})
}
