// Package staff knows the people of the newsroom: their roles, what each of
// them may do, and how they prove who they are. It keeps nothing and asks
// nobody; the desk, the commands and the programs' interface all get the same
// answer from May.
package staff

import (
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Role is what somebody was appointed to. A person may hold several.
type Role string

// The roles. Treasurer and Publishing are grants beside another role.
const (
	Contributor Role = "contributor"
	Reporter    Role = "reporter"
	Editor      Role = "editor"
	Publishing  Role = "publishing" // lets an editor publish and schedule
	Publisher   Role = "publisher"
	Admin       Role = "admin"
	Treasurer   Role = "treasurer"
	Owner       Role = "owner" // admin, publisher and treasurer in one
)

// Roles lists all roles, the least first.
func Roles() []Role {
	return []Role{Contributor, Reporter, Editor, Publishing, Publisher, Treasurer, Admin, Owner}
}

// ranks order the roles for one question only: who may appoint whom. Treasurer
// stands beside admin, so that nobody but an owner opens the donors' data.
var ranks = map[Role]int{
	Contributor: 1, Reporter: 2, Editor: 3, Publishing: 3, Publisher: 4, Treasurer: 5, Admin: 5, Owner: 6,
}

// ParseRole reads the name of a role; fault.Invalid with the list of names
// where there is none of that name.
func ParseRole(s string) (Role, error) {
	r := Role(strings.ToLower(strings.TrimSpace(s)))
	if ranks[r] != 0 {
		return r, nil
	}
	names := make([]string, 0, len(ranks))
	for _, known := range Roles() {
		names = append(names, string(known))
	}
	return "", fault.New(fault.Invalid, "%q is not a role; the roles are %s", s, strings.Join(names, ", "))
}

// Sectional tells whether a role may be granted for one section alone.
func (r Role) Sectional() bool {
	return r == Contributor || r == Reporter || r == Editor || r == Publishing
}

// Grant is a role, everywhere or in one section.
type Grant struct {
	Role    Role
	Section string // id; "" is everywhere
}

// State says whether an account may be used.
type State string

// The states of an account.
const (
	Active   State = "active"
	Disabled State = "disabled"
)

// Person is an account of the desk.
type Person struct {
	ID       string
	Email    string // lower case
	Name     string
	Lang     string // of the desk's interface
	PersonID string // the byline that is theirs; "" for none
	State    State
	Grants   []Grant
	Alone    bool // the only active account of the outlet

	CreatedAt  time.Time
	LastSeenAt time.Time // zero: never signed in
}

// Has tells whether the person holds a role anywhere; an owner holds admin,
// publisher and treasurer too.
func (p Person) Has(r Role) bool {
	return slices.ContainsFunc(p.roles(), func(g Grant) bool { return g.Role == r })
}

// Highest is the role that names the person best, "" for one without any.
func (p Person) Highest() Role {
	var best Role
	for _, g := range p.Grants {
		if best == "" || ranks[g.Role] > ranks[best] {
			best = g.Role
		}
	}
	return best
}

// Sections lists the sections that a role is limited to; everywhere is true
// where it is not limited, or not held at all and the list is empty.
func (p Person) Sections(r Role) (ids []string, everywhere bool) {
	for _, g := range p.roles() {
		if g.Role != r {
			continue
		}
		if g.Section == "" {
			return nil, true
		}
		ids = append(ids, g.Section)
	}
	return ids, false
}

// roles are the grants with an owner's spelt out.
func (p Person) roles() []Grant {
	out := slices.Clone(p.Grants)
	for _, g := range p.Grants {
		if g.Role == Owner {
			out = append(out, Grant{Role: Admin}, Grant{Role: Publisher}, Grant{Role: Treasurer})
		}
	}
	return out
}
