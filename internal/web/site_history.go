package web

import "time"

// HistoryPage lists the public versions of an article, or shows what changed
// between two of them ("site/history").
type HistoryPage struct {
	Frame
	Headline string // of the article as it is now
	Article  string // its address
	Heading  string // of a comparison; "" for the list
	Say      []string
	Versions []HistoryVersion // newest first; of a comparison the two of them
	Compare  *VersionChoice   // nil where there are not two texts to compare
	Parts    []HistoryPart    // of a comparison
	Skipped  string           // how much did not change
	Same     string           // where nothing that readers see changed
}

// HistoryVersion is a public version of an article.
type HistoryVersion struct {
	N       int
	Kind    string // its class, for the colour of its mark
	Label   string // the class in words
	At      time.Time
	By      []string // names in its byline
	Notes   []string // what readers were told
	Head    string   // its headline, where that was another one
	Gone    string   // why there is no text of it
	Live    bool     // readers see it now
	Changes *Link    // what changed in it
}

// VersionChoice is the form that asks for two versions.
type VersionChoice struct {
	Action   string // GET
	Versions []Link // Href is the number
	From, To string
}

// HistoryPart is a field, block or footnote that changed.
type HistoryPart struct {
	Label  string
	Tag    *Tag
	Pieces []HistoryPiece
}

// HistoryPiece is a run of text. Op is "", "added" or "removed".
type HistoryPiece struct{ Op, Text string }
