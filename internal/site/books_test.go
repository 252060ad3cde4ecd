package site_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store"
)

func (p *paper) post(key, date string, postings ...ledger.Posting) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error {
		_, _, err := tx.Post(p.t.Context(), ledger.Entry{Key: key, Date: date, Memo: "gift of Maria Example", Postings: postings})
		return err
	})
}

func (p *paper) someBooks() {
	psp := ledger.ProviderAccount("sandbox")
	p.post("sandbox:1:charge", "2026-10-02", ledger.Posting{Account: psp, Currency: "USD", Minor: 9700}, ledger.Posting{Account: ledger.ProcessingFees, Currency: "USD", Minor: 300},
		ledger.Posting{Account: ledger.Donations, Currency: "USD", Minor: -10000})
	p.post("sandbox:2:charge", "2026-11-03", ledger.Posting{Account: psp, Currency: "EUR", Minor: 2500}, ledger.Posting{Account: ledger.Donations, Currency: "EUR", Minor: -2500})
	p.post("sandbox:1:refund", "2026-11-04", ledger.Posting{Account: psp, Currency: "USD", Minor: -2000}, ledger.Posting{Account: ledger.Refunds, Currency: "USD", Minor: 2000})
	p.post("bank:7:rent", "2026-11-05", ledger.Posting{Account: ledger.BankAccount("Main"), Currency: "USD", Minor: -5000}, ledger.Posting{Account: "Expenses:Office-Rent", Currency: "USD", Minor: 5000})
}

func TestTheBooksShowSumsByCurrencyAndNoSingleGift(t *testing.T) {
	p := newPaper(t)
	p.get("/books").is(200)
	p.someBooks()
	page := p.get("/books").is(200).has("Gifts", "Card and bank fees", "Office Rent", "2 October 2026", "5 November 2026").
		hasNot("Maria", "sandbox:1", "Assets:PSP", "Main")
	figures := page.page().Find(".figures dd").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	if got := strings.Join(figures, " "); got != "$100.00 $53.00 $20.00 $27.00 €25.00 €0.00 €0.00 €25.00" {
		t.Errorf("the figures are %s", got)
	}
	head, err := p.s.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page.has(head.Hash)
}

func TestTheBooksForMachinesAgreeWithThePage(t *testing.T) {
	p := newPaper(t)
	p.someBooks()
	var books struct {
		From, To string
		Accounts []struct {
			Account, Currency, Kind string
			Minor                   int64
		}
		Head ledger.Head
	}
	body := p.get("/books.json").is(200).hasNot("Maria", "Assets").Body
	if err := json.Unmarshal([]byte(body), &books); err != nil {
		t.Fatal(err)
	}
	if books.From != "2026-10-02" || books.To != "2026-11-05" || len(books.Accounts) != 5 || books.Head.Seq != 4 {
		t.Errorf("%+v", books)
	}
	rows, err := csv.NewReader(strings.NewReader(p.get("/books.csv").is(200).hasNot("Maria", "Assets").Body)).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%v %v", rows, err)
	}
	sum := map[string]int{}
	for _, r := range rows[1:] {
		sum[r[0]+" "+r[2]]++
		if r[0] == "income" && strings.HasPrefix(r[4], "-") {
			t.Errorf("income stands with a minus: %v", r)
		}
	}
	if sum["income USD"] != 1 || sum["spending USD"] != 2 || sum["refunds USD"] != 1 || sum["income EUR"] != 1 {
		t.Errorf("%v", sum)
	}
}
