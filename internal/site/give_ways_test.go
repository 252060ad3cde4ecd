package site_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
)

func TestMoneyThatIsBeingConvertedStandsBesideTheMeter(t *testing.T) {
	p := newPurse(t)
	steer := func(order string) string {
		t.Helper()
		a, err := p.sandbox.Steer(t.Context(), []byte(order))
		p.ok(err)
		return a.Ref
	}
	steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.08","wait":true}`)
	d, err := p.svc.Begin(t.Context(), fund.Form{
		Nonce: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Age: fund.DefaultMinAge, Campaign: p.campaign, Currency: "EUR", Every: "once", Choice: "20.00",
		Email: "reader@example.org", Provider: sandbox.Key,
	}, locale.For("en"))
	p.ok(err)
	ch := steer(`{"do":"pay","ref":"` + d.Session + `"}`)
	look := func() string {
		t.Helper()
		p.ok(p.svc.Refresh(t.Context(), sandbox.Key, fund.Ref{Kind: fund.KindPayment, ID: ch}))
		return strings.Join(strings.Fields(p.page("/give/costs-2026").Find(".goal").Text()), " ")
	}
	if got := look(); !strings.Contains(got, "$0 raised") || !strings.Contains(got, "plus €20 in another currency, being converted and not counted yet") || !strings.Contains(got, "1 donor") {
		t.Errorf("before it is settled the meter says %q", got)
	}
	steer(`{"do":"settle","ref":"` + ch + `"}`)
	if got := look(); !strings.Contains(got, "$21.60 raised") && !strings.Contains(got, "$22 raised") && !strings.Contains(got, "$21 raised") || strings.Contains(got, "converted") {
		t.Errorf("after it is settled the meter says %q", got)
	}
}

func TestADonorWhosePaymentTakesDaysIsToldSo(t *testing.T) {
	p := newPurse(t)
	to := p.send("/give/costs-2026", p.fill("/give/costs-2026", "amount", fund.Own, "own", "25.00"))
	session := strings.TrimPrefix(to, "/sandbox/pay/")
	order := func(do string) {
		t.Helper()
		_, err := p.sandbox.Steer(t.Context(), []byte(`{`+do+`,"ref":"`+session+`"}`))
		p.ok(err)
	}
	x, err := p.sandbox.Session(t.Context(), session)
	p.ok(err)
	thanks := strings.TrimPrefix(x.ReturnURL, "https://lantern.example")
	order(`"do":"pay","async":true`)
	for range 2 {
		doc := p.page(thanks)
		if text := doc.Find("main").Text(); !strings.Contains(text, "Your bank is moving the money") || strings.Contains(text, "Try again") {
			t.Errorf("while it is on its way the page says %q", text)
		}
	}
	order(`"do":"bounce"`)
	doc := p.page(thanks)
	if retry := doc.Find(".acts a.btn").AttrOr("href", ""); retry != "/give/costs-2026" {
		t.Errorf("after it bounced the donor is sent to %q, where nothing can be paid", retry)
	}
}
