package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// programs is a store with somebody who has a token.
func programs(t *testing.T, s *store.Store) (at *clock.Manual, person, secret string) {
	t.Helper()
	at = clock.At(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	s.Clock = at
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if person, err = tx.AddStaff(t.Context(), store.System, staff.Person{Email: "ada@lantern.example", Name: "Ada"}); err != nil {
			return err
		}
		secret, err = tx.MakeToken(t.Context(), store.System, store.Token{Staff: person, Name: "x", Scopes: []staff.Scope{staff.ReadStories}, Ends: at.Now().Add(time.Hour)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return at, person, secret
}

func TestATokenIsKeptAsAHashAndWorksUntilItEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at, person, secret := programs(t, s)
		got, err := s.Token(t.Context(), secret)
		if err != nil || got.Staff != person || !got.Works(at.Now()) || got.Works(at.Now().Add(time.Hour)) || got.Scopes[0] != staff.ReadStories {
			t.Fatalf("%+v %v", got, err)
		}
		if n, err := db.One(t.Context(), s.Query(), db.Value[int], "SELECT COUNT(*) FROM api_token WHERE token_hash LIKE $1", "%"+strings.TrimPrefix(secret, store.TokenPrefix)+"%"); n != 0 || err != nil {
			t.Error("the token itself is kept")
		}
		for _, wrong := range []string{"", secret + "x", strings.TrimPrefix(secret, store.TokenPrefix)} {
			if _, err := s.Token(t.Context(), wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UseToken(ctx, got.ID, "2026-11-20") })
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UseToken(ctx, got.ID, "2026-11-19") })
		if got, err = s.Token(t.Context(), secret); err != nil || got.Used != "2026-11-20" {
			t.Errorf("%+v %v", got, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Reset(ctx, store.System, person) })
		if got, err = s.Token(t.Context(), secret); err != nil || got.Works(at.Now()) {
			t.Errorf("a token outlives the reset of its account: %+v %v", got, err)
		}
	})
}

func TestATokenNeedsANameAScopeAndAnEnd(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	at, person, _ := programs(t, s)
	good := store.Token{Staff: person, Name: "x", Scopes: []staff.Scope{staff.ReadStories}, Ends: at.Now().Add(time.Hour)}
	for field, spoil := range map[string]func(*store.Token){
		"name":   func(x *store.Token) { x.Name = "" },
		"scopes": func(x *store.Token) { x.Scopes = []staff.Scope{"everything"} },
		"days":   func(x *store.Token) { x.Ends = at.Now().Add(staff.TokenMost + time.Hour) },
	} {
		bad := good
		spoil(&bad)
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.MakeToken(t.Context(), store.System, bad)
			return err
		})
		if f, ok := err.(fault.Fields); !ok || f[field] == "" || len(f) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestARequestWithAKeyIsDoneOnceWhateverHappensBetween(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at, _, secret := programs(t, s)
		token, err := s.Token(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		r := store.Request{Token: token.ID, Key: "k", Hash: "h", Try: "one"}
		begin := func(r store.Request) (string, bool, error) {
			var answer string
			var done bool
			err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				answer, done, err = tx.BeginRequest(t.Context(), r)
				return err
			})
			return answer, done, err
		}
		if _, done, err := begin(r); done || err != nil {
			t.Fatal(done, err)
		}
		second := store.Request{Token: token.ID, Key: "k", Hash: "h", Try: "two"}
		if _, _, err := begin(second); !fault.Is(err, fault.Conflict) {
			t.Errorf("while it is under way: %v", err)
		}
		at.Add(3 * time.Minute) // the first try has ended with its program
		if _, done, err := begin(second); done || err != nil {
			t.Fatalf("after it was left: %v %v", done, err)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.DoRequest(t.Context(), r) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the first try does it all the same: %v", err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DoRequest(ctx, second) })
		at.Add(3 * time.Minute) // it has ended before it could answer
		if answer, done, err := begin(r); !done || answer != "" || err != nil {
			t.Errorf("done without an answer: %q %v %v", answer, done, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropRequest(ctx, second) })
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.AnswerRequest(ctx, second, "{}") })
		if answer, done, err := begin(r); !done || answer != "{}" || err != nil {
			t.Errorf("%q %v %v", answer, done, err)
		}
		other := r
		other.Hash = "another"
		if _, _, err := begin(other); !fault.Is(err, fault.Invalid) {
			t.Errorf("another request: %v", err)
		}
		at.Add(store.RequestLasts)
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PruneRequests(ctx) })
		if _, done, err := begin(other); done || err != nil {
			t.Errorf("after a day: %v %v", done, err)
		}
	})
}
