package receipt

import "time"

// Document is what a receipt, a statement or a form says, block by block, in
// words that are final: it is frozen when a receipt is issued, and drawing it
// needs nothing else. Texts are in logical order.
type Document struct {
	Lang   string    `json:"lang"`  // BCP 47; also says where lines begin
	Paper  Paper     `json:"paper"` // size of the sheet
	Title  string    `json:"title"`
	Author string    `json:"author,omitempty"`
	Date   time.Time `json:"date"` // written into the file as its date
	Foot   string    `json:"foot,omitempty"`
	Blocks []Block   `json:"blocks"`
}

// Paper is a size of sheet.
type Paper string

// The sizes.
const (
	A4     Paper = "a4"
	Letter Paper = "letter"
)

// BlockKind says how a block is drawn.
type BlockKind string

// The kinds of block, with the fields that they use.
const (
	Issuer  BlockKind = "issuer"  // Lines; the first is the name
	Heading BlockKind = "heading" // Text
	Text    BlockKind = "text"    // Text
	Framed  BlockKind = "framed"  // Text, in a frame
	Small   BlockKind = "small"   // Text, in small print
	Pairs   BlockKind = "pairs"   // Rows of name and value
	Boxed   BlockKind = "boxed"   // Rows of name and value, each in a frame, as on official forms
	List    BlockKind = "list"    // Heads and Rows; the last column holds amounts
	Tick    BlockKind = "tick"    // Text after a box, which Ticked crosses
	Sign    BlockKind = "sign"    // Text under a line, with Lines above it
	Sheet   BlockKind = "sheet"   // what follows stands on a new sheet
)

// Block is a part of a document.
type Block struct {
	Kind   BlockKind  `json:"kind"`
	Text   string     `json:"text,omitempty"`
	Lines  []string   `json:"lines,omitempty"`
	Heads  []string   `json:"heads,omitempty"`
	Rows   [][]string `json:"rows,omitempty"`
	Ticked bool       `json:"ticked,omitempty"`
}
