package worker_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/smtp"
	"masthead.dev/masthead/internal/worker"
)

const token = "4f1c0d9b8a7e6f5d4c3b2a1908f7e6d5c4b3a291807f6e5d"

// realLine is a newsroom whose outbox goes to a real mail server.
type realLine struct {
	t      *testing.T
	store  *store.Store
	sec    *store.Secrets
	clock  *clock.Manual
	runner *worker.Runner
	server *smtp.Server
}

func dial(t *testing.T, s *store.Store) *realLine {
	x := &realLine{t: t, store: s, clock: clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)), server: smtp.Start(t)}
	s.Clock = x.clock
	var err error
	if x.sec, err = store.OpenSecrets(t.Context(), s, t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	x.server.Demand("desk", "secret")
	x.runner = worker.New(s, 1)
	x.runner.Handle(job.MailKind, (&worker.Post{Store: s, Secrets: x.sec, Patience: 300 * time.Millisecond}).Send)
	x.write(func(ctx context.Context, tx *store.Tx) error {
		out := mail.Server{Host: "localhost", Port: x.server.Port, Security: mail.None, User: "desk", From: "desk@lantern.example"}
		if err := tx.PutSetting(ctx, store.System, mail.Setting, out); err != nil {
			return err
		}
		return x.sec.Put(ctx, tx, store.System, mail.Secret, "secret")
	})
	return x
}

func (x *realLine) write(fn func(ctx context.Context, tx *store.Tx) error) {
	x.t.Helper()
	if err := x.store.Write(x.t.Context(), func(tx *store.Tx) error { return fn(x.t.Context(), tx) }); err != nil {
		x.t.Fatal(err)
	}
}

// post writes a mail to an address and lets what is due be done.
func (x *realLine) post(to string) store.Mail {
	x.t.Helper()
	x.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.QueueMail(ctx, store.Mail{Key: to, Kind: "gift", ToAddress: to, Subject: "Thank you", Text: "Stop: https://lantern.example/my/link/" + token + "\n"})
	})
	return x.work(to)
}

func (x *realLine) work(to string) store.Mail {
	x.t.Helper()
	if err := x.runner.Drain(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	list, err := x.store.Mails(x.t.Context(), 100, 0)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, m := range list {
		if m.ToAddress == to {
			return m
		}
	}
	x.t.Fatalf("no mail to %s", to)
	return store.Mail{}
}

func TestARealServerTakesRefusesPutsOffAndStalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := dial(t, s)
		x.server.Refuse("nobody@pell.example")
		x.server.Greylist("later@pell.example", 2)

		if m := x.post("rowan@pell.example"); m.State != store.MailSent || strings.Contains(m.Text, token) || !strings.Contains(m.Text, "/my/link/…") {
			t.Errorf("taken: %+v", m)
		}
		if got := x.server.Letters(); len(got) != 1 || !strings.Contains(strings.ReplaceAll(string(got[0].Body), "=\r\n", ""), token) || strings.Contains(string(got[0].Body), "DKIM-Signature") {
			t.Errorf("the server has %d mails", len(got))
		}
		if m := x.post("nobody@pell.example"); m.State != store.MailFailed || !strings.Contains(m.LastError, "no such user") || !strings.Contains(m.Text, token) {
			t.Errorf("refused: %+v", m)
		}
		m := x.post("later@pell.example")
		for n := 1; m.State == store.MailWaiting && n < 5; n++ {
			if strings.Contains(m.LastError, "later@") {
				t.Errorf("the reason, which is logged, names the donor: %s", m.LastError)
			}
			if m.Attempts != n || !strings.Contains(m.LastError, "come back later") {
				t.Errorf("put off %d times: %+v", n, m)
			}
			x.clock.Add(time.Hour)
			m = x.work("later@pell.example")
		}
		if m.State != store.MailSent || m.Attempts != 3 || len(x.server.Letters()) != 2 {
			t.Errorf("after it was put off twice: %+v", m)
		}
		x.server.Stall()
		m = x.post("stall@pell.example")
		if m.State != store.MailUncertain {
			t.Errorf("no answer after the text: %+v", m)
		}
		x.server.Resume()
		x.clock.Add(24 * time.Hour)
		if m := x.work("stall@pell.example"); m.State != store.MailUncertain || m.Attempts != 1 {
			t.Errorf("an uncertain mail was sent again without a person's word: %+v", m)
		}
	})
}

func TestMailsAreSignedOnceThereIsAKey(t *testing.T) {
	x := dial(t, storetest.Open(t, storetest.SQLite(t)))
	key, err := mail.NewDKIMKey()
	if err != nil {
		t.Fatal(err)
	}
	x.write(func(ctx context.Context, tx *store.Tx) error {
		return x.sec.Put(ctx, tx, store.System, mail.DKIMSecret, key)
	})
	if m := x.post("rowan@pell.example"); m.State != store.MailSent {
		t.Fatalf("%+v", m)
	}
	if got := x.server.Letters(); len(got) != 1 || !strings.Contains(string(got[0].Body), "DKIM-Signature: ") || !strings.Contains(string(got[0].Body), "d=lantern.example") {
		t.Errorf("not signed: %s", got[0].Body)
	}
}

func TestAWrongPasswordLosesNoMail(t *testing.T) {
	x := dial(t, storetest.Open(t, storetest.SQLite(t)))
	x.server.Demand("desk", "another")
	if m := x.post("rowan@pell.example"); m.State != store.MailWaiting || m.LastError == "" {
		t.Fatalf("%+v", m)
	}
	x.server.Demand("desk", "secret")
	x.clock.Add(time.Hour)
	if m := x.work("rowan@pell.example"); m.State != store.MailSent {
		t.Errorf("%+v", m)
	}
}
