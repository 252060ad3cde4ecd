package program

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// picture is what can be seen of a newsroom at one moment.
type picture struct {
	Pages map[string]string // path → body, without the port
	Books []string          // see server.entries
}

// sights are pages of every kind.
var sights = []string{
	"/", "/de", "/fa", "/feed.xml", "/atom.xml", "/feed.json", "/fa/feed.xml", "/corrections", "/corrections.xml", "/books", "/books.json", "/books.csv",
	"/about", "/ethics", "/privacy", "/imprint", "/newsletter", "/archive", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt", "/de/books", "/fa/books",
}

var port = regexp.MustCompile(`localhost:\d+`)

// snapshot looks at the pages of every kind, and at all articles of the front.
func snapshot(t *testing.T, s *server) picture {
	t.Helper()
	p := picture{Pages: map[string]string{}}
	list := append([]string(nil), sights...)
	for _, m := range regexp.MustCompile(`href="(/(?:fa/|de/)?\d{4}/\d\d/[^"#]+)"`).FindAllSubmatch(bytes.Join([][]byte{s.get(t, "/").Body, s.get(t, "/fa").Body, s.get(t, "/de").Body}, nil), -1) {
		list = append(list, string(m[1]))
	}
	for _, path := range list {
		a := s.get(t, path)
		if a.Status != 200 {
			t.Errorf("%s: %d", path, a.Status)
		}
		p.Pages[path] = port.ReplaceAllString(string(a.Body), "localhost")
	}
	p.Books = s.entries(t)
	return p
}

func TestTheSameSeedAndMomentGiveTheSameNewsroom(t *testing.T) {
	one := reading(t, sqlite).first
	if len(one.Pages) < len(sights)+10 || len(one.Books) < 100 {
		t.Fatalf("only %d pages and %d entries were seen", len(one.Pages), len(one.Books))
	}
	for name, other := range map[string]picture{"again": giving(t, sqlite).first, "on PostgreSQL": giving(t, postgres).first} {
		t.Run(name, func(t *testing.T) {
			for path, body := range one.Pages {
				if other.Pages[path] != body {
					t.Errorf("%s is another page:%s", path, firstDifference(body, other.Pages[path]))
				}
			}
			if d := difference(one.Books, other.Books); len(d) > 0 {
				t.Errorf("the books are others in %d entries, such as %s", len(d), d[0])
			}
		})
	}
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return strings.TrimSpace(s[max(0, min(len(s), i-60)):min(len(s), i+80)]) }
	return "\n…" + cut(a) + "…\n…" + cut(b) + "…"
}
