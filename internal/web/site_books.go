package web

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// BooksPage shows the books to the public ("site/books"): what the ledger
// holds, and what a reader can check of it. No donor is on it.
type BooksPage struct {
	Frame
	From, To   time.Time // first and last day that the figures cover; zero while the books are empty
	Currencies []CurrencyBooks
	Campaigns  []CampaignLine
	Heads      []BookHead // newest first
	Entries    int        // in the whole ledger
	Downloads  []Link
	Verified   time.Time // when the whole chain was last recomputed without a fault; zero if never
}

// CurrencyBooks are the sums of one currency; currencies are never added up.
type CurrencyBooks struct {
	Currency string
	Income   []BookLine   // largest first
	Spending []BookLine   // fees among them, largest first
	Refunds  money.Amount // positive, all refunds and lost disputes
	InTotal  money.Amount
	OutTotal money.Amount
	Left     money.Amount
}

// BookLine is one account or kind of income.
type BookLine struct {
	What   string // a reader's word for the account
	Amount money.Amount
}

// CampaignLine is a campaign's goal and what became of it.
type CampaignLine struct {
	Name   string
	Href   string
	Goal   money.Amount
	Raised money.Amount
}

// BookHead is the seal of a day: the last entry's number and chained hash.
type BookHead struct {
	Date string // YYYY-MM-DD in UTC
	Seq  int64
	Hash string // hex
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
