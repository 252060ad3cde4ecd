package money_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/desk/desktest"
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
	*desktest.Room
	fund    *fund.Service
	sandbox *sandbox.Sandbox
}

func openTill(t *testing.T, s *store.Store) *till {
	x := &till{Room: desktest.OpenAt(t, s, "")}
	x.Found()
	var err error
	if x.sandbox, err = sandbox.Open(sandbox.Options{Clock: x.Clock, Secrets: []string{"secret"}}); err != nil {
		t.Fatal(err)
	}
	money := &clock.Shifted{Base: x.Clock}
	x.sandbox.OnAdvance(func() { money.Set(x.sandbox.Offset()) })
	*x.Room.Fund = fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{sandbox.Key: x.sandbox}, Wall: x.Clock, Money: money,
		Zone: func() *time.Location { return time.UTC }, ReturnURL: func(id, _ string) string { return "http://localhost/give/thanks/" + id },
		Label: func(fund.Campaign, string) string { return "Costs" },
	}
	x.fund = x.Room.Fund
	return x
}

func (x *till) give(email, name, every, amount string) fund.Outcome {
	x.T.Helper()
	d, err := x.fund.Begin(x.T.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Currency: "USD", Every: every, Choice: amount, Email: email, Name: name, Provider: sandbox.Key}, locale.For("en"))
	if err != nil {
		x.T.Fatal(err)
	}
	if err := x.sandbox.Pay(x.T.Context(), d.Session); err != nil {
		x.T.Fatal(err)
	}
	o, err := x.fund.Outcome(x.T.Context(), d.ID)
	if err != nil || o.Payment.ID == "" {
		x.T.Fatal(o, err)
	}
	return o
}

func TestATreasurerFindsAGiftAndGivesPartOfItBackOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "once", "25.00")
		x.give("other@mail.example", "", "once", "40.00")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		page := "/desk/money/gifts/" + o.Payment.ID
		list := b.Get("/desk/money/gifts?q=PELL")
		if list.Find(`a[href="`+page+`"]`).Length() != 1 || strings.Contains(list.Body, "other@mail.example") {
			t.Fatalf("the search found\n%s", list.Find("table").Text())
		}
		if a := b.Get(page); !strings.Contains(a.Find("main").Text(), "$25") || !strings.Contains(a.Find("#movements").Parent().Text(), "sandbox:") {
			t.Errorf("the gift's page:\n%s", a.Find("main").Text())
		}
		for _, wrong := range []string{"0", "-1", "25.01", "1,000", "x", ""} {
			if a := b.Fill(page, page+"/refund", "amount", wrong); a.Status != http.StatusUnprocessableEntity || a.Find(".errors").Length() != 1 || a.Find(`input[name=amount]`).AttrOr("value", "?") != wrong {
				t.Errorf("%q to give back: %d", wrong, a.Status)
			}
		}
		form := b.Get(page)
		for range 2 { // a double click
			if a := b.Send(form, page+"/refund", "amount", "10"); a.To() != page+"?done=refund" {
				t.Fatalf("%d %s", a.Status, a.Find(".errors").Text())
			}
		}
		got, err := s.Paid(t.Context(), o.Payment.ID)
		if err != nil || got.Refunded != 1000 || len(got.Refunds) != 1 {
			t.Errorf("given back: %d in %d refunds, %v", got.Refunded, len(got.Refunds), err)
		}
		if a := b.Get("/desk/money/gifts?view=refunded"); a.Find("tbody tr").Length() != 1 || b.Get("/desk/money/gifts?view=disputed").Find("tbody td").Length() > 1 {
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
			b := x.SignIn(x.Hire("the-"+string(role), role))
			for _, path := range paths {
				if a := b.Get(path); a.Status != http.StatusForbidden || strings.Contains(a.Body, "rowan") || strings.Contains(a.Body, "Rowan") {
					t.Errorf("%s at %s: %d", role, path, a.Status)
				}
			}
		}
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		for _, path := range paths {
			if a := b.Get(path); a.Status != http.StatusOK || !strings.Contains(a.Body, "Rowan") && !strings.Contains(a.Body, "rowan@pell.example") {
				t.Errorf("the treasurer at %s: %d", path, a.Status)
			}
		}
		if a := b.Get("/desk/money/donors/export"); !strings.Contains(a.Body, "rowan@pell.example,'=Rowan,en,no,") || !strings.Contains(a.Body, "USD,10.00,1,") {
			t.Errorf("the file:\n%s", a.Body)
		}
		log := x.Log()
		for _, action := range []string{"donor.viewed", "donor.listed", "donor.exported"} {
			if !strings.Contains(log, action) {
				t.Errorf("nothing in the log of %s: %s", action, log)
			}
		}
		if a := x.SignIn(x.Hire("rep", staff.Reporter)).Get("/desk/money/metrics"); a.Status != http.StatusOK || strings.Contains(a.Body, "owan") {
			t.Errorf("a reporter at the figures: %d", a.Status)
		}
	})
}

func TestNotesTagsAndLapsedDonors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "once", "25.00")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		page := "/desk/money/donors/" + o.Donor.ID
		if a := b.Fill(page, page+"/notes", "note", "  "); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("an empty note: %d", a.Status)
		}
		b.Fill(page, page+"/notes", "note", "Met at the fair")
		b.Fill(page, page+"/tags", "tags", "friend, board ,, friend")
		if a := b.Get(page); !strings.Contains(a.Find("#notes").Parent().Text(), "Met at the fair") || a.Find(`input[name=tags]`).AttrOr("value", "") != "board, friend" {
			t.Errorf("the page:\n%s", a.Find("main").Text())
		}
		if a := b.Fill(page, page+"/tags", "tags", strings.Repeat("x", 41)); a.Status != http.StatusUnprocessableEntity || a.Find(`input[name=tags]`).AttrOr("value", "") == "" {
			t.Errorf("a long tag: %d", a.Status)
		}
		if a := b.Get("/desk/money/donors?tag=board"); a.Find("tbody tr").Length() != 1 {
			t.Error("the tag finds nobody")
		}
		if a := b.Get("/desk/money/donors?view=lapsed"); strings.Contains(a.Body, "rowan") {
			t.Error("somebody who has just given is lapsed")
		}
		x.Clock.Add(400 * 24 * time.Hour)
		b = x.SignIn(x.Hire("tom", staff.Treasurer))
		if a := b.Get("/desk/money/donors?view=lapsed"); !strings.Contains(a.Body, "rowan@pell.example") {
			t.Errorf("after 13 months:\n%s", a.Find("table").Text())
		}
	})
}

func TestStaffEndsAPlanOnADonorsWishAndErasesAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("rowan@pell.example", "Rowan Pell", "month", "10.00")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		action := "/desk/money/plans/" + o.Plan.ID
		state := func() fund.PlanState {
			p, _, err := s.Plan(t.Context(), o.Plan.ID)
			if err != nil {
				t.Fatal(err)
			}
			return p.State
		}
		if a := b.Fill("/desk/money/plans", action); a.Status != http.StatusSeeOther || state() != fund.PlanCancelScheduled {
			t.Fatalf("after ending it: %d, %s", a.Status, state())
		}
		if a := b.Fill("/desk/money/plans", action); !strings.Contains(a.To(), "done=saved") || state() != fund.PlanActive {
			t.Fatalf("after resuming it: %s", state())
		}
		page := "/desk/money/donors/" + o.Donor.ID
		if a := b.Fill(page, page+"/erase"); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("without the box: %d", a.Status)
		}
		if a := b.Fill(page, page+"/erase", "confirm", "on"); a.To() != "/desk/money/donors?done=erased" || state() != fund.PlanCancelled {
			t.Errorf("after erasing: %d, the plan is %s", a.Status, state())
		}
		if a := b.Get("/desk/money/gifts"); strings.Contains(a.Body, "owan") {
			t.Error("the name is still there")
		}
	})
}

func TestTheFiguresFollowTheMonthlyRevenue(t *testing.T) {
	x := openTill(t, storetest.Open(t, storetest.SQLite(t)))
	x.give("a@mail.example", "", "month", "10.00")
	x.give("b@mail.example", "", "once", "30.00")
	b := x.SignIn(x.Hire("rep", staff.Reporter))
	a := b.Get("/desk/money/metrics")
	for _, want := range []string{"$10", "$20", "November 2026"} { // revenue, average, month
		if !strings.Contains(a.Find("main").Text(), want) {
			t.Errorf("no %s in\n%s", want, a.Find("main").Text())
		}
	}
	x.give("c@mail.example", "", "month", "5.00")
	if a := b.Get("/desk/money/metrics"); !strings.Contains(a.Find("#revenue-usd").Parent().Text(), "$15") {
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
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		erase := func(o fund.Outcome) bool {
			page := "/desk/money/donors/" + o.Donor.ID
			b.Fill(page, page+"/erase", "confirm", "on")
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
		if a := b.Get("/desk"); !strings.Contains(a.Body, "A regular gift runs although") {
			t.Error("staff do not see it")
		}
	})
}

func TestWhyAPlanWasEndedIsSaidInTheListAndCountedInTheFigures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		o := x.give("ada@mail.example", "Ada Quill", "month", "25.00")
		say := func(id, reason, words string) {
			x.Write(func(ctx context.Context, tx *store.Tx) error {
				return tx.KeepReason(ctx, store.CancelReason{ID: id, PlanID: o.Plan.ID, DonorID: o.Donor.ID, Reason: reason, Words: words})
			})
			x.Clock.Add(time.Minute)
		}
		say("first", "trial", "")
		say("second", "money", "the rent, says Ada")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		if text := b.Get("/desk/money/plans").Find("tbody").Text(); !strings.Contains(text, "Can’t spare it now: “the rent, says Ada”") || strings.Contains(text, "for a time") {
			t.Errorf("the list of plans says %s", text)
		}
		for _, role := range []staff.Role{staff.Treasurer, staff.Reporter} {
			b := x.SignIn(x.Hire("sam-"+string(role), role))
			a := b.Get("/desk/money/metrics")
			if a.Status == http.StatusForbidden && role == staff.Reporter {
				continue
			}
			text := a.Find("#reasons").Parent().Text()
			if !strings.Contains(text, "Can’t spare it now") || strings.Contains(text, "for a time") || strings.Contains(a.Body, "says Ada") {
				t.Errorf("to a %s the figures say %s", role, text)
			}
		}
	})
}
