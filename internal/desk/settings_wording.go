package desk

import (
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// worded are the mails whose sentences the newsroom may choose: those to donors, but
// for mails without any sentence of the catalogue.
func worded() []string {
	return slices.DeleteFunc(web.MailKinds(), func(name string) bool {
		return slices.Contains([]string{"mail/staff", "mail/security", "mail/article"}, name) || len(web.MailKeys(name)) == 0
	})
}

// wordings lists the mails, each by the subject that it has.
func (d *Desk) wordings(ctx context.Context, v *Visit) (web.Page, error) {
	f := v.Frame(ctx, "wording.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("wording.say"), Tabs: v.SettingsTabs("/desk/settings/wording"),
		Table: web.Table{Caption: f.Title, Columns: v.Columns("wording.subject", "wording.languages")}}
	for _, name := range worded() {
		subject, _ := v.Loc.Sentence(web.MailKeys(name)[0])
		row := web.Row{Cells: []web.Cell{{Text: subject, Href: wordingPath(name, v.Loc.Lang())}, {}}}
		var own []string
		for _, lang := range locale.Languages() {
			w, err := d.Store.Wording(ctx, lang)
			if err != nil {
				return web.Page{}, err
			}
			if slices.ContainsFunc(web.MailKeys(name), func(key string) bool { return w[key] != "" }) {
				own = append(own, locale.For(lang).Name())
			}
		}
		row.Cells[1].Text = v.Loc.List(own)
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return v.Draw("desk/list", p)
}

func wordingPath(name, lang string) string {
	return "/desk/settings/wording/" + strings.TrimPrefix(name, "mail/") + "?lang=" + lang
}

// mailOf is the mail and the language that an address names.
func (v *Visit) mailOf() (name, lang string, err error) {
	name, lang = "mail/"+v.PathValue("kind"), v.URL.Query().Get("lang")
	if lang == "" {
		lang = v.Loc.Lang()
	}
	if !slices.Contains(worded(), name) || !slices.Contains(locale.Languages(), lang) {
		return "", "", fault.New(fault.NotFound, "")
	}
	return name, lang, nil
}

// wording shows the sentences of one mail in one language, beside the mail.
func (d *Desk) wording(ctx context.Context, v *Visit) (web.Page, error) {
	name, lang, err := v.mailOf()
	if err != nil {
		return web.Page{}, err
	}
	own, err := d.Store.Wording(ctx, lang)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.wordingPage(ctx, v, name, lang, own, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", p)
}

func (d *Desk) wordingPage(ctx context.Context, v *Visit, name, lang string, own locale.Wording, bad fault.Fields) (web.FormPage, error) {
	f := v.Frame(ctx, "wording.heading")
	l := locale.For(lang)
	keys := web.MailKeys(name)
	form := web.Form{ID: "wording", Action: wordingPath(name, lang), Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: ErrorsOf(bad, keys...)}
	group := web.FieldGroup{Hint: v.Loc.T("wording.hint")}
	for _, key := range keys {
		base, one := l.Sentence(key)
		if !one {
			continue
		}
		group.Fields = append(group.Fields, web.Field{Name: key, Kind: "area", Rows: 2, Label: base, Value: own[key], Optional: true, Lang: lang, Dir: l.Dir()})
	}
	form.Groups = []web.FieldGroup{group}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
	for _, other := range locale.Languages() {
		p.Tabs = append(p.Tabs, web.Tab{Text: locale.For(other).Name(), Href: wordingPath(name, other), Current: other == lang})
	}
	letter, err := d.sample(v, name, lang, own)
	if err != nil {
		return p, err
	}
	p.Panels = []web.Panel{{ID: "preview", Heading: v.Loc.T("wording.preview"), Text: letter.Subject + "\n\n" + letter.Text,
		Links: []web.Link{{Text: v.Loc.T("wording.html"), Href: strings.Replace(wordingPath(name, lang), "?", "/preview?", 1)}}}}
	return p, nil
}

// sample is the mail with made-up values.
func (d *Desk) sample(v *Visit, name, lang string, own locale.Wording) (web.Letter, error) {
	frame := web.MailFrame{Locale: locale.For(lang).With(own), Outlet: publisher(v.Outlet), Zone: v.Outlet.Location()}
	return d.Templates.Mail(name, web.MailSample(name, frame, v.Outlet.Currency, d.Money.Now()))
}

// wordingPreview is the mail as mail programs show it, at an address of its own
// with a policy of its own: nothing in it runs or is fetched.
func (d *Desk) wordingPreview(ctx context.Context, v *Visit) (web.Page, error) {
	name, lang, err := v.mailOf()
	if err != nil {
		return web.Page{}, err
	}
	own, err := d.Store.Wording(ctx, lang)
	if err != nil {
		return web.Page{}, err
	}
	letter, err := d.sample(v, name, lang, own)
	return web.Page{Body: []byte(letter.HTML), CSP: "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"}, err
}

// doWording keeps the sentences; those that can't be used come back with what
// is wrong with each, and nothing is kept.
func (d *Desk) doWording(ctx context.Context, v *Visit) (web.Page, error) {
	name, lang, err := v.mailOf()
	if err != nil {
		return web.Page{}, err
	}
	change, bad := locale.Wording{}, fault.Fields{}
	for _, key := range web.MailKeys(name) {
		if _, one := locale.For(lang).Sentence(key); !one {
			continue
		}
		change[key] = strings.Join(strings.Fields(v.PostForm.Get(key)), " ")
		if err := locale.For(lang).CheckWording(key, change[key]); err != nil {
			base, _ := locale.For(lang).Sentence(key)
			bad[key] = v.Loc.T("wording.bad", "places", strings.Join(locale.Places(base), " "))
		}
	}
	if len(bad) > 0 {
		p, err := d.wordingPage(ctx, v, name, lang, change, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/form", p)
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutWording(ctx, v.By(), lang, change) })
	return See(wordingPath(name, lang) + "&done=saved"), err
}
