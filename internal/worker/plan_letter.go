package worker

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// powerLasts is how long a link of one power in a mail about a plan works: a
// little longer than the year after which a new mail brings new ones.
const powerLasts = 400 * 24 * time.Hour

// Plans writes to donors about their plans, and does for plans what time brings
// about.
type Plans struct {
	Letters
	Fund *fund.Service
}

// Do is a step of the round: it finds by itself whom to write to.
func (w *Plans) Do(ctx context.Context) error {
	now := w.Money.Now()
	if err := w.wake(ctx, now); err != nil {
		return err
	}
	if err := w.Store.NoteOverdue(ctx, now); err != nil {
		return err
	}
	ids, err := w.Store.PlansToTell(ctx, now)
	if err != nil {
		return err
	}
	for _, planID := range ids {
		if err := w.tell(ctx, planID); err != nil && !fault.Is(err, fault.Conflict) { // that one is told next time
			return err
		}
	}
	return nil
}

// Tell is the body of job.FundPlan.
func (w *Plans) Tell(ctx context.Context, j job.Work) error {
	var p job.FundPlanPayload
	if err := j.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	err := w.tell(ctx, p.Plan)
	if fault.Is(err, fault.Conflict) { // the round was faster, or there is more to tell: a job of its own does
		return nil
	}
	return err
}

// wake looks at plans whose pause should be over. Most providers let them go on
// by themselves; those that did not are asked to.
func (w *Plans) wake(ctx context.Context, now time.Time) error {
	list, err := w.Store.PlansToWake(ctx, now)
	if err != nil {
		return err
	}
	for _, p := range list {
		_, provider, err := w.Store.Plan(ctx, p.ID)
		if err != nil {
			return err
		}
		if err := w.Fund.Refresh(ctx, provider, fund.Ref{Kind: fund.KindPlan, ID: p.Ref}); err != nil {
			return err
		}
		if p, _, err = w.Store.Plan(ctx, p.ID); err != nil {
			return err
		}
		if p.State != fund.PlanPaused || p.PausedUntil.After(now) {
			continue
		}
		key := "wake:" + p.ID + ":" + p.PausedUntil.UTC().Format(time.RFC3339)
		if _, err := w.Fund.Change(ctx, p.ID, fund.Change{Do: fund.ChangeResume}, key); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// tell writes the letters that are due about a plan.
func (w *Plans) tell(ctx context.Context, planID string) error {
	n, err := w.Store.PlanNews(ctx, planID)
	if err != nil {
		return err
	}
	now := w.Money.Now()
	due := n.Plan.Notices(n.Fresh, n.Paid, w.charges(n.Provider), now)
	if n.Donor.Email == "" {
		due = nil
	}
	var mails []offer
	var noticed, warned bool
	for _, x := range due {
		m, err := w.letter(ctx, n, x)
		if err != nil {
			return err
		}
		mails = append(mails, m)
		warned = warned || x.Kind == fund.NoticeLast
		noticed = noticed || x.Kind == fund.NoticeCharge || x.Kind == fund.NoticeChanged || x.Kind == fund.NoticeResumed
	}
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		for _, m := range mails {
			if err := m.queue(ctx, tx); err != nil {
				return err
			}
		}
		return tx.TellPlan(ctx, n.Plan, noticed, warned, now)
	})
}

// letter draws one letter about a plan.
func (w *Plans) letter(ctx context.Context, n store.PlanNews, x fund.Notice) (offer, error) {
	lang := n.Donation.Lang
	frame, o, err := w.Frame(ctx, lang)
	if err != nil {
		return offer{}, err
	}
	p := n.Plan
	out := offer{donor: n.Donor.ID}
	page := web.PlanMail{
		MailFrame: frame, Name: n.Donor.Name, For: target(frame, o, n.Campaign, lang), Amount: p.Amount, Every: string(p.Every),
		Next: p.NextChargeAt, PlanLinks: w.powers(&out, p, x.Kind, w.pauses(n.Provider), lang),
	}
	switch x.Kind {
	case fund.NoticePaused:
		page.Until = p.PausedUntil
	case fund.NoticeEnding:
		page.Until = p.CancelAt
	case fund.NoticeChanged:
		page.Was, page.WasEvery = money.Amount{Currency: p.Amount.Currency, Minor: x.Was.WasMinor}, string(x.Was.WasEvery)
	}
	letter, err := w.Templates.Mail("mail/plan_"+string(x.Kind), page)
	out.mail = mailTo(n.Donor, lang, x.Key, "plan", letter)
	return out, err
}

// target names what a gift is for.
func target(frame web.MailFrame, o outlet.Outlet, c fund.Campaign, lang string) string {
	if c.ID == "" {
		return frame.T("fund.general.heading", "outlet", o.Name)
	}
	return outlet.Words(c.Title).In(lang, o.Language)
}

// charges tells whether a provider takes a plan's money by itself.
func (x *Letters) charges(provider string) bool {
	p, ok := x.Providers[provider]
	return ok && p.Caps().Road == fund.Hosted
}

// pauses tells whether a provider lets plans rest.
func (x *Letters) pauses(provider string) bool {
	p, ok := x.Providers[provider]
	return ok && p.Caps().Pause
}

// powers are the links of a letter: what can be done about the plan as it is.
func (x *Letters) powers(o *offer, p fund.Plan, kind fund.NoticeKind, pauses bool, lang string) web.PlanLinks {
	link := func(power store.Power) string { return x.Link(o.promise(power, p.ID), lang) }
	out := web.PlanLinks{MyLink: x.Address("/my", lang)}
	switch kind {
	case fund.NoticePaused, fund.NoticeEnding:
		out.ResumeLink = link(store.DonorResume)
	case fund.NoticeLost, fund.NoticeEnded:
		out.RestartLink = link(store.DonorRestart)
	}
	if pauses && p.State == fund.PlanActive {
		out.PauseLink = link(store.DonorPause)
	}
	if p.State.Alive() && p.State != fund.PlanCancelScheduled || p.State == fund.PlanUnpaid {
		out.CancelLink = link(store.DonorCancel)
	}
	return out
}

// offer is a mail with links of one power, before it is queued: it is drawn
// outside any transaction with stand-ins for their tokens, which the one that
// queues it makes.
type offer struct {
	mail  store.Mail
	donor string
	links []promised
}

type promised struct {
	standIn string
	link    store.DonorLink
}

// promise notes a link and returns the stand-in for its token.
func (o *offer) promise(power store.Power, object string) string {
	p := promised{standIn: "token-" + id.New(), link: store.DonorLink{Power: power, DonorID: o.donor, Object: object}}
	o.links = append(o.links, p)
	return p.standIn
}

// queue makes the links and puts the mail into the outbox.
func (o offer) queue(ctx context.Context, tx *store.Tx) error {
	m := o.mail // the function of a transaction may be run again
	for _, p := range o.links {
		token, err := tx.MakeDonorLink(ctx, p.link, powerLasts)
		if err != nil {
			return err
		}
		m.Text, m.HTML = strings.ReplaceAll(m.Text, p.standIn, token), strings.ReplaceAll(m.HTML, p.standIn, token)
	}
	return tx.QueueMail(ctx, m)
}
