package store

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
)

// BankChangeKind is what a change does with an account.
type BankChangeKind string

// The kinds.
const (
	BankAdd   BankChangeKind = "add"
	BankEdit  BankChangeKind = "edit"
	BankClose BankChangeKind = "close"
)

// BankChange is a change of bank details that somebody asked for and that is not
// done yet: somebody else must confirm it, or a time must pass in which it can
// be taken back.
type BankChange struct {
	ID      string
	Kind    BankChangeKind
	Account giro.Account // as it shall be
	// Says is what changes, without any number in full: field → was, now.
	Says    map[string][2]string
	Second  staff.Role // who confirms; "" where time does
	DueAt   time.Time  // when it is done by itself; zero: by Second
	By      Actor
	AskedAt time.Time
}

const bankChangeColumns = "id, kind, box, says, second, due_at, asked_by, asked_name, asked_at"

func (b BankAccounts) scanChange(r db.Scanner) (c BankChange, err error) {
	var box string
	if err = r.Scan(&c.ID, &c.Kind, &box, db.FromJSON(&c.Says), &c.Second, db.At(&c.DueAt), &c.By.ID, &c.By.Name, db.At(&c.AskedAt)); err != nil {
		return c, err
	}
	text, err := b.Secrets.Open("bank change "+c.ID, box)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(text), &c.Account)
}

// AskChange writes down a change that waits. A change of the same account that
// waits already is replaced.
func (b BankAccounts) AskChange(ctx context.Context, tx *Tx, c BankChange) (string, error) {
	if c.ID == "" {
		c.ID = id.New()
	}
	if err := tx.dropChanges(ctx, c.By, c.Account.ID); err != nil {
		return "", err
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO bank_change (id, account_id, kind, box, says, second, due_at, asked_by, asked_name, asked_at) VALUES ("+places(10)+")",
		c.ID, c.Account.ID, c.Kind, b.Secrets.Seal("bank change "+c.ID, db.JSON(c.Account)), db.JSON(c.Says), c.Second, db.Ms(c.DueAt), c.By.ID, c.By.Name, tx.now())
	if err != nil {
		return "", err
	}
	tx.Touch("desk")
	return c.ID, tx.Audit(ctx, c.By, "bank."+string(c.Kind)+".asked", "bank_account", c.Account.ID, c.audit())
}

// audit is what the log keeps of a change: names and tails.
func (c BankChange) audit() map[string]any {
	out := map[string]any{}
	for field, v := range c.Says {
		out[field] = map[string]any{"was": v[0], "now": v[1]}
	}
	return out
}

// Changes lists the changes that wait, the oldest first.
func (b BankAccounts) Changes(ctx context.Context) ([]BankChange, error) {
	return db.Rows(ctx, b.Query(), b.scanChange, "SELECT "+bankChangeColumns+" FROM bank_change WHERE state = 'waiting' ORDER BY asked_at, id")
}

// WaitingChange returns a change that waits; fault.NotFound.
func (b BankAccounts) WaitingChange(ctx context.Context, changeID string) (BankChange, error) {
	c, err := db.One(ctx, b.Query(), b.scanChange, "SELECT "+bankChangeColumns+" FROM bank_change WHERE id = $1 AND state = 'waiting'", changeID)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "this change does not wait any more; load the page again")
	}
	return c, err
}

// WithdrawChange takes a waiting change back; fault.Conflict where it does not
// wait any more.
func (b BankAccounts) WithdrawChange(ctx context.Context, tx *Tx, by Actor, c BankChange) error {
	if err := tx.decideChange(ctx, by, c.ID, "withdrawn"); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "bank."+string(c.Kind)+".withdrawn", "bank_account", c.Account.ID, c.audit())
}

// MakeChange does a change. With an id it must wait still: of two who confirm
// it, or withdraw it, at once only one can.
func (b BankAccounts) MakeChange(ctx context.Context, tx *Tx, by Actor, c BankChange) error {
	if c.ID != "" {
		if err := tx.decideChange(ctx, by, c.ID, "done"); err != nil {
			return err
		}
	}
	if err := tx.dropChanges(ctx, by, c.Account.ID); err != nil {
		return err
	}
	var err error
	if c.Kind == BankClose {
		err = b.CloseAccount(ctx, tx, c.Account.ID)
	} else {
		err = b.PutAccount(ctx, tx, c.Account)
	}
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "bank."+string(c.Kind), "bank_account", c.Account.ID, c.audit())
}

// dropChanges ends what waits for an account: it was asked for with other details
// before one's eyes.
func (tx *Tx) dropChanges(ctx context.Context, by Actor, accountID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE bank_change SET state = 'withdrawn', decided_by = $1, decided_name = $2, decided_at = $3 WHERE account_id = $4 AND state = 'waiting'",
		by.ID, by.Name, tx.now(), accountID)
	return err
}

func (tx *Tx) decideChange(ctx context.Context, by Actor, changeID, state string) error {
	n, err := db.Exec(ctx, tx, "UPDATE bank_change SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4 WHERE id = $5 AND state = 'waiting'",
		state, by.ID, by.Name, tx.now(), changeID)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "this change does not wait any more; load the page again")
	}
	tx.Touch("desk")
	return err
}

// MakeDueChanges does the changes whose time to be taken back is over.
func (b BankAccounts) MakeDueChanges(ctx context.Context) error {
	list, err := db.Rows(ctx, b.Query(), b.scanChange, "SELECT "+bankChangeColumns+" FROM bank_change WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT 100", b.nowMs())
	if err != nil {
		return err
	}
	for _, c := range list {
		err := b.Write(ctx, func(tx *Tx) error { return b.MakeChange(ctx, tx, c.By, c) })
		switch {
		case fault.Is(err, fault.Invalid): // another account took its name or number meanwhile: it waits for a person
		case err != nil && !fault.Is(err, fault.Conflict):
			return err
		}
	}
	return nil
}
