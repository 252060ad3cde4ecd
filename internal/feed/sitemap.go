package feed

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Limits of one file, from sitemaps.org and Google's documentation.
const (
	MaxURLs     = 50_000
	maxImages   = 1000 // of one page
	maxNews     = 1000
	newsMaximum = 48 * time.Hour // how old an article in a news sitemap may be
)

// Page is an address in a sitemap.
type Page struct {
	URL      string
	Modified time.Time // zero: not said
	Images   []string  // addresses of the pictures on it; those over 1,000 are left out
}

type urlSet struct {
	XMLName xml.Name  `xml:"urlset"`
	NS      string    `xml:"xmlns,attr"`
	Image   string    `xml:"xmlns:image,attr,omitempty"`
	News    string    `xml:"xmlns:news,attr,omitempty"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     text        `xml:"loc"`
	LastMod string      `xml:"lastmod,omitempty"`
	News    *newsEntry  `xml:"news:news"`
	Images  []siteImage `xml:"image:image"`
}

type siteImage struct {
	Loc text `xml:"image:loc"`
}

type newsEntry struct {
	Name  text   `xml:"news:publication>news:name"`
	Lang  string `xml:"news:publication>news:language"`
	Date  string `xml:"news:publication_date"`
	Title text   `xml:"news:title"`
}

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

// Sitemap writes one sitemap of at most MaxURLs pages; more is fault.Invalid, and
// the caller parts them and writes an index. The format has no empty file.
func Sitemap(pages []Page) ([]byte, error) {
	if len(pages) > MaxURLs {
		return nil, fault.New(fault.Invalid, "a sitemap holds at most %d pages and these are %d: part them", MaxURLs, len(pages))
	}
	set := urlSet{NS: sitemapNS}
	for _, p := range pages {
		if len(p.Images) > 0 {
			set.Image = "http://www.google.com/schemas/sitemap-image/1.1"
		}
		u, err := siteURLOf(p)
		if err != nil {
			return nil, err
		}
		set.URLs = append(set.URLs, u)
	}
	return write(set)
}

func siteURLOf(p Page) (siteURL, error) {
	loc, err := ascii(p.URL)
	u := siteURL{Loc: loc, LastMod: lastMod(p.Modified)}
	for _, i := range p.Images[:min(len(p.Images), maxImages)] {
		loc, e := ascii(i)
		if e != nil {
			err = e
		}
		u.Images = append(u.Images, siteImage{loc})
	}
	return u, err
}

func lastMod(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return rfc3339(t)
}

type siteIndex struct {
	XMLName xml.Name  `xml:"sitemapindex"`
	NS      string    `xml:"xmlns,attr"`
	Maps    []siteURL `xml:"sitemap"`
}

// SitemapIndex writes the list of an outlet's sitemaps.
func SitemapIndex(maps []Page) ([]byte, error) {
	if len(maps) > MaxURLs {
		return nil, fault.New(fault.Invalid, "an index holds at most %d sitemaps and these are %d", MaxURLs, len(maps))
	}
	index := siteIndex{NS: sitemapNS}
	for _, m := range maps {
		loc, err := ascii(m.URL)
		if err != nil {
			return nil, err
		}
		index.Maps = append(index.Maps, siteURL{Loc: loc, LastMod: lastMod(m.Modified)})
	}
	return write(index)
}

// NewsArticle is an article in a news sitemap.
type NewsArticle struct {
	URL       string
	Title     string
	Lang      string // BCP 47
	Published time.Time
}

// NewsSitemap writes Google's news sitemap: of the given articles those of the
// last two days, at most the 1,000 newest, newest first. Without any the file is
// empty, which Google accepts and the schema of sitemaps does not.
func NewsSitemap(outlet string, articles []NewsArticle, now time.Time) ([]byte, error) {
	recent := slices.DeleteFunc(slices.Clone(articles), func(a NewsArticle) bool {
		return a.Published.After(now) || now.Sub(a.Published) > newsMaximum
	})
	slices.SortStableFunc(recent, func(a, b NewsArticle) int { return b.Published.Compare(a.Published) })
	set := urlSet{NS: sitemapNS, News: "http://www.google.com/schemas/sitemap-news/0.9"}
	for _, a := range recent[:min(len(recent), maxNews)] {
		loc, err := ascii(a.URL)
		if err != nil {
			return nil, err
		}
		set.URLs = append(set.URLs, siteURL{Loc: loc, News: &newsEntry{text(outlet), newsLang(a.Lang), rfc3339(a.Published), text(a.Title)}})
	}
	return write(set)
}

// newsLang is the language as the news schema wants it: ISO 639, or one of two
// forms of Chinese.
func newsLang(tag string) string {
	parts := strings.Split(strings.ToLower(tag), "-")
	if parts[0] != "zh" {
		return parts[0]
	}
	for _, p := range parts[1:] {
		if p == "hant" || p == "tw" || p == "hk" || p == "mo" {
			return "zh-tw"
		}
	}
	return "zh-cn"
}
