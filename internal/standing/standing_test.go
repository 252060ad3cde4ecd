package standing_test

import (
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/standing"
)

func TestEveryTextHasAStarterInEveryLanguageAndAPlaceInTheSettings(t *testing.T) {
	full := standing.Facts{Name: "The Lantern", Legal: "Lantern Society", Address: "1 Mill Lane", Editor: "Dora", Email: "desk@lantern.example", Prefix: "/fa",
		Gives: true, Public: true, Kept: []standing.Kept{{What: "Readers’ addresses", For: "180 days"}}}
	o := outlet.Default()
	seen := map[*outlet.Words]bool{}
	for _, n := range standing.Names() {
		if in := n.In(&o); in == nil || seen[in] {
			t.Errorf("%s has no place of its own", n)
		} else {
			seen[in] = true
		}
		texts := map[string]bool{}
		for _, lang := range []string{"en", "de", "fa"} {
			rich, err := standing.Starter(n, lang, full)
			if err != nil {
				t.Fatal(n, lang, err)
			}
			poor, err := standing.Starter(n, lang, standing.Facts{Name: "The Lantern"})
			if err != nil || len(standing.Left(poor)) < len(standing.Left(rich)) || strings.Contains(rich+poor, "<no value>") {
				t.Errorf("%s %s: %v leaves %d and %d", n, lang, err, len(standing.Left(rich)), len(standing.Left(poor)))
			}
			if strings.Contains(rich, "](/") && !strings.Contains(rich, "](/fa/") {
				t.Errorf("%s %s links out of its language", n, lang)
			}
			if strings.Count(rich, "[[") != strings.Count(rich, "]]") || strings.Count(rich, "](") != strings.Count(poor+rich, "](")-strings.Count(poor, "](") {
				t.Errorf("%s %s: marks do not match", n, lang)
			}
			texts[rich] = true
		}
		if len(texts) != 3 {
			t.Errorf("%s is the same in several languages", n)
		}
	}
	if _, err := standing.Starter("secret", "en", full); err == nil || standing.Name("secret").In(&o) != nil {
		t.Error("there is a text that there is not")
	}
	if s, err := standing.Starter(standing.Privacy, "ja", full); err != nil || !strings.Contains(s, "- Readers’ addresses: 180 days") {
		t.Error(s, err)
	}
}

func TestAStarterSaysNothingOfGivingWhereNobodyIsAsked(t *testing.T) {
	for _, lang := range []string{"en", "de", "fa"} {
		s, err := standing.Starter(standing.Privacy, lang, standing.Facts{Name: "L"})
		if err != nil || strings.Contains(s, "/my") {
			t.Errorf("%s: %v\n%s", lang, err, s)
		}
	}
}

func TestWhatIsLeftToSayIsFound(t *testing.T) {
	for text, want := range map[string][]string{
		"a [[b ]] c [[d]]": {"b", "d"}, "plain [link](x)": nil, "open [[ for ever": {"for ever"}, "": nil,
	} {
		if got := standing.Left(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if standing.Check(strings.Repeat("x", standing.Most)) != nil || standing.Check(strings.Repeat("x", standing.Most+1)) == nil {
		t.Error("the bound is not at its place")
	}
}
