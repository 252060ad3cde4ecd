package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/receipt"
)

// ReceiptChange is what was done about receipts: one ended, one was issued, or
// both.
type ReceiptChange struct{ Ended, Issued receipt.Receipt }

// giftQuery reads payments as receipts see them: what stayed of each, without
// refunds and lost disputes. An open dispute takes nothing from a receipt.
const giftQuery = `SELECT p.id, p.donor_id, p.currency, p.minor,
	p.minor - p.refunded_minor - COALESCE((SELECT SUM(x.minor) FROM dispute x WHERE x.payment_id = p.id AND x.state = 'lost'), 0), p.succeeded_at, d.lang,
	COALESCE(c.title, '{}'), CASE WHEN EXISTS (SELECT 1 FROM hold h WHERE h.payment_id = p.id AND h.state = 'held') THEN 1 ELSE 0 END,
	CASE WHEN o.erased_at IS NULL THEN 0 ELSE 1 END
	FROM payment p JOIN donation d ON d.id = p.donation_id JOIN donor o ON o.id = p.donor_id LEFT JOIN campaign c ON c.id = p.campaign_id`

// due is the same sum for conditions.
const due = `(p.minor - p.refunded_minor - COALESCE((SELECT SUM(x.minor) FROM dispute x WHERE x.payment_id = p.id AND x.state = 'lost'), 0))`

func scanReceiptGift(o outlet.Outlet) func(db.Scanner) (receipt.Gift, error) {
	return func(row db.Scanner) (g receipt.Gift, err error) {
		title := outlet.Words{}
		err = row.Scan(&g.Payment, &g.DonorID, &g.Paid.Currency, &g.Paid.Minor, &g.Due, db.At(&g.At), &g.Lang, db.FromJSON(&title), db.Bool(&g.Held), db.Bool(&g.Erased))
		if g.For = title.In(g.Lang, o.Language); g.For == "" {
			g.For = locale.For(g.Lang).T("receipt.for.general", "outlet", o.In(g.Lang).Name)
		}
		return g, err
	}
}

// known gathers what is known about a payment.
func (tx *Tx) known(ctx context.Context, paymentID string) (k receipt.Known, err error) {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return k, err
	}
	k.Zone = o.Location()
	if _, err = tx.Setting(ctx, receipt.Setting, &k.Settings); err != nil {
		return k, err
	}
	if k.Gift, err = db.One(ctx, tx, scanReceiptGift(o), giftQuery+" WHERE p.id = $1", paymentID); err != nil {
		return k, err
	}
	k.Issuer = issuing(o, k.Gift.Lang)
	if k.Party, err = partyOf(ctx, tx, k.Gift.DonorID); err != nil {
		return k, err
	}
	if k.Live, err = tx.live(ctx, o, "rp.payment_id = $1 AND rp.live = 1", paymentID); err != nil {
		return k, err
	}
	last, err := db.Rows(ctx, tx, scanReceipt, "SELECT "+receiptColumns+` FROM receipt WHERE id IN (SELECT receipt_id FROM receipt_payment
		WHERE payment_id = $1 AND kind = $2) ORDER BY CASE WHEN state = 'issued' THEN 0 ELSE 1 END, issued_at DESC, n DESC LIMIT 1`, paymentID, receipt.Thanks)
	if len(last) > 0 {
		k.Last = last[0]
	}
	if err == nil {
		k.Gift.GiftAid, err = tx.giftAided(ctx, k.Gift)
	}
	return k, err
}

func issuing(o outlet.Outlet, lang string) receipt.Issuing {
	o = o.In(lang)
	out := receipt.Issuing{Name: o.LegalName, Email: o.Email, Address: addressLines(o.Address)}
	if out.Name == "" {
		out.Name = o.Name
	}
	return out
}

func addressLines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

// partyOf is who a donor's receipts are made out to: as the donor has told us for
// receipts, else as in the gifts. It is empty for one who was erased.
func partyOf(ctx context.Context, q db.Querier, donorID string) (receipt.Party, error) {
	return db.One(ctx, q, func(row db.Scanner) (p receipt.Party, err error) {
		var name, email string
		var erased bool
		if err = row.Scan(&p.Name, &p.Address, &name, &email, db.Bool(&erased)); err != nil || erased {
			return receipt.Party{}, err
		}
		if p.Name == "" {
			p.Name = name
		}
		p.Email = address(email)
		return p, nil
	}, `SELECT COALESCE(x.name, ''), COALESCE(x.address, ''), d.name, d.email, CASE WHEN d.erased_at IS NULL THEN 0 ELSE 1 END
		FROM donor d LEFT JOIN receipt_party x ON x.donor_id = d.id WHERE d.id = $1`, donorID)
}

// live lists receipts that hold, with their gifts as they are now.
func (tx *Tx) live(ctx context.Context, o outlet.Outlet, where string, args ...any) ([]receipt.Live, error) {
	list, err := db.Rows(ctx, tx, scanReceipt, "SELECT "+receiptColumns+" FROM receipt WHERE id IN (SELECT rp.receipt_id FROM receipt_payment rp WHERE "+where+") ORDER BY issued_at, n", args...)
	if err != nil {
		return nil, err
	}
	var out []receipt.Live
	for _, r := range list {
		l := receipt.Live{Receipt: r}
		if l.Gifts, err = db.Rows(ctx, tx, scanReceiptGift(o), giftQuery+` WHERE p.id IN (SELECT payment_id FROM receipt_payment WHERE receipt_id = $1)
			ORDER BY p.succeeded_at, p.id`, r.ID); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// SettleReceipts makes the receipts about a payment agree with what became of
// it: see receipt.Decide. It may be called at any time, and again. fault.Fields
// with keys of the message catalogue where a receipt that is due can't be issued.
func (s *Store) SettleReceipts(ctx context.Context, paymentID string, at time.Time) (done []ReceiptChange, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		done = nil // the function may be called twice
		if err := tx.lockObjects(ctx, []string{"receipts of " + paymentID}); err != nil {
			return err
		}
		k, err := tx.known(ctx, paymentID)
		if err != nil {
			return err
		}
		for _, c := range receipt.Decide(k, at) {
			made, err := tx.changeReceipt(ctx, c, "", "", at)
			if err != nil {
				return err
			}
			done = append(done, made)
		}
		return nil
	})
	return done, err
}

// changeReceipt does one step: what ends, ends first, so that its payments are
// free for the one that follows.
func (tx *Tx) changeReceipt(ctx context.Context, c receipt.Change, by, reason string, at time.Time) (done ReceiptChange, err error) {
	if c.End.ID != "" {
		if err := tx.endReceipt(ctx, c.End, c.To, by, c.Cause, reason, at); err != nil {
			return done, err
		}
		done.Ended = c.End
		done.Ended.State, done.Ended.VoidedAt, done.Ended.Cause, done.Ended.Reason = c.To, at, c.Cause, reason
	}
	if c.Issue == nil {
		return done, nil
	}
	done.Issued, err = tx.issueReceipt(ctx, *c.Issue)
	if err == nil && c.End.ID != "" {
		_, err = db.Exec(ctx, tx, "UPDATE receipt SET replaced_by = $1 WHERE id = $2 AND replaced_by = ''", done.Issued.ID, c.End.ID)
	}
	return done, err
}

// EndReceipt voids a receipt by a person's word and, with again, issues another
// one in its place from what is known now; its donor is told by a job. Where that
// can't be: fault.Fields with keys of the message catalogue.
func (s *Store) EndReceipt(ctx context.Context, by Actor, receiptID, reason string, again bool, at time.Time) (done ReceiptChange, err error) {
	if reason == "" {
		return done, fault.Fields{"reason": "receipt.bad.reason"}
	}
	err = s.Write(ctx, func(tx *Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		found, err := tx.live(ctx, o, "rp.receipt_id = $1 AND rp.live = 1", receiptID)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return receipt.Refuse("receipt.bad.ended")
		}
		c := receipt.Change{End: found[0].Receipt, To: receipt.Voided, Cause: receipt.ByStaff}
		if again {
			k, err := tx.known(ctx, found[0].Gifts[0].Payment)
			if err != nil {
				return err
			}
			d, ok := k.Again(found[0], at)
			if !ok {
				return receipt.Refuse("receipt.bad.nothing")
			}
			d.By, c.To, c.Issue = by.ID, receipt.Replaced, &d
		}
		if done, err = tx.changeReceipt(ctx, c, by.ID, reason, at); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.TellReceipt(receiptID)); err != nil {
			return err
		}
		return tx.Audit(ctx, by, "receipt."+string(c.To), "receipt", receiptID, map[string]any{"number": c.End.Number, "by": done.Issued.Number})
	})
	return done, err
}

// IssueOfficial issues what a donor's tax office wants: for one payment, or with
// a year for all of the donor's gifts in it that have no such receipt yet; the
// donor is sent it by a job. Where that can't be: fault.Fields with keys of the
// message catalogue.
func (s *Store) IssueOfficial(ctx context.Context, by Actor, donorID, paymentID string, year int, at time.Time) (r receipt.Receipt, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{"official receipts of " + donorID}); err != nil {
			return err
		}
		d, err := tx.official(ctx, donorID, paymentID, year, at)
		if err != nil {
			return err
		}
		d.By = by.ID
		if r, err = tx.issueReceipt(ctx, d); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.SendReceipt(r.ID, "issued:"+r.ID)); err != nil {
			return err
		}
		return tx.Audit(ctx, by, "receipt.issued", "receipt", r.ID, map[string]any{"number": r.Number})
	})
	return r, err
}

func (tx *Tx) official(ctx context.Context, donorID, paymentID string, year int, at time.Time) (d receipt.Draft, err error) {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return d, err
	}
	var set receipt.Settings
	if _, err := tx.Setting(ctx, receipt.Setting, &set); err != nil {
		return d, err
	}
	regime, kind := set.Use(), receipt.Official
	if regime.Automatic {
		kind = receipt.Summary
	}
	if !set.Charity() || year != 0 && regime.Annual == "" || year == 0 && regime.Automatic {
		return d, receipt.Refuse("receipt.bad.regime")
	}
	where, args := " AND p.id = $3", []any{donorID, kind, paymentID}
	if year != 0 {
		where, args = " AND p.succeeded_at >= $3 AND p.succeeded_at < $4", []any{donorID, kind,
			time.Date(year, 1, 1, 0, 0, 0, 0, o.Location()).UnixMilli(), time.Date(year+1, 1, 1, 0, 0, 0, 0, o.Location()).UnixMilli()}
	}
	if regime.Currency != "" {
		args = append(args, regime.Currency)
		where += " AND p.currency = " + place(len(args))
	}
	gifts, err := db.Rows(ctx, tx, scanReceiptGift(o), giftQuery+" WHERE p.donor_id = $1 AND "+due+` > 0
		AND NOT EXISTS (SELECT 1 FROM receipt_payment rp WHERE rp.payment_id = p.id AND rp.kind = $2 AND rp.live = 1)`+where+" ORDER BY p.succeeded_at, p.id", args...)
	if err != nil {
		return d, err
	}
	if len(gifts) == 0 {
		return d, receipt.Refuse("receipt.bad.none")
	}
	for _, g := range gifts[1:] {
		if g.Paid.Currency != gifts[0].Paid.Currency {
			return d, receipt.Refuse("receipt.bad.currencies")
		}
	}
	k, err := tx.known(ctx, gifts[0].Payment)
	return k.Official(gifts, year, at), err
}

// ReceiptsDue lists payments whose receipts do not agree with them, oldest
// first, among those that arrived in [since, before) of the program's clock:
// without a receipt though nothing holds it up. Those with a receipt that says
// another sum are among them whenever they arrived, where since is the zero
// time; else only those of which something went back. before leaves out what
// the job that thanks for a gift is still at; it is not at what succeeded before
// old, by the provider's clock.
func (s *Store) ReceiptsDue(ctx context.Context, since, before, old time.Time, limit int) ([]string, error) {
	missing := `SELECT p.id, p.succeeded_at FROM payment p JOIN donor o ON o.id = p.donor_id
		WHERE o.erased_at IS NULL AND p.created_at >= $1 AND (p.created_at < $2 OR p.succeeded_at < $3) AND ` + due + ` > 0
		AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.payment_id = p.id AND h.state = 'held')
		AND NOT EXISTS (SELECT 1 FROM receipt_payment rp JOIN receipt r ON r.id = rp.receipt_id
			WHERE rp.payment_id = p.id AND rp.kind = 'thanks' AND (rp.live = 1 OR r.cause = 'staff'))`
	other, from := " UNION SELECT p.id, p.succeeded_at FROM payment p JOIN receipt_payment rp ON rp.payment_id = p.id WHERE rp.live = 1 AND rp.minor <> "+due, int64(0)
	if !since.IsZero() {
		other, from = other+" AND (p.refunded_minor > 0 OR p.disputed_minor > 0)", since.UnixMilli() // in an index of their own
	}
	missing += other
	return db.Rows(ctx, s.Query(), db.Value[string], "SELECT id FROM ("+missing+") AS work ORDER BY succeeded_at, id LIMIT $4", from, before.UnixMilli(), old.UnixMilli(), limit)
}

// UndrawnReceipts lists receipts whose file was not drawn yet, the newest first.
func (s *Store) UndrawnReceipts(ctx context.Context, limit int) ([]receipt.Receipt, error) {
	return db.Rows(ctx, s.Query(), scanReceipt, "SELECT "+receiptColumns+" FROM receipt WHERE file_hash = '' AND forgotten_at IS NULL ORDER BY issued_at DESC, n DESC LIMIT $1", limit)
}

// PutParty keeps full name and address of a donor for official receipts.
func (tx *Tx) PutParty(ctx context.Context, donorID string, p receipt.Party) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO receipt_party (donor_id, name, address, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (donor_id) DO UPDATE SET name = excluded.name, address = excluded.address, updated_at = excluded.updated_at`, donorID, p.Name, p.Address, tx.now())
	tx.Touch("desk")
	return err
}

// Party is who a donor's receipts are made out to.
func (s *Store) Party(ctx context.Context, donorID string) (receipt.Party, error) {
	return partyOf(ctx, s.Query(), donorID)
}

// ReceiptStatement gathers what a donor gave in [from, to), for a list of it in a
// language; see receipt.Statement.
func (s *Store) ReceiptStatement(ctx context.Context, donorID, lang string, from, to, made time.Time) (st receipt.Statement, err error) {
	o, err := s.Outlet(ctx)
	if err != nil {
		return st, err
	}
	st = receipt.Statement{Lang: lang, Issuer: issuing(o, lang), From: from.In(o.Location()), To: to.In(o.Location()).AddDate(0, 0, -1), Made: made.In(o.Location()), Numbers: map[string]string{}}
	if st.Settings, err = s.ReceiptSettings(ctx); err != nil {
		return st, err
	}
	if st.Party, err = s.Party(ctx, donorID); err != nil {
		return st, err
	}
	st.Gifts, err = db.Rows(ctx, s.Query(), scanReceiptGift(o), giftQuery+" WHERE p.donor_id = $1 AND p.succeeded_at >= $2 AND p.succeeded_at < $3 ORDER BY p.succeeded_at, p.id",
		donorID, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return st, err
	}
	numbers, err := s.PaymentReceipts(ctx, donorID)
	for payment, r := range numbers {
		st.Numbers[payment] = r.Number
	}
	return st, err
}

// SendReceipt asks for a mail that brings a receipt to its donor once more; key
// is one for each time.
func (tx *Tx) SendReceipt(ctx context.Context, by Actor, r receipt.Receipt, key string) error {
	if err := tx.Enqueue(ctx, job.SendReceipt(r.ID, key)); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "receipt.sent", "receipt", r.ID, map[string]any{"number": r.Number})
}
