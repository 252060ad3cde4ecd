package money_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"

	"github.com/PuerkitoBio/goquery"
)

func TestTheMoneyPageNamesWhatWaitsFirstAndItsPagesBySubject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		b := x.SignIn(x.Hire("kim", staff.Treasurer))
		empty := b.Get("/desk/money")
		if got := strings.TrimSpace(empty.Find(".panel").First().Text()); !strings.Contains(got, "Nothing waits") {
			t.Errorf("the first panel says %q", got)
		}
		x.suspicious("ada@quill.example")
		for i := range 2 {
			x.Write(func(ctx context.Context, tx *store.Tx) error {
				return tx.AddTask(ctx, store.Task{Key: fmt.Sprint("pay back ", i), Kind: fund.TaskPayBack, ObjectKind: "payment", ObjectID: "p"})
			})
		}
		page := b.Get("/desk/money")
		var waits []string
		page.Find(".panel").First().Find("a").Each(func(_ int, a *goquery.Selection) {
			waits = append(waits, a.Text()+" > "+a.AttrOr("href", ""))
		})
		if len(waits) != 2 || !strings.HasPrefix(waits[0], "One gift waits") || !strings.HasSuffix(waits[0], "/desk/money/held") || !strings.Contains(waits[1], "(2 times) > /desk#tasks") {
			t.Errorf("what waits: %q", waits)
		}
		heads := page.Find(".panel h3").Map(func(_ int, h *goquery.Selection) string { return h.Text() })
		if strings.Join(heads, ", ") != "Gifts and donors, Campaigns, Bank, Books, Receipts, Settings" {
			t.Errorf("the subjects are %q", heads)
		}
		page.Find("h3 + ul a").Each(func(_ int, a *goquery.Selection) {
			if got := b.Get(a.AttrOr("href", "")); got.Status != http.StatusOK {
				t.Errorf("%s is answered with %d", a.AttrOr("href", ""), got.Status)
			}
		})
		reporter := x.SignIn(x.Hire("ansel", staff.Reporter)).Get("/desk/money")
		if text := reporter.Find("main").Text(); strings.Contains(text, "Waiting for a person") || !strings.Contains(text, "How giving goes") {
			t.Errorf("a reporter sees %q", text)
		}
	})
}

// published is a story that readers see.
func published(x *till, headline string) string {
	x.T.Helper()
	var article string
	x.Write(func(ctx context.Context, tx *store.Tx) error {
		section, err := tx.PutSection(ctx, news.Section{Slug: id.New(), Name: outlet.Words{"en": "Town"}})
		if err != nil {
			return err
		}
		room := news.Newsroom{Clock: x.Clock}
		a, err := room.Create(ctx, tx, news.Author{ID: "x", Name: "X"}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: headline,
			Section: section, Body: &document.Document{Schema: 1, Lang: "en"}}})
		if err != nil {
			return err
		}
		article = a.ID
		_, err = room.Publish(ctx, tx, news.Order{Article: a.ID})
		return err
	})
	return article
}

// asked gives as from a page that asked.
func (x *till) asked(n int, from string) (last fund.Donation) {
	x.T.Helper()
	for i := range n {
		d, err := x.fund.Begin(x.T.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Currency: "USD", Every: "once", Choice: "25.00", Email: fmt.Sprintf("r%d@quill.example", i),
			Provider: sandbox.Key, Appeal: from}, locale.For("en"))
		if err != nil {
			x.T.Fatal(err)
		}
		if err := x.sandbox.Pay(x.T.Context(), d.Session); err != nil {
			x.T.Fatal(err)
		}
		last = d
	}
	if err := x.fund.CatchUp(x.T.Context(), sandbox.Key); err != nil {
		x.T.Fatal(err)
	}
	return last
}

func TestAnArticleIsNamedWithItsGiftsOnceThereAreTen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := openTill(t, s)
		ferry, bridge := published(x, "The ferry stays"), published(x, "The bridge waits")
		x.asked(10, ferry)
		x.asked(9, bridge)
		x.asked(12, "front")
		b := x.SignIn(x.Hire("boss", staff.Publisher))
		rows := b.Get("/desk/money/metrics").Find("#articles").Parent().Find("tbody tr")
		if text := strings.TrimSpace(rows.Text()); rows.Length() != 1 || text != "The ferry stays10$250.00" {
			t.Errorf("%d articles: %s", rows.Length(), text)
		}
		kim := x.SignIn(x.Hire("kim", staff.Treasurer))
		for _, page := range []string{"/desk/money", "/desk/money/gifts"} {
			if text := kim.Get(page).Find("main").Text(); strings.Contains(text, ferry) || strings.Contains(text, "The ferry stays") || !strings.Contains(text, "Front page") {
				t.Errorf("%s tells what a giver read, or not that the front page asked", page)
			}
		}
		x.asked(1, bridge)
		if n := b.Get("/desk/money/metrics").Find("#articles").Parent().Find("tbody tr").Length(); n != 2 {
			t.Errorf("after the tenth gift of the second, %d articles are named", n)
		}
	})
}
