package merge_test

import (
	"fmt"
	"slices"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
)

func TestTheProposedClassFollowsWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		lang, was, now string
		class          news.Class
		signs          []news.Sign
	}{
		"nothing":                      {"en", "The ferry runs.", "The ferry runs.", "", nil},
		"a swapped letter":             {"en", "They recieve the boats.", "They receive the boats.", news.Typo, nil},
		"a doubled word":               {"en", "It is the the river.", "It is the river.", news.Typo, nil},
		"a comma":                      {"en", "It rained so they left.", "It rained, so they left.", news.Typo, nil},
		"a slip at the beginning":      {"en", "Teh river rose.", "The river rose.", news.Typo, nil},
		"an ordinary word":             {"en", "The boat is old.", "The boat is rusty.", news.Update, nil},
		"a sentence more":              {"en", "It rained.", "It rained. They went home at noon and slept until Monday.", news.Update, nil},
		"a number":                     {"en", "It voted 8 to 1.", "It voted 7 to 2.", news.Correct, []news.Sign{news.SignNumber}},
		"a number in words":            {"en", "It took seven years.", "It took eleven years.", news.Correct, []news.Sign{news.SignNumber}},
		"a digit in Persian":           {"fa", "او ۷ کتاب خرید.", "او ۸ کتاب خرید.", news.Correct, []news.Sign{news.SignNumber}},
		"a name one letter off":        {"en", "They met Ibrahim Sol.", "They met Ebrahim Sol.", news.Correct, []news.Sign{news.SignName}},
		"a name at the beginning":      {"en", "Rubkan is far.", "Rukban is far.", news.Correct, []news.Sign{news.SignName}},
		"a German noun after its word": {"de", "Sie ging in die Strase.", "Sie ging in die Straße.", news.Typo, nil},
		"a German name":                {"de", "Sie traf gestern Meier.", "Sie traf gestern Maier.", news.Correct, []news.Sign{news.SignName}},
		"a weekday":                    {"en", "It opens on Monday.", "It opens on Tuesday.", news.Correct, []news.Sign{news.SignDate}},
		"may the verb":                 {"en", "It may open.", "It might open.", news.Update, nil},
		"a month in German":            {"de", "Es war im März.", "Es war im Mai.", news.Correct, []news.Sign{news.SignDate}},
		"a negation":                   {"en", "He did sign it.", "He did not sign it.", news.Correct, []news.Sign{news.SignNegation}},
		"a short negation":             {"en", "She is guilty.", "She isn’t guilty.", news.Correct, []news.Sign{news.SignNegation}},
		"a German negation":            {"de", "Es gab ein Geständnis.", "Es gab kein Geständnis.", news.Correct, []news.Sign{news.SignNegation}},
		"a Persian negation":           {"fa", "او می‌رود.", "او نمی‌رود.", news.Correct, []news.Sign{news.SignNegation}},
		"words of a quotation":         {"en", "“We will stay,” she said.", "“We will leave,” she said.", news.Correct, []news.Sign{news.SignQuote}},
		"only the marks of it":         {"en", "\"We will stay,\" she said.", "“We will stay,” she said.", news.Typo, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := news.Weigh(merge.Edits(text(c.lang, c.was), text(c.lang, c.now)), c.lang, "")
			if w.Class != c.class || !slices.Equal(w.Signs, c.signs) {
				t.Errorf("%q %v, want %q %v\n%s", w.Class, w.Signs, c.class, c.signs, fmt.Sprintf("%+v", merge.Edits(text(c.lang, c.was), text(c.lang, c.now))))
			}
		})
	}
}

func text(lang, words string) news.Content {
	p := document.P(words)
	p.ID = "p"
	return news.Content{Lang: lang, Kind: news.Report, Headline: "A headline", Body: &document.Document{Schema: document.Schema, Lang: lang, Blocks: []document.Block{p}}}
}

func TestTheFormIsFilledWithTheSentencesRoundTheFirstChange(t *testing.T) {
	was := text("en", "It rained. The council bought 8 boats. All were glad.")
	now := text("en", "It rained. The council bought 9 boats. All were glad.")
	w := news.Weigh(merge.Edits(was, now), "en", "p")
	if w.Was != "The council bought 8 boats" || w.Now != "The council bought 9 boats" || !w.Prominent || !slices.Equal(w.Blocks, []string{"p"}) {
		t.Errorf("%+v", w)
	}
	now = was
	now.Headline = "Another headline"
	if w := news.Weigh(merge.Edits(was, now), "en", "x"); !w.Prominent {
		t.Error("a headline is not prominent")
	}
	now = was
	now.Lead = &news.Lead{Media: "m"}
	if w := news.Weigh(merge.Edits(was, now), "en", "x"); w.Class != news.Update {
		t.Errorf("another picture is %q", w.Class)
	}
}
