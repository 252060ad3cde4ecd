package site_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

const ada, bob = "ada@quill.example", "bob@zweig.example"

func TestADonorComesInByALinkInAMail(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Once)
		page := f.signIn(ada)
		if said := page.said(); !strings.Contains(said, ada) || !strings.Contains(said, "$25.00") || !strings.Contains(said, "20 November 2026") {
			t.Errorf("the page says: %s", said)
		}
		if strings.Contains(page.said(), bob) {
			t.Error("another's address is on the page")
		}
		if a := f.press(page, `form[action="/my/sign-out"]`); a.to() != "/my?done=out" || len(f.jar) != 0 {
			t.Errorf("signing out leads to %s and leaves %v", a.to(), f.jar)
		}
		if f.open("/my").Find("form#signin").Length() != 1 {
			t.Error("the page is open after signing out")
		}
	})
}

var changing = regexp.MustCompile(`value="[0-9a-z.]{40,}"`)

func TestNobodyLearnsWhetherAnAddressGives(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Once)
		f.ok(f.jobs.Drain(t.Context()))
		jobs := func() (n int) {
			n, err := db.One(t.Context(), f.s.Query(), db.Value[int], "SELECT COUNT(*) FROM job")
			f.ok(err)
			return n
		}
		var answers, pages []string
		var made []int
		for _, email := range []string{ada, "nobody@quill.example"} {
			was := jobs()
			a := f.askLink(email)
			answers = append(answers, a.body+a.to())
			pages = append(pages, changing.ReplaceAllString(f.open(a.to()).body, ""))
			made = append(made, jobs()-was)
		}
		if answers[0] != answers[1] || pages[0] != pages[1] {
			t.Error("the answers differ")
		}
		if made[0] != 1 || made[1] != 1 {
			t.Errorf("the work differs: %v jobs", made)
		}
		if f.mails("nobody@quill.example") != nil || len(f.mails(ada)) != 1 {
			t.Error("a mail went to somebody who never gave, or none to who did")
		}
		if lines := storetest.Lines(storetest.Dump(t, f.s), "nobody@"); len(lines) > 0 {
			t.Errorf("the address of somebody who never gave is kept: %v", lines)
		}
	})
}

// Scenario 47.
func TestALinkWorksOnceForAQuarterOfAnHourAndNotForScanners(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Once)
		f.askLink(ada)
		link := f.mailed(ada)
		for _, method := range []string{"GET", "HEAD", "GET"} {
			if a := f.visit(method, link, nil); a.status != 200 || len(f.jar) != 0 {
				t.Fatalf("%s is answered with %d and leaves %v", method, a.status, f.jar)
			}
		}
		page := f.open(link)
		if a := f.press(page, "form#act"); a.status != http.StatusSeeOther || len(f.jar) != 1 {
			t.Fatalf("the first use: %d", a.status)
		}
		clear(f.jar)
		if a := f.press(page, "form#act"); a.status != http.StatusGone || len(f.jar) != 0 || !strings.Contains(a.said(), "was used on 20 November 2026") {
			t.Errorf("the second use: %d %s", a.status, a.said())
		}
		f.clock.Add(15 * time.Minute)
		f.askLink(ada)
		link = f.mailed(ada)
		page = f.open(link)
		f.clock.Add(16 * time.Minute)
		if a := f.press(page, "form#act"); a.status != http.StatusGone || len(f.jar) != 0 || !strings.Contains(a.said(), "It worked until 20 November 2026") {
			t.Errorf("a late use: %d %s", a.status, a.said())
		}
		if a := f.visit("GET", link, nil); a.Find(`main a[href="/my"]`).Length() != 1 || a.Find(`main a[href="/give"]`).Length() != 1 {
			t.Error("a late link offers no way on")
		}
		altered := link[:len(link)-1] + "!"
		if a := f.visit("GET", altered, nil); a.status != http.StatusNotFound || !strings.Contains(a.said(), "not complete") || a.Find(`main a[href="/my"]`).Length() != 1 {
			t.Errorf("an altered link: %d %s", a.status, a.said())
		}
		if a := f.visit("POST", altered, url.Values{"nonce": {"x"}}); a.status != http.StatusNotFound {
			t.Errorf("using an altered link: %d", a.status)
		}
	})
}

func TestTheButtonOfALinkBelongsToThatLink(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "25.00", fund.Once)
	donor := f.donor(ada).ID
	one, other := f.minted(store.DonorSignIn, donor, "", time.Hour), f.minted(store.DonorSignIn, donor, "", time.Hour)
	form := fields(f.open(one).Document, "form#act")
	if a := f.visit("POST", other, form); a.status != http.StatusUnprocessableEntity || len(f.jar) != 0 {
		t.Errorf("a form of another link: %d", a.status)
	}
	for name, header := range map[string][]string{
		"from another site":   {"Sec-Fetch-Site", "cross-site"},
		"from a sister site":  {"Sec-Fetch-Site", "same-site"},
		"from another origin": {"Origin", "https://evil.example"},
	} {
		if a := f.visit("POST", one, form, header...); a.status != http.StatusForbidden || len(f.jar) != 0 {
			t.Errorf("a form %s is answered with %d", name, a.status)
		}
	}
	for name, header := range map[string][]string{
		"of an old browser": {"Origin", "null"},
		"of our own":        {"Origin", "http://example.com"},
	} {
		if a := f.visit("POST", f.minted(store.DonorSignIn, donor, "", time.Hour), fields(f.open(one).Document, "form#act"), header...); a.status == http.StatusForbidden {
			t.Errorf("a form %s is answered with %d", name, a.status)
		}
	}
}

func TestMailsAreLimitedByAddressAndByNetwork(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	status := func(email string) int { return f.askLink(email).status }
	for range 4 {
		if got := status(ada); got != http.StatusSeeOther {
			t.Fatalf("a first try is answered with %d", got)
		}
	}
	f.from = "[2001:db8::1]:5"
	for i := range 4 { // from elsewhere, with a proof each
		asked := f.askLink(ada)
		if asked.status != http.StatusTooManyRequests || asked.Find("form[data-token]").Length() != 1 || strings.Contains(asked.said(), "payment") {
			t.Fatalf("try %d: %d %s", i+5, asked.status, asked.said())
		}
		proof := f.solve(asked.Document)
		if a := f.visit("POST", "/my", proof, "Sec-Fetch-Site", "same-origin"); a.to() != "/my?done=sent" {
			t.Fatalf("try %d with a proof: %d %s", i+5, a.status, a.said())
		}
		if a := f.visit("POST", "/my", proof, "Sec-Fetch-Site", "same-origin"); i == 0 && (a.status != http.StatusTooManyRequests || fields(a.Document, "form[data-token]").Get("proof") == proof.Get("proof")) {
			t.Fatalf("the same proof once more: %d %s", a.status, a.said())
		}
	}
	if a := f.askLink(ada); a.status != http.StatusTooManyRequests || !strings.Contains(a.said(), "60 minutes") || !strings.Contains(a.said(), "mailbox") || a.Find("#signin-email").AttrOr("value", "") != ada {
		t.Errorf("the ninth within the hour: %d %s", a.status, a.said())
	}
	f.clock.Add(15*time.Minute + time.Second)
	for i := range 20 {
		f.from = "[2001:db8::" + string(rune('a'+i%6)) + "]:5" // one /64
		if got := status("x" + string(rune('a'+i)) + "@quill.example"); got != http.StatusSeeOther {
			t.Fatalf("try %d of a network: %d", i, got)
		}
	}
	if got := status("last@quill.example"); got != http.StatusTooManyRequests {
		t.Errorf("a network may ask without end: %d", got)
	}
	f.from = "[2001:db8:0:1::1]:5"
	if got := status("last@quill.example"); got != http.StatusSeeOther {
		t.Errorf("another network: %d", got)
	}
	f.clock.Add(time.Hour)
	if got := status(ada); got != http.StatusSeeOther {
		t.Errorf("after an hour: %d", got)
	}
}

func TestNoStrangerLocksDonorsOutOfTheirPage(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "25.00", fund.Once)
	f.from = "@" // an onion service
	for i := range 200 {
		if got := f.askLink("x" + strconv.Itoa(i) + "@quill.example").status; got != http.StatusSeeOther {
			t.Fatalf("try %d: %d", i, got)
		}
	}
	asked := f.askLink(ada)
	if asked.status != http.StatusTooManyRequests || asked.Find("form[data-token]").Length() != 1 {
		t.Fatalf("after 200 tries of others: %d %s", asked.status, asked.said())
	}
	f.clock.Add(time.Minute) // without script
	if a := f.press(asked, "form[data-token]"); a.to() != "/my?done=sent" {
		t.Errorf("after the page's minute: %d %s", a.status, a.said())
	}
	if len(f.mails(ada)) != 1 {
		t.Error("no mail came")
	}
	f.from = "192.0.2.77:1"
	for range 20 { // all day long somebody asks for mails to one address
		f.clock.Add(time.Hour)
		f.askLink(bob)
	}
	asked = f.askLink(bob)
	if asked.Find("form[data-token]").Length() != 1 {
		t.Fatalf("after a day: %d %s", asked.status, asked.said())
	}
	if a := f.visit("POST", "/my", f.solve(asked.Document), "Sec-Fetch-Site", "same-origin"); a.to() != "/my?done=sent" {
		t.Errorf("with a proof: %d %s", a.status, a.said())
	}
}

func TestTheCookieIsForThisHostAloneAndEndsByItself(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Once)
		donor := f.donor(ada).ID
		link := f.minted(store.DonorSignIn, donor, "", time.Hour)
		form := fields(f.open(link).Document, "form#act")
		a := f.visit("POST", link, form, "Host", "lantern.example", "Sec-Fetch-Site", "same-origin")
		cookie := a.header.Get("Set-Cookie")
		for _, part := range []string{"__Host-masthead-my=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie has no %s: %s", part, cookie)
			}
		}
		if strings.Contains(cookie, "Domain") {
			t.Errorf("the cookie is for other hosts too: %s", cookie)
		}
		f.signIn(ada)
		inside := func() bool { return f.open("/my").Find("form#signin").Length() == 0 }
		f.clock.Add(29 * time.Minute)
		if !inside() {
			t.Error("it ended within half an hour")
		}
		f.clock.Add(31 * time.Minute)
		if inside() {
			t.Error("it lasts for more than half an hour without use")
		}
		f.signIn(ada)
		for range 30 { // fourteen hours of use
			f.clock.Add(28 * time.Minute)
			f.open("/my")
		}
		if inside() {
			t.Error("it lasts for more than twelve hours")
		}
	})
}

func TestNoPageOfTheFamilyIsKeptFoundOrTold(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "25.00", fund.Month)
	f.signIn(ada)
	plan := f.planOf(ada)
	for _, path := range []string{"/my", "/de/my", "/my/plans/" + plan.ID, "/my/statement", "/my/prove", "/my/address", "/my/export", "/my/export/json", "/my/erase",
		"/my/sign-out", "/my/link/none", "/my/plans/none", f.minted(store.DonorCancel, plan.DonorID, plan.ID, time.Hour)} {
		a := f.visit("GET", path, nil)
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if a.Find(`link[rel="canonical"], link[rel="alternate"]`).Length() > 0 {
			t.Errorf("%s points at itself", path)
		}
	}
	for _, path := range []string{"/", "/give", "/books", "/de"} {
		if a := f.visit("GET", path, nil); a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

func TestAPlanIsCancelledFromTheMailInTwoClicks(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Month)
		plan := f.planOf(ada)
		link := f.minted(store.DonorCancel, plan.DonorID, plan.ID, 30*24*time.Hour)
		page := f.open(link) // the first click, and all that a scanner does
		if said := page.said(); !strings.Contains(said, "$12 every month") || !strings.Contains(said, "20 December 2026") || page.Find("main form button").Length() != 1 {
			t.Errorf("the page says: %s", said)
		}
		if got := f.planOf(ada).State; got != fund.PlanActive {
			t.Fatalf("opening the link made the plan %s", got)
		}
		done := f.press(page, "form#act") // the second
		twice := f.press(page, "form#act")
		if got := f.planOf(ada).State; got != fund.PlanCancelScheduled {
			t.Fatalf("the plan is %s after %d: %s", got, done.status, done.said())
		}
		if twice.status != http.StatusGone || !strings.Contains(twice.said(), "The plan was cancelled by it.") {
			t.Errorf("the same form once more: %d %s", twice.status, twice.said())
		}
		if len(f.jar) != 0 {
			t.Error("the link signed in")
		}
		after := f.open(done.to())
		if said := after.said(); !strings.Contains(said, "The plan is cancelled") || !strings.Contains(said, "ends on 20 December 2026") {
			t.Errorf("afterwards the page says: %s", said)
		}
		thanks := f.press(after, "form#why", "reason", "money", "words", "Next year perhaps")
		if said := f.open(thanks.to()).said(); !strings.Contains(said, "Thank you for telling us") {
			t.Errorf("after the reason: %s", said)
		}
		why, err := db.One(t.Context(), f.s.Query(), db.Value[string], "SELECT reason || ': ' || words FROM cancel_reason WHERE plan_id = $1", plan.ID)
		if err != nil || why != "money: Next year perhaps" {
			t.Errorf("kept is %q, %v", why, err)
		}
		undone := f.press(f.open(done.to()), "form#act")
		if got := f.planOf(ada).State; got != fund.PlanActive {
			t.Fatalf("after undoing the plan is %s: %d", got, undone.status)
		}
		if said := f.open(undone.to()).said(); !strings.Contains(said, "The plan goes on") {
			t.Errorf("after undoing: %s", said)
		}
		if a := f.visit("GET", link, nil); a.status != http.StatusGone {
			t.Errorf("the used link: %d", a.status)
		}
	})
}

func TestTwoWhoPressAtOnceCancelOnce(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Month)
		plan := f.planOf(ada)
		link := f.minted(store.DonorCancel, plan.DonorID, plan.ID, time.Hour)
		form := fields(f.open(link).Document, "form#act")
		done := make(chan int, 4)
		for range cap(done) {
			go func() { done <- f.visit("POST", link, form, "Sec-Fetch-Site", "same-origin").status }()
		}
		for range cap(done) {
			if status := <-done; status != http.StatusSeeOther && status != http.StatusGone {
				t.Errorf("answered with %d", status)
			}
		}
		calls, err := db.One(t.Context(), f.s.Query(), db.Value[int], "SELECT COUNT(*) FROM command WHERE op = 'change' AND object_id = $1", plan.ID)
		if err != nil || calls != 1 || f.planOf(ada).State != fund.PlanCancelScheduled {
			t.Errorf("%d calls to the provider, the plan is %s, %v", calls, f.planOf(ada).State, err)
		}
	})
}

func TestAPauseFromTheMailLastsAsChosenAndIsTakenBack(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Month)
		plan := f.planOf(ada)
		link := f.minted(store.DonorPause, plan.DonorID, plan.ID, time.Hour)
		if a := f.act(link, "months", "7"); a.status != http.StatusUnprocessableEntity || f.planOf(ada).State != fund.PlanActive {
			t.Errorf("seven months: %d", a.status)
		}
		a := f.act(link, "months", "2")
		p := f.planOf(ada)
		if p.State != fund.PlanPaused || p.PausedUntil.Sub(noon.AddDate(0, 2, 0)).Abs() > time.Hour {
			t.Fatalf("the plan is %s until %s: %d %s", p.State, p.PausedUntil, a.status, a.said())
		}
		if said := f.open(a.to()).said(); !strings.Contains(said, "The plan rests") || !strings.Contains(said, "20 January 2027") {
			t.Errorf("afterwards: %s", said)
		}
		f.press(f.open(a.to()), "form#act")
		if got := f.planOf(ada).State; got != fund.PlanActive {
			t.Errorf("after undoing the plan is %s", got)
		}
	})
}

func TestAPlanThatEndedIsBegunAgainWithOneClick(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "12.00", fund.Month)
	plan := f.planOf(ada)
	link := f.minted(store.DonorRestart, plan.DonorID, plan.ID, time.Hour)
	a := f.act(link)
	if a.to() != "/give/costs-2026?every=month&amount=12.00" {
		t.Fatalf("the link leads to %q", a.to())
	}
	if n, _, err := f.s.CountDonorGifts(t.Context(), plan.DonorID); err != nil || n != 1 {
		t.Errorf("%d gifts, %v", n, err)
	}
	_, err := f.svc.Change(t.Context(), plan.ID, fund.Change{Do: fund.ChangeCancel, Now: true}, "x")
	f.ok(err)
	for _, power := range []store.Power{store.DonorCancel, store.DonorPause, store.DonorResume} {
		a := f.open(f.minted(power, plan.DonorID, plan.ID, time.Hour))
		if !strings.Contains(a.said(), "has ended already") || a.Find("main form").Length() != 0 || a.Find(`main a[href="/give"]`).Length() != 1 {
			t.Errorf("%s of a plan that ended: %s", power, a.said())
		}
	}
}

func TestAPlanIsChangedOnItsPage(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Month)
		f.gift(bob, "40.00", fund.Month)
		home := f.signIn(ada)
		at := "/my/plans/" + f.planOf(ada).ID
		if home.Find(`main a[href="`+at+`"]`).Length() != 1 || home.Find(`main form[action="`+at+`"]`).Length() != 1 {
			t.Fatalf("the plan can't be changed from: %s", home.said())
		}
		if a := f.press(f.open(at), "form#amount", "own", "1"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.said(), "at least $3") || f.planOf(ada).Amount.Minor != 1200 {
			t.Errorf("too little: %d %s", a.status, a.said())
		}
		page := f.open(at)
		if a := f.press(page, "form#amount", "own", "15.50"); !strings.HasSuffix(a.to(), "?done=amount") || f.planOf(ada).Amount.Minor != 1550 {
			t.Errorf("another amount: %d %s", a.status, a.said())
		}
		if a := f.press(page, "form#amount", "own", "19.00"); a.status != http.StatusConflict || f.planOf(ada).Amount.Minor != 1550 {
			t.Errorf("the same form with another wish: %d", a.status)
		}
		if a := f.press(f.open(at), "form#every", "every", "year"); a.status != http.StatusSeeOther || f.planOf(ada).Every != fund.Year {
			t.Errorf("each year: %d %s", a.status, a.said())
		}
		if a := f.press(f.open(at), "form#pause", "months", "1"); a.status != http.StatusSeeOther || f.planOf(ada).State != fund.PlanPaused {
			t.Errorf("a pause: %d %s", a.status, a.said())
		}
		if a := f.press(f.open(at), "form#resume"); a.status != http.StatusSeeOther || f.planOf(ada).State != fund.PlanActive {
			t.Errorf("going on: %d %s", a.status, a.said())
		}
		a := f.press(f.open("/my"), `main form[action="`+at+`"]`) // one click on the plan
		if f.planOf(ada).State != fund.PlanCancelScheduled {
			t.Fatalf("cancelling: %d %s", a.status, a.said())
		}
		after := f.open(a.to())
		if after.Find("form#why").Length() != 1 || after.Find("form#resume button").Text() != "Undo" {
			t.Errorf("after cancelling: %s", after.said())
		}
		theirs := "/my/plans/" + f.planOf(bob).ID
		if a := f.visit("GET", theirs, nil); a.status != http.StatusNotFound {
			t.Errorf("another's plan: %d", a.status)
		}
		form := fields(f.open(at).Document, "form#resume")
		form.Set("do", "cancel")
		if a := f.visit("POST", theirs, form, "Sec-Fetch-Site", "same-origin"); a.status != http.StatusNotFound || f.planOf(bob).State != fund.PlanActive {
			t.Errorf("ending another's plan: %d", a.status)
		}
		form.Set("nonce", "x")
		if a := f.visit("POST", at, form, "Sec-Fetch-Site", "same-origin"); a.status != http.StatusConflict {
			t.Errorf("a form without its token: %d", a.status)
		}
	})
}

// Scenario 21.
func TestGiftsBeforeAndAfterAChangeOfAddressAreOneDonors(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "10.00", fund.Once)
		donor := f.donor(ada).ID
		f.signIn(ada)
		f.moveTo("new@quill.example")
		f.gift("new@quill.example", "15.00", fund.Once)
		if got := f.donor("new@quill.example").ID; got != donor {
			t.Errorf("there are two donors, %s and %s", donor, got)
		}
		if c, p := f.sums(); c != 2500 || p != 2367 {
			t.Errorf("C %d, P %d; want C 2500, P 2367", c, p)
		}
		if said := f.open("/my/statement?from=2026-01-01&to=2026-12-31").Find("tfoot").Text(); !strings.Contains(said, "$25.00") {
			t.Errorf("the statement says %q", said)
		}
		before := len(f.mails(ada)) // with the one that tells of the change
		clear(f.jar)
		f.clock.Add(time.Hour)
		f.askLink(ada)
		if n := len(f.mails(ada)); n != before {
			t.Errorf("%d mails with a link went to the old address", n-before)
		}
		f.whole()
	})
}

// moveTo changes the address, from the page to the link in the mail.
func (f *fan) moveTo(email string) answered {
	f.t.Helper()
	a := f.press(f.open("/my/address"), "form#address", "email", email)
	if a.status != 200 || !strings.Contains(a.said(), email) {
		f.t.Fatalf("asking for another address: %d %s", a.status, a.said())
	}
	f.clock.Add(time.Second)
	return f.act(f.mailed(email))
}

func TestTheOldAddressIsToldAndCanTakeTheChangeBackForAWeek(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		works bool
	}{{10 * time.Minute, true}, {7*24*time.Hour - time.Minute, true}, {8 * 24 * time.Hour, false}} {
		eachFan(t, func(t *testing.T, f *fan) {
			d := f.gift(ada, "12.00", fund.Month)
			old := f.minted(store.DonorCancel, d.DonorID, f.planOf(ada).ID, 365*24*time.Hour)
			f.signIn(ada)
			if a := f.moveTo("thief@evil.example"); a.to() != "/my?done=moved" {
				t.Fatalf("confirming leads to %d %s", a.status, a.said())
			}
			if a := f.visit("GET", old, nil); a.status != http.StatusGone || strings.Contains(a.said(), "$12") {
				t.Errorf("a link to the old address: %d %s", a.status, a.said())
			}
			back := f.mailed(ada)
			f.moveTo("thief2@evil.example") // twice, so that the way back is lost: it must not be
			thief := f.jar["masthead-my"]
			f.clock.Add(c.after)
			clear(f.jar)
			a := f.visit("GET", back, nil)
			if !c.works {
				if a.status != http.StatusGone || !strings.Contains(a.said(), "It worked until") {
					t.Errorf("after %s: %d %s", c.after, a.status, a.said())
				}
				return
			}
			if a := f.press(a, "form#act"); a.to() != "/my?done=moved" {
				t.Fatalf("taking back leads to %d %s", a.status, a.said())
			}
			if f.donor(ada).ID != d.DonorID {
				t.Error("the address is not back")
			}
			if x, err := f.s.DonorSession(t.Context(), thief); err == nil {
				t.Errorf("the other one is still signed in: %+v", x)
			}
			if a := f.visit("GET", f.mailed("thief@evil.example"), nil); a.status != http.StatusGone {
				t.Errorf("the other one's way back works: %d", a.status)
			}
		})
	}
}

func TestTwoDonorsAreNeverMadeOne(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "10.00", fund.Once)
		f.gift(bob, "20.00", fund.Once)
		f.signIn(ada)
		free := f.press(f.open("/my/address"), "form#address", "email", "free@quill.example")
		taken := f.press(f.open("/my/address"), "form#address", "email", bob)
		if got, want := strings.ReplaceAll(taken.said(), bob, "X"), strings.ReplaceAll(free.said(), "free@quill.example", "X"); got != want || taken.status != free.status {
			t.Errorf("the page tells that somebody gives: %s", got)
		}
		a := f.act(f.mailed(bob))
		if a.status != http.StatusConflict || !strings.Contains(a.said(), "never join") {
			t.Errorf("confirming another's address: %d %s", a.status, a.said())
		}
		if f.donor(ada).ID == f.donor(bob).ID {
			t.Error("they are one")
		}
	})
}

func TestExportAndAddressAndErasureWantAFreshLink(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "10.00", fund.Once)
		f.signIn(ada)
		f.open("/my/export")
		f.clock.Add(16 * time.Minute)
		for _, path := range []string{"/my/export", "/my/export/json", "/my/export/csv", "/my/address", "/my/erase"} {
			if a := f.visit("GET", path, nil); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to(), "/my/prove?next=/my/") {
				t.Errorf("%s is answered with %d %s", path, a.status, a.to())
			}
		}
		if a := f.visit("POST", "/my/erase", url.Values{"email": {ada}}, "Sec-Fetch-Site", "same-origin"); a.status == 200 || f.donor(ada).ID == "" {
			t.Errorf("erasing without proof: %d", a.status)
		}
		page := f.open("/my/prove?next=/my/export")
		if strings.Contains(page.said(), ada) {
			t.Error("the whole address stands on a page that was left open")
		}
		f.press(page, "main form")
		f.clock.Add(time.Second)
		if a := f.act(f.mailed(ada)); a.to() != "/my/export" {
			t.Errorf("the fresh link leads to %s", a.to())
		}
		f.open("/my/export")
	})
}

func TestTheExportIsOneFileForProgramsOrTablesForPeople(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "10.00", fund.Month)
		f.gift(bob, "20.00", fund.Once)
		f.signIn(ada)
		a := f.open("/my/export/json")
		var got struct {
			Data map[string][]map[string]any `json:"data"`
		}
		f.ok(json.Unmarshal([]byte(a.body), &got))
		if d := got.Data; d["donor"][0]["email"] != ada || len(d["payment"]) != 1 || d["payment"][0]["minor"] != 1000.0 || len(d["plan"]) != 1 || len(d["mail_outbox"]) == 0 {
			t.Errorf("the export is %s", a.body)
		}
		if strings.Contains(a.body, bob) || strings.Contains(a.body, f.jar["masthead-my"]) {
			t.Error("another donor, or the key of the session, stands in the export")
		}
		if cd := a.header.Get("Content-Disposition"); !strings.HasPrefix(cd, "attachment") {
			t.Errorf("it is shown, not saved: %s", cd)
		}
		f.ok(f.s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.SetDonor(t.Context(), fund.Donor{ID: f.donor(ada).ID, Name: "=HYPERLINK(1)", Lang: "en"})
		}))
		b := f.open("/my/export/csv").body
		z, err := zip.NewReader(bytes.NewReader([]byte(b)), int64(len(b)))
		f.ok(err)
		file, err := z.Open("donor.csv")
		f.ok(err)
		rows, err := csv.NewReader(file).ReadAll()
		f.ok(err)
		if text := strings.Join(rows[1], "|"); !strings.Contains(text, ada) || !strings.Contains(text, "|'=HYPERLINK(1)|") {
			t.Errorf("the table is %v", rows)
		}
	})
}

// Scenario 44.
func TestAnErasedDonorLeavesTheBooksWhole(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Once)
		donor := f.donor(ada).ID
		f.signIn(ada)
		if a := f.press(f.open("/my/erase"), "form#erase", "email", "yes"); a.status != http.StatusUnprocessableEntity || f.donor(ada).ID == "" {
			t.Errorf("without the right words: %d", a.status)
		}
		a := f.press(f.open("/my/erase"), "form#erase", "email", " ADA@quill.example ")
		if a.to() != "/my?done=erased" || len(f.jar) != 0 {
			t.Fatalf("erasing: %d %s, left are %v", a.status, a.said(), f.jar)
		}
		if c, p := f.sums(); c != 2500 || p != 2397 {
			t.Errorf("C %d, P %d; want C 2500, P 2397", c, p)
		}
		f.whole()
		dump := storetest.Dump(t, f.s, "receipt", "receipt_file", "gift_aid_declaration")
		for _, trace := range []string{ada, "Ada Quill", "ada@"} {
			if lines := storetest.Lines(dump, trace); len(lines) > 0 {
				t.Errorf("%q stands in %v", trace, lines)
			}
		}
		if gifts, err := f.s.DonorGifts(t.Context(), donor, time.Time{}, time.Time{}, 0); err != nil || len(gifts) != 1 || gifts[0].Amount.Minor != 2500 {
			t.Errorf("the gifts are %+v, %v", gifts, err)
		}
		f.askLink(ada)
		if f.mails(ada) != nil {
			t.Error("a mail goes to an erased donor")
		}
	})
}

// deaf is a provider that does not answer wishes about plans.
type deaf struct{ fund.Provider }

func (deaf) Change(context.Context, fund.PlanRef, fund.Change, fund.IdemKey) (fund.Handoff, error) {
	return fund.Handoff{}, fault.New(fault.Unavailable, "no answer")
}

func TestErasureEndsPlansAndWaitsForNoProviderThatIsGone(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "25.00", fund.Month)
		plan := f.planOf(ada)
		f.signIn(ada)
		page := f.open("/my/erase")
		if !strings.Contains(page.said(), "$25 every month") {
			t.Errorf("the plan is not named: %s", page.said())
		}
		f.svc.Providers[sandbox.Key] = deaf{f.sandbox}
		a := f.press(page, "form#erase", "email", ada)
		if a.to() != "/my?done=erased-open" {
			t.Fatalf("without the provider: %d %s", a.status, a.said())
		}
		if said := f.open(a.to()).said(); !strings.Contains(said, "as soon as it does") {
			t.Errorf("the donor is told %s", said)
		}
		waiting, err := f.s.Fund().PlannedChanges(t.Context(), plan.ID)
		if err != nil || len(waiting) != 1 || !waiting[0].Cancels() {
			t.Fatalf("%+v, %v are written down", waiting, err)
		}
		if tasks, _, err := f.s.Tasks(t.Context(), 10); err != nil || !slices.ContainsFunc(tasks, func(x store.Task) bool { return x.Kind == fund.TaskErasedPlan && x.ObjectID == plan.ID }) {
			t.Errorf("staff are asked %+v, %v", tasks, err)
		}
		dump := storetest.Dump(t, f.s)
		for _, trace := range []string{ada, "Ada Quill"} {
			if lines := storetest.Lines(dump, trace); len(lines) > 0 {
				t.Errorf("%q stands in %v", trace, lines)
			}
		}
		f.svc.Providers[sandbox.Key] = f.sandbox
		f.ok(worker.ErasedPlans(f.s, f.svc).Do(t.Context()))
		f.ok(f.svc.Recover(t.Context(), 0))
		p, _, err := f.s.Plan(t.Context(), plan.ID)
		if err != nil || p.State != fund.PlanCancelled {
			t.Errorf("the plan is %s, %v", p.State, err)
		}
		if _, err := f.s.Donor(t.Context(), plan.DonorID); err == nil {
			t.Error("the donor is there")
		}
	})
}

func TestAStatementCountsWholeDaysOfThePapersZone(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "10.00", fund.Once) // 13:00 on 20 November in Berlin
	_, err := f.sandbox.Steer(t.Context(), []byte(`{"do":"advance","days":1}`))
	f.ok(err)
	f.gift(ada, "20.00", fund.Once)
	f.signIn(ada)
	for query, want := range map[string]string{
		"from=2026-11-20&to=2026-11-20": "$10.00", "from=2026-11-21&to=2026-11-21": "$20.00", "from=2026-11-20&to=2026-11-21": "$30.00", "from=2026-01-01&to=2026-12-31": "$30.00",
	} {
		if sum := f.open("/my/statement?" + query).Find("tfoot").Text(); !strings.Contains(sum, want) {
			t.Errorf("%s adds up to %q, want %s", query, sum, want)
		}
	}
	if said := f.open("/my/statement?from=2026-11-18&to=2026-11-19").said(); !strings.Contains(said, "no gifts in these days") {
		t.Errorf("days without gifts: %s", said)
	}
	for _, query := range []string{"from=2026-11-21&to=2026-11-20", "from=x&to=y", "from=0001-01-01&to=9999-12-31"} {
		if a := f.visit("GET", "/my/statement?"+query, nil); a.status != http.StatusUnprocessableEntity || a.Find("#days-err").Length() != 1 {
			t.Errorf("%s is answered with %d", query, a.status)
		}
	}
}

func TestADonorIsNamedOnlyByTheirWish(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "10.00", fund.Once)
		page := f.signIn(ada)
		if a := f.press(page, "form#who", "name", "Ada ‮Q", "lang", "de"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a name that turns the text around: %d", a.status)
		}
		if a := f.press(page, "form#who", "name", "Ada Q.", "lang", "de", "wall", "on"); a.to() != "/my?done=name" {
			t.Fatalf("saving: %d %s", a.status, a.said())
		}
		if d := f.donor(ada); d.Name != "Ada Q." || !d.ShowName || d.Lang != "de" {
			t.Errorf("kept is %+v", d)
		}
		form := fields(f.open("/my").Document, "form#who")
		form.Del("wall")
		form.Set("lang", "xx")
		f.visit("POST", "/my/name", form, "Sec-Fetch-Site", "same-origin")
		if d := f.donor(ada); d.ShowName || d.Lang != "de" {
			t.Errorf("kept is %+v", d)
		}
	})
}

func TestLinksSpeakTheLanguageOfTheMail(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "10.00", fund.Once)
	f.press(f.open("/fa/my"), "form#signin", "email", ada)
	link := f.mailed(ada)
	if !strings.HasPrefix(link, "/fa/my/link/") {
		t.Fatalf("the link is %s", link)
	}
	page := f.open(link)
	if dir := page.Find("html").AttrOr("dir", ""); dir != "rtl" {
		t.Errorf("the page runs %s", dir)
	}
	if page.Find(`header a[href*="/my/link/"]`).Length() != 0 {
		t.Error("a link to another language carries the token")
	}
	if a := f.press(page, "form#act"); a.to() != "/fa/my" {
		t.Errorf("it leads to %s", a.to())
	}
}

func TestAWishThatTheProviderDoesNotHearIsNotedAndDoneLater(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Month)
		plan := f.planOf(ada)
		link := f.minted(store.DonorCancel, plan.DonorID, plan.ID, time.Hour)
		f.svc.Providers[sandbox.Key] = deaf{f.sandbox}
		if a := f.act(link); a.status != http.StatusAccepted || !strings.Contains(a.said(), "Your wish is noted") {
			t.Fatalf("the page says %d %s", a.status, a.said())
		}
		if a := f.visit("GET", link, nil); a.status != http.StatusGone {
			t.Errorf("the link can be used again: %d", a.status)
		}
		f.svc.Providers[sandbox.Key] = f.sandbox
		f.ok(f.svc.Recover(t.Context(), 0))
		if got := f.planOf(ada).State; got != fund.PlanCancelScheduled {
			t.Errorf("once the provider hears, the plan is %s", got)
		}
	})
}

// standing is a provider whose plans are standing orders at the donor's bank.
type standing struct{ fund.Provider }

func (s standing) Caps() fund.Caps {
	c := s.Provider.Caps()
	c.Road, c.Pause = fund.Instructions, false
	return c
}

func TestAStandingOrderIsToBeEndedAtTheBankToo(t *testing.T) {
	f := newFan(t, storetest.Open(t, storetest.SQLite(t)))
	f.gift(ada, "12.00", fund.Month)
	plan := f.planOf(ada)
	f.svc.Providers[sandbox.Key] = standing{f.sandbox}
	link := f.minted(store.DonorCancel, plan.DonorID, plan.ID, time.Hour)
	page := f.open(link)
	after := f.open(f.press(page, "form#act").to())
	home := f.signIn(ada)
	at := f.open("/my/plans/" + plan.ID)
	for name, a := range map[string]answered{"the link": page, "the page after it": after, "the donor's page": home, "the plan's page": at} {
		if !strings.Contains(a.said(), "please do so at your bank too") {
			t.Errorf("%s does not say so: %s", name, a.said())
		}
	}
	if at.Find("form#pause, form#method").Length() != 0 {
		t.Error("the page offers what only the bank can do")
	}
}

func TestAFormWithTheOldAddressDoesNotKeepItFromComingBack(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		d := f.gift(ada, "12.00", fund.Once)
		f.signIn(ada)
		f.moveTo("thief@evil.example")
		back := f.mailed(ada)
		clear(f.jar)
		form, err := f.svc.Begin(t.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Campaign: f.campaign, Currency: "USD", Every: "once", Choice: fund.Own, Own: "5.00",
			Email: ada, Provider: sandbox.Key}, locale.For("en"))
		f.ok(err)
		if a := f.act(back); a.to() != "/my?done=moved" || f.donor(ada).ID != d.DonorID {
			t.Fatalf("taking back leads to %d %s", a.status, a.said())
		}
		f.ok(f.sandbox.Pay(t.Context(), form.Session)) // its money is not lost
		f.catchUp()
		if c, _ := f.sums(); c != 1700 {
			t.Errorf("C is %d, want 1700", c)
		}
	})
}

func TestADonorWhoHasGivenKeepsTheirAddressFromBeingTakenBack(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.gift(ada, "12.00", fund.Once)
		f.signIn(ada)
		f.moveTo("new@quill.example")
		back := f.mailed(ada)
		clear(f.jar)
		f.gift(ada, "7.00", fund.Once)
		other := f.donor(ada).ID
		if a := f.act(back); a.status != http.StatusConflict || !strings.Contains(a.said(), "never join") || f.donor(ada).ID != other {
			t.Errorf("taking back: %d %s", a.status, a.said())
		}
	})
}

func TestASignedAddressEndsWithAChangeOfAddressAndAStatementsWithinTheHour(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		x := f.withReceipts()
		_, at := f.receiptOf(x, f.gift(ada, "25.00", fund.Once))
		donor := f.donor(ada).ID
		statement := func() string {
			l, err := x.Statement(t.Context(), donor, "en", f.clock.Now(), f.clock.Now())
			f.ok(err)
			return l.Href
		}
		opens := func(path string, status int) {
			t.Helper()
			if a := f.visit("GET", path, nil); a.status != status {
				t.Errorf("%s is answered with %d, want %d", path, a.status, status)
			}
		}
		old := statement()
		opens(at, 200)
		opens(old, 200)
		f.signIn(ada)
		f.moveTo("new@quill.example")
		opens(at, http.StatusNotFound)
		opens(old, http.StatusNotFound)
		late := statement()
		f.clock.Add(59 * time.Minute)
		opens(late, 200)
		f.clock.Add(2 * time.Minute)
		opens(late, http.StatusGone)
	})
}

// refusing is a provider that refuses to change plans.
type refusing struct{ fund.Provider }

func (refusing) Change(context.Context, fund.PlanRef, fund.Change, fund.IdemKey) (fund.Handoff, error) {
	return fund.Handoff{}, fault.New(fault.Invalid, "not now")
}

func TestARefusalOfTheProviderHindersErasureOnlyForThatTry(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		donor := f.gift(ada, "25.00", fund.Month).DonorID
		f.signIn(ada)
		f.svc.Providers[sandbox.Key] = refusing{f.sandbox}
		f.press(f.open("/my/erase"), "form#erase", "email", ada)
		if _, err := f.s.Donor(t.Context(), donor); err != nil {
			t.Fatalf("the donor was erased although the plan runs: %v", err)
		}
		f.svc.Providers[sandbox.Key] = f.sandbox
		if a := f.press(f.open("/my/erase"), "form#erase", "email", ada); a.to() != "/my?done=erased" {
			t.Errorf("once the provider agrees: %d %s", a.status, a.said())
		}
	})
}

func TestAPlanThatBeginsAfterErasureIsEndedAtOnce(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		d, err := f.svc.Begin(t.Context(), fund.Form{Nonce: id.New(), Age: time.Minute, Campaign: f.campaign, Currency: "USD", Every: "month", Choice: fund.Own, Own: "5.00",
			Email: ada, Provider: sandbox.Key}, locale.For("en"))
		f.ok(err)
		f.ok(f.s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.System, d.DonorID) }))
		asked := false
		jobs := worker.New(f.s, 1)
		for _, quiet := range []string{job.MailKind, job.FundThank, job.FundPlan} {
			jobs.Handle(quiet, func(context.Context, job.Work) error { return nil })
		}
		jobs.Handle(job.FundRound, func(ctx context.Context, _ job.Work) error {
			asked = true
			return worker.ErasedPlans(f.s, f.svc).Do(ctx)
		})
		f.ok(f.sandbox.Pay(t.Context(), d.Session))
		f.svc.Providers[sandbox.Key] = deaf{f.sandbox}
		f.catchUp()
		plans, err := f.s.DonorPlans(t.Context(), d.DonorID)
		if err != nil || len(plans) != 1 || plans[0].State != fund.PlanActive {
			t.Fatalf("the plans are %+v, %v", plans, err)
		}
		if err := jobs.Drain(t.Context()); !asked {
			t.Fatalf("nobody asks for its end: %v", err)
		}
		f.svc.Providers[sandbox.Key] = f.sandbox
		f.ok(worker.ErasedPlans(f.s, f.svc).Do(t.Context()))
		if p, _, err := f.s.Plan(t.Context(), plans[0].ID); err != nil || p.State != fund.PlanCancelled {
			t.Errorf("the plan is %s, %v", p.State, err)
		}
		kinds := map[string]int{}
		list, _, err := f.s.Tasks(t.Context(), 9)
		for _, x := range list {
			kinds[x.Kind]++
		}
		if err != nil || kinds[fund.TaskErasedPlan] != 1 || kinds[fund.TaskErasedGift] != 1 {
			t.Errorf("tasks: %v, %v", kinds, err)
		}
	})
}

// pledge announces a transfer and returns its donation.
func (f *fan) pledge(email string, every fund.Every) fund.Donation {
	f.t.Helper()
	return f.pledgeAnd(email, every, false)
}

func (f *fan) pledgeAnd(email string, every fund.Every, remind bool) fund.Donation {
	f.t.Helper()
	d, err := f.svc.Begin(f.t.Context(), fund.Form{
		Nonce: id.New(), Age: time.Minute, Campaign: f.campaign, Currency: "USD", Every: string(every), Choice: fund.Own, Own: "20",
		Email: email, Name: "Ada Quill", Provider: fund.KeyBank, Remind: remind,
	}, locale.For("en"))
	f.ok(err)
	return d
}

func TestAMissedStandingOrderIsRemindedOfOnceAndOnlyWhereItWasAskedFor(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.byBank(dollars)
		began := f.clock.Now()
		for email, remind := range map[string]bool{ada: true, bob: false} {
			d := f.pledgeAnd(email, fund.Month, remind)
			f.ok(f.s.Write(t.Context(), func(tx *store.Tx) error {
				_, _, err := tx.BookGift(t.Context(), store.BookedGift{Provider: fund.KeyBank, Ref: "line-" + email, DonationID: d.ID, CampaignID: f.campaign.ID, Amount: d.Amount, At: began, Quiet: true})
				return err
			}))
		}
		f.ok(f.jobs.Drain(t.Context()))
		due := fund.AddPeriods(began, fund.Month, 1)
		remind := (&worker.Transfers{Letters: worker.Letters{Store: f.s, Templates: f.site.Templates, Money: f.clock, Address: func(path, _ string) string { return "https://lantern.example" + path }}, Bank: f.giving.Bank}).Remind()
		reminders := func() []store.Mail {
			for range 2 {
				f.ok(remind.Do(t.Context()))
			}
			all, err := f.s.Mails(t.Context(), 100, 0)
			f.ok(err)
			return slices.DeleteFunc(all, func(m store.Mail) bool { return !strings.Contains(m.Subject, "has not come") })
		}
		for _, v := range []struct {
			at   time.Time
			want int
		}{{due.AddDate(0, 0, 6), 0}, {due.AddDate(0, 0, 8), 1}, {due.AddDate(0, 0, 20), 1}, {fund.AddPeriods(began, fund.Month, 2).AddDate(0, 0, 8), 2}} {
			f.clock.Add(v.at.Sub(f.clock.Now()))
			if got := len(reminders()); got != v.want {
				t.Fatalf("%s: %d reminders, want %d", v.at.Format(time.DateOnly), got, v.want)
			}
		}
		list := reminders()
		if slices.ContainsFunc(list, func(m store.Mail) bool { return m.ToAddress != ada }) {
			t.Error("who did not ask is reminded")
		}
		link := regexp.MustCompile(`/my/link/\S+`).FindString(list[0].Text)
		if page := f.open(link); !strings.Contains(page.said(), "Stop the reminders?") {
			t.Errorf("the link says %s", page.said())
		}
		f.act(link)
		if a := f.visit("GET", link, nil); a.status != http.StatusGone || !strings.Contains(a.said(), "stopped by it") {
			t.Errorf("used, the link says %d %s", a.status, a.said())
		}
		f.clock.Add(31 * 24 * time.Hour)
		if got := len(reminders()); got != 2 {
			t.Errorf("after they were stopped there are %d reminders", got)
		}
	})
}

func TestTheTickForRemindersIsOffAndKeptWithWhatWasAgreed(t *testing.T) {
	p := newPurse(t)
	if p.page("/give/costs-2026").Find("#remind").Length() != 0 {
		t.Error("without bank transfer a reminder of it is offered")
	}
	p.byBank(dollars)
	tick := p.page("/give/costs-2026").Find("#remind")
	if _, on := tick.Attr("checked"); tick.Length() != 1 || on {
		t.Errorf("%d ticks, on: %v", tick.Length(), on)
	}
}

func TestAnAnnouncedTransferIsShownWithItsReferenceAndMayBeWithdrawn(t *testing.T) {
	eachFan(t, func(t *testing.T, f *fan) {
		f.byBank(dollars)
		f.gift(ada, "5.00", fund.Once)
		once, monthly := f.pledge(ada, fund.Once), f.pledge(ada, fund.Month)
		other := f.pledge(bob, fund.Once)
		ref, _, err := f.s.ReferenceOf(t.Context(), once.ID)
		f.ok(err)
		f.signIn(ada)
		page := f.open("/my")
		for _, want := range []string{"$20 by bank transfer", "$20 every month by standing order", ref.Grouped()} {
			if !strings.Contains(page.said(), want) {
				t.Errorf("%q is not on the page: %s", want, page.said())
			}
		}
		if n := page.Find(`a[href="/give/bank/` + once.ID + `"]`).Length(); n != 1 || page.Find(`section[aria-labelledby^="plan-"]`).Length() != 0 {
			t.Errorf("%d ways to what to type at the bank; the plan is shown twice", n)
		}
		theirs := fields(page.Document, `form[action="/my/pledges/`+once.ID+`"]`)
		if a := f.visit("POST", "/my/pledges/"+other.ID, theirs, "Sec-Fetch-Site", "same-origin"); a.status != http.StatusNotFound {
			t.Errorf("somebody else's transfer is answered with %d", a.status)
		}
		for _, d := range []fund.Donation{once, monthly} {
			if a := f.press(f.open("/my"), `form[action="/my/pledges/`+d.ID+`"]`); a.to() != "/my?done=pledge" {
				t.Errorf("withdrawing is answered with %d %s", a.status, a.said())
			}
			if got, err := f.s.Donation(t.Context(), d.ID); err != nil || got.State != fund.DonationCancelled {
				t.Errorf("the gift is %s, %v", got.State, err)
			}
		}
		if said := f.open("/my").said(); strings.Contains(said, "$20") {
			t.Errorf("afterwards the page says %s", said)
		}
		if said := f.open("/give/bank/" + once.ID).said(); !strings.Contains(said, "called off") || strings.Contains(said, ref.Grouped()) {
			t.Errorf("the page of the transfer says %s", said)
		}
		if list, err := f.s.Promises(t.Context(), f.clock.Now(), 10); err != nil || len(list) != 1 || list[0].DonationID != other.ID {
			t.Errorf("staff still wait for %+v, %v", list, err)
		}
	})
}
