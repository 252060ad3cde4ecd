package store_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAProposalReachesThoseWhoDecideAndIsDecidedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		ctx := t.Context()
		a := d.story("ada", "The ferry runs.")
		propose := func(p store.Proposal) (store.Proposal, error) {
			p.Article, p.By = a.ID, store.Actor(d.by("ada"))
			err := d.try(func(tx *store.Tx) (err error) { p, err = tx.Propose(ctx, p); return err })
			return p, err
		}
		for _, bad := range []store.Proposal{{Step: news.ChangeLive, Was: "x", Note: "y"}, {Step: news.Retire}, {Step: news.GoLive, Note: "x"}, {Step: news.Retire, Note: strings.Repeat("x", 4001)}} {
			if _, err := propose(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		p, err := propose(store.Proposal{Step: news.ChangeLive, Was: "8 boats", Is: "9 boats", Note: "The clerk called."})
		if err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string]int{"ada": 0, "dora": 1, "max": 1, "boss": 1} {
			if told, err := s.Notices(ctx, d.people[who].ID, 10, 0); err != nil || len(told) != want {
				t.Errorf("%s is told %+v, %v", who, told, err)
			}
		}
		settle := func(to store.ProposalState) error {
			return d.try(func(tx *store.Tx) error { return tx.SettleProposal(ctx, store.Actor(d.by("dora")), p, to) })
		}
		if err := settle("gone"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if err := settle(store.ProposalRefused); err != nil {
			t.Fatal(err)
		}
		if err := settle(store.ProposalDone); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
		if told, err := s.Notices(ctx, d.people["ada"].ID, 10, 0); err != nil || len(told) != 1 || told[0].Detail != "proposal_refused" {
			t.Errorf("%+v %v", told, err)
		}
		for range 20 {
			if p, err = propose(store.Proposal{Step: news.Retire, Note: "No."}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := propose(store.Proposal{Step: news.Retire, Note: "No."}); !fault.Is(err, fault.Conflict) {
			t.Errorf("without end: %v", err)
		}
		list, err := s.Proposals(ctx, a.ID)
		if err != nil || len(list) != 21 || list[0].State != store.ProposalOpen || list[20].State != store.ProposalRefused || list[20].Was != "8 boats" || list[20].Settled.Name != "dora" {
			t.Errorf("%d: %+v %v", len(list), list[len(list)-1], err)
		}
	})
}
