package importer

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAnUploadIsFoundWhereverTheFolderBegins(t *testing.T) {
	const address = "https://old.example/wp-content/uploads/2020/03/a.jpg"
	for _, c := range []struct{ file, address string }{
		{"wp-content/uploads/2020/03/a.jpg", address},
		{"uploads/2020/03/a.jpg", address},
		{"2020/03/a.jpg", address},
		{"a.jpg", address},
		{"2020/03/a.jpg", "https://old.example/wp-content/uploads/2020/03/a-300x200.jpg"},
		{"2020/03/a-300x200.jpg", "https://old.example/wp-content/uploads/2020/03/a-300x200.jpg"},
		{"2008/06/b.jpg", "https://old.files.wordpress.com/2008/06/b.jpg?w=604"},
		{"wp-content/uploads/2008/06/b.jpg", "https://old.files.wordpress.com/2008/06/b.jpg"},
		{"2020/03/größe 1.jpg", "https://old.example/wp-content/uploads/2020/03/gr%C3%B6%C3%9Fe%201.jpg"},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, c.file), "x")
		f, err := openFinder([]string{dir})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := f.find(c.address, ""); !ok || got.name != c.file {
			t.Errorf("%s: found %q, want %s", c.address, got.name, c.file)
		}
		f.close()
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAnExportCantReachOutOfItsFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret.jpg"), "secret")
	inner := filepath.Join(dir, "uploads")
	write(t, filepath.Join(inner, "ok.jpg"), "x")
	if err := os.Symlink(filepath.Join(dir, "secret.jpg"), filepath.Join(inner, "link.jpg")); err != nil {
		t.Fatal(err)
	}
	f, err := openFinder([]string{inner})
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for _, address := range []string{"https://x/../secret.jpg", "https://x/wp-content/uploads/../../secret.jpg", "https://x/%2e%2e/secret.jpg", "https://x/link.jpg", "../secret.jpg", "file:///etc/passwd"} {
		if got, ok := f.find(address, "../secret.jpg"); ok {
			t.Errorf("%s: reached %s", address, got.name)
		}
	}
}

// oldServer is an old site with one picture, and doors that lead elsewhere.
func oldServer(t *testing.T) (base, host string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/wp-content/uploads/2020/03/bridge.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(picture(1))) })
	mux.HandleFunc("/elsewhere.png", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:1/x.png", http.StatusFound)
	})
	mux.HandleFunc("/circle.png", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle.png", http.StatusFound) })
	mux.HandleFunc("/large.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 5000)) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	u, _ := url.Parse(srv.URL)
	return srv.URL, u.Host
}

func TestFetchingAsksOnlyTheSiteAndHostsThatWereNamed(t *testing.T) {
	base, host := oldServer(t)
	ctx := context.Background()
	named := newFetcher("https://old.example", []string{host})
	if data, err := named.get(ctx, base+"/wp-content/uploads/2020/03/bridge.png", maxFile); err != nil || string(data) != picture(1) {
		t.Fatalf("%v", err)
	}
	for address, want := range map[string]string{
		base + "/none.png":           "answers 404",
		base + "/elsewhere.png":      "--fetch-from localhost:1",
		base + "/circle.png":         "in circles",
		"https://evil.example/x.png": "--fetch-from evil.example",
		"file:///etc/passwd":         "no address on the web",
		"//" + host + "/x.png":       "no address on the web",
		"http://a:b@" + host + "/x":  "no address on the web",
	} {
		if _, err := named.get(ctx, address, maxFile); err == nil || !strings.Contains(fault.Say(err), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	if _, err := named.get(ctx, base+"/large.png", 4999); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
}

func TestASiteInsideThePrivateNetworkIsNotFetchedFromUnlessNamed(t *testing.T) {
	base, _ := oldServer(t)
	_, err := newFetcher(base, nil).get(context.Background(), base+"/wp-content/uploads/2020/03/bridge.png", maxFile)
	if err == nil || !strings.Contains(err.Error(), "no public address") {
		t.Errorf("%v", err)
	}
}

func TestAServerThatIsGoneIsNotAskedForever(t *testing.T) {
	base, host := oldServer(t)
	f := newFetcher("https://old.example", []string{host})
	f.silent = patience
	if _, err := f.get(context.Background(), base+"/wp-content/uploads/2020/03/bridge.png", maxFile); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestUploadsAreFetchedWhereTheFolderLacksThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		base, host := oldServer(t)
		d := newDesk(t, s)
		moved := strings.ReplaceAll(export1(monday, lantern()...), "https://old.example/wp-content", base+"/wp-content")
		o := Options{Path: d.file("site.xml", moved), Fetch: true, FetchFrom: []string{host}}
		rep := d.run(o)
		if c := rep.Items["attachment"]; c.Written != 1 || c.Skipped != 1 || c.Why["its server answers 404"] != 1 {
			t.Errorf("%+v", *c)
		}
		if p, _ := s.Publication(t.Context(), d.article("11")); p.Content.Lead == nil {
			t.Error("the story has no lead picture")
		}
		if again := d.run(o); again.Written != 0 || again.Items["attachment"].Unchanged != 1 {
			t.Errorf("the second time %d items were written, %+v", again.Written, *again.Items["attachment"])
		}
	})
}

func TestAPictureThatTurnsUpLaterGoesIntoItsStories(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		first := d.bring(monday, lantern()...)
		if !hasNeed(first, "The bridge is closed", "lead picture is not here") || !hasNeed(first, "The bridge is closed", "One picture of it is not here") {
			t.Errorf("not reported: %v", first.Needs)
		}
		p, _ := s.Publication(t.Context(), d.article("11"))
		if p.Content.Lead != nil || len(p.Content.Media()) != 0 {
			t.Errorf("pictures from nowhere: %v", p.Content.Media())
		}
		rep := d.lantern()
		if rep.Items["attachment"].Written != 1 || rep.Items["post"].Updated != 1 || hasNeed(rep, "The bridge is closed", "picture") {
			t.Errorf("%+v %+v %v", *rep.Items["attachment"], *rep.Items["post"], rep.Needs)
		}
		if p, _ := s.Publication(t.Context(), d.article("11")); p.Content.Lead == nil {
			t.Error("the story has no lead picture")
		}
	})
}

func TestAFileThatIsNoPictureIsReportedWithItsReason(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.file("wp-content/uploads/2020/03/bridge.png", "<svg onload=alert(1)>")
	rep := d.bring(monday, append(lantern(), upload("42", "https://old.example/wp-content/uploads/talk.mp3", "", ""))...)
	c := rep.Items["attachment"]
	if c.Skipped != 3 || c.Why["sound, film and documents can't be kept yet"] != 1 || !hasNeed(rep, "Picture 40", "SVG") {
		t.Errorf("%+v %v", *c, rep.Needs)
	}
}

func TestAGalleryOfAllThatHangsOnThePostShowsIt(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.file("wp-content/uploads/1.png", picture(1))
	d.file("wp-content/uploads/2.png", picture(2))
	d.bring(monday, upload("51", "https://old.example/wp-content/uploads/1.png", "one", "60"), upload("52", "https://old.example/wp-content/uploads/2.png", "two", "60"),
		post{id: "60", title: "Gallery", slug: "gallery", body: "Look:\n\n[gallery]\n"})
	p, err := d.s.Publication(t.Context(), d.article("60"))
	if err != nil || len(p.Content.Media()) != 2 {
		t.Errorf("%v, %v", p.Content.Media(), err)
	}
}

func TestAPictureDescribedAtTheDeskKeepsItsWords(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	p, _ := d.s.Publication(t.Context(), d.article("11"))
	m, _ := d.s.Media(t.Context(), p.Content.Lead.Media)
	site := lantern()
	site[0] = upload("40", "https://old.example/wp-content/uploads/2020/03/bridge.png", "The bridge from the west", "11")
	if c := d.bring(monday, site...).Items["attachment"]; c.Updated != 1 {
		t.Errorf("%+v", *c)
	}
	if m, _ = d.s.Media(t.Context(), m.ID); m.Alt["en"] != "The bridge from the west" {
		t.Errorf("alt %v", m.Alt)
	}
	m.Alt = map[string]string{"en": "By the desk"}
	d.do(func(ctx context.Context, tx *store.Tx) error { return tx.DescribeMedia(ctx, m) })
	rep := d.lantern()
	if m, _ = d.s.Media(t.Context(), m.ID); m.Alt["en"] != "By the desk" || rep.Items["attachment"].Why[whyEdited] != 1 {
		t.Errorf("alt %v, %+v", m.Alt, *rep.Items["attachment"])
	}
}

func TestOnlyExportsThatAreUnderstoodAreTaken(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a.xml": "<rss><channel/></rss>", "b.json": "{}", "c.zip": "PK\x03\x04", "empty.xml": ""} {
		path := filepath.Join(dir, name)
		write(t, path, content)
		if _, err := KindOf(Options{Path: path}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "WordPress") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := KindOf(Options{Path: dir}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a folder without an export: %v", err)
	}
	write(t, filepath.Join(dir, "site.xml"), export1(monday))
	for _, path := range []string{dir, filepath.Join(dir, "site.xml")} {
		if kind, err := KindOf(Options{Path: path}); err != nil || kind != Wordpress {
			t.Errorf("%s: %q %v", path, kind, err)
		}
	}
	if _, err := KindOf(Options{Path: dir, Kind: "ghost"}); err == nil || !strings.Contains(err.Error(), "wordpress") {
		t.Errorf("%v", err)
	}
}

func TestAFolderOfExportsOfOneSiteIsOneImport(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	all := lantern()
	d.file("wp-content/uploads/2020/03/bridge.png", picture(1))
	d.file("1-posts.xml", export1(monday, all[2:]...))
	d.file("2-media.xml", export1(monday, all[:2]...)) // after what uses them
	rep := d.run(Options{Path: d.dir})
	if p, _ := d.s.Publication(t.Context(), d.article("11")); p.Content.Lead == nil || len(rep.Files) != 2 || rep.Items["author"].Found != 2 {
		t.Errorf("%+v", rep)
	}
	d.file("3-other.xml", strings.ReplaceAll(export1(monday), "old.example", "other.example"))
	if _, err := d.im.Run(t.Context(), Options{Path: d.dir}); !fault.Is(err, fault.Conflict) {
		t.Errorf("exports of two sites: %v", err)
	}
}

func TestKindsOfPluginsComeInWhenAskedFor(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	p := post{id: "70", title: "Episode", kind: "podcast", slug: "episode", link: "https://old.example/podcast/episode/", body: "<p>Listen.</p>"}
	if c := d.bring(monday, p).Items["podcast"]; c.Skipped != 1 {
		t.Errorf("%+v", *c)
	}
	rep := d.run(Options{Path: d.file("site.xml", export1(monday, p)), Also: []string{"podcast"}})
	if got, err := d.s.Publication(t.Context(), d.article("70")); err != nil || got.Path != "/podcast/episode" || rep.Items["podcast"].Written != 1 {
		t.Errorf("%v %v", got.Path, err)
	}
}
