package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/news"
)

// HoldArticle implements draft.Store. Writing the row over with itself holds it
// on both engines.
func (tx *Tx) HoldArticle(ctx context.Context, articleID string) (news.Article, error) {
	if _, err := db.Exec(ctx, tx, "UPDATE article SET id = id WHERE id = $1", articleID); err != nil {
		return news.Article{}, err
	}
	return tx.Article(ctx, articleID)
}

const draftColumns = "article_id, id, base_id, client, author_id, author_name, content, begun_at, saved_at"

func scanDraft(r db.Scanner) (d draft.Draft, err error) {
	return d, r.Scan(&d.Article, &d.ID, &d.Base, &d.Client, &d.By.ID, &d.By.Name, db.FromJSON(&d.Content), db.At(&d.Begun), db.At(&d.Saved))
}

// Draft returns the text of an article that is being typed; fault.NotFound where
// none is. For the desk.
func (s *Store) Draft(ctx context.Context, articleID string) (draft.Draft, error) {
	return db.One(ctx, s.Query(), scanDraft, "SELECT "+draftColumns+" FROM draft WHERE article_id = $1", articleID)
}

// Draft implements draft.Store.
func (tx *Tx) Draft(ctx context.Context, articleID string) (draft.Draft, error) {
	return db.One(ctx, tx, scanDraft, "SELECT "+draftColumns+" FROM draft WHERE article_id = $1", articleID)
}

// PutDraft implements draft.Store.
func (tx *Tx) PutDraft(ctx context.Context, d draft.Draft) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO draft ("+draftColumns+") VALUES ("+places(9)+`)
		ON CONFLICT (article_id) DO UPDATE SET id = excluded.id, base_id = excluded.base_id, client = excluded.client,
			author_id = excluded.author_id, author_name = excluded.author_name, content = excluded.content,
			begun_at = excluded.begun_at, saved_at = excluded.saved_at`,
		d.Article, d.ID, d.Base, d.Client, d.By.ID, d.By.Name, db.JSON(d.Content), d.Begun.UnixMilli(), d.Saved.UnixMilli())
	if err != nil {
		return err
	}
	return tx.putWorkingMedia(ctx, d.Article, d.Content.Media())
}

// DropDraft implements draft.Store.
func (tx *Tx) DropDraft(ctx context.Context, articleID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM draft WHERE article_id = $1", articleID)
	return err
}

const tabColumns = "article_id, client, author_id, seq, sum, came, result, basis, answer, saved_at"

// Tab implements draft.Store.
func (tx *Tx) Tab(ctx context.Context, articleID, client string) (draft.Tab, error) {
	return db.One(ctx, tx, func(r db.Scanner) (t draft.Tab, err error) {
		var basis, answer string
		err = r.Scan(&t.Article, &t.Client, &t.Author, &t.Seq, &t.Sum, &t.Came, &t.Result, db.Text(&basis), &answer, db.At(&t.Saved))
		t.Answer = []byte(answer)
		if err == nil && basis != "" {
			t.Basis = new(news.Content)
			err = t.Basis.UnmarshalJSON([]byte(basis))
		}
		return t, err
	}, "SELECT "+tabColumns+" FROM draft_tab WHERE article_id = $1 AND client = $2", articleID, client)
}

// PutTab implements draft.Store.
func (tx *Tx) PutTab(ctx context.Context, t draft.Tab) error {
	var basis any
	if t.Basis != nil {
		basis = db.JSON(*t.Basis)
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO draft_tab ("+tabColumns+") VALUES ("+places(10)+`)
		ON CONFLICT (article_id, client) DO UPDATE SET author_id = excluded.author_id, seq = excluded.seq, sum = excluded.sum,
			came = excluded.came, result = excluded.result, basis = excluded.basis, answer = excluded.answer, saved_at = excluded.saved_at`,
		t.Article, t.Client, t.Author, t.Seq, t.Sum, t.Came, t.Result, basis, string(t.Answer), t.Saved.UnixMilli())
	return err
}

// tabsLast is how long the last save of a tab is remembered: a laptop may be
// closed for a long holiday. Without it nothing is lost; a save that is sent
// again is then compared as any other.
const tabsLast = 30 * 24 * time.Hour

// PruneTabs forgets tabs that are long closed, and locks that have run out.
func (tx *Tx) PruneTabs(ctx context.Context) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM draft_tab WHERE saved_at < $1", tx.now()-tabsLast.Milliseconds()); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM article_lock WHERE until_at < $1", tx.now()-time.Hour.Milliseconds())
	return err
}

// WritersSince implements draft.Store.
func (tx *Tx) WritersSince(ctx context.Context, articleID string, number int) ([]news.Author, error) {
	return db.Rows(ctx, tx, func(r db.Scanner) (a news.Author, err error) { return a, r.Scan(&a.ID, &a.Name) },
		"SELECT author_id, author_name FROM revision WHERE article_id = $1 AND number > $2 GROUP BY author_id, author_name ORDER BY MIN(number)", articleID, number)
}

// RevisionLines lists an article's revisions without their texts, the newest
// first; for the desk.
func (s *Store) RevisionLines(ctx context.Context, articleID string, limit, offset int) ([]news.Revision, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (v news.Revision, err error) {
		return v, r.Scan(&v.ID, &v.Article, &v.Number, &v.Parent, &v.By.ID, &v.By.Name, &v.Note, db.At(&v.At), &v.Origin, &v.Added, &v.Removed)
	}, `SELECT id, article_id, number, parent_id, author_id, author_name, note, created_at, origin, added, removed FROM revision
		WHERE article_id = $1 ORDER BY number DESC LIMIT $2 OFFSET $3`, articleID, limit, offset)
}

// RevisionByNumber returns one revision of an article; for the desk.
func (s *Store) RevisionByNumber(ctx context.Context, articleID string, number int) (news.Revision, error) {
	return db.One(ctx, s.Query(), scanRevision, "SELECT "+revisionRead+" FROM revision WHERE article_id = $1 AND number = $2", articleID, number)
}
