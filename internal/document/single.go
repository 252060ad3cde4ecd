package document

// BlockJSON returns the canonical form of one block by itself, unchecked: to
// compare blocks, and to show one beside another. Equal blocks give equal bytes.
func BlockJSON(b Block) []byte {
	e := &encoder{}
	e.block(b)
	return e.buf
}

// BareJSON is BlockJSON without the ids of the block and of all inside it.
func BareJSON(b Block) []byte {
	e := &encoder{bare: true}
	e.block(b)
	return e.buf
}

// JSON returns the canonical form of one footnote by itself, unchecked.
func (f Footnote) JSON() []byte {
	e := &encoder{}
	e.open('{')
	f.fields(e)
	e.close('}')
	return e.buf
}

// BlockText returns the words of one block that readers see; see Text.
func BlockText(b Block) string { return Text(&Document{Blocks: []Block{b}}) }

// Clone returns a copy of a block that shares nothing with it.
func Clone(b Block) Block {
	root, err := readTree(BlockJSON(b))
	if err != nil {
		panic("document: a block can't be read back: " + err.Error()) // only where it was never valid
	}
	st := &decodeState{}
	out := (&decoder{st: st}).block("block", root)
	if st.err != nil {
		panic("document: a block can't be read back: " + st.err.Error())
	}
	return out
}

// Parts returns the lists of blocks inside a block (items, cells, quoted
// paragraphs), each to be read or changed in place.
func Parts(b Block) []*[]Block {
	switch b := b.(type) {
	case *List:
		out := make([]*[]Block, len(b.Items))
		for i := range b.Items {
			out[i] = &b.Items[i].Blocks
		}
		return out
	case *Quote:
		return []*[]Block{&b.Blocks}
	case *Table:
		var out []*[]Block
		for _, row := range b.Rows {
			for i := range row {
				out = append(out, &row[i].Blocks)
			}
		}
		return out
	case *Factbox:
		return []*[]Block{&b.Blocks}
	case *Live:
		return []*[]Block{&b.Blocks}
	case *Audio:
		return []*[]Block{&b.Transcript}
	case *Video:
		return []*[]Block{&b.Transcript}
	}
	return nil
}

// IsKind tells whether there is a kind of block of that name.
func IsKind(name string) bool { return makers[name] != nil }

// AddressFault says what is wrong with an address, "" where it may stand in a
// document.
func AddressFault(s string) string { return urlFault(s) }

// WordsOf returns the words of a piece of a document that may refer to footnotes
// which are not in it; fault.Invalid where it is no document.
func WordsOf(data []byte) (string, error) {
	root, err := readTree(data)
	if err != nil {
		return "", err
	}
	d, err := decodeDocument(root)
	if err != nil {
		return "", err
	}
	return Text(d), nil
}
