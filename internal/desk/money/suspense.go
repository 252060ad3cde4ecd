package money

import (
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// suspenseSize is how many lines stand on a page: each is weighed against what
// was promised.
const suspenseSize = 25

// suspense lists what nobody knows the purpose of, each with the likeliest place,
// to be confirmed one by one or together.
func (d *Pages) suspense(ctx context.Context, v *visit) (web.Page, error) {
	books := d.statements(v)
	lines, err := books.Lines(ctx, store.LineQuery{States: []fund.LineState{fund.LineSuspense}, Limit: suspenseSize + 1, Offset: (v.PageNumber() - 1) * suspenseSize})
	if err != nil {
		return web.Page{}, err
	}
	if err := d.sawLines(ctx, v, len(lines)); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "statement.suspense")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("statement.suspense.say"), Pager: v.Pager(len(lines), suspenseSize),
		Action: &web.Link{Text: v.Loc.T("statement.heading"), Href: statementsPath}}
	if p.Tabs, err = d.lineTabs(ctx, v, fund.LineSuspense); err != nil {
		return web.Page{}, err
	}
	sure := 0
	p.Table = web.Table{Caption: f.Title, Columns: v.Columns("statement.payer", "money.amount", "statement.likely", "statement.confirm"), Empty: v.Loc.T("statement.suspense.none")}
	p.Table.Columns[1].Num = true
	for _, l := range lines[:min(len(lines), suspenseSize)] {
		part := openPart(l)
		list, err := books.Suggest(ctx, l, part)
		if err != nil {
			return web.Page{}, err
		}
		row := v.suspenseRow(l, part, list)
		if row.Cells[2].Tick != nil {
			sure++
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	if sure > 0 {
		p.Forms = []web.Form{{ID: "confirm", Action: suspensePath, Nonce: v.Nonce(), Submit: v.Loc.T("statement.confirm.ticked")}}
	}
	return v.Draw("desk/list", p)
}

// sawLines notes that somebody looked at what payers wrote.
func (d *Pages) sawLines(ctx context.Context, v *visit, n int) error {
	if n == 0 {
		return nil
	}
	return d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, v.By(), "bank.lines_viewed", "bank_line", "", map[string]any{"lines": n, "page": v.URL.RequestURI()})
	})
}

// openPart is the first part that is not allocated yet.
func openPart(l fund.BankLine) int {
	return max(0, slices.IndexFunc(l.Parts, func(p fund.BankPart) bool { return p.Open != 0 }))
}

func (v *visit) suspenseRow(l fund.BankLine, part int, list []fund.Suggestion) web.Row {
	row := web.Row{Cells: append(v.lineCells(l, part), web.Cell{Text: v.Loc.T("statement.nothing")}, web.Cell{})}
	if len(list) == 0 {
		return row
	}
	best := list[0]
	row.Cells[2] = web.Cell{Text: v.place(best), Small: v.clues(best), Dir: "auto"}
	if best.Sure() {
		row.Cells[2].Tick = &web.Tick{Form: "confirm", Name: "line", Value: join3(l.ID, part, best.Target), Label: v.Loc.T("statement.tick.label", "what", v.suggestion(best)),
			Checked: len(list) == 1 || best.Score > list[1].Score+10}
		row.Cells[3].Button = v.Button("statement.confirm", suspensePath, v.suggestion(best), web.HiddenField{Name: "line", Value: join3(l.ID, part, best.Target)})
	}
	return row
}

// lineCells are the payer, with day and text, and the amount of a line.
func (v *visit) lineCells(l fund.BankLine, part int) []web.Cell {
	who, said := web.Cell{Text: v.Loc.T("statement.nobody"), Href: linesPath + "/" + l.ID}, ""
	amount := l.Amount()
	if part < len(l.Parts) {
		s := l.Parts[part].Said
		if s.Name != "" {
			who.Text, who.Dir = s.Name, "auto"
		}
		said = cut(desk.Join(s.Words, s.Reference), 120)
		amount.Minor = l.Open()
	}
	if l.Kind == fund.GapLine {
		who.Text = v.Loc.T("statement.gap.line")
	}
	cell := web.Cell{Text: v.Loc.Money(amount)}
	if len(l.Parts) > 1 {
		cell.Small = v.Loc.N("statement.parts", len(l.Parts))
	}
	who.Small = desk.Join(v.day(l.Date), l.Bank, said)
	return []web.Cell{who, cell}
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// suggestion names a place.
func (v *visit) suggestion(s fund.Suggestion) string {
	what := v.Loc.T("statement.to."+string(s.Target.Kind), "name", s.Name)
	amount := v.Loc.Money(money.Amount{Currency: s.Currency, Minor: max(s.Minor, -s.Minor)})
	switch s.Target.Kind {
	case fund.ToGift:
		return desk.Join(s.Name, amount, v.campaignName(s.Campaign), v.Loc.T("money."+string(s.Every)))
	case fund.ToLine:
		return desk.Join(what, v.day(s.Date))
	}
	return desk.Join(what, amount, v.day(s.Date))
}

// place names a place in few words, for a list.
func (v *visit) place(s fund.Suggestion) string {
	if s.Target.Kind == fund.ToGift {
		return desk.Join(s.Name, v.Loc.Money(money.Amount{Currency: s.Currency, Minor: s.Minor}))
	}
	return v.suggestion(s)
}

// clues says what speaks for a suggestion.
func (v *visit) clues(s fund.Suggestion) string {
	var out []string
	for _, c := range s.Clues {
		out = append(out, v.Loc.T("statement.clue."+string(c)))
	}
	if len(out) == 0 {
		return ""
	}
	return v.Loc.List(out)
}

// join3 and split3 carry a part of a line and its place through a form.
func join3(line string, part int, t fund.Target) string {
	return strings.Join([]string{fund.PartID(line, part), string(t.Kind), t.ID, t.Account}, "|")
}

func split3(s string) (line string, part int, t fund.Target, ok bool) {
	f := strings.Split(s, "|")
	if len(f) != 4 {
		return "", 0, t, false
	}
	line, part, ok = fund.SplitPartID(f[0])
	return line, part, fund.Target{Kind: fund.TargetKind(f[1]), ID: f[2], Account: f[3]}, ok
}

// doSuspense confirms the ticked places, each for itself: one that is taken by
// now does not hold the others up.
func (d *Pages) doSuspense(ctx context.Context, v *visit) (web.Page, error) {
	books := d.statements(v)
	failed := 0
	for _, s := range v.PostForm["line"] {
		line, part, t, ok := split3(s)
		if !ok {
			return web.Page{}, fault.New(fault.Invalid, "this form could not be read; load the page again and send it once more")
		}
		switch err := books.Allocate(ctx, line, part, 0, t, fund.ByHand); {
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.NotFound):
			failed++
		case err != nil:
			return web.Page{}, err
		}
	}
	if failed > 0 {
		return desk.See(suspensePath + "?done=statement-some"), nil
	}
	return desk.See(suspensePath + "?done=statement-allocated"), nil
}

// lineStates are the tabs of the lists of lines.
var lineStates = []fund.LineState{fund.LineSuspense, fund.LineAllocated, fund.LineReturned, fund.LineIgnored}

func (d *Pages) lineTabs(ctx context.Context, v *visit, current fund.LineState) ([]web.Tab, error) {
	counts, err := d.Store.CountLines(ctx)
	var out []web.Tab
	for _, s := range lineStates {
		href := linesPath + "?state=" + string(s)
		if s == fund.LineSuspense {
			href = suspensePath
		}
		out = append(out, web.Tab{Text: v.Loc.T("statement.state." + string(s)), Href: href, Count: counts[s], Current: s == current})
	}
	return out, err
}

// bankLines lists lines by their state, or those of one statement.
func (d *Pages) bankLines(ctx context.Context, v *visit) (web.Page, error) {
	q := store.LineQuery{Statement: v.URL.Query().Get("statement"), Limit: desk.ListSize + 1, Offset: (v.PageNumber() - 1) * desk.ListSize}
	state := fund.LineState(v.URL.Query().Get("state"))
	if slices.Contains(lineStates, state) {
		q.States = []fund.LineState{state}
	}
	lines, err := d.statements(v).Lines(ctx, q)
	if err != nil {
		return web.Page{}, err
	}
	if err := d.sawLines(ctx, v, len(lines)); err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "statement.all")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Pager: v.Pager(len(lines), desk.ListSize), Action: &web.Link{Text: v.Loc.T("statement.heading"), Href: statementsPath},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("statement.payer", "money.amount", "statement.state"), Empty: v.Loc.T("statement.nolines")}}
	p.Table.Columns[1].Num = true
	if p.Tabs, err = d.lineTabs(ctx, v, state); err != nil {
		return web.Page{}, err
	}
	for _, l := range lines[:min(len(lines), desk.ListSize)] {
		cells := v.lineCells(l, 0)
		cells[1].Text = v.Loc.Money(l.Amount())
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: append(cells, web.Cell{Tag: v.lineTag(l)})})
	}
	return v.Draw("desk/list", p)
}

var lineTags = map[fund.LineState]string{fund.LineSuspense: "warn", fund.LineAllocated: "ok", fund.LineReturned: "hint", fund.LineIgnored: "", fund.LineImported: "hint"}

func (v *visit) lineTag(l fund.BankLine) *web.Tag {
	return &web.Tag{Text: v.Loc.T("statement.state." + string(l.State)), Kind: lineTags[l.State]}
}
