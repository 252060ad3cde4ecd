package guard

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

func TestEachRoadToAVerdict(t *testing.T) {
	s := Defaults()
	for _, v := range []struct {
		name   string
		x      Sight
		proven bool
		want   Verdict
	}{
		{"a quiet network", Sight{Known: true}, false, Pass},
		{"the third gift in a minute", Sight{Known: true, Begun: 2}, false, Pass},
		{"the fourth", Sight{Known: true, Begun: 3}, false, Prove},
		{"the fourth with a proof", Sight{Known: true, Begun: 3}, true, Pass},
		{"the tenth, whatever it brings", Sight{Known: true, Begun: 9}, true, Wait},
		{"one address too often", Sight{Known: true, ByEmail: 3}, false, Prove},
		{"a busy minute in all", Sight{Known: true, All: 30}, false, Prove},
		{"a busy minute turns nobody away", Sight{Known: true, All: 5000}, true, Pass},
		{"many refusals in a minute", Sight{Known: true, Minute: 10}, false, Prove},
		{"some refusals from the network", Sight{Known: true, Refused: 4}, false, Pass},
		{"five of them", Sight{Known: true, Refused: 5}, false, Prove},
		{"five of them with a proof", Sight{Known: true, Refused: 5}, true, Pass},
		{"twenty close it", Sight{Known: true, Refused: 20}, true, Closed},
		{"sixty in all close it for everybody", Sight{Known: true, InAll: 60}, true, Closed},
		{"networks that can't be told apart are not closed by one of them", Sight{Refused: 59}, true, Pass},
		{"they prove it instead", Sight{Refused: 59}, false, Prove},
		{"and are closed at the number for all", Sight{Refused: 60}, true, Closed},
		{"they share one larger limit", Sight{Begun: 29}, false, Pass},
		{"beyond it they prove it", Sight{Begun: 30}, false, Prove},
		{"a flood of one of them does not shut out the others", Sight{Begun: 5000, All: 5000}, true, Pass},
		{"who prove it all the same", Sight{Begun: 5000, All: 5000}, false, Prove},
	} {
		if got := s.Judge(v.x, v.proven); got != v.want {
			t.Errorf("%s: %s, want %s", v.name, got, v.want)
		}
	}
	if s.Work(Sight{Refused: 20}) <= s.Work(Sight{Refused: 19}) {
		t.Error("the work does not grow where refusals go on")
	}
}

func TestOneNetworkCanNotCloseCardsForEverybody(t *testing.T) {
	s, w := Defaults(), NewWatch()
	bad, good := netip.MustParsePrefix("192.0.2.0/32"), netip.MustParsePrefix("198.51.100.7/32")
	var refused []Refusal
	for n := range 1000 {
		from := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32) // all of one /24
		id := fmt.Sprint("d", n)
		w.Began(Try{Donation: id, From: from, Email: id + "@example.org"}, noon.Add(-time.Duration(1000-n)*time.Second))
		refused = append(refused, Refusal{id, noon.Add(-5 * time.Minute)})
	}
	if x := w.Look(s, Try{From: bad}, refused, noon, noon); s.Judge(x, true) != Closed {
		t.Errorf("a thousand refusals leave cards open there: %+v", x)
	}
	x := w.Look(s, Try{From: good}, refused, noon, noon)
	if s.Judge(x, true) != Pass || x.InAll != 20 || x.Refused != 0 {
		t.Errorf("another network sees %+v", x)
	}
	for _, other := range []string{"203.0.113.1/32", "2001:db8:1:2::/64"} { // three networks are an attack
		from := netip.MustParsePrefix(other)
		for n := range 20 {
			id := fmt.Sprint(other, n)
			w.Began(Try{Donation: id, From: from}, noon)
			refused = append(refused, Refusal{id, noon})
		}
	}
	if x := w.Look(s, Try{From: good}, refused, noon, noon); s.Judge(x, true) != Closed {
		t.Errorf("three networks that try out cards leave cards open: %+v", x)
	}
}

func TestWhatIsNotRememberedStandsTogether(t *testing.T) {
	s, w := Defaults(), NewWatch() // as after a restart
	var refused []Refusal
	for n := range 500 {
		refused = append(refused, Refusal{fmt.Sprint("d", n), noon.Add(-2 * time.Minute)})
	}
	if x := w.Look(s, Try{From: netip.MustParsePrefix("192.0.2.1/32")}, refused, noon, noon); x.InAll != 20 || x.Refused != 0 || x.Minute != 0 {
		t.Errorf("%+v", x)
	}
}

func TestTheWatchCountsAMinuteAndForgetsInTime(t *testing.T) {
	s, w := Defaults(), NewWatch()
	from := netip.MustParsePrefix("192.0.2.1/32")
	for n := range 3 {
		w.Began(Try{Donation: fmt.Sprint(n), From: from, Email: "a@example.org", Small: true}, noon)
		w.Began(Try{Donation: fmt.Sprint(n), From: from}, noon.Add(time.Second)) // the same once more
	}
	again := Try{Donation: "2", From: from, Email: "a@example.org"}
	if x := w.Look(s, again, nil, noon, noon); x.Begun != 2 || x.ByEmail != 2 || x.All != 2 {
		t.Errorf("the form that was sent before counts against itself: %+v", x)
	}
	next := Try{Donation: "4", From: from, Email: "a@example.org"}
	if x := w.Look(s, next, nil, noon, noon.Add(59*time.Second)); x.Begun != 3 {
		t.Errorf("%+v", x)
	}
	if x := w.Look(s, next, nil, noon, noon.Add(time.Minute)); x.Begun != 0 || x.All != 0 {
		t.Errorf("after a minute: %+v", x)
	}
	if small, emails := w.Burst(from, noon.Add(9*time.Minute)); small != 3 || emails != 1 {
		t.Errorf("%d small gifts of %d addresses", small, emails)
	}
	w.Began(Try{Donation: "late", From: from}, noon.Add(keep))
	if len(w.gifts) != 1 || len(w.order) != 1 {
		t.Errorf("%d gifts are remembered", len(w.gifts))
	}
}

func TestMemoryHasAnEnd(t *testing.T) {
	w := NewWatch()
	for n := range maxGifts + 10 {
		w.Began(Try{Donation: fmt.Sprint(n)}, noon)
	}
	if len(w.gifts) > maxGifts || len(w.gifts) != len(w.order) {
		t.Errorf("%d gifts and %d in order are remembered", len(w.gifts), len(w.order))
	}
}

func TestNetworksAreWidenedForRefusals(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.77/32": "192.0.2.0/24", "2001:db8:1:2::/64": "2001:db8:1::/48"} {
		if got := Wide(netip.MustParsePrefix(in)).String(); got != want {
			t.Errorf("%s is in %s, want %s", in, got, want)
		}
	}
	if Wide(netip.Prefix{}).IsValid() {
		t.Error("no network became one")
	}
}

func TestWorkIsCheckedAgainstItsToken(t *testing.T) {
	answer := ""
	for n := 0; answer == ""; n++ {
		if Worked("token", fmt.Sprint(n), 12) {
			answer = fmt.Sprint(n)
		}
	}
	for name, v := range map[string]struct {
		token, answer string
		bits          int
	}{
		"another token":  {"tokem", answer, 12},
		"more bits":      {"token", answer, 40},
		"nothing":        {"token", "", 0},
		"no number":      {"token", "1e5", 0},
		"a long number":  {"token", "1234567890123456", 0},
		"spaces":         {"token", " " + answer, 12},
		"other's answer": {"token", answer + "0", 12},
	} {
		if Worked(v.token, v.answer, v.bits) {
			t.Errorf("%s passes for work", name)
		}
	}
	// SHA-256("abc.0") from another implementation begins with 0x4…
	if !Worked("abc", "0", 0) {
		t.Error("no work is not enough where none is asked")
	}
}

func TestReasonsAndTheirWeights(t *testing.T) {
	calm := Signs{Email: "rowan.pell@mail.example", Name: "Rowan Pell", Age: 40 * time.Second, MinAge: 2 * time.Second, Small: true, Burst: 1, Emails: 1}
	if r := calm.Reasons(); len(r) != 0 {
		t.Errorf("an honest gift is held against its giver: %v", r)
	}
	for name, v := range map[string]struct {
		change func(*Signs)
		want   Reason
	}{
		"refusals before it": {func(s *Signs) { s.Refused = 3 }, RefusedBefore},
		"a burst":            {func(s *Signs) { s.Burst = 5 }, SmallBurst},
		"many addresses":     {func(s *Signs) { s.Emails = 4 }, ManyEmails},
		"a made-up address":  {func(s *Signs) { s.Email = "x7k2p9q4@mail.example" }, RandomEmail},
		"a made-up name":     {func(s *Signs) { s.Name = "Xkqzrtwv" }, RandomName},
		"haste":              {func(s *Signs) { s.Age = 3 * time.Second }, TooQuick},
	} {
		s := calm
		v.change(&s)
		if got := s.Reasons(); !slices.Equal(got, []Reason{v.want}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	large := calm
	large.Small, large.Burst = false, 50
	if len(large.Reasons()) != 0 {
		t.Error("a large gift is part of a burst of small ones")
	}
	for r, w := range Weights {
		if w >= Defaults().HoldAt {
			t.Errorf("%s alone holds a gift", r)
		}
	}
	if got := Weight([]Reason{RefusedBefore, SmallBurst, RefusedBefore}); got != 100 {
		t.Errorf("the weight is %d, want 100: each reason counts once", got)
	}
}

func TestNamesOfPeopleDoNotLookRandom(t *testing.T) {
	for _, name := range []string{
		"", "Wolfgang Schmidt", "Krzysztof Brzęczyszczykiewicz", "Ng", "J. R. Smith", "Siân Llŷr", "مریم احمدی", "Lynch", "Schwarz", "Hirschschmidt",
		"Mkrtchyan", "Strč prst", "李小龙", "Αλέξανδρος", "McKnight",
	} {
		if randomText(name) {
			t.Errorf("%q is held against its bearer", name)
		}
	}
	for _, email := range []string{
		"jschmidt@example.org", "rowan.pell+news2024@example.org", "mschwartz77@example.org", "info@example.org", "k.wright1984@example.org", "anna2b@example.org",
	} {
		if randomEmail(email) {
			t.Errorf("%q is held against its owner", email)
		}
	}
	for _, email := range []string{"qxzvbnmkr@example.org", "a8f3k2d9x@example.org", "hjkwrtplqzd@example.org"} {
		if !randomEmail(email) {
			t.Errorf("%q passes for a person's address", email)
		}
	}
}

func TestSettingsAreFilledAndChecked(t *testing.T) {
	if (Settings{}).Filled() != Defaults() {
		t.Errorf("%+v", (Settings{}).Filled())
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Settings){
		"per_network": func(s *Settings) { s.PerNetwork = 0 }, "overall": func(s *Settings) { s.Overall = 2 }, "failures": func(s *Settings) { s.Failures = -1 },
		"prove_after": func(s *Settings) { s.ProveAfter = 0 }, "close_network": func(s *Settings) { s.CloseNetwork = 4 },
		"close_all": func(s *Settings) { s.CloseAll = 19 }, "hold_hours": func(s *Settings) { s.HoldHours = 9999 }, "hold_at": func(s *Settings) { s.HoldAt = 0 },
		"warn_cap": func(s *Settings) { s.WarnCap = 0 },
	} {
		s := Defaults()
		change(&s)
		var faults fault.Fields
		if !errors.As(s.Validate(), &faults) {
			t.Errorf("%s passes", name)
			continue
		}
		if _, ok := faults[name]; !ok {
			t.Errorf("%s is answered with %v", name, faults)
		}
	}
}
