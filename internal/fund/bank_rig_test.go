package fund_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/payment/bank"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

const (
	ourIBAN   = "DE72500700100123456700"
	otherIBAN = "DE89370400440532013000" // of a donor
)

// till is a newsroom with one bank account and the real road for transfers.
type till struct {
	t        testing.TB
	ctx      context.Context
	store    *store.Store
	secrets  *store.Secrets
	clock    *clock.Manual
	svc      *fund.Service
	bank     *bank.Bank
	books    *store.Statements
	account  giro.Account
	campaign fund.Campaign
	pledges  uint16 // made so far: the same ones have the same ids everywhere
}

// tillKey is the same everywhere, so that the same facts have the same hashes.
const tillKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

var treasurer = store.Actor{ID: "t", Name: "Trea Surer"}

// openTill starts on 15 January 2026 with a campaign of the whole year in euros
// and a goal of 10,000.00; the books of the account begin on 1 January with 0.
func openTill(t testing.TB, s *store.Store) *till {
	t.Helper()
	b := bareTill(t, s)
	b.ok(b.books.BeginBooks(b.ctx, b.account.ID, "2026-01-01", 0))
	return b
}

func bareTill(t testing.TB, s *store.Store) *till {
	t.Helper()
	now := clock.At(time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC))
	b := &till{t: t, ctx: t.Context(), store: s, clock: now}
	s.Clock = now
	var err error
	b.secrets, err = store.OpenSecrets(b.ctx, s, "", tillKey)
	b.ok(err)
	b.books = s.Statements(b.secrets, treasurer, now)
	b.bank = bank.New(s, now, func(id, _ string) string { return "/give/bank/" + id })
	b.account = b.addAccount("Main", "EUR", ourIBAN)
	b.campaign = fund.Campaign{
		ID: id.From([16]byte{'c'}), Slug: "costs-2026", Currency: "EUR", State: fund.CampaignLive, Counting: fund.ReceivedOnly, Title: map[string]string{"en": "Costs"},
		StartsAt: newYear2026, EndsAt: newYear2026.AddDate(1, 0, 0).Add(-time.Millisecond), Grace: 72 * time.Hour, CreatedAt: newYear2026,
	}
	b.ok(s.Write(b.ctx, func(tx *store.Tx) error {
		if err := tx.PutCampaign(b.ctx, b.campaign); err != nil {
			return err
		}
		return tx.SetGoal(b.ctx, b.campaign.ID, 1_000_000, "", "", newYear2026)
	}))
	b.svc = &fund.Service{
		Store: s.Fund(), Providers: map[string]fund.Provider{fund.KeyBank: b.bank}, Wall: now, Money: now,
		Zone: func() *time.Location { return time.UTC }, ReturnURL: func(string, string) string { return "" },
		Label: func(c fund.Campaign, lang string) string { return c.Title[lang] },
	}
	return b
}

var newYear2026 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// addAccount adds an account under an id made of its name.
func (b *till) addAccount(name, currency, iban string) giro.Account {
	b.t.Helper()
	a := giro.Account{ID: "account-" + strings.ToLower(name), Name: name, Title: name, Currency: currency, Holder: "The Lantern", IBAN: giro.IBAN(iban), Shown: true}
	accounts := store.BankAccounts{Store: b.store, Secrets: b.secrets}
	b.ok(b.store.Write(b.ctx, func(tx *store.Tx) error { return accounts.PutAccount(b.ctx, tx, a) }))
	all, err := accounts.Accounts(b.ctx)
	b.ok(err)
	b.bank.Offer(all)
	return a
}

func (b *till) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// pledge fills in the form for a transfer and returns the reference to write on
// it, as RF….
func (b *till) pledge(amount string, every fund.Every) (rf, donationID string) {
	b.t.Helper()
	return b.pledgeBy("reader@example.org", "Rhea Reader", amount, every)
}

func (b *till) pledgeBy(email, name, amount string, every fund.Every) (rf, donationID string) {
	b.t.Helper()
	b.pledges++
	d, err := b.svc.Begin(b.ctx, fund.Form{
		Nonce: id.From([16]byte{'p', byte(b.pledges >> 8), byte(b.pledges)}), Campaign: b.campaign, Currency: "EUR", Every: string(every), Choice: fund.Own, Own: amount,
		Email: email, Name: name, Provider: fund.KeyBank, Age: time.Minute,
	}, locale.For("en"))
	b.ok(err)
	r, _, err := b.store.ReferenceOf(b.ctx, d.ID)
	b.ok(err)
	if r == "" {
		b.t.Fatal("the gift has no reference")
	}
	return r.RF(), d.ID
}

// read reads a file whole and returns what it brought for the one account.
func (b *till) read(file string, o ...fund.ReadOptions) fund.AccountReport {
	b.t.Helper()
	rep, err := b.tryRead(file, o...)
	b.ok(err)
	return rep.Accounts[0]
}

func (b *till) tryRead(file string, o ...fund.ReadOptions) (fund.ReadReport, error) {
	var opt fund.ReadOptions
	if len(o) > 0 {
		opt = o[0]
	}
	return (&fund.Reconciler{Store: b.books}).Read(b.ctx, []byte(file), opt)
}

// refused reads a file that must be refused with a sentence that holds words,
// and must leave nothing behind.
func (b *till) refused(file, words string) {
	b.t.Helper()
	before := b.hashes()
	_, err := b.tryRead(file)
	if err == nil || !strings.Contains(err.Error(), words) {
		b.t.Errorf("the file is answered with %v, want a refusal with %q", err, words)
	}
	if !maps.Equal(before, b.hashes()) {
		b.t.Error("something of a refused file is in the books")
	}
}

// want compares balances of the books: "B 5000, Unallocated 5000, C 0". Credits
// of income and liabilities are written without their minus.
func (b *till) want(list string) {
	b.t.Helper()
	for _, part := range strings.Split(list, ", ") {
		name, figure, _ := strings.Cut(part, " ")
		var want int64
		fmt.Sscan(figure, &want)
		if got := b.figure(name); got != want {
			b.t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}

func (b *till) figure(name string) int64 {
	switch name {
	case "C":
		m, err := b.store.CampaignMeter(b.ctx, b.campaign)
		b.ok(err)
		return m.Received
	case "B":
		return b.balance("Assets:Bank:Main")
	case "Refunded":
		return b.balance(ledger.Refunds)
	case "Unallocated", "ToReturn", "Payables":
		return -b.balance("Liabilities:" + name)
	case "Conversion", "Opening":
		return b.balance("Equity:" + name)
	}
	if strings.HasPrefix(name, "Income:") {
		return -b.balance(name)
	}
	return b.balance(name)
}

func (b *till) balance(account string) (sum int64) {
	all, err := b.store.Balances(b.ctx)
	b.ok(err)
	for _, x := range all {
		if x.Account == account && x.Currency == "EUR" {
			return x.Minor
		}
	}
	return 0
}

// hashes is the set of content hashes of the books.
func (b *till) hashes() map[string]bool {
	b.t.Helper()
	out := map[string]bool{}
	for e, err := range b.store.Entries(b.ctx, 1) {
		b.ok(err)
		out[ledger.ContentHash(e)] = true
	}
	return out
}

// only returns the one line in a state.
func (b *till) only(state fund.LineState) fund.BankLine {
	b.t.Helper()
	list, err := b.books.Lines(b.ctx, store.LineQuery{States: []fund.LineState{state}, Limit: 10})
	b.ok(err)
	if len(list) != 1 {
		b.t.Fatalf("%d lines are %s, want one", len(list), state)
	}
	return list[0]
}

func (b *till) sound() {
	b.t.Helper()
	if _, damage, err := b.store.VerifyLedger(b.ctx); err != nil || damage != nil {
		b.t.Errorf("the books: %+v, %v", damage, err)
	}
}

func eachTill(t *testing.T, test func(b *till)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(openTill(t, s)) })
}

// camt writes a CAMT.053 file.
type camt struct {
	iban, currency, number string
	from, to               string
	opening                int64
	entries                []entry
	closing                *int64 // nil: what follows
}

type entry struct {
	minor    int64
	day      string
	ref      string // the bank's
	reversal bool
	rf       string // structured reference
	text     string
	e2e      string
	name     string
	iban     string
	details  []entry
	raw      string // put into TxDtls
}

func euros(minor int64) string {
	if minor < 0 {
		minor = -minor
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

func side(minor int64) string {
	if minor < 0 {
		return "DBIT"
	}
	return "CRDT"
}

func esc(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

func (c camt) String() string {
	if c.currency == "" {
		c.currency = "EUR"
	}
	if c.iban == "" {
		c.iban = ourIBAN
	}
	var days []string
	sum := c.opening
	for _, e := range c.entries {
		days = append(days, e.day)
		sum += e.minor
	}
	slices.Sort(days)
	if c.from == "" && len(days) > 0 {
		c.from, c.to = days[0], days[len(days)-1]
	}
	if c.closing != nil {
		sum = *c.closing
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S%s</Id><ElctrncSeqNb>%s</ElctrncSeqNb>`, c.number, c.number)
	fmt.Fprintf(&b, `<FrToDt><FrDtTm>%sT00:00:00</FrDtTm><ToDtTm>%sT23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>%s</IBAN></Id><Ccy>%s</Ccy></Acct>`, c.from, c.to, c.iban, c.currency)
	c.balance(&b, "OPBD", c.opening, c.from)
	c.balance(&b, "CLBD", sum, c.to)
	for _, e := range c.entries {
		c.entry(&b, e)
	}
	b.WriteString("</Stmt></BkToCstmrStmt></Document>")
	return b.String()
}

// figure writes an amount without its sign, with the decimals of the currency.
func (c camt) figure(minor int64) string {
	return money.Amount{Currency: c.currency, Minor: max(minor, -minor)}.Decimal()
}

func (c camt) balance(b *strings.Builder, code string, minor int64, day string) {
	fmt.Fprintf(b, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>`, code, c.currency, c.figure(minor), side(minor), day)
}

func (c camt) entry(b *strings.Builder, e entry) {
	fmt.Fprintf(b, `<Ntry><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd>`, c.currency, c.figure(e.minor), side(e.minor))
	if e.reversal {
		b.WriteString("<RvslInd>true</RvslInd>")
	}
	fmt.Fprintf(b, `<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%s</Dt></ValDt>`, e.day, e.day)
	if e.ref != "" {
		fmt.Fprintf(b, "<AcctSvcrRef>%s</AcctSvcrRef>", e.ref)
	}
	b.WriteString("<NtryDtls>")
	details := e.details
	if details == nil {
		details = []entry{e}
	}
	for _, d := range details {
		c.detail(b, d)
	}
	b.WriteString("</NtryDtls></Ntry>")
}

func (c camt) detail(b *strings.Builder, d entry) {
	fmt.Fprintf(b, `<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd>`, cmpOr(d.e2e, "NOTPROVIDED"), c.currency, c.figure(d.minor), side(d.minor))
	who := "Dbtr"
	if (d.minor < 0) != d.reversal {
		who = "Cdtr"
	}
	if d.name != "" || d.iban != "" {
		fmt.Fprintf(b, `<RltdPties><%s><Pty><Nm>%s</Nm></Pty></%s><%sAcct><Id><IBAN>%s</IBAN></Id></%sAcct></RltdPties>`, who, esc(d.name), who, who, d.iban, who)
	}
	b.WriteString("<RmtInf>")
	if d.text != "" {
		fmt.Fprintf(b, "<Ustrd>%s</Ustrd>", esc(d.text))
	}
	if d.rf != "" {
		fmt.Fprintf(b, "<Strd><CdtrRefInf><Ref>%s</Ref></CdtrRefInf></Strd>", d.rf)
	}
	b.WriteString("</RmtInf>" + d.raw + "</TxDtls>")
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
