package site

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/web"
)

// bookPeriod is what the books are shown of: a year, a month of it, or all.
type bookPeriod struct {
	year  int // 0 is all years
	month int // 1 to 12; 0 is the whole year
}

// parsePeriod reads "2026", "2026-03" or "all".
func parsePeriod(text string) (bookPeriod, bool) {
	if text == "all" {
		return bookPeriod{}, true
	}
	if t, err := time.Parse("2006-01", text); err == nil {
		return bookPeriod{t.Year(), int(t.Month())}, true
	}
	if t, err := time.Parse("2006", text); err == nil {
		return bookPeriod{year: t.Year()}, true
	}
	return bookPeriod{}, false
}

// queried reads the period of an address like /books.json?year=2026&month=3; the
// month may also stand alone, as 2026-03. asked is false where it names none.
func queried(q url.Values) (p bookPeriod, asked, ok bool) {
	year, month := q.Get("year"), q.Get("month")
	if year == "" && month == "" {
		return bookPeriod{}, false, true
	}
	if n, err := strconv.Atoi(month); err == nil && year != "" {
		month = fmt.Sprintf("%s-%02d", year, n)
	}
	if month == "" {
		month = year
	}
	p, ok = parsePeriod(month)
	return p, true, ok
}

// slug is the period in an address.
func (p bookPeriod) slug() string {
	switch {
	case p.year == 0:
		return "all"
	case p.month == 0:
		return fmt.Sprintf("%04d", p.year)
	}
	return fmt.Sprintf("%04d-%02d", p.year, p.month)
}

// months are the first and last month (YYYY-MM).
func (p bookPeriod) months() (from, to string) {
	switch {
	case p.year == 0:
		return "0000-01", "9999-12"
	case p.month == 0:
		return fmt.Sprintf("%04d-01", p.year), fmt.Sprintf("%04d-12", p.year)
	}
	return p.slug(), p.slug()
}

// days are the first and last day (YYYY-MM-DD); all years are cut to the span of
// the books.
func (p bookPeriod) days(first, last string) (from, to string) {
	if p.year == 0 {
		return first, last
	}
	a, b := p.months()
	end, err := time.Parse("2006-01", b)
	if err != nil {
		return first, last
	}
	return a + "-01", end.AddDate(0, 1, -1).Format(time.DateOnly)
}

// name is the period in the language of the page; "" for all years.
func (p bookPeriod) name(l *locale.Locale) string {
	switch {
	case p.year == 0:
		return ""
	case p.month == 0:
		return l.Digits(strconv.Itoa(p.year))
	}
	return l.Date(time.Date(p.year, time.Month(p.month), 1, 0, 0, 0, 0, time.UTC), locale.Month)
}

// touches tells whether the books' span of days reaches into the period.
func (p bookPeriod) touches(first, last string) bool {
	from, to := p.days(first, last)
	return first != "" && from <= last && to >= first
}

// periodLinks are the years of the books, the newest first, and all of them.
func (sh *shell) periodLinks(p bookPeriod, first, last string) []web.Link {
	var out []web.Link
	from, errFrom := strconv.Atoi(cutYear(first))
	to, errTo := strconv.Atoi(cutYear(last))
	if errFrom != nil || errTo != nil {
		return nil
	}
	for year := to; year >= from && len(out) < 100; year-- {
		y := bookPeriod{year: year}
		out = append(out, web.Link{Text: y.name(sh.Locale), Href: sh.Path("/books/" + y.slug()), Current: p == y})
	}
	if p.month != 0 {
		out = append(out, web.Link{Text: p.name(sh.Locale), Href: sh.Path("/books/" + p.slug()), Current: true})
	}
	if from == to && p.month == 0 && p.year != 0 {
		return nil // nothing to choose
	}
	if from != to || p.year == 0 {
		out = append(out, web.Link{Text: sh.T("books.all"), Href: sh.Path("/books/all"), Current: p.year == 0})
	}
	return out
}

func cutYear(day string) string { return day[:min(4, len(day))] }
