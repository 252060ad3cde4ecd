package desktest

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

// FillAll puts one of everything into the newsroom. The names try to be more
// than text.
func (r *Room) FillAll() (draft string) {
	const naughty = `<script>alert(1)</script>"'&`
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		section, err := tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town " + naughty}})
		if err != nil {
			return err
		}
		room := news.Newsroom{Clock: r.Clock}
		a, err := room.Create(ctx, tx, news.Author{ID: "x", Name: "X"}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Bus " + naughty,
			Section: section, Body: &document.Document{Schema: 1, Lang: "en"}}})
		if err != nil {
			return err
		}
		draft = a.ID
		if err := tx.AddTask(ctx, store.Task{Key: "a", Kind: fund.TaskSuspense, ObjectKind: "movement", ObjectID: naughty}); err != nil {
			return err
		}
		if err := tx.AddTask(ctx, store.Task{Key: "b", Kind: "odd", ObjectKind: "thing", ObjectID: "1"}); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Job{Kind: "test " + naughty}); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `INSERT INTO import_need (source, kind, source_id, n, object_kind, object_id, title, reason, detail, created_at)
			VALUES ('s', 'post', '7', 0, 'article', 'a', $1, 'raw', $1, 1)`, naughty); err != nil {
			return err
		}
		for kind, to := range map[string]string{"gift": "rowan@pell.example", store.MailKindStaff: "dora@lantern.example", "test": "tech@lantern.example"} {
			err := tx.QueueMail(ctx, store.Mail{Key: kind, Kind: kind, ToAddress: to, ToName: naughty, Subject: kind + " " + naughty,
				Text: "https://lantern.example/x " + naughty, HTML: "<script>alert(2)</script>"})
			if err != nil {
				return err
			}
		}
		return tx.PutCampaign(ctx, fund.Campaign{ID: "c1", Slug: "costs", Currency: "USD", State: fund.CampaignLive, Counting: fund.ReceivedOnly,
			Title: map[string]string{"en": "Costs " + naughty}, StartsAt: r.Clock.Now().AddDate(0, -1, 0), EndsAt: r.Clock.Now().AddDate(0, 1, 0), CreatedAt: r.Clock.Now()})
	})
	return draft
}
