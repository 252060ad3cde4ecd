package outlet

import (
	"errors"
	"math"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
)

func colour(t *testing.T, text string) Colour {
	t.Helper()
	c, ok := ParseColour(text)
	if !ok {
		t.Fatalf("%q is no colour", text)
	}
	return c
}

// The figures are those that WCAG's own examples and browsers' tools give.
func TestContrastIsThatOfTheGuidelines(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000", "#fff", 21}, {"#777777", "#ffffff", 4.48}, {"#767676", "#ffffff", 4.54}, {"#ff0000", "#ffffff", 4.00}, {"#0000ff", "#ffffff", 8.59}, {"#abc", "#aabbcc", 1}} {
		if got := Contrast(colour(t, c.a), colour(t, c.b)); math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestTheHousesOwnColoursPass(t *testing.T) {
	for _, v := range (Look{}).Check() {
		if !v.OK || v.Nearest != "" {
			t.Errorf("%s %s %s: %.2f", v.Scheme, v.Field, v.Colour, v.Contrast)
		}
	}
	if (Look{}).Sheet() != "" {
		t.Error("a newsroom that chose nothing sends a style for it")
	}
}

func TestAColourThatCannotBeReadIsRefusedWithOneThatCan(t *testing.T) {
	for _, c := range []struct {
		field string
		look  Look
	}{
		{"light_accent", Look{Light: Palette{Accent: "#ffd400"}}},
		{"light_accent", Look{Light: Palette{Accent: "#e91e63", Paper: "#fff7e0"}}},
		{"light_paper", Look{Light: Palette{Paper: "#8a8a8a"}}},
		{"dark_accent", Look{Dark: Palette{Accent: "#0b5660"}}},
		{"dark_paper", Look{Dark: Palette{Paper: "#3c3c46"}}},
	} {
		o := Default()
		o.Look = c.look
		var bad fault.Fields
		if err := o.Validate(); !errors.As(err, &bad) || bad[c.field] == "" {
			t.Fatalf("%+v: %v", c.look, err)
		}
		near := c.look
		for _, v := range c.look.Check() {
			if !v.OK && string(v.Scheme)+"_"+v.Field == c.field {
				if v.Nearest == "" || !strings.Contains(bad[c.field], v.Nearest) {
					t.Fatalf("%+v: nothing else is proposed: %q", v, bad[c.field])
				}
				if p := near.Palette(v.Scheme); v.Field == "accent" {
					p.Accent = v.Nearest
				} else {
					p.Paper = v.Nearest
				}
			}
		}
		o.Look = near
		if err := o.Validate(); err != nil {
			t.Errorf("what was proposed for %+v does not pass: %v", c.look, err)
		}
	}
}

func TestTheNearestColourKeepsItsHue(t *testing.T) {
	yellow := colour(t, "#ffd400")
	near, ok := yellow.Nearest(func(c Colour) bool { return Contrast(c, Colour{255, 255, 255}) >= ContrastText })
	if !ok {
		t.Fatal("there is none")
	}
	a, b := yellow.lab(), near.lab()
	if math.Abs(math.Atan2(a.b, a.a)-math.Atan2(b.b, b.a)) > 0.05 {
		t.Errorf("%s became %s", yellow, near)
	}
	if got := Contrast(near, Colour{255, 255, 255}); got > 4.8 {
		t.Errorf("%s with %.2f is further than it must be", near, got)
	}
}

func TestAChosenColourHoldsInTheLightAndTheDark(t *testing.T) {
	l := Look{Light: Palette{Accent: "#8a1c4a"}}
	s := l.Sheet()
	light, dark, ok := strings.Cut(s, "@media screen and (prefers-color-scheme:dark)")
	if !ok || !strings.Contains(light, "--accent:#8a1c4a") || !strings.Contains(dark, "--accent:"+darkTones.Accent) {
		t.Errorf("%s", s)
	}
	if strings.ContainsAny(s, "<\\\"'&") {
		t.Errorf("more than colours: %s", s)
	}
}

func TestTheNavigationLeadsToOnePlaceEach(t *testing.T) {
	for name, n := range map[string]NavItem{
		"two places":             {Section: "a", URL: "https://x.example"},
		"nowhere":                {Text: Words{"en": "X"}},
		"elsewhere without tls":  {URL: "http://x.example", Text: Words{"en": "X"}},
		"elsewhere with a name":  {URL: "https://a@x.example", Text: Words{"en": "X"}},
		"a script":               {URL: "javascript:alert(1)", Text: Words{"en": "X"}},
		"a page without a word":  {Path: "/about"},
		"another host in a path": {Path: "/\\evil.example", Text: Words{"en": "X"}},
	} {
		o := Default()
		o.Nav = []NavItem{n}
		var bad fault.Fields
		if err := o.Validate(); !errors.As(err, &bad) || bad["nav"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := Default()
	o.Nav = []NavItem{{Section: "a"}, {Topic: "b"}, {Give: true}, {Path: "/about", Text: Words{"en": "About"}}, {URL: "https://x.example/shop", Text: Words{"de": "Laden"}}}
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
}

func TestALanguageWhoseAddressIsNeededCanOnlyBeTheFirst(t *testing.T) {
	for _, lang := range []string{"my", "api"} {
		o := Default()
		o.Languages = []string{lang}
		var bad fault.Fields
		if err := o.Validate(); !errors.As(err, &bad) || bad["languages"] == "" {
			t.Errorf("/%s would hide something: %v", lang, err)
		}
		o.Languages, o.Language = nil, lang
		if err := o.Validate(); err != nil {
			t.Errorf("%s as the first language: %v", lang, err)
		}
	}
}
