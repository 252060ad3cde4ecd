package web

import (
	"html/template"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// samples are rich data for every page, in a language of the interface. Tests
// draw them; with MASTHEAD_PAGES set they are written there to be looked at.

func usd(minor int64) money.Amount { return money.Amount{Currency: "USD", Minor: minor} }

func sampleTime(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, time.FixedZone("", 3600))
}

// words are the few texts that differ by language.
type words struct {
	outlet, short, motto, headline, dek, section, name, place, para, intro, campaign, cost string
	sections                                                                               []string
}

var sampleWords = map[string]words{
	"en": {
		outlet: "The Alderwick Lantern", short: "the Lantern", motto: "Independent · paid for by readers · open to all",
		headline: "The late bus stays: Line 7 will run past midnight for three more years",
		dek:      "A trial that few expected to outlive its first winter now carries 16 people a trip.",
		section:  "Town", name: "Ansel Quay", place: "Alderwick", campaign: "Publishing costs 2026",
		para: "At twenty to twelve on a wet Wednesday there are nineteen people on the bus, and Tomas Ferrow knows most of them by their stops. " +
			"Two cooks get off at Weir Lane. A student sleeps until the clinic and wakes, as she does each night, one bend before it.",
		intro:    "No owner, no paywall, no advertising. What we publish is open to all because some readers give what they can.",
		cost:     "Fees for freelance reporters",
		sections: []string{"Town", "River", "Money", "Culture", "Letters"},
	},
	"de": {
		outlet: "Die Alderwicker Laterne", short: "die Laterne", motto: "Unabhängig · von Lesenden bezahlt · offen für alle",
		headline: "Der Nachtbus bleibt: Die Linie 7 fährt drei weitere Jahre bis nach Mitternacht",
		dek:      "Ein Versuch, dem kaum jemand den ersten Winter zutraute, bringt heute 16 Menschen je Fahrt nach Hause.",
		section:  "Stadt", name: "Änne Größl", place: "Alderwick", campaign: "Kosten des Erscheinens 2026",
		para: "Um zwanzig vor zwölf sitzen an einem nassen Mittwoch neunzehn Menschen im Bus, und Tomas Ferrow kennt die meisten an ihren Haltestellen. " +
			"Zwei Köchinnen steigen in der Wehrgasse aus. Eine Studentin schläft bis zur Klinik und wacht wie jede Nacht eine Kurve davor auf.",
		intro:    "Kein Eigentümer, keine Bezahlschranke, keine Werbung. Was wir veröffentlichen, steht allen offen, weil einige geben, was sie können.",
		cost:     "Honorare für freie Reporterinnen und Reporter",
		sections: []string{"Stadt", "Fluss", "Geld", "Kultur", "Briefe"},
	},
	"fa": {
		outlet: "فانوس آلدرویک", short: "فانوس", motto: "مستقل · با پول خوانندگان · باز برای همه",
		headline: "اتوبوس شبانه می‌ماند: خط ۷ سه سال دیگر تا پس از نیمه‌شب کار می‌کند",
		dek:      "آزمایشی که کمتر کسی به دوام آن امید داشت، اکنون در هر سفر شانزده مسافر دارد.",
		section:  "شهر", name: "انسل کی", place: "آلدرویک", campaign: "هزینهٔ انتشار ۲۰۲۶",
		para: "بیست دقیقه مانده به نیمه‌شبِ یک چهارشنبهٔ بارانی، نوزده نفر در اتوبوس نشسته‌اند و رانندهٔ خط بیشترشان را از روی ایستگاهی که پیاده می‌شوند می‌شناسد. " +
			"دو آشپز در کوچهٔ آسیاب پیاده می‌شوند. دانشجویی تا درمانگاه می‌خوابد و مثل هر شب، یک پیچ پیش از آن بیدار می‌شود.",
		intro:    "نه مالک، نه دیوار پرداخت، نه آگهی. آنچه منتشر می‌کنیم برای همه باز است چون برخی خوانندگان هر چه می‌توانند می‌دهند.",
		cost:     "دستمزد گزارشگران آزاد",
		sections: []string{"شهر", "رود", "پول", "فرهنگ", "نامه‌ها"},
	},
}

func sampleFrame(lang string) Frame {
	l, w := locale.For(lang), sampleWords[lang]
	f := Frame{
		Locale: l, Zone: time.FixedZone("", 3600), Today: sampleTime(20, 12, 0), Home: "/", Give: "/give/2026",
		Outlet: Outlet{
			Name: w.outlet, ShortName: w.short, Motto: w.motto, URL: "https://lantern.example",
			Publisher: "Lantern Readers’ Society", Address: []string{"4 Weir Lane", "Alderwick"}, Editor: "Dora Winslade",
			About: w.dek, Email: "desk@lantern.example", Legal: w.intro,
			Pages: []Link{{Text: w.place, Href: "/standards"}}, Licence: &Link{Text: "CC BY 4.0", Href: "https://creativecommons.org/licenses/by/4.0/"},
		},
		Title: w.headline, Description: w.dek, Canonical: "https://lantern.example/2026/11/late-bus",
		Alternates: []Alternate{{"en", "https://lantern.example/2026/11/late-bus"}, {"x-default", "https://lantern.example/2026/11/late-bus"}},
		Feeds:      []Feed{{Title: w.outlet, Type: "application/rss+xml", Href: "/feed.xml"}},
		JSONLD:     map[string]any{"@context": "https://schema.org", "@type": "NewsArticle", "headline": w.headline + "</script>"},
		OG:         OpenGraph{Type: "article", ImageURL: "https://lantern.example/media/a/1200.jpg", Published: sampleTime(20, 14, 5), Authors: []string{w.name}},
	}
	if lang != "en" {
		f.Home = "/" + lang
	}
	for i, s := range w.sections {
		f.Nav = append(f.Nav, Link{Text: s, Href: f.Path("/sections/s" + string(rune('1'+i))), Current: i == 0})
	}
	for _, other := range locale.Languages() {
		if other != lang {
			f.Langs = append(f.Langs, Link{Text: locale.NameOf(other), Href: "/" + other, Lang: other, Dir: locale.DirOf(other)})
		}
	}
	m := sampleMeter("m1", w)
	f.Meter = &m
	return f
}

func sampleMeter(id string, w words) Meter {
	return Meter{
		ID: id, Label: w.campaign, Raised: usd(642000), Goal: usd(1000000), Donors: 214, DaysLeft: 41,
		End: sampleTime(30, 0, 0).AddDate(0, 1, 1), Monthly: usd(64000), Expected: usd(84000),
	}
}

func samplePicture(alt string) *Picture {
	return &Picture{Src: "/media/abc/800.jpg", SrcSet: "/media/abc/400.jpg 400w, /media/abc/800.jpg 800w", Width: 1200, Height: 675, Alt: alt}
}

func sampleStories(w words, n int, pictures bool) []Story {
	out := make([]Story, n)
	for i := range out {
		out[i] = Story{
			Href: "/2026/11/late-bus", Headline: w.headline, Dek: w.dek, Section: &Link{Text: w.section, Href: "/sections/s1"},
			By: []string{w.name, "Ines Hallow"}, At: sampleTime(20-i, 14, 5),
		}
		if pictures && i%2 == 0 {
			out[i].Picture = samplePicture(w.place)
		}
	}
	return out
}

func sampleArticle(lang string, paragraphs int) ArticlePage {
	w := sampleWords[lang]
	p := ArticlePage{
		Frame: sampleFrame(lang), Section: &Link{Text: w.section, Href: "/sections/s1"}, Headline: w.headline, Dek: w.dek,
		Hero:    &Figure{Picture: *samplePicture(w.place), Caption: w.dek, Credit: "Ines Hallow"},
		Bylines: []Byline{{Name: w.name, Href: "/people/a", Role: "by"}, {Name: "Ines Hallow", Role: "photos"}},
		Place:   w.place, Published: sampleTime(20, 14, 5), Updated: sampleTime(20, 17, 40),
		Translations: []Link{{Text: "این گزارش به فارسی", Href: "/fa/2026/11/x", Lang: "fa", Dir: "rtl"}},
		TopNotes:     []Note{{Kind: "correction", At: sampleTime(20, 17, 40), Text: w.dek}},
		FootNotes:    []Note{{Kind: "update", At: sampleTime(20, 18, 40), Text: w.dek}},
		Topics:       []Link{{Text: w.place, Href: "/topics/t"}, {Text: w.section, Href: "/topics/u"}},
		Version:      4, Versions: 4, History: "/2026/11/late-bus/history", Appeal: true, Origin: "article", Related: sampleStories(w, 3, false),
	}
	var b strings.Builder
	for i := range paragraphs {
		b.WriteString("<p>" + template.HTMLEscapeString(w.para) + "</p>\n")
		if i%4 == 1 {
			b.WriteString("<h2>" + template.HTMLEscapeString(w.headline) + "</h2>\n")
		}
	}
	b.WriteString(`<p class="pull side">` + w.dek + `<cite>Tomas Ferrow</cite></p><p>` + w.para + `</p><div class="box side"><h2>` + w.place +
		`</h2><dl><dt>` + w.section + `</dt><dd>` + w.dek + `</dd></dl></div><blockquote><p>` + w.dek + `</p><footer>` + w.name + `</footer></blockquote>` +
		`<p>` + w.para + `</p><ul><li>` + w.dek + `</li><li>` + w.dek + `</li></ul>` +
		`<div class="scroll" role="region" aria-labelledby="t1" tabindex="0"><table><caption id="t1">` + w.place + `</caption><thead><tr><th scope="col">A</th><th scope="col" class="n">B</th></tr></thead><tbody><tr><th scope="row">` + w.section + `</th><td class="n">1,140</td></tr></tbody></table></div>`)
	p.Body = template.HTML(b.String()) //nolint:gosec // our own words
	return p
}

func sampleForm(lang string, wrong bool) GiveForm {
	w := sampleWords[lang]
	f := GiveForm{
		Action: "/give/2026", Nonce: "nonce", From: "article", Every: "once", Monthly: true, Yearly: true, Currency: "USD", Minimum: usd(300),
		Choices: []AmountChoice{{"10.00", usd(1000)}, {"25.00", usd(2500)}, {"60.00", usd(6000)}},
		Ways:    []PayWay{{"card", w.section, w.dek}, {"bank", w.place, w.dek}}, By: "card", Threshold: usd(500000),
	}
	if wrong {
		f.Amount, f.Own, f.Email = "own", "2", "rowan.pell@"
		f.Errors = []FieldError{{"own", w.dek}, {"email", w.dek}, {"nonce", w.dek}}
	}
	return f
}

// samplePages returns pages by a name that starts with the template's.
func samplePages(lang string) map[string]any {
	l, w, f := locale.For(lang), sampleWords[lang], sampleFrame(lang)
	sand := f
	sand.Sandbox = true
	pager := Pager{Newer: "?page=1", Older: "?page=3"}
	months := []Link{{Text: l.Date(sampleTime(1, 0, 0), locale.Month), Href: "/archive/2026/11", Current: true}, {Text: l.Date(sampleTime(1, 0, 0).AddDate(0, -1, 0), locale.Month), Href: "/archive/2026/10"}}
	stories := sampleStories(w, 9, true)
	blocks := []FrontBlock{{ID: "s1", Name: w.sections[0], Href: "/sections/s1", Stories: stories[:3]}, {ID: "s2", Name: w.sections[1], Href: "/sections/s2", Stories: stories[:6]}, {ID: "s3", Name: w.sections[3], Href: "/sections/s3", Stories: sampleStories(w, 4, false)}}
	give := GivePage{Frame: f, Heading: l.T("appeal.act", "outlet", w.short), Intro: w.intro, Form: sampleForm(lang, false), Costs: []CostLine{{w.cost, usd(480000)}, {w.place, usd(520000)}}, CostsTotal: usd(1000000), CostsNote: w.dek, Others: []Link{{Text: w.place, Href: "/give/x"}}}
	wrong, closed := give, give
	wrong.Form, wrong.Frame = sampleForm(lang, true), sand
	closed.Closed = w.dek
	thanks := func(state string) ThanksPage {
		return ThanksPage{Frame: sand, State: state, Amount: usd(2500), Every: "month", At: sampleTime(20, 14, 5), Next: sampleTime(20, 14, 5).AddDate(0, 1, 0), Method: "•••• 4242", For: w.campaign, Email: "rowan.pell@mail.example", Post: "kept", Receipt: "2026-00431", Others: 213, Again: "/give/thanks/x", Retry: "/give/2026", Back: "/",
			Powers: []Link{{Text: w.place, Href: "/my/link/abc"}}}
	}
	out := map[string]any{
		"site/article":          sampleArticle(lang, 6),
		"site/article-blocks":   sampleBlocks(lang),
		"site/front":            FrontPage{Frame: f, Lead: &stories[0], Second: stories[2:5], Blocks: blocks, Archive: months, Donors: 214, Origin: "front"},
		"site/front-empty":      FrontPage{Frame: f},
		"site/list":             ListPage{Frame: f, Kicker: l.T("front.archive"), Heading: w.section, Intro: w.intro, Stories: stories, Pager: pager, Months: months},
		"site/list-empty":       ListPage{Frame: f, Heading: w.section},
		"site/person":           PersonPage{Frame: f, Name: w.name, Role: w.section, Bio: w.para + "\n\n" + w.para, Portrait: samplePicture(w.name), Links: []Link{{Text: "ansel@lantern.example", Href: "mailto:ansel@lantern.example"}}, Stories: stories[:4], Pager: pager},
		"site/search":           SearchPage{Frame: f, Action: "/search", Query: "bus", Asked: true, Total: 9, Stories: stories, Pager: pager},
		"site/search-none":      SearchPage{Frame: f, Action: "/search", Query: `<"bus'`, Asked: true},
		"site/give":             give,
		"site/give-error":       wrong,
		"site/give-closed":      closed,
		"site/thanks":           thanks("succeeded"),
		"site/proof":            ProofPage{Frame: sand, Heading: l.T("guard.proof.heading"), Why: l.T("guard.proof.why"), Go: l.T("guard.proof.go"), Kept: l.T("guard.proof.kept"), Action: "/give/2026", Fields: []HiddenField{{"email", "reader@mail.example"}, {"nonce", "nonce"}}, Token: "token", Bits: 18, Seconds: 60},
		"site/proof-early":      ProofPage{Frame: sand, Heading: l.T("guard.proof.heading"), Why: l.T("guard.proof.why"), Go: l.T("guard.proof.go"), Kept: l.T("guard.proof.kept"), Action: "/give/2026", Token: "token", Bits: 18, Seconds: 40, Early: true},
		"site/sandbox":          SandboxPage{Frame: sand, Amount: usd(2500), Every: "month", For: w.campaign, Reference: "cs_01", Action: "/sandbox/pay/cs_01", Fields: []HiddenField{{"nonce", "n"}}, Choices: []SandboxChoice{{"pay", w.section, w.dek}, {"decline", w.place, ""}}},
		"site/corrections":      CorrectionsPage{Frame: f, Months: []CorrectionMonth{{sampleTime(1, 0, 0), []Correction{{Kind: "correction", At: sampleTime(20, 17, 40), Headline: w.headline, Href: "/x", Was: w.dek, Now: w.intro, Where: w.place}, {Kind: "retraction", At: sampleTime(19, 17, 40), Headline: w.headline, Href: "/y", Text: w.para}}}}, Older: "?before=x"},
		"site/corrections-none": CorrectionsPage{Frame: f},
		"site/newsletter":       NewsletterPage{Frame: f, List: []Feed{{"RSS", "application/rss+xml", "/feed.xml"}, {"Atom", "application/atom+xml", "/atom.xml"}}},
		"site/about":            AboutPage{Frame: f, Body: "<p>" + template.HTML(w.para) + "</p>", People: []PersonLine{{w.name, "/people/a", w.section}, {"Ines Hallow", "", ""}}}, //nolint:gosec // our own words
		"site/error":            ErrorPage{Frame: f, Status: 404, Search: "/search"},
		"site/error-500":        ErrorPage{Frame: f, Status: 500, Ref: "01J9ZZZZZZ"},
	}
	for _, state := range []string{"confirming", "failed", "cancelled", "refunded"} {
		out["site/thanks-"+state] = thanks(state)
	}
	sampleRecord(lang, out)
	sampleDesk(lang, out)
	sampleBank(lang, out)
	sampleBooks(lang, out)
	sampleCampaign(lang, out)
	sampleMy(lang, out)
	return out
}
