package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// Topic returns a topic by id or slug as this transaction sees it.
func (tx *Tx) Topic(ctx context.Context, idOrSlug string) (news.Topic, error) {
	v, err := db.One(ctx, tx, scanTopic, "SELECT "+topicColumns+" FROM topic WHERE id = $1 OR slug = $1", idOrSlug)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "there is no such topic")
	}
	return v, err
}

// Person returns somebody by id or slug as this transaction sees it.
func (tx *Tx) Person(ctx context.Context, idOrSlug string) (news.Person, error) {
	return person(ctx, tx, idOrSlug)
}
