package worker

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// newsSlice is how many mails of an update are written in one transaction.
const newsSlice = 100

// News writes updates to those supporters of a campaign who wanted them.
type News struct {
	Letters
	Key fund.NewsKey // signs the addresses at which they stop
}

// Do is the body of job.CampaignNews: one slice, and a job for the next one.
// Where no mail server is set the mails wait in the outbox as all others do.
func (n *News) Do(ctx context.Context, w job.Work) error {
	var p job.CampaignNewsPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	u, err := n.Store.CampaignUpdate(ctx, p.Update)
	if err != nil {
		return err
	}
	c, err := n.Store.Campaign(ctx, u.CampaignID)
	if err != nil {
		return err
	}
	donors, err := n.Store.Supporters(ctx, c.ID, p.After, newsSlice)
	if err != nil {
		return err
	}
	var mails []store.Mail
	for _, d := range donors {
		m, err := n.letter(ctx, c, u, d)
		if err != nil {
			return err
		}
		mails = append(mails, m)
	}
	var next *job.Job
	if len(donors) == newsSlice {
		j := job.News(u.ID, donors[len(donors)-1].ID, p.Slice+1)
		next = &j
	}
	return n.Store.Write(ctx, func(tx *store.Tx) error { return tx.NewsSlice(ctx, u, mails, next) })
}

// letter is the mail to one donor, with the one-click way out of RFC 8058.
func (n *News) letter(ctx context.Context, c fund.Campaign, u fund.Update, d fund.Donor) (store.Mail, error) {
	frame, o, err := n.Frame(ctx, d.Lang)
	if err != nil {
		return store.Mail{}, err
	}
	words := func(texts map[string]string) string { return outlet.Words(texts).In(d.Lang, o.Language) }
	stop := n.Address("/give/stop/"+n.Key.Token(c.ID, d.ID), d.Lang)
	letter, err := n.Templates.Mail("mail/news", web.NewsMail{
		MailFrame: frame, For: words(c.Title), Head: words(u.Title), Body: words(u.Body), Page: n.Address("/give/"+c.Slug, d.Lang), Stop: stop,
	})
	m := mailTo(d, d.Lang, "update:"+u.ID+":"+d.ID, "news", letter)
	m.Headers["List-Unsubscribe"], m.Headers["List-Unsubscribe-Post"] = "<"+stop+">", "List-Unsubscribe=One-Click"
	return m, err
}
