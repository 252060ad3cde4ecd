package importer

import (
	"context"
	"strings"
	"unicode"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

type personContent struct{ Slug, Name, Bio string }

func (b *bringer) bringPeople(ctx context.Context) error {
	for i, a := range b.walk.authors {
		b.tell("author", i, len(b.walk.authors))
		if _, err := b.bringPerson(ctx, a, false); err != nil {
			return err
		}
	}
	return nil
}

func (b *bringer) bringPerson(ctx context.Context, a wxr.Author, named bool) (string, error) {
	nice := nicename(a.Login)
	c := personContent{slugFrom(nice, a.DisplayName, b.lang, a.Login), clip(firstOf(news.Line(a.DisplayName), a.Login), 300), a.Description}
	person, err := b.keep(ctx, thing{
		kind: "author", id: a.Login, named: named, object: store.ToPerson, title: c.Name, slug: c.Slug, content: c,
		addresses: func(object string) []store.Address { return b.authorAddresses(a, nice, object) },
		find: func(ctx context.Context, idOrSlug string) (string, any, error) {
			p, err := b.im.Store.Person(ctx, idOrSlug)
			return p.ID, personContent{p.Slug, p.Name, p.Bio[b.lang]}, err
		},
		put: func(ctx context.Context, tx *store.Tx, id string) error {
			_, err := tx.PutPerson(ctx, news.Person{ID: id, Slug: c.Slug, Name: c.Name, Bio: b.words(c.Bio)})
			return err
		},
	})
	for _, k := range []string{a.Login, nice, a.DisplayName} {
		if _, taken := b.people[k]; !taken && k != "" {
			b.people[k] = person
		}
	}
	return person, err
}

func (b *bringer) authorAddresses(a wxr.Author, nice, object string) []store.Address {
	var out []store.Address
	for _, path := range []string{b.walk.site.under("/author/" + nice), b.walk.site.under("/author/" + nice + "/feed")} {
		out = append(out, store.Address{Path: path, Kind: store.ToPerson, Object: object})
	}
	if a.ID != "" {
		out = append(out, store.Address{Path: "/?author=" + strings.ToLower(a.ID), Kind: store.ToPerson, Object: object})
	}
	return b.unclaimed(out, "")
}

// nicename makes of a login what WordPress has in the addresses of its authors.
func nicename(login string) string {
	var out strings.Builder
	for _, c := range strings.ToLower(login) {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '_':
			out.WriteRune(c)
		case c == '-', c == '.', c == '/', unicode.IsSpace(c):
			out.WriteByte('-')
		}
	}
	parts := strings.FieldsFunc(out.String(), func(c rune) bool { return c == '-' })
	return strings.Join(parts, "-")
}

// person finds who an item names, and takes in who is named nowhere else.
func (b *bringer) person(ctx context.Context, name string) (string, error) {
	for _, k := range []string{name, nicename(name)} {
		if id, ok := b.people[k]; ok {
			return id, nil
		}
	}
	shown := name
	if nicename(name) == name { // only the address is known
		words := strings.FieldsFunc(name, func(c rune) bool { return c == '-' || c == '_' })
		for i, w := range words {
			r := []rune(w)
			words[i] = string(unicode.ToTitle(r[0])) + string(r[1:])
		}
		shown = strings.Join(words, " ")
	}
	return b.bringPerson(ctx, wxr.Author{Login: name, DisplayName: shown}, true)
}
