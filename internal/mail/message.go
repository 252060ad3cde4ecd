package mail

import (
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"masthead.dev/masthead/internal/fault"
)

// Message is one mail to one person.
type Message struct {
	ID      string // of the outbox; becomes the Message-ID, so that a repeat is known
	From    Address
	ReplyTo string // an address; "" for none
	To      Address
	Subject string
	Text    string
	HTML    string            // "" for a mail of text alone
	Headers map[string]string // further ones; only those in further
	Date    time.Time
}

// further are the headers that a message may bring along; all others are set
// here.
var further = []string{"Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence"}

// compose writes a message (RFC 5322, MIME: text, and HTML as its alternative,
// quoted-printable). fault.Invalid where an address is none, or a header holds
// a line break or a control character: names and subjects come from readers,
// and a line break would let them write headers of their own.
func compose(m Message) (*gomail.Msg, error) {
	if err := checkHeaders(m); err != nil {
		return nil, err
	}
	for _, a := range []string{m.From.Email, m.To.Email} {
		if clean, err := CleanAddress(a); err != nil || clean != a {
			return nil, fault.New(fault.Invalid, "the mail %s has the address %q, which can't be used", m.ID, a)
		}
	}
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: m.From.Name, Address: m.From.Email})
	msg.ToMailAddress(&netmail.Address{Name: m.To.Name, Address: m.To.Email})
	if m.ReplyTo != "" {
		msg.ReplyToMailAddress(&netmail.Address{Address: m.ReplyTo})
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	_, domain, _ := strings.Cut(m.From.Email, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(textproto.CanonicalMIMEHeaderKey(name)), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

func checkHeaders(m Message) error {
	values := []string{m.ID, m.From.Name, m.From.Email, m.ReplyTo, m.To.Name, m.To.Email, m.Subject}
	for name, value := range m.Headers {
		if !slices.Contains(further, textproto.CanonicalMIMEHeaderKey(name)) {
			return fault.New(fault.Invalid, "a mail can't bring the header %q", name)
		}
		values = append(values, value)
	}
	for _, v := range values {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }) {
			return fault.New(fault.Invalid, "the mail %s has a line break or control character in a header", m.ID)
		}
	}
	return nil
}

// OneLine makes a text fit for a header: every run of white space and control
// characters becomes one blank.
func OneLine(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(clean), " ")
}
