package document

import "time"

// The blocks. Each type says in fields, once, how it is written, read and checked.

// Paragraph is running text.
type Paragraph struct {
	Base
	Text Inline
}

// Heading is a subheading; level 1 is the headline and not part of a body.
type Heading struct {
	Base
	Level int // 2 to 4
	Text  Inline
}

// Styles of a list.
const (
	Bullets = "bullets"
	Numbers = "numbers"
	Terms   = "terms" // each item explains its Term
)

// List is a list of items.
type List struct {
	Base
	Style string // Bullets, Numbers or Terms
	Start int    // of a numbered list, when not 1; 0 means 1
	Items []Item
}

// Item is one entry of a list: its line, and blocks below it (such as a list).
type Item struct {
	Term   Inline // only in a Terms list; the first item there has one
	Text   Inline
	Blocks []Block
}

// Quote is somebody's words set apart.
type Quote struct {
	Base
	Blocks  []Block
	Speaker Inline
	Role    string
	Source  string // address of where it was said
}

// PullQuote repeats words of the body in large type.
type PullQuote struct {
	Base
	Text    Inline
	Speaker Inline
}

// Photo is the use of a picture. Media is the id of one in the library. Until an
// import has brought the picture in, Media is empty, Source is its address and
// Ref its name in the foreign system. Empty Alt, Caption and Credit are taken
// from the library. Whether they may be empty is for the publishing gate to say.
type Photo struct {
	Media      string
	Source     string
	Ref        string
	Alt        string
	Decorative bool // alt is empty on purpose
	Caption    Inline
	Credit     string
	CreditLink string
	Link       string // address that the picture leads to
	Width      int    // pixels as the source declared them; 0 unknown
	Height     int
}

// Image is one picture.
type Image struct {
	Base
	Photo
}

// Gallery is a group of pictures with a common caption.
type Gallery struct {
	Base
	Images  []Photo
	Caption Inline
}

// Embed is a thing on another site, shown as a box that loads nothing.
type Embed struct {
	Base
	Provider string // name from ProviderOf; "" for an unknown site
	URL      string // http or https
	Title    string
	Fallback Inline // its words, for when it is gone
	Caption  Inline
}

// Table is a table. The first HeaderRows rows are the head, the last FooterRows
// the foot; HeaderColumn makes the first cell of each other row a header.
type Table struct {
	Base
	Caption      Inline
	HeaderRows   int
	FooterRows   int
	HeaderColumn bool
	Rows         [][]Cell
}

// Cell is a cell of a table; Cols and Rows are its spans, 0 meaning 1.
type Cell struct {
	Text   Inline
	Blocks []Block
	Header bool // a header by itself, outside HeaderRows and HeaderColumn
	Cols   int
	Rows   int
}

// Code is text in which every space counts.
type Code struct {
	Base
	Language string
	Text     string
}

// Divider separates parts of a text.
type Divider struct{ Base }

// Related points at other articles.
type Related struct {
	Base
	Items []Reference
}

// Reference is an article by id, or any page by address and title.
type Reference struct {
	Article string
	Href    string
	Title   string
}

// Factbox is a box beside the text.
type Factbox struct {
	Base
	Title  Inline
	Blocks []Block
}

// Appeal is the place where a campaign asks readers for money.
type Appeal struct {
	Base
	Campaign string // id; "" is the general fund
}

// Live is an entry of a live report.
type Live struct {
	Base
	At       time.Time // UTC
	Headline Inline
	Blocks   []Block
}

// File is a document to download.
type File struct {
	Base
	Media  string
	Source string
	Ref    string
	Title  string
}

// Recording is what sound and film have in common.
type Recording struct {
	Media      string
	Source     string
	Ref        string
	Title      string
	Caption    Inline
	Transcript []Block
}

// Audio is a sound recording.
type Audio struct {
	Base
	Recording
}

// Video is a film. Poster is the media id of a still.
type Video struct {
	Base
	Recording
	Poster string
}

// Raw is foreign HTML that nothing here understands. It is kept for the desk and
// never rendered to readers.
type Raw struct {
	Base
	HTML   string
	Reason string
}

// Kinds of block, as JSON names them.
const (
	KindParagraph = "paragraph"
	KindHeading   = "heading"
	KindList      = "list"
	KindQuote     = "quote"
	KindPullQuote = "pullquote"
	KindImage     = "image"
	KindGallery   = "gallery"
	KindEmbed     = "embed"
	KindTable     = "table"
	KindCode      = "code"
	KindDivider   = "divider"
	KindRelated   = "related"
	KindFactbox   = "factbox"
	KindAppeal    = "appeal"
	KindLive      = "live"
	KindFile      = "document"
	KindAudio     = "audio"
	KindVideo     = "video"
	KindRaw       = "raw"
)

// makers makes an empty block of each kind.
var makers = map[string]func() Block{
	KindParagraph: func() Block { return new(Paragraph) },
	KindHeading:   func() Block { return new(Heading) },
	KindList:      func() Block { return new(List) },
	KindQuote:     func() Block { return new(Quote) },
	KindPullQuote: func() Block { return new(PullQuote) },
	KindImage:     func() Block { return new(Image) },
	KindGallery:   func() Block { return new(Gallery) },
	KindEmbed:     func() Block { return new(Embed) },
	KindTable:     func() Block { return new(Table) },
	KindCode:      func() Block { return new(Code) },
	KindDivider:   func() Block { return new(Divider) },
	KindRelated:   func() Block { return new(Related) },
	KindFactbox:   func() Block { return new(Factbox) },
	KindAppeal:    func() Block { return new(Appeal) },
	KindLive:      func() Block { return new(Live) },
	KindFile:      func() Block { return new(File) },
	KindAudio:     func() Block { return new(Audio) },
	KindVideo:     func() Block { return new(Video) },
	KindRaw:       func() Block { return new(Raw) },
}

// Kind implements Block.
func (*Paragraph) Kind() string { return KindParagraph }

// Kind implements Block.
func (*Heading) Kind() string { return KindHeading }

// Kind implements Block.
func (*List) Kind() string { return KindList }

// Kind implements Block.
func (*Quote) Kind() string { return KindQuote }

// Kind implements Block.
func (*PullQuote) Kind() string { return KindPullQuote }

// Kind implements Block.
func (*Image) Kind() string { return KindImage }

// Kind implements Block.
func (*Gallery) Kind() string { return KindGallery }

// Kind implements Block.
func (*Embed) Kind() string { return KindEmbed }

// Kind implements Block.
func (*Table) Kind() string { return KindTable }

// Kind implements Block.
func (*Code) Kind() string { return KindCode }

// Kind implements Block.
func (*Divider) Kind() string { return KindDivider }

// Kind implements Block.
func (*Related) Kind() string { return KindRelated }

// Kind implements Block.
func (*Factbox) Kind() string { return KindFactbox }

// Kind implements Block.
func (*Appeal) Kind() string { return KindAppeal }

// Kind implements Block.
func (*Live) Kind() string { return KindLive }

// Kind implements Block.
func (*File) Kind() string { return KindFile }

// Kind implements Block.
func (*Audio) Kind() string { return KindAudio }

// Kind implements Block.
func (*Video) Kind() string { return KindVideo }

// Kind implements Block.
func (*Raw) Kind() string { return KindRaw }

// children returns the groups of blocks inside a block.
func children(b Block) [][]Block {
	switch b := b.(type) {
	case *List:
		out := make([][]Block, 0, len(b.Items))
		for _, it := range b.Items {
			out = append(out, it.Blocks)
		}
		return out
	case *Quote:
		return [][]Block{b.Blocks}
	case *Table:
		var out [][]Block
		for _, row := range b.Rows {
			for _, cell := range row {
				out = append(out, cell.Blocks)
			}
		}
		return out
	case *Factbox:
		return [][]Block{b.Blocks}
	case *Live:
		return [][]Block{b.Blocks}
	case *Audio:
		return [][]Block{b.Transcript}
	case *Video:
		return [][]Block{b.Transcript}
	}
	return nil
}
