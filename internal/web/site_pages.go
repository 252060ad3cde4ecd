package web

import (
	"html/template"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/locale"
)

// CorrectionsPage lists what was put right ("site/corrections").
type CorrectionsPage struct {
	Frame
	Year         int
	Years        []Link // all that have some, newest first
	Months       []CorrectionMonth
	Newer, Older string             // further parts of the year
	Metrics      []CorrectionMetric // newest year first
	Policy       template.HTML      // the newsroom's own words; "" has none
}

// CorrectionMetric is a year in figures, in words of the page's language.
type CorrectionMetric struct {
	Year, Articles, Corrections string
	Per100                      string // corrections per 100 articles
	Took                        string // median time from found to corrected; "" where that is not known
}

// MetricOf writes a year's figures. per100 is in tenths, below 0 for none.
func MetricOf(l *locale.Locale, year, articles, corrections, per100, timed int, median time.Duration) CorrectionMetric {
	m := CorrectionMetric{Year: l.Digits(strconv.Itoa(year)), Articles: l.Count(articles), Corrections: l.Count(corrections), Per100: "–"}
	if per100 >= 0 {
		m.Per100 = l.Tenths(per100)
	}
	if timed > 0 {
		m.Took = l.N("rate.hours", int(median.Round(time.Hour)/time.Hour))
		if median < time.Hour {
			m.Took = l.T("rate.hour")
		}
	}
	return m
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
	Say    string    // the sentence for people; "" takes the status's own
	Ref    string    // number of the log entry, for 500
	Search string    // address of the search form; "" leaves it out
	When   time.Time // of a withdrawal
	Why    string    // what readers are told of it
	More   *Link     // where there is more about it
}

// Words are the kinds of note that the page explains.
func (p CorrectionsPage) Words() []string {
	return []string{"correction", "clarification", "update", "editors-note", "retraction", "withdrawal"}
}

// Class is the group of statuses that share a sentence.
func (p ErrorPage) Class() string { return errorClass(p.Status) }

// errorClass names the statuses that readers can tell apart; all others are
// either a fault of what was asked or one of ours.
func errorClass(status int) string {
	switch status {
	case 403, 404, 410, 413, 429, 451, 503:
		return strconv.Itoa(status)
	}
	if status >= 500 {
		return "500"
	}
	return "400"
}
