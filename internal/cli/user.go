package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// UserCmd manages the people of the desk. Whoever has a shell on the server may
// give any role; what is done is logged under the command's name.
type UserCmd struct {
	Add   UserAddCmd   `cmd:"" help:"Make an account and print a one-time link for choosing how it signs in."`
	List  UserListCmd  `cmd:"" help:"List the accounts with their roles."`
	Reset UserResetCmd `cmd:"" help:"Take password, second step, passkeys, recovery codes and sessions away and print a one-time link for a new start."`
}

// console is the command in the log.
var console = store.Actor{Name: "masthead user"}

// UserAddCmd makes an account.
type UserAddCmd struct {
	Where
	Email string   `arg:"" help:"Mail address; it is the name to sign in with."`
	Name  string   `help:"Name, as in a byline." required:""`
	Role  []string `help:"Role, or role:section with the section's slug; may be given several times. Where there is no owner yet the account becomes one by itself." placeholder:"ROLE"`
	Lang  string   `help:"Language of the desk." default:"en"`
	Site  string   `name:"url" help:"Address of the site for the link, where it is not the one set at the desk." placeholder:"URL"`
	JSON  bool     `help:"Machine output."`
}

// Help shows an example.
func (UserAddCmd) Help() string {
	return "Example: masthead user add dora@lantern.example --name \"Dora Winslade\" --role editor --role treasurer"
}

// userOut is an account as --json prints it.
type userOut struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Name  string   `json:"name"`
	State string   `json:"state"`
	Roles []string `json:"roles"`
	Seen  string   `json:"last_signed_in,omitempty"` // RFC 3339
	Link  string   `json:"link,omitempty"`           // works once
	Until string   `json:"until,omitempty"`          // RFC 3339
}

// Run implements the command.
func (c *UserAddCmd) Run(env *Env) error {
	email, err := mail.CleanAddress(c.Email)
	if err != nil {
		return err
	}
	if c.Name = strings.TrimSpace(c.Name); c.Name == "" {
		return fault.New(fault.Invalid, "give the person's name with --name")
	}
	if !slices.Contains(locale.Languages(), c.Lang) {
		return fault.New(fault.Invalid, "--lang takes %s", strings.Join(locale.Languages(), ", "))
	}
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	p := staff.Person{Email: email, Name: c.Name, Lang: c.Lang, State: staff.Active}
	if p.Grants, err = grants(env.Ctx, s, c.Role); err != nil {
		return err
	}
	return issue(env, s, c.Site, c.JSON, store.LinkInvite, func(tx *store.Tx) (staff.Person, error) {
		if len(p.Grants) == 0 {
			has, err := tx.HasOwner(env.Ctx)
			if err != nil {
				return p, err
			}
			if has {
				return p, fault.New(fault.Invalid, "give the person a role with --role, such as --role reporter")
			}
			p.Grants = []staff.Grant{{Role: staff.Owner}}
		}
		id, err := tx.AddStaff(env.Ctx, console, p)
		p.ID = id
		return p, err
	})
}

// grants reads roles such as "editor" and "editor:town".
func grants(ctx context.Context, s *store.Store, roles []string) ([]staff.Grant, error) {
	var out []staff.Grant
	for _, text := range roles {
		name, slug, limited := strings.Cut(text, ":")
		r, err := staff.ParseRole(name)
		if err != nil {
			return nil, err
		}
		g := staff.Grant{Role: r}
		if limited {
			if !r.Sectional() {
				return nil, fault.New(fault.Invalid, "%s is a role for the whole newsroom; leave out :%s", r, slug)
			}
			section, err := s.Section(ctx, slug)
			if err != nil {
				return nil, fault.Wrap(fault.KindOf(err), err, "there is no section %q", slug)
			}
			g.Section = section.ID
		}
		out = append(out, g)
	}
	return out, nil
}

// issue changes an account and makes a link for it in one transaction, and
// prints the link, which is shown nowhere else.
func issue(env *Env, s *store.Store, site string, asJSON bool, kind store.LinkKind, change func(*store.Tx) (staff.Person, error)) error {
	o, err := s.Outlet(env.Ctx)
	if err != nil {
		return err
	}
	var p staff.Person
	var link string
	var until time.Time
	err = s.Write(env.Ctx, func(tx *store.Tx) (err error) {
		if p, err = change(tx); err != nil {
			return err
		}
		var token string
		token, until, err = tx.MakeLink(env.Ctx, kind, p.ID)
		link = siteOf(o, site) + desk.LinkPath(token)
		return err
	})
	if err != nil {
		return err
	}
	if asJSON {
		out := userLine(p)
		out.Link, out.Until = link, until.Format(time.RFC3339)
		return json.NewEncoder(env.Stdout).Encode(out)
	}
	_, err = fmt.Fprintf(env.Stdout, "%s (%s): %s\nopen this link once, until %s, to choose how to sign in:\n%s\n",
		p.Name, p.Email, strings.Join(userLine(p).Roles, ", "), until.Format(time.RFC3339), link)
	return err
}

// siteOf is where the newsroom is reached, without a slash at the end.
func siteOf(o outlet.Outlet, given string) string {
	for _, site := range []string{given, o.BaseURL} {
		if site != "" {
			return strings.TrimSuffix(site, "/")
		}
	}
	return "http://localhost:8080" // where serve listens when it is told nothing else
}

func userLine(p staff.Person) userOut {
	out := userOut{ID: p.ID, Email: p.Email, Name: p.Name, State: string(p.State), Roles: []string{}}
	for _, g := range p.Grants {
		name := string(g.Role)
		if g.Section != "" {
			name += ":" + g.Section
		}
		out.Roles = append(out.Roles, name)
	}
	if !p.LastSeenAt.IsZero() {
		out.Seen = p.LastSeenAt.Format(time.RFC3339)
	}
	return out
}

// UserListCmd lists the accounts.
type UserListCmd struct {
	Where
	JSON bool `help:"Machine output."`
}

// Help shows an example.
func (UserListCmd) Help() string { return "Example: masthead user list --json" }

// Run implements the command.
func (c *UserListCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Staff(env.Ctx)
	if err != nil {
		return err
	}
	out := []userOut{}
	for _, p := range list {
		out = append(out, userLine(p))
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(out)
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
	for _, u := range out {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Name, strings.Join(u.Roles, ", "), u.State)
	}
	return w.Flush()
}

// UserResetCmd gives somebody a new start.
type UserResetCmd struct {
	Where
	Email string `arg:"" help:"Mail address of the account."`
	Site  string `name:"url" help:"Address of the site for the link, where it is not the one set at the desk." placeholder:"URL"`
	JSON  bool   `help:"Machine output."`
}

// Help shows an example.
func (UserResetCmd) Help() string {
	return "Example: masthead user reset dora@lantern.example\n\nFor somebody who has lost the password or the device, and for an account that somebody else has got into. The account and the owners are told by mail."
}

// Run implements the command.
func (c *UserResetCmd) Run(env *Env) error {
	s, err := c.Open(env.Ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := s.AccountByEmail(env.Ctx, c.Email)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "nobody here has the address %s; 'masthead user list' shows all", c.Email)
	}
	if err != nil {
		return err
	}
	if a.State != staff.Active {
		return fault.New(fault.Conflict, "the account %s is switched off; switch it on at the desk first", a.Email)
	}
	mails, err := resetMails(env.Ctx, s, c.Site, a.Person)
	if err != nil {
		return err
	}
	return issue(env, s, c.Site, c.JSON, store.LinkReset, func(tx *store.Tx) (staff.Person, error) {
		if err := tx.Reset(env.Ctx, console, a.ID); err != nil {
			return a.Person, err
		}
		for _, m := range mails {
			if err := tx.QueueMail(env.Ctx, m); err != nil {
				return a.Person, err
			}
		}
		return a.Person, nil
	})
}

// resetMails tell the account and the owners what a shell on the server did, so
// that nobody is let in behind their backs.
func resetMails(ctx context.Context, s *store.Store, site string, p staff.Person) ([]store.Mail, error) {
	all, err := web.NewTemplates()
	if err != nil {
		return nil, err
	}
	o, err := s.Outlet(ctx)
	if err != nil {
		return nil, err
	}
	owners, err := s.Owners(ctx)
	if err != nil {
		return nil, err
	}
	base, now := siteOf(o, site), time.Now()
	m, err := desk.SecurityMail(all, o, p, "reset", console.Name, now, base+"/desk")
	mails := []store.Mail{m}
	for _, owner := range owners {
		if owner.ID == p.ID || err != nil {
			continue
		}
		m, err = desk.SecurityMail(all, o, owner, "other", p.Name+", "+p.Email, now, base+"/desk/audit")
		mails = append(mails, m)
	}
	return mails, err
}
