package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/draft"
)

const lockColumns = "article_id, client, staff_id, name, until_at, asked_id, asked_name"

func scanLock(r db.Scanner) (l draft.Lock, err error) {
	return l, r.Scan(&l.Article, &l.Client, &l.Holder.ID, &l.Holder.Name, db.At(&l.Until), &l.Asked.ID, &l.Asked.Name)
}

// Lock returns who is at an article, also where it has run out; fault.NotFound
// where nobody is.
func (s *Store) Lock(ctx context.Context, articleID string) (draft.Lock, error) {
	return db.One(ctx, s.Query(), scanLock, "SELECT "+lockColumns+" FROM article_lock WHERE article_id = $1", articleID)
}

// Lock implements draft.Store.
func (tx *Tx) Lock(ctx context.Context, articleID string) (draft.Lock, error) {
	return db.One(ctx, tx, scanLock, "SELECT "+lockColumns+" FROM article_lock WHERE article_id = $1", articleID)
}

// PutLock implements draft.Store.
func (tx *Tx) PutLock(ctx context.Context, l draft.Lock) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO article_lock ("+lockColumns+") VALUES ("+places(7)+`)
		ON CONFLICT (article_id) DO UPDATE SET client = excluded.client, staff_id = excluded.staff_id, name = excluded.name,
			until_at = excluded.until_at, asked_id = excluded.asked_id, asked_name = excluded.asked_name`,
		l.Article, l.Client, l.Holder.ID, l.Holder.Name, l.Until.UnixMilli(), l.Asked.ID, l.Asked.Name)
	return err
}

// DropLock implements draft.Store.
func (tx *Tx) DropLock(ctx context.Context, articleID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM article_lock WHERE article_id = $1", articleID)
	return err
}
