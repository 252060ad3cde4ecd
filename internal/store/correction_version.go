package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// AddVersion implements news.Store.
func (tx *Tx) AddVersion(ctx context.Context, v news.Version) error {
	if v.Named == nil {
		v.Named = []string{}
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO version (article_id, number, revision_id, class, note, published_at, named) VALUES ("+places(7)+")",
		v.Article, v.Number, v.Revision, v.Class, v.Note, v.At.UnixMilli(), db.JSON(v.Named))
	return err
}

// PublicVersion is one version of an article that is public now.
type PublicVersion struct {
	news.Version
	Headline string // "" where the text was taken out
	Redacted string // its hash, where the text was taken out
	Ground   news.Ground
}

const versionColumns = `v.article_id, v.number, v.revision_id, v.class, v.note, v.published_at, v.named, r.content, x.content_hash, x.ground
	FROM version v JOIN publication p ON p.article_id = v.article_id JOIN revision r ON r.id = v.revision_id
	LEFT JOIN redaction x ON x.revision_id = v.revision_id`

func scanVersion(r db.Scanner) (v PublicVersion, c news.Content, err error) {
	var ground string
	err = r.Scan(&v.Article, &v.Number, &v.Revision, &v.Class, &v.Note, db.At(&v.At), db.FromJSON(&v.Named), db.FromJSON(&c), db.Text(&v.Redacted), db.Text(&ground))
	v.Headline, v.Ground = c.Headline, news.Ground(ground)
	if len(v.Named) == 0 && err == nil {
		v.Named = c.Named() // from before names were kept beside the text
	}
	return v, c, err
}

// Versions lists the public versions of an article, the newest first; none where
// it is not public now.
func (s *Store) Versions(ctx context.Context, articleID string) ([]PublicVersion, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (PublicVersion, error) {
		v, _, err := scanVersion(r)
		return v, err
	}, "SELECT "+versionColumns+" WHERE v.article_id = $1 ORDER BY v.number DESC", articleID)
}

// VersionText returns the text of a public version of an article that is public
// now. It is empty where it was taken out.
func (s *Store) VersionText(ctx context.Context, articleID string, number int) (PublicVersion, news.Content, error) {
	type both struct {
		v PublicVersion
		c news.Content
	}
	b, err := db.One(ctx, s.Query(), func(r db.Scanner) (b both, err error) {
		b.v, b.c, err = scanVersion(r)
		return b, err
	}, "SELECT "+versionColumns+" WHERE v.article_id = $1 AND v.number = $2", articleID, number)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "this article has no such version")
	}
	return b.v, b.c, err
}

// Imported tells whether an article came from elsewhere by an import.
func (s *Store) Imported(ctx context.Context, articleID string) (bool, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int64], "SELECT COUNT(*) FROM import_item WHERE object_kind = 'article' AND object_id = $1", articleID)
	return n > 0, err
}

// VersionLines lists the public versions that an article ever had, without their
// texts, the newest first; for the desk.
func (s *Store) VersionLines(ctx context.Context, articleID string) ([]news.Version, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (v news.Version, err error) {
		return v, r.Scan(&v.Article, &v.Number, &v.Revision, &v.Class, &v.Note, db.At(&v.At))
	}, "SELECT article_id, number, revision_id, class, note, published_at FROM version WHERE article_id = $1 ORDER BY number DESC", articleID)
}
