package web

// ProofPage asks for a proof before a form goes on that is sent too often: work of the browser
// by the page's script, or a minute of waiting ("site/proof"). It carries the
// whole form, so that nothing has to be typed again.
type ProofPage struct {
	Frame
	Heading string
	Why     string // a sentence or two
	Go      string // on the button
	Kept    string // what becomes of what was typed
	Action  string // POST
	Fields  []HiddenField
	Token   string
	Bits    int
	Seconds int  // until the page is a proof by itself
	Early   bool // the button was pressed before that
}
