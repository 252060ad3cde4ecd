package site

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/pdf"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/web"
)

// Receipts makes what donors open by signed addresses: receipts, statements, and
// the forms that have to do with taxes. Nothing of it may be kept or found.
type Receipts struct {
	Site   *Site
	Signer *web.Signer
	Nonces *web.Nonces
	Money  clock.Clock // the providers' time
}

// Routes are the addresses of receipts, for Site.More. They take any spelling as
// it comes, since a redirect could lose the signature.
func (x *Receipts) Routes() []Route {
	return []Route{
		{Path: "/receipts/{id}", Handler: x.sealed(x.file), Raw: true},
		{Path: "/receipts/statement/{donor}/{from}/{to}", Handler: x.sealed(x.statement), Raw: true},
		{Path: "/receipts/gift-aid/{donor}", Handler: x.sealed(x.giftAid), Raw: true, Post: true},
		{Path: "/receipts/name/{donor}", Handler: x.sealed(x.name), Raw: true, Post: true},
	}
}

// sealed lets in who has an address that was made here and holds still. Others
// are told what is wrong with it, and where to go.
func (x *Receipts) sealed(h web.Handler) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		var page web.Page
		epoch, err := x.epochOf(ctx, r)
		if err == nil {
			err = x.Signer.Check(r.Path, epoch, r.URL.Query(), x.Site.Clock.Now())
		}
		if err == nil {
			page, err = h(ctx, r)
		}
		switch {
		case fault.Is(err, fault.Gone):
			page, err = x.explain(ctx, r, http.StatusGone, "receipt.link.late", nil)
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
			page, err = x.explain(ctx, r, http.StatusNotFound, "receipt.link.wrong", nil)
		}
		if page.Header == nil {
			page.Header = http.Header{}
		}
		page.Header.Set("Referrer-Policy", "no-referrer")
		page.Header.Set("X-Robots-Tag", "noindex")
		page.Cache, page.Deps = web.NoStore, nil
		return page, err
	}
}

// epochOf is the epoch of the donor whom an address is about.
func (x *Receipts) epochOf(ctx context.Context, r *web.Request) (string, error) {
	donorID := param(r, "donor")
	if donorID == "" {
		got, err := x.Site.Store.Receipt(ctx, param(r, "id"))
		if err != nil {
			return "", err
		}
		donorID = got.DonorID
	}
	return x.Site.Store.DonorEpoch(ctx, donorID)
}

// explain is a page that says why nothing is shown, with the way on.
func (x *Receipts) explain(ctx context.Context, r *web.Request, status int, key string, more *web.Link, args ...any) (web.Page, error) {
	sh, err := x.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	p := web.MyFormPage{Heading: sh.T(key), Say: []string{sh.T(key+".say", args...)}, Links: []web.Link{{Text: sh.T("receipt.my"), Href: sh.Path("/my")}}}
	if more != nil {
		p.Links = append([]web.Link{*more}, p.Links...)
	}
	return x.drawn(sh, status, p)
}

func (x *Receipts) shell(ctx context.Context, r *web.Request) (*shell, error) {
	sh, err := x.Site.shell(ctx, r)
	if err == nil {
		sh.Robots, sh.Canonical, sh.Frame.Feeds = "noindex", "", nil
	}
	return sh, err
}

func (x *Receipts) drawn(sh *shell, status int, p web.MyFormPage) (web.Page, error) {
	sh.Title = p.Heading
	p.Frame = sh.Frame
	page, err := x.Site.draw(sh, "site/myform", p)
	page.Status = status
	return page, err
}

// file is the PDF of a receipt. Of one that holds no more its donor is told so,
// and led to the one that does.
func (x *Receipts) file(ctx context.Context, r *web.Request) (web.Page, error) {
	got, err := x.Site.Store.Receipt(ctx, param(r, "id"))
	if err != nil {
		return web.Page{}, err
	}
	if !got.Open() {
		return web.Page{}, fault.New(fault.Gone, "this receipt is not open any more")
	}
	if got.State != receipt.Issued {
		return x.ended(ctx, r, got)
	}
	body, err := x.Site.Store.DrawReceipt(ctx, got, pdf.Draw)
	return pdfPage(body, got.Number), err
}

func (x *Receipts) ended(ctx context.Context, r *web.Request, got receipt.Receipt) (web.Page, error) {
	if got.ReplacedBy == "" {
		return x.explain(ctx, r, http.StatusGone, "receipt.ended.voided", nil, "number", got.Number)
	}
	next, err := x.Site.Store.Receipt(ctx, got.ReplacedBy)
	if err != nil {
		return web.Page{}, err
	}
	o, err := x.Site.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	at, err := x.sign(ctx, next.DonorID, web.ReceiptPath(next.ID), web.SignedFor)
	if err != nil {
		return web.Page{}, err
	}
	return x.explain(ctx, r, http.StatusGone, "receipt.ended.replaced", &web.Link{Text: next.Number, Href: o.Prefix(r.Lang) + at},
		"number", got.Number, "next", next.Number)
}

// pdfPage is a PDF as an answer. Browsers show it with a style of their own.
func pdfPage(body []byte, name string) web.Page {
	return web.Page{Type: "application/pdf", Body: body, CSP: "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		Header: http.Header{"Content-Disposition": {`inline; filename="` + strings.Map(plainLetter, name) + `.pdf"`}}}
}

func plainLetter(r rune) rune {
	if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
		return r
	}
	return '-'
}

// statement is a list of what a donor gave in some days; it is drawn anew each
// time, and has no number.
func (x *Receipts) statement(ctx context.Context, r *web.Request) (web.Page, error) {
	o, err := x.Site.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	from, err1 := time.ParseInLocation(time.DateOnly, param(r, "from"), o.Location())
	to, err2 := time.ParseInLocation(time.DateOnly, param(r, "to"), o.Location())
	if err1 != nil || err2 != nil {
		return web.Page{}, fault.New(fault.Invalid, "these are no days")
	}
	donor, err := x.Site.Store.Donor(ctx, param(r, "donor"))
	if err != nil {
		return web.Page{}, err
	}
	st, err := x.Site.Store.ReceiptStatement(ctx, donor.ID, r.Lang, from, to.AddDate(0, 0, 1), x.Money.Now())
	if err != nil {
		return web.Page{}, err
	}
	body, err := pdf.Draw(st.Document())
	return pdfPage(body, "statement-"+param(r, "from")+"-"+param(r, "to")), err
}

// sign is the address of something of a donor's that works for a time.
func (x *Receipts) sign(ctx context.Context, donorID, path string, lasts time.Duration) (string, error) {
	epoch, err := x.Site.Store.DonorEpoch(ctx, donorID)
	return x.Signer.Address(path, epoch, x.Site.Clock.Now().Add(lasts)), err
}

// statementFor is how long the address of a statement works: it is for who looks
// at their own page, and names all gifts.
const statementFor = time.Hour

// ByPayment lists the receipts of a donor's payments with their addresses, for
// My.Receipts.
func (x *Receipts) ByPayment(ctx context.Context, donorID, lang string) (map[string]web.Link, error) {
	o, err := x.Site.outlet(ctx)
	if err != nil {
		return nil, err
	}
	list, err := x.Site.Store.PaymentReceipts(ctx, donorID)
	if err != nil {
		return nil, err
	}
	epoch, err := x.Site.Store.DonorEpoch(ctx, donorID)
	until, out := x.Site.Clock.Now().Add(web.SignedFor), map[string]web.Link{}
	for payment, r := range list {
		out[payment] = web.Link{Text: r.Number, Href: o.Prefix(lang) + x.Signer.Address(web.ReceiptPath(r.ID), epoch, until)}
	}
	return out, err
}

// Address is where one receipt is read, for My.Receipt.
func (x *Receipts) Address(ctx context.Context, receiptID, lang string) (string, error) {
	o, err := x.Site.outlet(ctx)
	if err != nil {
		return "", err
	}
	got, err := x.Site.Store.Receipt(ctx, receiptID)
	if err != nil {
		return "", err
	}
	at, err := x.sign(ctx, got.DonorID, web.ReceiptPath(receiptID), web.SignedFor)
	return o.Prefix(lang) + at, err
}

// Statement is where a statement of some days, both of which count, is read, for
// My.Statement.
func (x *Receipts) Statement(ctx context.Context, donorID, lang string, from, to time.Time) (*web.Link, error) {
	t, err := x.in(ctx, lang)
	if err != nil {
		return nil, err
	}
	at, err := x.sign(ctx, donorID, "/receipts/statement/"+donorID+"/"+from.Format(time.DateOnly)+"/"+to.Format(time.DateOnly), statementFor)
	return &web.Link{Text: t.T("receipt.statement.pdf"), Href: t.prefix + at}, err
}

// tongue is a language with the prefix of its addresses.
type tongue struct {
	*locale.Locale
	prefix string
}

func (x *Receipts) in(ctx context.Context, lang string) (tongue, error) {
	o, err := x.Site.outlet(ctx)
	return tongue{locale.For(lang), o.Prefix(lang)}, err
}

// Forms are the forms that have to do with taxes and are on offer here, for a
// donor's own page and the page after paying.
func (x *Receipts) Forms(ctx context.Context, donorID, lang string) ([]web.Link, error) {
	set, err := x.Site.Store.ReceiptSettings(ctx)
	if err != nil {
		return nil, err
	}
	t, err := x.in(ctx, lang)
	if err != nil {
		return nil, err
	}
	var out []web.Link
	add := func(on bool, key, path string) {
		if !on || err != nil {
			return
		}
		var at string
		at, err = x.sign(ctx, donorID, path, web.SignedFor)
		out = append(out, web.Link{Text: t.T(key), Href: t.prefix + at})
	}
	add(set.Use().GiftAid, "receipt.link.giftaid", web.GiftAidPath(donorID))
	add(set.Use().Party, "receipt.link.party", web.PartyPath(donorID))
	return out, err
}

// addTo names the receipt of a gift on the page after paying, and issues it
// where the mail has not done so yet. A receipt that can't be issued now is no
// reason not to say thank you.
func (x *Receipts) addTo(ctx context.Context, p *web.ThanksPage, paid fund.Payment, lang string) error {
	if paid.ID == "" || p.State != "succeeded" {
		return nil
	}
	_, err := x.Site.Store.SettleReceipts(ctx, paid.ID, x.Money.Now())
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	r, err := x.Site.Store.ReceiptOf(ctx, paid.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if r.Open() {
		p.Receipt = r.Number
	}
	if x.Money.Now().Sub(paid.SucceededAt) > freshFor {
		return nil
	}
	if p.Receipt != "" {
		if p.ReceiptHref, err = x.Address(ctx, r.ID, lang); err != nil {
			return err
		}
	}
	p.Forms, err = x.Forms(ctx, paid.DonorID, lang)
	return err
}

// freshFor is how long the page after paying leads to the receipt itself, which
// names the donor. Later that page may have been passed on, or stand in the
// history of a shared machine; then the mail and the donor's own page lead there.
const freshFor = 24 * time.Hour

// again is the address of this page with a note of what was done.
func again(r *web.Request, prefix, done string) web.Page {
	q := url.Values{"until": {r.URL.Query().Get("until")}, "key": {r.URL.Query().Get("key")}, "done": {done}}
	return web.Redirect(http.StatusSeeOther, prefix+r.Path+"?"+q.Encode())
}

// solicit says on the form that gifts are not deductible, where the operator has
// decided so: where readers see it, and not in small print.
func (v *giving) solicit(ctx context.Context, p *web.GivePage) error {
	set, err := v.Site.Store.ReceiptSettings(ctx)
	if set.Solicit && !set.Charity() {
		p.Intro += "\n\n" + v.T("receipt.solicit", "outlet", v.outlet.Name)
	}
	return err
}
