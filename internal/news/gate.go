package news

import (
	"strings"
	"time"

	"masthead.dev/masthead/internal/document"
)

// Severity says what a finding does to a step.
type Severity string

// The severities. A stop blocks; a publisher may let it pass with a reason that
// is logged. A warning must be acknowledged. A hint is only shown.
const (
	Stop Severity = "stop"
	Warn Severity = "warn"
	Hint Severity = "hint"
)

// Finding is something about a text that a check does not like.
type Finding struct {
	Rule     string // the last part of its sentence's key, "gate."
	Severity Severity
	Block    string // id, "" is none
	Text     string // the words that it is about, if any
}

// Key is the same for the same finding at the same words, so that one that was
// acknowledged stays so.
func (f Finding) Key() string {
	return f.Rule + ":" + f.Block + ":" + strings.Join(wordsIn(strings.ToLower(f.Text)), " ")
}

// Picture is what a gate has to know of a picture in the library.
type Picture struct {
	Alt        string // in the article's language
	Credit     string
	Decorative bool
	Until      time.Time // until when it may be shown; zero is for ever
}

// Matter is what a gate looks at.
type Matter struct {
	Content  Content
	Pictures map[string]Picture // by id
	Now      time.Time
}

// Gate looks for what must not be published as it is.
type Gate func(Matter) []Finding

// Basics is the gate with what every article needs: a headline, a section, a
// text; pictures with a description and a credit; pull quotes that are in the
// text; nothing left raw by an import.
func Basics(m Matter) []Finding {
	var out []Finding
	add := func(missing bool, rule, block, text string) {
		if missing {
			out = append(out, Finding{rule, Stop, block, text})
		}
	}
	c := m.Content
	add(c.Headline == "", "headline", "", "")
	add(c.Section == "" && c.Kind != Page, "section", "", "")
	add(strings.TrimSpace(c.Text()) == "", "body", "", "")
	if c.Lead != nil {
		m.photo(add, "", document.Photo{Media: c.Lead.Media, Alt: c.Lead.Alt})
	}
	if c.Body == nil {
		return out
	}
	c.Body.Walk(func(b document.Block) bool {
		id := document.BaseOf(b).ID
		switch b := b.(type) {
		case *document.Image:
			m.photo(add, id, b.Photo)
		case *document.Gallery:
			for _, p := range b.Images {
				m.photo(add, id, p)
			}
		case *document.PullQuote:
			add(!contains(c.Body, b.Text.String()), "pullquote", id, b.Text.String())
		case *document.Raw:
			add(true, "raw", id, b.Reason)
		}
		return true
	})
	return out
}

func (m Matter) photo(add func(bool, string, string, string), block string, p document.Photo) {
	known := m.Pictures[p.Media]
	add(p.Media == "", "picture", block, p.Source)
	add(p.Alt == "" && known.Alt == "" && !p.Decorative && !known.Decorative, "alt", block, p.Media)
	add(p.Credit == "" && known.Credit == "", "credit", block, p.Media)
	add(!known.Until.IsZero() && known.Until.Before(m.Now), "rights", block, p.Media)
}

// contains tells whether the body, pull quotes left out, has these words in this
// order. An ellipsis leaves some out.
func contains(body *document.Document, quote string) bool {
	var all []string
	body.Walk(func(b document.Block) bool {
		switch b := b.(type) {
		case *document.PullQuote, *document.Raw:
			return false
		case *document.Paragraph, *document.Heading:
			all = append(all, wordsIn(document.BlockText(b))...)
		}
		return true
	})
	text := " " + strings.ToLower(strings.Join(all, " ")) + " "
	for part := range strings.SplitSeq(strings.ReplaceAll(quote, "...", "…"), "…") {
		_, after, found := strings.Cut(text, " "+strings.ToLower(strings.Join(wordsIn(part), " "))+" ")
		if len(wordsIn(part)) > 0 && !found {
			return false
		}
		if found {
			text = " " + after
		}
	}
	return len(wordsIn(quote)) > 0
}

// findings runs the newsroom's gate.
func (n Newsroom) findings(m Matter) []Finding {
	if n.Gate == nil {
		return Basics(m)
	}
	return n.Gate(m)
}
