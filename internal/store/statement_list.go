package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// LineQuery chooses bank lines, the newest day first.
type LineQuery struct {
	States        []fund.LineState
	AccountID     string // "" is all
	Statement     string // "" is all
	Limit, Offset int
}

// Lines lists bank lines with what is said in them. Donor data: whoever shows it
// logs that.
func (b *Statements) Lines(ctx context.Context, q LineQuery) ([]fund.BankLine, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(cond, "?", place(len(args))))
	}
	if len(q.States) > 0 {
		var marks []string
		for _, s := range q.States {
			args = append(args, s)
			marks = append(marks, place(len(args)))
		}
		where = append(where, "l.state IN ("+strings.Join(marks, ", ")+")")
	}
	if q.AccountID != "" {
		add("l.account_id = ?", q.AccountID)
	}
	if q.Statement != "" {
		add("l.statement_id = ?", q.Statement)
	}
	args = append(args, q.Limit, q.Offset)
	ids, err := db.Rows(ctx, b.Query(), db.Value[string], "SELECT l.id FROM bank_line l WHERE "+strings.Join(where, " AND ")+
		" ORDER BY l.booked_on DESC, l.id LIMIT "+place(len(args)-1)+" OFFSET "+place(len(args)), args...)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	lines, err := b.read(ctx, b.Query(), ids)
	slices.SortStableFunc(lines, func(x, y fund.BankLine) int { return strings.Compare(y.Date, x.Date) })
	return lines, err
}

// Line returns one line; fault.NotFound.
func (b *Statements) Line(ctx context.Context, lineID string) (fund.BankLine, error) {
	lines, err := b.read(ctx, b.Query(), []string{lineID})
	if err == nil && len(lines) == 0 {
		err = fault.New(fault.NotFound, "there is no such bank line")
	}
	if err != nil {
		return fund.BankLine{}, err
	}
	return lines[0], nil
}

// CountLines tells how many lines are in each state.
func (s *Store) CountLines(ctx context.Context) (map[fund.LineState]int, error) {
	out := map[fund.LineState]int{}
	_, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var state fund.LineState
		var n int
		err = r.Scan(&state, &n)
		out[state] = n
		return none, err
	}, "SELECT state, COUNT(*) FROM bank_line GROUP BY state")
	return out, err
}

// Placed is an allocation of a line as the desk shows it.
type Placed struct {
	Part, N    int
	Kind       fund.TargetKind
	Object     string
	Account    string
	Amount     money.Amount
	Rule       fund.MatchRule
	PaymentID  string
	By         string
	At         time.Time
	ReversedAt time.Time
	ReversedBy string
}

// Placed lists what was ever done with a line.
func (s *Store) Placed(ctx context.Context, lineID string) ([]Placed, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (p Placed, err error) {
		return p, r.Scan(&p.Part, &p.N, &p.Kind, &p.Object, &p.Account, &p.Amount.Minor, &p.Amount.Currency, &p.Rule, &p.PaymentID, &p.By, db.At(&p.At),
			db.At(&p.ReversedAt), &p.ReversedBy)
	}, `SELECT a.detail, a.n, a.kind, a.object_id, a.account, a.minor, l.currency, a.rule, a.payment_id, a.by_name, a.at, a.reversed_at, a.reversed_by
		FROM bank_allocation a JOIN bank_line l ON l.id = a.line_id WHERE a.line_id = $1 ORDER BY a.detail, a.n`, lineID)
}

// ReadStatement is a statement as the desk lists it.
type ReadStatement struct {
	fund.BankStatement
	Account  string // title
	Currency string
	At       time.Time
	By       string
}

// ReadStatements lists the statements that were read, the newest days first.
func (s *Store) ReadStatements(ctx context.Context, limit, offset int) ([]ReadStatement, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (x ReadStatement, err error) {
		var state string
		err = r.Scan(&x.ID, &x.AccountID, &x.Account, &x.Currency, &x.Format, &x.Number, &x.From, &x.To, &x.Opening, &x.Closing, &x.Lines, &x.Fresh, &state, db.At(&x.At), &x.By)
		x.Done = state == "read"
		return x, err
	}, `SELECT s.id, s.account_id, a.title, a.currency, s.format, s.number, s.from_day, s.to_day, s.opening_minor, s.closing_minor, s.lines, s.fresh, s.state, s.read_at, s.read_name
		FROM bank_statement s JOIN bank_account a ON a.id = s.account_id ORDER BY s.to_day DESC, s.read_at DESC, s.id LIMIT $1 OFFSET $2`, limit, offset)
}

// AccountState is how an account stands by its statements and in the books.
type AccountState struct {
	fund.StatementAccount
	Through string // the last day of a statement that was read; "" is none
	Bank    money.Amount
	Books   money.Amount
}

// AccountStates compares each account's statements with the books. The two
// differ where somebody posted to the account by another way than its lines.
func (b *Statements) AccountStates(ctx context.Context) ([]AccountState, error) {
	accounts, err := b.StatementAccounts(ctx)
	if err != nil {
		return nil, err
	}
	balances, err := b.Balances(ctx)
	if err != nil {
		return nil, err
	}
	var out []AccountState
	for _, a := range accounts {
		s := AccountState{StatementAccount: a, Books: a.Amount(0)}
		sum, err := b.Stands(ctx, a.ID, "")
		if err != nil {
			return nil, err
		}
		s.Bank = a.Amount(a.Opening + sum)
		for _, x := range balances {
			if x.Account == ledger.BankAccount(a.Name) && x.Currency == a.Currency {
				s.Books.Minor = x.Minor
			}
		}
		if s.Through, err = db.One(ctx, b.Query(), db.Value[string], "SELECT COALESCE(MAX(to_day), '') FROM bank_statement WHERE account_id = $1 AND state = 'read'", a.ID); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// suggestMost is how many candidates of a kind are weighed.
const suggestMost = 300

// Suggest ranks the places where the open part of a line might belong, the
// likeliest first.
func (b *Statements) Suggest(ctx context.Context, l fund.BankLine, part int) ([]fund.Suggestion, error) {
	if part >= len(l.Parts) || l.Parts[part].Open == 0 {
		return nil, nil
	}
	in := fund.IncomingOf(l, l.Parts[part])
	list, err := b.candidates(ctx, in)
	return fund.Rank(in, list, 5), err
}

// Search finds gifts by reference, name or address of the donor, whatever
// speaks for or against them; those first for which something does.
func (b *Statements) Search(ctx context.Context, l fund.BankLine, part int, words string) ([]fund.Suggestion, error) {
	if part >= len(l.Parts) || strings.TrimSpace(words) == "" {
		return nil, nil
	}
	in := fund.IncomingOf(l, l.Parts[part])
	list, err := b.gifts(ctx, in, words)
	out := fund.Rank(in, list, 20)
	for _, c := range list {
		if len(out) < 20 && !slices.ContainsFunc(out, func(s fund.Suggestion) bool { return s.Target == c.Target }) {
			out = append(out, fund.Suggestion{Candidate: c})
		}
	}
	return out, err
}

func (b *Statements) candidates(ctx context.Context, in fund.Incoming) (all []fund.Candidate, err error) {
	payouts, err := openPayouts(ctx, b.Query(), in.Currency, in.Minor)
	if err != nil {
		return nil, err
	}
	for _, p := range payouts {
		all = append(all, fund.Candidate{Target: fund.Target{Kind: fund.ToPayout, ID: p.Provider + "/" + p.Ref}, Name: p.Provider, Minor: p.Minor, Currency: p.Currency, Date: p.Created})
	}
	partners, err := b.partners(ctx, in)
	if err != nil {
		return nil, err
	}
	all = append(all, partners...)
	if in.Minor > 0 {
		gifts, err := b.gifts(ctx, in, "")
		return append(all, gifts...), err
	}
	back, err := openReturns(ctx, b.Query(), in.Currency, -in.Minor)
	for _, r := range back {
		all = append(all, fund.Candidate{Target: fund.Target{Kind: fund.ToClear, ID: r.ID}, Minor: -r.Minor, Currency: r.Currency, Payer: r.Payer != "" && r.Payer == in.Payer})
	}
	if err != nil {
		return nil, err
	}
	bills, err := b.bills(ctx, in)
	return append(all, bills...), err
}

// gifts lists promised gifts, those that the payer's account has paid before,
// and, for words, those that are found by them.
func (b *Statements) gifts(ctx context.Context, in fund.Incoming, words string) ([]fund.Candidate, error) {
	where, args := `(d.provider = 'bank' AND d.state IN ('pending', 'expired') OR d.every <> 'once' AND d.provider = 'bank' OR d.id IN (`+paidBy+`))`, []any{in.Payer, in.Currency, suggestMost}
	if words = strings.TrimSpace(words); words != "" {
		where = `(d.id IN (SELECT x.donation_id FROM bank_reference x WHERE x.reference = $4) OR LOWER(p.name) LIKE $5 ESCAPE '\' OR LOWER(d.name) LIKE $5 ESCAPE '\' OR p.email LIKE $5 ESCAPE '\')`
		ref, _ := giro.ParseReference(words)
		args = append(args, ref, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(words))+"%")
	}
	return db.Rows(ctx, b.Query(), func(r db.Scanner) (c fund.Candidate, err error) {
		var at time.Time
		c.Target.Kind = fund.ToGift
		err = r.Scan(&c.Target.ID, &c.Name, db.Text((*string)(&c.Reference)), &c.Every, &c.Minor, &c.Currency, db.At(&at), db.Bool(&c.Payer), db.FromJSON(&c.Campaign))
		c.Date = at.Format(time.DateOnly)
		return c, err
	}, `SELECT d.id, CASE WHEN d.name <> '' THEN d.name ELSE p.name END, r.reference, d.every, d.minor, d.currency, COALESCE(d.opened_at, d.created_at),
		CASE WHEN d.id IN (`+paidBy+`) THEN 1 ELSE 0 END, c.title
		FROM donation d JOIN donor p ON p.id = d.donor_id LEFT JOIN bank_reference r ON r.donation_id = d.id LEFT JOIN campaign c ON c.id = d.campaign_id
		WHERE d.currency = $2 AND `+where+" ORDER BY d.created_at DESC, d.id LIMIT $3", args...)
}

// paidBy are the donations that an account has paid.
const paidBy = `SELECT a.object_id FROM bank_detail x CROSS JOIN bank_allocation a
	WHERE x.payer_hash = $1 AND x.payer_hash <> '' AND a.line_id = x.line_id AND a.detail = x.n AND a.kind = 'gift' AND a.reversed_at IS NULL`

// partners are open parts of other lines that would cancel this one out: of the
// same amount, or, on an account in another currency, of the days around.
func (b *Statements) partners(ctx context.Context, in fund.Incoming) ([]fund.Candidate, error) {
	return db.Rows(ctx, b.Query(), func(r db.Scanner) (c fund.Candidate, err error) {
		var n int
		var currency string
		err = r.Scan(&c.Target.ID, &n, &c.Date, &currency, &c.Name)
		c.Target = fund.Target{Kind: fund.ToLine, ID: fund.PartID(c.Target.ID, n)}
		c.Minor, c.Currency = in.Minor, in.Currency // what it settles of this one
		return c, err
	}, `SELECT l.id, d.n, l.booked_on, l.currency, a.title FROM bank_line l JOIN bank_detail d ON d.line_id = l.id JOIN bank_account a ON a.id = l.account_id
		WHERE l.id <> $1 AND l.state = 'suspense' AND l.booked_on >= $4 AND l.booked_on <= $5
		AND ((l.currency = $2 AND d.open_minor = $3) OR (l.currency <> $2 AND l.account_id <> $6 AND (d.open_minor > 0 AND $3 > 0 OR d.open_minor < 0 AND $3 < 0)))
		ORDER BY l.booked_on, l.id LIMIT 20`, in.Line, in.Currency, -in.Minor, dayOff(in.Date, -14), dayOff(in.Date, 14), in.AccountID)
}

// bills are expenses that were entered as owed and that no line has paid.
func (b *Statements) bills(ctx context.Context, in fund.Incoming) ([]fund.Candidate, error) {
	return db.Rows(ctx, b.Query(), func(r db.Scanner) (c fund.Candidate, err error) {
		c.Target.Kind = fund.ToBill
		err = r.Scan(&c.Target.ID, &c.Name, &c.Minor, &c.Currency, &c.Date)
		c.Minor = -c.Minor
		return c, err
	}, `SELECT k.id, k.party, k.minor, k.currency, k.date FROM booking k WHERE k.kind = 'expense' AND k.against = 'Liabilities:Payables' AND k.reversed_at IS NULL AND k.paid_on = ''
		AND k.currency = $1
		ORDER BY k.date DESC, k.id LIMIT $2`, in.Currency, suggestMost)
}
