package statement

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

// maxDepth is twice what any version of CAMT nests.
const maxDepth = 48

// xmlReader walks a file element by element. It looks at local names only,
// because versions and prefixes differ from bank to bank, and refuses document
// types: no bank needs one, and entities are how small files become huge.
type xmlReader struct {
	dec  *xml.Decoder
	open []string
	ccy  string // the Ccy attribute of the element just opened
}

func newXMLReader(data []byte) *xmlReader {
	dec := xml.NewDecoder(strings.NewReader(text(data, declared(data))))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // text has converted it already
	return &xmlReader{dec: dec}
}

// declared finds the encoding of the XML declaration.
func declared(data []byte) string {
	head := string(data[:min(len(data), 200)])
	if !strings.HasPrefix(strings.TrimLeft(head, "\ufeff \r\n\t"), "<?xml") {
		return "utf-8"
	}
	head, _, _ = strings.Cut(head, "?>")
	_, after, ok := strings.Cut(head, "encoding=")
	if !ok || len(after) < 2 {
		return "utf-8"
	}
	name, _, _ := strings.Cut(after[1:], after[:1])
	if charsets[strings.ToLower(name)] == nil {
		return "" // unknown or UTF-8: the bytes decide
	}
	return name
}

// next returns a start element, an end element or text; io.EOF at the end.
func (r *xmlReader) next() (xml.Token, error) {
	for {
		tok, err := r.dec.RawToken()
		if err == io.EOF && len(r.open) > 0 {
			return nil, r.bad("it ends in the middle of " + r.open[len(r.open)-1])
		}
		if err != nil {
			return nil, r.failed(err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, fault.New(fault.Invalid, "The file holds a document type or entity declaration, which no bank statement needs; nothing was read from it.")
		case xml.StartElement:
			return t, r.push(t)
		case xml.EndElement:
			return t, r.pop(t)
		case xml.CharData:
			return t, nil
		}
	}
}

func (r *xmlReader) failed(err error) error {
	if err == io.EOF {
		return err
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return r.bad(syntax.Msg)
	}
	return r.bad(err.Error())
}

func (r *xmlReader) bad(why string) error {
	line, _ := r.dec.InputPos()
	return fault.New(fault.Invalid, "The file is damaged at line %d: %s; download it from the bank again.", line, short(why))
}

func (r *xmlReader) push(t xml.StartElement) error {
	if len(r.open) >= maxDepth {
		return r.bad("elements lie too deep in one another")
	}
	r.open = append(r.open, t.Name.Local)
	r.ccy = ""
	for _, a := range t.Attr {
		if a.Name.Local == "Ccy" {
			r.ccy = strings.Clone(a.Value)
		}
	}
	return nil
}

func (r *xmlReader) pop(t xml.EndElement) error {
	n := len(r.open) - 1
	if n < 0 || r.open[n] != t.Name.Local {
		return r.bad("the end of " + t.Name.Local + " has no beginning")
	}
	r.open = r.open[:n]
	return nil
}

// child moves to the next child of the element that is open, "" at its end.
func (r *xmlReader) child() (string, error) {
	for {
		tok, err := r.next()
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			return t.Name.Local, nil
		case xml.EndElement:
			return "", nil
		}
	}
}

// node is a small element held whole.
type node struct {
	name, text, ccy string
	kids            []*node
}

// tree reads the element that was just opened to its end.
func (r *xmlReader) tree(name string) (*node, error) {
	n := &node{name: name, ccy: r.ccy}
	for {
		tok, err := r.next()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" {
				n.text += text
			}
		case xml.StartElement:
			kid, err := r.tree(t.Name.Local)
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		case xml.EndElement:
			return n, nil
		}
	}
}

// at follows a path of first children; nil where it breaks off.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		var found *node
		for _, kid := range n.kids {
			if kid.name == name {
				found = kid
				break
			}
		}
		n = found
	}
	return n
}

// say is the text at a path, "" where there is none.
func (n *node) say(path ...string) string {
	if n = n.at(path...); n == nil {
		return ""
	}
	return n.text
}

// first is the first text that is not empty, of paths written with slashes.
func (n *node) first(paths ...string) string {
	for _, p := range paths {
		if s := n.say(strings.Split(p, "/")...); s != "" {
			return s
		}
	}
	return ""
}

// each calls f for the children of that name.
func (n *node) each(name string, f func(*node)) {
	if n == nil {
		return
	}
	for _, kid := range n.kids {
		if kid.name == name {
			f(kid)
		}
	}
}
