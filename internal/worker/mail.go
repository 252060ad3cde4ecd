package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/store"
)

// Post sends the mails of the outbox.
type Post struct {
	Store   *store.Store
	Secrets *store.Secrets
	// Dial makes the sender for a server; nil is SMTP.
	Dial func(server mail.Server, password string) mail.Sender
	// Patience is how long any one step of the talk with it may take; 0 is 30 s.
	Patience time.Duration
}

// Send is the body of job.MailKind. Where no mail server is set the mail goes
// on waiting and the job is done; setting one starts it again.
func (p *Post) Send(ctx context.Context, w job.Work) error {
	var want job.MailPayload
	if err := w.Into(&want); err != nil {
		return fault.Wrap(fault.Invalid, err, "the job %s names no mail", w.ID)
	}
	var server mail.Server
	if _, err := p.Store.Setting(ctx, mail.Setting, &server); err != nil || !server.Set() {
		return err
	}
	out, err := p.sender(ctx, server)
	if err != nil {
		return err
	}
	m, err := p.take(ctx, want.ID)
	if fault.Is(err, fault.NotFound) {
		return nil // settled by somebody else
	}
	if err != nil {
		return err
	}
	return p.settle(ctx, w, m, out.Send(ctx, message(m, server, p.Store.Clock.Now())))
}

// sender is the way out, with the key that signs where there is one.
func (p *Post) sender(ctx context.Context, server mail.Server) (mail.Sender, error) {
	password, err := p.Secrets.Get(ctx, mail.Secret)
	if err != nil {
		return nil, err
	}
	if p.Dial != nil {
		return p.Dial(server, password), nil
	}
	out := &mail.SMTP{Server: server, Password: password, Patience: p.Patience}
	key, err := p.Secrets.Get(ctx, mail.DKIMSecret)
	if err == nil && key != "" {
		out.Sign, err = mail.OpenDKIM(server.From, key)
	}
	return out, err
}

// take claims the mail. One that is marked as being sent, although this job is
// the only one for it, was left behind by a program that ended in the middle.
func (p *Post) take(ctx context.Context, mailID string) (m store.Mail, err error) {
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		m, err = tx.TakeMail(ctx, mailID)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return tx.SettleMail(ctx, mailID, store.MailUncertain, "the program ended while this mail was being sent")
	})
	if err == nil && m.ID == "" {
		err = fault.New(fault.NotFound, "the mail %s does not wait", mailID)
	}
	return m, err
}

func message(m store.Mail, server mail.Server, now time.Time) mail.Message {
	return mail.Message{
		ID:   m.ID,
		From: mail.Address{Name: server.FromName, Email: server.From}, ReplyTo: server.ReplyTo,
		To:      mail.Address{Name: mail.OneLine(m.ToName), Email: m.ToAddress},
		Subject: mail.OneLine(m.Subject), Text: m.Text, HTML: m.HTML, Headers: m.Headers, Date: now,
	}
}

// settle records what became of the mail, even while the program stops: a mail
// that was sent must not look as if it was not.
func (p *Post) settle(ctx context.Context, w job.Work, m store.Mail, sendErr error) error {
	state, reason := store.MailSent, ""
	if sendErr != nil {
		reason = sendErr.Error()
		switch mail.OutcomeOf(sendErr) {
		case mail.Refused:
			state = store.MailFailed
		case mail.Uncertain:
			state = store.MailUncertain
		default:
			state = store.MailWaiting
			if w.Attempt >= w.Max {
				state = store.MailFailed
			}
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := p.Store.Write(end, func(tx *store.Tx) error { return tx.SettleMail(end, m.ID, state, reason) })
	if err == nil && state == store.MailWaiting {
		return sendErr // the runner tries again later
	}
	return err
}
