package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// tokens lists the keys with which programs come for this person.
func (d *Desk) tokens(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Tokens(ctx, v.Account.ID)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "tokens.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("tokens.say"), Tabs: accountTabs(v, "/desk/account/tokens"),
		Action: &web.Link{Text: v.Loc.T("tokens.new"), Href: "/desk/account/tokens/new"},
		Table:  web.Table{Caption: f.Title, Columns: v.Columns("tokens.name", "tokens.opens", "tokens.used", "tokens.until", "tokens.revoke"), Empty: v.Loc.T("tokens.none")}}
	for _, t := range list {
		p.Table.Rows = append(p.Table.Rows, d.tokenRow(v, f, t))
	}
	return v.Draw("desk/list", p)
}

func (d *Desk) tokenRow(v *Visit, f web.DeskFrame, t store.Token) web.Row {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	used := v.Loc.T("people.never")
	if day, err := time.Parse(time.DateOnly, t.Used); err == nil {
		used = f.On(day)
	}
	until := web.Cell{Text: f.On(t.Ends)}
	if !t.Works(d.Clock.Now()) {
		until.Tag = &web.Tag{Text: v.Loc.T("tokens.over"), Kind: "stop"}
	}
	return web.Row{Cells: []web.Cell{{Text: t.Name, Small: v.Loc.T("tokens.made", "when", f.On(t.Made))}, {Text: strings.Join(scopes, " "), Dir: "ltr"}, {Text: used}, until,
		{Button: v.Button("tokens.revoke", "/desk/account/tokens/"+t.ID+"/revoke", t.Name)}}}
}

// tokenDays are for how long a token may be made.
var tokenDays = []int{7, 30, 90, 180, 365}

func scopeField(s staff.Scope) string { return "scope-" + strings.ReplaceAll(string(s), ":", "-") }

func (d *Desk) newToken(ctx context.Context, v *Visit) (web.Page, error) {
	days := int(staff.TokenUsual / (24 * time.Hour))
	return v.Draw("desk/form", v.newTokenPage(ctx, store.Token{}, days, nil))
}

func (v *Visit) newTokenPage(ctx context.Context, t store.Token, days int, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "tokens.new")
	lasts := web.Field{Name: "days", Kind: "select", Label: v.Loc.T("tokens.days"), Value: strconv.Itoa(days)}
	for _, n := range tokenDays {
		lasts.Options = append(lasts.Options, web.Option{Value: strconv.Itoa(n), Text: v.Loc.N("tokens.for", n)})
	}
	scopes := web.FieldGroup{Legend: v.Loc.T("tokens.opens"), Hint: v.Loc.T("tokens.opens.hint")}
	for _, s := range staff.Scopes() {
		if s.CanUse(v.Person()) {
			scopes.Fields = append(scopes.Fields, web.Field{Name: scopeField(s), Kind: "check", Label: Join(v.Loc.T("scope."+string(s)), string(s)), Checked: slices.Contains(t.Scopes, s)})
		}
	}
	form := web.Form{ID: "token", Action: "/desk/account/tokens/new", Nonce: v.Nonce(), Submit: v.Loc.T("tokens.make"), Errors: ErrorsOf(bad, "", "name", "scopes", "days"),
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "name", Label: v.Loc.T("tokens.name"), Hint: v.Loc.T("tokens.name.hint"), Value: t.Name, Required: true, Dir: "auto"}, lasts}}, scopes}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("tokens.new.say"), Forms: []web.Form{form}, Tabs: accountTabs(v, "/desk/account/tokens")}
}

// doNewToken makes a token and shows it, this once. Its owner gets a mail, for a
// token is another way in.
func (d *Desk) doNewToken(ctx context.Context, v *Visit) (web.Page, error) {
	t := store.Token{Staff: v.Account.ID, Name: news.Line(v.Field("name"))}
	days, err := strconv.Atoi(v.Field("days"))
	if err != nil {
		days = 0
	}
	t.Ends = d.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)
	for _, s := range staff.Scopes() {
		if v.Field(scopeField(s)) != "" && s.CanUse(v.Person()) {
			t.Scopes = append(t.Scopes, s)
		}
	}
	var secret string
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if secret, err = tx.MakeToken(ctx, v.By(), t); err != nil {
			return err
		}
		return d.warn(ctx, tx, v, v.Account.Person, "token", t.Name)
	})
	if bad := v.tokenFaults(err); len(bad) > 0 {
		return v.Again("desk/form", v.newTokenPage(ctx, t, days, bad))
	}
	if err != nil {
		return web.Page{}, err
	}
	return d.showOnce(ctx, v, "tokens.heading", t.Name, "tokens.secret", secret, v.Loc.T("tokens.secret.say"), "/desk/account/tokens")
}

// tokenFaults translates what is wrong with a token.
func (v *Visit) tokenFaults(err error) fault.Fields {
	fields, ok := err.(fault.Fields)
	if !ok {
		return nil
	}
	out := fault.Fields{}
	for name := range fields {
		out[name] = v.Loc.T("tokens.bad." + name)
	}
	return out
}

// showOnce shows a secret that is never shown again.
func (d *Desk) showOnce(ctx context.Context, v *Visit, title, heading, name, secret, say, back string) (web.Page, error) {
	f := v.Frame(ctx, title)
	f.Notice = nil
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: heading, Back: &web.Link{Text: v.Loc.T("tokens.kept"), Href: back},
		Panels: []web.Panel{{ID: "secret", Heading: v.Loc.T(name), Text: say, Facts: []web.Fact{{Name: v.Loc.T(name), Value: secret}}}}})
}

func (d *Desk) doRevokeToken(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.RevokeToken(ctx, v.By(), v.Account.ID, v.PathValue("token")) })
	return See("/desk/account/tokens?done=token_revoked"), err
}

func (d *Desk) tokenRoutes() []Route {
	return []Route{
		{Pattern: "GET /desk/account/tokens", Page: d.tokens},
		{Pattern: "GET /desk/account/tokens/new", Page: d.newToken, Prove: true},
		{Pattern: "POST /desk/account/tokens/new", Page: d.doNewToken, Prove: true},
		{Pattern: "POST /desk/account/tokens/{token}/revoke", Page: d.doRevokeToken},
	}
}
