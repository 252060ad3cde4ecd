// Package standing knows the texts that every newsroom needs beside its stories:
// what they are called, where they stand in the settings, and with which words a
// newsroom may begin that has none. It keeps nothing.
package standing

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// Name is one of the texts.
type Name string

// The texts. Each but Corrections has a page of its own, at / and its name;
// Corrections stands at the head of the list of corrections.
const (
	About       Name = "about"
	Ethics      Name = "ethics"
	Corrections Name = "corrections"
	Privacy     Name = "privacy"
	Imprint     Name = "imprint"
)

// Names lists them.
func Names() []Name { return []Name{About, Ethics, Corrections, Privacy, Imprint} }

// Known tells whether there is such a text.
func (n Name) Known() bool { return slices.Contains(Names(), n) }

// Path is where readers find it, without the language's prefix.
func (n Name) Path() string { return "/" + string(n) }

// In is where an outlet keeps what is public of it; nil for a name that there is
// not.
func (n Name) In(o *outlet.Outlet) *outlet.Words {
	switch n {
	case About:
		return &o.About
	case Ethics:
		return &o.Ethics
	case Corrections:
		return &o.Corrections
	case Privacy:
		return &o.Privacy
	case Imprint:
		return &o.Imprint
	}
	return nil
}

// Most is the length of a text, in bytes, that is still taken.
const Most = 100_000

// open and closed mark what a starter text leaves for a person to say.
const open, closed = "[[", "]]"

// Check says what keeps a text from being kept.
func Check(text string) error {
	if len(text) > Most {
		return fault.Fields{"text": "Shorten the text to at most 100,000 bytes."}
	}
	return nil
}

// Left lists what a text still leaves for a person to say: the words between
// [[ and ]]. A text is public only where there are none.
func Left(text string) []string {
	var out []string
	for {
		_, rest, found := strings.Cut(text, open)
		if !found {
			return out
		}
		what, after, found := strings.Cut(rest, closed)
		if !found {
			return append(out, strings.TrimSpace(rest))
		}
		out, text = append(out, strings.TrimSpace(what)), after
	}
}

// Facts are what a starter text is made of. What is empty becomes something for a
// person to say.
type Facts struct {
	Name, Legal, Address, Editor, Email string
	Prefix                              string // of the language's addresses
	Gives                               bool   // readers are asked for money
	Public                              bool   // the versions of articles are
	Kept                                []Kept
}

// Kept is a kind of data and for how long it is kept, in words of the text's
// language.
type Kept struct{ What, For string }

//go:embed starter
var starters embed.FS

// Starter is a text to begin with, in Markdown; English stands in for a language
// that there is none in. It says of the program only what is so; what it can't
// know it leaves open, see Left.
func Starter(n Name, lang string, f Facts) (string, error) {
	if !n.Known() {
		return "", fault.New(fault.NotFound, "there is no such text")
	}
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	source, err := starters.ReadFile("starter/" + lang + "/" + string(n) + ".md")
	if err != nil {
		source, err = starters.ReadFile("starter/en/" + string(n) + ".md")
	}
	if err != nil {
		return "", err
	}
	t, err := template.New(string(n)).Parse(string(source))
	if err != nil {
		return "", fmt.Errorf("the starter text %s: %w", n, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", fmt.Errorf("the starter text %s: %w", n, err)
	}
	return strings.TrimSpace(b.String()) + "\n", nil
}
