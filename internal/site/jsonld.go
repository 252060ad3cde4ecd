package site

import (
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// thing is an object of schema.org's vocabulary.
type thing map[string]any

// set adds what is not empty.
func (t thing) set(key string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	case []thing:
		if len(v) == 0 {
			return
		}
	}
	t[key] = value
}

// articleTypes are schema.org's words for our kinds; see schema.org/NewsArticle.
var articleTypes = map[news.Kind]string{
	news.Report: "ReportageNewsArticle", news.Analysis: "AnalysisNewsArticle", news.Opinion: "OpinionNewsArticle",
	news.Explainer: "BackgroundNewsArticle", news.Page: "WebPage",
}

// articleLD describes an article to machines (schema.org NewsArticle).
func (sh *shell) articleLD(p news.Publication, in inside, page web.ArticlePage) thing {
	c := p.Content
	t := thing{"@context": "https://schema.org", "@type": first(articleTypes[c.Kind], "NewsArticle")}
	t.set("url", sh.outlet.URL(address(p.Path, "")))
	t.set("inLanguage", p.Lang)
	t.set("isAccessibleForFree", true)
	t.set("publisher", sh.publisherLD())
	t.set("datePublished", sh.Stamp(p.First))
	t.set("dateModified", sh.Stamp(latest(p)))
	if c.Kind == news.Page {
		t.set("name", c.Headline)
		return t
	}
	t.set("mainEntityOfPage", sh.Canonical)
	t.set("headline", c.Headline)
	t.set("description", c.Dek)
	t.set("dateline", c.Dateline.Place)
	t.set("articleSection", sh.OG.Section)
	t.set("keywords", sh.OG.Tags)
	t.set("wordCount", wordCount(c.Body))
	t.set("license", first(c.LicenceURL, sh.outlet.LicenceURL))
	t.set("author", sh.authorsLD(page.Bylines))
	t.set("correction", correctionsLD(sh, page))
	if c.Lead != nil {
		if pic, ok := in.pictures[c.Lead.Media]; ok && sh.usable(pic) {
			t.set("image", []string{sh.pictureURL(pic)})
		}
	}
	return t
}

func latest(p news.Publication) time.Time {
	if p.Updated.After(p.First) {
		return p.Updated
	}
	return p.First
}

func wordCount(d *document.Document) int {
	if d == nil {
		return 0
	}
	return d.Words()
}

func (sh *shell) authorsLD(list []web.Byline) []thing {
	var out []thing
	for _, b := range list {
		if b.Role != "by" && b.Role != "with" {
			continue
		}
		a := thing{"@type": "Person", "name": b.Name}
		if b.Href != "" {
			a["url"] = sh.outlet.URL(b.Href)
		}
		out = append(out, a)
	}
	return out
}

// correctionsLD uses CorrectionComment, which is in schema.org's area of new terms.
func correctionsLD(sh *shell, page web.ArticlePage) []thing {
	var out []thing
	for _, n := range append(append([]web.Note{}, page.TopNotes...), page.FootNotes...) {
		if n.Kind != string(news.Update) {
			out = append(out, thing{"@type": "CorrectionComment", "text": n.Text, "datePublished": sh.Stamp(n.At)})
		}
	}
	return out
}

// publisherLD is the outlet with where it says how it works.
func (sh *shell) publisherLD() thing {
	o := sh.outlet
	t := thing{"@type": "NewsMediaOrganization", "name": o.Name, "url": o.URL("/")}
	t.set("legalName", o.LegalName)
	t["correctionsPolicy"] = o.URL(sh.Path("/corrections"))
	t["ownershipFundingInfo"] = o.URL(sh.Path("/books"))
	if o.Text(o.Ethics, sh.lang) != "" {
		t["ethicsPolicy"] = o.URL(sh.Path("/ethics"))
		t["publishingPrinciples"] = o.URL(sh.Path("/ethics"))
	}
	return t
}
