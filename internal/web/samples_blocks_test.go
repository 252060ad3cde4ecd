package web

import (
	"html/template"

	"masthead.dev/masthead/internal/document"
)

// sampleBlocks is an article with every kind of block, drawn by the renderer of
// documents itself, so that the style sheet is tried on what it really writes.
func sampleBlocks(lang string) ArticlePage {
	w := sampleWords[lang]
	p := sampleArticle(lang, 0)
	text := document.Plain(w.para)
	short := document.Plain(w.dek)
	marked := append(document.Inline{{Text: w.name, BDI: true}, {Text: " "}, {Text: w.place, Strong: true}, {Text: " "}, {Text: w.section, Em: true}, {Text: " "},
		{Text: "https://files.example", Link: document.Link{Href: "https://files.example/line7.csv"}}, {Text: " x"}, {Text: "2", Sup: true}, {Text: " "}, {Text: "go vet", Code: true}}, document.Span{Note: "n1"})
	photo := document.Photo{Media: "m", Alt: w.place, Caption: short, Credit: w.name}
	d := &document.Document{Schema: document.Schema, Lang: lang,
		Footnotes: []document.Footnote{{ID: "n1", Text: short}},
		Blocks: []document.Block{
			&document.Paragraph{Text: text}, &document.Paragraph{Text: marked},
			&document.Heading{Level: 2, Text: short}, &document.Paragraph{Text: text},
			&document.Image{Photo: photo}, &document.Heading{Level: 3, Text: short}, &document.Paragraph{Text: text},
			&document.List{Style: document.Numbers, Items: []document.Item{{Text: short}, {Text: short, Blocks: []document.Block{&document.List{Style: document.Bullets, Items: []document.Item{{Text: short}}}}}}},
			&document.List{Style: document.Terms, Items: []document.Item{{Term: document.Plain(w.place), Text: short}, {Term: document.Plain(w.section), Text: short}}},
			&document.Gallery{Images: []document.Photo{photo, photo, photo}, Caption: short},
			&document.Quote{Blocks: []document.Block{&document.Paragraph{Text: short}}, Speaker: document.Plain(w.name), Role: w.section},
			&document.PullQuote{Text: short, Speaker: document.Plain(w.name)}, &document.Paragraph{Text: text},
			&document.Embed{Provider: "YouTube", URL: "https://video.example/watch?v=1", Title: w.campaign, Fallback: short, Caption: short},
			&document.Table{Caption: short, HeaderRows: 1, HeaderColumn: true, Rows: [][]document.Cell{{{Text: document.Plain("A")}, {Text: document.Plain("B")}}, {{Text: short}, {Text: document.Plain("1,140")}}}},
			&document.Code{Language: "go", Text: "func main() {\n\tprintln(\"a line that is longer than the column is wide, so that it must scroll in its box\")\n}"},
			&document.Divider{}, &document.Related{Items: []document.Reference{{Href: "/2026/11/x", Title: w.headline}}},
			&document.Factbox{Title: document.Plain(w.place), Blocks: []document.Block{&document.Paragraph{Text: short}, &document.List{Items: []document.Item{{Text: short}, {Text: short}}}}},
			&document.Live{At: sampleTime(20, 14, 5), Headline: short, Blocks: []document.Block{&document.Paragraph{Text: text}}},
			&document.File{Media: "f", Title: w.campaign},
			&document.Audio{Recording: document.Recording{Media: "a", Title: w.place, Caption: short, Transcript: []document.Block{&document.Paragraph{Text: text}}}},
			&document.Video{Recording: document.Recording{Media: "v", Title: w.section}}, &document.Paragraph{Text: text},
		}}
	d.AssignIDs(document.NewID)
	p.Body = template.HTML(document.HTML(d, document.HTMLOptions{ //nolint:gosec // the renderer's own
		Picture: func(string) (document.Picture, bool) {
			return document.Picture{Src: "/media/abc/800.jpg", Width: 1200, Height: 675}, true
		},
		File: func(string) (document.Media, bool) {
			return document.Media{Href: "/media/abc/file.pdf", Note: "PDF, 1.2 MB"}, true
		},
		Time: p.At,
	}))
	return p
}
