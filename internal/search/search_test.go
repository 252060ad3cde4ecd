package search

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestATextIsBroughtIntoOneForm(t *testing.T) {
	for in, want := range map[string]string{
		"Crème BRÛLÉE, s’il vous plaît":    "creme brulee s il sil vous plait",
		"Straße STRASSE":                   "strasse strasse",
		"İstanbul ıšık ISIK":               "istanbul isik isik",
		"Łódź Søren Æther":                 "lodz soren aether",
		"O'Brien’s e-mail":                 "o brien s obriens e mail email",
		"rock ’n’ roll":                    "rock n roll",
		"U.S. troops, e.g. J.Smith":        "u s us troops e g eg j smith jsmith",
		"end.Next one":                     "end next one",
		"10,000 and 3.14 and 1’000":        "10 000 10000 and 3 14 314 and 1 000 1000",
		"2019–2020":                        "2019 2020",
		"ﬁnance Ｆｕｌｌ ⅷ":                    "finance full viii",
		"Foo™ word¹ m²":                    "foo word m",
		"λόγος ΛΌΓΟΣ":                      "λογοσ λογοσ",
		"Ёлка":                             "елка",
		"كتاب يحيى":                        "کتاب یحیی",
		"مدرسة أحمد إبراهيم آب":            "مدرسه احمد ابراهیم اب",
		"كتـــاب مُحَمَّد":                 "کتاب محمد",
		"می\u200cخواهم":                    "می خواهم میخواهم",
		"۱۲۳ ١٢٣ १२३":                      "123 123 123",
		"۱۰٬۰۰۰":                           "10 000 10000",
		"שָׁלוֹם צה״ל":                     "שלום צה ל צהל",
		"東京都":                              "東京 京都 都",
		"東京 2024年":                         "東京 京 2024 年",
		"パリ が ﾊﾟﾘ":                         "パリ リ が パリ リ",
		"서울에서":                             "서울 울에 에서 서",
		"한국":                               "한국 국",
		"🚍 bus 👩‍👩‍👧 ok":                   "bus ok",
		"soft\u00adhyphen zero\u200bwidth": "softhyphen zero width",
		"l·l Hawaiʻi":                      "l l ll hawai i hawaii",
		"":                                 "",
		"— … !":                            "",
		"\xff\xfea\xffb":                   "a b",
		"AND or NOT near(x)":               "and or not near x",
	} {
		if got := Normalise(in); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVowelSignsOfIndicScriptsAreKept(t *testing.T) {
	if Normalise("कुल") == Normalise("काल") {
		t.Error("kul and kal are the same word")
	}
	if n := len(Tokens("हिन्दी")); n != 1 {
		t.Errorf("हिन्दी is %d tokens", n)
	}
	if n := len(Tokens("ที่นี่")); n != 2 {
		t.Errorf("a Thai word of two syllables is %d tokens, want a pair and the last character", n)
	}
}

func TestComposedAndDecomposedTextAreTheSame(t *testing.T) {
	for _, pair := range [][2]string{
		{"서울", "\u1109\u1165\u110b\u116e\u11af"}, {"é", "e\u0301"}, {"が", "か\u3099"}, {"أ", "ا\u0654"},
	} {
		if a, b := Normalise(pair[0]), Normalise(pair[1]); a != b {
			t.Errorf("%q gives %q, %q gives %q", pair[0], a, pair[1], b)
		}
	}
}

func TestTokensKnowWhereTheyStandInTheText(t *testing.T) {
	text := "Die Straße: «می‌خواهم» O’Brien 東京都"
	var got []string
	for _, tok := range Tokens(text) {
		got = append(got, text[tok.Start:tok.End])
	}
	want := []string{"Die", "Straße", "می", "خواهم", "می‌خواهم", "O", "Brien", "O’Brien", "東京", "京都", "都"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAQueryIsNeverAnOperator(t *testing.T) {
	for in, want := range map[string][2]string{
		"":                     {"", ""},
		"  !!! () * ":          {"", ""},
		"bus":                  {`"bus" *`, `('bus':*)`},
		"a":                    {`"a"`, `('a')`},
		"2024":                 {`"2024"`, `('2024')`},
		"night bus":            {`"night" AND "bus" *`, `('night') & ('bus':*)`},
		`"night bus" line`:     {`"night bus" AND "line" *`, `('night' <-> 'bus') & ('line':*)`},
		`line "night bus"`:     {`"line" AND "night bus"`, `('line') & ('night' <-> 'bus')`},
		`„Guten Tag“ «да нет»`: {`"guten tag" AND "да нет"`, `('guten' <-> 'tag') & ('да' <-> 'нет')`},
		`open "quote`:          {`"open" AND "quote" *`, `('open') & ('quote':*)`},
		"NOT bus OR NEAR(x y)": {`"not" AND "bus" AND "or" AND "near" AND "x" AND "y"`, `('not') & ('bus') & ('or') & ('near') & ('x') & ('y')`},
		"a:* & !b | (c)":       {`"a" AND "b" AND "c"`, `('a') & ('b') & ('c')`},
		"headline:bus":         {`"headline" AND "bus" *`, `('headline') & ('bus':*)`},
		"e-mai":                {`("e mai" * OR "emai" *)`, `('e' <-> 'mai':* | 'emai':*)`},
		"東京都":                  {`"東京 京都"`, `('東京' <-> '京都')`},
		"京":                    {`"京" *`, `('京':*)`},
		`"東京都" 雨 x`:            {`"東京 京都" AND "雨" * AND "x"`, `('東京' <-> '京都') & ('雨':*) & ('x')`},
	} {
		q := Parse(in)
		if got := FTS5(q); got != want[0] {
			t.Errorf("FTS5(%q) = %s, want %s", in, got, want[0])
		}
		if got := TSQuery(q); got != want[1] {
			t.Errorf("TSQuery(%q) = %s, want %s", in, got, want[1])
		}
		if q.Empty() != (want[0] == "") {
			t.Errorf("Empty(%q) = %v", in, q.Empty())
		}
	}
}

func TestALongQueryIsCutNotRefused(t *testing.T) {
	q := Parse(strings.Repeat("wörd ", 1000))
	if n := len(q.terms); n != maxTerms {
		t.Errorf("%d terms, want %d", n, maxTerms)
	}
	if q := Parse(`"` + strings.Repeat("a ", 300) + `"`); len(q.terms) != 0 {
		t.Error("a phrase over the limit of words is kept")
	}
}

func TestATSVectorHoldsPositionsAndWeights(t *testing.T) {
	got := TSVector(Field{"Night bus", 'A'}, Field{"The bus", 'D'})
	want := "'bus':2A,5 'night':1A 'the':4"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestATSVectorStaysWithinPostgresLimits(t *testing.T) {
	var b strings.Builder
	for i := range 40_000 {
		b.WriteString("same ")
		b.WriteString(strings.Repeat(string(rune('a'+i%26)), 1+i%90))
		b.WriteByte(' ')
	}
	v := TSVector(Field{b.String(), 'B'})
	if len(v) > 1<<20 {
		t.Errorf("%d bytes", len(v))
	}
	for _, lexeme := range strings.Split(v, " ") {
		word, at, _ := strings.Cut(lexeme, ":")
		if len(word) > 2046 || strings.Count(at, ",") >= maxPositions {
			t.Fatalf("%.60s… is over a limit", lexeme)
		}
		for _, p := range strings.Split(at, ",") {
			if len(p) > 6 || len(p) == 6 && p > "16383B" {
				t.Fatalf("position %s", p)
			}
		}
	}
}

func TestMatchesAreMarkedInTheOriginalText(t *testing.T) {
	for _, c := range []struct{ text, query string }{
		{"The night «bus» takes no cash.", "bus"},
		{"Die «Straße» und die «Strassen»", "strasse"},
		{"«Crème» fraîche", "creme"},
		{"A night bus on a «night train»; no train", `"night train"`},
		{"«O’Brien» and «OBrien»", "o'brien"},
		{"«می‌خواهم» بروم", "میخواهم"},
		{"«می»‌«خواهم» بروم", "می خواهم"},
		{"昨日の«東京都»では", "東京都"},
		{"北京の«東»京", "東"},
		{"one two", "three"},
		{"one two", ""},
	} {
		text := strings.NewReplacer("«", "", "»", "").Replace(c.text)
		if c.query == "東" {
			c.text = "北京の«東京»" // a lone character marks the pair that it begins
		}
		if got := marked(text, Highlight(text, Parse(c.query))); got != c.text {
			t.Errorf("%s: got %s, want %s", c.query, got, c.text)
		}
	}
}

func marked(text string, marks []Range) string {
	var b strings.Builder
	at := 0
	for _, m := range marks {
		b.WriteString(text[at:m.Start] + "«" + text[m.Start:m.End] + "»")
		at = m.End
	}
	return b.String() + text[at:]
}

func TestASnippetShowsThePlaceWithMostMatches(t *testing.T) {
	text := strings.Repeat("Nothing here of interest. ", 40) + "The night bus runs; the bus is red and the bus is late. " + strings.Repeat("More of the same. ", 40)
	e := Snippet("A bus. "+text, Parse("bus"), 160)
	if len(e.Text) > 160 || len(e.Marks) != 3 || !e.Before || !e.After {
		t.Errorf("%+v", e)
	}
	for _, m := range e.Marks {
		if e.Text[m.Start:m.End] != "bus" {
			t.Errorf("marks %q", e.Text[m.Start:m.End])
		}
	}
	if e := Snippet("Short text", Parse("nothing"), 160); e.Text != "Short text" || e.Before || e.After {
		t.Errorf("%+v", e)
	}
}

func TestNormalisingTakesLinearTime(t *testing.T) {
	for name, piece := range map[string]string{
		"words": "word ", "hyphens": "a-", "marks": "\u0301", "han": "東", "dots": "a.", "zwnj": "ا\u200c", "thai marks": "\u0e34",
		"one letter": "a", "quotes": `"`,
	} {
		text := strings.Repeat(piece, 1_000_000/len(piece))
		start := time.Now()
		Normalise("a" + text)
		Highlight(text, Parse(`"a a a a a a" a b c d`))
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("1 MB of %s took %v", name, d)
		}
	}
}

// checkTokens fails where a token could be split or reread by an engine.
func checkTokens(t *testing.T, text string) {
	t.Helper()
	for _, tok := range Tokens(text) {
		if tok.Text == "" || tok.Start < 0 || tok.End > len(text) || tok.Start >= tok.End {
			t.Fatalf("token %+v of %q", tok, text)
		}
		for _, r := range tok.Text {
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) && r <= markPlane {
				t.Fatalf("token %q of %q holds %U", tok.Text, text, r)
			}
		}
		if utf8.RuneCountInString(tok.Text) > 2*maxTokenRunes {
			t.Fatalf("token of %d bytes", len(tok.Text))
		}
	}
}

func FuzzNothingBreaksTheNormaliser(f *testing.F) {
	for _, s := range []string{"", "O'Brien e-mail", "می‌خواهم", "東京都 x", "\xff", `"a" "b`, "ที่", "1,000.5", "ﷺ ﬁ ½"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		checkTokens(t, text)
		q := Parse(query)
		if (FTS5(q) == "") != q.Empty() || (TSQuery(q) == "") != q.Empty() {
			t.Fatal("an empty query has a text")
		}
		if strings.Count(FTS5(q), `"`)%2 != 0 || strings.Count(TSQuery(q), "'")%2 != 0 {
			t.Fatal("a quote stays open")
		}
		last := 0
		for _, m := range Highlight(text, q) {
			if m.Start < last || m.End <= m.Start || m.End > len(text) {
				t.Fatalf("range %+v of %q", m, text)
			}
			last = m.End
		}
		Snippet(text, q, 50)
	})
}

func BenchmarkNormalisingAnArticle(b *testing.B) {
	text := strings.Repeat("The council voted on Tuesday to keep the night bus, said Ibrahim O’Brien. ", 80)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Normalise(text)
	}
}
