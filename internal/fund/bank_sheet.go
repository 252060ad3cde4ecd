package fund

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
)

// join puts the statements of one account behind one another, in the order in
// which their balances follow, and cuts off what was before the books.
func (s *sheet) join() error {
	if !follow(s.statements) {
		slices.SortStableFunc(s.statements, func(a, b statement.Statement) int { return strings.Compare(first(&a), first(&b)) })
	}
	for i := range s.statements {
		st := &s.statements[i]
		if st.Opening != nil && s.closing != nil && st.Opening.Amount != *s.closing {
			s.gaps = append(s.gaps, gap{dayBefore(first(st)), st.Opening.Amount - *s.closing, len(s.entries)})
			s.closing = nil
		}
		if i == 0 && st.Opening != nil {
			s.opening = ref(st.Opening.Amount)
		}
		if st.Opening != nil {
			s.closing = ref(st.Opening.Amount)
		}
		for j := range st.Entries {
			e := st.Entries[j]
			if s.closing != nil {
				sum, ok := money.AddMinor(*s.closing, e.Amount)
				if !ok {
					return fault.New(fault.Invalid, "The lines of this file are too large to be added; nothing was taken from it.")
				}
				s.closing = &sum
			}
			s.entries = append(s.entries, e)
		}
		if st.Closing != nil {
			s.closing = ref(st.Closing.Amount)
		}
	}
	s.cut()
	return nil
}

func ref[T any](v T) *T { return &v }

// follow tells whether each statement opens with what the one before closed with.
func follow(list []statement.Statement) bool {
	for i := 1; i < len(list); i++ {
		if a, b := list[i-1].Closing, list[i].Opening; a == nil || b == nil || a.Amount != b.Amount {
			return false
		}
	}
	return true
}

// first is the day that a statement's entries begin on, else its own first day.
func first(s *statement.Statement) string {
	day := s.From
	for i := range s.Entries {
		if i == 0 || s.Entries[i].BookedAt < day {
			day = s.Entries[i].BookedAt
		}
	}
	return day
}

func dayBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

// cut leaves out the lines of days before the account's books begin; the opening
// balance takes them in.
func (s *sheet) cut() {
	if s.From == "" {
		return
	}
	kept := s.entries[:0:0]
	for i := range s.entries {
		if s.entries[i].BookedAt >= s.From {
			kept = append(kept, s.entries[i])
			continue
		}
		s.before++
		if s.opening != nil {
			s.opening = ref(*s.opening + s.entries[i].Amount)
		}
		for g := range s.gaps {
			if s.gaps[g].before > len(kept) {
				s.gaps[g].before--
			}
		}
	}
	s.entries = kept
}

// span is the first and last day of the entries; "" where there are none.
func (s *sheet) span() (from, to string) {
	for i := range s.entries {
		d := s.entries[i].BookedAt
		if from == "" || d < from {
			from = d
		}
		to = max(to, d)
	}
	return from, to
}

// sift finds which entries are there already: by their key, then, day by day,
// among the lines that came in another format. own is the statement that these
// entries were begun as.
func (r *Reconciler) sift(ctx context.Context, s *sheet, own string) error {
	s.keys, s.fresh, s.known, s.unsure = make([]string, len(s.entries)), nil, 0, 0
	if len(s.entries) == 0 {
		return nil
	}
	from, to := s.span()
	have, err := r.lines(ctx, s, from, to)
	if err != nil {
		return err
	}
	byID := make(map[string]StoredLine, len(have))
	for _, l := range have {
		byID[l.ID] = l
	}
	r.name(s, byID, own)
	taken := map[string]bool{}
	var open []int
	for i, id := range s.keys {
		if _, known := byID[id]; known {
			taken[id] = true
			s.known++
		} else {
			open = append(open, i)
		}
	}
	if s.follows {
		s.fresh = open
		return nil
	}
	return r.acrossFormats(ctx, s, have, taken, open)
}

// name gives every entry its id. Equal lines of a day are told apart by their
// order; where a sheet goes on in the middle of a day, the order goes on too.
func (r *Reconciler) name(s *sheet, byID map[string]StoredLine, own string) {
	keys := statement.Keys(s.ID, []statement.Statement{{Entries: s.entries}})[0]
	used := map[string]bool{}
	for i, k := range keys {
		id := r.Store.LineID(k)
		for n := 0; s.follows && (used[id] || foreign(byID, id, own)); n++ {
			id = r.Store.LineID(statement.Key(s.ID, &s.entries[i], n))
		}
		used[id], s.keys[i] = true, id
	}
}

func foreign(byID map[string]StoredLine, id, own string) bool {
	l, there := byID[id]
	return there && l.Statement != own
}

func (r *Reconciler) acrossFormats(ctx context.Context, s *sheet, have []StoredLine, taken map[string]bool, open []int) error {
	days := map[string][]string{} // ids of lines in another format, by day
	for _, l := range have {
		if !taken[l.ID] && l.Kind != GapLine && l.Format != s.entries[0].Format {
			days[l.Date] = append(days[l.Date], l.ID)
		}
	}
	byDay := map[string][]int{}
	var order []string
	for _, i := range open {
		d := s.entries[i].BookedAt
		if byDay[d] == nil {
			order = append(order, d)
		}
		byDay[d] = append(byDay[d], i)
	}
	for _, d := range order {
		if len(days[d]) == 0 {
			s.fresh = append(s.fresh, byDay[d]...)
			continue
		}
		if err := r.oneDay(ctx, s, days[d], byDay[d]); err != nil {
			return err
		}
	}
	slices.Sort(s.fresh)
	return nil
}

// oneDay holds the lines of a day against those of another format.
func (r *Reconciler) oneDay(ctx context.Context, s *sheet, ids []string, at []int) error {
	slices.Sort(ids)
	found, err := r.Store.StoredEntries(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range r.pretend[s.ID] {
		found[p.ID] = p.entry
	}
	var stored, incoming []statement.Entry
	for _, id := range ids {
		stored = append(stored, found[id])
	}
	for _, i := range at {
		incoming = append(incoming, s.entries[i])
	}
	for n, m := range statement.Known(stored, incoming) {
		switch {
		case m.Stored < 0:
			s.fresh = append(s.fresh, at[n])
		case !m.Sure:
			s.unsure++
			s.known++
		default:
			s.known++
		}
	}
	return nil
}
