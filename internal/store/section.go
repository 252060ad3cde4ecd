package store

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

const sectionColumns = "id, slug, parent_id, name, description, position"

func scanSection(r db.Scanner) (v news.Section, err error) {
	return v, r.Scan(&v.ID, &v.Slug, db.Text(&v.Parent), db.FromJSON(&v.Name), db.FromJSON(&v.Description), &v.Position)
}

// Sections lists all sections in their order.
func (s *Store) Sections(ctx context.Context) ([]news.Section, error) {
	return sections(ctx, s.Query())
}

// Sections is Store.Sections as this transaction sees it.
func (tx *Tx) Sections(ctx context.Context) ([]news.Section, error) { return sections(ctx, tx) }

func sections(ctx context.Context, q db.Querier) ([]news.Section, error) {
	return db.Rows(ctx, q, scanSection, "SELECT "+sectionColumns+" FROM section WHERE gone_at IS NULL ORDER BY position, slug")
}

// Section returns a section by id or slug. The id of one that was merged leads
// to the one that it was merged into.
func (s *Store) Section(ctx context.Context, idOrSlug string) (news.Section, error) {
	return section(ctx, s.Query(), idOrSlug)
}

// living finds what the id $1 of a section stands for now: itself, or what it
// was merged into, which is never merged itself (see tx.endSection); no row
// where that is nothing.
const living = "COALESCE((SELECT merged_into FROM section WHERE id = $1 AND gone_at IS NOT NULL), $1)"

func section(ctx context.Context, q db.Querier, idOrSlug string) (news.Section, error) {
	v, err := db.One(ctx, q, scanSection, "SELECT "+sectionColumns+" FROM section WHERE gone_at IS NULL AND (id = "+living+" OR slug = $1)", idOrSlug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such section")
	}
	return v, err
}

// SectionSlug implements news.Store; "" for a section that was deleted since.
func (tx *Tx) SectionSlug(ctx context.Context, sectionID string) (string, error) {
	v, err := section(ctx, tx, sectionID)
	if fault.Is(err, fault.NotFound) {
		gone, other := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM section WHERE id = $1 AND gone_at IS NOT NULL", sectionID)
		if other != nil || gone > 0 {
			return "", other
		}
	}
	return v.Slug, err
}

// nowSection is an expression for what the id of a section stands for now, by
// its parameter: NULL where the section was deleted, and the id itself where
// there never was one.
func nowSection(param string) string {
	return "CASE WHEN EXISTS (SELECT 1 FROM section g WHERE g.id = " + param + " AND g.gone_at IS NOT NULL) THEN (SELECT NULLIF(g.merged_into, '') FROM section g WHERE g.id = " + param + ") ELSE " + param + " END"
}

// SectionsNow puts what sections of a text stand for now in place of those that
// are gone, for somebody who goes on writing it.
func (s *Store) SectionsNow(ctx context.Context, c news.Content) (news.Content, error) {
	return sectionsNow(ctx, s.Query(), c)
}

func sectionsNow(ctx context.Context, q db.Querier, c news.Content) (news.Content, error) {
	all := c.AllSections()
	if len(all) == 0 {
		return c, nil
	}
	marks, args := anyOf(1, all)
	gone, err := db.Rows(ctx, q, func(r db.Scanner) (x rowKey, err error) { return x, r.Scan(&x.a, &x.b) },
		"SELECT id, merged_into FROM section WHERE gone_at IS NOT NULL AND id IN ("+marks+")", args...)
	if err != nil || len(gone) == 0 {
		return c, err
	}
	into := map[string]string{}
	for _, g := range gone {
		into[g.a] = g.b
	}
	now := func(id string) string {
		if to, ok := into[id]; ok {
			return to
		}
		return id
	}
	c.Section = now(c.Section)
	more := []string{}
	for _, id := range c.Sections {
		if id = now(id); id != "" && id != c.Section && !slices.Contains(more, id) {
			more = append(more, id)
		}
	}
	c.Sections = more
	return c, nil
}

// PutSection adds a section, or changes the one with the id. A changed slug
// keeps leading to the new one. It returns the id. One that was merged stays so:
// nothing is changed, and the id is that of the section that took it over.
func (tx *Tx) PutSection(ctx context.Context, v news.Section) (string, error) {
	if err := news.CheckSlugged(v.Slug, v.Name.In("")); err != nil {
		return "", err
	}
	v.ID = idOr(v.ID)
	into, err := db.One(ctx, tx, db.Value[string], "SELECT merged_into FROM section WHERE id = $1 AND gone_at IS NOT NULL AND merged_into <> ''", v.ID)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return into, err
	}
	if err := tx.checkParent(ctx, v); err != nil {
		return "", err
	}
	if err := tx.freeSlug(ctx, v); err != nil {
		return "", err
	}
	if err := tx.keepSlug(ctx, "section", "/sections/", v.ID, v.Slug); err != nil {
		return "", err
	}
	tx.Touch("section:"+v.ID, "settings", "desk") // settings: every page has the sections in its head
	_, err = db.Exec(ctx, tx, `INSERT INTO section (`+sectionColumns+`, created_at) VALUES (`+places(7)+`)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, parent_id = excluded.parent_id, name = excluded.name,
		description = excluded.description, position = excluded.position, gone_at = NULL`,
		v.ID, v.Slug, db.Null(v.Parent), db.JSON(words(v.Name)), db.JSON(words(v.Description)), v.Position, tx.now())
	return v.ID, slugTaken(err)
}

const topicColumns = "id, slug, name, description"

func scanTopic(r db.Scanner) (v news.Topic, err error) {
	return v, r.Scan(&v.ID, &v.Slug, db.FromJSON(&v.Name), db.FromJSON(&v.Description))
}

// TopicsOf lists the topics of a published article, by slug.
func (s *Store) TopicsOf(ctx context.Context, articleID string) ([]news.Topic, error) {
	return db.Rows(ctx, s.Query(), scanTopic, `SELECT t.id, t.slug, t.name, t.description FROM publication_topic p
		JOIN topic t ON t.id = p.topic_id WHERE p.article_id = $1 ORDER BY t.slug`, articleID)
}

// PublicTopic returns a topic by its slug, if anything public is about it: the
// name of a topic may say what is being worked on.
func (s *Store) PublicTopic(ctx context.Context, slug string) (news.Topic, error) {
	v, err := db.One(ctx, s.Query(), scanTopic, "SELECT "+topicColumns+` FROM topic
		WHERE slug = $1 AND merged_into IS NULL AND EXISTS (SELECT 1 FROM publication_topic p WHERE p.topic_id = topic.id)`, slug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such topic")
	}
	return v, err
}

// Topic returns a topic by id or slug; of one that was merged into another that
// other one.
func (s *Store) Topic(ctx context.Context, idOrSlug string) (news.Topic, error) {
	v, err := db.One(ctx, s.Query(), scanTopic, "SELECT "+topicColumns+` FROM topic
		WHERE id = (SELECT COALESCE(merged_into, id) FROM topic WHERE id = $1 OR slug = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1)`, idOrSlug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such topic")
	}
	return v, err
}

// PutTopic adds a topic, or changes the one with the id. A changed slug keeps
// leading to the new one. It returns the id.
func (tx *Tx) PutTopic(ctx context.Context, v news.Topic) (string, error) {
	if err := news.CheckSlugged(v.Slug, v.Name.In("")); err != nil {
		return "", err
	}
	v.ID = idOr(v.ID)
	if err := tx.keepSlug(ctx, "topic", "/topics/", v.ID, v.Slug); err != nil {
		return "", err
	}
	tx.Touch("topic:"+v.ID, "desk")
	_, err := db.Exec(ctx, tx, `INSERT INTO topic (`+topicColumns+`, created_at) VALUES (`+places(5)+`)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, description = excluded.description`,
		v.ID, v.Slug, db.JSON(words(v.Name)), db.JSON(words(v.Description)), tx.now())
	return v.ID, slugTaken(err)
}

// SectionSizes counts the public articles of each section in a language, by the
// section's id; sections without any are left out.
func (s *Store) SectionSizes(ctx context.Context, lang string) (map[string]int, error) {
	type size struct {
		id string
		n  int
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (v size, err error) {
		return v, r.Scan(&v.id, &v.n)
	}, "SELECT section_id, COUNT(*) FROM publication WHERE lang = $1 AND section_id IS NOT NULL GROUP BY section_id", lang)
	out := make(map[string]int, len(list))
	for _, v := range list {
		out[v.id] = v.n
	}
	return out, err
}
