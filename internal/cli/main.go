// Package cli has one file a command. Each parses, calls and prints; errors go
// to standard error as one sentence that says what to do.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
)

// Version is set by the linker for releases.
var Version = "dev"

type commands struct {
	Demo      DemoCmd      `cmd:"" help:"Run a complete newsroom with sample content, sandbox payments and a local mailbox."`
	Serve     ServeCmd     `cmd:"" help:"Run the newsroom."`
	Import    ImportCmd    `cmd:"" help:"Bring a site in."`
	Ledger    LedgerCmd    `cmd:"" help:"The books: verify, balance, export."`
	Reconcile ReconcileCmd `cmd:"" help:"Read bank statements (CAMT.053, MT940, CSV) into the books."`
	Statement StatementCmd `cmd:"" help:"Read bank statements (CAMT.053, MT940, CSV) and prove their sums; books nothing."`
	User      UserCmd      `cmd:"" help:"The people who work here: add, list, reset."`
	Version   VersionCmd   `cmd:"" help:"Print the version."`
}

// Env is what a command may use of the outside.
type Env struct {
	Ctx            context.Context
	Stdout, Stderr io.Writer
}

// Exit ends the program with a code other than 1, after printing the sentence
// of Err if there is one.
type Exit struct {
	Code int
	Err  error
}

// Error implements error.
func (e *Exit) Error() string { return fmt.Sprint(e.Err) }

// Unwrap returns what the exit is about.
func (e *Exit) Unwrap() error { return e.Err }

// Main runs the command of os.Args and ends the program: 0 when it went well,
// 1 when it did not, 2 when it was called wrongly.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs one command and returns the exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	env := &Env{Ctx: ctx, Stdout: stdout, Stderr: stderr}
	exit := -1
	k, err := kong.New(&c, kong.Name("masthead"), kong.Description("Masthead publishes a newsroom and lets its readers fund it."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code; panic(stopped{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Configuration(fromTOML), kong.UsageOnError(), kong.Bind(env))
	if err != nil {
		panic(err) // a mistake in the structs above
	}
	return parse(k, args, env, &exit)
}

type stopped struct{}

func parse(k *kong.Kong, args []string, env *Env, exit *int) (code int) {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(stopped); !ok {
				panic(v)
			}
			code = *exit
		}
	}()
	kctx, err := k.Parse(args)
	if err != nil {
		fmt.Fprintf(env.Stderr, "masthead: %v; see 'masthead --help'\n", err)
		return 2
	}
	return report(env.Stderr, kctx.Run(env))
}

func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	code := 1
	var exit *Exit
	if errors.As(err, &exit) {
		code = exit.Code
		if exit.Err == nil {
			return code
		}
	}
	fmt.Fprintln(stderr, "masthead: "+sentence(err))
	return code
}

// sentence is what a person at a terminal is told: the sentence for people and,
// because an operator may need it, the cause.
func sentence(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Say != "" && f.Err != nil {
		return strings.TrimSuffix(f.Say, ".") + " (" + oneLine(f.Err.Error()) + ")"
	}
	return oneLine(err.Error())
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// fromTOML lets --config name a file whose keys are the names of flags.
func fromTOML(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if _, err := toml.NewDecoder(r).Decode(&values); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the configuration file is not valid TOML")
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if slices.ContainsFunc(flag.Envs, func(name string) bool { return os.Getenv(name) != "" }) {
			return nil, nil // the environment goes before the file
		}
		return values[flag.Name], nil
	}), nil
}

// Where says which newsroom a command works on.
type Where struct {
	Data     string          `help:"Folder of the newsroom." default:"masthead-data" env:"MASTHEAD_DATA" placeholder:"DIR"`
	Database string          `help:"postgres://… instead of the SQLite file in the folder." env:"MASTHEAD_DATABASE" placeholder:"URL"`
	Config   kong.ConfigFlag `help:"TOML file with the names of flags as keys." env:"MASTHEAD_CONFIG" placeholder:"FILE"`
}

// URL returns the address of the database.
func (w Where) URL() string {
	if w.Database != "" {
		return w.Database
	}
	return filepath.Join(w.Data, "masthead.db")
}

// Open opens the newsroom's store; it must be there already.
func (w Where) Open(ctx context.Context) (*store.Store, error) {
	if w.Database == "" {
		if _, err := os.Stat(w.URL()); errors.Is(err, os.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "there is no newsroom in %s; name its folder with --data, or start one with 'masthead serve --data %s'", w.Data, w.Data)
		}
	}
	return store.Open(ctx, w.URL())
}
