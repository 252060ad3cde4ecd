package document

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pastedLines writes what matters of a document in a few lines: a line a block,
// indented, marks as *strong* _emphasis_ ~struck~ ^raised^ and links in full.
func pastedLines(blocks []Block, notes map[string]string, indent string) string {
	var b strings.Builder
	for _, block := range blocks {
		line, inner := block.Kind(), ""
		deeper := indent + "  "
		switch block := block.(type) {
		case *Paragraph:
			line = pastedText(block.Text, notes)
		case *Heading:
			line = fmt.Sprintf("h%d %s", block.Level, pastedText(block.Text, notes))
		case *List:
			line = block.Style
			if block.Start > 0 {
				line += fmt.Sprintf(" from %d", block.Start)
			}
			for _, it := range block.Items {
				inner += deeper + "- " + pastedText(it.Text, notes) + "\n" + pastedLines(it.Blocks, notes, deeper+"  ")
			}
		case *Quote:
			line = "quote"
			if len(block.Speaker) > 0 {
				line += " by " + pastedText(block.Speaker, notes)
			}
			inner = pastedLines(block.Blocks, notes, deeper)
		case *Table:
			for _, row := range block.Rows {
				var cells []string
				for _, c := range row {
					cells = append(cells, pastedText(c.Text, notes))
				}
				inner += deeper + strings.Join(cells, " | ") + "\n"
			}
		case *Image:
			line = "image " + block.Source + " " + pastedText(block.Caption, notes)
		}
		b.WriteString(indent + line + "\n" + inner)
	}
	return b.String()
}

func pastedText(in Inline, notes map[string]string) string {
	var b strings.Builder
	for _, s := range in {
		text := s.plain()
		for mark, is := range map[string]bool{"*": s.Strong, "_": s.Em, "~": s.Strike, "^": s.Sup, ",": s.Sub} {
			if is {
				text = mark + text + mark
			}
		}
		if s.Link.Href != "" {
			text += "<" + s.Link.Href + ">"
		}
		if s.Note != "" {
			text = "[" + notes[s.Note] + "]"
		}
		b.WriteString(strings.ReplaceAll(text, "\n", " / "))
	}
	return b.String()
}

// pasted says of each sample what must come of it; lost is what is said to be
// missing.
var pasted = []struct{ file, want, lost string }{
	{"word.html", `
h2 The late bus stays
At twenty to twelve there are *nineteen people* on the bus[Counted on 4 November, see the list<https://example.org/count>.], says Thomas Ferrow<https://example.org/ferrow>.
bullets
  - Two cooks get off at _Weir Lane_
    bullets
      - one of them walks on
  - The baker stays on
Three things happened:
numbers from 3
  - The clinic moved its shift
  - The school followed
quote
  I used to say good evening to the ticket machine.
table
  Trip | Riders
  23:40 | 19`, ""},
	{"word-endnotes.html", `
h2 Der späte Bus bleibt
Der Rat stimmte mit 7 zu 2[Niederschrift, S. 4] für den Bus.
Zweiter Beleg[Haushaltsplan].
numbers
  - Erstens
    numbers
      - Untergeordnet
        numbers
          - Noch tiefer
  - Zweitens`, ""},
	{"word-picture.html", `
Before the picture and after it.
a file of mine`, "{images 1} {addresses 1}"},
	{"libreoffice.html", `
h2 Why the bus stays
*Nineteen* people[Counted by hand.] sat on Line 7<https://example.org/line7>.
numbers from 2
  - second
  - third
    bullets
      - below third
quote
  They wrote it down while I was still talking.
quote
  A longer speech / in two lines
table
  Year | Cost
  2025 | 84,000`, ""},
	{"google-docs.html", `
h2 Three things
The clinic *moved*_ its shift_, says Dorte Velling<https://example.org/velling>~ and others~. CO,2,
bullets
  - first point
    bullets
      - nested point
  - second point
table
  a | b`, ""},
	{"google-docs-footnotes.html", `
The fund pays the rest.[Council paper 12/2026] A second source.[Interview, 5 November]`, ""},
	{"gmail.html", `
Dear desk,
the quote is below, the figures are on this page<https://example.org/figures>.
bullets
  - 84,000 a year
  - 31,000 from fares
On Thu, 5 Nov 2026 at 14:02, Nell Rowan <nell@mail.example<mailto:nell@mail.example>> wrote:
quote
  They wrote it down while I was still talking.
  quote
    Did they?`, ""},
	{"outlook.html", `
Please use this:
the minutes<https://example.org/minutes?y=2026>
numbers
  - check the vote
  - call the council
quote
  The committee voted 7 to 2.
*From:* Ines Hallow <ines@mail.example> / *Sent:* 5 November 2026
Original words.`, ""},
	{"apple-mail.html", `
See the list<https://example.org/a>.
quote
  On 5. Nov 2026, at 14:02, Dora Winslade <dora@mail.example> wrote:
  I prepared a much longer speech.
bullets
  - one
  - two`, ""},
	{"mail-marks.html", `
Hello,
he wrote:
quote
  The bus stays.
  It really does.
And then:
quote
  Four trips a night. / The last at 00:20.
That is the plan<https://example.org/plan>.
5 > 4 is no quote`, ""},
	{"web-page.html", `
h2 How it was counted
The *operator* counted every trip</data?year=2026> and published the method<https://example.org/method#part>.
quote by — _The mayor_
  Nobody is left behind.
numbers
  - Count
  - Compare
    bullets
      - by day
      - by stop
image https://img.example/bus.jpg The 23:40.
*Bold by style*, _slanted by style_.
table
  Trip | Riders
  23:40 | 19
a trap`, "{addresses 1}"},
	{"web-encyclopedia.html", `
The line opened in 1911[Harbour archive, file 1911<https://archive.example/1911>] and closed twice.[Council minutes]
h2 Notes`, ""},
	{"sheet.html", `
table
  Year | Cost | Fares
  2025 | 84000 | 31000
  Budget<https://example.org/budget>`, ""},
	{"persian.html", `
اتوبوس شبانه می‌ماند[شمارش دستی].
numbers
  - نخست
  - دوم
quote
  «آن را نوشتند»`, ""},
}

func TestWhatIsPastedIsKeptOrReported(t *testing.T) {
	tried := map[string]bool{}
	for _, s := range pasted {
		tried[s.file] = true
		t.Run(s.file, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata/paste", s.file))
			if err != nil {
				t.Fatal(err)
			}
			p := Paste(string(b), "en")
			notes := map[string]string{}
			for _, f := range p.Document.Footnotes {
				notes[f.ID] = pastedText(f.Text, notes)
			}
			if got := pastedLines(p.Document.Blocks, notes, ""); strings.TrimSpace(got) != strings.TrimSpace(s.want) {
				t.Errorf("made\n%s\nand should make\n%s", got, s.want)
			}
			if got := strings.TrimPrefix(strings.TrimSuffix(fmt.Sprint(p.Lost), "]"), "["); got != s.lost {
				t.Errorf("says that %q is lost, and should say %q", got, s.lost)
			}
			if _, err := p.JSON(); err != nil {
				t.Error(err)
			}
		})
	}
	if all, _ := filepath.Glob("testdata/paste/*"); len(all) != len(tried) {
		t.Errorf("%d samples are tried of %d", len(tried), len(all))
	}
}

func TestWhatIsPastedIsAsTheEditorWantsIt(t *testing.T) {
	b, err := Paste(`<p>see <a href="https://example.org/">this</a></p><p><a href="javascript:x()">not this</a>`, "en").JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Blocks []map[string]any
		Report struct{ Kept, Lost []Part }
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Blocks) != 2 || got.Blocks[0]["kind"] != "paragraph" || !reflect.DeepEqual(got.Report.Kept, []Part{{"links", 1}}) || !reflect.DeepEqual(got.Report.Lost, []Part{{"addresses", 1}}) {
		t.Errorf("gave %s", b)
	}
}

func TestAnythingMayBePasted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"<p>", "</p>", "<div>", "&gt; x", "<br>", "</div>", "<ul>", "<li>", "<table>", "<td>",
			"<p style='mso-list:l0 level3 lfo1'>", "<p style='mso-list:l1 level1 lfo1'>", "<span style='mso-list:Ignore'>1.</span>", "text ", "<blockquote>",
			"<b style='font-weight:normal'>", "<span style='font-weight:700'>", "</span>", "<a href='#_ftn1' name='_ftnref1'><sup>1</sup></a>", "<a name='_ftn1'>1</a>", "<img src='file:///x'>", "<!--", "-->", "<o:p>"}), 0, 40).Draw(t, "html")
		if _, err := Paste(strings.Join(parts, ""), "en").JSON(); err != nil {
			t.Fatal(err)
		}
	})
}
