package program

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What readers are shown at /books is what another accounting program makes of
// the export, to the minor unit.
func TestTheBooksForReadersAreThoseThatHledgerFinds(t *testing.T) {
	path, err := exec.LookPath("hledger")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("hledger is not installed")
		}
		t.Skip("hledger is not installed, so what it makes of the books was NOT tried")
	}
	each(t, func(t *testing.T, e engine) {
		s := reading(t, e)
		within(t, patience, func() error { // a plan of the demo may renew in between
			theirs := s.hledger(t, path)
			ours, reserves := s.publicBooks(t)
			if len(ours) < 5 {
				t.Fatalf("the books show only %d accounts", len(ours))
			}
			left := map[string]int64{}
			for at, minor := range theirs {
				switch kind, _, _ := strings.Cut(at[0], ":"); kind {
				case "Assets", "Liabilities":
					left[at[1]] += minor
				case "Income", "Expenses":
					if ours[at] != minor {
						return fmt.Errorf("%s: hledger finds %d, readers are shown %d", at, minor, ours[at])
					}
				}
			}
			for at, minor := range ours {
				if theirs[at] != minor {
					return fmt.Errorf("%s: readers are shown %d, hledger finds %d", at, minor, theirs[at])
				}
			}
			for currency, minor := range left {
				if reserves[currency] != minor {
					return fmt.Errorf("readers are shown reserves of %d %s, hledger finds %d", reserves[currency], currency, minor)
				}
			}
			return nil
		})
	})
}

// publicBooks are the accounts of all years as readers get them, debits positive.
func (s *server) publicBooks(t *testing.T) (accounts map[[2]string]int64, reserves map[string]int64) {
	t.Helper()
	var got struct {
		Accounts []struct {
			Account, Currency string
			Minor             int64
		}
		Reserves map[string]int64
	}
	a := s.get(t, "/books.json")
	if err := json.Unmarshal(a.Body, &got); err != nil {
		t.Fatalf("%d %.200s: %v", a.Status, a.Body, err)
	}
	accounts = map[[2]string]int64{}
	for _, x := range got.Accounts {
		accounts[[2]string{x.Account, x.Currency}] = x.Minor
	}
	return accounts, got.Reserves
}

// hledger asks it for the sums of the export. The demo's currency has cents.
func (s *server) hledger(t *testing.T, program string) map[[2]string]int64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "books.journal")
	if err := os.WriteFile(file, []byte(s.on(t, "ledger", "export")), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(program, "-f", file, "balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare").Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(said))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%v in %s", err, said)
	}
	out := map[[2]string]int64{}
	for _, r := range rows[1:] {
		n, ok := new(big.Rat).SetString(r[2])
		if !ok || r[1] != "USD" {
			t.Fatalf("%q is no sum in dollars", r)
		}
		n.Mul(n, big.NewRat(100, 1))
		if !n.IsInt() {
			t.Fatalf("%q has parts of a cent", r)
		}
		out[[2]string{r[0], r[1]}] = n.Num().Int64()
	}
	return out
}
