package site_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestWhatADonorAgreedToNamesTheTicksAndStandsOnTheirPage(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.pay(f.send("/give/costs-2026", f.fill("/give/costs-2026", "amount", "25.00", "email", ada)))
		f.clock.Add(time.Minute)
		f.pay(f.send("/give/costs-2026", f.fill("/give/costs-2026", "amount", "50.00", "email", ada, "news", "on")))
		f.signIn(ada)
		panels := f.open("/my/agreed").Find("main section.panel")
		if panels.Length() != 2 {
			t.Fatalf("%d sets of words for two gifts, of which one ticked", panels.Length())
		}
		newest, first := panels.Eq(0).Text(), panels.Eq(1).Text()
		if !strings.Contains(newest, "Ticked: “Write to me when there is news of this campaign") || !strings.Contains(newest, "$50.00") || strings.Contains(newest, "{") {
			t.Errorf("the gift with the tick says %q", newest)
		}
		if strings.Contains(first, "Ticked") || !strings.Contains(first, "nothing is charged") {
			t.Errorf("the gift without the tick says %q", first)
		}
	})
}

func TestADonorEndsAndAsksForNewsOnTheirPage(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.pay(f.send("/give/costs-2026", f.fill("/give/costs-2026", "amount", "50.00", "email", ada)))
		tick := "news-" + f.campaign.ID
		page := f.signIn(ada)
		if _, on := page.Find("form#news [name='" + tick + "']").Attr("checked"); on {
			t.Error("who did not tick is shown as having ticked")
		}
		wants := func() int {
			n, err := f.s.CountSupporters(t.Context(), f.campaign.ID)
			f.ok(err)
			return n
		}
		for i, want := range []int{1, 0, 1} {
			f.clock.Add(time.Minute)
			v := fields(f.open("/my").Document, "form#news")
			v.Del(tick)
			if want == 1 {
				v.Set(tick, "on")
			}
			if a := f.visit("POST", "/my/news", v, "Sec-Fetch-Site", "same-origin"); a.to() != "/my?done=news" {
				t.Fatalf("%d to %s", a.status, a.to())
			}
			if got := wants(); got != want {
				t.Errorf("after change %d, %d get news, want %d", i+1, got, want)
			}
		}
		agreed := f.open("/my/agreed").said()
		if n := strings.Count(agreed, "On 20 November 2026 ticked: “Write to me when there is news"); n != 2 {
			t.Errorf("the consent that was given twice on the page stands %d times: %s", n, agreed)
		}
	})
}

func TestPagesTellWhatBecomesOfAMailByOneRule(t *testing.T) {
	server := mail.Server{Host: "mail.lantern.example", Port: 465, Security: "tls", From: "paper@lantern.example"}
	for _, c := range []struct {
		name           string
		set, pretended bool
		has, not       string
	}{
		{"a mail server is set", true, true, "on its way", "kept"},
		{"in a demo", false, true, "sends no mails", "be sent"},
		{"no mail server is set", false, false, "be sent", "on its way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
			f.site.Pretended = c.pretended
			if c.set {
				f.write(func(tx *store.Tx) error {
					return tx.PutSetting(t.Context(), store.System, mail.Setting, server)
				})
			}
			pages := map[string]string{"thanks": strings.Join(strings.Fields(f.page(f.paid("once")).Find("main").Text()), " ")}
			asked := f.askLink(ada)
			pages["sign-in"] = f.open(asked.to()).said()
			for name, text := range pages {
				if !strings.Contains(text, c.has) || strings.Contains(text, c.not) || !c.set && strings.Contains(text, "on its way") {
					t.Errorf("%s: %s", name, text)
				}
			}
		})
	}
}
