package money

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// bookingFile asks for a file of bookings, and lists those that were booked.
func (d *Pages) bookingFile(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.bookingFilePage(ctx, v, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Pages) bookingFilePage(ctx context.Context, v *visit, bad fault.Fields) (web.FormPage, error) {
	kind := v.bookingKind()
	_, places, err := d.bookingAccounts(ctx, v, kind)
	if err != nil {
		return web.FormPage{}, err
	}
	files, err := d.Store.BookingFiles(ctx, kind, desk.ListSize)
	if err != nil {
		return web.FormPage{}, err
	}
	path := bookingPath(kind)
	f := v.Frame(ctx, "booking.file.heading")
	form := web.Form{ID: "file", Action: path + "/file", Nonce: v.Nonce(), Submit: v.Loc.T("booking.file.look"), Errors: desk.ErrorsOf(bad, "file", "against"),
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "file", Kind: "file", Label: v.Loc.T("booking.file.file"), Hint: v.Loc.T("booking.file.file.hint")},
			{Name: "body", Kind: "area", Rows: 8, Label: v.Loc.T("booking.file.body"), Hint: v.Loc.T("booking.file.body.hint"), Value: v.Field("body"), Optional: true, Dir: "ltr"},
			{Name: "against", Kind: "select", Label: v.Loc.T("booking." + kind + ".against"), Hint: v.Loc.T("booking.file.against.hint"), Value: v.Field("against"), Options: places},
		}}}}
	t := &web.Table{Caption: v.Loc.T("booking.file.past"), Columns: v.Columns("booking.file.name", "booking.file.written", "booking.file.already", "booking.file.failed"), Empty: v.Loc.T("booking.file.none")}
	for i := 1; i < 4; i++ {
		t.Columns[i].Num = true
	}
	for _, x := range files {
		if x.Booked {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: x.Name, Href: path + "/file/" + x.ID, At: x.At}, {Text: v.Loc.Count(x.Report.Written)}, {Text: v.Loc.Count(x.Report.Already)}, {Text: v.Loc.Count(len(x.Report.Failed))}}})
		}
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("booking.file.say"), Forms: []web.Form{form}, Panels: []web.Panel{
		{ID: "columns", Heading: v.Loc.T("booking.file.columns"), Text: v.Loc.T("booking.file.columns.say"), Links: []web.Link{{Text: "template.csv", Href: path + "/template.csv"}, {Text: v.Loc.T("booking." + kind + ".heading"), Href: path}}},
		{ID: "past", Heading: v.Loc.T("booking.file.past"), Table: t}}}, nil
}

// bookingTemplate is an empty file with the columns and a row that shows them.
func (d *Pages) bookingTemplate(_ context.Context, v *visit) (web.Page, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	account, against := "Hosting", "Assets:Bank:Main"
	if v.bookingKind() == ledger.KindIncome {
		account = "Events"
	}
	err := w.WriteAll([][]string{ledger.BookingColumns, {"", d.today(v), "12.50", v.Outlet.Currency, account, against, "", "", "", "", ""}})
	return web.Page{Type: "text/csv; charset=utf-8", Body: b.Bytes(), Header: http.Header{"Content-Disposition": {`attachment; filename="` + v.bookingKind() + `.csv"`}}}, err
}

// doBookingFile keeps a file that can be read, so that it can be looked at.
func (d *Pages) doBookingFile(ctx context.Context, v *visit) (web.Page, error) {
	name, body, err := v.sentFile()
	if err != nil {
		return web.Page{}, err
	}
	against := v.Field("against")
	rows, err := d.readFile(ctx, v, body, against)
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.Invalid, "there is no row in it")
	}
	if fault.Is(err, fault.Invalid) {
		page, e := d.bookingFilePage(ctx, v, fault.Fields{"file": v.Loc.T("booking.file.bad") + " " + v.detail(err)})
		if e != nil {
			return web.Page{}, e
		}
		return v.Again("desk/form", page)
	}
	if err != nil {
		return web.Page{}, err
	}
	var fileID string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if name == "" {
			name = v.Loc.T("booking.file.of", "day", v.day(d.today(v)))
		}
		fileID, err = tx.AddBookingFile(ctx, v.By(), v.bookingKind(), name, against+"\n"+body)
		return err
	})
	return desk.See(bookingPath(v.bookingKind()) + "/file/" + fileID), err
}

// sentFile is the file of the form, or what was pasted.
func (v *visit) sentFile() (name, body string, err error) {
	f, head, err := v.FormFile("file")
	if err != nil { // none was chosen
		return "", v.PostForm.Get("body"), nil
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil || len(all) == 0 {
		return "", v.PostForm.Get("body"), err
	}
	return web.Clean(path.Base(head.Filename)), string(all), nil
}

// detail is the English sentence of an error, for those who read it.
func (v *visit) detail(err error) string {
	if v.Loc.Lang() != "en" {
		return ""
	}
	return fault.Say(err)
}

func (d *Pages) readFile(ctx context.Context, v *visit, body, against string) ([]ledger.BookingRow, error) {
	campaigns, err := d.Store.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	bySlug := map[string]string{}
	for _, c := range campaigns {
		bySlug[c.Slug] = c.ID
	}
	return ledger.ReadBookings([]byte(body), ledger.BookingDefaults{Kind: v.bookingKind(), Currency: v.Outlet.Currency, Against: against, Campaign: bySlug})
}

// keptFile reads a file that was kept: the account is its first line.
func (d *Pages) keptFile(ctx context.Context, v *visit) (store.BookingFile, []ledger.BookingRow, error) {
	f, err := d.Store.BookingFile(ctx, v.PathValue("id"))
	if err == nil && f.Kind != v.bookingKind() {
		err = fault.New(fault.NotFound, "")
	}
	if err != nil || f.Booked {
		return f, nil, err
	}
	against, body, _ := strings.Cut(f.Body, "\n")
	rows, err := d.readFile(ctx, v, body, against)
	return f, rows, err
}

// fileView shows what a file would book before it does, and afterwards what
// became of it.
func (d *Pages) fileView(ctx context.Context, v *visit) (web.Page, error) {
	file, rows, err := d.keptFile(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	path := bookingPath(file.Kind)
	f := v.Frame(ctx, "booking.file.heading")
	p := web.ViewPage{DeskFrame: f, Heading: file.Name, Back: &web.Link{Text: f.Title, Href: path + "/file"}}
	if file.Booked {
		p.Facts = v.reportFacts(file.Report)
		p.Panels = []web.Panel{{ID: "failed", Heading: v.Loc.T("booking.file.failed"), Table: v.failedTable(file.Report.Failed)}}
		return v.Draw("desk/view", p)
	}
	names, err := d.accountNames(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	table := &web.Table{Caption: v.Loc.T("booking.file.preview"), Columns: v.Columns("booking.file.line", "booking.date", "booking.what", "booking.account", "money.amount", "booking.file.check")}
	table.Columns[4].Num = true
	fine := 0
	for _, r := range rows {
		bad, err := d.rowFaults(ctx, v, r)
		if err != nil {
			return web.Page{}, err
		}
		check := web.Cell{Tag: &web.Tag{Text: v.Loc.T("booking.file.ok"), Kind: "ok"}}
		if len(bad) > 0 {
			check = web.Cell{Tag: &web.Tag{Text: v.Loc.T("booking.file.left"), Kind: "stop"}, Text: v.sayAll(bad)}
		} else {
			fine++
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Count(r.Line)}, {Text: v.day(r.Booking.Date)}, {Text: r.Booking.Public, Small: r.Booking.Party},
			{Text: named(names, r.Booking.Account), Small: named(names, r.Booking.Against)}, {Text: v.Loc.Money(r.Booking.Amount)}, check}})
	}
	p.Facts = []web.Fact{{Name: v.Loc.T("booking.file.rows"), Value: v.Loc.Count(len(rows))}, {Name: v.Loc.T("booking.file.ok"), Value: v.Loc.Count(fine)}}
	p.Panels = []web.Panel{{ID: "rows", Heading: v.Loc.T("booking.file.preview"), Table: table}}
	if fine > 0 {
		p.Buttons = []web.PostButton{*v.Button("booking.file.book", path+"/file/"+file.ID+"/book", "")}
	}
	return v.Draw("desk/view", p)
}

func (v *visit) reportFacts(r store.FileReport) []web.Fact {
	return []web.Fact{{Name: v.Loc.T("booking.file.written"), Value: v.Loc.Count(r.Written)}, {Name: v.Loc.T("booking.file.already"), Value: v.Loc.Count(r.Already)},
		{Name: v.Loc.T("booking.file.failed"), Value: v.Loc.Count(len(r.Failed))}}
}

func (v *visit) failedTable(failed []store.FailedRow) *web.Table {
	t := &web.Table{Caption: v.Loc.T("booking.file.failed"), Columns: v.Columns("booking.file.line", "booking.file.why"), Empty: v.Loc.T("booking.file.allfine")}
	for _, x := range failed {
		say := x.Say
		if key := "booking.bad." + x.Field; v.Loc.Has(key) {
			say = v.Loc.T(key)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Count(x.Line)}, {Text: say}}})
	}
	return t
}

// rowFaults are what is wrong with a row, by field.
func (d *Pages) rowFaults(ctx context.Context, v *visit, r ledger.BookingRow) (fault.Fields, error) {
	bad := fault.Fields{}
	for name := range r.Bad {
		bad[name] = v.Loc.T("booking.bad." + name)
	}
	return bad, d.checkBooking(ctx, v, r.Booking, bad)
}

func (v *visit) sayAll(bad fault.Fields) string {
	var out []string
	for _, e := range desk.ErrorsOf(bad, "date", "amount", "currency", "account", "against", "campaign", "public", "party", "document", "note") {
		out = append(out, e.Say)
	}
	return strings.Join(out, " ")
}

// doBookFile books the rows that are in order, each in a transaction of its own,
// and keeps a report about the others. What an earlier file booked is not booked
// again, so that a run that was cut off is simply begun once more.
func (d *Pages) doBookFile(ctx context.Context, v *visit) (web.Page, error) {
	file, rows, err := d.keptFile(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	here := bookingPath(file.Kind) + "/file/" + file.ID
	if file.Booked { // sent twice
		return desk.See(here), nil
	}
	var report store.FileReport
	for _, r := range rows {
		bad, err := d.rowFaults(ctx, v, r)
		if err != nil {
			return web.Page{}, err
		}
		if len(bad) == 0 {
			if bad, err = d.bookRow(ctx, v, r, file.ID, &report); err != nil {
				return web.Page{}, err
			}
		}
		for _, e := range desk.ErrorsOf(bad, "date", "amount")[:min(1, len(bad))] {
			report.Failed = append(report.Failed, store.FailedRow{Line: r.Line, Field: e.Field, Say: e.Say})
		}
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.FinishBookingFile(ctx, v.By(), file.ID, report) })
	return desk.See(here + "?done=booked"), err
}

func (d *Pages) bookRow(ctx context.Context, v *visit, r ledger.BookingRow, fileID string, report *store.FileReport) (fault.Fields, error) {
	var fresh bool
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		fresh, err = tx.Book(ctx, v.By(), r.Booking, fileID)
		return err
	})
	switch {
	case fault.Is(err, fault.Conflict):
		return fault.Fields{"id": strconv.Itoa(r.Line)}, nil
	case err != nil:
		return nil, err
	case fresh:
		report.Written++
	default:
		report.Already++
	}
	return nil, nil
}
