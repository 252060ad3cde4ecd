package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// Redact takes the text of one old version out of the database, and that of the
// revisions it was made from. It is fault.Conflict for the version that readers
// see now, and while the working text is among what would go: both must be
// replaced by a new version first, unless nobody sees the article any more. What is in its place has the old text's hash,
// so that news.VerifyRevisions still tells the chain whole. To redact a version
// twice does no harm.
func (tx *Tx) Redact(ctx context.Context, r news.Redaction) error {
	if err := r.Check(); err != nil {
		return err
	}
	a, err := tx.HoldArticle(ctx, r.Article)
	if err != nil {
		return err
	}
	reach, err := tx.reach(ctx, r)
	if err != nil {
		return err
	}
	list, err := db.Rows(ctx, tx, scanRevision, "SELECT "+revisionRead+" FROM revision WHERE article_id = $1 AND number > $2 AND number <= $3 ORDER BY number",
		r.Article, reach.After, reach.UpTo)
	if err != nil {
		return err
	}
	over, err := tx.over(ctx, a)
	if err != nil {
		return err
	}
	hashes := []string{}
	for _, v := range list {
		switch {
		case over && v.Redacted == "":
		case v.ID == a.Live:
			return fault.New(fault.Conflict, "readers see this text now; publish a new version without it first")
		case v.ID == a.Working:
			return fault.New(fault.Conflict, "the newest text of this story is the same; save one without it first")
		case v.Redacted != "":
			continue
		}
		hash, err := tx.redactOne(ctx, v, r)
		if err != nil {
			return err
		}
		hashes = append(hashes, hash)
	}
	return tx.redacted(ctx, r, hashes)
}

// over tells whether no reader sees the text of an article any more and nobody
// writes on: it is withdrawn, or retracted without its text.
func (tx *Tx) over(ctx context.Context, a news.Article) (bool, error) {
	if a.State != news.Retracted {
		return a.State == news.Withdrawn, nil
	}
	p, err := tx.Publication(ctx, a.ID)
	return err == nil && p.Content.Text() == "", err
}

// reach finds the revisions that belong to a version.
func (tx *Tx) reach(ctx context.Context, r news.Redaction) (news.Reach, error) {
	number := "SELECT r.number FROM version v JOIN revision r ON r.id = v.revision_id WHERE v.article_id = $1 AND v.number = $2"
	upTo, err := db.One(ctx, tx, db.Value[int], number, r.Article, r.Version)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "this article has no such version")
	}
	if err != nil {
		return news.Reach{}, err
	}
	// A retraction has the text of the version before: the same revision.
	after, err := db.One(ctx, tx, db.Value[int], `SELECT COALESCE(MAX(r.number), 0) FROM version v JOIN revision r ON r.id = v.revision_id
		WHERE v.article_id = $1 AND v.number < $2 AND r.number < $3`, r.Article, r.Version, upTo)
	return news.Reach{After: after, UpTo: upTo}, err
}

func (tx *Tx) redactOne(ctx context.Context, v news.Revision, r news.Redaction) (string, error) {
	hash, err := news.ContentHash(v.Content)
	if err != nil {
		return "", err
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO redaction (revision_id, article_id, content_hash, ground, reason, by_id, by_name, at) VALUES ("+places(8)+")",
		v.ID, v.Article, hash, r.Ground, r.Reason, r.By.ID, r.By.Name, r.At.UnixMilli())
	if err != nil {
		return "", err
	}
	_, err = db.Exec(ctx, tx, "UPDATE revision SET content = $2 WHERE id = $1", v.ID, db.JSON(v.Content.Tombstone()))
	return hash, err
}

// redacted sees to what else quotes the text, and notes what was done.
func (tx *Tx) redacted(ctx context.Context, r news.Redaction, hashes []string) error {
	// What tabs had sent last may be this text; without it nothing is lost.
	if _, err := db.Exec(ctx, tx, "DELETE FROM draft_tab WHERE article_id = $1", r.Article); err != nil {
		return err
	}
	if r.Quoted {
		_, err := db.Exec(ctx, tx, `UPDATE correction SET was = '', is_now = CASE WHEN to_version = $2 THEN '' ELSE is_now END
			WHERE article_id = $1 AND (to_version = $2 OR from_version = $2)`, r.Article, r.Version)
		if err != nil {
			return err
		}
	}
	tx.Touch("desk", "corrections", "article:"+r.Article)
	return tx.Audit(ctx, Actor(r.By), "article.redacted", "article", r.Article,
		map[string]any{"version": r.Version, "ground": r.Ground, "reason": r.Reason, "quoted": r.Quoted, "hashes": hashes})
}

// Redactions lists what was taken out of an article, by its revisions; for the
// desk.
func (s *Store) Redactions(ctx context.Context, articleID string) (map[string]RedactedText, error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v RedactedText, err error) {
		return v, r.Scan(&v.Revision, &v.Hash, &v.Ground, &v.Reason, &v.By.ID, &v.By.Name, db.At(&v.At))
	}, "SELECT revision_id, content_hash, ground, reason, by_id, by_name, at FROM redaction WHERE article_id = $1", articleID)
	out := map[string]RedactedText{}
	for _, v := range list {
		out[v.Revision] = v
	}
	return out, err
}

// RedactedText is what stays of a text that was taken out.
type RedactedText struct {
	Revision, Hash string
	Ground         news.Ground
	Reason         string
	By             news.Author
	At             time.Time
}
