package web

import (
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// sampleBooks adds the books of a year in two currencies, as full as a newsroom
// has them, and the pages beside.
func sampleBooks(lang string, out map[string]any) {
	l, w, f := locale.For(lang), sampleWords[lang], sampleFrame(lang)
	in := func(currency string, minor int64) money.Amount { return money.Amount{Currency: currency, Minor: minor} }
	names := func(keys string) (list []string) {
		for _, k := range strings.Fields(keys) {
			list = append(list, l.T("books."+k))
		}
		return list
	}
	lines := func(currency string, first int64, words []string) (list []BookLine) {
		for i, name := range words {
			list = append(list, BookLine{name, in(currency, first/int64(i+1))})
		}
		return list
	}
	year := func(currency string, scale int64, income, spending string) CurrencyBooks {
		c := CurrencyBooks{
			Currency: currency, Income: lines(currency, 624000*scale, names(income)), Spending: lines(currency, 720000*scale, names(spending)),
			Refunds: in(currency, 3600), Exchange: in(currency, 1200), InTotal: in(currency, 1788000*scale), OutTotal: in(currency, 1517200*scale),
			Left: in(currency, 267200*scale), Reserve: in(currency, 631000*scale), Covers: 4,
		}
		for n := range 12 {
			got, spent := int64(90000+7919*n)*scale, int64(120000-4211*n)*scale
			day := time.Date(2026, time.Month(n+1), 1, 0, 0, 0, 0, time.UTC)
			c.Months = append(c.Months, MonthBooks{Number: n + 1, Name: l.Date(day, locale.Month), Href: f.Path("/books/" + day.Format("2006-01")), In: in(currency, got), Out: in(currency, spent), Left: in(currency, got-spent)})
		}
		return c
	}
	empty := func(currency string) CurrencyBooks {
		z := in(currency, 0)
		return CurrencyBooks{Currency: currency, Refunds: z, Exchange: z, InTotal: z, OutTotal: z, Left: z, Reserve: z}
	}
	page := BooksPage{
		Frame: f, Period: l.Digits("2026"), From: sampleTime(1, 0, 0), To: sampleTime(20, 0, 0),
		Periods: []Link{{Text: l.Digits("2026"), Href: "/books/2026", Current: true}, {Text: l.Digits("2025"), Href: "/books/2025"}, {Text: l.T("books.all"), Href: "/books/all"}},
		Currencies: []CurrencyBooks{
			year("USD", 1, "account.donations gifts.month gifts.once account.grants account.events account.advertising account.income", "account.salaries account.freelance account.legal account.hosting account.photography account.office account.processing account.expense"),
			empty("EUR"),
		},
		Campaigns: []CampaignLine{{w.campaign, "/give/2026", usd(1000000), usd(642000), []GoalChange{{sampleTime(2, 0, 0), usd(950000), usd(1000000), w.dek}}}, {w.place, "/give/2025", usd(900000), usd(872000), nil}},
		Givers:    &GiversPart{Year: l.Digits("2026"), Threshold: usd(500000), Large: []string{w.name}, Wished: 31, Href: "/books/supporters/2026", Unnamed: l.Share(61, 1000), Unknown: l.Share(0, 1000)},
		Corrections: []BookCorrection{{On: sampleTime(3, 0, 0), Seq: 311, Of: 299, What: l.T("books.account.hosting"), Amount: usd(4000), Reason: w.dek},
			{On: sampleTime(3, 0, 0), Seq: 318, Of: 290, What: l.T("books.account.donations")}},
		MoreCorrect: 2, Policies: []BookPolicy{{l.T("books.refused"), w.para}}, Head: &BookHead{"", 431, strings.Repeat("9f2c41ab", 8)}, Entries: 431,
		Verify: "/books/verify", Downloads: []Link{{Text: "books.csv", Href: "/books.csv?year=2026"}, {Text: "books.json", Href: "/books.json?year=2026"}}, Checked: sampleTime(20, 3, 0),
	}
	out["site/books"] = page
	page.Currencies = []CurrencyBooks{year("USD", 1, "account.donations account.grants", "account.salaries account.processing"), year("EUR", 3, "account.donations", "account.processing")}
	page.Closed, page.Givers, page.Corrections, page.MoreCorrect = sampleTime(20, 0, 0), &GiversPart{Year: "2026", Threshold: usd(500000)}, nil, 0
	out["site/books-two"] = page
	out["site/books-empty"] = BooksPage{Frame: f, Verify: "/books/verify"}
	out["site/verify"] = VerifyPage{Frame: f, Heads: []BookHead{{"2026-11-20", 431, strings.Repeat("9f2c41ab", 8)}, {"2026-11-19", 420, strings.Repeat("1c2d41ab", 8)}}, Entries: 431, Moving: "2026-11-20",
		Downloads: []Link{{Text: "heads.txt", Href: "/books/heads.txt"}}, Checked: sampleTime(20, 3, 0), Email: "desk@lantern.example"}
	out["site/verify-empty"] = VerifyPage{Frame: f}
	out["site/supporters"] = SupportersPage{Frame: f, Year: l.Digits("2026"), Years: []Link{{Text: l.Digits("2026"), Href: "/books/supporters/2026", Current: true}}, Names: []string{w.name, "Ines Hallow"}, Pager: Pager{Older: "?page=2"}}
	out["site/supporters-few"] = SupportersPage{Frame: f, Year: l.Digits("2026"), Few: true}
}
