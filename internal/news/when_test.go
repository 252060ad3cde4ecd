package news_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/news"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTimesOfTheWallBecomeInstants(t *testing.T) {
	for name, c := range map[string]struct {
		zone, date, clock string
		at, again         string // UTC
		gap               bool
	}{
		"an ordinary morning":                      {"Europe/Berlin", "2026-07-01", "09:00", "2026-07-01T07:00", "", false},
		"a time that is skipped in spring":         {"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00", "", true},
		"the first instant that is skipped":        {"Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00", "", true},
		"the last time before the clocks move":     {"Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59", "", false},
		"the first time after it":                  {"Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00", "", false},
		"a time that comes twice in autumn":        {"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30", "2026-10-25T01:30", false},
		"an hour after that":                       {"Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00", "", false},
		"half an hour is skipped at Lord Howe":     {"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30", "", true},
		"half an hour comes twice at Lord Howe":    {"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45", "2026-04-04T15:15", false},
		"midnight is skipped in Cairo":             {"Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:00", "", true},
		"Samoa left a whole day out":               {"Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00", "", true},
		"a zone without summer time knows neither": {"Asia/Tehran", "2026-03-22", "00:30", "2026-03-21T21:00", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := news.WallTime(c.date, c.clock, zone(t, c.zone))
			if err != nil {
				t.Fatal(err)
			}
			again := ""
			if !m.Again.IsZero() {
				again = m.Again.Format("2006-01-02T15:04")
			}
			if got := m.At.Format("2006-01-02T15:04"); got != c.at || again != c.again || m.Gap != c.gap {
				t.Errorf("%s, again %q, gap %v; want %s, %q, %v", got, again, m.Gap, c.at, c.again, c.gap)
			}
		})
	}
	for _, bad := range [][2]string{{"2026-02-30", "09:00"}, {"tomorrow", "09:00"}, {"2026-03-01", "24:00"}, {"2026-03-01", ""}} {
		if _, err := news.WallTime(bad[0], bad[1], time.UTC); err == nil {
			t.Errorf("%v is a time", bad)
		}
	}
}
