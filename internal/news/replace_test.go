package news_test

import (
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
)

func TestASuggestionReplacesItsWordsAndNothingElse(t *testing.T) {
	p := &document.Paragraph{Text: document.Inline{{Text: "The bus "}, {Text: "to the", Strong: true}, {Text: " river and the bus to "}, {Text: "town", Em: true}, {Text: "."}}}
	body := document.New("en", p, document.P("The bus stops."))
	c := news.Content{Lang: "en", Kind: news.Report, Headline: "x", Body: body}
	first, second := document.BaseOf(body.Blocks[0]).ID, document.BaseOf(body.Blocks[1]).ID
	for name, x := range map[string]struct {
		block, old, now string
		near            int
		want            string
	}{
		"the first of two":           {first, "bus", "train", 4, "The train to the river and the bus to town."},
		"the nearest of two":         {first, "bus", "train", 28, "The bus to the river and the train to town."},
		"across marks":               {first, "the river and the bus to town", "town", 11, "The bus to town."},
		"words that are left out":    {first, " river and the bus to town", "", 14, "The bus to the."},
		"not in that block":          {second, "river", "sea", 0, ""},
		"in a block that is no more": {"gone", "bus", "train", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := news.Replace(c, x.block, x.old, x.now, x.near)
			if ok != (x.want != "") {
				t.Fatalf("ok is %v", ok)
			}
			if text := document.BlockText(got.Body.Blocks[0]); ok && text != x.want {
				t.Errorf("%q, want %q", text, x.want)
			}
			if document.BlockText(c.Body.Blocks[0]) != "The bus to the river and the bus to town." {
				t.Error("the old text was changed")
			}
		})
	}
	got, _ := news.Replace(c, first, "to the river", "to a lake", 8)
	if in := got.Body.Blocks[0].(*document.Paragraph).Text; len(in) < 2 || !in[1].Strong || in[1].Text != "to a lake" {
		t.Errorf("the marks are lost: %+v", in)
	}
}
