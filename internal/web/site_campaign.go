package web

import (
	"html/template"
	"time"

	"masthead.dev/masthead/internal/money"
)

// CampaignText is what a campaign's page says besides meter, costs and form.
// What is empty is left out. Sentences come whole, in the page's language.
type CampaignText struct {
	Preview string       // a word to the staff that readers don't see the page yet
	Policy  []string     // how the meter counts
	Matches []MatchLine  // sponsors' promises, never in what was raised
	Goals   []string     // how the goal was changed, newest first
	Updates []UpdateItem // newest first
	Over    bool         // the campaign has ended
	Outcome string       // what came of it
}

// MatchLine is a sponsor's promise: what it has come to, and its terms.
type MatchLine struct {
	Head  template.HTML // names the sponsor
	Terms string
}

// UpdateItem is an update to supporters.
type UpdateItem struct {
	Title string
	Body  string
	At    time.Time
}

// PastPage lists campaigns that have ended ("site/past").
type PastPage struct {
	Frame
	Campaigns []PastLine // newest end first
}

// PastLine is a campaign that has ended.
type PastLine struct {
	Name, Href string
	From, To   time.Time
	Goal       money.Amount
	Raised     money.Amount
	Percent    int
	Donors     int
	Outcome    string
}

// StopPage asks whether a donor wants no more updates of a campaign, and says so
// when it is done ("site/stop").
type StopPage struct {
	Frame
	For    string // the campaign
	Action string // POST
	Done   bool
}

// NewsMail is an update to a supporter ("mail/news").
type NewsMail struct {
	MailFrame
	For  string // the campaign
	Head string // the update's title, and the mail's subject
	Body string
	Page string // absolute address of the campaign
	Stop string // absolute address at which the updates end
}

// Paras are the paragraphs of the update.
func (m NewsMail) Paras() []string { return paragraphs(m.Body) }
