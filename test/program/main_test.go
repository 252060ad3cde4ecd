// Package program tests the real program from outside: the built binary, both
// databases, HTTP and a browser. Nothing here knows how a page is made.
package program

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"masthead.dev/masthead/internal/testkit/browser"
	"masthead.dev/masthead/internal/testkit/pg"
)

// The demo that the tests read and give to: the same newsroom every time.
const (
	seed = "7"
	at   = "2026-11-20T18:00:00Z"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) { os.Exit(browser.Main(func() int { return run(m) })) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "masthead-program-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer shared.stop()
	return m.Run()
}

// build makes the program, unless MASTHEAD_BINARY names one that is to be tested.
func build(dir string) (string, error) {
	if given := os.Getenv("MASTHEAD_BINARY"); given != "" {
		return filepath.Abs(given)
	}
	file := filepath.Join(dir, "masthead")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", file, "masthead.dev/masthead/cmd/masthead")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the program does not build: %w\n%s", err, out)
	}
	return file, nil
}

// torture tells whether the long trials run, not only what fits into a minute.
func torture() bool { return os.Getenv("MASTHEAD_TORTURE") != "" }

// engine is a database that the program runs on.
type engine string

const (
	sqlite   engine = "SQLite"
	postgres engine = "PostgreSQL"
)

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, e engine)) {
	t.Helper()
	for _, e := range []engine{sqlite, postgres} {
		t.Run(string(e), func(t *testing.T) { fn(t, e) })
	}
}

// database returns the flags that name a fresh database of the engine.
func (e engine) database(t testing.TB) []string {
	t.Helper()
	if e == postgres {
		return []string{"--database", pg.URL(t)}
	}
	return nil
}

// demos are started once, when a test first asks for one, and serve all tests.
type demos struct {
	mu      sync.Mutex
	running map[string]*server
	hold    []func()
}

var shared = demos{running: map[string]*server{}}

// reading is a demo that no test changes.
func reading(t *testing.T, e engine) *server { return shared.get(t, "reading", e) }

// giving is a demo that tests give money to; a test can rely on what it adds,
// not on what stands there.
func giving(t *testing.T, e engine) *server { return shared.get(t, "giving", e) }

func (d *demos) get(t *testing.T, name string, e engine) *server {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	key := name + " " + string(e)
	if s := d.running[key]; s != nil {
		return s
	}
	life := &lifetime{TB: t}
	d.hold = append(d.hold, life.end)
	s, err := launch(life, append([]string{"demo", "--seed", seed, "--at", at}, e.database(life)...)...)
	if err != nil {
		t.Fatal(err)
	}
	s.first = snapshot(t, s)
	d.running[key] = s
	return s
}

func (d *demos) stop() {
	for _, end := range d.hold {
		end()
	}
}

// lifetime lets what one test starts live until the end of all.
type lifetime struct {
	testing.TB
	ends []func()
}

func (l *lifetime) Cleanup(fn func()) { l.ends = append(l.ends, fn) }

func (l *lifetime) TempDir() string {
	dir, err := os.MkdirTemp("", "masthead-demo-")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (l *lifetime) end() {
	for i := len(l.ends) - 1; i >= 0; i-- {
		l.ends[i]()
	}
}

// corpora is the folder of real inputs that others wrote.
func corpora(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("MASTHEAD_CORPORA")
	if dir == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("MASTHEAD_CORPORA is needed: the folder of real inputs")
		}
		t.Skip("MASTHEAD_CORPORA is not set, so real inputs were NOT tried")
	}
	return filepath.Join(append([]string{dir}, elem...)...)
}
