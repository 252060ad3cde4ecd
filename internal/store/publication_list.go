package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
)

// Teaser is a published article in a list.
type Teaser struct {
	Article, Group, Lang     string
	Kind                     news.Kind
	State                    news.State
	Path, Section            string
	Headline, Short, Dek     string
	Lead, LeadAlt            string // picture, and its words in this article
	By                       []string
	First, Updated, Modified time.Time
}

const teaserColumns = `p.article_id, p.group_id, p.lang, p.kind, p.state, p.path, p.section_id, p.headline, p.dek, p.lead_media, p.card,
	p.first_published_at, p.updated_at, p.modified_at`

func scanTeaser(r db.Scanner) (t Teaser, err error) {
	var c card
	err = r.Scan(&t.Article, &t.Group, &t.Lang, &t.Kind, &t.State, &t.Path, db.Text(&t.Section), &t.Headline, &t.Dek, db.Text(&t.Lead), db.FromJSON(&c),
		db.At(&t.First), db.At(&t.Updated), db.At(&t.Modified))
	t.Short, t.LeadAlt, t.By = c.Short, c.Alt, c.By
	return t, err
}

// Cursor is a place in a list, between stories; the zero value is its newest end.
type Cursor struct {
	At      int64 // Unix milliseconds
	Article string
}

// String is the cursor for an address.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return strconv.FormatInt(c.At, 36) + "-" + c.Article
}

// ParseCursor reads what String wrote; the zero value and false for anything else.
func ParseCursor(s string) (Cursor, bool) {
	at, article, ok := strings.Cut(s, "-")
	ms, err := strconv.ParseInt(at, 36, 64)
	if !ok || err != nil || !id.Valid(article) {
		return Cursor{}, false
	}
	return Cursor{ms, article}, true
}

// Listing says which stories a list holds: all of a language, or those of one
// section, topic or person, or of a span of time.
type Listing struct {
	Lang                   string
	Section, Topic, Person string    // ids; one at most
	From, To               time.Time // first publication in [From, To); zero is open
	Before, After          Cursor    // where to read on, towards older or newer stories
	Limit                  int
	NoRetracted            bool
}

// Page is a part of a list, newest first, with where it goes on; a zero cursor
// is an end.
type Page struct {
	Stories      []Teaser
	Newer, Older Cursor
	First        bool // there is nothing newer
}

// List returns a part of a list of what is public.
func (s *Store) List(ctx context.Context, l Listing) (Page, error) {
	forward := l.After != (Cursor{})
	list, err := s.listing(ctx, l, forward)
	if err != nil {
		return Page{}, err
	}
	more := len(list) > l.Limit
	if more {
		list = list[:l.Limit]
	}
	if forward {
		if !more { // the newest page is always a full one
			l.After, l.Before = Cursor{}, Cursor{}
			return s.List(ctx, l)
		}
		slices.Reverse(list)
	}
	p := Page{Stories: list, First: !forward && l.Before == (Cursor{})}
	if n := len(list); n > 0 {
		if forward || more {
			p.Older = cursorOf(list[n-1])
		}
		if !p.First {
			p.Newer = cursorOf(list[0])
		}
	}
	return p, nil
}

func cursorOf(t Teaser) Cursor { return Cursor{t.First.UnixMilli(), t.Article} }

// listing reads one story more than the limit. The tables of sections, topics
// and bylines have language and time in their index, so that no list is sorted.
func (s *Store) listing(ctx context.Context, l Listing, forward bool) ([]Teaser, error) {
	k := scopeOf(l)
	when, _, _ := strings.Cut(k.at, ",")
	if !l.From.IsZero() {
		k.add(when+" >= ?", l.From.UnixMilli())
	}
	if !l.To.IsZero() {
		k.add(when+" < ?", l.To.UnixMilli())
	}
	if l.NoRetracted {
		k.add("p.state = 'published'")
	}
	order := strings.ReplaceAll(k.at, ",", " DESC,") + " DESC"
	switch {
	case forward:
		k.add("("+k.at+") > (?, ?)", l.After.At, l.After.Article)
		order = k.at
	case l.Before != (Cursor{}):
		k.add("("+k.at+") < (?, ?)", l.Before.At, l.Before.Article)
	}
	k.args = append(k.args, l.Limit+1)
	return db.Rows(ctx, s.Query(), scanTeaser, "SELECT "+teaserColumns+" FROM "+k.from+" WHERE "+strings.Join(k.where, " AND ")+
		" ORDER BY "+order+" LIMIT "+place(len(k.args)), k.args...)
}

// scope is the part of the public that a list shows, and what it is ordered by.
type scope struct {
	from, at string
	where    []string
	args     []any
}

func scopeOf(l Listing) *scope {
	k := &scope{from: "publication p", at: "p.first_published_at, p.article_id"}
	switch {
	case l.Section != "":
		k.join("publication_section", "section_id", l.Section, l.Lang)
	case l.Topic != "":
		k.join("publication_topic", "topic_id", l.Topic, l.Lang)
	case l.Person != "":
		k.join("publication_byline", "person_id", l.Person, l.Lang)
		// Somebody with two bylines on one article is listed with the first.
		k.add("x.position = (SELECT MIN(y.position) FROM publication_byline y WHERE y.article_id = x.article_id AND y.person_id = x.person_id)")
	default:
		k.add("p.lang = ?", l.Lang)
		k.add("p.kind <> 'page'")
	}
	return k
}

// add adds a condition, whose question marks become the next parameters.
func (k *scope) add(condition string, values ...any) {
	for _, v := range values {
		k.args = append(k.args, v)
		condition = strings.Replace(condition, "?", place(len(k.args)), 1)
	}
	k.where = append(k.where, condition)
}

func (k *scope) join(table, column, value, lang string) {
	k.from, k.at = table+" x JOIN publication p ON p.article_id = x.article_id", "x.at, x.article_id"
	k.add("x."+column+" = ?", value)
	k.add("x.lang = ?", lang)
}

// Sticky lists the stories that are kept at the top of a front, newest first.
func (s *Store) Sticky(ctx context.Context, lang string, limit int) ([]Teaser, error) {
	return db.Rows(ctx, s.Query(), scanTeaser, "SELECT "+teaserColumns+` FROM publication p
		WHERE p.lang = $1 AND p.sticky = 1 AND p.kind <> 'page' AND p.state = 'published'
		ORDER BY p.first_published_at DESC, p.article_id DESC LIMIT $2`, lang, limit)
}

// Teasers returns those of the articles that are public, in the order of the ids.
func (s *Store) Teasers(ctx context.Context, ids []string) ([]Teaser, error) {
	var list []Teaser
	for part := range slices.Chunk(ids, 500) { // engines bound the number of parameters
		args := make([]any, len(part))
		for i, v := range part {
			args[i] = v
		}
		some, err := db.Rows(ctx, s.Query(), scanTeaser, "SELECT "+teaserColumns+" FROM publication p WHERE p.article_id IN ("+places(len(part))+")", args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b Teaser) int { return slices.Index(ids, a.Article) - slices.Index(ids, b.Article) })
	return list, nil
}

// Publications returns the newest stories of a list in full, for feeds.
func (s *Store) Publications(ctx context.Context, l Listing) ([]news.Publication, error) {
	page, err := s.List(ctx, l)
	if err != nil || len(page.Stories) == 0 {
		return nil, err
	}
	args := make([]any, len(page.Stories))
	for i, t := range page.Stories {
		args[i] = t.Article
	}
	return db.Rows(ctx, s.Query(), scanPublication, "SELECT "+publicationColumns+" FROM publication p WHERE p.article_id IN ("+
		places(len(args))+") ORDER BY p.first_published_at DESC, p.article_id DESC", args...)
}

// Months lists the months in which a language has stories, newest first, as
// their beginnings in the outlet's zone. It steps from month to month over the
// index.
func (s *Store) Months(ctx context.Context, lang string, zone *time.Location, limit int) ([]time.Time, error) {
	var out []time.Time
	before := int64(1) << 62
	for len(out) < limit {
		at, err := db.One(ctx, s.Query(), func(r db.Scanner) (t time.Time, err error) { return t, r.Scan(db.At(&t)) },
			"SELECT first_published_at FROM publication WHERE lang = $1 AND kind <> 'page' AND first_published_at < $2 ORDER BY first_published_at DESC LIMIT 1", lang, before)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		at = at.In(zone)
		month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
		out = append(out, month)
		before = month.UnixMilli()
	}
	return out, nil
}
