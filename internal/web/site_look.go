package web

// LookPage shows a text that is not public yet in another way than the article's
// own page: on a telephone, or as a link that is shared ("site/look").
type LookPage struct {
	Frame
	Say   string // that nothing here is public
	Looks []Link
	Phone string    // address of the page in a narrow frame; "" for the card
	Card  *LookCard // nil for the telephone
}

// LookCard is what other sites show of a link.
type LookCard struct {
	Title, Text, Host string
	Picture           *Picture // cut to the proportion of such cards; nil for none
}

// lookNote is the note on top of every look.
type lookNote struct {
	Say   string
	Looks []Link
}
