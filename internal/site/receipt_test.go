package site_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// withReceipts adds the pages of receipts.
func (f *fan) withReceipts() *site.Receipts {
	x := &site.Receipts{Site: f.site, Signer: web.NewSigner([]byte("secret")), Nonces: web.NewNonces([]byte("tax")), Money: f.svc.Money}
	f.my.Receipts, f.my.Receipt, f.my.Statement, f.my.TaxForms = x.ByPayment, x.Address, x.Statement, x.Forms
	f.site.More = append(f.site.More, x.Routes()...)
	return x
}

// receiptOf issues the receipt of a donation and returns it with its address.
func (f *fan) receiptOf(x *site.Receipts, d fund.Donation) (receipt.Receipt, string) {
	f.t.Helper()
	o, err := f.s.DonationOutcome(f.t.Context(), d.ID)
	f.ok(err)
	_, err = f.s.SettleReceipts(f.t.Context(), o.Payment.ID, f.svc.Money.Now())
	f.ok(err)
	r, err := f.s.ReceiptOf(f.t.Context(), o.Payment.ID)
	f.ok(err)
	at, err := x.Address(f.t.Context(), r.ID, "en")
	f.ok(err)
	return r, at
}

func (f *fan) useRules(key string, entered map[string]string) {
	f.t.Helper()
	r, err := receipt.RegimeOf(key)
	f.ok(err)
	f.ok(r.Check(entered, true))
	f.ok(f.s.Write(f.t.Context(), func(tx *store.Tx) error {
		return tx.PutSetting(f.t.Context(), store.System, receipt.Setting, receipt.Settings{}.With(r, entered, f.clock.Now()))
	}))
}

func TestAReceiptOpensByItsSignedAddressAndByNoOther(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		r, at := f.receiptOf(x, f.gift(ada, "25.00", fund.Once))
		other, _ := f.receiptOf(x, f.gift(bob, "30.00", fund.Once))
		for range 2 { // a scanner, then the donor
			a := f.visit("GET", at, nil)
			if a.status != 200 || a.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.body, "%PDF-") {
				t.Fatalf("the receipt: %d %s", a.status, a.header.Get("Content-Type"))
			}
			for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"} {
				if a.header.Get(name) != want {
					t.Errorf("%s is %q", name, a.header.Get(name))
				}
			}
		}
		for name, v := range map[string]struct {
			path   string
			status int
		}{
			"altered":             {at[:len(at)-1], http.StatusNotFound},
			"unsigned":            {"/receipts/" + r.ID, http.StatusNotFound},
			"of another receipt":  {strings.Replace(at, r.ID, other.ID, 1), http.StatusNotFound},
			"of what never was":   {x.Signer.Address("/receipts/none", "0", f.clock.Now().Add(time.Hour)), http.StatusNotFound},
			"after its last day":  {x.Signer.Address("/receipts/"+r.ID, "0", f.clock.Now().Add(-time.Second)), http.StatusGone},
			"in another language": {"/de" + at, 200},
		} {
			a := f.visit("GET", v.path, nil)
			if a.status != v.status || v.status != 200 && (a.Find(`main a[href="/my"]`).Length() != 1 || strings.Contains(a.body, r.Number) || a.header.Get("Cache-Control") != "no-store") {
				t.Errorf("%s: %d %s", name, a.status, a.said())
			}
		}
	})
}

func TestAReceiptThatWasReplacedLeadsToTheOneThatHolds(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		d := f.gift(ada, "25.00", fund.Once)
		_, at := f.receiptOf(x, d)
		o, err := f.s.DonationOutcome(t.Context(), d.ID)
		f.ok(err)
		for i, want := range []string{"has taken the place of receipt", "was withdrawn"} {
			f.ok(f.svc.Refund(t.Context(), o.Payment.ID, money.Amount{Currency: "USD", Minor: []int64{1000, 1500}[i]}, []string{"k1", "k2"}[i]))
			f.catchUp()
			_, err := f.s.SettleReceipts(t.Context(), o.Payment.ID, f.svc.Money.Now())
			f.ok(err)
			a := f.visit("GET", at, nil)
			if a.status != http.StatusGone || !strings.Contains(a.said(), want) {
				t.Fatalf("refund %d: %d %s", i+1, a.status, a.said())
			}
			if next := a.Find(`main a[href^="/receipts/"]`).AttrOr("href", ""); next != "" {
				at = next
				f.open(at)
			} else if i == 0 {
				t.Error("nothing leads to the receipt that holds")
			}
		}
	})
}

func TestAnErasedDonorsReceiptIsClosed(t *testing.T) { // scenario 44
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		_, at := f.receiptOf(x, f.gift(ada, "25.00", fund.Once))
		donor := f.donor(ada)
		statement, err := x.Statement(t.Context(), donor.ID, "en", f.clock.Now(), f.clock.Now())
		f.ok(err)
		if a := f.visit("GET", statement.Href, nil); a.status != 200 || !strings.HasPrefix(a.body, "%PDF-") {
			t.Errorf("the statement: %d", a.status)
		}
		f.ok(f.s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.Actor{Name: "Donor"}, donor.ID) }))
		for _, path := range []string{at, statement.Href} {
			if a := f.visit("GET", path, nil); a.status == 200 || strings.Contains(a.body, "Ada") {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

func TestADonorDeclaresGiftAidAndWithdrawsIt(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		f.gift(ada, "25.00", fund.Once)
		form := x.Signer.Address(web.GiftAidPath(f.donor(ada).ID), "0", f.clock.Now().Add(time.Hour))
		if a := f.visit("GET", form, nil); a.status != http.StatusNotFound {
			t.Errorf("without such rules: %d", a.status)
		}
		f.useRules("uk", map[string]string{"name": "Lantern Trust", "charity_number": "1234567", "hmrc_reference": "AB12345"})
		page := f.open(form)
		if said := page.said(); !strings.Contains(said, "it is my responsibility to pay any difference") || !strings.Contains(said, "Lantern Trust") {
			t.Errorf("the form says: %s", said)
		}
		wrong := f.press(page, "form#giftaid", "past", "on", "first_name", "Ada", "last_name", "", "house", "4", "postcode", "nowhere")
		if wrong.status != http.StatusUnprocessableEntity || wrong.Find(".errors li").Length() != 2 || wrong.Find("#giftaid-house").AttrOr("value", "") != "4" {
			t.Errorf("a form with faults: %d %s", wrong.status, wrong.Find(".errors").Text())
		}
		for range 2 { // a double click
			if a := f.press(page, "form#giftaid", "past", "on", "future", "on", "title", "Dr", "first_name", "Ada", "last_name", "Quill", "house", "4", "postcode", "eh11yz"); a.status != http.StatusSeeOther {
				t.Fatalf("declaring: %d %s", a.status, a.said())
			}
		}
		list, err := f.s.DeclarationsOf(t.Context(), f.donor(ada).ID)
		f.ok(err)
		if len(list) != 1 || list[0].Postcode != "EH1 1YZ" || !list[0].Past || !strings.Contains(list[0].Wording, "Lantern Trust") {
			t.Fatalf("the declarations are %+v", list)
		}
		page = f.open(form)
		if strings.Contains(page.said(), "Quill") {
			t.Error("the form shows what was declared to whoever has the mail")
		}
		if a := f.press(page, "#withdraw ~ .acts form, section[aria-labelledby=withdraw] form"); a.status != http.StatusSeeOther {
			t.Fatalf("withdrawing: %d", a.status)
		}
		list, err = f.s.DeclarationsOf(t.Context(), f.donor(ada).ID)
		if err != nil || list[0].Withdrawn.IsZero() {
			t.Errorf("the declaration still holds: %+v, %v", list, err)
		}
	})
}

func TestADonorTellsNameAndAddressForOfficialReceipts(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		f.gift(ada, "25.00", fund.Once)
		f.useRules("ca", map[string]string{"name": "Lantern", "registration": "1", "place": "Alder", "signer": "R"})
		form := x.Signer.Address(web.PartyPath(f.donor(ada).ID), "0", f.clock.Now().Add(time.Hour))
		page := f.open(form)
		if a := f.press(page, "form#party", "name", "Ada Q. Quill"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("without an address: %d", a.status)
		}
		if a := f.press(page, "form#party", "name", "Ada Q. Quill", "address", "4 Weir Lane\nAlder"); a.status != http.StatusSeeOther || !strings.Contains(f.open(a.to()).said(), "are kept") {
			t.Errorf("with one: %d", a.status)
		}
		p, err := f.s.Party(t.Context(), f.donor(ada).ID)
		if err != nil || p.Name != "Ada Q. Quill" || p.Address != "4 Weir Lane\nAlder" {
			t.Errorf("kept is %+v, %v", p, err)
		}
		if a := f.visit("POST", form, map[string][]string{"name": {"Mallory"}, "address": {"x"}}); a.status == http.StatusSeeOther {
			t.Error("a form that we did not make was taken")
		}
	})
}

func TestTheDonorsPageListsReceiptsAndTaxForms(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		r, _ := f.receiptOf(x, f.gift(ada, "25.00", fund.Once))
		f.useRules("uk", map[string]string{"name": "Lantern Trust", "charity_number": "1234567", "hmrc_reference": "AB12345"})
		page := f.signIn(ada)
		link := page.Find(`main a[href^="/receipts/` + r.ID + `"]`)
		if link.Length() != 1 || link.Text() != r.Number || page.Find(`main a[href^="/receipts/gift-aid/"]`).Length() != 1 {
			t.Errorf("the page says: %s", page.said())
		}
		f.open(link.AttrOr("href", ""))
	})
}

func TestThePageAfterPayingNamesTheReceiptAndLeadsToItForADay(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		f.giving.Receipts = x
		d := f.gift(ada, "25.00", fund.Once)
		page := f.open("/give/thanks/" + d.ID)
		link := page.Find(`main a[href^="/receipts/"]`)
		if !strings.Contains(page.said(), "R-2026-00001") || link.Length() != 1 {
			t.Fatalf("the page says: %s", page.said())
		}
		f.open(link.AttrOr("href", ""))
		f.clock.Add(25 * time.Hour)
		page = f.open("/give/thanks/" + d.ID)
		if !strings.Contains(page.said(), "R-2026-00001") || page.Find(`main a[href^="/receipts/"]`).Length() != 0 {
			t.Errorf("a day later the page says: %s", page.said())
		}
	})
}

func TestTheFormSaysThatGiftsAreNotDeductibleWhereThatIsAskedFor(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		const sentence = "are not deductible as charitable contributions"
		if strings.Contains(f.open("/give").said(), sentence) {
			t.Error("the form says so unasked")
		}
		f.ok(f.s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.PutSetting(t.Context(), store.System, receipt.Setting, receipt.Settings{Solicit: true})
		}))
		if !strings.Contains(f.open("/give").said(), sentence) {
			t.Error("the form does not say so")
		}
	})
}
