package money_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

const swiftAccount = "DE72500700100123456700"

// swift writes an MT940 statement of 20 November 2026, a line for each of
// "amount payer text".
func swift(opening int, lines ...[3]string) string {
	var b strings.Builder
	sum := opening
	fmt.Fprintf(&b, ":20:S\n:25:%s\n:28C:1/1\n:60F:C261119EUR%d,00\n", swiftAccount, opening)
	for i, l := range lines {
		var n int
		fmt.Sscan(l[0], &n)
		side := "C"
		if sum += n; n < 0 {
			side, n = "D", -n
		}
		fmt.Fprintf(&b, ":61:2611201120%s%d,00NTRFNONREF//B%d\n:86:166?20SVWZ+%s?31DE89370400440532013000?32%s\n", side, n, i, l[2], l[1])
	}
	fmt.Fprintf(&b, ":62F:C261120EUR%d,00\n-\n", sum)
	return b.String()
}

// bank adds the outlet's account.
func addBank(r *desktest.Room) {
	r.T.Helper()
	a := giro.Account{ID: "main", Name: "Main", Title: "Current account", Currency: "EUR", Holder: "The Lantern", IBAN: swiftAccount}
	err := r.Store.Write(r.T.Context(), func(tx *store.Tx) error {
		return store.BankAccounts{Store: r.Store, Secrets: r.Secrets}.PutAccount(r.T.Context(), tx, a)
	})
	if err != nil {
		r.T.Fatal(err)
	}
}

// look uploads a statement and follows to the page that shows what it would
// bring.
func showFile(b *desktest.Browser, name, text string) desktest.Answer {
	b.T.Helper()
	sent := upload(b, toStatements, toStatements, name, text)
	if sent.Status != http.StatusSeeOther {
		return sent
	}
	return b.Get(sent.To())
}

func euros(r *desktest.Room, account string) int64 {
	r.T.Helper()
	all, err := r.Store.Balances(r.T.Context())
	if err != nil {
		r.T.Fatal(err)
	}
	for _, x := range all {
		if x.Account == account && x.Currency == "EUR" {
			return x.Minor
		}
	}
	return 0
}

const toStatements = "/desk/money/statements"

// readIn uploads and books a statement.
func readIn(b *desktest.Browser, text string, values ...string) desktest.Answer {
	b.T.Helper()
	a := showFile(b, "november.sta", text)
	action := a.Find("form#book").AttrOr("action", "")
	return b.Send(a, action, append([]string{"do", "book"}, values...)...)
}

func TestAStatementIsShownBeforeItIsBooked(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	a := showFile(b, "november.sta", swift(100, [3]string{"50", "Rhea Reader", "a gift"}, [3]string{"-20", "Hosting Ltd", "invoice"}))
	if text := a.Find("#report-0").Parent().Text(); a.Status != 200 || !strings.Contains(a.Text(), "€100.00") || !strings.Contains(text, "the sums hold") {
		t.Fatalf("%d\n%s", a.Status, a.Text())
	}
	if got := euros(r, "Assets:Bank:Main"); got != 0 {
		t.Fatalf("looking at a file booked %d", got)
	}
	action := a.Find("form#book").AttrOr("action", "")
	if a := b.Send(a, action); a.Status != http.StatusUnprocessableEntity || euros(r, "Assets:Bank:Main") != 0 {
		t.Errorf("an opening balance is booked unasked: %d", a.Status)
	}
	if a := b.Send(a, action, "begin", "on"); a.To() != toStatements+"?done=statement" {
		t.Fatalf("%d %s\n%s", a.Status, a.To(), a.Body)
	}
	if bank, open := euros(r, "Assets:Bank:Main"), euros(r, "Liabilities:Unallocated"); bank != 13000 || open != -3000 {
		t.Errorf("the bank stands at %d, %d wait", bank, open)
	}
	list := b.Get(toStatements)
	if text := list.Text(); !strings.Contains(text, "agrees") || !strings.Contains(text, "2 new of 2") || !strings.Contains(text, "2 lines wait for you") {
		t.Error(text)
	}
	if a := b.Get(action); a.Status != http.StatusGone {
		t.Errorf("the file is kept after it was read: %d", a.Status)
	}
}

func TestAFileThatIsInNoOrderIsRefusedOnThePage(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	a := showFile(b, "x.sta", strings.Replace(swift(0, [3]string{"50", "R", "g"}), ":62F:C261120EUR50,00", ":62F:C261120EUR51,00", 1))
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "Nothing was taken from this file") || a.Find("form#book").Length() != 0 {
		t.Errorf("%d\n%s", a.Status, a.Text())
	}
	if a := showFile(b, "empty", ""); a.Status != http.StatusUnprocessableEntity || a.Find(".errors").Length() == 0 {
		t.Errorf("an empty file: %d", a.Status)
	}
}

func TestACSVFileIsReadByTheColumnsThatThePersonNames(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	begin := b.Fill(toStatements+"/begin/main", toStatements+"/begin/main", "day", "2026-11-01", "balance", "-10.00")
	if begin.To() != toStatements+"?done=saved" || euros(r, "Equity:Opening") != 1000 {
		t.Fatalf("%d %d", begin.Status, euros(r, "Equity:Opening"))
	}
	sheet := "Wann;Was;Wieviel\n20.11.2026;a gift;12,50\n20.11.2026;another;7,50\n"
	a := showFile(b, "a.csv", sheet)
	form := a.Find("form#mapping")
	if form.Length() != 1 || !strings.Contains(a.Find("#rows").Parent().Text(), "another") {
		t.Fatalf("%d\n%s", a.Status, a.Text())
	}
	action := form.AttrOr("action", "")
	bad := b.Send(a, action, "c-amount", "", "c-date", "Wann")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find("form#mapping .err").Length() == 0 {
		t.Errorf("a mapping without an amount: %d", bad.Status)
	}
	look := b.Send(a, action, "c-date", "Wann", "c-amount", "Wieviel", "c-text0", "Was", "dateFormat", "DD.MM.YYYY", "decimal", ",", "look", "on")
	if !strings.Contains(look.Find("#reads").Parent().Text(), "€12.50") {
		t.Errorf("the preview: %s", look.Text())
	}
	saved := b.Send(a, action, "c-date", "Wann", "c-amount", "Wieviel", "c-text0", "Was", "dateFormat", "DD.MM.YYYY", "decimal", ",")
	offer := b.Get(saved.To())
	done := b.Send(offer, offer.Find("form#book").AttrOr("action", ""))
	if done.To() != toStatements+"?done=statement" || euros(r, "Assets:Bank:Main") != 1000 {
		t.Errorf("%d %s, the bank stands at %d", done.Status, done.To(), euros(r, "Assets:Bank:Main"))
	}
	if again := showFile(b, "b.csv", sheet); again.Find("form#mapping").Length() != 0 || !strings.Contains(again.Text(), "Known already") {
		t.Errorf("the columns are asked for again:\n%s", again.Text())
	}
}

// pledged leaves a promised gift of somebody in the database.
func pledged(r *desktest.Room, name string, minor int64) string {
	r.T.Helper()
	d := fund.Donation{ID: "d-" + name, Nonce: "n-" + name, Every: fund.Once, Provider: fund.KeyBank, State: fund.DonationPending, Lang: "en", Session: "1" + name, CreatedAt: r.Clock.Now(), OpenedAt: r.Clock.Now()}
	d.Amount.Currency, d.Amount.Minor = "EUR", minor
	donor := fund.Donor{ID: "donor-" + name, Email: name + "@private.example", Name: name, Lang: "en", CreatedAt: r.Clock.Now()}
	_, _, _, err := r.Store.Fund().PlanGift(r.T.Context(), donor, d, fund.Command{Key: fund.IdemKey("k-" + name), Provider: fund.KeyBank, Op: fund.OpBegin, ObjectID: d.ID, Params: []byte("{}"), PlannedAt: r.Clock.Now()})
	if err != nil {
		r.T.Fatal(err)
	}
	return d.ID
}

func TestLinesInSuspenseAreConfirmedTogetherAndOneByOne(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	pledged(r, "Marguerite Okonkwo", 5000)
	pledged(r, "Petra Lindqvist", 3000)
	readIn(b, swift(0, [3]string{"50", "Okonkwo Marguerite", "gift"}, [3]string{"30", "Petra Lindqvist", "gift"}, [3]string{"50", "Somebody Else", "gift"}))
	a := b.Get("/desk/money/suspense")
	ticks := a.Find(`input[type=checkbox][form=confirm]`)
	if ticks.Length() != 2 || a.Find(`form#confirm`).Length() != 1 {
		t.Fatalf("%d lines can be confirmed together\n%s", ticks.Length(), a.Text())
	}
	form := url.Values{"nonce": {a.Find(`form#confirm [name=nonce]`).AttrOr("value", "")}}
	ticks.Each(func(_ int, s *goquery.Selection) { form.Add("line", s.AttrOr("value", "")) })
	if got := b.Post("/desk/money/suspense", form); got.To() != "/desk/money/suspense?done=statement-allocated" {
		t.Fatalf("%d %s", got.Status, got.To())
	}
	if gifts, open := euros(r, "Income:Donations"), euros(r, "Liabilities:Unallocated"); gifts != -8000 || open != -5000 {
		t.Errorf("gifts %d, open %d", gifts, open)
	}
	if got := b.Post("/desk/money/suspense", form); got.To() != "/desk/money/suspense?done=statement-some" {
		t.Errorf("confirmed twice: %s", got.To())
	}
	if log := r.Log(); !strings.Contains(log, "bank.allocated bank.allocated bank.lines_viewed") {
		t.Errorf("the log: %s", log)
	}
}

func TestEverythingThatCanBeDoneWithALineIsOnItsPage(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	donation := pledged(r, "Anna Berg", 4000)
	readIn(b, swift(0, [3]string{"50", "unknown", "gift"}))
	page := b.Get("/desk/money/suspense").Find(`a[href^="/desk/money/lines/"]`).FilterFunction(func(_ int, s *goquery.Selection) bool { return !strings.Contains(s.AttrOr("href", ""), "?") }).AttrOr("href", "")
	do := func(values ...string) desktest.Answer { // sends the form that does what the first value says
		a := b.Get(page)
		form := url.Values{"nonce": {a.Find(`form[action="`+page+`"] [name=nonce]`).First().AttrOr("value", "")}, "part": {"0"}, "n": {"0"}}
		for i := 0; i+1 < len(values); i += 2 {
			form.Set(values[i], values[i+1])
		}
		return b.Post(page, form)
	}
	if a := do("do", "account", "to", "account|Income:Events", "amount", "20.00"); a.To() != page+"?done=statement-allocated" || euros(r, "Income:Events") != -2000 {
		t.Fatalf("a split: %d %s", a.Status, a.Body)
	}
	if a := do("do", "account", "to", "account|Income:Events", "amount", "99.00"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("more than is open: %d", a.Status)
	}
	if a := do("do", "account", "to", "account|Income:Donations"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("gifts without a way: %d", a.Status)
	}
	found := do("do", "search", "q", "anna")
	if found.Status != 200 || !strings.Contains(found.Find("#found").Parent().Text(), "Anna Berg") || strings.Contains(found.Header.Get("Location"), "anna") {
		t.Errorf("the search: %d %s", found.Status, found.Text())
	}
	target := found.Find(`#found`).Parent().Find(`[name=line]`).AttrOr("value", "")
	if a := do("do", "confirm", "line", target); a.To() == "" || euros(r, "Income:Donations") != -3000 {
		t.Errorf("the gift of %s: %d %s", donation, a.Status, a.Body)
	}
	if a := do("do", "undo", "n", "1"); a.To() != page+"?done=statement-undone" || euros(r, "Income:Donations") != 0 {
		t.Errorf("taken back: %d, gifts %d", a.Status, euros(r, "Income:Donations"))
	}
	if a := do("do", "ignore", "reason", "entered by hand"); a.Status != http.StatusConflict {
		t.Errorf("a line is ignored of which a part is allocated: %d", a.Status)
	}
	do("do", "undo", "n", "0")
	if a := do("do", "ignore", "reason", ""); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("ignored without a reason: %d", a.Status)
	}
	if a := do("do", "ignore", "reason", "entered by hand"); a.Status != http.StatusSeeOther || euros(r, "Assets:Bank:Main") != 0 {
		t.Errorf("ignored: %d, bank %d", a.Status, euros(r, "Assets:Bank:Main"))
	}
	if a := do("do", "takeup"); a.Status != http.StatusSeeOther || euros(r, "Assets:Bank:Main") != 5000 {
		t.Errorf("taken up: %d, bank %d", a.Status, euros(r, "Assets:Bank:Main"))
	}
	if a := do("do", "account", "to", "return|"); a.To() == "" || euros(r, "Liabilities:ToReturn") != -5000 {
		t.Errorf("sent back: %d", a.Status)
	}
	for _, action := range []string{"bank.line_viewed", "bank.allocated", "bank.undone", "bank.ignored", "bank.taken_up"} {
		if !strings.Contains(r.Log(), action) {
			t.Errorf("%s is not in the log", action)
		}
	}
}

func TestNobodyButTheTreasurerSeesWhatPayersWrote(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	addBank(r)
	b := r.SignIn(r.Hire("tia", staff.Treasurer))
	readIn(b, swift(0, [3]string{"50", "Secretname", "gift"}))
	page := b.Get("/desk/money/suspense").Find(`a[href^="/desk/money/lines/"]`).First().AttrOr("href", "")
	for _, role := range []staff.Role{staff.Contributor, staff.Reporter, staff.Editor, staff.Publisher, staff.Admin} {
		other := r.SignIn(r.Hire("x"+string(role), role))
		for _, path := range []string{toStatements, "/desk/money/suspense", page, "/desk/money/lines", "/desk/money", "/desk/audit", "/desk"} {
			if a := other.Get(path); strings.Contains(a.Body, "Secretname") {
				t.Errorf("%s sees a payer's name on %s", role, path)
			}
		}
		if a := other.Get(page); a.Status != http.StatusForbidden {
			t.Errorf("%s opens a line: %d", role, a.Status)
		}
	}
}
