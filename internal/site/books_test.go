package site_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

func (p *paper) entry(e ledger.Entry) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error {
		_, _, err := tx.Post(p.t.Context(), e)
		return err
	})
}

func (p *paper) post(key, date string, postings ...ledger.Posting) {
	p.t.Helper()
	p.entry(ledger.Entry{Key: key, Date: date, Memo: "gift of Maria Example", Postings: postings})
}

func (p *paper) someBooks() {
	psp := ledger.ProviderAccount("sandbox")
	p.post("sandbox:1:charge", "2026-10-02", ledger.Posting{Account: psp, Currency: "USD", Minor: 9700}, ledger.Posting{Account: ledger.ProcessingFees, Currency: "USD", Minor: 300},
		ledger.Posting{Account: ledger.Donations, Currency: "USD", Minor: -10000})
	p.post("sandbox:2:charge", "2026-11-03", ledger.Posting{Account: psp, Currency: "EUR", Minor: 2500}, ledger.Posting{Account: ledger.Donations, Currency: "EUR", Minor: -2500})
	p.post("sandbox:1:refund", "2026-11-04", ledger.Posting{Account: psp, Currency: "USD", Minor: -2000}, ledger.Posting{Account: ledger.Refunds, Currency: "USD", Minor: 2000})
	p.post("bank:7:rent", "2026-11-05", ledger.Posting{Account: ledger.BankAccount("Main"), Currency: "USD", Minor: -5000}, ledger.Posting{Account: "Expenses:Office-Rent", Currency: "USD", Minor: 5000})
}

// figures are the large figures of a page, as "name amount".
func (r answer) figures() string {
	var out []string
	r.page().Find(".figures > div").Each(func(_ int, s *goquery.Selection) {
		out = append(out, s.Find("dt").Text()+" "+s.Find("dd").Contents().First().Text())
	})
	return strings.Join(out, "; ")
}

func TestTheBooksShowSumsByCurrencyAndNoSingleGift(t *testing.T) {
	p := newPaper(t)
	p.get("/books").is(200).has("empty")
	p.someBooks()
	page := p.get("/books").is(200).has("Our books 2026", "Gifts", "Card and bank fees", "Office Rent", "2 October 2026", "5 November 2026", "still open").
		hasNot("Maria", "sandbox:1", "Assets:PSP")
	if got, want := page.figures(), "Income $100.00; Spending $53.00; Refunds $20.00; Left over $27.00; Reserve $27.00; Income €25.00; Spending €0.00; Refunds €0.00; Left over €25.00; Reserve €25.00"; got != want {
		t.Errorf("the figures are %s, want %s", got, want)
	}
	head, err := p.s.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page.has(head.Hash)
}

func TestTheBooksAreShownByYearMonthAndAltogether(t *testing.T) {
	p := newPaper(t)
	p.someBooks()
	psp := ledger.ProviderAccount("sandbox")
	p.post("sandbox:0:charge", "2025-03-01", ledger.Posting{Account: psp, Currency: "USD", Minor: 4000}, ledger.Posting{Account: ledger.Donations, Currency: "USD", Minor: -4000})
	for path, want := range map[string]string{
		"/books/2026":    "Income $100.00; Spending $53.00; Refunds $20.00; Left over $27.00; Reserve $67.00",
		"/books/2026-10": "Income $100.00; Spending $3.00; Refunds $0.00; Left over $97.00; Reserve $137.00",
		"/books/2026-11": "Income $0.00; Spending $50.00; Refunds $20.00; Left over -$70.00; Reserve $67.00",
		"/books/2025":    "Income $40.00; Spending $0.00; Refunds $0.00; Left over $40.00; Reserve $40.00",
		"/books/all":     "Income $140.00; Spending $53.00; Refunds $20.00; Left over $67.00; Reserve $67.00",
	} {
		if got := p.get(path).is(200).figures(); !strings.HasPrefix(got, want) {
			t.Errorf("%s shows %s, want %s", path, got, want)
		}
	}
	for _, path := range []string{"/books/2024", "/books/2027", "/books/2026-13", "/books/2026-1", "/books/none", "/books.json?year=x"} {
		p.get(path).is(404)
	}
	if to := p.get("/de/books?year=2026&month=3").is(301).Header.Get("Location"); to != "/de/books/2026-03" {
		t.Errorf("an asked period leads to %s", to)
	}
	links := p.get("/books/2025").page().Find("nav.periods a").Map(func(_ int, s *goquery.Selection) string {
		current, _ := s.Attr("aria-current")
		return s.AttrOr("href", "") + current
	})
	if got := strings.Join(links, " "); got != "/books/2026 /books/2025page /books/all" {
		t.Errorf("the periods are %s", got)
	}
	p.clock.Add(61 * 24 * time.Hour) // January: nothing yet in the new year
	p.cache.Changed([]string{"books"})
	p.get("/books").is(200).has("Our books 2026")
}

func TestMonthsAreAChartWithATableThatSaysTheSame(t *testing.T) {
	p := newPaper(t)
	p.someBooks()
	for _, path := range []string{"/books/2026", "/fa/books/2026"} {
		page := p.get(path).is(200).page()
		chart := page.Find("svg.chart").First()
		if chart.Find("title").Length() != 1 || chart.Find("desc").Length() != 1 || chart.AttrOr("role", "") != "img" {
			t.Errorf("%s: the chart is not described", path)
		}
		x := chart.Find("rect").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("x", "") })
		if len(x) != 3 { // income of October; spending of October and November
			t.Fatalf("%s: %d columns", path, len(x))
		}
		first, _ := strconv.ParseFloat(x[0], 64)
		last, _ := strconv.ParseFloat(x[2], 64)
		if ltr := first < last; ltr != !strings.HasPrefix(path, "/fa") {
			t.Errorf("%s: the columns stand at %v", path, x)
		}
		if rows := page.Find("section[aria-labelledby^=m-0] tbody tr").Length(); rows != 2 {
			t.Errorf("%s: %d rows", path, rows)
		}
	}
	if n := p.get("/books/2026-10").page().Find("svg.chart").Length(); n != 0 {
		t.Errorf("a month has %d charts of months", n)
	}
}

func TestTheBooksForMachinesAgreeWithThePage(t *testing.T) {
	p := newPaper(t)
	p.someBooks()
	var books struct {
		Period, From, To string
		Accounts         []struct {
			Account, Currency, Kind string
			Minor                   int64
		}
		Months []struct {
			Month, Currency           string
			Income, Spending, Refunds int64
		}
		Reserves map[string]int64
		Head     ledger.Head
	}
	read := func(path string) {
		t.Helper()
		if err := json.Unmarshal([]byte(p.get(path).is(200).hasNot("Maria", "Assets").Body), &books); err != nil {
			t.Fatal(err)
		}
	}
	read("/books.json")
	if books.Period != "all" || books.From != "2026-10-02" || books.To != "2026-11-05" || len(books.Accounts) != 5 || books.Head.Seq != 4 || books.Reserves["USD"] != 2700 {
		t.Errorf("%+v", books)
	}
	read("/books.json?year=2026&month=10")
	if books.Period != "2026-10" || len(books.Accounts) != 2 || len(books.Months) != 1 || books.Months[0].Income != 10000 || books.Months[0].Spending != 300 {
		t.Errorf("%+v", books)
	}
	rows, err := csv.NewReader(strings.NewReader(p.get("/books.csv?year=2026").is(200).hasNot("Maria", "Assets").Body)).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%v %v", rows, err)
	}
	sum := map[string]int{}
	for _, r := range rows[1:] {
		sum[r[0]+" "+r[2]+" "+r[5]]++
		if r[0] == "income" && strings.HasPrefix(r[4], "-") {
			t.Errorf("income stands with a minus: %v", r)
		}
	}
	if sum["income USD 2026-10"] != 1 || sum["spending USD 2026-11"] != 1 || sum["refunds USD 2026-11"] != 1 || sum["income EUR 2026-11"] != 1 {
		t.Errorf("%v", sum)
	}
}

func (p *paper) gifts(n int, every string) {
	for i := range n {
		p.entry(ledger.PaymentSucceeded(ledger.Source{Provider: "sandbox", Object: fmt.Sprintf("%s%d", every, i), Date: "2026-05-01", Tags: map[string]string{"every": every}}, money.Amount{Currency: "USD", Minor: 1000}))
	}
}

func TestGiftsStandApartByIntervalOnlyWhereEachPartIsOfTen(t *testing.T) {
	p := newPaper(t)
	p.gifts(12, "once")
	p.gifts(9, "month")
	p.get("/books/2026").is(200).has("Gifts").hasNot("Gifts, once", "Gifts, monthly")
	p.entry(ledger.PaymentSucceeded(ledger.Source{Provider: "sandbox", Object: "tenth", Date: "2026-06-01", Tags: map[string]string{"every": "month"}}, money.Amount{Currency: "USD", Minor: 1000}))
	p.cache.Changed([]string{"books"})
	p.get("/books/2026").is(200).has("Gifts, once", "Gifts, monthly", "$120.00", "$100.00")
	p.get("/books/2026-05").is(200).hasNot("Gifts, once", "Gifts, monthly") // nine monthly ones in May
}

func TestExchangesLookTheSameBeforeAndAfterAPeriodIsClosed(t *testing.T) {
	p := newPaper(t)
	p.entry(ledger.SettledInOther(ledger.Source{Provider: "sandbox", Object: "t1", Date: "2025-05-01"}, money.Amount{Currency: "EUR", Minor: 2000}, money.Amount{Currency: "USD", Minor: 2160}, money.Amount{Currency: "USD"}))
	before := p.get("/books/2025").is(200).figures()
	if !strings.Contains(before, "Exchanged into other currencies -$21.60") || !strings.Contains(before, "Left over $21.60") {
		t.Errorf("%s", before)
	}
	p.do(func(tx *store.Tx) error {
		_, err := tx.ClosePeriod(t.Context(), store.System, "2025-12-31", "2026-11-20")
		return err
	})
	p.cache.Changed([]string{"books"})
	page := p.get("/books/2025").is(200).has("was closed on 20 November 2026")
	if after := page.figures(); after != before {
		t.Errorf("after the close %s, before %s", after, before)
	}
}

func TestCorrectionsAreListedWithoutPersonsAndWithoutTheSumOfAGift(t *testing.T) {
	p := newPaper(t)
	gift := ledger.PaymentSucceeded(ledger.Source{Provider: "sandbox", Object: "g", Date: "2026-05-01"}, money.Amount{Currency: "USD", Minor: 7700})
	p.entry(gift)
	p.entry(ledger.Reverse(gift, "bank:g:back", "2026-05-02", "Maria Example asked"))
	p.do(func(tx *store.Tx) error {
		_, err := tx.Book(t.Context(), store.System, ledger.Booking{ID: "b1", Kind: ledger.KindExpense, Date: "2026-05-03", Amount: money.Amount{Currency: "USD", Minor: 4200},
			Account: "Expenses:Hosting", Against: "Assets:Bank:Main", Party: "Maria Example"}, "")
		if err != nil {
			return err
		}
		return tx.ReverseBooking(t.Context(), store.System, "b1", "2026-05-04", "Booked twice.")
	})
	page := p.get("/books/2026").is(200).hasNot("Maria")
	list := page.page().Find("section[aria-labelledby=wrong] li").Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
	want := []string{"4 May 2026: entry 4 takes back entry 3 (Hosting, mail, domain names). $42.00. Booked twice.", "2 May 2026: entry 2 takes back entry 1 (Gifts)."}
	if !slices.Equal(list, want) {
		t.Errorf("%q", list)
	}
}

// donor adds somebody with gifts in a year.
func (p *paper) donor(name string, shown int, minor int64) {
	p.t.Helper()
	id := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
	for _, statement := range []string{
		fmt.Sprintf("INSERT INTO donor (id, email, name, show_name, created_at) VALUES ('%s', '%s@secret.example', '%s', %d, 0)", id, id, name, shown),
		fmt.Sprintf("INSERT INTO donation (id, nonce, donor_id, currency, minor, every, provider, created_at, updated_at) VALUES ('n-%s', 'n-%s', '%s', 'USD', %d, 'once', 'sandbox', %d, 0)", id, id, id, minor, noon.UnixMilli()),
		fmt.Sprintf("INSERT INTO payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at) VALUES ('p-%s', 'sandbox', 'r-%s', 'n-%s', '%s', 'USD', %d, %d, 0)", id, id, id, id, minor, noon.UnixMilli()),
	} {
		p.do(func(tx *store.Tx) error { _, err := db.Exec(p.t.Context(), tx, statement); return err })
	}
}

func (p *paper) countGivers() {
	p.t.Helper()
	if err := p.s.CountGivers(p.t.Context(), 0, "USD", time.UTC); err != nil {
		p.t.Fatal(err)
	}
	p.cache.Changed([]string{"books"})
}

func TestDonorsAreNamedAboveTheAnnouncedSumOrByTheirWishAndNeverOtherwise(t *testing.T) {
	p := newPaper(t)
	p.do(func(tx *store.Tx) error {
		return tx.SetNameThreshold(t.Context(), store.System, money.Amount{Currency: "USD", Minor: 500000})
	})
	p.someBooks()
	p.donor("Large Giver", 0, 500000)
	p.donor("Wishing Giver", 1, 1000)
	for i := range 7 {
		p.donor(fmt.Sprintf("Silent %d", i), 0, 1000)
	}
	p.countGivers()
	p.get("/books/2026").is(200).has("Large Giver", "$5,000 or more in 2026").hasNot("Wishing Giver", "Silent", "secret.example", "Without a public name", "/books/supporters")
	p.get("/books/supporters/2026").is(200).has("once ten people").hasNot("Wishing Giver")
	p.donor("Silent 9", 0, 2000)
	p.countGivers()
	p.get("/books/2026").is(200).has("1 name by wish", "Without a public name").hasNot("Wishing Giver", "Silent")
	p.get("/books/supporters/2026").is(200).has("Wishing Giver").hasNot("Silent", "Large Giver", "secret.example", "$10")
	for _, path := range []string{"/books/2026-11", "/books/all", "/books.json", "/books.csv", "/books/verify", "/books/heads.txt"} {
		p.get(path).is(200).hasNot("Giver", "Silent", "secret.example")
	}
	p.do(func(tx *store.Tx) error {
		_, err := db.Exec(t.Context(), tx, "UPDATE donor SET show_name = 0")
		tx.Touch("books")
		return err
	})
	p.cache.Changed([]string{"books"})
	p.get("/books/supporters/2026").is(200).hasNot("Wishing Giver")
}

func TestAReaderCanCompareSealsWithAnOlderCopy(t *testing.T) {
	p := newPaper(t)
	p.get("/books/verify").is(200)
	p.someBooks()
	old := p.get("/books/heads.txt").is(200).Body
	p.clock.Add(24 * time.Hour)
	p.gifts(3, "once")
	p.cache.Changed([]string{"books"})
	fresh := p.get("/books/heads.txt").is(200).Body
	if !strings.HasPrefix(fresh, old) || strings.Count(fresh, "\n") != 2 {
		t.Errorf("the older copy\n%sis not the beginning of\n%s", old, fresh)
	}
	var heads []ledger.Head
	if err := json.Unmarshal([]byte(p.get("/books/heads.json").is(200).Body), &heads); err != nil || len(heads) != 2 || heads[1].Seq != 7 || heads[0].Date != "2026-11-20" {
		t.Errorf("%+v, %v", heads, err)
	}
	p.get("/books/verify").is(200).has("What you can check", "What an auditor can check", heads[1].Hash, "desk@lantern.example", "2026-11-21 moves").hasNot("Maria")
	p.get("/fa/books/verify").is(200).has(heads[0].Hash)
}

func TestWordsOfTheOutletStandOnTheBooks(t *testing.T) {
	p := newPaper(t)
	p.someBooks()
	p.do(func(tx *store.Tx) error {
		o, err := tx.Outlet(t.Context())
		if err != nil {
			return err
		}
		o.Refused = outlet.Words{"en": "No money from parties."}
		if err := tx.PutOutlet(t.Context(), store.System, o); err != nil {
			return err
		}
		return tx.PutChartAccount(t.Context(), store.System, "Expenses:Office-Rent", map[string]string{"en": "Rent of our room", "de": "Miete"})
	})
	p.get("/books").is(200).has("No money from parties.", "Money that we refuse", "Rent of our room").hasNot("Office Rent", "independent")
	p.get("/de/books").is(200).has("Miete")
	p.get("/fa/books").is(200).has("Rent of our room")
}
