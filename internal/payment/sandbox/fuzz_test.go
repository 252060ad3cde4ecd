package sandbox_test

import (
	"testing"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/sandbox"
)

func FuzzASignatureThatNobodyMadeIsNeverGood(f *testing.F) {
	s, err := sandbox.Open(sandbox.Options{Clock: clock.At(day), Secrets: []string{"a secret that the fuzzer does not know"}})
	if err != nil {
		f.Fatal(err)
	}
	for _, header := range []string{"t=1769850000,v1=00", "t=1769850000", "v1=", "t=,v1=,v1=", "t=-1,v1=a", "t=9223372036854775807,v1=a", ",,,=", "t=1769850000,t=1769850000,v1=a"} {
		f.Add(header, []byte(`{"id":"evt_1"}`))
	}
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		raw := fund.Raw{Body: body, Header: map[string][]string{sandbox.SignatureHeader: {header}}, ReceivedAt: day}
		if refs, err := s.Ingest(t.Context(), raw); err == nil {
			t.Errorf("it is taken for good: %v", refs)
		}
	})
}
