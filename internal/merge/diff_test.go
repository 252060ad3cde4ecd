package merge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/document"
)

// marked writes a comparison as people would: [-gone-]{+new+}.
func marked(list []Piece) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(map[Op]string{Same: "%s", Removed: "[-%s-]", Added: "{+%s+}"}[p.Op])
	}
	texts := make([]any, len(list))
	for i, p := range list {
		texts[i] = p.Text
	}
	return fmt.Sprintf(b.String(), texts...)
}

func TestAComparisonReadsWell(t *testing.T) {
	for _, c := range []struct{ old, now, want string }{
		{"The bus was late.", "The bus was very late.", "The bus was {+very +}late."},
		{"The bus was late.", "The train is late.", "The [-bus was-]{+train is+} late."},
		{"Line 7 costs 50 %.", "Line 7 costs 55 %.", "Line 7 costs [-50-]{+55+} %."},
		{"اتوبوس شب می‌ماند", "اتوبوس شب نمی‌ماند", "اتوبوس شب [-می‌ماند-]{+نمی‌ماند+}"},
		{"夜のバスは月曜日に遅れた", "夜のバスは火曜日に遅れた", "夜のバスは[-月-]{+火+}曜日に遅れた"},
		{"a 👩‍👩‍👧 b", "a 👩‍👩‍👦 b", "a [-👩‍👩‍👧-]{+👩‍👩‍👦+} b"},
		{"same", "same", "same"},
		{"", "new", "{+new+}"},
		{"gone", "", "[-gone-]"},
	} {
		if got := marked(Words(c.old, c.now)); got != c.want {
			t.Errorf("%q and %q: %s", c.old, c.now, got)
		}
	}
}

func TestAComparisonHoldsBothTextsWholeAndCutsNoCharacter(t *testing.T) {
	alphabet := rapid.SliceOfN(rapid.SampledFrom([]string{"bus", " ", "late", ", ", "می‌رود", "夜", "バ", "👩‍👩‍👧", "e\u0301", "\n", "7"}), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		old, now := strings.Join(alphabet.Draw(t, "old"), ""), strings.Join(alphabet.Draw(t, "now"), "")
		var a, b strings.Builder
		for _, p := range Words(old, now) {
			if !utf8.ValidString(p.Text) || p.Text == "" {
				t.Fatalf("a piece is %q", p.Text)
			}
			if p.Op != Added {
				a.WriteString(p.Text)
			}
			if p.Op != Removed {
				b.WriteString(p.Text)
			}
		}
		if a.String() != old || b.String() != now {
			t.Fatalf("%q and %q became %q and %q", old, now, a.String(), b.String())
		}
		if n := uniseg.GraphemeClusterCount(old); len(split(old)) > n {
			t.Fatalf("%d words of %d characters", len(split(old)), n)
		}
	})
}

func TestWhatHappenedToEachBlockIsTold(t *testing.T) {
	old := paragraphs("one", "two", "three", "four")
	now := clone(t, old)
	b := now.Body.Blocks
	p := document.P("new")
	p.ID = "z"
	b[0].(*document.Paragraph).Text = document.Inline{{Text: "one", Strong: true}}
	b[1].(*document.Paragraph).Text = document.Plain("two more")
	now.Body.Blocks = []document.Block{b[3], b[0], b[1], p}
	now.Headline = "Head"
	var got []string
	for _, v := range Diff(old, now) {
		if v.Changed() {
			got = append(got, fmt.Sprintf("%s %s %v %v %s", v.Name, v.Op, v.Moved, v.Silent, marked(v.Pieces)))
		}
	}
	want := []string{"field:headline same false false {+Head+}", "block:d same true false four", "block:a same false true one",
		"block:b same false false two{+ more+}", "block:c removed false false [-three-]", "block:z added false false {+new+}"}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if a, r := Size(old, now); a != 3 || r != 1 {
		t.Errorf("%d words came and %d went", a, r)
	}
}

func TestALongTextIsComparedInReasonableTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, vocabulary := range map[string]int{"prose": 5000, "two words only": 2} {
		var a, b []string
		for range 60_000 {
			w := fmt.Sprint("w", r.IntN(vocabulary))
			a = append(a, w)
			if r.IntN(10) > 0 {
				b = append(b, w)
			} else {
				b = append(b, fmt.Sprint("w", r.IntN(vocabulary)))
			}
		}
		start := time.Now()
		Words(strings.Join(a, " "), strings.Join(b, " "))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s of 60,000 words: %s", name, took)
		}
	}
}
