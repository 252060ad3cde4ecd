package story

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// notices lists what this person was told.
func (d *Pages) notices(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.Notices(ctx, v.Account.ID, desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	how, err := d.Store.NotifyWay(ctx, v.Account.ID)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "notices.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Pager: v.Pager(len(list), desk.ListSize),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("notices.what", "notices.story", "notices.when"), Empty: v.Loc.T("notices.none")}}
	for _, n := range list[:min(len(list), desk.ListSize)] {
		p.Table.Rows = append(p.Table.Rows, v.noticeRow(n))
	}
	way := web.Field{Name: "notify", Kind: "radio", Label: v.Loc.T("notices.mail"), Value: wayName(how)}
	for _, w := range ways {
		way.Options = append(way.Options, web.Option{Value: w, Text: v.Loc.T("notices.mail." + w)})
	}
	p.Forms = []web.Form{
		{ID: "read", Action: "/desk/notices/read", Nonce: v.Nonce(), Submit: v.Loc.T("notices.read"), Quiet: true},
		{ID: "notify", Action: "/desk/notices", Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Quiet: true, Groups: []web.FieldGroup{{Fields: []web.Field{way}}}}}
	return v.Draw("desk/list", p)
}

// ways are the ways to be told by mail as forms name them.
var ways = []string{"daily", store.NotifyNow, store.NotifyNever}

func wayName(how string) string {
	if how == store.NotifyDaily {
		return "daily"
	}
	return how
}

func (v *visit) noticeRow(n store.Notice) web.Row {
	row := web.Row{On: n.Read.IsZero(), Cells: []web.Cell{{Text: web.NoticeSays(v.Loc, string(n.Kind), n.Detail, n.By)}, {Text: n.Headline, Href: "/desk/stories/" + n.Article}, {At: n.At}}}
	switch {
	case n.Closed:
		row.Cells[1] = web.Cell{Text: v.Loc.T("notices.closed")}
	case n.Headline == "":
		row.Cells[1].Text = v.Loc.T("write.nameless")
	}
	if row.On {
		row.Cells[0].Tag = &web.Tag{Text: v.Loc.T("notices.new"), Kind: "hint"}
	}
	return row
}

func (d *Pages) doReadNotices(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.ReadNotices(ctx, v.Account.ID, "") })
	return desk.See("/desk/notices?done=saved"), err
}

func (d *Pages) doNotify(ctx context.Context, v *visit) (web.Page, error) {
	how := v.Field("notify")
	if !slices.Contains(ways, how) {
		how = "daily"
	}
	if how == "daily" {
		how = store.NotifyDaily
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetNotifyWay(ctx, v.Account.ID, how) })
	return desk.See("/desk/notices?done=saved"), err
}
