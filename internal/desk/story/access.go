package story

import (
	"context"

	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// access is a story and what this person may do with its text.
type access = editorial.Access

// access finds out what this person may do with a story; see editorial.
func (d *Pages) access(ctx context.Context, v *visit, id string) (access, error) {
	a, err := d.work.Access(ctx, v.Person(), id)
	return a, v.say(err)
}

// writer is access for somebody who is about to write.
func (d *Pages) writer(ctx context.Context, v *visit, id string) (access, error) {
	a, err := d.work.Writer(ctx, v.Person(), id)
	return a, v.say(err)
}

// say puts a refusal into this person's language.
func (v *visit) say(err error) error { return v.Say(err) }

func (d *Pages) writing() draft.Writing { return d.work.Writing() }

// author is this person as revisions name them.
func (v *visit) author() news.Author { return editorial.By(v.Person()) }

// begin hands the newest text of a story to somebody who is about to write. A
// draft that is open in another tab becomes a revision first.
func (d *Pages) begin(ctx context.Context, v *visit) (news.Article, draft.Head, error) {
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return a.Article, draft.Head{}, err
	}
	h, err := d.newest(ctx, a.ID)
	return a.Article, h, err
}

// newest is the newest text as something that stays. It writes only where there
// is a draft to cut.
func (d *Pages) newest(ctx context.Context, article string) (draft.Head, error) {
	var h draft.Head
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		h, err = d.writing().Open(ctx, tx, article)
		return err
	})
	return h, err
}

// reading is the newest text for somebody who only looks; nothing is written.
func (d *Pages) reading(ctx context.Context, a news.Article) (news.Content, *draft.Draft, error) {
	return d.work.Reading(ctx, a)
}
