package staff_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/staff/stafftest"
)

const me, other = "me", "somebody-else"

func person(grants ...staff.Grant) staff.Person {
	return staff.Person{ID: me, State: staff.Active, Grants: grants}
}

func in(section string, r staff.Role) staff.Grant { return staff.Grant{Role: r, Section: section} }

// others is a story of somebody else in the section "town".
var others = staff.Object{Section: "town", Authors: []string{other}}

func TestEveryCellOfTheTableOfPermissionsHolds(t *testing.T) {
	all := stafftest.Cells()
	if len(all) != 29*6 {
		t.Fatalf("the table has %d cells", len(all))
	}
	for _, c := range all {
		t.Run(c.Action+" by "+c.Role, func(t *testing.T) { checkCell(t, staff.Action(c.Action), staff.Role(c.Role), c.Holds) })
	}
}

func checkCell(t *testing.T, a staff.Action, r staff.Role, cell string) {
	t.Helper()
	expect := func(v staff.Verdict, p staff.Person, o staff.Object) {
		t.Helper()
		if d := staff.May(p, a, o); d.Verdict != v {
			t.Errorf("%v on %+v: %s, want %s", p.Grants, o, d.Verdict, v)
		} else if (v != staff.Yes) != (d.Why != "") {
			t.Errorf("%s comes with the reason %q", v, d.Why)
		}
	}
	everywhere, mine := person(in("", r)), staff.Object{Section: "town", Authors: []string{me}}
	switch cell {
	case "yes":
		expect(staff.Yes, everywhere, others)
		expect(staff.Yes, everywhere, mine)
	case "–":
		expect(staff.No, everywhere, others)
		expect(staff.No, everywhere, mine)
	case "propose":
		expect(staff.Propose, everywhere, others)
	case "own":
		expect(staff.Yes, everywhere, mine)
		expect(staff.No, everywhere, others)
	case "not own":
		expect(staff.Yes, everywhere, others)
		expect(staff.No, everywhere, mine)
	case "section":
		expect(staff.Yes, person(in("town", r)), others)
		if a != staff.ReadAudit { // its entries are chosen by the sections of the person
			expect(staff.No, person(in("river", r)), others)
		}
	case "invited":
		expect(staff.No, everywhere, others)
		expect(staff.Yes, everywhere, staff.Object{Section: "town", Authors: []string{other}, Invited: []string{me}})
	case "named":
		expect(staff.No, everywhere, others)
		expect(staff.Yes, everywhere, staff.Object{Section: "town", Authors: []string{other}, Named: []string{me}})
	case "grant":
		expect(staff.No, everywhere, others)
		expect(staff.Yes, person(in("", r), in("", staff.Publishing)), others)
		expect(staff.Yes, person(in("", r), in("town", staff.Publishing)), others)
		expect(staff.No, person(in("", r), in("river", staff.Publishing)), others)
	default:
		t.Errorf("no test for %q", cell)
	}
}

func TestAnOwnerIsAdminPublisherAndTreasurerInOne(t *testing.T) {
	owner := person(in("", staff.Owner))
	for _, r := range []staff.Role{staff.Admin, staff.Publisher, staff.Treasurer} {
		if !owner.Has(r) {
			t.Errorf("the owner is no %s", r)
		}
	}
	for _, a := range []staff.Action{staff.Operate, staff.Publish, staff.SeeDonors, staff.Outlet, staff.ConnectBank} {
		if d := staff.May(owner, a, others); !d.OK() {
			t.Errorf("an owner may not %s: %s", a, d.Why)
		}
	}
}

func TestARoleInOneSectionEndsAtItsBorder(t *testing.T) {
	p := person(in("town", staff.Editor))
	river := staff.Object{Section: "river", Authors: []string{other}}
	for _, a := range []staff.Action{staff.ReadDrafts, staff.EditDrafts, staff.Approve, staff.Correct, staff.BreakLock} {
		if !staff.May(p, a, others).OK() {
			t.Errorf("%s is refused in the own section", a)
		}
		if staff.May(p, a, river).Verdict != staff.No {
			t.Errorf("%s is allowed in a foreign section", a)
		}
	}
}

func TestADisabledAccountMayNothing(t *testing.T) {
	p := person(in("", staff.Owner))
	p.State = staff.Disabled
	if d := staff.May(p, staff.Outlet, staff.Object{}); d.OK() || d.Why != "staff.why.disabled" {
		t.Errorf("got %+v", d)
	}
}

func TestNobodyGrantsTheirOwnRoleOrOneAboveIt(t *testing.T) {
	may := map[staff.Role]string{
		staff.Contributor: "",
		staff.Reporter:    "",
		staff.Editor:      "contributor",
		staff.Publishing:  "",
		staff.Publisher:   "contributor reporter editor publishing",
		staff.Treasurer:   "",
		staff.Admin:       "contributor reporter editor publishing publisher",
		staff.Owner:       "contributor reporter editor publishing publisher treasurer admin owner",
	}
	for _, r := range staff.Roles() {
		for _, give := range staff.Roles() {
			want := strings.Contains(" "+may[r]+" ", " "+string(give)+" ")
			d := staff.May(person(in("", r)), staff.Appoint, staff.Object{Role: give, Holder: staff.Person{ID: other}})
			if d.OK() != want {
				t.Errorf("%s grants %s: %v, want %v", r, give, d.OK(), want)
			}
			if d.OK() && !d.Prove {
				t.Errorf("%s grants %s without proving who they are", r, give)
			}
		}
	}
}

func TestNobodyChangesTheirOwnRoles(t *testing.T) {
	for _, r := range staff.Roles() {
		d := staff.May(person(in("", r)), staff.Appoint, staff.Object{Role: staff.Contributor, Holder: staff.Person{ID: me}})
		if d.OK() {
			t.Errorf("%s may change their own roles", r)
		}
	}
}

func TestAnAccountAsHighAsOnesOwnIsOutOfReach(t *testing.T) {
	holder := staff.Person{ID: other, Grants: []staff.Grant{in("", staff.Editor), in("", staff.Treasurer)}}
	for _, r := range []staff.Role{staff.Publisher, staff.Admin, staff.Treasurer} {
		if staff.May(person(in("", r)), staff.Appoint, staff.Object{Role: staff.Reporter, Holder: holder}).OK() {
			t.Errorf("%s may change the account of a treasurer", r)
		}
	}
	if !staff.May(person(in("", staff.Owner)), staff.Appoint, staff.Object{Role: staff.Reporter, Holder: holder}).OK() {
		t.Error("an owner may not change the account of a treasurer")
	}
}

func TestConnectingAProcessorNeedsBothRightsAndTellsTheOwners(t *testing.T) {
	for _, c := range []struct {
		grants []staff.Grant
		ok     bool
		second staff.Role
	}{
		{[]staff.Grant{in("", staff.Publisher)}, true, staff.Treasurer},
		{[]staff.Grant{in("", staff.Treasurer)}, true, staff.Publisher},
		{[]staff.Grant{in("", staff.Publisher), in("", staff.Treasurer)}, true, ""},
		{[]staff.Grant{in("", staff.Owner)}, true, ""},
		{[]staff.Grant{in("", staff.Admin)}, false, ""},
		{[]staff.Grant{in("", staff.Editor)}, false, ""},
	} {
		d := staff.May(person(c.grants...), staff.ConnectBank, staff.Object{})
		if d.OK() != c.ok || d.Second != c.second {
			t.Errorf("%v: %+v", c.grants, d)
		}
		if d.OK() && (!d.Prove || d.Tell != staff.Owner) {
			t.Errorf("%v: no proof or no mail to the owners: %+v", c.grants, d)
		}
	}
}

func TestWithdrawingNeedsASecondPersonOrInAOnePersonOutletProofReasonAndTime(t *testing.T) {
	p := person(in("", staff.Publisher))
	if d := staff.May(p, staff.Withdraw, others); !d.OK() || d.Second == "" || !d.Reason {
		t.Errorf("with others there: %+v", d)
	}
	p.Alone = true
	d := staff.May(p, staff.Withdraw, others)
	if !d.OK() || d.Second != "" || !d.Prove || !d.Reason || d.Undo.Minutes() != 10 {
		t.Errorf("alone: %+v", d)
	}
}

func TestTheSectionsOfARoleAreListed(t *testing.T) {
	p := person(in("town", staff.Editor), in("river", staff.Editor))
	if ids, all := p.Sections(staff.Editor); all || strings.Join(ids, " ") != "town river" {
		t.Errorf("got %v, everywhere %v", ids, all)
	}
	if _, all := person(in("", staff.Editor)).Sections(staff.Editor); !all {
		t.Error("an editor of everything is limited")
	}
	if ids, all := p.Sections(staff.Publisher); all || len(ids) > 0 {
		t.Error("a role that is not held has sections")
	}
}

func TestAnUnknownRoleIsRefusedWithTheListOfRoles(t *testing.T) {
	if r, err := staff.ParseRole(" Editor "); err != nil || r != staff.Editor {
		t.Errorf("got %q, %v", r, err)
	}
	if _, err := staff.ParseRole("king"); err == nil || !strings.Contains(err.Error(), "contributor, reporter") {
		t.Errorf("got %v", err)
	}
}
