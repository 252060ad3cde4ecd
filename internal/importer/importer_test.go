package importer

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAWholeSiteComesIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		rep := d.lantern()
		want := map[string][3]int{ // found, written, skipped
			"author": {2, 2, 0}, "category": {2, 2, 0}, "tag": {1, 1, 0}, "attachment": {2, 1, 1}, "post": {9, 8, 1}, "page": {2, 2, 0},
			"comment": {1, 0, 1}, "nav_menu_item": {1, 0, 1}, "term": {1, 0, 1},
		}
		for kind, c := range rep.Items {
			if got := [3]int{c.Found, c.Written, c.Skipped}; got != want[kind] {
				t.Errorf("%s: %v, want %v", kind, got, want[kind])
			}
			delete(want, kind)
		}
		if len(want) > 0 || !rep.Complete || !rep.SetupNeeded || rep.Written != 16 {
			t.Errorf("missing %v; %+v", want, rep)
		}
		if rep.Text.In.Words == 0 || rep.Text.In.Words != rep.Text.Out.Words+rep.Text.Raw.Words {
			t.Errorf("words were lost: %+v", rep.Text)
		}
	})
}

func TestAnImportedStoryIsLiveWithAllThatBelongsToIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		rep := d.lantern()
		ctx := t.Context()
		p, err := s.Publication(ctx, d.article("11"))
		if err != nil {
			t.Fatal(err)
		}
		c := p.Content
		if p.Path != "/2020/03/05/bridge-closed" || !p.Sticky || !p.First.Equal(time.Date(2020, 3, 5, 10, 0, 0, 0, time.UTC)) || p.Modified.After(p.First) || !p.Updated.IsZero() {
			t.Errorf("published as %+v", p)
		}
		if c.Headline != "The bridge is closed" || c.Dek != "From Monday on." || c.Lang != "en" || c.Kind != news.Report {
			t.Errorf("content: %+v", c)
		}
		council, err := s.Section(ctx, c.Section)
		if err != nil || council.Slug != "council" || council.Name["en"] != "Council" || len(c.Sections) != 1 || council.Parent != c.Sections[0] {
			t.Errorf("section %+v, further %v, %v", council, c.Sections, err)
		}
		if topics, err := s.TopicsOf(ctx, p.Article); err != nil || len(topics) != 1 || topics[0].Slug != "bridge" {
			t.Errorf("topics %v, %v", topics, err)
		}
		if len(c.Bylines) != 1 || c.Bylines[0].Name != "Dora Winslade" || c.Bylines[0].Role != "by" {
			t.Errorf("bylines %v", c.Bylines)
		}
		if c.Lead == nil || !slices.Equal(c.Media(), []string{c.Lead.Media}) {
			t.Fatalf("pictures %v, lead %v", c.Media(), c.Lead)
		}
		if m, err := s.Media(ctx, c.Lead.Media); err != nil || m.Alt["en"] != "The old bridge" || m.Filename != "bridge.png" {
			t.Errorf("picture %+v, %v", m, err)
		}
		html := document.HTML(c.Body, document.HTMLOptions{})
		if strings.Contains(html, "<form") || strings.Contains(html, "Vote!") || !hasNeed(rep, "The bridge is closed", "not understood") {
			t.Errorf("the form is shown or not reported: %s\n%v", html, rep.Needs)
		}
		if !strings.Contains(html, `href="/2020/03/05/second#top"`) {
			t.Errorf("the link to the second story does not stay on the site: %s", html)
		}
	})
}

func TestTheSecondAuthorGetsABylineToo(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	p, err := d.s.Publication(t.Context(), d.article("12"))
	if err != nil || len(p.Content.Bylines) != 2 || p.Content.Bylines[0].Name != "Dora Winslade" || p.Content.Bylines[1].Name != "Ansel Quay" {
		t.Errorf("%v %v", p.Content.Bylines, err)
	}
	if a, err := d.s.Person(t.Context(), "ansel-quay"); err != nil || a.Name != "Ansel Quay" {
		t.Errorf("%v %v", a, err)
	}
}

func TestUnpublishedStoriesStayInvisible(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		rep := d.lantern()
		ctx := t.Context()
		for source, want := range map[string]struct {
			state  news.State
			locked bool
		}{"21": {news.Draft, false}, "22": {news.Draft, false}, "23": {news.Draft, true}, "24": {news.Draft, true}, "25": {news.Scheduled, false}} {
			a, err := s.Article(ctx, d.article(source))
			if err != nil || a.State != want.state || a.Locked != want.locked {
				t.Errorf("%s is %s (locked %v), want %v; %v", source, a.State, a.Locked, want, err)
			}
			if _, err := s.Publication(ctx, a.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s is public", source)
			}
		}
		for _, path := range []string{"/?p=21", "/?p=23", "/2020/03/05/private", "/2020/03/05/password", "/2020/03/05/tomorrow", "/2020/03/05/bin"} {
			if f, err := s.Lookup(ctx, path); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s leads to %+v, %v", path, f, err)
			}
		}
		if hits, n, err := s.Search(ctx, "en", "hidden", 0); err != nil || n != 0 {
			t.Errorf("search finds %v, %v", hits, err)
		}
		if _, err := s.Article(ctx, d.article("26")); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was in the bin came in: %v", err)
		}
		a, _ := s.Article(ctx, d.article("25"))
		if !a.PublishAt.Equal(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("scheduled for %v", a.PublishAt)
		}
		if !hasNeed(rep, "Private", "unpublished") || !hasNeed(rep, "Behind a password", "unpublished") {
			t.Errorf("not reported: %v", rep.Needs)
		}
	})
}

func TestEveryOldAddressLeadsThereInOneStep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.lantern()
		bridge, work := "/2020/03/05/bridge-closed", "/how-we-work"
		for old, want := range map[string]string{
			"/?p=11": bridge, "/2020/03/05/bridge-shut": bridge, "/picture-40": bridge, "/?attachment_id=40": bridge, "/?p=40": bridge,
			"/?p=13": work, "/?page_id=13": work,
			"/about":         "/about-2",
			"/category/town": "/sections/town", "/category/town/council": "/sections/council", "/category/council": "/sections/council",
			"/category/town/council/feed": "/sections/council/feed.xml", "/?cat=2": "/sections/town",
			"/tag/bridge": "/topics/bridge", "/tag/bridge/feed": "/topics/bridge/feed.xml", "/?tag=bridge": "/topics/bridge",
			"/author/dora": "/people/dora", "/author/ansel-quay": "/people/ansel-quay", "/?author=7": "/people/dora", "/author/dora/feed": "/people/dora",
			"/feed": "/feed.xml", "/feed/atom": "/atom.xml", "/comments/feed": "/feed.xml", "/?feed=rss2": "/feed.xml",
			"/?m=202003": "/archive/2020/03", "/?m=2020": "/archive/2020", "/wp-sitemap.xml": "/sitemap.xml",
		} {
			if f, err := s.Lookup(t.Context(), old); err != nil || f.Target != want {
				t.Errorf("%s leads to %+v (%v), want %s", old, f, err, want)
			}
		}
		for _, path := range []string{bridge, work, "/2020/03/05/second"} {
			if f, err := s.Lookup(t.Context(), path); err != nil || f.Article == "" {
				t.Errorf("%s is %+v, %v", path, f, err)
			}
		}
	})
}

func TestAnOldUploadLeadsToThePictureInEverySize(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.lantern()
		p, _ := s.Publication(t.Context(), d.article("11"))
		m, err := s.Media(t.Context(), p.Content.Lead.Media)
		if err != nil {
			t.Fatal(err)
		}
		d.do(func(ctx context.Context, tx *store.Tx) error {
			return tx.MediaRendered(ctx, m.ID, "", renditions(m.Hash))
		})
		for _, old := range []string{"/wp-content/uploads/2020/03/bridge.png", "/wp-content/uploads/2020/03/bridge-300x200.png"} {
			if f, err := s.Lookup(t.Context(), old); err != nil || f.Target != "/media/"+m.Hash+"/8.png" {
				t.Errorf("%s leads to %+v, %v", old, f, err)
			}
		}
		if f, err := s.Lookup(t.Context(), "/wp-content/uploads/2020/03/other-300x200.png"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an upload that never was leads to %+v, %v", f, err)
		}
	})
}

func TestASectionOfTheSameAddressIsTakenForTheSame(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	var here string
	d.do(func(ctx context.Context, tx *store.Tx) (err error) {
		if err := tx.PutOutlet(ctx, store.System, outlet.Default()); err != nil {
			return err
		}
		here, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "The town that was here"}})
		return err
	})
	d.lantern()
	p, _ := d.s.Publication(t.Context(), d.article("12"))
	if town, err := d.s.Section(t.Context(), "town"); err != nil || town.ID != here || town.Name["en"] != "The town that was here" || p.Content.Section != here {
		t.Errorf("%+v, %v; the story is in %s", town, err, p.Content.Section)
	}
	if rep := d.lantern(); rep.Written != 0 {
		t.Errorf("%d items were written the second time", rep.Written)
	}
}

func TestAFileWithNothingWholeIsRefusedAndLeavesNothing(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	for _, bad := range []string{head(monday)[:400], "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>&bad;</title>"} {
		rep, err := d.im.Run(t.Context(), Options{Path: d.file("site.xml", bad)})
		if !fault.Is(err, fault.Invalid) || rep != nil || fault.Say(err) == "" {
			t.Errorf("%v %v", rep, err)
		}
	}
	if has, _ := d.s.HasOutlet(t.Context()); has {
		t.Error("something was written")
	}
}

func TestTwoStoriesUnderOneNumberStayTwo(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	one := post{id: "7", title: "One", slug: "one", guid: "https://old.example/one/"}
	two := post{id: "7", title: "Two", slug: "two", guid: "https://old.example/two/"}
	d.bring(monday, one)
	rep := d.bring(monday, two, one)
	if c := rep.Items["post"]; c.Written != 1 || c.Unchanged != 1 {
		t.Errorf("%+v", *c)
	}
	for _, path := range []string{"/2020/03/05/one", "/2020/03/05/two"} {
		if f, err := d.s.Lookup(t.Context(), path); err != nil || f.Article == "" {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
	}
}

func TestTheSameStoryTwiceInAFileComesInOnce(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	p := post{id: "7", title: "One", slug: "one"}
	later := p
	later.title = "One, but later"
	for range 2 {
		if c := d.bring(monday, p, later).Items["post"]; c.Found != 2 || c.Skipped != 1 || c.Updated != 0 {
			t.Errorf("%+v", *c)
		}
	}
}

func TestTwoStoriesOfOneAddressBothHaveOneHere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		rep := d.bring(monday, post{id: "1", title: "First", slug: "same"}, post{id: "2", title: "Other", slug: "same"})
		p, err := s.Publication(t.Context(), d.article("2"))
		if err != nil || p.Path != "/2020/03/05/same-2" || !hasNeed(rep, "Other", "belongs to another story") {
			t.Errorf("%s %v %v", p.Path, err, rep.Needs)
		}
	})
}

func TestBothEnginesGiveTheSameIds(t *testing.T) {
	var seen []string
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.lantern()
		items, err := s.ImportItems(t.Context(), "wordpress:old.example")
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, v := range items {
			ids = append(ids, strings.Join([]string{v.Kind, v.SourceID, v.Hash, v.ObjectKind, v.ObjectID}, " "))
		}
		a, _ := s.Article(t.Context(), d.article("11"))
		ids = append(ids, a.Working)
		slices.Sort(ids)
		if seen != nil && !slices.Equal(seen, ids) {
			t.Errorf("the engines differ:\n%v\n%v", seen, ids)
		}
		seen = ids
	})
}

func TestASiteInALanguageThatIsNotPublishedHereIsRefused(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutOutlet(ctx, store.System, outlet.Default())
	})
	german := strings.Replace(export1(monday, post{id: "1", slug: "eins", title: "Eins"}), "en-US", "de-DE", 1)
	_, err := d.im.Run(t.Context(), Options{Path: d.file("site.xml", german)})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "de-DE") {
		t.Errorf("%v", err)
	}
}

func TestANewNewsroomSpeaksTheLanguageOfTheSite(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	german := strings.Replace(export1(monday, post{id: "1", slug: "eins", title: "Eins"}), "en-US", "de-DE", 1)
	d.run(Options{Path: d.file("site.xml", german)})
	o, _ := d.s.Outlet(t.Context())
	p, err := d.s.Publication(t.Context(), d.article("1"))
	if err != nil || o.Language != "de" || o.Name != "The Old Lantern" || p.Lang != "de" || p.Path != "/2020/03/05/eins" {
		t.Errorf("%+v %v %v", o, p.Path, err)
	}
}

func TestAServerBesideAnImportSeesIt(t *testing.T) {
	file := storetest.SQLite(t)
	server := storetest.Open(t, file)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	keys := make(chan string, 10_000)
	go func() {
		_ = server.Follow(ctx, 0, func(list []string) { // ends with ctx
			for _, k := range list {
				keys <- k
			}
		})
	}()
	d := newDesk(t, storetest.Open(t, file))
	d.lantern()
	want := "article:" + d.article("11")
	for {
		select {
		case k := <-keys:
			if k == want {
				return
			}
		case <-ctx.Done():
			t.Fatal("the server did not see the imported story")
		}
	}
}

func TestAStoryTooLargeToHoldDoesNotKeepTheOthersOut(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	large := post{id: "1", title: "Large", slug: "large", body: "<p>" + strings.Repeat("All work and no play. ", 800_000) + "</p>"}
	for _, written := range []int{1, 0} {
		rep := d.bring(monday, large, post{id: "2", title: "Small", slug: "small"})
		if c := rep.Items["post"]; c.Skipped != 1 || c.Written != written || !hasNeed(rep, "Large", "can't be brought in") {
			t.Errorf("%+v %v", *c, rep.Needs)
		}
	}
}

func TestAStorysOwnAddressGoesBeforeWhatOnlyLedSomewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.bring(monday, post{id: "1", title: "Renamed", slug: "renamed", more: meta("_wp_old_slug", "plan")},
			post{id: "2", title: "The plan", slug: "plan"},
			post{id: "3", title: "A page", kind: "page", slug: "town", link: "https://old.example/category/town/"})
		for source, want := range map[string]string{"2": "/2020/03/05/plan", "3": "/category/town"} {
			if p, err := s.Publication(t.Context(), d.article(source)); err != nil || p.Path != want {
				t.Errorf("%s is at %s, want %s (%v)", source, p.Path, want, err)
			}
		}
	})
}
