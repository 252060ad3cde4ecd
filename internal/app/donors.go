package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/limit"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// wireMy adds the pages of a donor's own.
func (a *App) wireMy(s *site.Site) {
	m := &site.My{
		Site: s, Fund: a.Fund, Nonces: web.NewNonces(a.Secrets.Derive("donors' forms")), Money: a.Money, Limits: limit.New(a.Clock),
		Letter:    (&worker.DonorLetters{Letters: a.letters()}).Letter,
		BankTexts: a.Store.Statements(a.Secrets, store.System, a.Money).DonorTexts,
	}
	tax := a.taxPages(s)
	m.Receipts, m.Receipt, m.Statement, m.TaxForms = tax.ByPayment, tax.Address, tax.Statement, tax.Forms
	s.More = append(s.More, tax.Routes()...)
	s.More = append(s.More, m.Routes()...)
}

// ErasedFile lists in the data folder which donors were erased, by their ids. It
// is to be kept apart from backups: restored beside an older one, it lets the
// program erase them again before it serves.
const ErasedFile = "erased.txt"

// reapplyErasures brings the database up to the list of erasures, and the list
// up to the database.
func (a *App) reapplyErasures(ctx context.Context) error {
	list, err := readErasures(filepath.Join(a.Config.Data, ErasedFile))
	if err != nil {
		return err
	}
	if len(list) > 0 {
		if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddErasures(ctx, list) }); err != nil {
			return err
		}
	}
	n, err := a.Store.ReapplyErasures(ctx)
	if n > 0 {
		slog.Info("donors who had been erased were in this database and were erased again", "donors", n)
	}
	if err != nil {
		return err
	}
	return a.keepErasures(ctx)
}

// keepErasures writes the list of erasures anew, aside and then into place.
func (a *App) keepErasures(ctx context.Context) error {
	list, err := a.Store.Erasures(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	var b bytes.Buffer
	for _, e := range list {
		b.WriteString(e.At.UTC().Format(time.RFC3339) + " " + e.DonorID + "\n")
	}
	path := filepath.Join(a.Config.Data, ErasedFile)
	if err = os.WriteFile(path+".new", b.Bytes(), 0o600); err == nil {
		err = os.Rename(path+".new", path)
	}
	return fault.Wrap(fault.Unavailable, err, "the list of erased donors can't be written to %s; check the disk and its permissions", path)
}

func readErasures(path string) ([]store.Erasure, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s can't be read; check its permissions", path)
	}
	var list []store.Erasure
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		day, donor, ok := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		at, err := time.Parse(time.RFC3339, day)
		if !ok || err != nil || donor == "" {
			if day == "" {
				continue
			}
			return nil, fault.New(fault.Invalid, "%s has a line that is not a time and an id; restore the file as it was kept", path)
		}
		list = append(list, store.Erasure{DonorID: donor, At: at})
	}
	return list, nil
}
