package store

import (
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
)

// Account is a person of the staff with what proves who they are.
type Account struct {
	staff.Person
	PasswordHash string // "" until one was set
	TOTPBox      string // sealed under TOTPName; "" until enrolled
	TOTPStep     int64  // the last step whose code was used
}

// TOTPName is the name under which an account's secret of the second step is
// sealed.
func TOTPName(staffID string) string { return "totp:" + staffID }

const accountColumns = `id, email, name, lang, person_id, state, created_at, last_seen_at, password_hash, totp_secret, totp_step`

func scanAccount(r db.Scanner) (a Account, err error) {
	return a, r.Scan(&a.ID, &a.Email, &a.Name, &a.Lang, db.Text(&a.PersonID), &a.State, db.At(&a.CreatedAt), db.At(&a.LastSeenAt),
		&a.PasswordHash, &a.TOTPBox, &a.TOTPStep)
}

// Account returns one account with its roles.
func (s *Store) Account(ctx context.Context, staffID string) (Account, error) {
	return account(ctx, s.Query(), "id = $1", staffID)
}

// AccountByEmail finds an account by its mail address, in any case of letters.
func (s *Store) AccountByEmail(ctx context.Context, email string) (Account, error) {
	return account(ctx, s.Query(), "email = $1", strings.ToLower(strings.TrimSpace(email)))
}

// Account returns one account as this transaction sees it.
func (tx *Tx) Account(ctx context.Context, staffID string) (Account, error) {
	return account(ctx, tx, "id = $1", staffID)
}

func account(ctx context.Context, q db.Querier, where, arg string) (Account, error) {
	a, err := db.One(ctx, q, scanAccount, "SELECT "+accountColumns+" FROM staff WHERE "+where, arg)
	if err != nil {
		return a, err
	}
	grants, err := db.Rows(ctx, q, scanGrant, "SELECT staff_id, role, section_id FROM staff_grant WHERE staff_id = $1 ORDER BY role, section_id", a.ID)
	if err != nil {
		return a, err
	}
	for _, g := range grants {
		a.Grants = append(a.Grants, g.Grant)
	}
	active, err := db.One(ctx, q, db.Value[int64], "SELECT COUNT(*) FROM staff WHERE state = 'active'")
	a.Alone = active == 1 && a.State == staff.Active
	return a, err
}

type grantRow struct {
	staffID string
	staff.Grant
}

func scanGrant(r db.Scanner) (g grantRow, err error) {
	return g, r.Scan(&g.staffID, &g.Role, &g.Section)
}

// Staff lists everybody, the active ones first, by name.
func (s *Store) Staff(ctx context.Context) ([]staff.Person, error) {
	var out []staff.Person
	err := s.Read(ctx, func(q db.Querier) (err error) {
		out, err = people(ctx, q)
		return err
	})
	return out, err
}

func people(ctx context.Context, q db.Querier) (out []staff.Person, err error) {
	list, err := db.Rows(ctx, q, scanAccount, "SELECT "+accountColumns+" FROM staff ORDER BY state, name, id")
	if err != nil {
		return nil, err
	}
	grants, err := db.Rows(ctx, q, scanGrant, "SELECT staff_id, role, section_id FROM staff_grant ORDER BY role, section_id")
	if err != nil {
		return nil, err
	}
	of := map[string][]staff.Grant{}
	for _, g := range grants {
		of[g.staffID] = append(of[g.staffID], g.Grant)
	}
	for _, a := range list {
		a.Grants = of[a.ID]
		out = append(out, a.Person)
	}
	return out, nil
}

// AddStaff makes an account with its roles and returns its id; fault.Conflict
// where the mail address has one already.
func (tx *Tx) AddStaff(ctx context.Context, by Actor, p staff.Person) (string, error) {
	if p.ID == "" {
		p.ID = id.New()
	}
	if p.Lang == "" {
		p.Lang = "en"
	}
	p.Email = strings.ToLower(strings.TrimSpace(p.Email))
	n, err := db.Exec(ctx, tx, `INSERT INTO staff (id, email, name, lang, person_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (email) DO NOTHING`, p.ID, p.Email, p.Name, p.Lang, db.Null(p.PersonID), tx.now())
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", fault.New(fault.Conflict, "there is an account with the address %s already", p.Email)
	}
	if err := tx.Audit(ctx, by, "staff.added", "staff", p.ID, map[string]any{"email": p.Email, "name": p.Name}); err != nil {
		return "", err
	}
	for _, g := range p.Grants {
		if err := tx.Grant(ctx, by, p.ID, g); err != nil {
			return "", err
		}
	}
	tx.Touch("desk")
	return p.ID, nil
}

// Grant gives somebody a role. What they have already they are not given again.
func (tx *Tx) Grant(ctx context.Context, by Actor, staffID string, g staff.Grant) error {
	n, err := db.Exec(ctx, tx, `INSERT INTO staff_grant (staff_id, role, section_id, granted_at, granted_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, staffID, g.Role, g.Section, tx.now(), by.ID)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "staff.granted", "staff", staffID, map[string]any{"role": g.Role, "section": g.Section})
}

// Revoke takes a role away; fault.Conflict where that would leave the newsroom
// without an owner.
func (tx *Tx) Revoke(ctx context.Context, by Actor, staffID string, g staff.Grant) error {
	return tx.keepingAnOwner(ctx, func() error {
		n, err := db.Exec(ctx, tx, "DELETE FROM staff_grant WHERE staff_id = $1 AND role = $2 AND section_id = $3", staffID, g.Role, g.Section)
		if err != nil || n == 0 {
			return err
		}
		tx.Touch("desk")
		return tx.Audit(ctx, by, "staff.revoked", "staff", staffID, map[string]any{"role": g.Role, "section": g.Section})
	})
}

// SetStaffState switches an account on or off; switching off ends its sessions
// and its unused links. fault.Conflict where it would leave the newsroom
// without an owner.
func (tx *Tx) SetStaffState(ctx context.Context, by Actor, staffID string, state staff.State) error {
	return tx.keepingAnOwner(ctx, func() error {
		n, err := db.Exec(ctx, tx, "UPDATE staff SET state = $1 WHERE id = $2 AND state <> $1", state, staffID)
		if err != nil || n == 0 {
			return err
		}
		if state == staff.Disabled {
			if err := tx.shutOut(ctx, staffID, ""); err != nil {
				return err
			}
			if err := tx.endTokens(ctx, staffID); err != nil {
				return err
			}
		}
		tx.Touch("desk")
		return tx.Audit(ctx, by, "staff."+string(state), "staff", staffID, nil)
	})
}

const activeOwners = " FROM staff WHERE state = 'active' AND id IN (SELECT staff_id FROM staff_grant WHERE role = 'owner')"

// keepingAnOwner runs change and refuses it where no active owner is left. The
// owners' rows are locked first, so that two owners can't remove each other at
// the same moment.
func (tx *Tx) keepingAnOwner(ctx context.Context, change func() error) error {
	if _, err := db.Exec(ctx, tx, "UPDATE staff SET state = state WHERE id IN (SELECT id"+activeOwners+")"); err != nil {
		return err
	}
	was, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*)"+activeOwners)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	is, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*)"+activeOwners)
	if err == nil && was > 0 && is == 0 {
		return fault.New(fault.Conflict, "somebody has to own the newsroom; make somebody else an owner first")
	}
	return err
}

// SetStaffLang chooses the language of somebody's desk.
func (tx *Tx) SetStaffLang(ctx context.Context, staffID, lang string) error {
	tx.Touch("desk")
	_, err := db.Exec(ctx, tx, "UPDATE staff SET lang = $1 WHERE id = $2", lang, staffID)
	return err
}

// SetPassword keeps the hash of a new password and ends all sessions and unused
// links of the account but the session of keep (a token, or "").
func (tx *Tx) SetPassword(ctx context.Context, by Actor, staffID, hash, keep string) error {
	if _, err := db.Exec(ctx, tx, "UPDATE staff SET password_hash = $1 WHERE id = $2", hash, staffID); err != nil {
		return err
	}
	if err := tx.shutOut(ctx, staffID, keep); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "staff.password", "staff", staffID, nil)
}

// Rehash keeps the same password's hash at today's cost.
func (tx *Tx) Rehash(ctx context.Context, staffID, was, hash string) error {
	_, err := db.Exec(ctx, tx, "UPDATE staff SET password_hash = $1 WHERE id = $2 AND password_hash = $3", hash, staffID, was)
	return err
}

// SetTOTP keeps the sealed secret of the second step and the step of the code
// that confirmed it; an empty box removes the second step.
func (tx *Tx) SetTOTP(ctx context.Context, by Actor, staffID, box string, step int64) error {
	action := "staff.totp_on"
	if box == "" {
		action = "staff.totp_off"
	}
	if _, err := db.Exec(ctx, tx, "UPDATE staff SET totp_secret = $1, totp_step = $2 WHERE id = $3", box, step, staffID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, action, "staff", staffID, nil)
}

// UseTOTPStep marks a step's code as used; fault.Denied where it or a later one
// was used before, even a moment ago by somebody else.
func (tx *Tx) UseTOTPStep(ctx context.Context, staffID string, step int64) error {
	n, err := db.Exec(ctx, tx, "UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1", step, staffID)
	if err == nil && n == 0 {
		return fault.New(fault.Denied, "this code was used already; wait for the next one")
	}
	return err
}

// Owners lists the active owners.
func (s *Store) Owners(ctx context.Context) ([]staff.Person, error) {
	all, err := s.Staff(ctx)
	return slices.DeleteFunc(all, func(p staff.Person) bool {
		return p.State != staff.Active || !p.Has(staff.Owner)
	}), err
}

// HasOwner tells whether the newsroom has an active owner.
func (tx *Tx) HasOwner(ctx context.Context) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*)"+activeOwners)
	return n > 0, err
}

// Authors lists the accounts that have written revisions of an article.
func (s *Store) Authors(ctx context.Context, articleID string) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], "SELECT DISTINCT author_id FROM revision WHERE article_id = $1 AND author_id <> ''", articleID)
}
