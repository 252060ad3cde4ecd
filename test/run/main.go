// Run starts a private PostgreSQL, runs go test with the arguments it is given
// and ends the server, so that all packages share one.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"masthead.dev/masthead/internal/testkit/pg"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	signal.Ignore(os.Interrupt) // go test gets it too and ends; then so do we
	env := os.Environ()
	if os.Getenv(pg.Env) == "" {
		server, err := pg.Start(false)
		if err != nil {
			fmt.Fprintln(os.Stderr, "PostgreSQL can't be started, and the tests need it:", err)
			return 1
		}
		defer server.Stop()
		env = append(env, pg.Env+"="+server.URL)
	}
	tools, err := filepath.Abs(".tools/node_modules")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cmd := exec.Command("go", append([]string{"test"}, args...)...)
	cmd.Env = append(env, "MASTHEAD_TOOLS="+tools)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return 1
	}
	return 0
}
