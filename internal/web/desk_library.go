package web

// LibraryPage shows pictures ("desk/library").
type LibraryPage struct {
	DeskFrame
	Heading string
	Action  *Link // the page's primary action
	Tabs    []Tab
	Filter  FilterForm
	Shots   []Shot
	Empty   string // what would stand here, where there is nothing
	Pager
}

// Shot is a picture in a list.
type Shot struct {
	Link
	Src           string // "" while its sizes are not made yet
	Width, Height int
	Credit        string
	Tags          []Tag
}

// PicturePage is one picture ("desk/picture"). Its script marks the focal point
// and the crop on the picture; without it they are the form's numbers.
type PicturePage struct {
	DeskFrame
	Heading string
	Back    *Link
	Src     string // all of the picture; "" while its sizes are not made yet
	Width   int
	Height  int
	Hint    string // how to mark it; "" where this person can't
	Waiting string // why there is nothing to see
	Facts   []Fact
	Form    *Form
	Panels  []Panel
	Forms   []Form // after everything else
}
