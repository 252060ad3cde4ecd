package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fault"
)

func TestASignedAddressOpensItsPathUntilItsDayAndNothingElse(t *testing.T) {
	s, now := NewSigner([]byte("secret")), time.Unix(1_800_000_000, 0)
	path, query, _ := strings.Cut(s.Address(ReceiptPath("r1"), "7", now.Add(time.Hour)), "?")
	q, err := url.ParseQuery(query)
	if err != nil || path != "/receipts/r1" {
		t.Fatal(path, err)
	}
	with := func(name, value string) url.Values {
		out := url.Values{"until": q["until"], "key": q["key"]}
		out.Set(name, value)
		return out
	}
	for name, v := range map[string]struct {
		s     *Signer
		path  string
		epoch string
		query url.Values
		at    time.Time
		want  fault.Kind
	}{
		"as it was made":      {s, path, "7", q, now, ""},
		"in its last second":  {s, path, "7", q, now.Add(time.Hour), ""},
		"a second later":      {s, path, "7", q, now.Add(time.Hour + time.Second), fault.Gone},
		"of another receipt":  {s, "/receipts/r2", "7", q, now, fault.Invalid},
		"with a later end":    {s, path, "7", with("until", "1900000000"), now, fault.Invalid},
		"with another key":    {s, path, "7", with("key", q.Get("key")[1:]+"0"), now, fault.Invalid},
		"without a key":       {s, path, "7", url.Values{}, now, fault.Invalid},
		"of an epoch before":  {s, path, "8", q, now, fault.Invalid},
		"of another newsroom": {NewSigner([]byte("other")), path, "7", q, now, fault.Invalid},
	} {
		got := fault.Kind("")
		if err := v.s.Check(v.path, v.epoch, v.query, v.at); err != nil {
			got = fault.KindOf(err)
		}
		if got != v.want {
			t.Errorf("%s: %q, want %q", name, got, v.want)
		}
	}
}
