package web

import (
	"math"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// BooksPage shows the books of a period to the public ("site/books"). Everything
// on it comes from the ledger; donors are on it only where Givers names them.
type BooksPage struct {
	Frame
	Period      string    // "2026", "March 2026"; "" for all years
	From, To    time.Time // first and last day that the figures cover; zero while the books are empty
	Closed      time.Time // since when nothing is added to the period; zero while it is open
	Periods     []Link    // the years and all of them together
	Currencies  []CurrencyBooks
	Campaigns   []CampaignLine
	Givers      *GiversPart // nil where the page is not about a year
	Corrections []BookCorrection
	MoreCorrect int // corrections that are not listed
	Policies    []BookPolicy
	Head        *BookHead // the newest seal; nil while the books are empty
	Entries     int       // in the whole ledger
	Verify      string    // the page that says what can be checked
	Downloads   []Link
	Checked     time.Time // when the whole chain was last recomputed without a fault; zero if never
}

// CurrencyBooks are the sums of one currency; currencies are never added up.
type CurrencyBooks struct {
	Currency string
	Income   []BookLine   // largest first
	Spending []BookLine   // fees among them, largest first
	Refunds  money.Amount // positive, all refunds and lost disputes
	Exchange money.Amount // what went to other currencies; negative where it came from them
	InTotal  money.Amount
	OutTotal money.Amount
	Left     money.Amount
	Reserve  money.Amount // what there is at the end of the period, less what is owed
	Covers   int          // for how many months the reserve lasts; 0 leaves it out
	Months   []MonthBooks // in order; one or none leaves chart and table out
}

// MonthBooks is a month in one currency.
type MonthBooks struct {
	Number  int
	Name    string
	Href    string
	In, Out money.Amount
	Left    money.Amount
}

// BookLine is one account or kind of income.
type BookLine struct {
	What   string // a reader's word for the account
	Amount money.Amount
}

// CampaignLine is a campaign's goal and what became of it.
type CampaignLine struct {
	Name    string
	Href    string
	Goal    money.Amount
	Raised  money.Amount
	Changes []GoalChange // of the goal, the newest first
}

// GoalChange is a goal that was set over another one.
type GoalChange struct {
	On       time.Time
	Was, Now money.Amount
	Reason   string
}

// GiversPart is what is told about those who gave in a year.
type GiversPart struct {
	Year      string
	Threshold money.Amount // zero Minor: nobody is named without their wish
	Large     []string     // named by it
	Wished    int          // named by their wish
	Href      string       // the page with those names; "" where there are too few givers for one
	Unnamed   string       // share of gifts without a name, in per cent; "" where there are too few givers
	Unknown   string       // share of income from givers at or above the threshold without a name; likewise
}

// BookCorrection is an entry that was taken back.
type BookCorrection struct {
	On     time.Time
	Seq    int64
	Of     int64
	What   string       // the accounts, in readers' words
	Amount money.Amount // zero Minor: not told, since it would be somebody's gift
	Reason string
}

// BookPolicy is a text of the outlet about money.
type BookPolicy struct{ Heading, Text string }

// BookHead is the seal of a day: the last entry's number and chained hash.
type BookHead struct {
	Date string // YYYY-MM-DD in UTC
	Seq  int64
	Hash string // hex
}

// VerifyPage says what a reader can check of the books, and what only an
// auditor can ("site/verify").
type VerifyPage struct {
	Frame
	Heads     []BookHead // newest first
	Entries   int
	Moving    string // the day whose seal still moves, YYYY-MM-DD; "" for none
	Downloads []Link
	Checked   time.Time
	Email     string
}

// SupportersPage lists those who gave in a year and want to be named
// ("site/supporters").
type SupportersPage struct {
	Frame
	Year  string
	Years []Link
	Names []string
	Few   bool // fewer gave than names can be shown of
	Pager
}

// numberedBooks are a currency's books with their place on the page.
type numberedBooks struct {
	CurrencyBooks
	ID int
}

// bookTable is one side of the books as a table with bars.
type bookTable struct {
	Lines []BookLine
	Sum   money.Amount
	Total string // key of the last line's name
	ID    string // of the heading
}

// Bar is a line's length beside the longest, in per cent.
func (t bookTable) Bar(l BookLine) string {
	longest := int64(0)
	for _, other := range t.Lines {
		longest = max(longest, other.Amount.Minor)
	}
	return inTenths(ratio(max(0, l.Amount.Minor), 1000, longest))
}

// The measures of the chart of months, in units of its viewBox.
const (
	chartWidth  = 360
	chartHeight = 120
	chartLabels = 18 // below the bars
)

// ChartBar is a column of the chart: of a month's income, or of its spending.
type ChartBar struct {
	X, Y, W, H string
	Light      bool // spending
}

// ChartLabel stands below a month's columns.
type ChartLabel struct {
	X    string
	Text string
}

// monthChart is the months of a currency as columns, first to last in the
// direction of the page.
type monthChart struct {
	Bars   []ChartBar
	Labels []ChartLabel
}

// chart draws income beside spending for each month. What is below zero (a
// reversal in another month than what it takes back) has no column; the table
// below says it.
func chart(l *locale.Locale, rtl bool, months []MonthBooks) monthChart {
	most := int64(1)
	for _, m := range months {
		most = max(most, m.In.Minor, m.Out.Minor)
	}
	slot := float64(chartWidth) / float64(max(1, len(months)))
	wide := min(slot*0.36, 14)
	var c monthChart
	place := func(x, w float64) string {
		if rtl {
			x = chartWidth - x - w
		}
		return short(x)
	}
	for i, m := range months {
		middle := (float64(i) + 0.5) * slot
		for n, minor := range []int64{m.In.Minor, m.Out.Minor} {
			if minor <= 0 {
				continue
			}
			h := max(1, float64(ratio(minor, chartHeight*10, most))/10)
			c.Bars = append(c.Bars, ChartBar{place(middle+float64(n-1)*wide, wide), short(chartHeight - h), short(wide), short(h), n == 1})
		}
		label := strconv.Itoa(m.Number)
		c.Labels = append(c.Labels, ChartLabel{place(middle, 0), l.Digits(label)})
	}
	return c
}

func short(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }
