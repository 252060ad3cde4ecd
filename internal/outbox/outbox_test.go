package outbox_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/outbox"
)

// The example of the standard's specification and of its libraries.
func TestASignatureIsThatOfTheStandard(t *testing.T) {
	got, err := outbox.Sign([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestTwoSecretsMakeTwoSignatures(t *testing.T) {
	a, b := outbox.NewSecret(), outbox.NewSecret()
	got, err := outbox.Sign([]string{a, b}, "x", time.Unix(1, 0), nil)
	if err != nil || len(strings.Fields(got)) != 2 || a == b || len(a) < 40 {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAnEventTravelsWithTheWholeAddress(t *testing.T) {
	e := outbox.Event{ID: "a1", Kind: outbox.StoryPublished, At: time.Unix(0, 0), Data: map[string]any{"path": "/2026/11/late", "id": "x"}}
	b, err := e.Body("https://lantern.example")
	want := `{"type":"story.published","timestamp":"1970-01-01T00:00:00Z","data":{"id":"x","url":"https://lantern.example/2026/11/late"}}`
	if string(b) != want || err != nil || e.MessageID() != "evt_a1" {
		t.Errorf("%s, %v", b, err)
	}
}

func TestPausesGrowAndEndAfterThreeDays(t *testing.T) {
	last, sum := time.Duration(0), time.Duration(0)
	for n := 1; sum < outbox.GiveUpAfter; n++ {
		p := outbox.Pause(n)
		if p < last {
			t.Fatalf("after %d tries the pause shrinks to %s", n, p)
		}
		last, sum = p, sum+p
		if n > 30 {
			t.Fatal("more than 30 tries in three days")
		}
	}
	if outbox.Pause(0) != outbox.Pause(1) {
		t.Error("no try at all waits otherwise than one")
	}
}

func TestAnAddressIsOfHTTPSAloneUnlessThingsAreTriedOut(t *testing.T) {
	for address, want := range map[string]string{
		"https://hooks.example/x":       "both",
		"https://hooks.example:8443/?a": "both",
		"http://localhost:9000/x":       "local",
		"http://127.0.0.1:9000/x":       "local",
		"http://[::1]:9000/x":           "local",
		"http://hooks.example/x":        "",
		"http://localhost.example/":     "",
		"https://user:pw@hooks.example": "",
		"https://hooks.example/#x":      "",
		"ftp://hooks.example/":          "",
		"hooks.example":                 "",
		"":                              "",
		"https:///x":                    "",
		"https://hooks.example/" + strings.Repeat("a", 2000): "",
	} {
		got := ""
		if outbox.Check(address, true) == nil {
			got = "local"
		}
		if outbox.Check(address, false) == nil {
			got = "both"
		}
		if got != want {
			t.Errorf("%.60s: %q, want %q", address, got, want)
		}
	}
}

func TestOnlyEventsThatThereAreCanBeChosen(t *testing.T) {
	got := outbox.Chosen([]string{"story.withdrawn", "nonsense", "story.published", "test"})
	if len(got) != 2 || got[0] != outbox.StoryPublished || got[1] != outbox.StoryWithdrawn {
		t.Errorf("%v", got)
	}
}
