package paper

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// standing are the pages of the site that an entry can lead to by choice, with
// the keys of what they are called.
var standing = []struct{ path, key string }{
	{"/about", "foot.about"}, {"/corrections", "foot.corrections"}, {"/archive", "list.archive"}, {"/newsletter", "foot.newsletter"},
	{"/ethics", "about.ethics"}, {"/privacy", "about.privacy"}, {"/imprint", "about.imprint"},
}

// choices are what can be put into the navigation.
type choices struct {
	sections []news.Section
	topics   []news.Topic
}

func (d *Pages) choices(ctx context.Context) (c choices, err error) {
	if c.sections, err = d.Store.Sections(ctx); err != nil {
		return c, err
	}
	c.topics, err = d.Store.Topics(ctx)
	return c, err
}

// called is what an entry is called in a language; "" where it leads nowhere any
// more.
func (c choices) called(n outlet.NavItem, o outlet.Outlet, lang string) string {
	text := n.Text.In(lang, o.Language)
	switch {
	case n.Section != "":
		i := slices.IndexFunc(c.sections, func(s news.Section) bool { return s.ID == n.Section || s.Slug == n.Section })
		if i < 0 {
			return ""
		}
		return cmp.Or(text, c.sections[i].Name.In(lang, o.Language))
	case n.Topic != "":
		i := slices.IndexFunc(c.topics, func(t news.Topic) bool { return t.ID == n.Topic })
		if i < 0 {
			return ""
		}
		return cmp.Or(text, c.topics[i].Name.In(lang, o.Language))
	case n.Give:
		return cmp.Or(text, locale.For(lang).T("page.give"))
	}
	return text
}

// aim is where an entry leads, in words.
func (v *visit) aim(n outlet.NavItem) string {
	switch {
	case n.Section != "":
		return v.Loc.T("navigation.kind.section")
	case n.Topic != "":
		return v.Loc.T("navigation.kind.topic")
	case n.Give:
		return v.Loc.T("navigation.kind.give")
	}
	return cmp.Or(n.Path, n.URL)
}

// navigation lists its entries, shows what readers see, and takes more.
func (d *Pages) navigation(ctx context.Context, v *visit) (web.Page, error) {
	return d.drawNavigation(ctx, v, nil)
}

func (d *Pages) drawNavigation(ctx context.Context, v *visit, bad fault.Fields) (web.Page, error) {
	c, err := d.choices(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "navigation.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("navigation.say") + v.navPreview(c), Tabs: v.tabs(navPath),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("navigation.entry", "navigation.aim", "sections.order", "sections.down", "navigation.drop"), Empty: v.Loc.T("navigation.none")}}
	for i, n := range v.Outlet.Nav {
		name := c.called(n, v.Outlet, v.Loc.Lang())
		at := navPath + "/" + strconv.Itoa(i+1)
		head := web.Cell{Text: cmp.Or(name, "–"), Href: at, Dir: "auto"}
		if name == "" {
			head.Tag = &web.Tag{Kind: "warn", Text: v.Loc.T("navigation.gone")}
		}
		cells := []web.Cell{head, {Text: v.aim(n), Dir: "auto"}}
		for _, to := range []string{"up", "down", "drop"} {
			cells = append(cells, web.Cell{Button: v.Button("navigation."+to+".act", at+"/move", name, web.HiddenField{Name: "to", Value: to}, web.HiddenField{Name: "was", Value: fingerprint(v.Outlet.Nav)})})
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: cells})
	}
	p.Forms = []web.Form{{ID: "add", Action: navPath, Nonce: v.Nonce(), Submit: v.Loc.T("navigation.add.act"), Errors: desk.ErrorsOf(bad, v.entryOrder()...),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("navigation.add"), Hint: v.Loc.T("navigation.add.hint"), Fields: append([]web.Field{v.aimField(c, v.Field("aim")),
			{Name: "url", Kind: "url", Label: v.Loc.T("navigation.url"), Hint: v.Loc.T("navigation.url.hint"), Value: v.Field("url"), Optional: true, Dir: "ltr"}}, v.labelFields(v.typedWords())...)}}}}
	if len(v.Outlet.Nav) > 0 {
		p.Forms = append(p.Forms, web.Form{ID: "automatic", Action: navPath + "/automatic", Nonce: v.Nonce(), Submit: v.Loc.T("navigation.automatic"), Quiet: true})
	}
	if len(bad) > 0 {
		return v.Again("desk/list", p)
	}
	return v.Draw("desk/list", p)
}

// fingerprint tells one state of the navigation from another, so that a button
// on an old page does not act on another entry than the one beside it.
func fingerprint(nav []outlet.NavItem) string {
	var b strings.Builder
	for _, n := range nav {
		b.WriteString(n.Section + n.Topic + n.Path + n.URL + strconv.FormatBool(n.Give) + ";")
	}
	return web.Hash(b.String())
}

// navPreview writes the navigation down as readers of each language see it.
func (v *visit) navPreview(c choices) string {
	out := ""
	for _, lang := range v.Outlet.Langs() {
		var names []string
		for _, n := range v.Outlet.Nav {
			if name := c.called(n, v.Outlet, lang); name != "" {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			out += "\n\n" + locale.NameOf(lang) + ": " + strings.Join(names, " · ")
		}
	}
	return out
}

func (v *visit) aimField(c choices, value string) web.Field {
	f := web.Field{Name: "aim", Kind: "select", Label: v.Loc.T("navigation.aim"), Value: value}
	for _, b := range tree(c.sections) {
		f.Options = append(f.Options, web.Option{Value: "section:" + b.ID, Text: v.Loc.T("navigation.kind.section") + ": " + v.nameOf(b.Section)})
	}
	for _, t := range c.topics {
		f.Options = append(f.Options, web.Option{Value: "topic:" + t.ID, Text: v.Loc.T("navigation.kind.topic") + ": " + t.Name.In(v.Loc.Lang(), v.Outlet.Language)})
	}
	f.Options = append(f.Options, web.Option{Value: "give", Text: v.Loc.T("navigation.kind.give")})
	for _, s := range standing {
		f.Options = append(f.Options, web.Option{Value: "path:" + s.path, Text: v.Loc.T("navigation.kind.page") + ": " + v.Loc.T(s.key)})
	}
	f.Options = append(f.Options, web.Option{Value: "url", Text: v.Loc.T("navigation.kind.url")})
	return f
}

func (v *visit) labelFields(text outlet.Words) []web.Field {
	var out []web.Field
	for _, lang := range v.Outlet.Langs() {
		out = append(out, web.Field{Name: "text_" + lang, Label: v.Loc.T("navigation.label", "lang", locale.NameOf(lang)), Value: text[lang], Optional: true, Lang: lang, Dir: locale.DirOf(lang)})
	}
	return out
}

func (v *visit) entryOrder() []string {
	order := []string{"aim", "url"}
	for _, lang := range v.Outlet.Langs() {
		order = append(order, "text_"+lang)
	}
	return order
}

func (v *visit) typedWords() outlet.Words { return v.words("text", nil) }

// readEntry makes an entry of the form. A page of ours that was given no name is
// called as the site calls it.
func (v *visit) readEntry() (n outlet.NavItem, bad fault.Fields) {
	n.Text = v.typedWords()
	kind, of, _ := strings.Cut(v.Field("aim"), ":")
	switch kind {
	case "section":
		n.Section = of
	case "topic":
		n.Topic = of
	case "give":
		n.Give = true
	case "path":
		n.Path = of
		for _, s := range standing {
			for _, lang := range v.Outlet.Langs() {
				if s.path == of && n.Text[lang] == "" {
					n.Text[lang] = locale.For(lang).T(s.key)
				}
			}
		}
	case "url":
		n.URL = v.Field("url")
	}
	if len(n.Text) == 0 {
		n.Text = nil
	}
	o := v.Outlet
	o.Nav = []outlet.NavItem{n}
	if found := v.OutletFaults(o.Validate()); found["nav"] != "" {
		bad = fault.Fields{"aim": v.Loc.T("navigation.bad")}
		if kind == "url" && (!strings.HasPrefix(n.URL, "https://") || len(n.URL) < 12) {
			bad = fault.Fields{"url": v.Loc.T("navigation.bad.url")}
		} else if kind == "url" && n.Text == nil {
			bad = fault.Fields{"text_" + v.Outlet.Language: v.Loc.T("navigation.bad.text")}
		}
	}
	return n, bad
}

func (d *Pages) doAddEntry(ctx context.Context, v *visit) (web.Page, error) {
	n, bad := v.readEntry()
	if len(v.Outlet.Nav) >= outlet.NavMost {
		bad = fault.Fields{"aim": v.Loc.N("navigation.full", outlet.NavMost)}
	}
	if len(bad) > 0 {
		return d.drawNavigation(ctx, v, bad)
	}
	return d.changeNav(ctx, v, func(nav []outlet.NavItem) []outlet.NavItem { return append(nav, n) })
}

// changeNav changes the navigation as it is at that moment.
func (d *Pages) changeNav(ctx context.Context, v *visit, change func([]outlet.NavItem) []outlet.NavItem) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		o.Nav = change(slices.Clone(o.Nav))
		return tx.PutOutlet(ctx, v.By(), o)
	})
	return desk.See(navPath + savedNotice), err
}

// number is the entry that an address names, from 0 on.
func (v *visit) number() (int, error) {
	n, err := strconv.Atoi(v.PathValue("n"))
	if err != nil || n < 1 || n > len(v.Outlet.Nav) {
		return 0, fault.New(fault.NotFound, "there is no such entry")
	}
	return n - 1, nil
}

// entry is the form of what one is called.
func (d *Pages) entry(ctx context.Context, v *visit) (web.Page, error) {
	i, err := v.number()
	if err != nil {
		return web.Page{}, err
	}
	c, err := d.choices(ctx)
	if err != nil {
		return web.Page{}, err
	}
	n := v.Outlet.Nav[i]
	f := v.Frame(ctx, "navigation.entry")
	form := web.Form{ID: "entry", Action: navPath + "/" + v.PathValue("n"), Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"),
		Hidden: []web.HiddenField{{Name: "was", Value: fingerprint(v.Outlet.Nav)}}, Groups: []web.FieldGroup{{Hint: v.Loc.T("navigation.add.hint"), Fields: v.labelFields(n.Text)}}}
	return v.Draw("desk/form", web.FormPage{DeskFrame: f, Heading: cmp.Or(c.called(n, v.Outlet, v.Loc.Lang()), f.Title), Intro: v.aim(n), Tabs: v.tabs(navPath), Forms: []web.Form{form}})
}

// stale tells whether the page on which a button stood shows another navigation
// than there is now.
func (v *visit) stale() bool { return v.Field("was") != fingerprint(v.Outlet.Nav) }

func (d *Pages) doEntry(ctx context.Context, v *visit) (web.Page, error) {
	i, err := v.number()
	if err != nil {
		return web.Page{}, err
	}
	if v.stale() {
		return desk.See(navPath + "?not=navigation"), nil
	}
	text := v.words("text", v.Outlet.Nav[i].Text)
	if n := v.Outlet.Nav[i]; len(text) == 0 && (n.Path != "" || n.URL != "") {
		return desk.See(navPath + "/" + v.PathValue("n") + "?not=label"), nil
	}
	return d.changeNav(ctx, v, func(nav []outlet.NavItem) []outlet.NavItem {
		if i < len(nav) {
			nav[i].Text = text
		}
		return nav
	})
}

func (d *Pages) doMoveEntry(ctx context.Context, v *visit) (web.Page, error) {
	i, err := v.number()
	if err != nil {
		return web.Page{}, err
	}
	if v.stale() {
		return desk.See(navPath + "?not=navigation"), nil
	}
	return d.changeNav(ctx, v, func(nav []outlet.NavItem) []outlet.NavItem {
		to := i + map[string]int{"up": -1, "down": 1}[v.Field("to")]
		switch {
		case i >= len(nav):
		case v.Field("to") == "drop":
			return slices.Delete(nav, i, i+1)
		case to >= 0 && to < len(nav):
			nav[i], nav[to] = nav[to], nav[i]
		}
		return nav
	})
}

// doAutomatic gives the navigation back to the sections.
func (d *Pages) doAutomatic(ctx context.Context, v *visit) (web.Page, error) {
	return d.changeNav(ctx, v, func([]outlet.NavItem) []outlet.NavItem { return nil })
}
