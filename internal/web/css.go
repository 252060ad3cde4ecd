package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"masthead.dev/masthead/internal/locale"
)

// sheet is a page's whole style and its fingerprint for the Content-Security-
// Policy.
type sheet struct {
	text string
	hash string // 'sha256-…', with its quotes
}

var sheets sync.Map // sections, joined by spaces → sheet

// sheetOf returns sections of the style sheet joined in the sheet's own order.
// A section that does not exist is a defect and panics; the test of all pages
// would meet it.
func sheetOf(sections []string) sheet {
	key := strings.Join(sections, " ")
	if s, ok := sheets.Load(key); ok {
		return s.(sheet)
	}
	s := join(sections)
	sheets.Store(key, s)
	return s
}

func join(sections []string) sheet {
	for _, name := range sections {
		if !slices.Contains(built.Sections, name) {
			panic(fmt.Sprintf("web: the style sheet has no section %q", name))
		}
	}
	var b strings.Builder
	for _, name := range built.Sections {
		if slices.Contains(sections, name) {
			text, err := assetFiles.ReadFile("assets/css/" + name + ".css")
			if err != nil {
				panic(err)
			}
			b.Write(text)
		}
	}
	return sheet{b.String(), Hash(b.String())}
}

// sheetFor is the style of a page in a language. Arabic script has a face and
// sizes of its own and needs none of the Latin ones.
func sheetFor(page, lang string) sheet {
	sections := append([]string{"tokens", "base", "adapt"}, kinds[page].sections...)
	if base := locale.Base(lang); base == "fa" || base == "ar" {
		sections = append(sections, "arabic")
	} else {
		sections = append(sections, "fonts")
	}
	return sheetOf(sections)
}

// themes are sheets with the colours of a newsroom: few, since they change only
// when somebody chooses others.
var themes sync.Map // page, language and theme → sheet

// aTheme is all that a theme may hold: colours of tokens. It stands in a style
// element, where nothing is escaped.
var aTheme = regexp.MustCompile(`^(?:@media screen(?: and \(prefers-color-scheme:dark\))?\{:root\{(?:--[a-z-]+:#[0-9a-f]{6};?)+\}\})+$`)

// themed is the style of a page in a language with a theme at its end. What is
// no theme is left out.
func themed(page, lang, theme string) sheet {
	base := sheetFor(page, lang)
	if !aTheme.MatchString(theme) {
		return base
	}
	key := [3]string{page, lang, theme}
	if s, ok := themes.Load(key); ok {
		return s.(sheet)
	}
	text := base.text + theme
	s := sheet{text, Hash(text)}
	themes.Store(key, s)
	return s
}

// scriptOf is a page's script, "" for none. A name without a file is a defect
// and panics; the test of all pages would meet it.
func scriptOf(page string) string {
	name, ok := scripts[page]
	if !ok {
		return ""
	}
	text, err := assetFiles.ReadFile("assets/script/" + name + ".js")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// CSP is the Content-Security-Policy of a page: its own style, images, media
// and fonts of this origin, and nothing else; of scripts only its own, which most
// pages do without. A form may lead
// to this origin and to formTargets, which a page needs whose form is answered
// by a redirect to a payment provider.
func CSP(page, lang string, formTargets ...string) string {
	return ThemedCSP(page, lang, "", formTargets...)
}

// ThemedCSP is CSP for a page whose style ends with a theme; see Frame.Theme.
func ThemedCSP(page, lang, theme string, formTargets ...string) string {
	targets := strings.Join(append([]string{"'self'"}, formTargets...), " ")
	script := ""
	if text := scriptOf(page); text != "" {
		script = "script-src " + Hash(text) + "; "
		if scripts[page] == "passkey" { // it fetches its question
			script += "connect-src 'self'; "
		}
	}
	pictures := "'self'"
	if fetched[page] != "" {
		// scripts come from /assets/ only: all else is sent with its own type and
		// nosniff. A picture that is being brought in is shown from the browser.
		script, pictures = "script-src 'self'; connect-src 'self'; ", "'self' blob:"
	}
	return "default-src 'none'; " + script + "style-src " + themed(page, lang, theme).hash + "; img-src " + pictures + "; media-src 'self'; " +
		"font-src 'self'; form-action " + targets + "; base-uri 'none'; frame-ancestors 'none'"
}
