package news

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
)

func TestASlugKeepsTheLettersOfItsScript(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en", "The late bus stays: Line 7 will run", "the-late-bus-stays-line-7-will-run"},
		{"en", "O’Brien’s “café”, 100 % naïve", "obriens-cafe-100-naive"},
		{"de", "Über große Füße in Österreich", "ueber-grosse-fuesse-in-oesterreich"},
		{"sv", "Smörgåsbord på ön", "smorgasbord-pa-on"},
		{"pl", "Łódź", "lodz"},
		{"fa", "اتوبوسِ شب می‌ماند", "اتوبوسِ-شب-می-ماند"},
		{"ja", "夜のバスは続く", "夜のバスは続く"},
		{"ru", "Поздний автобус", "поздний-автобус"},
		{"en", "!!! ???", ""},
		{"en", "---a---b---", "a-b"},
	} {
		got := Slug(c.text, c.lang)
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.text, got, c.want)
		}
		if got != "" && !ValidSlug(got) {
			t.Errorf("%q is no valid slug", got)
		}
	}
	long := Slug(strings.Repeat("word ", 60), "en")
	if len(long) > 80 || strings.HasSuffix(long, "-") || !strings.HasSuffix(long, "word") {
		t.Errorf("a long headline makes %q", long)
	}
}

func TestASlugThatWouldLeaveItsFolderIsRefused(t *testing.T) {
	for _, s := range []string{"", ".", "..", "a/b", "A", "a b", "a%20b", "a?b", "a#b", strings.Repeat("a", 201), "a\x00"} {
		if ValidSlug(s) {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestEveryWayToWriteAnAddressComesToOne(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "": "/", "//": "/", "/A/B/": "/a/b", "/a//b": "/a/b", "/caf\u0065\u0301": "/café", "/İ": "/i", "/a\x00b\x1f": "/ab", "/\xff": "/",
	} {
		if got := CleanPath(in); got != want || CleanPath(got) != got {
			t.Errorf("%q: %q, and again %q", in, got, CleanPath(got))
		}
	}
	for in, want := range map[string]string{"p=12": "/?p=12", "page_id=3&p=4": "/?p=4", "utm_source=x": "", "feed=RSS2": "/?feed=rss2", "p=": ""} {
		q, _ := url.ParseQuery(in)
		if got := OldQuery(q); got != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestContentIsReadBackAsItWasWrittenAndNothingElseIs(t *testing.T) {
	c := Content{Lang: "en", Kind: Report, Headline: "Bus", Bylines: []Byline{{Name: "A", Role: "by"}},
		Lead: &Lead{Media: "m"}, Body: document.New("en", document.P("Text."))}.tidy()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Content
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(b) {
		t.Errorf("%s\n%s\n%v", b, again, err)
	}
	for _, bad := range []string{
		strings.Replace(string(b), `"headline"`, `"headlne"`, 1),
		strings.Replace(string(b), `"schema":1`, `"schema":2`, 1),
		strings.Replace(string(b), `"type":"paragraph"`, `"type":"script"`, 1),
		`{"schema":1,"Body":{}}`, `[]`, ``,
	} {
		if bad == string(b) {
			continue
		}
		if json.Unmarshal([]byte(bad), new(Content)) == nil {
			t.Errorf("this was read: %.80s", bad)
		}
	}
}

func TestAContentOfTheWrongShapeIsRefusedFieldByField(t *testing.T) {
	good := Content{Lang: "en", Kind: Report}
	if err := good.check(); err != nil {
		t.Fatalf("a draft without a headline: %v", err)
	}
	for field, change := range map[string]func(c *Content){
		"lang":          func(c *Content) { c.Lang = "English" },
		"kind":          func(c *Content) { c.Kind = "story" },
		"slug":          func(c *Content) { c.Slug = "a/b" },
		"bylines":       func(c *Content) { c.Bylines = []Byline{{Name: "A", Role: "boss"}} },
		"dateline":      func(c *Content) { c.Dateline.Date = "20 November" },
		"lead":          func(c *Content) { c.Lead = &Lead{} },
		"canonical_url": func(c *Content) { c.Canonical = "javascript:alert(1)" },
		"licence_url":   func(c *Content) { c.LicenceURL = "CC" },
	} {
		c := good
		change(&c)
		var f fault.Fields
		if err := c.check(); !errors.As(err, &f) || f[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestStatesFollowTheTableAndNothingElse(t *testing.T) {
	all := []State{Pitch, Draft, InReview, CopyDesk, Approved, Scheduled, Published, Retracted, Withdrawn, Spiked}
	for _, s := range all {
		if words[s] == "" {
			t.Errorf("%s has no word", s)
		}
		if _, known := moves[s]; !known {
			t.Errorf("%s is not in the table", s)
		}
	}
	for _, c := range []struct {
		from, to State
		ok       bool
	}{
		{Pitch, Published, false}, {Draft, InReview, true}, {Approved, Published, true}, {Published, Draft, false},
		{Published, Withdrawn, true}, {Withdrawn, Published, false}, {Spiked, Draft, true}, {Spiked, Published, false},
		{Retracted, Published, false}, {Published, Spiked, false},
	} {
		if CanMove(c.from, c.to) != c.ok {
			t.Errorf("%s → %s is %v", c.from, c.to, !c.ok)
		}
	}
}

func TestALineIsOneLineOfText(t *testing.T) {
	for in, want := range map[string]string{
		"  a \n b\t": "a b", "a\u00a0b": "a\u00a0b", "a\x00b": "ab", "e\u0301": "é", "\xff": "\uFFFD", "می‌خواهم": "می‌خواهم",
	} {
		if got := Line(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
