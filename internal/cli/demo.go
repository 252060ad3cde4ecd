package cli

import (
	"fmt"
	"os"
	"time"

	"masthead.dev/masthead/internal/app"
	"masthead.dev/masthead/internal/fault"
)

// DemoCmd runs a newsroom with sample content.
type DemoCmd struct {
	Addr     string `help:"Address to listen on; port 0 takes a free one." default:"localhost:8080" placeholder:"HOST:PORT"`
	Data     string `help:"Folder to keep the demo in; default: a temporary one that is removed at the end." placeholder:"DIR"`
	Database string `help:"postgres://… of an empty database instead of SQLite." placeholder:"URL"`
	Seed     uint64 `help:"The same seed gives the same newsroom." default:"1"`
	At       string `help:"The demo's moment; default: now." placeholder:"RFC3339"`
}

// Help shows an example.
func (DemoCmd) Help() string {
	return "Example: masthead demo --addr localhost:0 --seed 7 --at 2026-11-20T18:00:00Z"
}

// Run implements the command.
func (c *DemoCmd) Run(env *Env) error {
	d := app.Demo{Addr: c.Addr, Data: c.Data, Database: c.Database, Seed: c.Seed}
	if c.At != "" {
		at, err := time.Parse(time.RFC3339, c.At)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "--at takes a moment such as 2026-11-20T18:00:00Z")
		}
		d.At = at
	}
	if d.Data == "" {
		dir, err := os.MkdirTemp("", "masthead-demo-")
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "no temporary folder can be made; name one with --data")
		}
		defer os.RemoveAll(dir)
		d.Data = dir
	}
	return d.Run(env.Ctx, func(at app.Addresses) {
		fmt.Fprintln(env.Stdout, "ready", at.Site)
		fmt.Fprintln(env.Stdout, "desk    (link works once)", at.Desk)
		fmt.Fprintln(env.Stdout, "mailbox (after signing in)", at.Mailbox)
	})
}
