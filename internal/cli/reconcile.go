package cli

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/importer"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
)

// ReconcileCmd reads bank statements into the books.
type ReconcileCmd struct {
	Where
	Files     []string `arg:"" name:"file" help:"CAMT.053, MT940 or CSV files as the bank gives them, in any order."`
	Account   string   `help:"Name or IBAN of the account of files that name none (CSV)." placeholder:"NAME"`
	Begin     bool     `help:"Begin the books of an account with the opening balance of its first statement."`
	Gap       bool     `help:"Take a statement although statements before it are missing; what moved in them waits in suspense."`
	DryRun    bool     `help:"Book nothing; report what would be booked."`
	JSON      bool     `help:"Print one JSON object, amounts in minor units." name:"json"`
	SecretKey string   `help:"64 hexadecimal digits that seal the secrets; default: secret.key in the data folder." env:"MASTHEAD_SECRET_KEY" placeholder:"HEX"`
}

// Help shows an example.
func (ReconcileCmd) Help() string {
	return "Example: masthead reconcile 2026-*.xml --data /srv/lantern\n\n" +
		"It may run beside a server and may be run again: lines that are there already, from this file or another format, are left alone. " +
		"A file is taken whole or refused whole with one sentence; the other files are read all the same, and the exit code is 1. " +
		"What no rule can place waits at the desk under Money, Suspense."
}

// fileReport is what became of a file, as --json prints it.
type fileReport struct {
	File     string          `json:"file"`
	Refused  string          `json:"refused,omitempty"`
	Question fund.Question   `json:"question,omitempty"` // what a person must answer first
	Accounts []accountReport `json:"accounts"`
}

type accountReport struct {
	Account  string                 `json:"account"`
	Currency string                 `json:"currency"`
	Format   string                 `json:"format"`
	Number   string                 `json:"number"`
	From     string                 `json:"from"`
	To       string                 `json:"to"`
	Opening  *int64                 `json:"opening"`
	Closing  *int64                 `json:"closing"`
	Proven   bool                   `json:"proven"`
	Begun    bool                   `json:"begun"`
	Lines    int                    `json:"lines"`
	New      int                    `json:"new"`
	Known    int                    `json:"known"`
	Unsure   int                    `json:"unsure"`
	Before   int                    `json:"before"`
	Pending  int                    `json:"pending"`
	Gap      int64                  `json:"gap"`
	Matched  map[fund.MatchRule]int `json:"matched"`
	Suspense int                    `json:"suspense"`
}

// Run implements the command.
func (c *ReconcileCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	sec, err := store.OpenSecrets(env.Ctx, s, c.Data, c.SecretKey)
	if err != nil {
		return err
	}
	bar := newBar(env.Stderr)
	r := &fund.Reconciler{Store: s.Statements(sec, store.Actor{Name: "masthead reconcile"}, nil), DryRun: c.DryRun, Progress: func(p fund.ReadProgress) {
		bar.show(importer.Progress{Doing: map[string]string{"books": "booking lines", "match": "finding what they were for"}[p.Doing], Done: p.Done, Total: p.Total})
	}}
	reports, err := c.readAll(env, r)
	bar.end()
	if err != nil {
		return err
	}
	if err := c.print(env.Stdout, reports); err != nil {
		return err
	}
	return refusals(reports)
}

// waiting is a file that is to be read.
type waiting struct {
	path, from, to string
	report         fileReport
	done           bool
}

// readAll reads the files in the order of their days. One that is refused since
// statements before it are missing is tried again after the others.
func (c *ReconcileCmd) readAll(env *Env, r *fund.Reconciler) ([]fileReport, error) {
	files := c.inOrder()
	for again := true; again; {
		again = false
		for i := range files {
			f := &files[i]
			if f.done {
				continue
			}
			err := c.readOne(env, r, f)
			if fault.Is(err, fault.Internal) || env.Ctx.Err() != nil {
				return nil, err
			}
			asked, gap := fund.AskedIn(err)
			f.done = err == nil || !gap || asked.Question != fund.AskGap
			again = again || err == nil
		}
	}
	var out []fileReport
	for _, f := range files {
		out = append(out, f.report)
	}
	return out, nil
}

func (c *ReconcileCmd) inOrder() []waiting {
	var files []waiting
	for _, path := range c.Files {
		f := waiting{path: path}
		if len(c.Files) > 1 {
			if data, err := os.ReadFile(path); err == nil {
				f.from, f.to = fund.When(data)
			}
		}
		files = append(files, f)
	}
	slices.SortStableFunc(files, func(a, b waiting) int { return strings.Compare(a.from+a.to, b.from+b.to) })
	return files
}

func (c *ReconcileCmd) readOne(env *Env, r *fund.Reconciler, f *waiting) error {
	f.report = fileReport{File: f.path, Accounts: []accountReport{}}
	data, err := os.ReadFile(f.path)
	if err != nil {
		f.report.Refused = fmt.Sprintf("the file can't be read; check its name and permissions (%v)", err)
		return nil
	}
	o := fund.ReadOptions{Name: filepath.Base(f.path), Account: c.Account, Begin: c.Begin, Gap: c.Gap}
	rep, err := r.Read(env.Ctx, data, o)
	if asked, ok := fund.AskedIn(err); ok && asked.Question == fund.AskBegin && confirm(env, asked) {
		o.Begin = true
		rep, err = r.Read(env.Ctx, data, o)
	}
	for _, a := range rep.Accounts {
		f.report.Accounts = append(f.report.Accounts, accountOf(a))
	}
	if err != nil {
		f.report.Refused = sentence(err)
		if asked, ok := fund.AskedIn(err); ok {
			f.report.Question = asked.Question
		}
	}
	return err
}

// confirm asks at a terminal whether the books of an account may begin so.
func confirm(env *Env, a *fund.Asked) bool {
	info, err := os.Stdin.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	fmt.Fprintf(env.Stderr, "The books of the account %s would begin on %s with %s. Is that right? [y/N] ", a.Account.Title, a.Day, a.Account.Amount(a.Minor))
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return err == nil && strings.EqualFold(strings.TrimSpace(answer), "y")
}

func accountOf(a fund.AccountReport) accountReport {
	return accountReport{
		Account: a.Account.Name, Currency: a.Account.Currency, Format: string(a.Format), Number: a.Number, From: a.From, To: a.To, Opening: a.Opening,
		Closing: a.Closing, Proven: a.Proven, Begun: a.Begun, Lines: a.Lines, New: a.Fresh, Known: a.Known, Unsure: a.Unsure, Before: a.Before,
		Pending: a.Pending, Gap: a.Gap, Matched: found(a.Matched), Suspense: a.Suspense(),
	}
}

// found are the rules that placed something.
func found(by map[fund.MatchRule]int) map[fund.MatchRule]int {
	out := maps.Clone(by)
	delete(out, fund.NoRule)
	if out == nil {
		out = map[fund.MatchRule]int{}
	}
	return out
}

// refusals makes the exit code: 1 where a file was refused.
func refusals(list []fileReport) error {
	n := 0
	for _, f := range list {
		if f.Refused != "" {
			n++
		}
	}
	switch {
	case n == 0:
		return nil
	case len(list) == 1:
		return fault.New(fault.Invalid, "%s: %s", list[0].File, list[0].Refused)
	}
	return fault.New(fault.Invalid, "%d of %d files were refused; the reasons stand above", n, len(list))
}

func (c *ReconcileCmd) print(w io.Writer, list []fileReport) error {
	if c.JSON {
		return printJSON(w, map[string]any{"dry_run": c.DryRun, "files": list})
	}
	var b strings.Builder
	for _, f := range list {
		if f.Refused != "" && len(list) > 1 {
			fmt.Fprintf(&b, "%s: refused: %s\n", f.File, f.Refused)
		}
		for _, a := range f.Accounts {
			a.print(&b, f.File)
		}
	}
	if c.DryRun {
		b.WriteString("This was a dry run: nothing was booked.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var ruleWords = []struct {
	rule fund.MatchRule
	say  string
}{
	{fund.ByReference, "by reference"}, {fund.ByNoise, "by a reference in other text"}, {fund.ByPayer, "by standing order"}, {fund.ByPayout, "payouts"},
	{fund.ByTransfer, "between own accounts"}, {fund.ByReversal, "taken back by the bank"}, {fund.ByReturn, "sent back"}, {fund.ByCharge, "bank charges"},
}

func (a accountReport) print(w io.Writer, file string) {
	text := func(minor int64) string { return money.Amount{Currency: a.Currency, Minor: minor}.String() }
	fmt.Fprintf(w, "%s: %s, %s to %s: %s, %d new, %d already known", file, a.Account, a.From, a.To, lines(a.Lines), a.New, a.Known)
	if a.Unsure > 0 {
		fmt.Fprintf(w, " (%d by day and amount alone)", a.Unsure)
	}
	if a.Before > 0 {
		fmt.Fprintf(w, ", %d before the books begin", a.Before)
	}
	if a.Pending > 0 {
		fmt.Fprintf(w, ", %d only announced", a.Pending)
	}
	fmt.Fprintln(w)
	if a.Begun && a.Opening != nil {
		fmt.Fprintf(w, "  the books of the account begin on %s with %s\n", a.From, text(*a.Opening))
	}
	if a.Gap != 0 {
		fmt.Fprintf(w, "  %s moved in statements that are missing, and wait in suspense\n", text(a.Gap))
	}
	var by []string
	for _, r := range ruleWords {
		if n := a.Matched[r.rule]; n > 0 {
			by = append(by, fmt.Sprintf("%d %s", n, r.say))
		}
	}
	if a.Suspense > 0 {
		by = append(by, fmt.Sprintf("%d in suspense", a.Suspense))
	}
	if len(by) > 0 {
		fmt.Fprintf(w, "  %s\n", strings.Join(by, ", "))
	}
	switch {
	case a.Closing != nil && a.Proven:
		fmt.Fprintf(w, "  closes with %s\n", text(*a.Closing))
	case !a.Proven:
		fmt.Fprintln(w, "  no balances vouch for it: only the next statement that has some shows whether a line is missing")
	}
}
