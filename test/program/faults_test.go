package program

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// rounds is how many seeds of faults are tried: fifty in the long trials.
func rounds() int {
	if torture() {
		return 50
	}
	return 8
}

// quiet is a newsroom whose sandbox nobody else uses, at the same moment each
// time, so that its books can be compared with another's. It has no articles.
func quiet(t *testing.T, e engine) *server {
	t.Helper()
	return start(t, append([]string{"serve", "--sandbox"}, e.database(t)...)...)
}

// round is some weeks in the life of a fund: gifts once and monthly, a decline, a
// refund, disputes and a payout. It is the same each time.
func (s *server) round(t *testing.T, n int, forms []form) {
	t.Helper()
	var sessions []string
	for i, every := range []string{"once", "month", "once", "once"} {
		_, session := s.begin(t, forms[i], fmt.Sprintf("%d.%02d", 10+n, 10*i), every, fmt.Sprintf("reader%d@round.example", n%7))
		sessions = append(sessions, session)
	}
	s.steer(t, `{"do":"decline","ref":"`+sessions[0]+`"}`)
	var paid []string
	for _, session := range sessions {
		paid = append(paid, s.steer(t, `{"do":"pay","ref":"`+session+`"}`))
	}
	s.steer(t, `{"do":"refund","ref":"`+paid[0]+`","amount":300}`)
	dispute := s.steer(t, `{"do":"dispute","ref":"`+paid[2]+`"}`)
	s.steer(t, `{"do":"advance","days":31}`)
	s.steer(t, `{"do":"`+[]string{"win", "lose"}[n%2]+`","ref":"`+dispute+`"}`)
	s.steer(t, `{"do":"payout","amount":500}`)
	s.steer(t, `{"do":"advance","days":3}`)
}

// A server whose webhooks are doubled, dropped, delayed, reordered and damaged
// must after each round have the books of one whose webhooks all came at once.
func TestTheBooksEndTheSameHoweverTheWebhooksCome(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		n := rounds()
		if e == postgres && !torture() {
			n = 3
		}
		for { // entries have dates: both must live through the same day
			day := time.Now().UTC().YearDay()
			calm, rough := playedBySides(t, e, n)
			if day != time.Now().UTC().YearDay() {
				continue
			}
			compareBooks(t, calm, rough)
			return
		}
	})
}

func compareBooks(t *testing.T, calm, rough [][]string) {
	t.Helper()
	for i := range calm {
		if d := difference(calm[i], rough[i]); len(d) > 0 {
			t.Fatalf("after round %d the books differ:\n%s", i+1, strings.Join(d, "\n"))
		}
	}
	if last := calm[len(calm)-1]; len(last) < 9*len(calm) {
		t.Errorf("only %d entries after %d rounds", len(last), len(calm))
	}
}

func playedBySides(t *testing.T, e engine, n int) (calm, rough [][]string) {
	a, b := quiet(t, e), quiet(t, e)
	formsA, formsB := a.forms(t, "/give", 4*n), b.forms(t, "/give", 4*n)
	for i := range n {
		faults := fmt.Sprintf(`{"do":"faults","duplicate":0.3,"drop":0.25,"delay_s":2,"reorder":true,"corrupt":0.2,"seed":%d}`, i+1)
		if i == 0 {
			faults = `{"do":"faults","drop":1}` // first nothing comes at all
		}
		b.steer(t, faults)
		a.round(t, i, formsA[4*i:4*i+4])
		b.round(t, i, formsB[4*i:4*i+4])
		if hooks := b.sandbox(t).Webhooks; i == 0 && hooks.Sent+hooks.Waiting > 0 {
			t.Errorf("%+v of webhooks that are all dropped", hooks)
		}
		b.steer(t, `{"do":"faults"}`)
		a.steer(t, `{"do":"advance","days":1}`)
		b.steer(t, `{"do":"advance","days":1}`) // sets a round of catching up off
		calm = append(calm, a.settled(t))
		rough = append(rough, b.reaches(t, calm[i]))
	}
	if hooks := a.sandbox(t).Webhooks; hooks.Sent < 9*n {
		t.Errorf("only %d webhooks came without faults", hooks.Sent)
	}
	a.sumZero(t)
	b.sumZero(t)
	for _, s := range []*server{a, b} {
		if out := s.on(t, "ledger", "verify"); !strings.Contains(out, "sound") {
			t.Error(out)
		}
	}
	return calm, rough
}

// settled waits until the sandbox's balance and the books agree, and returns the
// books.
func (s *server) settled(t testing.TB) (books []string) {
	t.Helper()
	within(t, patience, func() error {
		if w := s.sandbox(t); w.Webhooks.Waiting > 0 {
			return fmt.Errorf("%d webhooks wait", w.Webhooks.Waiting)
		}
		before := s.sandbox(t).Balance["USD"]
		if held := s.balance(t, "Assets:PSP:Sandbox", "USD"); held != before {
			return fmt.Errorf("the sandbox holds %d, the books say %d", before, held)
		}
		return nil
	})
	return s.entries(t)
}

// reaches waits until the books are what they must become, or for some seconds;
// it returns them as they are then.
func (s *server) reaches(t *testing.T, want []string) (books []string) {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for books = s.entries(t); !slices.Equal(books, want) && time.Now().Before(end); books = s.entries(t) {
		time.Sleep(20 * time.Millisecond)
	}
	return books
}
