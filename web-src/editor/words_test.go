package editor

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/locale"
)

// built are beginnings of keys whose rest is computed: t("kind." + name).
var (
	asked = regexp.MustCompile(`\b(?:t|has)\("([a-z][a-z0-9._]*)"`)
	tools = regexp.MustCompile(`"((?:tool|hint|lead|move|paste\.lost)\.[a-z0-9_.]+)"`)
	built = []string{"add.", "article.", "conflict.", "content.", "field.", "group.", "hint.", "kind.", "paste.kept.", "paste.lost.", "picture.crop.", "role.", "state."}
)

// onThePage are words that the page itself says before the script runs.
var onThePage = []string{"noscript", "page", "untitled", "title", "plain"}

func keys(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.ts")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d sources: %v", len(files), err)
	}
	out := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, re := range []*regexp.Regexp{asked, tools} {
			for _, m := range re.FindAllStringSubmatch(string(b), -1) {
				out[m[1]] = true
			}
		}
	}
	return out
}

func TestTheEditorHasEveryWordThatItAsksForAndNoOther(t *testing.T) {
	used := keys(t)
	have := locale.For("en").Messages("editor.")
	for key := range used {
		if have["editor."+key] == nil && !slices.Contains(built, key) {
			t.Errorf("the editor asks for %q, which the catalogue does not have", key)
		}
	}
	for key := range have {
		key = strings.TrimPrefix(key, "editor.")
		if !used[key] && !slices.Contains(onThePage, key) && !slices.ContainsFunc(built, func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("nobody uses %q", key)
		}
	}
}

func TestEveryBlockAndFieldThatCanBeEditedHasAName(t *testing.T) {
	have := locale.For("en").Messages("editor.")
	d := document.Describe()
	for kind, fields := range d.Blocks {
		if have["editor.kind."+kind] == nil {
			t.Errorf("the block %q has no name", kind)
		}
		for _, f := range fields {
			shown := !slices.Contains([]string{"ref", "width", "height", "media", "poster", "items"}, f.Name) && !slices.Contains([]string{"inline", "blocks", "list", "grid"}, f.Kind)
			if shown && !slices.Contains([]string{"raw", "heading", "list", "code"}, kind) && have["editor.field."+f.Name] == nil && have["editor.field."+kind+"."+f.Name] == nil {
				t.Errorf("the field %s of %q has no name", f.Name, kind)
			}
		}
	}
}
