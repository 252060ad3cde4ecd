package store

import (
	"context"
	"reflect"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
)

// NewGoal is a change of a campaign's goal. Reason is empty for the first one,
// and while readers have not seen the campaign.
type NewGoal struct {
	Minor  int64
	Reason string
}

// SaveCampaign writes what a person has put into the editor, with a new version
// of the goal where that changed, and logs the fields that differ. A campaign
// without an id is new and gets one, as a draft. fault.Conflict where the address
// belongs to another campaign; fault.Invalid where a goal that readers have seen
// is changed without a reason.
func (tx *Tx) SaveCampaign(ctx context.Context, by Actor, c fund.Campaign, goal NewGoal, now time.Time) (string, error) {
	was, err := tx.campaignBefore(ctx, &c, now)
	if err != nil {
		return "", err
	}
	taken, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM campaign WHERE slug = $1 AND id <> $2", c.Slug, c.ID)
	if err != nil {
		return "", err
	}
	if taken > 0 {
		return "", fault.New(fault.Conflict, "another campaign has this address; choose another one")
	}
	if err := tx.PutCampaign(ctx, c); err != nil {
		return "", err
	}
	detail := campaignChanges(was, c)
	if goal.Minor > 0 && goal.Minor != was.Goal {
		if was.Seen() && was.ID != "" && goal.Reason == "" {
			return "", fault.New(fault.Invalid, "readers have seen the goal; say why it changes")
		}
		if err := tx.SetGoal(ctx, c.ID, goal.Minor, goal.Reason, by.Name, now); err != nil {
			return "", err
		}
		detail["goal"] = map[string]any{"was": was.Goal, "now": goal.Minor, "reason": goal.Reason}
	}
	action := "campaign.changed"
	if was.ID == "" {
		action = "campaign.created"
	}
	return c.ID, tx.Audit(ctx, by, action, "campaign", c.ID, detail)
}

// campaignBefore reads what is kept of a campaign, the zero one where it is new,
// and brings over what the editor does not decide.
func (tx *Tx) campaignBefore(ctx context.Context, c *fund.Campaign, now time.Time) (was fund.Campaign, err error) {
	if c.ID == "" {
		c.ID, c.State, c.CreatedAt = id.New(), fund.CampaignDraft, now
		return was, nil
	}
	if was, err = campaignBy(ctx, tx, "c.id = $1", c.ID); err != nil {
		return was, err
	}
	c.State, c.CreatedAt, c.LiveAt = was.State, was.CreatedAt, was.LiveAt
	if was.CurrencyFixed() {
		c.Currency = was.Currency
	}
	return was, nil
}

// campaignChanges says for the log which fields differ.
func campaignChanges(was, now fund.Campaign) map[string]any {
	out := map[string]any{}
	fields := func(c fund.Campaign) map[string]any {
		return map[string]any{"slug": c.Slug, "currency": c.Currency, "counting": c.Counting, "title": c.Title, "dek": c.Dek, "body": c.Body, "costs": c.Costs,
			"amounts": c.Amounts, "starts": c.StartsAt.UTC().Format(time.RFC3339), "ends": c.EndsAt.UTC().Format(time.RFC3339), "grace": c.Grace.String(),
			"cover": c.Cover, "donor_cap": c.DonorCap, "costs_note": c.CostsNote, "outcome": c.Outcome}
	}
	old, fresh := fields(was), fields(now)
	for name, v := range fresh {
		if !reflect.DeepEqual(old[name], v) && db.JSON(old[name]) != db.JSON(v) {
			out[name] = map[string]any{"was": brief(old[name]), "now": brief(v)}
		}
	}
	return out
}

// ActCampaign changes a campaign's state by an act of a person, and logs it.
// until is the new end for ActExtend. The errors are fund.Campaign.Do's.
func (tx *Tx) ActCampaign(ctx context.Context, by Actor, campaignID string, act fund.CampaignAct, until time.Time, reason string, now time.Time) (fund.Campaign, error) {
	was, err := tx.lockCampaign(ctx, campaignID)
	if err != nil {
		return was, err
	}
	c := was
	if act == fund.ActExtend {
		c, err = was.Extend(until, now)
	} else {
		c, err = was.Do(act, now)
	}
	if err != nil {
		return was, err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE campaign SET state = $1, starts_at = $2, ends_at = $3, live_at = $4 WHERE id = $5",
		c.State, c.StartsAt.UnixMilli(), c.EndsAt.UnixMilli(), db.Ms(c.LiveAt), c.ID); err != nil {
		return was, err
	}
	tx.Touch("campaigns", campaignKey(c.ID), "desk")
	if c.State != was.State {
		if err := tx.emitCampaign(ctx, campaignEvents[c.State], c.ID, nil); err != nil {
			return c, err
		}
	}
	detail := map[string]any{"was": was.State, "now": c.State}
	if !c.EndsAt.Equal(was.EndsAt) {
		detail["ends"] = c.EndsAt.UTC().Format(time.RFC3339)
	}
	if reason != "" {
		detail["reason"] = reason
	}
	return c, tx.Audit(ctx, by, "campaign."+string(act), "campaign", c.ID, detail)
}

// lockCampaign reads a campaign that nobody else changes until the end of the
// transaction.
func (tx *Tx) lockCampaign(ctx context.Context, campaignID string) (fund.Campaign, error) {
	if err := tx.lockObjects(ctx, []string{"campaign " + campaignID}); err != nil {
		return fund.Campaign{}, err
	}
	return campaignBy(ctx, tx, "c.id = $1", campaignID)
}

const generalSetting = "general_fund"

// GeneralFund returns what the form of the general fund suggests and offers.
func (s *Store) GeneralFund(ctx context.Context) (g fund.General, err error) {
	_, err = s.Setting(ctx, generalSetting, &g)
	return g, err
}

// PutGeneralFund keeps it, and logs what has changed.
func (tx *Tx) PutGeneralFund(ctx context.Context, by Actor, g fund.General) error {
	return tx.PutSetting(ctx, by, generalSetting, g)
}
