package demo

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
)

// mark is a date to be filled in, counted from the day of publication:
//
//	{{weekday -2}}  the name of the day two days before
//	{{day 4}}       four days after, such as 24 November
//	{{date -1w}}    with the year; w counts working days, Monday to Friday
//	{{month -1}}    the name of the month before
//	{{year 3}}      three years after; {{year}} is the year itself
var mark = regexp.MustCompile(`\{\{(weekday|day|date|month|year)(?: (-?\d+)(w?))?\}\}`)

// fillDates writes the marks of a text out, in the way of its language.
func fillDates(text, lang string, published time.Time) string {
	l := locale.For(lang)
	return mark.ReplaceAllStringFunc(text, func(found string) string {
		m := mark.FindStringSubmatch(found)
		n, _ := strconv.Atoi(m[2]) // the pattern allows only numbers; none is 0
		t := published.AddDate(0, 0, n)
		if m[3] == "w" {
			t = workday(published, n)
		}
		switch m[1] {
		case "weekday":
			return strings.TrimSuffix(first(l.Date(t, locale.Full)), ",")
		case "day":
			return l.Date(t, locale.Day)
		case "date":
			return l.Date(t, locale.Long)
		case "month":
			middle := time.Date(published.Year(), published.Month()+time.Month(n), 15, 0, 0, 0, 0, time.UTC)
			return first(l.Date(middle, locale.Month))
		default:
			return l.Digits(strconv.Itoa(published.Year() + n))
		}
	})
}

func first(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// workday goes n working days on, or back where n is negative.
func workday(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		t = t.AddDate(0, 0, step)
		if wd := t.Weekday(); wd != time.Saturday && wd != time.Sunday {
			n--
		}
	}
	return t
}
