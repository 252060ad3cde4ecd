package sandbox_test

import (
	"bytes"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
)

// atMost lets no file of this process grow beyond size while fn runs, as a full
// disk would.
func atMost(t *testing.T, size int64, fn func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	limit := old
	limit.Cur = uint64(size)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)
	fn()
}

func TestAFullDiskLeavesNoHalfLineInTheMidstOfTheJournal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	at := clock.At(day)
	s := open(t, file, at)
	session := begin(t, s, "d", fund.Once)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	atMost(t, info.Size()+20, func() {
		if err := s.Pay(t.Context(), session); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a full disk is told as %v", err)
		}
	})
	if n := len(state(t, s).Payments); n != 0 {
		t.Errorf("%d payments that nobody was told of", n)
	}
	if err := s.Pay(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.Open(sandbox.Options{File: file, Clock: at, Secrets: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := len(state(t, again).Payments); n != 1 {
		t.Errorf("%d payments after the next start, want 1", n)
	}
}

func TestTheJournalNamesNoDonor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	s := open(t, file, clock.At(day))
	in := fund.Intent{ID: "d", Amount: money.Amount{Currency: "USD", Minor: 1000}, Every: fund.Once, Email: "reader@example.org"}
	first, err := s.Begin(t.Context(), in, "k")
	if err != nil {
		t.Fatal(err)
	}
	if second, err := s.Begin(t.Context(), in, "k"); err != nil || second != first {
		t.Errorf("the same call again is answered with %+v, %v", second, err)
	}
	in.Email = "other@example.org"
	if _, err := s.Begin(t.Context(), in, "k"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same key with another donor is answered with %v", err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("example.org")) {
		t.Error("the journal holds a donor's address")
	}
}

func TestTwoMovesOfTheClockAreToldInTheirOrder(t *testing.T) {
	s := open(t, "", clock.At(day))
	var told time.Duration
	second := make(chan error, 1)
	calls := 0
	s.OnAdvance(func() {
		offset := s.Offset()
		if calls++; calls == 1 {
			go func() { second <- s.Advance(24 * time.Hour) }()
			select {
			case err := <-second: // told in the midst of ours
				second <- err
			case <-time.After(200 * time.Millisecond):
			}
		}
		told = offset
	})
	if err := s.Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if told != 48*time.Hour {
		t.Errorf("who follows the clock was left at %s, it shows %s", told, s.Offset())
	}
}
