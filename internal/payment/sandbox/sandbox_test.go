package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/paymenttest"
	"masthead.dev/masthead/internal/payment/sandbox"
)

var day = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, file string, at clock.Clock) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Open(sandbox.Options{File: file, Clock: at, Secrets: []string{"new secret", "old secret"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func steer(t *testing.T, s *sandbox.Sandbox, order string) string {
	t.Helper()
	a, err := s.Steer(t.Context(), []byte(order))
	if err != nil {
		t.Fatalf("%s: %v", order, err)
	}
	return a.Ref
}

func begin(t *testing.T, s *sandbox.Sandbox, intent string, every fund.Every) string {
	t.Helper()
	h, err := s.Begin(t.Context(), fund.Intent{ID: intent, Amount: money.Amount{Currency: "USD", Minor: 1000}, Every: every}, fund.IdemKey(intent))
	if err != nil {
		t.Fatal(err)
	}
	return h.Ref.ID
}

func state(t *testing.T, s *sandbox.Sandbox) sandbox.State {
	t.Helper()
	st, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestTheSandboxIsAProvider(t *testing.T) {
	paymenttest.Run(t, func(t *testing.T) *paymenttest.Rig {
		at := clock.At(day)
		s := open(t, filepath.Join(t.TempDir(), "journal"), at)
		sign := func(secret string) func([]byte, time.Time) string {
			return func(b []byte, at time.Time) string {
				return fmt.Sprintf("t=%d,v1=%s", at.Unix(), sandbox.Sign(secret, at, b))
			}
		}
		return &paymenttest.Rig{
			Provider: s, Now: at.Now, Header: sandbox.SignatureHeader, Sign: sign("new secret"), OldSign: sign("old secret"),
			Pay:     func(id string) { steer(t, s, `{"do":"pay","ref":"`+id+`"}`) },
			Decline: func(id string) { steer(t, s, `{"do":"decline","ref":"`+id+`"}`) },
			Advance: func(d time.Duration) {
				if err := s.Advance(d); err != nil {
					t.Fatal(err)
				}
			},
			Hands: paymenttest.Hands{
				Debit: func(id string) { steer(t, s, `{"do":"pay","async":true,"ref":"`+id+`"}`) },
				Arrive: func(id string, clears bool) {
					steer(t, s, `{"do":"`+map[bool]string{true: "clear", false: "bounce"}[clears]+`","ref":"`+id+`"}`)
				},
				Part: func(id string, minor int64) {
					steer(t, s, fmt.Sprintf(`{"do":"part","ref":%q,"amount":%d}`, id, minor))
				},
				Settle: func(paid, into string, rate money.Rate) {
					steer(t, s, fmt.Sprintf(`{"do":"settle_in","ref":%q,"currency":%q,"rate":%q}`, paid, into, rate))
				},
				Warn:  func(id string) { steer(t, s, `{"do":"warn","ref":"`+id+`"}`) },
				Other: func(id string) { steer(t, s, `{"do":"live","ref":"`+id+`"}`) },
			},
			Balance: func(currency string) int64 { return s.Balance(t.Context(), currency) },
			Last: func() fund.Raw {
				all := s.Events(t.Context())
				body := all[len(all)-1]
				return fund.Raw{Body: body, Header: map[string][]string{sandbox.SignatureHeader: {sign("new secret")(body, at.Now())}}, ReceivedAt: at.Now()}
			},
		}
	})
}

func TestSignaturesAreThoseOfThePublishedVector(t *testing.T) {
	body := `{"id":"evt_test_1","object":"event","api_version":"2026-03-25.dahlia","type":"charge.refunded","livemode":false,"data":{"object":{"id":"ch_1","object":"charge"}}}`
	want := "236cdbf559aa26f6c4651685b5bc75c8a3cd171431ad1c4e7f4ea66153ddc6f4"
	if got := sandbox.Sign("whsec_test_secret", time.Unix(1767225600, 0), []byte(body)); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTheSandboxDoesNotStartBesideLiveKeys(t *testing.T) {
	if _, err := sandbox.Open(sandbox.Options{Secrets: []string{"s"}, Live: true}); !fault.Is(err, fault.Denied) {
		t.Errorf("it is answered with %v", err)
	}
}

func TestFeesAreRoundedHalfUp(t *testing.T) {
	for _, v := range []struct {
		currency   string
		minor, fee int64
	}{{"USD", 2500, 103}, {"USD", 1000, 59}, {"USD", 5180, 180}, {"USD", 50, 31}, {"JPY", 3000, 108}, {"JPY", 14, 1}, {"JPY", 13, 0}} {
		if got := sandbox.Fee(money.Amount{Currency: v.currency, Minor: v.minor}); got != v.fee {
			t.Errorf("the fee of %d %s is %d, want %d", v.minor, v.currency, got, v.fee)
		}
	}
}

func TestAPlanOfTheThirtyFirstIsChargedOnTheLastDayOfShortMonths(t *testing.T) {
	s := open(t, "", clock.At(day))
	steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Month)+`"}`)
	steer(t, s, `{"do":"advance","days":100}`)
	var days []string
	for _, p := range state(t, s).Payments {
		days = append(days, p.At.Format(time.DateOnly))
	}
	if want := []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"}; !slices.Equal(days, want) {
		t.Errorf("charged on %v, want %v", days, want)
	}
}

func TestAnUnpaidSessionExpiresAfterAnHour(t *testing.T) {
	at := clock.At(day)
	s := open(t, "", at)
	id := begin(t, s, "d", fund.Once)
	at.Add(61 * time.Minute)
	if got, err := s.Session(t.Context(), id); err != nil || got.State != fund.SessionExpired {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.Pay(t.Context(), id); !fault.Is(err, fault.Conflict) {
		t.Errorf("paying it is answered with %v", err)
	}
}

func TestTheJournalBringsEverythingBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	at := clock.At(day)
	s := open(t, file, at)
	paid := steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Month)+`"}`)
	steer(t, s, `{"do":"refund","ref":"`+paid+`","amount":100,"fail":true}`)
	steer(t, s, `{"do":"advance","days":40}`)
	steer(t, s, `{"do":"payout"}`)
	want, _ := json.Marshal(state(t, s))
	for range 2 { // the second time from the snapshot of the first
		again := open(t, file, at)
		if got, _ := json.Marshal(state(t, again)); string(got) != string(want) {
			t.Fatalf("before %s\nafter %s", want, got)
		}
		if begin(t, again, "d", fund.Month) != state(t, s).Sessions[0].ID {
			t.Error("the idempotency keys are forgotten")
		}
	}
}

func TestATornLastLineIsLeftOutAndADamagedOneRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	at := clock.At(day)
	s := open(t, file, at)
	steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Once)+`"}`)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(whole, `[{"k":"payment","id":"ch_2","v":{"am`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := len(state(t, open(t, file, at)).Payments); n != 1 {
		t.Errorf("%d payments", n)
	}
	if err := os.WriteFile(file, append([]byte("[{\"k\":\"pay\n"), whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Open(sandbox.Options{File: file, Clock: at, Secrets: []string{"s"}}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("it is answered with %v", err)
	}
}

func TestAStepThatFailsLeavesNothing(t *testing.T) {
	s := open(t, "", clock.At(day))
	paid := steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Once)+`"}`)
	before, _ := json.Marshal(state(t, s))
	for _, order := range []string{
		`{"do":"refund","ref":"` + paid + `","amount":1001}`, `{"do":"refund","ref":"ch_9"}`, `{"do":"dispute","ref":"` + paid + `","amount":5000}`,
		`{"do":"payout","ref":"USD","amount":999999}`, `{"do":"payout","ref":"EUR"}`, `{"do":"win","ref":"dp_1"}`, `{"do":"lose","ref":"x"}`,
		`{"do":"advance","days":0}`, `{"do":"advance","days":-1}`, `{"do":"faults","drop":2}`, `{"do":"dance"}`, `{"do":"pay","ref":"cs_x"}`, `{`, `[]`, `{"do":"pay"} {}`, `{"do":"pay","reff":"x"}`,
	} {
		if a, err := s.Steer(t.Context(), []byte(order)); err == nil || a.OK || fault.Say(err) == "" {
			t.Errorf("%s is answered with %+v, %v", order, a, err)
		}
	}
	if after, _ := json.Marshal(state(t, s)); string(after) != string(before) {
		t.Errorf("before %s\nafter %s", before, after)
	}
}

// counter counts webhooks by event and keeps their order.
type counter struct {
	order  []string
	status int
}

func (c *counter) send(_ context.Context, _ map[string]string, body []byte) (int, error) {
	var e struct{ ID string }
	if json.Unmarshal(body, &e) != nil {
		return 400, nil
	}
	c.order = append(c.order, e.ID)
	return c.status, nil
}

func TestFaultsAreThoseOfTheSeed(t *testing.T) {
	run := func(f sandbox.Faults) []string {
		s := open(t, "", clock.At(day))
		c := &counter{status: 200}
		s.Deliver(c.send)
		s.SetFaults(f)
		for i := range 20 {
			steer(t, s, `{"do":"pay","ref":"`+begin(t, s, fmt.Sprint("d", i), fund.Once)+`"}`)
		}
		s.Flush(t.Context())
		return c.order
	}
	plain := run(sandbox.Faults{})
	if len(plain) != 60 || !slices.IsSortedFunc(plain, func(a, b string) int { return len(a)*1000 - len(b)*1000 + strings.Compare(a, b) }) {
		t.Fatalf("without faults: %v", plain)
	}
	if n := len(run(sandbox.Faults{Drop: 1})); n != 0 {
		t.Errorf("%d deliveries although all are dropped", n)
	}
	if n := len(run(sandbox.Faults{Duplicate: 1})); n != 120 {
		t.Errorf("%d deliveries although all are made twice", n)
	}
	mixed := sandbox.Faults{Drop: 0.3, Duplicate: 0.3, Reorder: true, Corrupt: 0.2, Seed: 7}
	a, b := run(mixed), run(mixed)
	if !slices.Equal(a, b) || slices.Equal(a, plain) {
		t.Error("the same seed gives other faults, or none")
	}
	mixed.Seed = 8
	if slices.Equal(a, run(mixed)) {
		t.Error("another seed gives the same faults")
	}
}

func TestAWebhookThatIsNotTakenIsSentAgainAndGivenUpInTheEnd(t *testing.T) {
	s := open(t, "", clock.At(day))
	c := &counter{status: 503}
	s.Deliver(c.send)
	steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Once)+`"}`)
	s.Flush(t.Context())
	w := state(t, s).Webhooks
	if w.GivenUp != 3 || w.Waiting != 0 || len(c.order) != 24 {
		t.Errorf("%+v after %d attempts", w, len(c.order))
	}
}

func TestAHistoryIsBuiltWithoutWebhooksAndEndsToday(t *testing.T) {
	at := clock.At(day)
	s, err := sandbox.Open(sandbox.Options{Clock: at, Secrets: []string{"s"}, Start: day.AddDate(0, -6, 0)})
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{status: 200}
	s.Deliver(c.send)
	called := 0
	s.OnAdvance(func() { called++ })
	err = s.Bulk(func() error {
		steer(t, s, `{"do":"pay","ref":"`+begin(t, s, "d", fund.Month)+`"}`)
		return s.AdvanceTo(at.Now())
	})
	if err != nil || s.Offset() != 0 || called != 1 || len(c.order) != 0 {
		t.Errorf("%v, offset %v, %d calls, %d webhooks", err, s.Offset(), called, len(c.order))
	}
	if n := len(state(t, s).Payments); n != 7 {
		t.Errorf("%d payments in half a year, want 7", n)
	}
}

func TestTheClockNeverGoesBackHoweverFarItIsMoved(t *testing.T) {
	s := open(t, "", clock.At(day))
	last := s.Now()
	for range 40 { // four centuries, which no time.Duration holds
		err := s.Advance(3650 * 24 * time.Hour)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		if now := s.Now(); now.Before(last) {
			t.Fatalf("it went back from %s to %s", last, now)
		} else {
			last = now
		}
	}
}
