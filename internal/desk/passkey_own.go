package desk

import (
	"context"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// passkeysPanel lists the account's passkeys, with those first that work here.
func (d *Desk) passkeysPanel(ctx context.Context, v *Visit) (web.Panel, error) {
	list, err := d.Store.Passkeys(ctx, v.Account.ID)
	if err != nil {
		return web.Panel{}, err
	}
	site, why := v.keySite()
	p := web.Panel{ID: "passkeys", Heading: v.Loc.T("passkey.heading"), Text: v.Loc.T("passkey.say")}
	if why != "" {
		p.Text = v.Loc.T("passkey.why." + string(why))
	} else {
		p.Text += "\n\n" + v.Loc.T("passkey.host", "host", site.ID)
		p.Links = []web.Link{{Text: v.Loc.T("passkey.add"), Href: "/desk/account/passkeys/new"}}
	}
	p.Table = &web.Table{Caption: p.Heading, Columns: v.Columns("passkey.name", "passkey.used", "passkey.remove"), Empty: v.Loc.T("passkey.none")}
	for _, k := range list {
		row := web.Row{Cells: []web.Cell{
			{Text: k.Name, Href: "/desk/account/passkeys/" + k.ID, Small: v.Loc.T("passkey.made", "when", v.Frame(ctx, "").On(k.CreatedAt))}, {At: k.UsedAt},
			{Button: v.Button("passkey.remove", "/desk/account/passkeys/"+k.ID+"/remove", k.Name)},
		}}
		if k.UsedAt.IsZero() {
			row.Cells[1].Text = v.Loc.T("people.never")
		}
		if k.Site != site.ID {
			row.Cells[0].Tag = &web.Tag{Text: v.Loc.T("passkey.other", "host", k.Site), Kind: "warn"}
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p, nil
}

// newPasskey is the page for one more passkey; after the set-up it also offers a
// password, for those who have neither.
func (d *Desk) newPasskey(ctx context.Context, v *Visit) (web.Page, error) {
	return v.Draw("desk/choose", d.newPasskeyPage(ctx, v, nil))
}

func (d *Desk) newPasskeyPage(ctx context.Context, v *Visit, bad fault.Fields) web.ChoosePage {
	key := v.passkeyForm("/desk/account/passkeys", "/desk/account/passkeys/ask", "passkey.make")
	key.Make = true
	key.Name = &web.Field{Label: v.Loc.T("passkey.call"), Hint: v.Loc.T("passkey.call.hint"), Value: v.browserName()}
	f := v.Frame(ctx, "passkey.add")
	f.Alarm = nil // this page is about one thing
	p := web.ChoosePage{DeskFrame: f, Intro: v.Loc.T("passkey.say"), Passkey: &key, Or: v.Loc.T("passkey.or"),
		Back: &web.Link{Text: v.Loc.T("passkey.back"), Href: "/desk/account"}}
	if v.Account.PasswordHash == "" {
		form := web.Form{ID: "choose", Action: "/desk/account/password", Nonce: v.Nonce(), Submit: v.Loc.T("choose.act"), Errors: ErrorsOf(bad),
			Quiet: key.Reason == "", Groups: []web.FieldGroup{{Fields: []web.Field{d.newPassword(v)}}}}
		p.Form = &form
	}
	return p
}

// browserName is what a new passkey is called until its owner knows better.
func (v *Visit) browserName() string {
	if name := staff.Browser(v.UserAgent()); name != "" {
		return name
	}
	return v.Loc.T("passkey.one")
}

// keyName reads what a passkey is to be called.
func (v *Visit) keyName() string {
	name := v.Field("name")
	if name == "" || utf8.RuneCountInString(name) > 60 {
		return v.browserName()
	}
	return name
}

func (d *Desk) askEnrol(ctx context.Context, v *Visit) (web.Page, error) {
	return d.askNew(ctx, v, v.Account)
}

func (d *Desk) askNew(ctx context.Context, v *Visit, a store.Account) (web.Page, error) {
	all, err := d.Store.Passkeys(ctx, a.ID)
	if err != nil {
		return web.Page{}, err
	}
	return d.ask(ctx, v, store.CeremonyEnrol, a.ID, func(s passkey.Site) (passkey.Question, error) { return s.Enrol(userOf(a, v.keysHere(all))) })
}

// enrolled checks a new passkey of an account; it is not kept yet.
func (d *Desk) enrolled(ctx context.Context, v *Visit, a store.Account) (store.Passkey, error) {
	kept, err := d.question(ctx, v, store.CeremonyEnrol, a.ID)
	if err != nil {
		return store.Passkey{}, err
	}
	site, _ := v.keySite()
	k, err := site.Enrolled(userOf(a, nil), kept, []byte(v.PostForm.Get("answer")))
	return store.Passkey{Key: k, StaffID: a.ID, Site: site.ID, Name: v.keyName()}, err
}

// addPasskey keeps a passkey, tells its owner by mail, and makes recovery codes
// where there are none yet.
func (d *Desk) addPasskey(ctx context.Context, tx *store.Tx, v *Visit, a store.Account, k store.Passkey) (codes []string, err error) {
	by := store.Actor{ID: a.ID, Name: a.Name}
	had, err := tx.Passkeys(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	if err := tx.AddPasskey(ctx, by, k); err != nil {
		return nil, err
	}
	if a.PasswordHash != "" || len(had) > 0 { // whoever has just come knows
		if err := d.warn(ctx, tx, v, a.Person, "passkey", k.Name); err != nil {
			return nil, err
		}
	}
	return firstCodes(ctx, tx, by)
}

// doNewPasskey keeps one more passkey of somebody who is signed in.
func (d *Desk) doNewPasskey(ctx context.Context, v *Visit) (web.Page, error) {
	k, err := d.enrolled(ctx, v, v.Account)
	var codes []string
	if err == nil {
		err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
			codes, err = d.addPasskey(ctx, tx, v, v.Account, k)
			return err
		})
	}
	if say := v.refused(err); say != "" {
		p := d.newPasskeyPage(ctx, v, nil)
		p.Notice = &web.Notice{Kind: "stop", Text: say}
		return v.Again("desk/choose", p)
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.after(ctx, v, v.Account, codes, "/desk/account?done=passkey")
}

// onePasskey is where a passkey gets another name.
func (d *Desk) onePasskey(ctx context.Context, v *Visit) (web.Page, error) {
	k, err := d.ownPasskey(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "passkey.heading")
	path := "/desk/account/passkeys/" + k.ID
	return v.Draw("desk/form", web.FormPage{DeskFrame: f, Heading: k.Name, Intro: v.Loc.T("passkey.works", "host", k.Site),
		Forms: []web.Form{{ID: "passkey", Action: path + "/name", Nonce: v.Nonce(), Submit: v.Loc.T("passkey.rename"), Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "name", Label: v.Loc.T("passkey.call"), Hint: v.Loc.T("passkey.call.hint"), Value: k.Name, Required: true, Dir: "auto"}}}}}}})
}

func (d *Desk) ownPasskey(ctx context.Context, v *Visit) (store.Passkey, error) {
	list, err := d.Store.Passkeys(ctx, v.Account.ID)
	for _, k := range list {
		if k.ID == v.PathValue("key") {
			return k, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "")
	}
	return store.Passkey{}, err
}

func (d *Desk) doNamePasskey(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.NamePasskey(ctx, v.Account.ID, v.PathValue("key"), v.keyName()) })
	return See("/desk/account?done=saved"), err
}

func (d *Desk) doRemovePasskey(ctx context.Context, v *Visit) (web.Page, error) {
	site, _ := v.keySite()
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.RemovePasskey(ctx, v.By(), v.Account.ID, v.PathValue("key"), site.ID)
	})
	if fault.Is(err, fault.Conflict) {
		return web.Page{}, v.Refuse(fault.Conflict, "account.last")
	}
	return See("/desk/account?done=passkey-off"), err
}

// doRemovePassword leaves passkeys as the only way to sign in.
func (d *Desk) doRemovePassword(ctx context.Context, v *Visit) (web.Page, error) {
	site, _ := v.keySite()
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.RemovePassword(ctx, v.By(), v.Account.ID, site.ID) })
	if fault.Is(err, fault.Conflict) {
		return web.Page{}, v.Refuse(fault.Conflict, "account.last")
	}
	return See("/desk/account?done=password-off"), err
}
