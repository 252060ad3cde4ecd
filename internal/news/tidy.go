package news

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tidy brings the one-line fields into one form: NFC, no control characters, no
// line breaks, no blanks round them. The words stay as they were written.
func (c Content) tidy() Content {
	for _, p := range []*string{&c.Headline, &c.Short, &c.SEOTitle, &c.SocialTitle, &c.Dek, &c.LicenceName, &c.Disclosure, &c.Access, &c.Dateline.Place} {
		*p = Line(*p)
	}
	c.Slug = strings.TrimSpace(c.Slug)
	c.Sections = without(once(c.Sections), c.Section)
	c.Topics = once(c.Topics)
	c.Related = once(c.Related)
	bylines := make([]Byline, 0, len(c.Bylines))
	for _, b := range c.Bylines {
		b.Name = Line(b.Name)
		bylines = append(bylines, b)
	}
	c.Bylines = bylines
	if c.Lead != nil {
		l := *c.Lead
		l.Alt, l.Caption = Line(l.Alt), Line(l.Caption)
		c.Lead = &l
	}
	c.Schema = contentSchema
	return c
}

// Line makes one tidy line of a text.
func Line(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f':
			return ' '
		case unicode.Is(unicode.Cc, r):
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " "))
}

func without(list []string, drop string) []string {
	var out []string
	for _, s := range list {
		if s != drop {
			out = append(out, s)
		}
	}
	return out
}
