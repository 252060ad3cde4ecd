// Package editorial does what is done with stories and accounts: it asks package
// staff who may, package news and draft how, and the store within one
// transaction. The desk's pages and the programs' interface both come here, so
// that they give the same answer.
package editorial

import (
	"context"
	"errors"
	"slices"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Room is where it is done.
type Room struct {
	Store *store.Store
	News  news.Newsroom
}

// New makes a room that goes by a clock.
func New(s *store.Store, c clock.Clock) Room {
	return Room{Store: s, News: news.Newsroom{Clock: c, Diff: merge.Edits}}
}

// Writing are the rules of texts that are being typed.
func (r Room) Writing() draft.Writing { return draft.Writing{Clock: r.News.Clock} }

// Refusal is an error whose sentence stands in the message catalogue; its own
// text is English.
type Refusal struct {
	Kind fault.Kind
	Key  string
}

// Error implements error.
func (r *Refusal) Error() string { return locale.For("en").T(r.Key) }

// Unwrap gives the refusal its kind.
func (r *Refusal) Unwrap() error { return fault.New(r.Kind, "%s", r.Error()) }

// Refused finds the refusal in an error, if it is one.
func Refused(err error) (*Refusal, bool) {
	var r *Refusal
	return r, errors.As(err, &r)
}

func refuse(k fault.Kind, key string) error { return &Refusal{k, key} }

// Access is a story and what a person may do with its text.
type Access struct {
	news.Article
	Object staff.Object // as the table of permissions asks about it
	Read   bool
	Write  bool
	Break  bool // take the lock from somebody else

	why string // key of a sentence, where not even Read is so
}

// Access finds out what a person may do with a story. It is the only place that
// decides about reading and writing one; fault.Denied where they may not even
// read it: what was found is returned beside the error. That a story is public
// opens nothing here, for its page at the desk has the update that is being
// written, the notes and all that was ever typed.
func (r Room) Access(ctx context.Context, p staff.Person, id string) (Access, error) {
	a, err := r.Store.Article(ctx, id)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such story")
	}
	if err != nil {
		return Access{}, err
	}
	o := staff.Object{Section: a.Section, Invited: named(a.Owner, a.Reviewer)}
	if o.Authors, err = r.Store.Authors(ctx, a.ID); err != nil {
		return Access{}, err
	}
	o.Authors = append(o.Authors, named(a.Owner)...) // what somebody is to write is theirs
	out := rights(p, a, o)
	if !out.Read {
		return out, refuse(fault.Denied, out.why)
	}
	return out, nil
}

func named(ids ...string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// rights asks the table.
func rights(p staff.Person, a news.Article, o staff.Object) Access {
	out := Access{Article: a, Object: o}
	out.Write, out.Read = staff.MayWriteText(p, o), staff.MayReadText(p, o)
	out.Break = out.Write && staff.May(p, staff.BreakLock, o).OK()
	out.why = staff.May(p, staff.ReadDrafts, o).Why
	return out
}

// Writer is Access for somebody who is about to write.
func (r Room) Writer(ctx context.Context, p staff.Person, id string) (Access, error) {
	a, err := r.Access(ctx, p, id)
	if err == nil && !a.Write {
		err = refuse(fault.Denied, "write.notyours")
	}
	if err == nil && (a.State == news.Withdrawn || a.State == news.Spiked) {
		err = refuse(fault.Gone, "write.ended")
	}
	return a, err
}

// Handling is Access for somebody who does something to a story as a whole.
func (r Room) Handling(ctx context.Context, p staff.Person, id string, action staff.Action) (Access, error) {
	a, err := r.Access(ctx, p, id)
	if err != nil {
		return a, err
	}
	if may := staff.May(p, action, a.Object); !may.OK() {
		return a, refuse(fault.Denied, may.Why)
	}
	return a, nil
}

// Reading is the newest text for somebody who only looks, with the draft that it
// is, if it is one; nothing is written.
func (r Room) Reading(ctx context.Context, a news.Article) (news.Content, *draft.Draft, error) {
	open, err := r.Store.Draft(ctx, a.ID)
	if err == nil {
		return open.Content, &open, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return news.Content{}, nil, err
	}
	rev, err := r.Store.Revision(ctx, a.Working)
	return rev.Content, nil, err
}

// nowhere is no section's id: who may read there may read everywhere.
const nowhere = "-"

// Limit keeps a list of stories to what a person may see.
func Limit(p staff.Person, f *store.StoryFilter) {
	if staff.May(p, staff.ReadDrafts, staff.Object{Section: nowhere}).OK() {
		return
	}
	f.Limited, f.Own = true, p.ID
	for _, r := range staff.Roles() {
		ids, _ := p.Sections(r)
		for _, id := range ids {
			if staff.May(p, staff.ReadDrafts, staff.Object{Section: id}).OK() && !slices.Contains(f.Sections, id) {
				f.Sections = append(f.Sections, id)
			}
		}
	}
}

// Record keeps a look into the record of what was done to what a person may see:
// all of it for publishers and admins, for an editor what concerns the articles
// of their sections.
func Record(p staff.Person, q *store.AuditQuery) {
	if p.Has(staff.Publisher) || p.Has(staff.Admin) {
		return
	}
	q.Articles = true
	q.Sections, _ = p.Sections(staff.Editor)
}
