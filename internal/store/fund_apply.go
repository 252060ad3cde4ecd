package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
)

// Apply implements fund.Store. Looks of the same moment that have nothing to do
// with each other are written together.
func (s Fund) Apply(ctx context.Context, provider string, f fund.Facts, reduce func(fund.World) fund.Changes) (fund.Changes, error) {
	l := &look{ctx: ctx, provider: provider, facts: f, reduce: reduce}
	if !l.sociable() {
		l.err = s.lookOnce(ctx, []*look{l})
	} else {
		s.looks.Do(l)
	}
	return l.changes, l.err
}

// noteGoals looks whether goals were reached. It sums over all gifts of a
// campaign, which is too much for the transaction of a single one; should the
// program end in between, the next gift makes it good.
func (s Fund) noteGoals(ctx context.Context, campaigns []string, at time.Time) error {
	for _, id := range campaigns {
		reached, err := goalReached(ctx, s.Query(), id)
		if err != nil {
			return err
		}
		if !reached {
			continue
		}
		if err := s.Write(ctx, func(tx *Tx) error { return tx.noteGoal(ctx, id, at) }); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) writeChanges(ctx context.Context, provider string, c fund.Changes) error {
	for _, d := range c.Donations {
		if err := tx.Later(ctx, "UPDATE donation SET state = $1, session_ref = $2, session_url = $3, opened_at = $4, updated_at = $5 WHERE id = $6",
			d.State, db.Null(d.Session), d.URL, db.Ms(d.OpenedAt), seen(d), d.ID); err != nil {
			return err
		}
		tx.Touch("desk")
	}
	for _, p := range c.Plans {
		if err := tx.putPlan(ctx, provider, p); err != nil {
			return err
		}
	}
	if err := tx.putPayment(ctx, provider, c.Payments...); err != nil {
		return err
	}
	for _, x := range c.Refunds {
		if err := tx.Later(ctx, `INSERT INTO refund (id, provider, ref, payment_id, currency, minor, state, created_at, updated_at) VALUES (`+places(9)+`)
			ON CONFLICT (provider, ref) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`,
			x.ID, provider, x.Ref, x.PaymentID, x.Amount.Currency, x.Amount.Minor, x.State, x.CreatedAt.UnixMilli(), x.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Receipt(x.PaymentID)); err != nil {
			return err
		}
		if x.State == fund.RefundSucceeded {
			if err := tx.Enqueue(ctx, job.Refunded(x.ID)); err != nil {
				return err
			}
		}
		if x.State == fund.RefundFailed {
			if err := tx.holdAgain(ctx, x); err != nil {
				return err
			}
		}
	}
	for _, x := range c.Disputes {
		if err := tx.Later(ctx, `INSERT INTO dispute (id, provider, ref, payment_id, currency, minor, state, opened_at, updated_at) VALUES (`+places(9)+`)
			ON CONFLICT (provider, ref) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`,
			x.ID, provider, x.Ref, x.PaymentID, x.Amount.Currency, x.Amount.Minor, x.State, x.OpenedAt.UnixMilli(), x.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, job.Receipt(x.PaymentID)); err != nil {
			return err
		}
	}
	if err := tx.writeGuard(ctx, provider, c); err != nil {
		return err
	}
	return tx.writeMoney(ctx, provider, c)
}

func (tx *Tx) writeMoney(ctx context.Context, provider string, c fund.Changes) error {
	for _, p := range c.Payouts {
		if err := tx.Later(ctx, `INSERT INTO payout (provider, ref, currency, minor, state, created_at, updated_at) VALUES (`+places(7)+`)
			ON CONFLICT (provider, ref) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`,
			provider, p.Ref, p.Amount.Currency, p.Amount.Minor, p.State, p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
	}
	moved := make([][]any, len(c.Movements))
	for i, m := range c.Movements {
		moved[i] = []any{provider, m.Ref, m.Kind, m.Amount.Currency, m.Amount.Minor, m.Fee, m.Source.ID, m.At.UnixMilli(), m.EntryKey, m.Ignored,
			m.Own.Currency, m.Own.Minor, m.Rate}
	}
	if err := tx.insertRows(ctx, `INSERT INTO movement (provider, ref, kind, currency, minor, fee_minor, source_ref, at, entry_key, ignored, own_currency, own_minor, rate) VALUES `,
		moved, " ON CONFLICT (provider, ref) DO NOTHING"); err != nil {
		return err
	}
	var thanks []job.Job
	for _, id := range c.Arrived {
		thanks = append(thanks, job.Thank(id))
	}
	if err := tx.enqueueAll(ctx, thanks...); err != nil {
		return err
	}
	for _, t := range c.Tasks {
		if err := tx.leaveTask(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// putPayment writes payments, each of them once, new or changed.
func (tx *Tx) putPayment(ctx context.Context, provider string, list ...fund.Payment) error {
	rows := make([][]any, len(list))
	for i, p := range list {
		tx.Touch(campaignKey(p.CampaignID))
		rows[i] = []any{p.ID, provider, p.Ref, p.DonationID, db.Null(p.PlanID), p.DonorID, db.Null(p.CampaignID), p.Amount.Currency, p.Amount.Minor,
			p.Refunded, p.Disputed, p.SucceededAt.UnixMilli(), tx.now()}
	}
	return tx.insertRows(ctx, `INSERT INTO payment (id, provider, ref, donation_id, plan_id, donor_id, campaign_id, currency, minor,
		refunded_minor, disputed_minor, succeeded_at, created_at) VALUES `, rows,
		` ON CONFLICT (provider, ref) DO UPDATE SET refunded_minor = excluded.refunded_minor, disputed_minor = excluded.disputed_minor`)
}

// campaignKey is the change key of a campaign's money; the general fund has one too.
func campaignKey(id string) string {
	if id == "" {
		id = "general"
	}
	return "campaign:" + id
}

// postAll names the donors of what arrived and posts what is not in the books
// yet; it returns the campaigns whose money it changed.
func (tx *Tx) postAll(ctx context.Context, provider string, c fund.Changes) (set, error) {
	for _, e := range c.Entries { // while nobody waits for the head
		if err := e.Validate(); err != nil {
			return nil, err
		}
	}
	var givers []giver
	q := tx.Ask()
	askGivers(q, &givers, c.Arrived)
	head, posted := tx.askHeadAndContents(q, c.Entries)
	if err := q.Run(ctx); err != nil {
		return nil, err
	}
	if err := tx.nameDonors(ctx, givers); err != nil {
		return nil, err
	}
	campaigns := set{}
	if len(c.Entries) == 0 {
		return campaigns, nil
	}
	end, err := onlyHead(*head)
	if err != nil {
		return nil, err
	}
	fresh, err := tx.unposted(ctx, provider, posted, c.Entries)
	if err != nil || len(fresh) == 0 {
		return campaigns, err
	}
	for _, e := range fresh {
		tx.Touch(campaignKey(e.Tags["campaign"]))
		campaigns.add(e.Tags["campaign"])
	}
	return campaigns, tx.chain(ctx, end, fresh)
}

// headAndContents locks the head and looks which of the entries are in the books.
func (tx *Tx) headAndContents(ctx context.Context, entries []ledger.Entry) (head booksEnd, posted map[string]content, err error) {
	q := tx.Ask()
	heads, posted := tx.askHeadAndContents(q, entries)
	if err := q.Run(ctx); err != nil {
		return head, nil, err
	}
	head, err = onlyHead(*heads)
	return head, posted, err
}

// askHeadAndContents asks for the head, which locks it, and then for the contents:
// the other way round, what another process posts meanwhile would not be seen.
// Without entries nothing is asked for.
func (tx *Tx) askHeadAndContents(q *db.Questions, entries []ledger.Entry) (*[]booksEnd, map[string]content) {
	var heads []booksEnd
	posted := map[string]content{}
	if len(entries) > 0 {
		tx.askHead(q, &heads)
		askContents(q, posted, entries)
	}
	return &heads, posted
}

// unposted are the entries that are not in the books; those that are must tell
// the same fact.
func (tx *Tx) unposted(ctx context.Context, provider string, posted map[string]content, entries []ledger.Entry) (fresh []ledger.Entry, err error) {
	for _, e := range entries {
		have, ok := posted[e.Key]
		if !ok {
			posted[e.Key] = content{e.Key, e.Date, ledger.ContentHash(e), e.Tags} // told twice in one breath
			fresh = append(fresh, e)
			continue
		}
		if err := tx.compare(ctx, provider, have, e); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

type content struct {
	key, date, hash string
	tags            map[string]string
}

func askContents(q *db.Questions, out map[string]content, entries []ledger.Entry) {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	marks, args := anyOf(1, keys)
	db.Add(q, func(r db.Scanner) (c content, err error) {
		return c, r.Scan(&c.key, &c.date, &c.hash, db.FromJSON(&c.tags))
	}, func(rows []content) {
		for _, c := range rows {
			out[c.key] = c
		}
	}, "SELECT key, date, content_hash, tags FROM ledger_entry WHERE key IN ("+marks+")", args...)
}

// compare looks at a fact that is in the books already. It must be the same one;
// only its date may differ, where the outlet has changed its time zone since.
func (tx *Tx) compare(ctx context.Context, provider string, have content, e ledger.Entry) error {
	e.Date = ledger.FactDate(ledger.Entry{Date: have.date, Tags: have.tags})
	if ledger.SameFact(e, have.date, have.tags, have.hash) {
		return nil
	}
	return tx.AddTask(ctx, Task{
		Key: fund.TaskMismatch + ":" + e.Key, Kind: fund.TaskMismatch, ObjectKind: "entry", ObjectID: e.Key,
		Detail: map[string]any{"provider": provider, "reason": "the provider now tells this fact in another way than it was booked"},
	})
}

// NewMovements implements fund.Store.
func (s Fund) NewMovements(ctx context.Context, provider string, list []fund.Movement) ([]fund.Movement, error) {
	if len(list) == 0 {
		return nil, nil
	}
	refs := make([]string, len(list))
	for i, m := range list {
		refs[i] = m.Ref
	}
	marks, args := anyOf(2, refs)
	rows, err := db.Rows(ctx, s.Query(), db.Value[string], "SELECT ref FROM movement WHERE provider = $1 AND ref IN ("+marks+")", append([]any{provider}, args...)...)
	known := set{}
	known.add(rows...)
	var fresh []fund.Movement
	for _, m := range list {
		if !known[m.Ref] {
			fresh = append(fresh, m)
		}
	}
	return fresh, err
}
