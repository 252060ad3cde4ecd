package web

import (
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// sampleMy adds the pages of a donor's own.
func sampleMy(lang string, out map[string]any) {
	l, w, f := locale.For(lang), sampleWords[lang], sampleFrame(lang)
	f.Robots, f.Canonical, f.Alternates, f.Cookie = "noindex, nofollow", "", nil, true
	eur := func(minor int64) money.Amount { return money.Amount{Currency: "EUR", Minor: minor} }
	button := func(text string) PostButton {
		return PostButton{Text: text, Action: "/my/plans/p1", Nonce: "n", Fields: []HiddenField{{"do", "cancel"}}, Of: w.campaign}
	}
	gifts := []MyGift{
		{At: sampleTime(20, 14, 5), Kind: l.T("my.every.once"), For: w.campaign, Amount: usd(2500), Receipt: &Link{Text: "2026-000431", Href: "/receipts/r1"}},
		{At: sampleTime(3, 14, 5), Kind: l.T("my.every.month"), For: w.campaign, Amount: usd(1200), Tag: &Tag{Text: l.T("my.gift.refunded")}},
		{At: sampleTime(2, 14, 5), Kind: l.T("my.every.year"), For: w.campaign, Amount: eur(1200), Tag: &Tag{Text: l.T("my.gift.part", "amount", l.Money(eur(500)))}},
	}
	name := Form{ID: "who", Action: "/my/name", Nonce: "n", Submit: l.T("my.save"), Quiet: true, Groups: []FieldGroup{{Fields: []Field{
		{Name: "name", Label: l.T("my.name.label"), Value: w.name, Optional: true, Autocomplete: "name", Dir: "auto"},
		{Name: "wall", Kind: "check", Label: l.T("my.wall"), Hint: l.T("my.wall.hint")},
		{Name: "lang", Kind: "select", Label: l.T("my.lang"), Value: lang, Options: []Option{{Value: "en", Text: "English", Lang: "en"}, {Value: "fa", Text: "فارسی", Lang: "fa"}}},
	}}}}
	days := MyRange{Action: "/my/statement", From: "2026-01-01", To: "2026-11-20"}
	page := MyPage{
		Frame: f, Email: "rowan.pell@mail.example", Done: l.T("my.done.name"), Gifts: gifts, Count: 40, All: "/my?gifts=all", Receipts: true,
		Plans: []MyPlan{
			{ID: "plan-p1", Heading: l.T("my.plan.each.month", "amount", l.MoneyWhole(usd(1200))), Tag: Tag{l.T("my.plan.active"), "ok"},
				Say:     []string{l.T("my.plan.since", "day", l.Date(sampleTime(3, 0, 0), locale.Long)), l.T("my.next.charge", "day", l.Date(sampleTime(30, 0, 0), locale.Long))},
				Buttons: []PostButton{button(l.T("my.plan.act.cancel"))}, Links: []Link{{Text: l.T("my.plan.change"), Href: "/my/plans/p1"}}, Legal: l.T("my.plan.say.cancel")},
			{ID: "plan-p2", Heading: l.T("my.plan.each.year", "amount", l.MoneyWhole(eur(6000))), Tag: Tag{l.T("my.plan.cancelled"), ""}, Say: []string{l.T("my.next.ended", "day", l.Date(sampleTime(3, 0, 0), locale.Long))}},
		},
		Years: []Link{{Text: l.Digits("2026"), Href: "/my/statement?from=2026-01-01&to=2026-12-31"}}, Range: days, NotDeduct: w.intro, Name: name,
		Data: []Link{{Text: l.T("my.address"), Href: "/my/address"}, {Text: l.T("my.export"), Href: "/my/export"}, {Text: l.T("my.erase"), Href: "/my/erase"}}, SignOut: button(l.T("my.out")), GiveAnyway: "/give",
	}
	all, none := page, page
	all.All, all.Receipts, all.Kept, all.Frame.Sandbox = "", false, []money.Amount{usd(2500), eur(700)}, true
	none.Gifts, none.Plans, none.Years, none.Done, none.All = nil, nil, nil, "", ""
	out["site/my"], out["site/my-all"], out["site/my-none"] = page, all, none

	tag := Tag{l.T("my.plan.active"), "ok"}
	months := Field{Name: "months", Kind: "radio", Label: l.T("my.months"), Value: "1", Options: []Option{{Value: "1", Text: l.N("my.months.n", 1)}, {Value: "2", Text: l.N("my.months.n", 2)}, {Value: "3", Text: l.N("my.months.n", 3)}}}
	form := Form{ID: "act", Action: "/my/link/token", Nonce: "n", Submit: l.T("my.link.act.pause"), Groups: []FieldGroup{{Fields: []Field{months}}}, Errors: []FieldError{{"months", w.dek}}}
	why := Form{ID: "why", Action: "/my/link/token", Nonce: "n", Hidden: []HiddenField{{"do", "why"}}, Submit: l.T("my.why.act"), Quiet: true, Groups: []FieldGroup{{Fields: []Field{{Name: "words", Kind: "area", Label: l.T("my.why.words"), Optional: true}}}}}
	out["site/myform"] = MyFormPage{
		Frame: f, Heading: l.T("my.link.ask.pause"), Say: []string{l.T("my.link.say.pause")}, Done: w.dek, Links: []Link{{Text: l.T("my.signin.way"), Href: "/my"}},
		Facts: []Fact{{Name: l.T("my.plan"), Value: page.Plans[0].Heading, Tag: &tag}, {Name: l.T("my.plan.next"), Value: page.Plans[0].Say[1]}},
		Panels: []MyPanel{{Form: &form}, {ID: "why-h", Heading: l.T("my.why"), Say: []string{l.T("my.why.say")}, Form: &why},
			{ID: "goes", Heading: l.T("my.erase.goes"), Points: []string{w.dek, w.intro}, Buttons: []PostButton{button(l.T("my.undo"))}, Links: []Link{{Text: w.place, Href: "/x"}}}},
	}
	out["site/mystatement"] = MyStatementPage{
		Frame: f, From: sampleTime(1, 0, 0), To: sampleTime(20, 0, 0), Donor: w.name, Email: "rowan.pell@mail.example", Gifts: gifts, Made: sampleTime(20, 0, 0), Range: days, Back: "/my",
		Sums: []MySum{{usd(3700), usd(1200), usd(2500)}, {eur(1200), eur(0), eur(1200)}}, PDF: &Link{Text: "PDF", Href: "/my/statement.pdf"},
	}
	days.Error = w.dek
	out["site/mystatement-none"] = MyStatementPage{Frame: f, From: sampleTime(1, 0, 0), To: sampleTime(20, 0, 0), Email: "rowan.pell@mail.example", Made: sampleTime(20, 0, 0), Range: days, Back: "/my"}
	mail := MailFrame{Locale: l, Outlet: f.Outlet, Zone: f.Zone}
	for _, kind := range []string{"signin", "step_up", "confirm", "revert"} {
		out["mail/donor-"+kind] = DonorMail{MailFrame: mail, Kind: kind, Name: w.name, Other: "r…@mail.example", Link: "https://lantern.example/my/link/abc", Until: sampleTime(20, 14, 20)}
	}
}
