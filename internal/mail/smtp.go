package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"masthead.dev/masthead/internal/fault"
)

// Sender hands one message to the world. It returns nil when the message was
// taken over, and otherwise an error whose Outcome says whether it may be tried
// again.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Outcome tells what an error of a Sender means for the message.
type Outcome string

// The outcomes. After Uncertain the message may or may not have arrived, so
// that it must not be sent again without a person's word.
const (
	Again     Outcome = "again"
	Refused   Outcome = "refused" // this message, for good
	Uncertain Outcome = "uncertain"
)

// Failure is an error of a Sender.
type Failure struct {
	Outcome Outcome
	Err     error
}

// Error implements error.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// OutcomeOf finds what an error means; Again where it does not say.
func OutcomeOf(err error) Outcome {
	var f *Failure
	if errors.As(err, &f) {
		return f.Outcome
	}
	return Again
}

// Security is how the connection to a mail server is protected.
type Security string

// The ways. None is for a server on this machine only.
const (
	TLS      Security = "tls"      // from the first byte (RFC 8314), usually port 465
	StartTLS Security = "starttls" // asked for and insisted on (RFC 3207), usually port 587
	None     Security = "none"
)

// Server is a mail server as it is set at the desk. The password is kept
// beside it, sealed.
type Server struct {
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security Security `json:"security"`
	User     string   `json:"user,omitempty"` // "" signs in nowhere
	From     string   `json:"from"`           // address that mails come from
	FromName string   `json:"from_name,omitempty"`
	ReplyTo  string   `json:"reply_to,omitempty"`
}

// Where a Server is kept: the name of the setting, and of its sealed password.
const (
	Setting = "mail"
	Secret  = "mail.password"
)

// Set tells whether there is a mail server at all.
func (s Server) Set() bool { return s.Host != "" }

// Validate returns fault.Fields with keys of the message catalogue.
func (s Server) Validate() error {
	bad := fault.Fields{}
	if s.Host == "" || strings.ContainsAny(s.Host, " /:@\r\n\t") {
		bad["host"] = "mail.bad.host"
	}
	if s.Port < 1 || s.Port > 65535 {
		bad["port"] = "mail.bad.port"
	}
	if s.Security != TLS && s.Security != StartTLS && (s.Security != None || !loopback(s.Host)) {
		bad["security"] = "mail.bad.security"
	}
	if clean, err := CleanAddress(s.From); err != nil || clean != s.From {
		bad["from"] = "mail.bad.address"
	}
	if clean, err := CleanAddress(s.ReplyTo); s.ReplyTo != "" && (err != nil || clean != s.ReplyTo) {
		bad["reply_to"] = "mail.bad.address"
	}
	return bad.Err()
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// SMTP sends by a mail server, one connection a message.
type SMTP struct {
	Server   Server
	Password string
	TLS      *tls.Config   // nil checks the server's certificate as usual
	Sign     *DKIM         // nil signs nothing
	Patience time.Duration // how long any one step of the talk may take; 0 is 30 s
}

const patience = 30 * time.Second

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(m)
	if err != nil {
		return &Failure{Refused, err}
	}
	if s.Sign != nil {
		if err := s.Sign.sign(msg); err != nil {
			return &Failure{Again, err}
		}
	}
	client, err := gomail.NewClient(s.Server.Host, s.options()...)
	if err != nil {
		return &Failure{Again, fmt.Errorf("the mail server's settings can't be used: %w", err)}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what fails after the server has taken it does not matter
		return nil
	}
	return &Failure{outcome(err), fmt.Errorf("the mail server %s: %s", s.Server.Host, unnamed(err, m.To.Email))}
}

// unnamed is what went wrong without the address that it went wrong with: the
// reason stands in logs.
func unnamed(err error, address string) string {
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), "<"+address+">", "…"), address, "…")
}

func (s *SMTP) options() []gomail.Option {
	out := []gomail.Option{gomail.WithPort(s.Server.Port), gomail.WithTimeout(cmp.Or(s.Patience, patience))}
	switch s.Server.Security {
	case TLS:
		out = append(out, gomail.WithSSL())
	case None:
		out = append(out, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		out = append(out, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.TLS != nil {
		out = append(out, gomail.WithTLSConfig(s.TLS))
	}
	if s.Server.User != "" {
		how := gomail.SMTPAuthAutoDiscover
		if s.Server.Security == None { // on this machine, where nobody listens in
			how = gomail.SMTPAuthPlainNoEnc
		}
		out = append(out, gomail.WithSMTPAuth(how), gomail.WithUsername(s.Server.User), gomail.WithPassword(s.Password))
	}
	return out
}

// outcome reads the server's answer (RFC 5321, 4.2.1): 5yz to this message is
// for good, 4yz for now. No answer after the text was handed over leaves it
// open; whatever goes wrong before that has delivered nothing.
func outcome(err error) Outcome {
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return Again
	}
	switch code := sent.ErrorCode(); {
	case code >= 500:
		return Refused
	case code == 0 && sent.Reason == gomail.ErrSMTPDataClose:
		return Uncertain
	}
	return Again
}
