package story

import (
	"context"
	"errors"
	"strconv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// versionsOf lists the public versions of a story, with the form that takes the
// text of one out for whoever may.
func (d *Pages) versionsOf(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.versionsPage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/list", p)
}

func (d *Pages) versionsPage(ctx context.Context, v *visit, bad fault.Fields) (web.ListDeskPage, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.ListDeskPage{}, err
	}
	list, err := d.Store.VersionLines(ctx, a.ID)
	if err != nil {
		return web.ListDeskPage{}, err
	}
	gone, err := d.Store.Redactions(ctx, a.ID)
	if err != nil {
		return web.ListDeskPage{}, err
	}
	f := v.Frame(ctx, "redact.versions")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Action: &web.Link{Text: v.Loc.T("write.back"), Href: "/desk/stories/" + a.ID},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("redact.version", "redact.when", "redact.text"), Empty: v.Loc.T("redact.none")}}
	which := web.Field{Name: "version", Kind: "select", Label: v.Loc.T("redact.which"), Value: v.Field("version")}
	for _, x := range list {
		n := strconv.Itoa(x.Number)
		text := web.Cell{Text: v.Loc.T("redact.there")}
		if r, out := gone[x.Revision]; out {
			text = web.Cell{Text: r.Reason, Small: r.By.Name + " · " + r.Hash[:16], At: r.At, Tag: &web.Tag{Text: v.Loc.T("redact.gone"), Kind: "stop"}, Dir: "auto"}
		} else if x.Revision != a.Live {
			which.Options = append(which.Options, web.Option{Value: n, Text: v.Loc.T("versions.option", "n", v.Loc.Digits(n), "when", p.At(x.At))})
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.T("versions.n", "n", v.Loc.Digits(n)), Small: v.classOf(x)}, {At: x.At}, text}})
	}
	if len(which.Options) > 0 && v.May(staff.Retract, a.Object).OK() {
		p.Forms = []web.Form{v.redactForm(a.ID, which, bad)}
	}
	return p, nil
}

func (v *visit) classOf(x news.Version) string {
	switch x.Class {
	case news.First, news.Typo:
		return v.Loc.T("versions." + string(x.Class))
	}
	return v.Loc.T("note." + string(x.Class))
}

func (v *visit) redactForm(article string, which web.Field, bad fault.Fields) web.Form {
	ground := web.Field{Name: "ground", Kind: "radio", Label: v.Loc.T("redact.ground"), Value: v.Field("ground")}
	for _, g := range []news.Ground{news.GroundLaw, news.GroundPrivacy} {
		ground.Options = append(ground.Options, web.Option{Value: string(g), Text: v.Loc.T("redact.ground." + string(g))})
	}
	return web.Form{ID: "redact", Action: "/desk/stories/" + article + "/versions", Nonce: v.Nonce(), Submit: v.Loc.T("redact.act"), Errors: desk.ErrorsOf(bad, "version", "ground", "reason"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("redact.heading"), Hint: v.Loc.T("redact.say"), Fields: []web.Field{which, ground,
			{Name: "reason", Kind: "area", Rows: 3, Label: v.Loc.T("redact.reason"), Hint: v.Loc.T("redact.reason.hint"), Value: v.Field("reason"), Required: true, Dir: "auto"},
			{Name: "quoted", Kind: "check", Label: v.Loc.T("redact.quoted"), Checked: v.Field("quoted") != ""}}}}}
}

// doRedact takes the text of an old version out for good.
func (d *Pages) doRedact(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if may := v.May(staff.Retract, a.Object); !may.OK() {
		return web.Page{}, v.Refuse(fault.Denied, may.Why)
	}
	r := news.Redaction{Article: a.ID, Version: int(desk.ToNumber(v.Field("version"))), Ground: news.Ground(v.Field("ground")), Reason: v.Field("reason"),
		Quoted: v.Field("quoted") != "", By: v.author(), At: d.Clock.Now()}
	bad := fault.Fields{}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.Redact(ctx, r) })
	if errors.As(err, &bad) || fault.Is(err, fault.Conflict) {
		for field := range bad {
			bad[field] = v.Loc.T("redact.bad." + field)
		}
		if len(bad) == 0 {
			bad["version"] = v.Loc.T("redact.bad.version")
		}
		p, err := d.versionsPage(ctx, v, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/list", p)
	}
	return desk.See("/desk/stories/" + a.ID + "/versions?done=redacted"), err
}
