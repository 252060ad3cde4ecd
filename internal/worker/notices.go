package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Notices mails people of the staff what they have not read at the desk.
type Notices struct {
	Store     *store.Store
	Templates *web.Templates
	Address   func(path string) string // absolute, of a path of the desk
}

// Do is the body of job.StaffDigest.
func (n *Notices) Do(ctx context.Context, w job.Work) error {
	var in job.DigestPayload
	if err := w.Into(&in); err != nil {
		return fault.Wrap(fault.Internal, err, "the job has no account")
	}
	to, err := n.Store.Account(ctx, in.Staff)
	if fault.Is(err, fault.NotFound) || err == nil && to.State != staff.Active { // headlines of the desk are not for them any more
		return nil
	}
	if err != nil {
		return err
	}
	how, err := n.Store.NotifyWay(ctx, in.Staff)
	if err != nil || how == store.NotifyNever {
		return err
	}
	o, err := n.Store.Outlet(ctx)
	if err != nil {
		return err
	}
	page := web.NoticesMail{MailFrame: web.MailFrame{Locale: locale.For(to.Lang), Outlet: web.Outlet{Name: o.Name, ShortName: o.ShortName, URL: o.BaseURL}, Zone: o.Location()},
		Name: to.Name, Account: n.Address("/desk/notices")}
	return n.Store.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.TakeDigest(ctx, in.Staff)
		if err != nil || len(list) == 0 {
			return err
		}
		page.Notices = n.lines(page.Locale, list)
		letter, err := n.Templates.Mail("mail/notices", page)
		if err != nil {
			return err
		}
		return tx.QueueMail(ctx, store.Mail{Key: "notices:" + list[len(list)-1].ID, Kind: "notices", ToAddress: to.Email, ToName: to.Name, Lang: page.Lang(),
			Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML, Headers: map[string]string{"Auto-Submitted": "auto-generated"}})
	})
}

// lines leaves the headline of a story under embargo out: a mail is read by
// others too.
func (n *Notices) lines(l *locale.Locale, list []store.Notice) []web.NoticeLine {
	out := make([]web.NoticeLine, 0, len(list))
	for _, x := range list {
		line := web.NoticeLine{Say: web.NoticeSays(l, string(x.Kind), x.Detail, x.By), Story: x.Headline, Link: n.Address("/desk/stories/" + x.Article), At: x.At.Truncate(time.Second)}
		if x.Secret {
			line.Story = ""
		}
		if x.Closed {
			line.Story, line.Link = l.T("notices.closed"), n.Address("/desk/notices")
		}
		out = append(out, line)
	}
	return out
}
