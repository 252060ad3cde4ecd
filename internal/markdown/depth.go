package markdown

import (
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
)

// shallow takes apart what stands deeper inside one another than a document may:
// a row of > from a mail, or a list in lists. The words stay where they were,
// without the quotation or list round them. fault.Invalid where a marker line
// brings a block of another kind too deep.
func shallow(list []document.Block, room int) ([]document.Block, error) {
	var out []document.Block
	for _, b := range list {
		if height(b) <= room {
			out = append(out, b)
			continue
		}
		loose, err := takeApart(b, room)
		if err != nil {
			return nil, err
		}
		out = append(out, loose...)
	}
	return out, nil
}

// takeApart makes one block as low as the room for it.
func takeApart(b document.Block, room int) ([]document.Block, error) {
	var err error
	switch b := b.(type) {
	case *document.Quote:
		inner, err := shallow(b.Blocks, max(room-1, 1))
		if room == 1 {
			return inner, err
		}
		b.Blocks = inner
		return []document.Block{b}, err
	case *document.List:
		out := []document.Block{b}
		for i := range b.Items {
			inner := b.Items[i].Blocks
			if inner, err = shallow(inner, max(room-1, 1)); err != nil {
				return nil, err
			}
			if b.Items[i].Blocks = inner; room == 1 {
				b.Items[i].Blocks, out = nil, append(out, inner...)
			}
		}
		return out, nil
	}
	return nil, fault.New(fault.Invalid, "a block stands too deep inside quotations or lists; move its line out of them")
}

// height is how many blocks stand inside one another.
func height(b document.Block) int {
	most := 0
	(&document.Document{Blocks: []document.Block{b}}).Walk(func(v document.Block) bool {
		if v != b {
			most = max(most, height(v))
		}
		return v == b
	})
	return most + 1
}
