package web

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// elements lists every element of a page in document order.
func elements(t *testing.T, page []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// ownScript tells whether an element is the one script that its page has, and
// that the policy of the page names.
func ownScript(n *html.Node, page string) bool {
	text := scriptOf(templateOf(page))
	return text != "" && n.FirstChild != nil && n.FirstChild.Data == text && strings.Contains(CSP(templateOf(page), "en"), Hash(text))
}

// editorScript tells whether an element is one of the two of the editor's page:
// its data, which is never run, and its script, which is a file of ours.
func editorScript(n *html.Node, page string) bool {
	kind, _ := attr(n, "type")
	src, _ := attr(n, "src")
	return page == "desk/edit" && (kind == "application/json" || n.FirstChild == nil && src == AssetPath("editor.js") && src != "")
}

// focusable tells whether the tab key stops at an element.
func focusable(n *html.Node) bool {
	if _, ok := attr(n, "href"); ok && n.Data == "a" {
		return true
	}
	kind, _ := attr(n, "type")
	_, tab := attr(n, "tabindex")
	return tab || n.Data == "button" || n.Data == "select" || n.Data == "textarea" || n.Data == "input" && kind != "hidden"
}

func TestEveryPageHasOneHeadingASkipLinkAndItsLanguage(t *testing.T) {
	eachPage(t, func(t *testing.T, name, lang string, page []byte) {
		if strings.HasPrefix(name, "mail/") {
			return
		}
		all := elements(t, page)
		h1 := slices.DeleteFunc(slices.Clone(all), func(n *html.Node) bool { return n.Data != "h1" })
		if len(h1) != 1 {
			t.Errorf("%d h1", len(h1))
		}
		first := slices.IndexFunc(all, focusable)
		if href, _ := attr(all[first], "href"); href != "#main" {
			t.Errorf("the first stop of the tab key leads to %q", href)
		}
		root := all[0]
		if l, _ := attr(root, "lang"); l != lang {
			t.Errorf("lang is %q", l)
		}
		if dir, _ := attr(root, "dir"); dir != map[bool]string{true: "rtl", false: "ltr"}[lang == "fa"] {
			t.Errorf("dir is %q", dir)
		}
		if n := bytes.Count(page, []byte(`class="up"`)); n != 1 {
			t.Errorf("%d links back to the top", n)
		}
	})
}

func TestIdsAreUniqueAndWhatPointsAtThemFindsThem(t *testing.T) {
	eachPage(t, func(t *testing.T, _, _ string, page []byte) {
		all, ids := elements(t, page), map[string]bool{}
		for _, n := range all {
			if id, ok := attr(n, "id"); ok {
				if ids[id] {
					t.Errorf("the id %q stands twice", id)
				}
				ids[id] = true
			}
		}
		for _, n := range all {
			for _, name := range []string{"for", "aria-labelledby", "aria-describedby"} {
				list, _ := attr(n, name)
				for _, id := range strings.Fields(list) {
					if !ids[id] {
						t.Errorf("%s of <%s> points at %q, which is not there", name, n.Data, id)
					}
				}
			}
			if href, _ := attr(n, "href"); strings.HasPrefix(href, "#") && !ids[href[1:]] {
				t.Errorf("a link points at %q, which is not there", href)
			}
		}
	})
}

func TestEveryFieldHasALabel(t *testing.T) {
	eachPage(t, func(t *testing.T, _, _ string, page []byte) {
		all := elements(t, page)
		labelled := map[string]bool{}
		for _, n := range all {
			if id, ok := attr(n, "for"); ok && n.Data == "label" {
				labelled[id] = true
			}
		}
		for _, n := range all {
			kind, _ := attr(n, "type")
			if n.Data != "textarea" && n.Data != "select" && (n.Data != "input" || kind == "hidden") {
				continue
			}
			id, _ := attr(n, "id")
			if n.Parent.Data != "label" && !labelled[id] {
				t.Errorf("<%s id=%q> has no label", n.Data, id)
			}
		}
	})
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

func TestTheContentSecurityPolicyAllowsExactlyThePagesOwnStyle(t *testing.T) {
	eachPage(t, func(t *testing.T, name, lang string, page []byte) {
		if strings.HasPrefix(name, "mail/") {
			return
		}
		m := styleElement.FindAllSubmatch(page, -1)
		if len(m) != 1 {
			t.Fatalf("%d style elements", len(m))
		}
		policy := CSP(templateOf(name), lang)
		if !strings.Contains(policy, "style-src "+Hash(string(m[0][1]))+";") {
			t.Errorf("the policy does not allow the page's style: %s", policy)
		}
		if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none';") {
			t.Errorf("a weak policy: %s", policy)
		}
		for _, n := range elements(t, page) {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
				}
			}
			if kind, _ := attr(n, "type"); n.Data == "script" && kind != "application/ld+json" && !ownScript(n, name) && !editorScript(n, name) {
				t.Errorf("a script of type %q", kind)
			}
		}
	})
}

func TestAPolicyNamesTheFurtherTargetsOfAForm(t *testing.T) {
	if p := CSP("site/give", "en", "https://pay.example"); !strings.Contains(p, "form-action 'self' https://pay.example;") {
		t.Errorf("the policy is %s", p)
	}
}

func TestPagesOfArabicScriptDoNotFetchLatinFonts(t *testing.T) {
	for lang, want := range map[string][2]bool{"en": {true, false}, "de-AT": {true, false}, "fa": {false, true}, "ar": {false, true}} {
		css := sheetFor("site/article", lang).text
		if got := [2]bool{strings.Contains(css, "newsreader-text"), strings.Contains(css, "vazirmatn")}; got != want {
			t.Errorf("%s: Newsreader and Vazirmatn %v, want %v", lang, got, want)
		}
	}
}

func TestEveryFontOfTheSheetIsServed(t *testing.T) {
	css := sheetOf([]string{"fonts", "arabic"}).text
	names := regexp.MustCompile(`url\(/assets/([^)]+)\)`).FindAllStringSubmatch(css, -1)
	if len(names) != 4 {
		t.Fatalf("%d fonts", len(names))
	}
	for _, m := range names {
		if b, kind, ok := Asset(m[1]); !ok || len(b) < 10000 || kind != "font/woff2" {
			t.Errorf("%s: %d bytes of %q", m[1], len(b), kind)
		}
	}
	for _, name := range []string{"", "manifest.json", "css/base.css", "../assets.go", "none.woff2"} {
		if _, _, ok := Asset(name); ok {
			t.Errorf("%q is served", name)
		}
	}
}
