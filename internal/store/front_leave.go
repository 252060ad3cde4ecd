package store

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
)

// leavesFront tells those who arrange fronts that a story which they placed has
// left by itself: readers see another one in its place already, for only what is
// public stands on a front.
func (tx *Tx) leavesFront(ctx context.Context, e news.Event) error {
	if e.From == e.To || !slices.Contains([]news.State{news.Retracted, news.Withdrawn, news.Spiked}, e.To) {
		return nil
	}
	langs, by, err := tx.frontsWith(ctx, e.Article.ID)
	if err != nil || len(langs) == 0 {
		return err
	}
	for _, l := range langs {
		tx.Touch(FrontKey(l))
	}
	all, err := people(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if staff.May(p, staff.Arrange, staff.Object{}).OK() {
			by = append(by, p.ID)
		}
	}
	return tx.Notify(ctx, Notice{Kind: NoticeFront, Article: e.Article.ID, By: e.By.Name, Detail: string(e.To)}, "", by...)
}
