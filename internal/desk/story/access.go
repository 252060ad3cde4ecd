package story

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// access is a story and what this person may do with its text.
type access struct {
	news.Article
	Object staff.Object // as the table of permissions asks about it
	Read   bool
	Write  bool
	Break  bool   // take the lock from somebody else
	why    string // key of a sentence, where not even Read is so
}

// access finds out what this person may do with a story. It is the only place
// that decides about reading and writing one; fault.Denied where they may not
// even read it.
func (d *Pages) access(ctx context.Context, v *visit, id string) (access, error) {
	a, err := d.Store.Article(ctx, id)
	if err != nil {
		return access{}, err
	}
	o := staff.Object{Section: a.Section, Invited: named(a.Owner, a.Reviewer)}
	if o.Authors, err = d.Store.Authors(ctx, a.ID); err != nil {
		return access{}, err
	}
	o.Authors = append(o.Authors, named(a.Owner)...) // what somebody is to write is theirs
	out := v.rights(a, o)
	if !out.Read {
		return out, v.Refuse(fault.Denied, out.why)
	}
	return out, nil
}

func named(ids ...string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// rights asks the table. What has no author, as after an import, is nobody's own.
func (v *visit) rights(a news.Article, o staff.Object) access {
	out := access{Article: a, Object: o}
	own := slices.Contains(o.Authors, v.Account.ID) && v.May(staff.WriteOwn, o).OK()
	read := v.May(staff.ReadDrafts, o)
	out.Write = own || v.May(staff.EditDrafts, o).OK()
	out.Read = out.Write || read.OK() || a.State.Public()
	out.Break = out.Write && v.May(staff.BreakLock, o).OK()
	out.why = read.Why
	return out
}

// writer is access for somebody who is about to write.
func (d *Pages) writer(ctx context.Context, v *visit, id string) (access, error) {
	a, err := d.access(ctx, v, id)
	if err == nil && !a.Write {
		err = v.Refuse(fault.Denied, "write.notyours")
	}
	if err == nil && (a.State == news.Withdrawn || a.State == news.Spiked) {
		err = v.Refuse(fault.Gone, "write.ended")
	}
	return a, err
}

func (d *Pages) writing() draft.Writing { return draft.Writing{Clock: d.Clock} }

// author is this person as revisions name them.
func (v *visit) author() news.Author { return news.Author{ID: v.Account.ID, Name: v.Account.Name} }

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
	open, err := d.Store.Draft(ctx, a.ID)
	if err == nil {
		return open.Content, &open, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return news.Content{}, nil, err
	}
	r, err := d.Store.Revision(ctx, a.Working)
	return r.Content, nil, err
}
