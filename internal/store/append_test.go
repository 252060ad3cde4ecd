package store_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
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
		statements := []string{"UPDATE campaign_goal SET minor = 1", "DELETE FROM campaign_goal"}
		if s.Engine() == db.SQLite {
			statements = append(statements, "INSERT OR REPLACE INTO campaign_goal (campaign_id, version, minor, set_at) VALUES ('c', 1, 1, 1)",
				"INSERT OR REPLACE INTO campaign_goal (rowid, campaign_id, version, minor, set_at) VALUES (1, 'd', 9, 1, 1)")
		} else {
			statements = append(statements, "TRUNCATE campaign_goal")
		}
		for _, q := range statements {
			err := s.Write(ctx, func(tx *store.Tx) error { _, err := db.Exec(ctx, tx, q); return err })
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}
