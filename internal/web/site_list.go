package web

// ListPage is a list of stories: a section, a topic, a month ("site/list").
type ListPage struct {
	Frame
	Kicker  string // what sort of list: "Topic", "Archive"; "" for a section
	Heading string
	Intro   string
	Stories []Story
	Pager
	Months []Link // the archive's other months, newest first
}

// Pager leads through a list; empty addresses are left out.
type Pager struct{ Newer, Older string }

// PersonPage is one of the people who write ("site/person").
type PersonPage struct {
	Frame
	Name     string
	Role     string
	Bio      string // paragraphs, parted by blank lines
	Portrait *Picture
	Links    []Link // contact and elsewhere
	Stories  []Story
	Pager
}

// SearchPage is the search form with what was found ("site/search"). Search
// pages say noindex.
type SearchPage struct {
	Frame
	Action  string // "/search" with the language's prefix
	Query   string
	Asked   bool // a query was given; otherwise only the form is shown
	Total   int
	Stories []Story
	Pager
}
