package story

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// imports lists what imports left for a person.
func (d *Pages) imports(ctx context.Context, v *visit) (web.Page, error) {
	list, err := d.Store.Needs(ctx, desk.ListSize+1, (v.PageNumber()-1)*desk.ListSize)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "nav.imports")
	t := web.Table{Caption: f.Title, Columns: v.Columns("imports.what", "imports.reason", "imports.since", "home.settle"), Empty: v.Loc.T("imports.none")}
	for _, n := range list[:min(len(list), desk.ListSize)] {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: n.Title, Small: desk.Join(n.Kind, n.SourceID)}, {Text: n.Reason, Small: n.Detail}, {At: n.CreatedAt},
			{Button: v.Button("home.done", "/desk/imports/done", n.Title, web.HiddenField{Name: "source", Value: n.Source}, web.HiddenField{Name: "kind", Value: n.Kind},
				web.HiddenField{Name: "id", Value: n.SourceID}, web.HiddenField{Name: "n", Value: desk.Number(n.N)})}}})
	}
	return v.Draw("desk/list", web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("imports.say"), Table: t, Pager: v.Pager(len(list), desk.ListSize)})
}

func (d *Pages) doImport(ctx context.Context, v *visit) (web.Page, error) {
	n := store.Need{Source: v.PostForm.Get("source"), Kind: v.PostForm.Get("kind"), SourceID: v.PostForm.Get("id"), N: desk.ToNumber(v.Field("n"))}
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.FinishNeed(ctx, v.By(), n) })
	return desk.See("/desk/imports?done=task"), err
}
