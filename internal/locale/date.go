package locale

import (
	"strconv"
	"strings"
	"time"
)

// Style chooses how much of a date is written.
type Style string

// The styles of a date; the examples are English.
const (
	Full  Style = "full"  // Friday 20 November 2026
	Long  Style = "long"  // 20 November 2026
	Day   Style = "day"   // 20 November
	Month Style = "month" // November 2026
)

// dates are a language's way to write dates, in patterns of which W is the
// weekday, D the day, M the month, F the month before a year and Y the
// year. They are checked against Intl.DateTimeFormat (CLDR 48; English
// as in en-GB) but for the full style and the mark before the time, where
// English goes without the comma and "at", as newspapers do.
type dates struct {
	months   [12]string
	ofYear   map[time.Month]string // months that change before a year
	weekdays [7]string             // from Sunday
	patterns map[Style]string
	at       string // between date and time
	bareHour bool   // hours below ten stand without a zero
}

var allDates = map[string]dates{
	"en": {
		months:   [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		patterns: map[Style]string{Full: "W D M Y", Long: "D M Y", Day: "D M", Month: "M Y"},
		at:       ", ",
	},
	"de": {
		months:   [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		weekdays: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		patterns: map[Style]string{Full: "W, D. M Y", Long: "D. M Y", Day: "D. M", Month: "M Y"},
		at:       ", ",
	},
	"fa": {
		months:   [12]string{"ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"},
		weekdays: [7]string{"یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه"},
		ofYear:   map[time.Month]string{time.January: "ژانویهٔ", time.February: "فوریهٔ", time.May: "مهٔ", time.July: "ژوئیهٔ"},
		patterns: map[Style]string{Full: "W D F Y", Long: "D F Y", Day: "D M", Month: "F Y"},
		at:       "، ساعت ",
		bareHour: true,
	},
}

// Date writes the day of t in t's own zone: bring it into the outlet's first.
func (l *Locale) Date(t time.Time, style Style) string {
	d := l.dates
	ofYear, ok := d.ofYear[t.Month()]
	if !ok {
		ofYear = d.months[t.Month()-1]
	}
	out := strings.NewReplacer(
		"W", d.weekdays[t.Weekday()], "D", strconv.Itoa(t.Day()), "Y", strconv.Itoa(t.Year()),
		"M", d.months[t.Month()-1], "F", ofYear,
	).Replace(d.patterns[style])
	return l.Digits(out)
}

// Time writes the time of day in t's own zone: "14:05".
func (l *Locale) Time(t time.Time) string {
	text := t.Format("15:04")
	if l.dates.bareHour {
		text = strings.TrimPrefix(text, "0")
	}
	return l.Digits(text)
}

// DateTime writes day and time: "20 November 2026, 14:05".
func (l *Locale) DateTime(t time.Time) string { return l.Date(t, Long) + l.dates.at + l.Time(t) }

// listing joins words: the comma between, and the word before the last.
type listing struct{ comma, and string }

var allLists = map[string]listing{
	"en": {", ", " and "},
	"de": {", ", " und "},
	"fa": {"، ", " و "},
}

// Comma is what stands between the words of a list, with its space.
func (l *Locale) Comma() string { return l.lists.comma }

// List joins names the way the language does: "a, b and c". English goes
// without the comma before "and".
func (l *Locale) List(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], l.lists.comma) + l.lists.and + items[last]
}
