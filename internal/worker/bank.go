package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Transfers writes to donors what to type into their bank's form, and does what
// time brings about for gifts by bank.
type Transfers struct {
	Letters
	Bank store.BankAccounts
}

// Do is the body of job.BankInstructions: one mail a gift, none for one that
// has come already, and none beyond what one mailbox is sent in an hour.
func (t *Transfers) Do(ctx context.Context, w job.Work) error {
	var p job.InstructionsPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	gift, err := t.Store.DonationOutcome(ctx, p.Donation)
	if err != nil {
		return err
	}
	ref, accountID, err := t.Store.ReferenceOf(ctx, p.Donation)
	if err != nil {
		return err
	}
	if ref == "" || gift.Payment.ID != "" || gift.Donor.Email == "" {
		return nil
	}
	list, err := t.Bank.Accounts(ctx)
	if err != nil {
		return err
	}
	a, err := giro.Choose(list, accountID, gift.Donation.Amount.Currency)
	if fault.Is(err, fault.NotFound) {
		return nil // it was closed since; the page says so
	}
	if err != nil {
		return err
	}
	m, err := t.instructions(ctx, gift, a, ref)
	if err != nil {
		return err
	}
	return t.Store.Write(ctx, func(tx *store.Tx) error { return tx.QueueInstructions(ctx, m) })
}

func (t *Transfers) instructions(ctx context.Context, gift fund.Outcome, a giro.Account, ref giro.Reference) (store.Mail, error) {
	d := gift.Donation
	frame, o, err := t.Frame(ctx, d.Lang)
	if err != nil {
		return store.Mail{}, err
	}
	target := frame.T("fund.general.heading", "outlet", o.Name)
	if gift.Campaign.ID != "" {
		target = outlet.Words(gift.Campaign.Title).In(d.Lang, o.Language)
	}
	letter, err := t.Templates.Mail("mail/bank", web.BankMail{
		MailFrame: frame, Amount: d.Amount, Every: string(d.Every), For: target, Rows: web.BankRows(frame.Locale, a, ref, d.Amount), Short: web.BankShort(a, ref, d.Amount),
		Link: t.Address("/give/bank/"+d.ID, d.Lang),
	})
	return mailTo(gift.Donor, d.Lang, "bank:"+d.ID, "bank", letter), err
}

// remindAfter is how late a transfer must be before its donor is reminded: banks
// are days late around holidays.
const remindAfter = 7 * 24 * time.Hour

// Remind is the step of the round that tells donors who asked for it that the
// transfer of their standing order has not come: once for each that was due.
func (t *Transfers) Remind() Step {
	return Step{Name: "reminders of standing orders", Do: func(ctx context.Context) error {
		list, err := t.Store.RemindersDue(ctx, t.Money.Now().Add(-remindAfter), 200)
		for _, r := range list {
			if err == nil {
				err = t.remind(ctx, r)
			}
		}
		return err
	}}
}

func (t *Transfers) remind(ctx context.Context, r store.Reminder) error {
	gift, err := t.Store.DonationOutcome(ctx, r.DonationID)
	if err != nil || gift.Donor.Email == "" {
		return err
	}
	lang := gift.Donation.Lang
	frame, o, err := t.Frame(ctx, lang)
	if err != nil {
		return err
	}
	out := offer{donor: gift.Donor.ID}
	letter, err := t.Templates.Mail("mail/remind", web.RemindMail{
		MailFrame: frame, Amount: r.Amount, Every: string(r.Every), Due: r.For, For: target(frame, o, gift.Campaign, lang), Reference: r.Reference.Grouped(),
		Link: t.Address("/give/bank/"+r.DonationID, lang), Stop: t.Link(out.promise(store.DonorStopReminders, r.DonationID), lang),
	})
	if err != nil {
		return err
	}
	out.mail = mailTo(gift.Donor, lang, "remind:"+r.DonationID+":"+r.For.UTC().Format(time.DateOnly), "bank", letter)
	return t.Store.Write(ctx, func(tx *store.Tx) error {
		if fresh, err := tx.Reminded(ctx, r); err != nil || !fresh {
			return err
		}
		return out.queue(ctx, tx)
	})
}

// Expire is the step of the round that gives up waiting for transfers.
func (t *Transfers) Expire() Step {
	return Step{Name: "transfers that never came", Do: func(ctx context.Context) error {
		_, err := t.Store.ExpireTransfers(ctx, t.Money.Now().Add(-fund.TransferWait))
		return err
	}}
}

// Changes is the step of the round that makes changes of bank details whose time
// to be taken back is over.
func (t *Transfers) Changes() Step {
	return Step{Name: "changes of bank details", Do: t.Bank.MakeDueChanges}
}
