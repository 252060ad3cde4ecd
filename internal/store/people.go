package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

const personColumns = "id, slug, name, role_title, bio, contact"

func scanPerson(r db.Scanner) (p news.Person, err error) {
	return p, r.Scan(&p.ID, &p.Slug, &p.Name, db.FromJSON(&p.Title), db.FromJSON(&p.Bio), &p.Contact)
}

// aPublicPerson is somebody whom the outlet shows: with a byline on something
// that is public, or with words about them.
const aPublicPerson = `(person.merged_into IS NULL AND (EXISTS (SELECT 1 FROM publication_byline b WHERE b.person_id = person.id) OR bio <> '{}' OR role_title <> '{}'))`

// PublicPeople lists whom the outlet shows, by name. Those who so far have only
// drafts are not among them.
func (s *Store) PublicPeople(ctx context.Context) ([]news.Person, error) {
	return db.Rows(ctx, s.Query(), scanPerson, "SELECT "+personColumns+" FROM person WHERE "+aPublicPerson+" ORDER BY name, id")
}

// PublicPerson returns somebody whom the outlet shows, by slug.
func (s *Store) PublicPerson(ctx context.Context, slug string) (news.Person, error) {
	p, err := db.One(ctx, s.Query(), scanPerson, "SELECT "+personColumns+" FROM person WHERE slug = $1 AND "+aPublicPerson, slug)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "there is no such person")
	}
	return p, err
}

// Person returns somebody by id or slug; of somebody who was merged into another
// person that other one.
func (s *Store) Person(ctx context.Context, idOrSlug string) (news.Person, error) {
	return person(ctx, s.Query(), idOrSlug)
}

func person(ctx context.Context, q db.Querier, idOrSlug string) (news.Person, error) {
	p, err := db.One(ctx, q, scanPerson, "SELECT "+personColumns+` FROM person
		WHERE id = (SELECT COALESCE(merged_into, id) FROM person WHERE id = $1 OR slug = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1)`, idOrSlug)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "there is no such person")
	}
	return p, err
}

// PersonName implements news.Store.
func (tx *Tx) PersonName(ctx context.Context, personID string) (string, error) {
	p, err := person(ctx, tx, personID)
	return p.Name, err
}

// PutPerson adds somebody, or changes who has the id. A changed slug keeps
// leading to the new one. It returns the id.
func (tx *Tx) PutPerson(ctx context.Context, p news.Person) (string, error) {
	p.Name = news.Line(p.Name)
	if err := news.CheckSlugged(p.Slug, p.Name); err != nil {
		return "", err
	}
	p.ID = idOr(p.ID)
	if err := tx.keepSlug(ctx, "person", "/people/", p.ID, p.Slug); err != nil {
		return "", err
	}
	tx.Touch("person:"+p.ID, "people", "desk")
	_, err := db.Exec(ctx, tx, `INSERT INTO person (`+personColumns+`, created_at, modified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, role_title = excluded.role_title,
		bio = excluded.bio, contact = excluded.contact, modified_at = excluded.modified_at`,
		p.ID, p.Slug, p.Name, db.JSON(words(p.Title)), db.JSON(words(p.Bio)), p.Contact, tx.now())
	return p.ID, slugTaken(err)
}

func slugTaken(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Fields{"slug": "This address is taken; choose another one."}
	}
	return err
}

// words never is null in the database.
func words[M ~map[string]string](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
