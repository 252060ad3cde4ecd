package money

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// mappingPage lets a person say which column of a CSV file is which, and shows
// what comes of it.
func (d *Pages) mappingPage(ctx context.Context, v *visit, u store.Upload, data []byte, in *statement.Mapping) (web.Page, error) {
	m, doubts, bad := v.firstMapping(data, in)
	if in == nil {
		if a, err := d.csvAccount(ctx, v, u); err == nil && a.Mapping != nil {
			m, doubts = *a.Mapping, nil
		}
	}
	currency := v.Outlet.Currency
	if a, err := d.csvAccount(ctx, v, u); err == nil {
		currency = a.Currency
	}
	look, err := statement.Look(data, statement.Hint{Kind: statement.CSV, Mapping: &m, Currency: currency}, 8)
	if in != nil {
		bad = fieldsOf(err)
	}
	p := d.newStatementFrame(ctx, v, u)
	p.Forms = []web.Form{v.mappingForm(u, m, look, bad), v.forgetForm(u)}
	if len(doubts) > 0 {
		p.Intro = u.Name + "\n\n" + v.Loc.T("statement.mapping.doubts")
	}
	p.Panels = []web.Panel{{ID: "rows", Heading: v.Loc.T("statement.mapping.rows"), Table: v.rawTable(look)}}
	if t := v.readTable(look); len(t.Rows) > 0 {
		p.Panels = append(p.Panels, web.Panel{ID: "reads", Heading: v.Loc.T("statement.mapping.reads"), Table: t})
	}
	if in == nil {
		return v.Draw("desk/form", p)
	}
	return v.Again("desk/form", p)
}

func (v *visit) firstMapping(data []byte, in *statement.Mapping) (statement.Mapping, []string, fault.Fields) {
	if in != nil {
		return *in, nil, nil
	}
	m, doubts := statement.Guess(data)
	if m.HeaderLine == 0 && wordy(data, m) {
		m.HeaderLine = 1 // a header in words that nobody knows here
		byName(data, &m)
	}
	return m, doubts, nil
}

// byName turns the numbers of columns into the names of a header.
func byName(data []byte, m *statement.Mapping) {
	look, _ := statement.Look(data, statement.Hint{Kind: statement.CSV, Mapping: m}, 0)
	names := columnNames(look, *m)
	named := func(c string) string {
		if n, err := strconv.Atoi(strings.TrimPrefix(c, "#")); err == nil && strings.HasPrefix(c, "#") && n >= 1 && n <= len(names) {
			return names[n-1]
		}
		return c
	}
	for _, f := range mappingFields {
		*f.get(m) = named(*f.get(m))
	}
	for i := range m.Text {
		m.Text[i] = named(m.Text[i])
	}
}

// wordy tells whether the first row is words only: no date, no amount.
func wordy(data []byte, m statement.Mapping) bool {
	look, _ := statement.Look(data, statement.Hint{Kind: statement.CSV, Mapping: &m}, 1)
	return len(look.Rows) == 1 && !slices.ContainsFunc(look.Rows[0], func(c string) bool { return strings.ContainsAny(c, "0123456789") })
}

// fieldsOf are the faults of a mapping; what is wrong with a line of the file
// stands for itself.
func fieldsOf(err error) fault.Fields {
	var f fault.Fields
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	}
	return fault.Fields{"form": fault.Say(err)}
}

func (d *Pages) csvAccount(ctx context.Context, v *visit, u store.Upload) (fund.StatementAccount, error) {
	list, err := d.statements(v).StatementAccounts(ctx)
	if err == nil && u.AccountID == "" && len(list) == 1 {
		return list[0], nil
	}
	if err != nil {
		return fund.StatementAccount{}, err
	}
	return d.statementAccount(ctx, v, u.AccountID)
}

// csvMapping shows the mapping form by itself.
func (d *Pages) csvMapping(ctx context.Context, v *visit) (web.Page, error) {
	u, data, err := d.statements(v).Kept(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	return d.mappingPage(ctx, v, u, data, nil)
}

// doCSVMapping shows what a mapping makes of the file, or saves it for the account.
func (d *Pages) doCSVMapping(ctx context.Context, v *visit) (web.Page, error) {
	u, data, err := d.statements(v).Kept(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	m := v.mapping()
	a, err := d.csvAccount(ctx, v, u)
	if err != nil {
		return web.Page{}, err
	}
	_, err = statement.Parse(data, statement.Hint{Kind: statement.CSV, Mapping: &m, Currency: a.Currency, Account: "x"})
	if err != nil || v.Field("look") != "" {
		return d.mappingPage(ctx, v, u, data, &m)
	}
	if err := d.statements(v).SaveMapping(ctx, a.ID, m); err != nil {
		return web.Page{}, err
	}
	return desk.See(newPath(u.ID)), nil
}

// mappingFields are the columns that a mapping may name; the first three are
// what most files have.
var mappingFields = []struct {
	name string
	get  func(*statement.Mapping) *string
}{
	{"date", func(m *statement.Mapping) *string { return &m.Date }}, {"valueDate", func(m *statement.Mapping) *string { return &m.ValueDate }},
	{"amount", func(m *statement.Mapping) *string { return &m.Amount }}, {"side", func(m *statement.Mapping) *string { return &m.Side }},
	{"debit", func(m *statement.Mapping) *string { return &m.Debit }}, {"credit", func(m *statement.Mapping) *string { return &m.Credit }},
	{"fee", func(m *statement.Mapping) *string { return &m.Fee }}, {"balance", func(m *statement.Mapping) *string { return &m.Balance }},
	{"currency", func(m *statement.Mapping) *string { return &m.Currency }}, {"account", func(m *statement.Mapping) *string { return &m.Account }},
	{"name", func(m *statement.Mapping) *string { return &m.Name }}, {"payee", func(m *statement.Mapping) *string { return &m.Payee }},
	{"iban", func(m *statement.Mapping) *string { return &m.IBAN }}, {"bic", func(m *statement.Mapping) *string { return &m.BIC }},
	{"reference", func(m *statement.Mapping) *string { return &m.Reference }}, {"endToEndId", func(m *statement.Mapping) *string { return &m.EndToEndID }},
	{"bankRef", func(m *statement.Mapping) *string { return &m.BankRef }}, {"status", func(m *statement.Mapping) *string { return &m.Status }},
}

// textFields is how many columns of text may be joined.
const textFields = 3

func (v *visit) mapping() statement.Mapping {
	m := statement.Mapping{Delimiter: v.Field("delimiter"), Encoding: v.Field("encoding"), DateFormat: v.Field("dateFormat"), Decimal: v.Field("decimal"), Turned: v.Field("turned") != ""}
	if m.Delimiter == "tab" {
		m.Delimiter = "\t"
	}
	m.HeaderLine, _ = strconv.Atoi(v.Field("headerLine"))
	for _, f := range mappingFields {
		*f.get(&m) = v.Field("c-" + f.name)
	}
	for i := range textFields {
		if c := v.Field("c-text" + strconv.Itoa(i)); c != "" {
			m.Text = append(m.Text, c)
		}
	}
	return m
}

// mappingForm offers the columns of the file for each thing that is looked for.
func (v *visit) mappingForm(u store.Upload, m statement.Mapping, look statement.Preview, bad fault.Fields) web.Form {
	l := v.Loc
	columns := []web.Option{{Value: "", Text: l.T("statement.mapping.nowhere")}}
	for i, name := range columnNames(look, m) {
		columns = append(columns, web.Option{Value: name, Text: l.T("statement.mapping.column", "n", l.Count(i+1), "name", name)})
	}
	form := web.Form{ID: "mapping", Action: newPath(u.ID) + "/mapping", Nonce: v.Nonce(), Submit: l.T("statement.mapping.save"), Errors: desk.ErrorsOf(v.mappingFaults(bad))}
	shape := web.FieldGroup{Legend: l.T("statement.mapping.shape"), Fields: []web.Field{
		{Name: "delimiter", Kind: "select", Label: l.T("statement.map.delimiter"), Value: delimiterName(m.Delimiter), Options: v.options("statement.delimiter.", ",", ";", "|", "tab")},
		{Name: "decimal", Kind: "select", Label: l.T("statement.map.decimal"), Value: m.Decimal, Options: v.options("statement.decimal.", ".", ",")},
		{Name: "dateFormat", Label: l.T("statement.map.dateFormat"), Hint: l.T("statement.map.dateFormat.hint"), Value: m.DateFormat, Dir: "ltr"},
		{Name: "headerLine", Kind: "number", Label: l.T("statement.map.headerLine"), Hint: l.T("statement.map.headerLine.hint"), Value: strconv.Itoa(m.HeaderLine), InputMode: "numeric", Dir: "ltr"},
		{Name: "encoding", Label: l.T("statement.map.encoding"), Hint: l.T("statement.map.encoding.hint"), Value: m.Encoding, Optional: true, Dir: "ltr"},
		{Name: "turned", Kind: "check", Label: l.T("statement.map.turned"), Checked: m.Turned},
		{Name: "look", Kind: "check", Label: l.T("statement.mapping.look")},
	}}
	which := web.FieldGroup{Legend: l.T("statement.mapping.which")}
	for _, f := range mappingFields {
		which.Fields = append(which.Fields, web.Field{Name: "c-" + f.name, Kind: "select", Label: l.T("statement.map." + f.name), Value: *f.get(&m), Options: columns})
	}
	for i := range textFields {
		value := ""
		if i < len(m.Text) {
			value = m.Text[i]
		}
		which.Fields = append(which.Fields, web.Field{Name: "c-text" + strconv.Itoa(i), Kind: "select", Label: l.T("statement.map.text", "n", l.Count(i+1)), Value: value, Options: columns})
	}
	form.Groups = []web.FieldGroup{which, shape}
	return form
}

// mappingFaults are in the person's language, by the names of the form's fields.
func (v *visit) mappingFaults(bad fault.Fields) fault.Fields {
	out := fault.Fields{}
	for name, say := range bad {
		field := name
		if name == "date" || name == "amount" {
			field = "c-" + name
		}
		if key := "statement.bad." + name; v.Loc.Has(key) {
			say = v.Loc.T(key)
		}
		out[field] = say
	}
	return out
}

// columnNames are the headers, or numbers where there are none or two are alike.
func columnNames(look statement.Preview, m statement.Mapping) []string {
	var out []string
	seen := map[string]int{}
	if m.HeaderLine > 0 {
		for _, h := range look.Header {
			seen[strings.TrimSpace(h)]++
		}
		for i, h := range look.Header {
			if h = strings.TrimSpace(h); h == "" || seen[h] > 1 {
				h = "#" + strconv.Itoa(i+1)
			}
			out = append(out, h)
		}
		return out
	}
	if len(look.Rows) > 0 {
		for i := range look.Rows[0] {
			out = append(out, "#"+strconv.Itoa(i+1))
		}
	}
	return out
}

func delimiterName(d string) string {
	if d == "\t" {
		return "tab"
	}
	return d
}

// options are choices whose words are in the catalogue under their place.
func (v *visit) options(prefix string, values ...string) []web.Option {
	var out []web.Option
	for i, x := range values {
		out = append(out, web.Option{Value: x, Text: v.Loc.T(prefix + strconv.Itoa(i))})
	}
	return out
}

func (v *visit) rawTable(look statement.Preview) *web.Table {
	t := &web.Table{Caption: v.Loc.T("statement.mapping.rows"), Empty: v.Loc.T("statement.mapping.norows")}
	for _, h := range look.Header {
		t.Columns = append(t.Columns, web.Column{Text: h})
	}
	for _, r := range look.Rows {
		row := web.Row{}
		for _, c := range r {
			row.Cells = append(row.Cells, web.Cell{Text: c, Dir: "auto"})
		}
		t.Rows = append(t.Rows, row)
		for len(t.Columns) < len(r) {
			t.Columns = append(t.Columns, web.Column{Text: "#" + strconv.Itoa(len(t.Columns)+1)})
		}
	}
	return t
}

func (v *visit) readTable(look statement.Preview) *web.Table {
	t := &web.Table{Caption: v.Loc.T("statement.mapping.reads"), Columns: v.Columns("money.when", "statement.payer", "statement.text", "money.amount")}
	t.Columns[3].Num = true
	for _, s := range look.Statements {
		for i := range s.Entries {
			e := &s.Entries[i]
			said := fund.SaidOf(e, 0)
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.day(e.BookedAt)}, {Text: said.Name, Small: said.Number(), Dir: "auto"},
				{Text: said.Words, Dir: "auto"}, {Text: v.Loc.Money(money.Amount{Currency: s.Currency, Minor: e.Amount})}}})
		}
	}
	return t
}
