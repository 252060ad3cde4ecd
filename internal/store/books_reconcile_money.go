package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/ledger"
)

// movements looks for movements without an entry, or with one that the books do
// not hold.
func (a *audit) movements(ctx context.Context) error {
	bad, err := db.Rows(ctx, a.q, db.Value[string], `SELECT m.provider || ' ' || m.ref FROM movement m LEFT JOIN ledger_entry e ON e.key = m.entry_key
		WHERE (m.entry_key = '' AND m.ignored = '') OR (m.entry_key <> '' AND e.key IS NULL) ORDER BY m.at, m.ref LIMIT 20`)
	if err != nil {
		return err
	}
	all, err := db.One(ctx, a.q, db.Value[int64], "SELECT COUNT(*) FROM movement")
	c := Check{Name: CheckMovements, Want: all, Have: all - int64(len(bad)), OK: len(bad) == 0}
	if !c.OK {
		c.Subject, c.Why = bad[0], "movements without an entry and without a reason: "+strings.Join(bad, ", ")
	}
	a.add(c)
	return err
}

// providers compares what the movements of each provider add up to with its
// account in the books. A charge is booked when its payment is seen; where its
// movement has still to come, the two differ by as much, for a few days.
func (a *audit) providers(ctx context.Context) error {
	want, err := a.sums(ctx, "SELECT provider, currency, CAST(SUM(minor - fee_minor) AS BIGINT) FROM movement GROUP BY provider, currency ORDER BY 1, 2")
	if err != nil {
		return err
	}
	for i := range want {
		want[i].subject = ledger.ProviderAccount(want[i].subject)
	}
	have, err := a.balancesOf(ctx, func(account string) (string, bool) { return account, strings.HasPrefix(account, "Assets:PSP:") })
	if err != nil {
		return err
	}
	waiting, since, err := a.waiting(ctx)
	if err != nil {
		return err
	}
	keys, left, right := pair(want, have)
	for _, k := range keys {
		at := [2]string{k.subject, k.currency}
		c := Check{Name: CheckProvider, Subject: k.subject, Currency: k.currency, Want: left[at], Have: right[at], Day: since[at]}
		onItsWay := waiting[at] != 0 && since[at] >= a.daysAgo(waitingDays)
		switch diff := c.Have - c.Want; {
		case diff == 0, diff == waiting[at] && onItsWay:
			c.OK = true
		case diff == waiting[at]:
			c.Why = "payments whose movements have not come for some days"
		default:
			c.Why = fmt.Sprintf("the books hold %d more than the movements give; %d of it are payments whose movements are still to come", diff, waiting[at])
		}
		a.add(c)
	}
	return nil
}

// waiting sums payments that no movement is known of, by the provider's account
// and currency, with the day of the oldest.
func (a *audit) waiting(ctx context.Context) (sums map[[2]string]int64, since map[[2]string]string, err error) {
	sums, since = map[[2]string]int64{}, map[[2]string]string{}
	_, err = db.Rows(ctx, a.q, func(r db.Scanner) (none struct{}, err error) {
		var provider, currency string
		var minor int64
		var oldest time.Time
		if err := r.Scan(&provider, &currency, &minor, db.At(&oldest)); err != nil {
			return none, err
		}
		at := [2]string{ledger.ProviderAccount(provider), currency}
		sums[at], since[at] = minor, oldest.In(a.zone).Format(time.DateOnly)
		return none, nil
	}, `SELECT p.provider, p.currency, CAST(SUM(p.minor) AS BIGINT), MIN(p.succeeded_at) FROM payment p
		WHERE p.provider IN (SELECT provider FROM provider_cursor UNION SELECT provider FROM movement)
		AND (p.provider, p.ref) NOT IN (SELECT m.provider, m.source_ref FROM movement m WHERE m.kind = 'charge')
		AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = p.provider || ':' || p.ref || ':charge') GROUP BY p.provider, p.currency`)
	return sums, since, err
}

// disputed compares the open disputes with the money that is kept apart for them.
func (a *audit) disputed(ctx context.Context) error {
	want, err := a.sums(ctx, `SELECT provider, currency, CAST(SUM(minor) AS BIGINT) FROM dispute WHERE state IN ('needs_response', 'under_review')
		GROUP BY provider, currency ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	for i := range want {
		want[i].subject = ledger.DisputedAccount(want[i].subject)
	}
	have, err := a.balancesOf(ctx, func(account string) (string, bool) { return account, strings.HasPrefix(account, "Assets:Disputed:") })
	keys, left, right := pair(want, have)
	for _, k := range keys {
		at := [2]string{k.subject, k.currency}
		a.agree(CheckDisputed, k.subject, k.currency, left[at], right[at], "the open disputes and the money that is kept apart for them differ")
	}
	return err
}

// payouts compares each payout with what left the provider's balance for it.
func (a *audit) payouts(ctx context.Context) error {
	type payout struct {
		provider, ref, currency string
		minor, left             int64
	}
	wrong, err := db.Rows(ctx, a.q, func(r db.Scanner) (p payout, err error) {
		return p, r.Scan(&p.provider, &p.ref, &p.currency, &p.minor, &p.left)
	}, `SELECT p.provider, p.ref, p.currency, p.minor, CAST(COALESCE(m.net, 0) AS BIGINT) FROM payout p
		LEFT JOIN (SELECT provider, source_ref, -SUM(minor) AS net FROM movement WHERE kind = 'payout' GROUP BY provider, source_ref) m
			ON m.provider = p.provider AND m.source_ref = p.ref
		WHERE p.state IN ('in_transit', 'paid') AND COALESCE(m.net, 0) <> p.minor ORDER BY p.created_at, p.ref LIMIT 20`)
	if err != nil {
		return err
	}
	for _, p := range wrong {
		a.agree(CheckPayouts, p.provider+" "+p.ref, p.currency, p.left, p.minor, "the payout is not as much as left the provider's balance for it")
	}
	if len(wrong) > 0 {
		return nil
	}
	n, err := db.One(ctx, a.q, db.Value[int64], "SELECT COUNT(*) FROM payout WHERE state IN ('in_transit', 'paid')")
	a.add(Check{Name: CheckPayouts, Want: n, Have: n, OK: true})
	return err
}

// transit looks for payouts that left the provider long ago and have not come to
// the bank.
func (a *audit) transit(ctx context.Context) error {
	limit := businessDaysAgo(a.now.In(a.zone), transitDays).Format(time.DateOnly)
	open, err := openItems(ctx, a.q, "p.account LIKE 'Assets:InTransit:%'")
	if err != nil {
		return err
	}
	a.overdue(CheckTransit, open, limit, fmt.Sprintf("a payout has been on its way for more than %d working days", transitDays))
	return nil
}

// overdue reports items from before a day; one check for each, or one that all
// is well.
func (a *audit) overdue(name string, open []ledger.OpenItem, limit, why string) {
	all, found := map[[2]string]int64{}, map[[2]string]bool{}
	var order [][2]string
	for _, it := range open {
		at := [2]string{it.Account, it.Currency}
		if _, known := all[at]; !known {
			order = append(order, at)
		}
		all[at] += it.Minor
		if it.Date < limit {
			found[at] = true
			a.add(Check{Name: name, Subject: it.Key, Currency: it.Currency, Have: it.Minor, Day: it.Date, Why: why})
		}
	}
	for _, at := range order {
		if !found[at] {
			a.add(Check{Name: name, Subject: at[0], Currency: at[1], Want: all[at], Have: all[at], OK: true})
		}
	}
	if len(order) == 0 {
		a.add(Check{Name: name, OK: true})
	}
}

// openItems finds what stands open on some accounts, by the facts of its entries.
func openItems(ctx context.Context, q db.Querier, where string) ([]ledger.OpenItem, error) {
	rows, err := db.Rows(ctx, q, func(r db.Scanner) (p ledger.OpenPosting, err error) {
		return p, r.Scan(&p.Key, &p.Date, db.Text(&p.Reverses), &p.Account, &p.Currency, &p.Minor)
	}, `SELECT e.key, e.date, e.reverses, p.account, p.currency, p.minor FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
		WHERE `+where+` ORDER BY e.seq, p.n`)
	return ledger.OpenItems(rows), err
}

// bank compares the last statement of each account with the books on its day.
func (a *audit) bank(ctx context.Context) error {
	type closing struct {
		name, currency, day string
		minor               int64
	}
	list, err := db.Rows(ctx, a.q, func(r db.Scanner) (c closing, err error) {
		return c, r.Scan(&c.name, &c.currency, &c.day, &c.minor)
	}, `SELECT b.name, b.currency, s.to_day, s.closing_minor FROM bank_account b JOIN bank_statement s ON s.account_id = b.id
		WHERE s.state = 'read' AND s.closing_minor IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bank_statement o WHERE o.account_id = s.account_id
			AND o.state = 'read' AND o.closing_minor IS NOT NULL AND (o.to_day > s.to_day OR (o.to_day = s.to_day AND o.read_at > s.read_at)))
		ORDER BY b.name`)
	if err != nil {
		return err
	}
	for _, c := range list {
		have, err := balanceOn(ctx, a.q, ledger.BankAccount(c.name), c.currency, c.day)
		if err != nil {
			return err
		}
		a.agree(CheckBank, ledger.BankAccount(c.name), c.currency, c.minor, have, "the bank's statement closes with another balance than the books")
		a.checks[len(a.checks)-1].Day = c.day
	}
	return nil
}

// balanceOn sums an account up to and including the day of its facts: what was
// booked later because the period was closed by then (ledger.Dated) counts on its
// own day, as it does for the bank.
func balanceOn(ctx context.Context, q db.Querier, account, currency, day string) (int64, error) {
	sum, err := db.One(ctx, q, db.Value[int64], `SELECT CAST(COALESCE(SUM(p.minor), 0) AS BIGINT) FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
		WHERE p.account = $1 AND p.currency = $2 AND e.date <= $3`, account, currency, day)
	if err != nil {
		return 0, err
	}
	_, err = db.Rows(ctx, q, func(r db.Scanner) (none struct{}, err error) {
		var minor int64
		var tags map[string]string
		if err := r.Scan(&minor, db.FromJSON(&tags)); err != nil {
			return none, err
		}
		if dated := tags[ledger.Dated]; dated != "" && dated <= day {
			sum += minor
		}
		return none, nil
	}, `SELECT p.minor, e.tags FROM ledger_posting p JOIN ledger_entry e ON e.seq = p.seq
		WHERE p.account = $1 AND p.currency = $2 AND e.date > $3 AND e.tags LIKE $4`, account, currency, day, `%"`+ledger.Dated+`":%`)
	return sum, err
}

// unallocated looks for money whose purpose nobody has said for long: lines of
// bank statements, and movements of providers that no rule could place.
func (a *audit) unallocated(ctx context.Context) error {
	open, err := db.Rows(ctx, a.q, func(r db.Scanner) (it ledger.OpenItem, err error) {
		it.Account = ledger.Unallocated
		return it, r.Scan(&it.Key, &it.Date, &it.Currency, &it.Minor)
	}, `SELECT l.id, l.booked_on, l.currency, CAST(-SUM(d.open_minor) AS BIGINT) FROM bank_detail d JOIN bank_line l ON l.id = d.line_id
		WHERE d.open_minor <> 0 AND l.state <> 'ignored' GROUP BY l.id, l.booked_on, l.currency ORDER BY 2, 1`)
	if err != nil {
		return err
	}
	stuck, err := openItems(ctx, a.q, "p.account = 'Liabilities:Unallocated' AND (e.key LIKE '%:suspense' OR e.key LIKE '%:placed')")
	if err != nil {
		return err
	}
	open = append(open, stuck...)
	a.overdue(CheckUnallocated, open, a.daysAgo(unallocatedDays), fmt.Sprintf("nobody has said for more than %d days what this money was for", unallocatedDays))
	var want []sumOf
	for _, it := range open {
		want = append(want, sumOf{ledger.Unallocated, it.Currency, it.Minor})
	}
	have, err := a.balancesOf(ctx, func(account string) (string, bool) { return account, account == ledger.Unallocated })
	keys, left, right := pair(want, have)
	for _, k := range keys {
		if at := [2]string{k.subject, k.currency}; left[at] != right[at] {
			a.agree(CheckUnallocated, k.subject, k.currency, left[at], right[at], "the lines that are open and the account in the books differ")
		}
	}
	return err
}

// campaigns compares the gifts of each campaign by the payments and by the books.
// A gift that was entered by mistake and taken back was never one: its entry is
// reversed, where a refund would have one beside it.
func (a *audit) campaigns(ctx context.Context) error {
	want, err := a.sums(ctx, `SELECT COALESCE(campaign_id, ''), currency, CAST(SUM(minor) AS BIGINT) FROM payment
		WHERE id NOT IN (SELECT payment_id FROM offline_gift WHERE taken_back_at IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	have, err := summed(ctx, a.q, func(r db.Scanner, x *sumOf, upto *int64) error {
		return r.Scan(&x.subject, &x.currency, &x.minor, upto)
	},
		`SELECT campaign, currency, CAST(-SUM(minor) AS BIGINT), `+sumsReach+` FROM (
			SELECT campaign, currency, minor FROM ledger_sum WHERE account = 'Income:Donations'
			UNION ALL SELECT e.campaign, p.currency, p.minor FROM ledger_entry e JOIN ledger_posting p ON p.seq = e.seq
				WHERE e.seq > $1 AND p.seq > $1 AND p.account = 'Income:Donations') AS p GROUP BY campaign, currency ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	keys, left, right := pair(want, have)
	for _, k := range keys {
		at := [2]string{k.subject, k.currency}
		a.agree(CheckCampaigns, k.subject, k.currency, left[at], right[at], "the payments of this campaign and the gifts in the books differ")
	}
	return nil
}
