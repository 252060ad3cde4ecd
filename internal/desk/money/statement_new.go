package money

import (
	"context"
	"strconv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/statement"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// deskLines is how many lines are read into the books while somebody waits for
// the page; longer files are for the command.
const deskLines = 5000

// newStatement shows what an uploaded file would bring, with what a person must
// say first.
func (d *Pages) newStatement(ctx context.Context, v *visit) (web.Page, error) {
	return d.newStatementPage(ctx, v, nil)
}

// newStatementPage draws it, with what stood in the way of booking the file.
func (d *Pages) newStatementPage(ctx context.Context, v *visit, stop *web.Notice) (web.Page, error) {
	u, data, err := d.statements(v).Kept(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	r := &fund.Reconciler{Store: d.statements(v), DryRun: true}
	rep, err := r.Read(ctx, data, fund.ReadOptions{Name: u.Name, Account: u.AccountID, Begin: true, Gap: true})
	asked, isAsked := fund.AskedIn(err)
	p := d.newStatementFrame(ctx, v, u)
	if stop != nil {
		p.Notice = stop
	}
	switch {
	case isAsked && asked.Question == fund.AskMapping:
		return d.mappingPage(ctx, v, u, data, nil)
	case isAsked && asked.Question == fund.AskAccount:
		f, err := d.accountForm(ctx, v, u)
		if err != nil {
			return web.Page{}, err
		}
		p.Forms = append(p.Forms, f)
		return v.Draw("desk/form", p)
	case fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooLarge):
		p.Notice = &web.Notice{Kind: "stop", Text: v.refusal(err)}
		p.Forms = append(p.Forms, v.forgetForm(u))
		return v.Again("desk/form", p)
	case err != nil:
		return web.Page{}, err
	}
	v.offer(&p, u, rep)
	if statement.Sniff(data) == statement.CSV {
		p.Panels = append(p.Panels, web.Panel{ID: "mapping", Heading: v.Loc.T("statement.mapping"), Text: v.Loc.T("statement.mapping.again"),
			Links: []web.Link{{Text: v.Loc.T("statement.mapping.change"), Href: newPath(u.ID) + "/mapping"}}})
	}
	if stop != nil {
		return v.Again("desk/form", p)
	}
	return v.Draw("desk/form", p)
}

func newPath(uploadID string) string { return statementsPath + "/new/" + uploadID }

func (d *Pages) newStatementFrame(ctx context.Context, v *visit, u store.Upload) web.FormPage {
	f := v.Frame(ctx, "statement.new")
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: u.Name}
}

// refusal is why a file can't be read. The parser's sentences are English; in
// another language they stand behind one that says so.
func (v *visit) refusal(err error) string {
	say := fault.Say(err)
	if v.Loc.Lang() == "en" || say == "" {
		return say
	}
	return v.Loc.T("statement.refused", "why", say)
}

// offer shows what a file would bring and the button that books it.
func (v *visit) offer(p *web.FormPage, u store.Upload, rep fund.ReadReport) {
	form := web.Form{ID: "book", Action: newPath(u.ID), Nonce: v.Nonce(), Submit: v.Loc.T("statement.book"), Hidden: []web.HiddenField{{Name: "do", Value: "book"}}}
	var ticks []web.Field
	lines := 0
	for i, a := range rep.Accounts {
		p.Panels = append(p.Panels, v.reportPanel("report-"+strconv.Itoa(i), a))
		lines += a.Fresh
		if a.Begun && a.Opening != nil && *a.Opening != 0 {
			ticks = append(ticks, web.Field{Name: "begin", Kind: "check", Label: v.Loc.T("statement.ask.begin", "account", a.Account.Title, "day", v.day(a.Account.From), "sum", v.Loc.Money(a.Account.Amount(*a.Opening)))})
		}
		if a.Gap != 0 {
			ticks = append(ticks, web.Field{Name: "gap", Kind: "check", Label: v.Loc.T("statement.ask.gap", "account", a.Account.Title, "sum", v.Loc.Money(a.Account.Amount(a.Gap))), Hint: v.Loc.T("statement.ask.gap.hint")})
		}
	}
	if len(ticks) > 0 {
		form.Groups = []web.FieldGroup{{Fields: ticks}}
	}
	if lines > deskLines {
		p.Notice = &web.Notice{Kind: "warn", Text: v.Loc.T("statement.toolong", "lines", v.Loc.Count(deskLines))}
		p.Forms = append(p.Forms, v.forgetForm(u))
		return
	}
	p.Forms = append(p.Forms, form, v.forgetForm(u))
}

func (v *visit) forgetForm(u store.Upload) web.Form {
	return web.Form{ID: "forget", Action: newPath(u.ID), Nonce: v.Nonce(), Submit: v.Loc.T("statement.forget"), Quiet: true, Hidden: []web.HiddenField{{Name: "do", Value: "forget"}}}
}

func (v *visit) reportPanel(id string, a fund.AccountReport) web.Panel {
	l := v.Loc
	p := web.Panel{ID: id, Heading: a.Account.Title, Facts: []web.Fact{
		{Name: l.T("statement.period"), Value: v.span(a.From, a.To)},
		{Name: l.T("statement.lines"), Value: l.Count(a.Lines)},
		{Name: l.T("statement.new.lines"), Value: l.Count(a.Fresh)},
		{Name: l.T("statement.known"), Value: l.Count(a.Known)},
	}}
	add := func(key string, n int) {
		if n > 0 {
			p.Facts = append(p.Facts, web.Fact{Name: l.T(key), Value: l.Count(n)})
		}
	}
	add("statement.unsure", a.Unsure)
	add("statement.before", a.Before)
	add("statement.pending", a.Pending)
	for _, rule := range []fund.MatchRule{fund.ByReference, fund.ByNoise, fund.ByPayer, fund.ByPayout, fund.ByTransfer, fund.ByReversal, fund.ByReturn, fund.ByCharge} {
		add("statement.rule."+string(rule), a.Matched[rule])
	}
	add("statement.rule.none", a.Suspense())
	switch {
	case a.Proven && a.Closing != nil:
		p.Facts = append(p.Facts, web.Fact{Name: l.T("statement.closing"), Value: l.Money(a.Account.Amount(*a.Closing)), Tag: &web.Tag{Text: l.T("statement.proven"), Kind: "ok"}})
	case !a.Proven:
		p.Facts = append(p.Facts, web.Fact{Name: l.T("statement.closing"), Value: l.T("statement.unproven"), Tag: &web.Tag{Text: l.T("statement.unproven.tag"), Kind: "warn"}})
	}
	return p
}

// accountForm asks which account a file is of.
func (d *Pages) accountForm(ctx context.Context, v *visit, u store.Upload) (web.Form, error) {
	list, err := d.statements(v).StatementAccounts(ctx)
	field := web.Field{Name: "account", Kind: "select", Label: v.Loc.T("statement.ask.account")}
	for _, a := range list {
		field.Options = append(field.Options, web.Option{Value: a.ID, Text: desk.Join(a.Title, a.Currency)})
	}
	return web.Form{ID: "account", Action: newPath(u.ID), Nonce: v.Nonce(), Submit: v.Loc.T("statement.choose"), Hidden: []web.HiddenField{{Name: "do", Value: "account"}},
		Groups: []web.FieldGroup{{Fields: []web.Field{field}}}}, err
}

// doNewStatement books a file, notes its account, or forgets it.
func (d *Pages) doNewStatement(ctx context.Context, v *visit) (web.Page, error) {
	books, id := d.statements(v), v.PathValue("id")
	switch v.Field("do") {
	case "forget":
		return desk.See(statementsPath), books.Forget(ctx, id)
	case "account":
		a, err := d.statementAccount(ctx, v, v.Field("account"))
		if err != nil {
			return web.Page{}, err
		}
		return desk.See(newPath(id)), books.ChooseAccount(ctx, id, a.ID)
	}
	u, data, err := books.Kept(ctx, id)
	if err != nil {
		return web.Page{}, err
	}
	// Whoever has pressed the button may leave: what was begun is brought to its end.
	ctx = context.WithoutCancel(ctx)
	o := fund.ReadOptions{Name: u.Name, Account: u.AccountID, Begin: v.Field("begin") != "", Gap: v.Field("gap") != ""}
	if _, err = (&fund.Reconciler{Store: books}).Read(ctx, data, o); err != nil {
		if _, isAsked := fund.AskedIn(err); !isAsked && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
			return web.Page{}, err
		}
		return d.newStatementPage(ctx, v, &web.Notice{Kind: "stop", Text: v.unanswered(err)})
	}
	if err := books.Forget(ctx, id); err != nil {
		return web.Page{}, err
	}
	return desk.See(statementsPath + "?done=statement"), nil
}

// unanswered says what must be ticked first, or why the file is refused.
func (v *visit) unanswered(err error) string {
	a, asked := fund.AskedIn(err)
	if asked && (a.Question == fund.AskBegin || a.Question == fund.AskGap) {
		return v.Loc.T("statement.tick")
	}
	return v.refusal(err)
}
