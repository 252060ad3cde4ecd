package importer

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

// thing is a person, section or topic on its way in: what they have in common.
type thing struct {
	kind, id  string // in the source
	named     bool   // only by stories; counted apart from what the source lists
	object    string // store.ToPerson …
	title     string
	slug      string
	content   any // what is written; its hash tells a change from an edit at the desk
	addresses func(object string) []store.Address
	find      func(ctx context.Context, idOrSlug string) (id string, content any, err error)
	put       func(ctx context.Context, tx *store.Tx, id string) error
}

// counted is the kind under which the report counts a thing.
func (t thing) counted() string {
	if t.named {
		return t.kind + "_named"
	}
	return t.kind
}

// keep writes a thing, brings it up to date, or leaves it alone. It returns the
// id of the object that stands for it from now on.
func (r *run) keep(ctx context.Context, t thing) (string, error) {
	own := r.name(t.object, t.id)
	old, known := r.have(t.kind, t.id)
	if !known {
		return r.keepNew(ctx, t, own)
	}
	h := hash{fingerprint(t.content), fingerprint(t.addresses(old.ObjectID))}
	open := r.openNeeds(t.kind, t.id)
	switch {
	case old.Hash == h.String():
		r.rep.record(t.counted(), outcome{was: unchanged, needs: open})
		return old.ObjectID, nil
	case r.older(old):
		r.rep.record(t.counted(), outcome{was: skipped, why: whyOlder, needs: open})
		return old.ObjectID, nil
	case old.ObjectID != own: // joined with one that was here before, which is the desk's
		r.rep.record(t.counted(), outcome{was: unchanged, needs: open})
		return old.ObjectID, r.same(ctx, old, h.String())
	}
	_, now, err := t.find(ctx, own)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if err != nil {
		r.rep.record(t.counted(), outcome{was: skipped, why: whyRemoved, needs: open})
		return "", nil
	}
	if fingerprint(now) != parseHash(old.Hash).content {
		r.rep.record(t.counted(), skip(whyEdited, r.need(t.kind, t.id, t.object, own, t.title, "It was changed in the source and at the desk; compare the two.", "")))
		return own, nil
	}
	r.rep.record(t.counted(), outcome{was: updated})
	return own, r.putThing(ctx, t, own, h, true)
}

const (
	whyEdited  = "it was edited at the desk since and is left as it is"
	whyRemoved = "it was removed at the desk since"
)

// keepNew takes in what was not here before. One that has the same address here
// already is taken for the same.
func (r *run) keepNew(ctx context.Context, t thing, own string) (string, error) {
	id, _, err := t.find(ctx, t.slug)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	ours := err != nil
	if ours {
		id = own
	}
	r.rep.record(t.counted(), outcome{was: written})
	return id, r.putThing(ctx, t, id, hash{fingerprint(t.content), fingerprint(t.addresses(id))}, ours)
}

func (r *run) putThing(ctx context.Context, t thing, id string, h hash, put bool) error {
	return r.write(ctx, func(tx *store.Tx) error {
		if put {
			if err := t.put(ctx, tx, id); err != nil {
				return err
			}
		}
		item := store.ImportItem{Kind: t.kind, SourceID: t.id, Hash: h.String(), ObjectKind: t.object, ObjectID: id}
		return r.remember(ctx, tx, item, t.addresses(id), nil)
	})
}

func (r *run) need(kind, sourceID, objectKind, object, title, reason, detail string) store.Need {
	return store.Need{Source: r.source, Kind: kind, SourceID: sourceID, ObjectKind: objectKind, ObjectID: object,
		Title: clip(title, 300), Reason: reason, Detail: clip(detail, 2000)}
}

// slugFrom makes an address of the source's own, else of the name.
func slugFrom(slug, name, lang, id string) string {
	slug = strings.TrimPrefix(news.CleanPath("/"+slug), "/")
	for _, s := range []string{slug, news.Slug(slug, lang), news.Slug(name, lang)} {
		if news.ValidSlug(s) {
			return s
		}
	}
	return fingerprint(id)[:10]
}

// words is a text in the site's language.
func (r *run) words(text string) outlet.Words {
	if text == "" {
		return nil
	}
	return outlet.Words{r.lang: text}
}

type termContent struct {
	Slug, Parent, Name, Description string
	Position                        int
}

func (b *bringer) bringSections(ctx context.Context) error {
	bySlug := map[string]wxr.Term{}
	for _, t := range b.walk.categories {
		bySlug[t.Slug] = t
	}
	first, err := b.firstPosition(ctx)
	if err != nil {
		return err
	}
	for i, t := range b.walk.categories {
		b.tell("category", i, len(b.walk.categories))
		if err := b.bringSection(ctx, t, bySlug, first, 0); err != nil {
			return err
		}
	}
	return nil
}

// firstPosition puts sections that come in behind those that are here.
func (b *bringer) firstPosition(ctx context.Context) (int, error) {
	list, err := b.im.Store.Sections(ctx)
	n := 0
	for _, s := range list {
		n = max(n, s.Position+1)
	}
	return n, err
}

// maxNesting ends a circle of categories that are each other's parents.
const maxNesting = 20

// bringSection brings a category, and before it the one above.
func (b *bringer) bringSection(ctx context.Context, t wxr.Term, all map[string]wxr.Term, first, depth int) error {
	if _, done := b.sections[t.Slug]; done || depth > maxNesting {
		return nil
	}
	if up, ok := all[t.Parent]; ok && t.Parent != t.Slug {
		if err := b.bringSection(ctx, up, all, first, depth+1); err != nil {
			return err
		}
		if _, done := b.sections[t.Slug]; done {
			return nil
		}
	}
	c := termContent{slugFrom(t.Slug, t.Name, b.lang, t.Slug), b.sections[t.Parent], clip(firstOf(news.Line(t.Name), t.Slug), 300), t.Description, 0}
	position := first + len(b.sections)
	id, err := b.keep(ctx, thing{
		kind: "category", id: t.Slug, named: b.walk.named[t.Taxonomy+" "+t.Slug], object: store.ToSection, title: c.Name, slug: c.Slug, content: c,
		addresses: func(object string) []store.Address { return b.categoryAddresses(t, all, object) },
		find: func(ctx context.Context, idOrSlug string) (string, any, error) {
			v, err := b.im.Store.Section(ctx, idOrSlug)
			if err == nil {
				position = v.Position // the desk's order stays
			}
			return v.ID, termContent{v.Slug, v.Parent, v.Name[b.lang], v.Description[b.lang], 0}, err
		},
		put: func(ctx context.Context, tx *store.Tx, id string) error {
			_, err := tx.PutSection(ctx, news.Section{ID: id, Slug: c.Slug, Parent: c.Parent, Name: b.words(c.Name),
				Description: b.words(c.Description), Position: position})
			return err
		},
	})
	b.sections[t.Slug] = id
	return err
}

// categoryAddresses are a category's page with and without those above it, its
// feeds and its number.
func (b *bringer) categoryAddresses(t wxr.Term, all map[string]wxr.Term, object string) []store.Address {
	full := t.Slug
	for up, n := t.Parent, 0; up != "" && n < maxNesting; n++ {
		full = up + "/" + full
		up = all[up].Parent
	}
	var out []store.Address
	paths := []string{full}
	if full != t.Slug {
		paths = append(paths, t.Slug)
	}
	for _, p := range paths {
		out = append(out, b.listAddresses("/category/"+p, store.ToSection, store.ToSectionFeed, object)...)
	}
	if t.ID != "" {
		out = append(out, store.Address{Path: "/?cat=" + t.ID, Kind: store.ToSection, Object: object})
	}
	return out
}

// listAddresses are those of a list and its feeds.
func (b *bringer) listAddresses(path, kind, feed, object string) []store.Address {
	out := []store.Address{{Path: b.walk.site.under(path), Kind: kind, Object: object}}
	for _, end := range []string{"/feed", "/feed/rss", "/feed/rss2", "/feed/atom"} {
		out = append(out, store.Address{Path: b.walk.site.under(path + end), Kind: feed, Object: object})
	}
	return b.unclaimed(out, "")
}

func (b *bringer) bringTopics(ctx context.Context) error {
	for i, t := range b.walk.tags {
		b.tell("tag", i, len(b.walk.tags))
		if err := b.bringTopic(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (b *bringer) bringTopic(ctx context.Context, t wxr.Term) error {
	c := termContent{Slug: slugFrom(t.Slug, t.Name, b.lang, t.Slug), Name: clip(firstOf(news.Line(t.Name), t.Slug), 300), Description: t.Description}
	id, err := b.keep(ctx, thing{
		kind: "tag", id: t.Slug, named: b.walk.named[t.Taxonomy+" "+t.Slug], object: store.ToTopic, title: c.Name, slug: c.Slug, content: c,
		addresses: func(object string) []store.Address {
			return append(b.listAddresses("/tag/"+t.Slug, store.ToTopic, store.ToTopicFeed, object),
				store.Address{Path: "/?tag=" + strings.ToLower(t.Slug), Kind: store.ToTopic, Object: object})
		},
		find: func(ctx context.Context, idOrSlug string) (string, any, error) {
			v, err := b.im.Store.Topic(ctx, idOrSlug)
			return v.ID, termContent{Slug: v.Slug, Name: v.Name[b.lang], Description: v.Description[b.lang]}, err
		},
		put: func(ctx context.Context, tx *store.Tx, id string) error {
			_, err := tx.PutTopic(ctx, news.Topic{ID: id, Slug: c.Slug, Name: b.words(c.Name), Description: b.words(c.Description)})
			return err
		},
	})
	b.topics[t.Slug] = id
	return err
}

// clip shortens a text to at most n bytes, on a character's edge.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
