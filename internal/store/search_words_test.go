package store_test

import (
	"testing"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestBothEnginesFindTheSameWords(t *testing.T) {
	texts := map[string]string{
		"obrien":  "Seamus O’Brien sent an e-mail about 10,000 buses to the U.S. embassy in Łódź.",
		"persian": "گفت می‌خواهم كتاب علی را در سال ۱۴۰۵ بخوانم؛ مُحَمَّد هم.",
		"tokyo":   "昨日、東京都の図書館で本を読んだ。",
		"hindi":   "कुल संख्या हिन्दी में",
		"thai":    "รถเมล์กลางคืนยังวิ่งอยู่",
		"korean":  "서울에서 버스를 탔다",
		"german":  "Die Straße war gesperrt, der Bürgermeister schwieg.",
	}
	queries := map[string][]string{
		"o'brien": {"obrien"}, "OBRIEN": {"obrien"}, "brien": {"obrien"}, "email": {"obrien"}, "e-mail": {"obrien"}, "e mail": {"obrien"},
		"10000": {"obrien"}, "us": {"obrien"}, "lodz": {"obrien"}, "emb": {"obrien"}, "emba": {"obrien"}, `"brien obrien"`: {"obrien"},
		`"seamus o'brien sent"`: {"obrien"}, `"sent seamus"`: nil, "mbassy": nil,
		"میخواهم": {"persian"}, "می خواهم": {"persian"}, "می‌خواهم": {"persian"}, "کتاب": {"persian"}, "1405": {"persian"}, "محمد": {"persian"},
		"東京都": {"tokyo"}, "京都": {"tokyo"}, "都": {"tokyo"}, "読": {"tokyo"}, "都京": nil, "図書館": {"tokyo"}, `"東京都の図書館"`: {"tokyo"},
		"कुल": {"hindi"}, "काल": nil, "हिन्दी": {"hindi"}, "รถเมล์": {"thai"}, "กลางคืน": {"thai"}, "서울": {"korean"}, "버스": {"korean"},
		"strasse": {"german"}, "burgermeister": {"german"}, "straße gesperrt": {"german"}, "straße email": nil,
		`NOT "`: nil, "a:* | b & !c": nil, "') OR 1=1 --": nil, "* ^ {title}": nil, "\x00": nil,
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		name := map[string]string{}
		for k, text := range texts {
			name[r.published(report("en", "Headline "+k+"x", text)).Article] = k
		}
		for q, want := range queries {
			hits, n, err := s.Search(t.Context(), "en", q, 0)
			if err != nil || n != len(want) {
				t.Errorf("%q: %d hits, want %v, %v", q, n, want, err)
				continue
			}
			for _, h := range hits {
				if name[h.Article] != want[0] {
					t.Errorf("%q finds %s", q, name[h.Article])
				}
				if len(h.Excerpt.Marks) == 0 {
					t.Errorf("%q: nothing is marked in %q", q, h.Excerpt.Text)
				}
			}
		}
	})
}
