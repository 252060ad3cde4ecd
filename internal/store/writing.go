package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
)

// Persons lists everybody who may stand in a byline, by name, whether readers
// know of them yet or not; those who were merged into somebody else do not.
func (s *Store) Persons(ctx context.Context) ([]news.Person, error) {
	return db.Rows(ctx, s.Query(), scanPerson, "SELECT "+personColumns+" FROM person WHERE merged_into IS NULL ORDER BY name, id")
}

// Topics lists all topics, also those that nothing public is about, but none that
// was merged into another one.
func (s *Store) Topics(ctx context.Context) ([]news.Topic, error) {
	return db.Rows(ctx, s.Query(), scanTopic, "SELECT "+topicColumns+" FROM topic WHERE merged_into IS NULL ORDER BY slug")
}
