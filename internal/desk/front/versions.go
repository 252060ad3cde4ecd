package front

import (
	"context"
	"strconv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// someVersions is how many versions the front's own page shows.
const someVersions = 5

// versions lists every arrangement that was public.
func (d *Pages) versions(ctx context.Context, v *visit) (web.Page, error) {
	o, err := d.open(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	list, err := d.Store.FrontVersions(ctx, o.Lang, desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "arrange.versions")
	table := v.versionTable(o, list[:min(len(list), desk.ListSize)])
	table.Empty = v.Loc.T("arrange.live.none")
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Tabs: []web.Tab{{Text: v.Loc.T("arrange.back"), Href: o.home}},
		Table: *table, Pager: v.Pager(len(list), desk.ListSize)})
}

func (v *visit) versionTable(o of, list []news.FrontVersion) *web.Table {
	t := &web.Table{Caption: v.Loc.T("arrange.versions"), Columns: v.Columns("arrange.version", "arrange.how", "arrange.by", "arrange.when", "arrange.do")}
	for _, n := range list {
		number := strconv.Itoa(n.Number)
		how := v.Loc.T("arrange.origin." + string(n.Origin))
		if n.Origin == news.FrontRestored {
			how = v.Loc.T("arrange.restored", "number", v.Loc.Count(n.Restores))
			if n.Restores == 0 {
				how = v.Loc.T("arrange.restored.empty")
			}
		}
		do := web.Cell{}
		if v.d.Front != nil {
			do.Ways = append(do.Ways, web.Way{Link: &web.Link{Text: v.Loc.T("arrange.preview"), Href: o.home + "/preview?version=" + number}})
		}
		if n.Number == o.Live.Number {
			do.Tag = &web.Tag{Text: v.Loc.T("arrange.live.now"), Kind: "ok"}
		} else {
			do.Ways = append(do.Ways, web.Way{Button: v.Button("arrange.restore", o.home+"/versions/"+number, v.Loc.Count(n.Number), o.seen())})
		}
		t.Rows = append(t.Rows, web.Row{On: n.Number == o.Live.Number, Cells: []web.Cell{{Text: v.Loc.Count(n.Number)}, {Text: how}, {Text: n.By.Name}, {At: n.At}, do}})
	}
	return t
}

func (d *Pages) doRestore(ctx context.Context, v *visit) (web.Page, error) {
	n := int(desk.ToNumber(v.PathValue("n")))
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.RestoreFront(ctx, v.By(), v.seenOf(), n)
		return err
	})
	return v.done(v.PathValue("lang"), "arrange_undone", err)
}
