package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/search"
)

// StoryFilter chooses articles for a list of the desk. What is empty does not
// choose.
type StoryFilter struct {
	Phase   news.Phase // must be set
	State   news.State
	Section string
	Author  string // account that began it
	Mine    string // account that it is assigned to
	Lang    string
	Kind    news.Kind
	Text    string // words of headline, address or byline; each may be the beginning of one

	// Sections and Own keep the list to what somebody may see: public articles,
	// those of these sections, and those that this account has a hand in. Limited
	// turns that on.
	Limited  bool
	Sections []string
	Own      string
}

// StoryKey is where a page of the list begins: after this article. The zero key
// is the beginning.
type StoryKey struct {
	At time.Time // last change
	ID string
}

// query is a WHERE clause that grows.
type query struct {
	where []string
	args  []any
}

// and adds a condition; each ? stands for the next value.
func (q *query) and(cond string, args ...any) {
	for _, a := range args {
		q.args = append(q.args, a)
		cond = strings.Replace(cond, "?", place(len(q.args)), 1)
	}
	q.where = append(q.where, cond)
}

func (q *query) equal(column, value string) {
	if value != "" {
		q.and("a."+column+" = ?", value)
	}
}

func (f StoryFilter) query() *query {
	q := &query{}
	if f.Mine == "" || f.Phase == "" {
		q.equal("phase", string(f.Phase))
	}
	q.equal("state", string(f.State))
	q.equal("section_id", f.Section)
	q.equal("author_id", f.Author)
	q.equal("lang", f.Lang)
	q.equal("kind", string(f.Kind))
	f.mine(q)
	for _, w := range strings.Fields(search.Normalise(f.Text)) {
		q.and("a.folded LIKE ?", "% "+w+"%") // the form has no wildcard in it
	}
	f.limit(q)
	return q
}

// mine chooses what is assigned to somebody. The phase goes into the parts, so
// that neither engine walks the whole list for the few that there are.
func (f StoryFilter) mine(q *query) {
	switch {
	case f.Mine != "" && f.Phase != "":
		q.and("a.id IN (SELECT id FROM article WHERE owner_id = ? AND phase = ? UNION SELECT id FROM article WHERE reviewer_id = ? AND phase = ?)",
			f.Mine, string(f.Phase), f.Mine, string(f.Phase))
	case f.Mine != "":
		q.and("(a.owner_id = ? OR a.reviewer_id = ?)", f.Mine, f.Mine)
	}
}

// limit leaves out what somebody may not see.
func (f StoryFilter) limit(q *query) {
	if !f.Limited {
		return
	}
	cond := "(a.phase = 'public' OR a.owner_id = ? OR a.reviewer_id = ? OR a.author_id = ? OR EXISTS (SELECT 1 FROM revision r WHERE r.article_id = a.id AND r.author_id = ?)"
	args := []any{f.Own, f.Own, f.Own, f.Own}
	if len(f.Sections) > 0 {
		cond += " OR a.section_id IN (" + strings.TrimSuffix(strings.Repeat("?, ", len(f.Sections)), ", ") + ")"
		for _, s := range f.Sections {
			args = append(args, s)
		}
	}
	q.and(cond+")", args...)
}

var articleColumnsOfA = "a." + strings.ReplaceAll(strings.Join(strings.Fields(articleColumns), " "), ", ", ", a.")

// Stories lists articles for the desk, the last changed first.
func (s *Store) Stories(ctx context.Context, f StoryFilter, after StoryKey, limit int) ([]news.Article, error) {
	q := f.query()
	if after.ID != "" {
		q.and("(a.modified_at < ? OR (a.modified_at = ? AND a.id > ?))", after.At.UnixMilli(), after.At.UnixMilli(), after.ID)
		q.and("a.modified_at <= ?", after.At.UnixMilli()) // what the index can begin with
	}
	q.args = append(q.args, limit)
	return db.Rows(ctx, s.Query(), scanArticle, "SELECT "+articleColumnsOfA+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
		" ORDER BY a.modified_at DESC, a.id LIMIT "+place(len(q.args)), q.args...)
}

// Board lists what is in one state of the desk's work, what is due first.
func (s *Store) Board(ctx context.Context, state news.State, f StoryFilter, limit int) ([]news.Article, error) {
	f.State, f.Phase = state, state.Phase()
	q := f.query()
	q.args = append(q.args, limit)
	return db.Rows(ctx, s.Query(), scanArticle, "SELECT "+articleColumnsOfA+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
		` ORDER BY CASE WHEN a.publish_at IS NULL THEN 1 ELSE 0 END, a.publish_at, CASE WHEN a.deadline_at IS NULL THEN 1 ELSE 0 END, a.deadline_at,
			a.modified_at DESC, a.id LIMIT `+place(len(q.args)), q.args...)
}

// Calendar lists what was first published, is scheduled or has its deadline
// between two times, in no order.
func (s *Store) Calendar(ctx context.Context, f StoryFilter, from, to time.Time) ([]news.Article, error) {
	f.Phase = ""
	var out []news.Article
	for _, column := range []string{"first_published_at", "publish_at", "deadline_at"} {
		q := f.query()
		q.and("a."+column+" >= ?", from.UnixMilli())
		q.and("a."+column+" < ?", to.UnixMilli())
		switch column {
		case "publish_at":
			q.and("a.phase = 'scheduled'")
		case "deadline_at":
			q.and("a.phase = 'open'")
		}
		list, err := db.Rows(ctx, s.Query(), scanArticle, "SELECT "+articleColumnsOfA+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
			" ORDER BY a."+column+", a.id LIMIT 1000", q.args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// foldSlice is how many articles are folded in one transaction.
const foldSlice = 200

// FoldStories makes what lists search in for articles that were there before it
// was kept, and tells whether there are more.
func (s *Store) FoldStories(ctx context.Context) (more bool, err error) {
	type row struct {
		id      string
		content news.Content
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v row, err error) {
		return v, r.Scan(&v.id, db.FromJSON(&v.content))
	}, "SELECT a.id, r.content FROM article a JOIN revision r ON r.id = a.working_revision WHERE a.folded = '' LIMIT $1", foldSlice)
	if err != nil || len(list) == 0 {
		return false, err
	}
	return len(list) == foldSlice, s.Write(ctx, func(tx *Tx) error {
		for _, v := range list {
			if _, err := db.Exec(ctx, tx, "UPDATE article SET folded = $1 WHERE id = $2 AND folded = ''", news.Folded(v.content), v.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// View is a list of stories that somebody keeps.
type View struct{ ID, Name, Query string }

// maxViews is how many lists somebody may keep.
const maxViews = 50

// Views lists what somebody keeps, by name.
func (s *Store) Views(ctx context.Context, staffID string) ([]View, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (v View, err error) { return v, r.Scan(&v.ID, &v.Name, &v.Query) },
		"SELECT id, name, query FROM saved_view WHERE staff_id = $1 ORDER BY name", staffID)
}

// SaveView keeps a list; one of the same name is replaced.
func (tx *Tx) SaveView(ctx context.Context, staffID string, v View) error {
	if v.Name == "" || len(v.Name) > 100 {
		return fault.Fields{"name": "Give the view a name of at most 100 characters."}
	}
	if len(v.Query) > 2000 {
		return fault.New(fault.TooLarge, "this view has too many filters to be kept; take some away")
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM saved_view WHERE staff_id = $1", staffID)
	if err == nil && n >= maxViews {
		return fault.New(fault.Conflict, "you keep %d views already; delete one first", maxViews)
	}
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO saved_view (id, staff_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (staff_id, name) DO UPDATE SET query = excluded.query`, id.New(), staffID, v.Name, v.Query, tx.now())
	return err
}

// DropView forgets a list that somebody kept.
func (tx *Tx) DropView(ctx context.Context, staffID, viewID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM saved_view WHERE id = $1 AND staff_id = $2", viewID, staffID)
	return err
}
