package wxr

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
)

// corpus returns files from the folder of real exports that MASTHEAD_CORPORA
// names; they are not part of the project.
func corpus(t *testing.T, patterns ...string) []string {
	t.Helper()
	root := os.Getenv("MASTHEAD_CORPORA")
	if root == "" && os.Getenv("CI") != "" {
		t.Fatal("MASTHEAD_CORPORA is unset, and CI must run on the real exports")
	}
	if root == "" {
		t.Skip("MASTHEAD_CORPORA is unset: the real WordPress exports are not checked")
	}
	var files []string
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(root, p))
		if err != nil || len(found) == 0 {
			t.Fatalf("no files at %s (%v)", p, err)
		}
		files = append(files, found...)
	}
	return files
}

var (
	cdata     = regexp.MustCompile(`(?s)<!\[CDATA\[(.*?)\]\]>`)
	kindTag   = regexp.MustCompile(`<wp:post_type>(?:<!\[CDATA\[)?([a-z_]+)`)
	statusTag = regexp.MustCompile(`<wp:status>(?:<!\[CDATA\[)?([a-z_]+)`)
)

// counts are what a search of the bare file finds, to hold the parser against.
func counts(source string) map[string]int {
	out := map[string]int{}
	for _, m := range kindTag.FindAllStringSubmatch(source, -1) {
		out["kind "+m[1]]++
	}
	for _, m := range statusTag.FindAllStringSubmatch(source, -1) {
		out["status "+m[1]]++
	}
	bare := cdata.ReplaceAllString(source, "")
	for what, tag := range map[string]string{"items": "<item>", "authors": "<wp:author>", "categories": "<wp:category>", "tags": "<wp:tag>", "comments": "<wp:comment>", "meta": "<wp:postmeta>"} {
		if n := strings.Count(bare, tag); n > 0 {
			out[what] = n
		}
	}
	return out
}

func countsOf(got seen) map[string]int {
	out := map[string]int{}
	add := func(what string, n int) {
		if n > 0 {
			out[what] += n
		}
	}
	add("items", len(got.items))
	add("authors", len(got.authors))
	for _, term := range got.terms {
		switch term.Taxonomy {
		case TaxonomyCategory:
			out["categories"]++
		case TaxonomyTag:
			out["tags"]++
		}
	}
	for _, it := range got.items {
		add("kind "+it.Kind, 1)
		add("status "+it.Status, 1)
		add("comments", it.Comments)
		for _, values := range it.Meta {
			add("meta", len(values))
		}
	}
	return out
}

func TestRealExportsAreReadWithNothingMissing(t *testing.T) {
	for _, file := range corpus(t, "wxr/*.xml") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := read(t, string(source), Options{})
		have := countsOf(got)
		for what, n := range counts(string(source)) {
			if have[what] != n && !(what == "categories" && have[what] == n+termsOnly(string(source), "category", got)) {
				t.Errorf("%s: %d %s, the file has %d", filepath.Base(file), have[what], what, n)
			}
		}
		for _, it := range got.items {
			checkKept(t, it)
		}
	}
}

// termsOnly counts categories that only the general list of terms has.
func termsOnly(source, taxonomy string, got seen) int {
	n := 0
	for _, term := range got.terms {
		if term.Taxonomy == taxonomy && !strings.Contains(source, "_nicename>"+term.Slug+"<") && !strings.Contains(source, "_nicename><![CDATA["+term.Slug+"]") {
			n++
		}
	}
	return n
}

// checkKept holds what an item shows after the import against what it showed.
func checkKept(t *testing.T, it *Item) {
	t.Helper()
	if it.Document == nil {
		return
	}
	in, out, raw := it.Report.In, it.Report.Out, it.Report.Kept
	if in.Words > out.Words+raw.Words || in.Links > out.Links+raw.Links || in.Images > out.Images+raw.Images ||
		in.Quotes > out.Quotes+raw.Quotes || in.Footnotes != out.Footnotes {
		t.Errorf("item %s %q: in %+v, out %+v, in raw blocks %+v", it.Source, it.Title, in, out, raw)
	}
	b, err := it.Document.Encode()
	if err != nil {
		t.Errorf("item %s: %v", it.Source, err)
	}
	if _, err := document.Decode(b); err != nil {
		t.Errorf("item %s: %v", it.Source, err)
	}
}

func TestSmallExportsOfOthersAreReadAndBrokenOnesRefused(t *testing.T) {
	const root = "site-exports/mg-wp-xml/test/fixtures/"
	broken := map[string]string{ // file → where xmllint, too, finds an entity without its end
		"sample.xml": "line 109,", "sample-no-slug.xml": "line 109,", "attachments-only.xml": "line 11,",
	}
	for _, file := range corpus(t, root+"*.xml", root+"multiple/*.xml") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		got, err := readAll(string(source), Options{})
		if where, bad := broken[name]; bad {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), where) {
				t.Errorf("%s: %v, want it refused at %s", name, err, where)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := counts(string(source))["items"]; len(got.items) != n {
			t.Errorf("%s: %d items, the file has %d", name, len(got.items), n)
		}
	}
}
