package outlet

import (
	"fmt"
	"strings"
)

// Look is what a newsroom chose for its readers' pages: colours, and pictures of
// its name and icon.
type Look struct {
	Light Palette `json:"light,omitzero"`
	Dark  Palette `json:"dark,omitzero"` // where the reader's screen is dark

	Logo     *File `json:"logo,omitempty"`      // stands in place of the name at the head
	LogoDark *File `json:"logo_dark,omitempty"` // where the reader's screen is dark; nil is Logo
	Icon     *File `json:"icon,omitempty"`      // of the tab, square
	Touch    *File `json:"touch,omitempty"`     // of a telephone's first screen, square
}

// File is a picture of the outlet itself. Its name holds a hash of its content,
// so that it may be kept for ever.
type File struct {
	Name   string `json:"name"` // "logo.26028ec4e13b.png"
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Path is where the file is served.
func (f File) Path() string { return "/assets/" + f.Name }

// Palette are two colours as "#0b5660"; "" is the house's own.
type Palette struct {
	Accent string `json:"accent,omitempty"` // links, buttons, the ring of the focus
	Paper  string `json:"paper,omitempty"`  // behind the text
}

// tones are the colours of the house that chosen ones have to get along with, as
// the style sheet has them (a test compares), and the defaults of those that can
// be chosen.
type tones struct {
	Accent, Paper   string
	Inks            []tone // text: 4.5 to 1
	Lines           []tone // borders of fields: 3 to 1
	OnLight, OnDark string // text on the accent
	Ink             string
}

type tone struct{ Token, Colour string }

var lightTones = tones{Accent: "#0b5660", Paper: "#fdfdfb", Ink: "#161a19", OnLight: "#161a19", OnDark: "#ffffff",
	Inks: []tone{{"ink", "#161a19"}, {"ink-2", "#49504e"}, {"ink-3", "#5f6765"}, {"stop", "#9c2a1e"}, {"warn", "#775000"},
		{"hint", "#38568a"}, {"ok", "#1d6638"}},
	Lines: []tone{{"edge", "#7f8884"}}}

var darkTones = tones{Accent: "#86c8cf", Paper: "#121615", Ink: "#e7eae6", OnLight: "#121615", OnDark: "#ffffff",
	Inks: []tone{{"ink", "#e7eae6"}, {"ink-2", "#b3bbb7"}, {"ink-3", "#98a19d"}, {"stop", "#f2998d"}, {"warn", "#e3bb62"},
		{"hint", "#a9c0ec"}, {"ok", "#86cd9c"}},
	Lines: []tone{{"edge", "#77817d"}}}

// The least contrast by WCAG 2.2: of text (1.4.3), and of what a page is worked
// with (1.4.11).
const (
	ContrastText = 4.5
	ContrastUI   = 3.0
)

// Scheme is one of the two looks of a page.
type Scheme string

// The schemes.
const (
	LightScheme Scheme = "light"
	DarkScheme  Scheme = "dark"
)

// Schemes lists both.
func Schemes() []Scheme { return []Scheme{LightScheme, DarkScheme} }

func (s Scheme) tones() tones {
	if s == DarkScheme {
		return darkTones
	}
	return lightTones
}

// Palette is what was chosen for a scheme.
func (l *Look) Palette(s Scheme) *Palette {
	if s == DarkScheme {
		return &l.Dark
	}
	return &l.Light
}

// Colours are the accent and the paper of a scheme, chosen or the house's.
func (l Look) Colours(s Scheme) (accent, paper Colour) {
	p, t := l.Palette(s), s.tones()
	accent, ok := ParseColour(p.Accent)
	if !ok {
		accent, _ = ParseColour(t.Accent)
	}
	if paper, ok = ParseColour(p.Paper); !ok {
		paper, _ = ParseColour(t.Paper)
	}
	return accent, paper
}

// tint is the ground of boxes: the paper with a little of the ink.
func (s Scheme) tint(paper Colour) Colour {
	ink, _ := ParseColour(s.tones().Ink)
	return ink.Mix(0.045, paper)
}

// worst is the least contrast between colours and the grounds that they stand on.
func worst(paper, tint Colour, list []tone) float64 {
	least := 21.0
	for _, t := range list {
		c, _ := ParseColour(t.Colour)
		least = min(least, Contrast(c, paper), Contrast(c, tint))
	}
	return least
}

// paperPasses tells whether the house's inks and lines can be read on a paper,
// and the least contrast of text on it.
func (s Scheme) paperPasses(paper Colour) (least float64, ok bool) {
	t := s.tones()
	tint := s.tint(paper)
	least = worst(paper, tint, t.Inks)
	edge, _ := ParseColour(t.Lines[0].Colour)
	return least, least >= ContrastText && Contrast(edge, paper) >= ContrastUI
}

// accentPasses tells whether an accent can be read on the paper and its boxes,
// and be written on.
func (s Scheme) accentPasses(accent, paper Colour) (least float64, ok bool) {
	least = min(Contrast(accent, paper), Contrast(accent, s.tint(paper)), Contrast(accent, s.onAccentTint(accent, paper)))
	_, on := s.onAccent(accent)
	return least, least >= ContrastText && on >= ContrastText
}

func (s Scheme) onAccentTint(accent, paper Colour) Colour { return accent.Mix(0.1, paper) }

// onAccent is the colour of text on the accent, and its contrast.
func (s Scheme) onAccent(accent Colour) (Colour, float64) {
	dark, _ := ParseColour(s.tones().OnLight)
	light, _ := ParseColour(s.tones().OnDark)
	if a, b := Contrast(dark, accent), Contrast(light, accent); a > b {
		return dark, a
	}
	return light, Contrast(light, accent)
}

// Verdict is what the check says of one colour: the least contrast with what it
// meets on a page, whether that is enough, and the nearest colour that is.
type Verdict struct {
	Scheme   Scheme
	Field    string // "accent" or "paper"
	Colour   Colour
	Contrast float64
	OK       bool
	Nearest  string // "" where the colour passes, or where no colour of its hue does
}

// Check looks at the colours of both schemes; each paper first, since the accent
// is looked at on it, or on the nearest paper that passes.
func (l Look) Check() []Verdict {
	var out []Verdict
	for _, s := range Schemes() {
		accent, paper := l.Colours(s)
		p := Verdict{Scheme: s, Field: "paper", Colour: paper}
		p.Contrast, p.OK = s.paperPasses(paper)
		if !p.OK {
			if near, ok := paper.Nearest(func(c Colour) bool { _, ok := s.paperPasses(c); return ok }); ok {
				p.Nearest, paper = near.String(), near
			}
		}
		a := Verdict{Scheme: s, Field: "accent", Colour: accent}
		if a.Contrast, a.OK = s.accentPasses(accent, paper); !a.OK {
			if near, ok := accent.Nearest(func(c Colour) bool { _, ok := s.accentPasses(c, paper); return ok }); ok {
				a.Nearest = near.String()
			}
		}
		out = append(out, p, a)
	}
	return out
}

// Sheet is the style that puts the chosen colours in place of the house's on a
// screen; "" where none was chosen. It holds nothing but tokens and colours.
func (l Look) Sheet() string {
	light, dark := l.tokens(LightScheme), l.tokens(DarkScheme)
	var b strings.Builder
	if light != "" {
		b.WriteString("@media screen{:root{" + light + "}}")
	}
	if dark != "" || light != "" { // the colours of the light come after the house's dark ones and must not win over them
		b.WriteString("@media screen and (prefers-color-scheme:dark){:root{" + l.darkTokens(dark) + "}}")
	}
	return b.String()
}

// darkTokens are the dark colours, the house's where none were chosen.
func (l Look) darkTokens(chosen string) string {
	if chosen != "" {
		return chosen
	}
	l.Dark = Palette{Accent: darkTones.Accent, Paper: darkTones.Paper}
	return l.tokens(DarkScheme)
}

func (l Look) tokens(s Scheme) string {
	if *l.Palette(s) == (Palette{}) {
		return ""
	}
	accent, paper := l.Colours(s)
	ink, _ := ParseColour(s.tones().Ink)
	on, _ := s.onAccent(accent)
	raised := paper
	if s == LightScheme {
		raised = Colour{255, 255, 255}.Mix(0.6, paper)
	} else {
		raised = ink.Mix(0.06, paper)
	}
	var b strings.Builder
	for _, x := range []struct {
		token string
		c     Colour
	}{{"paper", paper}, {"tint", s.tint(paper)}, {"raised", raised}, {"rule", ink.Mix(0.16, paper)}, {"accent", accent}, {"on-accent", on},
		{"accent-tint", s.onAccentTint(accent, paper)}, {"accent-mid", accent.Mix(0.6, paper)}} {
		fmt.Fprintf(&b, "--%s:%s;", x.token, x.c)
	}
	return strings.TrimSuffix(b.String(), ";")
}
