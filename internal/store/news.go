package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
)

const articleColumns = `id, group_id, lang, kind, state, slug, section_id, working_revision, published_revision,
	publish_at, embargoed, sticky, locked, first_published_at, created_at, modified_at, headline, folded,
	author_id, owner_id, reviewer_id, deadline_at, word_target, hold, legal, ended_at`

func scanArticle(r db.Scanner) (a news.Article, err error) {
	return a, r.Scan(&a.ID, &a.Group, &a.Lang, &a.Kind, &a.State, &a.Slug, db.Text(&a.Section), db.Text(&a.Working), db.Text(&a.Live),
		db.At(&a.PublishAt), db.Bool(&a.Embargoed), db.Bool(&a.Sticky), db.Bool(&a.Locked), db.At(&a.First), db.At(&a.Created), db.At(&a.Modified),
		&a.Headline, &a.Folded, &a.Author, &a.Owner, &a.Reviewer, db.At(&a.Deadline), &a.WordTarget, &a.Hold, db.Bool(&a.Legal), db.At(&a.Ended))
}

func articleValues(a news.Article) []any {
	return []any{a.ID, a.Group, a.Lang, a.Kind, a.State, a.Slug, db.Null(a.Section), db.Null(a.Working), db.Null(a.Live),
		db.Ms(a.PublishAt), db.Int(a.Embargoed), db.Int(a.Sticky), db.Int(a.Locked), db.Ms(a.First), a.Created.UnixMilli(), a.Modified.UnixMilli(),
		a.Headline, a.Folded, a.Author, a.Owner, a.Reviewer, db.Ms(a.Deadline), a.WordTarget, a.Hold, db.Int(a.Legal), db.Ms(a.Ended), a.State.Phase()}
}

func article(ctx context.Context, q db.Querier, articleID string) (news.Article, error) {
	a, err := db.One(ctx, q, scanArticle, "SELECT "+articleColumns+" FROM article WHERE id = $1", articleID)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no such article")
	}
	return a, err
}

// Article returns the working side of an article; for the desk.
func (s *Store) Article(ctx context.Context, articleID string) (news.Article, error) {
	return article(ctx, s.Query(), articleID)
}

// Article implements news.Store.
func (tx *Tx) Article(ctx context.Context, articleID string) (news.Article, error) {
	return article(ctx, tx, articleID)
}

// AddArticle implements news.Store.
func (tx *Tx) AddArticle(ctx context.Context, a news.Article) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO article ("+articleColumns+", phase) VALUES ("+strings.Replace(places(27), "$7,", nowSection("$7")+",", 1)+")", articleValues(a)...)
	if err != nil {
		return err
	}
	return tx.putWords(ctx, a.ID, a.Folded)
}

// ChangeArticle implements news.Store.
func (tx *Tx) ChangeArticle(ctx context.Context, a news.Article, working string) error {
	if err := tx.changeWords(ctx, a); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE article SET group_id = $2, lang = $3, kind = $4, state = $5, slug = $6, section_id = `+nowSection("$7")+`,
		working_revision = $8, published_revision = $9, publish_at = $10, embargoed = $11, sticky = $12, locked = $13,
		first_published_at = $14, created_at = $15, modified_at = $16, headline = $17, folded = $18,
		author_id = $19, owner_id = $20, reviewer_id = $21, deadline_at = $22, word_target = $23, hold = $24, legal = $25, ended_at = $26,
		phase = $27 WHERE id = $1 AND working_revision = $28`,
		append(articleValues(a), working)...)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "somebody else has changed this article meanwhile; load it again")
	}
	return err
}

// SetSticky keeps an article at the top of the front, or lets it go.
func (tx *Tx) SetSticky(ctx context.Context, articleID string, sticky bool) error {
	if _, err := db.Exec(ctx, tx, "UPDATE article SET sticky = $2 WHERE id = $1", articleID, db.Int(sticky)); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, "UPDATE publication SET sticky = $2 WHERE article_id = $1", articleID, db.Int(sticky))
	if n > 0 {
		tx.Touch("articles")
	}
	tx.Touch("desk")
	return err
}

// GroupHas implements news.Facts.
func (tx *Tx) GroupHas(ctx context.Context, group, lang, except string) (bool, error) {
	return groupHas(ctx, tx, group, lang, except)
}

// GroupHas implements news.Facts.
func (s *Store) GroupHas(ctx context.Context, group, lang, except string) (bool, error) {
	return groupHas(ctx, s.Query(), group, lang, except)
}

func groupHas(ctx context.Context, q db.Querier, group, lang, except string) (bool, error) {
	n, err := db.One(ctx, q, db.Value[int64],
		"SELECT COUNT(*) FROM article WHERE group_id = $1 AND lang = $2 AND id <> $3 AND state <> 'spiked'", group, lang, except)
	return n > 0, err
}

const revisionColumns = "id, article_id, number, parent_id, content, prev_hash, hash, author_id, author_name, note, created_at, origin, added, removed"

// revisionRead are its columns and what stands for a text that was taken out.
const revisionRead = revisionColumns + ", COALESCE((SELECT content_hash FROM redaction WHERE revision_id = revision.id), '')"

func scanRevision(r db.Scanner) (v news.Revision, err error) {
	return v, r.Scan(&v.ID, &v.Article, &v.Number, &v.Parent, db.FromJSON(&v.Content), &v.PrevHash, &v.Hash, &v.By.ID, &v.By.Name, &v.Note, db.At(&v.At),
		&v.Origin, &v.Added, &v.Removed, &v.Redacted)
}

// Revision returns one revision; for the desk.
func (s *Store) Revision(ctx context.Context, revisionID string) (news.Revision, error) {
	return db.One(ctx, s.Query(), scanRevision, "SELECT "+revisionRead+" FROM revision WHERE id = $1", revisionID)
}

// Revision implements news.Store.
func (tx *Tx) Revision(ctx context.Context, revisionID string) (news.Revision, error) {
	return db.One(ctx, tx, scanRevision, "SELECT "+revisionRead+" FROM revision WHERE id = $1", revisionID)
}

// LastRevision implements news.Store.
func (tx *Tx) LastRevision(ctx context.Context, articleID string) (news.Revision, error) {
	return db.One(ctx, tx, scanRevision, "SELECT "+revisionRead+" FROM revision WHERE article_id = $1 ORDER BY number DESC LIMIT 1", articleID)
}

// Revisions lists an article's revisions from the first on; for the desk.
func (s *Store) Revisions(ctx context.Context, articleID string) ([]news.Revision, error) {
	return db.Rows(ctx, s.Query(), scanRevision, "SELECT "+revisionRead+" FROM revision WHERE article_id = $1 ORDER BY number", articleID)
}

// AddRevision implements news.Store.
func (tx *Tx) AddRevision(ctx context.Context, v news.Revision) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO revision ("+revisionColumns+") VALUES ("+places(14)+")",
		v.ID, v.Article, v.Number, v.Parent, db.JSON(v.Content), v.PrevHash, v.Hash, v.By.ID, v.By.Name, v.Note, v.At.UnixMilli(), v.Origin, v.Added, v.Removed)
	if err != nil || v.Origin == news.Aside {
		return err
	}
	return tx.putWorkingMedia(ctx, v.Article, v.Content.Media())
}

// VersionCount implements news.Store.
func (tx *Tx) VersionCount(ctx context.Context, articleID string) (int, error) {
	return db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM version WHERE article_id = $1", articleID)
}

// DueArticles lists scheduled articles whose moment has come, with that moment.
func (s *Store) DueArticles(ctx context.Context, now time.Time) ([]news.Article, error) {
	return db.Rows(ctx, s.Query(), scanArticle,
		"SELECT "+articleColumns+" FROM article WHERE state = 'scheduled' AND publish_at <= $1 ORDER BY publish_at", now.UnixMilli())
}

// Desked is an article in a list of the desk.
type Desked struct {
	news.Article
	Headline string
}

// Desk lists articles for the desk, newest change first; states empty is all.
func (s *Store) Desk(ctx context.Context, states []news.State, limit, offset int) ([]Desked, error) {
	where, args := "", []any{}
	if len(states) > 0 {
		where = "WHERE a.state IN (" + places(len(states)) + ")"
		for _, st := range states {
			args = append(args, st)
		}
	}
	args = append(args, limit, offset)
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (d Desked, err error) {
		var c news.Content
		d.Article, err = scanArticle(both{r, db.FromJSON(&c)})
		d.Headline = c.Headline
		return d, err
	}, `SELECT a.`+strings.ReplaceAll(articleColumns, ", ", ", a.")+`, r.content FROM article a JOIN revision r ON r.id = a.working_revision `+
		where+" ORDER BY a.modified_at DESC, a.id LIMIT "+place(len(args)-1)+" OFFSET "+place(len(args)), args...)
}

// CountByState counts articles in each state.
func (s *Store) CountByState(ctx context.Context) (map[news.State]int, error) {
	type row struct {
		state news.State
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.state, &v.n) },
		"SELECT state, COUNT(*) FROM article GROUP BY state")
	out := map[news.State]int{}
	for _, v := range list {
		out[v.state] = v.n
	}
	return out, err
}

// both scans further columns after those that a scan function knows.
type both struct {
	db.Scanner
	more any
}

func (b both) Scan(dest ...any) error { return b.Scanner.Scan(append(dest, b.more)...) }

// places is "$1, $2, …, $n".
func places(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		if i > 1 {
			b.WriteString(", ")
		}
		b.WriteString(place(i))
	}
	return b.String()
}

// idOr makes an id where there is none.
func idOr(given string) string {
	if given == "" {
		return id.New()
	}
	return given
}
