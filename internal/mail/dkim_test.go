package mail_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"masthead.dev/masthead/internal/mail"
)

func TestASignedMailIsProvenByTheRecordInTheDNS(t *testing.T) {
	pem, err := mail.NewDKIMKey()
	if err != nil {
		t.Fatal(err)
	}
	d, err := mail.OpenDKIM("desk@lantern.example", pem)
	if err != nil {
		t.Fatal(err)
	}
	record, err := d.Record()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := mail.BuildSigned(sample(), d)
	if err != nil {
		t.Fatal(err)
	}
	verdict := func(raw []byte, at, record string) error {
		list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			if name != at {
				return nil, fmt.Errorf("%s was asked for", name)
			}
			return []string{record}, nil
		}})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d signatures, %v\n%s", len(list), err, raw)
		}
		if list[0].Domain != "lantern.example" {
			t.Errorf("signed for %q", list[0].Domain)
		}
		return list[0].Err
	}
	if err := verdict(raw, d.Name(), record); err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	for what, altered := range map[string][]byte{
		"text":              bytes.Replace(raw, []byte("it has arrived."), []byte("it has departed."), 1),
		"a second sender":   append([]byte("From: evil@x.example\r\n"), raw...),
		"another recipient": bytes.Replace(raw, []byte("rowan@pell.example"), []byte("rowan@evil.example"), 1),
	} {
		if bytes.Equal(altered, raw) || verdict(altered, d.Name(), record) == nil {
			t.Errorf("a mail whose %s was altered counts as signed", what)
		}
	}
	other, _ := mail.NewDKIMKey()
	stranger, _ := mail.OpenDKIM("desk@lantern.example", other)
	record, _ = stranger.Record()
	if verdict(raw, d.Name(), record) == nil {
		t.Error("a mail counts as signed by a key that is not in the DNS")
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 998 {
			t.Errorf("a line that servers break: %.80q", line)
		}
	}
}
