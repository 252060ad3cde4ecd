package paper

import (
	"context"
	"errors"
	"io"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// look shows the colours of the readers' pages, and the pictures of the
// newsroom's name.
func (d *Pages) look(ctx context.Context, v *visit) (web.Page, error) {
	return v.Draw("desk/form", v.lookPage(ctx, v.Outlet.Look, nil, nil))
}

// colourFields are the names of the form, which are those of the faults.
var colourFields = []string{"light_accent", "light_paper", "dark_accent", "dark_paper"}

// colour is where one of them is kept.
func colour(l *outlet.Look, field string) *string {
	scheme, which, _ := strings.Cut(field, "_")
	p := l.Palette(outlet.Scheme(scheme))
	if which == "paper" {
		return &p.Paper
	}
	return &p.Accent
}

func (v *visit) lookPage(ctx context.Context, l outlet.Look, bad, badPicture fault.Fields) web.FormPage {
	f := v.Frame(ctx, "look.heading")
	form := web.Form{ID: "look", Action: lookPath, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: desk.ErrorsOf(bad, colourFields...)}
	verdicts := v.verdicts(l)
	for _, s := range outlet.Schemes() {
		g := web.FieldGroup{Legend: v.Loc.T("look." + string(s)), Hint: v.Loc.T("look.hint")}
		for _, which := range []string{"accent", "paper"} {
			name := string(s) + "_" + which
			g.Fields = append(g.Fields, web.Field{Name: name, Label: v.Loc.T("look." + which), Hint: verdicts[name], Value: *colour(&l, name), Optional: true, Dir: "ltr"})
		}
		form.Groups = append(form.Groups, g)
	}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("look.say"), Tabs: v.SettingsTabs(lookPath), Forms: []web.Form{form, v.pictureForm(badPicture)}}
	for _, kind := range pictures {
		if file := *kind.of(&v.Outlet.Look); file != nil {
			p.Panels = append(p.Panels, web.Panel{ID: kind.name, Heading: v.Loc.T("look.picture." + kind.name), Links: []web.Link{{Text: file.Name, Href: file.Path()}},
				Facts:   []web.Fact{{Name: v.Loc.T("look.size"), Value: v.Loc.Number(int64(file.Width)) + " × " + v.Loc.Number(int64(file.Height))}},
				Buttons: []web.PostButton{*v.Button("look.drop", lookPath+"/drop", v.Loc.T("look.picture."+kind.name), web.HiddenField{Name: "kind", Value: kind.name})}})
		}
	}
	return p
}

// verdicts say of each colour what contrast it has, and whether it is the
// house's.
func (v *visit) verdicts(l outlet.Look) map[string]string {
	out := map[string]string{}
	for _, x := range l.Check() {
		name := string(x.Scheme) + "_" + x.Field
		key := "look.contrast"
		if *colour(&l, name) == "" {
			key = "look.contrast.house"
		}
		out[name] = v.Loc.T(key, "colour", ltr(x.Colour.String()), "ratio", v.ratio(x.Contrast))
	}
	return out
}

// ltr keeps the sign at the head of a colour there, also in a line that runs from
// right to left (Unicode UAX 9, isolates).
func ltr(colour string) string { return "\u2066" + colour + "\u2069" }

// ratio writes a contrast with one decimal, rounded down: what falls short must
// not look as if it did not.
func (v *visit) ratio(x float64) string { return v.Loc.Tenths(int(x * 10)) }

// lookFaults are what is wrong with the colours, with figures and with colours
// that would do.
func (v *visit) lookFaults(l outlet.Look, err error) fault.Fields {
	var found fault.Fields
	if !errors.As(err, &found) {
		return nil
	}
	bad := fault.Fields{}
	for field := range found {
		bad[field] = v.Loc.T("look.bad")
	}
	for _, x := range l.Check() {
		name := string(x.Scheme) + "_" + x.Field
		if _, is := found[name]; !is || x.OK {
			continue
		}
		key := "look.bad.contrast"
		if x.Nearest == "" {
			key = "look.bad.none"
		}
		bad[name] = v.Loc.T(key, "colour", ltr(x.Colour.String()), "ratio", v.ratio(x.Contrast), "nearest", ltr(x.Nearest))
	}
	return bad
}

func (d *Pages) doLook(ctx context.Context, v *visit) (web.Page, error) {
	var typed outlet.Look
	for _, name := range colourFields {
		text := v.Field(name)
		if c, ok := outlet.ParseColour(text); ok {
			text = c.String()
		}
		*colour(&typed, name) = text
	}
	err := d.changeLook(ctx, v, func(l *outlet.Look, _ *store.Tx) error {
		l.Light, l.Dark = typed.Light, typed.Dark
		return nil
	})
	if bad := v.lookFaults(typed, err); len(bad) > 0 {
		return v.Again("desk/form", v.lookPage(ctx, typed, bad, nil))
	}
	return desk.See(lookPath + savedNotice), err
}

// changeLook changes the look as it is at that moment.
func (d *Pages) changeLook(ctx context.Context, v *visit, change func(l *outlet.Look, tx *store.Tx) error) error {
	return d.Store.Write(ctx, func(tx *store.Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		if err := change(&o.Look, tx); err != nil {
			return err
		}
		return tx.PutOutlet(ctx, v.By(), o)
	})
}

// pictures are the pictures of the outlet itself that can be brought in.
var pictures = []struct {
	name string
	of   func(*outlet.Look) **outlet.File
}{
	{store.FileLogo, func(l *outlet.Look) **outlet.File { return &l.Logo }},
	{store.FileLogoDark, func(l *outlet.Look) **outlet.File { return &l.LogoDark }},
	{store.FileIcon, func(l *outlet.Look) **outlet.File { return &l.Icon }},
}

func pictureOf(l *outlet.Look, name string) **outlet.File {
	for _, p := range pictures {
		if p.name == name {
			return p.of(l)
		}
	}
	return nil
}

func (v *visit) pictureForm(bad fault.Fields) web.Form {
	kind := web.Field{Name: "kind", Kind: "radio", Label: v.Loc.T("look.kind"), Value: store.FileLogo}
	for _, p := range pictures {
		kind.Options = append(kind.Options, web.Option{Value: p.name, Text: v.Loc.T("look.picture." + p.name), Hint: v.Loc.T("look.picture." + p.name + ".hint")})
	}
	if chosen := v.Field("kind"); chosen != "" {
		kind.Value = chosen
	}
	return web.Form{ID: "picture", Action: lookPath + "/picture", Nonce: v.Nonce(), Submit: v.Loc.T("look.picture.act"), Quiet: true, Errors: desk.ErrorsOf(bad, "kind", "file"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("look.pictures"), Fields: []web.Field{kind,
			{Name: "file", Kind: "file", Label: v.Loc.T("look.file"), Hint: v.Loc.T("look.file.hint"), Required: true}}}}}
}

// The largest picture of a name, and the sides of icons, in pixels: twice what
// pages show it at.
var logoMost = media.Size{Width: 1200, Height: 240}

const iconSide, touchSide = 96, 180

// doPicture takes a picture of the newsroom's name, or its icon.
func (d *Pages) doPicture(ctx context.Context, v *visit) (web.Page, error) {
	into := pictureOf(&outlet.Look{}, v.Field("kind"))
	made, err := v.emblems()
	if into == nil || fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.TooLarge {
		return v.Again("desk/form", v.lookPage(ctx, v.Outlet.Look, nil, fault.Fields{"file": v.Loc.T("look.bad.file")}))
	}
	if err != nil {
		return web.Page{}, err
	}
	err = d.changeLook(ctx, v, func(l *outlet.Look, tx *store.Tx) error {
		for kind, r := range made {
			file, err := tx.PutOutletFile(ctx, kind, r.Ext, r.Width, r.Height, r.Data)
			if err != nil {
				return err
			}
			if kind == store.FileTouch {
				l.Touch = file
			} else {
				*pictureOf(l, kind) = file
			}
		}
		return nil
	})
	return desk.See(lookPath + savedNotice), err
}

// emblems makes what is needed of the file that was sent.
func (v *visit) emblems() (map[string]media.Rendition, error) {
	file, _, err := v.FormFile("file")
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "no file came")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, media.EmblemLimits.Bytes+1))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file can't be read")
	}
	out, kind := map[string]media.Rendition{}, v.Field("kind")
	if kind != store.FileIcon {
		out[kind], err = media.Emblem(data, logoMost)
		return out, err
	}
	if out[kind], err = media.Icon(data, iconSide, false); err == nil {
		out[store.FileTouch], err = media.Icon(data, touchSide, true)
	}
	return out, err
}

func (d *Pages) doDropPicture(ctx context.Context, v *visit) (web.Page, error) {
	kind := v.Field("kind")
	if pictureOf(&outlet.Look{}, kind) == nil {
		return web.Page{}, fault.New(fault.NotFound, "there is no such picture")
	}
	err := d.changeLook(ctx, v, func(l *outlet.Look, tx *store.Tx) error {
		*pictureOf(l, kind) = nil
		if kind == store.FileIcon {
			l.Touch = nil
			if err := tx.DropOutletFile(ctx, store.FileTouch); err != nil {
				return err
			}
		}
		return tx.DropOutletFile(ctx, kind)
	})
	return desk.See(lookPath + savedNotice), err
}
