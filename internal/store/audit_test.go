package store_test

import (
	"context"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestTheAuditLogCanOnlyGrow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.Audit(ctx, tester, "test.done", "thing", "1", map[string]any{"why": "a reason"})
		})
		roads := []string{
			"UPDATE audit SET actor_name = 'somebody else'", "DELETE FROM audit",
			"INSERT INTO audit (seq, at, action) VALUES (1, 1, 'forged')",
		}
		if s.Engine() == db.SQLite {
			roads = append(roads, "INSERT OR REPLACE INTO audit (seq, at, action) VALUES (1, 1, 'forged')")
		} else {
			roads = append(roads, "TRUNCATE audit")
		}
		for _, road := range roads {
			if _, err := s.Raw().Exec(road); err == nil {
				t.Errorf("%s went through", road)
			}
		}
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 10})
		if err != nil || len(log) != 1 || log[0].By != tester || log[0].Action != "test.done" || log[0].Detail["why"] != "a reason" {
			t.Errorf("%+v %v", log, err)
		}
	})
}

func TestTheLogIsReadBackwardsAndByTheSectionsOfAnEditor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, a := range [][2]string{{"a1", "town"}, {"a2", "river"}} {
				_, err := db.Exec(ctx, tx, `INSERT INTO article (id, group_id, lang, slug, section_id, created_at, modified_at)
					VALUES ($1, $1, 'en', $1, $2, 1, 1)`, a[0], a[1])
				if err != nil {
					return err
				}
				if err := tx.Audit(ctx, tester, "article.seen", "article", a[0], nil); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, tester, "staff.added", "staff", "x", nil)
		})
		list := func(q store.AuditQuery) string {
			t.Helper()
			log, err := s.AuditLog(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, e := range log {
				ids = append(ids, e.ID)
			}
			return strings.Join(ids, " ")
		}
		if got := list(store.AuditQuery{Limit: 10}); got != "x a2 a1" {
			t.Errorf("all: %s", got)
		}
		if got := list(store.AuditQuery{Limit: 10, Articles: true}); got != "a2 a1" {
			t.Errorf("articles: %s", got)
		}
		if got := list(store.AuditQuery{Limit: 10, Articles: true, Sections: []string{"town", "hill"}}); got != "a1" {
			t.Errorf("one section: %s", got)
		}
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := list(store.AuditQuery{Limit: 10, Before: log[0].Seq}); got != "a2 a1" {
			t.Errorf("the next page: %s", got)
		}
	})
}

func TestSettingsAreKeptOnceAndTheirChangeIsLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if has, err := s.HasOutlet(t.Context()); err != nil || has {
			t.Fatalf("a new newsroom has settings: %v %v", has, err)
		}
		o := outlet.Default()
		o.Name = "The Lantern"
		put := func() {
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PutOutlet(ctx, tester, o) })
		}
		put()
		seq, err := s.ChangeSeq(t.Context())
		if err != nil || seq == 0 {
			t.Fatalf("the change feed is at %d, %v", seq, err)
		}
		put()
		if again, _ := s.ChangeSeq(t.Context()); again != seq {
			t.Error("settings that are as they were were written again")
		}
		o.Currency = "EUR"
		put()
		got, err := s.Outlet(t.Context())
		if err != nil || got.Name != "The Lantern" || got.Currency != "EUR" {
			t.Errorf("%+v %v", got, err)
		}
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 10})
		if err != nil || len(log) != 2 {
			t.Fatalf("%+v %v", log, err)
		}
		if len(log[0].Detail) != 1 || log[0].Detail["currency"] == nil {
			t.Errorf("the log tells %v", log[0].Detail)
		}
		o.Currency = "no money"
		err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutOutlet(t.Context(), tester, o) })
		if err == nil || !strings.Contains(err.Error(), "currency") {
			t.Errorf("a wrong currency: %v", err)
		}
	})
}
