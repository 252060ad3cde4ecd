// Package news knows what an article is, what may happen to it, and when it is
// public. It keeps nothing itself: see Store.
package news

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// Kind is the sort of an article.
type Kind string

// The kinds. A page stands outside of time: it is in no list and no feed.
const (
	Report    Kind = "report"
	Analysis  Kind = "analysis"
	Opinion   Kind = "opinion"
	Explainer Kind = "explainer"
	Interview Kind = "interview"
	Live      Kind = "live"
	FactCheck Kind = "fact-check"
	Obituary  Kind = "obituary"
	Notice    Kind = "notice"
	Page      Kind = "page"
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{Report, Analysis, Opinion, Explainer, Interview, Live, FactCheck, Obituary, Notice, Page}
}

// Roles that a byline may have.
var Roles = []string{"by", "with", "photos", "translation", "editing"}

// contentSchema is the number of Content's shape.
const contentSchema = 1

// Content is what a revision holds: all of an article that changes with it.
type Content struct {
	Schema      int                `json:"schema"`
	Lang        string             `json:"lang"`
	Kind        Kind               `json:"kind"`
	Headline    string             `json:"headline"`
	Short       string             `json:"short_headline,omitempty"` // for tight places
	SEOTitle    string             `json:"seo_title,omitempty"`
	SocialTitle string             `json:"social_title,omitempty"`
	Dek         string             `json:"dek,omitempty"`
	Slug        string             `json:"slug,omitempty"` // empty: made of the headline at the first publication
	Section     string             `json:"section,omitempty"`
	Sections    []string           `json:"more_sections,omitempty"`
	Topics      []string           `json:"topics,omitempty"`
	Bylines     []Byline           `json:"bylines,omitempty"`
	Dateline    Dateline           `json:"dateline,omitzero"`
	Lead        *Lead              `json:"lead,omitempty"`
	Body        *document.Document `json:"-"`                 // written by MarshalJSON
	Related     []string           `json:"related,omitempty"` // ids of articles
	Appeal      Appeal             `json:"appeal,omitzero"`
	Canonical   string             `json:"canonical_url,omitempty"` // where the text was first, if elsewhere
	LicenceName string             `json:"licence,omitempty"`       // where it differs from the outlet's
	LicenceURL  string             `json:"licence_url,omitempty"`
	Disclosure  string             `json:"disclosure,omitempty"`    // of machine assistance, for readers
	Access      string             `json:"accessibility,omitempty"` // what is not accessible, and another way to it
}

// Byline is one person and what they did. Name is the name as it was at the
// first publication; a guest has no Person.
type Byline struct {
	Person string `json:"person,omitempty"`
	Name   string `json:"name"`
	Role   string `json:"role"`
}

// Dateline is where and when the reporting took place.
type Dateline struct {
	Place string `json:"place,omitempty"`
	Date  string `json:"date,omitempty"` // YYYY-MM-DD
}

// Lead is the lead picture, with words of this article in place of the
// picture's own where they are set.
type Lead struct {
	Media   string `json:"media"`
	Alt     string `json:"alt,omitempty"`
	Caption string `json:"caption,omitempty"`
}

// Appeal is where the article asks for money: at its end unless Off.
type Appeal struct {
	Off      bool   `json:"off,omitempty"`
	Campaign string `json:"campaign,omitempty"` // "": the current one
}

// wire is Content with the body in the document's own canonical form. It hides
// the embedded Body field.
type wire struct {
	*plain
	Body json.RawMessage `json:"body"`
}

type plain Content

// MarshalJSON writes the canonical form, which revisions are hashed over.
func (c Content) MarshalJSON() ([]byte, error) {
	p := plain(c)
	p.Schema = contentSchema
	body := json.RawMessage("null")
	if c.Body != nil {
		b, err := c.Body.Encode()
		if err != nil {
			return nil, err
		}
		body = b
	}
	return json.Marshal(wire{&p, body})
}

// UnmarshalJSON reads the form of MarshalJSON and nothing else: a field that is
// not known is an error.
func (c *Content) UnmarshalJSON(b []byte) error {
	var p plain
	w := wire{plain: &p}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fault.New(fault.Invalid, "there is something after the article's content")
	}
	if p.Schema != contentSchema {
		return fault.New(fault.Invalid, "the article's content has schema %d; this program knows %d", p.Schema, contentSchema)
	}
	if len(w.Body) > 0 && !bytes.Equal(w.Body, []byte("null")) {
		d, err := document.Decode(w.Body)
		if err != nil {
			return err
		}
		p.Body = d
	}
	*c = Content(p)
	return nil
}

// AllSections lists the primary section and the further ones, each once.
func (c Content) AllSections() []string { return once(append([]string{c.Section}, c.Sections...)) }

// Media lists the pictures that the article shows, each once.
func (c Content) Media() []string {
	var ids []string
	if c.Lead != nil {
		ids = append(ids, c.Lead.Media)
	}
	if c.Body != nil {
		ids = append(ids, c.Body.Media()...)
	}
	return once(ids)
}

// Text is the body as plain text.
func (c Content) Text() string {
	if c.Body == nil {
		return ""
	}
	return document.Text(c.Body)
}

// once drops empty and repeated texts.
func once(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// check says what keeps the content from being saved: its shape, not its
// quality, which the copy desk looks at.
func (c Content) check() error {
	bad := fault.Fields{}
	if !outlet.ValidLang(c.Lang) {
		bad["lang"] = "Give the article's language as a tag, such as en, de or fa."
	}
	if !slices.Contains(Kinds(), c.Kind) {
		bad["kind"] = "Choose what sort of article this is."
	}
	if c.Slug != "" && !ValidSlug(c.Slug) {
		bad["slug"] = "Write the address in small letters and digits, joined by hyphens."
	}
	if len(c.Headline) > 1000 {
		bad["headline"] = "Shorten the headline."
	}
	for _, b := range c.Bylines {
		if !slices.Contains(Roles, b.Role) || (b.Person == "" && b.Name == "") {
			bad["bylines"] = "Each byline needs a person or a name, and what they did."
		}
	}
	if _, err := time.Parse(time.DateOnly, c.Dateline.Date); c.Dateline.Date != "" && err != nil {
		bad["dateline"] = "Give the date of the dateline as year-month-day."
	}
	if c.Lead != nil && c.Lead.Media == "" {
		bad["lead"] = "Choose the lead picture, or take it away."
	}
	for field, u := range map[string]string{"canonical_url": c.Canonical, "licence_url": c.LicenceURL} {
		if u != "" && !webURL(u) {
			bad[field] = "Give a web address that begins with https://."
		}
	}
	return bad.Err()
}

// Tidied returns the content as a revision would hold it: one-line fields in one
// form. It is fault.Fields where its shape keeps it from being saved.
func (c Content) Tidied() (Content, error) {
	c = c.tidy()
	return c, c.check()
}

// ready says what keeps the content from being published at all.
func (c Content) ready() error {
	bad := fault.Fields{}
	if c.Headline == "" {
		bad["headline"] = "Give the article a headline before it is published."
	}
	if c.Body == nil {
		bad["body"] = "Write the article before it is published."
	}
	return bad.Err()
}
