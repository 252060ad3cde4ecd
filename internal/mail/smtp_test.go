package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"masthead.dev/masthead/internal/mail"
)

// server is an SMTP server for tests that says what it is told to.
type server struct {
	t     *testing.T
	port  int
	roots *x509.CertPool
	tls   *tls.Config
	auth  string            // "user\x00password" it insists on; "" for none
	say   map[string]string // verb → answer instead of the usual one; "hang up" closes the connection

	mu   sync.Mutex
	got  []string // bodies, dots unstuffed
	safe bool     // the last mail came over TLS
}

func listen(t *testing.T, implicitTLS bool) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, port: l.Addr().(*net.TCPAddr).Port, say: map[string]string{}}
	s.certificate()
	var conns sync.WaitGroup
	t.Cleanup(func() { l.Close(); conns.Wait() })
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				if implicitTLS {
					c = tls.Server(c, s.tls)
				}
				s.talk(c, implicitTLS)
				c.Close()
			})
		}
	})
	return s
}

func (s *server) certificate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	s.roots = x509.NewCertPool()
	s.roots.AddCert(leaf)
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (s *server) talk(c net.Conn, safe bool) {
	c.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 localhost\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " -")[0])
		answer := s.say[verb]
		switch {
		case answer != "":
		case verb == "EHLO":
			answer = "250-localhost\r\n250-AUTH PLAIN\r\n250 8BITMIME"
			if !safe {
				answer = "250-localhost\r\n250-STARTTLS\r\n250 8BITMIME"
			}
		case verb == "STARTTLS":
			fmt.Fprint(c, "220 go\r\n")
			up := tls.Server(c, s.tls)
			if up.Handshake() != nil {
				return
			}
			c, in, safe = up, bufio.NewReader(up), true
			continue
		case verb == "AUTH":
			answer = "535 wrong"
			if f := strings.Fields(line); len(f) == 3 {
				if plain, _ := base64.StdEncoding.DecodeString(f[2]); string(plain) == "\x00"+s.auth {
					answer = "235 welcome"
				}
			}
		case verb == "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			if answer = s.data(in, safe); answer == "hang up" {
				return
			}
		case verb == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			answer = "250 fine"
		}
		fmt.Fprint(c, answer+"\r\n")
	}
}

func (s *server) data(in *bufio.Reader, safe bool) string {
	var body strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "hang up"
		}
		if line == ".\r\n" {
			break
		}
		body.WriteString(strings.TrimPrefix(line, "."))
	}
	if answer := s.say["."]; answer != "" {
		return answer
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got, s.safe = append(s.got, body.String()), safe
	return "250 taken"
}

func (s *server) sender(security mail.Security) *mail.SMTP {
	return &mail.SMTP{
		Server: mail.Server{Host: "localhost", Port: s.port, Security: security, From: "desk@lantern.example"},
		TLS:    &tls.Config{RootCAs: s.roots, ServerName: "localhost", MinVersion: tls.VersionTLS12},
	}
}

func TestAMailTravelsByEachKindOfConnection(t *testing.T) {
	for _, security := range []mail.Security{mail.TLS, mail.StartTLS, mail.None} {
		t.Run(string(security), func(t *testing.T) {
			s := listen(t, security == mail.TLS)
			out := s.sender(security)
			if security != mail.None {
				s.auth = "desk\x00secret"
				out.Server.User, out.Password = "desk", "secret"
			}
			if err := out.Send(t.Context(), sample()); err != nil {
				t.Fatal(err)
			}
			if len(s.got) != 1 || s.safe != (security != mail.None) {
				t.Fatalf("got %d mails, safe %v", len(s.got), s.safe)
			}
			if !strings.Contains(s.got[0], "To: =?") || !strings.Contains(s.got[0], "\r\n.\r\n") {
				t.Errorf("the server read\n%s", s.got[0])
			}
		})
	}
}

func TestAConnectionThatIsNotSafeIsNotUsed(t *testing.T) {
	s := listen(t, false)
	s.say["EHLO"] = "250-localhost\r\n250 8BITMIME" // no STARTTLS on offer
	out := s.sender(mail.StartTLS)
	if err := out.Send(t.Context(), sample()); err == nil || len(s.got) > 0 {
		t.Errorf("sent without encryption: %v", err)
	}
	s = listen(t, false)
	out = s.sender(mail.StartTLS)
	out.TLS = nil // the certificate is nobody's
	if err := out.Send(t.Context(), sample()); err == nil || len(s.got) > 0 {
		t.Errorf("sent to a server with a false certificate: %v", err)
	}
}

func TestAnErrorSaysWhetherTheMailMayBeSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		say  map[string]string
		want mail.Outcome
	}{
		"nobody there by that name":   {map[string]string{"RCPT": "550 no such user"}, mail.Refused},
		"box full for now":            {map[string]string{"RCPT": "452 full"}, mail.Again},
		"text refused":                {map[string]string{".": "554 spam"}, mail.Refused},
		"text put off":                {map[string]string{".": "451 later"}, mail.Again},
		"line broke after the text":   {map[string]string{".": "hang up"}, mail.Uncertain},
		"line broke before the text":  {map[string]string{"DATA": "421 closing"}, mail.Again},
		"taken, then nothing is fine": {map[string]string{"RSET": "500 what"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, false)
			s.say = c.say
			err := s.sender(mail.None).Send(t.Context(), sample())
			if c.want == "" {
				if err != nil {
					t.Errorf("a mail that was taken counts as failed: %v", err)
				}
				return
			}
			if err == nil || mail.OutcomeOf(err) != c.want {
				t.Errorf("%s: %v", mail.OutcomeOf(err), err)
			}
		})
	}
	out := &mail.SMTP{Server: mail.Server{Host: "localhost", Port: 1, Security: mail.None}}
	if err := out.Send(t.Context(), sample()); err == nil || mail.OutcomeOf(err) != mail.Again {
		t.Errorf("no server: %v", err)
	}
	bad := sample()
	bad.Subject = "a\r\nb"
	if err := out.Send(t.Context(), bad); mail.OutcomeOf(err) != mail.Refused {
		t.Errorf("a mail that can't be written: %v", err)
	}
	if mail.OutcomeOf(io.ErrUnexpectedEOF) != mail.Again {
		t.Error("an error without an outcome is not tried again")
	}
}

func TestAWrongPasswordIsNotTheMailsFault(t *testing.T) {
	s := listen(t, true)
	s.auth = "desk\x00secret"
	out := s.sender(mail.TLS)
	out.Server.User, out.Password = "desk", "wrong"
	if err := out.Send(t.Context(), sample()); err == nil || mail.OutcomeOf(err) != mail.Again {
		t.Errorf("%v", err)
	}
}

func TestTheSettingsOfAServerAreChecked(t *testing.T) {
	good := mail.Server{Host: "smtp.example.org", Port: 587, Security: mail.StartTLS, From: "desk@lantern.example"}
	if err := good.Validate(); err != nil || !good.Set() {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*mail.Server){
		"host":     func(s *mail.Server) { s.Host = "https://smtp.example.org" },
		"port":     func(s *mail.Server) { s.Port = 0 },
		"security": func(s *mail.Server) { s.Security = mail.None },
		"from":     func(s *mail.Server) { s.From = "The Desk <desk@lantern.example>" },
		"reply_to": func(s *mail.Server) { s.ReplyTo = "nobody" },
	} {
		s := good
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), field+": mail.bad.") {
			t.Errorf("%s: %v", field, err)
		}
	}
	local := good
	local.Host, local.Security = "127.0.0.1", mail.None
	if err := local.Validate(); err != nil {
		t.Errorf("a server on this machine: %v", err)
	}
}
