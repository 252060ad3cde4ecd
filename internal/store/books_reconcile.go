package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// The checks of a reconciliation, in the order of its report.
const (
	CheckChain       = "chain"       // the books themselves: hashes and sums
	CheckPeriods     = "periods"     // the closed periods are those that the books keep to
	CheckMovements   = "movements"   // each movement of a provider has one entry, or a reason for none
	CheckProvider    = "provider"    // the provider's balance by its movements, and by the books
	CheckDisputed    = "disputed"    // money under dispute, by the disputes and by the books
	CheckPayouts     = "payouts"     // each payout is as much as left the provider's balance for it
	CheckTransit     = "transit"     // payouts that have not come to the bank
	CheckBank        = "bank"        // the bank's last statement, and the books
	CheckUnallocated = "unallocated" // bank money that nobody has said the purpose of
	CheckCampaigns   = "campaigns"   // the gifts of each campaign, by the payments and by the books
)

// How long money may be on its way, or without a purpose, before it is reported.
const (
	transitDays     = 7 // business days
	unallocatedDays = 30
	waitingDays     = 3 // a charge without its movement
)

// Check is one comparison of a reconciliation.
type Check struct {
	Name     string `json:"check"`
	Subject  string `json:"subject,omitempty"` // account, reference, campaign
	Currency string `json:"currency,omitempty"`
	Want     int64  `json:"want"` // by the other side, minor units; or how many
	Have     int64  `json:"have"` // by the books
	OK       bool   `json:"ok"`
	Why      string `json:"why,omitempty"` // what differs, for the log and for help; English
	Day      string `json:"day,omitempty"` // since when, or of which day
}

// Reconciliation is the report of one night, or of a person who asked for it.
type Reconciliation struct {
	ID     string
	Day    string // of the outlet
	At     time.Time
	By     string // name; "" is the program
	Green  bool
	Checks []Check
}

// TaskReconciliation asks the treasurer to look at a report that is not green.
const TaskReconciliation = "books.reconciliation"

// Reconcile compares the books with what providers and banks have told, and
// keeps the report. now is the money clock's; its day in the zone is the report's.
func (s *Store) Reconcile(ctx context.Context, by Actor, now time.Time, zone *time.Location) (Reconciliation, error) {
	r := Reconciliation{ID: id.New(), Day: now.In(zone).Format(time.DateOnly), By: by.Name, Green: true}
	if by == System {
		r.By = ""
	}
	_, damage, err := s.VerifyLedger(ctx)
	if err != nil {
		return r, err
	}
	chain := Check{Name: CheckChain, OK: damage == nil}
	if damage != nil {
		chain.Subject, chain.Why = damage.Kind, damage.Why
	}
	r.Checks = append(r.Checks, chain)
	err = s.Read(ctx, func(q db.Querier) error {
		a := audit{q: q, now: now, zone: zone}
		for _, part := range []func(context.Context) error{a.periods, a.movements, a.providers, a.disputed, a.payouts, a.transit, a.bank, a.unallocated, a.campaigns} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		r.Checks = append(r.Checks, a.checks...)
		return nil
	})
	if err != nil {
		return r, err
	}
	for _, c := range r.Checks {
		r.Green = r.Green && c.OK
	}
	return r, s.Write(ctx, func(tx *Tx) error { return tx.keepReconciliation(ctx, by, &r) })
}

func (tx *Tx) keepReconciliation(ctx context.Context, by Actor, r *Reconciliation) error {
	r.At = time.UnixMilli(tx.now()).UTC()
	_, err := db.Exec(ctx, tx, "INSERT INTO reconciliation (id, day, at, by_name, green, report) VALUES ($1, $2, $3, $4, $5, $6)",
		r.ID, r.Day, tx.now(), r.By, db.Int(r.Green), db.JSON(r.Checks))
	if err != nil {
		return err
	}
	tx.Touch("desk", "books")
	if r.Green { // what was asked for before is settled
		_, err := db.Exec(ctx, tx, "UPDATE task SET state = 'done', done_at = $1, done_by = '' WHERE kind = $2 AND state = 'open'", tx.now(), TaskReconciliation)
		return err
	}
	open, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM task WHERE kind = $1 AND state = 'open'", TaskReconciliation)
	if err != nil || open > 0 {
		return err
	}
	return tx.AddTask(ctx, Task{Key: TaskReconciliation + ":" + r.ID, Kind: TaskReconciliation, ObjectKind: "reconciliation", ObjectID: r.Day})
}

// LastReconciliations returns the newest reports; without their checks but for
// the first.
func (s *Store) LastReconciliations(ctx context.Context, limit int) ([]Reconciliation, error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (x Reconciliation, err error) {
		return x, r.Scan(&x.ID, &x.Day, db.At(&x.At), &x.By, db.Bool(&x.Green))
	}, "SELECT id, day, at, by_name, green FROM reconciliation ORDER BY at DESC, id DESC LIMIT $1", limit)
	if err != nil || len(list) == 0 {
		return list, err
	}
	list[0], err = s.Reconciliation(ctx, list[0].ID)
	return list, err
}

// Reconciled tells whether the program has made a report of a day.
func (s *Store) Reconciled(ctx context.Context, day string) (bool, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int64], "SELECT COUNT(*) FROM reconciliation WHERE day = $1 AND by_name = ''", day)
	return n > 0, err
}

// Reconciliation returns a report with its checks; fault.NotFound.
func (s *Store) Reconciliation(ctx context.Context, reportID string) (Reconciliation, error) {
	r, err := db.One(ctx, s.Query(), func(r db.Scanner) (x Reconciliation, err error) {
		return x, r.Scan(&x.ID, &x.Day, db.At(&x.At), &x.By, db.Bool(&x.Green), db.FromJSON(&x.Checks))
	}, "SELECT id, day, at, by_name, green, report FROM reconciliation WHERE id = $1", reportID)
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "there is no such report")
	}
	return r, err
}

// audit makes the checks on one snapshot.
type audit struct {
	q      db.Querier
	now    time.Time
	zone   *time.Location
	checks []Check
}

func (a *audit) add(c Check) { a.checks = append(a.checks, c) }

// agree adds the comparison of two sums.
func (a *audit) agree(name, subject, currency string, want, have int64, why string) {
	c := Check{Name: name, Subject: subject, Currency: currency, Want: want, Have: have, OK: want == have}
	if !c.OK {
		c.Why = why
	}
	a.add(c)
}

func (a *audit) daysAgo(n int) string {
	return a.now.In(a.zone).AddDate(0, 0, -n).Format(time.DateOnly)
}

// businessDaysAgo is the day so many working days before, Monday to Friday;
// holidays differ from place to place and are not known here.
func businessDaysAgo(now time.Time, n int) time.Time {
	for n > 0 {
		now = now.AddDate(0, 0, -1)
		if d := now.Weekday(); d != time.Saturday && d != time.Sunday {
			n--
		}
	}
	return now
}

func (a *audit) periods(ctx context.Context) error {
	closed, err := db.One(ctx, a.q, db.Value[string], "SELECT closed FROM ledger_head WHERE id = 1")
	if err != nil {
		return err
	}
	last, err := db.One(ctx, a.q, db.Value[string], "SELECT COALESCE(MAX(to_day), '') FROM period")
	if err != nil {
		return err
	}
	late, err := db.One(ctx, a.q, db.Value[int64], `SELECT COUNT(*) FROM period p WHERE EXISTS
		(SELECT 1 FROM ledger_entry e WHERE e.seq > p.head_seq AND e.date <= p.to_day AND e.date >= p.from_day)`)
	c := Check{Name: CheckPeriods, Day: last, Have: late, OK: closed == last && late == 0}
	if !c.OK {
		c.Why = "the books are closed up to " + closed + ", the last period ends on " + last + ", and entries were added to closed periods"
	}
	a.add(c)
	return err
}

// sumOf reads rows of a subject, a currency and a sum.
type sumOf struct {
	subject, currency string
	minor             int64
}

func (a *audit) sums(ctx context.Context, query string, args ...any) ([]sumOf, error) {
	return db.Rows(ctx, a.q, func(r db.Scanner) (x sumOf, err error) {
		return x, r.Scan(&x.subject, &x.currency, &x.minor)
	}, query, args...)
}

// pair joins two lists of sums; what is missing on a side is zero.
func pair(want, have []sumOf) (keys []sumOf, left, right map[[2]string]int64) {
	left, right = map[[2]string]int64{}, map[[2]string]int64{}
	seen := map[[2]string]bool{}
	for i, list := range [][]sumOf{want, have} {
		for _, x := range list {
			k := [2]string{x.subject, x.currency}
			if !seen[k] {
				seen[k] = true
				keys = append(keys, x)
			}
			[]map[[2]string]int64{left, right}[i][k] += x.minor
		}
	}
	return keys, left, right
}

func (a *audit) balancesOf(ctx context.Context, keep func(account string) (subject string, ok bool)) ([]sumOf, error) {
	all, err := balances(ctx, a.q, balancesQuery)
	var out []sumOf
	for _, b := range all {
		if subject, ok := keep(b.Account); ok {
			out = append(out, sumOf{subject, b.Currency, b.Minor})
		}
	}
	return out, err
}
