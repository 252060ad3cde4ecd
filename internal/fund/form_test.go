package fund_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/store/storetest"
)

// sqlite is a rig on one engine, for what has nothing to do with SQL.
func sqlite(t *testing.T, currency string) *rig {
	return newRig(t, storetest.Open(t, storetest.SQLite(t)), currency)
}

func TestAmountsAreReadAsPeopleWriteThem(t *testing.T) { // 46
	r := sqlite(t, "USD")
	for _, v := range []struct {
		lang, typed string
		minor       int64
		say         string // when it is refused
	}{
		{"en", "-5", 0, "Enter an amount of at least $3."},
		{"en", "0", 0, "Enter an amount of at least $3."},
		{"en", "2.99", 0, "Enter an amount of at least $3."},
		{"en", "1e9", 0, "Enter the amount as a number, like $30.00."},
		{"en", "NaN", 0, "Enter the amount as a number, like $30.00."},
		{"en", "25.001", 0, "This amount is too finely divided. The nearest ones are $25.00 and $25.01."},
		{"en", "1,000", 0, "This can be read as $1.00 or as $1,000.00. Write which one you mean."},
		{"en", "50000.01", 0, "Enter an amount of at most $50,000. For more, please write to us."},
		{"en", "99999999999999999999", 0, "Enter an amount of at most $50,000. For more, please write to us."},
		{"en", "1٠", 0, "Write the amount in the digits of one script."},
		{"en", "10 €", 0, "Gifts here are in USD. Enter only the number."},
		{"en", "", 0, "Choose an amount, or enter your own."},
		{"de", "-5", 0, "Geben Sie einen Betrag von mindestens 3\u00a0$ ein."},
		{"de", "10,00", 1000, ""},
		{"en", "10.00", 1000, ""},
		{"en", "50000", 5_000_000, ""},
		{"en", "$1,234.50", 123450, ""},
		{"fa", "١٠", 1000, ""},
		{"fa", "۱۰", 1000, ""},
		{"en", "१०", 1000, ""},
	} {
		d, err := r.svc.Begin(r.ctx, r.form(v.typed, fund.Once), locale.For(v.lang))
		if say := fieldsOf(err)["amount"]; say != v.say {
			t.Errorf("%s in %s: the form says %q, want %q", v.typed, v.lang, say, v.say)
		}
		if d.Amount.Minor != v.minor {
			t.Errorf("%s in %s is read as %d, want %d", v.typed, v.lang, d.Amount.Minor, v.minor)
		}
	}
}

func TestAFormSaysAllThatIsWrongAtOnce(t *testing.T) {
	r := sqlite(t, "USD")
	f := fund.Form{Nonce: "n", Campaign: r.campaign, Currency: "USD", Every: "daily", Email: "nobody", Name: "A\x07B", Provider: "sandbox"}
	_, err := r.svc.Begin(r.ctx, f, locale.For("en"))
	for _, field := range []string{"every", "amount", "email", "name"} {
		if fieldsOf(err)[field] == "" {
			t.Errorf("nothing is said about %s", field)
		}
	}
	if r.sessions() != 0 {
		t.Error("the provider was asked all the same")
	}
}

func TestAChosenAndATypedAmountAreAskedBack(t *testing.T) {
	r := sqlite(t, "USD")
	f := r.form("40", fund.Once)
	f.Choice = "25.00"
	if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); fieldsOf(err)["amount"] == "" {
		t.Errorf("it is answered with %v", err)
	}
	f.Own = " "
	r.send(f)
	if r.last.Amount.Minor != 2500 {
		t.Errorf("the chosen amount is read as %v", r.last.Amount)
	}
}

func TestAddressesAreCheckedAndKeptInOneForm(t *testing.T) {
	for typed, want := range map[string]string{
		" Anna@Example.ORG ": "anna@example.org", "a.b+c@sub.example.org": "a.b+c@sub.example.org", "jörg@büro.example": "jörg@büro.example",
		"": "", "anna": "", "anna@": "", "@example.org": "", "anna@example": "", "a b@example.org": "", "Anna <anna@example.org>": "",
		"anna@example.org\nbcc: x@example.org": "", "anna@[127.0.0.1]": "", "anna@example..org": "", strings.Repeat("a", 65) + "@example.org": "",
		"anna@example.org\u202e": "", "anna@" + strings.Repeat("a", 260) + ".org": "",
	} {
		if got := fund.Email(typed); got != want {
			t.Errorf("%q is kept as %q, want %q", typed, got, want)
		}
	}
}

func TestAFormThatWasFilledInNoTimeIsAskedAgain(t *testing.T) {
	r := sqlite(t, "USD")
	r.svc.MinAge = fund.DefaultMinAge
	f := r.form("25.00", fund.Once)
	f.Age = time.Second
	if _, err := r.svc.Begin(r.ctx, f, locale.For("en")); fieldsOf(err)["form"] == "" {
		t.Errorf("it is answered with %v", err)
	}
	f.Age = 2 * time.Second
	if r.send(f) == "" {
		t.Error("the same form, a second later, is refused")
	}
}

func TestANameIsNotOverwrittenByWhoeverTypesTheAddress(t *testing.T) {
	r := sqlite(t, "USD")
	f := r.form("25.00", fund.Once)
	f.Name = "Anna"
	r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
	r.settle() // a name counts once the gift is paid
	f = r.form("25.00", fund.Once)
	f.Name = "Mallory"
	r.send(f)
	o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
	r.ok(err)
	if o.Donor.Name != "Anna" {
		t.Errorf("the donor is called %s now", o.Donor.Name)
	}
}
