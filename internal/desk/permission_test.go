package desk_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Who may open which page, as people would write it down. Owners may open all.
const pages = `
page                        | contributor | reporter | editor | publisher | admin | treasurer
/desk                       | yes         | yes      | yes    | yes       | yes   | yes
/desk/account               | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/second-step   | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/sessions      | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/tokens        | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/tokens/new    | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/passkeys/new  | yes         | yes      | yes    | yes       | yes   | yes
/desk/prove                 | yes         | yes      | yes    | yes       | yes   | yes
/desk/stories               | yes         | yes      | yes    | yes       | –     | –
/desk/stories/new           | yes         | yes      | yes    | yes       | –     | –
/desk/stories/board         | yes         | yes      | yes    | yes       | –     | –
/desk/stories/calendar      | yes         | yes      | yes    | yes       | –     | –
/desk/media                 | yes         | yes      | yes    | yes       | –     | –
/desk/media/new             | yes         | yes      | yes    | yes       | –     | –
/desk/media/choose          | yes         | yes      | yes    | yes       | –     | –
/desk/notices               | yes         | yes      | yes    | yes       | –     | –
/desk/reports               | –           | –        | yes    | yes       | –     | –
/desk/corrections           | yes         | yes      | yes    | yes       | –     | –
/desk/imports               | –           | –        | yes    | yes       | yes   | –
/desk/front                 | –           | –        | yes    | yes       | –     | –
/desk/pages                 | –           | –        | yes    | yes       | –     | –
/desk/pages/new             | –           | –        | yes    | yes       | –     | –
/desk/topics                | –           | –        | yes    | yes       | –     | –
/desk/topics/new            | –           | –        | yes    | yes       | –     | –
/desk/bylines               | –           | –        | yes    | yes       | –     | –
/desk/bylines/new           | –           | –        | yes    | yes       | –     | –
/desk/texts                 | –           | –        | –      | yes       | –     | –
/desk/texts/privacy/en      | –           | –        | –      | yes       | –     | –
/desk/texts/privacy/en/preview | –        | –        | –      | yes       | –     | –
/desk/front/en              | –           | –        | yes    | yes       | –     | –
/desk/front/en/preview      | –           | –        | yes    | yes       | –     | –
/desk/front/en/schedule     | –           | –        | yes    | yes       | –     | –
/desk/front/en/versions     | –           | –        | yes    | yes       | –     | –
/desk/front/en/slot/lead    | –           | –        | yes    | yes       | –     | –
/desk/money                 | –           | yes      | yes    | yes       | –     | yes
/desk/money/gifts           | –           | –        | –      | –         | –     | yes
/desk/money/statements      | –           | –        | –      | –         | –     | yes
/desk/money/suspense        | –           | –        | –      | –         | –     | yes
/desk/money/lines           | –           | –        | –      | –         | –     | yes
/desk/money/held            | –           | –        | –      | –         | –     | yes
/desk/money/rates           | –           | –        | –      | –         | –     | yes
/desk/money/defence         | –           | –        | –      | –         | –     | yes
/desk/money/donors          | –           | –        | –      | –         | –     | yes
/desk/money/donors/export   | –           | –        | –      | –         | –     | yes
/desk/money/plans           | –           | –        | –      | –         | –     | yes
/desk/money/metrics         | –           | yes      | yes    | yes       | –     | yes
/desk/money/campaigns       | –           | –        | –      | yes       | –     | yes
/desk/money/campaigns/new   | –           | –        | –      | yes       | –     | yes
/desk/money/general         | –           | –        | –      | yes       | –     | yes
/desk/money/accounts        | –           | –        | –      | yes       | –     | yes
/desk/money/accounts/new    | –           | –        | –      | yes       | –     | yes
/desk/money/offline         | –           | –        | –      | –         | –     | yes
/desk/money/expenses        | –           | –        | –      | –         | –     | yes
/desk/money/expenses/new    | –           | –        | –      | –         | –     | yes
/desk/money/expenses/file   | –           | –        | –      | –         | –     | yes
/desk/money/income          | –           | –        | –      | –         | –     | yes
/desk/money/opening         | –           | –        | –      | –         | –     | yes
/desk/money/chart           | –           | –        | –      | –         | –     | yes
/desk/money/reconciliation  | –           | –        | –      | –         | –     | yes
/desk/money/periods         | –           | –        | –      | –         | –     | yes
/desk/people                | –           | –        | yes    | yes       | yes   | –
/desk/people/new            | –           | –        | yes    | yes       | yes   | –
/desk/settings              | –           | –        | –      | yes       | –     | –
/desk/sections              | –           | –        | –      | yes       | –     | –
/desk/sections/new          | –           | –        | –      | yes       | –     | –
/desk/navigation            | –           | –        | –      | yes       | –     | –
/desk/redirects             | –           | –        | –      | yes       | –     | –
/desk/redirects/file        | –           | –        | –      | yes       | –     | –
/desk/redirects/redirects.csv | –         | –        | –      | yes       | –     | –
/desk/settings/addresses    | –           | –        | –      | yes       | –     | –
/desk/settings/look         | –           | –        | –      | yes       | –     | –
/desk/settings/retention    | –           | –        | –      | yes       | –     | –
/desk/settings/mail         | –           | –        | –      | –         | yes   | –
/desk/settings/wording      | –           | –        | –      | yes       | –     | –
/desk/mailbox               | –           | –        | –      | –         | yes   | yes
/desk/webhooks              | –           | –        | –      | yes       | yes   | –
/desk/webhooks/new          | –           | –        | –      | yes       | yes   | –
/desk/jobs                  | –           | –        | –      | –         | yes   | –
/desk/audit                 | –           | –        | yes    | yes       | yes   | –
`

// forms are addresses that write, with who gets past the door (what they ask
// for then may still be refused or not exist).
const forms = `
form                        | contributor | reporter | editor | publisher | admin | treasurer
/desk/tasks/x/done          | –           | –        | –      | yes       | yes   | yes
/desk/reports/x             | –           | –        | yes    | yes       | –     | –
/desk/media/x               | yes         | yes      | yes    | yes       | –     | –
/desk/media/x/apart         | yes         | yes      | yes    | yes       | –     | –
/desk/media/x/delete        | yes         | yes      | yes    | yes       | –     | –
/desk/media/new             | yes         | yes      | yes    | yes       | –     | –
/desk/stories/x/preview     | yes         | yes      | yes    | yes       | –     | –
/desk/stories/x/preview/y/end | yes       | yes      | yes    | yes       | –     | –
/desk/stories/x/versions    | –           | –        | –      | yes       | –     | –
/desk/stories/x/step/publish | yes        | yes      | yes    | yes       | –     | –
/desk/stories/x/propose/change | yes      | yes      | yes    | yes       | –     | –
/desk/stories/x/proposals/y | yes         | yes      | yes    | yes       | –     | –
/desk/stories/x/assign      | –           | –        | yes    | yes       | –     | –
/desk/stories/x/hold        | –           | –        | –      | yes       | –     | –
/desk/stories/x/notes       | yes         | yes      | yes    | yes       | –     | –
/desk/stories/x/notes/y     | yes         | yes      | yes    | yes       | –     | –
/desk/views         | yes         | yes      | yes    | yes       | –     | –
/desk/views/x/drop  | yes         | yes      | yes    | yes       | –     | –
/desk/notices               | yes         | yes      | yes    | yes       | –     | –
/desk/notices/read          | yes         | yes      | yes    | yes       | –     | –
/desk/imports/done          | –           | –        | yes    | yes       | yes   | –
/desk/pages/new             | –           | –        | yes    | yes       | –     | –
/desk/topics/new            | –           | –        | yes    | yes       | –     | –
/desk/topics/x              | –           | –        | yes    | yes       | –     | –
/desk/topics/x/merge        | –           | –        | yes    | yes       | –     | –
/desk/topics/x/delete       | –           | –        | yes    | yes       | –     | –
/desk/bylines/new           | –           | –        | yes    | yes       | –     | –
/desk/bylines/x             | –           | –        | yes    | yes       | –     | –
/desk/bylines/x/merge       | –           | –        | yes    | yes       | –     | –
/desk/bylines/x/delete      | –           | –        | yes    | yes       | –     | –
/desk/texts/privacy/en      | –           | –        | –      | yes       | –     | –
/desk/texts/privacy/en/publish | –        | –        | –      | yes       | –     | –
/desk/front/en/slot/lead    | –           | –        | yes    | yes       | –     | –
/desk/front/en/slot/lead/clear | –        | –        | yes    | yes       | –     | –
/desk/front/en/slot/lead/move | –         | –        | yes    | yes       | –     | –
/desk/front/en/publish      | –           | –        | yes    | yes       | –     | –
/desk/front/en/drop         | –           | –        | yes    | yes       | –     | –
/desk/front/en/undo         | –           | –        | yes    | yes       | –     | –
/desk/front/en/schedule     | –           | –        | yes    | yes       | –     | –
/desk/front/en/plans/x/take | –           | –        | yes    | yes       | –     | –
/desk/front/en/plans/x/drop | –           | –        | yes    | yes       | –     | –
/desk/front/en/versions/1   | –           | –        | yes    | yes       | –     | –
/desk/money/gifts/x/refund  | –           | –        | –      | –         | –     | yes
/desk/money/statements      | –           | –        | –      | –         | –     | yes
/desk/money/suspense        | –           | –        | –      | –         | –     | yes
/desk/money/lines/x         | –           | –        | –      | –         | –     | yes
/desk/money/statements/new/x | –          | –        | –      | –         | –     | yes
/desk/money/statements/new/x/mapping | –  | –        | –      | –         | –     | yes
/desk/money/statements/begin/x | –        | –        | –      | –         | –     | yes
/desk/money/held/x          | –           | –        | –      | –         | –     | yes
/desk/money/rates           | –           | –        | –      | –         | –     | yes
/desk/money/defence         | –           | –        | –      | –         | –     | yes
/desk/money/donors/x/notes  | –           | –        | –      | –         | –     | yes
/desk/money/donors/x/tags   | –           | –        | –      | –         | –     | yes
/desk/money/donors/x/erase  | –           | –        | –      | –         | –     | yes
/desk/money/plans/x         | –           | –        | –      | –         | –     | yes
/desk/money/campaigns/new   | –           | –        | –      | yes       | –     | yes
/desk/money/campaigns/x/edit | –          | –        | –      | yes       | –     | yes
/desk/money/campaigns/x/state | –         | –        | –      | yes       | –     | yes
/desk/money/campaigns/x/extend | –        | –        | –      | yes       | –     | yes
/desk/money/campaigns/x/updates/new | –   | –        | –      | yes       | –     | yes
/desk/money/campaigns/x/updates/y/publish | – | –    | –      | yes       | –     | yes
/desk/money/campaigns/x/updates/y/mail | – | –       | –      | yes       | –     | yes
/desk/money/campaigns/x/matching/new | –  | –        | –      | yes       | –     | yes
/desk/money/general         | –           | –        | –      | yes       | –     | yes
/desk/money/accounts/new    | –           | –        | –      | yes       | –     | yes
/desk/money/accounts/x      | –           | –        | –      | yes       | –     | yes
/desk/money/accounts/x/payouts | –        | –        | –      | yes       | –     | yes
/desk/money/accounts/x/close | –          | –        | –      | yes       | –     | yes
/desk/money/account-changes/x | –         | –        | –      | yes       | –     | yes
/desk/money/offline         | –           | –        | –      | –         | –     | yes
/desk/money/offline/x/back  | –           | –        | –      | –         | –     | yes
/desk/money/expenses/new    | –           | –        | –      | –         | –     | yes
/desk/money/expenses/x/reverse | –           | –        | –      | –         | –     | yes
/desk/money/expenses/x/pay  | –           | –        | –      | –         | –     | yes
/desk/money/income/file     | –           | –        | –      | –         | –     | yes
/desk/money/income/file/x/book | –           | –        | –      | –         | –     | yes
/desk/money/opening/new     | –           | –        | –      | –         | –     | yes
/desk/money/chart           | –           | –        | –      | –         | –     | yes
/desk/money/chart/threshold | –           | –        | –      | –         | –     | yes
/desk/money/reconciliation  | –           | –        | –      | –         | –     | yes
/desk/money/periods         | –           | –        | –      | –         | –     | yes
/desk/people/new            | –           | –        | yes    | yes       | yes   | –
/desk/people/x/grant        | –           | –        | yes    | yes       | yes   | –
/desk/people/x/revoke       | –           | –        | yes    | yes       | yes   | –
/desk/people/x/state        | –           | –        | yes    | yes       | yes   | –
/desk/people/x/reset        | –           | –        | yes    | yes       | yes   | –
/desk/people/x/invite       | –           | –        | yes    | yes       | yes   | –
/desk/people/x/withdraw     | –           | –        | yes    | yes       | yes   | –
/desk/settings              | –           | –        | –      | yes       | –     | –
/desk/sections/new          | –           | –        | –      | yes       | –     | –
/desk/sections/x            | –           | –        | –      | yes       | –     | –
/desk/sections/x/move       | –           | –        | –      | yes       | –     | –
/desk/sections/x/end        | –           | –        | –      | yes       | –     | –
/desk/navigation            | –           | –        | –      | yes       | –     | –
/desk/navigation/automatic  | –           | –        | –      | yes       | –     | –
/desk/navigation/1          | –           | –        | –      | yes       | –     | –
/desk/navigation/1/move     | –           | –        | –      | yes       | –     | –
/desk/redirects             | –           | –        | –      | yes       | –     | –
/desk/redirects/drop        | –           | –        | –      | yes       | –     | –
/desk/redirects/file        | –           | –        | –      | yes       | –     | –
/desk/settings/addresses    | –           | –        | –      | yes       | –     | –
/desk/settings/look         | –           | –        | –      | yes       | –     | –
/desk/settings/look/picture | –           | –        | –      | yes       | –     | –
/desk/settings/look/drop    | –           | –        | –      | yes       | –     | –
/desk/settings/retention    | –           | –        | –      | yes       | –     | –
/desk/settings/mail         | –           | –        | –      | –         | yes   | –
/desk/settings/mail/test    | –           | –        | –      | –         | yes   | –
/desk/settings/wording/gift | –           | –        | –      | yes       | –     | –
/desk/settings/mail/dkim    | –           | –        | –      | –         | yes   | –
/desk/account/tokens/new    | yes         | yes      | yes    | yes       | yes   | yes
/desk/account/tokens/x/revoke | yes       | yes      | yes    | yes       | yes   | yes
/desk/webhooks/new          | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/edit       | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/test       | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/state      | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/secret     | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/delete     | –           | –        | –      | yes       | yes   | –
/desk/webhooks/x/deliveries/y/again | –   | –        | –      | yes       | yes   | –
/desk/mailbox/x             | –           | –        | –      | –         | yes   | yes
`

func rows(text string) (head []string, body [][]string) {
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		cells := strings.Split(line, "|")
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		if i == 0 {
			head = cells
			continue
		}
		body = append(body, cells)
	}
	return head, body
}

func TestEveryPageOpensForThoseWhoMayAndForNobodyElse(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	owner := r.SignIn(r.Hire("owner", staff.Owner))
	head, body := rows(pages)
	_, writes := rows(forms)
	stranger := r.Browser()
	for i, role := range head[1:] {
		b := r.SignIn(r.Hire(role, staff.Role(role)))
		for _, row := range body {
			if got := b.Get(row[0]).Status; (got == http.StatusOK) != (row[i+1] == "yes") || got != http.StatusOK && got != http.StatusForbidden {
				t.Errorf("%s at %s: %d, want %s", role, row[0], got, row[i+1])
			}
		}
		nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
		for _, row := range writes {
			if got := b.Post(row[0], map[string][]string{"nonce": {nonce}}).Status; (got != http.StatusForbidden) != (row[i+1] == "yes") {
				t.Errorf("%s sends %s: %d, want %s", role, row[0], got, row[i+1])
			}
		}
	}
	for _, row := range append(body, writes...) {
		if a := stranger.Get(row[0]); slices.ContainsFunc(body, func(x []string) bool { return x[0] == row[0] }) && !strings.HasPrefix(a.To(), "/desk/sign-in") {
			t.Errorf("a stranger at %s: %d", row[0], a.Status)
		}
		if a := stranger.Post(row[0], nil); !strings.HasPrefix(a.To(), "/desk/sign-in") && a.Status != http.StatusNotFound {
			t.Errorf("a stranger sends %s: %d", row[0], a.Status)
		}
	}
	for _, row := range body {
		if a := owner.Get(row[0]); a.Status != http.StatusOK {
			t.Errorf("the owner at %s: %d", row[0], a.Status)
		}
	}
}

func TestTheRailShowsWhatOpensAndNothingElse(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("owner", staff.Owner)
	for _, role := range staff.Roles() {
		b := r.SignIn(r.Hire("x-"+string(role), role))
		links := b.Get("/desk").Find(".rail nav a")
		if links.Length() < 2 {
			t.Errorf("%s has a rail of %d", role, links.Length())
		}
		links.Each(func(_ int, a *goquery.Selection) {
			if got := b.Get(a.AttrOr("href", "")); got.Status != http.StatusOK {
				t.Errorf("%s is led to %s: %d", role, a.AttrOr("href", ""), got.Status)
			}
		})
	}
}

func TestWhatMattersAsksWhoItIsOnceMore(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	owner := r.SignIn(r.Hire("owner", staff.Owner))
	r.Clock.Add(staff.ProofLasts + time.Second)
	a := owner.Get("/desk/people/new")
	if a.Status != http.StatusSeeOther || a.To() != "/desk/prove?next=%2Fdesk%2Fpeople%2Fnew" {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	if a := owner.Fill(a.To(), "/desk/prove", "password", "wrong wrong wrong"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", a.Status)
	}
	if a := owner.Get("/desk/people/new"); a.Status != http.StatusSeeOther {
		t.Errorf("after a wrong password: %d", a.Status)
	}
	if a := owner.Fill(a.To(), "/desk/prove", "password", desktest.Password); a.To() != "/desk/people/new" {
		t.Errorf("the right password: %d to %q", a.Status, a.To())
	}
	if a := owner.Get("/desk/people/new"); a.Status != http.StatusOK {
		t.Errorf("after the right password: %d", a.Status)
	}
}

func TestSomebodyIsInvitedAndChoosesAPassword(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	editor := r.SignIn(r.Hire("dora", staff.Editor))
	page := editor.Get("/desk/people/new")
	if got := page.Find("select[name=role] option").Length(); got != 1 {
		t.Errorf("an editor is offered %d roles", got)
	}
	if a := editor.Send(page, "/desk/people/new", "name", "Ansel", "email", "ansel@lantern.example", "role", "publisher"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an editor made a publisher: %d", a.Status)
	}
	bad := editor.Send(page, "/desk/people/new", "name", "", "email", "no address")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 2 || bad.Find("[name=email]").AttrOr("value", "") != "no address" {
		t.Errorf("a form with faults: %d\n%s", bad.Status, bad.Body)
	}
	if a := editor.Send(bad, "/desk/people/new", "name", "Ansel", "email", "Ansel@lantern.example", "lang", "de"); a.To() != "/desk/people?done=invited" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	if a := editor.Send(page, "/desk/people/new", "name", "Ansel", "email", "ansel@lantern.example"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("invited twice: %d", a.Status)
	}
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 1 || mails[0].Kind != store.MailKindStaff || mails[0].Lang != "de" || mails[0].HTML == "" {
		t.Fatalf("%+v %v", mails, err)
	}
	at := strings.Index(mails[0].Text, r.Server.URL+"/desk/link/")
	if at < 0 {
		t.Fatalf("no link in\n%s", mails[0].Text)
	}
	path := strings.TrimPrefix(strings.Fields(mails[0].Text[at:])[0], r.Server.URL)
	b := r.Browser()
	if a := b.Fill(path, path, "password", "nine plots for ninety names"); a.To() != "/desk" {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	if a := b.Get("/desk"); a.Status != http.StatusOK || a.Find("html").AttrOr("lang", "") != "de" {
		t.Errorf("%d %s", a.Status, a.Find("html").AttrOr("lang", ""))
	}
}

func TestRolesAreGivenAndTakenOnlyBelowOnesOwn(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	owner := r.Hire("owner", staff.Owner)
	ansel := r.Hire("ansel", staff.Reporter)
	boss := r.Hire("boss", staff.Publisher)
	b := r.SignIn(boss)
	base := "/desk/people/" + ansel.ID
	page := b.Get(base)
	if a := b.Send(page, base+"/grant", "role", "editor"); a.To() != base+"?done=saved" {
		t.Fatalf("a publisher makes an editor: %d\n%s", a.Status, a.Body)
	}
	for _, role := range []string{"publisher", "admin", "treasurer", "owner", "king"} {
		if a := b.Send(page, base+"/grant", "role", role); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a publisher makes somebody %s: %d", role, a.Status)
		}
	}
	for _, other := range []staff.Person{owner, boss} {
		path := "/desk/people/" + other.ID
		form := map[string][]string{"nonce": {page.Find("#grant input[name=nonce]").AttrOr("value", "")}, "role": {"contributor"}, "state": {"disabled"}}
		for _, do := range []string{"/grant", "/revoke", "/state", "/reset"} {
			if a := b.Post(path+do, form); a.Status != http.StatusForbidden && a.Status != http.StatusUnprocessableEntity {
				t.Errorf("a publisher, to %s, %s: %d", other.Name, do, a.Status)
			}
		}
	}
	a, err := r.Store.Account(t.Context(), ansel.ID)
	if err != nil || !a.Has(staff.Editor) || len(a.Grants) != 2 {
		t.Errorf("%+v %v", a.Grants, err)
	}
	if a := b.Send(b.Get(base), base+"/state"); a.To() != base+"?done=saved" {
		t.Errorf("switching off: %d", a.Status)
	}
	if a, _ := r.Store.Account(t.Context(), ansel.ID); a.State != staff.Disabled {
		t.Errorf("ansel is %s", a.State)
	}
	o := r.SignIn(owner)
	if a := o.Send(o.Get("/desk/people/"+boss.ID), "/desk/people/"+boss.ID+"/reset"); a.Status != http.StatusSeeOther {
		t.Errorf("a reset by the owner: %d", a.Status)
	}
	for _, want := range []string{"staff.granted", "staff.disabled", "staff.reset"} {
		if !strings.Contains(r.Log(), want) {
			t.Errorf("%s is not in the log: %s", want, r.Log())
		}
	}
}
