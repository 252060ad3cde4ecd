package app

import (
	"context"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/worker"
)

// openBank makes bank transfer a way to give. It stands among the providers from
// the start, and takes gifts while an account is shown to donors.
func (a *App) openBank(ctx context.Context) error {
	a.bank = bank.New(a.Store, a.Money, func(id, lang string) string { return a.outlet.Load().Prefix(lang) + "/give/bank/" + id })
	a.Fund.Providers[fund.KeyBank] = a.bank
	return a.readAccounts(ctx)
}

// readAccounts tells the provider which accounts are shown to donors.
func (a *App) readAccounts(ctx context.Context) error {
	list, err := a.accounts().Accounts(ctx)
	if err != nil {
		return err
	}
	a.bank.Offer(list)
	return nil
}

// accounts are the outlet's bank accounts.
func (a *App) accounts() store.BankAccounts {
	return store.BankAccounts{Store: a.Store, Secrets: a.Secrets}
}

// transfers writes to donors who give by bank.
func (a *App) transfers() *worker.Transfers {
	return &worker.Transfers{Letters: a.letters(), Bank: a.accounts()}
}
