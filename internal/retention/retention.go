// Package retention says which kinds of data a newsroom keeps, for how long, and
// what of that it may decide. Package store removes what is over.
package retention

import (
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Kind is a kind of data.
type Kind string

// The kinds whose period the newsroom decides.
const (
	Contacts      Kind = "contacts" // addresses that readers gave with a report
	Reports       Kind = "reports"  // readers' reports that are settled
	Spiked        Kind = "spiked"   // stories that were spiked and never public, with all their revisions
	Notices       Kind = "notices"  // what the desk told its people
	Previews      Kind = "previews" // links to previews, after their end
	Mails         Kind = "mails"    // address and text of mails that were sent
	Imports       Kind = "imports"  // what an import left for a person, once it is settled
	Uploads       Kind = "uploads"  // files of expenses that were looked at and never booked
	Missed        Kind = "missed"   // how often addresses were asked for that do not exist
	Calls         Kind = "calls"    // what payment providers announced
	Reasons       Kind = "reasons"  // what donors wrote when they ended a plan
	Attempts      Kind = "attempts" // people who began a gift that never came
	Donors        Kind = "donors"   // people who gave, after their last gift
	Payers        Kind = "payers"   // names and purposes on the bank's statements
	Finished      Kind = "finished" // background work that is done
	RemovalCounts Kind = "removals" // how many of each kind were removed on which day
)

// The kinds whose period nobody decides: the program's own, or for ever.
const (
	Sessions Kind = "sessions" // of staff and donors
	Links    Kind = "links"    // one-time links, after their end
	Tabs     Kind = "tabs"     // what an open tab of the editor has saved
	Files    Kind = "files"    // statements of a bank while they are read in
	Declines Kind = "declines" // refused payments, for the defence against tests of cards
	Receipts Kind = "receipts" // the law's years, set with the receipts
	Books    Kind = "books"
	Record   Kind = "record" // published versions, corrections, addresses
	Audit    Kind = "audit"
	Erasures Kind = "erasures" // which donors were erased, so that a restored backup forgets them too
)

// Rule is what holds for one kind.
type Rule struct {
	Kind    Kind
	Default int  // days
	Least   int  // days: what the law or the program needs
	Most    int  // days
	Fixed   bool // nobody decides: Default is what the program does, 0 is for ever
	Law     bool // Least is the law's
	Money   bool // stands with the money
}

const year = 365

// tenYears are ten years after the end of the year, whenever in it something
// was: the longest that a country of our receipts wants vouchers kept, with the
// leap days that eleven years have and one for the clocks of the world.
const tenYears = 11*year + 4

var rules = []Rule{
	{Kind: Contacts, Default: 180, Least: 1, Most: 10 * year},
	{Kind: Reports, Default: 2 * year, Least: 30, Most: 20 * year},
	{Kind: Spiked, Default: 30, Least: 30, Most: 10 * year},
	{Kind: Notices, Default: 90, Least: 7, Most: 2 * year},
	{Kind: Previews, Default: 90, Least: 1, Most: 2 * year},
	{Kind: Mails, Default: 90, Least: 7, Most: 2 * year},
	{Kind: Imports, Default: year, Least: 30, Most: 10 * year},
	{Kind: Missed, Default: 30, Least: 7, Most: year},
	{Kind: Finished, Default: 7, Least: 1, Most: year},
	{Kind: RemovalCounts, Default: 2 * year, Least: 90, Most: 10 * year},

	{Kind: Attempts, Default: year, Least: 60, Most: 5 * year, Money: true},
	{Kind: Reasons, Default: 2 * year, Least: 1, Most: 10 * year, Money: true},
	{Kind: Calls, Default: year, Least: 90, Most: 10 * year, Money: true},
	{Kind: Uploads, Default: 30, Least: 1, Most: year, Money: true},
	{Kind: Donors, Default: tenYears, Least: tenYears, Most: 50 * year, Law: true, Money: true},
	{Kind: Payers, Default: tenYears, Least: tenYears, Most: 50 * year, Law: true, Money: true},

	{Kind: Sessions, Default: 14, Fixed: true},
	{Kind: Links, Default: year, Fixed: true},
	{Kind: Tabs, Default: 30, Fixed: true},
	{Kind: Files, Default: 1, Fixed: true, Money: true},
	{Kind: Declines, Default: 90, Fixed: true, Money: true},
	{Kind: Receipts, Fixed: true, Law: true, Money: true},
	{Kind: Books, Fixed: true, Law: true, Money: true},
	{Kind: Record, Fixed: true},
	{Kind: Audit, Fixed: true},
	{Kind: Erasures, Fixed: true, Money: true},
}

// Rules lists all kinds: those that the newsroom decides first.
func Rules() []Rule { return append([]Rule(nil), rules...) }

// Of is the rule of a kind; the zero Rule for one that there is not.
func Of(k Kind) Rule {
	for _, r := range rules {
		if r.Kind == k {
			return r
		}
	}
	return Rule{}
}

// Periods are the days that the newsroom chose; a kind that is left out has its
// default. It is kept as one JSON value.
type Periods map[Kind]int

// Days is for how many days a kind is kept; 0 is for ever.
func (p Periods) Days(k Kind) int {
	r := Of(k)
	if n, ok := p[k]; ok && !r.Fixed {
		return n
	}
	return r.Default
}

// Before is the moment from which on a kind is kept at a time: what is older goes.
func (p Periods) Before(k Kind, now time.Time) time.Time {
	return now.Add(-time.Duration(p.Days(k)) * 24 * time.Hour)
}

// Validate checks every period against its rule; fault.Fields by kind.
func (p Periods) Validate() error {
	bad := fault.Fields{}
	for k, n := range p {
		r := Of(k)
		switch {
		case r.Kind == "" || r.Fixed:
			bad[string(k)] = "The period of this kind of data can't be chosen."
		case n < r.Least && r.Law:
			bad[string(k)] = "The law wants this to be kept for longer."
		case n < r.Least || n > r.Most:
			bad[string(k)] = "Choose a number of days within the limits."
		}
	}
	return bad.Err()
}
