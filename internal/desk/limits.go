package desk

import (
	"net/netip"
	"time"

	"masthead.dev/masthead/internal/limit"
)

// window is the time of all limits here.
const window = 15 * time.Minute

// signInLimits: a few for one account from one network; more for a network,
// where a whole newsroom may sit behind one address; and more still for an
// account from everywhere, so that a swarm is slowed but one stranger can't lock
// somebody out. Where the network isn't known all such tries count together.
func signInLimits(email string, from netip.Prefix) []limit.Limit {
	net := from.String()
	email = email[:min(len(email), longestEmail)]
	return []limit.Limit{
		{Key: "account " + email + " from " + net, Most: 5, Within: window},
		{Key: "network " + net, Most: 30, Within: window},
		{Key: "account " + email, Most: 50, Within: window},
	}
}

// longestEmail is RFC 5321's (4.5.3.1.3). A form may bring a longer text, of which
// the counters must not keep a megabyte each.
const longestEmail = 254

// askLimits: opening the page of signing in asks for a question each time, and
// every four minutes again.
func askLimits(staffID string, from netip.Prefix) []limit.Limit {
	return []limit.Limit{{Key: "passkey " + staffID + " " + from.String(), Most: 200, Within: window}}
}

func codeLimits(staffID string) []limit.Limit {
	return []limit.Limit{{Key: "code " + staffID, Most: 6, Within: window}}
}
