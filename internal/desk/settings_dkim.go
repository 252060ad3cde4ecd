package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// pendingKey is the name of the sealed key that is made but signs nothing yet:
// mails that are signed by a key which the DNS does not know look forged.
const pendingKey = mail.DKIMSecret + ".next"

// dkimPanel shows how mails are signed, or how they could be.
func (d *Desk) dkimPanel(ctx context.Context, v *Visit, s mail.Server) (web.Panel, error) {
	p := web.Panel{ID: "dkim", Heading: v.Loc.T("dkim.heading"), Text: v.Loc.T("dkim.none")}
	button := func(do string) {
		p.Buttons = append(p.Buttons, *v.Button("dkim."+do, "/desk/settings/mail/dkim", "", web.HiddenField{Name: "do", Value: do}))
	}
	active, err := d.Secrets.Get(ctx, mail.DKIMSecret)
	if err != nil {
		return p, err
	}
	next, err := d.Secrets.Get(ctx, pendingKey)
	if err != nil {
		return p, err
	}
	switch {
	case next != "":
		p.Text = v.Loc.T("dkim.next")
		if p.Facts, err = v.dkimFacts(s, next); err != nil {
			return p, err
		}
		button("check")
		button("on")
		button("drop")
	case active != "":
		p.Text = v.Loc.T("dkim.active")
		if p.Facts, err = v.dkimFacts(s, active); err != nil {
			return p, err
		}
		button("make")
		button("off")
	default:
		button("make")
	}
	return p, nil
}

func (v *Visit) dkimFacts(s mail.Server, key string) ([]web.Fact, error) {
	k, err := mail.OpenDKIM(s.From, key)
	if err != nil {
		return nil, err
	}
	record, err := k.Record()
	return []web.Fact{
		{Name: v.Loc.T("dkim.name"), Value: k.Name()}, {Name: v.Loc.T("dkim.type"), Value: "TXT"}, {Name: v.Loc.T("dkim.record"), Value: record},
	}, err
}

// doDKIM makes, checks, uses and drops the key that signs mails.
func (d *Desk) doDKIM(ctx context.Context, v *Visit) (web.Page, error) {
	next, err := d.Secrets.Get(ctx, pendingKey)
	if err != nil {
		return web.Page{}, err
	}
	put := map[string]string{}
	switch do := v.Field("do"); {
	case do == "make":
		key, err := mail.NewDKIMKey()
		if err != nil {
			return web.Page{}, err
		}
		put[pendingKey] = key
	case do == "drop":
		put[pendingKey] = ""
	case do == "off":
		put[mail.DKIMSecret] = ""
	case next == "": // somebody else was faster
	case do == "check" && !d.published(ctx, next):
		return web.Redirect(http.StatusSeeOther, "/desk/settings/mail?not=dkim"), nil
	case do == "check", do == "on":
		put[mail.DKIMSecret], put[pendingKey] = next, ""
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		for name, key := range put {
			if err := d.Secrets.Put(ctx, tx, v.By(), name, key); err != nil {
				return err
			}
		}
		return nil
	})
	return See("/desk/settings/mail?done=saved"), err
}

// published tells whether the DNS has the record of a key.
func (d *Desk) published(ctx context.Context, key string) bool {
	var s mail.Server
	if _, err := d.Store.Setting(ctx, mail.Setting, &s); err != nil {
		return false
	}
	k, err := mail.OpenDKIM(s.From, key)
	if err != nil {
		return false
	}
	want, err := k.Record()
	if err != nil {
		return false
	}
	list, err := d.LookupTXT(ctx, k.Name())
	return err == nil && slices.ContainsFunc(list, func(r string) bool { return bare(r) == bare(want) })
}

// bare is a record without the blanks that people and name servers put in.
func bare(record string) string { return strings.Join(strings.Fields(record), "") }
