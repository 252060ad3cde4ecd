package web

import "time"

// SignInPage asks for a passkey, or for e-mail address and password
// ("desk/signin").
type SignInPage struct {
	DeskFrame
	Passkey PasskeyForm
	Denied  string // why the passkey was not taken
	Action  string
	Nonce   string
	Email   string
	Next    string // where to go afterwards
	Error   string
	Recover Link
}

// CodePage asks for the six digits of the second step ("desk/code").
type CodePage struct {
	DeskFrame
	Action string
	Nonce  string
	Next   string
	Fields []HiddenField
	Error  string
	Lost   *Link // the way for somebody without the device
}

// EnrolPage sets up the second step ("desk/enrol").
type EnrolPage struct {
	DeskFrame
	Action string
	Nonce  string
	Fields []HiddenField
	QR     [][]bool // dark modules of the code, row by row, without a margin; nil leaves it out
	Secret string   // for typing, in groups
	URI    string   // otpauth:// address
	Error  string
}

// SetupPage is the first start: the paper, you, your password ("desk/setup").
// The form is drawn as described, one panel a group.
type SetupPage struct {
	DeskFrame
	Intro string
	Form  Form
}

// LinkPage asks to press a button before a one-time link is used up, so that a
// mail program that opens links ahead does not spend it ("desk/link").
type LinkPage struct {
	DeskFrame
	Heading string
	Text    string
	Button  PostButton
}

// HomePage is the desk's first page ("desk/home").
type HomePage struct {
	DeskFrame
	Action  *Link // the page's primary action
	Figures []FigureLine
	Meter   *Meter
	Panels  []Panel
	Aside   []Panel
}

// FormPage is a page with forms: settings, a new user ("desk/form").
type FormPage struct {
	DeskFrame
	Heading string
	Intro   string
	Tabs    []Tab
	Forms   []Form
	Panels  []Panel // beside the forms
}

// ListDeskPage is a list: stories, what an import left for a person, mailbox,
// audit log, jobs, people ("desk/list").
type ListDeskPage struct {
	DeskFrame
	Heading string
	Intro   string
	Search  *SearchBox
	Action  *Link // the page's primary action
	Tabs    []Tab
	Table   Table
	Forms   []Form // below the table; its boxes may belong to one of them
	Pager
}

// SearchBox is a GET form with one field, q.
type SearchBox struct{ Action, Label, Query string }

// ViewPage is one thing in full ("desk/view"): an audit entry, a job, a story.
type ViewPage struct {
	DeskFrame
	Heading string
	Tabs    []Tab
	Back    *Link
	Facts   []Fact
	Panels  []Panel
	Ways    []Way // what can be done next, the likely one first
	Buttons []PostButton
	Forms   []Form // after everything else
}

// Way is a button that does something, or a link to the page on which it is done.
type Way struct {
	Button *PostButton
	Link   *Link
	Main   bool // of a link: the page's primary action
}

// MailPage is one message of the demo's mailbox ("desk/mail").
type MailPage struct {
	DeskFrame
	From, To string
	Subject  string
	Sent     time.Time
	Text     string // plain text; web addresses in it become links
	Back     *Link
}

// MoneyPage is the overview of money ("desk/money").
type MoneyPage struct {
	DeskFrame
	Figures []FigureLine
	First   *Panel // what waits for a person
	Meters  []Meter
	Panels  []Panel
	Aside   []Panel
}

// Panel is a part of a page under a heading. What is empty is left out.
type Panel struct {
	ID      string // unique on the page
	Heading string
	Text    string
	Facts   []Fact
	Table   *Table
	Links   []Link
	Apart   bool // the links open beside this page, which holds what somebody typed
	Groups  []LinkGroup
	Buttons []PostButton
}

// LinkGroup is a list of links under a heading of its own.
type LinkGroup struct {
	Heading string
	Links   []Link
}

// Fact is a pair of words.
type Fact struct {
	Name  string
	Value string
	Href  string
	Tag   *Tag
}

// FigureLine is a large number with its name.
type FigureLine struct{ Name, Value, Small string }

// DeskErrorPage is the desk's answer where something is not as asked
// ("desk/error").
type DeskErrorPage struct {
	DeskFrame
	Status int
	Say    string
	Ref    string // number of the log entry, for 500
	Back   *Link
}

// Class is the group of statuses that share a sentence.
func (p DeskErrorPage) Class() string { return errorClass(p.Status) }
