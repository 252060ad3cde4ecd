package fund

import (
	"slices"
	"time"

	"masthead.dev/masthead/internal/money"
)

// Figures sum up who gives and how much, in one currency. Amounts are minor
// units; a donor is somebody whose net is above zero.
type Figures struct {
	Currency string
	Donors   int   // ever
	Gifts    int   // ever, those that were not wholly given back
	Average  int64 // of the gifts of the last twelve months, rounded down
	Median   int64 // of the same gifts; the lower of the two in the middle
	New      int   // donors of the last twelve months whose first gift is among them
	Repeat   int   // donors of the last twelve months who had given before
	Lapsed   int   // donors who gave nothing for 13 months
	Cohorts  []Cohort
}

// Cohort are the donors whose first gift fell in one month.
type Cohort struct {
	Month  time.Time // its first moment, in the outlet's zone
	Donors int
	// Giving counts how many of them gave in the month n after it; Giving[0] is
	// Donors. It ends with the present month.
	Giving []int
}

// cohorts is how many months the table of cohorts goes back.
const cohorts = 12

// Measure gathers the figures from gifts that come in the order of donors, and
// of times for each donor.
type Measure struct {
	now  time.Time
	zone *time.Location
	by   map[string]*tally
	who  string
}

type tally struct {
	Figures
	recent []int64
	donor  giver
	months [cohorts]int // of first gifts
	giving [cohorts][cohorts]int
}

type giver struct {
	sum         int64
	first, last time.Time
	months      map[int]bool // months before the present one, as far as cohorts go
}

// NewMeasure starts to measure at a moment.
func NewMeasure(now time.Time, zone *time.Location) *Measure {
	return &Measure{now: now, zone: zone, by: map[string]*tally{}}
}

// Add takes the next gift: what of it was kept, in minor units.
func (m *Measure) Add(donor string, kept money.Amount, at time.Time) {
	if donor != m.who {
		m.close()
		m.who = donor
	}
	if kept.Minor <= 0 || at.After(m.now) {
		return
	}
	t := m.by[kept.Currency]
	if t == nil {
		t = &tally{Figures: Figures{Currency: kept.Currency}}
		m.by[kept.Currency] = t
	}
	t.Gifts++
	if at.After(m.now.AddDate(-1, 0, 0)) {
		t.recent = append(t.recent, kept.Minor)
	}
	g := &t.donor
	g.sum += kept.Minor
	if g.first.IsZero() {
		g.first, g.months = at, map[int]bool{}
	}
	g.last = at
	if ago := m.monthsAgo(at); ago < cohorts {
		g.months[ago] = true
	}
}

// monthsAgo is how many months of the calendar lie between a time and now.
func (m *Measure) monthsAgo(t time.Time) int {
	a, b := t.In(m.zone), m.now.In(m.zone)
	return 12*(b.Year()-a.Year()) + int(b.Month()) - int(a.Month())
}

// close counts the donor whose gifts have all been seen.
func (m *Measure) close() {
	for _, t := range m.by {
		g := t.donor
		t.donor = giver{}
		if g.sum <= 0 {
			continue
		}
		t.Donors++
		year := m.now.AddDate(-1, 0, 0)
		switch {
		case !g.last.After(m.now.AddDate(0, -13, 0)):
			t.Lapsed++
		case g.last.After(year) && g.first.After(year):
			t.New++
		case g.last.After(year):
			t.Repeat++
		}
		first := m.monthsAgo(g.first)
		if first >= cohorts {
			continue
		}
		t.months[first]++
		for ago := range g.months {
			t.giving[first][ago]++
		}
	}
}

// Figures returns what was measured, by currency. Nothing may be added after it.
func (m *Measure) Figures() []Figures {
	m.close()
	var out []Figures
	for _, t := range m.by {
		f := t.Figures
		if n := len(t.recent); n > 0 {
			slices.Sort(t.recent)
			var sum int64
			for _, v := range t.recent {
				sum += v
			}
			f.Average, f.Median = sum/int64(n), t.recent[(n-1)/2]
		}
		now := m.now.In(m.zone)
		for ago := cohorts - 1; ago >= 0; ago-- {
			c := Cohort{Month: time.Date(now.Year(), now.Month()-time.Month(ago), 1, 0, 0, 0, 0, m.zone), Donors: t.months[ago]}
			for later := ago; later >= 0; later-- {
				c.Giving = append(c.Giving, t.giving[ago][later])
			}
			f.Cohorts = append(f.Cohorts, c)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Figures) int { return b.Gifts - a.Gifts })
	return out
}
