package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

var dollars = money.Amount{Currency: "USD", Minor: 2500}

// donorOf plans a gift as a form does, and returns the donor's id.
func donorOf(t *testing.T, s *store.Store, nonce, email, name string) string {
	t.Helper()
	at := s.Clock.Now()
	params, err := json.Marshal(fund.Intent{ID: nonce, Amount: dollars, Every: fund.Once, Email: email, Label: "for " + name})
	if err != nil {
		t.Fatal(err)
	}
	d, _, _, err := s.Fund().PlanGift(t.Context(), fund.Donor{ID: nonce, Email: email, Name: name, Lang: "en", CreatedAt: at},
		fund.Donation{ID: nonce, Nonce: nonce, Amount: dollars, Every: fund.Once, Provider: "sandbox", State: fund.DonationCreated, Lang: "en", ShowName: true, CreatedAt: at},
		fund.Command{Key: fund.IdemKey(nonce + ":begin:1"), Provider: "sandbox", Op: fund.OpBegin, ObjectID: nonce, Params: params, PlannedAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return d.DonorID
}

func TestADonorIsSignedInForAWhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		donor := donorOf(t, s, "n1", "a@b.example", "")
		start := func() (token string) {
			write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				token, err = tx.StartDonorSession(ctx, donor)
				return err
			})
			return token
		}
		in := func(token string) bool {
			_, err := s.DonorSession(t.Context(), token)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		token := start()
		if x, err := s.DonorSession(t.Context(), token); err != nil || x.DonorID != donor || !x.Proved(now.Now()) || x.Proved(now.Now().Add(15*time.Minute)) {
			t.Fatalf("a fresh session: %+v, %v", x, err)
		}
		if lines := storetest.Lines(storetest.Dump(t, s), token); len(lines) > 0 {
			t.Errorf("the token itself is kept: %v", lines)
		}
		now.Add(29 * time.Minute)
		if !in(token) {
			t.Error("it ended within half an hour")
		}
		now.Add(time.Minute)
		if in(token) {
			t.Error("it lasts for longer than half an hour without use")
		}
		token = start()
		for range 12*60/29 + 1 { // twelve hours are 24 times 29 minutes, and some
			if !in(token) {
				break
			}
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SeeDonorSession(ctx, token) })
			now.Add(29 * time.Minute)
		}
		if in(token) {
			t.Error("it lasts for longer than twelve hours")
		}
		live, other := start(), start()
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EndDonorSession(ctx, other) })
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PruneDonors(ctx) })
		if n, err := db.One(t.Context(), s.Query(), db.Value[int], "SELECT COUNT(*) FROM donor_session"); err != nil || n != 1 || !in(live) || in(other) {
			t.Errorf("after pruning %d sessions are left, %v", n, err)
		}
	})
}

func TestLinksThatEndedLongAgoAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		donor := donorOf(t, s, "n1", "a@b.example", "")
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.MakeDonorLink(ctx, store.DonorLink{Power: store.DonorSignIn, DonorID: donor}, time.Minute)
			return err
		})
		left := func() int {
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.PruneDonors(ctx) })
			n, err := db.One(t.Context(), s.Query(), db.Value[int], "SELECT COUNT(*) FROM donor_link")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		now.Add(364 * 24 * time.Hour)
		if left() != 1 {
			t.Error("a late link can't explain itself for a year")
		}
		now.Add(2 * 24 * time.Hour)
		if left() != 0 {
			t.Error("it is kept for ever")
		}
	})
}

func TestAnotherAddressEndsWhatWentToTheOldOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.Clock = clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		donor, other := donorOf(t, s, "n1", "old@b.example", "Ada"), donorOf(t, s, "n2", "other@b.example", "")
		links := map[store.Power]string{}
		var session string
		write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			for _, p := range []store.Power{store.DonorSignIn, store.DonorCancel, store.DonorReceipt, store.DonorRevert} {
				if links[p], err = tx.MakeDonorLink(ctx, store.DonorLink{Power: p, DonorID: donor}, time.Hour); err != nil {
					return err
				}
			}
			session, err = tx.StartDonorSession(ctx, donor)
			return err
		})
		write(t, s, func(ctx context.Context, tx *store.Tx) error { // receipts can be opened again
			_, err := tx.UseDonorLink(ctx, links[store.DonorReceipt])
			return err
		})
		move := func(email string) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return tx.MoveDonor(t.Context(), donor, email) })
		}
		if err := move("other@b.example"); !fault.Is(err, fault.Conflict) {
			t.Errorf("two donors were made one: %v", err)
		}
		if d, err := s.DonorByEmail(t.Context(), "other@b.example"); err != nil || d.ID != other {
			t.Errorf("the other donor: %+v, %v", d, err)
		}
		if err := move("new@b.example"); err != nil {
			t.Fatal(err)
		}
		for power, token := range links {
			l, err := s.DonorLink(t.Context(), token)
			if works := l.Works(s.Clock.Now()); err != nil || works != (power == store.DonorRevert) {
				t.Errorf("the link to %s works: %v, %v", power, works, err)
			}
		}
		if _, err := s.DonorSession(t.Context(), session); !fault.Is(err, fault.NotFound) {
			t.Errorf("the session before goes on: %v", err)
		}
		if d, err := s.Donor(t.Context(), donor); err != nil || d.Email != "new@b.example" || d.ID != donor {
			t.Errorf("the donor is %+v, %v", d, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EndReverts(ctx, donor) })
		if l, _ := s.DonorLink(t.Context(), links[store.DonorRevert]); l.Works(s.Clock.Now()) {
			t.Error("the way back works still")
		}
	})
}

func TestEveryTableWithDonorsIsKnownToExportAndErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		known := store.DonorTables()
		for _, table := range storetest.Tables(t, s) {
			rows, err := s.Raw().Query(`SELECT * FROM "` + table + `" LIMIT 0`)
			if err != nil {
				t.Fatal(err)
			}
			columns, err := rows.Columns()
			rows.Close()
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(columns, "donor_id") && table != "erasure" && !slices.Contains(known, table) {
				t.Errorf("the table %s has donors: give it a line in donorTables, which says what erasure does with it", table)
			}
		}
		if len(known) < 15 {
			t.Fatalf("only %d tables are known", len(known))
		}
	})
}

// plant leaves something about a donor wherever something can stand.
func plant(t *testing.T, s *store.Store, donor, nonce, email, name string) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range []store.Mail{
			{Key: "a" + nonce, Kind: "gift", ToAddress: email, ToName: name, DonorID: donor, Subject: "Thank you, " + name, Text: name + " " + email, HTML: "<p>" + name + "</p>"},
			{Key: "b" + nonce, Kind: "gift", ToAddress: "before." + email, ToName: name, DonorID: donor, Subject: "x", Text: "to an address from before"},
			{Key: "c" + nonce, Kind: "gift", ToAddress: email, Subject: "x", Text: "by a part that names no donor"},
		} {
			if err := tx.QueueMail(ctx, m); err != nil {
				return err
			}
		}
		for power, detail := range map[store.Power]map[string]string{store.DonorRevert: {"email": "before." + email}, store.DonorConfirm: {"email": email}} {
			if _, err := tx.MakeDonorLink(ctx, store.DonorLink{Power: power, DonorID: donor, Detail: detail}, time.Hour); err != nil {
				return err
			}
		}
		if _, err := tx.StartDonorSession(ctx, donor); err != nil {
			return err
		}
		if err := tx.KeepReason(ctx, store.CancelReason{ID: "r" + nonce, PlanID: "p", DonorID: donor, Reason: "other", Words: "Yours, " + name}); err != nil {
			return err
		}
		return tx.AddTask(ctx, store.Task{Key: "t" + nonce, Kind: "fund.mismatch", ObjectKind: "donation", ObjectID: nonce, Detail: map[string]any{"from": email, "n": 12345678901234567}})
	})
	for _, q := range []string{
		"UPDATE job SET last_error = 'the server says: 550 no such user " + email + "' WHERE kind = 'mail.send' AND unique_key IN (SELECT 'mail:' || id FROM mail_outbox WHERE unique_key = 'a" + nonce + "')",
		"INSERT INTO donor_note (id, donor_id, note, at, by_id, by_name) VALUES ('n" + nonce + "', '" + donor + "', 'rang " + name + "', 0, '', '')",
		"INSERT INTO donor_tag (donor_id, tag) VALUES ('" + donor + "', '" + email + "')",
		"INSERT INTO import_need (source, kind, source_id, n, reason, detail, created_at) VALUES ('s', 'comment', '" + nonce + "', 1, 'left', 'written by " + email + "', 0)",
		"INSERT INTO receipt_party (donor_id, name, address, updated_at) VALUES ('" + donor + "', '" + name + "', '1 Lane', 0)",
	} {
		if _, err := s.Raw().Exec(q); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhoIsErasedIsNowhereAnyMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.Clock = clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		ada, bob := donorOf(t, s, "n1", "ada@quill.example", `Ada "Pen" Özkan & Co`), donorOf(t, s, "n2", "bob@quill.example", "Bob Zweig")
		plant(t, s, ada, "n1", "ada@quill.example", `Ada "Pen" Özkan & Co`)
		plant(t, s, bob, "n2", "bob@quill.example", "Bob Zweig")
		if n := len(storetest.Lines(storetest.Dump(t, s), "ada@quill.example")); n < 10 {
			t.Fatalf("the address stands in %d rows only; the test shows nothing", n)
		}
		bobBefore := len(storetest.Lines(storetest.Dump(t, s), "bob@quill.example"))
		erase := func() error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.System, ada) })
		}
		if err := erase(); err != nil {
			t.Fatal(err)
		}
		dump := storetest.Dump(t, s)
		for _, trace := range []string{"ada@", "Özkan", "Pen", "\\u00d6zkan", "1 Lane"} {
			if ada := slices.DeleteFunc(storetest.Lines(dump, trace), func(l string) bool { return trace == "1 Lane" && strings.Contains(l, bob) }); len(ada) > 0 {
				if trace == "Pen" { // "pending" and "open" are no traces
					ada = slices.DeleteFunc(ada, func(l string) bool { return !strings.Contains(l, "Pen") })
				}
				if len(ada) > 0 {
					t.Errorf("%q stands in %v", trace, ada)
				}
			}
		}
		if n := len(storetest.Lines(dump, "bob@quill.example")); n != bobBefore {
			t.Errorf("of another donor %d rows of %d are left", n, bobBefore)
		}
		d, err := s.Donation(t.Context(), "n1")
		if err != nil || d.DonorID != ada || d.Amount != dollars {
			t.Errorf("the gift is now %+v, %v", d, err)
		}
		if o, err := s.DonationOutcome(t.Context(), "n1"); err != nil || o.Donor.Email != "" || o.Donor.Name != "" {
			t.Errorf("its donor is %+v, %v", o.Donor, err)
		}
		if open, err := s.Fund().Unfinished(t.Context(), s.Clock.Now().Add(time.Hour), 9); err != nil || len(open) != 1 || open[0].ObjectID != "n2" {
			t.Errorf("calls that wait: %+v, %v", open, err)
		}
		if _, err := s.Donor(t.Context(), ada); !fault.Is(err, fault.NotFound) {
			t.Errorf("the donor is found: %v", err)
		}
		if err := erase(); err != nil {
			t.Errorf("a second time: %v", err)
		}
		if again := donorOf(t, s, "n3", "ada@quill.example", ""); again == ada {
			t.Error("a new gift from the address brings the erased donor back")
		}
	})
}

func TestAMailToAnErasedDonorIsNotWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := donorOf(t, s, "n1", "ada@quill.example", "Ada")
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EraseDonor(ctx, store.System, ada) })
		o, err := s.DonationOutcome(t.Context(), "n1")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []store.Mail{
			{Key: "to nobody", ToAddress: o.Donor.Email}, {Key: "drawn before", ToAddress: "ada@quill.example", DonorID: ada},
		} {
			m.Kind, m.Subject, m.Text = "gift", "s", "t"
			write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.QueueMail(ctx, m) })
		}
		if list, err := s.Mails(t.Context(), 9, 0); err != nil || len(list) != 0 {
			t.Errorf("mails: %+v, %v", list, err)
		}
	})
}

func TestAnErasureIsDoneAgainAfterTheRestoreOfABackup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.Clock = clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		ada, bob := donorOf(t, s, "n1", "ada@quill.example", "Ada"), donorOf(t, s, "n2", "bob@quill.example", "Bob")
		if _, err := s.Raw().Exec(`INSERT INTO plan (id, provider, ref, donation_id, donor_id, currency, minor, every, state, updated_at)
			VALUES ('p', 'sandbox', 'sub_1', 'n1', '` + ada + `', 'USD', 2500, 'month', 'active', 0)`); err != nil {
			t.Fatal(err)
		}
		kept := []store.Erasure{{DonorID: ada, At: s.Clock.Now()}, {DonorID: "of another database", At: s.Clock.Now()}}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.AddErasures(ctx, kept) })
		if n, err := s.ReapplyErasures(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d were erased again, %v", n, err)
		}
		if lines := storetest.Lines(storetest.Dump(t, s), "ada@"); len(lines) > 0 {
			t.Errorf("still there: %v", lines)
		}
		if _, err := s.Donor(t.Context(), bob); err != nil {
			t.Errorf("another donor: %v", err)
		}
		if n, err := s.ReapplyErasures(t.Context()); err != nil || n != 0 {
			t.Errorf("a second time %d, %v", n, err)
		}
		if list, err := s.Erasures(t.Context()); err != nil || len(list) != 2 {
			t.Errorf("the list is %v, %v", list, err)
		}
	})
}

func TestADonorWithAPlanThatRunsIsNotErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := donorOf(t, s, "n1", "ada@quill.example", "Ada")
		for state, refused := range map[fund.PlanState]bool{fund.PlanActive: true, fund.PlanPastDue: true, fund.PlanPaused: true, fund.PlanCancelScheduled: true} {
			if _, err := s.Raw().Exec(fmt.Sprintf(`INSERT INTO plan (id, provider, ref, donation_id, donor_id, currency, minor, every, state, updated_at)
				VALUES ('%[1]s', 'sandbox', '%[1]s', 'n1', '%[2]s', 'USD', 2500, 'month', '%[1]s', 0)`, state, ada)); err != nil {
				t.Fatal(err)
			}
			err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.System, ada) })
			if fault.Is(err, fault.Conflict) != refused {
				t.Errorf("with a plan that is %s: %v", state, err)
			}
			if _, err := s.Raw().Exec("UPDATE plan SET state = 'cancelled'"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Donor(t.Context(), ada); err != nil {
			t.Errorf("the donor is gone: %v", err)
		}
	})
}

func TestTheExportHoldsEverythingAndNothingOfAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.Clock = clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		ada, bob := donorOf(t, s, "n1", "ada@quill.example", "Ada Özkan"), donorOf(t, s, "n2", "bob@quill.example", "Bob Zweig")
		plant(t, s, ada, "n1", "ada@quill.example", "Ada Özkan")
		plant(t, s, bob, "n2", "bob@quill.example", "Bob Zweig")
		tables, err := s.DonorData(t.Context(), ada)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(tables)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, x := range tables {
			got[x.Name] = len(x.Rows)
		}
		for name, n := range map[string]int{"donor": 1, "donation": 1, "command": 1, "task": 1, "mail_outbox": 3, "donor_link": 2, "donor_session": 1, "cancel_reason": 1, "donor_note": 1, "donor_tag": 1, "receipt_party": 1} {
			if got[name] != n {
				t.Errorf("%d rows of %s, want %d", got[name], name, n)
			}
		}
		for _, want := range []string{"ada@quill.example", "Ada Özkan", "before.ada@", "Thank you, Ada", "rang Ada", "2026-03-01T09:00:00Z"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%q is missing", want)
			}
		}
		for _, other := range []string{"bob", "Zweig", `"` + bob + `"`, "token_hash", "csrf"} { // ids are random: quoted, or it stands in one by chance
			if strings.Contains(string(text), other) {
				t.Errorf("%q stands in the export of another", other)
			}
		}
	})
}
