package editorial

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Appointing does something to an account, if this person may: both are looked
// at as the transaction sees them. role is what is given or taken; "" is
// something else.
func Appointing(ctx context.Context, tx *store.Tx, by, holder string, role staff.Role, do func(me, to store.Account) error) error {
	me, err := tx.Account(ctx, by)
	if err != nil {
		return err
	}
	to, err := tx.Account(ctx, holder)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such account")
	}
	if err != nil {
		return err
	}
	if may := staff.May(me.Person, staff.Appoint, staff.Object{Role: role, Holder: to.Person}); !may.OK() {
		return refuse(fault.Denied, may.Why)
	}
	return do(me, to)
}

// CheckGrant says what is wrong with a role that is to be given, by field: keys
// of the message catalogue. It does not ask who gives it.
func (r Room) CheckGrant(ctx context.Context, g staff.Grant) (fault.Fields, error) {
	if _, err := staff.ParseRole(string(g.Role)); err != nil {
		return fault.Fields{"role": "people.bad.role"}, nil
	}
	if g.Section == "" {
		return nil, nil
	}
	if !g.Role.Sectional() {
		return fault.Fields{"section": "people.bad.section"}, nil
	}
	s, err := r.Store.Section(ctx, g.Section)
	if fault.Is(err, fault.NotFound) || err == nil && s.ID != g.Section {
		return fault.Fields{"section": "people.bad.section"}, nil
	}
	return nil, err
}
