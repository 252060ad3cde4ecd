package paper

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// redirectFile takes a file of redirects, and gives one.
func (d *Pages) redirectFile(ctx context.Context, v *visit) (web.Page, error) {
	return v.Draw("desk/form", v.filePage(ctx, nil, nil))
}

func (v *visit) filePage(ctx context.Context, bad fault.Fields, report *web.Panel) web.FormPage {
	f := v.Frame(ctx, "redirects.file")
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("redirects.file.say"), Tabs: v.tabs(redirectsPath),
		Forms: []web.Form{{ID: "file", Action: redirectsPath + "/file", Nonce: v.Nonce(), Submit: v.Loc.T("redirects.file.act"), Errors: desk.ErrorsOf(bad, "file"),
			Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "file", Kind: "file", Label: v.Loc.T("redirects.file.field"), Hint: v.Loc.T("redirects.file.hint"), Required: true}}}}}}}
	if report != nil {
		p.Panels = append(p.Panels, *report)
	}
	p.Panels = append(p.Panels, web.Panel{ID: "export", Heading: v.Loc.T("redirects.export"), Text: v.Loc.T("redirects.export.say"),
		Links: []web.Link{{Text: "redirects.csv", Href: redirectsPath + "/redirects.csv"}}})
	return p
}

const (
	linesMost = 20_000   // of a file
	bytesMost = 8 << 20  // of a file
	lineSlice = 20       // redirects of one transaction
	told      = 100      // refused lines that are shown one by one
	bom       = "\ufeff" // spreadsheets write it before the first line
)

// line is one redirect of a file.
type line struct {
	n        int
	from, to string
	why      string // it was refused: key of the reason
}

// readLines reads a file: from and to in the first two columns, with commas or
// semicolons between. A first line whose first field is no address is the heads'.
func readLines(data []byte) ([]line, error) {
	text := strings.TrimPrefix(string(data), bom)
	r := csv.NewReader(strings.NewReader(text))
	first, _, _ := strings.Cut(text, "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	var out []line
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(out) >= linesMost {
			return nil, fault.New(fault.Invalid, "the file can't be read")
		}
		n, _ := r.FieldPos(0)
		l := line{n: n, from: strings.TrimSpace(cells[0])}
		if len(cells) > 1 {
			l.to = strings.TrimSpace(cells[1])
		}
		if len(out) == 0 && n == 1 && !strings.HasPrefix(l.from, "/") && !strings.HasPrefix(l.from, "?") && !strings.Contains(l.from, "://") {
			continue
		}
		out = append(out, l)
	}
}

// doRedirectFile takes what can be taken and says of the rest why not.
func (d *Pages) doRedirectFile(ctx context.Context, v *visit) (web.Page, error) {
	lines, err := v.uploadedLines()
	if err != nil {
		return v.Again("desk/form", v.filePage(ctx, fault.Fields{"file": v.Loc.T("redirects.file.bad")}, nil))
	}
	taken, refused := 0, []line{}
	for at := 0; at < len(lines); at += lineSlice {
		some := lines[at:min(at+lineSlice, len(lines))]
		if err := d.takeLines(ctx, v, some); err != nil {
			return web.Page{}, err
		}
		for _, l := range some {
			if l.why == "" {
				taken++
			} else {
				refused = append(refused, l)
			}
		}
	}
	return v.Draw("desk/form", v.filePage(ctx, nil, v.fileReport(taken, refused)))
}

func (v *visit) uploadedLines() ([]line, error) {
	file, head, err := v.FormFile("file")
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "no file came")
	}
	defer file.Close()
	if head.Size > bytesMost {
		return nil, fault.New(fault.TooLarge, "the file is too large")
	}
	data, err := io.ReadAll(io.LimitReader(file, bytesMost))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file can't be read")
	}
	return readLines(data)
}

// takeLines writes some of them in one transaction, and notes which were refused.
func (d *Pages) takeLines(ctx context.Context, v *visit, some []line) error {
	return d.Store.Write(ctx, func(tx *store.Tx) error {
		for i := range some {
			some[i].why = ""
			err := tx.PutRedirect(ctx, v.By(), some[i].from, some[i].to, d.own)
			var no *store.Refusal
			switch {
			case errors.As(err, &no):
				some[i].why = no.Why
			case err != nil:
				return err
			}
		}
		return nil
	})
}

func (v *visit) fileReport(taken int, refused []line) *web.Panel {
	p := &web.Panel{ID: "report", Heading: v.Loc.T("redirects.report"), Text: v.Loc.N("redirects.taken", taken)}
	if len(refused) == 0 {
		return p
	}
	p.Text += "\n\n" + v.Loc.N("redirects.refused", len(refused))
	p.Table = &web.Table{Caption: v.Loc.T("redirects.report"), Columns: v.Columns("redirects.line", "redirects.from", "redirects.why")}
	p.Table.Columns[0].Num = true
	for _, l := range refused[:min(told, len(refused))] {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: v.Loc.Number(int64(l.n))}, {Text: l.from, Small: l.to, Dir: "ltr"}, {Text: v.Loc.T("redirects.no." + l.why)}}})
	}
	return p
}

// redirectsCSV is the file of all redirects that were written by hand.
func (d *Pages) redirectsCSV(ctx context.Context, _ *visit) (web.Page, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"from", "to", "since"}); err != nil {
		return web.Page{}, err
	}
	const some = 500
	for at := 0; ; at += some {
		list, err := d.Store.Redirects(ctx, store.RedirectQuery{Hand: true, Limit: some, Offset: at})
		if err != nil {
			return web.Page{}, err
		}
		for _, r := range list {
			if err := w.Write([]string{r.Path, r.Target, r.At.UTC().Format("2006-01-02T15:04:05Z")}); err != nil {
				return web.Page{}, err
			}
		}
		if len(list) < some {
			break
		}
	}
	w.Flush()
	return web.Page{Type: "text/csv; charset=utf-8", Body: b.Bytes(), Header: http.Header{"Content-Disposition": {`attachment; filename="redirects.csv"`}}}, w.Error()
}
