package money_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// suspicious gives with a form that spoke against it, and returns the payment.
func (x *till) suspicious(email string) string {
	x.T.Helper()
	x.fund.Guard = func(context.Context) guard.Settings { return guard.Defaults() }
	d, err := x.fund.Begin(x.T.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Currency: "USD", Every: "once", Choice: "3.00", Email: email, Name: "Xkqzrtwv", Provider: sandbox.Key}, locale.For("en"))
	if err != nil {
		x.T.Fatal(err)
	}
	x.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Suspect(ctx, d.ID, []guard.Reason{guard.RefusedBefore, guard.RandomName, guard.RandomEmail})
	})
	if err := x.sandbox.Pay(x.T.Context(), d.Session); err != nil {
		x.T.Fatal(err)
	}
	o, err := x.fund.Outcome(x.T.Context(), d.ID)
	if err != nil || o.Payment.ID == "" {
		x.T.Fatal(o, err)
	}
	return o.Payment.ID
}

const held = "/desk/money/held"

func TestATreasurerDecidesAboutGiftsThatWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		good, bad := x.suspicious("good@mail.example"), x.suspicious("bad@mail.example")
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		list := b.Get(held)
		if text := list.Find("main").Text(); !strings.Contains(text, "$3") || !strings.Contains(text, "the name looks made by chance") || strings.Contains(list.Body, "mail.example") {
			t.Fatalf("the list says\n%s", text)
		}
		if a := b.Get("/desk"); a.Find(`main a[href="`+held+`"]`).Length() != 2 {
			t.Errorf("the first page says\n%s", a.Find("main").Text())
		}
		if a := b.Send(list, held+"/"+good, "do", "accept"); a.To() != held+"?done=held-accepted" {
			t.Errorf("accepting: %d to %q", a.Status, a.To())
		}
		for range 2 { // a double click
			if a := b.Send(list, held+"/"+bad, "do", "refund"); a.Status != http.StatusSeeOther {
				t.Errorf("giving back: %d", a.Status)
			}
		}
		for payment, want := range map[string]struct {
			state    fund.HoldState
			refunded int64
		}{good: {fund.HoldAccepted, 0}, bad: {fund.HoldRefunded, 300}} {
			h, err := s.Hold(t.Context(), payment)
			p, _, err2 := s.Payment(t.Context(), payment)
			if err != nil || err2 != nil || h.State != want.state || p.Refunded != want.refunded || h.DecidedAt.IsZero() {
				t.Errorf("%+v, %+v, %v, %v", h, p, err, err2)
			}
		}
		if a := b.Get(held); a.Find("tbody tr").Length() > 1 || strings.Contains(b.Get("/desk").Find("main").Text(), "card test") {
			t.Errorf("afterwards:\n%s", a.Find("main").Text())
		}
		if log := x.Log(); !strings.Contains(log, "gift.accepted") || !strings.Contains(log, "gift.refunded") {
			t.Errorf("the log says %s", log)
		}
	})
}

// shy refuses the first refunds that it is asked for.
type shy struct {
	fund.Provider
	refuse int
}

func (p *shy) Refund(ctx context.Context, ref fund.PaymentRef, a money.Amount, key fund.IdemKey) (fund.Ref, error) {
	if p.refuse--; p.refuse >= 0 {
		return fund.Ref{}, fault.New(fault.Invalid, "not today")
	}
	return p.Provider.Refund(ctx, ref, a, key)
}

func TestAHeldGiftIsGivenBackAtAnotherTryAfterARefusalAndAfterARefundThatCameBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		bad := x.suspicious("bad@mail.example")
		x.fund.Providers[sandbox.Key] = &shy{x.sandbox, 1}
		b := x.SignIn(x.Hire("tess", staff.Treasurer))
		list := b.Get(held)
		if a := b.Send(list, held+"/"+bad, "do", "refund"); a.Status == http.StatusSeeOther {
			t.Fatalf("a refusal is answered with %d to %s", a.Status, a.To())
		}
		give := func() {
			t.Helper()
			if a := b.Send(b.Get(held), held+"/"+bad, "do", "refund"); a.To() != held+"?done=held-refunded" {
				t.Fatalf("another try: %d to %q\n%s", a.Status, a.To(), a.Find("main").Text())
			}
			if p, _, err := s.Payment(t.Context(), bad); err != nil || p.Refunded != 300 {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		give()
		d, err := s.Paid(t.Context(), bad)
		if err != nil || len(d.Refunds) != 1 {
			t.Fatal(d.Refunds, err)
		}
		was, asOf := d.Refunds[0], x.Clock.Now().Add(72*time.Hour)
		f := fund.Facts{AsOf: asOf, Refunds: []fund.RefundFact{{Ref: was.Ref, Payment: d.Ref, Amount: was.Amount, State: fund.RefundFailed, CreatedAt: was.CreatedAt}}}
		if _, err := s.Fund().Apply(t.Context(), sandbox.Key, f, func(w fund.World) fund.Changes { w.Zone = time.UTC; return fund.Reduce(w, f) }); err != nil {
			t.Fatal(err)
		}
		if h, err := s.Hold(t.Context(), bad); err != nil || h.State != fund.HoldWaits || !h.DueAt.Equal(asOf.Add(72*time.Hour)) || !h.DecidedAt.IsZero() {
			t.Fatalf("after the refund came back: %+v, %v", h, err)
		}
		if a := b.Get("/desk"); a.Find(`main a[href="`+held+`"]`).Length() == 0 {
			t.Error("no task asks to look at it again")
		}
		key, err := s.GiveBackKey(t.Context(), bad)
		if err != nil || key != "held-"+bad+"-2" {
			t.Errorf("the third try is made as %q, %v", key, err)
		}
	})
}

func TestARateIsCheckedKeptAndNotChanged(t *testing.T) {
	x := openTill(t, storetest.Open(t, storetest.SQLite(t)))
	b := x.SignIn(x.Hire("tess", staff.Treasurer))
	const rates = "/desk/money/rates"
	good := []string{"day", "2026-11-19", "from", "eur", "to", "USD", "rate", "1.0842", "source", "ECB"}
	with := func(name, value string) []string {
		out := append([]string{}, good...)
		for i := 0; i < len(out); i += 2 {
			if out[i] == name {
				out[i+1] = value
			}
		}
		return out
	}
	for _, bad := range [][2]string{
		{"day", "2026-11-31"}, {"day", "2027-01-01"}, {"day", ""}, {"from", "XXX"}, {"from", "USD"}, {"to", ""}, {"rate", "1,08"}, {"rate", "0"}, {"rate", "-1"}, {"source", "the bank"}, {"source", ""},
	} {
		if a := b.Fill(rates, rates, with(bad[0], bad[1])...); a.Status != http.StatusUnprocessableEntity || a.Find(".errors").Length() != 1 {
			t.Errorf("%v is answered with %d", bad, a.Status)
		}
	}
	if a := b.Fill(rates, rates, good...); a.To() != rates+"?done=rate" {
		t.Fatalf("%d\n%s", a.Status, a.Find(".errors").Text())
	}
	if a := b.Fill(rates, rates, with("rate", "2")...); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "has a rate already") {
		t.Errorf("another rate for the day: %d", a.Status)
	}
	if list, err := x.Store.Rates(t.Context(), 10); err != nil || len(list) != 1 || list[0].Rate != "1.0842" || list[0].From != "EUR" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestTheDefenceIsSetWithinItsBounds(t *testing.T) {
	x := openTill(t, storetest.Open(t, storetest.SQLite(t)))
	b := x.SignIn(x.Hire("tess", staff.Treasurer))
	const page = "/desk/money/defence"
	if got := b.Get(page).Find(`input[name=hold_hours]`).AttrOr("value", ""); got != "72" {
		t.Errorf("a suspicious gift waits %q hours by default", got)
	}
	for _, bad := range [][2]string{{"hold_hours", "0"}, {"per_network", "x"}, {"close_all", "5"}, {"warn_cap", "-1"}, {"close_network", "99999999999999999999"}} {
		if a := b.Fill(page, page, bad[0], bad[1]); a.Status != http.StatusUnprocessableEntity || a.Find(".errors li").Length() == 0 {
			t.Errorf("%v is answered with %d", bad, a.Status)
		}
	}
	if a := b.Fill(page, page, "hold_hours", "24", "warn_cap", "2500"); a.To() != page+"?done=saved" {
		t.Fatalf("%d\n%s", a.Status, a.Find(".errors").Text())
	}
	set, err := x.Store.GuardSettings(t.Context())
	if err != nil || set.HoldHours != 24 || set.WarnCap != 2500 || set.CloseAll != guard.Defaults().CloseAll {
		t.Errorf("%+v, %v", set, err)
	}
}
