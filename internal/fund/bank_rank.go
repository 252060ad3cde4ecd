package fund

import (
	"cmp"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/search"
)

// Candidate is a place that a payment in suspense might belong to.
type Candidate struct {
	Target    Target
	Name      string         // of the donor, the provider or the account
	Reference giro.Reference // of a pledge
	Every     Every
	Campaign  map[string]string // title by language; nil for the general fund
	Minor     int64
	Currency  string
	Date      string // YYYY-MM-DD when it was promised, made or last paid
	Payer     bool   // this very account paid it before, or is to be paid
}

// Clue is what speaks for a suggestion.
type Clue string

// The clues, from strong to weak.
const (
	CluePayer     Clue = "payer"     // the same account
	ClueReference Clue = "reference" // a reference with a typing error or two
	ClueName      Clue = "name"
	ClueAmount    Clue = "amount"
	ClueDate      Clue = "date"
)

// The weight of each clue, of a hundred. Amount and date together stay below
// what may be confirmed with others in one go.
const (
	weightPayer     = 45
	weightReference = 45
	weightName      = 35
	weightAmount    = 15
	weightDate      = 5

	sureScore = 50
	leastName = 0.4
)

// Suggestion is a candidate with what speaks for it.
type Suggestion struct {
	Candidate
	Score int // 0 to 100
	Clues []Clue
}

// Sure tells whether the suggestion may be offered for confirmation together
// with others. An amount alone never is.
func (s Suggestion) Sure() bool { return s.Score >= sureScore }

// Rank orders candidates by what speaks for them and keeps the best few. Those
// for which only the day speaks are left out.
func Rank(in Incoming, list []Candidate, atMost int) []Suggestion {
	var out []Suggestion
	for _, c := range list {
		if (c.Minor < 0) != (in.Minor < 0) || c.Currency != in.Currency {
			continue
		}
		if s := weigh(in, c); s.Score >= weightAmount {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		return cmp.Or(b.Score-a.Score, strings.Compare(b.Date, a.Date), strings.Compare(a.Target.ID, b.Target.ID))
	})
	return out[:min(len(out), atMost)]
}

func weigh(in Incoming, c Candidate) Suggestion {
	s := Suggestion{Candidate: c}
	add := func(clue Clue, weight int) {
		if weight > 0 {
			s.Score += weight
			s.Clues = append(s.Clues, clue)
		}
	}
	if c.Payer {
		add(CluePayer, weightPayer)
	}
	if nearReference(in, c.Reference) {
		add(ClueReference, weightReference)
	}
	if like := similar(in.Said.Name, c.Name); like >= leastName {
		add(ClueName, int(weightName*like))
	} else if c.Name != "" && len(fold(c.Name)) >= 6 && strings.Contains(fold(in.Said.Words+" "+in.Said.Text+" "+in.Said.For), fold(c.Name)) {
		add(ClueName, weightName)
	}
	if c.Minor == in.Minor {
		add(ClueAmount, weightAmount)
	}
	if apart := daysBetween(c.Date, in.Date); apart > -transferDays && apart < payoutLate {
		add(ClueDate, weightDate)
	}
	return s
}

// nearReference: eleven digits stand in the text that differ from the reference
// in one or two places, or by two neighbours changed over.
func nearReference(in Incoming, r giro.Reference) bool {
	if r == "" {
		return false
	}
	text := digitsOf(in.Said.Words + " " + in.Said.Reference + " " + in.Said.EndToEnd + " " + in.Said.Text)
	for i := 0; i+len(r) <= len(text); i++ {
		if wrong(text[i:i+len(r)], string(r)) <= 2 {
			return true
		}
	}
	return false
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r == 'o' || r == 'O':
			return '0'
		}
		return -1
	}, s)
}

func wrong(a, b string) (n int) {
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// fold writes a text in the letters and digits that names are compared by.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == ',' {
			return -1
		}
		return r
	}, search.Normalise(s))
}

// similar is how alike two names are, from 0 to 1, whatever the order of their
// words: the share of three-letter pieces that they have in common (Dice).
func similar(a, b string) float64 {
	x, y := pieces(a), pieces(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	both := 0
	for p := range x {
		if y[p] {
			both++
		}
	}
	return 2 * float64(both) / float64(len(x)+len(y))
}

func pieces(name string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.FieldsFunc(search.Normalise(name), func(r rune) bool { return strings.ContainsRune(" -.,/'", r) }) {
		letters := []rune(" " + word + " ")
		for i := 0; i+3 <= len(letters); i++ {
			out[string(letters[i:i+3])] = true
		}
	}
	return out
}
