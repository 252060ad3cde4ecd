package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/pg"
)

func TestBothEnginesHaveTheSameTablesAndColumns(t *testing.T) {
	lite := storetest.Open(t, storetest.SQLite(t))
	post := storetest.Open(t, pg.URL(t))
	a := columns(t, lite, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_text%' AND m.name NOT LIKE 'goose%'`)
	b := columns(t, post, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'search_text%' AND table_name NOT LIKE 'goose%'`)
	if len(a) < 200 {
		t.Fatalf("only %d columns were found", len(a))
	}
	if !slices.Equal(a, b) {
		t.Errorf("only in SQLite: %v\nonly in PostgreSQL: %v", minus(a, b), minus(b, a))
	}
	files := func(dir string) (names []string) {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			names = append(names, f.Name())
		}
		return names
	}
	if x, y := files("migrations/sqlite"), files("migrations/postgres"); !slices.Equal(x, y) {
		t.Errorf("the folders of migrations differ: %v and %v", x, y)
	}
}

func columns(t *testing.T, s *store.Store, query string) []string {
	t.Helper()
	list, err := db.Rows(t.Context(), s.Query(), db.Value[string], query)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func minus(a, b []string) (out []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func TestATransactionThatFailsLeavesNothingAndHurtsNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					if err := tx.Enqueue(t.Context(), job.Job{Kind: fmt.Sprintf("k%d", i)}); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errors.New("changed its mind")
					case 2:
						panic("a defect")
					}
					return nil
				})
				if (err != nil) != (i%4 == 1 || i%4 == 2) {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		list, err := s.Jobs(t.Context(), 100)
		if err != nil || len(list) != 20 {
			t.Fatalf("%d jobs were kept, 20 were asked for (%v)", len(list), err)
		}
	})
}

func TestAReaderCannotWrite(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	_, err := db.Exec(t.Context(), s.Query(), "INSERT INTO change (key, at) VALUES ('x', 1)")
	if err == nil {
		t.Fatal("the read pool wrote")
	}
}

func TestAChangeByAnotherProcessIsSeenWithinASecond(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := storetest.SQLite(t)
			if engine == "postgres" {
				url = pg.URL(t)
			}
			s, other := storetest.Open(t, url), storetest.Open(t, url)
			seen := make(chan string, 10)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				s.Follow(ctx, 0, func(keys []string) { seen <- strings.Join(keys, " ") })
			}()
			defer func() { cancel(); <-done }()
			write := func(st *store.Store, key string) {
				if err := st.Write(t.Context(), func(tx *store.Tx) error { tx.Touch(key, key); return nil }); err != nil {
					t.Fatal(err)
				}
				select {
				case got := <-seen:
					if got != key {
						t.Errorf("saw %q instead of %q", got, key)
					}
				case <-time.After(time.Second):
					t.Errorf("the change %q was not seen within a second", key)
				}
			}
			write(s, "own")
			write(other, "foreign")
		})
	}
}

func TestAJobIsClaimedOnceRetriedAndGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		add := func(j job.Job) {
			t.Helper()
			if err := s.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, j) }); err != nil {
				t.Fatal(err)
			}
		}
		add(job.Job{Kind: "a", Key: "same", Payload: 1, Attempts: 2})
		add(job.Job{Kind: "a", Key: "same", Payload: 2})
		add(job.Job{Kind: "late", RunAt: time.Now().Add(time.Hour)})
		var wg sync.WaitGroup
		var mu sync.Mutex
		var all []job.Work
		for range 8 {
			wg.Go(func() {
				got, err := s.Claim(ctx, "me", time.Minute, 5)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				all = append(all, got...)
				mu.Unlock()
			})
		}
		wg.Wait()
		if len(all) != 1 || string(all[0].Payload) != "2" || all[0].Attempt != 1 {
			t.Fatalf("claimed: %+v", all)
		}
		add(job.Job{Kind: "a", Key: "same", Payload: 3}) // while it runs: a second one waits
		fail := func(w job.Work) {
			t.Helper()
			if err := s.Write(ctx, func(tx *store.Tx) error { return tx.FailJob(ctx, w, "me", "no luck", 0) }); err != nil {
				t.Fatal(err)
			}
		}
		fail(all[0])
		got, err := s.Claim(ctx, "me", time.Minute, 5)
		if err != nil || len(got) != 1 || string(got[0].Payload) != "3" {
			t.Fatalf("after the failure: %+v %v", got, err)
		}
		w := got[0]
		w.Attempt = w.Max
		fail(w)
		list, err := s.Jobs(ctx, 10)
		if err != nil || list[0].State != job.Dead || list[0].LastError != "no luck" {
			t.Fatalf("%+v %v", list, err)
		}
	})
}

func TestAJobWhoseProcessDiedIsTakenAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, job.Job{Kind: "a"}) }); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Claim(ctx, "dead one", -time.Second, 1); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		got, err := s.Claim(ctx, "next one", time.Minute, 1)
		if err != nil || len(got) != 1 || got[0].Attempt != 2 {
			t.Fatalf("%+v %v", got, err)
		}
	})
}

func TestADatabaseOfANewerMastheadIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.Raw().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
			t.Fatal(err)
		}
		var url string
		if s.Engine() == db.SQLite {
			url = fileOf(t, s.Raw())
		} else {
			t.Skip("the same code; the address of a test's database is not known here")
		}
		_, err := store.Open(t.Context(), url)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "newer Masthead") {
			t.Fatalf("opened: %v", err)
		}
	})
}

func fileOf(t *testing.T, d *sql.DB) string {
	var seq int
	var name, file string
	if err := d.QueryRow("PRAGMA database_list").Scan(&seq, &name, &file); err != nil {
		t.Fatal(err)
	}
	return file
}
