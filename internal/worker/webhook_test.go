package worker_test

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outbox"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

// told is a newsroom with one webhook, and the receiver that it tells.
type told struct {
	t     *testing.T
	store *store.Store
	clock *clock.Manual
	sec   *store.Secrets
	hooks *worker.Webhooks
	run   *worker.Runner
	hook  store.Webhook
	keys  []string // secrets
	got   []*http.Request
	body  []string
	how   http.HandlerFunc
}

func tells(t *testing.T, s *store.Store) *told {
	t.Helper()
	x := &told{t: t, store: s, clock: clock.At(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}
	s.Clock = x.clock
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		x.got, x.body = append(x.got, r), append(x.body, string(b))
		if x.how != nil {
			x.how(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	var err error
	if x.sec, err = store.OpenSecrets(t.Context(), s, t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	x.hooks = &worker.Webhooks{Store: s, Secrets: x.sec, Clock: x.clock, Base: func() string { return "https://lantern.example" }, Local: true, Client: worker.WebhookClient(true)}
	x.run = worker.New(s, 1)
	x.run.Handle(job.WebhookDeliver, x.hooks.Deliver)
	x.keys = []string{outbox.NewSecret()}
	x.hook = store.Webhook{ID: id.New(), URL: srv.URL + "/in", Events: []string{string(outbox.StoryPublished)}, State: store.WebhookOn}
	x.hook.Box = x.sec.Seal(store.WebhookSecret(x.hook.ID), x.keys[0])
	x.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutWebhook(ctx, store.System, x.hook) })
	return x
}

func (x *told) write(fn func(ctx context.Context, tx *store.Tx) error) {
	x.t.Helper()
	if err := x.store.Write(x.t.Context(), func(tx *store.Tx) error { return fn(x.t.Context(), tx) }); err != nil {
		x.t.Fatal(err)
	}
}

func (x *told) emit(kind outbox.Kind) {
	x.t.Helper()
	x.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Emit(ctx, kind, map[string]any{"id": "a", "path": "/2026/11/ferry"})
	})
}

func (x *told) drain() {
	x.t.Helper()
	if err := x.run.Drain(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
}

func (x *told) last() store.Delivery {
	x.t.Helper()
	list, err := x.store.WebhookLog(x.t.Context(), x.hook.ID, 10, 0)
	if err != nil || len(list) == 0 {
		x.t.Fatal(len(list), err)
	}
	return list[0]
}

func TestAnEventIsDeliveredSignedAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := tells(t, s)
		x.emit(outbox.StoryPublished)
		x.emit(outbox.StoryWithdrawn) // was not asked for
		x.drain()
		if len(x.got) != 1 || x.body[0] != `{"type":"story.published","timestamp":"2026-11-20T12:00:00Z","data":{"id":"a","url":"https://lantern.example/2026/11/ferry"}}` {
			t.Fatalf("%d, %v", len(x.got), x.body)
		}
		h := x.got[0].Header
		want, err := outbox.Sign(x.keys, h.Get("webhook-id"), x.clock.Now(), []byte(x.body[0]))
		if err != nil || h.Get("webhook-signature") != want || h.Get("webhook-timestamp") != "1795176000" || !strings.HasPrefix(h.Get("webhook-id"), "evt_") {
			t.Errorf("%v, %v", h, err)
		}
		if d := x.last(); d.State != store.DeliveryDone || d.Last.Status != 200 || d.Tries != 1 {
			t.Errorf("%+v", d)
		}
		x.clock.Add(time.Hour)
		x.drain()
		if len(x.got) != 1 {
			t.Error("delivered twice")
		}
		x.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.SendAgain(ctx, store.System, x.hook.ID, x.last().ID)
		})
		x.drain()
		if len(x.got) != 2 || x.got[1].Header.Get("webhook-id") != h.Get("webhook-id") {
			t.Error("sent again under another id")
		}
		x.clock.Add(outbox.LogLasts + time.Hour)
		x.write(func(ctx context.Context, tx *store.Tx) error { return tx.PruneWebhooks(ctx) })
		if list, err := s.WebhookLog(t.Context(), x.hook.ID, 10, 0); err != nil || len(list) != 0 {
			t.Errorf("%d deliveries are kept, %v", len(list), err)
		}
		x.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropWebhook(ctx, store.System, x.hook.ID) })
	})
}

func TestBothSecretsSignForADay(t *testing.T) {
	x := tells(t, storetest.Open(t, storetest.SQLite(t)))
	fresh := outbox.NewSecret()
	x.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.TurnWebhookSecret(ctx, store.System, x.hook.ID, x.sec.Seal(store.WebhookSecret(x.hook.ID), fresh))
	})
	for _, n := range []int{2, 1} {
		x.emit(outbox.StoryPublished)
		x.drain()
		h := x.got[len(x.got)-1].Header
		want, err := outbox.Sign([]string{fresh, x.keys[0]}[:n], h.Get("webhook-id"), x.clock.Now(), []byte(x.body[len(x.body)-1]))
		if h.Get("webhook-signature") != want || err != nil {
			t.Errorf("%d secrets: %s", n, h.Get("webhook-signature"))
		}
		x.clock.Add(outbox.BothSecrets)
	}
}

func TestWhatDoesNotArriveIsTriedForThreeDaysAndThenSwitchedOff(t *testing.T) {
	for name, how := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/in/there", http.StatusTemporaryRedirect)
		},
		"a drop": func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := tells(t, storetest.Open(t, storetest.SQLite(t)))
			x.how = how
			x.emit(outbox.StoryPublished)
			begun := x.clock.Now()
			for n := 1; n < 40; n++ {
				x.drain()
				if x.last().State != store.DeliveryWaiting {
					break
				}
				x.clock.Add(outbox.Pause(n))
			}
			d, took := x.last(), x.clock.Now().Sub(begun)
			if d.State != store.DeliveryFailed || took < outbox.GiveUpAfter-8*time.Hour || took > outbox.GiveUpAfter || len(x.got) != d.Tries {
				t.Errorf("%+v after %s and %d requests", d, took, len(x.got))
			}
			hook, err := x.store.Webhook(t.Context(), x.hook.ID)
			if err != nil || hook.State != store.WebhookFailed {
				t.Errorf("%+v %v", hook, err)
			}
			tasks, _, err := x.store.Tasks(t.Context(), 10)
			if err != nil || len(tasks) != 1 || tasks[0].Kind != store.TaskWebhook {
				t.Errorf("%+v %v", tasks, err)
			}
			sent := len(x.got)
			x.emit(outbox.StoryPublished)
			x.drain()
			if len(x.got) != sent {
				t.Error("a webhook that is switched off is told on")
			}
		})
	}
}

func TestATestThatFailsIsTriedOnceAndSwitchesNothingOff(t *testing.T) {
	x := tells(t, storetest.Open(t, storetest.SQLite(t)))
	x.how = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }
	x.write(func(ctx context.Context, tx *store.Tx) error { return tx.TestWebhook(ctx, store.System, x.hook) })
	x.drain()
	x.clock.Add(time.Hour)
	x.drain()
	hook, err := x.store.Webhook(t.Context(), x.hook.ID)
	if d := x.last(); d.State != store.DeliveryFailed || len(x.got) != 1 || hook.State != store.WebhookOn || err != nil {
		t.Errorf("%+v %+v %v", d, hook, err)
	}
	x.emit(outbox.StoryPublished)
	x.drain()
	if hook, err = x.store.Webhook(t.Context(), x.hook.ID); hook.State != store.WebhookFailed || err != nil {
		t.Errorf("an address that is gone is told on: %+v %v", hook, err)
	}
}

func TestALongAnswerIsCutAndKeptAsText(t *testing.T) {
	x := tells(t, storetest.Open(t, storetest.SQLite(t)))
	x.how = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		for range 2000 {
			if _, err := w.Write([]byte("thanks\x00\x1b[31m" + strings.Repeat("a", 1000))); err != nil {
				return
			}
		}
	}
	x.emit(outbox.StoryPublished)
	x.drain()
	if d := x.last(); d.State != store.DeliveryDone || d.Last.Status != 202 || len(d.Last.Answer) > 2000 || strings.ContainsAny(d.Last.Answer, "\x00\x1b") {
		t.Errorf("%+v", d.Last)
	}
}

func TestAReceiverThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	x := tells(t, storetest.Open(t, storetest.SQLite(t)))
	hold := make(chan struct{})
	defer close(hold)
	x.how = func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	x.hooks.Client.Timeout = 100 * time.Millisecond
	x.emit(outbox.StoryPublished)
	x.drain()
	if d := x.last(); d.State != store.DeliveryWaiting || d.Last.Status != 0 || d.Last.Answer == "" {
		t.Errorf("%+v", d)
	}
}

func TestNoPrivateAddressIsConnectedToWhateverItsNameSays(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "0.0.0.0", "10.255.255.1", "169.254.169.254", "[::ffff:127.0.0.1]"} {
		_, err := worker.WebhookClient(false).Get("http://" + host + ":" + port + "/")
		if err == nil || !strings.Contains(err.Error(), "no public address") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := worker.WebhookClient(true).Get("http://10.255.255.1:" + port + "/"); err == nil || !strings.Contains(err.Error(), "no public address") {
		t.Errorf("a private network, while things are tried out: %v", err)
	}
}

func TestASecretIsKeptSealed(t *testing.T) {
	x := tells(t, storetest.Open(t, storetest.SQLite(t)))
	w, err := x.store.Webhook(t.Context(), x.hook.ID)
	raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(x.keys[0], "whsec_"))
	if err != nil || len(raw) != 32 || strings.Contains(w.Box, x.keys[0]) {
		t.Errorf("%+v %v", w, err)
	}
}
