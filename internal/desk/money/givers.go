package money

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// givers lists donors.
func (d *Pages) givers(ctx context.Context, v *visit) (web.Page, error) {
	u := v.URL.Query()
	q := store.GiverQuery{View: store.GiverView(u.Get("view")), Search: short(u.Get("q")), Tag: short(u.Get("tag")), Now: d.Money.Now(), Before: u.Get("before"), Limit: desk.ListSize + 1}
	list, err := d.Store.Givers(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	if err := d.looked(ctx, v, "donor.listed", true); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "givers.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Search: &web.SearchBox{Action: giversPath, Label: v.Loc.T("givers.search"), Query: q.Search},
		Action: &web.Link{Text: v.Loc.T("givers.csv"), Href: addressWith(giversPath+"/export", "view", string(q.View), "tag", q.Tag)}}
	for _, view := range []store.GiverView{store.AllGivers, store.MonthlyGivers, store.LapsedGivers} {
		p.Tabs = append(p.Tabs, web.Tab{Text: v.Loc.T("givers.view." + orAll(string(view))), Href: addressWith(giversPath, "view", string(view)), Current: view == q.View && q.Tag == ""})
	}
	tags, err := d.Store.DonorTags(ctx)
	if err != nil {
		return web.Page{}, err
	}
	for _, tag := range tags[:min(len(tags), 12)] {
		p.Tabs = append(p.Tabs, web.Tab{Text: tag, Href: addressWith(giversPath, "tag", tag), Current: tag == q.Tag})
	}
	p.Table = web.Table{Caption: f.Title, Columns: v.Columns("givers.name", "givers.given", "givers.last", "givers.tags"), Empty: v.Loc.T("givers.none")}
	p.Table.Columns[1].Num = true
	for _, g := range list[:min(len(list), desk.ListSize)] {
		p.Table.Rows = append(p.Table.Rows, v.giverRow(g))
	}
	if len(list) > desk.ListSize {
		p.Older = addressWith(giversPath, "view", string(q.View), "q", q.Search, "tag", q.Tag, "before", list[desk.ListSize-1].ID)
	}
	return v.Draw("desk/list", p)
}

func (v *visit) giverRow(g store.Giver) web.Row {
	name := web.Cell{Text: giverName(g.Donor), Href: giversPath + "/" + g.ID}
	if g.Name != "" {
		name.Small = g.Email
	}
	if g.Plans > 0 {
		name.Tag = &web.Tag{Text: v.Loc.T("givers.plan"), Kind: "ok"}
	}
	var sums []string
	var last time.Time
	for _, x := range g.Given {
		sums = append(sums, v.Loc.Money(x.Amount))
		if x.Last.After(last) {
			last = x.Last
		}
	}
	return web.Row{Cells: []web.Cell{name, {Text: v.Loc.List(sums)}, {At: last}, {Text: strings.Join(g.Tags, " · ")}}}
}

// giver shows one donor: gifts, plans, notes and tags.
func (d *Pages) giver(ctx context.Context, v *visit) (web.Page, error) {
	g, err := d.Store.Giver(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if err := d.saw(ctx, v, g.ID); err != nil {
		return web.Page{}, err
	}
	p, err := d.giverPage(ctx, v, g, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/view", p)
}

func (d *Pages) giverPage(ctx context.Context, v *visit, g store.Giver, bad fault.Fields) (p web.ViewPage, err error) {
	f := v.Frame(ctx, "givers.one")
	f.Title = giverName(g.Donor)
	p = web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("givers.heading"), Href: giversPath}, Facts: v.giverFacts(g)}
	plans, err := d.Store.PlanLines(ctx, nil, g.ID, 100, 0)
	if err != nil {
		return p, err
	}
	if len(plans) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "plans", Heading: v.Loc.T("plans.heading"), Table: v.planTable(plans, false, v.URL.Path)})
	}
	paid, err := d.Store.PaidList(ctx, store.PaidQuery{DonorID: g.ID, Limit: 200})
	if err != nil {
		return p, err
	}
	t := v.giftTable(paid, false)
	p.Panels = append(p.Panels, web.Panel{ID: "gifts", Heading: v.Loc.T("gifts.heading"), Table: &t})
	notes, err := d.Store.DonorNotes(ctx, g.ID)
	if err != nil {
		return p, err
	}
	if len(notes) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "notes", Heading: v.Loc.T("givers.notes"), Table: v.noteTable(g, notes)})
	}
	p.Forms = v.giverForms(g, bad)
	return p, nil
}

func (v *visit) giverFacts(g store.Giver) []web.Fact {
	wall := v.Loc.T("givers.anonymous")
	if g.ShowName && g.Name != "" {
		wall = v.Loc.T("givers.shown")
	}
	facts := []web.Fact{
		{Name: v.Loc.T("givers.email"), Value: g.Email}, {Name: v.Loc.T("givers.wall"), Value: wall},
		{Name: v.Loc.T("givers.lang"), Value: locale.For(g.Lang).Name()},
		{Name: v.Loc.T("givers.since"), Value: v.Loc.Date(g.CreatedAt.In(v.Outlet.Location()), locale.Long)},
	}
	for _, x := range g.Given {
		facts = append(facts, web.Fact{Name: v.Loc.T("givers.given"), Value: v.Loc.Money(x.Amount)})
	}
	return facts
}

func (v *visit) noteTable(g store.Giver, notes []store.DonorNote) *web.Table {
	t := &web.Table{Caption: v.Loc.T("givers.notes"), Columns: v.Columns("givers.note", "audit.who", "audit.when", "givers.drop")}
	for _, n := range notes {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: n.Text, Dir: "auto"}, {Text: n.By.Name}, {At: n.At},
			{Button: v.Button("givers.drop", giversPath+"/"+g.ID+"/notes", n.Text, web.HiddenField{Name: "drop", Value: n.ID})}}})
	}
	return t
}

func (v *visit) giverForms(g store.Giver, bad fault.Fields) []web.Form {
	base := giversPath + "/" + g.ID
	note := ""
	tags := strings.Join(g.Tags, ", ")
	if bad != nil {
		note, tags = v.PostForm.Get("note"), v.PostForm.Get("tags")
	}
	forms := []web.Form{
		{ID: "note", Action: base + "/notes", Nonce: v.Nonce(), Submit: v.Loc.T("givers.note.act"), Errors: only1(bad, "note"), Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "note", Kind: "area", Rows: 3, Label: v.Loc.T("givers.note"), Hint: v.Loc.T("givers.note.hint"), Value: note, Dir: "auto"}}}}},
		{ID: "tags", Action: base + "/tags", Nonce: v.Nonce(), Quiet: true, Submit: v.Loc.T("givers.tags.act"), Errors: only1(bad, "tags"), Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "tags", Label: v.Loc.T("givers.tags"), Hint: v.Loc.T("givers.tags.hint"), Value: tags, Dir: "auto", Optional: true}}}}},
	}
	if v.May(staff.EraseDonor, staff.Object{}).OK() {
		forms = append(forms, web.Form{ID: "erase", Action: base + "/erase", Nonce: v.Nonce(), Quiet: true, Submit: v.Loc.T("givers.erase.act"), Hidden: []web.HiddenField{{Name: "try", Value: id.New()}}, Errors: only1(bad, "confirm"),
			Groups: []web.FieldGroup{{Legend: v.Loc.T("givers.erase"), Hint: v.Loc.T("givers.erase.hint"), Fields: []web.Field{
				{Name: "confirm", Kind: "check", Label: v.Loc.T("givers.erase.confirm")}}}}})
	}
	return forms
}

// only1 is the error of one field, for pages of several forms.
func only1(bad fault.Fields, name string) []web.FieldError {
	if say, ok := bad[name]; ok {
		return []web.FieldError{{Field: name, Say: say}}
	}
	return nil
}

// change does something to a donor and goes back to the page, or shows it again
// with what is wrong.
func (d *Pages) change(ctx context.Context, v *visit, field, say string, fn func(tx *store.Tx, g store.Giver) error) (web.Page, error) {
	g, err := d.Store.Giver(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return fn(tx, g) })
	if fault.Is(err, fault.Invalid) {
		p, err := d.giverPage(ctx, v, g, fault.Fields{field: v.Loc.T(say)})
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/view", p)
	}
	return desk.See(giversPath + "/" + g.ID + "?done=saved"), err
}

func (d *Pages) doNote(ctx context.Context, v *visit) (web.Page, error) {
	return d.change(ctx, v, "note", "givers.note.bad", func(tx *store.Tx, g store.Giver) error {
		if drop := v.Field("drop"); drop != "" {
			return tx.DropDonorNote(ctx, v.By(), g.ID, drop)
		}
		return tx.AddDonorNote(ctx, v.By(), g.ID, v.Field("note"))
	})
}

func (d *Pages) doTags(ctx context.Context, v *visit) (web.Page, error) {
	var tags []string
	for part := range strings.FieldsFuncSeq(v.Field("tags"), func(r rune) bool { return r == ',' || r == '،' || r == ';' }) {
		if tag := strings.Join(strings.Fields(part), " "); tag != "" {
			tags = append(tags, tag)
		}
	}
	return d.change(ctx, v, "tags", "givers.tags.bad", func(tx *store.Tx, g store.Giver) error { return tx.SetDonorTags(ctx, v.By(), g.ID, tags) })
}

// doErase takes away who a donor was. Plans that run are ended first: nobody
// could end them afterwards.
func (d *Pages) doErase(ctx context.Context, v *visit) (web.Page, error) {
	g, err := d.Store.Giver(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if v.Field("confirm") == "" {
		p, err := d.giverPage(ctx, v, g, fault.Fields{"confirm": v.Loc.T("givers.erase.bad")})
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/view", p)
	}
	beyond, err := d.endPlans(ctx, v, g.ID)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EraseDonor(ctx, v.By(), g.ID, beyond...) })
	return desk.See(giversPath + "?done=erased"), err
}

// endPlans ends what runs of a donor, and returns the plans that can't be ended
// from here, since their provider is not used any more. Each form is a try of its
// own: what a provider refused once may go well later.
func (d *Pages) endPlans(ctx context.Context, v *visit, donorID string) (beyond []string, err error) {
	try := v.Field("try")
	if len(try) != len(id.New()) {
		return nil, v.Refuse(fault.Invalid, "gifts.refund.again")
	}
	plans, err := d.Store.PlanLines(ctx, nil, donorID, 1000, 0)
	for _, p := range plans {
		if !p.State.Alive() {
			continue
		}
		if _, here := d.Fund.Providers[p.Provider]; !here {
			beyond = append(beyond, p.ID)
			continue
		}
		if _, err := d.Fund.Change(ctx, p.ID, fund.Change{Do: fund.ChangeCancel, Now: true}, "erase:"+try+":"+p.ID); err != nil {
			return nil, err
		}
	}
	return beyond, err
}

// exportLimit is how many donors one file holds.
const exportLimit = 100_000

// exportGivers is the list of donors as a table. It leaves the building, so it
// asks for proof and is logged.
func (d *Pages) exportGivers(ctx context.Context, v *visit) (web.Page, error) {
	u := v.URL.Query()
	q := store.GiverQuery{View: store.GiverView(u.Get("view")), Tag: short(u.Get("tag")), Now: d.Money.Now(), Limit: 500}
	if err := d.looked(ctx, v, "donor.exported", true); err != nil {
		return web.Page{}, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"id", "email", "name", "language", "show_name", "since", "currency", "given", "gifts", "first", "last", "tags"}}
	for n := 0; n < exportLimit; n += q.Limit {
		list, err := d.Store.Givers(ctx, q)
		if err != nil {
			return web.Page{}, err
		}
		for _, g := range list {
			rows = append(rows, giverLines(g)...)
			q.Before = g.ID
		}
		if err := w.WriteAll(rows); err != nil {
			return web.Page{}, err
		}
		if rows = nil; len(list) < q.Limit {
			break
		}
	}
	return web.Page{Type: "text/csv; charset=utf-8", Body: b.Bytes(), Header: http.Header{"Content-Disposition": {`attachment; filename="donors.csv"`}}}, nil
}

func giverLines(g store.Giver) [][]string {
	head := []string{g.ID, ledger.Cell(g.Email), ledger.Cell(g.Name), g.Lang, yes(g.ShowName), g.CreatedAt.Format(time.DateOnly)}
	tags := ledger.Cell(strings.Join(g.Tags, ", "))
	if len(g.Given) == 0 {
		return [][]string{append(head, "", "", "", "", "", tags)}
	}
	var out [][]string
	for _, x := range g.Given {
		out = append(out, append(head[:6:6], x.Currency, x.Decimal(), desk.Number(int64(x.Gifts)), x.First.Format(time.DateOnly), x.Last.Format(time.DateOnly), tags))
	}
	return out
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
