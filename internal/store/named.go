package store

import (
	"context"
	"fmt"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
)

// named is a sort of thing that has a name, a page of its own and articles on it:
// topics, and people with bylines.
type named struct {
	table, prefix string
	list, column  string // the table that says which published articles are on its page, and the column
	once          bool   // an article stands on a page once
	kinds         string // of addresses that lead to it
	missing       string
}

// The sorts, by what addresses call them.
var sorts = map[string]named{
	ToTopic:  {table: "topic", prefix: "/topics/", list: "publication_topic", column: "topic_id", once: true, kinds: "'topic', 'topic-feed'", missing: "there is no such topic"},
	ToPerson: {table: "person", prefix: "/people/", list: "publication_byline", column: "person_id", kinds: "'person'", missing: "there is no such person"},
}

// FreeSlug tells whether a topic or person may have an address: fault.Fields where
// it was another one's once, for an address never changes its object.
func (tx *Tx) FreeSlug(ctx context.Context, sort, id, slug string) error {
	n := sorts[sort]
	had, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM address WHERE path = $1 AND object_id <> $2", n.prefix+slug, id)
	if err == nil && had > 0 {
		return fault.Fields{"slug": "This address was another one’s and still leads there; choose another one."}
	}
	return err
}

// Use says where a topic or person is used.
type Use struct {
	Public  int  // published articles
	Working bool // some text that is being worked on names it, or an account stands for it, or another one was merged into it
}

// Free tells whether nothing uses it.
func (u Use) Free() bool { return u.Public == 0 && !u.Working }

// NamedUse finds out where a topic or person is used. It looks through all texts
// that are worked on, which takes a while in a large newsroom.
func (s *Store) NamedUse(ctx context.Context, sort, id string) (u Use, err error) {
	n := sorts[sort]
	u.Public, err = db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(DISTINCT article_id) FROM "+n.list+" WHERE "+n.column+" = $1", id)
	if err != nil || u.Public > 0 {
		return u, err
	}
	for _, q := range []string{
		"SELECT COUNT(*) FROM " + n.table + " WHERE merged_into = $1",
		"SELECT COUNT(*) FROM staff WHERE person_id = $1",
		"SELECT COUNT(*) FROM (SELECT 1 AS one FROM article a JOIN revision r ON r.id = a.working_revision WHERE r.content LIKE '%\"' || $1 || '\"%' LIMIT 1) w",
		"SELECT COUNT(*) FROM (SELECT 1 AS one FROM draft WHERE content LIKE '%\"' || $1 || '\"%' LIMIT 1) w",
	} {
		some, err := db.One(ctx, s.Query(), db.Value[int], q, id)
		if err != nil {
			return u, err
		}
		u.Working = u.Working || some > 0
	}
	return u, nil
}

// DropNamed removes a topic or person that nothing uses; the caller has looked at
// NamedUse. fault.Conflict where something was published with it meanwhile.
func (tx *Tx) DropNamed(ctx context.Context, by Actor, sort, id string) error {
	n := sorts[sort]
	used, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM "+n.list+" WHERE "+n.column+" = $1", id)
	if err != nil {
		return err
	}
	if used > 0 {
		return fault.New(fault.Conflict, "something that is public names it by now; merge it into another one instead")
	}
	gone, err := db.Exec(ctx, tx, "DELETE FROM "+n.table+" WHERE id = $1 AND merged_into IS NULL", id)
	if err != nil {
		return err
	}
	if gone == 0 {
		return fault.New(fault.NotFound, "%s", n.missing)
	}
	tx.Touch(sort+":"+id, "people", "desk")
	return tx.Audit(ctx, by, sort+".deleted", sort, id, nil)
}

// Merge makes one topic or person of two: from goes, into stays. Addresses that
// led to from lead to into at once, texts that name it count for into, and lists
// follow in the background.
func (tx *Tx) Merge(ctx context.Context, by Actor, sort, from, into string) error {
	n := sorts[sort]
	slug, err := tx.living(ctx, n, from)
	if err != nil {
		return err
	}
	if _, err := tx.living(ctx, n, into); err != nil {
		return err
	}
	if from == into {
		return fault.New(fault.Invalid, "choose another one to merge it into")
	}
	if _, err := db.Exec(ctx, tx, "UPDATE "+n.table+" SET merged_into = $2 WHERE id = $1 OR merged_into = $1", from, into); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE address SET object_id = $2 WHERE object_id = $1 AND object_kind IN ("+n.kinds+")", from, into); err != nil {
		return err
	}
	if _, err := tx.PutAddress(ctx, Address{Path: n.prefix + slug, Kind: sort, Object: into}); err != nil {
		return err
	}
	if sort == ToPerson {
		_, err = db.Exec(ctx, tx, "UPDATE staff SET person_id = $2 WHERE person_id = $1", from, into)
	} else {
		err = tx.renavigate(ctx, by, from, into)
	}
	if err != nil {
		return err
	}
	tx.Touch(sort+":"+from, sort+":"+into, "people", "addresses", "desk")
	if err := tx.Enqueue(ctx, job.Merge(sort, from)); err != nil {
		return err
	}
	return tx.Audit(ctx, by, sort+".merged", sort, from, map[string]any{"into": into, "slug": slug})
}

// living is the slug of a topic or person that is not merged into another one.
func (tx *Tx) living(ctx context.Context, n named, id string) (string, error) {
	slug, err := db.One(ctx, tx, db.Value[string], "SELECT slug FROM "+n.table+" WHERE id = $1 AND merged_into IS NULL", id)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "%s", n.missing)
	}
	return slug, err
}

// renavigate lets the navigation lead to the topic that another one was merged into.
func (tx *Tx) renavigate(ctx context.Context, by Actor, from, into string) error {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	moved := false
	for i := range o.Nav {
		if o.Nav[i].Topic == from {
			o.Nav[i].Topic, moved = into, true
		}
	}
	if !moved {
		return nil
	}
	return tx.PutOutlet(ctx, by, o)
}

// mergeSlice is how many articles change their list in one transaction.
const mergeSlice = 400

// MoveMerged brings the articles of what was merged onto the page of what it is
// merged into by now, a slice of them, and tells whether there are more.
func (s *Store) MoveMerged(ctx context.Context, sort, from string) (more bool, err error) {
	n := sorts[sort]
	err = s.Write(ctx, func(tx *Tx) error {
		into, err := db.One(ctx, tx, db.Value[string], "SELECT merged_into FROM "+n.table+" WHERE id = $1 AND merged_into IS NOT NULL", from)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		some := fmt.Sprintf("article_id IN (SELECT article_id FROM %s WHERE %s = $1 ORDER BY article_id LIMIT %d)", n.list, n.column, mergeSlice)
		if n.once {
			some = fmt.Sprintf(`article_id IN (SELECT x.article_id FROM %[1]s x WHERE x.%[2]s = $1
				AND NOT EXISTS (SELECT 1 FROM %[1]s y WHERE y.article_id = x.article_id AND y.%[2]s = $2) ORDER BY x.article_id LIMIT %[3]d)`, n.list, n.column, mergeSlice)
		}
		moved, err := db.Exec(ctx, tx, "UPDATE "+n.list+" SET "+n.column+" = $2 WHERE "+n.column+" = $1 AND "+some, from, into)
		if err != nil {
			return err
		}
		if moved == 0 { // what is left stands on both pages
			moved, err = db.Exec(ctx, tx, fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s = $1 AND article_id IN (SELECT article_id FROM %[1]s WHERE %[2]s = $1 ORDER BY article_id LIMIT %[3]d)", n.list, n.column, mergeSlice), from)
			if err != nil {
				return err
			}
		}
		more = moved > 0
		if more {
			tx.Touch(sort+":"+from, sort+":"+into)
		}
		return nil
	})
	return more, err
}

// Counted is how many published articles stand on the pages of topics or people,
// by id, in all languages.
func (s *Store) Counted(ctx context.Context, sort string, ids []string) (map[string]int, error) {
	n, out := sorts[sort], map[string]int{}
	for _, id := range ids {
		c, err := db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(DISTINCT article_id) FROM "+n.list+" WHERE "+n.column+" = $1", id)
		if err != nil {
			return nil, err
		}
		out[id] = c
	}
	return out, nil
}

// LanguagesOf lists in which languages something is published on the page of a topic
// or person.
func (s *Store) LanguagesOf(ctx context.Context, sort, id string) ([]string, error) {
	n := sorts[sort]
	return db.Rows(ctx, s.Query(), db.Value[string], "SELECT DISTINCT lang FROM "+n.list+" WHERE "+n.column+" = $1 ORDER BY lang", id)
}
