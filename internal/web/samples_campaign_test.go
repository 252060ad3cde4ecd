package web

import (
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
)

// sampleCampaign adds what a campaign's page says besides its form, and the pages
// round it.
func sampleCampaign(lang string, out map[string]any) {
	l, w, f := locale.For(lang), sampleWords[lang], sampleFrame(lang)
	p := out["site/give"].(GivePage)
	p.Form.NewsTick, p.Form.CoverTick = true, l.T("campaign.cover.tick", "share", l.Share(29_000, 1_000_000), "fixed", l.MoneyWhole(usd(30)))
	p.Policy = []string{l.T("campaign.policy.window", "start", f.On(sampleTime(1, 0, 0)), "end", f.On(sampleTime(30, 0, 0))), l.N("campaign.policy.grace", 72),
		l.T("campaign.policy.minus"), l.T("campaign.policy.bank"), l.T("campaign.policy.foreign", "currency", l.CurrencyName("USD")), l.T("campaign.policy.projected", "share", l.Share(42_000, 1_000_000))}
	p.Goals = []string{l.T("campaign.goal.raised", "was", l.MoneyWhole(usd(1000000)), "now", l.MoneyWhole(usd(1200000)), "day", f.On(sampleTime(3, 0, 0)), "why", w.dek)}
	p.Matches = []MatchLine{{f.H("campaign.match.head", "sum", l.MoneyWhole(usd(20000)), "sponsor", w.place), l.T("campaign.match.terms", "adds", l.MoneyWhole(usd(100)), "given",
		l.MoneyWhole(usd(100)), "from", f.On(sampleTime(1, 0, 0)), "to", f.On(sampleTime(30, 0, 0)), "donor", l.MoneyWhole(usd(10000)), "cap", l.MoneyWhole(usd(1000000)))}}
	p.Updates = []UpdateItem{{w.headline, w.para + "\n\n" + w.dek, sampleTime(12, 9, 0)}, {w.place, w.intro, sampleTime(2, 9, 0)}}
	out["site/give"] = p
	cover, ended := p, p
	cover.Form.Cover, cover.Form.News, cover.Form.Amount, cover.Form.Every = true, true, "25.00", "month"
	cover.Form.Total, cover.Form.Fee, cover.Preview = usd(2606), usd(106), l.T("campaign.preview")
	out["site/give-cover"] = cover
	ended.Closed, ended.Over, ended.Outcome = l.T("fund.closed.ended"), true, w.para
	m := *f.Meter
	m.Ended, m.Raised = true, usd(1184000)
	m.Yearly = true
	ended.Frame.Meter = &m
	out["site/give-ended"] = ended
	out["site/past"] = PastPage{Frame: f, Campaigns: []PastLine{{w.campaign, "/give/2025", sampleTime(1, 0, 0), sampleTime(30, 0, 0), usd(1000000), usd(1184000), 118, 214, w.dek}, {Name: w.place, Href: "/give/x", Raised: usd(5)}}}
	out["site/past-none"] = PastPage{Frame: f}
	out["site/stop"] = StopPage{Frame: f, For: w.campaign, Action: "/give/stop/x"}
	out["site/stop-done"] = StopPage{Frame: f, For: w.campaign, Done: true}
	out["mail/news"] = NewsMail{MailFrame: MailFrame{Locale: l, Outlet: f.Outlet, Zone: time.UTC}, For: w.campaign, Head: w.headline, Body: strings.Repeat(w.para+"\n\n", 2), Page: "https://lantern.example/give/2026", Stop: "https://lantern.example/give/stop/x"}
}
