package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

var tester = store.Actor{ID: "tester", Name: "Tester"}

// write runs fn in a transaction that must succeed.
func write(t *testing.T, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// hire adds an active person with roles everywhere.
func hire(t *testing.T, s *store.Store, email string, roles ...staff.Role) string {
	t.Helper()
	p := staff.Person{Email: email, Name: strings.ToUpper(email[:1]) + email[1:]}
	for _, r := range roles {
		p.Grants = append(p.Grants, staff.Grant{Role: r})
	}
	write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		p.ID, err = tx.AddStaff(ctx, tester, p)
		return err
	})
	return p.ID
}

func TestAnAccountIsFoundInAnyCaseOfLettersAndOnlyOnceAnAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		staffID := hire(t, s, "Dora@Lantern.example", staff.Editor, staff.Publishing)
		a, err := s.AccountByEmail(t.Context(), " DORA@lantern.EXAMPLE ")
		if err != nil || a.ID != staffID || a.Email != "dora@lantern.example" || !a.Has(staff.Publishing) || !a.Alone {
			t.Fatalf("%+v %v", a, err)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddStaff(t.Context(), tester, staff.Person{Email: "dora@lantern.example", Name: "Another"})
			return err
		})
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "dora@lantern.example") {
			t.Errorf("a second account: %v", err)
		}
		hire(t, s, "ansel@lantern.example", staff.Reporter)
		if a, err := s.Account(t.Context(), staffID); err != nil || a.Alone {
			t.Errorf("with two people: alone %v, %v", a.Alone, err)
		}
		if all, err := s.Staff(t.Context()); err != nil || len(all) != 2 || len(all[0].Grants) == 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestTheLastOwnerCannotBeRemovedEvenByTwoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := hire(t, s, "a@x.example", staff.Owner), hire(t, s, "b@x.example", staff.Owner)
		owner := staff.Grant{Role: staff.Owner}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, staffID := range []string{a, b} {
			wg.Go(func() {
				errs[i] = s.Write(t.Context(), func(tx *store.Tx) error { return tx.Revoke(t.Context(), tester, staffID, owner) })
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or none were removed: %v, %v", errs[0], errs[1])
		}
		left, err := s.Owners(t.Context())
		if err != nil || len(left) != 1 {
			t.Fatalf("owners left: %v %v", left, err)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.SetStaffState(t.Context(), tester, left[0].ID, staff.Disabled)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the last owner was switched off: %v", err)
		}
	})
}

func TestASessionEndsByIdlenessByAgeAndWhenTheAccountIsSwitchedOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock.At(time.Now())
		s.Clock = at
		hire(t, s, "owner@x.example", staff.Owner)
		staffID := hire(t, s, "a@x.example", staff.Reporter)
		begin := func(stage store.Stage) (token string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				token, err = tx.StartSession(ctx, staffID, stage, store.From{})
				return err
			})
			return token
		}
		alive := func(token string) bool {
			t.Helper()
			_, err := s.Session(t.Context(), token)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		token, half := begin(store.StageFull), begin(store.StagePassword)
		x, err := s.Session(t.Context(), token)
		if err != nil || x.StaffID != staffID || x.ProvedAt.IsZero() || len(x.CSRF) < 40 {
			t.Fatalf("%+v %v", x, err)
		}
		if x, _ := s.Session(t.Context(), half); !x.ProvedAt.IsZero() {
			t.Error("half a session counts as proved")
		}
		at.Add(11 * time.Minute)
		if alive(half) || !alive(token) {
			t.Error("half a session lasts longer than ten minutes, or a whole one does not")
		}
		at.Add(11 * time.Hour)
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SeeSession(ctx, token) })
		at.Add(11 * time.Hour)
		if !alive(token) {
			t.Error("a session that was used ended early")
		}
		at.Add(2 * time.Hour)
		if alive(token) {
			t.Error("an idle session goes on")
		}
		token = begin(store.StageFull)
		for range 15 * 3 {
			at.Add(8 * time.Hour)
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SeeSession(ctx, token) })
		}
		if alive(token) {
			t.Error("a session outlives a fortnight")
		}
		token = begin(store.StageFull)
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.SetStaffState(ctx, tester, staffID, staff.Disabled)
		})
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.SetStaffState(ctx, tester, staffID, staff.Active)
		})
		if alive(token) {
			t.Error("the session of a disabled account came back")
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PruneSessions(ctx) })
	})
}

func TestOnlyHashesOfTokensAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		staffID := hire(t, s, "a@x.example", staff.Owner)
		var session, link string
		write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			if session, err = tx.StartSession(ctx, staffID, store.StageFull, store.From{}); err != nil {
				return err
			}
			link, _, err = tx.MakeLink(ctx, store.LinkSignIn, staffID)
			return err
		})
		if len(session) < 43 || session == link {
			t.Fatalf("tokens: %q, %q", session, link)
		}
		for table, token := range map[string]string{"staff_session": session, "staff_link": link} {
			kept, err := db.One(t.Context(), s.Query(), db.Value[string], "SELECT token_hash FROM "+table)
			if err != nil || strings.Contains(kept, token) || len(kept) != 64 {
				t.Errorf("%s keeps %q: %v", table, kept, err)
			}
		}
	})
}

func TestSigningOutEverywhereKeepsOnlyTheSessionThatAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		staffID := hire(t, s, "a@x.example", staff.Owner)
		var tokens [3]string
		write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			for i := range tokens {
				if tokens[i], err = tx.StartSession(ctx, staffID, store.StageFull, store.From{}); err != nil {
					return err
				}
			}
			return tx.EndSessions(ctx, tester, staffID, tokens[1])
		})
		for i, token := range tokens {
			if _, err := s.Session(t.Context(), token); (err == nil) != (i == 1) {
				t.Errorf("session %d: %v", i, err)
			}
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.SetPassword(ctx, tester, staffID, "$hash", tokens[1])
		})
		if list, err := s.Sessions(t.Context(), staffID); err != nil || len(list) != 1 {
			t.Errorf("after a new password: %v %v", list, err)
		}
	})
}

func TestOfTwentyWhoUseALinkAtOnceOneGetsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		staffID := hire(t, s, "a@x.example", staff.Owner)
		var token string
		write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			token, _, err = tx.MakeLink(ctx, store.LinkReset, staffID)
			return err
		})
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 20 {
			wg.Go(func() {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					l, err := tx.UseLink(t.Context(), token)
					if err == nil && (l.StaffID != staffID || l.Kind != store.LinkReset) {
						t.Errorf("got %+v", l)
					}
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.Gone) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d used it", won)
		}
	})
}

func TestALinkEndsWithTimeAndWithTheNextOneOfItsKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock.At(time.Now())
		s.Clock = at
		staffID := hire(t, s, "a@x.example", staff.Owner)
		ask := func() (token string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				token, _, err = tx.MakeLink(ctx, store.LinkSignIn, staffID)
				return err
			})
			return token
		}
		first, second := ask(), ask()
		if _, err := s.Link(t.Context(), first); !fault.Is(err, fault.Gone) {
			t.Errorf("the older link still works: %v", err)
		}
		if l, err := s.Link(t.Context(), second); err != nil || l.Kind != store.LinkSignIn {
			t.Errorf("the newer link: %+v %v", l, err)
		}
		at.Add(15 * time.Minute)
		if _, err := s.Link(t.Context(), second); !fault.Is(err, fault.Gone) {
			t.Errorf("a link outlives its time: %v", err)
		}
	})
}

func TestACodeOfTheSecondStepCountsOnceAmongManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		staffID := hire(t, s, "a@x.example", staff.Owner)
		var wg sync.WaitGroup
		results := make([]error, 10)
		for i := range results {
			wg.Go(func() {
				results[i] = s.Write(t.Context(), func(tx *store.Tx) error { return tx.UseTOTPStep(t.Context(), staffID, 42) })
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Denied) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d used the code", won)
		}
	})
}
