package db

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestEverybodyWaitsForAFlushThatBeganAfterHisCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun, ended atomic.Int64
		f := &flusher{d: &DB{share: atMost}, sync: func() error {
			begun.Add(1)
			time.Sleep(time.Millisecond)
			ended.Add(1)
			return nil
		}}
		var wait sync.WaitGroup
		for i := range 64 {
			wait.Go(func() {
				time.Sleep(time.Duration(i*97) * time.Microsecond)
				committed := begun.Load() // flushes that began before are of no use
				if err := f.wait(); err != nil {
					t.Error(err)
				}
				if ended.Load() <= committed {
					t.Errorf("caller %d was let go after flush %d, which began before he came", i, ended.Load())
				}
			})
		}
		wait.Wait()
		synctest.Wait()
		if n := begun.Load(); n > 10 || f.busy {
			t.Errorf("%d flushes of a millisecond for 64 callers within seven; still at it: %v", n, f.busy)
		}
	})
}

func TestAFlushWaitsForThoseWhoAreAboutToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flushes := 0
		f := &flusher{d: &DB{share: atMost}, took: time.Millisecond, sync: func() error {
			flushes++
			time.Sleep(time.Millisecond)
			return nil
		}}
		var wait sync.WaitGroup
		f.coming.Store(1)
		began := time.Now()
		for _, at := range []time.Duration{0, 400 * time.Microsecond} {
			wait.Go(func() {
				time.Sleep(at)
				f.wait()
			})
		}
		wait.Wait()
		if took := time.Since(began); flushes != 1 || took != 1500*time.Microsecond {
			t.Errorf("%d flushes, %v", flushes, took)
		}
		f.coming.Store(0)
		began = time.Now()
		if f.wait(); time.Since(began) != time.Millisecond {
			t.Errorf("with nobody to come it took %v", time.Since(began))
		}
	})
}

func TestAFlushThatFailsFailsForThoseWhoWaitedForItAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no disk")
		var n int
		f := &flusher{d: &DB{share: atMost}, sync: func() error {
			time.Sleep(time.Millisecond)
			if n++; n == 2 {
				return broken
			}
			return nil
		}}
		got := make([]error, 4)
		var wait sync.WaitGroup
		for i, at := range []time.Duration{0, 100, 200, 1500} {
			wait.Go(func() {
				time.Sleep(at * time.Microsecond)
				got[i] = f.wait()
			})
		}
		wait.Wait()
		for i, want := range []error{nil, broken, broken, nil} {
			if got[i] != want {
				t.Errorf("caller %d was told %v, want %v", i, got[i], want)
			}
		}
	})
}

func TestWritersOfPostgresShareFlushes(t *testing.T) {
	d := post(t)
	if _, err := d.Raw().Exec("CREATE TABLE note (text TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	var flushes atomic.Int64
	synced := d.flush.sync
	d.flush.sync = func() error {
		flushes.Add(1)
		time.Sleep(20 * time.Millisecond) // a slow disk
		return synced()
	}
	var wait sync.WaitGroup
	for range 12 {
		wait.Go(func() {
			if err := d.Write(t.Context(), note("x")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if kept(t, d, "x") != 12 || flushes.Load() >= 12 {
		t.Errorf("%d notes are kept, with %d flushes", kept(t, d, "x"), flushes.Load())
	}
}
