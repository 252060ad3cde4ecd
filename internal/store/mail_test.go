package store_test

import (
	"context"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func TestAMailIsQueuedOnceAndTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 2 {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.QueueMail(ctx, store.Mail{Key: "gift:1", Kind: "gift", ToAddress: "rowan@x.example", Subject: "Thank you",
					Text: "Hello", Headers: map[string]string{"Auto-Submitted": "auto-generated"}})
			})
		}
		list, err := s.Mails(t.Context(), 10, 0)
		if err != nil || len(list) != 1 || list[0].State != store.MailWaiting || list[0].Headers["Auto-Submitted"] == "" {
			t.Fatalf("%+v %v", list, err)
		}
		if jobs, err := s.Jobs(t.Context(), 10); err != nil || len(jobs) != 1 || jobs[0].Kind != job.MailKind {
			t.Fatalf("%+v %v", jobs, err)
		}
		mailID := list[0].ID
		take := func() error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				m, err := tx.TakeMail(t.Context(), mailID)
				if err == nil && (m.Attempts != 1 || m.Text != "Hello") {
					t.Errorf("took %+v", m)
				}
				return err
			})
		}
		if err := take(); err != nil {
			t.Fatal(err)
		}
		if err := take(); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken twice: %v", err)
		}
		settle := func(state store.MailState, reason string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SettleMail(ctx, mailID, state, reason) })
		}
		settle(store.MailUncertain, "the line broke")
		settle(store.MailSent, "") // too late: it is not being sent any more
		m, err := s.Mail(t.Context(), mailID)
		if err != nil || m.State != store.MailUncertain || m.LastError != "the line broke" || !m.SentAt.IsZero() {
			t.Fatalf("%+v %v", m, err)
		}
		if n, err := s.CountMails(t.Context()); err != nil || n[store.MailUncertain] != 1 {
			t.Errorf("%v %v", n, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.DecideMail(ctx, tester, mailID, true) })
		err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.DecideMail(t.Context(), tester, mailID, true) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
	})
}

func TestAMailWithALinkIsForgottenOnceItIsSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, kind := range []string{store.MailKindStaff, "gift"} {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.QueueMail(ctx, store.Mail{Key: kind, Kind: kind, ToAddress: "a@x.example", Subject: "S", Text: "T", HTML: "<p>T"})
			})
		}
		list, err := s.Mails(t.Context(), 10, 0)
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		for _, m := range list {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.TakeMail(ctx, m.ID); err != nil {
					return err
				}
				return tx.SettleMail(ctx, m.ID, store.MailSent, "")
			})
			got, err := s.Mail(t.Context(), m.ID)
			if err != nil || got.SentAt.IsZero() {
				t.Fatalf("%+v %v", got, err)
			}
			if forgotten := got.Text == "" && got.HTML == ""; forgotten != (m.Kind == store.MailKindStaff) {
				t.Errorf("%s: %+v", m.Kind, got)
			}
		}
	})
}

func TestATaskIsLeftOnceAndDoneOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 2 {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				return tx.AddTask(ctx, store.Task{Key: "dispute:1", Kind: "dispute", ObjectKind: "payment", ObjectID: "p1", Detail: map[string]any{"due": "soon"}})
			})
		}
		list, all, err := s.Tasks(t.Context(), 5)
		if err != nil || all != 1 || len(list) != 1 || list[0].Detail["due"] != "soon" {
			t.Fatalf("%+v %d %v", list, all, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.FinishTask(ctx, tester, list[0].ID) })
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.FinishTask(ctx, tester, list[0].ID) })
		if _, all, err := s.Tasks(t.Context(), 5); err != nil || all != 0 {
			t.Errorf("%d open, %v", all, err)
		}
		if log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 5}); err != nil || len(log) != 1 {
			t.Errorf("logged %d times: %v", len(log), err)
		}
	})
}
