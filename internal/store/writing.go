package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
)

// Persons lists everybody who may stand in a byline, by name, whether readers
// know of them yet or not.
func (s *Store) Persons(ctx context.Context) ([]news.Person, error) {
	return db.Rows(ctx, s.Query(), scanPerson, "SELECT "+personColumns+" FROM person ORDER BY name, id")
}

// Topics lists all topics, also those that nothing public is about.
func (s *Store) Topics(ctx context.Context) ([]news.Topic, error) {
	return db.Rows(ctx, s.Query(), scanTopic, "SELECT "+topicColumns+" FROM topic ORDER BY slug")
}
