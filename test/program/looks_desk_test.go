package program

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"masthead.dev/masthead/internal/testkit/browser"
)

// TestThePagesOfTheDeskAreAccessibleValidAndWalkedThroughByKeyboard goes to one
// page of every kind that links lead to.
func TestThePagesOfTheDeskAreAccessibleValidAndWalkedThroughByKeyboard(t *testing.T) {
	s := giving(t, sqlite)
	owner := s.owner(t)
	all := s.kinds(t, owner, "/desk", aboutStories)
	if len(all) < 50 {
		t.Errorf("only %d kinds of page are linked below /desk: %q", len(all), slices.Sorted(maps.Keys(all)))
	}
	for _, fault := range valid(t, slices.Collect(maps.Values(all))) {
		t.Error(fault)
	}
	b := browser.Start(t)
	sights := sightsOf("en")
	for i, look := range sights {
		t.Run(fmt.Sprintf("%d %s", look.width, map[bool]string{true: "dark", false: "light"}[look.dark]), func(t *testing.T) {
			t.Parallel()
			tab := b.Tab(t, browser.Options{Width: look.width, Dark: look.dark})
			takes(t, tab, s, owner)
			for _, kind := range looked(slices.Sorted(maps.Keys(all)), i, len(sights)) {
				if strings.Contains(all[kind].Header.Get("Content-Security-Policy"), "sandbox") {
					continue // a mail as it is sent: no script runs there, axe's neither
				}
				tab.Go(s.Base + all[kind].Path)
				fits(t, tab, kind, look)
				if !strings.HasSuffix(kind, "/edit") { // in a text the key means something else; the editor has a test of its own
					walked(t, tab, kind)
				}
			}
			if f := tab.Foreign(s.Base); len(f) > 0 {
				t.Errorf("requests that left the site: %q", f)
			}
		})
	}
}

// mostStops is how far a page is walked through: behind it come more lines of
// the same table.
const mostStops = 50

// watch notes every stop of the tabulator key with what can be seen of it, and
// what could be one, in the order of the page.
const watch = `(() => {
	document.activeElement.blur()
	window.stops = []
	window.expected = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(e =>
		e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility({visibilityProperty: true}) && !e.closest("[inert]") &&
		!(e.type === "radio" && e.form && [...e.form.elements].some(o => o.type === "radio" && o.name === e.name && o !== e && (o.checked || (!e.checked && e.compareDocumentPosition(o) & 2)))))
	document.addEventListener("focusin", e => {
		const seen = [e.target, e.target.closest("label"), e.target.parentElement].some(x => x && getComputedStyle(x).outlineStyle !== "none" && parseFloat(getComputedStyle(x).outlineWidth) >= 2)
		const r = e.target.getBoundingClientRect()
		window.stops.push({at: window.expected.indexOf(e.target), seen, inside: r.bottom > 0 && r.top < innerHeight, html: e.target.outerHTML.slice(0, 120)})
	})
	return window.expected.length
})()`

type stop struct {
	At           int
	Seen, Inside bool
	HTML         string
}

// walked fails where the tabulator key does not reach everything on the page in
// its order, where one can't see where one is, or where the skip link does not
// come first.
func walked(t *testing.T, tab *browser.Tab, kind string) {
	t.Helper()
	n := min(browser.Get(tab, chromedp.Evaluate[int](watch)), mostStops)
	parts := browser.Get(tab, chromedp.Evaluate[int](`4 * window.expected.filter(e => ["date", "time", "datetime-local"].includes(e.type)).length`))
	press := make([]chromedp.Action[chromedp.Void], n+parts) // day, month, year and the calendar are stops of one field
	for i := range press {
		press[i] = chromedp.KeyEvent(kb.Tab)
	}
	tab.Do(press...)
	stops := browser.Get(tab, chromedp.Evaluate[[]stop](`window.stops`))
	stops = stops[:min(n, len(stops))] // from the end it goes on at the top
	for i, s := range stops {
		if s.At != i {
			t.Errorf("%s: stop %d of the tabulator key is %s, which stands at %d", kind, i+1, s.HTML, s.At+1)
			return
		}
		if !s.Seen || !s.Inside {
			t.Errorf("%s: nobody sees that the key stands at %s", kind, s.HTML)
		}
	}
	if len(stops) != n || !strings.Contains(stops[0].HTML, `class="skip"`) {
		t.Errorf("%s: %d of %d stops, the first is %v", kind, len(stops), n, stops[:min(1, len(stops))])
	}
}
