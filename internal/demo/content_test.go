package demo

import (
	"bytes"
	"image/jpeg"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"masthead.dev/masthead/internal/document"
)

func loaded(t *testing.T) *Content {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func dated(t *testing.T, at string) *Content {
	t.Helper()
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	c, err := loaded(t).At(when)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noon is the moment on which most tests look at the paper.
const noon = "2026-11-22T12:00:00Z"

func TestThePaperIsAsLargeAsPromised(t *testing.T) {
	c := loaded(t)
	perLang := map[string]int{}
	sections, people := map[string]bool{}, map[string]bool{}
	for _, a := range c.Articles {
		perLang[a.Lang]++
		sections[a.Section] = true
		for _, b := range a.Bylines {
			people[b.Person] = true
		}
	}
	delete(people, "")
	for lang, least := range map[string]int{"en": 30, "de": 8, "fa": 6} {
		if perLang[lang] < least {
			t.Errorf("%d articles in %q, want at least %d", perLang[lang], lang, least)
		}
	}
	if len(c.Articles) < 44 || len(sections) != 5 || len(people) < 6 || len(c.Topics) < 12 {
		t.Errorf("%d articles, %d sections used, %d people with a byline, %d topics", len(c.Articles), len(sections), len(people), len(c.Topics))
	}
	for _, p := range c.People {
		if !people[p.Slug] && p.Slug != c.Outlet.Editor {
			t.Errorf("%s has a page and has made nothing", p.Slug)
		}
	}
}

func TestArticlesHaveNaturalLengths(t *testing.T) {
	bounds := map[string][2]int{"en": {380, 1000}, "de": {350, 700}, "fa": {300, 650}}
	sizes := map[int]bool{}
	for _, a := range dated(t, noon).Articles {
		n := parsed(t, a).Words()
		sizes[n/50] = true
		least, most := bounds[a.Lang][0], bounds[a.Lang][1]
		if a.Kind == "notice" || a.Correction != nil && a.Correction.Class == "retraction" {
			least, most = 120, 250
		}
		if n < least || n > most {
			t.Errorf("%s has %d words, want %d to %d", a.file(), n, least, most)
		}
	}
	if len(sizes) < 8 {
		t.Errorf("articles come in only %d lengths", len(sizes))
	}
}

func parsed(t *testing.T, a Article) *document.Document {
	t.Helper()
	d, _ := document.ImportHTML(a.BodyHTML, document.ImportOptions{Lang: a.Lang})
	return d
}

func TestEveryBodyBecomesBlocksWithNothingLeftOver(t *testing.T) {
	kinds := map[string]int{}
	for _, a := range dated(t, noon).Articles {
		d, report := document.ImportHTML(a.BodyHTML, document.ImportOptions{Lang: a.Lang})
		if len(d.Footnotes) > 0 {
			delete(report.Dropped, "empty list") // the shell that the footnotes came in
		}
		if len(report.Raw) > 0 || len(report.Refused) > 0 || len(report.Dropped) > 0 {
			t.Errorf("%s: raw %v, refused %v, dropped %v", a.file(), report.Raw, report.Refused, report.Dropped)
		}
		if _, err := d.Encode(); err != nil {
			t.Errorf("%s: %v", a.file(), err)
		}
		for kind, n := range report.Blocks {
			kinds[kind] += n
		}
		checkBoxes(t, a, d)
	}
	if kinds[document.KindDivider] > 0 {
		t.Error("a line that Markdown made by itself has come through")
	}
	for _, kind := range []string{
		document.KindParagraph, document.KindHeading, document.KindList, document.KindQuote, document.KindPullQuote,
		document.KindTable, document.KindFactbox, document.KindEmbed,
	} {
		if kinds[kind] == 0 {
			t.Errorf("no article shows a block of the kind %q", kind)
		}
	}
}

// checkBoxes looks into what the boxes of a body have become.
func checkBoxes(t *testing.T, a Article, d *document.Document) {
	t.Helper()
	text := document.Text(d)
	d.Walk(func(b document.Block) bool {
		switch b := b.(type) {
		case *document.Table:
			if len(b.Caption) == 0 || b.HeaderRows != 1 || !b.HeaderColumn {
				t.Errorf("%s: a table without caption, head or first column: %q", a.file(), b.Caption.String())
			}
		case *document.PullQuote:
			words := strings.Trim(b.Text.String(), "“”„«»")
			if strings.Count(text, words) < 2 || len(b.Speaker) == 0 {
				t.Errorf("%s: the pull quote %q is not in the body, or nobody says it", a.file(), words)
			}
		case *document.Quote:
			if len(b.Speaker) == 0 {
				t.Errorf("%s: a quotation without its speaker", a.file())
			}
		case *document.Embed:
			if b.Title == "" || b.URL == "" || len(b.Caption) == 0 {
				t.Errorf("%s: an embed without title, address or words", a.file())
			}
		case *document.Factbox:
			if len(b.Title) == 0 || len(b.Blocks) == 0 {
				t.Errorf("%s: a box without title or content", a.file())
			}
		}
		return true
	})
	if want := strings.Count(a.Body, "\n[^"); len(d.Footnotes) != want {
		t.Errorf("%s: %d footnotes, want %d", a.file(), len(d.Footnotes), want)
	}
}

func TestEveryPictureHasItsFileItsSizeAndWords(t *testing.T) {
	c := loaded(t)
	used := map[string]bool{}
	for _, a := range c.Articles {
		used[a.Picture] = true
	}
	if len(c.Pictures) < 14 {
		t.Errorf("only %d pictures", len(c.Pictures))
	}
	for _, p := range c.Pictures {
		data, err := p.JPEG()
		if err != nil {
			t.Fatal(err)
		}
		size, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || size.Width != 1800 || size.Height != 1200 || len(data) > 90<<10 {
			t.Errorf("%s: %d×%d, %d bytes, %v", p.Name, size.Width, size.Height, len(data), err)
		}
		for _, lang := range Languages {
			if p.Alt[lang] == "" || p.Credit[lang] == "" {
				t.Errorf("%s: no alt text or credit in %q", p.Name, lang)
			}
		}
		if !used[p.Name] {
			t.Errorf("%s: no article shows it", p.Name)
		}
	}
}

// prose returns every text of an article that a reader sees, a paragraph each.
func prose(a Article) []string {
	out := []string{a.Headline, a.Short, a.Dek, a.Caption}
	if k := a.Correction; k != nil {
		out = append(out, k.Was, k.Is, k.Text)
	}
	root, err := html.Parse(strings.NewReader(a.BodyHTML))
	if err != nil {
		return append(out, err.Error())
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains([]string{"p", "li", "h2", "h3", "td", "th", "dt", "dd", "caption", "footer"}, n.Data) {
			var b strings.Builder
			for c := range n.Descendants() {
				if c.Type == html.TextNode {
					if c.Parent.Data == "cite" { // the stylesheet puts it on a line of its own
						b.WriteString("\n")
					}
					b.WriteString(c.Data)
				}
			}
			out = append(out, b.String())
		}
	}
	return out
}

var marks = map[string][2]string{"en": {"“", "”"}, "de": {"„", "“"}, "fa": {"«", "»"}}

// quoteFault says what is wrong with the quotation marks of a paragraph.
func quoteFault(lang, text string) string {
	pair := marks[lang]
	open := 0
	for _, r := range text {
		switch s := string(r); {
		case s == pair[0]:
			open++
		case s == pair[1]:
			open--
		case strings.ContainsRune("“”„«»\"", r):
			return "a mark of another language: " + s
		}
		if open < 0 || open > 1 {
			return "marks that open and close in the wrong order"
		}
	}
	if open != 0 {
		return "a quotation that is never closed"
	}
	if strings.Contains(text, "'") {
		return "a straight apostrophe"
	}
	return ""
}

func TestTheCheckOfQuotationMarksFindsEachFault(t *testing.T) {
	for _, bad := range []struct{ lang, text string }{
		{"en", "“Open"}, {"en", "Closed”"}, {"en", "”Turned“"}, {"en", "\"Straight\""}, {"en", "It's"},
		{"de", "“Englisch”"}, {"fa", "“نه”"}, {"en", "“One “two””"},
	} {
		if quoteFault(bad.lang, bad.text) == "" {
			t.Errorf("%q passes", bad.text)
		}
	}
	if f := quoteFault("de", "„Ja“, sagt er, „gern“."); f != "" {
		t.Errorf("right marks are refused: %s", f)
	}
}

func TestQuotationMarksAreThoseOfTheLanguageAndBalanced(t *testing.T) {
	for _, a := range dated(t, noon).Articles {
		for _, p := range prose(a) {
			if f := quoteFault(a.Lang, p); f != "" {
				t.Errorf("%s: %s in %q", a.file(), f, p)
			}
		}
	}
}

// doubled finds a word that is written twice running.
func doubled(text string) string {
	last := ""
	for _, w := range strings.Fields(text) {
		bare := strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }))
		if bare != "" && bare == last {
			return w
		}
		last = bare
		if bare != strings.ToLower(w) && !unicode.IsLetter([]rune(w)[len([]rune(w))-1]) {
			last = "" // punctuation between two words parts them
		}
	}
	return ""
}

var leftOver = regexp.MustCompile(`(?i)\bTODO\b|\blorem\b|\bipsum\b|\bTK\b|\bXXX\b|\{\{|\}\}|:::| ,|  |[a-zäöüß]\.[A-Z]`)

func TestNothingIsDoubledOrLeftOver(t *testing.T) {
	if doubled("the the") == "" || doubled("bis. Bis") != "" {
		t.Fatal("the check itself is wrong")
	}
	for _, a := range dated(t, noon).Articles {
		for _, p := range prose(a) {
			if w := doubled(p); w != "" {
				t.Errorf("%s: %q twice in %q", a.file(), w, p)
			}
			if found := leftOver.FindString(p); found != "" {
				t.Errorf("%s: %q in %q", a.file(), found, p)
			}
		}
	}
}

func TestNoArticleIsLaterThanTheMoment(t *testing.T) {
	for _, at := range []string{"2026-11-22T00:00:00Z", noon, "2026-11-22T17:05:00Z", "2027-01-01T00:30:00Z", "2024-02-29T23:59:00Z", "2026-03-29T16:30:00Z"} {
		c := dated(t, at)
		now, _ := time.Parse(time.RFC3339, at)
		newest := time.Time{}
		for _, a := range c.Articles {
			times := []time.Time{a.Published, a.Updated}
			if a.Correction != nil {
				times = append(times, a.Correction.At)
			}
			for _, when := range times {
				if when.After(now) {
					t.Errorf("at %s: %s is of %s", at, a.file(), when)
				}
			}
			if a.Published.After(newest) {
				newest = a.Published
			}
		}
		if now.Sub(newest) > 42*time.Hour {
			t.Errorf("at %s the newest article is of %s", at, newest)
		}
	}
}

func TestMarksForDatesFollowTheCalendarAndTheLanguage(t *testing.T) {
	sunday := time.Date(2026, time.November, 22, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct{ lang, text, want string }{
		{"en", "{{weekday -1}}, {{day 4}}", "Saturday, 26 November"},
		{"en", "{{weekday -1w}} {{weekday -2w}} {{weekday 1w}}", "Friday Thursday Monday"},
		{"en", "{{date -1w}}", "20 November 2026"},
		{"en", "{{month -1}} {{month 2}} {{year}} {{year 3}}", "October January 2026 2029"},
		{"de", "{{weekday -1}} {{day 0}}", "Samstag 22. November"},
		{"fa", "{{year -2}} {{weekday -1w}}", "۲۰۲۴ جمعه"},
	} {
		if got := fillDates(c.text, c.lang, sunday); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestAWeekdayAndADateInOneSentenceAgree(t *testing.T) {
	pair := regexp.MustCompile(`(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (\d+ [A-Z][a-z]+)\b`)
	seen := 0
	for _, a := range dated(t, noon).Articles {
		for _, m := range pair.FindAllStringSubmatch(a.BodyHTML, -1) {
			seen++
			fits := false
			for day := range 40 {
				d := a.Published.AddDate(0, 0, day-20)
				fits = fits || d.Format("Monday 2 January") == m[1]+" "+m[2]
			}
			if !fits {
				t.Errorf("%s: %s was no %s", a.file(), m[2], m[1])
			}
		}
	}
	if seen == 0 {
		t.Error("no date was looked at")
	}
}

func TestTranslationsShareAGroupAndItsFacts(t *testing.T) {
	groups := map[string][]Article{}
	for _, a := range dated(t, noon).Articles {
		groups[a.Group] = append(groups[a.Group], a)
	}
	several, originals := 0, map[string]int{}
	for name, g := range groups {
		if len(g) == 1 {
			originals[g[0].Lang]++
			continue
		}
		several++
		i := slices.IndexFunc(g, func(a Article) bool { return a.Lang == "en" })
		if i < 0 {
			t.Errorf("the group %s has no English article", name)
			continue
		}
		for _, a := range g {
			if a.Section != g[i].Section || a.Picture != g[i].Picture || a.Published.Before(g[i].Published) {
				t.Errorf("%s differs from its original in section or picture, or is older", a.file())
			}
		}
	}
	if several < 6 || originals["de"] < 2 || originals["fa"] < 2 {
		t.Errorf("%d groups with translations, originals %v", several, originals)
	}
}

func TestBrokenContentIsRefusedWithTheReason(t *testing.T) {
	for want, spoil := range map[string]func(*Content){
		"no person is called":           func(c *Content) { c.Articles[0].Bylines[0].Person = "nobody" },
		"no section is called":          func(c *Content) { c.Articles[0].Section = "sport" },
		"no topic is called":            func(c *Content) { c.Articles[0].Topics = []string{"unknown"} },
		"no picture is called":          func(c *Content) { c.Articles[0].Picture, c.Articles[0].Caption = "none", "x" },
		"no kind is called":             func(c *Content) { c.Articles[0].Kind = "story" },
		"is there twice":                func(c *Content) { c.Articles[1] = c.Articles[0] },
		"mark for a date is mistyped":   func(c *Content) { c.Articles[0].Headline = "On {{weekday minus one}}" },
		"a box is not closed":           func(c *Content) { c.Articles[0].Body = ":::box Open" },
		"later than the paper's day":    func(c *Content) { c.Articles[0].DaysAgo, c.Articles[0].Time = 0, "23:10" },
		"the costs add up to":           func(c *Content) { c.Campaign.Costs[0].Amount.Minor++ },
		"a text is missing in \"fa\"":   func(c *Content) { c.Topics[0].Name = Text{"en": "x", "de": "x"} },
		"a correction needs was":        func(c *Content) { c.Articles[0].Correction = &Correction{Class: "correction"} },
		"the paper has no language":     func(c *Content) { c.Articles[0].Lang = "fr" },
		"the picture needs a caption":   func(c *Content) { c.Articles[0].Picture, c.Articles[0].Caption = "bus", "" },
		"a slug is lower-case letters":  func(c *Content) { c.Articles[0].Slug = "Not A Slug" },
		"headline, dek, group and date": func(c *Content) { c.Articles[0].Dek = "" },
	} {
		c := loaded(t)
		spoil(c)
		if err := c.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want a complaint with %q, got %v", want, err)
		}
	}
}

func TestPagesAreThereInEveryLanguage(t *testing.T) {
	have := map[string]bool{}
	for _, p := range dated(t, noon).Pages {
		have[p.Lang+" "+p.Slug] = p.Title != "" && len(p.BodyHTML) > 200
	}
	for _, lang := range Languages {
		for _, slug := range []string{"about", "standards", "privacy", "imprint"} {
			if !have[lang+" "+slug] {
				t.Errorf("no page %s in %q", slug, lang)
			}
		}
	}
}

func TestTheSameMomentGivesTheSamePaper(t *testing.T) {
	if !reflect.DeepEqual(dated(t, noon), dated(t, noon)) {
		t.Error("two editions of one moment differ")
	}
}
