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
	path, query, _ := strings.Cut(s.Address(ReceiptPath("r1"), now.Add(time.Hour)), "?")
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
		query url.Values
		at    time.Time
		want  fault.Kind
	}{
		"as it was made":      {s, path, q, now, ""},
		"in its last second":  {s, path, q, now.Add(time.Hour), ""},
		"a second later":      {s, path, q, now.Add(time.Hour + time.Second), fault.Gone},
		"of another receipt":  {s, "/receipts/r2", q, now, fault.Invalid},
		"with a later end":    {s, path, with("until", "1900000000"), now, fault.Invalid},
		"with another key":    {s, path, with("key", q.Get("key")[1:]+"0"), now, fault.Invalid},
		"without a key":       {s, path, url.Values{}, now, fault.Invalid},
		"of another newsroom": {NewSigner([]byte("other")), path, q, now, fault.Invalid},
	} {
		got := fault.Kind("")
		if err := v.s.Check(v.path, v.query, v.at); err != nil {
			got = fault.KindOf(err)
		}
		if got != v.want {
			t.Errorf("%s: %q, want %q", name, got, v.want)
		}
	}
}
