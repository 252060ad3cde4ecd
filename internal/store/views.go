package store

import (
	"context"
	"slices"
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

	found bool // a rare word leads to the articles
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
	hand  string // the condition of an article whose drafts the person may see; "" for all
}

// and adds a condition; each ? stands for the next value.
func (q *query) and(cond string, args ...any) { q.where = append(q.where, q.bind(cond, args...)) }

// bind puts the places of values into a condition.
func (q *query) bind(cond string, args ...any) string {
	for _, a := range args {
		q.args = append(q.args, a)
		cond = strings.Replace(cond, "?", place(len(q.args)), 1)
	}
	return cond
}

// columns are those of an article. Of one that is in the list only because it is
// public the headline is the one that readers see, not that of a change that is
// being written.
func (q *query) columns() string {
	if q.hand == "" {
		return articleColumnsOfA
	}
	return strings.Replace(articleColumnsOfA, "a.headline", "CASE WHEN "+q.hand+
		" THEN a.headline ELSE COALESCE((SELECT p.headline FROM publication p WHERE p.article_id = a.id), '') END", 1)
}

func (q *query) equal(column, value string) {
	if value != "" {
		q.and("a."+column+" = ?", value)
	}
}

func (f StoryFilter) query() *query {
	q := &query{}
	switch {
	case f.Phase == "" || f.Mine != "": // see mine
	case f.found:
		q.and("a.phase || '' = ?", string(f.Phase)) // the index of words leads, not that of phases
	default:
		q.equal("phase", string(f.Phase))
	}
	q.equal("state", string(f.State))
	q.equal("section_id", f.Section)
	q.equal("author_id", f.Author)
	q.equal("lang", f.Lang)
	q.equal("kind", string(f.Kind))
	f.mine(q)
	for _, w := range f.words() {
		q.and("a.folded LIKE ?", "% "+w+"%") // the form has no wildcard in it
	}
	f.limit(q)
	return q
}

// words are the beginnings of words that are looked for, a few at most.
func (f StoryFilter) words() []string {
	list := strings.Fields(search.Normalise(f.Text))
	return list[:min(len(list), maxWords)]
}

const (
	maxWords = 8
	// rareWord is the number of articles up to which a word is looked up; where all
	// words are in more, walking the list finds a page of it sooner.
	rareWord = 2000
	// afterWord follows every beginning of a word that is followed by a letter.
	afterWord = "\U0010FFFF"
)

// rarest finds the word that is in the fewest articles, "" where all are in many.
func (s *Store) rarest(ctx context.Context, f StoryFilter) (string, error) {
	return s.rarestOf(ctx, "article_word", f.words())
}

// rarestOf is the same for any table of words.
func (s *Store) rarestOf(ctx context.Context, table string, words []string) (string, error) {
	best, fewest := "", rareWord+1
	for _, w := range words {
		n, err := db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM (SELECT 1 AS one FROM "+table+" WHERE word >= $1 AND word < $2 LIMIT $3) w",
			w, w+afterWord, rareWord+1)
		if err != nil {
			return "", err
		}
		if n < fewest {
			best, fewest = w, n
		}
	}
	return best, nil
}

// putWords makes an article be found by its words, changeWords by no older ones.
func (tx *Tx) putWords(ctx context.Context, articleID, folded string) error {
	list := strings.Fields(folded)
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) == 0 {
		return nil
	}
	args, rows := []any{articleID}, make([]string, len(list))
	for i, w := range list {
		args = append(args, w)
		rows[i] = "(" + place(i+2) + ", $1)"
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO article_word (word, article_id) VALUES "+strings.Join(rows, ", ")+" ON CONFLICT (word, article_id) DO NOTHING", args...)
	return err
}

func (tx *Tx) changeWords(ctx context.Context, a news.Article) error {
	old, err := db.One(ctx, tx, db.Value[string], "SELECT folded FROM article WHERE id = $1", a.ID)
	if err != nil || old == a.Folded {
		return err
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM article_word WHERE article_id = $1", a.ID); err != nil {
		return err
	}
	return tx.putWords(ctx, a.ID, a.Folded)
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
	cond := "(a.owner_id = ? OR a.reviewer_id = ? OR a.author_id = ? OR EXISTS (SELECT 1 FROM revision r WHERE r.article_id = a.id AND r.author_id = ?)"
	args := []any{f.Own, f.Own, f.Own, f.Own}
	if len(f.Sections) > 0 {
		cond += " OR a.section_id IN (" + strings.TrimSuffix(strings.Repeat("?, ", len(f.Sections)), ", ") + ")"
		for _, s := range f.Sections {
			args = append(args, s)
		}
	}
	q.hand = q.bind(cond+")", args...)
	q.and("(a.phase = 'public' OR " + q.hand + ")")
}

var articleColumnsOfA = "a." + strings.ReplaceAll(strings.Join(strings.Fields(articleColumns), " "), ", ", ", a.")

// Stories lists articles for the desk, the last changed first.
func (s *Store) Stories(ctx context.Context, f StoryFilter, after StoryKey, limit int) ([]news.Article, error) {
	rare, err := s.rarest(ctx, f)
	if err != nil {
		return nil, err
	}
	f.found = rare != ""
	q := f.query()
	if rare != "" {
		q.and("a.id IN (SELECT article_id FROM article_word WHERE word >= ? AND word < ?)", rare, rare+afterWord)
	}
	if after.ID != "" {
		q.and("(a.modified_at < ? OR (a.modified_at = ? AND a.id > ?))", after.At.UnixMilli(), after.At.UnixMilli(), after.ID)
		q.and("a.modified_at <= ?", after.At.UnixMilli()) // what the index can begin with
	}
	q.args = append(q.args, limit)
	return db.Rows(ctx, s.Query(), scanArticle, "SELECT "+q.columns()+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
		" ORDER BY a.modified_at DESC, a.id LIMIT "+place(len(q.args)), q.args...)
}

// CountStories counts articles by their state: those that a person may see, where
// the filter is limited. Nothing else of the filter counts.
func (s *Store) CountStories(ctx context.Context, f StoryFilter) (map[news.State]int, error) {
	all, err := s.CountByState(ctx)
	if err != nil || !f.Limited {
		return all, err
	}
	q := &query{}
	f.limit(q)
	q.and("a.phase <> 'public'") // of what is public everybody sees all
	type row struct {
		state news.State
		n     int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.state, &v.n) },
		"SELECT a.state, COUNT(*) FROM article a WHERE "+strings.Join(q.where, " AND ")+" GROUP BY a.state", q.args...)
	out := map[news.State]int{}
	for state, n := range all {
		if state.Public() {
			out[state] = n
		}
	}
	for _, v := range list {
		out[v.state] = v.n
	}
	return out, err
}

// Board lists what is in one state of the desk's work, what is due first.
func (s *Store) Board(ctx context.Context, state news.State, f StoryFilter, limit int) ([]news.Article, error) {
	f.State, f.Phase = state, state.Phase()
	q := f.query()
	q.args = append(q.args, limit)
	return db.Rows(ctx, s.Query(), scanArticle, "SELECT "+q.columns()+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
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
		list, err := db.Rows(ctx, s.Query(), scanArticle, "SELECT "+q.columns()+" FROM article a WHERE "+strings.Join(q.where, " AND ")+
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
			folded := news.Folded(v.content)
			if _, err := db.Exec(ctx, tx, "UPDATE article SET folded = $1 WHERE id = $2 AND folded = ''", folded, v.id); err != nil {
				return err
			}
			if err := tx.putWords(ctx, v.id, folded); err != nil {
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
