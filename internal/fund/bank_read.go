package fund

import (
	"context"
	"errors"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
)

// BankStore keeps what is read from statements. Each writing method is one short
// transaction.
type BankStore interface {
	// StatementAccounts lists the open accounts of the outlet.
	StatementAccounts(ctx context.Context) ([]StatementAccount, error)
	// LineID turns a line's key into its id, which tells nothing without the
	// instance's key; FileHash does so for the bytes of a file.
	LineID(key string) string
	FileHash(data []byte) string

	// StoredLines lists the lines of an account from one day to another, both
	// included. StoredEntries opens some of them, by id.
	StoredLines(ctx context.Context, accountID, from, to string) ([]StoredLine, error)
	StoredEntries(ctx context.Context, ids []string) (map[string]statement.Entry, error)
	// Stands is what an account's lines before a day add up to; "" is all.
	Stands(ctx context.Context, accountID, before string) (int64, error)
	// Opening is the balance that a statement opens with; nil where it states none.
	Opening(ctx context.Context, statementID string) (*int64, error)
	// Closed finds a statement that closed on a day with a balance; "" is none.
	Closed(ctx context.Context, accountID, day string, closing int64) (statementID string, err error)
	// Opened tells whether a statement opened on a day with a balance.
	Opened(ctx context.Context, accountID, day string, opening int64) (bool, error)
	// NextGap is the first gap line on or after a day that is not taken back;
	// fault.NotFound.
	NextGap(ctx context.Context, accountID, from string) (BankLine, error)

	// BeginBooks makes the statements from a day on the source of an account's
	// books, with what stood there at its beginning.
	BeginBooks(ctx context.Context, accountID, day string, opening int64) error
	// Begun finds the statement that a file was begun as; fault.NotFound.
	Begun(ctx context.Context, accountID, fileHash string, part int) (BankStatement, error)
	// OpenStatement keeps a statement whose lines come, unless the same file was
	// begun before: then it returns that one.
	OpenStatement(ctx context.Context, s BankStatement) (BankStatement, error)
	// AddLines books lines, each through Unallocated, and returns how many of them
	// were not there yet. With them it takes the gap line back that s fills, and
	// books another one where something of it is left. fault.Conflict where somebody
	// else has read lines of the account since version; then nothing is done.
	AddLines(ctx context.Context, s BankStatement, version int64, lines []BankLine) (fresh int, err error)
	// CloseStatement says that all lines of a statement are booked.
	CloseStatement(ctx context.Context, s BankStatement, fresh int) error

	// MatchNext decides about the next imported lines of an account, oldest first,
	// and tells by which rules. Nothing is left when it did none.
	MatchNext(ctx context.Context, accountID string, atMost int) (map[MatchRule]int, error)
	// LookAgain lets the rules be asked once more about lines in suspense from a
	// day on: something earlier has come to light.
	LookAgain(ctx context.Context, accountID, from string) error
	// Preview decides about lines that are not kept.
	Preview(ctx context.Context, lines []BankLine) (map[MatchRule]int, error)
}

// Reconciler reads bank statements into the books.
type Reconciler struct {
	Store    BankStore
	Progress func(ReadProgress)          // nil says nothing
	pretend  map[string][]pretendLine    // by account: what a dry run would have booked
	begun    map[string]StatementAccount // by account: what a dry run would have begun
	DryRun   bool
}

type pretendLine struct {
	StoredLine
	entry statement.Entry
}

// ReadProgress is how far the reading of a file has come.
type ReadProgress struct {
	Doing       string // "books" or "match"
	Done, Total int
}

// ReadOptions are what a person says about a file.
type ReadOptions struct {
	Name    string             // of the file
	Account string             // id or name of the account of a file that names none
	Mapping *statement.Mapping // of a CSV file; nil is the account's saved one
	Begin   bool               // begin the books of an account with the file's opening balance
	Gap     bool               // accept that statements before it are missing
}

// Question is what a person must answer before a statement can be read.
type Question string

// The questions.
const (
	AskBegin   Question = "begin"   // may the books of this account begin with this balance?
	AskGap     Question = "gap"     // may it be read although statements before it are missing?
	AskMapping Question = "mapping" // which column of the CSV file is which?
	AskAccount Question = "account" // which account is the file of?
)

// Asked is the error that carries a question; its sentence says it for the
// command line.
type Asked struct {
	Fault    *fault.Error
	Question Question
	Account  StatementAccount
	Minor    int64  // the balance, or what is missing
	Day      string // on which
}

// Error implements error.
func (a *Asked) Error() string { return a.Fault.Error() }

// Unwrap lets fault.KindOf see the kind.
func (a *Asked) Unwrap() error { return a.Fault }

func ask(q Question, a StatementAccount, day string, minor int64, format string, args ...any) error {
	return &Asked{fault.New(fault.Conflict, format, args...), q, a, minor, day}
}

// AskedIn finds the question in an error.
func AskedIn(err error) (*Asked, bool) {
	var a *Asked
	return a, errors.As(err, &a)
}

// ReadReport says what a file brought, account by account.
type ReadReport struct {
	File     string
	Accounts []AccountReport
}

// AccountReport is what a file brought for one account.
type AccountReport struct {
	Account    StatementAccount
	Format     statement.Kind
	Number     string
	From, To   string
	Opening    *int64
	Closing    *int64
	Proven     bool // balances vouch for the lines
	Begun      bool // the account's books begin here
	Statements int
	Lines      int // booked ones in the file
	Fresh      int
	Known      int // were there already
	Unsure     int // of those, known by day and amount alone
	Before     int // of days before the account's books begin
	Pending    int // announced, and counted nowhere
	Gap        int64
	Matched    map[MatchRule]int // NoRule is suspense
}

// Suspense is how many payments wait for a person.
func (r AccountReport) Suspense() int { return r.Matched[NoRule] }

// Read reads a file whole or refuses it whole before anything of it is booked.
// The error is fault.Invalid with one sentence where the file is not in order or
// of no account of ours, or an *Asked where a person must decide first. A file
// that was read in part when the program ended is finished when it is read again.
func (r *Reconciler) Read(ctx context.Context, data []byte, o ReadOptions) (ReadReport, error) {
	rep := ReadReport{File: o.Name}
	accounts, err := r.Store.StatementAccounts(ctx)
	if err != nil {
		return rep, err
	}
	for i, a := range accounts {
		if b, ok := r.begun[a.ID]; ok {
			accounts[i] = b
		}
	}
	all, err := parse(data, accounts, o)
	if err != nil {
		return rep, err
	}
	sheets, err := sheetsOf(all, accounts, o)
	if err != nil {
		return rep, err
	}
	hash := r.Store.FileHash(data)
	for i := range sheets {
		sheets[i].file, sheets[i].part = hash, i
		if err := r.check(ctx, &sheets[i], o); err != nil {
			return rep, err
		}
	}
	for i := range sheets {
		done, err := r.book(ctx, &sheets[i])
		rep.Accounts = append(rep.Accounts, done)
		if err != nil {
			return rep, err
		}
	}
	return rep, nil
}

// When gives the first and last day of a file and the accounts that it is of,
// for putting files in order; "" where it can't be read.
func When(data []byte) (from, to string) {
	all, err := statement.Parse(data, statement.Hint{})
	if err != nil {
		return "", ""
	}
	for _, s := range all {
		if from == "" || s.From != "" && s.From < from {
			from = s.From
		}
		to = max(to, s.To)
	}
	return from, to
}

func parse(data []byte, accounts []StatementAccount, o ReadOptions) ([]statement.Statement, error) {
	if len(accounts) == 0 {
		return nil, fault.New(fault.Invalid, "There is no bank account yet; add the account at the desk, then read its statements.")
	}
	if statement.Sniff(data) != statement.CSV {
		return statement.Parse(data, statement.Hint{})
	}
	a, err := csvAccount(data, accounts, o)
	if err != nil {
		return nil, err
	}
	hint := statement.Hint{Kind: statement.CSV, Mapping: o.Mapping, Currency: a.Currency}
	if hint.Mapping == nil {
		hint.Mapping = a.Mapping
	}
	if hint.Mapping == nil {
		m, doubts := statement.Guess(data)
		if len(doubts) > 0 || m.Check() != nil || m.Balance == "" {
			return nil, ask(AskMapping, a, "", 0, "The columns of this CSV file must be named once for the account %s; upload it at the desk under Money, Statements, and save the mapping.", a.Title)
		}
		hint.Mapping = &m
	}
	if hint.Mapping.Account == "" && len(a.Numbers) > 0 {
		hint.Account = a.Numbers[0]
	}
	return statement.Parse(data, hint)
}

// csvAccount is the account of a CSV file: as said, or named in the file, or the
// only one that there is.
func csvAccount(data []byte, accounts []StatementAccount, o ReadOptions) (StatementAccount, error) {
	if o.Account != "" {
		for _, a := range accounts {
			if a.ID == o.Account || strings.EqualFold(a.Name, o.Account) || a.Has(o.Account) {
				return a, nil
			}
		}
		return StatementAccount{}, fault.New(fault.Invalid, "There is no bank account %s; there are %s.", o.Account, titles(accounts))
	}
	if len(accounts) == 1 {
		return accounts[0], nil
	}
	if m, _ := statement.Guess(data); m.Account != "" && m.Check() == nil {
		if all, err := statement.Parse(data, statement.Hint{Kind: statement.CSV, Mapping: &m, Currency: accounts[0].Currency}); err == nil && len(all) > 0 {
			for _, a := range accounts {
				if a.Has(all[0].Account) {
					return a, nil
				}
			}
		}
	}
	return StatementAccount{}, ask(AskAccount, StatementAccount{}, "", 0, "This CSV file does not say which account it is of; name it with --account. There are %s.", titles(accounts))
}

func titles(accounts []StatementAccount) string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.Title+" ("+a.Name+", "+a.Currency+")")
	}
	return strings.Join(out, ", ")
}

// sheet is what a file says about one account, its statements joined.
type sheet struct {
	StatementAccount
	file       string
	part       int
	statements []statement.Statement
	entries    []statement.Entry // in the file's order
	keys       []string          // their ids
	opening    *int64            // before the first of entries
	closing    *int64
	gaps       []gap
	fresh      []int // indexes of entries that are not there yet
	known      int
	unsure     int
	before     int
	begun      bool
	follows    bool
	earlier    bool // lines of later days are there
	done       bool // the same file was begun before: everything was checked then
	gap        int64
	shrink     *BankLine // the gap line that this sheet fills
	left       int64     // of it
}

// gap is money that moved in days of which no statement is there.
type gap struct {
	day   string
	minor int64
	// before is the index of the entry that it stands before.
	before int
}

func sheetsOf(all []statement.Statement, accounts []StatementAccount, o ReadOptions) ([]sheet, error) {
	var out []sheet
next:
	for _, s := range all {
		a, err := accountOf(s, accounts, o)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].ID == a.ID {
				out[i].statements = append(out[i].statements, s)
				continue next
			}
		}
		out = append(out, sheet{StatementAccount: a, statements: []statement.Statement{s}})
	}
	for i := range out {
		if err := out[i].join(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func accountOf(s statement.Statement, accounts []StatementAccount, o ReadOptions) (StatementAccount, error) {
	number := s.Account
	for _, a := range accounts {
		named := number != "" && a.Has(number) || number == "" && (len(accounts) == 1 || a.ID == o.Account || strings.EqualFold(a.Name, o.Account))
		if named && a.Currency == s.Currency {
			return a, nil
		}
	}
	for _, a := range accounts {
		if a.Has(number) {
			return a, fault.New(fault.Invalid, "The statement of the account %s is in %s, but the account is kept here in %s; add an account for %s at the desk.", a.Title, s.Currency, a.Currency, s.Currency)
		}
	}
	if number == "" {
		return StatementAccount{}, ask(AskAccount, StatementAccount{}, "", 0, "This file does not say which account it is of; name it with --account. There are %s.", titles(accounts))
	}
	return StatementAccount{}, fault.New(fault.Invalid, "This statement is of an account ending in %s, which is none of ours; there are %s. Add it at the desk, or take another file.", tail(number), titles(accounts))
}

func tail(number string) string { return number[max(0, len(number)-4):] }

// Money of the sheet's account, for sentences.
func (s *sheet) say(minor int64) string {
	return money.Amount{Currency: s.Currency, Minor: minor}.String()
}
