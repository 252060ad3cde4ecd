package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/pdf"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// Receipts issues receipts, keeps them in agreement with the gifts that they are
// about, and tells donors of it.
type Receipts struct {
	Letters
	Signer *web.Signer

	looked time.Time // when all payments were looked at last, by the wall clock
}

// lookAll is the time between two looks at all payments; in between only those
// of the last days are looked at.
const lookAll = 24 * time.Hour

// grace is how long the job that thanks for a gift is given to issue its receipt.
const grace = 10 * time.Minute

// HandleReceipts names the bodies of the jobs about receipts.
func HandleReceipts(r *Runner, x *Receipts) {
	r.Handle(job.ReceiptSettle, x.job(func(ctx context.Context, p job.ReceiptPayload) error {
		_, err := x.settle(ctx, p.Payment)
		return err
	}))
	r.Handle(job.ReceiptSend, x.job(x.send))
	r.Handle(job.ReceiptTell, x.job(x.told))
}

func (x *Receipts) job(do func(context.Context, job.ReceiptPayload) error) Body {
	return func(ctx context.Context, w job.Work) error {
		var p job.ReceiptPayload
		if err := w.Into(&p); err != nil {
			return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
		}
		return do(ctx, p)
	}
}

// send brings a receipt to its donor, and draws it where that was not done yet.
func (x *Receipts) send(ctx context.Context, p job.ReceiptPayload) error {
	r, err := x.Store.Receipt(ctx, p.Receipt)
	if err != nil || !r.Open() || r.State != receipt.Issued {
		return err
	}
	if err := x.draw(ctx, r); err != nil {
		return err
	}
	return x.write(ctx, "mail/receipt_sent", r.DonorID, r, receipt.Receipt{}, "receipt:"+p.Key)
}

// told tells a donor that a person has ended a receipt.
func (x *Receipts) told(ctx context.Context, p job.ReceiptPayload) error {
	c := store.ReceiptChange{}
	var err error
	if c.Ended, err = x.Store.Receipt(ctx, p.Receipt); err != nil {
		return err
	}
	if c.Ended.ReplacedBy != "" {
		if c.Issued, err = x.Store.Receipt(ctx, c.Ended.ReplacedBy); err != nil {
			return err
		}
		if err := x.draw(ctx, c.Issued); err != nil {
			return err
		}
	}
	return x.tell(ctx, c)
}

// For issues the receipt of a payment where that is due, draws it, and returns
// the one that holds; the zero Receipt where there is none. That a receipt can't
// be issued is left to a person, and holds nothing else up.
func (x *Receipts) For(ctx context.Context, paymentID string) (receipt.Receipt, error) {
	if _, err := x.settle(ctx, paymentID); err != nil {
		return receipt.Receipt{}, err
	}
	r, err := x.Store.ReceiptOf(ctx, paymentID)
	if fault.Is(err, fault.NotFound) {
		return receipt.Receipt{}, nil
	}
	return r, err
}

// settle does what is due about a payment's receipts and writes to the donor
// where one has ended.
func (x *Receipts) settle(ctx context.Context, paymentID string) ([]store.ReceiptChange, error) {
	done, err := x.Store.SettleReceipts(ctx, paymentID, x.Money.Now())
	var bad fault.Fields
	if errors.As(err, &bad) {
		return nil, x.ask(ctx, paymentID, "payment", paymentID, locale.For("en").T(bad["form"]))
	}
	if err != nil {
		return nil, err
	}
	for _, c := range done {
		if c.Issued.ID != "" {
			if err := x.draw(ctx, c.Issued); err != nil {
				return done, err
			}
		}
		if c.Ended.ID != "" {
			if err := x.tell(ctx, c); err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// draw makes the file of a receipt. Letters that the fonts lack are for a person
// to look at: the receipt is right, but hard to read.
func (x *Receipts) draw(ctx context.Context, r receipt.Receipt) error {
	if _, err := x.Store.DrawReceipt(ctx, r, pdf.Draw); err != nil {
		return err
	}
	if missing := pdf.Missing(r.Facts.Document); len(missing) > 0 {
		return x.ask(ctx, r.ID, "receipt", r.ID, "some letters of this receipt are in a script that its fonts do not have")
	}
	return nil
}

func (x *Receipts) ask(ctx context.Context, key, kind, id, reason string) error {
	return x.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddTask(ctx, store.Task{Key: receipt.TaskStuck + ":" + key, Kind: receipt.TaskStuck, ObjectKind: kind, ObjectID: id, Detail: map[string]any{"reason": reason}})
	})
}

// Link is the address at which a receipt is read for a while.
func (x *Receipts) Link(ctx context.Context, r receipt.Receipt, lang string) (string, error) {
	epoch, err := x.Store.DonorEpoch(ctx, r.DonorID)
	return x.Address(x.Signer.Address(web.ReceiptPath(r.ID), epoch, x.Store.Clock.Now().Add(web.SignedFor)), lang), err
}

// giftLinks are the addresses of the forms with which a donor declares Gift Aid,
// or tells name and address for official receipts; "" where one is not offered,
// or not for gifts in this currency.
func (x *Receipts) giftLinks(ctx context.Context, paid fund.Payment, lang string) (giftAid, party string, err error) {
	set, err := x.Store.ReceiptSettings(ctx)
	if err != nil {
		return "", "", err
	}
	epoch, err := x.Store.DonorEpoch(ctx, paid.DonorID)
	if err != nil {
		return "", "", err
	}
	until := x.Store.Clock.Now().Add(web.SignedFor)
	use := set.Use()
	if use.GiftAid && paid.Amount.Currency == "GBP" {
		giftAid = x.Address(x.Signer.Address(web.GiftAidPath(paid.DonorID), epoch, until), lang)
	}
	if use.Party && (use.Currency == "" || use.Currency == paid.Amount.Currency) {
		party = x.Address(x.Signer.Address(web.PartyPath(paid.DonorID), epoch, until), lang)
	}
	return giftAid, party, nil
}

// tell writes to a donor that a receipt has ended, and which one took its place.
func (x *Receipts) tell(ctx context.Context, c store.ReceiptChange) error {
	name := "mail/receipt_voided"
	if c.Issued.ID != "" {
		name = "mail/receipt_replaced"
	}
	return x.write(ctx, name, c.Ended.DonorID, c.Issued, c.Ended, name+":"+c.Ended.ID)
}

// write queues a mail about receipts; a donor who was erased, or has no address,
// gets none.
func (x *Receipts) write(ctx context.Context, name, donorID string, r, was receipt.Receipt, key string) error {
	donor, err := x.Store.Donor(ctx, donorID)
	if fault.Is(err, fault.NotFound) || err == nil && donor.Email == "" {
		return nil
	}
	if err != nil {
		return err
	}
	frame, _, err := x.Frame(ctx, donor.Lang)
	if err != nil {
		return err
	}
	m := web.ReceiptMail{MailFrame: frame, Name: donor.Name, Number: r.Number, Amount: r.Amount, Was: was.Number, MyLink: x.Address("/my", donor.Lang)}
	if r.ID != "" {
		if m.ReceiptLink, err = x.Link(ctx, r, donor.Lang); err != nil {
			return err
		}
	} else {
		m.Amount = was.Amount
	}
	letter, err := x.Templates.Mail(name, m)
	if err != nil {
		return err
	}
	return x.Store.Write(ctx, func(tx *store.Tx) error { return tx.QueueMail(ctx, mailTo(donor, donor.Lang, key, "receipt", letter)) })
}

// Step is the part of the round that finds what no job was asked for: gifts
// from before there were receipts, or without a provider; receipts whose gifts
// were given back; files that were not drawn; names that need not be kept any
// more.
func (x *Receipts) Step() Step {
	return Step{Name: "receipts", Do: func(ctx context.Context) error {
		return errors.Join(x.issueDue(ctx), x.drawSome(ctx), x.Store.ForgetReceipts(ctx, x.Money.Now()))
	}}
}

// slice is how many payments are looked at between two questions to the
// database; most is how many a round does in all, so that it comes to an end.
const slice, most = 200, 5000

func (x *Receipts) issueDue(ctx context.Context) error {
	now := x.Store.Clock.Now()
	since := now.Add(-2 * lookAll)
	if now.Sub(x.looked) >= lookAll {
		since = time.Time{}
	}
	stuck := 0
	for n := 0; n < most; n += slice {
		due, err := x.Store.ReceiptsDue(ctx, since, now.Add(-grace), x.Money.Now().Add(-thankWithin), slice+stuck)
		if err != nil {
			return err
		}
		before := stuck
		for _, id := range due {
			issued, err := x.settleOld(ctx, id)
			if err != nil {
				return err
			}
			if !issued {
				stuck++
			}
		}
		if len(due) < slice || stuck-before == len(due) {
			if since.IsZero() {
				x.looked = now
			}
			return nil
		}
	}
	return nil
}

// settleOld is settle for the round: the donor of a gift of these days is thanked
// with the receipt; those of older ones find it on their page, and their files
// are drawn when they are asked for, or bit by bit.
func (x *Receipts) settleOld(ctx context.Context, paymentID string) (bool, error) {
	paid, _, err := x.Store.Payment(ctx, paymentID)
	if err != nil {
		return false, err
	}
	if x.Money.Now().Sub(paid.SucceededAt) <= thankWithin {
		done, err := x.settle(ctx, paymentID)
		if err != nil || len(done) == 0 {
			return false, err
		}
		return true, x.Store.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(ctx, job.Thank(paymentID)) })
	}
	done, err := x.Store.SettleReceipts(ctx, paymentID, x.Money.Now())
	var bad fault.Fields
	if errors.As(err, &bad) {
		return false, x.ask(ctx, paymentID, "payment", paymentID, locale.For("en").T(bad["form"]))
	}
	for _, c := range done {
		if c.Ended.ID != "" {
			err = errors.Join(err, x.tell(ctx, c))
		}
	}
	return len(done) > 0, err
}

// drawSome draws a few of the files that are missing.
func (x *Receipts) drawSome(ctx context.Context) error {
	list, err := x.Store.UndrawnReceipts(ctx, 40)
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := x.draw(ctx, r); err != nil {
			slog.Error("a receipt can't be drawn", "receipt", r.Number, "err", err)
		}
	}
	return nil
}
