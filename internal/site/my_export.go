package site

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// export offers all that is kept about the donor.
func (m *My) export(_ context.Context, v *me) (web.Page, error) {
	return v.form(http.StatusOK, web.MyFormPage{Heading: v.T("my.export"), Say: []string{v.T("my.export.say")}, Links: append([]web.Link{
		{Text: v.T("my.export.json"), Href: v.Path("/my/export/json")}, {Text: v.T("my.export.csv"), Href: v.Path("/my/export/csv")}}, v.back()...)})
}

// download is the export as one JSON document, or as one CSV file a table.
func (m *My) download(ctx context.Context, v *me) (web.Page, error) {
	tables, err := v.Site.Store.DonorData(ctx, v.donor.ID)
	if err != nil {
		return web.Page{}, err
	}
	if v.BankTexts != nil {
		texts, err := v.BankTexts(ctx, v.donor.ID)
		if err != nil {
			return web.Page{}, err
		}
		if len(texts.Rows) > 0 {
			tables = append(tables, texts)
		}
	}
	now := v.Site.Clock.Now()
	p := web.Page{Header: http.Header{}}
	ext := "json"
	switch param(v.r, "kind") {
	case "json":
		p.Type = "application/json"
		p.Body, err = exportJSON(tables, v.outlet.Name, now)
	case "csv":
		ext, p.Type = "zip", "application/zip"
		p.Body, err = exportCSV(tables, now)
	default:
		return web.Page{}, fault.New(fault.NotFound, "there is no page at this address")
	}
	p.Header.Set("Content-Disposition", `attachment; filename="my-gifts-`+now.Format(time.DateOnly)+"."+ext+`"`)
	return p, err
}

func exportJSON(tables []store.DonorTable, outlet string, now time.Time) ([]byte, error) {
	data := map[string][]map[string]any{}
	for _, t := range tables {
		for _, row := range t.Rows {
			line := map[string]any{}
			for i, name := range t.Columns {
				line[name] = row[i]
			}
			data[t.Name] = append(data[t.Name], line)
		}
	}
	b, err := json.MarshalIndent(map[string]any{"kept_by": outlet, "made_at": now.Format(time.RFC3339), "data": data}, "", "  ")
	return append(b, '\n'), fault.Wrap(fault.Internal, err, "")
}

// exportCSV is a ZIP with a file a table, in UTF-8.
func exportCSV(tables []store.DonorTable, now time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, t := range tables {
		f, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".csv", Method: zip.Deflate, Modified: now})
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "")
		}
		w := csv.NewWriter(f)
		lines := [][]string{t.Columns}
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = tame(cell)
			}
			lines = append(lines, cells)
		}
		if err := w.WriteAll(lines); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "")
		}
	}
	err := z.Close()
	return b.Bytes(), fault.Wrap(fault.Internal, err, "")
}

// tame writes a cell so that no spreadsheet takes a text for a formula.
func tame(cell any) string {
	switch x := cell.(type) {
	case nil:
		return ""
	case json.RawMessage:
		return string(x)
	case string:
		if x != "" && strings.ContainsAny(x[:1], "=+-@\t\r") {
			return "'" + x
		}
		return x
	}
	return fmt.Sprint(cell)
}
