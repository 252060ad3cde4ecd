package staff

import (
	"slices"
	"time"
)

// Scope is a part of what its person may do that a token opens.
type Scope string

// The scopes. None of them gives more than the person has.
const (
	ReadStories  Scope = "stories:read"  // stories, their revisions and notes, as their person may read them
	WriteStories Scope = "stories:write" // text, notes, assignments and the steps within the house
	PublishScope Scope = "publish"       // every step that readers see
	MediaScope   Scope = "media"         // pictures: bring in, describe
	SiteScope    Scope = "site"          // sections, topics, people, front page, navigation, redirects
	SettingScope Scope = "settings"      // what the newsroom is called and how it looks
	StaffScope   Scope = "staff"         // accounts and roles
	AuditScope   Scope = "audit"         // the record of what was done
	MoneyScope   Scope = "money:read"    // campaigns and books, without any donor
	DonorScope   Scope = "donors:read"   // donors and their gifts
)

// Scopes lists them all.
func Scopes() []Scope {
	return []Scope{ReadStories, WriteStories, PublishScope, MediaScope, SiteScope, SettingScope, StaffScope, AuditScope, MoneyScope, DonorScope}
}

// within says what each scope opens.
var within = map[Scope][]Action{
	ReadStories:  {ReadDrafts, WriteOwn, EditDrafts},
	WriteStories: {WriteOwn, EditDrafts, AcceptPitch, Review, Approve, Override},
	PublishScope: {Publish, Correct, Retract, Withdraw, Confirm},
	MediaScope:   {EditMedia},
	SiteScope:    {EditMedia, Outlet, Review, Publish},
	SettingScope: {Outlet, Operate},
	StaffScope:   {Appoint},
	AuditScope:   {ReadAudit},
	MoneyScope:   {SeeMoney, Campaigns, Outlet},
	DonorScope:   {SeeDonors},
}

// CanUse tells whether a person may do anything at all of what a scope opens, so
// that it makes sense to offer it.
func (s Scope) CanUse(p Person) bool { return MayAny(p, within[s]) }

// MayAny asks for any of the actions, to the least of what each can be done to:
// something of the person's own section, or the lowest role. What is then done to
// a thing is asked about that thing. No action at all is for whoever works here.
func MayAny(p Person, any []Action) bool {
	return len(any) == 0 || slices.ContainsFunc(any, func(a Action) bool {
		return May(p, a, least(p, a)).OK()
	})
}

func least(p Person, a Action) Object {
	o := Object{}
	if a == Appoint {
		o.Role = Contributor
		return o
	}
	for _, g := range p.Grants {
		if g.Section == "" {
			return Object{}
		}
		o.Section = g.Section
	}
	return o
}

// How long a token may work, and how long it does unless somebody chooses.
const (
	TokenMost  = 366 * 24 * time.Hour
	TokenUsual = 90 * 24 * time.Hour
)
