package program

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The stories of test/scripts run the program as a person at a terminal does.
// Beside the commands of testscript they know:
//
//	serve [FLAGS]   starts "masthead serve" until the story ends, on $DATA unless told otherwise; sets $SITE and $LINK
//	halt            ends it, and fails unless it ended well
//	look PATH TEXT  fails unless the page has the text
//	gift AMOUNT     gives it once and waits until it is in the books
//	exits N ARGS    runs masthead, which must end with N
func TestStoriesOfTheTerminal(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "scripts"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("DATA", filepath.Join(env.WorkDir, "newsroom"))
			env.Values[key] = new(story)
			env.Defer(func() { env.Values[key].(*story).end() })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "halt": halt, "look": look, "gift": gift, "exits": exits},
	})
}

type storyKey struct{}

var key = storyKey{}

// story is the server of a story.
type story struct {
	*server
	ends []func()
}

func (s *story) end() {
	for _, fn := range s.ends {
		fn()
	}
}

// teller lets a story use what tests use.
type teller struct {
	testing.TB
	ts *testscript.TestScript
	s  *story
}

func (t teller) Helper()                      {}
func (t teller) Cleanup(fn func())            { t.s.ends = append(t.s.ends, fn) }
func (t teller) Fatal(args ...any)            { t.ts.Fatalf("%v", args) }
func (t teller) Fatalf(f string, args ...any) { t.ts.Fatalf(f, args...) }
func (t teller) Context() context.Context     { return context.Background() }
func (t teller) TempDir() string              { return t.ts.Getenv("WORK") }
func tell(ts *testscript.TestScript) teller   { return teller{ts: ts, s: ts.Value(key).(*story)} }

func serve(ts *testscript.TestScript, neg bool, args []string) {
	args = append([]string{"serve"}, args...)
	if after(args, "--data") == "" {
		args = append(args, "--data", ts.Getenv("DATA"))
	}
	t := tell(ts)
	s, err := launch(t, args...)
	if err != nil {
		ts.Fatalf("%v", err)
	}
	t.s.server = s
	ts.Setenv("SITE", s.Base)
	ts.Setenv("LINK", s.Desk)
}

func halt(ts *testscript.TestScript, neg bool, args []string) {
	s := tell(ts).s
	if err := s.stop(); err != nil {
		ts.Fatalf("the server did not end well: %v: %s", err, s.Log)
	}
}

func look(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: look PATH TEXT")
	}
	resp, err := client.Get(tell(ts).s.Base + args[0])
	if err != nil {
		ts.Fatalf("%v", err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if _, err := io.Copy(&b, resp.Body); err != nil {
		ts.Fatalf("%v", err)
	}
	if strings.Contains(b.String(), args[1]) == neg {
		ts.Fatalf("%s (%d): has %q: %v\n%.2000s", args[0], resp.StatusCode, args[1], !neg, b.String())
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	r := masthead(tell(ts), args[1:]...)
	ts.Logf("%s%s", r.Stdout, r.Stderr)
	if got := string(rune('0' + r.Code)); got != args[0] {
		ts.Fatalf("masthead %q ended with %s, not %s", args[1:], got, args[0])
	}
}

func gift(ts *testscript.TestScript, neg bool, args []string) {
	t := tell(ts)
	s := t.s.server
	books := s.received(t, "USD")
	_, session := s.begin(t, s.forms(t, "/give", 1)[0], args[0], "once", "reader@story.example")
	s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
	within(t, patience, func() error {
		if got := s.received(t, "USD"); got == books {
			return fmt.Errorf("the books have still received %d cents", got)
		}
		return nil
	})
	s.settled(t)
}
