package store_test

import (
	"errors"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestTwoTopicsAndTwoPeopleBecomeOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s)
		ctx := t.Context()
		topic, person := map[string]string{}, map[string]string{}
		f.do(func(tx *store.Tx) (err error) {
			for _, slug := range []string{"buses", "bus", "traffic"} {
				if topic[slug], err = tx.PutTopic(ctx, news.Topic{Slug: slug, Name: outlet.Words{"en": slug}}); err != nil {
					return err
				}
				if person[slug], err = tx.PutPerson(ctx, news.Person{Slug: slug, Name: "A. " + slug}); err != nil {
					return err
				}
			}
			return nil
		})
		write := func(h string, names ...string) {
			c := news.Content{Lang: "en", Kind: news.Report, Headline: h, Body: document.New("en", document.P(h))}
			for _, n := range names {
				c.Topics, c.Bylines = append(c.Topics, topic[n]), append(c.Bylines, news.Byline{Person: person[n], Role: "by"})
			}
			f.do(func(tx *store.Tx) error {
				a, err := f.room.Create(ctx, tx, news.Author{}, news.New{Content: c})
				f.ids[h] = a.ID
				return err
			})
			f.publish(h)
		}
		write("of one", "buses")
		write("of both", "buses", "bus")
		counts := func(slug string) (topics, people int) {
			t.Helper()
			a, err := s.Counted(ctx, store.ToTopic, []string{topic[slug]})
			b, err2 := s.Counted(ctx, store.ToPerson, []string{person[slug]})
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			return a[topic[slug]], b[person[slug]]
		}
		merge := func(from, into string) error {
			err := s.Write(ctx, func(tx *store.Tx) error {
				return errors.Join(tx.Merge(ctx, dora, store.ToTopic, topic[from], topic[into]), tx.Merge(ctx, dora, store.ToPerson, person[from], person[into]))
			})
			for _, sort := range []string{store.ToTopic, store.ToPerson} {
				id := map[string]string{store.ToTopic: topic[from], store.ToPerson: person[from]}[sort]
				for more := err == nil; more; {
					var err error
					if more, err = s.MoveMerged(ctx, sort, id); err != nil {
						t.Fatal(err)
					}
				}
			}
			return err
		}
		if err := merge("buses", "bus"); err != nil {
			t.Fatal(err)
		}
		if a, b := counts("bus"); a != 2 || b != 2 {
			t.Errorf("%d articles of the topic, %d of the person", a, b)
		}
		if a, b := counts("buses"); a != 0 || b != 0 {
			t.Errorf("%d and %d are left behind", a, b)
		}
		write("later", "buses") // a text that names the old one counts for the new one
		if a, b := counts("bus"); a != 3 || b != 3 {
			t.Errorf("%d and %d after another one", a, b)
		}
		if err := merge("bus", "traffic"); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"/topics/buses": "/topics/traffic", "/topics/bus": "/topics/traffic", "/people/buses": "/people/traffic"} {
			if got, err := s.Lookup(ctx, path); err != nil || got.Target != want {
				t.Errorf("%s leads to %+v %v", path, got, err)
			}
		}
		if v, err := s.Topic(ctx, topic["buses"]); err != nil || v.Slug != "traffic" {
			t.Errorf("%+v %v", v, err)
		}
		if v, err := s.Person(ctx, "buses"); err != nil || v.Slug != "traffic" {
			t.Errorf("%+v %v", v, err)
		}
		if list, err := s.Topics(ctx); err != nil || len(list) != 1 {
			t.Errorf("%+v %v", list, err)
		}
		if err := merge("bus", "traffic"); !fault.Is(err, fault.NotFound) {
			t.Errorf("merged once more: %v", err)
		}
		if err := merge("traffic", "traffic"); !fault.Is(err, fault.Invalid) {
			t.Errorf("merged with itself: %v", err)
		}
	})
}

func TestAnAddressOnceUsedStaysReservedAndOnlyTheUnusedIsDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFronted(t, s)
		ctx := t.Context()
		var bus, free string
		f.do(func(tx *store.Tx) (err error) {
			if bus, err = tx.PutTopic(ctx, news.Topic{Slug: "bus", Name: outlet.Words{"en": "Bus"}}); err != nil {
				return err
			}
			free, err = tx.PutTopic(ctx, news.Topic{Slug: "free", Name: outlet.Words{"en": "Free"}})
			return err
		})
		f.do(func(tx *store.Tx) error {
			_, err := tx.PutTopic(ctx, news.Topic{ID: bus, Slug: "buses", Name: outlet.Words{"en": "Buses"}})
			return err
		})
		check := func(id, slug string) (err error) {
			f.do(func(tx *store.Tx) error { err = tx.FreeSlug(ctx, store.ToTopic, id, slug); return nil })
			return err
		}
		if err := check(free, "bus"); err == nil {
			t.Error("another one takes the old address")
		}
		if check(bus, "bus") != nil || check(free, "tram") != nil {
			t.Error("a free address is refused")
		}
		f.do(func(tx *store.Tx) error {
			_, err := f.room.Create(ctx, tx, news.Author{}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "x", Topics: []string{bus}}})
			return err
		})
		if u, err := s.NamedUse(ctx, store.ToTopic, bus); err != nil || u.Free() {
			t.Errorf("%+v %v", u, err)
		}
		if u, err := s.NamedUse(ctx, store.ToTopic, free); err != nil || !u.Free() {
			t.Errorf("%+v %v", u, err)
		}
		f.do(func(tx *store.Tx) error { return tx.DropNamed(ctx, dora, store.ToTopic, free) })
		if _, err := s.Topic(ctx, free); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
