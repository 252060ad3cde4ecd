package pdf

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// presentation lists letters of the Arabic script with the first of their
// presentation forms (Unicode, Arabic Presentation Forms A and B) and how many
// there are: 1 isolated, 2 with final, 4 with initial and medial. In each block
// they follow one another in this order.
const presentation = `
0621 FE80 1 0622 FE81 2 0623 FE83 2 0624 FE85 2 0625 FE87 2 0626 FE89 4 0627 FE8D 2 0628 FE8F 4 0629 FE93 2 062A FE95 4
062B FE99 4 062C FE9D 4 062D FEA1 4 062E FEA5 4 062F FEA9 2 0630 FEAB 2 0631 FEAD 2 0632 FEAF 2 0633 FEB1 4 0634 FEB5 4
0635 FEB9 4 0636 FEBD 4 0637 FEC1 4 0638 FEC5 4 0639 FEC9 4 063A FECD 4 0641 FED1 4 0642 FED5 4 0643 FED9 4 0644 FEDD 4
0645 FEE1 4 0646 FEE5 4 0647 FEE9 4 0648 FEED 2 0649 FEEF 2 064A FEF1 4 0671 FB50 2 0679 FB66 4 067E FB56 4 0686 FB7A 4
0688 FB88 2 0691 FB8C 2 0698 FB8A 2 06A9 FB8E 4 06AD FBD3 4 06AF FB92 4 06BA FB9E 2 06BE FBAA 4 06C0 FBA4 2 06C1 FBA6 4
06C5 FBE0 2 06C6 FBD9 2 06C7 FBD7 2 06C8 FBDB 2 06C9 FBE2 2 06CB FBDE 2 06CC FBFC 4 06D0 FBE4 4 06D2 FBAE 2 06D3 FBB0 2`

// form is a letter's place in a word, as the offset of its presentation form.
type form rune

const (
	isolated form = iota
	final
	initial
	medial
)

type shapes struct {
	first rune
	count int
}

var forms = func() map[rune]shapes {
	out := map[rune]shapes{}
	fields := strings.Fields(presentation)
	for i := 0; i+2 < len(fields); i += 3 {
		out[hex(fields[i])] = shapes{hex(fields[i+1]), int(fields[i+2][0] - '0')}
	}
	return out
}()

func hex(s string) rune {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		panic("pdf: the table of Arabic letters is broken at " + s)
	}
	return rune(n)
}

// lamAlef are the ligatures that the script demands, by their alef: the isolated
// form; the final one follows it.
var lamAlef = map[rune]rune{'\u0622': '\uFEF5', '\u0623': '\uFEF7', '\u0625': '\uFEF9', '\u0627': '\uFEFB'}

// composer makes one letter of what has no composed form in Unicode but is drawn
// as one: Persian heh with a hamza.
var composer = strings.NewReplacer("\u0647\u0654", "\u06C0", "\u06D5\u0654", "\u06C0")

// shaped joins the letters of the Arabic script in a text in logical order, by
// the joining types of Unicode (chapter 9.2): a letter takes the form that its
// neighbours allow. All other letters stay as they are.
func shaped(text string) []rune {
	in := []rune(composer.Replace(norm.NFC.String(text)))
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		s, arabic := forms[in[i]]
		if !arabic {
			out = append(out, in[i])
			continue
		}
		before := joinsOnward(in, i-1)
		if in[i] == '\u0644' && i+1 < len(in) && lamAlef[in[i+1]] != 0 {
			ligature := lamAlef[in[i+1]]
			if before {
				ligature++
			}
			out = append(out, ligature)
			i++
			continue
		}
		f := isolated
		switch after := s.count == 4 && joinsBack(in, i+1); {
		case before && after:
			f = medial
		case before && s.count > 1:
			f = final
		case after:
			f = initial
		}
		out = append(out, s.first+rune(f))
	}
	return out
}

// joinsOnward tells whether the letter at i, or before the marks at i, reaches
// out to the one that follows it.
func joinsOnward(text []rune, i int) bool {
	for i >= 0 && isMark(text[i]) {
		i--
	}
	return i >= 0 && (causes(text[i]) || forms[text[i]].count == 4)
}

// joinsBack tells whether the letter at i, or after the marks at i, can be
// reached by the one before it.
func joinsBack(text []rune, i int) bool {
	for i < len(text) && isMark(text[i]) {
		i++
	}
	return i < len(text) && (causes(text[i]) || forms[text[i]].count > 1)
}

// causes are what joins on both sides without being a letter.
func causes(r rune) bool { return r == '\u0640' || r == '\u200d' }

// isMark tells whether a character stands above or below a letter, so that
// joining passes it by.
func isMark(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.NSM
}

// visible is a text with its letters joined and without what only steers, in
// logical order.
func visible(text string) []rune {
	var out []rune
	for _, r := range shaped(text) {
		if !steers(r) && r != '\n' {
			out = append(out, r)
		}
	}
	return out
}
