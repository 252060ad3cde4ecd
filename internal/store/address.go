package store

import (
	"context"
	"regexp"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// The kinds of object that an address leads to.
const (
	ToArticle = "article"
	ToSection = "section"
	ToTopic   = "topic"
	ToPerson  = "person"
	ToMedia   = "media"
	ToFeed    = "feed"    // the object is a path
	ToArchive = "archive" // the object is a path
	ToPath    = "path"    // the object is a path

	ToSectionFeed = "section-feed" // the object is a section
	ToTopicFeed   = "topic-feed"   // the object is a topic
)

// Address is a path that was public once, or that an import brought along.
type Address struct {
	Path   string // as of news.CleanPath or news.OldQuery
	Kind   string
	Object string
	Source string // "" or the import
}

// Found is what an address leads to.
type Found struct {
	Article string // published under exactly this path, or withdrawn from it
	Target  string // path to redirect to, or an https address elsewhere
	Gone    bool   // was public and was withdrawn
}

// PutAddress keeps an old address of an object, unless something has it
// already: an address never changes its object. It tells whether it is kept.
func (tx *Tx) PutAddress(ctx context.Context, a Address) (bool, error) {
	live, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM publication WHERE path = $1 AND article_id <> $2", a.Path, a.Object)
	if err != nil || live > 0 {
		return false, err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO address (path, object_kind, object_id, source, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (path) DO NOTHING`, a.Path, a.Kind, a.Object, a.Source, tx.now())
	if err != nil {
		return false, err
	}
	tx.Touch("addresses")
	return tx.ownsPath(ctx, a.Path, a.Kind, a.Object)
}

func (tx *Tx) ownsPath(ctx context.Context, path, kind, object string) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM address WHERE path = $1 AND object_kind = $2 AND object_id = $3", path, kind, object)
	return n > 0, err
}

// ClaimPath implements news.Store.
func (tx *Tx) ClaimPath(ctx context.Context, path, articleID string, at time.Time) (bool, error) {
	_, err := db.Exec(ctx, tx, `INSERT INTO address (path, object_kind, object_id, created_at) VALUES ($1, 'article', $2, $3)
		ON CONFLICT (path) DO NOTHING`, path, articleID, at.UnixMilli())
	if err != nil {
		return false, err
	}
	tx.Touch("addresses")
	return tx.ownsPath(ctx, path, ToArticle, articleID)
}

// keepSlug lets the address of a section, topic or person whose slug changes
// lead on, and frees the new address of what led through it to the same object.
func (tx *Tx) keepSlug(ctx context.Context, table, prefix, objectID, slug string) error {
	old, err := db.One(ctx, tx, db.Value[string], "SELECT slug FROM "+table+" WHERE id = $1", objectID)
	if fault.Is(err, fault.NotFound) || old == slug {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.PutAddress(ctx, Address{Path: prefix + old, Kind: table, Object: objectID})
	return err
}

// Lookup tells what an address leads to: an article that is live there, else
// where the object of an old address is now, else that it was withdrawn;
// fault.NotFound where nothing public has or had it.
func (s *Store) Lookup(ctx context.Context, path string) (Found, error) {
	live, err := db.One(ctx, s.Query(), db.Value[string], "SELECT article_id FROM publication WHERE path = $1", path)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return Found{Article: live}, err
	}
	kind, object, err := s.AddressOwner(ctx, path)
	if full := sized.ReplaceAllString(path, "$2"); err == nil && kind == "" && full != path {
		if kind, object, err = s.AddressOwner(ctx, full); kind != ToMedia {
			kind = ""
		}
	}
	if err != nil {
		return Found{}, err
	}
	if kind == "" {
		return Found{}, notThere
	}
	return s.follow(ctx, Address{Kind: kind, Object: object}, path)
}

// sized is the end of an address of one of the sizes that WordPress makes of an
// uploaded picture: …/boat-300x200.jpg leads where …/boat.jpg does.
var sized = regexp.MustCompile(`(-[0-9]{1,5}x[0-9]{1,5})(\.(?:jpe?g|png|gif|webp))$`)

var notThere = fault.New(fault.NotFound, "there is no page at this address")

// follow finds where the object of an old address is now.
func (s *Store) follow(ctx context.Context, a Address, from string) (Found, error) {
	one := func(prefix, query, end string) (Found, error) {
		v, err := db.One(ctx, s.Query(), db.Value[string], query, a.Object)
		if fault.Is(err, fault.NotFound) || (err == nil && prefix+v+end == from) {
			return Found{}, notThere
		}
		return Found{Target: prefix + v + end}, err
	}
	// A topic or person with nothing public is not given away, and has no page; an
	// old site's address of it was good once and must not end at 404.
	shown := func(prefix, query, end, instead string) (Found, error) {
		f, err := one(prefix, query, end)
		if fault.Is(err, fault.NotFound) && !strings.HasPrefix(from, prefix) {
			return Found{Target: instead}, nil
		}
		return f, err
	}
	switch a.Kind {
	case ToArticle:
		return s.followArticle(ctx, a.Object)
	case ToSection:
		return one("/sections/", aSectionsSlug, "")
	case ToTopic:
		return shown("/topics/", aPublicTopicsSlug, "", "/archive")
	case ToPerson:
		return shown("/people/", "SELECT slug FROM person WHERE id = $1 AND "+aPublicPerson, "", "/about")
	case ToSectionFeed:
		return one("/sections/", aSectionsSlug, "/feed.xml")
	case ToTopicFeed:
		return shown("/topics/", aPublicTopicsSlug, "/feed.xml", "/feed.xml")
	case ToMedia:
		return s.followMedia(ctx, a.Object)
	case ToFeed, ToArchive, ToPath:
		return s.followPath(ctx, a.Object, from)
	case ToURL:
		return Found{Target: a.Object}, nil
	}
	return Found{}, notThere
}

const aSectionsSlug = "SELECT slug FROM section WHERE gone_at IS NULL AND id = " + living

const aPublicTopicsSlug = "SELECT slug FROM topic WHERE id = $1 AND EXISTS (SELECT 1 FROM publication_topic p WHERE p.topic_id = topic.id)"

func (s *Store) followArticle(ctx context.Context, articleID string) (Found, error) {
	path, err := db.One(ctx, s.Query(), db.Value[string], "SELECT path FROM publication WHERE article_id = $1", articleID)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return Found{Target: path}, err
	}
	state, err := db.One(ctx, s.Query(), db.Value[string], "SELECT state FROM article WHERE id = $1", articleID)
	if err == nil && state == "withdrawn" {
		return Found{Gone: true, Article: articleID}, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return Found{}, notThere
	}
	return Found{}, err
}

// followMedia leads to the largest size of a picture that something published
// shows.
func (s *Store) followMedia(ctx context.Context, mediaID string) (Found, error) {
	target, err := db.One(ctx, s.Query(), db.Value[string], `SELECT '/media/' || m.hash || '/' || r.width || '.' || r.ext
		FROM media m JOIN rendition r ON r.media_id = m.id
		WHERE m.id = $1 AND EXISTS (SELECT 1 FROM publication_media p WHERE p.media_id = m.id)
		ORDER BY r.width DESC, r.ext LIMIT 1`, mediaID)
	if fault.Is(err, fault.NotFound) {
		return Found{}, notThere
	}
	return Found{Target: target}, err
}

// followPath goes one step on where the target itself is an old address, so that
// a reader is sent once.
func (s *Store) followPath(ctx context.Context, target, from string) (Found, error) {
	next, err := db.One(ctx, s.Query(), func(r db.Scanner) (a Address, err error) {
		return a, r.Scan(&a.Kind, &a.Object)
	}, `SELECT object_kind, object_id FROM address WHERE path = $1 AND path <> $2 AND object_kind NOT IN ('feed', 'archive', 'path')`, target, from)
	if fault.Is(err, fault.NotFound) {
		return Found{Target: target}, nil
	}
	if err != nil {
		return Found{}, err
	}
	found, err := s.follow(ctx, next, target)
	if fault.Is(err, fault.NotFound) { // the target is the current address itself
		return Found{Target: target}, nil
	}
	return found, err
}
