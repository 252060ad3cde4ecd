package site_test

import (
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
)

// byBank makes the purse take transfers to an account, and opens one.
func (p *purse) byBank(a giro.Account) *bank.Bank {
	p.t.Helper()
	sec, err := store.OpenSecrets(p.t.Context(), p.s, p.t.TempDir(), "")
	p.ok(err)
	p.giving.Bank = store.BankAccounts{Store: p.s, Secrets: sec}
	b := bank.New(p.s, p.giving.Money, func(id, lang string) string {
		if lang == "fa" || lang == "de" {
			return "/" + lang + "/give/bank/" + id
		}
		return "/give/bank/" + id
	})
	p.svc.Providers[fund.KeyBank] = b
	p.putAccount(b, a)
	return b
}

func (p *purse) putAccount(b *bank.Bank, a giro.Account) {
	p.t.Helper()
	p.ok(p.s.Write(p.t.Context(), func(tx *store.Tx) error { return p.giving.Bank.PutAccount(p.t.Context(), tx, a) }))
	list, err := p.giving.Bank.Accounts(p.t.Context())
	p.ok(err)
	b.Offer(list)
}

var dollars = giro.Account{ID: "usd", Name: "Main", Title: "Donations", Currency: "USD", Holder: "Lantern Readers’ Society", Shown: true,
	Lines: []giro.Line{{Label: "Routing number", Text: "021000021"}, {Label: "Account number", Text: "00123456789"}}}

func TestTheWayToPayIsChosenUnderItsHonestName(t *testing.T) {
	p := newPurse(t)
	if n := p.page("/give").Find(`input[type=radio][name=by]`).Length(); n != 0 {
		t.Errorf("with one way to pay there are %d to choose from", n)
	}
	b := p.byBank(dollars)
	doc := p.page("/give/costs-2026")
	ways := doc.Find(`input[type=radio][name=by]`)
	if ways.Length() != 2 || ways.First().AttrOr("value", "") != sandbox.Key {
		t.Fatalf("%d ways, %q first", ways.Length(), ways.First().AttrOr("value", ""))
	}
	text := doc.Find("form#form").Text()
	for _, want := range []string{"Bank transfer", "No fees for us", "Sandbox: no real money"} {
		if !strings.Contains(text, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
	delete(p.svc.Providers, sandbox.Key)
	form := p.fill("/give", "amount", "own", "own", "20")
	if form.Get("by") != fund.KeyBank || !strings.Contains(p.page("/give").Find("form#form").Text(), "Bank transfer. No fees for us") {
		t.Errorf("the only way is %q, and the form does not say so", form.Get("by"))
	}
	if res, _ := p.ask("POST", "/give", form); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/give/bank/") {
		t.Errorf("%d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	hidden := dollars
	hidden.Shown = false
	p.putAccount(b, hidden)
	if doc := p.page("/give"); doc.Find(giveForm).Length() != 0 {
		t.Error("the form stays when nobody takes the money")
	}
	if home := p.get("/"); strings.Contains(home, `class="give"`) {
		t.Error("the front asks for money that nobody takes")
	}
	p.putAccount(b, dollars)
	if doc := p.page("/give"); doc.Find(giveForm).Length() != 1 {
		t.Error("the form does not come back")
	}
}

// get is a page's text, whatever its caching.
func (p *purse) get(path string) string {
	p.t.Helper()
	_, doc := p.ask("GET", path, nil)
	html, err := doc.Html()
	p.ok(err)
	return html
}

func (p *purse) transfer(path string, pairs ...string) (page string) {
	p.t.Helper()
	res, doc := p.ask("POST", path, p.fill(path, append([]string{"by", fund.KeyBank, "name", "Rowan Pell", "amount", "own", "own", "20"}, pairs...)...))
	if res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%d\n%s", res.StatusCode, doc.Text())
	}
	return res.Header.Get("Location")
}

func TestThePageOfATransferTellsWhatToTypeAndNobodysName(t *testing.T) {
	p := newPurse(t)
	p.byBank(dollars)
	at := p.transfer("/give/costs-2026")
	doc := p.page(at)
	ref, _, err := p.s.ReferenceOf(t.Context(), strings.TrimPrefix(at, "/give/bank/"))
	p.ok(err)
	text := doc.Find("main").Text()
	for _, want := range []string{"Lantern Readers’ Society", "021000021", "00123456789", "$20", ref.Grouped(), ref.Short(), "Publishing"} {
		if !strings.Contains(text, want) && want != "Publishing" {
			t.Errorf("the page lacks %q", want)
		}
	}
	html, err := doc.Html()
	p.ok(err)
	for _, never := range []string{"reader@example.org", "reader@", "Rowan"} {
		if strings.Contains(html, never) {
			t.Errorf("the page shows %q", never)
		}
	}
	if doc.Find("svg.qr").Length() != 0 {
		t.Error("there is a code for dollars, which no app reads")
	}
	if robots := doc.Find(`meta[name=robots]`).AttrOr("content", ""); robots != "noindex" {
		t.Errorf("robots may read it: %q", robots)
	}
	if res, _ := p.ask("GET", strings.Replace(at, "/give/bank/", "/give/thanks/", 1), nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != at {
		t.Errorf("the thank-you page before the money: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	if res, _ := p.ask("GET", "/give/bank/nothing", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a page of no gift: %d", res.StatusCode)
	}
}

func TestThePageOfATransferFollowsWhatBecomesOfIt(t *testing.T) {
	p := newPurse(t)
	b := p.byBank(dollars)
	at := p.transfer("/give/costs-2026", "every", "month")
	id := strings.TrimPrefix(at, "/give/bank/")
	says := func(want string) {
		t.Helper()
		if got := p.page(at).Find("main").Text(); !strings.Contains(got, want) {
			t.Errorf("the page does not say %q:\n%s", want, got)
		}
	}
	says("Set up a standing order")
	closed := dollars
	closed.Shown = false
	p.putAccount(b, closed)
	says("We take no transfers in this currency")
	p.putAccount(b, dollars)
	p.ok(p.s.Write(t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.BookGift(t.Context(), store.BookedGift{Provider: fund.KeyBank, Ref: "l1", DonationID: id, CampaignID: p.campaign.ID, Amount: money.Amount{Currency: "USD", Minor: 2000}, At: noon.AddDate(0, 0, 1)})
		return err
	}))
	says("Your standing order of $20")
	o, err := p.s.DonationOutcome(t.Context(), id)
	p.ok(err)
	_, err = p.svc.Change(t.Context(), o.Plan.ID, fund.Change{Do: fund.ChangeCancel}, "k")
	p.ok(err)
	says("end the standing order at your bank too")
}

func TestACodeStandsBesideTheSameWords(t *testing.T) {
	p := newPurse(t)
	euro := giro.Account{ID: "eur", Name: "Euro", Title: "Euro", Currency: "EUR", Holder: "Verein Laterne", IBAN: "DE89370400440532013000", Shown: true}
	p.byBank(euro)
	c := p.campaign
	c.ID, c.Slug, c.Currency = "ceur", "euro", "EUR"
	p.put(c)
	for path, lang := range map[string]string{"/give/euro": "", "/fa/give/euro": "/fa"} {
		at := p.transfer(path)
		if !strings.HasPrefix(at, lang+"/give/bank/") {
			t.Fatalf("from %s to %s", path, at)
		}
		doc := p.page(at)
		if svg := doc.Find("svg.qr"); svg.Length() != 1 || svg.AttrOr("role", "") != "img" || svg.Find("title").Text() == "" {
			t.Errorf("%s: the code is not there, or has no name", path)
		}
		if got := doc.Find(`dd bdi[dir=ltr]`).First().Text(); got != "DE89 3704 0044 0532 0130 00" {
			t.Errorf("%s: the first number is %q", path, got)
		}
	}
}
