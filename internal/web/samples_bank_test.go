package web

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

const sampleReference = giro.Reference("71480173529")

func sampleAccount(currency string) giro.Account {
	a := giro.Account{ID: "a", Name: "Main", Title: "Donations", Currency: currency, Holder: "Verein Laterne für Öffentlichkeit e. V.", Shown: true}
	switch currency {
	case "EUR":
		a.IBAN, a.BIC, a.BankName = "DE89370400440532013000", "COBADEFFXXX", "Commerzbank"
	case "CHF":
		a.IBAN, a.QRIBAN, a.Address = "CH9300762011623852957", "CH4431999123000889012", giro.Address{Street: "Löwenstraße", Number: "12a", Postcode: "8001", Town: "Zürich", Country: "CH"}
	default:
		a.Lines = []giro.Line{{Label: "Routing number", Text: "021000021"}, {Label: "Account number", Text: "00123456789"}}
	}
	return a
}

// sampleBank adds the pages of gifts by bank.
func sampleBank(lang string, out map[string]any) {
	l, w, f := locale.For(lang), sampleWords[lang], sampleFrame(lang)
	page := func(state, every, currency string) BankPage {
		a, sum := sampleAccount(currency), money.Amount{Currency: currency, Minor: 5000}
		return BankPage{
			Frame: f, State: state, Amount: sum, Every: every, For: w.campaign, Rows: BankRows(l, a, sampleReference, sum), Short: BankShort(a, sampleReference, sum),
			Code: BankCode(a, sampleReference, sum), Begun: sampleTime(20, 14, 5), Until: sampleTime(20, 14, 5).AddDate(0, 0, 60), Thanks: "/give/thanks/x",
			Next: sampleTime(20, 14, 5).AddDate(0, 1, 0), Contact: "desk@lantern.example",
		}
	}
	out["site/bank"] = page("waiting", "once", "EUR")
	out["site/bank-swiss"] = page("waiting", "month", "CHF")
	out["site/bank-lines"] = page("expired", "once", "USD")
	out["site/bank-running"] = page("running", "year", "EUR")
	out["site/bank-ended"] = page("ended", "month", "EUR")
	arrived, nowhere := page("arrived", "once", "EUR"), page("nowhere", "once", "EUR")
	arrived.Rows, arrived.Code, nowhere.Rows, nowhere.Code = nil, nil, nil, nil
	out["site/bank-arrived"], out["site/bank-nowhere"] = arrived, nowhere
	for _, every := range []string{"once", "month", "year"} {
		sum := money.Amount{Currency: "EUR", Minor: 5000}
		out["mail/bank-"+every] = BankMail{
			MailFrame: MailFrame{Locale: l, Outlet: f.Outlet, Zone: time.UTC}, Amount: sum, Every: every, For: w.campaign,
			Rows: BankRows(l, sampleAccount("EUR"), sampleReference, sum), Short: sampleReference.Short(), Link: "https://lantern.example/give/bank/x",
		}
	}
	out["mail/bank"] = out["mail/bank-once"]
	out["mail/remind"] = RemindMail{
		MailFrame: MailFrame{Locale: l, Outlet: f.Outlet, Zone: time.UTC}, Amount: money.Amount{Currency: "EUR", Minor: 5000}, Every: "month", Due: sampleTime(20, 14, 5),
		For: w.campaign, Reference: sampleReference.Grouped(), Link: "https://lantern.example/give/bank/x", Stop: "https://lantern.example/my/link/abc",
	}
}

func TestTheTextBesideACodeSaysWhatTheCodeSays(t *testing.T) {
	for _, currency := range []string{"EUR", "CHF"} {
		sum := money.Amount{Currency: currency, Minor: 5000}
		code := BankCode(sampleAccount(currency), sampleReference, sum)
		if code == nil {
			t.Fatalf("%s has no code", currency)
		}
		lines := strings.Split(code.Payload, "\n")
		for _, row := range BankRows(locale.For("en"), sampleAccount(currency), sampleReference, sum) {
			plain := giro.Plain(row.Text)
			found := false
			for _, line := range lines {
				found = found || giro.Plain(line) == plain || strings.HasSuffix(giro.Plain(line), "5000") && plain == giro.Plain(locale.For("en").Money(sum))
			}
			if !found && row.Text != "Commerzbank" && row.Text != locale.For("en").Money(sum) {
				t.Errorf("%s: %q is beside the code and not in it:\n%s", currency, row.Text, code.Payload)
			}
		}
		if !strings.Contains(code.Payload, "50.00") {
			t.Errorf("%s: the amount is not in the code", currency)
		}
	}
}

func TestAnAccountWhoseDetailsDoNotFitHasNoCode(t *testing.T) {
	a := sampleAccount("CHF")
	a.Address = giro.Address{}
	if BankCode(a, sampleReference, money.Amount{Currency: "CHF", Minor: 5000}) != nil {
		t.Error("a Swiss code was drawn without an address")
	}
	if BankCode(sampleAccount("USD"), sampleReference, money.Amount{Currency: "USD", Minor: 5000}) != nil {
		t.Error("a code was drawn for dollars")
	}
}

func TestNumbersOnThePersianPageRunFromLeftToRight(t *testing.T) {
	out := map[string]any{}
	sampleBank("fa", out)
	b, err := templates(t).Render("site/bank", out["site/bank"])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<bdi dir="ltr">DE89 3704 0044 0532 0130 00</bdi>`, `<bdi dir="ltr">RF71 4801 7352 9</bdi>`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
