package ledger

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
)

// gift is the entry of the specification's hash vector.
func gift() Entry {
	return Entry{Seq: 1, Key: "stripe:ch_1:charge", Date: "2026-01-15", Postings: []Posting{
		{"Assets:PSP:Stripe", "USD", 2500}, {"Income:Donations", "USD", -2500}}}
}

func TestAProperEntryIsAccepted(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"as it is": func(*Entry) {},
		"tags": func(e *Entry) {
			e.Tags = map[string]string{"campaign": "0abc", "fund": "restricted:roof", "plan": "one-time"}
		},
		"memo":     func(e *Entry) { e.Memo = "Renewal; \"first\" | هدیه" },
		"reversal": func(e *Entry) { e.Reverses = "stripe:ch_0:charge" },
		"leap day": func(e *Entry) { e.Date = "2028-02-29" },
		"two currencies": func(e *Entry) {
			e.Postings = append(e.Postings, Posting{"Assets:Bank:Main", "JPY", 5}, Posting{"Equity:Conversion", "JPY", -5})
		},
		"huge": func(e *Entry) { e.Postings[0].Minor, e.Postings[1].Minor = math.MaxInt64, -math.MaxInt64 },
	} {
		e := gift()
		change(&e)
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEntryThatIsNotProperIsRefusedWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Entry)
		says   string
	}{
		"one posting":       {func(e *Entry) { e.Postings = e.Postings[:1] }, "two postings"},
		"none":              {func(e *Entry) { e.Postings = nil }, "two postings"},
		"too many":          {func(e *Entry) { e.Postings = make([]Posting, 101) }, "100 at most"},
		"a zero":            {func(e *Entry) { e.Postings = append(e.Postings, Posting{"Assets:Bank:Main", "USD", 0}) }, "zero"},
		"not in balance":    {func(e *Entry) { e.Postings[0].Minor++ }, "do not sum to zero"},
		"other currencies":  {func(e *Entry) { e.Postings[0].Currency = "EUR" }, "do not sum to zero"},
		"unknown currency":  {func(e *Entry) { e.Postings[0].Currency, e.Postings[1].Currency = "ZZZ", "ZZZ" }, "ZZZ"},
		"no opposite":       {func(e *Entry) { e.Postings[0].Minor = math.MinInt64 }, "opposite"},
		"overflow to zero":  {overflow, "too large"},
		"no key":            {func(e *Entry) { e.Key = "" }, "key"},
		"key with a space":  {func(e *Entry) { e.Key = "a b" }, "key"},
		"key with a quote":  {func(e *Entry) { e.Key = `a"b` }, "key"},
		"an address as key": {func(e *Entry) { e.Key = "mail:ann@example.org" }, "key"},
		"long key":          {func(e *Entry) { e.Key = strings.Repeat("k", 256) }, "key"},
		"formula as key":    {func(e *Entry) { e.Key = "=1+1" }, "key"},
		"reverses itself":   {func(e *Entry) { e.Reverses = e.Key }, "another entry"},
		"no date":           {func(e *Entry) { e.Date = "" }, "date"},
		"no such day":       {func(e *Entry) { e.Date = "2026-02-30" }, "date"},
		"short date":        {func(e *Entry) { e.Date = "2026-1-5" }, "date"},
		"too early":         {func(e *Entry) { e.Date = "1899-12-31" }, "date"},
		"two lines":         {func(e *Entry) { e.Memo = "a\nb" }, "memo"},
		"long memo":         {func(e *Entry) { e.Memo = strings.Repeat("é", 501) }, "memo"},
		"broken memo":       {func(e *Entry) { e.Memo = "\xff" }, "memo"},
		"donor":             {func(e *Entry) { e.Tags = map[string]string{"donor": "d1"} }, "donor"},
		"e-mail":            {func(e *Entry) { e.Tags = map[string]string{"fund": "ann@example.org"} }, "fund"},
		"reverses as tag":   {func(e *Entry) { e.Tags = map[string]string{"reverses": "x"} }, "reverses"},
		"tag in capitals":   {func(e *Entry) { e.Tags = map[string]string{"Campaign": "x"} }, "Campaign"},
		"empty tag":         {func(e *Entry) { e.Tags = map[string]string{"campaign": ""} }, "campaign"},
		"comma in tag":      {func(e *Entry) { e.Tags = map[string]string{"campaign": "a, b: c"} }, "campaign"},
		"bare root":         {func(e *Entry) { e.Postings[0].Account = "Assets" }, "Assets:Bank:Main"},
		"other root":        {func(e *Entry) { e.Postings[0].Account = "Revenue:Gifts" }, "Revenue:Gifts"},
		"small letter":      {func(e *Entry) { e.Postings[0].Account = "Assets:bank" }, "Assets:bank"},
		"empty part":        {func(e *Entry) { e.Postings[0].Account = "Assets::Bank" }, "Assets::Bank"},
		"line end":          {func(e *Entry) { e.Postings[0].Account = "Assets:Bank\n" }, "account"},
		"long account":      {func(e *Entry) { e.Postings[0].Account = "Assets:" + strings.Repeat("A", 120) }, "account"},
	} {
		e := gift()
		c.change(&e)
		err := e.Validate()
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), c.says) {
			t.Errorf("%s: %v, want an Invalid that says %q", name, err, c.says)
		}
	}
}

// overflow makes postings that sum to zero modulo 2^64 only.
func overflow(e *Entry) {
	e.Postings = []Posting{{"Assets:Bank:A", "USD", math.MaxInt64}, {"Assets:Bank:B", "USD", math.MaxInt64}, {"Assets:Bank:C", "USD", 2}}
}

func TestTheHashOfTheSpecificationComesOut(t *testing.T) {
	row := Canonical(gift())
	if want := `{"date":"2026-01-15","key":"stripe:ch_1:charge","p":[["Assets:PSP:Stripe","USD",2500],["Income:Donations","USD",-2500]],"seq":1}`; string(row) != want {
		t.Errorf("the row is\n%s\nwant\n%s", row, want)
	}
	if got, want := Chain(Genesis, row), "74fc1cd41f719ec4a640d00a90597c48a743a75910ac94016047eff60a558019"; got != want {
		t.Errorf("the hash is %s, want %s", got, want)
	}
}

func TestTagsAndReversalStandInTheRowSortedByName(t *testing.T) {
	e := gift()
	e.Seq, e.Reverses, e.Tags = 7, "stripe:ch_0:charge", map[string]string{"fund": "general", "campaign": "c1", "via": "x"}
	want := `,"seq":7,"t":{"campaign":"c1","fund":"general","reverses":"stripe:ch_0:charge","via":"x"}}`
	if row := string(Canonical(e)); !strings.HasSuffix(row, want) {
		t.Errorf("the row is %s, want it to end in %s", row, want)
	}
	if len(e.Tags) != 3 {
		t.Error("making the row changed the entry's tags")
	}
	e.Memo = "another note"
	if string(Canonical(e)) != string(Canonical(Entry{7, e.Key, e.Date, "", e.Reverses, e.Tags, e.Postings})) {
		t.Error("the memo is in the row")
	}
}

func TestTheContentHashKnowsAllButTheNumberAndTheMemo(t *testing.T) {
	base := ContentHash(gift())
	for name, c := range map[string]struct {
		change func(*Entry)
		same   bool
	}{
		"seq":      {func(e *Entry) { e.Seq = 99 }, true},
		"memo":     {func(e *Entry) { e.Memo = "x" }, true},
		"key":      {func(e *Entry) { e.Key += "2" }, false},
		"date":     {func(e *Entry) { e.Date = "2026-01-16" }, false},
		"tag":      {func(e *Entry) { e.Tags = map[string]string{"campaign": "c"} }, false},
		"reverses": {func(e *Entry) { e.Reverses = "x" }, false},
		"amount":   {func(e *Entry) { e.Postings[0].Minor++ }, false},
		"account":  {func(e *Entry) { e.Postings[1].Account += "X" }, false},
		"currency": {func(e *Entry) { e.Postings[1].Currency = "EUR" }, false},
	} {
		e := gift()
		c.change(&e)
		if got := ContentHash(e) == base; got != c.same {
			t.Errorf("%s: the same hash: %v", name, got)
		}
	}
}

func TestAForgedRowCannotLookLikeAnother(t *testing.T) {
	e := gift()
	e.Postings = []Posting{{`Assets:PSP:Stripe","USD",2500],["Income:Donations`, "USD", -2500}}
	if string(Canonical(e)) == string(Canonical(gift())) {
		t.Error("quotes in an account's name give another entry's row")
	}
}

func TestEntriesAlwaysBalanceAndAReversalRestoresEverySum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t, 1)
		if err := e.Validate(); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		back := Reverse(e, e.Key+":reversed", e.Date, "taken back")
		if err := back.Validate(); err != nil {
			t.Fatalf("its reversal: %v", err)
		}
		if back.Reverses != e.Key {
			t.Fatalf("the reversal names %q", back.Reverses)
		}
		sums, err := Balances(list(e, back))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range sums {
			if b.Minor != 0 {
				t.Fatalf("%+v is left", b)
			}
		}
	})
}

func TestBalancesAreSortedSumsThatRefuseToOverflow(t *testing.T) {
	e := gift()
	got, err := Balances(list(e, e, FeeKnown(Source{Provider: "stripe", Object: "txn_9", Date: "2026-01-15"}, usd(103))))
	want := []Balance{{"Assets:PSP:Stripe", "USD", 4897}, {"Income:Donations", "USD", -5000}, {"Expenses:Fees:Processing", "USD", 103}}
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is %v, want %v", i, got[i], want[i])
		}
	}
	e.Postings[0].Minor, e.Postings[1].Minor = math.MaxInt64, -math.MaxInt64
	if _, err := Balances(list(e, e)); !fault.Is(err, fault.Invalid) {
		t.Errorf("an overflow gives %v", err)
	}
}
