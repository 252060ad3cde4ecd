package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// placing puts an amount of a part where it belongs.
type placing struct {
	line   fund.BankLine // with id, account, day and currency
	part   fund.BankPart
	minor  int64 // with the sign of the line
	target fund.Target
	rule   fund.MatchRule
	by     Actor
	quiet  bool // no thank-you
	zone   *time.Location
	bulk   *matching // nil where a person does it

	n    int // which allocation of the part it is
	tags map[string]string
}

// kept is the row that a placing leaves.
type kept struct{ account, payment, entry string }

func (p placing) ref() string { return partRef(p.line.ID, p.part.N, p.n) }

func (p placing) amount() money.Amount {
	return money.Amount{Currency: p.line.Currency, Minor: p.minor}
}

func (p placing) abs() money.Amount {
	return money.Amount{Currency: p.line.Currency, Minor: max(p.minor, -p.minor)}
}

func (p placing) source() ledger.Source {
	return ledger.Source{Provider: fund.KeyBank, Object: p.ref(), Date: p.line.Date, Tags: p.tags}
}

// noon is when the money of a day came: banks say no hour.
func (p placing) noon() time.Time {
	day, err := time.ParseInLocation(time.DateOnly, p.line.Date, p.zone)
	if err != nil {
		return time.Time{}
	}
	return day.Add(12 * time.Hour)
}

// place allocates an amount of a part: the books, what hangs on the target, and
// the row that says so. It returns the campaign whose money changed.
// fault.Conflict where so much is not open any more or the target is taken,
// fault.NotFound where there is no such target, fault.Invalid where the two do
// not go together.
func (tx *Tx) place(ctx context.Context, p placing) (campaign string, err error) {
	if err := tx.takeOpen(ctx, &p); err != nil {
		return "", err
	}
	how, ok := map[fund.TargetKind]func(*Tx, context.Context, *placing) (kept, error){
		fund.ToGift: (*Tx).placeGift, fund.ToPayout: (*Tx).placePayout, fund.ToAccount: (*Tx).placeAccount, fund.ToLine: (*Tx).placeLine,
		fund.ToReversal: (*Tx).placeReversal, fund.ToClear: (*Tx).placeClear, fund.ToGiver: (*Tx).placeReturn, fund.ToBill: (*Tx).placeBill,
	}[p.target.Kind]
	if !ok {
		return "", fault.New(fault.Invalid, "there is nothing of the kind %q that money could be allocated to", p.target.Kind)
	}
	k, err := how(tx, ctx, &p)
	if err != nil {
		return "", err
	}
	if err := tx.forgetPayer(ctx, p, k); err != nil {
		return "", err
	}
	return p.tags["campaign"], tx.keep(ctx, p, k)
}

// forgetPayer takes away what a part says of its payer where it is the money of
// a donor who was erased.
func (tx *Tx) forgetPayer(ctx context.Context, p placing, k kept) error {
	if k.payment == "" && p.target.Kind != fund.ToClear || p.target.Kind == fund.ToGift && p.bulk.alive(p.target.ID) {
		return nil
	}
	return tx.Later(ctx, `UPDATE bank_detail SET payer_hash = '', box = '' WHERE line_id = $1 AND n = $2
		AND EXISTS (SELECT 1 FROM payment p JOIN donor d ON d.id = p.donor_id WHERE d.erased_at IS NOT NULL
			AND p.id = COALESCE((SELECT payment_id FROM refund WHERE id = $3), $4))`,
		p.line.ID, p.part.N, strings.TrimPrefix(p.target.ID, "refund/"), k.payment)
}

// takeOpen takes the amount from what is open of the part. In bulk work only of
// one that nobody has looked at yet.
func (tx *Tx) takeOpen(ctx context.Context, p *placing) error {
	if p.bulk != nil {
		return p.bulk.take(*p)
	}
	if err := tx.lockObjects(ctx, []string{"bank line " + p.line.ID}); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE bank_detail SET open_minor = open_minor - $1, looked = 1 WHERE line_id = $2 AND n = $3
		AND ((open_minor > 0 AND $1 > 0 AND open_minor >= $1) OR (open_minor < 0 AND $1 < 0 AND open_minor <= $1))`, p.minor, p.line.ID, p.part.N)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "so much of this line is not open any more; load the page again")
	}
	p.n, err = db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM bank_allocation WHERE line_id = $1 AND detail = $2", p.line.ID, p.part.N)
	return err
}

const allocationWidth = 13

func (p *placing) row(tx *Tx, k kept) []any {
	return []any{p.line.ID, p.part.N, p.n, p.target.Kind, p.target.ID, k.account, p.minor, p.rule, k.payment, k.entry, tx.now(), p.by.ID, p.by.Name}
}

// keep writes the row of an allocation, in bulk work with the others.
func (tx *Tx) keep(ctx context.Context, p placing, k kept) error {
	if p.bulk != nil {
		p.bulk.rows = append(p.bulk.rows, p.row(tx, k)...)
		return nil
	}
	return tx.keepAll(ctx, p.row(tx, k))
}

func (tx *Tx) keepAll(ctx context.Context, rows []any) error {
	return tx.Later(ctx, `INSERT INTO bank_allocation (line_id, detail, n, kind, object_id, account, minor, rule, payment_id, entry_key, at, by_id, by_name)
		VALUES `+rowsOf(len(rows)/allocationWidth, allocationWidth), rows...)
}

// post books an entry, now or, in bulk work, with the others of the slice.
func (p *placing) post(ctx context.Context, tx *Tx, e ledger.Entry) (key string, err error) {
	if p.bulk != nil {
		p.bulk.entries = append(p.bulk.entries, e)
	} else {
		_, _, err = tx.Post(ctx, e)
	}
	tx.Touch(campaignKey(e.Tags["campaign"]))
	return e.Key, err
}

// placeGift makes a gift of it. It is dated, and counted for a campaign, by the
// day that the bank booked it. What came is booked, not what was promised.
func (tx *Tx) placeGift(ctx context.Context, p *placing) (k kept, err error) {
	if p.minor <= 0 {
		return k, fault.New(fault.Invalid, "money that went out is no gift; mark it as a return or as spending")
	}
	g := BookedGift{Provider: fund.KeyBank, Ref: p.ref(), DonationID: p.target.ID, Amount: p.amount(), At: p.noon(), Quiet: p.quiet}
	every := fund.Once
	if g.seen = p.bulk.seenGift(p.target.ID, g.Ref); g.seen != nil {
		every = g.seen.donation.Every
		if g.CampaignID, err = p.bulk.campaignOn(ctx, g.seen, *p); err != nil {
			return k, err
		}
	} else if p.target.ID != "" {
		d, err := db.One(ctx, tx, scanDonation, "SELECT "+donationColumns+" FROM donation WHERE id = $1", p.target.ID)
		if err != nil {
			return k, err
		}
		every = d.Every
		if g.CampaignID, err = tx.campaignOn(ctx, d, *p); err != nil {
			return k, err
		}
	} else {
		g.CampaignID, g.Quiet = p.target.Account, true // of somebody unnamed
	}
	if k.payment, _, err = tx.BookGift(ctx, g); err != nil {
		return k, err
	}
	p.tags = giftTags(every, g.CampaignID)
	k.account = ledger.Donations
	if k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), ledger.Donations)); err != nil {
		return k, err
	}
	return k, p.count(ctx, tx, k.entry)
}

// campaignOn asks for both ends of the day: a gift that may have come within the
// campaign counts for it.
func (tx *Tx) campaignOn(ctx context.Context, d fund.Donation, p placing) (string, error) {
	for _, at := range p.ends() {
		if c, err := tx.CampaignFor(ctx, d, at); c != "" || err != nil {
			return c, err
		}
	}
	return "", nil
}

// ends are the first and the last moment of the day.
func (p placing) ends() [2]time.Time {
	noon := p.noon()
	return [2]time.Time{noon.Add(-12 * time.Hour), noon.Add(12*time.Hour - time.Millisecond)}
}

func giftTags(every fund.Every, campaign string) map[string]string {
	if campaign == "" {
		return map[string]string{"every": string(every), "fund": "general"}
	}
	return map[string]string{"every": string(every), "campaign": campaign}
}

// placePayout settles a provider's payout, or takes one that failed away again.
func (tx *Tx) placePayout(ctx context.Context, p *placing) (k kept, err error) {
	open, err := openPayouts(ctx, tx, p.line.Currency, p.minor)
	if err != nil {
		return k, err
	}
	for _, o := range open {
		if o.Provider+"/"+o.Ref == p.target.ID {
			k.account = ledger.InTransitAccount(o.Provider)
			k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), k.account))
			return k, err
		}
	}
	return k, fault.New(fault.Conflict, "this payout is not of this amount, or its line has come already")
}

// placeAccount books it to an account of the books.
func (tx *Tx) placeAccount(ctx context.Context, p *placing) (k kept, err error) {
	if !fund.MayTakeBankMoney(p.target.Account) {
		return k, fault.New(fault.Invalid, "a bank line can't be allocated to the account %s; choose income, spending, debts, cash or money in transit", p.target.Account)
	}
	k.account = p.target.Account
	k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), k.account))
	return k, err
}

// placeBill pays an expense that was entered as owed.
func (tx *Tx) placeBill(ctx context.Context, p *placing) (k kept, err error) {
	b, err := db.One(ctx, tx, scanBooking, "SELECT "+bookingColumns+" FROM booking WHERE id = $1", p.target.ID)
	if err != nil {
		return k, err
	}
	if b.Against != ledger.Payables || !b.Reversed.IsZero() || b.PaidOn != "" || p.minor >= 0 || b.Amount.Currency != p.line.Currency {
		return k, fault.New(fault.Invalid, "this line can't pay that expense; choose one that is owed in %s", p.line.Currency)
	}
	if _, err := db.Exec(ctx, tx, "UPDATE booking SET paid_on = $1, paid_from = $2 WHERE id = $3", p.line.Date, ledger.BankAccount(p.line.Bank), b.ID); err != nil {
		return k, err
	}
	k.account = ledger.Payables
	k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), ledger.Payables))
	return k, err
}

// unpaidBill says that an expense is owed still, or again.
func (tx *Tx) unpaidBill(ctx context.Context, bookingID string) error {
	_, err := db.Exec(ctx, tx, "UPDATE booking SET paid_on = '', paid_from = '' WHERE id = $1", bookingID)
	return err
}

// notPaidByLine refuses what must not be done to an expense that a bank line has
// paid.
func (tx *Tx) notPaidByLine(ctx context.Context, bookingID string) error {
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM bank_allocation WHERE kind = 'bill' AND object_id = $1 AND reversed_at IS NULL", bookingID)
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "a bank line has paid this expense; take its allocation back first, under Money, Suspense")
	}
	return err
}

// placeLine lets two parts cancel each other out: a transfer between own
// accounts, or money that was taken back before anybody knew what for. Both are
// in Unallocated with opposite signs, so that nothing needs to be posted unless
// they are in two currencies.
func (tx *Tx) placeLine(ctx context.Context, p *placing) (k kept, err error) {
	other, err := tx.counterpart(ctx, *p)
	if err != nil {
		return k, err
	}
	if err := tx.takeOpen(ctx, &other); err != nil {
		return k, err
	}
	p.bulk.took(other)
	if other.line.Currency != p.line.Currency {
		if k.entry, err = p.post(ctx, tx, exchange(*p, other)); err != nil {
			return k, err
		}
	}
	other.rule, other.by, other.target = p.rule, p.by, fund.Target{Kind: fund.ToLine, ID: fund.PartID(p.line.ID, p.part.N)}
	if err := tx.keep(ctx, other, kept{}); err != nil {
		return k, err
	}
	return k, p.settle(ctx, tx, other.line.ID)
}

// settle gives another line its state, in bulk work at the end of the slice.
func (p *placing) settle(ctx context.Context, tx *Tx, lineID string) error {
	if p.bulk != nil {
		p.bulk.touched.add(lineID)
		return nil
	}
	return tx.settleLines(ctx, lineID)
}

// counterpart reads the part that cancels a placing out, whole.
func (tx *Tx) counterpart(ctx context.Context, p placing) (other placing, err error) {
	line, n, ok := fund.SplitPartID(p.target.ID)
	if !ok || line == p.line.ID {
		return other, fault.New(fault.NotFound, "there is no such line")
	}
	other.line, other.part.N, other.zone = fund.BankLine{ID: line}, n, p.zone // not in bulk: it may have been looked at before
	_, err = db.One(ctx, tx, func(r db.Scanner) (none struct{}, err error) {
		return none, r.Scan(&other.line.AccountID, &other.line.Currency, &other.line.Date, &other.minor)
	}, "SELECT l.account_id, l.currency, l.booked_on, d.open_minor FROM bank_line l JOIN bank_detail d ON d.line_id = l.id WHERE l.id = $1 AND d.n = $2", line, n)
	if err != nil {
		return other, err
	}
	same := other.line.Currency == p.line.Currency
	if same && other.minor != -p.minor || !same && (other.minor == 0 || (other.minor > 0) == (p.minor > 0)) {
		return other, fault.New(fault.Conflict, "the two lines do not cancel each other out; choose another one")
	}
	return other, nil
}

// exchange clears two parts in two currencies; the difference stays on
// Equity:Conversion until the period is closed.
func exchange(a, b placing) ledger.Entry {
	e := ledger.Entry{Key: fund.KeyBank + ":" + a.ref() + ":conversion", Date: max(a.line.Date, b.line.Date)}
	for _, p := range []placing{a, b} {
		e.Postings = append(e.Postings,
			ledger.Posting{Account: ledger.Unallocated, Currency: p.line.Currency, Minor: p.minor},
			ledger.Posting{Account: ledger.Conversion, Currency: p.line.Currency, Minor: -p.minor})
	}
	return e
}

// placeClear is the transfer by which staff sent money back: that of a refund, or
// of a payment that was never a gift.
func (tx *Tx) placeClear(ctx context.Context, p *placing) (k kept, err error) {
	back, err := openReturns(ctx, tx, p.line.Currency, -p.minor)
	if err != nil {
		return k, err
	}
	if !slices.ContainsFunc(back, func(r fund.OpenReturn) bool { return r.ID == p.target.ID }) {
		return k, fault.New(fault.Conflict, "what goes back is of another amount, or was paid already")
	}
	if err := tx.returnState(ctx, p.target.ID, returnOpen, returnPaid); err != nil {
		return k, err
	}
	k.account = ledger.ToReturn
	k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), ledger.ToReturn))
	return k, err
}

// Where a return stands. The refund of a gift is one too, in words of its own.
const (
	returnOpen      = "open"
	returnPaid      = "paid"
	returnWithdrawn = "withdrawn"
)

var refundWords = map[string]fund.RefundState{returnOpen: fund.RefundPending, returnPaid: fund.RefundSucceeded}

// returnState moves a return, "refund/id" or "return/id", from one state to another.
func (tx *Tx) returnState(ctx context.Context, returnID, from, to string) error {
	kind, key, _ := strings.Cut(returnID, "/")
	var n int64
	var err error
	if kind == "refund" {
		if n, err = db.Exec(ctx, tx, "UPDATE refund SET state = $1, updated_at = $2 WHERE id = $3 AND state = $4", refundWords[to], tx.now(), key, refundWords[from]); err == nil {
			err = tx.afterRefund(ctx, key, to)
		}
	} else {
		n, err = db.Exec(ctx, tx, "UPDATE bank_return SET state = $1 WHERE id = $2 AND state = $3", to, key, from)
	}
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "the money that goes back is not %s any more; load the page again", from)
	}
	return err
}

// afterRefund closes the task of a refund that was sent, and moves the line that
// had brought the gift.
func (tx *Tx) afterRefund(ctx context.Context, refundID, to string) error {
	state := "open"
	if to == returnPaid {
		state = "done"
	}
	if _, err := db.Exec(ctx, tx, `UPDATE task SET state = $1, done_at = $2 WHERE kind = $3 AND object_id = (SELECT payment_id FROM refund WHERE id = $4)
		AND unique_key LIKE '%:' || (SELECT ref FROM refund WHERE id = $4)`, state, tx.now(), fund.TaskPayBack, refundID); err != nil {
		return err
	}
	lines, err := db.Rows(ctx, tx, db.Value[string], "SELECT line_id FROM bank_allocation WHERE payment_id = (SELECT payment_id FROM refund WHERE id = $1) AND payment_id <> ''", refundID)
	if err != nil {
		return err
	}
	return tx.settleLines(ctx, lines...)
}

// placeReturn sets money aside that goes back to its payer.
func (tx *Tx) placeReturn(ctx context.Context, p *placing) (k kept, err error) {
	if p.minor <= 0 {
		return k, fault.New(fault.Invalid, "money that went out can't be sent back")
	}
	returnID := id.New()
	if _, err := db.Exec(ctx, tx, `INSERT INTO bank_return (id, line_id, detail, account_id, currency, minor, payer_hash, asked_at, asked_by, asked_name)
		VALUES (`+places(10)+`)`, returnID, p.line.ID, p.part.N, p.line.AccountID, p.line.Currency, p.minor, p.part.Payer, tx.now(), p.by.ID, p.by.Name); err != nil {
		return k, err
	}
	p.target.ID = "return/" + returnID
	k.account = ledger.ToReturn
	k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), ledger.ToReturn))
	return k, err
}

// placeReversal undoes what became of the line that the bank takes back.
func (tx *Tx) placeReversal(ctx context.Context, p *placing) (k kept, err error) {
	line, n, ok := fund.SplitPartID(p.target.ID)
	if !ok {
		return k, fault.New(fault.NotFound, "there is no such line")
	}
	live, err := liveAllocations(ctx, tx, line, n)
	switch {
	case err != nil:
		return k, err
	case len(live) == 0: // nobody knew yet what it was for
		p.target.Kind = fund.ToLine
		return tx.placeLine(ctx, p)
	case len(live) > 1 || live[0].minor != -p.minor:
		return k, fault.New(fault.Conflict, "the line that is taken back was split; allocate this one by hand")
	}
	if k, err = tx.undoing(ctx, p, live[0]); err != nil {
		return k, err
	}
	_, err = db.Exec(ctx, tx, "UPDATE bank_line SET state = $1 WHERE id = $2", fund.LineReturned, line)
	return k, err
}

// undoing books the opposite of an allocation because the bank took the money
// back.
func (tx *Tx) undoing(ctx context.Context, p *placing, was allocation) (k kept, err error) {
	k.account = was.account
	switch was.kind {
	case fund.ToGift:
		if p.tags, err = tx.giftBack(ctx, was.payment, p.ref(), p.abs(), p.noon(), fund.RefundSucceeded); err != nil {
			return k, err
		}
		k.account, k.payment = ledger.Refunds, was.payment
	case fund.ToGiver:
		err = tx.returnState(ctx, was.object, returnOpen, returnWithdrawn)
	case fund.ToClear:
		err = tx.returnState(ctx, was.object, returnPaid, returnOpen)
	case fund.ToBill:
		err = tx.unpaidBill(ctx, was.object)
	case fund.ToPayout, fund.ToAccount:
	default:
		err = fault.New(fault.Conflict, "the line that is taken back was settled against another; allocate this one by hand")
	}
	if err != nil {
		return k, err
	}
	if k.entry, err = p.post(ctx, tx, ledger.Allocation(p.source(), p.amount(), k.account)); err != nil || was.kind != fund.ToGift {
		return k, err
	}
	return k, p.count(ctx, tx, was.entry)
}

// giftBack notes that money of a gift went back, or is on its way, and returns
// the tags of its entries. fault.Conflict where so much of it is not left.
func (tx *Tx) giftBack(ctx context.Context, paymentID, ref string, a money.Amount, at time.Time, s fund.RefundState) (map[string]string, error) {
	pay, err := db.One(ctx, tx, scanPayment, paymentQuery+" WHERE p.id = $1", paymentID)
	if err != nil {
		return nil, err
	}
	n, err := db.Exec(ctx, tx, "UPDATE payment SET refunded_minor = refunded_minor + $1 WHERE id = $2 AND minor - refunded_minor - disputed_minor >= $1", a.Minor, paymentID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "of this gift only %s is left", money.Amount{Currency: pay.Amount.Currency, Minor: max(0, pay.Left())})
	}
	_, err = db.Exec(ctx, tx, "INSERT INTO refund (id, provider, ref, payment_id, currency, minor, state, created_at, updated_at) VALUES ("+places(9)+")",
		fund.RefundID(fund.KeyBank, ref), fund.KeyBank, ref, paymentID, a.Currency, a.Minor, s, at.UnixMilli(), tx.now())
	return giftTags(pay.Every, pay.CampaignID), err
}

// allocation is a row of bank_allocation.
type allocation struct {
	line, object, account, payment, entry string
	detail, n                             int
	kind                                  fund.TargetKind
	minor                                 int64
}

const allocationColumns = "line_id, detail, n, kind, object_id, account, minor, payment_id, entry_key"

func scanAllocation(r db.Scanner) (a allocation, err error) {
	return a, r.Scan(&a.line, &a.detail, &a.n, &a.kind, &a.object, &a.account, &a.minor, &a.payment, &a.entry)
}

// liveAllocations lists what a part is allocated to and was not taken back.
func liveAllocations(ctx context.Context, q db.Querier, lineID string, part int) ([]allocation, error) {
	return db.Rows(ctx, q, scanAllocation, "SELECT "+allocationColumns+" FROM bank_allocation WHERE line_id = $1 AND detail = $2 AND reversed_at IS NULL ORDER BY n", lineID, part)
}

// settleLines gives lines the state that follows from their parts. While rules
// are still to be asked about one of them, a line stays as it was read.
func (tx *Tx) settleLines(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	marks, args := anyOf(1, ids)
	_, err := db.Exec(ctx, tx, `UPDATE bank_line SET unlooked = 0, state = CASE
		WHEN EXISTS (SELECT 1 FROM bank_detail d WHERE d.line_id = bank_line.id AND d.open_minor <> 0) THEN 'suspense'
		WHEN EXISTS (SELECT 1 FROM bank_allocation a WHERE a.line_id = bank_line.id AND a.kind = 'return' AND a.reversed_at IS NULL) THEN 'returned'
		WHEN EXISTS (SELECT 1 FROM bank_allocation a JOIN refund r ON r.payment_id = a.payment_id WHERE a.line_id = bank_line.id AND a.kind = 'gift'
			AND a.reversed_at IS NULL AND r.state IN ('pending', 'succeeded')) THEN 'returned'
		ELSE 'allocated' END
		WHERE id IN (`+marks+`) AND state <> 'ignored'
		AND NOT (unlooked = 1 AND EXISTS (SELECT 1 FROM bank_detail d WHERE d.line_id = bank_line.id AND d.looked = 0))`, args...)
	return err
}
