package app

import (
	"masthead.dev/masthead/internal/site"
	"masthead.dev/masthead/internal/web"
	"masthead.dev/masthead/internal/worker"
)

// receipts issues receipts and tells donors of them.
func (a *App) receipts() *worker.Receipts {
	return &worker.Receipts{Letters: a.letters(), Signer: a.signer()}
}

// signer makes the addresses at which receipts are read.
func (a *App) signer() *web.Signer { return web.NewSigner(a.Secrets.Derive("signed addresses")) }

// taxPages are the pages of receipts and of all that has to do with taxes.
func (a *App) taxPages(s *site.Site) *site.Receipts {
	return &site.Receipts{Site: s, Signer: a.signer(), Nonces: web.NewNonces(a.Secrets.Derive("forms about taxes")), Money: a.Money}
}
