package web

import (
	"time"

	"masthead.dev/masthead/internal/money"
)

// Meter is a campaign's state of money: a progress bar, a hatched part for what
// is expected but not received, and the same in words. Everything it shows is
// derived from the ledger.
type Meter struct {
	ID       string // unique on the page: several meters need distinct patterns
	Label    string // the campaign, "Publishing costs 2026"
	Raised   money.Amount
	Goal     money.Amount // zero Minor: no goal, no bar
	Donors   int
	DaysLeft int       // whole days to the end; ignored when Ended
	End      time.Time // last day; zero where it is open
	Ended    bool
	Reached  time.Time    // day on which the goal was passed; zero if not
	Monthly  money.Amount // what the running plans bring a month; zero for none
	// Converting is what was given in other currencies and is not counted yet.
	Converting []money.Amount
	Expected   money.Amount // what they should still bring before the end; never added to Raised
	Note       string       // what became of it, after the end
	Yearly     bool         // Expected is a year of the running plans, and not what comes before the end
}

// GivePage is a campaign, or the general fund, with the form ("site/give").
// It answers 422 with the form kept where Form.Errors is not empty.
type GivePage struct {
	Frame      // Frame.Meter is this campaign's
	Heading    string
	Intro      string
	Form       GiveForm
	Costs      []CostLine // what the money is for, largest first
	CostsTotal money.Amount
	CostsNote  string // "25 $ pays for …"
	Closed     string // a sentence where nothing can be given now; the form is left out
	Others     []Link // other campaigns
	CampaignText
}

// GiveForm is the form as it was filled in. The names of its fields are:
// nonce, from, every ("once", "month" or "year"), amount (the Value of a choice or
// "own"), own, email, name, wall ("on"), by (the Key of a way to pay), news and
// cover ("on"), total (a plain decimal).
type GiveForm struct {
	Action     string // POST
	Nonce      string
	From       string
	Every      string // "once", "month" or "year"
	Monthly    bool   // whether monthly is on offer
	Yearly     bool   // whether yearly is
	Choices    []AmountChoice
	Amount     string // the chosen Value, "own", or "" while nothing is chosen
	Own        string // as typed
	Currency   string
	Minimum    money.Amount
	Email      string
	Name       string
	Wall       bool
	Ways       []PayWay // a choice is shown from two on; with one it is a hidden field
	By         string
	Note       string       // why a way to pay is missing, where one is
	Threshold  money.Amount // names from this sum a year on are published; zero leaves the sentence out
	NewsTick   bool         // whether news of the campaign is on offer (field "news")
	News       bool
	RemindTick bool // whether standing orders are on offer, with a reminder (field "remind")
	Remind     bool
	CoverTick  string // offers to cover the fee (field "cover"), in a sentence; "" does not
	Cover      bool
	// Total is the whole sum with the fee, which stands on the button and goes
	// along as the field "total"; zero until the amount is known.
	Total  money.Amount
	Fee    money.Amount // the part of Total that covers the fee
	Errors []FieldError // in the order of the form
}

// AmountChoice is one of the suggested amounts. Value is what the form sends,
// a plain decimal such as "25.00".
type AmountChoice struct {
	Value  string
	Amount money.Amount
}

// PayWay is a way to pay.
type PayWay struct{ Key, Name, Hint string }

// FieldError is a field's fault in one sentence that says what to do.
type FieldError struct{ Field, Say string }

// CostLine is one cost in a campaign.
type CostLine struct {
	What   string
	Amount money.Amount
}

// ThanksPage is the page after paying ("site/thanks"). Its state is what the
// provider told the server, never what the address says.
type ThanksPage struct {
	Frame
	State       string // "succeeded", "confirming", "failed", "cancelled", "refunded"
	Amount      money.Amount
	Every       string    // "once", "month" or "year"
	At          time.Time // of the payment; zero while it is not known
	Next        time.Time // of the next monthly payment; zero for none
	Method      string    // "Card ending 4242"
	For         string    // the campaign
	Email       string    // masked or whole, as the handler decides; "" leaves the line out
	Post        string    // what becomes of mails: "goes", "kept" in the newsroom's mailbox, or "waits"
	Receipt     string    // its number; "" where there is none (yet)
	ReceiptHref string    // where it is read, signed
	Forms       []Link    // that have to do with taxes
	Wall        bool      // the name will be shown
	Others      int       // how many others give to this campaign; 0 leaves the sentence out
	Again       string    // this page, to look once more (confirming)
	Retry       string    // the form, to try again (failed, cancelled)
	Back        string    // where the reader came from, else the front page
	Powers      []Link    // over the new plan, while no mail can bring them; shown once
	PowersShown bool      // they were shown before
}

// SandboxPage is the pretended payment page ("site/sandbox"), marked as such.
type SandboxPage struct {
	Frame
	Amount    money.Amount
	Every     string
	For       string
	Reference string // the session
	Action    string // POST
	Fields    []HiddenField
	Choices   []SandboxChoice
}

// HiddenField is carried by a form unseen.
type HiddenField struct{ Name, Value string }

// SandboxChoice is a button of the sandbox: it sends do=Value. The first one
// is the primary action.
type SandboxChoice struct{ Value, Label, Hint string }

// ErrorOf returns the sentence about a field, "" where it is in order.
func (f GiveForm) ErrorOf(name string) string { return errorOf(f.Errors, name) }

// Regular tells whether a gift can be given again and again.
func (f GiveForm) Regular() bool { return f.Monthly || f.Yearly }

// Anchor is the id of the element to mend for a field's error, "" where the
// form shows none.
func (f GiveForm) Anchor(field string) string {
	switch field {
	case "own", "email", "name", "wall":
		return field
	case "every":
		if f.Regular() {
			return field
		}
	case "amount":
		if len(f.Choices) == 0 {
			return "own"
		}
		return field
	case "by":
		if len(f.Ways) > 1 {
			return field
		}
	}
	return ""
}

func errorOf(errors []FieldError, name string) string {
	for _, e := range errors {
		if e.Field == name {
			return e.Say
		}
	}
	return ""
}
