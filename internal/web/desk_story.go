package web

// ChangesPage shows a text word by word, as it is or as it changed from another
// one ("desk/changes").
type ChangesPage struct {
	DeskFrame
	Heading string
	Intro   string
	Back    *Link
	Facts   []Fact
	// Tongue and Way are the language and direction of the text; those of the page
	// are the frame's.
	Tongue, Way string
	Parts       []ChangedPart
	Empty       string // what stands here where nothing changed
	Skipped     string // how much that did not change is left out; "" shows none
	Buttons     []PostButton
	Links       []Link
}

// ChangedPart is a field, block or footnote.
type ChangedPart struct {
	Label  string // what it is, in words
	Tag    *Tag   // what happened to it
	Pieces []ChangedPiece
}

// ChangedPiece is a run of text. Op is "same", "added" or "removed".
type ChangedPiece struct{ Op, Text string }
