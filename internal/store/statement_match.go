package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
)

// MatchNext implements fund.BankStore. When nothing is left it looks whether
// goals were reached, and answers fault.NotFound.
func (b *Statements) MatchNext(ctx context.Context, accountID string, atMost int) (map[fund.MatchRule]int, error) {
	lines, err := b.waiting(ctx, accountID, atMost)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, b.rest(ctx)
	}
	done := map[fund.MatchRule]int{}
	for len(lines) > 0 {
		n, some, err := b.matchSlice(ctx, lines)
		if err != nil {
			return done, err
		}
		for rule, k := range some {
			done[rule] += k
		}
		lines = lines[n:]
	}
	return done, nil
}

// rest looks at the goals of the campaigns whose money was changed.
func (b *Statements) rest(ctx context.Context) error {
	if err := b.NoteGoals(ctx, b.money.Now(), b.campaigns.list()...); err != nil {
		return err
	}
	b.campaigns = set{}
	return fault.New(fault.NotFound, "no line waits to be looked at")
}

// waiting returns parts of lines that the rules are to be asked about, each line
// with some of its parts, oldest first; what takes a line back comes after it.
func (b *Statements) waiting(ctx context.Context, accountID string, atMost int) ([]fund.BankLine, error) {
	var out []fund.BankLine
	_, err := db.Rows(ctx, b.Query(), func(r db.Scanner) (none struct{}, err error) {
		var l fund.BankLine
		var p fund.BankPart
		var box string
		err = r.Scan(&l.ID, &l.AccountID, &l.Bank, &l.Date, &l.Currency, &l.Minor, db.Bool(&l.Reversal), &l.Kind, &p.N, &p.Minor, &p.Open, db.Bool(&p.Charge), &p.Payer, &box)
		if err == nil {
			err = b.unseal(l.ID, &p, box)
		}
		if n := len(out); n == 0 || out[n-1].ID != l.ID {
			out = append(out, l)
		}
		out[len(out)-1].Parts = append(out[len(out)-1].Parts, p)
		return none, err
	}, `SELECT l.id, l.account_id, a.name, l.booked_on, l.currency, l.minor, l.reversal, l.kind, d.n, d.minor, d.open_minor, d.charge, d.payer_hash, d.box
		FROM bank_line l JOIN bank_account a ON a.id = l.account_id JOIN bank_detail d ON d.line_id = l.id
		WHERE l.unlooked = 1 AND l.account_id = $1 AND d.looked = 0 ORDER BY l.booked_on, l.reversal, l.id, d.n LIMIT $2`, accountID, atMost)
	return out, err
}

// LookAgain implements fund.BankStore.
func (b *Statements) LookAgain(ctx context.Context, accountID, from string) error {
	return b.again(ctx, "l.account_id = $1 AND l.booked_on >= $2", accountID, from)
}

// again lets the rules be asked once more about lines in suspense that nobody
// has touched, some at a time.
func (b *Statements) again(ctx context.Context, which string, args ...any) error {
	ids, err := db.Rows(ctx, b.Query(), db.Value[string], `SELECT l.id FROM bank_line l WHERE l.state = 'suspense' AND l.kind = 'line' AND `+which+`
		AND NOT EXISTS (SELECT 1 FROM bank_allocation a WHERE a.line_id = l.id)`, args...)
	for err == nil && len(ids) > 0 {
		n := min(len(ids), 200)
		marks, some := anyOf(1, ids[:n])
		err = b.Write(ctx, func(tx *Tx) error {
			if _, err := db.Exec(ctx, tx, "UPDATE bank_detail SET looked = 0 WHERE line_id IN ("+marks+") AND open_minor = minor", some...); err != nil {
				return err
			}
			_, err := db.Exec(ctx, tx, "UPDATE bank_line SET unlooked = 1 WHERE id IN ("+marks+")", some...)
			return err
		})
		ids = ids[n:]
	}
	return err
}

// matchSlice decides about the first lines in one transaction and tells how many.
// Where a part can't be put where the rules say, it waits for a person, and the
// transaction is done again without it.
func (b *Statements) matchSlice(ctx context.Context, lines []fund.BankLine) (n int, by map[fund.MatchRule]int, err error) {
	var m *matching
	skip := map[string]bool{}
	for {
		err = b.Write(ctx, func(tx *Tx) error {
			n, by, m = 0, map[fund.MatchRule]int{}, &matching{b: b, tx: tx, skip: skip, campaigns: set{}, touched: set{}, foreign: set{}, homes: map[string]string{}}
			if err := m.foreseeSlice(ctx, lines); err != nil {
				return err
			}
			for began := time.Now(); n < len(lines) && (n == 0 || time.Since(began) < sliceLasts); n++ {
				if err := m.line(ctx, lines[n], by); err != nil {
					return err
				}
			}
			if err := m.finish(ctx); err != nil {
				return err
			}
			tx.Touch("books", "desk")
			return nil
		})
		var cant *cantPlace
		if !errors.As(err, &cant) {
			break
		}
		skip[cant.part] = true
	}
	if err == nil {
		b.campaigns.add(m.campaigns.list()...)
	}
	return n, by, err
}

// cantPlace is a part that the rules have a place for which does not take it.
type cantPlace struct {
	part string
	err  error
}

func (c *cantPlace) Error() string { return c.part + ": " + c.err.Error() }

func (c *cantPlace) Unwrap() error { return c.err }

// matching is one transaction's work. What hardly changes within it is read once.
type matching struct {
	b         *Statements
	tx        *Tx
	own       map[string]ownAccount // by fingerprint
	skip      map[string]bool       // parts that must wait for a person
	pledges   map[giro.Reference]string
	campaigns set
	foreseen

	// What is written with few statements for all.
	entries []ledger.Entry
	rows    []any    // allocations
	taken   []partOf // parts of which nothing is open any more
	looked  []partOf // parts that wait for a person
	touched set      // lines whose state is to be set
	foreign set      // keys of gifts in another currency than they count in
	homes   map[string]string
}

// flush writes what has been decided, so that the next look sees it.
func (m *matching) flush(ctx context.Context) error {
	if err := m.writeParts(ctx, m.taken, "open_minor = 0, looked = 1"); err != nil {
		return err
	}
	if err := m.writeParts(ctx, m.looked, "looked = 1"); err != nil {
		return err
	}
	if len(m.rows) > 0 {
		if err := m.tx.keepAll(ctx, m.rows); err != nil {
			return err
		}
	}
	entries := m.entries
	m.entries, m.rows, m.taken, m.looked = nil, nil, nil, nil
	if len(entries) == 0 {
		return nil
	}
	return m.tx.postMany(ctx, entries)
}

func (m *matching) finish(ctx context.Context) error {
	if err := m.flush(ctx); err != nil {
		return err
	}
	if err := m.tx.countByHand(ctx, m.foreign.list()...); err != nil {
		return err
	}
	return m.tx.settleLines(ctx, m.touched.list()...)
}

// line decides about the parts of a line, unless somebody was faster.
func (m *matching) line(ctx context.Context, l fund.BankLine, by map[fund.MatchRule]int) error {
	m.touched.add(l.ID)
	for _, p := range l.Parts {
		if !m.free[partOf{l.ID, p.N}] {
			continue // somebody was faster, or another part has taken it
		}
		rule := fund.NoRule
		if p.Open != 0 {
			d, err := m.part(ctx, l, p)
			if err != nil {
				return err
			}
			rule = d.Rule
		}
		if rule == fund.NoRule {
			m.looked = append(m.looked, partOf{l.ID, p.N})
			if p.Open == 0 {
				continue
			}
		}
		by[rule]++
	}
	return nil
}

// part decides about one part and puts it where it belongs.
func (m *matching) part(ctx context.Context, l fund.BankLine, p fund.BankPart) (fund.Decision, error) {
	id := fund.PartID(l.ID, p.N)
	if m.skip[id] {
		return fund.Decision{}, nil
	}
	in := fund.IncomingOf(l, p)
	e, err := m.evidence(ctx, &in)
	if err != nil {
		return fund.Decision{}, err
	}
	d := fund.Match(in, e)
	if d.Rule == fund.NoRule {
		return d, nil
	}
	campaign, err := m.tx.place(ctx, placing{line: l, part: p, minor: p.Open, target: d.Target, rule: d.Rule, by: m.b.by, quiet: m.b.longAgo(l.Date), zone: m.b.zone(ctx), bulk: m})
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return d, &cantPlace{id, err}
	}
	m.campaigns.add(campaign)
	return d, err
}

// thanksFor is how old a gift may be for its thank-you to make sense.
const thanksFor = 30 * 24 * time.Hour

func (b *Statements) longAgo(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && b.money.Now().Sub(t) > thanksFor
}

// zone is the outlet's time zone, asked for once.
func (b *Statements) zone(ctx context.Context) *time.Location {
	if b.location == nil {
		b.location = time.UTC
		if o, err := b.Outlet(ctx); err == nil {
			b.location = o.Location()
		}
	}
	return b.location
}

// partRef names a part of a line in keys of the books and among payments; n
// counts its allocations.
func partRef(lineID string, part, n int) string {
	ref := fmt.Sprintf("%s.%d", lineID, part)
	if n > 0 {
		ref += fmt.Sprintf(".%d", n)
	}
	return ref
}
