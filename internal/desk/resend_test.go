package desk_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

var fromHere = []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate"}

// resent sends on what a page gave back, as the browser would.
func resent(t *testing.T, b *desktest.Browser, a desktest.Answer, more ...string) desktest.Answer {
	t.Helper()
	form := a.Find("#resend")
	in := url.Values{}
	for _, n := range form.Find("input").EachIter() {
		in.Add(n.AttrOr("name", ""), n.AttrOr("value", ""))
	}
	for i := 0; i+1 < len(more); i += 2 {
		in.Set(more[i], more[i+1])
	}
	return b.Post(form.AttrOr("action", ""), in, fromHere...)
}

func TestAFormOfASessionThatHasEndedIsGivenBackAndSentOnAfterSigningIn(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	dora := r.Hire("dora", staff.Owner)
	b := r.SignIn(dora)
	typed := url.Values{"nonce": {b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")}, "host": {"mail.example"}, "port": {"587"}, "security": {"starttls"},
		"from": {"news@lantern.example"}, "from_name": {"The \"Lantern\" &\r\nits people"}, "password": {"hunter2 hunter2"}}
	r.Clock.Add(store.SessionIdle + time.Minute)

	a := b.Post("/desk/settings/mail", typed, fromHere...)
	if a.Status != http.StatusUnprocessableEntity || a.Find(`#resend [name=host]`).AttrOr("value", "") != "mail.example" || a.Find(`a[target=_blank][href^="/desk/sign-in"]`).Length() != 1 {
		t.Fatalf("%d to %q\n%s", a.Status, a.To(), a.Body)
	}
	if strings.Contains(a.Body, "hunter2") || a.Find(`#resend [name=password][type=password]`).Length() != 1 {
		t.Errorf("the password:\n%s", a.Find("#resend").Text())
	}
	b.Fill("/desk/sign-in", "/desk/sign-in", "email", dora.Email, "password", desktest.Password)
	a = resent(t, b, a, "password", "hunter2 hunter2") // the nonce is of nobody's session: they see in whose name they send
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find("main").Text(), "dora") {
		t.Fatalf("%d\n%s", a.Status, a.Body)
	}
	a = resent(t, b, a, "password", "hunter2 hunter2")
	if a.Status != http.StatusSeeOther || b.Get("/desk/settings/mail").Find("[name=from]").AttrOr("value", "") != "news@lantern.example" {
		t.Errorf("%d to %q", a.Status, a.To())
	}
}

func TestAStaleFormIsGivenBackWithAFreshNonceAndOneOfAnotherSiteIsNot(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("dora", staff.Owner))
	const path = "/desk/settings/wording/welcome?x=1"
	typed := url.Values{"nonce": {"old"}, "tag": {"a", "b"}, "text": {"so much\r\nthat was typed <b>"}}
	a := b.Post(path, typed, fromHere...)
	got := a.Find("#resend")
	if a.Status != http.StatusUnprocessableEntity || got.AttrOr("action", "") != path || got.Find("[name=tag]").Length() != 2 || !strings.Contains(got.Find("[name=text]").AttrOr("value", ""), "that was typed <b>") {
		t.Errorf("%d\n%s", a.Status, a.Body)
	}
	for name, headers := range map[string][]string{
		"another site":        {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"},
		"another origin":      {"Origin", "https://evil.example"},
		"nobody says where":   {},
		"a script":            {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"},
		"a hidden other site": {"Origin", "null"},
	} {
		if a := b.Post(path, typed, headers...); a.Status != http.StatusForbidden && a.Status != http.StatusBadRequest || strings.Contains(a.Body, "that was typed") {
			t.Errorf("from %s: %d", name, a.Status)
		}
	}
	many := url.Values{"nonce": {"old"}, "x": make([]string, 5000)}
	if a := b.Post(path, many, fromHere...); a.Status != http.StatusBadRequest {
		t.Errorf("a form that is none of ours: %d", a.Status)
	}
	reporter := r.SignIn(r.Hire("rosa", staff.Reporter))
	if a := reporter.Post(path, typed, fromHere...); a.Status == http.StatusUnprocessableEntity {
		t.Error("a form was given back to somebody who may not send it")
	}
}

func TestAFormThatAsksForAProofIsKeptUntilThePersonHasProvedIt(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("dora", staff.Owner))
	r.Clock.Add(staff.ProofLasts + time.Minute)
	nonce := b.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
	a := b.Post("/desk/people/new", url.Values{"nonce": {nonce}, "name": {"Ansel Ray"}, "email": {"ansel@lantern.example"}, "lang": {"en"}, "role": {"editor"}, "by": {"link"}}, fromHere...)
	if a.Status != http.StatusUnprocessableEntity || a.Find(`a[target=_blank][href="/desk/prove"]`).Length() != 1 {
		t.Fatalf("%d to %q", a.Status, a.To())
	}
	b.Fill("/desk/prove", "/desk/prove", "password", desktest.Password)
	if resent(t, b, a); !strings.Contains(r.Log(), "staff.added") {
		t.Errorf("nobody was hired: %s", r.Log())
	}
}

func TestAFileIsAskedForAgainWhenAFormIsGivenBack(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("dora", staff.Owner))
	for _, signedIn := range []bool{true, false} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		w.WriteField("nonce", "old")
		w.WriteField("why", "the new list")
		f, _ := w.CreateFormFile("file", "old.csv")
		f.Write(bytes.Repeat([]byte("secretfile"), 1<<16*map[bool]int{true: 1, false: 4}[signedIn]))
		w.Close()
		req, err := http.NewRequest(http.MethodPost, r.Server.URL+"/desk/redirects/file", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		from := b
		if !signedIn {
			from = r.Browser()
		}
		a := from.Do(req)
		if signedIn && (a.Find("#resend[enctype] [type=file][name=file]").Length() != 1 || a.Find("#resend [name=why]").AttrOr("value", "") != "the new list" || strings.Contains(a.Body, "secretfile")) {
			t.Errorf("%d\n%s", a.Status, a.Body)
		}
		if !signedIn && a.To() != "/desk/sign-in" {
			t.Errorf("a long file of somebody whose session has ended: %d to %q", a.Status, a.To())
		}
	}
}

// Every field of the desk that is drawn as a password or a code is one that is
// never given back.
func TestNoPasswordOrCodeHasANameThatIsGivenBack(t *testing.T) {
	src, err := os.ReadFile("resend.go")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`withheld = \[\]string\{(.*)\}`).FindStringSubmatch(string(src))
	known := regexp.MustCompile(`\w+`).FindAllString(list[1], -1)
	files, _ := filepath.Glob("*.go")
	more, _ := filepath.Glob("*/*.go")
	pages, _ := filepath.Glob("../web/templates/*/*.html")
	parts, _ := filepath.Glob("../web/templates/parts/desk/*.html")
	found := 0
	marks := regexp.MustCompile(`"password"|"secret"|one-time-code|type="password"|current-password|new-password`)
	names := regexp.MustCompile(`Name: "(\w+)"[^}]*(?:Kind: "(?:password|secret)"|one-time-code)|field\("(\w+)", "secret"|name="(\w+)" (?:type="password"|inputmode="numeric" autocomplete="one-time-code")`)
	for _, file := range slices.Concat(files, more, pages, parts) {
		text, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, "_test.go") || !marks.Match(text) {
			continue
		}
		for _, m := range names.FindAllSubmatch(text, -1) {
			found++
			if name := string(slices.Concat(m[1], m[2], m[3])); !slices.Contains(known, name) {
				t.Errorf("%s: the field %s would be given back", file, name)
			}
		}
	}
	if found < 6 {
		t.Errorf("only %d fields were found", found)
	}
}
