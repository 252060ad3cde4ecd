package retention

import (
	"errors"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

func TestNobodyCanChooseAgainstTheLawOrTheProgram(t *testing.T) {
	for name, p := range map[string]Periods{
		"less than the law":          {Donors: 365},
		"the books":                  {Books: 30},
		"the log":                    {Audit: 1},
		"no day":                     {Contacts: 0},
		"more than anybody may keep": {Contacts: 4000},
		"a kind that there is not":   {"tea": 3},
	} {
		var bad fault.Fields
		if err := p.Validate(); !errors.As(err, &bad) || len(bad) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Periods{Contacts: 1, Donors: 30 * 365}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryKindHasADefaultThatItCouldHaveBeenGiven(t *testing.T) {
	seen := map[Kind]bool{}
	for _, r := range Rules() {
		if seen[r.Kind] {
			t.Errorf("%s stands twice", r.Kind)
		}
		seen[r.Kind] = true
		if r.Fixed {
			continue
		}
		if err := (Periods{r.Kind: r.Default}).Validate(); err != nil {
			t.Errorf("%s: %v", r.Kind, err)
		}
		if (Periods{}).Days(r.Kind) != r.Default || (Periods{r.Kind: r.Most}).Days(r.Kind) != r.Most {
			t.Errorf("%s: %d", r.Kind, (Periods{}).Days(r.Kind))
		}
	}
}

func TestWhatTheLawWantsIsKeptToTheEndOfTheTenthYearAfter(t *testing.T) {
	for _, at := range []time.Time{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2029, 12, 31, 23, 0, 0, 0, time.UTC)} {
		end := time.Date(at.Year()+11, 1, 1, 0, 0, 0, 0, time.UTC)
		if before := (Periods{}).Before(Donors, end); !before.Before(at) {
			t.Errorf("what came on %s goes before %s", at.Format(time.DateOnly), end.Format(time.DateOnly))
		}
	}
}
