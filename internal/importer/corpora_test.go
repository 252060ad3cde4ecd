package importer

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// corpora is the folder of real exports, which are not part of this project.
func corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MASTHEAD_CORPORA")
	if dir == "" && os.Getenv("CI") != "" {
		t.Fatal("MASTHEAD_CORPORA is not set, and CI must run on the real exports")
	}
	if dir == "" {
		t.Skip("MASTHEAD_CORPORA is not set, so imports are NOT tested on real exports")
	}
	return dir
}

func realExports(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(corpora(t), "wxr", "*.xml"))
	if err != nil || len(all) != 3 {
		t.Fatalf("%v, %v", all, err)
	}
	return all
}

// scanned is what a plain search through the text of an export finds.
type scanned struct {
	counts map[string]int
	links  []string // of posts and pages that anybody may read
	hidden []string // of those that nobody may read
}

var (
	itemText = regexp.MustCompile(`(?s)<item>.*?</item>`)
	distinct = map[string]*regexp.Regexp{
		"author":   regexp.MustCompile(`<wp:author_login>(.*?)</wp:author_login>`),
		"category": regexp.MustCompile(`<wp:category_nicename>(.*?)</wp:category_nicename>`),
		"tag":      regexp.MustCompile(`<wp:tag_slug>(.*?)</wp:tag_slug>`),
	}
)

func field(item, name string) string {
	m := regexp.MustCompile(`(?s)<` + name + `>(.*?)</` + name + `>`).FindStringSubmatch(item)
	if m == nil {
		return ""
	}
	return html.UnescapeString(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(m[1]), "<![CDATA["), "]]>"))
}

func scan(t *testing.T, path string) scanned {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	s := scanned{counts: map[string]int{"comment": strings.Count(text, "<wp:comment>")}}
	for kind, re := range distinct {
		seen := map[string]bool{}
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			seen[m[1]] = true
		}
		s.counts[kind] = len(seen)
	}
	for _, item := range itemText.FindAllString(text, -1) {
		kind, link := field(item, "wp:post_type"), field(item, "link")
		s.counts[kind]++
		if kind != "post" && kind != "page" {
			continue
		}
		if field(item, "wp:status") == "publish" && field(item, "wp:post_password") == "" {
			s.links = append(s.links, link)
		} else {
			s.hidden = append(s.hidden, link)
		}
	}
	return s
}

func TestRealExportsComeInWhole(t *testing.T) {
	files := realExports(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		var all []scanned
		for _, f := range files {
			want := scan(t, f)
			all = append(all, want)
			rep := d.run(Options{Path: f})
			for kind, n := range want.counts {
				if c := rep.Items[kind]; n > 0 && (c == nil || c.Found != n) {
					t.Errorf("%s: %s found %+v, the file has %d", filepath.Base(f), kind, c, n)
				}
			}
			for kind, c := range rep.Items {
				if c.Found > 0 && want.counts[kind] == 0 && !strings.HasSuffix(kind, "_named") && kind != "term" {
					t.Errorf("%s: %s found %d, the file has none", filepath.Base(f), kind, c.Found)
				}
			}
			if in, out := rep.Text.In.Words, rep.Text.Out.Words+rep.Text.Raw.Words; in == 0 || in != out {
				t.Errorf("%s: %d words in, %d out", filepath.Base(f), in, out)
			}
		}
		seq, _ := s.ChangeSeq(t.Context())
		for i, f := range files {
			if rep := d.run(Options{Path: f}); rep.Written != 0 {
				t.Errorf("%s: the second import wrote %d items", filepath.Base(f), rep.Written)
			}
			answers(t, s, all[i])
		}
		if after, _ := s.ChangeSeq(t.Context()); after != seq {
			t.Errorf("the second imports made %d changes", after-seq)
		}
	})
}

// answers demands that each link that was public answers by itself or by one
// redirect to something that does, and that nothing else is to be had.
func answers(t *testing.T, s *store.Store, want scanned) {
	t.Helper()
	for _, link := range want.links {
		f, err := s.Lookup(t.Context(), asked(t, link))
		if err != nil || (f.Article == "" && f.Target == "") {
			t.Errorf("%s leads nowhere: %+v, %v", link, f, err)
			continue
		}
		if f.Article != "" {
			continue
		}
		if next, err := s.Lookup(t.Context(), f.Target); err != nil || next.Article == "" {
			t.Errorf("%s leads to %s, which is no article: %+v, %v", link, f.Target, next, err)
		}
	}
	for _, link := range want.hidden {
		if f, err := s.Lookup(t.Context(), asked(t, link)); err == nil {
			t.Errorf("%s is not public in the source and answers %+v", link, f)
		}
	}
}

// asked is how the site looks an address up.
func asked(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if q := news.OldQuery(u.Query()); q != "" {
		return q
	}
	return news.CleanPath(u.Path)
}

func TestStoriesOfRealExportsMoveOnlyOutOfTheWayOfMasthead(t *testing.T) {
	for _, f := range realExports(t) {
		d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
		rep := d.run(Options{Path: f})
		for _, n := range rep.Needs {
			if !strings.Contains(n.Reason, "has moved") {
				continue
			}
			if first := outlet.FirstSegment(n.Detail); !outlet.Reserved(strings.Fields(first)[0]) {
				t.Errorf("%s: %s", n.Title, n.Detail)
			}
		}
	}
}

func TestBrokenAndOddExportsEndInASentence(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(corpora(t), "site-exports", "mg-wp-xml", "test", "fixtures", "*.xml"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no exports: %v", err)
	}
	for _, f := range all {
		d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
		rep, err := d.im.Run(t.Context(), Options{Path: f})
		b, _ := os.ReadFile(f)
		broken := strings.Contains(string(b), "&ixid=") && !strings.Contains(string(b), "&amp;ixid=")
		switch {
		case broken && (err == nil || rep == nil || rep.Complete || !strings.Contains(err.Error(), "line 109")):
			t.Errorf("%s is broken and gives %v", filepath.Base(f), err)
		case !broken && (err != nil || !rep.Complete):
			t.Errorf("%s: %v", filepath.Base(f), err)
		}
	}
}
