package money

import (
	"context"
	"errors"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

func (d *Pages) doNewAccount(ctx context.Context, v *visit) (web.Page, error) {
	return d.takeAccount(ctx, v, giro.Account{}, store.BankAdd)
}

func (d *Pages) doEditAccount(ctx context.Context, v *visit) (web.Page, error) {
	was, err := d.openAccount(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	return d.takeAccount(ctx, v, was, store.BankEdit)
}

func (d *Pages) takeAccount(ctx context.Context, v *visit, was giro.Account, kind store.BankChangeKind) (web.Page, error) {
	a, bad := v.readAccount(was)
	if len(bad) > 0 {
		return v.Again("desk/form", d.bankPage(ctx, v, a, bad))
	}
	if a.ID == "" {
		a.ID = id.New()
	}
	done, err := d.changeBank(ctx, v, was, a, kind)
	if bad := v.Faults(err); len(bad) > 0 {
		a.ID = was.ID
		return v.Again("desk/form", d.bankPage(ctx, v, a, bad))
	}
	return desk.See(accountsPath + "?done=" + done), err
}

func (d *Pages) doCloseAccount(ctx context.Context, v *visit) (web.Page, error) {
	was, err := d.openAccount(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	done, err := d.changeBank(ctx, v, was, was, store.BankClose)
	return desk.See(accountsPath + "?done=" + done), err
}

// changeBank makes a change of bank details, or leaves it waiting where somebody
// else must confirm it or a time must pass. All owners are told in either case:
// whoever can change where money goes must not be able to do it unseen.
func (d *Pages) changeBank(ctx context.Context, v *visit, was, now giro.Account, kind store.BankChangeKind) (done string, err error) {
	may := v.May(staff.ConnectBank, staff.Object{})
	c := store.BankChange{Kind: kind, Account: now, Says: saysOf(was, now, kind), Second: may.Second, By: v.By()}
	if len(c.Says) == 0 {
		return "bank-same", nil
	}
	if may.Reason && v.Field("reason") != "" {
		c.Says["reason"] = [2]string{"", v.Field("reason")}
	}
	if may.Undo > 0 {
		c.DueAt = d.Clock.Now().Add(may.Undo)
	}
	waits := may.Second != "" || may.Undo > 0
	tell, err := d.ownersTold(ctx, may)
	if err != nil {
		return "", err
	}
	done = "bank"
	if waits {
		done = "bank-waits"
	}
	return done, d.Store.Write(ctx, func(tx *store.Tx) error {
		if waits {
			if _, err := d.banks().AskChange(ctx, tx, c); err != nil {
				return err
			}
			return d.tellOwners(ctx, tx, v, tell, c, "asked")
		}
		if err := d.banks().MakeChange(ctx, tx, v.By(), c); err != nil {
			return err
		}
		return d.tellOwners(ctx, tx, v, tell, c, "done")
	})
}

// saysOf is what changes, in names and tails; empty where nothing does.
func saysOf(was, now giro.Account, kind store.BankChangeKind) map[string][2]string {
	out := map[string][2]string{}
	if kind == store.BankClose {
		out["title"] = [2]string{was.Title, ""}
		return out
	}
	put := func(field, a, b string) {
		if a != b {
			out[field] = [2]string{a, b}
		}
	}
	tail := func(field string, a, b string) {
		if a == b {
			return
		}
		dots := func(s string) string {
			if s == "" {
				return ""
			}
			return "…" + giro.Tail(s)
		}
		out[field] = [2]string{dots(a), dots(b)}
	}
	put("title", was.Title, now.Title)
	put("holder", was.Holder, now.Holder)
	put("currency", was.Currency, now.Currency)
	put("bic", was.BIC, now.BIC)
	put("bank_name", was.BankName, now.BankName)
	put("address", strings.Join(was.Address.Fields(), ", "), strings.Join(now.Address.Fields(), ", "))
	tail("iban", string(was.IBAN), string(now.IBAN))
	tail("qr", string(was.QRIBAN), string(now.QRIBAN))
	if writeLines(was.Lines) != writeLines(now.Lines) {
		tail("lines", writeLines(was.Lines), writeLines(now.Lines))
	}
	if was.Shown != now.Shown {
		yes := map[bool]string{true: "+", false: "−"}
		put("shown", yes[was.Shown], yes[now.Shown])
	}
	return out
}

func (d *Pages) ownersTold(ctx context.Context, may staff.Decision) ([]staff.Person, error) {
	if may.Tell == "" {
		return nil, nil
	}
	all, err := d.Store.Staff(ctx)
	return slices.DeleteFunc(all, func(p staff.Person) bool { return p.State != staff.Active || !p.Has(may.Tell) }), err
}

// tellOwners writes to owners in their own language. The mail names tails only.
func (d *Pages) tellOwners(ctx context.Context, tx *store.Tx, v *visit, owners []staff.Person, c store.BankChange, event string) error {
	for _, p := range owners {
		w := *v
		w.Loc = locale.For(p.Lang)
		what := w.Loc.T("bank.change."+string(c.Kind), "title", c.Account.Title)
		err := tx.QueueMail(ctx, store.Mail{
			Key: "bank:" + id.New(), Kind: "notice", ToAddress: p.Email, ToName: p.Name, Lang: w.Loc.Lang(),
			Subject: w.Loc.T("bank.mail.subject", "outlet", v.Outlet.Name),
			Text: w.Loc.T("bank.mail."+event, "who", v.Account.Name) + "\n\n" + what + "\n" + w.saysLine(c.Says) + "\n\n" +
				w.Loc.T("bank.mail.look", "address", v.Base()+accountsPath) + "\n",
			Headers: map[string]string{"Auto-Submitted": "auto-generated"},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// doBankChange confirms a change that waits, or takes it back.
func (d *Pages) doBankChange(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.banks().WaitingChange(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if v.Field("do") == "withdraw" {
		err := d.Store.Write(ctx, func(tx *store.Tx) error { return d.banks().WithdrawChange(ctx, tx, v.By(), c) })
		return desk.See(accountsPath + "?done=bank-withdrawn"), err
	}
	if !v.confirms(c) {
		return web.Page{}, v.Refuse(fault.Denied, "bank.bad.second")
	}
	owners, err := d.ownersTold(ctx, v.May(staff.ConnectBank, staff.Object{}))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if err := d.banks().MakeChange(ctx, tx, v.By(), c); err != nil {
			return err
		}
		return d.tellOwners(ctx, tx, v, owners, c, "done")
	})
	var taken fault.Fields
	if errors.As(err, &taken) {
		for _, key := range taken {
			err = v.Refuse(fault.Conflict, key)
		}
	}
	return desk.See(accountsPath + "?done=bank"), err
}
