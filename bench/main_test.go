// Package bench measures the real program, and beside it what the machine could
// do at best: a figure alone says little. Figures are for reading; none of them
// fails. PostgreSQL runs without fsync here, as its tests do, except where what
// is measured is how a gift becomes durable.
package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/testkit/pg"
)

var folderOfAll string // for the run

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "masthead-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	folderOfAll = dir
	return m.Run()
}

// built is the program, made when the first benchmark needs it.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folderOfAll, "masthead")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "masthead.dev/masthead/cmd/masthead")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the program does not build: %w\n%s", err, out)
	}
	return path, nil
})

func binary(b *testing.B) string {
	b.Helper()
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	return path
}

var engines = []string{"SQLite", "PostgreSQL"}

// database returns the flags that name a fresh database.
func database(b *testing.B, engine string) []string {
	b.Helper()
	if engine == "PostgreSQL" {
		return []string{"--database", pg.URL(b)}
	}
	return nil
}

// process is the program, serving.
type process struct {
	base    string
	cmd     *exec.Cmd
	started time.Duration
}

func start(b *testing.B, args ...string) *process {
	b.Helper()
	p := &process{cmd: exec.Command(binary(b), append(args, "--addr", "localhost:0")...)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	var log strings.Builder
	p.cmd.Stderr = &log
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	for p.base == "" && scan.Scan() {
		p.base, _ = strings.CutPrefix(scan.Text(), "ready ")
	}
	p.started = time.Since(begun)
	if p.base == "" {
		p.cmd.Wait()
		b.Fatalf("masthead %q did not start: %s", args, log.String())
	}
	go io.Copy(io.Discard, out)
	b.Cleanup(p.stop)
	return p
}

// stop ends the program, and may be called twice.
func (p *process) stop() {
	if err := p.cmd.Process.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
		p.cmd.Wait()
	}
}

// memory is what the program has in memory now, in bytes; 0 where the system
// does not tell.
func (p *process) memory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	if err != nil {
		return 0
	}
	return kb * 1024
}

// masthead runs a command to its end.
func masthead(b *testing.B, args ...string) {
	b.Helper()
	if out, err := exec.Command(binary(b), args...).CombinedOutput(); err != nil {
		b.Fatalf("masthead %q: %v: %s", args, err, out)
	}
}

var client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}}

// fetch reads a page to its end.
func fetch(b *testing.B, url string) []byte {
	resp, err := client.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d, %v", url, resp.StatusCode, err)
	}
	return body
}
