package web

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// MyPage is the donor's own page ("site/my"): plans, gifts, and what is kept.
type MyPage struct {
	Frame
	Email      string // whose page it is
	Done       string // what was done just now; "" for nothing
	Plans      []MyPlan
	Gifts      []MyGift // the newest first
	Kept       []money.Amount
	All        string // address of the list of all gifts; "" where all are shown
	Count      int    // of all gifts
	Receipts   bool   // whether any gift here has one
	Years      []Link // statements
	Range      MyRange
	NotDeduct  string // what givers must know about tax
	Name       Form
	News       *Form  // of which campaigns the donor gets news; nil where there is none
	Data       []Link // address, export, erasure
	SignOut    PostButton
	GiveAnyway string // the form, where there is no gift yet
}

// MyPlan is a plan on its donor's page.
type MyPlan struct {
	ID      string // of the element
	Heading string // "$12 every month"
	Tag     Tag
	Say     []string // since when, what comes next
	Buttons []PostButton
	Links   []Link // further changes
	Legal   string
}

// MyGift is a payment on its donor's page.
type MyGift struct {
	At      time.Time
	Kind    string // "Monthly"
	For     string
	Amount  money.Amount
	Tag     *Tag // refunded, disputed
	Receipt *Link
}

// MyRange is the form that asks for a statement of some days, as YYYY-MM-DD.
type MyRange struct {
	Action   string // GET
	From, To string
	Error    string
}

// MyFormPage is a page of the donor's family with something to decide
// ("site/myform"): to sign in, to use a link, to change a plan, to be erased.
type MyFormPage struct {
	Frame
	Heading string
	Say     []string
	Done    string // what was done just now
	Facts   []Fact
	Panels  []MyPanel
	Links   []Link // ways on
}

// MyPanel is a part of such a page; one without a heading stands without a rule.
type MyPanel struct {
	ID      string
	Heading string
	Say     []string
	Points  []string
	Form    *Form
	Buttons []PostButton
	Links   []Link
}

// MyStatementPage lists what a donor gave in some days, to be printed
// ("site/mystatement").
type MyStatementPage struct {
	Frame
	From, To time.Time // the first and the last day
	Donor    string    // name; "" for none
	Email    string
	Gifts    []MyGift // the oldest first
	Sums     []MySum  // one a currency
	Made     time.Time
	Range    MyRange
	Back     string
	PDF      *Link // the same, signed
}

// MySum is what was given in one currency, came back, and was kept.
type MySum struct{ Given, Back, Kept money.Amount }

// DonorMail brings a donor a link ("mail/donor").
type DonorMail struct {
	MailFrame
	Kind  string // "signin", "step_up", "confirm" or "revert"
	Name  string // "" for none
	Other string // the other address, masked, for "confirm" and "revert"
	Link  string // absolute
	Until time.Time
}
