package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// settings shows what a publisher decides about the newsroom.
func (d *Desk) settings(ctx context.Context, v *Visit) (web.Page, error) {
	return v.Draw("desk/form", d.settingsPage(ctx, v, v.Outlet, nil))
}

// line is a text field of the settings: its name, which is that of the JSON
// field, and where its value is.
type line struct {
	name  string
	value func(*outlet.Outlet) *string
	ltr   bool
}

var nameLines = []line{
	{"name", func(o *outlet.Outlet) *string { return &o.Name }, false},
	{"short_name", func(o *outlet.Outlet) *string { return &o.ShortName }, false},
	{"base_url", func(o *outlet.Outlet) *string { return &o.BaseURL }, true},
	{"zone", func(o *outlet.Outlet) *string { return &o.Zone }, true},
	{"currency", func(o *outlet.Outlet) *string { return &o.Currency }, true},
}

var legalLines = []line{
	{"legal_name", func(o *outlet.Outlet) *string { return &o.LegalName }, false},
	{"editor", func(o *outlet.Outlet) *string { return &o.Editor }, false},
	{"email", func(o *outlet.Outlet) *string { return &o.Email }, true},
	{"security", func(o *outlet.Outlet) *string { return &o.Security }, true},
	{"licence_name", func(o *outlet.Outlet) *string { return &o.LicenceName }, false},
	{"licence_url", func(o *outlet.Outlet) *string { return &o.LicenceURL }, true},
}

// text is a text of the settings in each of the outlet's languages.
type text struct {
	name  string
	value func(*outlet.Outlet) *outlet.Words
	rows  int // 0 is one line
}

var texts = []text{
	{"motto", func(o *outlet.Outlet) *outlet.Words { return &o.Motto }, 0},
	{"founded", func(o *outlet.Outlet) *outlet.Words { return &o.Founded }, 2},
	{"give_note", func(o *outlet.Outlet) *outlet.Words { return &o.GiveNote }, 3},
	{"refused", func(o *outlet.Outlet) *outlet.Words { return &o.Refused }, 4},
	{"independence", func(o *outlet.Outlet) *outlet.Words { return &o.Independence }, 4},
}

// required are the fields that can't stay empty.
var required = []string{"name", "zone", "currency"}

// identityLines are how the outlet calls itself in one of its further languages.
var identityLines = []struct {
	name  string
	value func(*outlet.Identity) *string
	rows  int
}{
	{"name", func(i *outlet.Identity) *string { return &i.Name }, 0},
	{"short_name", func(i *outlet.Identity) *string { return &i.ShortName }, 0},
	{"legal_name", func(i *outlet.Identity) *string { return &i.LegalName }, 0},
	{"editor", func(i *outlet.Identity) *string { return &i.Editor }, 0},
	{"address", func(i *outlet.Identity) *string { return &i.Address }, 3},
}

func (d *Desk) settingsPage(ctx context.Context, v *Visit, o outlet.Outlet, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "nav.settings")
	form := web.Form{ID: "outlet", Action: "/desk/settings", Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: ErrorsOf(bad, settingsOrder(o)...)}
	form.Groups = []web.FieldGroup{
		{Legend: v.Loc.T("settings.paper"), Fields: append(v.lines(nameLines, &o), v.robotsField(o), v.historyField(o), v.ownWorkField(o))},
		{Legend: v.Loc.T("settings.legal"), Fields: append(v.lines(legalLines, &o), web.Field{Name: "address", Kind: "area", Rows: 3,
			Label: v.Loc.T("settings.address"), Value: o.Address, Optional: true, Dir: "auto"})},
	}
	for _, lang := range o.Langs() {
		form.Groups = append(form.Groups, v.textsGroup(&o, lang))
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Tabs: v.SettingsTabs("/desk/settings"), Forms: []web.Form{form}}
}

func settingsOrder(o outlet.Outlet) []string {
	var order []string
	for _, l := range slices.Concat(nameLines, legalLines) {
		order = append(order, l.name)
	}
	return append(order, "robots", "address")
}

func (v *Visit) lines(list []line, o *outlet.Outlet) []web.Field {
	var out []web.Field
	for _, l := range list {
		f := web.Field{Name: l.name, Label: v.Loc.T("settings." + l.name), Value: *l.value(o), Dir: "auto", Required: slices.Contains(required, l.name)}
		f.Optional = !f.Required
		if hint := "settings." + l.name + ".hint"; v.Loc.Has(hint) {
			f.Hint = v.Loc.T(hint)
		}
		if l.ltr {
			f.Dir = "ltr"
		}
		out = append(out, f)
	}
	return out
}

func (v *Visit) robotsField(o outlet.Outlet) web.Field {
	f := web.Field{Name: "robots", Kind: "radio", Label: v.Loc.T("settings.robots"), Hint: v.Loc.T("settings.robots.hint"), Value: string(o.Robots)}
	for _, r := range []outlet.Robots{outlet.RobotsOpen, outlet.RobotsNoTrain, outlet.RobotsNoModels} {
		f.Options = append(f.Options, web.Option{Value: string(r), Text: v.Loc.T("settings.robots." + string(r))})
	}
	return f
}

func (v *Visit) ownWorkField(o outlet.Outlet) web.Field {
	return web.Field{Name: "own_work", Kind: "check", Label: v.Loc.T("settings.own_work"), Hint: v.Loc.T("settings.own_work.hint"), Checked: o.OwnWork}
}

func (v *Visit) historyField(o outlet.Outlet) web.Field {
	return web.Field{Name: "history", Kind: "check", Label: v.Loc.T("settings.history"), Hint: v.Loc.T("settings.history.hint"), Checked: !o.NoHistory}
}

func (v *Visit) textsGroup(o *outlet.Outlet, lang string) web.FieldGroup {
	g := web.FieldGroup{Legend: v.Loc.T("settings.texts", "lang", locale.NameOf(lang))}
	if id := o.Identities[lang]; lang != o.Language {
		g.Hint = v.Loc.T("settings.identity.hint")
		for _, l := range identityLines {
			f := web.Field{Name: l.name + "_" + lang, Label: v.Loc.T("settings." + l.name), Value: *l.value(&id), Optional: true, Lang: lang, Dir: locale.DirOf(lang), Rows: l.rows}
			if l.rows > 0 {
				f.Kind = "area"
			}
			g.Fields = append(g.Fields, f)
		}
	}
	for _, t := range texts {
		f := web.Field{Name: t.name + "_" + lang, Label: v.Loc.T("settings." + t.name), Value: (*t.value(o))[lang], Optional: true,
			Lang: lang, Dir: locale.DirOf(lang), Rows: t.rows}
		if t.rows > 0 {
			f.Kind = "area"
		}
		g.Fields = append(g.Fields, f)
	}
	return g
}

// doSettings keeps what was filled in, or shows it again with what is wrong.
func (d *Desk) doSettings(ctx context.Context, v *Visit) (web.Page, error) {
	o := v.readOutlet()
	done, err := d.movedAway(ctx, v, o)
	if err == nil {
		err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutOutlet(ctx, v.By(), o) })
	}
	if bad := v.OutletFaults(err); len(bad) > 0 {
		return v.Again("desk/form", d.settingsPage(ctx, v, o, bad))
	}
	return See("/desk/settings?done=" + done), err
}

// movedAway tells what to say once the settings are kept: passkeys do not follow
// to another name.
func (d *Desk) movedAway(ctx context.Context, v *Visit, to outlet.Outlet) (done string, err error) {
	was, _ := v.keySite()
	will, why := passkey.At(to.BaseURL, v.Host, to.Name)
	if was.ID == "" || why == "" && was.ID == will.ID {
		return "saved", nil
	}
	behind, err := d.Store.CountPasskeys(ctx, was.ID)
	if behind == 0 {
		return "saved", err
	}
	return "moved", err
}

// readOutlet puts the form's values over the settings that are kept.
func (v *Visit) readOutlet() outlet.Outlet {
	o := v.Outlet
	o.OwnWork = v.Field("own_work") != ""
	for _, l := range slices.Concat(nameLines, legalLines) {
		*l.value(&o) = v.Field(l.name)
	}
	o.Currency, o.Address = strings.ToUpper(o.Currency), v.Field("address")
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	o.Robots, o.NoHistory = outlet.Robots(v.Field("robots")), v.Field("history") == ""
	o.Identities = v.readIdentities()
	for _, t := range texts {
		words := outlet.Words{}
		for lang, was := range *t.value(&v.Outlet) {
			words[lang] = was
		}
		for _, lang := range v.Outlet.Langs() {
			if words[lang] = v.Field(t.name + "_" + lang); words[lang] == "" {
				delete(words, lang)
			}
		}
		*t.value(&o) = words
	}
	return o
}

// readIdentities puts the form's names over those that are kept; what is as in
// the first language is left out.
func (v *Visit) readIdentities() map[string]outlet.Identity {
	out := map[string]outlet.Identity{}
	for lang, id := range v.Outlet.Identities {
		out[lang] = id
	}
	for _, lang := range v.Outlet.Languages {
		var id outlet.Identity
		for _, l := range identityLines {
			*l.value(&id) = v.Field(l.name + "_" + lang)
		}
		delete(out, lang)
		if id != (outlet.Identity{}) {
			out[lang] = id
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// refusals are the sentences of the catalogue to what the store refuses of
// settings that would be in order by themselves.
var refusals = map[string]string{store.CurrencyBooked: "settings.no.currency", store.LanguageInUse: "settings.no.language",
	store.LanguageStories: "settings.no.languages", store.LanguageClash: "settings.no.clash"}

// OutletFaults are what is wrong with an outlet's settings, in the person's
// language.
func (v *Visit) OutletFaults(err error) fault.Fields {
	bad := fault.Fields{}
	var found fault.Fields
	if errors.As(err, &found) {
		for name, say := range found {
			key := "settings.bad." + name
			if other, ok := refusals[say]; ok {
				key = other
			}
			if !v.Loc.Has(key) { // a colour
				key = "look.bad"
			}
			bad[name] = v.Loc.T(key)
		}
	}
	return bad
}

// SettingsTabs are the pages of settings that this person may open.
func (v *Visit) SettingsTabs(current string) []web.Tab {
	var tabs []web.Tab
	for _, e := range []entry{{"nav.settings", "/desk/settings", Only(staff.Outlet)}, {"addresses.heading", "/desk/settings/addresses", Only(staff.Outlet)},
		{"look.heading", "/desk/settings/look", Only(staff.Outlet)}, {"retention.heading", "/desk/settings/retention", Only(staff.Outlet)},
		{"wording.heading", "/desk/settings/wording", Only(staff.Outlet)}, {"nav.mail", "/desk/settings/mail", Only(staff.Operate)}} {
		if v.MayOpen(e.may) {
			tabs = append(tabs, web.Tab{Text: v.Loc.T(e.key), Href: e.href, Current: e.href == current})
		}
	}
	return tabs
}
