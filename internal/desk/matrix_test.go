package desk_test

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// door is a way into the newsroom: its pages, and programs' addresses when there
// are some. A door lets in whom the table of permissions lets in, and nobody
// else; it knows no rules of its own.
type door interface {
	// try asks for what an action needs; let tells whether it got past the door.
	try(b *desktest.Browser, nonce string, a staff.Action) (let, asked bool)
}

var doors = map[string]door{"pages": pageDoor{
	staff.EditMedia:   "GET /desk/media",
	staff.Outlet:      "GET /desk/settings",
	staff.Arrange:     "GET /desk/front",
	staff.Operate:     "GET /desk/jobs",
	staff.ReadAudit:   "GET /desk/audit",
	staff.Appoint:     "GET /desk/people/new",
	staff.SeeDonors:   "GET /desk/money/donors",
	staff.Refund:      "POST /desk/money/gifts/x/refund",
	staff.Allocate:    "GET /desk/money/suspense",
	staff.Expenses:    "GET /desk/money/expenses",
	staff.ClosePeriod: "GET /desk/money/periods",
	staff.EraseDonor:  "POST /desk/money/donors/x/erase",
	staff.ConnectBank: "GET /desk/money/accounts/new",
	staff.Campaigns:   "GET /desk/money/campaigns/new",
	staff.SeeMoney:    "GET /desk/money",
}}

// elsewhere are the actions that no address asks for alone: they are done to a
// story or a thing, and tried where its pages are.
var elsewhere = map[staff.Action]string{
	staff.WriteOwn: "stories", staff.ReadDrafts: "stories", staff.EditDrafts: "stories", staff.Approve: "stories", staff.Publish: "stories",
	staff.Correct: "stories", staff.Retract: "stories", staff.Withdraw: "stories", staff.BreakLock: "stories",
	"accept_pitch": "stories", "review": "stories", "confirm": "stories", "override": "stories",
	staff.ReadSources: "no page yet", staff.EditRules: "no page yet", staff.Receipts: "a receipt's page",
}

type pageDoor map[staff.Action]string

func (d pageDoor) try(b *desktest.Browser, nonce string, a staff.Action) (let, asked bool) {
	method, path, asked := strings.Cut(d[a], " ")
	if !asked {
		return false, false
	}
	if method == http.MethodPost {
		return b.Post(path, map[string][]string{"nonce": {nonce}}).Status != http.StatusForbidden, true
	}
	return b.Get(path).Status == http.StatusOK, true
}

// actions are all that the table of permissions knows, read from its source.
func actions(t *testing.T) (out []staff.Action) {
	t.Helper()
	src, err := os.ReadFile("../staff/may.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t\w+\s+Action = "(\w+)"`).FindAllStringSubmatch(string(src), -1) {
		out = append(out, staff.Action(m[1]))
	}
	if len(out) < 20 {
		t.Fatalf("only %d actions were found", len(out))
	}
	return out
}

// holders are people of every role, in the whole newsroom and, where that may be,
// in one section.
func holders(r *desktest.Room) (out []staff.Person) {
	r.T.Helper()
	for _, role := range staff.Roles() {
		out = append(out, r.Hire("all-"+string(role), role))
		if !role.Sectional() {
			continue
		}
		p := r.Hire("town-" + string(role))
		r.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Grant(ctx, desktest.Tester, p.ID, staff.Grant{Role: role, Section: "town"})
		})
		out = append(out, p)
	}
	return out
}

// least is what an action can be done to at the least: something in the person's
// own section.
func least(p staff.Person, a staff.Action) staff.Object {
	o := staff.Object{}
	if a == staff.Appoint {
		o.Role = staff.Contributor
	}
	for _, g := range p.Grants {
		o.Section = g.Section
	}
	return o
}

func TestEveryDoorLetsInWhomTheTableLetsIn(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("founder", staff.Owner)
	for _, p := range holders(r) {
		acc, err := r.Store.Account(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		b := r.SignIn(p)
		nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
		for _, a := range actions(t) {
			want := staff.May(acc.Person, a, least(acc.Person, a)).OK()
			if a == staff.SeeMoney { // whoever sets the newsroom up sees what it is funded by
				want = want || staff.May(acc.Person, staff.Outlet, staff.Object{}).OK()
			}
			for name, d := range doors {
				let, asked := d.try(b, nonce, a)
				if !asked && elsewhere[a] == "" {
					t.Errorf("no address of the %s asks for %s, and nothing says where it is tried", name, a)
				}
				if asked && let != want {
					t.Errorf("%s, %s: the %s let in %v, the table says %v", p.Name, a, name, let, want)
				}
			}
		}
	}
}

// below says for each role which roles it may give and take, and whose accounts
// it may touch: the rule as people write it down.
var below = map[staff.Role]string{
	staff.Contributor: "", staff.Reporter: "", staff.Publishing: "", staff.Treasurer: "",
	staff.Editor:    "contributor",
	staff.Publisher: "contributor reporter editor publishing",
	staff.Admin:     "contributor reporter editor publishing publisher",
	staff.Owner:     "contributor reporter editor publishing publisher treasurer admin owner",
}

func mayGive(by, role staff.Role) bool {
	return strings.Contains(" "+below[by]+" ", " "+string(role)+" ")
}

func TestNobodyGivesOrTakesARoleOfTheirOwnRankOrAbove(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("founder", staff.Owner)
	for _, by := range staff.Roles() {
		me := r.Hire("by-"+string(by), by)
		b := r.SignIn(me)
		nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
		send := func(p staff.Person, do string, role staff.Role) bool {
			t.Helper()
			got := b.Post("/desk/people/"+p.ID+do, map[string][]string{"nonce": {nonce}, "role": {string(role)}, "state": {"active"}, "by": {"link"}}).Status
			return got != http.StatusForbidden && got != http.StatusUnprocessableEntity
		}
		for _, role := range staff.Roles() {
			name := "new-" + string(by) + "-" + string(role)
			made := b.Post("/desk/people/new", map[string][]string{"nonce": {nonce}, "name": {name}, "email": {name + "@lantern.example"}, "lang": {"en"},
				"role": {string(role)}, "by": {"mail"}}).Status == http.StatusSeeOther
			if made != mayGive(by, role) {
				t.Errorf("%s makes an account for a %s: %v", by, role, made)
			}
			holder := r.Hire("of-"+string(by)+"-"+string(role), role)
			for _, do := range []string{"/state", "/reset", "/invite", "/withdraw"} {
				if got := send(holder, do, ""); got != mayGive(by, role) {
					t.Errorf("%s sends %s of a %s: %v", by, do, role, got)
				}
			}
			for _, given := range staff.Roles() {
				want := mayGive(by, role) && mayGive(by, given)
				if got := send(holder, "/grant", given); got != want {
					t.Errorf("%s gives a %s the role %s: %v", by, role, given, got)
				}
				if given == role || !want {
					continue
				}
				if got := send(holder, "/revoke", given); !got {
					t.Errorf("%s can't take the role %s back from a %s", by, given, role)
				}
			}
			if got := send(me, "/grant", role); got {
				t.Errorf("%s gives themselves the role %s", by, role)
			}
			if got := send(me, "/revoke", by); got {
				t.Errorf("%s takes their own role %s", by, by)
			}
		}
		a, err := r.Store.Account(t.Context(), me.ID)
		if err != nil || len(a.Grants) != 1 || a.Grants[0].Role != by {
			t.Errorf("%s is %+v now, %v", by, a.Grants, err)
		}
	}
}
