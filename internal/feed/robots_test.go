package feed

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
)

func robots(t *testing.T, p Preset) string {
	t.Helper()
	b, err := RobotsTxt(Robots{Preset: p, Disallow: []string{"/desk", "/my"}, Sitemaps: []string{"https://lantern.example/sitemap.xml"}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRobotsLooksLikeThis(t *testing.T) {
	for _, p := range []Preset{Open, NoTraining, NoAI} {
		golden(t, "robots-"+string(p)+".txt", []byte(robots(t, p)), nil)
	}
}

// may reads robots.txt as RFC 9309 §2.2 says: the groups that name the crawler,
// else those for all; of the rules the longest that fits, of two the allowing one.
func may(file, agent, path string) bool {
	type rule struct {
		path  string
		allow bool
	}
	rules := map[string][]rule{}
	var group []string
	naming := false
	for line := range strings.Lines(file) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		switch key {
		case "user-agent":
			if !naming {
				group = nil
			}
			group, naming = append(group, strings.ToLower(value)), true
		case "allow", "disallow":
			naming = false
			for _, g := range group {
				rules[g] = append(rules[g], rule{value, key == "allow"})
			}
		}
	}
	list, named := rules[strings.ToLower(agent)]
	if !named {
		list = rules["*"]
	}
	best := rule{"", true}
	for _, r := range list {
		if strings.HasPrefix(path, r.path) && (len(r.path) > len(best.path) || len(r.path) == len(best.path) && r.allow) {
			best = r
		}
	}
	return best.allow
}

func TestEachPresetMeansWhatItSays(t *testing.T) {
	for _, c := range []struct {
		preset Preset
		agent  string
		may    bool
	}{
		{Open, "Googlebot", true}, {Open, "GPTBot", true}, {"", "CCBot", true},
		{NoTraining, "Googlebot", true}, {NoTraining, "Bingbot", true}, {NoTraining, "GPTBot", false}, {NoTraining, "CCBot", false},
		{NoTraining, "Google-Extended", false}, {NoTraining, "OAI-SearchBot", true}, {NoTraining, "ChatGPT-User", true},
		{NoAI, "Googlebot", true}, {NoAI, "GPTBot", false}, {NoAI, "OAI-SearchBot", false}, {NoAI, "PerplexityBot", false}, {NoAI, "SomethingNew", true},
	} {
		file := robots(t, c.preset)
		if got := may(file, c.agent, "/2026/11/night-bus"); got != c.may {
			t.Errorf("%s: %s may %v", c.preset, c.agent, got)
		}
		for _, private := range []string{"/desk", "/desk/stories", "/my"} {
			if may(file, c.agent, private) {
				t.Errorf("%s: %s may crawl %s", c.preset, c.agent, private)
			}
		}
	}
}

func TestNoCrawlerIsNamedTwice(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(robots(t, NoAI)) {
		if agent, ok := strings.CutPrefix(line, "User-agent: "); ok {
			if seen[strings.ToLower(agent)] {
				t.Errorf("%s is named twice", strings.TrimSpace(agent))
			}
			seen[strings.ToLower(agent)] = true
		}
	}
	if len(seen) < 40 {
		t.Errorf("%d crawlers", len(seen))
	}
}

func TestRobotsTakesNoForeignLines(t *testing.T) {
	if _, err := RobotsTxt(Robots{Preset: "other"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown preset: %v", err)
	}
	for _, path := range []string{"desk", "/a\nUser-agent: *", "/a#b", ""} {
		if _, err := RobotsTxt(Robots{Disallow: []string{path}}); err == nil {
			t.Errorf("%q is taken", path)
		}
	}
	b, err := RobotsTxt(Robots{Sitemaps: []string{"https://a.example/x\nDisallow: /"}})
	if err == nil && strings.Contains(string(b), "\nDisallow: /") {
		t.Errorf("a line was put in:\n%s", b)
	}
}
