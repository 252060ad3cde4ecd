package program

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// copyOf copies the folder of a newsroom that nobody serves.
func copyOf(t *testing.T, folder string) *server {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return &server{Data: to, Where: []string{"--data", to}}
}

// export is a small WordPress export of our own with one story; what it says can
// be changed.
const export = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Ferry Bell</title><link>https://bell.example</link><language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://bell.example</wp:base_site_url><wp:base_blog_url>https://bell.example</wp:base_blog_url>
<wp:author><wp:author_id>1</wp:author_id><wp:author_login>mara</wp:author_login><wp:author_email>mara@bell.example</wp:author_email><wp:author_display_name>Mara Quill</wp:author_display_name></wp:author>
<wp:category><wp:term_id>2</wp:term_id><wp:category_nicename>harbour</wp:category_nicename><wp:cat_name>Harbour</wp:cat_name></wp:category>
<item>
<title>%s</title><link>https://bell.example/2026/03/the-last-ferry/</link><pubDate>Tue, 03 Mar 2026 08:00:00 +0000</pubDate><dc:creator>mara</dc:creator>
<guid isPermaLink="false">https://bell.example/?p=11</guid>
<content:encoded><![CDATA[<!-- wp:paragraph --><p>The boat left at six, and nobody was on it. <strong>Not even the cat.</strong></p><!-- /wp:paragraph -->
<script>window.imported = true</script><p onclick="window.imported = true">Its bell was heard until the bend.</p>]]></content:encoded>
<excerpt:encoded><![CDATA[]]></excerpt:encoded>
<wp:post_id>11</wp:post_id><wp:post_date>2026-03-03 09:00:00</wp:post_date><wp:post_date_gmt>2026-03-03 08:00:00</wp:post_date_gmt>
<wp:post_modified_gmt>%s</wp:post_modified_gmt>
<wp:comment_status>open</wp:comment_status><wp:post_name>the-last-ferry</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent><wp:post_type>post</wp:post_type>
<wp:post_password></wp:post_password><wp:is_sticky>0</wp:is_sticky>
<category domain="category" nicename="harbour"><![CDATA[Harbour]]></category>
</item>
</channel></rss>
`

func writeExport(t *testing.T, headline, modified string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "bell.xml")
	if err := os.WriteFile(file, fmt.Appendf(nil, export, headline, modified), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// seen is how soon a server shows what a command beside it wrote.
const seen = time.Second

func TestAServerShowsWithinASecondWhatACommandBesideItWrote(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := quiet(t, e)
		front := s.get(t, "/") // kept from now on
		if front.Status != 200 {
			t.Fatalf("the front page of an empty newsroom: %d", front.Status)
		}
		for _, x := range [][2]string{{"The last ferry", "2026-03-03 08:00:00"}, {"The very last ferry", "2026-03-04 08:00:00"}} {
			s.on(t, "import", writeExport(t, x[0], x[1]), "--json")
			within(t, seen, func() error {
				for _, path := range []string{"/", "/2026/03/the-last-ferry", "/feed.xml"} {
					if a := s.get(t, path); !strings.Contains(string(a.Body), x[0]) {
						return fmt.Errorf("%s (%d) does not have %q", path, a.Status, x[0])
					}
				}
				return nil
			})
		}
	})
}

func TestAPersonAddedBesideAServerCanSignInAtOnce(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := quiet(t, e)
		var added struct{ Link string }
		out := s.on(t, "user", "add", "mara@bell.example", "--name", "Mara Quill", "--role", "owner", "--url", s.Base, "--json")
		if err := json.Unmarshal([]byte(out), &added); err != nil {
			t.Fatal(err)
		}
		within(t, seen, func() error {
			if a := s.get(t, added.Link); a.Status != 200 {
				return fmt.Errorf("%s answers %d", added.Link, a.Status)
			}
			return nil
		})
		f := formOf(t, s.get(t, added.Link).Body, "form[method=post]:has([name=password])") // not the one for a passkey
		f.Values.Set("password", "ferry bell at the bend 6")
		a := s.post(t, f)
		if a.Status != 303 || a.Header.Get("Set-Cookie") == "" {
			t.Fatalf("choosing a password: %d, to %q: %s", a.Status, a.Header.Get("Location"), parse(t, a.Body).Find(".errors").Text())
		}
		if again := s.get(t, added.Link); again.Status != 410 {
			t.Errorf("the link answers %d after it was used", again.Status)
		}
	})
}
