package web

import (
	"html/template"
	"strconv"
	"time"
)

// CorrectionsPage lists what was put right ("site/corrections").
type CorrectionsPage struct {
	Frame
	Months []CorrectionMonth
	Older  string
}

// CorrectionMonth is a month of corrections, newest first.
type CorrectionMonth struct {
	Month   time.Time
	Entries []Correction
}

// Correction is one of them, with the old words and the right ones.
type Correction struct {
	Kind      string // as Note.Kind
	At        time.Time
	Headline  string
	Href      string
	Was, Now  string // both or neither
	Text      string // in place of Was and Now
	Where     string // "In the second paragraph."
	Lang, Dir string // of the words, where they differ from the page's
}

// NewsletterPage tells what there is of a newsletter, and the feeds
// ("site/newsletter").
type NewsletterPage struct {
	Frame
	List []Feed // the feeds to show, with full titles
}

// AboutPage is about the outlet ("site/about").
type AboutPage struct {
	Frame
	Body   template.HTML // of document.HTML; "" shows only the facts
	People []PersonLine
}

// PersonLine is a person in a list.
type PersonLine struct{ Name, Href, Role string }

// ErrorPage is what a reader sees when something is not as asked
// ("site/error"): also for the staff, who are readers too.
type ErrorPage struct {
	Frame
	Status int
	Say    string // the sentence for people; "" takes the status's own
	Ref    string // number of the log entry, for 500
	Search string // address of the search form; "" leaves it out
}

// Words are the kinds of note that the page explains.
func (p CorrectionsPage) Words() []string {
	return []string{"correction", "clarification", "update", "retraction"}
}

// Class is the group of statuses that share a sentence.
func (p ErrorPage) Class() string { return errorClass(p.Status) }

// errorClass names the statuses that readers can tell apart; all others are
// either a fault of what was asked or one of ours.
func errorClass(status int) string {
	switch status {
	case 403, 404, 410, 413, 429, 503:
		return strconv.Itoa(status)
	}
	if status >= 500 {
		return "500"
	}
	return "400"
}
