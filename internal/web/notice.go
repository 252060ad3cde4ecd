package web

import (
	"time"

	"masthead.dev/masthead/internal/locale"
)

// NoticeSays is what somebody of the staff is told, in a sentence: kind is that
// of the notice, detail the event or state that it is about, by a name, "" for
// the program.
func NoticeSays(l *locale.Locale, kind, detail, by string) string {
	if by == "" {
		by = "Masthead"
	}
	if kind == "mention" && detail == "reply" {
		return l.T("notice.reply", "by", by)
	}
	if kind == "state" || kind == "failed" {
		if key := "notice." + detail; l.Has(key) { // an event with a sentence of its own
			return l.T(key, "by", by)
		}
		return l.T("notice.state", "by", by, "state", l.T("state."+detail))
	}
	if day, err := time.Parse(time.DateOnly, detail); err == nil { // of the end of a picture's rights
		return l.T("notice."+kind, "day", l.Date(day, locale.Long))
	}
	return l.T("notice."+kind, "by", by)
}
