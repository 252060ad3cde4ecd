package cli

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
)

// folderWithBooks makes a data folder with two gifts in its books.
func folderWithBooks(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	s, err := store.Open(t.Context(), Where{Data: folder}.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		for i, a := range []money.Amount{{Currency: "USD", Minor: 2500}, {Currency: "JPY", Minor: 3000}} {
			source := ledger.Source{Provider: "sandbox", Object: []string{"ch_1", "ch_2"}[i], Date: "2026-01-15"}
			if _, _, err := tx.Post(t.Context(), ledger.PaymentSucceeded(source, a)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func ledgerCommand(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = Run(t.Context(), append([]string{"ledger"}, args...), &out, &err)
	return out.String(), err.String(), code
}

func TestSoundBooksAreSaidToBeSound(t *testing.T) {
	folder := folderWithBooks(t)
	out, errs, code := ledgerCommand(t, "verify", "--data", folder)
	if code != 0 || errs != "" || !strings.HasPrefix(out, "the books are sound: 2 entries, head ") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	out, _, code = ledgerCommand(t, "verify", "--data", folder, "--json")
	var v verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || !v.Sound || v.Head.Seq != 2 || v.Damage != nil {
		t.Errorf("%d %v %s", code, err, out)
	}
}

func TestDamagedBooksAreNamedWithTheFirstBadEntryAndCodeOne(t *testing.T) {
	folder := folderWithBooks(t)
	foreign, err := sql.Open("sqlite", filepath.Join(folder, "masthead.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	if _, err := foreign.Exec("DROP TRIGGER ledger_posting_no_update; UPDATE ledger_posting SET minor = 1 WHERE seq = 2 AND n = 0"); err != nil {
		t.Fatal(err)
	}
	out, errs, code := ledgerCommand(t, "verify", "--data", folder)
	if code != 1 || out != "" || !strings.Contains(errs, "entry 2 was altered") || strings.Count(errs, "\n") != 1 {
		t.Errorf("%d %q %q", code, out, errs)
	}
	out, _, code = ledgerCommand(t, "verify", "--data", folder, "--json")
	var v verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 1 || v.Sound || v.Damage == nil || v.Damage.Seq != 2 || v.Damage.Kind != ledger.Altered {
		t.Errorf("%d %v %s", code, err, out)
	}
}

func TestBalancesArePrintedForPeopleAndPrograms(t *testing.T) {
	folder := folderWithBooks(t)
	out, _, code := ledgerCommand(t, "balance", "--data", folder)
	want := `   3000  JPY  Assets:PSP:Sandbox
  25.00  USD  Assets:PSP:Sandbox
  -3000  JPY  Income:Donations
 -25.00  USD  Income:Donations
`
	if got := strings.Join(strings.Fields(out), " "); code != 0 || got != strings.Join(strings.Fields(want), " ") {
		t.Errorf("%d\n%s", code, out)
	}
	out, _, _ = ledgerCommand(t, "balance", "--data", folder, "--json")
	var v struct{ Balances []ledger.Balance }
	if err := json.Unmarshal([]byte(out), &v); err != nil || len(v.Balances) != 4 || v.Balances[1] != (ledger.Balance{Account: "Assets:PSP:Sandbox", Currency: "USD", Minor: 2500}) {
		t.Errorf("%v %s", err, out)
	}
}

func TestTheBooksAreExportedInThreeFormats(t *testing.T) {
	folder := folderWithBooks(t)
	for format, want := range map[string]string{"hledger": "account Assets:PSP:Sandbox", "beancount": "open Assets:PSP:Sandbox", "csv": "seq,date,key,"} {
		out, errs, code := ledgerCommand(t, "export", "--format", format, "--data", folder)
		if code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "sandbox:ch_2:charge") {
			t.Errorf("%s: %d %q\n%s", format, code, errs, out)
		}
	}
	if _, errs, code := ledgerCommand(t, "export", "--format", "xls", "--data", folder); code != 2 || errs == "" {
		t.Errorf("an unknown format: %d %q", code, errs)
	}
}

func TestBooksThatAreNotThereAreSaidToBeMissing(t *testing.T) {
	_, errs, code := ledgerCommand(t, "verify", "--data", filepath.Join(t.TempDir(), "none"))
	if code != 1 || !strings.Contains(errs, "there is no newsroom") {
		t.Errorf("%d %q", code, errs)
	}
}
