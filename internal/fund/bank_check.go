package fund

import (
	"context"
	"slices"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// check decides what of a sheet is new, and whether it may be booked.
func (r *Reconciler) check(ctx context.Context, s *sheet, o ReadOptions) error {
	if err := r.begin(s, o); err != nil {
		return err
	}
	begun, err := r.Store.Begun(ctx, s.ID, s.file, s.part)
	switch {
	case err == nil:
		// One that stumbled before its first lines were there begins anew.
		if s.done = begun.Done || begun.Partly; s.done {
			s.follows = begun.Follows
		}
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if err := r.sift(ctx, s, begun.ID); err != nil {
		return err
	}
	if from, _ := s.span(); from != "" && len(s.fresh) > 0 {
		later, err := r.lines(ctx, s, dayAfter(from), "9999-99-99")
		if err != nil {
			return err
		}
		s.earlier = len(later) > 0
	}
	if s.done {
		return nil
	}
	return r.continues(ctx, s, o)
}

// begin asks whether an account's books may begin with the sheet's balance.
func (r *Reconciler) begin(s *sheet, o ReadOptions) error {
	if s.From != "" {
		return nil
	}
	from, _ := s.span()
	if from == "" {
		from = s.statements[0].From
	}
	switch {
	case from == "":
		return fault.New(fault.Invalid, "This statement of the account %s has neither lines nor days, so that there is nothing to begin with.", s.Title)
	case s.opening == nil:
		return fault.New(fault.Invalid, "This file states no balance, so that the books of the account %s can't begin with it; enter the balance at the beginning of %s at the desk first, under Money, Statements.", s.Title, from)
	case !o.Begin && *s.opening != 0:
		return ask(AskBegin, s.StatementAccount, from, *s.opening,
			"The books of the account %s would begin on %s with %s; say so with --begin, or enter another balance at the desk.", s.Title, from, s.say(*s.opening))
	}
	s.begun, s.StatementAccount.From, s.StatementAccount.Opening = true, from, *s.opening
	return nil
}

// continues holds the opening balance against what the account stands at.
func (r *Reconciler) continues(ctx context.Context, s *sheet, o ReadOptions) error {
	if s.opening == nil || s.begun {
		return r.gapsInside(s, o)
	}
	from, _ := s.span()
	if from == "" {
		return r.quiet(ctx, s, o)
	}
	before, err := r.stands(ctx, s, from)
	if err != nil {
		return err
	}
	goesOn := false
	if before != *s.opening {
		if goesOn, err = r.goesOn(ctx, s, from); err != nil {
			return err
		}
	}
	switch {
	case goesOn:
		s.follows = true
		if err := r.sift(ctx, s, ""); err != nil {
			return err
		}
	case before == *s.opening:
		if len(s.fresh) == 0 {
			return nil
		}
		if err := r.holds(ctx, s, before, s.last()); err != nil {
			return err
		}
	case len(s.fresh) == 0 && s.closing != nil && r.stood(ctx, s, from):
		return nil
	case !o.Gap:
		return r.askGap(ctx, s, from, *s.opening-before)
	default:
		s.gap = *s.opening - before
		s.gaps = slices.Insert(s.gaps, 0, gap{dayBefore(from), s.gap, 0})
	}
	return r.gapsInside(s, o)
}

// goesOn tells whether the sheet begins, in the middle of a day, where the
// account stands now, or where another statement left off: then none of its
// lines can be there already.
func (r *Reconciler) goesOn(ctx context.Context, s *sheet, from string) (bool, error) {
	all, err := r.stands(ctx, s, "")
	if err != nil {
		return false, err
	}
	if all == *s.opening {
		later, err := r.lines(ctx, s, dayAfter(from), "9999-99-99")
		if len(later) == 0 || err != nil {
			return err == nil, err
		}
	}
	return r.afterHalfADay(ctx, s, from)
}

// stood tells of a sheet without new lines that begins inside a day whether the
// account was ever at its balances: at the end of its days, or at the beginning
// of another statement. Else its lines are twins of others, and not those.
func (r *Reconciler) stood(ctx context.Context, s *sheet, from string) bool {
	if after, err := r.stands(ctx, s, dayAfter(s.last())); err == nil && after == *s.closing {
		return true
	}
	opened, err := r.Store.Opened(ctx, s.ID, from, *s.opening)
	return err == nil && opened
}

// afterHalfADay tells whether a statement that was read closes, on the sheet's
// first day, with what the sheet opens with. Lines of the sheet that seem known
// may then only be twins in that statement.
func (r *Reconciler) afterHalfADay(ctx context.Context, s *sheet, from string) (bool, error) {
	first, err := r.Store.Closed(ctx, s.ID, from, *s.opening)
	if err != nil || first == "" {
		return false, err
	}
	have, err := r.lines(ctx, s, from, s.last())
	if err != nil {
		return false, err
	}
	twins := 0
	for _, l := range have {
		if l.Statement == first && slices.Contains(s.keys, l.ID) {
			twins++
		}
	}
	return twins == s.known, nil
}

// last is the last day that the sheet speaks of.
func (s *sheet) last() string {
	_, to := s.span()
	for i := range s.statements {
		if c := s.statements[i].Closing; c != nil {
			to = max(to, c.Date)
		}
	}
	return to
}

// quiet checks a statement on which nothing moved: somewhere in its days the
// account must have stood at its balance.
func (r *Reconciler) quiet(ctx context.Context, s *sheet, o ReadOptions) error {
	from, to := s.statements[0].From, s.statements[len(s.statements)-1].To
	var stood int64
	for _, day := range []string{"", dayAfter(to), from} {
		var err error
		if stood, err = r.stands(ctx, s, day); err != nil || stood == *s.opening {
			return err
		}
	}
	if from == "" {
		from = to
	}
	if !o.Gap {
		return r.askGap(ctx, s, from, *s.opening-stood)
	}
	s.gap = *s.opening - stood
	s.gaps = []gap{{dayBefore(from), s.gap, 0}}
	return nil
}

func dayAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

func (r *Reconciler) askGap(ctx context.Context, s *sheet, from string, minor int64) error {
	lines, err := r.lines(ctx, s, "", dayBefore(from))
	if err != nil {
		return err
	}
	last := s.StatementAccount.From
	for _, l := range lines {
		last = max(last, l.Date)
	}
	return ask(AskGap, s.StatementAccount, from, minor,
		"Nothing was taken from this file: on %s the account %s stood at %s by its last line, but this statement opens with %s, so %s moved in statements that are missing; read those first, or say --gap to accept it.",
		last, s.Title, s.say(*s.opening-minor), s.say(*s.opening), s.say(minor))
}

func (r *Reconciler) gapsInside(s *sheet, o ReadOptions) error {
	for _, g := range s.gaps {
		if !o.Gap {
			return ask(AskGap, s.StatementAccount, g.day, g.minor,
				"Nothing was taken from this file: between two of its statements of the account %s, by %s, %s moved that neither of them shows; get the missing one, or say --gap to accept it.", s.Title, g.day, s.say(g.minor))
		}
	}
	return nil
}

// holds tells whether the account would stand, at the end of the sheet, where
// the bank says it does. Lines that another file brought and this one does not
// have would be money that is booked twice, or on another day.
func (r *Reconciler) holds(ctx context.Context, s *sheet, before int64, to string) error {
	from, _ := s.span()
	if err := r.fillsGap(ctx, s, from); err != nil {
		return err
	}
	if s.closing == nil || from == "" || len(s.gaps) > 0 {
		return nil
	}
	have, err := r.lines(ctx, s, from, to)
	if err != nil {
		return err
	}
	after := before
	for _, l := range have {
		after += l.Minor
	}
	for _, i := range s.fresh {
		after += s.entries[i].Amount
	}
	if s.shrink != nil && s.shrink.Date <= to {
		after += s.left - s.shrink.Minor
	}
	if after == *s.closing {
		return nil
	}
	if rest, err := r.restOfDay(ctx, s, have, to); err != nil || after-rest == *s.closing && rest != 0 {
		return err
	}
	return fault.New(fault.Invalid, "Nothing was taken from this file: the account %s would stand at %s after it, but the bank says %s on %s; lines between %s and %s were read from another file that differs from this one by %s, so compare the two.",
		s.Title, s.say(after), s.say(*s.closing), to, from, to, s.say(after-*s.closing))
}

// restOfDay sums the lines of the last day that a statement brought which begins
// where this one closes: the later half of the day was read first.
func (r *Reconciler) restOfDay(ctx context.Context, s *sheet, have []StoredLine, to string) (sum int64, err error) {
	mine := map[string]bool{}
	for _, id := range s.keys {
		mine[id] = true
	}
	opens := map[string]*int64{}
	for _, l := range have {
		if l.Date != to || mine[l.ID] || l.Statement == "" {
			continue
		}
		if _, asked := opens[l.Statement]; !asked {
			if opens[l.Statement], err = r.Store.Opening(ctx, l.Statement); err != nil {
				return 0, err
			}
		}
		if o := opens[l.Statement]; o != nil && *o == *s.closing {
			sum += l.Minor
		}
	}
	return sum, nil
}

// fillsGap finds the gap line that new lines stand before: what they bring was
// missing there.
func (r *Reconciler) fillsGap(ctx context.Context, s *sheet, from string) error {
	if from == "" {
		return nil
	}
	g, err := r.Store.NextGap(ctx, s.ID, from)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var sum int64
	for _, i := range s.fresh {
		if s.entries[i].BookedAt <= g.Date {
			sum += s.entries[i].Amount
		}
	}
	if sum == 0 {
		return nil
	}
	if g.Open() != g.Minor {
		return fault.New(fault.Conflict, "This statement brings what was missing before %s, but that gap has been allocated; take the allocation back at the desk, then read the file again.", g.Date)
	}
	s.shrink, s.left = &g, g.Minor-sum
	return nil
}

// stands is the account's balance at the beginning of a day; "" is now.
func (r *Reconciler) stands(ctx context.Context, s *sheet, before string) (int64, error) {
	sum, err := r.Store.Stands(ctx, s.ID, before)
	for _, p := range r.pretend[s.ID] {
		if before == "" || p.Date < before {
			sum += p.Minor
		}
	}
	return sum + s.StatementAccount.Opening, err
}

func (r *Reconciler) lines(ctx context.Context, s *sheet, from, to string) ([]StoredLine, error) {
	list, err := r.Store.StoredLines(ctx, s.ID, from, to)
	for _, p := range r.pretend[s.ID] {
		if p.Date >= from && p.Date <= to {
			list = append(list, p.StoredLine)
		}
	}
	return list, err
}
