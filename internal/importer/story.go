package importer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

// author is who stands in the revisions that an import writes. A revision by
// anybody else tells that the desk has taken the article over.
var author = news.Author{Name: "WordPress import"}

// kindArticle is the kind under which posts and pages are remembered: one can
// become the other.
const kindArticle = "article"

func (st *story) hash() (hash, error) {
	content, err := json.Marshal(st.content) // fails where the text is beyond what a document may hold
	return hash{fingerprint(json.RawMessage(content)), fingerprint(st.want, st.locked, st.sticky, st.at, st.path, st.addresses)}, err
}

func (st *story) item(h hash) store.ImportItem {
	return store.ImportItem{Kind: kindArticle, SourceID: st.who, Hash: h.String(), ObjectKind: store.ToArticle, ObjectID: st.article}
}

// save writes a story, brings it up to date, or leaves it alone.
func (r *run) save(ctx context.Context, st *story) (outcome, error) {
	h, err := st.hash()
	if err != nil {
		return outcome{}, err
	}
	old, known := r.have(kindArticle, st.who)
	open := r.openNeeds(kindArticle, st.who)
	switch {
	case !known:
		return r.create(ctx, st, h)
	case old.Hash == h.String():
		return outcome{was: unchanged, needs: open}, nil
	case r.older(old):
		return outcome{was: skipped, why: whyOlder, needs: open}, nil
	}
	a, err := r.im.Store.Article(ctx, old.ObjectID)
	if fault.Is(err, fault.NotFound) {
		return outcome{was: skipped, why: whyRemoved, needs: open}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	if why, say, err := r.hands(ctx, a, st); err != nil || why != "" {
		return r.leave(ctx, st, why, r.need(kindArticle, st.who, store.ToArticle, old.ObjectID, st.content.Headline, say, ""), err)
	}
	return r.update(ctx, st, a, old, h)
}

// hands tells whether the article is the desk's now: why it is left alone, and
// what a person is told.
func (r *run) hands(ctx context.Context, a news.Article, st *story) (why, say string, err error) {
	v, err := r.im.Store.Revision(ctx, a.Working)
	switch {
	case err != nil:
		return "", "", err
	case v.By != author:
		return whyEdited, "It was changed in the source and at the desk; compare the two.", nil
	case !slices.Contains([]news.State{news.Draft, news.Scheduled, news.Published}, a.State):
		return whyEdited, "It was changed in the source, and the desk has taken it over; compare the two.", nil
	case a.State == news.Published && st.want != news.Published:
		return "it is published here and no longer in the source", "It is not public in the source any more, but it is here; decide whether it stays.", nil
	}
	return "", "", nil
}

// leave lists a story that was not touched under what needs a person. Its hash
// stays the old one, so that each run tells of it until the two agree.
func (r *run) leave(ctx context.Context, st *story, why string, n store.Need, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	open := r.openNeeds(kindArticle, st.who)
	if slices.ContainsFunc(open, func(have store.Need) bool { return have.Reason == n.Reason }) {
		return skip(why, open...), nil
	}
	all := append(slices.Clone(open), n)
	return skip(why, all...), r.write(ctx, func(tx *store.Tx) error {
		return tx.PutNeeds(ctx, r.source, kindArticle, st.who, all)
	})
}

// refuse lists a story that the newsroom does not take as it is; the others come
// in all the same.
func (r *run) refuse(ctx context.Context, st *story, because error) (outcome, error) {
	say := firstOf(strings.TrimSuffix(fault.Say(because), "."), "its content is not valid")
	n := r.need(kindArticle, st.who, "", "", st.content.Headline, "It can't be brought in: "+say+".", "")
	return r.leave(ctx, st, "it can't be brought in as it is", n, nil)
}

// roomAt is the newsroom at the moment at which the story was last touched, so
// that dates of changes are those of the source and not of the import.
func (r *run) roomAt(st *story) news.Newsroom {
	at := st.at
	if st.modified.After(at) {
		at = st.modified
	}
	if at.After(r.now) {
		at = r.now
	}
	return news.Newsroom{Clock: clock.At(at)}
}

func (r *run) create(ctx context.Context, st *story, h hash) (outcome, error) {
	if r.opt.DryRun {
		moved, err := r.foresee(ctx, st)
		return outcome{was: written, needs: append(st.needs, moved...)}, err
	}
	var needs []store.Need
	err := r.write(ctx, func(tx *store.Tx) error {
		needs = slices.Clone(st.needs)
		_, err := r.roomAt(st).Create(ctx, tx, author, news.New{
			ID: st.article, Revision: r.name("revision", st.who, h.content), Content: st.content,
			Sticky: st.sticky, Locked: st.locked, Note: "imported", Created: st.at,
		})
		if err != nil {
			return err
		}
		moved, err := r.release(ctx, tx, st, news.First)
		if err != nil {
			return err
		}
		needs = append(needs, moved...)
		return r.remember(ctx, tx, st.item(h), st.addresses, needs)
	})
	return outcome{was: written, needs: needs}, err
}

// release makes the article what the source says: public, or public at its time.
func (r *run) release(ctx context.Context, tx *store.Tx, st *story, class news.Class) ([]store.Need, error) {
	switch st.want {
	case news.Scheduled:
		_, err := news.Newsroom{Clock: clock.At(r.now)}.Schedule(ctx, tx, st.article, st.at, false)
		return nil, err
	case news.Published:
		o, err := tx.Outlet(ctx)
		if err != nil {
			return nil, err
		}
		order := news.Order{Article: st.article, Class: class, Path: aside(bare(o, st)), Suffix: true}
		if class == news.First {
			order.At = st.at
		}
		p, err := r.roomAt(st).Publish(ctx, tx, order)
		if err != nil {
			return nil, err
		}
		return r.movedFrom(o, st, p.Path), nil
	}
	return nil, nil
}

// bare is where the story was, without the prefix of a language.
func bare(o outlet.Outlet, st *story) string {
	_, path := o.SplitLang(st.path)
	return path
}

// aside leads a path out of the way of what Masthead needs itself: what was at
// or below /about goes to /about-2, together.
func aside(path string) string {
	first := outlet.FirstSegment(path)
	if path == "" || !outlet.Reserved(first) {
		return path
	}
	return "/" + first + "-2" + strings.TrimPrefix(path, "/"+first)
}

// movedFrom says that a story could not keep its address, where that is so. An
// empty path is one that is not known yet.
func (r *run) movedFrom(o outlet.Outlet, st *story, path string) []store.Need {
	old := bare(o, st)
	want := o.Prefix(st.content.Lang) + old
	if old == "" || path == want {
		return nil
	}
	say := "Its address belongs to another story, so it has moved."
	if aside(old) != old {
		say = "Its address is one that Masthead needs itself, so it has moved."
	}
	detail := want
	if path != "" {
		detail += " → " + path
	}
	return []store.Need{r.need(kindArticle, st.who, store.ToArticle, st.article, st.content.Headline, say, detail)}
}

// foresee tells in a dry run whether a story will have to move.
func (r *run) foresee(ctx context.Context, st *story) ([]store.Need, error) {
	o, err := r.im.Store.Outlet(ctx)
	old := bare(o, st)
	if err != nil || old == "" || st.want != news.Published {
		return nil, err
	}
	want := o.Prefix(st.content.Lang) + old
	_, owner, err := r.im.Store.AddressOwner(ctx, want)
	if err != nil {
		return nil, err
	}
	if owner == "" {
		owner = r.paths[want]
	}
	if (owner == "" || owner == st.article) && aside(old) == old {
		r.paths[want] = st.article
		return nil, nil
	}
	return r.movedFrom(o, st, ""), nil
}

// update saves what changed and publishes it again. Readers are not told of a
// change of which nobody here knows what it was.
func (r *run) update(ctx context.Context, st *story, a news.Article, old store.ImportItem, h hash) (outcome, error) {
	text := parseHash(old.Hash).content != h.content
	var needs []store.Need
	err := r.write(ctx, func(tx *store.Tx) error {
		needs = slices.Clone(st.needs)
		if err := r.adjust(ctx, tx, st, a, text); err != nil {
			return err
		}
		moved, err := r.again(ctx, tx, st, a, text)
		if err != nil {
			return err
		}
		needs = append(needs, moved...)
		return r.remember(ctx, tx, st.item(h), st.addresses, needs)
	})
	if r.opt.DryRun {
		needs = st.needs
	}
	return outcome{was: updated, needs: needs}, err
}

// adjust saves the new text, and what stands beside it.
func (r *run) adjust(ctx context.Context, tx *store.Tx, st *story, a news.Article, text bool) error {
	if a.Sticky != st.sticky {
		if err := tx.SetSticky(ctx, a.ID, st.sticky); err != nil {
			return err
		}
	}
	if a.Locked && !st.locked {
		if err := tx.SetLocked(ctx, a.ID, false); err != nil {
			return err
		}
	}
	if !text {
		return nil
	}
	_, err := r.roomAt(st).Save(ctx, tx, author, news.Change{Article: a.ID, Base: a.Working, Content: st.content, Note: "imported again"})
	return err
}

// again publishes a changed text, and what has become public in the source.
func (r *run) again(ctx context.Context, tx *store.Tx, st *story, a news.Article, text bool) ([]store.Need, error) {
	switch {
	case a.State != news.Published && st.want == news.Published:
		return r.release(ctx, tx, st, news.First)
	case a.State == news.Published && text:
		return r.release(ctx, tx, st, news.Typo)
	case st.want == news.Scheduled && (a.State != news.Scheduled || !a.PublishAt.Equal(st.at.Truncate(time.Millisecond))):
		return r.release(ctx, tx, st, "")
	}
	return nil, nil
}
