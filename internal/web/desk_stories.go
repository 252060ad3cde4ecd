package web

import "time"

// StoriesPage is the list of stories ("desk/stories").
type StoriesPage struct {
	DeskFrame
	Heading string
	Action  *Link // the page's primary action
	Looks   []Tab // list, board, calendar
	Tabs    []Tab
	Filter  FilterForm
	Views   *SavedViews
	Table   Table
	Pager
}

// FilterForm chooses what a list shows; it is sent by GET.
type FilterForm struct {
	Form
	On    bool   // something is chosen: it is open
	Clear string // the list without it
}

// SavedViews are the lists that somebody keeps.
type SavedViews struct {
	Heading string
	Views   []SavedView
	Action  string // POST: keeps this list
	Nonce   string
	Query   string // what would be kept
}

// SavedView is one of them.
type SavedView struct {
	Link
	Drop PostButton
}

// BoardPage shows stories in lanes: by state, or by day ("desk/board").
type BoardPage struct {
	DeskFrame
	Heading  string
	Intro    string
	Looks    []Tab
	Back, On *Link // to the neighbours
	Week     bool  // lanes are days
	Lanes    []Lane
	Empty    string // of a lane
}

// Lane is a column of the board, or a day.
type Lane struct {
	ID, Name string
	Count    int
	Current  bool
	Cards    []Card
	More     *Link
}

// Card is a story in a lane.
type Card struct {
	Link
	Who    string
	State  string
	At     time.Time
	AtName string // what is due then
	Tag    *Tag
}
