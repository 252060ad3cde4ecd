package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// waits tells whether a payment waits for a person, and from when on thanks for
// it would be late: from its acceptance where it had to wait.
func (t *Thanks) waits(ctx context.Context, paid fund.Payment) (waits bool, since time.Time, err error) {
	h, err := t.Store.Hold(ctx, paid.ID)
	if fault.Is(err, fault.NotFound) {
		return false, paid.SucceededAt, nil
	}
	if h.State == fund.HoldWaits {
		return true, paid.SucceededAt, err
	}
	return false, h.DecidedAt, err
}

// received is the mail about a gift that waits: that it came, and nothing that
// would tell a person who tries out cards more.
func (t *Thanks) received(ctx context.Context, paid fund.Payment, gift fund.Outcome) (store.Mail, error) {
	frame, _, err := t.Frame(ctx, gift.Donation.Lang)
	if err != nil {
		return store.Mail{}, err
	}
	letter, err := t.Templates.Mail("mail/held", web.HeldMail{MailFrame: frame, Amount: paid.Amount, Paid: paid.SucceededAt})
	return mailTo(gift.Donor, gift.Donation.Lang, "held:"+paid.ID, "held", letter), err
}

// keepDeclines is how long refused attempts and suspicions are kept: the longest
// wait of a gift, with days to spare.
const keepDeclines = 90 * 24 * time.Hour

// Quarantine accepts gifts whose time to wait is up, and forgets what nothing
// asks for any more.
func Quarantine(s *store.Store, money clock.Clock) Step {
	end := func(ctx context.Context, list []string, to fund.HoldState) (all error) {
		for _, id := range list {
			err := s.Write(ctx, func(tx *store.Tx) error { return tx.EndHold(ctx, store.System, id, to, money.Now()) })
			if err != nil && !fault.Is(err, fault.Conflict) { // somebody was faster
				all = errors.Join(all, fmt.Errorf("the hold of payment %s: %w", id, err))
			}
		}
		return all
	}
	return Step{Name: "gifts that wait", Do: func(ctx context.Context) error {
		spent, err := s.SpentHolds(ctx, 200)
		if err != nil {
			return err
		}
		if err := end(ctx, spent, fund.HoldRefunded); err != nil {
			return err
		}
		due, err := s.DueHolds(ctx, money.Now(), 200)
		if err != nil {
			return err
		}
		return errors.Join(end(ctx, due, fund.HoldAccepted), s.Write(ctx, func(tx *store.Tx) error {
			return tx.ForgetDeclines(ctx, money.Now().Add(-keepDeclines))
		}))
	}}
}

// Warnings answers what banks warn of.
func Warnings(svc *fund.Service) Step {
	return Step{Name: "fraud warnings", Do: svc.AnswerWarnings}
}
