package fund

import (
	"testing"
	"time"
)

func TestSlicesOfAStatementAreHalvedWhenTheyTakeTooLongAndGrowAgain(t *testing.T) {
	var p pace
	for i, v := range []struct {
		took time.Duration
		want int
	}{
		{5 * time.Millisecond, 32}, {26 * time.Millisecond, 16}, {time.Second, 8}, {time.Second, 4}, {time.Second, 2}, {time.Second, 1}, {time.Second, 1},
		{15 * time.Millisecond, 1}, {time.Millisecond, 2}, {time.Millisecond, 3}, {time.Millisecond, 4}, {time.Millisecond, 5}, {20 * time.Millisecond, 5},
	} {
		if p.took(v.took); p.lines() != v.want {
			t.Errorf("slice %d: after %v the next has %d lines, want %d", i, v.took, p.lines(), v.want)
		}
	}
}
