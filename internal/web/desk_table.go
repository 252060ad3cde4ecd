package web

import "time"

// Table is a list of the desk.
type Table struct {
	Caption string // read out; not seen
	Columns []Column
	Rows    []Row
	Empty   string // what would stand here, where there is nothing
	Start   *Link  // the first step, beside Empty
	// Figures says that its columns are read down: it stays a table on a phone,
	// with the columns' names, and is moved sideways.
	Figures bool
}

// Column is a column's head.
type Column struct {
	Text  string
	Num   bool // figures: tabular, at the end
	Minor bool // left out on narrow screens
}

// Row is a line; its first cell is its head.
type Row struct {
	Cells []Cell
	On    bool // marked, such as the one that waits for this person
}

// Cell is a field of a table. What is empty is left out; they show in this
// order: Text (a link where Href is set), Small, At, Tag, Button, Ways.
type Cell struct {
	Text      string
	Href      string
	Small     string // second line
	At        time.Time
	Tag       *Tag
	Button    *PostButton
	Ways      []Way // what can be done with it, where that is more than one thing
	Tick      *Tick
	Lang, Dir string // of Text
	Late      bool   // red and bold: the word must say it too
}

// Tick is a box to tick, of a form that stands elsewhere on the page.
type Tick struct {
	Form        string // id
	Name, Value string
	Label       string // read out
	Checked     bool
}

// Tag is a small framed word. Kind is "", "ok", "warn", "stop" or "hint".
type Tag struct{ Text, Kind string }

// PostButton is a form of one button.
type PostButton struct {
	Text   string
	Action string
	Nonce  string
	Fields []HiddenField
	Of     string // read out after the text: what the button acts on
	Main   bool   // the primary action of its place
}

// Tab is a view of a list with the number of its lines.
type Tab struct {
	Text    string
	Href    string
	Count   int
	Current bool
}

// Class is the column's class.
func (c Column) Class() string {
	switch {
	case c.Num:
		return "n"
	case c.Minor:
		return "opt-col"
	}
	return ""
}

// classOf is the class of a row's i-th cell; rows may be longer than the head.
func classOf(columns []Column, i int) string {
	if i >= len(columns) {
		return ""
	}
	return columns[i].Class()
}
