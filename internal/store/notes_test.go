package store_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAnswersStandBelowTheirNoteInTheOrderInWhichTheyCame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := openDesk(t, s)
		ctx := t.Context()
		a, other := d.story("ada", "The ferry runs."), d.story("ada", "The bus runs.")
		say := func(by, text, to string) (n store.Note) {
			t.Helper()
			d.clock.Add(time.Minute)
			d.do(func(tx *store.Tx) (err error) {
				n, err = tx.AddNote(ctx, store.Note{Article: a.ID, ReplyTo: to, Kind: store.Suggestion, Block: "b", Quoted: "x", Body: text, By: store.Actor(d.by(by))})
				return err
			})
			return n
		}
		first := say("dora", "Is it so?", "")
		say("max", "Another thing.", "")
		yes := say("ada", "It is.", first.ID)
		no := say("max", "It is not.", yes.ID) // to the answer
		if no.ReplyTo != first.ID || no.Kind != store.PlainNote || no.Block != "" {
			t.Errorf("%+v", no)
		}
		list, err := s.Notes(ctx, a.ID)
		var got []string
		for _, n := range list {
			got = append(got, n.Body)
		}
		if want := "Another thing.|Is it so?|It is.|It is not."; err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s, %v", strings.Join(got, "|"), err)
		}
		for who, want := range map[string]int{"dora": 2, "ada": 1, "max": 0, "boss": 0} {
			told, err := s.Notices(ctx, d.people[who].ID, 10, 0)
			if err != nil || len(told) != want || want > 0 && told[0].Detail != "reply" {
				t.Errorf("%s is told %+v, %v", who, told, err)
			}
		}
		err = d.try(func(tx *store.Tx) error {
			_, err := tx.AddNote(ctx, store.Note{Article: other.ID, ReplyTo: first.ID, Body: "x"})
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("an answer to a note at another story: %v", err)
		}
	})
}
