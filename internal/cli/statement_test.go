package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/cli"
)

func run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

const sample = "../statement/testdata/"

func TestAStatementIsReadAndItsSumsAreProven(t *testing.T) {
	for _, name := range []string{"de-camt.xml", "nl-ing.940", "pl-ing.sta"} {
		code, out, errs := run(t, "statement", sample+name)
		if code != 0 || !strings.Contains(out, "the sums hold") || errs != "" {
			t.Errorf("%s: %d\n%s%s", name, code, out, errs)
		}
	}
}

func TestAStatementWhoseSumsDoNotHoldIsRefusedInOneSentence(t *testing.T) {
	data, err := os.ReadFile(sample + "nl-ing.940")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte(":62F:")) + len(":62F:C240101EUR")
	data[at] = '9' // another closing balance
	lie := filepath.Join(t.TempDir(), "lie.940")
	if err := os.WriteFile(lie, data, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "statement", lie)
	if code != 1 || out != "" || strings.Count(strings.TrimSpace(errs), "\n") != 0 || !strings.Contains(errs, "lie.940") {
		t.Errorf("%d %q %q", code, out, errs)
	}
}

func TestAStatementAsJSONHoldsEveryLine(t *testing.T) {
	code, out, errs := run(t, "statement", "--json", sample+"de-camt.xml")
	var list []struct {
		File    string `json:"file"`
		Proven  bool   `json:"proven"`
		Account string
		Entries []struct{ Amount int64 }
	}
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != 1 {
		t.Fatalf("%d %v %s\n%.300s", code, err, errs, out)
	}
	if s := list[0]; s.File != "de-camt.xml" || !s.Proven || s.Account == "" || len(s.Entries) == 0 {
		t.Errorf("%+v", s)
	}
}
