package store

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// place is the n-th parameter of a statement.
func place(n int) string { return "$" + strconv.Itoa(n) }

// Setting reads what is kept under a name into dest, and tells whether there
// is anything.
func (s *Store) Setting(ctx context.Context, name string, dest any) (bool, error) {
	return setting(ctx, s.Query(), name, dest)
}

// Setting reads what this transaction sees under a name.
func (tx *Tx) Setting(ctx context.Context, name string, dest any) (bool, error) {
	return setting(ctx, tx, name, dest)
}

func setting(ctx context.Context, q db.Querier, name string, dest any) (bool, error) {
	text, err := db.One(ctx, q, db.Value[string], "SELECT value FROM setting WHERE name = $1", name)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), dest); err != nil {
		return true, fault.Wrap(fault.Internal, err, "the setting %s can't be read", name)
	}
	return true, nil
}

// PutSetting keeps a value (as JSON) under a name, and logs what has changed.
// A value that is as it was is not written again.
func (tx *Tx) PutSetting(ctx context.Context, by Actor, name string, value any) error {
	was, now := map[string]any{}, map[string]any{}
	if _, err := tx.Setting(ctx, name, &was); err != nil {
		return err
	}
	text := db.JSON(value)
	if err := json.Unmarshal([]byte(text), &now); err != nil {
		return fault.Wrap(fault.Internal, err, "the setting %s is not an object", name)
	}
	changed := differences(was, now)
	if len(changed) == 0 && len(was) > 0 {
		return nil
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO setting (name, value, updated_at, updated_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		name, text, tx.now(), by.ID)
	if err != nil {
		return err
	}
	tx.Touch("settings")
	return tx.Audit(ctx, by, "settings.changed", "setting", name, changed)
}

// differences lists the fields of two objects that differ, with what they were
// and are.
func differences(was, now map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{was, now} {
		for field := range m {
			if !reflect.DeepEqual(was[field], now[field]) {
				out[field] = map[string]any{"was": brief(was[field]), "now": brief(now[field])}
			}
		}
	}
	return out
}

// brief keeps the log readable: of a long text it is enough that it changed.
func brief(v any) any {
	if len(db.JSON(v)) > 500 {
		return "…"
	}
	return v
}

// outletSetting is the name under which the outlet is kept.
const outletSetting = "outlet"

// Outlet returns the newsroom's own settings, and those of a new newsroom where
// nothing has been decided yet; see HasOutlet.
func (s *Store) Outlet(ctx context.Context) (outlet.Outlet, error) {
	o := outlet.Default()
	_, err := s.Setting(ctx, outletSetting, &o)
	return o, err
}

// HasOutlet tells whether the newsroom has been set up.
func (s *Store) HasOutlet(ctx context.Context) (bool, error) {
	var o outlet.Outlet
	return s.Setting(ctx, outletSetting, &o)
}

// Outlet is Store.Outlet as this transaction sees it.
func (tx *Tx) Outlet(ctx context.Context) (outlet.Outlet, error) {
	o := outlet.Default()
	_, err := tx.Setting(ctx, outletSetting, &o)
	return o, err
}

// PutOutlet checks and keeps the newsroom's settings; fault.Fields where they
// are not in order, or would hurt what is there already (see CurrencyBooked and
// its neighbours). Where the pattern of addresses changes, a job lets the
// published articles follow.
func (tx *Tx) PutOutlet(ctx context.Context, by Actor, o outlet.Outlet) error {
	if err := o.Validate(); err != nil {
		return err
	}
	was := outlet.Default()
	had, err := tx.Setting(ctx, outletSetting, &was)
	if err != nil {
		return err
	}
	if had {
		if err := tx.guardOutlet(ctx, was, o); err != nil {
			return err
		}
	}
	if err := tx.PutSetting(ctx, by, outletSetting, o); err != nil || !had || was.Pattern == o.Pattern {
		return err
	}
	return tx.beginReaddress(ctx, o.Pattern)
}
