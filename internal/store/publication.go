package store

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
)

const publicationColumns = `p.article_id, p.revision_id, p.group_id, p.lang, p.state, p.path, p.content, p.version, p.sticky,
	p.first_published_at, p.updated_at, p.modified_at`

func scanPublication(r db.Scanner) (p news.Publication, err error) {
	return p, r.Scan(&p.Article, &p.Revision, &p.Group, &p.Lang, &p.State, &p.Path, db.FromJSON(&p.Content), &p.Version,
		db.Bool(&p.Sticky), db.At(&p.First), db.At(&p.Updated), db.At(&p.Modified))
}

func publication(ctx context.Context, q db.Querier, articleID string) (news.Publication, error) {
	return db.One(ctx, q, scanPublication, "SELECT "+publicationColumns+" FROM publication p WHERE p.article_id = $1", articleID)
}

// Publication returns what readers see of an article; fault.NotFound where that
// is nothing.
func (s *Store) Publication(ctx context.Context, articleID string) (news.Publication, error) {
	return publication(ctx, s.Query(), articleID)
}

// Publication implements news.Store.
func (tx *Tx) Publication(ctx context.Context, articleID string) (news.Publication, error) {
	return publication(ctx, tx, articleID)
}

// card is what lists show of an article beside the columns.
type card struct {
	Short string   `json:"short,omitempty"`
	Alt   string   `json:"alt,omitempty"`
	By    []string `json:"by,omitempty"`
}

func cardOf(c news.Content) card {
	v := card{Short: c.Short}
	if c.Lead != nil {
		v.Alt = c.Lead.Alt
	}
	for _, b := range c.Bylines {
		if b.Role == "by" || b.Role == "with" {
			v.By = append(v.By, b.Name)
		}
	}
	return v
}

// PutPublication implements news.Store.
func (tx *Tx) PutPublication(ctx context.Context, p news.Publication) error {
	if err := tx.touchPublication(ctx, p.Article); err != nil { // where it was
		return err
	}
	var err error
	if p.Content, err = sectionsNow(ctx, tx, p.Content); err != nil {
		return err
	}
	lead := ""
	if p.Content.Lead != nil {
		lead = p.Content.Lead.Media
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO publication (article_id, revision_id, group_id, lang, kind, state, path, section_id,
		headline, dek, lead_media, card, content, version, words, sticky, first_published_at, updated_at, modified_at)
		VALUES (`+places(19)+`) ON CONFLICT (article_id) DO UPDATE SET revision_id = excluded.revision_id, group_id = excluded.group_id,
		lang = excluded.lang, kind = excluded.kind, state = excluded.state, path = excluded.path, section_id = excluded.section_id,
		headline = excluded.headline, dek = excluded.dek, lead_media = excluded.lead_media, card = excluded.card, content = excluded.content,
		version = excluded.version, words = excluded.words, sticky = excluded.sticky, first_published_at = excluded.first_published_at,
		updated_at = excluded.updated_at, modified_at = excluded.modified_at`,
		p.Article, p.Revision, p.Group, p.Lang, p.Content.Kind, p.State, p.Path, db.Null(p.Content.Section),
		p.Content.Headline, p.Content.Dek, db.Null(lead), db.JSON(cardOf(p.Content)), db.JSON(p.Content), p.Version, wordsOf(p.Content),
		db.Int(p.Sticky), p.First.UnixMilli(), db.Ms(p.Updated), p.Modified.UnixMilli())
	if err != nil {
		return err
	}
	if err := tx.putListings(ctx, p); err != nil {
		return err
	}
	if err := tx.index(ctx, p); err != nil {
		return err
	}
	return tx.touchPublication(ctx, p.Article) // where it is
}

func wordsOf(c news.Content) int {
	if c.Body == nil {
		return 0
	}
	return c.Body.Words()
}

// DropPublication implements news.Store.
func (tx *Tx) DropPublication(ctx context.Context, articleID string) error {
	if err := tx.touchPublication(ctx, articleID); err != nil {
		return err
	}
	if err := tx.dropListings(ctx, articleID); err != nil {
		return err
	}
	if err := tx.putPublicMedia(ctx, articleID, nil); err != nil {
		return err
	}
	if err := tx.unindex(ctx, articleID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM publication WHERE article_id = $1", articleID)
	return err
}

// putListings writes in which lists the article stands. A page stands in none,
// but it uses pictures.
func (tx *Tx) putListings(ctx context.Context, p news.Publication) error {
	if err := tx.dropListings(ctx, p.Article); err != nil {
		return err
	}
	if err := tx.putPublicMedia(ctx, p.Article, p.Content.Media()); err != nil {
		return err
	}
	if p.Content.Kind == news.Page {
		return nil
	}
	at := p.First.UnixMilli()
	for i, b := range p.Content.Bylines {
		_, err := db.Exec(ctx, tx, `INSERT INTO publication_byline (article_id, position, person_id, name, role, lang, at)
			VALUES ($1, $2, COALESCE((SELECT merged_into FROM person WHERE id = $3), $3), $4, $5, $6, $7)`,
			p.Article, i, db.Null(b.Person), b.Name, b.Role, p.Lang, at)
		if err != nil {
			return err
		}
	}
	// A section or topic that was removed meanwhile is left out.
	for _, v := range p.Content.AllSections() {
		_, err := db.Exec(ctx, tx, `INSERT INTO publication_section (article_id, section_id, lang, at)
			SELECT $1, id, $3, $4 FROM section WHERE id = $2`, p.Article, v, p.Lang, at)
		if err != nil {
			return err
		}
	}
	for _, v := range p.Content.Topics {
		_, err := db.Exec(ctx, tx, `INSERT INTO publication_topic (article_id, topic_id, lang, at)
			SELECT $1, COALESCE(merged_into, id), $3, $4 FROM topic WHERE id = $2 ON CONFLICT (article_id, topic_id) DO NOTHING`, p.Article, v, p.Lang, at)
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) dropListings(ctx context.Context, articleID string) error {
	for _, table := range []string{"publication_byline", "publication_section", "publication_topic"} {
		if _, err := db.Exec(ctx, tx, "DELETE FROM "+table+" WHERE article_id = $1", articleID); err != nil {
			return err
		}
	}
	return nil
}

// touchPublication names all pages that show the article as it stands now: its
// own, its lists, and those of its translations, which link to it.
func (tx *Tx) touchPublication(ctx context.Context, articleID string) error {
	tx.Touch("desk", "articles", "article:"+articleID)
	list, err := db.Rows(ctx, tx, db.Value[string], `
		SELECT 'section:' || section_id FROM publication_section WHERE article_id = $1
		UNION SELECT 'topic:' || topic_id FROM publication_topic WHERE article_id = $1
		UNION SELECT 'person:' || person_id FROM publication_byline WHERE article_id = $1 AND person_id IS NOT NULL
		UNION SELECT 'media:' || media_id FROM publication_media WHERE article_id = $1
		UNION SELECT 'article:' || o.article_id FROM publication p JOIN publication o ON o.group_id = p.group_id WHERE p.article_id = $1`, articleID)
	slices.Sort(list)
	tx.Touch(list...)
	return err
}

// Translation is one language of a story.
type Translation struct{ Article, Lang, Path, Headline string }

// Translations lists what is public of a group of translations, by language.
func (s *Store) Translations(ctx context.Context, group string) ([]Translation, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (t Translation, err error) {
		return t, r.Scan(&t.Article, &t.Lang, &t.Path, &t.Headline)
	}, "SELECT article_id, lang, path, headline FROM publication WHERE group_id = $1 ORDER BY lang", group)
}
