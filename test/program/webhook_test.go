package program

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"masthead.dev/masthead/internal/store"
)

// foreign opens a server's database as another program would: past Masthead.
func (s *server) foreign(t *testing.T) *sql.DB {
	t.Helper()
	driver, name := "sqlite", "file:"+filepath.Join(s.Data, "masthead.db")+"?_pragma=busy_timeout(10000)"
	if url := after(s.Where, "--database"); url != "" {
		driver, name = "pgx", url
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// webhookSecret is what the sandbox of a server signs with; only who holds the
// key in the data folder knows it.
func (s *server) webhookSecret(t *testing.T) []byte {
	t.Helper()
	address := after(s.Where, "--database")
	if address == "" {
		address = filepath.Join(s.Data, "masthead.db")
	}
	st, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	secrets, err := store.OpenSecrets(t.Context(), st, s.Data, "")
	if err != nil {
		t.Fatal(err)
	}
	return secrets.Derive("sandbox webhooks")
}

func signature(secret []byte, at time.Time, body string) string {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(m.Sum(nil)))
}

func (s *server) deliver(t *testing.T, body, sign string) int {
	t.Helper()
	return s.ask(t, http.MethodPost, "/webhooks/sandbox", strings.NewReader(body), "Content-Type", "application/json", "Sandbox-Signature", sign).Status
}

func event(id, kind, object string) string {
	return fmt.Sprintf(`{"id":%q,"object":"event","created":1,"type":"test","livemode":false,"data":{"object":{"id":%q,"object":%q}}}`, id, object, kind)
}

func TestDeliveriesThatAreNotProvenStoreNothing(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := quiet(t, e)
		secret, now := s.webhookSecret(t), time.Now()
		db := s.foreign(t)
		body := event("evt_forged", "payment", "ch_1")
		big := body + strings.Repeat(" ", 1<<20)
		for name, x := range map[string]struct {
			body, sign string
			want       int
		}{
			"forged":                 {body, signature([]byte("guessed"), now, body), 400},
			"without a signature":    {body, "", 400},
			"changed after signing":  {body + " ", signature(secret, now, body), 400},
			"stale":                  {body, signature(secret, now.Add(-301*time.Second), body), 400},
			"from the future":        {body, signature(secret, now.Add(305*time.Second), body), 400},
			"another scheme only":    {body, strings.Replace(signature(secret, now, body), "v1=", "v0=", 1), 400},
			"too large":              {big, signature(secret, now, big), 413},
			"signed, but no event":   {"[]", signature(secret, now, "[]"), 400},
			"of a live account":      {strings.Replace(body, "false", "true", 1), signature(secret, now, strings.Replace(body, "false", "true", 1)), 400},
			"signed, and not JSON":   {"{", signature(secret, now, "{"), 400},
			"an empty body":          {"", signature(secret, now, ""), 400},
			"two different versions": {body, signature(secret, now.Add(-20*time.Minute), body) + "," + signature(secret, now, body), 400},
		} {
			if got := s.deliver(t, x.body, x.sign); got != x.want {
				t.Errorf("%s: answered with %d, not %d", name, got, x.want)
			}
		}
		if a := s.ask(t, http.MethodPost, "/webhooks/nobody", strings.NewReader(body)); a.Status != http.StatusNotFound {
			t.Errorf("a provider that is not here: %d", a.Status)
		}
		for _, table := range []string{"inbox", "payment", "ledger_entry", "donation"} {
			if n := count(t, db, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
		if n := count(t, db, "SELECT COUNT(*) FROM job WHERE kind = 'fund.fetch'"); n != 0 {
			t.Errorf("%d jobs came of it", n)
		}
		if got := s.deliver(t, body, signature(secret, now, body)); got != 200 {
			t.Errorf("a proven delivery is answered with %d", got)
		}
		if n := count(t, db, "SELECT COUNT(*) FROM inbox"); n != 1 {
			t.Errorf("a proven delivery left %d rows", n)
		}
	})
}

func TestTwentyReplaysOfOneDeliveryAreOneGift(t *testing.T) {
	each(t, func(t *testing.T, e engine) {
		s := quiet(t, e)
		s.steer(t, `{"do":"faults","drop":1}`) // only our own deliveries arrive
		_, session := s.begin(t, s.forms(t, "/give", 1)[0], "25.00", "once", "replay@gift.example")
		payment := s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
		body := event("evt_replayed", "payment", payment)
		sign := signature(s.webhookSecret(t), time.Now(), body)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if got := s.deliver(t, body, sign); got != 200 {
					t.Errorf("answered with %d", got)
				}
			})
		}
		wait.Wait()
		within(t, 15*time.Second, func() error {
			if got := s.received(t, "USD"); got != 2500 {
				return fmt.Errorf("the books have received %d cents", got)
			}
			return nil
		})
		db := s.foreign(t)
		for query, want := range map[string]int{
			"SELECT COUNT(*) FROM inbox": 1, "SELECT deliveries FROM inbox": 20, "SELECT COUNT(*) FROM donation": 1, "SELECT COUNT(*) FROM payment": 1,
			"SELECT COUNT(*) FROM ledger_entry WHERE key LIKE '%:charge'": 1,
		} {
			if n := count(t, db, query); n != want {
				t.Errorf("%s: %d, not %d", query, n, want)
			}
		}
		s.sumZero(t)
	})
}
