package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outbox"
)

const updateColumns = "id, campaign_id, title, body, created_at, created_by, published_at, mailed_at, mailed_to"

func scanUpdate(r db.Scanner) (u fund.Update, err error) {
	return u, r.Scan(&u.ID, &u.CampaignID, db.FromJSON(&u.Title), db.FromJSON(&u.Body), db.At(&u.CreatedAt), &u.By, db.At(&u.PublishedAt), db.At(&u.MailedAt), &u.MailedTo)
}

// CampaignUpdate returns an update to supporters; fault.NotFound.
func (s *Store) CampaignUpdate(ctx context.Context, updateID string) (fund.Update, error) {
	return db.One(ctx, s.Query(), scanUpdate, "SELECT "+updateColumns+" FROM campaign_update WHERE id = $1", updateID)
}

// CampaignUpdates lists a campaign's updates, drafts first, then the newest.
func (s *Store) CampaignUpdates(ctx context.Context, campaignID string) ([]fund.Update, error) {
	return db.Rows(ctx, s.Query(), scanUpdate, "SELECT "+updateColumns+` FROM campaign_update WHERE campaign_id = $1
		ORDER BY CASE WHEN published_at IS NULL THEN 0 ELSE 1 END, published_at DESC, created_at DESC, id`, campaignID)
}

// SaveUpdate writes a draft of an update, new where it has no id, and logs it.
// One that was mailed can't change any more (fault.Conflict); one that is
// published can, as a correction.
func (tx *Tx) SaveUpdate(ctx context.Context, by Actor, u fund.Update) (string, error) {
	action := "update.changed"
	if u.ID == "" {
		u.ID, u.By, u.CreatedAt, action = id.New(), by.Name, time.UnixMilli(tx.now()), "update.created"
	}
	n, err := db.Exec(ctx, tx, `INSERT INTO campaign_update (id, campaign_id, title, body, created_at, created_by) VALUES (`+places(6)+`)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body WHERE campaign_update.mailed_at IS NULL`,
		u.ID, u.CampaignID, db.JSON(orEmpty(u.Title)), db.JSON(orEmpty(u.Body)), u.CreatedAt.UnixMilli(), u.By)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", fault.New(fault.Conflict, "this update was mailed; write another one")
	}
	tx.Touch(campaignKey(u.CampaignID))
	return u.ID, tx.Audit(ctx, by, action, "update", u.ID, map[string]any{"campaign": u.CampaignID})
}

// PublishUpdate puts an update on the campaign's page, dated by the money clock.
func (tx *Tx) PublishUpdate(ctx context.Context, by Actor, u fund.Update, now time.Time) error {
	n, err := db.Exec(ctx, tx, "UPDATE campaign_update SET published_at = $1 WHERE id = $2 AND published_at IS NULL", now.UnixMilli(), u.ID)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch(campaignKey(u.CampaignID))
	if err := tx.emitCampaign(ctx, outbox.CampaignUpdated, u.CampaignID, map[string]any{"update": u.ID, "update_title": u.Title}); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "update.published", "update", u.ID, nil)
}

// MailUpdate asks for an update to be mailed to those who wanted it; once.
// fault.Conflict where it is not published.
func (tx *Tx) MailUpdate(ctx context.Context, by Actor, u fund.Update, now time.Time) error {
	n, err := db.Exec(ctx, tx, "UPDATE campaign_update SET mailed_at = $1 WHERE id = $2 AND published_at IS NOT NULL AND mailed_at IS NULL", now.UnixMilli(), u.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this update was mailed already, or is not published yet")
	}
	tx.Touch("desk")
	if err := tx.Enqueue(ctx, job.News(u.ID, "", 0)); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "update.mailed", "update", u.ID, nil)
}

// wantsNews says of a donor d and a campaign $1 that they gave to it and ticked,
// after they stopped it the last time if they ever did.
const wantsNews = `EXISTS (SELECT 1 FROM donation n WHERE n.donor_id = d.id AND n.campaign_id = $1 AND n.wants_news = 1
	AND EXISTS (SELECT 1 FROM payment p WHERE p.donation_id = n.id)
	AND NOT EXISTS (SELECT 1 FROM news_stop x WHERE x.donor_id = d.id AND x.campaign_id = $1 AND x.at >= n.created_at))`

// Supporters lists donors who want a campaign's updates, by their ids after one.
func (s *Store) Supporters(ctx context.Context, campaignID, after string, limit int) ([]fund.Donor, error) {
	return db.Rows(ctx, s.Query(), scanDonor, "SELECT "+donorColumns+" FROM donor d WHERE d.id > $2 AND d.email LIKE '%@%' AND "+wantsNews+" ORDER BY d.id LIMIT $3",
		campaignID, after, limit)
}

// CountSupporters tells how many donors want a campaign's updates.
func (s *Store) CountSupporters(ctx context.Context, campaignID string) (int, error) {
	return db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM donor d WHERE d.email LIKE '%@%' AND "+wantsNews, campaignID)
}

// NewsSlice puts a slice of an update's mails into the outbox, one for each
// donor however often it is called, and asks for the next slice where there is
// one.
func (tx *Tx) NewsSlice(ctx context.Context, u fund.Update, mails []Mail, next *job.Job) error {
	for _, m := range mails {
		if err := tx.QueueMail(ctx, m); err != nil {
			return err
		}
	}
	// Counted in the outbox, not added up: a slice may come twice.
	if _, err := db.Exec(ctx, tx, "UPDATE campaign_update SET mailed_to = (SELECT COUNT(*) FROM mail_outbox WHERE unique_key LIKE $1) WHERE id = $2",
		"update:"+u.ID+":%", u.ID); err != nil {
		return err
	}
	tx.Touch("desk")
	if next == nil {
		return nil
	}
	return tx.Enqueue(ctx, *next)
}

// StopNews ends a campaign's updates to a donor; again without harm. The time
// is the money clock's, which dates donations too.
func (tx *Tx) StopNews(ctx context.Context, campaignID, donorID string, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO news_stop (donor_id, campaign_id, at) VALUES ($1, $2, $3)
		ON CONFLICT (donor_id, campaign_id) DO UPDATE SET at = excluded.at`, donorID, campaignID, now.UnixMilli())
	return err
}
