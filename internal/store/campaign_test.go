package store_test

import (
	"fmt"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// drive is a newsroom with one campaign of March 2026, a draft with a goal of
// 100.00.
type drive struct {
	t     *testing.T
	s     *store.Store
	clock *clock.Manual
	id    string
	n     int
}

var tess = store.Actor{ID: "t", Name: "Tess"}

func eachDrive(t *testing.T, test func(d *drive)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := &drive{t: t, s: s, clock: clock.At(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))}
		s.Clock = d.clock
		d.id = d.save(fund.Campaign{Slug: "spring", Currency: "USD", Counting: fund.ReceivedOnly, Title: map[string]string{"en": "Spring"},
			StartsAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), EndsAt: time.Date(2026, 4, 1, 0, 0, 0, -1e6, time.UTC), Grace: fund.DefaultGrace}, store.NewGoal{Minor: 10_000})
		test(d)
	})
}

func (d *drive) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *drive) write(fn func(tx *store.Tx) error) {
	d.t.Helper()
	d.ok(d.s.Write(d.t.Context(), fn))
}

func (d *drive) try(c fund.Campaign, goal store.NewGoal) (id string, err error) {
	err = d.s.Write(d.t.Context(), func(tx *store.Tx) error {
		id, err = tx.SaveCampaign(d.t.Context(), tess, c, goal, d.clock.Now())
		return err
	})
	return id, err
}

func (d *drive) save(c fund.Campaign, goal store.NewGoal) string {
	d.t.Helper()
	id, err := d.try(c, goal)
	d.ok(err)
	return id
}

func (d *drive) campaign() fund.Campaign {
	d.t.Helper()
	c, err := d.s.Campaign(d.t.Context(), d.id)
	d.ok(err)
	return c
}

func (d *drive) act(act fund.CampaignAct, until time.Time) error {
	return d.s.Write(d.t.Context(), func(tx *store.Tx) error {
		_, err := tx.ActCampaign(d.t.Context(), tess, d.id, act, until, "because", d.clock.Now())
		return err
	})
}

// give books a gift with its entry, as a bank line would bring it.
func (d *drive) give(email string, minor int64, news bool) (donor, payment string) {
	d.t.Helper()
	d.n++
	ref := fmt.Sprintf("line%d", d.n)
	d.write(func(tx *store.Tx) (err error) {
		ctx := d.t.Context()
		if donor, err = tx.AddDonor(ctx, fund.Donor{Email: email, Lang: "en", CreatedAt: d.clock.Now()}); err != nil {
			return err
		}
		usd := money.Amount{Currency: "USD", Minor: minor}
		payment, _, err = tx.BookGift(ctx, store.BookedGift{Provider: "offline", Ref: ref, DonorID: donor, CampaignID: d.id, Amount: usd, At: d.clock.Now()})
		if err != nil {
			return err
		}
		_, _, err = tx.Post(ctx, ledger.PaymentSucceeded(ledger.Source{Provider: "offline", Object: ref, Date: d.clock.Now().Format(time.DateOnly),
			Tags: map[string]string{"campaign": d.id, "every": "once"}}, usd))
		return err
	})
	if news {
		d.exec("UPDATE donation SET wants_news = 1 WHERE donor_id = $1", donor)
	}
	return donor, payment
}

func (d *drive) exec(query string, args ...any) {
	d.t.Helper()
	_, err := d.s.Raw().ExecContext(d.t.Context(), query, args...)
	d.ok(err)
}

func (d *drive) logged(action string) (out []store.AuditEntry) {
	d.t.Helper()
	list, err := d.s.AuditLog(d.t.Context(), store.AuditQuery{Limit: 100})
	d.ok(err)
	for _, e := range list {
		if e.Action == action {
			out = append(out, e)
		}
	}
	return out
}

func TestAGoalThatReadersHaveSeenChangesOnlyWithAReason(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.save(d.campaign(), store.NewGoal{Minor: 12_000}) // nobody has seen it
		d.ok(d.act(fund.ActStart, time.Time{}))
		d.clock.Add(time.Hour)
		if _, err := d.try(d.campaign(), store.NewGoal{Minor: 15_000}); !fault.Is(err, fault.Invalid) {
			d.t.Errorf("without a reason it is answered with %v", err)
		}
		d.save(d.campaign(), store.NewGoal{Minor: 15_000, Reason: "a second reporter"})
		d.save(d.campaign(), store.NewGoal{Minor: 15_000}) // nothing new
		goals, err := d.s.Goals(d.t.Context(), d.id)
		d.ok(err)
		public := d.campaign().PublicGoals(goals)
		if len(goals) != 3 || len(public) != 2 || public[0].Minor != 15_000 || public[0].Reason != "a second reporter" || public[0].SetBy != "Tess" || public[1].Minor != 12_000 {
			d.t.Errorf("on record %+v, public %+v", goals, public)
		}
		log := d.logged("campaign.changed")
		if len(log) == 0 || log[len(log)-1].By != tess {
			d.t.Errorf("logged: %+v", log)
		}
	})
}

func TestTheCurrencyOfACampaignIsFixedOnceReadersHaveSeenIt(t *testing.T) {
	eachDrive(t, func(d *drive) {
		c := d.campaign()
		c.Currency = "EUR"
		d.save(c, store.NewGoal{})
		if got := d.campaign().Currency; got != "EUR" {
			d.t.Errorf("the draft's currency is %s", got)
		}
		d.ok(d.act(fund.ActStart, time.Time{}))
		c = d.campaign()
		c.Currency = "USD"
		d.save(c, store.NewGoal{})
		if got := d.campaign().Currency; got != "EUR" {
			d.t.Errorf("the live campaign's currency became %s", got)
		}
		d.write(func(tx *store.Tx) error { return tx.PutCampaign(d.t.Context(), c) })
		if got := d.campaign().Currency; got != "EUR" {
			d.t.Errorf("by another road it became %s", got)
		}
	})
}

func TestACampaignWithoutAGoalGoesLiveByNoRoad(t *testing.T) {
	eachDrive(t, func(d *drive) {
		c := d.campaign()
		c.ID, c.Slug = "", "bare"
		d.id = d.save(c, store.NewGoal{})
		if err := d.act(fund.ActStart, time.Time{}); !fault.Is(err, fault.Invalid) {
			d.t.Errorf("starting is answered with %v", err)
		}
		d.write(func(tx *store.Tx) error { return tx.MoveCampaign(d.t.Context(), d.id, fund.CampaignScheduled) })
		err := d.s.Write(d.t.Context(), func(tx *store.Tx) error { return tx.MoveCampaign(d.t.Context(), d.id, fund.CampaignLive) })
		if !fault.Is(err, fault.Invalid) || d.campaign().State != fund.CampaignScheduled {
			d.t.Errorf("its time has come, and it is %s after %v", d.campaign().State, err)
		}
	})
}

func TestAnEndedCampaignGoesOnOnlyByAnExtensionThatIsLogged(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.ok(d.act(fund.ActStart, time.Time{}))
		d.ok(d.act(fund.ActEnd, time.Time{}))
		if c := d.campaign(); c.State != fund.CampaignEnded || !c.EndsAt.Equal(d.clock.Now()) {
			d.t.Errorf("%+v", c)
		}
		if err := d.act(fund.ActResume, time.Time{}); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("resuming is answered with %v", err)
		}
		until := d.clock.Now().AddDate(0, 1, 0)
		d.ok(d.act(fund.ActExtend, until))
		log := d.logged("campaign.extend")
		if c := d.campaign(); c.State != fund.CampaignLive || !c.EndsAt.Equal(until) || len(log) != 1 || log[0].Detail["reason"] != "because" {
			d.t.Errorf("%+v, logged %+v", c, log)
		}
	})
}

func TestTwoCampaignsHaveTwoAddresses(t *testing.T) {
	eachDrive(t, func(d *drive) {
		c := d.campaign()
		c.ID = ""
		if _, err := d.try(c, store.NewGoal{}); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("the second one is answered with %v", err)
		}
	})
}

// promise is a sponsor who adds as much as is given in the campaign's time.
func (d *drive) promise(donorCap, totalCap int64) fund.Matching {
	d.t.Helper()
	c := d.campaign()
	m := fund.Matching{CampaignID: d.id, Sponsor: "Weir Mill", Num: 1, Den: 1, DonorCap: donorCap, TotalCap: totalCap, From: c.StartsAt, To: c.EndsAt, Document: "letter"}
	d.write(func(tx *store.Tx) (err error) {
		m.ID, err = tx.SaveMatching(d.t.Context(), tess, m)
		return err
	})
	return m
}

func (d *drive) matching(id string) store.MatchingSum {
	d.t.Helper()
	list, err := d.s.Matchings(d.t.Context(), d.id)
	d.ok(err)
	for _, m := range list {
		if m.ID == id {
			return m
		}
	}
	d.t.Fatal("the promise is gone")
	return store.MatchingSum{}
}

func TestAPromiseTurnsWithTimeAndItsSumIsKeptWhenItIsInvoiced(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.ok(d.act(fund.ActStart, time.Time{}))
		m := d.promise(10_000, 15_000)
		d.ok(d.s.TurnMatchings(d.t.Context(), d.clock.Now()))
		err := d.s.Write(d.t.Context(), func(tx *store.Tx) error {
			m.TotalCap = 1
			_, err := tx.SaveMatching(d.t.Context(), tess, m)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			d.t.Errorf("terms that readers have seen are changed: %v", err)
		}
		before := d.head()
		d.give("a@example.org", 9_000, false)
		_, second := d.give("b@example.org", 9_000, false)
		after := d.head()
		d.ok(d.s.TurnMatchings(d.t.Context(), d.clock.Now()))
		if got := d.matching(m.ID); got.State != fund.MatchingExhausted || got.Matched != 15_000 {
			d.t.Errorf("%+v", got)
		}
		move := func(to fund.MatchingState) error {
			return d.s.Write(d.t.Context(), func(tx *store.Tx) error { return tx.MoveMatching(d.t.Context(), tess, m.ID, to, "2026-7") })
		}
		if err := move(fund.MatchingReceived); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("received before it was invoiced: %v", err)
		}
		d.ok(move(fund.MatchingInvoiced))
		d.exec("UPDATE payment SET refunded_minor = minor WHERE id = $1", second)
		d.ok(move(fund.MatchingReceived))
		if got := d.matching(m.ID); got.State != fund.MatchingReceived || got.Owed(got.Matched) != 15_000 || got.Matched != 9_000 || got.Reference != "2026-7" {
			d.t.Errorf("%+v", got)
		}
		if d.head() != after || after != before+2 {
			d.t.Errorf("the books have %d entries after two gifts, then %d", after-before, d.head()-before)
		}
	})
}

func TestAPromiseEndsWithItsCampaign(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.ok(d.act(fund.ActStart, time.Time{}))
		m := d.promise(10_000, 15_000)
		d.ok(d.act(fund.ActEnd, time.Time{}))
		d.clock.Add(time.Second)
		d.ok(d.s.TurnMatchings(d.t.Context(), d.clock.Now()))
		if got := d.matching(m.ID).State; got != fund.MatchingEnded {
			d.t.Errorf("the campaign has ended, the promise is %s", got)
		}
	})
}

func (d *drive) head() int64 {
	d.t.Helper()
	h, err := d.s.LedgerHead(d.t.Context())
	d.ok(err)
	return h.Seq
}

func (d *drive) supporters() []string {
	d.t.Helper()
	list, err := d.s.Supporters(d.t.Context(), d.id, "", 100)
	d.ok(err)
	n, err := d.s.CountSupporters(d.t.Context(), d.id)
	d.ok(err)
	var out []string
	for _, donor := range list {
		out = append(out, donor.Email)
	}
	if n != len(out) {
		d.t.Errorf("%d are counted, %d listed", n, len(out))
	}
	return out
}

func TestUpdatesGoToThoseWhoTickedAndNotToThoseWhoStopped(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.give("quiet@example.org", 1_000, false)
		d.give("", 1_000, true) // cash from somebody without an address
		a, payment := d.give("a@example.org", 1_000, true)
		d.give("b@example.org", 1_000, true)
		d.exec("UPDATE donation SET wants_news = 1 WHERE id = (SELECT donation_id FROM payment WHERE id = $1)", payment)
		if got := d.supporters(); len(got) != 2 {
			d.t.Errorf("%v", got)
		}
		d.clock.Add(time.Hour)
		for range 2 {
			d.write(func(tx *store.Tx) error { return tx.StopNews(d.t.Context(), d.id, a, d.clock.Now()) })
		}
		if got := d.supporters(); len(got) != 1 || got[0] != "b@example.org" {
			d.t.Errorf("after a stop %v", got)
		}
		d.clock.Add(time.Hour)
		d.give("a@example.org", 1_000, true)
		if got := d.supporters(); len(got) != 2 {
			d.t.Errorf("after a new tick %v", got)
		}
	})
}

func TestAnUpdateIsPublishedThenMailedOnce(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.give("a@example.org", 1_000, true)
		u := fund.Update{CampaignID: d.id, Title: map[string]string{"en": "Printed"}, Body: map[string]string{"en": "It is out."}}
		save := func() error {
			return d.s.Write(d.t.Context(), func(tx *store.Tx) (err error) {
				u.ID, err = tx.SaveUpdate(d.t.Context(), tess, u)
				return err
			})
		}
		mail := func() error {
			return d.s.Write(d.t.Context(), func(tx *store.Tx) error { return tx.MailUpdate(d.t.Context(), tess, u, d.clock.Now()) })
		}
		d.ok(save())
		if err := mail(); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("a draft is mailed: %v", err)
		}
		d.write(func(tx *store.Tx) error { return tx.PublishUpdate(d.t.Context(), tess, u, d.clock.Now()) })
		d.ok(save()) // a slip of the pen can be mended
		d.ok(mail())
		if err := mail(); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("it is mailed twice: %v", err)
		}
		id := u.ID
		if err := save(); !fault.Is(err, fault.Conflict) {
			d.t.Errorf("a mailed text is changed: %v", err)
		}
		next := job.News(id, "x", 1)
		for range 2 {
			d.write(func(tx *store.Tx) error {
				return tx.NewsSlice(d.t.Context(), fund.Update{ID: id}, []store.Mail{{Key: "update:" + id + ":a", Kind: "news", ToAddress: "a@example.org", Subject: "x", Text: "x"}}, &next)
			})
		}
		got, err := d.s.CampaignUpdate(d.t.Context(), id)
		d.ok(err)
		if got.MailedTo != 1 || got.MailedAt.IsZero() || got.PublishedAt.IsZero() {
			d.t.Errorf("%+v", got)
		}
	})
}

func TestTheForecastReadsWholeDaysOfTheBooks(t *testing.T) {
	eachDrive(t, func(d *drive) {
		d.ok(d.act(fund.ActStart, time.Time{}))
		d.clock.Add(-48 * time.Hour)
		d.give("a@example.org", 3_000, false)
		d.give("b@example.org", 1_000, false)
		d.clock.Add(48 * time.Hour)
		d.give("c@example.org", 9_000, false) // today is not over
		f, err := d.s.ForecastFacts(d.t.Context(), d.campaign(), d.clock.Now(), time.UTC)
		d.ok(err)
		if f.Received != 13_000 || len(f.Daily) != 9 || f.Daily[7] != 4_000 || f.Daily[8] != 0 {
			d.t.Errorf("%+v", f)
		}
	})
}

func TestChurnIsMeasuredOverAllPlansOfTheLastYear(t *testing.T) {
	eachDrive(t, func(d *drive) {
		donor, payment := d.give("a@example.org", 1_000, false)
		now := d.clock.Now()
		plan := func(n int, from time.Time, ended any, state string) {
			d.exec(`INSERT INTO plan (id, provider, ref, donation_id, donor_id, campaign_id, currency, minor, every, state, started_at, next_charge_at, ended_at, updated_at)
				VALUES ($1, 'sandbox', $1, (SELECT donation_id FROM payment WHERE id = $2), $3, $4, 'USD', 1000, 'month', $5, $6, $7, $8, $9)`,
				fmt.Sprintf("p%d", n), payment, donor, d.id, state, from.UnixMilli(), now.AddDate(0, 0, 5).UnixMilli(), ended, now.UnixMilli())
		}
		year := now.AddDate(-1, 0, 0)
		plan(1, now.AddDate(-2, 0, 0), nil, "active")                                   // twelve months of the last year
		plan(2, year, now.AddDate(0, -6, 0).UnixMilli(), "cancelled")                   // six, and ended
		plan(3, now.AddDate(0, -6, 0), nil, "past_due")                                 // six
		plan(4, now.AddDate(-2, 0, 0), now.AddDate(-1, -1, 0).UnixMilli(), "cancelled") // before
		plan(5, now.AddDate(0, -6, 0), nil, "incomplete")                               // never was one
		f, err := d.s.ForecastFacts(d.t.Context(), d.campaign(), now, time.UTC)
		d.ok(err)
		if !f.Churn.Known || f.Churn.PerMillion < 41_000 || f.Churn.PerMillion > 44_000 { // one of 24 months
			d.t.Errorf("%+v, want about 4.2 %%", f.Churn)
		}
		c := d.campaign()
		c.Counting = fund.Projected
		d.save(c, store.NewGoal{})
		m, err := d.s.CampaignMeter(d.t.Context(), d.campaign())
		d.ok(err)
		if want := 2 * f.Churn.Survive(1000, 1); m.Projected != want || m.Monthly != 2000 {
			d.t.Errorf("%d a month, %d expected; want %d", m.Monthly, m.Projected, want)
		}
	})
}
