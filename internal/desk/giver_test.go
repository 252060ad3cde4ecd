package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// till is a newsroom that takes gifts.
type till struct {
	*room
	fund    *fund.Service
	sandbox *sandbox.Sandbox
}

func openTill(t *testing.T, s *store.Store) *till {
	x := &till{room: openAt(t, s, "")}
	x.found()
	var err error
	if x.sandbox, err = sandbox.Open(sandbox.Options{Clock: x.clock, Secrets: []string{"secret"}}); err != nil {
		t.Fatal(err)
	}
	money := &clock.Shifted{Base: x.clock}
	x.sandbox.OnAdvance(func() { money.Set(x.sandbox.Offset()) })
	*x.room.fund = fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: x.sandbox}, Wall: x.clock, Money: money,
		Zone: func() *time.Location { return time.UTC }, ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label: func(fund.Campaign, string) string { return "Costs" },
	}
	x.fund = x.room.fund
	return x
}

func (x *till) give(email, name, every, amount string) fund.Outcome {
	x.t.Helper()
	d, err := x.fund.Begin(x.t.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Currency: "USD", Every: every, Choice: amount, Email: email, Name: name, Provider: sandbox.Key}, locale.For("en"))
	if err != nil {
		x.t.Fatal(err)
	}
	if err := x.sandbox.Pay(x.t.Context(), d.Session); err != nil {
		x.t.Fatal(err)
	}
	o, err := x.fund.Outcome(x.t.Context(), d.ID)
	if err != nil || o.Payment.ID == "" {
		x.t.Fatal(o, err)
	}
	return o
}

func TestATreasurerFindsAGiftAndGivesPartOfItBackOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "once", "25.00")
		x.give("other@mail.example", "", "once", "40.00")
		b := x.signIn(x.hire("tess", staff.Treasurer))
		page := "/desk/money/gifts/" + o.Payment.ID
		list := b.get("/desk/money/gifts?q=PELL")
		if list.Find(`a[href="`+page+`"]`).Length() != 1 || strings.Contains(list.body, "other@mail.example") {
			t.Fatalf("the search found\n%s", list.Find("table").Text())
		}
		if a := b.get(page); !strings.Contains(a.Find("main").Text(), "$25") || !strings.Contains(a.Find("#movements").Parent().Text(), "sandbox:") {
			t.Errorf("the gift's page:\n%s", a.Find("main").Text())
		}
		for _, wrong := range []string{"0", "-1", "25.01", "1,000", "x", ""} {
			if a := b.fill(page, page+"/refund", "amount", wrong); a.status != http.StatusUnprocessableEntity || a.Find(".errors").Length() != 1 || a.Find(`input[name=amount]`).AttrOr("value", "?") != wrong {
				t.Errorf("%q to give back: %d", wrong, a.status)
			}
		}
		form := b.get(page)
		for range 2 { // a double click
			if a := b.send(form, page+"/refund", "amount", "10"); a.to() != page+"?done=refund" {
				t.Fatalf("%d %s", a.status, a.Find(".errors").Text())
			}
		}
		got, err := s.Paid(t.Context(), o.Payment.ID)
		if err != nil || got.Refunded != 1000 || len(got.Refunds) != 1 {
			t.Errorf("given back: %d in %d refunds, %v", got.Refunded, len(got.Refunds), err)
		}
		if a := b.get("/desk/money/gifts?view=refunded"); a.Find("tbody tr").Length() != 1 || b.get("/desk/money/gifts?view=disputed").Find("tbody td").Length() > 1 {
			t.Errorf("the view of refunds:\n%s", a.Find("table").Text())
		}
	})
}

func TestDonorsAreForTreasurersAndEveryLookIsLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "=Rowan", "month", "10.00")
		donor := "/desk/money/donors/" + o.Donor.ID
		paths := []string{"/desk/money/gifts", "/desk/money/gifts/" + o.Payment.ID, "/desk/money/donors", donor, "/desk/money/donors/export", "/desk/money/plans"}
		for _, role := range []staff.Role{staff.Reporter, staff.Editor, staff.Publisher, staff.Admin} {
			b := x.signIn(x.hire("the-"+string(role), role))
			for _, path := range paths {
				if a := b.get(path); a.status != http.StatusForbidden || strings.Contains(a.body, "rowan") || strings.Contains(a.body, "Rowan") {
					t.Errorf("%s at %s: %d", role, path, a.status)
				}
			}
		}
		b := x.signIn(x.hire("tess", staff.Treasurer))
		for _, path := range paths {
			if a := b.get(path); a.status != http.StatusOK || !strings.Contains(a.body, "Rowan") && !strings.Contains(a.body, "rowan@pell.example") {
				t.Errorf("the treasurer at %s: %d", path, a.status)
			}
		}
		if a := b.get("/desk/money/donors/export"); !strings.Contains(a.body, "rowan@pell.example,'=Rowan,en,no,") || !strings.Contains(a.body, "USD,10.00,1,") {
			t.Errorf("the file:\n%s", a.body)
		}
		log := x.log()
		for _, action := range []string{"donor.viewed", "donor.listed", "donor.exported"} {
			if !strings.Contains(log, action) {
				t.Errorf("nothing in the log of %s: %s", action, log)
			}
		}
		if a := x.signIn(x.hire("rep", staff.Reporter)).get("/desk/money/metrics"); a.status != http.StatusOK || strings.Contains(a.body, "owan") {
			t.Errorf("a reporter at the figures: %d", a.status)
		}
	})
}

func TestNotesTagsAndLapsedDonors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "once", "25.00")
		b := x.signIn(x.hire("tess", staff.Treasurer))
		page := "/desk/money/donors/" + o.Donor.ID
		if a := b.fill(page, page+"/notes", "note", "  "); a.status != http.StatusUnprocessableEntity {
			t.Errorf("an empty note: %d", a.status)
		}
		b.fill(page, page+"/notes", "note", "Met at the fair")
		b.fill(page, page+"/tags", "tags", "friend, board ,, friend")
		if a := b.get(page); !strings.Contains(a.Find("#notes").Parent().Text(), "Met at the fair") || a.Find(`input[name=tags]`).AttrOr("value", "") != "board, friend" {
			t.Errorf("the page:\n%s", a.Find("main").Text())
		}
		if a := b.fill(page, page+"/tags", "tags", strings.Repeat("x", 41)); a.status != http.StatusUnprocessableEntity || a.Find(`input[name=tags]`).AttrOr("value", "") == "" {
			t.Errorf("a long tag: %d", a.status)
		}
		if a := b.get("/desk/money/donors?tag=board"); a.Find("tbody tr").Length() != 1 {
			t.Error("the tag finds nobody")
		}
		if a := b.get("/desk/money/donors?view=lapsed"); strings.Contains(a.body, "rowan") {
			t.Error("somebody who has just given is lapsed")
		}
		x.clock.Add(400 * 24 * time.Hour)
		b = x.signIn(x.hire("tom", staff.Treasurer))
		if a := b.get("/desk/money/donors?view=lapsed"); !strings.Contains(a.body, "rowan@pell.example") {
			t.Errorf("after 13 months:\n%s", a.Find("table").Text())
		}
	})
}

func TestStaffEndsAPlanOnADonorsWishAndErasesAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "month", "10.00")
		b := x.signIn(x.hire("tess", staff.Treasurer))
		action := "/desk/money/plans/" + o.Plan.ID
		state := func() fund.PlanState {
			p, _, err := s.Plan(t.Context(), o.Plan.ID)
			if err != nil {
				t.Fatal(err)
			}
			return p.State
		}
		if a := b.fill("/desk/money/plans", action); a.status != http.StatusSeeOther || state() != fund.PlanCancelScheduled {
			t.Fatalf("after ending it: %d, %s", a.status, state())
		}
		if a := b.fill("/desk/money/plans", action); !strings.Contains(a.to(), "done=saved") || state() != fund.PlanActive {
			t.Fatalf("after resuming it: %s", state())
		}
		page := "/desk/money/donors/" + o.Donor.ID
		if a := b.fill(page, page+"/erase"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("without the box: %d", a.status)
		}
		if a := b.fill(page, page+"/erase", "confirm", "on"); a.to() != "/desk/money/donors?done=erased" || state() != fund.PlanCancelled {
			t.Errorf("after erasing: %d, the plan is %s", a.status, state())
		}
		if a := b.get("/desk/money/gifts"); strings.Contains(a.body, "owan") {
			t.Error("the name is still there")
		}
	})
}

func TestTheFiguresFollowTheMonthlyRevenue(t *testing.T) {
	x := openTill(t, storetest.Open(t, storetest.SQLite(t)))
	x.give("a@mail.example", "", "month", "10.00")
	x.give("b@mail.example", "", "once", "30.00")
	b := x.signIn(x.hire("rep", staff.Reporter))
	a := b.get("/desk/money/metrics")
	for _, want := range []string{"$10", "$20", "November 2026"} { // revenue, average, month
		if !strings.Contains(a.Find("main").Text(), want) {
			t.Errorf("no %s in\n%s", want, a.Find("main").Text())
		}
	}
	x.give("c@mail.example", "", "month", "5.00")
	if a := b.get("/desk/money/metrics"); !strings.Contains(a.Find("#revenue-usd").Parent().Text(), "$15") {
		t.Error("a new plan does not show in the revenue")
	}
}

// refusing is a provider that refuses to change plans.
type refusing struct{ fund.Provider }

func (refusing) Change(context.Context, fund.PlanRef, fund.Change, fund.IdemKey) (fund.Handoff, error) {
	return fund.Handoff{}, fault.New(fault.Invalid, "not now")
}

func TestAProviderThatRefusesOrIsGoneIsNoLastingHindranceToErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		rowan, other := x.give("rowan@pell.example", "Rowan Pell", "month", "10.00"), x.give("other@pell.example", "", "month", "10.00")
		b := x.signIn(x.hire("tess", staff.Treasurer))
		erase := func(o fund.Outcome) bool {
			page := "/desk/money/donors/" + o.Donor.ID
			b.fill(page, page+"/erase", "confirm", "on")
			_, err := s.Donor(t.Context(), o.Donor.ID)
			return fault.Is(err, fault.NotFound)
		}
		x.fund.Providers[sandbox.Key] = refusing{x.sandbox}
		if erase(rowan) {
			t.Fatal("a donor was erased whose plan the provider did not end")
		}
		x.fund.Providers[sandbox.Key] = x.sandbox
		if !erase(rowan) {
			t.Error("once the provider agrees the donor is still not erased")
		}
		delete(x.fund.Providers, sandbox.Key)
		if !erase(other) {
			t.Error("a provider that is not used any more hinders erasure")
		}
		list, _, err := s.Tasks(t.Context(), 9)
		if err != nil || len(list) != 1 || list[0].Kind != fund.TaskErasedPlan || list[0].ObjectID != other.Plan.ID {
			t.Errorf("tasks: %+v, %v", list, err)
		}
		if a := b.get("/desk"); !strings.Contains(a.body, "A regular gift runs although") {
			t.Error("staff do not see it")
		}
	})
}
