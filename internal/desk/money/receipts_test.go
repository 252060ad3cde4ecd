package money_test

import (
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// receipted gives a gift and issues its receipt.
func (x *till) receipted(email, name, amount string) (fund.Outcome, receipt.Receipt) {
	x.T.Helper()
	o := x.give(email, name, "once", amount)
	if _, err := x.Store.SettleReceipts(x.T.Context(), o.Payment.ID, x.Clock.Now()); err != nil {
		x.T.Fatal(err)
	}
	r, err := x.Store.ReceiptOf(x.T.Context(), o.Payment.ID)
	if err != nil {
		x.T.Fatal(err)
	}
	return o, r
}

func TestReceiptsAreForTreasurersAndEveryLookIsLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		_, r := x.receipted("rowan@pell.example", "Rowan Pell", "25.00")
		page := "/desk/money/receipts/" + r.ID
		paths := []string{"/desk/money/receipts", page, page + "/file", "/desk/money/receipts/settings", "/desk/money/gift-aid"}
		for _, role := range []staff.Role{staff.Reporter, staff.Editor, staff.Publisher, staff.Admin} {
			b := x.SignIn(x.Hire("the-"+string(role), role))
			for _, path := range paths {
				if a := b.Get(path); a.Status != http.StatusForbidden || strings.Contains(a.Body, "Rowan") {
					t.Errorf("%s at %s: %d", role, path, a.Status)
				}
			}
		}
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		if a := b.Get("/desk/money/receipts?q=rowan"); a.Status != 200 || a.Find(`a[href="`+page+`"]`).Length() != 1 || strings.Contains(a.Find("table").Text(), "owan") {
			t.Errorf("the list: %d\n%s", a.Status, a.Find("table").Text())
		}
		if strings.Contains(x.Log(), "donor.viewed") {
			t.Error("the list counts as a look")
		}
		if a := b.Get(page); a.Status != 200 || !strings.Contains(a.Find("main").Text(), "Rowan Pell") {
			t.Errorf("the page: %d", a.Status)
		}
		if a := b.Get(page + "/file"); a.Status != 200 || !strings.HasPrefix(a.Body, "%PDF-") {
			t.Errorf("the file: %d", a.Status)
		}
		if n := strings.Count(x.Log(), "donor.viewed"); n != 2 {
			t.Errorf("%d looks are in the log: %s", n, x.Log())
		}
	})
}

func TestRulesAreUsedOnlyOnceTheirStatusIsConfirmedAndAllNumbersAreThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		page, to := "/desk/money/receipts/settings?rules=us", "/desk/money/receipts/settings"
		for _, v := range []struct {
			say    string
			values []string
		}{
			{"Confirm that this is the newsroom", []string{"name", "Lantern Inc", "ein", "12-3456789"}},
			{"does not have the form", []string{"name", "Lantern Inc", "ein", "123", "confirmed", "on"}},
			{"Fill in this field", []string{"name", "", "ein", "12-3456789", "confirmed", "on"}},
			{"or neither", []string{"name", "Lantern Inc", "ein", "12-3456789", "goods", "a mug", "confirmed", "on"}},
		} {
			a := b.Fill(page, to, v.values...)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), v.say) {
				t.Errorf("%v: %d %s", v.values, a.Status, a.Find(".errors").Text())
			}
		}
		if set, err := s.ReceiptSettings(t.Context()); err != nil || set.Charity() {
			t.Errorf("the rules are in use: %+v, %v", set, err)
		}
		if a := b.Fill(page, to, "name", "Lantern Inc", "ein", "12-3456789", "confirmed", "on"); a.To() != to+"?done=saved" {
			t.Fatalf("with all of it: %d %s", a.Status, a.Find(".errors").Text())
		}
		if _, r := x.receipted("rowan@pell.example", "Rowan Pell", "250.00"); r.Series != "US" || !strings.Contains(x.Log(), "settings.changed") {
			t.Errorf("the receipt is %s", r.Number)
		}
	})
}

func TestATreasurerVoidsReplacesAndSendsAReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		_, r := x.receipted("rowan@pell.example", "Rowan Pell", "25.00")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		page := "/desk/money/receipts/" + r.ID
		form := b.Get(page)
		if a := b.Send(form, page+"/end", "do", "replace", "reason", ""); a.Status != http.StatusUnprocessableEntity || a.Find("#replace .errors").Length() != 1 {
			t.Errorf("without a reason: %d", a.Status)
		}
		a := b.Send(form, page+"/end", "do", "replace", "reason", "a wrong name")
		if a.Status != http.StatusSeeOther || strings.HasPrefix(a.To(), page) {
			t.Fatalf("replacing: %d %s", a.Status, a.To())
		}
		next := strings.TrimSuffix(a.To(), "?done=saved")
		if old := b.Get(page); !strings.Contains(old.Find("main").Text(), "a wrong name") || old.Find(`a[href="`+next+`"]`).Length() != 1 || old.Find("form#void").Length() != 0 {
			t.Errorf("the old one: %s", old.Find("main").Text())
		}
		if a := b.Send(b.Get(next), next+"/end", "do", "void", "reason", "not wanted"); a.To() != next+"?done=saved" {
			t.Errorf("voiding: %d %s", a.Status, a.To())
		}
		if a := b.Get("/desk/money/receipts?state=voided"); a.Find("tbody tr").Length() != 1 {
			t.Errorf("the view of what was withdrawn: %s", a.Find("table").Text())
		}
		_, sent := x.receipted("other@mail.example", "", "40.00")
		if a := b.Fill("/desk/money/receipts/"+sent.ID, "/desk/money/receipts/"+sent.ID+"/send"); a.Status != http.StatusSeeOther || !strings.Contains(x.Log(), "receipt.sent") {
			t.Errorf("sending: %d", a.Status)
		}
	})
}
