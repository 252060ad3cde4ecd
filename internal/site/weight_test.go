package site_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
)

// budget is what fits into the first flight of a connection, less its headers.
const budget = 13 << 10

func TestAnArticleOfNineHundredWordsFitsIntoTheFirstFlight(t *testing.T) {
	p := newPaper(t)
	sentences := []string{
		"At twenty to twelve on a wet Wednesday there are nineteen people on the bus, and most of them know each other by their stops.",
		"The driver will have company for a while, for the council voted seven to two to keep the late service until the end of the decade.",
		"Before the trial began in January the last bus left at ten to nine, and a report had called a later one desirable but hard to justify.",
		"Spring came close to the number that had been agreed, the summer fell below it again, and then October brought sixteen passengers a trip.",
		"Three things happened at once: the clinic moved its shift, the school in Mill Street opened two classes, and the monthly ticket became valid.",
	}
	var blocks []document.Block
	words := 0
	for i := 0; words < 900; i++ {
		text := fmt.Sprintf("Paragraph %d, which stands at kilometre %d of the road. ", i, i*i*7) + strings.Join(sentences[i%3:i%3+3], " ")
		words += document.CountWords(text)
		blocks = append(blocks, document.P(text))
	}
	pic := p.photo(3)
	c := p.content("en", "The late bus stays: Line 7 will run past midnight for three more years", "x")
	c.Body = document.New("en", blocks...)
	c.Lead = &news.Lead{Media: pic.ID}
	for i := range 3 {
		p.published(p.content("en", fmt.Sprint("Another story about the buses of the town ", i), "x"))
	}
	a := p.published(c)
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	w.Write([]byte(p.get(a.Path).is(200).Body))
	w.Close()
	t.Logf("%d words are %d bytes", words, b.Len())
	if b.Len() > budget {
		t.Errorf("an article of %d words takes %d bytes compressed; the budget is %d", words, b.Len(), budget)
	}
}
