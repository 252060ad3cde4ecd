// Package browser drives a headless Chromium for tests.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browser is one running Chromium.
type Browser struct {
	ctx context.Context
	end func()
}

// shared is the one that all tests of a process use between them, where Main
// runs them.
var shared struct {
	mu      sync.Mutex
	allowed bool
	browser *Browser
}

// Main is for a package's TestMain: its tests share one Chromium, which ends
// after the last. Each tab is a context of its own, so nothing else is shared.
func Main(run func() int) int {
	shared.allowed = true
	defer func() {
		if shared.browser != nil {
			shared.browser.end()
		}
	}()
	return run()
}

// Start starts Chromium; it ends with the test, or with all of them under Main.
// Where there is none the test fails in CI and is skipped elsewhere.
func Start(t testing.TB) *Browser {
	t.Helper()
	if !shared.allowed {
		b := launch(t)
		t.Cleanup(b.end)
		return b
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if b := shared.browser; b == nil || b.ctx.Err() != nil { // none yet, or it crashed
		shared.browser = launch(t)
	}
	return shared.browser
}

func launch(t testing.TB) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil || os.Getenv("MASTHEAD_NO_BROWSER") != "" {
		if os.Getenv("CI") != "" && os.Getenv("MASTHEAD_NO_BROWSER") == "" {
			t.Fatal("Chromium is needed: make test installs it")
		}
		t.Skip("no Chromium here, so pages were NOT tried in a browser (make test installs it)")
	}
	dir, err := os.MkdirTemp("", "masthead-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("force-color-profile", "srgb"))...)
	ctx, end := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return &Browser{ctx: ctx, end: func() { end(); stop(); os.RemoveAll(dir) }}
}

// Tab is one page in a browser context of its own: no cookies are shared.
type Tab struct {
	Ctx context.Context
	t   testing.TB

	mu       sync.Mutex
	requests []string
}

// Options of a tab.
type Options struct {
	Width, Height int64 // CSS pixels; 0 is 1440 × 900
	Dark          bool
	NoScript      bool
}

// Tab opens one; it closes with the test.
func (b *Browser) Tab(t testing.TB, o Options) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	tab := &Tab{Ctx: ctx, t: t}
	if o.Width == 0 {
		o.Width, o.Height = 1440, 900
	}
	tab.Do(chromedp.EmulateViewport(o.Width, max(o.Height, 800)))
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	must(t, second(chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})))
	if o.NoScript {
		must(t, second(chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})))
	}
	must(t, chromedp.Listen(ctx, func(ev any) {
		if r, ok := ev.(*network.EventRequestWillBeSent); ok {
			tab.mu.Lock()
			tab.requests = append(tab.requests, r.Request.URL)
			tab.mu.Unlock()
		}
	}))
	must(t, second(chromedp.Call(ctx, network.Enable, network.EnableParams{})))
	return tab
}

func second[T any](_ T, err error) error { return err }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Beside drives another page of the same browser context, which the caller has
// opened with chromedp.NewContext of this tab's.
func (tab *Tab) Beside(ctx context.Context) *Tab { return &Tab{Ctx: ctx, t: tab.t} }

// Do runs actions; the test fails when they do or take over 20 s.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	chromedp.Do(tab.Ctx) // opens the tab with a context that has no end
	ctx, cancel := context.WithTimeout(tab.Ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		where, _ := chromedp.Run(tab.Ctx, chromedp.Location())
		tab.t.Fatalf("at %s: %v", where, err)
	}
}

// Go opens an address.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(address))
}

// Text returns the visible text of the first element that fits.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return Get(tab, chromedp.Text(chromedp.CSS(selector)))
}

// Get runs an action that returns something.
func Get[T any](tab *Tab, a chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.Ctx, 20*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		where, _ := chromedp.Run(tab.Ctx, chromedp.Location())
		tab.t.Fatalf("at %s: %v", where, err)
	}
	return v
}

// Requests returns the addresses that were asked for so far.
func (tab *Tab) Requests() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return append([]string(nil), tab.requests...)
}

// Foreign returns the requests that left the origin of base.
func (tab *Tab) Foreign(base string) (out []string) {
	b, err := url.Parse(base)
	must(tab.t, err)
	for _, r := range tab.Requests() {
		u, err := url.Parse(r)
		if err != nil || (u.Scheme != "data" && u.Scheme != "about" && u.Host != b.Host) {
			out = append(out, r)
		}
	}
	return out
}

// Cookies returns the names of the cookies that were set.
func (tab *Tab) Cookies() (names []string) {
	tab.t.Helper()
	got, err := chromedp.Call(tab.Ctx, network.GetCookies, network.GetCookiesParams{})
	must(tab.t, err)
	for _, c := range got.Cookies {
		names = append(names, c.Name)
	}
	return names
}

// Screenshot writes the whole page as PNG into the folder that
// MASTHEAD_SCREENSHOTS names, if it does.
func (tab *Tab) Screenshot(name string) {
	dir := os.Getenv("MASTHEAD_SCREENSHOTS")
	if dir == "" {
		return
	}
	tab.t.Helper()
	png := Get(tab, chromedp.FullScreenshot(100))
	must(tab.t, os.MkdirAll(dir, 0o755))
	must(tab.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// Tools returns the folder of axe-core and the HTML checker.
func Tools(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MASTHEAD_TOOLS")
	if _, err := os.Stat(filepath.Join(dir, "axe-core", "axe.min.js")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("axe-core and vnu are needed: make test installs them")
		}
		t.Skip("no axe-core and vnu here, so pages were NOT checked with them (make test installs them)")
	}
	return dir
}

var axeSource = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile(filepath.Join(os.Getenv("MASTHEAD_TOOLS"), "axe-core", "axe.min.js"))
	return string(b), err
})

// Axe returns what axe-core finds wrong with the page that is open, one line each.
func (tab *Tab) Axe() (faults []string) {
	tab.t.Helper()
	Tools(tab.t)
	src, err := axeSource()
	must(tab.t, err)
	raw := Get(tab, chromedp.Evaluate[string](src+`;axe.run(document,{resultTypes:["violations"],iframes:false}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.map(n=>n.html.slice(0,160))}))))`, chromedp.EvalAwaitPromise))
	var list []struct {
		ID, Help string
		Nodes    []string
	}
	must(tab.t, json.Unmarshal([]byte(raw), &list))
	for _, v := range list {
		faults = append(faults, fmt.Sprintf("%s: %s: %q", v.ID, v.Help, v.Nodes))
	}
	return faults
}

// Vnu checks HTML files and returns what is wrong, one line each.
func Vnu(t testing.TB, files ...string) (faults []string) {
	t.Helper()
	jar := filepath.Join(Tools(t), "vnu-jar", "build", "dist", "vnu.jar")
	out, err := exec.Command("java", append([]string{"-Xss4m", "-jar", jar, "--errors-only", "--format", "json", "--exit-zero-always"}, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("the HTML checker failed: %v: %s", err, out)
	}
	var report struct {
		Messages []struct{ URL, Message, Extract string }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("the HTML checker answered %.300s", out)
	}
	for _, m := range report.Messages {
		if strings.Contains(m.Message, "“field-sizing”") { // CSS Basic User Interface 4, which it does not know yet
			continue
		}
		faults = append(faults, fmt.Sprintf("%s: %s: %.120s", filepath.Base(m.URL), m.Message, m.Extract))
	}
	return faults
}
