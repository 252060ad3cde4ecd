package desk

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAnEndlessAddressFillsNoMemory(t *testing.T) {
	for _, l := range signInLimits(strings.Repeat("x", 1<<20), netip.Prefix{}) {
		if len(l.Key) > 400 {
			t.Errorf("a counter's name has %d bytes", len(l.Key))
		}
	}
}
