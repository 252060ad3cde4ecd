package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func bankAccounts(t *testing.T, s *store.Store) store.BankAccounts {
	t.Helper()
	sec, err := store.OpenSecrets(t.Context(), s, t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	return store.BankAccounts{Store: s, Secrets: sec}
}

func zurich() giro.Account {
	return giro.Account{
		ID: id.New(), Name: "Main", Title: "Donations", Currency: "CHF", Holder: "Verein Laterne", IBAN: "CH9300762011623852957", QRIBAN: "CH4431999123000889012", Shown: true,
		Address: giro.Address{Postcode: "8001", Town: "Zürich", Country: "CH"}, BankName: "Bank",
	}
}

func TestNumbersOfAccountsAreSealedAndKnownInEveryWayOfWriting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, a := bankAccounts(t, s), zurich()
		us := giro.Account{ID: id.New(), Name: "Dollars", Title: "Dollars", Currency: "USD", Holder: "Lantern Inc.",
			Lines: []giro.Line{{Label: "Routing number", Text: "021000021"}, {Label: "Account number", Text: "00123456789"}}}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			if err := b.PutAccount(ctx, tx, us); err != nil {
				return err
			}
			return b.PutAccount(ctx, tx, a)
		})
		dump := storetest.Dump(t, s)
		for _, number := range []string{"CH93", "00762011623852957", "31999123000889012", "021000021", "00123456789"} {
			if strings.Contains(dump, number) {
				t.Errorf("the database holds %s in the open", number)
			}
		}
		again := func(x giro.Account) error {
			x.ID, x.Name = id.New(), "Again"
			return s.Write(t.Context(), func(tx *store.Tx) error { return b.PutAccount(t.Context(), tx, x) })
		}
		swapped, spaced, francs := a, us, a
		swapped.IBAN, swapped.QRIBAN = a.QRIBAN, ""
		spaced.Lines = []giro.Line{{Label: "Account number", Text: "0012-3456 789"}}
		for name, x := range map[string]giro.Account{"the same account": a, "its QR-IBAN": swapped, "a number written in another way": spaced} {
			if err := again(x); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s is entered twice: %v", name, err)
			}
		}
		francs.Currency = "EUR"
		if err := again(francs); err != nil {
			t.Errorf("another currency under the same number: %v", err)
		}
		got, err := b.Account(t.Context(), a.ID)
		if got.CreatedAt = a.CreatedAt; err != nil || got.IBAN != a.IBAN || got.QRIBAN != a.QRIBAN || got.Address != a.Address || !got.Offered() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAnAccountKeepsItsNameInTheBooksAndNoTwoShareOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, a := bankAccounts(t, s), zurich()
		put := func(x giro.Account) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return b.PutAccount(t.Context(), tx, x) })
		}
		if err := put(a); err != nil {
			t.Fatal(err)
		}
		renamed := a
		renamed.Name, renamed.Title, renamed.Currency = "Other", "New title", "EUR"
		if err := put(renamed); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Account(t.Context(), a.ID); err != nil || got.Name != "Main" || got.Currency != "CHF" || got.Title != "New title" {
			t.Errorf("%+v, %v", got, err)
		}
		second := zurich()
		second.IBAN, second.QRIBAN = "DE89370400440532013000", ""
		if err := put(second); !fault.Is(err, fault.Invalid) {
			t.Errorf("a second account of the name: %v", err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return b.CloseAccount(ctx, tx, a.ID) })
		if got, err := b.Account(t.Context(), a.ID); err != nil || got.Offered() || got.ClosedAt.IsZero() {
			t.Errorf("a closed account: %+v, %v", got, err)
		}
	})
}

func TestAChangeOfBankDetailsWaitsForItsTimeOrASecondPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := clock.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		s.Clock = now
		b, a := bankAccounts(t, s), zurich()
		asker, second := store.Actor{ID: "a", Name: "Ansel"}, store.Actor{ID: "b", Name: "Berta"}
		ask := func(c store.BankChange) store.BankChange {
			c.Kind, c.Account, c.By, c.Says = store.BankAdd, a, asker, map[string][2]string{"iban": {"", "…2957"}}
			write(t, s, func(ctx context.Context, tx *store.Tx) error { _, err := b.AskChange(ctx, tx, c); return err })
			list, err := b.Changes(t.Context())
			if err != nil || len(list) != 1 || list[0].Account.IBAN != a.IBAN {
				t.Fatalf("waiting are %+v, %v", list, err)
			}
			return list[0]
		}
		there := func() bool {
			_, err := b.Account(t.Context(), a.ID)
			return err == nil
		}
		ask(store.BankChange{Second: staff.Publisher})
		c := ask(store.BankChange{Second: staff.Treasurer}) // takes the first one's place
		if strings.Contains(storetest.Dump(t, s), string(a.IBAN)) {
			t.Error("a waiting change holds the IBAN in the open")
		}
		now.Add(time.Hour)
		if err := b.MakeDueChanges(t.Context()); err != nil || there() {
			t.Fatalf("a change that needs a second person was made by time: %v", err)
		}
		make := func(by store.Actor) error {
			return s.Write(t.Context(), func(tx *store.Tx) error { return b.MakeChange(t.Context(), tx, by, c) })
		}
		if err := make(second); err != nil || !there() {
			t.Fatal(err)
		}
		if err := make(second); !fault.Is(err, fault.Conflict) {
			t.Errorf("it was made twice: %v", err)
		}
		a = zurich()
		a.Name, a.IBAN, a.QRIBAN = "Second", "DE89370400440532013000", ""
		c = ask(store.BankChange{DueAt: now.Now().Add(10 * time.Minute)})
		now.Add(9 * time.Minute)
		if err := b.MakeDueChanges(t.Context()); err != nil || there() {
			t.Errorf("a change was made before its time: %v", err)
		}
		now.Add(time.Minute)
		if err := b.MakeDueChanges(t.Context()); err != nil || !there() {
			t.Errorf("a change was not made at its time: %v", err)
		}
		a = zurich()
		a.Name, a.IBAN, a.QRIBAN = "Third", "GB29NWBK60161331926819", ""
		c = ask(store.BankChange{DueAt: now.Now().Add(10 * time.Minute)})
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return b.WithdrawChange(ctx, tx, asker, c) })
		now.Add(time.Hour)
		if err := b.MakeDueChanges(t.Context()); err != nil || there() {
			t.Errorf("a change that was taken back was made: %v", err)
		}
	})
}

func TestTheLogNamesAnAccountByItsTail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, a := bankAccounts(t, s), zurich()
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return b.MakeChange(ctx, tx, store.Actor{ID: "a", Name: "Ansel"}, store.BankChange{Kind: store.BankAdd, Account: a, Says: map[string][2]string{"iban": {"", "…2957"}}})
		})
		log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 5})
		if err != nil || len(log) != 1 || log[0].Action != "bank.add" || log[0].ID != a.ID {
			t.Fatalf("%+v, %v", log, err)
		}
		if iban, ok := log[0].Detail["iban"].(map[string]any); !ok || iban["now"] != "…2957" {
			t.Errorf("the log says %v", log[0].Detail)
		}
	})
}
