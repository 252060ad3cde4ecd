package program

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFeedsCanBeRead(t *testing.T) {
	read := map[string]int{}
	for _, p := range reading(t, sqlite).site(t).sorted(func(p *page) bool { return p.Status == 200 }) {
		var items int
		var err error
		switch p.typ() {
		case "application/rss+xml":
			items, err = rss(p.Body)
		case "application/atom+xml":
			items, err = atom(p.Body)
		case "application/feed+json":
			items, err = jsonFeed(p.Body)
		default:
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", p.Path, err)
		}
		if items == 0 && !strings.Contains(p.Path, "corrections") && !strings.Contains(p.Path, "/topics/") && !strings.Contains(p.Path, "/sections/") {
			t.Errorf("%s is empty", p.Path)
		}
		read[p.typ()]++
	}
	if len(read) != 3 {
		t.Errorf("feeds that were found: %v", read)
	}
	t.Logf("feeds: %v", read)
}

type incomplete string

func (i incomplete) Error() string { return string(i) }

func rss(body []byte) (int, error) {
	var f struct {
		Channel struct {
			Title       string `xml:"title"`
			Description string `xml:"description"`
			Item        []struct {
				Title   string `xml:"title"`
				Link    string `xml:"link"`
				GUID    string `xml:"guid"`
				PubDate string `xml:"pubDate"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal(body, &f); err != nil {
		return 0, err
	}
	if f.Channel.Title == "" || f.Channel.Description == "" {
		return 0, incomplete("the channel has no title or description")
	}
	for _, it := range f.Channel.Item {
		if _, err := time.Parse(time.RFC1123Z, it.PubDate); err != nil {
			return 0, err
		}
		if it.Title == "" || it.GUID == "" || !strings.HasPrefix(it.Link, "http") {
			return 0, incomplete("an item has no title, guid or address")
		}
	}
	return len(f.Channel.Item), nil
}

func atom(body []byte) (int, error) {
	var f struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Entry   []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Link    []struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(body, &f); err != nil {
		return 0, err
	}
	if f.ID == "" || f.Title == "" {
		return 0, incomplete("the feed has no id or title")
	}
	for _, e := range f.Entry {
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
			return 0, err
		}
		if e.ID == "" || e.Title == "" || len(e.Link) == 0 || !strings.HasPrefix(e.Link[0].Href, "http") {
			return 0, incomplete("an entry has no id, title or address")
		}
	}
	return len(f.Entry), nil
}

func jsonFeed(body []byte) (int, error) {
	var f struct {
		Version, Title string
		Items          []struct {
			ID, URL, Title string
			HTML           string `json:"content_html"`
			Text           string `json:"content_text"`
		}
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return 0, err
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" {
		return 0, incomplete("no version 1.1 or title")
	}
	for _, it := range f.Items {
		if it.ID == "" || it.HTML == "" && it.Text == "" || !strings.HasPrefix(it.URL, "http") {
			return 0, incomplete("an item has no id, content or address")
		}
	}
	return len(f.Items), nil
}

// pictures joins Google's element for pictures, whose schema is not among the
// real inputs, to the schemas that are.
const (
	pictures = `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.google.com/schemas/sitemap-image/1.1" elementFormDefault="qualified">
<xsd:element name="image"><xsd:complexType><xsd:sequence><xsd:element name="loc" type="xsd:anyURI"/></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>`
	joined = `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<xsd:include schemaLocation="%s"/><xsd:import namespace="http://www.google.com/schemas/sitemap-image/1.1" schemaLocation="pictures.xsd"/></xsd:schema>`
)

func TestSitemapsFollowTheirSchema(t *testing.T) {
	schema := corpora(t, "sitemap-xsd", "masthead-all.xsd")
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("pictures.xsd", pictures)
	args := []string{"--noout", "--nonet", "--schema", write("all.xsd", fmt.Sprintf(joined, schema))}
	for _, p := range reading(t, sqlite).site(t).sorted(func(p *page) bool { return strings.Contains(p.Path, "sitemap") && p.Status == 200 }) {
		if !strings.Contains(string(p.Body), "<sitemapindex") { // the crawl follows the index; the schema has sets of addresses only
			args = append(args, write(strings.ReplaceAll(p.Path, "/", "_"), string(p.Body)))
		}
	}
	if len(args) < 4+3 {
		t.Fatalf("only %d sitemaps", len(args)-4)
	}
	if out, err := exec.Command("xmllint", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command("xmllint", append(args[:4:4], write("bad.xml", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><lastmod>today</lastmod></url></urlset>`))...).CombinedOutput(); err == nil {
		t.Errorf("the schema refuses nothing: %s", out)
	}
}

func TestSitemapsNameEveryArticle(t *testing.T) {
	s := reading(t, sqlite)
	c := s.site(t)
	named := map[string]bool{}
	for _, p := range c.sorted(func(p *page) bool { return strings.HasPrefix(p.Path, "/sitemaps/") }) {
		for _, to := range s.linksOf(t, c, p) {
			named[to] = true
		}
	}
	for _, p := range c.sorted((*page).html) {
		ld, ok := article(p)
		retracted := p.Doc.Find("meta[name=robots][content*=noindex]").Length() > 0
		switch {
		case ok && !retracted && !named[ld.Main]:
			t.Errorf("%s stands in no sitemap", ld.Main)
		case ok && retracted && named[ld.Main]:
			t.Errorf("%s is retracted, and stands in a sitemap", ld.Main)
		}
	}
}
