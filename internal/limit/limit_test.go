package limit

import (
	"strconv"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
)

func counter() (*Counter, *clock.Manual) {
	at := clock.At(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	return New(at), at
}

func TestAUsedUpLimitSaysHowLongToWaitAndOpensAgainThen(t *testing.T) {
	c, at := counter()
	two := []Limit{{Key: "a", Most: 2, Within: time.Hour}}
	for range 2 {
		if wait := c.Take(two); wait != 0 {
			t.Fatalf("a try within the limit waits %s", wait)
		}
		at.Add(10 * time.Minute)
	}
	if wait := c.Take(two); wait != 40*time.Minute {
		t.Errorf("the third waits %s", wait)
	}
	at.Add(40 * time.Minute)
	if wait := c.Take(two); wait != 0 {
		t.Errorf("once the first is forgotten it still waits %s", wait)
	}
}

func TestAProofHelpsWithSoftLimitsAlone(t *testing.T) {
	c, _ := counter()
	both := []Limit{{Key: "soft", Most: 1, Within: time.Hour, Soft: true}, {Key: "hard", Most: 2, Within: time.Hour}}
	c.Take(both)
	if wait, prove := c.Admit(both, false); wait != 0 || !prove {
		t.Errorf("without a proof: wait %s, prove %v", wait, prove)
	}
	if wait, prove := c.Admit(both, true); wait != 0 || prove {
		t.Errorf("with one: wait %s, prove %v", wait, prove)
	}
	if wait, prove := c.Admit(both, true); wait == 0 || prove {
		t.Errorf("past the hard limit: wait %s, prove %v", wait, prove)
	}
}

func TestATryThatWentWellIsGivenBack(t *testing.T) {
	c, _ := counter()
	list := []Limit{{Key: "mine", Most: 3, Within: time.Hour}, {Key: "ours", Most: 4, Within: time.Hour}}
	for range 3 {
		c.Take(list)
	}
	c.Give(list)
	for i, free := range []bool{true, true, false} {
		if got := c.Take(list) == 0; got != free {
			t.Errorf("try %d after it: %v", i+1, got)
		}
	}
	if c.First("proof", time.Hour) != true || c.First("proof", time.Hour) {
		t.Error("what comes twice is new twice")
	}
}

func TestAFloodOfNamesFillsNoMemory(t *testing.T) {
	c, at := counter()
	for i := range mostKeys {
		c.Take([]Limit{{Key: strconv.Itoa(i), Most: 1, Within: time.Minute}})
	}
	at.Add(30 * time.Second)
	c.Take([]Limit{{Key: "late", Most: 1, Within: time.Hour}})
	if len(c.tries) != 1 {
		t.Errorf("%d counters are kept in a flood", len(c.tries))
	}
	for i := range mostKeys - 1 {
		c.Take([]Limit{{Key: strconv.Itoa(i), Most: 1, Within: time.Minute}})
	}
	at.Add(2 * time.Minute)
	c.Take([]Limit{{Key: "later", Most: 1, Within: time.Hour}})
	if len(c.tries) != 2 || c.Take([]Limit{{Key: "late", Most: 1, Within: time.Hour}}) == 0 {
		t.Errorf("%d counters are kept once the flood's are over, and not the one that still counts", len(c.tries))
	}
}
