package news

import (
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Moment is a time of a clock on the wall as an instant. Where clocks are set
// forward a time may not exist, where they are set back it may come twice.
type Moment struct {
	At    time.Time // the first of two; the end of the gap where Gap
	Gap   bool      // it does not exist: At is the next instant that does
	Again time.Time // the second of two, else zero
}

// WallTime reads a date (YYYY-MM-DD) and a time of day (HH:MM) as the clocks of a
// zone show them. It is fault.Fields for what is no date or time.
func WallTime(date, clock string, zone *time.Location) (Moment, error) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return Moment{}, fault.Fields{"date": "Give the day as year-month-day."}
	}
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		return Moment{}, fault.Fields{"time": "Give the time as hours and minutes, such as 09:00."}
	}
	wall := day.Add(time.Duration(hour.Hour())*time.Hour + time.Duration(hour.Minute())*time.Minute)
	var found []time.Time
	for _, near := range []time.Time{wall.Add(-26 * time.Hour), wall.Add(26 * time.Hour)} { // the offsets before and after any change
		_, offset := near.In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if shows(at, zone, wall) && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 0:
		return Moment{At: afterGap(wall, zone), Gap: true}, nil
	case 2:
		return Moment{At: found[0].UTC(), Again: found[1].UTC()}, nil
	}
	return Moment{At: found[0].UTC()}, nil
}

// shows tells whether clocks of a zone show a time at an instant.
func shows(at time.Time, zone *time.Location, wall time.Time) bool {
	l := at.In(zone)
	return l.Format("2006-01-02 15:04") == wall.Format("2006-01-02 15:04")
}

// afterGap is the instant at which clocks are set forward past a time: read with
// the offset of before, the time lies behind it.
func afterGap(wall time.Time, zone *time.Location) time.Time {
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	start, _ := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds()
	return start.UTC()
}
