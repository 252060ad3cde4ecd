package web

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/locale"
)

// hostile is a text that tries to leave wherever it is put.
const hostile = `"'><script>alert(1)</script></style></title></textarea><img src=x onerror=alert(2)> javascript:alert(3)`

// poison puts the hostile text into every string of a value, but into trusted
// HTML, and into what the code itself chooses from a short list.
func poison(v reflect.Value, field string) {
	switch v.Kind() {
	case reflect.Pointer:
		if _, ok := v.Interface().(*locale.Locale); ok || v.IsNil() || v.Type() == reflect.TypeFor[*time.Location]() {
			return
		}
		poison(v.Elem(), "")
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			poison(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Slice:
		fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(fresh, v)
		v.Set(fresh)
		for i := range v.Len() {
			poison(v.Index(i), field)
		}
	case reflect.String:
		fixed := map[string]bool{"State": true, "Kind": true, "Role": true, "Currency": true, "ContentLang": true, "ID": true, "Date": true}
		if v.Type() != reflect.TypeFor[template.HTML]() && !fixed[field] {
			v.SetString(hostile)
		}
	}
}

func TestHostileWordsStayWordsOnEveryPage(t *testing.T) {
	all := templates(t)
	for name, data := range samplePages("en") {
		t.Run(name, func(t *testing.T) {
			v := reflect.New(reflect.TypeOf(data)).Elem()
			v.Set(reflect.ValueOf(data))
			poison(v, "")
			page, err := all.Render(templateOf(name), v.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "alert(1)") {
				t.Fatal("the hostile text is not on the page; the test shows nothing")
			}
			for _, n := range elements(t, page) {
				kind, _ := attr(n, "type")
				if src, _ := attr(n, "src"); n.Data == "script" && kind != "application/ld+json" && !ownScript(n, name) && !editorScript(n, name) || n.Data == "img" && src == "x" {
					t.Errorf("<%s> got onto the page", n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") {
						t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
					}
				}
			}
		})
	}
}

func TestALinkOfABadSchemeLeadsNowhere(t *testing.T) {
	page := sampleArticle("en", 1)
	page.Bylines[0].Href = "javascript:alert(1)"
	b, err := templates(t).Render("site/article", page)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "javascript:") {
		t.Error("the address is on the page")
	}
}

func TestNamesInASentenceStandApart(t *testing.T) {
	f := sampleFrame("fa")
	got := string(f.H("thanks.mail.goes", "email", "a<b>\uf8f0@x.example"))
	if !strings.Contains(got, "<bdi>a&lt;b&gt;@x.example</bdi>") {
		t.Errorf("wrote %s", got)
	}
}

func TestStructuredDataCannotEndItsBlock(t *testing.T) {
	js, err := jsonld(map[string]string{"headline": "</script><script>alert(1)</script>"})
	if err != nil || strings.Contains(string(js), "<") {
		t.Errorf("wrote %s, %v", js, err)
	}
}

func TestWebAddressesInAPlainTextBecomeLinks(t *testing.T) {
	for in, want := range map[string]string{
		"see https://a.example/x?y=1&z=2.": `see <a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a>.`,
		"<b> (http://a.example/)":          `&lt;b&gt; (<a href="http://a.example/">http://a.example/</a>)`,
		"javascript:alert(1)":              "javascript:alert(1)",
		`https://a.example/"onclick="x`:    `<a href="https://a.example/">https://a.example/</a>&#34;onclick=&#34;x`,
	} {
		if got := string(linked(in)); got != want {
			t.Errorf("%q became %s, want %s", in, got, want)
		}
	}
}

func TestAPageIsDrawnOnlyFromItsOwnType(t *testing.T) {
	all := templates(t)
	for name, data := range map[string]any{"site/article": FrontPage{}, "site/none": FrontPage{}, "site/front": nil} {
		if _, err := all.Render(name, data); err == nil {
			t.Errorf("%s was drawn from %T", name, data)
		}
	}
	if _, err := all.Mail("site/front", FrontPage{Frame: sampleFrame("en")}); err == nil {
		t.Error("a page was drawn as a mail")
	}
}

func TestMailsReadWellAsPlainText(t *testing.T) {
	all := templates(t)
	for _, lang := range locale.Languages() {
		for name, data := range samplePages(lang) {
			if !strings.HasPrefix(name, "mail/") {
				continue
			}
			m, err := all.Mail(templateOf(name), data)
			if err != nil {
				t.Fatal(err)
			}
			if m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.Text, "&#") || strings.Contains(m.Text, "<") ||
				strings.Contains(m.Text, "\n\n\n") || strings.Contains(m.Text+m.Subject+m.HTML, "⟨") {
				t.Errorf("%s in %s: %q\n%s", name, lang, m.Subject, m.Text)
			}
			if strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, "url(") {
				t.Errorf("%s in %s fetches something", name, lang)
			}
		}
	}
}

func TestASubjectCannotCarryALineBreak(t *testing.T) {
	data := samplePages("en")["mail/gift"].(GiftMail)
	data.Outlet.Name = "The\r\nBcc: x@y.example"
	m, err := templates(t).Mail("mail/gift", data)
	if err != nil || strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("the subject is %q, %v", m.Subject, err)
	}
}

func TestTheMeterNeverAddsWhatIsOnlyExpected(t *testing.T) {
	for _, c := range []struct {
		raised, goal, expected int64
		percent                int
		filled                 int64
		hatched                bool
		x, width               string
	}{
		{642000, 1000000, 84000, 64, 642000, true, "64.2%", "8.4%"},
		{0, 1000000, 0, 0, 0, false, "0.0%", "0.0%"},
		{1184000, 1000000, 84000, 118, 1000000, false, "100.0%", "0.0%"},
		{950000, 1000000, 840000, 95, 950000, true, "95.0%", "5.0%"},
		{999999, 1000000, 84000, 99, 999999, true, "99.9%", "0.0%"},
		{-500, 1000000, 84000, 0, 0, true, "0.0%", "8.4%"},
		{5, 0, 0, 500, 0, false, "0.0%", "0.0%"},
		{900000000000000000, 1000000000000000000, 0, 90, 900000000000000000, false, "90.0%", "0.0%"},
	} {
		m := Meter{Raised: usd(c.raised), Goal: usd(c.goal), Expected: usd(c.expected)}
		if c.goal == 0 {
			if m.HasGoal() || m.Passed() || m.Hatched() {
				t.Error("a meter without a goal draws a bar")
			}
			continue
		}
		got := fmt.Sprint(m.Percent(), m.Filled(), m.Hatched(), m.HatchX(), m.HatchWidth())
		want := fmt.Sprint(c.percent, c.filled, c.hatched, c.x, c.width)
		if got != want {
			t.Errorf("%d of %d: %s, want %s", c.raised, c.goal, got, want)
		}
	}
}

func TestTwoMetersOnAPageHavePatternsOfTheirOwn(t *testing.T) {
	page, err := templates(t).Render("desk/money", samplePages("en")["desk/money"])
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "<pattern "); n != 1 { // the second campaign has ended and hatches nothing
		t.Errorf("%d patterns", n)
	}
	data := samplePages("en")["desk/money"].(MoneyPage)
	data.Meters[1].Ended = false
	page, err = templates(t).Render("desk/money", data)
	if err != nil || strings.Count(string(page), `<pattern id="dm"`) != 1 || strings.Count(string(page), `<pattern id="dm2"`) != 1 {
		t.Errorf("the meters share a pattern, %v", err)
	}
}
