package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// room is a newsroom for tests: a store, its rules, and a clock that stands.
type room struct {
	t     *testing.T
	s     *store.Store
	clock *clock.Manual
	news.Newsroom
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newRoom(t *testing.T, s *store.Store) *room {
	c := clock.At(noon)
	s.Clock = c
	r := &room{t, s, c, news.Newsroom{Clock: c}}
	o := outlet.Default()
	o.Name, o.Languages, o.BaseURL = "The Lantern", []string{"de", "fa"}, "https://lantern.example"
	r.do(func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) })
	return r
}

func (r *room) do(fn func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.s.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) try(fn func(tx *store.Tx) error) error { return r.s.Write(r.t.Context(), fn) }

func report(lang, headline, text string) news.Content {
	return news.Content{Lang: lang, Kind: news.Report, Headline: headline, Body: document.New(lang, document.P(text))}
}

func (r *room) create(c news.Content, group string) news.Article {
	r.t.Helper()
	var a news.Article
	r.do(func(tx *store.Tx) (err error) {
		a, err = r.Create(r.t.Context(), tx, news.Author{}, news.New{Content: c, Group: group})
		return err
	})
	return a
}

func (r *room) publish(o news.Order) news.Publication {
	r.t.Helper()
	var p news.Publication
	r.do(func(tx *store.Tx) (err error) {
		p, err = r.Publish(r.t.Context(), tx, o)
		return err
	})
	return p
}

func (r *room) published(c news.Content) news.Publication {
	r.t.Helper()
	return r.publish(news.Order{Article: r.create(c, "").ID})
}

// change saves the article with another content and publishes it.
func (r *room) change(article string, o news.Order, edit func(c *news.Content)) news.Publication {
	r.t.Helper()
	ctx := r.t.Context()
	r.do(func(tx *store.Tx) error {
		a, err := tx.Article(ctx, article)
		if err != nil {
			return err
		}
		v, err := tx.Revision(ctx, a.Working)
		if err != nil {
			return err
		}
		edit(&v.Content)
		_, err = r.Save(ctx, tx, news.Author{Name: "Nell"}, news.Change{Article: article, Base: a.Working, Content: v.Content})
		return err
	})
	o.Article = article
	return r.publish(o)
}

// sees collects the headlines that readers can find anywhere.
func (r *room) sees(lang, word string) map[string][]string {
	r.t.Helper()
	ctx := r.t.Context()
	out := map[string][]string{}
	add := func(where string, list []store.Teaser, err error) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(where, err)
		}
		for _, v := range list {
			out[v.Headline] = append(out[v.Headline], where)
		}
	}
	page, err := r.s.List(ctx, store.Listing{Lang: lang, Limit: 100})
	add("list", page.Stories, err)
	full, err := r.s.Publications(ctx, store.Listing{Lang: lang, Limit: 100})
	var feed []store.Teaser
	for _, p := range full {
		feed = append(feed, store.Teaser{Headline: p.Content.Headline})
	}
	add("feed", feed, err)
	parts, err := r.s.Sitemap(ctx, 1)
	add("sitemap", parts, err)
	recent, err := r.s.Recent(ctx, r.clock.Now().Add(-48*time.Hour), 1000)
	add("news sitemap", recent, err)
	hits, _, err := r.s.Search(ctx, lang, word, 0)
	var found []store.Teaser
	for _, h := range hits {
		found = append(found, store.Teaser{Headline: h.Content.Headline})
	}
	add("search", found, err)
	return out
}

var everywhere = []string{"list", "feed", "sitemap", "news sitemap", "search"}

func TestOnlyWhatIsPublishedIsSeenAnywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		r.create(report("en", "Draft", "weirword"), "")
		soon := r.create(report("en", "Soon", "weirword"), "")
		r.do(func(tx *store.Tx) error {
			_, err := r.Schedule(ctx, tx, soon.ID, noon.Add(time.Hour), true)
			return err
		})
		live := r.published(report("en", "Live", "weirword"))
		gone := r.published(report("en", "Gone", "weirword"))
		r.do(func(tx *store.Tx) error { return r.Withdraw(ctx, tx, gone.Article, "A court asked for it.") })

		seen := r.sees("en", "weirword")
		if len(seen) != 1 || !slices.Equal(seen["Live"], everywhere) {
			t.Fatalf("readers see %v", seen)
		}
		if f, err := s.Lookup(ctx, live.Path); err != nil || f.Article != live.Article {
			t.Errorf("%+v %v", f, err)
		}
		if f, err := s.Lookup(ctx, gone.Path); err != nil || !f.Gone {
			t.Errorf("withdrawn: %+v %v", f, err)
		}
		if _, err := s.Lookup(ctx, "/2026/11/soon"); !fault.Is(err, fault.NotFound) {
			t.Errorf("scheduled: %v", err)
		}
		if v, err := s.Versions(ctx, gone.Article); err != nil || len(v) != 0 {
			t.Errorf("the withdrawn article's versions are public: %v %v", v, err)
		}
		// An edit that is not published stays at the desk.
		r.do(func(tx *store.Tx) error {
			a, err := tx.Article(ctx, live.Article)
			if err != nil {
				return err
			}
			_, err = r.Save(ctx, tx, news.Author{}, news.Change{Article: a.ID, Base: a.Working, Content: report("en", "Secret", "secretword")})
			return err
		})
		if seen := r.sees("en", "secretword"); seen["Secret"] != nil || seen["Live"] == nil {
			t.Errorf("an unpublished edit is seen: %v", seen)
		}
	})
}

func TestAScheduledArticleAppearsAtItsMomentAndNotBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		at := noon.Add(90 * time.Minute)
		a := r.create(report("en", "Soon", "weirword"), "")
		due := func() (done bool) {
			r.do(func(tx *store.Tx) error {
				fate, err := r.Due(ctx, tx, a.ID, at)
				done = fate == news.Out
				return err
			})
			return done
		}
		r.do(func(tx *store.Tx) error { _, err := r.Schedule(ctx, tx, a.ID, at, false); return err })
		r.clock.Add(90*time.Minute - time.Millisecond)
		if due() || len(r.sees("en", "weirword")) != 0 {
			t.Fatal("it is public a millisecond too early")
		}
		r.clock.Add(time.Millisecond)
		if !due() || due() {
			t.Fatal("it was not published once")
		}
		if seen := r.sees("en", "weirword"); !slices.Equal(seen["Soon"], everywhere) {
			t.Fatalf("readers see %v", seen)
		}
		jobs, err := s.Jobs(ctx, 10)
		if err != nil || len(jobs) != 1 || jobs[0].Kind != "news.publish" || !jobs[0].RunAt.Equal(at) {
			t.Errorf("%+v %v", jobs, err)
		}
	})
}

func TestAnAppointmentThatWasMovedOrCancelledPublishesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		first, second := noon.Add(time.Hour), noon.Add(3*time.Hour)
		a := r.create(report("en", "Soon", "x"), "")
		for _, at := range []time.Time{first, second} {
			r.do(func(tx *store.Tx) error { _, err := r.Schedule(ctx, tx, a.ID, at, false); return err })
		}
		r.clock.Add(4 * time.Hour)
		var done news.Fate
		r.do(func(tx *store.Tx) (err error) { done, err = r.Due(ctx, tx, a.ID, first); return err })
		if done != news.Void {
			t.Error("the old appointment published it")
		}
		r.do(func(tx *store.Tx) error { _, err := r.Move(ctx, tx, a.ID, news.Draft); return err })
		r.do(func(tx *store.Tx) (err error) { done, err = r.Due(ctx, tx, a.ID, second); return err })
		if done != news.Void {
			t.Error("the cancelled appointment published it")
		}
	})
}

func TestEveryAddressEverUsedLeadsToTheCurrentOneInOneStep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "First words", "x"))
		old := []string{p.Path}
		for _, slug := range []string{"second-words", "third-words"} {
			old = append(old, r.change(p.Article, news.Order{}, func(c *news.Content) { c.Slug = slug }).Path)
		}
		now := old[2]
		if now != "/2026/11/third-words" {
			t.Fatal(now)
		}
		for _, path := range old[:2] {
			if f, err := s.Lookup(ctx, path); err != nil || f.Target != now {
				t.Errorf("%s: %+v %v", path, f, err)
			}
		}
		// Nobody else gets an address that was used, however old it is.
		c := report("en", "Other", "x")
		c.Slug = "first-words"
		other := r.create(c, "")
		err := r.try(func(tx *store.Tx) error { _, err := r.Publish(ctx, tx, news.Order{Article: other.ID}); return err })
		if !fault.Is(err, fault.Conflict) || fault.Say(err) == "" {
			t.Errorf("taken address: %v", err)
		}
		if p := r.publish(news.Order{Article: other.ID, Suffix: true}); p.Path != "/2026/11/first-words-2" {
			t.Errorf("with a suffix: %s", p.Path)
		}
		// Going back to an old slug is allowed and leads nowhere in circles.
		back := r.change(p.Article, news.Order{}, func(c *news.Content) { c.Slug = "first-words" })
		if f, err := s.Lookup(ctx, back.Path); back.Path != old[0] || err != nil || f.Article != p.Article {
			t.Errorf("back: %s %+v %v", back.Path, f, err)
		}
		if f, err := s.Lookup(ctx, now); err != nil || f.Target != back.Path {
			t.Errorf("%+v %v", f, err)
		}
	})
}

func TestTheMonthOfAnAddressIsThatOfTheFirstPublicationInTheOutletsZone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		o, _ := s.Outlet(t.Context())
		o.Zone = "Pacific/Auckland"
		r.do(func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), store.System, o) })
		a := r.create(report("de", "Neujahr", "x"), "")
		p := r.publish(news.Order{Article: a.ID, At: time.Date(2024, 12, 31, 20, 0, 0, 0, time.UTC)})
		if p.Path != "/de/2025/01/neujahr" {
			t.Error(p.Path)
		}
		later := r.change(a.ID, news.Order{Class: news.Update}, func(c *news.Content) { c.Slug = "das-jahr" })
		if later.Path != "/de/2025/01/das-jahr" || !later.First.Equal(p.First) || !later.Updated.Equal(noon) {
			t.Errorf("%+v", later)
		}
	})
}

func TestAnImportedAddressIsKeptUnlessWeNeedItOurselves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		for _, c := range []struct{ lang, path, want string }{
			{"en", "/blog/Old-Story.html", "/blog/old-story.html"},
			{"en", "/blog/old-story.html/", "/blog/old-story-2.html"}, // taken by the one before
			{"en", "/2012/05/caf\u0065\u0301/", "/2012/05/café"},
			{"de", "/2012/05/haus", "/de/2012/05/haus"},
			{"de", "/de/2012/05/hof", "/de/2012/05/hof"}, // the prefix is not doubled
		} {
			a := r.create(report(c.lang, "Old "+c.path, "x"), "")
			if got := r.publish(news.Order{Article: a.ID, Path: c.path, Suffix: true}).Path; got != c.want {
				t.Errorf("%s: %s, not %s", c.path, got, c.want)
			}
		}
		a := r.create(report("en", "About", "x"), "")
		for _, path := range []string{"/desk/about", "/give", "/it/x"} {
			err := r.try(func(tx *store.Tx) error {
				_, err := r.Publish(t.Context(), tx, news.Order{Article: a.ID, Path: path})
				return err
			})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", path, err)
			}
		}
	})
}

func TestTwoPeopleWhoSaveAtOnceLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		a := r.create(report("en", "Base", "x"), "")
		save := func(base, headline string) (id string, err error) {
			err = r.try(func(tx *store.Tx) error {
				v, err := r.Save(ctx, tx, news.Author{}, news.Change{Article: a.ID, Base: base, Content: report("en", headline, "x")})
				id = v.ID
				return err
			})
			return id, err
		}
		if _, err := save(a.Working, "Hers"); err != nil {
			t.Fatal(err)
		}
		if _, err := save(a.Working, "His"); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a stale save: %v", err)
		}
		all, err := s.Revisions(ctx, a.ID)
		if err != nil || len(all) != 2 || all[1].Content.Headline != "Hers" || news.VerifyRevisions(all) != 0 {
			t.Fatalf("%+v %v", all, err)
		}
		all[0].Content.Headline = "Altered"
		if news.VerifyRevisions(all) != 1 {
			t.Error("an altered revision is not noticed")
		}
	})
}

func TestThereIsOneArticleALanguageInAGroupOfTranslations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		en := r.published(report("en", "Late bus", "x"))
		fa := r.create(report("fa", "اتوبوس", "x"), en.Article)
		err := r.try(func(tx *store.Tx) error {
			_, err := r.Create(ctx, tx, news.Author{}, news.New{Content: report("fa", "دوم", "x"), Group: en.Article})
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one in Persian: %v", err)
		}
		if list, err := s.Translations(ctx, en.Group); err != nil || len(list) != 1 {
			t.Errorf("the draft is public: %+v %v", list, err)
		}
		p := r.publish(news.Order{Article: fa.ID})
		if p.Path != "/fa/2026/11/اتوبوس" {
			t.Error(p.Path)
		}
		list, err := s.Translations(ctx, en.Group)
		if err != nil || len(list) != 2 || list[0].Path != en.Path || list[1].Path != p.Path {
			t.Errorf("%+v %v", list, err)
		}
		it := r.create(report("it", "Autobus", "x"), "")
		err = r.try(func(tx *store.Tx) error { _, err := r.Publish(ctx, tx, news.Order{Article: it.ID}); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a language that the newsroom does not have: %v", err)
		}
	})
}

func TestACorrectionSaysWhatWasWrongAndStandsInTheList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Vote", "8 to 1"))
		err := r.try(func(tx *store.Tx) error {
			_, err := r.Publish(ctx, tx, news.Order{Article: p.Article, Class: news.Correct, Now: "7 to 2"})
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("half a correction: %v", err)
		}
		r.clock.Add(time.Hour)
		r.change(p.Article, news.Order{Class: news.Correct, Was: "8 to 1", Now: "7 to 2"}, func(c *news.Content) {
			c.Body = document.New("en", document.P("7 to 2"))
		})
		list, err := s.Corrections(ctx, time.UnixMilli(0), r.clock.Now().Add(time.Hour), 10, 0)
		if err != nil || len(list) != 1 || list[0].Was != "8 to 1" || list[0].To != 2 || list[0].Path != p.Path {
			t.Fatalf("%+v %v", list, err)
		}
		vers, err := s.Versions(ctx, p.Article)
		if err != nil || len(vers) != 2 || vers[0].Class != news.Correct || vers[1].Class != news.First {
			t.Fatalf("%+v %v", vers, err)
		}
		r.do(func(tx *store.Tx) error { return r.Withdraw(ctx, tx, p.Article, "It did harm.") })
		list, err = s.Corrections(ctx, time.UnixMilli(0), r.clock.Now().Add(time.Hour), 10, 0)
		if err != nil || len(list) != 1 || list[0].Class != news.Withdrawal || list[0].Headline != "" || list[0].Was != "" {
			t.Errorf("after the withdrawal: %+v %v", list, err)
		}
	})
}

func TestARetractedArticleStaysUnderANotice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Ferry", "x"))
		if err := r.try(func(tx *store.Tx) error { _, err := r.Retract(ctx, tx, p.Article, " "); return err }); !fault.Is(err, fault.Invalid) {
			t.Fatalf("without a reason: %v", err)
		}
		r.do(func(tx *store.Tx) error {
			_, err := r.Retract(ctx, tx, p.Article, "The report rested on a withdrawn draft.")
			return err
		})
		f, err := s.Lookup(ctx, p.Path)
		if err != nil || f.Article != p.Article {
			t.Fatalf("%+v %v", f, err)
		}
		now, err := s.Publication(ctx, p.Article)
		if err != nil || now.State != news.Retracted || now.Version != 2 {
			t.Errorf("%+v %v", now, err)
		}
		if list, err := s.Recent(ctx, time.Time{}, 10); err != nil || len(list) != 0 {
			t.Errorf("the news sitemap keeps it: %v %v", list, err)
		}
	})
}

func TestABylineKeepsTheNameOfItsDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		var ansel string
		put := func(name, slug string) {
			r.do(func(tx *store.Tx) (err error) {
				ansel, err = tx.PutPerson(ctx, news.Person{ID: ansel, Slug: slug, Name: name})
				return err
			})
		}
		put("Ansel Quay", "ansel-quay")
		c := report("en", "Bus", "x")
		c.Bylines = []news.Byline{{Person: ansel, Role: "by"}, {Name: "A Guest", Role: "photos"}}
		p := r.published(c)
		put("Ansel Rowan", "ansel-rowan")
		p = r.change(p.Article, news.Order{Class: news.Update}, func(c *news.Content) { c.Dek = "new" })
		if p.Content.Bylines[0].Name != "Ansel Quay" {
			t.Errorf("an update changed the byline to %s", p.Content.Bylines[0].Name)
		}
		c.Headline = "Train"
		if q := r.published(c); q.Content.Bylines[0].Name != "Ansel Rowan" {
			t.Errorf("the new article has %s", q.Content.Bylines[0].Name)
		}
		if f, err := s.Lookup(ctx, "/people/ansel-quay"); err != nil || f.Target != "/people/ansel-rowan" {
			t.Errorf("%+v %v", f, err)
		}
		page, err := s.List(ctx, store.Listing{Lang: "en", Person: ansel, Limit: 10})
		if err != nil || len(page.Stories) != 2 {
			t.Errorf("%+v %v", page, err)
		}
	})
}

func TestAListIsLeafedThroughInBothDirections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		var town string
		r.do(func(tx *store.Tx) (err error) {
			town, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}})
			return err
		})
		for i := range 7 {
			c := report("en", fmt.Sprint("Story ", i), "x")
			c.Section = town
			// two at the same moment: the list must not lose one between pages
			r.publish(news.Order{Article: r.create(c, "").ID, At: noon.Add(-time.Duration(i/2) * time.Hour)})
		}
		for _, l := range []store.Listing{{Lang: "en", Limit: 3}, {Lang: "en", Section: town, Limit: 3}} {
			first, err := s.List(ctx, l)
			if err != nil || len(first.Stories) != 3 || first.Newer != (store.Cursor{}) || !first.First {
				t.Fatalf("%+v %v", first, err)
			}
			seen := map[string]bool{}
			page, last := first, store.Page{}
			for {
				for _, v := range page.Stories {
					if seen[v.Headline] {
						t.Errorf("%s stands twice", v.Headline)
					}
					seen[v.Headline] = true
				}
				if page.Older == (store.Cursor{}) {
					break
				}
				last = page
				l.Before, _ = store.ParseCursor(page.Older.String())
				if page, err = s.List(ctx, l); err != nil {
					t.Fatal(err)
				}
			}
			if len(seen) != 7 || len(page.Stories) != 1 {
				t.Fatalf("%d stories, the last page has %d", len(seen), len(page.Stories))
			}
			l.Before, l.After = store.Cursor{}, page.Newer
			back, err := s.List(ctx, l)
			if err != nil || back.Stories[0].Headline != last.Stories[0].Headline {
				t.Errorf("going back shows %+v, not %+v (%v)", back.Stories, last.Stories, err)
			}
		}
	})
}

func TestAPageStandsOutsideOfListsAndFeeds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		c := report("en", "House rules", "weirword")
		c.Kind = news.Page
		p := r.published(c)
		if p.Path != "/house-rules" {
			t.Error(p.Path)
		}
		if seen := r.sees("en", "weirword")["House rules"]; !slices.Equal(seen, []string{"sitemap", "search"}) {
			t.Errorf("it is seen in %v", seen)
		}
	})
}

func TestALockedArticleIsNeverPublic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		var a news.Article
		r.do(func(tx *store.Tx) (err error) {
			a, err = r.Create(ctx, tx, news.Author{}, news.New{Content: report("en", "Locked", "x"), Locked: true})
			return err
		})
		for name, err := range map[string]error{
			"publish":  r.try(func(tx *store.Tx) error { _, err := r.Publish(ctx, tx, news.Order{Article: a.ID}); return err }),
			"schedule": r.try(func(tx *store.Tx) error { _, err := r.Schedule(ctx, tx, a.ID, noon.Add(time.Hour), false); return err }),
		} {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAPublicationNamesThePagesThatItChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		var town, river, bus, nell string
		r.do(func(tx *store.Tx) (err error) {
			if town, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}}); err != nil {
				return err
			}
			if river, err = tx.PutSection(ctx, news.Section{Slug: "river", Name: outlet.Words{"en": "River"}}); err != nil {
				return err
			}
			if bus, err = tx.PutTopic(ctx, news.Topic{Slug: "bus", Name: outlet.Words{"en": "Bus"}}); err != nil {
				return err
			}
			nell, err = tx.PutPerson(ctx, news.Person{Slug: "nell", Name: "Nell"})
			return err
		})
		c := report("en", "Bus", "x")
		c.Section, c.Topics, c.Bylines = town, []string{bus}, []news.Byline{{Person: nell, Role: "by"}}
		p := r.published(c)
		r.published(report("en", "Another", "x"))
		from, err := s.ChangeSeq(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r.change(p.Article, news.Order{Class: news.Update, Note: "More"}, func(c *news.Content) { c.Section = river })
		got := changedSince(t, s, from)
		for _, want := range []string{"articles", "article:" + p.Article, "section:" + town, "section:" + river, "topic:" + bus, "person:" + nell, "corrections"} {
			if !slices.Contains(got, want) {
				t.Errorf("%s is missing in %v", want, got)
			}
		}
	})
}

func TestAWriteThatFailsHalfwayChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Stays", "weirword"))
		err := r.try(func(tx *store.Tx) error {
			if err := r.Withdraw(ctx, tx, p.Article, "Reason."); err != nil {
				return err
			}
			return fault.New(fault.Internal, "the power went out")
		})
		if err == nil {
			t.Fatal("no error")
		}
		if seen := r.sees("en", "weirword"); !slices.Equal(seen["Stays"], everywhere) {
			t.Errorf("readers see %v", seen)
		}
	})
}
