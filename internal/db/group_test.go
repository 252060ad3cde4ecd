package db

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// notes opens a database with one table to write into.
func notes(t testing.TB) *DB {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "notes.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Raw().Exec("CREATE TABLE note (text TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	return d
}

func note(text string) func(tx *Tx) error {
	return func(tx *Tx) error {
		_, err := Exec(context.Background(), tx, "INSERT INTO note (text) VALUES ($1)", text)
		return err
	}
}

// together runs the calls as one commit and returns what each was answered.
func together(d *DB, calls ...*call) []error {
	for _, c := range calls {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		c.out = make(chan error, 1)
	}
	d.group.commit(calls)
	answers := make([]error, len(calls))
	for i, c := range calls {
		answers[i] = <-c.out
	}
	return answers
}

func kept(t *testing.T, d *DB, text string) int64 {
	t.Helper()
	n, err := One(t.Context(), d.Query(), Value[int64], "SELECT COUNT(*) FROM note WHERE text = $1", text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestACallerWhoLeavesInTheMiddleHurtsNobodyElse(t *testing.T) {
	d := notes(t)
	leaves, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	answers := together(d, &call{fn: note("before")}, &call{ctx: leaves, fn: func(tx *Tx) error {
		_, err := Exec(leaves, tx, `INSERT INTO note (text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT 'long' FROM n`)
		if err != nil {
			return err
		}
		<-leaves.Done()
		_, err = Exec(leaves, tx, "INSERT INTO note (text) VALUES ('late')")
		return err
	}}, &call{fn: note("behind")})
	if answers[0] != nil || answers[2] != nil || !fault.Is(answers[1], fault.Unavailable) {
		t.Errorf("the three were answered %v", answers)
	}
	for text, want := range map[string]int64{"before": 1, "behind": 1, "long": 0, "late": 0} {
		if n := kept(t, d, text); n != want {
			t.Errorf("%q is there %d times instead of %d", text, n, want)
		}
	}
}

func TestACallerForWhomTheDiskIsTooSmallHurtsNobodyElse(t *testing.T) {
	d := notes(t)
	if _, err := d.Raw().Exec("PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	answers := together(d, &call{fn: note("before")}, &call{fn: func(tx *Tx) error {
		_, err := Exec(context.Background(), tx, "INSERT INTO note (text) VALUES (hex(zeroblob(1000000)))")
		return err
	}}, &call{fn: note("behind")})
	if answers[0] != nil || answers[2] != nil || !fault.Is(answers[1], fault.Unavailable) {
		t.Errorf("the three were answered %v", answers)
	}
	if kept(t, d, "before") != 1 || kept(t, d, "behind") != 1 {
		t.Error("a note is not there once")
	}
	if err := d.Write(t.Context(), note("next")); err != nil || kept(t, d, "next") != 1 {
		t.Errorf("the next writer: %v", err)
	}
}

func TestAnObserverThatFailedLooksAgain(t *testing.T) {
	d := notes(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	looks := 0
	err := d.Watch(ctx, 5*time.Millisecond, func() error {
		if looks++; looks == 1 {
			return fault.New(fault.Unavailable, "the database is busy")
		}
		cancel()
		return nil
	})
	if err != nil || looks != 2 {
		t.Errorf("looked %d times; %v", looks, err)
	}
}

func TestADatabaseMayBeClosedTwice(t *testing.T) {
	d := notes(t)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := d.Write(t.Context(), note("late")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("writing into a closed database: %v", err)
	}
}

// BenchmarkWrite tells what sharing commits brings: transactions of nine
// statements, which is what a gift takes, by one writer and by sixteen.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			d := notes(b)
			todo := make(chan struct{}, b.N)
			for range b.N {
				todo <- struct{}{}
			}
			close(todo)
			b.ResetTimer()
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for range todo {
						if err := d.Write(b.Context(), nineNotes); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

func nineNotes(tx *Tx) error {
	for range 9 {
		if err := note("a line about a gift")(tx); err != nil {
			return err
		}
	}
	return nil
}

func TestWhoWaitsSharesACommitAndWhoFailsIsTakenBackAlone(t *testing.T) {
	d := notes(t)
	var commits int
	var touched []string
	d.BeforeCommit(func(_ context.Context, _ *Tx, keys []string) error {
		commits++
		touched = append(touched, keys...)
		return nil
	})
	touching := func(text string) func(tx *Tx) error {
		return func(tx *Tx) error {
			tx.Touch("all", text)
			return note(text)(tx)
		}
	}
	broken := func(tx *Tx) error {
		tx.Touch("broken")
		if err := note("broken")(tx); err != nil {
			return err
		}
		_, err := Exec(t.Context(), tx, "SELECT nothing FROM nowhere")
		return err
	}
	answers := together(d, &call{fn: touching("a")}, &call{fn: broken}, &call{fn: func(*Tx) error { panic("boom") }}, &call{fn: touching("b")})
	if answers[0] != nil || answers[1] == nil || answers[2] == nil || answers[3] != nil {
		t.Errorf("the answers are %v", answers)
	}
	if kept(t, d, "a") != 1 || kept(t, d, "b") != 1 || kept(t, d, "broken") != 0 {
		t.Error("the wrong notes were kept")
	}
	if commits != 1 || fmt.Sprint(touched) != "[all a b]" {
		t.Errorf("the hook ran %d times, for %v", commits, touched)
	}
}

func TestNobodyIsToldDoneWhereTheCommitFails(t *testing.T) {
	d := notes(t)
	d.BeforeCommit(func(context.Context, *Tx, []string) error { return fault.New(fault.Unavailable, "no") })
	touching := func(tx *Tx) error {
		tx.Touch("x")
		return note("x")(tx)
	}
	for i, err := range together(d, &call{fn: touching}, &call{fn: note("y")}) {
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("call %d was told %v", i, err)
		}
	}
	if kept(t, d, "x")+kept(t, d, "y") != 0 {
		t.Error("something was kept")
	}
}

// TestTwoWritersInEachOthersWayAreBothDone lets this process's writer and a
// foreign one lock two rows in opposite order: PostgreSQL ends one of them.
func TestTwoWritersInEachOthersWayAreBothDone(t *testing.T) {
	d := post(t)
	if _, err := d.Raw().Exec("CREATE TABLE pair (id BIGINT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO pair VALUES (1, 0), (2, 0)"); err != nil {
		t.Fatal(err)
	}
	foreign, err := d.Raw().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := foreign.Exec("UPDATE pair SET n = n + 10 WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	runs, over := 0, make(chan error, 1)
	err = d.Write(t.Context(), func(tx *Tx) error {
		runs++
		if _, err := Exec(t.Context(), tx, "UPDATE pair SET n = n + 1 WHERE id = 1"); err != nil {
			return err
		}
		if runs == 1 {
			go func() {
				_, err := foreign.Exec("UPDATE pair SET n = n + 10 WHERE id = 1")
				if err == nil {
					err = foreign.Commit()
				} else {
					foreign.Rollback()
				}
				over <- err
			}()
			for waiting := int64(0); waiting == 0; { // the foreign writer for us
				var err error
				waiting, err = One(t.Context(), d.Query(), Value[int64], "SELECT COUNT(*) FROM pg_locks l JOIN pg_database b ON b.oid = l.database OR l.database IS NULL WHERE b.datname = current_database() AND NOT l.granted")
				if err != nil {
					return err
				}
			}
		}
		_, err := Exec(t.Context(), tx, "UPDATE pair SET n = n + 1 WHERE id = 2")
		return err
	})
	if err != nil {
		t.Errorf("our writer: %v", err)
	}
	theirs := <-over
	want := int64(2)
	if theirs == nil {
		want = 22
	}
	if n, err := One(t.Context(), d.Query(), Value[int64], "SELECT CAST(SUM(n) AS BIGINT) FROM pair"); err != nil || n != want {
		t.Errorf("the rows sum to %d after %d runs, want %d; the other writer: %v", n, runs, want, theirs)
	}
	if theirs == nil && runs < 2 {
		t.Error("nobody was in anybody's way")
	}
}

func TestACommitWaitsForThoseWhoSharedTheLastOneButNotLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &group{d: &DB{share: 4}, in: make(chan *call), took: 3 * time.Millisecond, last: 3}
		come := func(after ...time.Duration) {
			for _, d := range after {
				go func() { time.Sleep(d); g.in <- &call{} }()
			}
		}
		for i, c := range []struct {
			come  []time.Duration // behind the first
			many  int
			until time.Duration
		}{
			{[]time.Duration{1e6, 1.2e6}, 3, 1.2e6}, // all are back
			{[]time.Duration{1e6}, 2, 1.5e6},        // half of what the disk took
			{nil, 1, 1.5e6},
			{nil, 1, 0}, // behind a commit of one nobody waits
			{[]time.Duration{0, 0, 0, 0, 0}, 4, 0},
			{nil, 3, 1.5e6}, // the two for whom there was no room
		} {
			come(c.come...)
			synctest.Wait()
			began := time.Now()
			if got := g.gather(&call{}); len(got) != c.many || time.Since(began) != c.until {
				t.Errorf("%d: %d share a commit after %v, want %d after %v", i, len(got), time.Since(began), c.many, c.until)
			}
		}
		g.took = time.Minute // a disk that was stuck
		began := time.Now()
		if g.last = 4; len(g.gather(&call{})) == 0 || time.Since(began) != 2*time.Millisecond {
			t.Errorf("waited %v", time.Since(began))
		}
	})
}
