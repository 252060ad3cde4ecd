package web

import (
	"encoding/json"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/money"
)

// functions are what templates may call besides the methods of their data.
func functions(page string) template.FuncMap {
	return template.FuncMap{
		// css is the page's critical style. It comes from our own sheet.
		"css": func(lang string, theme ...string) template.CSS {
			return template.CSS(themed(page, lang, strings.Join(theme, "")).text) //nolint:gosec // tokens and colours that were read as such
		},
		// script is the page's own script, from our sources.
		"script": func() template.JS { return template.JS(scriptOf(page)) }, //nolint:gosec // not from users
		// on hands a part of a page the page's frame together with its own data.
		"on":       func(frame, data any) part { return part{frame, data} },
		"img":      func(p Picture, sizes, load string) slot { return slot{p, sizes, load} },
		"looks":    func(say string, l []Link) lookNote { return lookNote{say, l} },
		"asset":    AssetPath,
		"jsonld":   jsonld,
		"linked":   linked,
		"qr":       qrPath,
		"paras":    paragraphs,
		"breaks":   func(s string) []string { return strings.Split(s, "\n") },
		"tagkind":  noteTag,
		"note":     func(n Note, id string) numberedNote { return numberedNote{n, id} },
		"numbered": func(b CurrencyBooks, i int) numberedBooks { return numberedBooks{b, i} },
		"chart":    chart,
		"lines":    func(l []BookLine, sum money.Amount, total, id string) bookTable { return bookTable{l, sum, total, id} },
		"entry":    fieldIn,
		"class":    classOf,
		"otpauth":  otpauth,
		"add":      func(a, b int) int { return a + b },
		"story":    func(frame any, s Story, sizes, load string) teaser { return teaser{frame, s, sizes, load} },
	}
}

// part is what a partial template gets: the frame F for its words, and X.
type part struct{ F, X any }

// numberedNote is a note with its id on the page.
type numberedNote struct {
	Note
	ID string
}

// teaser is a story in a list and how its picture is loaded.
type teaser struct {
	F     any
	S     Story
	Sizes string
	Load  string
}

// slot is a picture and how it is to be loaded: "lazy", "eager", or "high" for
// the one that the reader waits for.
type slot struct {
	Picture
	Slot string
	Load string
}

// SizesAttr is the picture's own sizes, else those of the slot.
func (s slot) SizesAttr() string {
	if s.Picture.Sizes != "" {
		return s.Picture.Sizes
	}
	return s.Slot
}

// jsonld writes structured data for a data block, which is never run. Marshal
// writes <, > and & as escapes, so that no value can end the block.
func jsonld(v any) (template.JS, error) {
	b, err := json.Marshal(v)
	return template.JS(b), err //nolint:gosec // escaped by Marshal
}

// otpauth lets the address of a one-time-password secret through, which
// html/template would take for an unsafe scheme.
func otpauth(uri string) template.URL {
	if !strings.HasPrefix(uri, "otpauth://totp/") {
		return ""
	}
	return template.URL(uri) //nolint:gosec // the scheme was looked at; the attribute is quoted
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)\]]`)

// linked escapes a plain text and makes its web addresses links.
func linked(s string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range webAddress.FindAllStringIndex(s, -1) {
		href := template.HTMLEscapeString(s[m[0]:m[1]])
		b.WriteString(template.HTMLEscapeString(s[at:m[0]]))
		b.WriteString(`<a href="` + href + `">` + href + `</a>`)
		at = m[1]
	}
	b.WriteString(template.HTMLEscapeString(s[at:]))
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// paragraphs cuts a plain text at its blank lines.
func paragraphs(s string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// qrPath draws the dark modules as one path of unit squares.
func qrPath(rows [][]bool) string {
	var b strings.Builder
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
			}
		}
	}
	return b.String()
}

// noteTag is the colour class of a kind of note.
func noteTag(kind string) string {
	switch kind {
	case "correction":
		return "warn"
	case "retraction", "withdrawal":
		return "stop"
	case "clarification", "update":
		return "hint"
	}
	return ""
}
