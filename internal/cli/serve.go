package cli

import (
	"fmt"

	"masthead.dev/masthead/internal/app"
)

// ServeCmd runs the newsroom.
type ServeCmd struct {
	Where
	app.Config
}

// Help shows an example.
func (ServeCmd) Help() string {
	return "Example: masthead serve --data /srv/lantern --addr localhost:8080\n\n" +
		"The first start on an empty folder makes the database and prints a one-time link for setting up the newsroom."
}

// Run implements the command.
func (c *ServeCmd) Run(env *Env) error {
	cfg := c.Config
	cfg.Data, cfg.Database = c.Where.Data, c.Where.URL()
	a, err := app.Open(env.Ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Serve(env.Ctx, func(base string) error {
		link, err := a.SetupLink(env.Ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(env.Stdout, "ready", base)
		if link != "" {
			fmt.Fprintln(env.Stdout, "set up your newsroom (once, within the day):", link)
		} else {
			fmt.Fprintln(env.Stdout, "desk ", base+"/desk")
		}
		return nil
	})
}
