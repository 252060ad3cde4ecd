// Package pg starts a private PostgreSQL for tests: its own folder, its own
// socket, no network address, ended with the test run.
package pg

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"masthead.dev/masthead/internal/id"
)

// Env names the variable with the address of a server that tests may make
// databases on. `make test` starts one and sets it.
const Env = "MASTHEAD_TEST_POSTGRES"

// URL makes an empty database for a test on the server of Env, or on one that
// this process starts, and returns its address. Where there is no PostgreSQL it
// fails in CI and skips elsewhere.
func URL(t testing.TB) string {
	t.Helper()
	return fresh(t, at(t), "template0")
}

var (
	filled sync.Once
	mould  string
)

// Filled makes a database for a test that is a copy of one which fill was run
// on, once in this process: much faster than filling each. fill must close what
// it opens.
func Filled(t testing.TB, fill func(url string) error) string {
	t.Helper()
	base := at(t)
	filled.Do(func() {
		name := "mould_" + id.New()
		run(t, base, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
		if err := fill(within(base, name)); err != nil {
			t.Fatal(err)
		}
		mould = name
	})
	if mould == "" {
		t.Fatal("the database that all tests copy could not be filled")
	}
	return fresh(t, base, mould)
}

// Durable makes an empty database on a server of its own, whose commits wait for
// the disk as those of a newsroom do; for measuring.
func Durable(t testing.TB) string {
	t.Helper()
	return fresh(t, slow.at(t), "template0")
}

func at(t testing.TB) string {
	if base := os.Getenv(Env); base != "" {
		return base
	}
	return quick.at(t)
}

func fresh(t testing.TB, base, template string) string {
	name := "t_" + id.New()
	// Copying files beats writing the copy to the log three times over.
	run(t, base, "CREATE DATABASE "+name+" TEMPLATE "+template+" ENCODING 'UTF8' STRATEGY FILE_COPY")
	t.Cleanup(func() { run(t, base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return within(base, name)
}

func within(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

func run(t testing.TB, base, statement string) {
	t.Helper()
	d, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// one is a server that all tests of this process share.
type one struct {
	durable bool
	begin   sync.Once
	server  *Server
	fault   error
}

var quick, slow = &one{}, &one{durable: true}

func (o *one) at(t testing.TB) string {
	t.Helper()
	o.begin.Do(func() { o.server, o.fault = Start(o.durable) })
	if o.fault == nil {
		return o.server.URL
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("PostgreSQL is needed: %v", o.fault)
	}
	t.Skipf("PostgreSQL is not here, so this engine is NOT tested: %v (make test installs it)", o.fault)
	return ""
}

// Server is a running private PostgreSQL.
type Server struct {
	URL  string
	dir  string
	cmd  *exec.Cmd
	hold io.Closer // closing it ends the server
}

// Start makes a cluster in a temporary folder and starts it on a socket of its
// own. It ends by itself when this process does: a watcher waits for that. One
// that is not durable is faster, and loses its data with the machine's power.
func Start(durable bool) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "masthead-pg-")
	if err != nil {
		return nil, err
	}
	who, cred, err := account(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", who, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	init.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	init.Dir = dir
	if out, err := init.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %v: %s", err, out)
	}
	// A shell holds the server and ends it when its standard input, which this
	// process owns, is closed: by Stop, or by the end of the process however it comes.
	script := `"$1" -D "$2" -k "$3" -c listen_addresses= -c fsync=$4 -c synchronous_commit=$4 -c full_page_writes=$4 -c max_connections=200 >"$3/log" 2>&1 & p=$!; read x; kill -INT $p; wait $p; rm -rf "$3"`
	cmd := exec.Command("/bin/sh", "-c", script, "sh", filepath.Join(bin, "postgres"), data, dir, map[bool]string{true: "on", false: "off"}[durable])
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Setpgid: true}
	cmd.Dir = dir
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, cmd: cmd, hold: hold, URL: "postgres://" + who + "@/postgres?host=" + url.QueryEscape(dir)}
	return s, s.wait()
}

func (s *Server) wait() error {
	d, err := sql.Open("pgx", s.URL)
	if err != nil {
		return err
	}
	defer d.Close()
	for range 150 {
		if err = d.PingContext(context.Background()); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("PostgreSQL did not start: %v: %s", err, log)
}

// Stop ends the server; its folder goes with it.
func (s *Server) Stop() {
	s.hold.Close()
	s.cmd.Wait()
}

// account returns whom to run the server as: initdb refuses root.
func account(dir string) (string, *syscall.Credential, error) {
	if os.Geteuid() != 0 {
		u, err := user.Current()
		if err != nil {
			return "", nil, err
		}
		return u.Username, nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return "", nil, err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		return "", nil, err
	}
	return u.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// binaries finds the newest installed server; Debian keeps it off the PATH.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("no initdb on this machine")
	}
	sort.Slice(found, func(i, j int) bool { return major(found[i]) < major(found[j]) })
	return filepath.Dir(found[len(found)-1]), nil
}

func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(path, "/usr/lib/postgresql/"), "/")[0])
	return n
}
