package web

// FrontPage is the front ("site/front"): one lead, a few beside it, then a
// block for each section. The outlet's name is the h1.
type FrontPage struct {
	Frame
	Lead    *Story  // nil where nothing is published yet: the page then says so
	Second  []Story // beside the lead, three at most
	Blocks  []FrontBlock
	Archive []Link // the last months
	Donors  int    // how many carry this campaign; 0 leaves the number out
	Origin  string // what the give form carries as "from"
	Preview string // says to the staff that readers see it otherwise; "" for the front itself
}

// FrontBlock is the block of one section; from five stories on it is set with
// a big one and two stacks, below that as a row.
type FrontBlock struct {
	ID      string // for aria-labelledby, unique on the page, such as the section's slug
	Name    string
	Href    string
	Stories []Story
}

// First is the block above the appeal.
func (p FrontPage) First() *FrontBlock {
	if len(p.Blocks) == 0 {
		return nil
	}
	return &p.Blocks[0]
}

// Rest are the blocks below the appeal.
func (p FrontPage) Rest() []FrontBlock { return p.Blocks[min(1, len(p.Blocks)):] }

// Stacked tells whether the block is set with one big story and two stacks.
func (b FrontBlock) Stacked() bool { return len(b.Stories) > 4 }

// Big is the block's first story.
func (b FrontBlock) Big() *Story { return &b.Stories[0] }

// Stacks parts the stories after the first into two columns.
func (b FrontBlock) Stacks() [][]Story {
	rest := b.Stories[1:]
	half := (len(rest) + 1) / 2
	return [][]Story{rest[:half], rest[half:]}
}

// Bare is the story without its picture.
func (s Story) Bare() Story {
	s.Picture = nil
	return s
}
