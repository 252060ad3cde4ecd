package demo

import (
	"context"
	"errors"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/store"
)

// mainBank is the account of the books that the demo's bank account is.
const mainBank = "Main"

// opening is what the demo's bank account held when its books began, in minor units.
const opening = 150_000

// bills are what the paper pays each month, in minor units.
var bills = []struct {
	day     int
	account string
	minor   int64
	public  string
	party   string
}{
	{3, "Expenses:Hosting", 9_500, "Hosting, mail and domain names", "Millrace Hosting"},
	{14, "Expenses:Photography", 8_000, "Photography", "L. Brandt"},
	{26, "Expenses:Freelance", 32_000, "Reports by freelance reporters", "four reporters"},
	{27, "Expenses:Legal", 9_000, "Legal check of the council reports", "Orme & Vale"},
}

// bank opens the bank account that payouts go to and that readers may transfer
// to, with what it held before these books.
func (s *Sower) bank(ctx context.Context, start time.Time) error {
	accounts := store.BankAccounts{Store: s.Store, Secrets: s.Secrets}
	a := giro.Account{
		ID: s.name("bank"), Name: mainBank, Title: "Alderwick Savings Bank", Currency: s.paper.Campaign.Goal.Currency, Holder: "Lantern Readers’ Society",
		BankName: "Alderwick Savings Bank", Shown: true, Lines: []giro.Line{{Label: "Routing number", Text: "000000000"}, {Label: "Account number", Text: "0004417822"}},
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := accounts.PutAccount(ctx, tx, a); err != nil {
			return err
		}
		_, err := tx.Book(ctx, store.System, ledger.Booking{
			ID: s.name("opening"), Kind: ledger.KindOpening, Date: start.Format(time.DateOnly), Account: ledger.BankAccount(mainBank),
			Amount: money.Amount{Currency: a.Currency, Minor: opening}, Public: "Carried over from last year",
		}, "")
		return err
	})
}

// month does what a treasurer does in the course of it: on the first day the
// provider pays out, then the bills are paid.
func (g *givers) month(ctx context.Context, now time.Time) error {
	if now.Day() == 1 {
		err := g.steer(ctx, sandbox.Order{Do: "payout", Ref: g.c.Currency})
		var refused *fault.Error
		if err != nil && !(errors.As(err, &refused) && refused.Kind != fault.Internal) { // there may be nothing to pay out
			return err
		}
	}
	for _, b := range bills {
		if now.Day() != b.day {
			continue
		}
		day := now.Format(time.DateOnly)
		err := g.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Book(ctx, store.System, ledger.Booking{
				ID: g.name("bill", b.account, day), Kind: ledger.KindExpense, Date: day, Account: b.account, Against: ledger.BankAccount(mainBank),
				Amount: money.Amount{Currency: g.c.Currency, Minor: b.minor}, Public: b.public, Party: b.party,
			}, "")
			return err
		})
		if err != nil {
			return err
		}
	}
	if now.Month() == time.June && now.Day() == 20 {
		return g.fair(ctx, now)
	}
	return nil
}

// fair is the day on which the paper stood in the market square with a box.
func (g *givers) fair(ctx context.Context, now time.Time) error {
	_, err := g.Store.BookOffline(ctx, store.System, store.OfflineGift{
		ID: g.name("fair"), Amount: money.Amount{Currency: g.c.Currency, Minor: 6_350}, At: now, Day: now.Format(time.DateOnly), Kind: "cash",
		Account: ledger.Cash, CampaignID: g.c.ID, Quiet: true, Note: "the box at the summer fair",
		Donor: fund.Donor{Email: "box@fair.example", Name: "The box at the summer fair", Lang: "en", CreatedAt: now},
	})
	return err
}
