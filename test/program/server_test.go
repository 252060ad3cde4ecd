package program

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is the program, serving.
type server struct {
	Base    string // http://localhost:1234
	Desk    string // one-time link: signs in to a demo, or sets a newsroom up
	Mailbox string
	Data    string
	Where   []string // flags that let another command work on the same newsroom
	PID     int
	Log     *buffer
	Started time.Duration // from the call to the line that it is ready

	first picture // of a shared demo, before any test
	stop  func() error
}

// A shell holds the program and ends it when its own standard input is closed:
// by the test, or by the end of the test's process however it comes.
const holder = `"$@" & p=$!; echo "pid $p"; exec >/dev/null 2>&1; read x; kill -TERM $p; wait $p`

// start runs "masthead demo …" or "masthead serve …" with the arguments until
// the test ends. Address and folder are added where they are not given.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	s, err := launch(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func launch(t testing.TB, args ...string) (*server, error) {
	s := &server{Log: new(buffer)}
	if s.Data = after(args, "--data"); s.Data == "" {
		s.Data = filepath.Join(t.TempDir(), "newsroom")
		args = append(args, "--data", s.Data)
	}
	if after(args, "--addr") == "" {
		args = append(args, "--addr", "localhost:0")
	}
	s.Where = []string{"--data", s.Data}
	if db := after(args, "--database"); db != "" {
		s.Where = append(s.Where, "--database", db)
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", holder, "sh", binary}, args...)...)
	cmd.Stderr = s.Log
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.stop = sync.OnceValue(func() error { hold.Close(); return cmd.Wait() })
	t.Cleanup(func() { s.stop() }) // one that was stopped before may have ended as it likes
	if err := s.listen(out, args[0] == "demo"); err != nil {
		s.stop()
		return nil, fmt.Errorf("masthead %s: %w: %s", strings.Join(args, " "), err, s.Log)
	}
	s.Started = time.Since(begun)
	return s, nil
}

// patience is how long anything may take that is not a matter of speed.
const patience = 60 * time.Second

// listen reads what the program says about itself until it is ready.
func (s *server) listen(out io.Reader, demo bool) error {
	lines := make(chan string)
	go func() {
		scan := bufio.NewScanner(out)
		for scan.Scan() {
			lines <- scan.Text()
		}
		close(lines)
	}()
	limit := time.After(patience)
	for !s.complete(demo) {
		select {
		case line, open := <-lines:
			if !open {
				return fmt.Errorf("it ended before it was ready")
			}
			s.hear(line)
		case <-limit:
			return fmt.Errorf("it was not ready after %s", patience)
		}
	}
	go func() {
		for range lines { // so that the program never waits for a reader
		}
	}()
	return nil
}

func (s *server) complete(demo bool) bool {
	return s.Base != "" && s.Desk != "" && (!demo || s.Mailbox != "")
}

func (s *server) hear(line string) {
	address := line[strings.LastIndex(line, " ")+1:]
	switch {
	case strings.HasPrefix(line, "pid "):
		s.PID, _ = strconv.Atoi(address)
	case strings.HasPrefix(line, "ready "):
		s.Base = address
	case strings.HasPrefix(line, "mailbox"):
		s.Mailbox = address
	case strings.Contains(address, "/desk"):
		s.Desk = address
	}
}

func after(args []string, flag string) string {
	for i, a := range args[:max(0, len(args)-1)] {
		if a == flag {
			return args[i+1]
		}
	}
	return ""
}

// result is what a command said and how it ended.
type result struct {
	Stdout, Stderr string
	Code           int
}

// masthead runs a command to its end.
func masthead(t testing.TB, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// on runs a command on the newsroom of a server; it must go well.
func (s *server) on(t testing.TB, args ...string) string {
	t.Helper()
	r := masthead(t, append(args, s.Where...)...)
	if r.Code != 0 {
		t.Fatalf("masthead %q ended with %d: %s", args, r.Code, r.Stderr)
	}
	return r.Stdout
}

// buffer can be read while a process writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// within asks again and again until done says that it is so; what it returned
// last is the failure.
func within(t testing.TB, limit time.Duration, done func() error) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		err := done()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %s: %v", limit, err)
		}
		time.Sleep(20 * time.Millisecond) // between two looks, not instead of one
	}
}

// client follows no redirects and keeps no cookies.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 32},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// answer is a response that was read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// ask sends a request; head are pairs of a name and a value.
func (s *server) ask(t testing.TB, method, address string, body io.Reader, head ...string) answer {
	t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.Base + address
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Log)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return answer{resp.StatusCode, resp.Header, b}
}

func (s *server) get(t testing.TB, address string, head ...string) answer {
	t.Helper()
	return s.ask(t, http.MethodGet, address, nil, head...)
}
