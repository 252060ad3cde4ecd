package store

import (
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
)

// putWorkingMedia notes which pictures the newest text of an article shows.
func (tx *Tx) putWorkingMedia(ctx context.Context, articleID string, ids []string) error {
	return tx.putUses(ctx, "media_use", "article_id = $1", []any{articleID}, "(article_id, media_id) VALUES ($1, $2)", ids)
}

// putPublicMedia notes which pictures an article shows to readers.
func (tx *Tx) putPublicMedia(ctx context.Context, articleID string, ids []string) error {
	return tx.putUses(ctx, "publication_media", "article_id = $1", []any{articleID}, "(article_id, media_id) VALUES ($1, $2)", ids)
}

// PlaceMedia notes which pictures something shows to readers that is no article:
// kind is person, topic or page. They are served from then on; an empty list
// takes them back.
func (tx *Tx) PlaceMedia(ctx context.Context, kind, objectID string, ids ...string) error {
	for _, m := range ids {
		tx.Touch("media:" + m)
	}
	return tx.putUses(ctx, "media_place", "kind = $1 AND object_id = $2", []any{kind, objectID}, "(kind, object_id, media_id) VALUES ($1, $2, $3)", ids)
}

// putUses makes a table say which pictures one thing shows, and counts the uses
// of those for which that changes. Most texts are saved many times with the same
// pictures: nothing is written then.
func (tx *Tx) putUses(ctx context.Context, table, where string, key []any, insert string, ids []string) error {
	before, err := db.Rows(ctx, tx, db.Value[string], "SELECT media_id FROM "+table+" WHERE "+where, key...)
	if err != nil {
		return err
	}
	var changed []string
	for _, m := range before {
		if !slices.Contains(ids, m) {
			changed = append(changed, m)
			if _, err := db.Exec(ctx, tx, "DELETE FROM "+table+" WHERE "+where+" AND media_id = "+place(len(key)+1), append(slices.Clone(key), m)...); err != nil {
				return err
			}
		}
	}
	for _, m := range ids {
		if !slices.Contains(before, m) && !slices.Contains(changed, m) {
			changed = append(changed, m)
			if _, err := db.Exec(ctx, tx, "INSERT INTO "+table+" "+insert, append(slices.Clone(key), m)...); err != nil {
				return err
			}
		}
	}
	slices.Sort(changed) // two writers take the rows in the same order
	for _, m := range changed {
		_, err := db.Exec(ctx, tx, `UPDATE media SET uses = (SELECT COUNT(*) FROM media_use u WHERE u.media_id = media.id)
			+ (SELECT COUNT(*) FROM publication_media u WHERE u.media_id = media.id) + (SELECT COUNT(*) FROM media_place u WHERE u.media_id = media.id)
			WHERE id = $1`, m)
		if err != nil {
			return err
		}
	}
	return nil
}

// MediaUse is an article that shows a picture.
type MediaUse struct {
	news.Article
	Working, Public bool // in its newest text; in what readers see
}

// mediaUses is how many articles are listed at most.
const mediaUses = 200

// UsesOf lists articles that show a picture, the last changed first, as far as
// the filter lets them be seen, and tells how many there are in all.
func (s *Store) UsesOf(ctx context.Context, mediaID string, f StoryFilter) (list []MediaUse, all int, err error) {
	all, err = db.One(ctx, s.Query(), db.Value[int], `SELECT COUNT(*) FROM (SELECT article_id FROM media_use WHERE media_id = $1
		UNION SELECT article_id FROM publication_media WHERE media_id = $1) x`, mediaID)
	if err != nil || all == 0 {
		return nil, all, err
	}
	q := &query{}
	q.and("a.id IN (SELECT article_id FROM media_use WHERE media_id = ? UNION SELECT article_id FROM publication_media WHERE media_id = ?)", mediaID, mediaID)
	if f.limit(q); q.hand != "" { // of others' stories only what readers see
		q.where = append(q.where, "("+q.hand+" OR EXISTS (SELECT 1 FROM publication_media p WHERE p.article_id = a.id AND p.media_id = $1))")
	}
	q.args = append(q.args, mediaUses)
	list, err = db.Rows(ctx, s.Query(), func(r db.Scanner) (u MediaUse, err error) {
		u.Article, err = scanArticle(both{both{r, db.Bool(&u.Public)}, db.Bool(&u.Working)})
		return u, err
	}, "SELECT "+q.columns()+`, (SELECT COUNT(*) FROM media_use w WHERE w.article_id = a.id AND w.media_id = $1),
		(SELECT COUNT(*) FROM publication_media p WHERE p.article_id = a.id AND p.media_id = $1)
		FROM article a WHERE `+strings.Join(q.where, " AND ")+" ORDER BY a.modified_at DESC, a.id LIMIT "+place(len(q.args)), q.args...)
	return list, all, err
}

// PlacesOf lists what else shows a picture to readers: kind and id of each.
func (s *Store) PlacesOf(ctx context.Context, mediaID string) ([][2]string, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (v [2]string, err error) { return v, r.Scan(&v[0], &v[1]) },
		"SELECT kind, object_id FROM media_place WHERE media_id = $1 ORDER BY kind, object_id", mediaID)
}
