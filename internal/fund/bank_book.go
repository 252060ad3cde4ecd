package fund

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// sliceLines is how many lines are booked, or looked at, at a time at most: a
// transaction of so many lasts for some milliseconds, and a gift that comes
// meanwhile waits for no longer.
const sliceLines = 32

// A slice that lasts longer than tooLong is too large for this machine as busy as
// it is; one that lasts shorter than shortEnough leaves room for more.
const (
	tooLong     = 25 * time.Millisecond
	shortEnough = 10 * time.Millisecond
)

// pace is how many lines are taken at a time, by how long the last ones took.
type pace int

func (p pace) lines() int {
	if p == 0 {
		return sliceLines
	}
	return int(p)
}

// took halves the pace after a slice that took too long, and quickens it slowly.
func (p *pace) took(d time.Duration) {
	n := p.lines()
	switch {
	case d > tooLong:
		n /= 2
	case d < shortEnough:
		n += max(1, n/4)
	}
	*p = pace(min(max(n, 1), sliceLines))
}

// book writes what check has found, in slices that may be cut off anywhere.
func (r *Reconciler) book(ctx context.Context, s *sheet) (AccountReport, error) {
	rep := s.report()
	if r.DryRun {
		return r.rehearse(ctx, s, rep)
	}
	if s.begun {
		if err := r.Store.BeginBooks(ctx, s.ID, s.StatementAccount.From, s.StatementAccount.Opening); err != nil {
			return rep, err
		}
	}
	st, err := r.Store.OpenStatement(ctx, s.statement())
	if err != nil {
		return rep, err
	}
	st.Fills, st.Left = s.shrink, s.left
	if rep.Fresh, err = r.addLines(ctx, s, st); err != nil {
		return rep, err
	}
	rep.Known = len(s.entries) - rep.Fresh
	if err := r.Store.CloseStatement(ctx, st, rep.Fresh); err != nil {
		return rep, err
	}
	if s.earlier {
		from, _ := s.span()
		if err := r.Store.LookAgain(ctx, s.ID, from); err != nil {
			return rep, err
		}
	}
	rep.Matched, err = r.MatchAll(ctx, s.ID, rep.Fresh)
	return rep, err
}

func (s *sheet) report() AccountReport {
	rep := AccountReport{
		Account: s.StatementAccount, Format: s.statements[0].Format, Number: s.number(), Opening: s.opening, Closing: s.closing, Begun: s.begun,
		Statements: len(s.statements), Lines: len(s.entries) + s.before, Fresh: len(s.fresh), Known: s.known, Unsure: s.unsure, Before: s.before,
		Gap: s.gap, Proven: true, Matched: map[MatchRule]int{},
	}
	for i := range s.statements {
		st := &s.statements[i]
		rep.Pending += len(st.Pending)
		rep.Proven = rep.Proven && st.Proven()
		if rep.From == "" || st.From != "" && st.From < rep.From {
			rep.From = st.From
		}
		rep.To = max(rep.To, st.To)
	}
	return rep
}

// number is the bank's own of the statement, or those of the first and the last.
func (s *sheet) number() string {
	a, b := s.statements[0].Number, s.statements[len(s.statements)-1].Number
	if a == b || a == "" || b == "" {
		return a
	}
	return a + "–" + b
}

func (s *sheet) statement() BankStatement {
	rep := s.report()
	return BankStatement{AccountID: s.ID, FileHash: s.file, Part: s.part, Format: rep.Format, Number: rep.Number, From: rep.From, To: rep.To,
		Opening: s.opening, Closing: s.closing, Lines: rep.Lines, Follows: s.follows}
}

// addLines books the new lines with the gaps before them, in the file's order.
func (r *Reconciler) addLines(ctx context.Context, s *sheet, st BankStatement) (fresh int, err error) {
	version, gaps := s.Version, s.gaps
	var lines []BankLine
	var speed pace
	for n := 0; n < len(s.fresh) || len(gaps) > 0; {
		for len(lines) < speed.lines() && (n < len(s.fresh) || len(gaps) > 0) {
			if len(gaps) > 0 && (n == len(s.fresh) || gaps[0].before <= s.fresh[n]) {
				lines, gaps = append(lines, r.gapLine(s, gaps[0])), gaps[1:]
				continue
			}
			lines = append(lines, s.line(s.fresh[n]))
			n++
		}
		began := time.Now()
		new, err := r.Store.AddLines(ctx, st, version, lines)
		speed.took(time.Since(began))
		if err != nil {
			return fresh, err
		}
		st.Fills = nil
		for _, l := range lines {
			if l.Kind == GapLine {
				new--
			}
		}
		fresh, version, lines = fresh+max(new, 0), version+1, lines[:0]
		r.progress("books", n, len(s.fresh))
	}
	return fresh, nil
}

// line is an entry as it is kept. The entry is forgotten: a large file is not
// held twice.
func (s *sheet) line(i int) BankLine {
	e := &s.entries[i]
	l := BankLine{
		ID: s.keys[i], AccountID: s.ID, Bank: s.Name, Ordinal: i, Kind: "line", Format: e.Format, Date: e.BookedAt, ValueDate: e.ValueAt,
		Currency: s.Currency, Minor: e.Amount, BankRef: e.BankRef, Reversal: e.Reversal, State: LineImported,
	}
	for n := range e.Details {
		d := &e.Details[n]
		l.Reversal = l.Reversal || d.ReturnReason != ""
		l.Parts = append(l.Parts, BankPart{N: n, Minor: d.Amount, Open: d.Amount, Charge: d.Charge, Said: SaidOf(e, n)})
	}
	return l
}

func (r *Reconciler) gapLine(s *sheet, g gap) BankLine {
	return BankLine{
		ID: r.Store.LineID("gap|" + s.ID + "|" + g.day + "|" + s.say(g.minor)), AccountID: s.ID, Bank: s.Name, Kind: GapLine, Date: g.day,
		Currency: s.Currency, Minor: g.minor, State: LineImported, Parts: []BankPart{{Minor: g.minor, Open: g.minor}},
	}
}

// MatchAll decides about every imported line of an account.
func (r *Reconciler) MatchAll(ctx context.Context, accountID string, total int) (map[MatchRule]int, error) {
	all := map[MatchRule]int{}
	var speed pace
	for done := 0; ; {
		began := time.Now()
		some, err := r.Store.MatchNext(ctx, accountID, speed.lines())
		speed.took(time.Since(began))
		if fault.Is(err, fault.NotFound) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		for rule, n := range some {
			all[rule] += n
			done += n
		}
		r.progress("match", done, max(total, done))
	}
}

func (r *Reconciler) progress(doing string, done, total int) {
	if r.Progress != nil {
		r.Progress(ReadProgress{doing, done, total})
	}
}

// rehearse remembers what would have been booked, so that the next file of the
// same run finds it there.
func (r *Reconciler) rehearse(ctx context.Context, s *sheet, rep AccountReport) (AccountReport, error) {
	if r.pretend == nil {
		r.pretend, r.begun = map[string][]pretendLine{}, map[string]StatementAccount{}
	}
	if s.begun {
		r.begun[s.ID] = s.StatementAccount
	}
	var lines []BankLine
	for _, i := range s.fresh {
		l := s.line(i)
		lines = append(lines, l)
		r.pretend[s.ID] = append(r.pretend[s.ID], pretendLine{StoredLine{l.ID, l.Date, l.Minor, l.Format, l.Kind, ""}, s.entries[i]})
	}
	for _, g := range s.gaps {
		l := r.gapLine(s, g)
		r.pretend[s.ID] = append(r.pretend[s.ID], pretendLine{StoredLine: StoredLine{l.ID, l.Date, l.Minor, "", GapLine, ""}})
	}
	var err error
	rep.Matched, err = r.Store.Preview(ctx, lines)
	return rep, err
}
