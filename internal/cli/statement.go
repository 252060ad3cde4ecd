package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/statement"
)

// StatementCmd reads bank statements and proves their sums. It books nothing.
type StatementCmd struct {
	Files    []string `arg:"" name:"file" help:"CAMT.053, MT940 or CSV files as the bank gives them."`
	Account  string   `help:"Account of a file that names none (CSV)." placeholder:"IBAN"`
	Currency string   `help:"Currency of a file that names none (CSV)." placeholder:"ISO"`
	JSON     bool     `help:"Print everything that the files say as JSON." name:"json"`
}

// Help shows an example.
func (StatementCmd) Help() string {
	return "Example: masthead statement 2026-11.camt.xml\n\n" +
		"A file is taken whole or refused whole: where its own sums do not hold, one sentence says so and the exit code is 1. " +
		"Statements that state no balances, as most CSV files do, are read but not proven."
}

// statementOut is a statement as --json prints it: what the file says, and
// whether balances vouch for its lines.
type statementOut struct {
	File   string `json:"file"`
	Proven bool   `json:"proven"`
	statement.Statement
}

// Run implements the command.
func (c *StatementCmd) Run(env *Env) error {
	out := []statementOut{}
	for _, name := range c.Files {
		all, err := c.read(name)
		if err != nil {
			return err
		}
		for _, s := range all {
			out = append(out, statementOut{filepath.Base(name), s.Proven(), s})
		}
	}
	if c.JSON {
		return printJSON(env.Stdout, out)
	}
	for _, s := range out {
		if err := printStatement(env.Stdout, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *StatementCmd) read(name string) ([]statement.Statement, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "the file %s can't be read; check its name and permissions", name)
	}
	hint := statement.Hint{Account: c.Account, Currency: c.Currency}
	if statement.Sniff(data) == statement.CSV {
		m, doubts := statement.Guess(data)
		if len(doubts) > 0 {
			return nil, fault.New(fault.Invalid, "%s: the columns can't be told for certain: %s", name, doubts[0])
		}
		hint.Mapping = &m
	}
	all, err := statement.Parse(data, hint)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// printStatement prints the sums of a statement; lines of payers stay in the file.
func printStatement(w io.Writer, s statementOut) error {
	in, out := sums(s.Entries)
	text := func(minor int64) string { return money.Amount{Currency: s.Currency, Minor: minor}.String() }
	verdict := "the sums hold"
	if !s.Proven {
		verdict = "no balances vouch for it"
	}
	_, err := fmt.Fprintf(w, "%s: %s, %s to %s\n  %s, in %s, out %s", s.File, s.Account, s.From, s.To, lines(len(s.Entries)), text(in), text(out))
	if err == nil && s.Opening != nil && s.Closing != nil {
		_, err = fmt.Fprintf(w, "\n  opening %s, closing %s", text(s.Opening.Amount), text(s.Closing.Amount))
	}
	if err == nil && len(s.Pending) > 0 {
		_, err = fmt.Fprintf(w, "\n  only announced, and counted nowhere: %s", lines(len(s.Pending)))
	}
	if err == nil {
		_, err = fmt.Fprintf(w, ": %s\n", verdict)
	}
	return err
}

func sums(entries []statement.Entry) (in, out int64) {
	for _, e := range entries {
		if e.Amount > 0 {
			in += e.Amount
		} else {
			out += e.Amount
		}
	}
	return in, out
}

func lines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return strconv.Itoa(n) + " lines"
}
