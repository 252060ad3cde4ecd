package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
)

// LedgerCmd is the books.
type LedgerCmd struct {
	Verify  LedgerVerifyCmd  `cmd:"" help:"Recompute every entry and the chain over them; names the first that is not as it was posted."`
	Balance LedgerBalanceCmd `cmd:"" help:"Print what stands on each account in each currency."`
	Export  LedgerExportCmd  `cmd:"" help:"Write the books for another accounting program to standard output. No donor is in them."`
}

// LedgerVerifyCmd recomputes the books. It ends with 1 where they are damaged.
type LedgerVerifyCmd struct {
	Where       `embed:""`
	JSON        bool `help:"Print one JSON object." name:"json"`
	RebuildSums bool `help:"Before that, throw away what was added up from the entries and add it up again. The entries are not touched."`
}

// Help is shown below the flags.
func (LedgerVerifyCmd) Help() string {
	return "Example: masthead ledger verify --data /var/lib/masthead\n\nThe sums that pages are made from are checked too. Where only they are wrong, --rebuild-sums mends them."
}

// Run implements the command.
func (c *LedgerVerifyCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if c.RebuildSums {
		if err := s.RebuildSums(env.Ctx); err != nil {
			return err
		}
	}
	head, damage, err := s.VerifyLedger(env.Ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(env.Stdout, verdict{damage == nil, head, damage})
	} else if damage == nil {
		_, err = fmt.Fprintf(env.Stdout, "the books are sound: %d entries, head %s\n", head.Seq, head.Hash)
	}
	if err == nil && damage != nil && damage.Kind == ledger.Summed {
		return fault.New(fault.Conflict, "%s", damage.Why)
	}
	if err == nil && damage != nil {
		err = fault.New(fault.Conflict, "the books are damaged: %s; keep this database as it is and compare it with a backup", damage.Why)
	}
	return err
}

type verdict struct {
	Sound  bool           `json:"sound"`
	Head   ledger.Head    `json:"head"`
	Damage *ledger.Damage `json:"damage"` // null where sound
}

// LedgerBalanceCmd prints the balances.
type LedgerBalanceCmd struct {
	Where `embed:""`
	JSON  bool `help:"Print one JSON object, amounts in minor units." name:"json"`
}

// Help is shown below the flags.
func (LedgerBalanceCmd) Help() string {
	return "Example: masthead ledger balance --json\n\nDebits are positive, credits (income, liabilities) negative, as in hledger."
}

// Run implements the command.
func (c *LedgerBalanceCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Balances(env.Ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env.Stdout, map[string]any{"balances": append([]ledger.Balance{}, all...)})
	}
	return printBalances(env.Stdout, all)
}

func printBalances(w io.Writer, all []ledger.Balance) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "the books are empty")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, b := range all {
		a := money.Amount{Currency: b.Currency, Minor: b.Minor}
		fmt.Fprintf(table, "%s\t%s\t  %s\n", a.Decimal(), a.Currency, b.Account)
	}
	return table.Flush()
}

// LedgerExportCmd writes the books out.
type LedgerExportCmd struct {
	Where  `embed:""`
	Format string `help:"hledger, beancount or csv for other programs; auditor for the whole chain, to be recomputed." enum:"hledger,beancount,csv,auditor" default:"hledger"`
}

// Help is shown below the flags.
func (LedgerExportCmd) Help() string {
	return "Example: masthead ledger export --format beancount > books.beancount\n\nauditor: one line an entry, its hash, a space, and the row; the hash is the SHA-256 of the hash before it (64 zeros for the first), a newline and the row."
}

// Run implements the command.
func (c *LedgerExportCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	entries := s.Entries(env.Ctx, 1)
	switch c.Format {
	case "beancount":
		return ledger.ExportBeancount(env.Stdout, entries)
	case "csv":
		return ledger.ExportCSV(env.Stdout, entries)
	case "auditor":
		return ledger.ExportAuditor(env.Stdout, s.Chain(env.Ctx))
	}
	return ledger.ExportHledger(env.Stdout, entries)
}

// printJSON writes one object as machine output.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
