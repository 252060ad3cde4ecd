package store

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/search"
)

// Both engines are given the same words by package search; what differs is the
// table that they lie in and the language that it is asked in.

func searchTexts(p news.Publication) (title, body string) {
	parts := []string{p.Content.Dek}
	for _, b := range p.Content.Bylines {
		parts = append(parts, b.Name)
	}
	parts = append(parts, p.Content.Dateline.Place, p.Content.Text())
	return p.Content.Headline + "\n" + p.Content.Short, strings.Join(parts, "\n")
}

// index makes a publication be found by its words, and by no older ones.
func (tx *Tx) index(ctx context.Context, p news.Publication) error {
	n, err := db.One(ctx, tx, db.Value[int64], `INSERT INTO search_doc (article_id, lang) VALUES ($1, $2)
		ON CONFLICT (article_id) DO UPDATE SET lang = excluded.lang RETURNING n`, p.Article, p.Lang)
	if err != nil {
		return err
	}
	title, body := searchTexts(p)
	if tx.Engine() == db.Postgres {
		_, err = db.Exec(ctx, tx, `INSERT INTO search_text (n, tsv) VALUES ($1, $2::text::tsvector)
			ON CONFLICT (n) DO UPDATE SET tsv = excluded.tsv`, n, search.TSVector(search.Field{Text: title, Weight: 'A'}, search.Field{Text: body, Weight: 'D'}))
		return err
	}
	if _, err = db.Exec(ctx, tx, "DELETE FROM search_text WHERE rowid = $1", n); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO search_text (rowid, title, body) VALUES ($1, $2, $3)", n, search.Normalise(title), search.Normalise(body))
	return err
}

func (tx *Tx) unindex(ctx context.Context, articleID string) error {
	n, err := db.One(ctx, tx, db.Value[int64], "DELETE FROM search_doc WHERE article_id = $1 RETURNING n", articleID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	column := "rowid"
	if tx.Engine() == db.Postgres {
		column = "n"
	}
	_, err = db.Exec(ctx, tx, "DELETE FROM search_text WHERE "+column+" = $1", n)
	return err
}

// Hit is an article that was found.
type Hit struct {
	news.Publication
	Excerpt search.Excerpt
}

// SearchPageSize is the number of hits on a page of results.
const SearchPageSize = 20

const excerptBytes = 220

// Search finds published articles of a language, the best first: words in the
// headline weigh more. It returns one page of hits, counted from 0, and how many
// there are in all.
func (s *Store) Search(ctx context.Context, lang, input string, page int) (hits []Hit, total int, err error) {
	q := search.Parse(input)
	if q.Empty() {
		return nil, 0, nil
	}
	err = s.Read(ctx, func(r db.Querier) error {
		ask := fts5(q)
		if s.Engine() == db.Postgres {
			ask = tsquery(q)
			// The planner takes reading all of search_text for cheap, since it does
			// not count that every tsvector must then be fetched from its TOAST table.
			if _, err := db.Exec(ctx, r, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
		}
		total, err = db.One(ctx, r, db.Value[int], ask.with+"SELECT COUNT(*)"+ask.from, ask.text, lang)
		if err != nil || page*SearchPageSize >= total {
			return err
		}
		hits, err = ask.hits(ctx, r, q, lang, page)
		return err
	})
	return hits, total, err
}

// question is a query in the words of one engine; $1 is text and $2 the language.
type question struct{ with, from, rank, text string }

func fts5(q search.Query) question {
	return question{
		from: " FROM search_text JOIN search_doc d ON d.n = search_text.rowid WHERE search_text MATCH $1 AND d.lang = $2",
		rank: "bm25(search_text, 8.0, 1.0)", text: search.FTS5(q),
	}
}

// The words come first, by their index: else the planner may fetch every
// tsvector of the language to look into it.
func tsquery(q search.Query) question {
	return question{
		with: "WITH found AS MATERIALIZED (SELECT n, tsv FROM search_text WHERE tsv @@ $1::text::tsquery) ",
		from: " FROM found JOIN search_doc d ON d.n = found.n WHERE d.lang = $2",
		rank: "-ts_rank('{0.1, 0.2, 0.4, 1.0}', found.tsv, $1::text::tsquery, 1)", text: search.TSQuery(q),
	}
}

func (k question) hits(ctx context.Context, r db.Querier, q search.Query, lang string, page int) ([]Hit, error) {
	found, err := db.Rows(ctx, r, scanPublication, k.with+"SELECT "+publicationColumns+` FROM (
		SELECT d.article_id, d.n, `+k.rank+` AS score`+k.from+` ORDER BY score, d.n DESC LIMIT $3 OFFSET $4) AS f
		JOIN publication p ON p.article_id = f.article_id ORDER BY f.score, f.n DESC`, k.text, lang, SearchPageSize, page*SearchPageSize)
	var out []Hit
	for _, p := range found {
		out = append(out, Hit{p, excerpt(p, q)})
	}
	return out, err
}

// excerpt shows where the text meets the query; where it does not, because the
// words are in the dek or the byline, it shows those.
func excerpt(p news.Publication, q search.Query) search.Excerpt {
	e := search.Snippet(oneLine(p.Content.Text()), q, excerptBytes)
	if len(e.Marks) == 0 {
		_, all := searchTexts(p)
		if other := search.Snippet(oneLine(all), q, excerptBytes); len(other.Marks) > 0 {
			return other
		}
	}
	return e
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// rebuildSlice is how many articles one transaction of Reindex takes, so that no
// writer waits long.
const rebuildSlice = 20

// Reindex writes the search index anew, oldest article first, in slices; what is
// published meanwhile is not lost. It returns the number of articles.
func (s *Store) Reindex(ctx context.Context) (int, error) {
	ids, err := db.Rows(ctx, s.Query(), db.Value[string], "SELECT article_id FROM publication ORDER BY first_published_at, article_id")
	if err != nil {
		return 0, err
	}
	for start := 0; start < len(ids); start += rebuildSlice {
		part := ids[start:min(len(ids), start+rebuildSlice)]
		err := s.Write(ctx, func(tx *Tx) error {
			for _, v := range part {
				if err := tx.reindex(ctx, v); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return start, err
		}
	}
	return len(ids), s.Write(ctx, func(tx *Tx) error { return tx.unindexLeftovers(ctx) })
}

func (tx *Tx) reindex(ctx context.Context, articleID string) error {
	p, err := tx.Publication(ctx, articleID)
	if fault.Is(err, fault.NotFound) {
		return tx.unindex(ctx, articleID)
	}
	if err != nil {
		return err
	}
	return tx.index(ctx, p)
}

func (tx *Tx) unindexLeftovers(ctx context.Context) error {
	ids, err := db.Rows(ctx, tx, db.Value[string],
		"SELECT article_id FROM search_doc WHERE article_id NOT IN (SELECT article_id FROM publication)")
	if err != nil {
		return err
	}
	for _, v := range ids {
		if err := tx.unindex(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
