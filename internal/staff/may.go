package staff

import (
	"slices"
	"time"
)

// Action is something that a person may or may not do.
type Action string

// The actions of the newsroom's table of permissions, and those of the money.
const (
	WriteOwn    Action = "write_own"    // create and edit one's own draft
	ReadDrafts  Action = "read_drafts"  // see others' drafts
	EditDrafts  Action = "edit_drafts"  // edit others' drafts
	ReadSources Action = "read_sources" // sources and confidential notes
	AcceptPitch Action = "accept_pitch" // let a pitch become a draft
	Review      Action = "review"       // hand a story on or back, assign it, spike it
	Approve     Action = "approve"
	Publish     Action = "publish" // publish and schedule
	Correct     Action = "correct"
	Retract     Action = "retract"  // the text is struck, the address stays
	Withdraw    Action = "withdraw" // the address answers 410 or 451
	Confirm     Action = "confirm"  // a withdrawal, as the second person
	Override    Action = "override" // let a stop pass, with a reason; hold a story back
	BreakLock   Action = "break_lock"
	EditRules   Action = "edit_rules" // dictionary and style rules
	EditMedia   Action = "edit_media"
	Appoint     Action = "appoint"        // users and roles: Object.Role to Object.Holder
	Outlet      Action = "outlet"         // name, language, zone, currency, look
	Arrange     Action = "arrange"        // front page, topics, profiles of those who write, standing pages
	Operate     Action = "infrastructure" // infrastructure, backup, import
	ReadAudit   Action = "read_audit"

	SeeDonors   Action = "see_donors" // with their gifts
	Refund      Action = "refund"
	Allocate    Action = "allocate"
	Receipts    Action = "receipts"
	Expenses    Action = "expenses"
	ClosePeriod Action = "close_period"
	EraseDonor  Action = "erase_donor"
	ConnectBank Action = "connect_bank" // connect a processor, change bank details
	Campaigns   Action = "campaigns"    // goals, texts, dates, matching funds, news to supporters
	SeeMoney    Action = "see_money"    // totals without any donor
)

// Object is what an action is done to. Leave out what does not apply.
type Object struct {
	Section string   // id of an article's section
	Authors []string // accounts whose own it is
	Invited []string // accounts that were asked to work on it
	Named   []string // accounts that may read its confidential notes
	// Sole tells that somebody else has to look at it (four eyes), and that nobody
	// but the person who is asked about has written it.
	Sole bool

	Role   Role   // for Appoint
	Holder Person // for Appoint: whose account it is
}

// Verdict is the short answer.
type Verdict string

// The verdicts. Propose lets a person ask for it, for somebody else to decide.
const (
	No      Verdict = "no"
	Propose Verdict = "propose"
	Yes     Verdict = "yes"
)

// Decision is the answer to May. Where Verdict is Yes, the other fields are
// conditions that the caller has to meet before it acts.
type Decision struct {
	Verdict Verdict
	Prove   bool          // the person must have proved who they are within ProofLasts
	Second  Role          // somebody else with this role has to confirm; "" for nobody
	Reason  bool          // a reason has to be written, and is logged
	Undo    time.Duration // how long it must wait, so that it can be taken back
	Tell    Role          // everybody with this role gets a mail; "" for nobody
	Why     string        // where it is not Yes: key of a sentence in the message catalogue
}

// OK tells whether the action is allowed (under the decision's conditions).
func (d Decision) OK() bool { return d.Verdict == Yes }

// ProofLasts is how long a password, code or link proves that it is really
// this person who sits at the machine.
const ProofLasts = 15 * time.Minute

// undo stands in for the second person where there is no second person.
const undo = 10 * time.Minute

// May decides whether a person may do something to an object. It is the only
// place that knows; a disabled account may nothing.
func May(p Person, a Action, o Object) Decision {
	if p.State != Active {
		return Decision{Verdict: No, Why: "staff.why.disabled"}
	}
	var d Decision
	switch a {
	case Appoint:
		d = mayAppoint(p, o)
	case ConnectBank:
		d = mayConnect(p)
	default:
		d = fromTable(p, a, o)
	}
	if d.OK() {
		return conditions(p, a, o, d)
	}
	return d
}

// fromTable takes the best cell among the person's roles.
func fromTable(p Person, a Action, o Object) Decision {
	best := Decision{Verdict: No, Why: "staff.why.role"}
	for _, g := range p.roles() {
		c := table[a][g.Role]
		if g.Section != "" && g.Section != o.Section && !anySection[a] {
			continue
		}
		switch {
		case c == never:
		case !c.holds(p, g, o):
			if best.Verdict == No {
				best.Why = c.why()
			}
		case c == propose:
			best = Decision{Verdict: Propose, Why: "staff.why.propose"}
		default:
			return Decision{Verdict: Yes}
		}
	}
	return best
}

// anySection are the actions whose object belongs to no section, so that a
// role in one section counts as the role.
var anySection = map[Action]bool{EditRules: true, EditMedia: true, Arrange: true, ReadAudit: true, SeeMoney: true}

// holds checks what a cell asks for beyond the role itself.
func (c cell) holds(p Person, g Grant, o Object) bool {
	switch c {
	case own:
		return len(o.Authors) == 0 || slices.Contains(o.Authors, p.ID)
	case notOwn:
		return !slices.Contains(o.Authors, p.ID)
	case invited:
		return slices.Contains(o.Invited, p.ID)
	case named:
		return slices.Contains(o.Named, p.ID)
	case inSection:
		return g.Section == "" || g.Section == o.Section
	case withGrant:
		return slices.ContainsFunc(p.Grants, func(h Grant) bool {
			return h.Role == Publishing && (h.Section == "" || h.Section == o.Section)
		})
	}
	return true
}

func (c cell) why() string {
	switch c {
	case own:
		return "staff.why.notyours"
	case notOwn:
		return "staff.why.own"
	case invited:
		return "staff.why.invited"
	case named:
		return "staff.why.named"
	case inSection:
		return "staff.why.section"
	}
	return "staff.why.role"
}

// mayConnect asks for both rights: whoever has only one of them needs somebody
// with the other.
func mayConnect(p Person) Decision {
	publisher, treasurer := p.Has(Publisher), p.Has(Treasurer)
	switch {
	case publisher && treasurer:
		return Decision{Verdict: Yes}
	case publisher:
		return Decision{Verdict: Yes, Second: Treasurer}
	case treasurer:
		return Decision{Verdict: Yes, Second: Publisher}
	}
	return Decision{Verdict: No, Why: "staff.why.role"}
}

// mayAppoint keeps everybody below themselves: nobody grants or takes away
// their own role or one above it, nor touches the account of somebody who
// stands as high as they do. Owners are the exception: they appoint owners.
func mayAppoint(p Person, o Object) Decision {
	if o.Holder.ID == p.ID && p.ID != "" {
		return Decision{Verdict: No, Why: "staff.why.self"}
	}
	for _, r := range append([]Role{o.Role}, held(o.Holder)...) {
		if r != "" && !appoints(p, r) {
			return Decision{Verdict: No, Why: "staff.why.above"}
		}
	}
	if o.Role == "" && len(o.Holder.Grants) == 0 && !appoints(p, Contributor) {
		return Decision{Verdict: No, Why: "staff.why.role"}
	}
	return Decision{Verdict: Yes}
}

func held(p Person) []Role {
	out := make([]Role, 0, len(p.Grants))
	for _, g := range p.Grants {
		out = append(out, g.Role)
	}
	return out
}

// appoints tells whether one of the person's roles may grant r.
func appoints(p Person, r Role) bool {
	return slices.ContainsFunc(p.roles(), func(g Grant) bool {
		switch g.Role {
		case Owner:
			return true
		case Admin, Publisher:
			return ranks[r] < ranks[g.Role]
		case Editor:
			return r == Contributor
		}
		return false
	})
}

// conditions adds what an allowed action still asks for.
func conditions(p Person, a Action, o Object, d Decision) Decision {
	if o.Sole && (a == Approve || a == Correct) {
		d.Second = Editor
	}
	switch a {
	case Appoint, Operate, EraseDonor, Refund:
		d.Prove = true
	case ConnectBank:
		d.Prove, d.Tell = true, Owner
	case Withdraw:
		d.Second, d.Reason = Editor, true
	case Retract:
		d.Reason = true
	}
	if d.Second != "" && p.Alone {
		d.Second, d.Prove, d.Reason, d.Undo = "", true, true, undo
	}
	return d
}
