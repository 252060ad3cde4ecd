package masthead_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scenarios is how many the specification of reader funding numbers (§9.1).
const scenarios = 50

var (
	numbers      = `([0-9]+(?:(?:, | and )[0-9]+)*)`
	inComment    = regexp.MustCompile(`(?i)\bscenarios? ` + numbers)
	atTheBrace   = regexp.MustCompile(`^// ` + numbers + `(?:$|,)`)
	betweenThose = regexp.MustCompile(`, | and `)
)

// A test says which scenario it plays: "// scenario 33" above it or behind its
// opening brace, where the number alone will do.
func TestEveryScenarioOfTheSpecificationIsPlayedByATest(t *testing.T) {
	played := map[int][]string{}
	for _, file := range testFiles(t) {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for name, list := range scenariosOf(set, parsed) {
			for _, n := range list {
				played[n] = append(played[n], name)
			}
		}
	}
	for n := 1; n <= scenarios; n++ {
		if len(played[n]) == 0 {
			t.Errorf("no test plays scenario %d", n)
		}
	}
	for n, names := range played {
		if n < 1 || n > scenarios {
			t.Errorf("%v play scenario %d, which there is not", names, n)
		}
	}
}

func testFiles(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	return files
}

// scenariosOf finds the numbers that each test of a file names.
func scenariosOf(set *token.FileSet, f *ast.File) map[string][]int {
	out := map[string][]int{}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || !strings.HasPrefix(fn.Name.Name, "Test") {
			continue
		}
		if fn.Doc != nil {
			out[fn.Name.Name] = append(out[fn.Name.Name], numbersIn(inComment, fn.Doc.Text())...)
		}
		brace := set.Position(fn.Body.Lbrace).Line
		for _, c := range f.Comments {
			if first := c.List[0]; set.Position(first.Pos()).Line == brace && first.Pos() > fn.Body.Lbrace {
				out[fn.Name.Name] = append(out[fn.Name.Name], slices.Concat(numbersIn(atTheBrace, first.Text), numbersIn(inComment, first.Text))...)
			}
		}
	}
	return out
}

func numbersIn(pattern *regexp.Regexp, text string) (out []int) {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		for _, digits := range betweenThose.Split(m[1], -1) {
			n, _ := strconv.Atoi(digits)
			out = append(out, n)
		}
	}
	return out
}
