package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/receipt"
)

const declarationColumns = `g.id, g.donor_id, g.version, g.wording, g.title, g.first_name, g.last_name, g.house, g.address, g.postcode,
	g.past, g.present, g.future, g.made_at, g.withdrawn_at, g.restricted_until, g.forgotten_at`

func declarationInto(d *receipt.Declaration) []any {
	return []any{&d.ID, &d.DonorID, &d.Version, &d.Wording, &d.Title, &d.FirstName, &d.LastName, &d.House, &d.Address, &d.Postcode,
		db.Bool(&d.Past), db.Bool(&d.Present), db.Bool(&d.Future), db.At(&d.MadeAt), db.At(&d.Withdrawn), db.At(&d.RestrictedUntil), db.At(&d.ForgottenAt)}
}

func scanDeclaration(r db.Scanner) (d receipt.Declaration, err error) {
	return d, r.Scan(declarationInto(&d)...)
}

// Declare keeps a declaration that was checked. One that is made again takes the
// place of nothing: all of a donor's declarations hold beside each other until
// they are withdrawn. The same id is kept once.
func (tx *Tx) Declare(ctx context.Context, d receipt.Declaration) error {
	// Asked first, since SQLite's guard against replacing comes before ON CONFLICT.
	have, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM gift_aid_declaration WHERE id = $1", d.ID)
	if err != nil || have > 0 {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO gift_aid_declaration (id, donor_id, version, wording, title, first_name, last_name, house, address, postcode,
		past, present, future, made_at) VALUES (`+places(14)+`) ON CONFLICT (id) DO NOTHING`,
		d.ID, d.DonorID, d.Version, d.Wording, d.Title, d.FirstName, d.LastName, d.House, d.Address, d.Postcode,
		db.Int(d.Past), db.Int(d.Present), db.Int(d.Future), d.MadeAt.UnixMilli())
	tx.Touch("desk")
	return err
}

// WithdrawDeclarations ends all declarations of a donor from a moment on, and
// tells how many there were.
func (tx *Tx) WithdrawDeclarations(ctx context.Context, donorID string, at time.Time) (int64, error) {
	n, err := db.Exec(ctx, tx, "UPDATE gift_aid_declaration SET withdrawn_at = $1 WHERE donor_id = $2 AND withdrawn_at IS NULL", at.UnixMilli(), donorID)
	tx.Touch("desk")
	return n, err
}

// DeclarationsOf lists a donor's declarations, the newest first.
func (s *Store) DeclarationsOf(ctx context.Context, donorID string) ([]receipt.Declaration, error) {
	return db.Rows(ctx, s.Query(), scanDeclaration, "SELECT "+declarationColumns+" FROM gift_aid_declaration g WHERE g.donor_id = $1 ORDER BY g.made_at DESC, g.id", donorID)
}

// Declarations lists declarations for the desk, the newest first.
func (s *Store) Declarations(ctx context.Context, limit, skip int) ([]receipt.Declaration, error) {
	return db.Rows(ctx, s.Query(), scanDeclaration, "SELECT "+declarationColumns+" FROM gift_aid_declaration g ORDER BY g.made_at DESC, g.id LIMIT $1 OFFSET $2", limit, skip)
}

// Declaration returns one; fault.NotFound.
func (s *Store) Declaration(ctx context.Context, declarationID string) (receipt.Declaration, error) {
	return db.One(ctx, s.Query(), scanDeclaration, "SELECT "+declarationColumns+" FROM gift_aid_declaration g WHERE g.id = $1", declarationID)
}

// giftAided tells whether Gift Aid is claimed on a gift.
func (tx *Tx) giftAided(ctx context.Context, g receipt.Gift) (bool, error) {
	if g.Paid.Currency != "GBP" {
		return false, nil
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return false, err
	}
	list, err := db.Rows(ctx, tx, scanDeclaration, "SELECT "+declarationColumns+" FROM gift_aid_declaration g WHERE g.donor_id = $1 AND g.forgotten_at IS NULL", g.DonorID)
	for _, d := range list {
		if d.Covers(g.At, o.Location()) {
			return true, err
		}
	}
	return false, err
}

// restrictDeclarations closes the declarations of a donor who is being erased.
// They are the evidence of what was claimed and may still be claimed, so they
// stay for as long as the gifts they cover have to be accounted for.
func (tx *Tx) restrictDeclarations(ctx context.Context, donorID string, zone *time.Location) error {
	list, err := db.Rows(ctx, tx, scanDeclaration, "SELECT "+declarationColumns+" FROM gift_aid_declaration g WHERE g.donor_id = $1 AND g.restricted_until IS NULL", donorID)
	if err != nil || len(list) == 0 {
		return err
	}
	gifts, err := db.Rows(ctx, tx, db.Value[int64], "SELECT succeeded_at FROM payment WHERE donor_id = $1 AND currency = 'GBP' AND succeeded_at IS NOT NULL ORDER BY succeeded_at DESC", donorID)
	if err != nil {
		return err
	}
	for _, d := range list {
		last := d.MadeAt
		for _, ms := range gifts {
			if at := time.UnixMilli(ms); d.Covers(at, zone) {
				last = later(last, periodEnd(at))
				break
			}
		}
		claimed, err := db.One(ctx, tx, db.Value[int64], "SELECT COALESCE(MAX(k.made_at), 0) FROM gift_aid_claimed c JOIN gift_aid_claim k ON k.id = c.claim_id WHERE c.declaration_id = $1", d.ID)
		if err != nil {
			return err
		}
		if err := tx.keepDeclaration(ctx, d, later(last, time.UnixMilli(claimed)), zone); err != nil {
			return err
		}
	}
	return nil
}

// keepDeclaration restricts a declaration, and keeps it for as long as the law
// asks after a time, or longer where it is kept longer already.
func (tx *Tx) keepDeclaration(ctx context.Context, d receipt.Declaration, last time.Time, zone *time.Location) error {
	regime, err := receipt.RegimeOf("uk")
	if err != nil {
		return err
	}
	until := later(d.RestrictedUntil, regime.KeptUntil(last.In(zone)))
	_, err = db.Exec(ctx, tx, "UPDATE gift_aid_declaration SET restricted_until = $1, withdrawn_at = COALESCE(withdrawn_at, $2) WHERE id = $3 AND COALESCE(restricted_until, 0) < $1",
		until.UnixMilli(), tx.now(), d.ID)
	return err
}

// periodEnd is when the accounting period of a gift is over at the latest. Where
// a charity's year begins is not known here; no accounting period is longer than
// twelve months (Corporation Tax Act 2009, s. 10).
func periodEnd(gift time.Time) time.Time { return gift.AddDate(1, 0, 0) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// claimable lists gifts of [from, to) that Gift Aid can be claimed on and was
// not yet, the oldest first.
func claimable(ctx context.Context, q db.Querier, from, to time.Time, zone *time.Location) ([]receipt.ClaimRow, error) {
	all, err := db.Rows(ctx, q, func(r db.Scanner) (c receipt.ClaimRow, err error) {
		c.Amount.Currency = "GBP"
		return c, r.Scan(append([]any{&c.Payment, db.At(&c.At), &c.Amount.Minor}, declarationInto(&c.Declaration)...)...)
	}, "SELECT p.id, p.succeeded_at, "+due+", "+declarationColumns+` FROM payment p JOIN gift_aid_declaration g ON g.donor_id = p.donor_id
		WHERE p.currency = 'GBP' AND p.succeeded_at >= $1 AND p.succeeded_at < $2 AND g.forgotten_at IS NULL AND `+due+` > 0
		AND NOT EXISTS (SELECT 1 FROM gift_aid_claimed c WHERE c.payment_id = p.id)
		AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.payment_id = p.id AND h.state = 'held')
		ORDER BY p.succeeded_at, p.id, g.made_at DESC, g.id`, from.UnixMilli(), to.UnixMilli())
	var out []receipt.ClaimRow
	for _, c := range all {
		if n := len(out); (n == 0 || out[n-1].Payment != c.Payment) && c.Declaration.Covers(c.At, zone) {
			out = append(out, c)
		}
	}
	return out, err
}

// Claim is a claim of Gift Aid that was made out.
type Claim struct {
	ID       string
	From, To string // days, both within
	Gifts    int
	Amount   money.Amount // of the gifts
	MadeAt   time.Time
	// Back is what went back to donors since, in minor units: to be put right in
	// the next claim.
	Back int64
}

// Claimable sums up what Gift Aid can be claimed on in [from, to).
func (s *Store) Claimable(ctx context.Context, from, to time.Time, zone *time.Location) (gifts int, sum money.Amount, err error) {
	rows, err := claimable(ctx, s.Query(), from, to, zone)
	sum.Currency = "GBP"
	for _, r := range rows {
		sum.Minor += r.Amount.Minor
	}
	return len(rows), sum, err
}

// MakeClaim makes out a claim on the gifts of some days, at most
// receipt.ClaimMost of them; each gift stands in one claim only.
// fault.Conflict where there are none.
func (s *Store) MakeClaim(ctx context.Context, by Actor, from, to time.Time) (c Claim, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{"gift aid"}); err != nil {
			return err
		}
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		rows, err := claimable(ctx, tx, from, to, o.Location())
		if err != nil {
			return err
		}
		rows = rows[:min(len(rows), receipt.ClaimMost)]
		if len(rows) == 0 {
			return fault.New(fault.Conflict, "there is no gift to claim on in these days")
		}
		c = Claim{ID: id.New(), From: from.In(o.Location()).Format(time.DateOnly), To: to.In(o.Location()).AddDate(0, 0, -1).Format(time.DateOnly), Gifts: len(rows)}
		c.Amount.Currency = "GBP"
		for _, r := range rows {
			c.Amount.Minor += r.Amount.Minor
		}
		return tx.putClaim(ctx, by, c, rows, o.Location())
	})
	return c, err
}

func (tx *Tx) putClaim(ctx context.Context, by Actor, c Claim, rows []receipt.ClaimRow, zone *time.Location) error {
	if _, err := db.Exec(ctx, tx, "INSERT INTO gift_aid_claim (id, from_day, to_day, gifts, minor, made_at, made_by) VALUES ("+places(7)+")",
		c.ID, c.From, c.To, c.Gifts, c.Amount.Minor, tx.now(), by.ID); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := db.Exec(ctx, tx, "INSERT INTO gift_aid_claimed (payment_id, claim_id, declaration_id, minor) VALUES ("+places(4)+")",
			r.Payment, c.ID, r.Declaration.ID, r.Amount.Minor); err != nil {
			return err
		}
		if r.Declaration.RestrictedUntil.IsZero() {
			continue
		}
		// The donor was erased before: what is claimed now is to be proven for longer.
		if err := tx.keepDeclaration(ctx, r.Declaration, later(periodEnd(r.At), time.UnixMilli(tx.now())), zone); err != nil {
			return err
		}
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "giftaid.claimed", "gift_aid_claim", c.ID, map[string]any{"gifts": c.Gifts, "minor": c.Amount.Minor})
}

// Claims lists the claims that were made out, the newest first.
func (s *Store) Claims(ctx context.Context, limit int) ([]Claim, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (c Claim, err error) {
		c.Amount.Currency = "GBP"
		return c, r.Scan(&c.ID, &c.From, &c.To, &c.Gifts, &c.Amount.Minor, db.At(&c.MadeAt), &c.Back)
	}, `SELECT k.id, k.from_day, k.to_day, k.gifts, k.minor, k.made_at, CAST(COALESCE((SELECT SUM(c.minor - `+due+`) FROM gift_aid_claimed c
		JOIN payment p ON p.id = c.payment_id WHERE c.claim_id = k.id AND c.minor > `+due+`), 0) AS BIGINT)
		FROM gift_aid_claim k ORDER BY k.made_at DESC, k.id LIMIT $1`, limit)
}

// ClaimRows lists the gifts of a claim, the oldest first.
func (s *Store) ClaimRows(ctx context.Context, claimID string) ([]receipt.ClaimRow, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (c receipt.ClaimRow, err error) {
		c.Amount.Currency = "GBP"
		return c, r.Scan(append([]any{&c.Payment, db.At(&c.At), &c.Amount.Minor}, declarationInto(&c.Declaration)...)...)
	}, "SELECT p.id, p.succeeded_at, c.minor, "+declarationColumns+` FROM gift_aid_claimed c JOIN payment p ON p.id = c.payment_id
		JOIN gift_aid_declaration g ON g.id = c.declaration_id WHERE c.claim_id = $1 ORDER BY p.succeeded_at, p.id`, claimID)
}
