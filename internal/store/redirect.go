package store

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
)

// ToURL is an address of another site; the object is the address.
const ToURL = "url"

// byHand is the source of the addresses that somebody wrote at the desk.
const byHand = "desk"

// Redirect is an old address with where it leads now.
type Redirect struct {
	Path   string
	Target string // path or https address; "" where it leads nowhere at present
	Kind   string
	Source string // "desk" by hand, "" kept by itself, else the import that brought it
	At     time.Time
	object string
}

// ByHand tells whether somebody wrote it at the desk, and may take it away.
func (r Redirect) ByHand() bool { return r.Source == byHand }

// RedirectQuery chooses redirects, the newest first.
type RedirectQuery struct {
	Find          string // in the old address
	Hand          bool   // only those by hand
	Limit, Offset int
}

// Redirects lists old addresses.
func (s *Store) Redirects(ctx context.Context, q RedirectQuery) ([]Redirect, error) {
	where, args := "1 = 1", []any{}
	if q.Hand {
		args = append(args, byHand)
		where += " AND source = $1"
	}
	if q.Find != "" {
		args = append(args, "%"+likeEscaped(strings.ToLower(q.Find))+"%")
		where += " AND path LIKE " + place(len(args)) + ` ESCAPE '\'`
	}
	args = append(args, q.Limit, q.Offset)
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (x Redirect, err error) {
		return x, r.Scan(&x.Path, &x.Kind, &x.object, &x.Source, db.At(&x.At))
	}, "SELECT path, object_kind, object_id, source, created_at FROM address WHERE "+where+" ORDER BY created_at DESC, path LIMIT "+place(len(args)-1)+" OFFSET "+place(len(args)), args...)
	for i := range list {
		f, e := s.follow(ctx, Address{Kind: list[i].Kind, Object: list[i].object}, list[i].Path)
		if e != nil && !fault.Is(e, fault.NotFound) {
			return list, e
		}
		list[i].Target = f.Target
	}
	return list, err
}

func likeEscaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// RedirectPath brings an old address as somebody types it, of this site or with
// any host before it, into the form in which addresses are kept. It returns ""
// for what no redirect can begin at: the front page.
func RedirectPath(typed string) string {
	u, err := url.Parse(strings.TrimSpace(typed))
	if err != nil || u.Path == "" && u.RawQuery == "" || u.Path != "" && !strings.HasPrefix(u.Path, "/") {
		return ""
	}
	clean := news.CleanPath(u.Path)
	if clean == "/" || clean == "/index.php" {
		return news.OldQuery(u.Query())
	}
	return news.QueryPath(clean, u.Query())
}

// Refused are the reasons for which a redirect is not taken, as keys for those
// who show them.
const (
	RefusedPath    = "path"     // no address of this site, or the front page
	RefusedPage    = "page"     // a page of ours is there
	RefusedTaken   = "taken"    // an article or section keeps it as its old address
	RefusedTarget  = "target"   // no address that can be led to
	RefusedMissing = "missing"  // nothing is there
	RefusedLoop    = "loop"     // it would lead to itself
	RefusedTooMany = "too_many" // more than RedirectsMost by hand
)

// RedirectsMost is how many redirects can be written by hand.
const RedirectsMost = 20_000

// Refusal is why a redirect is not taken.
type Refusal struct{ Why string }

func (r *Refusal) Error() string { return "the redirect is refused: " + r.Why }

// Unwrap makes it a fault of the caller's.
func (r *Refusal) Unwrap() error { return fault.New(fault.Invalid, "this redirect can't be taken") }

func refuse(why string) error { return &Refusal{why} }

// PutRedirect lets an old address lead somewhere: to a path of this site, whose
// page it then follows wherever that moves, or to another site by https. page
// tells whether a path without a language's prefix is one of the program's own
// pages. It returns *Refusal where it is not taken. A target that is an old
// address itself is looked through, so that there are no chains; and what led
// here by hand is led on.
func (tx *Tx) PutRedirect(ctx context.Context, by Actor, from, to string, page func(path string) bool) error {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	path := RedirectPath(from)
	if path == "" || len(path) > 500 {
		return refuse(RefusedPath)
	}
	if err := tx.mayRedirect(ctx, o, path, page); err != nil {
		return err
	}
	a, err := tx.aim(ctx, o, path, to, page)
	if err != nil {
		return err
	}
	was, err := db.One(ctx, tx, db.Value[string], "SELECT object_id FROM address WHERE path = $1", path)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO address (path, object_kind, object_id, source, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (path) DO UPDATE SET object_kind = excluded.object_kind, object_id = excluded.object_id, source = excluded.source, created_at = excluded.created_at`,
		path, a.Kind, a.Object, byHand, tx.now())
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, "UPDATE address SET object_kind = $1, object_id = $2 WHERE source = $3 AND object_kind = 'path' AND object_id = $4", a.Kind, a.Object, byHand, path)
	if err != nil {
		return err
	}
	tx.Touch("addresses", "desk")
	return tx.Audit(ctx, by, "redirect.set", "address", path, map[string]any{"to": map[string]any{"was": was, "now": a.Object}, "kind": a.Kind})
}

// mayRedirect refuses what is a page, or keeps leading somewhere by itself.
func (tx *Tx) mayRedirect(ctx context.Context, o outlet.Outlet, path string, page func(string) bool) error {
	bare, _, _ := strings.Cut(path, "?")
	lang, rest := o.SplitLang(bare)
	_ = lang
	if !strings.Contains(path, "?") && page(rest) {
		there, err := tx.there(ctx, rest)
		if err != nil {
			return err
		}
		if there {
			return refuse(RefusedPage)
		}
	}
	live, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM publication WHERE path = $1", path)
	if err != nil {
		return err
	}
	if live > 0 {
		return refuse(RefusedPage)
	}
	kept, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM address WHERE path = $1 AND source = '' AND object_kind IN ('article', 'section', 'topic', 'person')", path)
	if err != nil {
		return err
	}
	if kept > 0 {
		return refuse(RefusedTaken)
	}
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM address WHERE source = $1", byHand)
	if err == nil && n >= RedirectsMost {
		err = refuse(RefusedTooMany)
	}
	return err
}

// slugged are the pages that are there only while something has their slug.
var slugged = map[string]string{
	"/sections/": "SELECT id FROM section WHERE gone_at IS NULL AND slug = $1",
	"/topics/":   "SELECT id FROM topic WHERE slug = $1 AND EXISTS (SELECT 1 FROM publication_topic p WHERE p.topic_id = topic.id)",
	"/people/":   "SELECT id FROM person WHERE slug = $1 AND " + aPublicPerson,
}

var sluggedKinds = map[string]string{"/sections/": ToSection, "/topics/": ToTopic, "/people/": ToPerson}

// owner finds the section, topic or person whose page a path is.
func (tx *Tx) owner(ctx context.Context, path string) (a Address, is bool, err error) {
	for prefix, query := range slugged {
		slug, ok := strings.CutPrefix(path, prefix)
		if !ok {
			continue
		}
		slug, rest, _ := strings.Cut(slug, "/")
		id, err := db.One(ctx, tx, db.Value[string], query, slug)
		if fault.Is(err, fault.NotFound) {
			return Address{}, true, nil
		}
		a = Address{Kind: sluggedKinds[prefix], Object: id}
		if rest != "" {
			a = Address{Kind: ToPath, Object: path}
		}
		return a, true, err
	}
	return Address{}, false, nil
}

// there tells whether a page that the program has at a path shows anything.
func (tx *Tx) there(ctx context.Context, path string) (bool, error) {
	a, is, err := tx.owner(ctx, path)
	return !is || a.Object != "", err
}

// aim finds what a target stands for, so that the redirect follows it.
func (tx *Tx) aim(ctx context.Context, o outlet.Outlet, from, to string, page func(string) bool) (Address, error) {
	u, err := url.Parse(strings.TrimSpace(to))
	if err != nil || strings.ContainsAny(to, "\\\n\t") || u.User != nil || len(to) > 2000 {
		return Address{}, refuse(RefusedTarget)
	}
	own, _ := url.Parse(o.BaseURL)
	if u.Host != "" && (own == nil || !strings.EqualFold(u.Host, own.Host)) {
		if u.Scheme != "https" {
			return Address{}, refuse(RefusedTarget)
		}
		return Address{Kind: ToURL, Object: u.String()}, nil
	}
	if u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" || !strings.HasPrefix(u.Path, "/") && u.RawQuery == "" {
		return Address{}, refuse(RefusedTarget)
	}
	return tx.aimHere(ctx, o, from, u, page)
}

func (tx *Tx) aimHere(ctx context.Context, o outlet.Outlet, from string, u *url.URL, page func(string) bool) (Address, error) {
	path := news.CleanPath(u.Path)
	if path == from || RedirectPath(u.RequestURI()) == from {
		return Address{}, refuse(RefusedLoop)
	}
	id, err := db.One(ctx, tx, db.Value[string], "SELECT article_id FROM publication WHERE path = $1", path)
	if err == nil {
		return Address{Kind: ToArticle, Object: id}, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return Address{}, err
	}
	lang, rest := o.SplitLang(path)
	a, is, err := tx.owner(ctx, rest)
	if err != nil {
		return Address{}, err
	}
	switch {
	case is && a.Object != "" && lang == o.Language:
		return a, nil
	case is && a.Object != "", !is && page(rest):
		return Address{Kind: ToPath, Object: path}, nil
	}
	return tx.aimThrough(ctx, from, firstOf(RedirectPath(u.RequestURI()), path))
}

// aimThrough looks through a target that is an old address itself.
func (tx *Tx) aimThrough(ctx context.Context, from, path string) (Address, error) {
	a, err := db.One(ctx, tx, func(r db.Scanner) (a Address, err error) { return a, r.Scan(&a.Kind, &a.Object) },
		"SELECT object_kind, object_id FROM address WHERE path = $1", path)
	if fault.Is(err, fault.NotFound) {
		return a, refuse(RefusedMissing)
	}
	if err == nil && slices.Contains([]string{ToPath, ToFeed, ToArchive}, a.Kind) && a.Object == from {
		return a, refuse(RefusedLoop)
	}
	return a, err
}

// DropRedirect takes away one that was written by hand.
func (tx *Tx) DropRedirect(ctx context.Context, by Actor, path string) error {
	n, err := db.Exec(ctx, tx, "DELETE FROM address WHERE path = $1 AND source = $2", path, byHand)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "there is no redirect by hand at this address")
	}
	tx.Touch("addresses", "desk")
	return tx.Audit(ctx, by, "redirect.dropped", "address", path, nil)
}

// AddMissed counts addresses that were asked for in vain, on a day (YYYY-MM-DD).
// Of each day no more than MissedMost are kept.
func (tx *Tx) AddMissed(ctx context.Context, day string, counts map[string]int64) error {
	have, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM missed_address WHERE day = $1", day)
	if err != nil {
		return err
	}
	for path, n := range counts {
		statement := "UPDATE missed_address SET n = n + $3 WHERE day = $1 AND path = $2"
		if have < MissedMost {
			statement = `INSERT INTO missed_address (day, path, n) VALUES ($1, $2, $3) ON CONFLICT (day, path) DO UPDATE SET n = missed_address.n + excluded.n`
		}
		if _, err := db.Exec(ctx, tx, statement, day, path, n); err != nil {
			return err
		}
		have++
	}
	return nil
}

// MissedMost is how many addresses of one day are counted.
const MissedMost = 500

// Missed is an address that readers asked for in vain.
type Missed struct {
	Path string
	N    int64
}

// MissedAddresses lists the addresses that were asked for most often since a day
// (YYYY-MM-DD) and that nothing leads on from.
func (s *Store) MissedAddresses(ctx context.Context, since string, limit int) ([]Missed, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (m Missed, err error) { return m, r.Scan(&m.Path, &m.N) },
		`SELECT m.path, SUM(m.n) FROM missed_address m WHERE m.day >= $1 AND NOT EXISTS (SELECT 1 FROM address a WHERE a.path = m.path)
			AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.path = m.path) GROUP BY m.path ORDER BY SUM(m.n) DESC, m.path LIMIT $2`, since, limit)
}
