package masthead_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "masthead.dev/masthead/"

// floors says on which floor a package stands. A package imports only what is
// below it; the edges on one floor that are allowed stand in sameFloor.
var floors = map[string]int{
	"internal/money": 0, "internal/fault": 0, "internal/id": 0, "internal/network": 0, "internal/clock": 0, "internal/locale": 0, "internal/search": 0,

	"internal/document": 1, "internal/media": 1, "internal/outlet": 1, "internal/staff": 1, "internal/news": 1, "internal/fund": 1,
	"internal/ledger": 1, "internal/guard": 1, "internal/giro": 1, "internal/job": 1, "internal/limit": 1, "internal/passkey": 1, "internal/feed": 1, "internal/source/wxr": 1, "internal/statement": 1, "internal/receipt": 1, "internal/merge": 1, "internal/draft": 1, "internal/markdown": 1, "internal/standing": 1, "internal/outbox": 1, "internal/retention": 1,

	"internal/db": 2,

	"internal/store": 3, "internal/web": 3, "internal/payment/sandbox": 3, "internal/payment/bank": 3, "internal/mail": 3, "internal/blob": 3, "internal/pdf": 3, "internal/editorial": 3,

	"internal/site": 4, "internal/api": 4, "internal/desk": 4, "internal/desk/money": 4, "internal/desk/story": 4, "internal/desk/front": 4, "internal/desk/paper": 4, "internal/webhook": 4, "internal/worker": 4, "internal/importer": 4, "internal/demo": 4,

	"internal/app": 5, "internal/cli": 5, "cmd/masthead": 6,

	"web-src/build": 9, "web-src/pack": 8, "web-src/editor": 9, "test/run": 9, "test/program": 9, "bench": 9,
	"internal/testkit/pg": 9, "internal/testkit/smtp": 9, "internal/testkit/browser": 9, "internal/store/storetest": 9, "internal/payment/paymenttest": 9, "internal/desk/desktest": 9, "internal/staff/stafftest": 9, "internal/passkey/passkeytest": 9, "internal/document/documenttest": 9,
}

// testOnly are packages that only tests (and each other) may import.
var testOnly = []string{"internal/testkit/", "internal/store/storetest", "internal/payment/paymenttest", "internal/desk/desktest", "internal/staff/stafftest", "internal/passkey/passkeytest", "internal/document/documenttest"}

var sameFloor = map[string]string{
	"internal/news internal/document":       "an article's body is a document",
	"internal/news internal/outlet":         "addresses follow the outlet's pattern and zone",
	"internal/fund internal/ledger":         "a payment becomes entries",
	"internal/fund internal/statement":      "a bank's lines become lines of the books",
	"internal/fund internal/giro":           "what a payer writes may hold a reference",
	"internal/source/wxr internal/document": "a foreign post becomes a document",
	"internal/news internal/job":            "a scheduled article is a job",
	"internal/merge internal/news":          "what is merged is an article's content",
	"internal/merge internal/document":      "the body is merged block by block",
	"internal/markdown internal/merge":      "what was not touched in a text is found by comparing",
	"internal/markdown internal/document":   "a document is written as Markdown and read back",
	"internal/draft internal/news":          "what is typed becomes revisions",
	"internal/draft internal/merge":         "two people's changes are put together",
	"internal/draft internal/job":           "what somebody typed and left is kept by a job",
	"internal/fund internal/guard":          "a gift that looks like a card test waits for a person",
	"internal/fund internal/job":            "what a provider says is fetched by a job",
	"internal/desk/money internal/desk":     "the desk draws the pages about money and says who may open them",
	"internal/desk/paper internal/desk":     "the desk draws the pages about the newsroom itself and says who may open them",
	"internal/desk/story internal/desk":     "the desk draws the pages about stories and says who may open them",
	"internal/desk/front internal/desk":     "the desk draws the pages about the front and says who may open them",
	"internal/editorial internal/store":     "what is done with a story is asked and done in one transaction",
	"internal/standing internal/outlet":     "the newsroom's own texts stand in its settings",
	"internal/money internal/fault":         "bad amounts are answered with a sentence",
	"internal/locale internal/fault":        "a sentence that can't stand is refused in words",
	"internal/locale internal/money":        "amounts follow the locale",
}

// dry floors do no I/O of their own.
var wet = map[string]string{
	"database/sql":  "floors 0 and 1 know no database: put the query into store",
	"net/http":      "floors 0 and 1 know no network: a provider's request is bytes and a header map",
	"html/template": "floors 0 and 1 draw no pages: put the page into web",
}

var onlyIn = []struct{ imports, pkg, why string }{
	{"modernc.org/sqlite", "internal/db", "only db knows the drivers"},
	{"github.com/jackc/pgx", "internal/db", "only db knows the drivers"},
	{"github.com/pressly/goose", "internal/store", "only store holds SQL"},
}

var surfaces = []string{"internal/site", "internal/api", "internal/desk", "internal/desk/money", "internal/desk/story", "internal/desk/front", "internal/desk/paper", "internal/webhook", "internal/activitypub", "internal/worker", "internal/importer"}

type pkg struct {
	ImportPath string
	Imports    []string
	Module     *struct{ Path string }
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Module", "./...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(out); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPackagesImportOnlyFloorsBelowTheirOwn(t *testing.T) {
	all := list(t)
	if len(all) < 10 {
		t.Fatalf("only %d packages were found", len(all))
	}
	for _, p := range all {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name+"/" == module { // this test's own
			continue
		}
		floor, ok := floors[name]
		if !ok {
			t.Errorf("%s stands on no floor: give it a line in the table of deps_test.go and in docs/architecture.md", name)
			continue
		}
		for _, i := range p.Imports {
			for _, fault := range faults(name, floor, i) {
				t.Error(fault)
			}
		}
	}
}

// faults says what is wrong with one import.
func faults(name string, floor int, imported string) (out []string) {
	if why := wet[imported]; why != "" && floor <= 1 {
		out = append(out, name+" imports "+imported+": "+why)
	}
	for _, o := range onlyIn {
		if strings.HasPrefix(imported, o.imports) && name != o.pkg && floor < 9 {
			out = append(out, name+" imports "+imported+": "+o.why)
		}
	}
	target, ours := strings.CutPrefix(imported, module)
	if !ours {
		return out
	}
	if floor < 9 && slices.ContainsFunc(testOnly, func(p string) bool { return strings.HasPrefix(target, p) }) {
		out = append(out, name+" imports "+target+": only tests may")
	}
	switch below := floors[target]; {
	case below > floor:
		out = append(out, name+" (floor "+digit(floor)+") imports "+target+" (floor "+digit(below)+"): a package imports only floors below its own; move the rule down or pass the value in")
	case below == floor && floor < 5 && sameFloor[name+" "+target] == "":
		out = append(out, name+" imports "+target+" on the same floor: pass the value in, or give the edge a reason in sameFloor")
	}
	if slices.Contains(surfaces, name) && slices.Contains(surfaces, target) && sameFloor[name+" "+target] == "" {
		out = append(out, name+" imports "+target+": surfaces never know each other; what both need belongs into web or a domain package")
	}
	if strings.HasPrefix(name, "internal/payment/") && target == "internal/store" {
		out = append(out, name+" imports store: an adapter returns plain facts and keeps nothing in our database")
	}
	return out
}

func digit(n int) string { return string(rune('0' + n)) }

func TestAForbiddenImportIsNamedWithItsReason(t *testing.T) {
	for _, c := range []struct{ name, imported, want string }{
		{"internal/fund", "database/sql", "put the query into store"},
		{"internal/news", module + "internal/store", "imports only floors below"},
		{"internal/site", module + "internal/desk", "surfaces never know each other"},
		{"internal/desk", "github.com/jackc/pgx/v5", "only db knows the drivers"},
		{"internal/payment/sandbox", module + "internal/store", "keeps nothing in our database"},
		{"internal/app", module + "internal/testkit/pg", "only tests may"},
	} {
		got := strings.Join(faults(c.name, floors[c.name], c.imported), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s importing %s: %q", c.name, c.imported, got)
		}
	}
}

func TestNoPackageHasANameThatSaysNothing(t *testing.T) {
	for _, p := range list(t) {
		switch filepath.Base(p.ImportPath) {
		case "models", "utils", "util", "helpers", "common", "handlers", "services", "types":
			t.Errorf("%s: a package is named after its subject", p.ImportPath)
		}
	}
}
