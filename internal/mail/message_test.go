package mail_test

import (
	"bytes"
	"io"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message/mail"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/mail"
)

func sample() mail.Message {
	return mail.Message{
		ID:   "0123456789abcdefghjkmnpqrs",
		From: mail.Address{Name: "The Alderwick Lantern", Email: "desk@lantern.example"}, ReplyTo: "dora@lantern.example",
		To:      mail.Address{Name: "Rowan Pell, مریم", Email: "rowan@pell.example"},
		Subject: "Thank you: your €25 has arrived · سپاس", Text: "Hello Rowan,\n\n.\nit has arrived.\n", HTML: "<p>Hello Rowan, it has arrived.</p>",
		Headers: map[string]string{"Auto-Submitted": "auto-generated"}, Date: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC),
	}
}

func TestAMailIsReadBackAsItWasWritten(t *testing.T) {
	m := sample()
	raw, err := mail.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Header.Subject(); err != nil || s != m.Subject {
		t.Errorf("subject %q %v", s, err)
	}
	if to, err := r.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Name != m.To.Name || to[0].Address != m.To.Email {
		t.Errorf("to %v %v", to, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + m.ID + "@lantern.example>", "Auto-Submitted": "auto-generated", "Reply-To": "<dora@lantern.example>",
		"Date": "Fri, 20 Nov 2026 14:05:00 +0000", "User-Agent": "", "X-Mailer": "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var parts []string
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(p.Body)
		parts = append(parts, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if len(parts) != 2 || parts[0] != m.Text || strings.TrimSpace(parts[1]) != m.HTML {
		t.Errorf("parts: %q", parts)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 998 || strings.Contains(line, "\n") {
			t.Errorf("a line that servers break: %.80q", line)
		}
	}
}

func TestNobodyWritesHeadersByALineBreak(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Message){
		"subject":        func(m *mail.Message) { m.Subject = "Hi\r\nBcc: all@x.example" },
		"subject, bare":  func(m *mail.Message) { m.Subject = "Hi\nBcc: all@x.example" },
		"subject, NUL":   func(m *mail.Message) { m.Subject = "Hi\x00" },
		"name":           func(m *mail.Message) { m.To.Name = "Rowan\r\nBcc: all@x.example" },
		"address":        func(m *mail.Message) { m.To.Email = "rowan@pell.example\r\nBcc: all@x.example" },
		"two addresses":  func(m *mail.Message) { m.To.Email = "rowan@pell.example, all@x.example" },
		"reply":          func(m *mail.Message) { m.ReplyTo = "a@x.example\r\nBcc: b@x.example" },
		"header's value": func(m *mail.Message) { m.Headers["List-Id"] = "x\r\nBcc: b@x.example" },
		"header's name":  func(m *mail.Message) { m.Headers["Bcc"] = "b@x.example" },
		"broken name":    func(m *mail.Message) { m.Headers["X: y\r\nBcc"] = "b@x.example" },
	} {
		m := sample()
		spoil(&m)
		if raw, err := mail.Build(m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v\n%s", name, err, raw)
		}
		if name == "subject" {
			m.Subject = mail.OneLine(m.Subject)
			raw, err := mail.Build(m)
			if err != nil {
				t.Fatal(err)
			}
			if read, err := netmail.ReadMessage(bytes.NewReader(raw)); err != nil || read.Header.Get("Bcc") != "" || read.Header.Get("Subject") != "Hi Bcc: all@x.example" {
				t.Errorf("%v %v", read, err)
			}
		}
	}
}

func TestAnAddressIsTakenOrRefusedByItsForm(t *testing.T) {
	for in, want := range map[string]string{
		"Dora@Lantern.Example":                 "dora@lantern.example",
		" a.b+c@x.example ":                    "a.b+c@x.example",
		"dora@zürich.example":                  "dora@xn--zrich-kva.example",
		"o'neil@x.example":                     "o'neil@x.example",
		"":                                     "",
		"dora":                                 "",
		"dora@lantern":                         "",
		"dora@lantern.example.":                "",
		"Dora <dora@x.example>":                "",
		"a@x.example, b@x.org":                 "",
		"a@b@x.example":                        "",
		"a b@x.example":                        "",
		"\"a b\"@x.example":                    "",
		"a@[127.0.0.1]":                        "",
		"a@x.example\r\nBcc: b":                "",
		"dörte@x.example":                      "",
		"a..b@x.example":                       "",
		"a@-x-.example":                        "",
		strings.Repeat("a", 65) + "@x.example": "",
	} {
		got, err := mail.CleanAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", in, err)
		}
	}
}
