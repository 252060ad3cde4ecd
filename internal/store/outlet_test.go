package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// section makes a section and returns its id.
func (r *room) section(slug string) (id string) {
	r.t.Helper()
	r.do(func(tx *store.Tx) (err error) {
		id, err = tx.PutSection(r.t.Context(), news.Section{Slug: slug, Name: outlet.Words{"en": strings.ToUpper(slug[:1]) + slug[1:]}})
		return err
	})
	return id
}

func (r *room) leads(path, want string) {
	r.t.Helper()
	f, err := r.s.Lookup(r.t.Context(), path)
	if fault.Is(err, fault.NotFound) && want == "" {
		return
	}
	if err != nil || f.Target != want {
		r.t.Errorf("%s leads to %q (%v), want %q", path, f.Target, err, want)
	}
}

func (r *room) moveAll(from string) {
	r.t.Helper()
	for more := true; more; {
		var err error
		if more, err = r.s.MoveStories(r.t.Context(), from); err != nil {
			r.t.Fatal(err)
		}
	}
}

// said is what an error says about a field.
func said(err error, field string) string {
	var f fault.Fields
	errors.As(err, &f)
	return f[field]
}

func in(section string, more ...string) news.Content {
	c := report("en", "Story "+section[:4], "text")
	c.Section, c.Sections = section, more
	return c
}

func TestAMergedSectionGivesItsStoriesItsPlaceAndItsAddressToTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		town, river, sea := r.section("town"), r.section("river"), r.section("sea")
		r.do(func(tx *store.Tx) error { // the address that it had before
			_, err := tx.PutSection(ctx, news.Section{ID: river, Slug: "rivers", Name: outlet.Words{"en": "Rivers"}})
			return err
		})
		public, second, draft := r.published(in(river, sea)), r.published(in(sea, river)), r.create(in(river), "")
		r.do(func(tx *store.Tx) error {
			o, err := tx.Outlet(ctx)
			o.Nav = []outlet.NavItem{{Section: "rivers"}, {Section: sea}}
			return errors.Join(err, tx.PutOutlet(ctx, store.System, o))
		})
		r.do(func(tx *store.Tx) error { return tx.EndSection(ctx, store.System, river, town) })
		if m, err := s.Moving(ctx); err != nil || len(m) != 1 || m[0].Total != 3 || m[0].Left != 3 || m[0].Into != town {
			t.Errorf("on their way: %+v %v", m, err)
		}
		r.moveAll(river)
		if m, err := s.Moving(ctx); err != nil || len(m) != 0 {
			t.Errorf("still on their way: %+v %v", m, err)
		}
		for id, want := range map[string]string{public.Article: town + " [" + sea + "]", second.Article: sea + " [" + town + "]"} {
			p, err := s.Publication(ctx, id)
			if got := fmt.Sprint(p.Content.Section, " ", p.Content.Sections); err != nil || got != want {
				t.Errorf("%s stands in %s (%v), want %s", id, got, err, want)
			}
		}
		if page, err := s.List(ctx, store.Listing{Lang: "en", Section: town, Limit: 9}); err != nil || len(page.Stories) != 2 {
			t.Errorf("the list of the section has %d stories: %v", len(page.Stories), err)
		}
		if a, err := s.Article(ctx, draft.ID); err != nil || a.Section != town {
			t.Errorf("the draft stands in %q: %v", a.Section, err)
		}
		r.leads("/sections/rivers", "/sections/town")
		r.leads("/sections/river", "/sections/town")
		if o, err := s.Outlet(ctx); err != nil || !slices.EqualFunc(o.Nav, []string{town, sea}, func(n outlet.NavItem, id string) bool { return n.Section == id }) {
			t.Errorf("the navigation: %+v %v", o.Nav, err)
		}
		// An old revision names the section that is gone; what is made of it stands in the other.
		again := r.change(public.Article, news.Order{Class: news.Update, Note: "More."}, func(c *news.Content) { c.Section = river })
		p, err := s.Publication(ctx, again.Article)
		a, _ := s.Article(ctx, again.Article)
		if err != nil || p.Content.Section != town || a.Section != town {
			t.Errorf("it came back with %q and %q: %v", p.Content.Section, a.Section, err)
		}
		// No chains: what led to the one that goes leads on at once.
		r.do(func(tx *store.Tx) error { return tx.EndSection(ctx, store.System, town, sea) })
		r.moveAll(town)
		r.leads("/sections/river", "/sections/sea")
		if got, err := s.Section(ctx, river); err != nil || got.ID != sea {
			t.Errorf("%+v %v", got, err)
		}
		if err := r.try(func(tx *store.Tx) error {
			_, err := tx.PutSection(ctx, news.Section{Slug: "river", Name: outlet.Words{"en": "River"}})
			return err
		}); said(err, "slug") == "" {
			t.Errorf("an address that leads to one section was given to another: %v", err)
		}
	})
}

func TestASectionWithStoriesOrPeopleIsNotDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		town, river, child := r.section("town"), r.section("river"), r.section("mill")
		r.create(in(town), "")
		end := func(id, into string) error {
			return r.try(func(tx *store.Tx) error { return tx.EndSection(ctx, store.System, id, into) })
		}
		for what, into := range map[string]string{"with a story": "", "into itself": town, "into nothing that there is": "x"} {
			if err := end(town, into); said(err, "into") == "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		ada := hire(t, s, "ada@x.example")
		r.do(func(tx *store.Tx) error {
			return tx.Grant(ctx, store.System, ada, staff.Grant{Role: staff.Editor, Section: river})
		})
		if err := end(river, town); said(err, "into") == "" {
			t.Errorf("with somebody's role: %v", err)
		}
		r.do(func(tx *store.Tx) error {
			return tx.Revoke(ctx, store.System, ada, staff.Grant{Role: staff.Editor, Section: river})
		})
		r.do(func(tx *store.Tx) error {
			_, err := tx.PutSection(ctx, news.Section{ID: child, Slug: "mill", Parent: river, Name: outlet.Words{"en": "Mill"}})
			return err
		})
		if err := r.try(func(tx *store.Tx) error {
			_, err := tx.PutSection(ctx, news.Section{ID: river, Slug: "river", Parent: child, Name: outlet.Words{"en": "River"}})
			return err
		}); said(err, "parent") == "" {
			t.Errorf("a circle: %v", err)
		}
		if err := end(river, ""); err != nil {
			t.Fatal(err)
		}
		if v, err := s.Section(ctx, child); err != nil || v.Parent != "" {
			t.Errorf("its child: %+v %v", v, err)
		}
		r.leads("/sections/river", "")
		if again := r.section("river"); again == river { // its address led nowhere
			t.Error("the same row")
		}
		r.do(func(tx *store.Tx) error { return tx.OrderSections(ctx, store.System, []string{child, town}) })
		list, err := s.Sections(ctx)
		if err != nil || len(list) != 3 || list[0].ID != child || list[1].ID != town {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestArticlesFollowANewPatternAndTheirOldAddressesGoOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		town := r.section("town")
		var own []news.Publication
		for i := range 23 { // more than two slices
			c := report("en", fmt.Sprintf("Story %d", i%2), "text")
			c.Section = town
			own = append(own, r.publish(news.Order{Article: r.create(c, "").ID, Suffix: true}))
		}
		imported := r.publish(news.Order{Article: r.create(report("en", "Old", "text"), "").ID, Path: "/blog/old.html"})
		page := report("en", "Team", "text")
		page.Kind = news.Page
		team := r.published(page)
		r.do(func(tx *store.Tx) error {
			_, err := db.Exec(ctx, tx, `INSERT INTO import_item (source, kind, source_id, content_hash, object_kind, object_id, run_id, updated_at)
				VALUES ('s', 'article', '1', '', 'article', $1, '', 1)`, imported.Article)
			return err
		})
		r.do(func(tx *store.Tx) error {
			o, err := tx.Outlet(ctx)
			o.Pattern = "/{section}/{slug}"
			return errors.Join(err, tx.PutOutlet(ctx, store.System, o))
		})
		for more := true; more; {
			var err error
			more, err = s.Readdress(ctx, func(tx *store.Tx, id string) (bool, error) { return r.Readdress(ctx, tx, id) })
			if err != nil {
				t.Fatal(err)
			}
		}
		seen := map[string]bool{}
		for _, p := range own {
			now, err := s.Publication(ctx, p.Article)
			if err != nil || !strings.HasPrefix(now.Path, "/town/story-") || seen[now.Path] {
				t.Fatalf("%s became %s: %v", p.Path, now.Path, err)
			}
			seen[now.Path] = true
			r.leads(p.Path, now.Path)
		}
		for _, p := range []news.Publication{imported, team} {
			if now, err := s.Publication(ctx, p.Article); err != nil || now.Path != p.Path {
				t.Errorf("%s became %s: %v", p.Path, now.Path, err)
			}
		}
		done, err := s.Readdressing(ctx)
		if err != nil || done.Total != 23 || done.Done != 23 || done.Moved != 23 || done.Ended.IsZero() {
			t.Errorf("%+v %v", done, err)
		}
	})
}

func TestWhatIsThereAlreadyIsNotHurtByTheSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		r.published(report("de", "Eins", "Text"))
		r.publish(news.Order{Article: r.create(report("en", "Old", "text"), "").ID, Path: "/fil/old"})
		postEntries(t, s, giftOf("pi_1", 1000))
		for name, c := range map[string]struct {
			field, say string
			change     func(o *outlet.Outlet)
		}{
			"the currency of the books":       {"currency", store.CurrencyBooked, func(o *outlet.Outlet) { o.Currency = "EUR" }},
			"the language without a prefix":   {"language", store.LanguageInUse, func(o *outlet.Outlet) { o.Language, o.Languages = "de", []string{"en", "fa"} }},
			"a language with stories":         {"languages", store.LanguageStories, func(o *outlet.Outlet) { o.Languages = []string{"fa"} }},
			"a language where something else": {"languages", store.LanguageClash, func(o *outlet.Outlet) { o.Languages = []string{"de", "fa", "fil"} }},
		} {
			o, err := s.Outlet(ctx)
			if err != nil {
				t.Fatal(err)
			}
			c.change(&o)
			if err := r.try(func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) }); said(err, c.field) != c.say {
				t.Errorf("%s: %v", name, err)
			}
		}
		o, _ := s.Outlet(ctx)
		o.Languages = append(o.Languages[:1:1], "sv") // fa, which has no story, goes; sv comes
		r.do(func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) })
	})
}
