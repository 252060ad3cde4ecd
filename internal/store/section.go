package store

import (
	"context"

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
	return db.Rows(ctx, s.Query(), scanSection, "SELECT "+sectionColumns+" FROM section ORDER BY position, slug")
}

// Section returns a section by id or slug.
func (s *Store) Section(ctx context.Context, idOrSlug string) (news.Section, error) {
	return section(ctx, s.Query(), idOrSlug)
}

func section(ctx context.Context, q db.Querier, idOrSlug string) (news.Section, error) {
	v, err := db.One(ctx, q, scanSection, "SELECT "+sectionColumns+" FROM section WHERE id = $1 OR slug = $1", idOrSlug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such section")
	}
	return v, err
}

// SectionSlug implements news.Store.
func (tx *Tx) SectionSlug(ctx context.Context, sectionID string) (string, error) {
	v, err := section(ctx, tx, sectionID)
	return v.Slug, err
}

// PutSection adds a section, or changes the one with the id. A changed slug
// keeps leading to the new one. It returns the id.
func (tx *Tx) PutSection(ctx context.Context, v news.Section) (string, error) {
	if err := news.CheckSlugged(v.Slug, v.Name.In("")); err != nil {
		return "", err
	}
	v.ID = idOr(v.ID)
	if err := tx.keepSlug(ctx, "section", "/sections/", v.ID, v.Slug); err != nil {
		return "", err
	}
	tx.Touch("section:"+v.ID, "settings", "desk") // settings: every page has the sections in its head
	_, err := db.Exec(ctx, tx, `INSERT INTO section (`+sectionColumns+`, created_at) VALUES (`+places(7)+`)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, parent_id = excluded.parent_id, name = excluded.name,
		description = excluded.description, position = excluded.position`,
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
		WHERE slug = $1 AND EXISTS (SELECT 1 FROM publication_topic p WHERE p.topic_id = topic.id)`, slug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such topic")
	}
	return v, err
}

// Topic returns a topic by id or slug.
func (s *Store) Topic(ctx context.Context, idOrSlug string) (news.Topic, error) {
	v, err := db.One(ctx, s.Query(), scanTopic, "SELECT "+topicColumns+" FROM topic WHERE id = $1 OR slug = $1", idOrSlug)
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
