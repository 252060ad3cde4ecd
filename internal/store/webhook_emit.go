package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outbox"
)

// emitStory tells other programs what readers see of an event of an article.
// What was public is told of what was withdrawn: where it was, and no word of it.
func (tx *Tx) emitStory(ctx context.Context, e news.Event) error {
	kind := outbox.StoryPublished
	switch {
	case e.Name == "published":
	case e.Name == "changed":
		kind = outbox.StoryUpdated
	case e.To == news.Retracted && e.From != e.To:
		kind = outbox.StoryRetracted
	case e.To == news.Withdrawn:
		return tx.emitWithdrawn(ctx, e.Article)
	default:
		return nil
	}
	wanted, err := tx.wanted(ctx)
	if err != nil || !wanted {
		return err
	}
	p, err := tx.Publication(ctx, e.Article.ID)
	if err != nil {
		return err
	}
	data := storyData(p)
	class, err := tx.sayChange(ctx, p, data)
	if kind == outbox.StoryUpdated && (class == news.Correct || class == news.Clarification) {
		kind = outbox.CorrectionPublished
	}
	if err != nil {
		return err
	}
	return tx.Emit(ctx, kind, data)
}

// sayChange adds what readers are told of the newest public version.
func (tx *Tx) sayChange(ctx context.Context, p news.Publication, data map[string]any) (news.Class, error) {
	v, err := db.One(ctx, tx, func(r db.Scanner) (v news.Version, err error) { return v, r.Scan(&v.Class, &v.Note) },
		"SELECT class, note FROM version WHERE article_id = $1 AND number = $2", p.Article, p.Version)
	if err != nil {
		return "", err
	}
	data["class"] = v.Class
	if v.Note != "" {
		data["note"] = v.Note
	}
	c, err := db.One(ctx, tx, func(r db.Scanner) (c news.Correction, err error) { return c, r.Scan(&c.Was, &c.Now) },
		"SELECT was, is_now FROM correction WHERE article_id = $1 AND to_version = $2", p.Article, p.Version)
	if fault.Is(err, fault.NotFound) {
		return v.Class, nil
	}
	for k, text := range map[string]string{"was": c.Was, "now": c.Now} {
		if text != "" {
			data[k] = text
		}
	}
	return v.Class, err
}

// wanted tells whether anybody is to be told anything.
func (tx *Tx) wanted(ctx context.Context) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM webhook WHERE state = 'on'")
	return n > 0, err
}

func storyData(p news.Publication) map[string]any {
	return map[string]any{
		"id": p.Article, "path": p.Path, "lang": p.Lang, "kind": p.Content.Kind, "headline": p.Content.Headline, "dek": p.Content.Dek,
		"section": p.Content.Section, "version": p.Version, "first_published_at": stamp(p.First), "modified_at": stamp(p.Modified),
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (tx *Tx) emitWithdrawn(ctx context.Context, a news.Article) error {
	paths, err := db.Rows(ctx, tx, db.Value[string], "SELECT path FROM address WHERE object_kind = 'article' AND object_id = $1 ORDER BY created_at DESC, path LIMIT 1", a.ID)
	if err != nil || len(paths) == 0 {
		return err
	}
	return tx.Emit(ctx, outbox.StoryWithdrawn, map[string]any{"id": a.ID, "path": paths[0], "lang": a.Lang, "legal": a.Legal})
}

// campaignEvents are the events of the states that readers see.
var campaignEvents = map[fund.CampaignState]outbox.Kind{
	fund.CampaignLive: outbox.CampaignStarted, fund.CampaignPaused: outbox.CampaignPaused, fund.CampaignEnded: outbox.CampaignEnded,
}

// emitCampaign tells other programs what became of a campaign. How much came in
// is on its page; it is not told here, where a single gift would show.
func (tx *Tx) emitCampaign(ctx context.Context, kind outbox.Kind, campaignID string, more map[string]any) error {
	wanted, err := tx.wanted(ctx)
	if kind == "" || err != nil || !wanted {
		return err
	}
	c, err := campaignBy(ctx, tx, "c.id = $1", campaignID)
	if err != nil {
		return err
	}
	data := map[string]any{"id": c.ID, "path": "/give/" + c.Slug, "slug": c.Slug, "title": c.Title, "state": c.State,
		"currency": c.Currency, "goal_minor": c.Goal, "ends_at": stamp(c.EndsAt)}
	for k, v := range more {
		data[k] = v
	}
	return tx.Emit(ctx, kind, data)
}

// emitFront tells other programs that a front looks different. What stands there
// shows on the page.
func (tx *Tx) emitFront(ctx context.Context, v news.FrontVersion) error {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	return tx.Emit(ctx, outbox.FrontPublished, map[string]any{"lang": v.Lang, "version": v.Number, "path": o.Home(v.Lang)})
}
