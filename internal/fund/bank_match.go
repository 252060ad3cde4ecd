package fund

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
)

// MatchRule names what found the place of a payment.
type MatchRule string

// The rules, in the order in which they are asked. An amount alone decides
// nothing.
const (
	ByReference MatchRule = "reference" // the structured reference, or one that is written out
	ByNoise     MatchRule = "noise"     // a reference inside other text, or with a letter O for a zero
	ByReversal  MatchRule = "reversal"  // the bank takes an earlier line back
	ByPayout    MatchRule = "payout"    // amount, days and name of a provider's payout
	ByReturn    MatchRule = "return"    // money that staff sent back, to the account that it came from
	ByTransfer  MatchRule = "transfer"  // from one own account to another
	ByPayer     MatchRule = "payer"     // the account, amount and rhythm of a standing order
	ByCharge    MatchRule = "charge"    // the bank's own charge inside a line of several payments
	ByHand      MatchRule = "hand"      // a person
	NoRule      MatchRule = ""          // suspense
)

// TargetKind is what a payment can be allocated to.
type TargetKind string

// The kinds of target.
const (
	ToGift     TargetKind = "gift"     // ID is the donation; "" is a gift of somebody unnamed
	ToPayout   TargetKind = "payout"   // ID is provider/payout
	ToAccount  TargetKind = "account"  // Account of the books
	ToLine     TargetKind = "line"     // ID is line/part: the two cancel each other out in Unallocated
	ToReversal TargetKind = "reversal" // ID is line/part: what became of it is undone
	ToClear    TargetKind = "clear"    // ID is the return that this transfer pays
	ToGiver    TargetKind = "return"   // the money goes back to the payer
	ToBill     TargetKind = "bill"     // ID is the booking of an expense that was owed
)

// Target is where a payment belongs.
type Target struct {
	Kind    TargetKind
	ID      string
	Account string
}

// Incoming is a payment that came or went by bank, as the matcher sees it.
type Incoming struct {
	Line      string // its id
	N         int
	AccountID string
	Currency  string
	Minor     int64 // what is open of it; + came in
	Date      string
	Reversal  bool
	Charge    bool
	Payer     string
	Own       string // id of the outlet's own account on the other side; ""
	Said      Said
}

// IncomingOf is a part of a line for the matcher.
func IncomingOf(l BankLine, p BankPart) Incoming {
	return Incoming{Line: l.ID, N: p.N, AccountID: l.AccountID, Currency: l.Currency, Minor: p.Open, Date: l.Date,
		Reversal: l.Reversal || p.Said.Reason != "", Charge: p.Charge, Payer: p.Payer, Said: p.Said}
}

// References are those that the payment may carry, the exact one first, and
// whether the first is exact.
func (in Incoming) References() (list []giro.Reference, exact bool) {
	if in.Minor <= 0 || in.Charge {
		return nil, false
	}
	s := in.Said
	if r, ok := giro.ParseReference(s.Reference); ok {
		return []giro.Reference{r}, true
	}
	said := strings.Join([]string{s.Words, s.Reference, s.EndToEnd, s.Text}, "\n")
	list = giro.FindReferences(said)
	for i, r := range list {
		if strings.Contains(said, r.RF()) || strings.Contains(said, r.Grouped()) || strings.Contains(said, r.Short()) {
			list = slices.Insert(slices.Delete(list, i, i+1), 0, r)
			return list, true
		}
	}
	return list, false
}

// Evidence is what the books know that may bear on one payment.
type Evidence struct {
	Pledges  map[giro.Reference]string // reference → donation
	Orders   []StandingOrder           // of the payer's account
	Payouts  []OpenPayout
	Returns  []OpenReturn
	Earlier  []EarlierPart // of the opposite amount, for reversals
	Partners []EarlierPart // open ones on the other own account, for transfers
	Direct   string        // the account of the books of an own account without statements
}

// StandingOrder is a recurring gift that an account has paid before.
type StandingOrder struct {
	Donation string
	Every    Every
	Minor    int64
	Currency string
	Last     string // YYYY-MM-DD of its last payment before this one
}

// OpenPayout is a provider's payout that no line has brought yet, or one that
// failed and that no line has taken away yet.
type OpenPayout struct {
	Provider string
	Ref      string
	Minor    int64 // + is on its way to the bank, − is going back
	Currency string
	Created  string // YYYY-MM-DD
}

// OpenReturn is money that staff must send back.
type OpenReturn struct {
	ID       string
	Minor    int64 // above zero
	Currency string
	Payer    string
}

// EarlierPart is a part of another line.
type EarlierPart struct {
	Line  string
	N     int
	Minor int64
	Date  string
	Payer string
	Said  Said
}

// Decision is where a payment belongs and what said so; without a rule it waits
// for a person.
type Decision struct {
	Rule   MatchRule
	Target Target
}

// Match decides about one payment. It is pure; where two places fit equally well
// it decides nothing.
func Match(in Incoming, e Evidence) Decision {
	for _, rule := range []func(Incoming, Evidence) Decision{
		byReference, byReversal, byPayout, byReturn, byTransfer, byPayer, byCharge,
	} {
		if d := rule(in, e); d.Rule != NoRule {
			return d
		}
	}
	return Decision{}
}

func byReference(in Incoming, e Evidence) Decision {
	list, exact := in.References()
	found := ""
	for i, r := range list {
		donation, ours := e.Pledges[r]
		if !ours {
			continue
		}
		if i == 0 && exact {
			return Decision{ByReference, Target{Kind: ToGift, ID: donation}}
		}
		if found != "" && found != donation {
			return Decision{}
		}
		found = donation
	}
	if found == "" {
		return Decision{}
	}
	return Decision{ByNoise, Target{Kind: ToGift, ID: found}}
}

// byReversal looks for the line that is taken back: of the opposite amount, not
// later, with the same references or the same other side.
func byReversal(in Incoming, e Evidence) Decision {
	if !in.Reversal {
		return Decision{}
	}
	best, votes, twice := EarlierPart{}, 0, false
	for _, p := range e.Earlier {
		if p.Minor != -in.Minor || p.Date > in.Date {
			continue
		}
		v := sameOrigin(in, p)
		switch {
		case v > votes:
			best, votes, twice = p, v, false
		case v == votes && v > 0:
			// Of two that fit equally the later one is taken back, if they are told
			// apart by their day.
			twice = twice || p.Date == best.Date
			if p.Date > best.Date {
				best, twice = p, false
			}
		}
	}
	if votes == 0 || twice {
		return Decision{}
	}
	return Decision{ByReversal, Target{Kind: ToReversal, ID: PartID(best.Line, best.N)}}
}

// sameOrigin counts what speaks for two lines being about one payment.
func sameOrigin(in Incoming, p EarlierPart) int {
	n := 0
	if in.Payer != "" && in.Payer == p.Payer {
		n++
	}
	for _, pair := range [][2]string{{in.Said.EndToEnd, p.Said.EndToEnd}, {in.Said.TxID, p.Said.TxID}, {in.Said.Reference, p.Said.Reference}} {
		if len(pair[0]) >= 4 && pair[0] == pair[1] {
			n += 2
		}
	}
	if words := fold(p.Said.Words); len(words) >= 8 && strings.Contains(fold(in.Said.Words+in.Said.Text), words) {
		n++
	}
	return n
}

// payoutNames are the words by which providers sign the transfers of payouts;
// any other provider signs with its key.
var payoutNames = map[string][]string{"btcpay": {"BTCPAY", "BITCOIN"}}

// SplitPartID takes apart what PartID made; false for anything else.
func SplitPartID(id string) (line string, n int, ok bool) {
	line, part, ok := strings.Cut(id, "/")
	n, err := strconv.Atoi(part)
	return line, n, ok && err == nil && n >= 0
}

func signedBy(provider, text string) bool {
	names := payoutNames[provider]
	if names == nil {
		names = []string{strings.ToUpper(provider)}
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.Contains(text, n) })
}

// A payout arrives within days of its making; banks have holidays.
const (
	payoutEarly = 2 * 24 * time.Hour
	payoutLate  = 14 * 24 * time.Hour
)

func byPayout(in Incoming, e Evidence) Decision {
	text := strings.ToUpper(strings.Join([]string{in.Said.Name, in.Said.Words, in.Said.Text, in.Said.EndToEnd, in.Said.For}, " "))
	var found []OpenPayout
	for _, p := range e.Payouts {
		if p.Currency != in.Currency || p.Minor != in.Minor || !near(in.Date, p.Created) {
			continue
		}
		if strings.Contains(text, strings.ToUpper(p.Ref)) {
			return payoutFound(p)
		}
		if signedBy(p.Provider, text) {
			found = append(found, p)
		}
	}
	// Two payouts of one provider, amount and week are as good as each other: the
	// older one is meant.
	slices.SortFunc(found, func(a, b OpenPayout) int { return strings.Compare(a.Created+a.Ref, b.Created+b.Ref) })
	if len(found) == 0 || found[0].Provider != found[len(found)-1].Provider {
		return Decision{}
	}
	return payoutFound(found[0])
}

func payoutFound(p OpenPayout) Decision {
	return Decision{ByPayout, Target{Kind: ToPayout, ID: p.Provider + "/" + p.Ref}}
}

func near(line, created string) bool {
	apart := daysBetween(created, line)
	return apart >= -payoutEarly && apart <= payoutLate
}

// daysBetween is the time from one day to another; huge where one is no day.
func daysBetween(from, to string) time.Duration {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 1 << 62
	}
	return b.Sub(a)
}

// byReturn knows a transfer that pays a return by account and amount together.
func byReturn(in Incoming, e Evidence) Decision {
	if in.Minor >= 0 || in.Payer == "" {
		return Decision{}
	}
	for _, r := range e.Returns { // the oldest first
		if r.Payer == in.Payer && r.Minor == -in.Minor && r.Currency == in.Currency {
			return Decision{ByReturn, Target{Kind: ToClear, ID: r.ID}}
		}
	}
	return Decision{}
}

// transferDays is how far the two lines of a transfer may lie apart.
const transferDays = 5 * 24 * time.Hour

func byTransfer(in Incoming, e Evidence) Decision {
	if in.Own == "" {
		return Decision{}
	}
	if e.Direct != "" {
		return Decision{ByTransfer, Target{Kind: ToAccount, Account: e.Direct}}
	}
	var found []EarlierPart
	for _, p := range e.Partners {
		if apart := daysBetween(p.Date, in.Date); p.Minor == -in.Minor && apart.Abs() <= transferDays {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return Decision{}
	}
	slices.SortFunc(found, func(a, b EarlierPart) int { return strings.Compare(a.Date+a.Line, b.Date+b.Line) })
	return Decision{ByTransfer, Target{Kind: ToLine, ID: PartID(found[0].Line, found[0].N)}}
}

// The shortest time between two payments of a standing order. The longest is not
// asked for: an order that rested goes on.
var rhythm = map[Every]time.Duration{Month: 20 * 24 * time.Hour, Year: 300 * 24 * time.Hour}

func byPayer(in Incoming, e Evidence) Decision {
	if in.Minor <= 0 || in.Payer == "" || in.Reversal {
		return Decision{}
	}
	found := ""
	for _, o := range e.Orders {
		least := rhythm[o.Every]
		if least == 0 || o.Minor != in.Minor || o.Currency != in.Currency || daysBetween(o.Last, in.Date) < least {
			continue
		}
		if found != "" && found != o.Donation {
			return Decision{}
		}
		found = o.Donation
	}
	if found == "" {
		return Decision{}
	}
	return Decision{ByPayer, Target{Kind: ToGift, ID: found}}
}

func byCharge(in Incoming, _ Evidence) Decision {
	if !in.Charge {
		return Decision{}
	}
	return Decision{ByCharge, Target{Kind: ToAccount, Account: ledger.PayoutFees}}
}

// PartID names a part of a line as a target.
func PartID(line string, n int) string { return line + "/" + strconv.Itoa(n) }
