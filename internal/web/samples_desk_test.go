package web

import (
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/locale"
)

func sampleDesk(lang string, out map[string]any) {
	l, w := locale.For(lang), sampleWords[lang]
	gate := DeskFrame{Locale: l, Outlet: w.outlet, Zone: time.UTC, Title: l.T("signin.act"), Home: "/desk"}
	f := gate
	f.Nav = []DeskNav{{Text: w.sections[0], Href: "/desk/stories", Count: 14, Current: true}, {Text: w.sections[2], Href: "/desk/money"}}
	f.Who = &Who{Name: w.name, Role: w.section, SignOut: "/desk/signout", Nonce: "n"}
	f.Notice, f.Sandbox = &Notice{"ok", w.dek}, true
	button := PostButton{Text: w.section, Action: "/desk/x", Nonce: "n", Of: w.name, Fields: []HiddenField{{"id", "1"}}}
	table := Table{Caption: w.place, Columns: []Column{{Text: w.section}, {Text: w.place}, {Text: w.cost, Num: true}, {Text: w.name, Minor: true}, {Text: ""}},
		Rows: []Row{
			{On: true, Cells: []Cell{{Text: w.headline, Href: "/desk/a", Small: w.dek}, {Text: w.section, Late: true}, {Text: "912"}, {At: sampleTime(20, 14, 5)}, {Button: &button}}},
			{Cells: []Cell{{Text: "اتوبوس شبانه", Href: "/desk/b", Lang: "fa", Dir: "rtl"}, {Tag: &Tag{w.section, "warn"}}, {Text: "12"}, {At: sampleTime(19, 14, 5)}, {}}},
		}}
	table.Columns[4].Text = w.campaign
	panel := func(id string) Panel {
		return Panel{ID: id, Heading: w.campaign + " " + id, Text: w.dek, Facts: []Fact{{Name: w.section, Value: w.place, Tag: &Tag{w.section, "ok"}}, {Name: w.place, Value: "2", Href: "/desk/x"}}, Links: []Link{{Text: w.place, Href: "/x"}}, Buttons: []PostButton{button}}
	}
	tabled := panel("p2")
	tabled.Table = &table
	figures := []FigureLine{{w.section, l.MoneyWhole(usd(64000)), w.place}, {w.place, l.Percent(64), ""}}
	form := Form{ID: "outlet", Action: "/desk/settings", Nonce: "n", Submit: w.section, Groups: []FieldGroup{{Legend: w.campaign, Hint: w.dek, Fields: []Field{
		{Name: "name", Label: w.section, Hint: w.dek, Value: w.outlet, Required: true, Autocomplete: "organization"},
		{Name: "lang", Label: w.place, Kind: "select", Value: "fa", Options: []Option{{Value: "en", Text: "English", Lang: "en"}, {Value: "fa", Text: "فارسی", Lang: "fa"}}},
		{Name: "about", Label: w.cost, Kind: "area", Value: w.para, Optional: true},
		{Name: "pay", Label: w.cost, Kind: "radio", Value: "b", Options: []Option{{Value: "a", Text: w.section, Hint: w.dek}, {Value: "b", Text: w.place}}},
		{Name: "key", Label: w.campaign, Kind: "secret", Value: "stored", Hint: w.dek},
		{Name: "on", Label: w.intro, Kind: "check", Checked: true},
	}}}, Errors: []FieldError{{"name", w.dek}, {"elsewhere", w.dek}}}
	setup := form
	setup.Errors = nil
	meter := sampleMeter("dm", w)
	second := sampleMeter("dm2", w)
	second.Ended, second.Note, second.Label = true, w.dek, w.place
	qr := make([][]bool, 21)
	for y := range qr {
		qr[y] = make([]bool, 21)
		for x := range qr[y] {
			qr[y][x] = (x*y+x)%3 == 0
		}
	}
	back := &Link{Text: w.place, Href: "/desk"}
	key := PasskeyForm{Action: "/desk/passkey", Ask: "/desk/passkey/ask", Nonce: "n", Hidden: []HiddenField{{"next", "/desk"}}, Host: "lantern.example", Auto: true, Submit: w.section, Hint: w.dek}
	out["desk/signin"] = SignInPage{DeskFrame: gate, Action: "/desk/signin", Nonce: "n", Email: "a@b.example", Next: "/desk", Error: w.dek, Denied: w.dek, Passkey: key, Recover: *back}
	out["desk/signin-number"] = SignInPage{DeskFrame: gate, Action: "/desk/signin", Nonce: "n", Passkey: PasskeyForm{Reason: w.dek}, Recover: *back}
	named := key
	named.Make, named.Name = true, &Field{Label: w.section, Hint: w.dek, Value: "Firefox"}
	out["desk/choose"] = ChoosePage{DeskFrame: gate, Intro: w.intro, Passkey: &named, Form: &setup, Or: w.place, Back: back}
	out["desk/choose-password"] = ChoosePage{DeskFrame: gate, Intro: w.intro, Form: &setup}
	out["desk/prove"] = ProvePage{DeskFrame: gate, Intro: w.intro, Passkey: &key, Form: &setup, More: back}
	out["desk/recover"] = RecoverPage{DeskFrame: gate, Form: setup, Back: *back}
	out["desk/codes"] = CodesPage{DeskFrame: gate, Codes: []string{"4kq2-9w7m-x0bd-hs3e", "vv2z-0000-kkkk-9t9t"}, Whose: "a@b.example", Made: sampleTime(20, 14, 5), Next: *back}
	out["desk/code"] = CodePage{DeskFrame: gate, Action: "/desk/code", Nonce: "n", Error: w.dek}
	out["desk/enrol"] = EnrolPage{DeskFrame: gate, Action: "/desk/enrol", Nonce: "n", QR: qr, Secret: "ABCD EFGH", URI: "otpauth://totp/x?secret=ABCD"}
	out["desk/setup"] = SetupPage{DeskFrame: gate, Intro: w.intro, Form: setup}
	out["desk/link"] = LinkPage{DeskFrame: gate, Heading: w.section, Text: w.dek, Button: button}
	out["desk/home"] = HomePage{DeskFrame: f, Figures: figures, Meter: &meter, Panels: []Panel{tabled}, Aside: []Panel{panel("p3")}}
	out["desk/form"] = FormPage{DeskFrame: f, Heading: w.section, Intro: w.intro, Tabs: []Tab{{w.section, "/a", 3, true}, {w.place, "/b", 0, false}}, Forms: []Form{form}, Panels: []Panel{panel("p1")}}
	out["desk/list"] = ListDeskPage{DeskFrame: f, Heading: w.section, Intro: w.intro, Search: &SearchBox{"/desk/stories", w.section, "bus"}, Action: back, Tabs: []Tab{{w.section, "/a", 3, true}, {w.place, "/b", 0, false}}, Table: table, Pager: Pager{Newer: "?a", Older: "?b"}}
	out["desk/list-empty"] = ListDeskPage{DeskFrame: f, Heading: w.section, Table: Table{Caption: w.place, Empty: w.dek, Start: back}}
	out["desk/view"] = ViewPage{DeskFrame: f, Heading: w.headline, Back: back, Facts: panel("x").Facts, Panels: []Panel{panel("p1"), tabled}, Buttons: []PostButton{button}}
	sampleStory(f, lang, out)
	out["desk/mail"] = MailPage{DeskFrame: f, From: "desk@lantern.example", To: "rowan@mail.example", Subject: w.headline, Sent: sampleTime(20, 14, 5), Text: w.para + "\n\nhttps://lantern.example/desk/link/abc?x=1&y=2.\n", Back: back}
	out["desk/money"] = MoneyPage{DeskFrame: f, Figures: figures, Meters: []Meter{meter, second}, Panels: []Panel{panel("p1")}, Aside: []Panel{tabled}}
	out["desk/edit"] = EditPage{DeskFrame: f, Heading: w.headline, Plain: *back, Story: EditStory{ID: "1", Nonce: "n", Content: json.RawMessage(`{"headline":"</script>"}`), Lang: lang, Words: EditWords(l)}}
	out["desk/error"] = DeskErrorPage{DeskFrame: f, Status: 403, Ref: "01J", Back: back}

	m := MailFrame{Locale: l, Outlet: sampleFrame(lang).Outlet, Zone: time.UTC}
	out["mail/gift"] = GiftMail{MailFrame: m, Amount: usd(2500), Every: "month", Paid: sampleTime(20, 14, 5), Next: sampleTime(20, 14, 5).AddDate(0, 1, 0), Method: "•••• 4242", Name: w.name, For: w.campaign, Receipt: "2026-00431"}
	out["mail/held"] = HeldMail{MailFrame: m, Amount: usd(2500), Paid: sampleTime(20, 14, 5)}
	link := "https://lantern.example/my/link/AbCdEfGhIjKlMnOpQrStUvWxYz012345"
	links := PlanLinks{ResumeLink: link, RestartLink: link, PauseLink: link, CancelLink: link, MyLink: "https://lantern.example/my"}
	out["mail/gift-plan"] = GiftMail{MailFrame: m, Amount: usd(2500), Every: "year", Paid: sampleTime(20, 14, 5), Next: sampleTime(20, 14, 5).AddDate(1, 0, 0), Name: w.name, For: w.campaign, PlanLinks: links}
	for _, kind := range []string{"failed", "last", "lost", "notice", "changed", "paused", "resumed", "ending", "ended"} {
		out["mail/plan_"+kind] = PlanMail{MailFrame: m, Name: w.name, For: w.campaign, Amount: usd(2500), Every: "month", Was: usd(30000), WasEvery: "year",
			Next: sampleTime(20, 14, 5), Until: sampleTime(20, 14, 5), PlanLinks: links}
		out["mail/plan_"+kind+"-bare"] = PlanMail{MailFrame: m, Amount: usd(2500), Every: "month"}
	}
	receiptLink := "https://lantern.example/receipts/r1?key=abc&until=1"
	out["mail/gift-receipt"] = GiftMail{MailFrame: m, Amount: usd(2500), Every: "once", Paid: sampleTime(20, 14, 5), Name: w.name, For: w.campaign, Receipt: "R-2026-00431",
		ReceiptLink: receiptLink, GiftAidLink: receiptLink, PartyLink: receiptLink}
	out["mail/receipt_sent"] = ReceiptMail{MailFrame: m, Name: w.name, Number: "R-2026-00431", Amount: usd(2500), ReceiptLink: receiptLink, MyLink: "https://lantern.example/my"}
	out["mail/receipt_replaced"] = ReceiptMail{MailFrame: m, Name: w.name, Number: "R-2026-00432", Was: "R-2026-00431", Amount: usd(1500), ReceiptLink: receiptLink, MyLink: "https://lantern.example/my"}
	out["mail/receipt_voided"] = ReceiptMail{MailFrame: m, Was: "R-2026-00431", Amount: usd(2500), MyLink: "https://lantern.example/my"}
	out["mail/refund"] = RefundMail{MailFrame: m, Amount: usd(1000), Of: usd(2500), Paid: sampleTime(20, 14, 5)}
	for _, kind := range []string{"invite", "reset", "signin"} {
		out["mail/staff-"+kind] = StaffMail{MailFrame: m, Name: w.name, Kind: kind, Link: "https://lantern.example/desk/link/abc", Until: sampleTime(20, 14, 5)}
	}
	out["mail/staff"] = out["mail/staff-invite"]
	for _, kind := range []string{"signin", "passkey", "recovery", "reset", "other"} {
		out["mail/security-"+kind] = SecurityMail{MailFrame: m, Name: w.name, Kind: kind, What: "Firefox", Time: sampleTime(20, 14, 5), Link: "https://lantern.example/desk/account"}
	}
	out["mail/security"] = out["mail/security-signin"]
	out["mail/article"] = ArticleMail{MailFrame: m, Lang: lang, Dir: locale.DirOf(lang), Headline: w.headline, Dek: w.dek, By: []string{w.name}, Body: MailBody("<p>A <a href=\"/x\">b</a></p>"), Plain: w.para, Link: "https://lantern.example/2026/11/x",
		Hero: &Figure{Picture: Picture{Src: "https://lantern.example/media/x/960.jpg", Alt: w.place}, Credit: w.name}}
	out["mail/notices"] = NoticesMail{MailFrame: m, Name: w.name, Account: "https://lantern.example/desk/notices", Notices: []NoticeLine{
		{Say: w.dek, Story: w.headline, Link: "https://lantern.example/desk/stories/x", At: sampleTime(20, 14, 5)}, {Say: w.dek, Link: "https://lantern.example/desk/stories/y", At: sampleTime(20, 14, 5)}}}
}
