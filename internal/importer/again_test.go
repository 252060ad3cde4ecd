package importer

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestASecondImportWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		first := d.lantern()
		seq, _ := s.ChangeSeq(t.Context())
		second := d.lantern()
		if after, _ := s.ChangeSeq(t.Context()); after != seq || second.Written != 0 {
			t.Errorf("%d items, %d changes were written", second.Written, after-seq)
		}
		for kind, c := range second.Items {
			if c.Written+c.Updated > 0 || c.Found != first.Items[kind].Found || c.NeedPerson != first.Items[kind].NeedPerson {
				t.Errorf("%s: %+v, at first %+v", kind, *c, *first.Items[kind])
			}
		}
		if !sameNeeds(first, second) {
			t.Errorf("needs differ:\n%v\n%v", first.Needs, second.Needs)
		}
	})
}

func sameNeeds(a, b *Report) bool {
	key := func(n Need) string { return fmt.Sprint(n) }
	x, y := []string{}, []string{}
	for _, n := range a.Needs {
		x = append(x, key(n))
	}
	for _, n := range b.Needs {
		y = append(y, key(n))
	}
	slices.Sort(x)
	slices.Sort(y)
	return reflect.DeepEqual(x, y)
}

func TestWhatChangedInTheSourceIsPublishedAgainQuietly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.lantern()
		site := lantern()
		site[3].body = "<p>Two wrote this, and a third.</p>"
		rep := d.bring(monday, site...)
		if c := rep.Items["post"]; c.Updated != 1 || c.Written != 0 || rep.Written != 1 {
			t.Errorf("%+v", *c)
		}
		p, err := s.Publication(t.Context(), d.article("12"))
		if err != nil || p.Version != 2 || !strings.Contains(p.Content.Text(), "a third") || p.Path != "/2020/03/05/second" || !p.Updated.IsZero() {
			t.Errorf("%+v, %v", p, err)
		}
		if all, err := s.Revisions(t.Context(), p.Article); err != nil || len(all) != 2 || news.VerifyRevisions(all) != 0 {
			t.Errorf("%d revisions, %v", len(all), err)
		}
	})
}

func TestADraftThatWasPublishedInTheSourceIsPublishedHere(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	site := lantern()
	site[6].status, site[6].link = "publish", "https://old.example/2020/03/05/secret-draft/"
	site[9].password = ""
	rep := d.bring(monday, site...)
	if rep.Items["post"].Updated != 2 {
		t.Errorf("%+v", *rep.Items["post"])
	}
	for _, source := range []string{"21", "24"} {
		if p, err := d.s.Publication(t.Context(), d.article(source)); err != nil || p.Version != 1 {
			t.Errorf("%s: %+v, %v", source, p, err)
		}
	}
}

func TestWhatTheDeskHasEditedIsLeftAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.lantern()
		d.edit("12", "<p>The desk knows better.</p>")
		site := lantern()
		site[3].body = "<p>The source says otherwise.</p>"
		for range 2 { // as often as one likes
			rep := d.bring(monday, site...)
			if c := rep.Items["post"]; c.Updated != 0 || c.Skipped != 2 || c.Why[whyEdited] != 1 || !hasNeed(rep, "Second", "changed in the source and at the desk") {
				t.Errorf("%+v %v", *c, rep.Needs)
			}
			a, _ := s.Article(t.Context(), d.article("12"))
			v, err := s.Revision(t.Context(), a.Working)
			if err != nil || !strings.Contains(v.Content.Text(), "knows better") {
				t.Errorf("the desk's text is gone: %v, %v", v.Content.Text(), err)
			}
		}
		if n, _ := s.Needs(t.Context(), 100, 0); !slices.ContainsFunc(n, func(n store.Need) bool { return n.Title == "Second" }) {
			t.Errorf("the desk is not told: %v", n)
		}
	})
}

func (d *desk) edit(source, html string) {
	d.t.Helper()
	a, err := d.s.Article(context.Background(), d.article(source))
	if err != nil {
		d.t.Fatal(err)
	}
	v, _ := d.s.Revision(context.Background(), a.Working)
	c := v.Content
	c.Body, _ = document.ImportHTML(html, document.ImportOptions{Lang: "en"})
	d.do(func(ctx context.Context, tx *store.Tx) error {
		_, err := news.Newsroom{Clock: d.im.Clock}.Save(ctx, tx, news.Author{ID: "editor", Name: "Editor"}, news.Change{Article: a.ID, Base: a.Working, Content: c})
		return err
	})
}

func TestAStoryTakenBackInTheSourceStaysUntilSomebodyDecides(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	site := lantern()
	site[3].status = "draft"
	rep := d.bring(monday, site...)
	if _, err := d.s.Publication(t.Context(), d.article("12")); err != nil || !hasNeed(rep, "Second", "not public in the source any more") {
		t.Errorf("%v %v", err, rep.Needs)
	}
}

func TestASectionThatWasRenamedAtTheDeskKeepsItsName(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	town, _ := d.s.Section(t.Context(), "town")
	town.Name = outlet.Words{"en": "Our town"}
	d.do(func(ctx context.Context, tx *store.Tx) error { _, err := tx.PutSection(ctx, town); return err })
	if rep := d.lantern(); rep.Written != 0 {
		t.Errorf("%d items were written", rep.Written)
	}
	changed := strings.Replace(export1(monday, lantern()...), "<![CDATA[Town]]></wp:cat_name>", "<![CDATA[Village]]></wp:cat_name>", 1)
	rep := d.run(Options{Path: d.file("site.xml", changed)})
	if now, _ := d.s.Section(t.Context(), "town"); now.Name["en"] != "Our town" || !hasNeed(rep, "Village", "at the desk") {
		t.Errorf("%v %v", now.Name, rep.Needs)
	}
}

func TestABrokenFileKeepsWhatWasWholeBeforeThePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		whole := export1(monday, lantern()...)
		i := strings.Index(whole, "<p>With care.</p>")
		rep, err := d.im.Run(t.Context(), Options{Path: d.file("site.xml", whole[:i])})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "line ") || !strings.Contains(fault.Say(err), "What came before it was brought in") {
			t.Fatalf("%v", err)
		}
		if rep.Complete || rep.Items["post"].Written != 2 || rep.Items["page"].Found != 0 {
			t.Errorf("%+v", rep)
		}
		if _, err := s.Publication(t.Context(), d.article("12")); err != nil {
			t.Error(err)
		}
		mended := d.bring(monday, lantern()...)
		if c := mended.Items["post"]; c.Unchanged != 2 || c.Written != 6 {
			t.Errorf("after mending: %+v", *c)
		}
	})
}

func TestAnImportThatIsStoppedGoesOnLater(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d.im.Progress = func(p Progress) {
		if p.Doing == "page" {
			cancel()
		}
	}
	d.file("wp-content/uploads/2020/03/bridge.png", picture(1))
	_, err := d.im.Run(ctx, Options{Path: d.file("site.xml", export1(monday, lantern()...))})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	d.im.Progress = nil
	if c := d.lantern().Items["post"]; c.Unchanged < 2 || c.Unchanged+c.Written != 8 {
		t.Errorf("%+v", *c)
	}
}

func TestADryRunReportsTheSameAndWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		path := d.file("site.xml", export1(monday, lantern()...))
		d.file("wp-content/uploads/2020/03/bridge.png", picture(1))
		dry := d.run(Options{Path: path, DryRun: true})
		if seq, _ := s.ChangeSeq(t.Context()); seq != 0 {
			t.Errorf("%d changes were written", seq)
		}
		wet := d.run(Options{Path: path})
		if !reflect.DeepEqual(dry.Items, wet.Items) || dry.Text != wet.Text || len(dry.Needs) != len(wet.Needs) || dry.Written != wet.Written {
			t.Errorf("dry: %v\nwet: %v", dry, wet)
		}
		if again := d.run(Options{Path: path, DryRun: true}); again.Written != 0 {
			t.Errorf("%d items would be written again", again.Written)
		}
	})
}

func TestAnOlderExportNeverReplacesANewerOne(t *testing.T) {
	d := newDesk(t, storetest.Open(t, storetest.SQLite(t)))
	d.lantern()
	site := lantern()
	site[3].body = "<p>An old text.</p>"
	const sunday = "Sun, 01 Nov 2026 08:00:00 +0000"
	rep := d.bring(sunday, site...)
	if c := rep.Items["post"]; c.Updated != 0 || c.Why[whyOlder] != 1 {
		t.Errorf("%+v", *c)
	}
	if p, _ := d.s.Publication(t.Context(), d.article("12")); strings.Contains(p.Content.Text(), "old text") {
		t.Error("the older text won")
	}
}
