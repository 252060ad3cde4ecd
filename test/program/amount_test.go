package program

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Amounts that can't be taken, in the languages in which they are typed.
var badAmounts = map[string][]string{
	"en": {"-5", "0", "1e9", "NaN", "25.001", "1,000", "1٠", "999999999", "", "2.99"},
	"de": {"-5", "0", "1e9", "NaN", "25,001", "1.000", "1٠", "999999999", "", "2,99"},
	"fa": {"-5", "0", "1e9", "NaN", "25.001", "1٠", "999999999", "", "۲٫۹۹"},
}

func TestBadAmountsAreAnsweredWithASentenceAndTheFormIsKept(t *testing.T) {
	s := giving(t, sqlite)
	for lang, amounts := range badAmounts {
		path := strings.Replace("/"+lang+s.campaign(t), "/en", "", 1)
		f := s.forms(t, path, 1)[0]
		for _, amount := range amounts {
			t.Run(fmt.Sprintf("%s %q", lang, amount), func(t *testing.T) {
				f.Values.Set("own", amount)
				f.Values.Set("every", "month")
				f.Values.Set("email", "kept@form.example")
				f.Values.Set("name", "Ada <b>Kept</b> & Co")
				f.Values.Set("wall", "on")
				checkRefused(t, s, f, lang)
			})
		}
	}
}

func checkRefused(t *testing.T, s *server, f form, lang string) {
	t.Helper()
	a := s.post(t, f)
	if a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d, to %q", a.Status, a.Header.Get("Location"))
	}
	if !strings.Contains(a.Header.Get("Cache-Control"), "no-store") || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("headers: %v", a.Header)
	}
	d := parse(t, a.Body)
	if got := d.Find("html").AttrOr("lang", ""); got != lang {
		t.Errorf("the answer is in %s", got)
	}
	say := strings.TrimSpace(d.Find("fieldset .err").First().Text())
	if len(strings.Fields(say)) < 3 || strings.Contains(say, "fund.") || strings.Contains(say, "{") {
		t.Errorf("the amount's error is %q", say)
	}
	if link := d.Find(".errors a").First(); link.Length() != 1 || d.Find(link.AttrOr("href", "#none")).Length() != 1 || strings.TrimSpace(link.Text()) != say {
		t.Errorf("the summary does not lead to the field: %s", outer(d.Find(".errors")))
	}
	for name, want := range map[string]string{"email": f.Values.Get("email"), "name": f.Values.Get("name"), "own": f.Values.Get("own")} {
		if got := d.Find("input[name="+name+"]").AttrOr("value", ""); got != want {
			t.Errorf("the field %s came back as %q, not %q", name, got, want)
		}
	}
	if d.Find("input[name=every][value=month][checked]").Length() != 1 || d.Find("input[name=wall][checked]").Length() != 1 {
		t.Error("interval or consent was not kept")
	}
}

func TestGoodAmountsAreTakenInEveryScript(t *testing.T) {
	s := giving(t, sqlite)
	list := []struct {
		lang, typed string
		minor       int64
		form        form
	}{
		{lang: "en", typed: "١٠", minor: 1000}, {lang: "en", typed: "10.5", minor: 1050}, {lang: "en", typed: "10,00", minor: 1000},
		{lang: "de", typed: "10,00", minor: 1000}, {lang: "de", typed: "10,5", minor: 1050},
		{lang: "fa", typed: "۱۰", minor: 1000}, {lang: "fa", typed: "۱۰٫۵", minor: 1050},
	}
	for i := range list { // all at once: they must be some seconds old before they are sent
		list[i].form = s.forms(t, strings.Replace("/"+list[i].lang+s.campaign(t), "/en", "", 1), 1)[0]
	}
	for _, x := range list {
		t.Run(x.lang+" "+x.typed, func(t *testing.T) {
			_, session := s.begin(t, x.form, x.typed, "once", "script@every.example")
			books := s.received(t, "USD")
			s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
			within(t, 15*time.Second, func() error {
				if got := s.received(t, "USD") - books; got != x.minor {
					return fmt.Errorf("%q became %d cents", x.typed, got)
				}
				return nil
			})
		})
	}
}

func TestAFormThatIsNotCompleteIsRefusedPolitely(t *testing.T) {
	s := giving(t, sqlite)
	f := s.forms(t, s.campaign(t), 1)[0]
	f.Values.Set("own", "10")
	for name, bad := range map[string]string{"email": "nobody", "every": "century", "by": "gold", "nonce": "x"} {
		t.Run(name, func(t *testing.T) {
			g := form{f.Action, map[string][]string{}}
			for k, v := range f.Values {
				g.Values[k] = v
			}
			g.Values.Set("email", "polite@form.example")
			g.Values.Set(name, bad)
			a := s.post(t, g)
			if say := parse(t, a.Body).Find(".errors li").First().Text(); a.Status != http.StatusUnprocessableEntity || len(strings.Fields(say)) < 3 {
				t.Errorf("%d %q", a.Status, say)
			}
		})
	}
	if a := s.ask(t, http.MethodPost, f.Action, strings.NewReader(strings.Repeat("x=y&", 1<<20)), "Content-Type", "application/x-www-form-urlencoded"); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 4 MiB is answered with %d", a.Status)
	}
}
