package outlet

import (
	"errors"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

func TestSettingsThatCannotWorkAreRefusedFieldByField(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Fatalf("a new newsroom is not valid: %v", err)
	}
	cases := map[string]struct {
		field  string
		change func(o *Outlet)
	}{
		"no name":                    {"name", func(o *Outlet) { o.Name = " " }},
		"zone of no place":           {"zone", func(o *Outlet) { o.Zone = "Alderwick" }},
		"the machine's zone":         {"zone", func(o *Outlet) { o.Zone = "Local" }},
		"currency of no country":     {"currency", func(o *Outlet) { o.Currency = "ZZZ" }},
		"language that is no tag":    {"language", func(o *Outlet) { o.Language = "english" }},
		"language twice":             {"languages", func(o *Outlet) { o.Languages = []string{"de", "en"} }},
		"site below a path":          {"base_url", func(o *Outlet) { o.BaseURL = "https://lantern.example/news" }},
		"site of another protocol":   {"base_url", func(o *Outlet) { o.BaseURL = "javascript://x" }},
		"pattern without a name":     {"pattern", func(o *Outlet) { o.Pattern = "/{yyyy}" }},
		"pattern in our own place":   {"pattern", func(o *Outlet) { o.Pattern = "/desk/{slug}" }},
		"pattern like a language":    {"pattern", func(o *Outlet) { o.Pattern = "/de/{slug}" }},
		"pattern with a foreign %":   {"pattern", func(o *Outlet) { o.Pattern = "/%year%/{slug}" }},
		"pattern with unknown word":  {"pattern", func(o *Outlet) { o.Pattern = "/{author}/{slug}" }},
		"mail address of a sentence": {"email", func(o *Outlet) { o.Email = "write to us" }},
		"navigation to elsewhere":    {"nav", func(o *Outlet) { o.Nav = []NavItem{{Path: "//evil.example"}} }},
		"robots of no preset":        {"robots", func(o *Outlet) { o.Robots = "" }},
		"licence without an address": {"licence_url", func(o *Outlet) { o.LicenceURL = "CC BY" }},
	}
	for name, c := range cases {
		o := Default()
		c.change(&o)
		var fields fault.Fields
		if err := o.Validate(); !errors.As(err, &fields) || fields[c.field] == "" || len(fields) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAddressIsMadeInTheOutletsZoneAndLanguage(t *testing.T) {
	o := Default()
	o.Zone, o.Languages = "Pacific/Auckland", []string{"fa", "pt-BR"}
	at := time.Date(2026, 12, 31, 13, 0, 0, 0, time.UTC) // 2 a.m. on New Year's Day there
	cases := []struct{ pattern, lang, want string }{
		{"/{yyyy}/{mm}/{slug}", "en", "/2027/01/late-bus"},
		{"/{yyyy}/{mm}/{slug}", "fa", "/fa/2027/01/late-bus"},
		{"/{yyyy}/{mm}/{dd}/{slug}", "pt-BR", "/pt-br/2027/01/01/late-bus"},
		{"/{section}/{slug}.html", "en", "/town/late-bus.html"},
		{"/{slug}", "en", "/late-bus"},
	}
	for _, c := range cases {
		o.Pattern = c.pattern
		if err := CheckPattern(c.pattern); err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		}
		if got := o.Expand(c.lang, Place{Published: at, Section: "town", Slug: "late-bus"}); got != c.want {
			t.Errorf("%s in %s: %s, not %s", c.pattern, c.lang, got, c.want)
		}
	}
	o.Pattern = "/{section}/{slug}"
	if got := o.Expand("en", Place{Slug: "x"}); got != "/x" {
		t.Errorf("without a section: %s", got)
	}
}

func TestALanguageIsTakenFromTheAddressOnlyWhereItIsOneOfOurs(t *testing.T) {
	o := Default()
	o.Languages = []string{"fa"}
	for path, want := range map[string][2]string{
		"/fa":       {"fa", "/"},
		"/fa/books": {"fa", "/books"},
		"/fast":     {"en", "/fast"},
		"/de/books": {"en", "/de/books"},
		"/":         {"en", "/"},
	} {
		if lang, rest := o.SplitLang(path); lang != want[0] || rest != want[1] {
			t.Errorf("%s: %s %s", path, lang, rest)
		}
	}
}

func TestNoArticleLivesWhereMastheadOrALanguageMayNeedTheAddress(t *testing.T) {
	for _, s := range []string{"desk", "give", "feed.xml", ".well-known", "media", "de", "FA", ""} {
		if !Reserved(s) {
			t.Errorf("%q is free", s)
		}
	}
	for _, s := range []string{"2026", "town", "xx", "blog", "deutsch"} {
		if Reserved(s) {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestWordsFallBackInTheOrderAsked(t *testing.T) {
	w := Words{"de": "Fluss", "en": "River", "sv": ""}
	if w.In("de", "en") != "Fluss" || w.In("fa", "en") != "River" || w.In("sv", "xx") != "Fluss" || Words(nil).In("en") != "" {
		t.Error(w.In("de", "en"), w.In("fa", "en"), w.In("sv", "xx"))
	}
}
