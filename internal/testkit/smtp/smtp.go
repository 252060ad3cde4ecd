// Package smtp is a mail server for tests that takes, refuses, puts off or
// stalls, as it is told. It listens on loopback and ends with the test.
package smtp

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// Letter is a mail that the server took.
type Letter struct {
	From string
	To   []string
	Body []byte
}

// Server is the mail server.
type Server struct {
	Port int

	mu       sync.Mutex
	letters  []Letter
	refuse   map[string]bool
	greylist map[string]int
	stall    chan struct{} // not nil: the answer to a text waits for it
	user     string
	password string
}

// Start starts a server that takes everything.
func Start(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Port: l.Addr().(*net.TCPAddr).Port, refuse: map[string]bool{}, greylist: map[string]int{}}
	srv := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &session{server: s}, nil }))
	srv.Domain, srv.AllowInsecureAuth = "localhost", true
	srv.ReadTimeout, srv.WriteTimeout = 20*time.Second, 20*time.Second
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() {
		s.Resume()
		srv.Close()
		<-done
	})
	return s
}

// Refuse refuses mails to an address for good.
func (s *Server) Refuse(to string) { s.set(func() { s.refuse[to] = true }) }

// Greylist puts mails to an address off n times.
func (s *Server) Greylist(to string, n int) { s.set(func() { s.greylist[to] = n }) }

// Demand insists on a name and password.
func (s *Server) Demand(user, password string) { s.set(func() { s.user, s.password = user, password }) }

// Stall reads texts from now on and does not answer them, until Resume.
func (s *Server) Stall() { s.set(func() { s.stall = make(chan struct{}) }) }

// Resume answers again.
func (s *Server) Resume() {
	s.set(func() {
		if s.stall != nil {
			close(s.stall)
			s.stall = nil
		}
	})
}

// Letters are the mails that were taken.
func (s *Server) Letters() (list []Letter) {
	s.set(func() { list = append(list, s.letters...) })
	return list
}

func (s *Server) set(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

type session struct {
	server *Server
	letter Letter
	known  bool
}

var _ gosmtp.AuthSession = (*session)(nil)

// AuthMechanisms implements gosmtp.AuthSession.
func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements gosmtp.AuthSession.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		x.server.mu.Lock()
		defer x.server.mu.Unlock()
		if user != x.server.user || password != x.server.password {
			return errors.New("wrong name or password")
		}
		x.known = true
		return nil
	}), nil
}

// Mail implements gosmtp.Session.
func (x *session) Mail(from string, _ *gosmtp.MailOptions) error {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	if x.server.user != "" && !x.known {
		return gosmtp.ErrAuthRequired
	}
	x.letter = Letter{From: from}
	return nil
}

// Rcpt implements gosmtp.Session.
func (x *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	if x.server.refuse[to] {
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	if x.server.greylist[to] > 0 {
		x.server.greylist[to]--
		return &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 7, 1}, Message: "come back later"}
	}
	x.letter.To = append(x.letter.To, to)
	return nil
}

// Data implements gosmtp.Session.
func (x *session) Data(r io.Reader) (err error) {
	if x.letter.Body, err = io.ReadAll(r); err != nil {
		return err
	}
	var stall chan struct{}
	x.server.set(func() { stall = x.server.stall })
	if stall != nil {
		<-stall
	}
	x.server.set(func() { x.server.letters = append(x.server.letters, x.letter) })
	return nil
}

// Reset implements gosmtp.Session.
func (x *session) Reset() { x.letter = Letter{} }

// Logout implements gosmtp.Session.
func (*session) Logout() error { return nil }
