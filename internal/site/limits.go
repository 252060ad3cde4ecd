package site

import (
	"net/netip"
	"time"

	"masthead.dev/masthead/internal/limit"
)

const quarter = 15 * time.Minute

// Limits are soft but for two: a mailbox is filled by nobody, whatever proofs
// are brought, and one network that can be told from others asks for so many
// mails at most. So no stranger can lock a donor out, or all who come by an
// onion service or an unknown proxy.
const (
	fewMails   = 4   // to one address within a quarter of an hour
	mailsOfDay = 20  // to one address within a day
	mostMails  = 8   // to one address within an hour, with proofs
	ofNetwork  = 20  // from one network within a quarter of an hour; three times as many with proofs
	ofUnknown  = 200 // from all networks that can't be told apart, within a quarter of an hour
)

// mailLimits are those of mails that somebody asks for. They count the same
// whether or not somebody gave from the address.
func mailLimits(address string, from netip.Prefix) []limit.Limit {
	list := append(softLimits("", address, from), limit.Limit{Key: "address for an hour " + address, Most: mostMails, Within: time.Hour})
	if from.IsValid() {
		list = append(list, limit.Limit{Key: "network with proofs " + from.String(), Most: 3 * ofNetwork, Within: quarter})
	}
	return list
}

// transferLimits are those of gifts by bank.
func transferLimits(address string, from netip.Prefix) []limit.Limit {
	return softLimits("transfer ", address, from)
}

func softLimits(kind, address string, from netip.Prefix) []limit.Limit {
	network := limit.Limit{Key: kind + "network " + from.String(), Most: ofNetwork, Within: quarter, Soft: true}
	if !from.IsValid() {
		network.Most = ofUnknown
	}
	return []limit.Limit{{Key: kind + "address " + address, Most: fewMails, Within: quarter, Soft: true}, {Key: kind + "address for a day " + address, Most: mailsOfDay, Within: 24 * time.Hour, Soft: true}, network}
}
