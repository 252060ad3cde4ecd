package demo

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	plain "masthead.dev/masthead/internal/markdown"
)

// The whole paper, in three languages, goes through the plain way to write and
// comes back byte for byte; running text stands in it as text.
func TestTheWholePaperComesBackFromMarkdown(t *testing.T) {
	c := dated(t, noon)
	blocks, markers := 0, 0
	for _, a := range c.Articles {
		body, _ := document.ImportHTML(a.BodyHTML, document.ImportOptions{Lang: a.Lang})
		text := plain.Write(body)
		back, err := plain.Read(text, body, document.NewID)
		if err != nil {
			t.Fatalf("%s: %v", a.Slug, err)
		}
		was, err := body.Encode()
		if err != nil {
			t.Fatalf("%s: %v", a.Slug, err)
		}
		if is, err := back.Encode(); err != nil || string(is) != string(was) {
			t.Errorf("%s is another text\n%s", a.Slug, text)
		}
		for _, b := range body.Blocks {
			blocks++
			if !strings.Contains(text, "{{"+b.Kind()+" "+document.BaseOf(b).ID) {
				continue
			}
			markers++
			if b.Kind() == document.KindParagraph || b.Kind() == document.KindHeading || b.Kind() == document.KindQuote {
				t.Errorf("%s: a %s is a marker: %s", a.Slug, b.Kind(), document.BlockJSON(b))
			}
		}
	}
	if blocks < 300 || markers*4 > blocks {
		t.Errorf("%d of %d blocks are markers", markers, blocks)
	}
}
