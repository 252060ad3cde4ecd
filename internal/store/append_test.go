package store_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestGoalsOfACampaignAreNeverWrittenOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Now()
		c := fund.Campaign{ID: "c", Slug: "costs", Currency: "USD", State: fund.CampaignLive, Counting: fund.ReceivedOnly, StartsAt: now, EndsAt: now.AddDate(1, 0, 0), CreatedAt: now}
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutCampaign(ctx, c); err != nil {
				return err
			}
			return tx.SetGoal(ctx, "c", 100, "", "", now)
		})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, s, "campaign_goal", "UPDATE campaign_goal SET minor = 1",
			"INSERT OR REPLACE INTO campaign_goal (campaign_id, version, minor, set_at) VALUES ('c', 1, 1, 1)",
			"INSERT OR REPLACE INTO campaign_goal (rowid, campaign_id, version, minor, set_at) VALUES (1, 'c', 9, 1, 1)")
	})
}

func TestCorrectionsAreNeverWrittenOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		err := s.Write(ctx, func(tx *store.Tx) error {
			if _, err := db.Exec(ctx, tx, "INSERT INTO article (id, group_id, lang, slug, created_at, modified_at) VALUES ('a', 'a', 'en', 'a', 1, 1)"); err != nil {
				return err
			}
			return tx.AddCorrection(ctx, news.Correction{ID: "k", Article: "a", Class: news.Correct, From: 1, To: 2, Was: "8 to 1", Now: "7 to 2", FixedAt: time.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, s, "correction", "UPDATE correction SET was = ''",
			"INSERT OR REPLACE INTO correction (id, article_id, class, from_version, to_version, fixed_at) VALUES ('k', 'a', 'typo', 1, 2, 1)",
			"INSERT OR REPLACE INTO correction (rowid, id, article_id, class, from_version, to_version, fixed_at) VALUES (1, 'other', 'a', 'typo', 1, 2, 1)")
	})
}

// refused tries every road over a row of the table: update, the ways to replace
// it where recursive triggers are off, as on a foreign SQLite connection, delete,
// and PostgreSQL's TRUNCATE.
func refused(t *testing.T, s *store.Store, table, update string, replace ...string) {
	t.Helper()
	roads := []string{update, "DELETE FROM " + table}
	if s.Engine() == db.Postgres {
		roads = append(roads, "TRUNCATE "+table)
	} else {
		if _, err := s.Raw().Exec("PRAGMA recursive_triggers = OFF"); err != nil {
			t.Fatal(err)
		}
		roads = append(roads, replace...)
	}
	for _, q := range roads {
		err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := db.Exec(t.Context(), tx, q); return err })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", q, err)
		}
	}
}
