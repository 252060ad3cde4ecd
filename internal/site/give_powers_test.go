package site_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// paid gives, and returns the address of the page after paying.
func (p *purse) paid(every string) string {
	p.t.Helper()
	pay := p.send("/give/costs-2026", p.fill("/give/costs-2026", "every", every, "amount", "own", "own", "25.00"))
	v := fields(p.page(pay), "main form")
	v.Set("do", "pay")
	return p.send(pay, v)
}

// powersOn are the links of one power on a page, by what they can do.
func (p *purse) powersOn(doc *goquery.Document) map[store.Power]string {
	p.t.Helper()
	out := map[store.Power]string{}
	doc.Find(`a[href*="/my/link/"]`).Each(func(_ int, a *goquery.Selection) {
		_, token, _ := strings.Cut(a.AttrOr("href", ""), "/my/link/")
		l, err := p.s.DonorLink(p.t.Context(), token)
		p.ok(err)
		plan, _, err := p.s.Plan(p.t.Context(), l.Object)
		p.ok(err)
		if plan.DonorID != l.DonorID {
			p.t.Errorf("the link %s is of another donor than its plan", l.Power)
		}
		out[l.Power] = token
	})
	return out
}

func TestThePageAfterPayingShowsThePowersOverAPlanOnceWhileNoMailCanBringThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := newPurseOn(t, s)
		thanks := p.paid("month")
		p.ask(http.MethodHead, thanks, nil) // makes none
		first := p.page(thanks)
		if have := p.powersOn(first); have[store.DonorCancel] == "" || have[store.DonorPause] == "" || len(have) != 2 {
			t.Errorf("the page has the powers %v", have)
		}
		again := p.page(thanks)
		if have := p.powersOn(again); len(have) != 0 || !strings.Contains(again.Text(), "were shown on this page already") {
			t.Errorf("looked at again, the page has the powers %v", have)
		}
	})
}

func TestWhoComesToThePageAfterPayingLateFindsNoPowers(t *testing.T) {
	p := newPurse(t)
	thanks := p.paid("year")
	p.ok(p.sandbox.Advance(61 * time.Minute))
	doc := p.page(thanks)
	if have := p.powersOn(doc); len(have) != 0 || strings.Contains(doc.Text(), "Keep these links") {
		t.Errorf("an hour later the page has the powers %v", have)
	}
}

func TestASingleGiftHasNoPowersToShow(t *testing.T) {
	p := newPurse(t)
	if have := p.powersOn(p.page(p.paid("once"))); len(have) != 0 {
		t.Errorf("the page has the powers %v", have)
	}
}

func TestWhereMailsGoOutThePageAfterPayingShowsNoPowers(t *testing.T) {
	p := newPurse(t)
	p.write(func(tx *store.Tx) error {
		return tx.PutSetting(t.Context(), store.System, mail.Setting, mail.Server{Host: "mail.lantern.example", Port: 465, Security: "tls", From: "paper@lantern.example"})
	})
	doc := p.page(p.paid("month"))
	if have := p.powersOn(doc); len(have) != 0 || strings.Contains(doc.Text(), "already") && strings.Contains(doc.Text(), "Links for your regular gift") {
		t.Errorf("the page has the powers %v", have)
	}
}

func TestTheFormOffersTheIntervalsThatCanBePaid(t *testing.T) {
	p := newPurse(t)
	doc := p.page("/give/costs-2026?every=year&amount=25.00")
	for _, every := range []string{"once", "month", "year"} {
		box := doc.Find(`input[name="every"][value="` + every + `"]`)
		if _, on := box.Attr("checked"); box.Length() != 1 || on != (every == "year") {
			t.Errorf("%s is there %d times, chosen: %v", every, box.Length(), on)
		}
	}
	p.svc.Providers["sandbox"] = monthly{p.sandbox}
	doc = p.page("/give/costs-2026?every=year")
	if doc.Find(`input[name="every"][value="year"]`).Length() != 0 || doc.Find(`input[name="every"][value="once"][checked]`).Length() != 1 {
		t.Error("the form offers what nobody can charge")
	}
}

// monthly is a provider that can't charge by the year.
type monthly struct{ fund.Provider }

func (m monthly) Caps() fund.Caps {
	c := m.Provider.Caps()
	c.Intervals = []fund.Every{fund.Once, fund.Month}
	return c
}
