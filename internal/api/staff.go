package api

import (
	"context"
	"net/http"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

type accounts struct {
	Accounts []account `json:"accounts" doc:"the active ones first, by name"`
}

// newcomer is somebody who is to work here.
type newcomer struct {
	Name    string     `json:"name"`
	Email   string     `json:"email"`
	Lang    string     `json:"lang,omitempty" doc:"of their desk"`
	Role    staff.Role `json:"role"`
	Section string     `json:"section,omitempty" doc:"id; none: everywhere"`
}

type accountState struct {
	State staff.State `json:"state"`
}

func (a *API) aboutStaff() []Op {
	appoint := []staff.Action{staff.Appoint}
	return []Op{
		{ID: "listStaff", Method: "GET", Path: "/staff", Group: "staff", Does: "Lists the accounts and their roles.", Scope: staff.StaffScope, May: appoint, Out: accounts{}, do: a.listStaff},
		{ID: "readAccount", Method: "GET", Path: "/staff/{id}", Group: "staff", Does: "Reads an account.", Scope: staff.StaffScope, May: appoint, Out: account{}, do: a.readAccount},
		{ID: "invite", Method: "POST", Path: "/staff", Group: "staff", Does: "Makes an account below your own rank and sends the invitation by mail.", Scope: staff.StaffScope, May: appoint,
			In: newcomer{}, Out: account{}, Status: http.StatusCreated, do: a.invite, Example: object{"name": "Ansel Brook", "email": "ansel@example.org", "role": "reporter"}},
		{ID: "grant", Method: "POST", Path: "/staff/{id}/grants", Group: "staff", Does: "Gives a role below your own to somebody below you; never to yourself.", Scope: staff.StaffScope, May: appoint,
			In: grant{}, Out: account{}, do: a.grant},
		{ID: "revoke", Method: "POST", Path: "/staff/{id}/grants/revoke", Group: "staff", Does: "Takes a role away from somebody below you.", Scope: staff.StaffScope, May: appoint,
			In: grant{}, Out: account{}, do: a.revoke},
		{ID: "switchAccount", Method: "PUT", Path: "/staff/{id}/state", Group: "staff", Does: "Switches an account on or off; off ends its sessions and tokens.", Scope: staff.StaffScope, May: appoint,
			In: accountState{}, Out: account{}, do: a.switchAccount},
	}
}

func (a *API) listStaff(ctx context.Context, _ *Call) (any, error) {
	list, err := a.Store.Staff(ctx)
	out := accounts{Accounts: []account{}}
	for _, p := range list {
		out.Accounts = append(out.Accounts, accountOf(p))
	}
	return out, err
}

func (a *API) readAccount(ctx context.Context, c *Call) (any, error) {
	got, err := a.Store.Account(ctx, c.PathValue("id"))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such account")
	}
	return accountOf(got.Person), err
}

func (a *API) invite(ctx context.Context, c *Call) (any, error) {
	var in newcomer
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	bad := fault.Fields{}
	clean, err := mail.CleanAddress(in.Email)
	if err != nil {
		bad["email"] = english("mail.bad.address")
	}
	if in.Name = news.Line(in.Name); in.Name == "" {
		bad["name"] = english("people.bad.name")
	}
	g := staff.Grant{Role: in.Role, Section: in.Section}
	if err := a.checkGrant(ctx, g, bad); err != nil {
		return nil, err
	}
	if err := c.May(staff.Appoint, staff.Object{Role: g.Role}); err != nil {
		return nil, err
	}
	p := staff.Person{Email: clean, Name: in.Name, Lang: in.Lang, State: staff.Active, Grants: []staff.Grant{g}}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		me, err := tx.Account(ctx, c.Me.ID)
		if err != nil {
			return err
		}
		if may := staff.May(me.Person, staff.Appoint, staff.Object{Role: g.Role}); !may.OK() {
			return fault.New(fault.Denied, "%s", english(may.Why))
		}
		if p.ID, err = tx.AddStaff(ctx, c.By(), p); err != nil {
			return err
		}
		if err := tx.Audit(ctx, c.By(), "staff.invited", "staff", p.ID, map[string]any{"by": "mail"}); err != nil {
			return err
		}
		return a.Invite(ctx, tx, p.ID)
	})
	c.header["Location"] = Root + "/staff/" + p.ID
	return accountOf(p), err
}

// checkGrant puts the faults of a role that is to be given to bad, and fails where
// there are some.
func (a *API) checkGrant(ctx context.Context, g staff.Grant, bad fault.Fields) error {
	more, err := a.room.CheckGrant(ctx, g)
	if err != nil {
		return err
	}
	for name, key := range more {
		bad[name] = english(key)
	}
	return bad.Err()
}

// appoint does something to an account and tells how it is then.
func (a *API) appoint(ctx context.Context, c *Call, role staff.Role, do func(tx *store.Tx, id string) error) (any, error) {
	id := c.PathValue("id")
	err := c.Write(func(ctx context.Context, tx *store.Tx) error {
		return editorial.Appointing(ctx, tx, c.Me.ID, id, role, func(_, to store.Account) error { return do(tx, to.ID) })
	})
	if err != nil {
		return nil, err
	}
	return a.readAccount(ctx, c)
}

func (a *API) grant(ctx context.Context, c *Call) (any, error) {
	var in grant
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	g := staff.Grant{Role: in.Role, Section: in.Section}
	if err := a.checkGrant(ctx, g, fault.Fields{}); err != nil {
		return nil, err
	}
	return a.appoint(ctx, c, g.Role, func(tx *store.Tx, id string) error { return tx.Grant(ctx, c.By(), id, g) })
}

func (a *API) revoke(ctx context.Context, c *Call) (any, error) {
	var in grant
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	g := staff.Grant{Role: in.Role, Section: in.Section}
	return a.appoint(ctx, c, g.Role, func(tx *store.Tx, id string) error { return tx.Revoke(ctx, c.By(), id, g) })
}

func (a *API) switchAccount(ctx context.Context, c *Call) (any, error) {
	var in accountState
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	if in.State != staff.Active && in.State != staff.Disabled {
		return nil, fault.Fields{"state": "An account is active or disabled."}
	}
	return a.appoint(ctx, c, "", func(tx *store.Tx, id string) error { return tx.SetStaffState(ctx, c.By(), id, in.State) })
}
