package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
)

// toWork is a story as the table of permissions asks about it.
func toWork(ctx context.Context, q db.Querier, a news.Article) (staff.Object, error) {
	o := staff.Object{Section: a.Section}
	var err error
	o.Authors, err = db.Rows(ctx, q, db.Value[string], "SELECT DISTINCT author_id FROM revision WHERE article_id = $1 AND author_id <> ''", a.ID)
	for _, id := range []string{a.Owner, a.Reviewer} {
		if id != "" {
			o.Invited = append(o.Invited, id)
		}
	}
	if a.Owner != "" { // what somebody is to write is theirs
		o.Authors = append(o.Authors, a.Owner)
	}
	return o, err
}

// closeNotices takes from what somebody is told the headlines of stories that they may
// not read any more: they were told while they could.
func closeNotices(ctx context.Context, q db.Querier, staffID string, list []Notice) error {
	if len(list) == 0 {
		return nil
	}
	who, err := account(ctx, q, "id = $1", staffID)
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for i, n := range list {
		may, known := open[n.Article]
		if !known {
			a, err := article(ctx, q, n.Article)
			if err != nil {
				return err
			}
			o, err := toWork(ctx, q, a)
			if err != nil {
				return err
			}
			may = staff.MayReadText(who.Person, o)
			open[n.Article] = may
		}
		if !may {
			list[i].Headline, list[i].Closed = "", true
		}
	}
	return nil
}

// givenStill tells whether whoever made a link could make it today: they work
// here, and may write the story, or read it where the link is for themselves.
// What the program itself made has nobody who could lose the right.
func (p Preview) givenStill(ctx context.Context, q db.Querier, a news.Article) (bool, error) {
	if p.By.ID == "" {
		return true, nil
	}
	who, err := account(ctx, q, "id = $1", p.By.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	o, err := toWork(ctx, q, a)
	if err != nil || p.Own {
		return staff.MayReadText(who.Person, o), err
	}
	return staff.MayWriteText(who.Person, o), err
}
