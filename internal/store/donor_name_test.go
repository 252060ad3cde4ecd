package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// formOf sends a form for an address and returns the donor's id.
func formOf(t *testing.T, s *store.Store, nonce, email, name string, show bool) string {
	t.Helper()
	at := s.Clock.Now()
	d, _, _, err := s.Fund().PlanGift(t.Context(), fund.Donor{ID: nonce, Email: email, Name: name, ShowName: show, Lang: "en", CreatedAt: at},
		fund.Donation{ID: nonce, Nonce: nonce, Amount: dollars, Every: fund.Month, Provider: "bank", State: fund.DonationCreated, Lang: "en", ShowName: show, CreatedAt: at},
		fund.Command{Key: fund.IdemKey(nonce + ":begin:1"), Provider: "bank", Op: fund.OpBegin, ObjectID: nonce, Params: []byte("{}"), PlannedAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return d.DonorID
}

// paidBy books money for a donation.
func paidBy(t *testing.T, s *store.Store, donation, ref string, at time.Time) (paymentID string) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		paymentID, _, err = tx.BookGift(ctx, store.BookedGift{Provider: "bank", Ref: ref, DonationID: donation, Amount: dollars, At: at, Quiet: true})
		return err
	})
	return paymentID
}

func TestAFormThatNobodyPaidForNamesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		is := func(donor, name string, show bool) {
			t.Helper()
			if d, err := s.Donor(t.Context(), donor); err != nil || d.Name != name || d.ShowName != show {
				t.Errorf("the donor is %q, shown %v, %v; want %q, %v", d.Name, d.ShowName, err, name, show)
			}
		}
		ada := formOf(t, s, "n1", "ada@quill.example", "Stranger's Word", true)
		is(ada, "", false)
		formOf(t, s, "n2", "ada@quill.example", "Another Word", true)
		is(ada, "", false)
		formOf(t, s, "n3", "ada@quill.example", "", false)
		paidBy(t, s, "n3", "r1", now.Now()) // the donor's own gift, without a name
		is(ada, "", false)
		if p, err := s.Party(t.Context(), ada); err != nil || p.Name != "" {
			t.Errorf("receipts are made out to %q, %v", p.Name, err)
		}
		formOf(t, s, "n4", "ada@quill.example", "Ada Quill", true)
		is(ada, "", false)
		paidBy(t, s, "n4", "r2", now.Now())
		is(ada, "Ada Quill", true)

		formOf(t, s, "n5", "ada@quill.example", "Ada Q.", false)
		paidBy(t, s, "n5", "r3", now.Now())
		is(ada, "Ada Quill", true) // neither replaced nor taken back
	})
}

func TestAWishThatWasTakenBackIsNotBroughtBackByARenewalOrAnotherName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		ada := formOf(t, s, "n1", "ada@quill.example", "Ada Quill", true)
		paidBy(t, s, "n1", "r1", now.Now())
		shown := func() bool {
			d, err := s.Donor(t.Context(), ada)
			if err != nil {
				t.Fatal(err)
			}
			return d.ShowName
		}
		if !shown() {
			t.Fatal("the wish of a gift that was paid is not kept")
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.SetDonor(ctx, fund.Donor{ID: ada, Name: "Ada Quill", Lang: "en"})
		})
		paidBy(t, s, "n1", "r2", now.Now().AddDate(0, 1, 0))
		if shown() {
			t.Error("a renewal brings the wish back")
		}
		formOf(t, s, "n2", "ada@quill.example", "A Friend", true)
		paidBy(t, s, "n2", "r3", now.Now())
		if shown() {
			t.Error("the wish to be named as somebody else shows the name that is kept")
		}
		formOf(t, s, "n3", "ada@quill.example", "Ada Quill", true)
		paidBy(t, s, "n3", "r4", now.Now())
		if !shown() {
			t.Error("a new wish for the same name is not heard")
		}
	})
}

func TestWhoIsErasedLeavesNoNameOnTheForms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := formOf(t, s, "n1", "ada@quill.example", "Ada Quill", true)
		if len(storetest.Lines(storetest.Dump(t, s), "Ada Quill")) == 0 {
			t.Fatal("the name that was typed is not kept")
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EraseDonor(ctx, store.System, ada) })
		paidBy(t, s, "n1", "r1", time.Now()) // the session was still open
		if lines := storetest.Lines(storetest.Dump(t, s), "Ada Quill"); len(lines) > 0 {
			t.Errorf("the name is in %v", lines)
		}
	})
}

func TestWhatComesAfterErasureIsLeftToStaff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := formOf(t, s, "n1", "ada@quill.example", "Ada Quill", true)
		bob := formOf(t, s, "n2", "bob@quill.example", "Bob", true)
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EraseDonor(ctx, store.System, ada) })
		paidBy(t, s, "n2", "r0", time.Now())
		if list, _, err := s.Tasks(t.Context(), 9); err != nil || len(list) != 0 {
			t.Fatalf("tasks before: %+v, %v", list, err)
		}
		payment := paidBy(t, s, "n1", "r1", time.Now())
		list, _, err := s.Tasks(t.Context(), 9)
		if err != nil || len(list) != 1 || list[0].ObjectID != payment || list[0].ObjectKind != "payment" {
			t.Errorf("tasks: %+v, %v", list, err)
		}
		_ = bob
	})
}

func TestAPlanWhoseProviderIsGoneIsNoHindranceToErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := formOf(t, s, "n1", "ada@quill.example", "Ada", false)
		for _, p := range []string{"p1", "p2"} {
			if _, err := s.Raw().Exec(fmt.Sprintf(`INSERT INTO plan (id, provider, ref, donation_id, donor_id, currency, minor, every, state, updated_at)
				VALUES ('%[1]s', 'gone', '%[1]s', 'n1', '%[2]s', 'USD', 2500, 'month', 'active', 0)`, p, ada)); err != nil {
				t.Fatal(err)
			}
		}
		erase := func(beyond ...string) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseDonor(t.Context(), store.System, ada, beyond...) })
		}
		if err := erase("p1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("with a plan that could be ended: %v", err)
		}
		if err := erase("p1", "p2"); err != nil {
			t.Fatal(err)
		}
		if list, _, err := s.Tasks(t.Context(), 9); err != nil || len(list) != 2 || list[0].Kind != fund.TaskErasedPlan {
			t.Errorf("tasks: %+v, %v", list, err)
		}
	})
}

// lineOf writes a part of a bank line that says something of its payer.
func lineOf(t *testing.T, s *store.Store, line string) {
	t.Helper()
	if _, err := s.Raw().Exec(`INSERT INTO bank_detail (line_id, n, minor, open_minor, payer_hash, box) VALUES ('` + line + `', 0, 2500, 0, 'payer of ` + line + `', 'sealed')`); err != nil {
		t.Fatal(err)
	}
}

func allocate(t *testing.T, s *store.Store, line string, n int, kind, object, payment, reversed string) {
	t.Helper()
	if _, err := s.Raw().Exec(fmt.Sprintf(`INSERT INTO bank_allocation (line_id, detail, n, kind, object_id, minor, payment_id, at, reversed_at)
		VALUES ('%s', 0, %d, '%s', '%s', 2500, '%s', 0, %s)`, line, n, kind, object, payment, reversed)); err != nil {
		t.Fatal(err)
	}
}

func TestErasureTakesWhatTheBankSaidOfThatDonorAndOfNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, bob := formOf(t, s, "n1", "ada@quill.example", "", false), formOf(t, s, "n2", "bob@quill.example", "", false)
		mine, other := paidBy(t, s, "n1", "r1", time.Now()), paidBy(t, s, "n2", "r2", time.Now())
		if _, err := s.Raw().Exec(`INSERT INTO refund (id, provider, ref, payment_id, currency, minor, state, created_at, updated_at)
			VALUES ('back', 'bank', 'back', '` + mine + `', 'USD', 2500, 'succeeded', 0, 0)`); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"gift", "moved", "sent", "returned", "bobs"} {
			lineOf(t, s, line)
		}
		allocate(t, s, "gift", 0, "gift", "n1", mine, "NULL")
		allocate(t, s, "moved", 0, "gift", "n1", mine, "5") // it was Bob's after all
		allocate(t, s, "moved", 1, "gift", "n2", other, "NULL")
		allocate(t, s, "sent", 0, "clear", "refund/back", "", "NULL")
		allocate(t, s, "returned", 0, "reversal", "gift/0", mine, "NULL")
		allocate(t, s, "bobs", 0, "gift", "n2", other, "NULL")
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EraseDonor(ctx, store.System, ada) })
		left, err := db.Rows(t.Context(), s.Query(), db.Value[string], "SELECT line_id FROM bank_detail WHERE payer_hash <> '' AND box <> '' ORDER BY line_id")
		if err != nil || strings.Join(left, " ") != "bobs moved" {
			t.Errorf("of %v the payer is still known, %v; want that of bobs and moved", left, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.EraseDonor(ctx, store.System, bob) })
		if n, err := db.One(t.Context(), s.Query(), db.Value[int], "SELECT COUNT(*) FROM bank_detail WHERE payer_hash <> '' OR box <> ''"); err != nil || n != 0 {
			t.Errorf("after the other was erased too %d payers are known, %v", n, err)
		}
	})
}

func TestSentMailsForgetEveryKeyThatOpensSomething(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		text := "https://x.example/receipts/ab?key=KEYRECEIPT00000000&until=1 and https://x.example/de/receipts/gift-aid/d1?until=1&key=KEYGIFT000000000000 " +
			"or https://x.example/give/stop/c1.d1.KEYSTOP0000 and https://x.example/my/link/KEYLINK0000000000000000000 See https://x.example/give/2026?key=shown"
		html := `<a href="https://x.example/receipts/ab?key=KEYRECEIPT00000000&amp;until=1">r</a><a href="https://x.example/receipts/name/d1?until=1&amp;key=KEYPARTY0000">p</a><a href="https://x.example/fa/give/stop/c1.d1.KEYSTOP0000">s</a>`
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.QueueMail(ctx, store.Mail{Key: "k", Kind: "gift", ToAddress: "a@b.example", Subject: "s", Text: text, HTML: html,
				Headers: map[string]string{"List-Unsubscribe": "<https://x.example/give/stop/c1.d1.KEYSTOP0000>"}})
		})
		list, err := s.Mails(t.Context(), 1, 0)
		if err != nil || !strings.Contains(list[0].Text, "KEYRECEIPT") {
			t.Fatalf("before: %+v, %v", list, err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.TakeMail(ctx, list[0].ID); err != nil {
				return err
			}
			return tx.SettleMail(ctx, list[0].ID, store.MailSent, "")
		})
		m, err := s.Mail(t.Context(), list[0].ID)
		if err != nil || strings.Contains(m.Text+m.HTML, "KEY") || !strings.Contains(m.Text, "/receipts/ab?") || !strings.Contains(m.Text, "key=shown") {
			t.Errorf("kept is %q %q, %v", m.Text, m.HTML, err)
		}
		if strings.Contains(m.Headers["List-Unsubscribe"], "KEY") {
			t.Errorf("the headers keep it: %v", m.Headers)
		}
	})
}

func TestAnAddressGivesWayOnlyWhereNothingWasPaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := formOf(t, s, "n1", "ada@quill.example", "", false)
		paidBy(t, s, "n1", "r1", time.Now())
		move := func(email string, back bool) error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				if back {
					if err := tx.FreeAddress(t.Context(), email); err != nil {
						return err
					}
				}
				return tx.MoveDonor(t.Context(), ada, email)
			})
		}
		if err := move("new@quill.example", false); err != nil {
			t.Fatal(err)
		}
		squat := formOf(t, s, "n2", "ada@quill.example", "", false)
		if err := move("ada@quill.example", true); err != nil {
			t.Fatalf("an unpaid form keeps the address: %v", err)
		}
		if d, err := s.Donor(t.Context(), squat); err != nil || strings.Contains(d.Email, "@") {
			t.Errorf("who stood there is %+v, %v", d, err)
		}
		paidBy(t, s, "n2", "r2", time.Now()) // its session was still open: the money is not lost
		if n, _, err := s.CountDonorGifts(t.Context(), squat); err != nil || n != 1 {
			t.Errorf("%d gifts of the form, %v", n, err)
		}
		if err := move("new@quill.example", false); err != nil {
			t.Fatal(err)
		}
		formOf(t, s, "n3", "ada@quill.example", "", false)
		paidBy(t, s, "n3", "r3", time.Now())
		if err := move("ada@quill.example", true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a donor who has given lost the address: %v", err)
		}
	})
}

func TestEachMoveOfADonorEndsWhatWasSignedBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := formOf(t, s, "n1", "ada@quill.example", "", false)
		epoch := func() string {
			e, err := s.DonorEpoch(t.Context(), ada)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		first := epoch()
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.MoveDonor(ctx, ada, "new@quill.example") })
		second := epoch()
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.MoveDonor(ctx, ada, "ada@quill.example") })
		if third := epoch(); first == second || second == third || first == third {
			t.Errorf("the epochs are %q, %q, %q", first, second, third)
		}
		if _, err := s.DonorEpoch(t.Context(), "nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}
