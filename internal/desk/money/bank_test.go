package money_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

const accounts = "/desk/money/accounts"

func banks(r *desktest.Room) store.BankAccounts {
	return store.BankAccounts{Store: r.Store, Secrets: r.Secrets}
}

func accountsOf(r *desktest.Room) []giro.Account {
	r.T.Helper()
	list, err := banks(r).Accounts(r.T.Context())
	if err != nil {
		r.T.Fatal(err)
	}
	return list
}

// told counts the mails about bank details to somebody.
func told(r *desktest.Room, to string) (n int) {
	r.T.Helper()
	list, err := r.Store.Mails(r.T.Context(), 100, 0)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, m := range list {
		if m.Kind == "notice" && m.ToAddress == to+"@lantern.example" {
			n++
			if strings.Contains(m.Text, "3704 0044") || strings.Contains(m.Text, "37040044") {
				r.T.Errorf("a mail holds a number in full:\n%s", m.Text)
			}
		}
	}
	return n
}

func addAccount(b *desktest.Browser, values ...string) desktest.Answer {
	b.T.Helper()
	return b.Fill(accounts+"/new", accounts+"/new", append([]string{"title", "Donations", "holder", "Lantern e. V.", "currency", "eur", "iban", "DE89 3704 0044 0532 0130 00", "shown", "on"}, values...)...)
}

func TestAnOwnerEntersAnAccountAtOnceAndAllOwnersAreTold(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("owner", staff.Owner))
	r.Hire("second", staff.Owner)
	if a := addAccount(b); a.Status != http.StatusSeeOther || a.To() != accounts+"?done=bank" {
		t.Fatalf("%d to %q\n%s", a.Status, a.To(), a.Body)
	}
	list := accountsOf(r)
	if len(list) != 1 || list[0].Name != "Donations" || list[0].Currency != "EUR" || list[0].IBAN != "DE89370400440532013000" || !list[0].Offered() {
		t.Fatalf("%+v", list)
	}
	if told(r, "owner") != 1 || told(r, "second") != 1 {
		t.Errorf("told were %d and %d times", told(r, "owner"), told(r, "second"))
	}
	page := b.Get(accounts)
	if strings.Contains(page.Body, "37040044") || !strings.Contains(page.Body, "… 3000") || !strings.Contains(page.Body, "Assets:Bank:Donations") {
		t.Errorf("the list shows\n%s", page.Find("main").Text())
	}
	if log := r.Log(); !strings.Contains(log, "bank.add") {
		t.Errorf("the log has %s", log)
	}
	edit := accounts + "/" + list[0].ID
	if a := b.Fill(edit, edit, "shown", "on", "iban", "GB29 NWBK 6016 1331 9268 19"); a.To() != accounts+"?done=bank" {
		t.Fatalf("%d to %q\n%s", a.Status, a.To(), a.Body)
	}
	if got := accountsOf(r)[0]; got.IBAN.Country() != "GB" || got.Name != "Donations" {
		t.Errorf("%+v", got)
	}
	if a := b.Fill(edit, edit, "shown", "on"); a.To() != accounts+"?done=bank-same" || told(r, "second") != 2 {
		t.Errorf("what was not changed leads to %q, with %d mails", a.To(), told(r, "second"))
	}
	b.Fill(edit, edit+"/close")
	if got := accountsOf(r)[0]; got.Offered() || b.Get(edit).Status != http.StatusConflict {
		t.Errorf("a closed account: %+v", got)
	}
}

func TestATreasurersChangeWaitsForThePublisher(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	tilda := r.Hire("tilda", staff.Treasurer)
	treasurer, publisher := r.SignIn(tilda), r.SignIn(r.Hire("paul", staff.Publisher))
	other := r.SignIn(r.Hire("tom", staff.Treasurer))
	if a := addAccount(treasurer); a.To() != accounts+"?done=bank-waits" || len(accountsOf(r)) != 0 || told(r, "owner") != 1 {
		t.Fatalf("to %q, %d accounts, %d mails", a.To(), len(accountsOf(r)), told(r, "owner"))
	}
	waiting, err := banks(r).Changes(t.Context())
	if err != nil || len(waiting) != 1 || waiting[0].Second != staff.Publisher {
		t.Fatalf("%+v, %v", waiting, err)
	}
	change := "/desk/money/account-changes/" + waiting[0].ID
	if treasurer.Get(accounts).Find(`input[value=confirm]`).Length() != 0 {
		t.Error("whoever asks is offered to confirm")
	}
	if a := treasurer.Fill(accounts, change, "do", "confirm"); a.Status != http.StatusForbidden || len(accountsOf(r)) != 0 {
		t.Errorf("whoever asked confirmed: %d", a.Status)
	}
	if a := other.Fill(accounts, change, "do", "confirm"); a.Status != http.StatusForbidden || len(accountsOf(r)) != 0 {
		t.Errorf("a second treasurer confirmed: %d", a.Status)
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Grant(ctx, desktest.Tester, tilda.ID, staff.Grant{Role: staff.Publisher})
	})
	if a := treasurer.Fill(accounts, change, "do", "confirm"); a.Status != http.StatusForbidden || len(accountsOf(r)) != 0 {
		t.Errorf("whoever asked confirmed with a new role: %d", a.Status)
	}
	if a := publisher.Fill(accounts, change, "do", "confirm"); a.To() != accounts+"?done=bank" || len(accountsOf(r)) != 1 || told(r, "owner") != 2 {
		t.Fatalf("%d to %q, %d mails\n%s", a.Status, a.To(), told(r, "owner"), a.Body)
	}
	edit := accounts + "/" + accountsOf(r)[0].ID
	publisher.Fill(edit, edit, "holder", "Somebody else")
	waiting, err = banks(r).Changes(t.Context())
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	if a := publisher.Fill(accounts, "/desk/money/account-changes/"+waiting[0].ID, "do", "withdraw"); a.To() != accounts+"?done=bank-withdrawn" || accountsOf(r)[0].Holder != "Lantern e. V." {
		t.Errorf("%d to %q, the holder is %q", a.Status, a.To(), accountsOf(r)[0].Holder)
	}
}

func TestAnAccountThatIsNotInOrderComesBackWithItsInput(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("owner", staff.Owner))
	for name, c := range map[string]struct {
		values []string
		field  string
	}{
		"a typing error":            {[]string{"iban", "DE89 3704 0044 0532 0130 01"}, "iban"},
		"a country without IBANs":   {[]string{"iban", "US89 3704 0044 0532 0130 00"}, "iban"},
		"no number at all":          {[]string{"iban", ""}, "iban"},
		"a QR-IBAN in its place":    {[]string{"iban", "CH44 3199 9123 0008 8901 2"}, "iban"},
		"an ordinary IBAN as QR":    {[]string{"qr", "DE89 3704 0044 0532 0130 00"}, "qr"},
		"no such currency":          {[]string{"currency", "ABC"}, "currency"},
		"no title":                  {[]string{"title", ""}, "title"},
		"a name that is none":       {[]string{"name", "my bank"}, "name"},
		"francs without an address": {[]string{"iban", "CH93 0076 2011 6238 5295 7", "currency", "CHF"}, "postcode"},
		"a line without a colon":    {[]string{"iban", "", "lines", "021000021"}, "lines"},
		"a BIC too short":           {[]string{"bic", "COBA"}, "bic"},
	} {
		a := addAccount(b, c.values...)
		if a.Status != http.StatusUnprocessableEntity || a.Find("#account-"+c.field+"-err").Length() != 1 {
			t.Errorf("%s: %d, without an error at %s", name, a.Status, c.field)
		}
		if got := a.Find(`input[name=holder]`).AttrOr("value", ""); got != "Lantern e. V." {
			t.Errorf("%s: the holder came back as %q", name, got)
		}
		if c.values[0] == "iban" && c.values[1] != "" && a.Find(`input[name=iban]`).AttrOr("value", "") != c.values[1] {
			t.Errorf("%s: the number did not come back as it was typed", name)
		}
	}
	if len(accountsOf(r)) != 0 {
		t.Error("an account that is not in order was kept")
	}
	if a := addAccount(b, "iban", "", "currency", "USD", "lines", "Routing number: 021000021\nAccount number: 00123456789"); a.To() != accounts+"?done=bank" {
		t.Fatalf("an account without an IBAN: %d\n%s", a.Status, a.Body)
	}
	if a := addAccount(b); a.Status != http.StatusUnprocessableEntity || a.Find("#account-name-err").Length() != 1 {
		t.Errorf("a name that is taken: %d to %q", a.Status, a.To())
	}
	addAccount(b, "name", "Other")
	if a := addAccount(b, "name", "Third"); a.Status != http.StatusUnprocessableEntity || a.Find("#account-iban-err").Length() != 1 {
		t.Errorf("a number that is another account's: %d to %q", a.Status, a.To())
	}
}

const offline = "/desk/money/offline"

func TestCashIsTypedInOnceAndTakenBack(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tilda", staff.Treasurer))
	page := b.Get(offline)
	for range 2 { // the button was pressed twice
		if a := b.Send(page, offline, "amount", "25.00", "who", "named", "name", "Rowan Pell"); a.To() != offline+"?done=offline" {
			t.Fatalf("%d\n%s", a.Status, a.Body)
		}
	}
	m, err := r.Store.GeneralMeter(t.Context(), "USD")
	if err != nil || m.Received != 2500 || m.Donors != 1 {
		t.Fatalf("received are %d from %d, %v", m.Received, m.Donors, err)
	}
	list, err := r.Store.OfflineGifts(t.Context(), 5)
	if err != nil || len(list) != 1 || list[0].Account != ledger.Cash {
		t.Fatal(list, err)
	}
	if text := b.Get(offline).Find("main").Text(); strings.Contains(text, "Rowan") {
		t.Error("the list names the giver")
	}
	back := offline + "/" + list[0].ID + "/back"
	again := b.Get(offline)
	b.Send(again, back)
	if m, err := r.Store.GeneralMeter(t.Context(), "USD"); err != nil || m.Received != 0 {
		t.Errorf("after taking back %d are received, %v", m.Received, err)
	}
	if a := b.Send(again, back); a.Status != http.StatusConflict {
		t.Errorf("taking back twice: %d", a.Status)
	}
}

func TestAGiftInHandThatIsNotInOrderIsNotBooked(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	c := campaignFor(r, "EUR")
	b := r.SignIn(r.Hire("tilda", staff.Treasurer))
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		read := giro.Account{ID: "x", Name: "Read", Title: "Read", Currency: "USD", Holder: "L", Lines: []giro.Line{{Label: "Account", Text: "12345678"}}, StatementsFrom: "2026-01-01"}
		return banks(r).PutAccount(ctx, tx, read)
	})
	for name, x := range map[string]struct {
		values []string
		field  string
	}{
		"nothing":                     {[]string{"amount", "0"}, "amount"},
		"words":                       {[]string{"amount", "ten"}, "amount"},
		"tomorrow":                    {[]string{"day", "2026-11-21"}, "day"},
		"no day":                      {[]string{"day", "x"}, "day"},
		"a campaign in another money": {[]string{"campaign", c}, "campaign"},
		"a day before the campaign":   {[]string{"campaign", c, "currency", "EUR", "day", "2025-01-01"}, "campaign"},
		"an account that is read":     {[]string{"account", "Assets:Bank:Read"}, "account"},
		"an account of another kind":  {[]string{"account", "Income:Donations"}, "account"},
		"nobody by name":              {[]string{"who", "named"}, "name"},
		"an address that is none":     {[]string{"who", "named", "email", "x@"}, "email"},
	} {
		a := b.Fill(offline, offline, append([]string{"amount", "20"}, x.values...)...)
		if a.Status != http.StatusUnprocessableEntity || a.Find("#offline-"+x.field+"-err").Length() != 1 {
			t.Errorf("%s: %d, without an error at %s", name, a.Status, x.field)
		}
	}
	if list, err := r.Store.OfflineGifts(t.Context(), 5); err != nil || len(list) != 0 {
		t.Errorf("%d gifts were booked, %v", len(list), err)
	}
	b.Fill(offline, offline, "amount", "20", "currency", "EUR", "campaign", c, "day", "2026-11-19")
	list, err := r.Store.OfflineGifts(t.Context(), 5)
	if err != nil || len(list) != 1 || list[0].CampaignID != c || list[0].At.Format(time.DateOnly) != "2026-11-19" {
		t.Errorf("%+v, %v", list, err)
	}
}

// campaignFor makes a campaign of this year in a currency.
func campaignFor(r *desktest.Room, currency string) string {
	r.T.Helper()
	c := fund.Campaign{ID: "c-" + strings.ToLower(currency), Slug: "costs-" + strings.ToLower(currency), Currency: currency, State: fund.CampaignLive, Counting: fund.ReceivedOnly,
		Title: map[string]string{"en": "Costs"}, StartsAt: r.Clock.Now().AddDate(0, -6, 0), EndsAt: r.Clock.Now().AddDate(0, 1, 0), CreatedAt: r.Clock.Now()}
	r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.PutCampaign(ctx, c) })
	return c.ID
}
