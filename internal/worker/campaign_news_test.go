package worker_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

const (
	newsReaders = 230 // three slices
	newsKey     = "key of the news"
)

// supported is a newsroom with a campaign, an update that is to be mailed, and
// readers of whom each second one wants it.
func supported(t *testing.T, s *store.Store) (run *worker.Runner, update string) {
	t.Helper()
	all, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	run = worker.New(s, 2)
	run.Handle(job.CampaignNews, (&worker.News{Key: fund.NewsKey(newsKey), Letters: worker.Letters{Store: s, Templates: all, Money: s.Clock,
		Address: func(path, lang string) string { return "https://lantern.example/" + lang + path }}}).Do)
	run.Handle(job.MailKind, func(context.Context, job.Work) error { return nil }) // the outbox keeps them
	now := s.Clock.Now()
	ctx := t.Context()
	err = s.Write(ctx, func(tx *store.Tx) error {
		id, err := tx.SaveCampaign(ctx, store.System, fund.Campaign{Slug: "spring", Currency: "USD", Counting: fund.ReceivedOnly, Title: map[string]string{"en": "Spring"},
			StartsAt: now, EndsAt: now.AddDate(0, 1, 0)}, store.NewGoal{Minor: 100}, now)
		if err != nil {
			return err
		}
		for n := range newsReaders {
			donor, err := tx.AddDonor(ctx, fund.Donor{Email: fmt.Sprintf("reader%d@mail.example", n), Lang: []string{"en", "fa"}[n/2%2], CreatedAt: now})
			if err != nil {
				return err
			}
			_, _, err = tx.BookGift(ctx, store.BookedGift{Provider: "offline", Ref: fmt.Sprint(n), DonorID: donor, CampaignID: id, Amount: money.Amount{Currency: "USD", Minor: 100}, At: now, Quiet: true})
			if err != nil {
				return err
			}
		}
		u := fund.Update{CampaignID: id, Title: map[string]string{"en": "The press\nruns", "fa": "چاپخانه کار می‌کند"}, Body: map[string]string{"en": "One.\n\nTwo."}}
		if u.ID, err = tx.SaveUpdate(ctx, store.System, u); err != nil {
			return err
		}
		update = u.ID
		if err := tx.PublishUpdate(ctx, store.System, u, now); err != nil {
			return err
		}
		return tx.MailUpdate(ctx, store.System, u, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < newsReaders; n += 2 {
		if _, err := s.Raw().ExecContext(ctx, "UPDATE donation SET wants_news = 1 WHERE donor_id = (SELECT id FROM donor WHERE email = $1)", fmt.Sprintf("reader%d@mail.example", n)); err != nil {
			t.Fatal(err)
		}
	}
	return run, update
}

func TestAnUpdateReachesEachSupporterOnceAndEveryMailHasAWayOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run, update := supported(t, s)
		for range 2 { // the second time as after a crash: the job comes again
			if err := run.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.Enqueue(t.Context(), job.News(update, "", 0)) }); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Mails(t.Context(), 1000, 0)
		if err != nil || len(list) != newsReaders/2 {
			t.Fatalf("%d mails, %v; want %d", len(list), err, newsReaders/2)
		}
		key := fund.NewsKey(newsKey)
		persian, stops := 0, map[string]bool{}
		for _, m := range list {
			link := strings.Trim(m.Headers["List-Unsubscribe"], "<>")
			_, donor, ok := key.Read(link[strings.LastIndex(link, "/")+1:])
			if !ok || stops[donor] || m.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" || !strings.Contains(m.Text, link) || m.State != store.MailWaiting {
				t.Fatalf("%+v", m)
			}
			stops[donor] = true
			if m.Lang == "fa" {
				persian++
				if m.Subject != "چاپخانه کار می‌کند – Masthead" || !strings.HasPrefix(link, "https://lantern.example/fa/give/stop/") {
					t.Fatalf("%q with the way out %s", m.Subject, link)
				}
			}
			if !strings.Contains(m.Text, "Two.") || strings.Contains(m.Subject, "\n") {
				t.Fatalf("%q: %s", m.Subject, m.Text)
			}
		}
		if u, err := s.CampaignUpdate(t.Context(), update); err != nil || u.MailedTo != newsReaders/2 || persian == 0 {
			t.Errorf("%+v, %d in Persian, %v", u, persian, err)
		}
	})
}

func TestASliceOfAnUpdateLeavesOutWhoStoppedMeanwhile(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	run, update := supported(t, s)
	u, err := s.CampaignUpdate(t.Context(), update)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := s.Supporters(t.Context(), u.CampaignID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range gone {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.StopNews(t.Context(), u.CampaignID, d.ID, s.Clock.Now().Add(time.Second))
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Mails(t.Context(), 1000, 0); err != nil || len(list) != newsReaders/2-10 {
		t.Errorf("%d mails, %v", len(list), err)
	}
}
