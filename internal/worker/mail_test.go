package worker_test

import (
	"context"
	"errors"
	"testing"

	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/worker"
)

// line is a mail server that does what it is told.
type line struct {
	err  error
	sent []mail.Message
}

func (l *line) Send(_ context.Context, m mail.Message) error {
	if l.err == nil {
		l.sent = append(l.sent, m)
	}
	return l.err
}

type post struct {
	t     *testing.T
	store *store.Store
	run   *worker.Runner
	line  line
}

func openPost(t *testing.T) *post {
	s := storetest.Open(t, storetest.SQLite(t))
	sec, err := store.OpenSecrets(t.Context(), s, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, store: s, run: worker.New(s, 1)}
	body := &worker.Post{Store: s, Secrets: sec, Dial: func(mail.Server, string) mail.Sender { return &p.line }}
	p.run.Handle(job.MailKind, body.Send)
	return p
}

func (p *post) write(fn func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	if err := p.store.Write(p.t.Context(), func(tx *store.Tx) error { return fn(p.t.Context(), tx) }); err != nil {
		p.t.Fatal(err)
	}
}

func (p *post) queue() {
	p.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.QueueMail(ctx, store.Mail{Key: "k", Kind: "gift", ToAddress: "rowan@pell.example", ToName: "Rowan\r\nBcc: x", Subject: "Thank\nyou", Text: "T"})
	})
}

func (p *post) setServer() {
	p.write(func(ctx context.Context, tx *store.Tx) error {
		err := tx.PutSetting(ctx, store.System, mail.Setting, mail.Server{Host: "localhost", Port: 25, Security: mail.None, From: "desk@lantern.example"})
		if err != nil {
			return err
		}
		return tx.WakeMails(ctx)
	})
}

// work runs what is due, and returns the mail.
func (p *post) work() store.Mail {
	p.t.Helper()
	if err := p.run.Drain(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	list, err := p.store.Mails(p.t.Context(), 10, 0)
	if err != nil || len(list) != 1 {
		p.t.Fatal(list, err)
	}
	return list[0]
}

func TestAMailWaitsForAServerAndThenGoesOutOnce(t *testing.T) {
	p := openPost(t)
	p.queue()
	if m := p.work(); m.State != store.MailWaiting || m.Attempts != 0 {
		t.Fatalf("without a server: %+v", m)
	}
	p.setServer()
	if m := p.work(); m.State != store.MailSent || m.SentAt.IsZero() {
		t.Fatalf("with a server: %+v", m)
	}
	p.setServer()
	p.work()
	if len(p.line.sent) != 1 {
		t.Fatalf("sent %d times", len(p.line.sent))
	}
	if m := p.line.sent[0]; m.Subject != "Thank you" || m.To.Name != "Rowan Bcc: x" || m.From.Email != "desk@lantern.example" || m.Date.IsZero() {
		t.Errorf("sent %+v", m)
	}
}

func TestWhatBecameOfAMailIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want store.MailState
	}{
		"refused":     {&mail.Failure{Outcome: mail.Refused, Err: errors.New("550 no such user")}, store.MailFailed},
		"uncertain":   {&mail.Failure{Outcome: mail.Uncertain, Err: errors.New("the line broke")}, store.MailUncertain},
		"to be tried": {&mail.Failure{Outcome: mail.Again, Err: errors.New("451 later")}, store.MailWaiting},
		"unknown":     {errors.New("no route to host"), store.MailWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPost(t)
			p.line.err = c.err
			p.setServer()
			p.queue()
			m := p.work()
			if m.State != c.want || m.LastError != c.err.Error() || m.Attempts != 1 {
				t.Errorf("%+v", m)
			}
			jobs, err := p.store.Jobs(t.Context(), 10)
			if err != nil || (len(jobs) == 1 && jobs[0].State == job.Ready) != (c.want == store.MailWaiting) {
				t.Errorf("jobs: %+v %v", jobs, err)
			}
		})
	}
}

func TestAMailLeftInTheMiddleIsUncertainAndNotSentAgain(t *testing.T) {
	p := openPost(t)
	p.setServer()
	p.queue()
	list, err := p.store.Mails(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.write(func(ctx context.Context, tx *store.Tx) error { // a program that took it and ended
		_, err := tx.TakeMail(ctx, list[0].ID)
		return err
	})
	if m := p.work(); m.State != store.MailUncertain || len(p.line.sent) != 0 {
		t.Errorf("%+v, sent %d times", m, len(p.line.sent))
	}
}
