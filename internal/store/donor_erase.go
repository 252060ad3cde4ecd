package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
)

// erased begins what stands in the column of addresses for a donor who was
// erased. It never looks like an address; see address.
const erased = "erased:"

// EraseDonor removes all that leads to the person from every table that keeps
// something about donors (see donorTables), and leaves ids, amounts, dates and
// the books as they are. Receipts and declarations stay where the law wants
// them, restricted. fault.Conflict while a plan of the donor runs: it must be
// ended at the provider first, since nobody could be told of its charges any
// more. Plans in beyond are those that can't be ended from here, since their
// provider is not used any more: staff are asked to do it there. To erase
// somebody twice does no harm.
func (tx *Tx) EraseDonor(ctx context.Context, by Actor, donorID string, beyond ...string) error {
	running, err := db.Rows(ctx, tx, db.Value[string], `SELECT id FROM plan WHERE donor_id = $1
		AND state IN ('active', 'past_due', 'paused', 'cancel_scheduled')`, donorID)
	if err != nil {
		return err
	}
	for _, planID := range running {
		if !slices.Contains(beyond, planID) {
			return fault.New(fault.Conflict, "this donor has a plan that runs; end it first")
		}
		if err := tx.askToEnd(ctx, planID); err != nil {
			return err
		}
	}
	d, err := db.One(ctx, tx, scanDonor, "SELECT "+donorColumns+" FROM donor WHERE id = $1", donorID)
	if err != nil {
		return err
	}
	if err := tx.erase(ctx, d); err != nil {
		return err
	}
	if err := tx.AddErasures(ctx, []Erasure{{DonorID: donorID, At: time.UnixMilli(tx.now())}}); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "donor.erased", "donor", donorID, nil)
}

// askToEnd leaves staff the plan of a donor who was erased.
func (tx *Tx) askToEnd(ctx context.Context, planID string) error {
	return tx.AddTask(ctx, Task{Key: fund.TaskErasedPlan + ":" + planID, Kind: fund.TaskErasedPlan, ObjectKind: string(fund.KindPlan), ObjectID: planID})
}

// endErased sees to a plan that runs although its donor was erased: the session
// in which it began was open then. The round ends it, at once; staff hear of it,
// once.
func (tx *Tx) endErased(ctx context.Context, p fund.Plan) error {
	if !p.State.Alive() {
		return nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM donor WHERE id = $1 AND erased_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM task WHERE unique_key = $2)`, p.DonorID, fund.TaskErasedPlan+":"+p.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := tx.askToEnd(ctx, p.ID); err != nil {
		return err
	}
	return tx.Enqueue(ctx, job.Round())
}

// ErasedPlans lists plans that could still bring money of donors who were
// erased; see fund.Service.Change.
func (s *Store) ErasedPlans(ctx context.Context, limit int) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], `SELECT p.id FROM plan p JOIN donor d ON d.id = p.donor_id WHERE d.erased_at IS NOT NULL
		AND p.state IN ('active', 'past_due', 'paused', 'cancel_scheduled', 'unpaid') ORDER BY p.updated_at, p.id LIMIT $1`, limit)
}

// AskToEnd leaves staff the plan of a donor who was erased, where it can't be
// ended from here.
func (s *Store) AskToEnd(ctx context.Context, planID string) error {
	return s.Write(ctx, func(tx *Tx) error { return tx.askToEnd(ctx, planID) })
}

// lockMails lets no mail to a donor be written while another transaction erases
// them.
func (tx *Tx) lockMails(ctx context.Context, donorID string) error {
	return tx.lockObjects(ctx, []string{"mails to donor " + donorID})
}

// erasedMeanwhile tells whether a donor was erased since a mail to them was
// drawn: that their plan was ended, say, which erasure does first.
func (tx *Tx) erasedMeanwhile(ctx context.Context, donorID string) (bool, error) {
	if donorID == "" {
		return false, nil
	}
	if err := tx.lockMails(ctx, donorID); err != nil {
		return false, err
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM donor WHERE id = $1 AND erased_at IS NOT NULL", donorID)
	return n > 0, err
}

// erase removes what leads to the donor d.
func (tx *Tx) erase(ctx context.Context, d fund.Donor) error {
	if err := tx.lockMails(ctx, d.ID); err != nil {
		return err
	}
	was, err := tx.addressesOf(ctx, d)
	if err != nil {
		return err
	}
	if err := tx.scrub(ctx, d, was); err != nil {
		return err
	}
	if err := tx.eraseMails(ctx, d.ID, was); err != nil {
		return err
	}
	if err := tx.restrictReceipts(ctx, d.ID); err != nil {
		return err
	}
	if err := tx.EndDonorSessions(ctx, d.ID); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE donor_link SET revoked_at = $1 WHERE donor_id = $2 AND revoked_at IS NULL AND used_at IS NULL", tx.now(), d.ID); err != nil {
		return err
	}
	for _, t := range donorTables {
		statement := "UPDATE " + t.name + " SET " + t.blank + " WHERE " + t.where
		switch t.blank {
		case "":
			continue
		case "-":
			statement = "DELETE FROM " + t.name + " WHERE " + t.where
		}
		if _, err := db.Exec(ctx, tx, statement, d.ID); err != nil {
			return err
		}
	}
	for _, a := range was { // an import may have left somebody's address for a person to look at
		if _, err := db.Exec(ctx, tx, `UPDATE import_need SET title = REPLACE(title, $1, '…'), detail = REPLACE(detail, $1, '…')
			WHERE REPLACE(title, $1, '…') <> title OR REPLACE(detail, $1, '…') <> detail`, a); err != nil {
			return err
		}
	}
	tx.Touch("desk", "books")
	_, err = db.Exec(ctx, tx, "UPDATE donor SET email = $1, name = '', show_name = 0, erased_at = COALESCE(erased_at, $2) WHERE id = $3", erased+id.New(), tx.now(), d.ID)
	return err
}

// addressesOf lists the addresses that a donor has had, as far as we know.
func (tx *Tx) addressesOf(ctx context.Context, d fund.Donor) ([]string, error) {
	all := set{}
	all.add(d.Email)
	_, err := db.Rows(ctx, tx, func(r db.Scanner) (none struct{}, err error) {
		var detail map[string]string
		if err = r.Scan(db.FromJSON(&detail)); err == nil {
			all.add(address(detail["email"]))
		}
		return none, err
	}, "SELECT detail FROM donor_link WHERE donor_id = $1 AND (power = $2 OR power = $3 AND used_at IS NOT NULL)", d.ID, DonorRevert, DonorConfirm)
	return all.list(), err
}

// eraseMails deletes the mails to a donor, and what a mail server said about
// them, which likes to repeat the address.
func (tx *Tx) eraseMails(ctx context.Context, donorID string, addresses []string) error {
	marks, args := anyOf(2, addresses)
	args = append([]any{donorID}, args...)
	where := "donor_id = $1 OR (donor_id = '' AND kind <> 'staff' AND to_address IN (" + marks + "))"
	if _, err := db.Exec(ctx, tx, "UPDATE job SET last_error = '' WHERE last_error <> '' AND unique_key IN (SELECT 'mail:' || id FROM mail_outbox WHERE "+where+")", args...); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM mail_outbox WHERE "+where, args...)
	return err
}

// scrub takes address and name out of what was sent to providers and asked of
// staff about the donor's gifts. A call that was not made yet is not made any
// more: it could not be repeated as it was planned.
func (tx *Tx) scrub(ctx context.Context, d fund.Donor, addresses []string) error {
	names, err := db.Rows(ctx, tx, db.Value[string], "SELECT DISTINCT name FROM donation WHERE donor_id = $1", d.ID)
	if err != nil {
		return err
	}
	secret := slices.Concat([]string{d.Name}, names, addresses)
	for _, t := range []struct{ name, key, column string }{{"command", "key", "params"}, {"command", "key", "result"}, {"task", "id", "detail"}} {
		type row struct{ key, text string }
		rows, err := db.Rows(ctx, tx, func(r db.Scanner) (x row, err error) { return x, r.Scan(&x.key, &x.text) },
			"SELECT "+t.key+", "+t.column+" FROM "+t.name+" WHERE "+ofObjects, d.ID)
		if err != nil {
			return err
		}
		for _, x := range rows {
			clean := scrubbed(x.text, secret)
			if clean == x.text {
				continue
			}
			if _, err := db.Exec(ctx, tx, "UPDATE "+t.name+" SET "+t.column+" = $1 WHERE "+t.key+" = $2", clean, x.key); err != nil {
				return err
			}
		}
	}
	_, err = db.Exec(ctx, tx, `UPDATE command SET state = 'failed', result = $2, done_at = $3 WHERE state = 'planned' AND op = 'begin'
		AND object_id IN (SELECT id FROM donation WHERE donor_id = $1)`, d.ID, db.JSON(map[string]string{"reason": "the donor was erased"}), tx.now())
	return err
}

// scrubbed empties the texts of a JSON value that hold one of the secrets. What
// is no JSON is emptied as a whole.
func scrubbed(text string, secrets []string) string {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber() // amounts stay as they were written
	if err := dec.Decode(&v); err != nil {
		return "{}"
	}
	found := false
	v = emptied(v, secrets, &found)
	if !found {
		return text
	}
	return db.JSON(v)
}

func emptied(v any, secrets []string, found *bool) any {
	switch x := v.(type) {
	case string:
		for _, s := range secrets {
			if s != "" && strings.Contains(strings.ToLower(x), strings.ToLower(s)) {
				*found = true
				return ""
			}
		}
	case []any:
		for i := range x {
			x[i] = emptied(x[i], secrets, found)
		}
	case map[string]any:
		for k := range x {
			x[k] = emptied(x[k], secrets, found)
		}
	}
	return v
}

// Erasure says that a donor was erased, and when. It names nobody.
type Erasure struct {
	DonorID string
	At      time.Time
}

// Erasures lists all erasures, the oldest first. The list is to be kept apart
// from backups, so that one from before can be brought up to date.
func (s *Store) Erasures(ctx context.Context) ([]Erasure, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (e Erasure, err error) { return e, r.Scan(&e.DonorID, db.At(&e.At)) },
		"SELECT donor_id, at FROM erasure ORDER BY at, donor_id")
}

// AddErasures notes that donors were erased, as told by a list that was kept
// apart; see ReapplyErasures.
func (tx *Tx) AddErasures(ctx context.Context, list []Erasure) error {
	for _, e := range list {
		if _, err := db.Exec(ctx, tx, "INSERT INTO erasure (donor_id, at) VALUES ($1, $2) ON CONFLICT (donor_id) DO NOTHING", e.DonorID, e.At.UnixMilli()); err != nil {
			return err
		}
	}
	tx.Touch("erasures")
	return nil
}

// ReapplyErasures erases again who stands in the list of erasures and is here all
// the same, as after the restore of a backup from before. Plans that ran then are
// no hindrance: they were ended at the provider. It returns how many they were.
func (s *Store) ReapplyErasures(ctx context.Context) (n int, err error) {
	list, err := db.Rows(ctx, s.Query(), scanDonor, "SELECT "+donorColumns+` FROM donor
		WHERE erased_at IS NULL AND id IN (SELECT donor_id FROM erasure) ORDER BY id`)
	for _, d := range list {
		if err := s.Write(ctx, func(tx *Tx) error {
			if err := tx.erase(ctx, d); err != nil {
				return err
			}
			return tx.Audit(ctx, System, "donor.erased", "donor", d.ID, nil)
		}); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}
