package locale

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"masthead.dev/masthead/internal/money"
)

// intl is testdata/intl.json: what JavaScript's Intl writes (its "from" names
// the versions). English dates are those of en-GB. Three things differ on
// purpose and are put right in the table: the full English date goes without
// its comma, Persian lists go without the comma before "and" and without
// right-to-left marks.
type intl struct {
	Money   [][4]any `json:"money"` // language, currency, minor units, text
	Whole   [][4]any `json:"whole"` // the same without decimals that are all zero
	Number  [][3]any `json:"number"`
	Percent [][3]any `json:"percent"`
	Share   [][4]any `json:"share"`
	Date    [][4]any `json:"date"` // language, time, style, text
	Time    [][3]any `json:"time"`
	Plural  [][3]any `json:"plural"`
	List    [][3]any `json:"list"`
}

func readIntl(t *testing.T) intl {
	t.Helper()
	b, err := os.ReadFile("testdata/intl.json")
	if err != nil {
		t.Fatal(err)
	}
	var table intl
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Money) < 100 || len(table.Date) < 100 || len(table.Plural) == 0 {
		t.Fatal("the table is not whole")
	}
	return table
}

func lang(v any) *Locale        { return For(v.(string)) }
func whole(v any) int64         { return int64(v.(float64)) }
func moment(v any) time.Time    { t, _ := time.Parse(time.RFC3339, v.(string)); return t }
func sum(c, n any) money.Amount { return money.Amount{Currency: c.(string), Minor: whole(n)} }

func same(t *testing.T, row any, got string, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%v: wrote %q, Intl writes %q", row, got, want)
	}
}

func TestAmountsAndNumbersAreWrittenAsIntlWritesThem(t *testing.T) {
	table := readIntl(t)
	for _, r := range table.Money {
		same(t, r, lang(r[0]).Money(sum(r[1], r[2])), r[3])
	}
	for _, r := range table.Whole {
		same(t, r, lang(r[0]).MoneyWhole(sum(r[1], r[2])), r[3])
	}
	for _, r := range table.Number {
		same(t, r, lang(r[0]).Number(whole(r[1])), r[2])
	}
	for _, r := range table.Percent {
		same(t, r, lang(r[0]).Percent(int(whole(r[1]))), r[2])
	}
	for _, r := range table.Share {
		same(t, r, lang(r[0]).Share(whole(r[1]), whole(r[2])), r[3])
	}
}

func TestDatesListsAndPluralsAreThoseOfIntl(t *testing.T) {
	table := readIntl(t)
	for _, r := range table.Date {
		same(t, r, lang(r[0]).Date(moment(r[1]), Style(r[2].(string))), r[3])
	}
	for _, r := range table.Time {
		same(t, r, lang(r[0]).Time(moment(r[1])), r[2])
	}
	for _, r := range table.Plural {
		same(t, r, lang(r[0]).plural(int(whole(r[1]))), r[2])
	}
	for _, r := range table.List {
		var items []string
		for _, v := range r[1].([]any) {
			items = append(items, v.(string))
		}
		same(t, r, lang(r[0]).List(items), r[2])
	}
}

func TestASharedOfNothingIsADash(t *testing.T) {
	if got := For("en").Share(0, 0); got != "–" {
		t.Errorf("wrote %q", got)
	}
}
