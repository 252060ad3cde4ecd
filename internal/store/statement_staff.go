package store

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
)

// Allocate puts an amount of a part where a person says; 0 is all that is open.
// See place for the errors.
func (b *Statements) Allocate(ctx context.Context, lineID string, part int, minor int64, t fund.Target, rule fund.MatchRule) error {
	zone := b.zone(ctx)
	var campaign string
	err := b.Write(ctx, func(tx *Tx) error {
		p, err := tx.placingOf(ctx, lineID, part)
		if err != nil {
			return err
		}
		p.target, p.rule, p.by, p.quiet, p.zone = t, rule, b.by, b.longAgo(p.line.Date), zone
		if minor != 0 {
			p.minor = minor
		}
		if campaign, err = tx.place(ctx, p); err != nil {
			return err
		}
		if err := tx.settleLines(ctx, lineID); err != nil {
			return err
		}
		if err := tx.stepped(ctx, lineID, p.line.State); err != nil {
			return err
		}
		tx.Touch("desk", "books")
		return tx.Audit(ctx, b.by, "bank.allocated", "bank_line", lineID, map[string]any{"part": part, "to": t.Kind, "object": t.ID, "account": t.Account, "amount": p.amount().String()})
	})
	if err != nil {
		return err
	}
	if t.Kind == fund.ToGift {
		if err := b.samePayer(ctx, lineID, part); err != nil {
			return err
		}
	}
	return b.NoteGoals(ctx, b.money.Now(), campaign)
}

// samePayer asks the rules once more about what else the payer of a gift has
// sent: it may be the same standing order.
func (b *Statements) samePayer(ctx context.Context, lineID string, part int) error {
	var account string
	payer, err := db.One(ctx, b.Query(), func(r db.Scanner) (payer string, err error) {
		return payer, r.Scan(&payer, &account)
	}, "SELECT d.payer_hash, l.account_id FROM bank_detail d JOIN bank_line l ON l.id = d.line_id WHERE d.line_id = $1 AND d.n = $2", lineID, part)
	if err != nil || payer == "" {
		return err
	}
	if err := b.again(ctx, "l.account_id = $1 AND l.id IN (SELECT line_id FROM bank_detail WHERE payer_hash = $2)", account, payer); err != nil {
		return err
	}
	_, err = (&fund.Reconciler{Store: b}).MatchAll(ctx, account, 0)
	return err
}

// placingOf reads a part as it stands, for all that is open of it. A line that
// is not booked takes nothing.
func (tx *Tx) placingOf(ctx context.Context, lineID string, part int) (placing, error) {
	p, err := db.One(ctx, tx, func(r db.Scanner) (p placing, err error) {
		return p, r.Scan(&p.line.ID, &p.line.AccountID, &p.line.Bank, &p.line.Date, &p.line.Currency, &p.line.Minor, &p.line.State, &p.line.Kind,
			&p.part.N, &p.part.Minor, &p.minor, &p.part.Payer)
	}, `SELECT l.id, l.account_id, a.name, l.booked_on, l.currency, l.minor, l.state, l.kind, d.n, d.minor, d.open_minor, d.payer_hash
		FROM bank_line l JOIN bank_account a ON a.id = l.account_id JOIN bank_detail d ON d.line_id = l.id WHERE l.id = $1 AND d.n = $2`, lineID, part)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "there is no such bank line")
	}
	if err == nil && p.line.State == fund.LineIgnored {
		return p, fault.New(fault.Conflict, "this line is ignored; take it up again first")
	}
	return p, err
}

// stepped holds what became of a line against the table of states.
func (tx *Tx) stepped(ctx context.Context, lineID string, was fund.LineState) error {
	now, err := db.One(ctx, tx, db.Value[fund.LineState], "SELECT state FROM bank_line WHERE id = $1", lineID)
	if err == nil {
		_, err = was.Move(now)
	}
	return err
}

// Undo takes an allocation back: what was posted is reversed today, and the
// money waits in suspense again. fault.Conflict where something hangs on it that
// must be undone first.
func (b *Statements) Undo(ctx context.Context, lineID string, part, n int) error {
	today := b.today(ctx)
	return b.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{"bank line " + lineID}); err != nil {
			return err
		}
		a, err := db.One(ctx, tx, scanAllocation, "SELECT "+allocationColumns+" FROM bank_allocation WHERE line_id = $1 AND detail = $2 AND n = $3 AND reversed_at IS NULL", lineID, part, n)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Conflict, "this was taken back already; load the page again")
		}
		if err != nil {
			return err
		}
		was, err := db.One(ctx, tx, db.Value[fund.LineState], "SELECT state FROM bank_line WHERE id = $1", lineID)
		if err != nil {
			return err
		}
		if err := tx.undo(ctx, b.by, a, today); err != nil {
			return err
		}
		if err := tx.stepped(ctx, lineID, was); err != nil {
			return err
		}
		tx.Touch("desk", "books")
		return tx.Audit(ctx, b.by, "bank.undone", "bank_line", lineID, map[string]any{"part": part, "was": a.kind, "object": a.object, "account": a.account})
	})
}

// today is the day in the outlet's zone by the money clock.
func (b *Statements) today(ctx context.Context) string {
	return b.money.Now().In(b.zone(ctx)).Format(time.DateOnly)
}

func (tx *Tx) undo(ctx context.Context, by Actor, a allocation, today string) (err error) {
	switch a.kind {
	case fund.ToGift:
		err = tx.undoGift(ctx, a, today)
	case fund.ToGiver:
		err = tx.returnState(ctx, a.object, returnOpen, returnWithdrawn)
	case fund.ToClear:
		err = tx.returnState(ctx, a.object, returnPaid, returnOpen)
	case fund.ToBill:
		err = tx.unpaidBill(ctx, a.object)
	case fund.ToLine:
		err = tx.undoPartner(ctx, by, a, today)
	case fund.ToReversal:
		err = fault.New(fault.Conflict, "what the bank took back can't be undone here; allocate the line that came first by hand")
	}
	if err != nil {
		return err
	}
	if a.kind != fund.ToGift && a.entry != "" { // a gift's entry is undoGift's
		if err := tx.takeBack(ctx, a.entry, a.entry+"-undone", today); err != nil {
			return err
		}
	}
	return tx.reopen(ctx, by, a)
}

// reopen gives the amount back to the part.
func (tx *Tx) reopen(ctx context.Context, by Actor, a allocation) error {
	_, err := db.Exec(ctx, tx, "UPDATE bank_allocation SET reversed_at = $1, reversed_by = $2 WHERE line_id = $3 AND detail = $4 AND n = $5", tx.now(), by.Name, a.line, a.detail, a.n)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE bank_detail SET open_minor = open_minor + $1 WHERE line_id = $2 AND n = $3", a.minor, a.line, a.detail); err != nil {
		return err
	}
	return tx.settleLines(ctx, a.line)
}

// undoPartner takes back the other half of two lines that cancelled each other
// out, with the exchange where there was one.
func (tx *Tx) undoPartner(ctx context.Context, by Actor, a allocation, today string) error {
	line, part, _ := fund.SplitPartID(a.object)
	list, err := liveAllocations(ctx, tx, line, part)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.kind != fund.ToLine || o.object != fund.PartID(a.line, a.detail) {
			continue
		}
		if o.entry != "" {
			if err := tx.takeBack(ctx, o.entry, o.entry+"-undone", today); err != nil {
				return err
			}
		}
		return tx.reopen(ctx, by, o)
	}
	return nil
}

// hanging are the tables in which something may hang on a payment.
var hanging = []string{"refund", "dispute", "receipt_payment", "gift_aid_claimed", "hold", "fraud_warning"}

// undoGift takes a gift back that was allocated by mistake. While nothing hangs
// on the payment it goes as if it had never been; else it stays, and the money
// is taken from it as a refund, which its receipts follow.
func (tx *Tx) undoGift(ctx context.Context, a allocation, today string) error {
	for _, table := range hanging {
		n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM "+table+" WHERE payment_id = $1", a.payment)
		if err != nil {
			return err
		}
		if n > 0 {
			return tx.refundGift(ctx, a, today)
		}
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM payment WHERE id = $1", a.payment); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM job WHERE unique_key IN ($1, $2) AND state = 'ready'", job.Thank(a.payment).Key, job.Receipt(a.payment).Key); err != nil {
		return err
	}
	if err := tx.unpaid(ctx, a.object); err != nil {
		return err
	}
	if err := tx.takeBack(ctx, a.entry, a.entry+"-undone", today); err != nil {
		return err
	}
	return tx.countByHand(ctx, a.entry)
}

// unpaid gives a donation and its plan the states that they have without any
// payment.
func (tx *Tx) unpaid(ctx context.Context, donationID string) error {
	const none = " AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.donation_id = $1)"
	_, err := db.Exec(ctx, tx, "UPDATE donation SET state = CASE WHEN session_ref IS NULL THEN 'cancelled' ELSE 'pending' END WHERE id = $1 AND state = 'succeeded'"+none, donationID)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, "UPDATE plan SET state = 'incomplete' WHERE donation_id = $1 AND state = 'active'"+none, donationID)
	return err
}

// refundGift moves the money of a gift back to suspense.
func (tx *Tx) refundGift(ctx context.Context, a allocation, today string) error {
	e, err := entryByKey(ctx, tx, a.entry)
	if err != nil {
		return err
	}
	p := placing{line: fund.BankLine{ID: a.line, Currency: e.Postings[0].Currency}, part: fund.BankPart{N: a.detail}, n: a.n, minor: a.minor}
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return err
	}
	if p.tags, err = tx.giftBack(ctx, a.payment, p.ref()+".undone", p.abs(), day, fund.RefundSucceeded); err != nil {
		return err
	}
	back := ledger.Allocation(ledger.Source{Provider: fund.KeyBank, Object: p.ref() + ".undone", Date: today, Tags: p.tags}, p.amount().Neg(), ledger.Refunds)
	if _, err = p.post(ctx, tx, back); err != nil {
		return err
	}
	return p.count(ctx, tx, a.entry)
}

// maxReason is the longest reason for ignoring a line, in characters.
const maxReason = 200

// Ignore takes a line out of the books because they hold its money in another
// way, as an expense that was entered as paid from this account. Nothing of it
// may be allocated. The reason is kept, and names nobody.
func (b *Statements) Ignore(ctx context.Context, lineID, reason string) error {
	if n := utf8.RuneCountInString(reason); n < 3 || n > maxReason {
		return fault.Fields{"reason": "Say in a few words, at most 200 characters, why the line is ignored."}
	}
	return b.Write(ctx, func(tx *Tx) error {
		if err := tx.lockObjects(ctx, []string{"bank line " + lineID}); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, `UPDATE bank_line SET state = 'ignored', reason = $1 WHERE id = $2 AND state = 'suspense'
			AND NOT EXISTS (SELECT 1 FROM bank_detail d WHERE d.line_id = $2 AND d.open_minor <> d.minor)`, reason, lineID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "only a line of which nothing is allocated can be ignored; take its allocations back first")
		}
		if err := tx.turnLine(ctx, lineID, "ignored"); err != nil {
			return err
		}
		if err := tx.stepped(ctx, lineID, fund.LineSuspense); err != nil {
			return err
		}
		tx.Touch("desk", "books")
		return tx.Audit(ctx, b.by, "bank.ignored", "bank_line", lineID, map[string]any{"reason": reason})
	})
}

// turnLine takes back what the books say of a line last: its own entry, or that
// by which it was ignored or taken up before. Each turn has a key of its own,
// since an entry is reversed once.
func (tx *Tx) turnLine(ctx context.Context, lineID, how string) error {
	key := fund.KeyBank + ":" + lineID
	last, as := key+":line", key+":"+how
	for turn := 1; ; turn++ {
		next, err := found(db.One(ctx, tx, db.Value[string], "SELECT key FROM ledger_entry WHERE reverses = $1", last))
		if err != nil {
			return err
		}
		if next == "" {
			if turn > 2 { // the first of either has no number
				as += fmt.Sprintf(".%d", (turn+1)/2)
			}
			return tx.takeBack(ctx, last, as, "")
		}
		last = next
	}
}

// TakeUp brings an ignored line back into the books.
func (b *Statements) TakeUp(ctx context.Context, lineID string) error {
	return b.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE bank_line SET state = 'suspense', reason = '' WHERE id = $1 AND state = 'ignored' AND minor <> 0 AND kind <> 'gap'", lineID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "this line is not ignored any more; load the page again")
		}
		if err := tx.turnLine(ctx, lineID, "taken-up"); err != nil {
			return err
		}
		if err := tx.stepped(ctx, lineID, fund.LineIgnored); err != nil {
			return err
		}
		tx.Touch("desk", "books")
		return tx.Audit(ctx, b.by, "bank.taken_up", "bank_line", lineID, nil)
	})
}
