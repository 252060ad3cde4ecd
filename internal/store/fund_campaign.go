package store

import (
	"context"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/outbox"
)

// The goal is that of the newest version.
const campaignQuery = `SELECT c.id, c.slug, c.currency, c.state, c.counting, c.title, c.dek, c.body, c.costs, c.amounts, c.starts_at, c.ends_at,
	c.grace_s, c.goal_reached_at, c.created_at, c.live_at, c.cover, c.donor_cap, c.costs_note, c.outcome, COALESCE((SELECT g.minor FROM campaign_goal g WHERE g.campaign_id = c.id ORDER BY g.version DESC LIMIT 1), 0)
	FROM campaign c`

func scanCampaign(r db.Scanner) (c fund.Campaign, err error) {
	var grace int64
	err = r.Scan(&c.ID, &c.Slug, &c.Currency, &c.State, &c.Counting, db.FromJSON(&c.Title), db.FromJSON(&c.Dek), db.FromJSON(&c.Body), db.FromJSON(&c.Costs),
		db.FromJSON(&c.Amounts), db.At(&c.StartsAt), db.At(&c.EndsAt), &grace, db.At(&c.GoalReachedAt), db.At(&c.CreatedAt),
		db.At(&c.LiveAt), db.Bool(&c.Cover), &c.DonorCap, db.FromJSON(&c.CostsNote), db.FromJSON(&c.Outcome), &c.Goal)
	c.Grace = time.Duration(grace) * time.Second
	return c, err
}

func campaignBy(ctx context.Context, q db.Querier, where string, arg any) (fund.Campaign, error) {
	c, err := db.One(ctx, q, scanCampaign, campaignQuery+" WHERE "+where, arg)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "there is no such campaign")
	}
	return c, err
}

// Campaign returns a campaign by its id; fault.NotFound.
func (s *Store) Campaign(ctx context.Context, id string) (fund.Campaign, error) {
	return campaignBy(ctx, s.Query(), "c.id = $1", id)
}

// CampaignBySlug returns a campaign by its address; fault.NotFound.
func (s *Store) CampaignBySlug(ctx context.Context, slug string) (fund.Campaign, error) {
	return campaignBy(ctx, s.Query(), "c.slug = $1", slug)
}

// Campaigns lists all campaigns, the newest start first.
func (s *Store) Campaigns(ctx context.Context) ([]fund.Campaign, error) {
	return db.Rows(ctx, s.Query(), scanCampaign, campaignQuery+" ORDER BY c.starts_at DESC, c.id")
}

// CurrentCampaign returns the campaign that pages ask for: of those that are
// live at a time, the one that began last. fault.NotFound where there is none.
func (s *Store) CurrentCampaign(ctx context.Context, now time.Time) (fund.Campaign, error) {
	return db.One(ctx, s.Query(), scanCampaign, campaignQuery+` WHERE c.state = 'live' AND c.starts_at <= $1 AND c.ends_at >= $1
		ORDER BY c.starts_at DESC, c.id LIMIT 1`, now.UnixMilli())
}

// PutCampaign writes a campaign, new or changed. The goal is set by SetGoal, the
// state of one that exists by MoveCampaign and ActCampaign. The currency of one
// that readers have seen stays as it is.
func (tx *Tx) PutCampaign(ctx context.Context, c fund.Campaign) error {
	if c.LiveAt.IsZero() && c.Seen() && c.State != fund.CampaignScheduled {
		c.LiveAt = c.StartsAt
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO campaign (id, slug, currency, state, counting, title, dek, body, costs, amounts, starts_at, ends_at, grace_s, created_at,
		live_at, cover, donor_cap, costs_note, outcome) VALUES (`+places(19)+`)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, counting = excluded.counting, title = excluded.title, dek = excluded.dek,
		body = excluded.body, costs = excluded.costs, amounts = excluded.amounts, starts_at = excluded.starts_at, ends_at = excluded.ends_at, grace_s = excluded.grace_s,
		currency = CASE WHEN campaign.state IN ('draft', 'scheduled') THEN excluded.currency ELSE campaign.currency END,
		cover = excluded.cover, donor_cap = excluded.donor_cap, costs_note = excluded.costs_note, outcome = excluded.outcome`,
		c.ID, c.Slug, c.Currency, c.State, c.Counting, db.JSON(orEmpty(c.Title)), db.JSON(orEmpty(c.Dek)), db.JSON(orEmpty(c.Body)), db.JSON(append([]fund.Cost{}, c.Costs...)),
		db.JSON(orEmpty(c.Amounts)), c.StartsAt.UnixMilli(), c.EndsAt.UnixMilli(), int64(c.Grace/time.Second), c.CreatedAt.UnixMilli(),
		db.Ms(c.LiveAt), db.Int(c.Cover), c.DonorCap, db.JSON(orEmpty(c.CostsNote)), db.JSON(orEmpty(c.Outcome)))
	tx.Touch("campaigns", campaignKey(c.ID))
	return err
}

func orEmpty[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

// SetGoal adds a version of a campaign's goal, in minor units of its currency.
// Older goals stay on record and are public.
func (tx *Tx) SetGoal(ctx context.Context, campaignID string, minor int64, reason, by string, at time.Time) error {
	if minor <= 0 {
		return fault.New(fault.Invalid, "a goal must be above zero")
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO campaign_goal (campaign_id, version, minor, reason, set_at, set_by)
		SELECT $1, COALESCE(MAX(version), 0) + 1, CAST($2 AS BIGINT), $3, CAST($4 AS BIGINT), $5 FROM campaign_goal WHERE campaign_id = $1`,
		campaignID, minor, reason, at.UnixMilli(), by)
	if err != nil {
		return err
	}
	tx.Touch("campaigns", campaignKey(campaignID))
	return tx.noteGoal(ctx, campaignID, at)
}

// Goals lists all goals that a campaign ever had, the newest first.
func (s *Store) Goals(ctx context.Context, campaignID string) ([]fund.Goal, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (g fund.Goal, err error) {
		return g, r.Scan(&g.Version, &g.Minor, &g.Reason, db.At(&g.SetAt), &g.SetBy)
	}, "SELECT version, minor, reason, set_at, set_by FROM campaign_goal WHERE campaign_id = $1 ORDER BY version DESC", campaignID)
}

// noteGoal keeps the moment at which a goal was first reached. Refunds do not
// take it back.
func (tx *Tx) noteGoal(ctx context.Context, campaignID string, at time.Time) error {
	reached, err := goalReached(ctx, tx, campaignID)
	if err != nil || !reached {
		return err
	}
	n, err := db.Exec(ctx, tx, "UPDATE campaign SET goal_reached_at = $1 WHERE id = $2 AND goal_reached_at IS NULL", at.UnixMilli(), campaignID)
	tx.Touch("campaigns")
	if err != nil || n == 0 {
		return err
	}
	return tx.emitCampaign(ctx, outbox.CampaignReached, campaignID, nil)
}

// goalReached tells whether a goal is reached that nobody has noted yet.
func goalReached(ctx context.Context, q db.Querier, campaignID string) (bool, error) {
	c, err := campaignBy(ctx, q, "c.id = $1", campaignID)
	if err != nil || !c.GoalReachedAt.IsZero() || c.Goal == 0 {
		return false, err
	}
	got, err := received(ctx, q, c.ID, c.Currency)
	return got >= c.Goal, err
}

// MoveCampaign gives a campaign another state; fault.Conflict where its present
// one does not lead there.
func (tx *Tx) MoveCampaign(ctx context.Context, id string, to fund.CampaignState) error {
	c, err := campaignBy(ctx, tx, "c.id = $1", id)
	if err != nil {
		return err
	}
	if to, err = c.State.Move(to); err != nil {
		return err
	}
	if to == fund.CampaignLive && c.Goal <= 0 {
		return fault.New(fault.Invalid, "a campaign without a goal can't go live; set its goal first")
	}
	_, err = db.Exec(ctx, tx, "UPDATE campaign SET state = $1, live_at = CASE WHEN $1 = 'live' AND live_at IS NULL THEN CAST($2 AS BIGINT) ELSE live_at END WHERE id = $3",
		to, c.StartsAt.UnixMilli(), id)
	tx.Touch("campaigns", campaignKey(id))
	if err != nil {
		return err
	}
	return tx.emitCampaign(ctx, campaignEvents[to], id, nil)
}

// TurnCampaigns implements fund.Store.
func (s Fund) TurnCampaigns(ctx context.Context, turn func(fund.Campaign) fund.CampaignState) error {
	list, err := db.Rows(ctx, s.Query(), scanCampaign, campaignQuery+" WHERE c.state IN ('scheduled', 'live', 'paused')")
	if err != nil {
		return err
	}
	for _, c := range list {
		if turn(c) == c.State {
			continue
		}
		err := s.Write(ctx, func(tx *Tx) error {
			now, err := campaignBy(ctx, tx, "c.id = $1", c.ID)
			if err != nil || turn(now) == now.State {
				return err
			}
			return tx.MoveCampaign(ctx, c.ID, turn(now))
		})
		if fault.Is(err, fault.Invalid) { // it lacks something; the others need not wait for it
			slog.Warn("a campaign's time has come, but it can't go live", "campaign", c.ID, "err", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}
