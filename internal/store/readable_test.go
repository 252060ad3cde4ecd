package store_test

import (
	"context"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAPreviewEndsWithTheRightOfWhoeverGaveIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		ctx := t.Context()
		a := d.story("ada", "Not yet.")
		links := map[string]string{}
		for name, p := range d.people {
			d.do(func(tx *store.Tx) (err error) {
				links[name], err = tx.MakePreview(ctx, store.Actor{ID: p.ID, Name: name}, a.ID, "the lawyer", 3)
				return err
			})
		}
		d.do(func(tx *store.Tx) error {
			return tx.PutOwnPreview(ctx, store.Actor{ID: d.people["dora"].ID}, a.ID, "her own link")
		})
		opens := func(token string, want bool) {
			t.Helper()
			_, _, c, err := s.PreviewText(ctx, token)
			if want && err != nil || !want && (!fault.Is(err, fault.Gone) || c.Headline != "") {
				t.Errorf("opens %q, %v, want %v", c.Headline, err, want)
			}
		}
		for _, token := range links {
			opens(token, true)
		}
		opens("her own link", true)
		d.do(func(tx *store.Tx) error {
			return tx.SetStaffState(ctx, store.System, d.people["ada"].ID, staff.Disabled)
		})
		d.do(func(tx *store.Tx) error {
			return tx.Revoke(ctx, store.System, d.people["dora"].ID, staff.Grant{Role: staff.Editor})
		})
		opens(links["ada"], false)
		opens(links["dora"], false)
		opens("her own link", false)
		opens(links["max"], true)
	})
}

func TestWhoMayNotReadAStoryAnyMoreIsNotToldItsHeadline(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		ctx := t.Context()
		own, other := d.story("ada", "The ferry runs."), d.story("dora", "The mayor goes.")
		tell := func(to string) {
			d.do(func(tx *store.Tx) error {
				for _, a := range []string{own.ID, other.ID} {
					if err := tx.Notify(ctx, store.Notice{Kind: store.NoticeMention, Article: a, By: "dora"}, "", d.people[to].ID); err != nil {
						return err
					}
				}
				return nil
			})
		}
		tell("ada")
		tell("max")
		closed := func(to string, want map[string]bool, read func(ctx context.Context, id string) ([]store.Notice, error)) {
			t.Helper()
			list, err := read(ctx, d.people[to].ID)
			if err != nil || len(list) != 2 {
				t.Fatalf("%+v %v", list, err)
			}
			for _, n := range list {
				if n.Closed != want[n.Article] || (n.Headline == "") != n.Closed {
					t.Errorf("%s is told %q, closed %v", to, n.Headline, n.Closed)
				}
			}
		}
		page := func(ctx context.Context, id string) ([]store.Notice, error) { return s.Notices(ctx, id, 10, 0) }
		mail := func(ctx context.Context, id string) (list []store.Notice, err error) {
			d.do(func(tx *store.Tx) error { list, err = tx.TakeDigest(ctx, id); return err })
			return list, err
		}
		closed("max", nil, page)
		d.do(func(tx *store.Tx) error {
			if err := tx.Revoke(ctx, store.System, d.people["max"].ID, staff.Grant{Role: staff.Editor}); err != nil {
				return err
			}
			if err := tx.Revoke(ctx, store.System, d.people["ada"].ID, staff.Grant{Role: staff.Reporter}); err != nil {
				return err
			}
			return tx.Grant(ctx, store.System, d.people["ada"].ID, staff.Grant{Role: staff.Contributor})
		})
		both := map[string]bool{own.ID: true, other.ID: true}
		closed("max", both, page)
		closed("max", both, mail)
		closed("ada", map[string]bool{other.ID: true}, page)
		closed("ada", map[string]bool{other.ID: true}, mail)
	})
}
