package news

import "masthead.dev/masthead/internal/document"

// Named lists who wrote the text, as its byline names them.
func (c Content) Named() []string {
	out := []string{}
	for _, b := range c.Bylines {
		if b.Name != "" && (b.Role == "by" || b.Role == "with") {
			out = append(out, b.Name)
		}
	}
	return out
}

// Blank takes the text off a retracted article, so that its page has the notice
// alone. Its pictures and its words then are nowhere else either; the history
// keeps them.
func (p *Publication) Blank() {
	c := p.Content
	c.Body, c.Lead, c.Dek, c.SEOTitle, c.SocialTitle = document.New(c.Lang), nil, "", "", ""
	c.Related, c.Disclosure, c.Access = nil, "", ""
	p.Content = c
}

// Channel is a way beside the site itself on which readers hear of a correction.
type Channel string

// The channels.
const (
	ByNewsletter Channel = "newsletter"
	ByFederation Channel = "federation" // servers that have a copy
	BySearch     Channel = "search"     // engines that want to be told
)

// Channels lists where a class of change has to be told beside the site, its
// feeds and its sitemap: where the error went, the correction goes.
func (c Class) Channels() []Channel {
	switch c {
	case Correct, Retraction, Withdrawal:
		return []Channel{ByNewsletter, ByFederation, BySearch}
	case Update, Clarification, EditorsNote:
		return []Channel{ByFederation, BySearch}
	}
	return nil
}

// OnTop tells whether a note of this class stands above the text in any case.
func (c Class) OnTop() bool { return c == EditorsNote || c == Retraction || c == Withdrawal }

// Tombstone is what stays of a text that was taken out.
func (c Content) Tombstone() Content { return Content{Lang: c.Lang, Kind: c.Kind} }
