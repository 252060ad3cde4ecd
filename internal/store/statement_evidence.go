package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
)

type ownAccount struct {
	id, name string
	books    bool // its statements are read
}

// evidence reads what bears on a payment; in.Own is set by it.
func (m *matching) evidence(ctx context.Context, in *fund.Incoming) (e fund.Evidence, err error) {
	e.Pledges = m.pledges
	if fund.Match(*in, e).Rule != fund.NoRule {
		return e, nil // a reference goes before all else
	}
	if err := m.flush(ctx); err != nil {
		return e, err
	}
	if in.Reversal {
		if e.Earlier, err = m.earlier(ctx, *in); err != nil {
			return e, err
		}
	}
	if e.Payouts, err = openPayouts(ctx, m.tx, in.Currency, in.Minor); err != nil {
		return e, err
	}
	if in.Payer == "" {
		return e, nil
	}
	if err := m.transfer(ctx, in, &e); err != nil {
		return e, err
	}
	if in.Minor < 0 {
		e.Returns, err = openReturns(ctx, m.tx, in.Currency, -in.Minor)
		return e, err
	}
	e.Orders, err = standingOrders(ctx, m.tx, *in)
	return e, err
}

// A bank takes a line back within thirteen months at the latest (SEPA direct
// debit rulebooks); earlierMost bounds how many of one amount are looked at.
const (
	earlierDays = 400
	earlierMost = 200
)

// earlier lists parts of the opposite amount that a reversal may take back.
func (m *matching) earlier(ctx context.Context, in fund.Incoming) ([]fund.EarlierPart, error) {
	return m.b.partsWhere(ctx, m.tx, `l.account_id = $1 AND l.minor = $2 AND l.booked_on <= $3 AND l.booked_on >= $4 AND d.minor = $2 AND l.id <> $5
		AND NOT EXISTS (SELECT 1 FROM bank_allocation x WHERE x.kind IN ('reversal', 'line') AND x.object_id = l.id || '/' || CAST(d.n AS TEXT) AND x.reversed_at IS NULL)
		ORDER BY l.minor, l.booked_on DESC LIMIT $6`, in.AccountID, -in.Minor, in.Date, dayOff(in.Date, -earlierDays), in.Line, earlierMost)
}

func dayOff(day string, days int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}

// partsWhere reads parts of lines with what is said in them.
func (b *Statements) partsWhere(ctx context.Context, q db.Querier, where string, args ...any) ([]fund.EarlierPart, error) {
	return db.Rows(ctx, q, func(r db.Scanner) (p fund.EarlierPart, err error) {
		var box string
		if err = r.Scan(&p.Line, &p.N, &p.Minor, &p.Date, &p.Payer, &box); err != nil {
			return p, err
		}
		part := fund.BankPart{N: p.N}
		err = b.unseal(p.Line, &part, box)
		p.Said = part.Said
		return p, err
	}, "SELECT l.id, d.n, d.minor, l.booked_on, d.payer_hash, d.box FROM bank_line l JOIN bank_detail d ON d.line_id = l.id WHERE "+where, args...)
}

// arrivalStands is where the program booked a payout p to arrive by itself, and
// that was not taken back, or was and that was taken back in turn.
const arrivalStands = `EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = p.provider || ':' || p.ref || ':payout-arrived'
	AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses = e.key AND NOT EXISTS (SELECT 1 FROM ledger_entry again WHERE again.reverses = r.key)))`

// openPayouts lists payouts of an amount whose line has not come. One that the
// program booked to arrive by itself is settled; one that failed comes back,
// whichever way it had arrived.
func openPayouts(ctx context.Context, q db.Querier, currency string, minor int64) ([]fund.OpenPayout, error) {
	live := `SELECT COUNT(*) FROM bank_allocation x WHERE x.kind = 'payout' AND x.object_id = p.provider || '/' || p.ref AND x.reversed_at IS NULL AND x.minor `
	states := `p.state IN ('in_transit', 'paid', 'failed') AND (` + live + `> 0) = 0 AND NOT ` + arrivalStands
	if minor < 0 {
		states = `p.state = 'failed' AND (` + live + `> 0) + CASE WHEN ` + arrivalStands + ` THEN 1 ELSE 0 END > (` + live + `< 0)`
	}
	return db.Rows(ctx, q, func(r db.Scanner) (p fund.OpenPayout, err error) {
		var at time.Time
		err = r.Scan(&p.Provider, &p.Ref, &p.Currency, &p.Minor, db.At(&at))
		p.Created = at.Format(time.DateOnly)
		if minor < 0 {
			p.Minor = -p.Minor
		}
		return p, err
	}, `SELECT p.provider, p.ref, p.currency, p.minor, p.created_at FROM payout p WHERE p.currency = $1 AND p.minor = $2 AND `+states+" ORDER BY p.created_at, p.ref LIMIT 50",
		currency, max(minor, -minor))
}

// openReturns lists what staff must send back, of an amount: refunds that no
// provider makes for us, and money that was never a gift.
func openReturns(ctx context.Context, q db.Querier, currency string, minor int64) ([]fund.OpenReturn, error) {
	return db.Rows(ctx, q, func(r db.Scanner) (x fund.OpenReturn, err error) {
		var at int64
		return x, r.Scan(&x.ID, &x.Minor, &x.Currency, db.Text(&x.Payer), &at)
	}, `SELECT 'return/' || id, minor, currency, payer_hash, asked_at FROM bank_return WHERE state = 'open' AND currency = $1 AND minor = $2
		UNION ALL SELECT 'refund/' || r.id, r.minor, r.currency, (SELECT MAX(d.payer_hash) FROM bank_allocation a JOIN bank_detail d ON d.line_id = a.line_id AND d.n = a.detail
			WHERE a.payment_id = r.payment_id), r.created_at
		FROM refund r WHERE r.state = 'pending' AND r.provider IN ('bank', 'offline') AND r.currency = $1 AND r.minor = $2 ORDER BY 5, 1`, currency, minor)
}

// transfer finds out whether the other side is an account of our own, and the
// line there that this one belongs to.
func (m *matching) transfer(ctx context.Context, in *fund.Incoming, e *fund.Evidence) (err error) {
	if m.own == nil {
		if m.own, err = m.ownAccounts(ctx); err != nil {
			return err
		}
	}
	other, ours := m.own[in.Payer]
	if !ours || other.id == in.AccountID {
		return nil
	}
	in.Own = other.id
	if !other.books {
		e.Direct = ledger.BankAccount(other.name)
		return nil
	}
	e.Partners, err = m.b.partsWhere(ctx, m.tx, `l.account_id = $1 AND l.currency = $2 AND l.minor = $3 AND d.open_minor = $3 AND l.booked_on >= $4 AND l.booked_on <= $5
		AND l.state <> 'ignored' ORDER BY l.booked_on, l.id LIMIT 20`, other.id, in.Currency, -in.Minor, dayOff(in.Date, -5), dayOff(in.Date, 5))
	return err
}

func (m *matching) ownAccounts(ctx context.Context) (map[string]ownAccount, error) {
	out := map[string]ownAccount{}
	_, err := db.Rows(ctx, m.tx, func(r db.Scanner) (none struct{}, err error) {
		var a ownAccount
		var iban, qr string
		err = r.Scan(&a.id, &a.name, &iban, &qr, db.Bool(&a.books))
		for _, hash := range []string{iban, qr} {
			if hash != "" {
				out[hash] = a
			}
		}
		return none, err
	}, `SELECT a.id, a.name, a.iban_hash, a.qr_hash, CASE WHEN k.account_id IS NULL THEN 0 ELSE 1 END
		FROM bank_account a LEFT JOIN bank_book k ON k.account_id = a.id WHERE a.closed_at IS NULL`)
	return out, err
}

// standingOrders lists the recurring gifts that the payer's account has paid.
func standingOrders(ctx context.Context, q db.Querier, in fund.Incoming) ([]fund.StandingOrder, error) {
	return db.Rows(ctx, q, func(r db.Scanner) (o fund.StandingOrder, err error) {
		return o, r.Scan(&o.Donation, &o.Every, &o.Minor, &o.Currency, &o.Last)
	}, `SELECT a.object_id, g.every, a.minor, l.currency, MAX(l.booked_on)
		FROM bank_detail d CROSS JOIN bank_line l CROSS JOIN bank_allocation a CROSS JOIN donation g
		WHERE d.payer_hash = $1 AND l.id = d.line_id AND l.booked_on < $2 AND a.line_id = d.line_id AND a.detail = d.n AND a.kind = 'gift' AND a.reversed_at IS NULL
		AND g.id = a.object_id GROUP BY a.object_id, g.every, a.minor, l.currency`, in.Payer, in.Date) // CROSS JOIN: SQLite keeps the order, from the payer on
}

// Preview implements fund.BankStore: what the rules say of lines that are not
// kept. What reading them would itself bring about is not seen.
func (b *Statements) Preview(ctx context.Context, lines []fund.BankLine) (map[fund.MatchRule]int, error) {
	out := map[fund.MatchRule]int{}
	m := &matching{b: b, tx: &Tx{Tx: &db.Tx{Querier: b.Query()}, now: b.nowMs}}
	if err := m.foresee(ctx, lines); err != nil {
		return nil, err
	}
	for _, l := range lines {
		for _, p := range l.Parts {
			if p.Open == 0 {
				continue
			}
			p.Payer = b.secrets.Fingerprint(p.Said.Number())
			in := fund.IncomingOf(l, p)
			e, err := m.evidence(ctx, &in)
			if err != nil {
				return out, err
			}
			out[fund.Match(in, e).Rule]++
		}
	}
	return out, nil
}
