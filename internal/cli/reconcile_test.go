package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/cli"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store"
)

// newsroomWithAccount makes a data folder with one bank account.
func newsroomWithAccount(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), filepath.Join(dir, "masthead.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sec, err := store.OpenSecrets(t.Context(), s, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	a := giro.Account{ID: "main", Name: "Main", Title: "Current account", Currency: "EUR", Holder: "The Lantern", IBAN: "DE72500700100123456700"}
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		return store.BankAccounts{Store: s, Secrets: sec}.PutAccount(t.Context(), tx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// swiftDays writes an MT940 file of so many lines a day from a day in January on.
func swiftDays(opening, first, days, lines int) string {
	var b strings.Builder
	fmt.Fprintf(&b, ":20:S\n:25:DE72500700100123456700\n:28C:%d/1\n:60F:C2601%02dEUR%d,00\n", first, first, opening)
	sum := opening
	for d := first; d < first+days; d++ {
		for i := range lines {
			fmt.Fprintf(&b, ":61:2601%02d01%02dC1,00NTRFNONREF//R%02d%06d\n:86:166?20SVWZ+gift\n", d, d, d, i)
			sum++
		}
	}
	fmt.Fprintf(&b, ":62F:C2601%02dEUR%d,00\n-\n", first+days-1, sum)
	return b.String()
}

func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func balanceOf(t *testing.T, dir, account string) int64 {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(dir, "masthead.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Balances(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		if b.Account == account {
			return b.Minor
		}
	}
	return 0
}

func TestStatementsAreReadInTheOrderOfTheirDaysAndOnlyOnce(t *testing.T) {
	dir := newsroomWithAccount(t)
	second, first := fileOf(t, "b.sta", swiftDays(102, 12, 1, 3)), fileOf(t, "a.sta", swiftDays(100, 11, 1, 2))
	code, out, errs := run(t, "reconcile", second, first, "--data", dir, "--begin")
	if code != 0 || errs != "" || !strings.Contains(out, "2 new, 0 already known") || !strings.Contains(out, "3 new") || !strings.Contains(out, "closes with 105.00 EUR") {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	code, out, _ = run(t, "reconcile", first, second, "--data", dir)
	if code != 0 || !strings.Contains(out, "0 new, 2 already known") || !strings.Contains(out, "0 new, 3 already known") {
		t.Errorf("again: %d\n%s", code, out)
	}
	if got := balanceOf(t, dir, "Assets:Bank:Main"); got != 10500 {
		t.Errorf("the bank stands at %d", got)
	}
}

func TestADryRunBooksNothingAndSeesTheFilesBeforeIt(t *testing.T) {
	dir := newsroomWithAccount(t)
	a, b := fileOf(t, "a.sta", swiftDays(0, 11, 1, 2)), fileOf(t, "b.sta", swiftDays(2, 12, 1, 3))
	code, out, errs := run(t, "reconcile", "--dry-run", b, a, "--data", dir)
	if code != 0 || errs != "" || !strings.Contains(out, "2 new") || !strings.Contains(out, "3 new") || !strings.Contains(out, "nothing was booked") {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	if got := balanceOf(t, dir, "Assets:Bank:Main"); got != 0 {
		t.Errorf("a dry run booked %d", got)
	}
}

func TestAReconcileReportIsMachineOutput(t *testing.T) {
	dir := newsroomWithAccount(t)
	code, out, _ := run(t, "reconcile", "--json", "--begin", "--data", dir, fileOf(t, "a.sta", swiftDays(7, 11, 2, 2)))
	var got struct {
		Files []struct {
			Refused  string
			Accounts []struct {
				Account, From, To    string
				New, Known, Suspense int
				Closing              int64
				Proven, Begun        bool
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || len(got.Files) != 1 || len(got.Files[0].Accounts) != 1 {
		t.Fatalf("%d %v\n%s", code, err, out)
	}
	if a := got.Files[0].Accounts[0]; a.Account != "Main" || a.New != 4 || a.Suspense != 4 || a.Closing != 1100 || !a.Proven || !a.Begun || a.From != "2026-01-11" {
		t.Errorf("%+v", a)
	}
}

func TestARefusedFileIsOneSentenceAndTheOthersAreRead(t *testing.T) {
	dir := newsroomWithAccount(t)
	good := fileOf(t, "good.sta", swiftDays(0, 11, 1, 2))
	for name, v := range map[string]struct{ text, why string }{
		"sums":   {strings.Replace(swiftDays(2, 12, 1, 1), ":62F:C260112EUR3,00", ":62F:C260112EUR9,00", 1), "closing balance"},
		"entity": {`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "&#60;Ntry>">]><Document><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>`, "document type or entity"},
		"other":  {strings.ReplaceAll(swiftDays(0, 12, 1, 1), "DE72500700100123456700", "DE89370400440532013000"), "none of ours; there are Current account (Main, EUR)"},
		"gap":    {swiftDays(50, 20, 1, 1), "moved in statements that are missing"},
	} {
		bad := fileOf(t, name, v.text)
		code, out, errs := run(t, "reconcile", bad, good, "--data", dir)
		if code != 1 || !strings.Contains(out, v.why) || strings.Count(strings.TrimSpace(errs), "\n") != 0 || !strings.Contains(errs, "1 of 2 files") {
			t.Errorf("%s: %d\n%s%s", name, code, out, errs)
		}
		if code, _, errs := run(t, "reconcile", bad, "--data", dir); code != 1 || !strings.Contains(errs, v.why) {
			t.Errorf("%s alone: %d %s", name, code, errs)
		}
	}
	if got := balanceOf(t, dir, "Assets:Bank:Main"); got != 200 {
		t.Errorf("the bank stands at %d", got)
	}
}

func TestAnOpeningBalanceIsNeverBookedUnasked(t *testing.T) {
	dir := newsroomWithAccount(t)
	file := fileOf(t, "a.sta", swiftDays(500, 11, 1, 2))
	if code, _, errs := run(t, "reconcile", file, "--data", dir); code != 1 || !strings.Contains(errs, "say so with --begin") {
		t.Errorf("%d %s", code, errs)
	}
	if got := balanceOf(t, dir, "Equity:Opening"); got != 0 {
		t.Errorf("%d was booked", got)
	}
}

// TestReconcileChild is the command in a process of its own, for the test below.
func TestReconcileChild(t *testing.T) {
	if args := os.Getenv("MASTHEAD_TEST_RECONCILE"); args != "" {
		os.Exit(cli.Run(context.Background(), strings.Split(args, "\n"), io.Discard, os.Stderr))
	}
	t.Skip("only in a process of its own")
}

func TestACommandThatIsKilledLosesAndDoublesNothing(t *testing.T) {
	dir := newsroomWithAccount(t)
	file := fileOf(t, "large.sta", swiftDays(0, 11, 10, 200))
	for try := range 40 {
		child := exec.Command(os.Args[0], "-test.run=^TestReconcileChild$")
		child.Env = append(os.Environ(), "MASTHEAD_TEST_RECONCILE=reconcile\n"+file+"\n--data\n"+dir)
		var errs bytes.Buffer
		child.Stderr = &errs
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(50+rand.IntN(300))*time.Millisecond*time.Duration(1+try/4), func() { child.Process.Kill() })
		err := child.Wait()
		kill.Stop()
		if err == nil {
			break
		}
		if child.ProcessState.ExitCode() != -1 {
			t.Fatalf("not killed, but ended with %v\n%s", err, errs.String())
		}
	}
	if code, out, errs := run(t, "reconcile", file, "--data", dir); code != 0 || !strings.Contains(out, "0 new, 2000 already known") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	if bank, open := balanceOf(t, dir, "Assets:Bank:Main"), balanceOf(t, dir, ledger.Unallocated); bank != 200_000 || open != -200_000 {
		t.Errorf("the bank stands at %d, %d are unallocated", bank, open)
	}
	if code, _, errs := run(t, "ledger", "verify", "--data", dir); code != 0 {
		t.Error(errs)
	}
}
