package ledger

import (
	"maps"
	"strings"
	"time"
)

// Dated is the tag of an entry that was booked after the period of its fact had
// been closed: the fact's own day. The entry's date is then the first day that
// was still open.
const Dated = "dated"

// InOpenPeriod returns the entry as it may be posted where the books are closed
// up to and including a day ("" is never): unchanged if its day is open, else
// moved to the first open day, with its own day kept in the tag Dated and in the
// memo. e must be valid.
func InOpenPeriod(e Entry, closed string) Entry {
	if closed == "" || e.Date > closed {
		return e
	}
	last, err := time.Parse(time.DateOnly, closed)
	if err != nil {
		return e // nothing was ever closed under such a name
	}
	return moved(e, last.AddDate(0, 0, 1).Format(time.DateOnly))
}

func moved(e Entry, to string) Entry {
	tags := maps.Clone(e.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	tags[Dated] = e.Date
	memo := strings.TrimSpace(e.Memo + " [" + e.Date + "]")
	if len(memo) <= maxMemo {
		e.Memo = memo
	}
	e.Tags, e.Date = tags, to
	return e
}

// SameFact tells whether an entry that was posted on a day, with the given tags
// and content hash, books the fact e: it has e's content, or it is e moved to an
// open period. A fact that is told once before and once after its period was
// closed is one fact.
func SameFact(e Entry, date string, tags map[string]string, content string) bool {
	if dated := tags[Dated]; dated != "" && dated == e.Date && e.Tags[Dated] == "" {
		e = moved(e, date)
	}
	return ContentHash(e) == content
}

// FactDate is the day of the fact that an entry books: its date, or that under
// Dated.
func FactDate(e Entry) string {
	if day := e.Tags[Dated]; day != "" {
		return day
	}
	return e.Date
}
