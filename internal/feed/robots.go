package feed

import (
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// Preset is what an outlet asks of crawlers. All of it is voluntary: a crawler
// that means harm reads no robots.txt.
type Preset string

// The presets.
const (
	Open       Preset = "open"        // everybody may crawl
	NoTraining Preset = "no-training" // search engines may, collectors of training data may not
	NoAI       Preset = "no-ai"       // search engines may, AI of any kind may not
)

// Robots is what robots.txt says.
type Robots struct {
	Preset   Preset   // "" is Open
	Disallow []string // paths that are nobody's to crawl, each with a slash in front
	Sitemaps []string // absolute addresses
}

// Crawlers that collect texts to train models, by the product token that their
// operators document; the tokens of Google and Apple are not crawlers but switches
// for what their search crawlers bring home.
var trainers = []string{
	"AI2Bot", "Ai2Bot-Dolma", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ChatGLM-Spider", "ClaudeBot",
	"CloudVertexBot", "cohere-training-data-crawler", "Cotoyogi", "DeepSeekBot", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot",
	"ICC-Crawler", "img2dataset", "LAION-HuggingFace-Processor", "meta-externalagent", "omgili", "omgilibot", "PanguBot",
	"SBIntuitionsBot", "TikTokSpider", "Timpibot", "VelenPublicWebCrawler", "Webzio-Extended",
}

// Crawlers that fetch pages to answer people's questions from them.
var assistants = []string{
	"Amzn-SearchBot", "Amzn-User", "Andibot", "AzureAI-SearchBot", "bedrockbot", "ChatGPT-User", "Claude-SearchBot", "Claude-User", "Claude-Web",
	"cohere-ai", "DuckAssistBot", "FirecrawlAgent", "GoogleOther", "Google-NotebookLM", "iAskBot", "LinerBot", "meta-externalfetcher",
	"MistralAI-User", "OAI-SearchBot", "Perplexity-User", "PerplexityBot", "PhindBot", "YouBot",
}

// signals of a preset: contentsignals.org's line, and the one of the IETF's
// working group on AI preferences (draft-ietf-aipref-attach).
var signals = map[Preset][]string{
	Open:       nil,
	NoTraining: {"Content-Signal: search=yes, ai-train=no", "Content-Usage: search=y, train-ai=n"},
	NoAI:       {"Content-Signal: search=yes, ai-input=no, ai-train=no", "Content-Usage: search=y, train-ai=n"},
}

var blocked = map[Preset][]string{NoTraining: trainers, NoAI: append(append([]string{}, trainers...), assistants...)}

// RobotsTxt writes robots.txt (RFC 9309). A crawler follows only the group that
// names it, else the one for all; so no group contradicts another.
func RobotsTxt(r Robots) ([]byte, error) {
	if r.Preset == "" {
		r.Preset = Open
	}
	lines, known := signals[r.Preset]
	if !known {
		return nil, fault.New(fault.Invalid, "there is no rule for crawlers called %q: choose open, no-training or no-ai", r.Preset)
	}
	var b strings.Builder
	if agents := blocked[r.Preset]; len(agents) > 0 {
		for _, a := range agents {
			b.WriteString("User-agent: " + a + "\n")
		}
		b.WriteString("Disallow: /\n\n")
	}
	b.WriteString("User-agent: *\n")
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	for _, p := range r.Disallow {
		if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, "\r\n#") {
			return nil, fault.New(fault.Internal, "%q is not a path for robots.txt", p)
		}
		b.WriteString("Disallow: " + p + "\n")
	}
	b.WriteString("Allow: /\n")
	for _, s := range r.Sitemaps {
		loc, err := ascii(s)
		if err != nil {
			return nil, err
		}
		b.WriteString("\nSitemap: " + string(loc))
	}
	if len(r.Sitemaps) > 0 {
		b.WriteString("\n")
	}
	return []byte(b.String()), nil
}
