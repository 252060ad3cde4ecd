package money

import (
	"context"
	"errors"
	"strconv"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

const defencePath = "/desk/money/defence"

// guardLine is a number of the settings: its name, which is that of the JSON
// field, and where its value is.
type guardLine struct {
	name string
	get  func(*guard.Settings) int64
	set  func(*guard.Settings, int64)
	hint bool
}

func whole(name string, at func(*guard.Settings) *int, hint bool) guardLine {
	return guardLine{name, func(s *guard.Settings) int64 { return int64(*at(s)) }, func(s *guard.Settings, n int64) { *at(s) = int(n) }, hint}
}

var (
	limitLines = []guardLine{
		whole("per_network", func(s *guard.Settings) *int { return &s.PerNetwork }, true),
		whole("overall", func(s *guard.Settings) *int { return &s.Overall }, true),
		whole("failures", func(s *guard.Settings) *int { return &s.Failures }, true),
		whole("prove_after", func(s *guard.Settings) *int { return &s.ProveAfter }, false),
		whole("close_network", func(s *guard.Settings) *int { return &s.CloseNetwork }, false),
		whole("close_all", func(s *guard.Settings) *int { return &s.CloseAll }, true),
	}
	waitLines = []guardLine{
		whole("hold_hours", func(s *guard.Settings) *int { return &s.HoldHours }, false),
		whole("hold_at", func(s *guard.Settings) *int { return &s.HoldAt }, false),
		{"warn_cap", func(s *guard.Settings) int64 { return s.WarnCap }, func(s *guard.Settings, n int64) { s.WarnCap = n }, true},
	}
)

// defence shows the settings against card testing.
func (d *Pages) defence(ctx context.Context, v *visit) (web.Page, error) {
	set, err := d.Store.GuardSettings(ctx)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", d.defencePage(ctx, v, set, nil))
}

func (d *Pages) defencePage(ctx context.Context, v *visit, set guard.Settings, faults fault.Fields) web.FormPage {
	f := v.Frame(ctx, "guard.set.heading")
	form := web.Form{ID: "guard", Action: defencePath, Nonce: v.Nonce(), Submit: v.Loc.T("guard.set.keep"), Groups: []web.FieldGroup{
		{Legend: v.Loc.T("guard.set.limits"), Fields: v.guardFields(limitLines, set)},
		{Legend: v.Loc.T("guard.set.waiting"), Fields: v.guardFields(waitLines, set)},
	}}
	for _, l := range append(limitLines[:len(limitLines):len(limitLines)], waitLines...) {
		if _, bad := faults[l.name]; bad {
			form.Errors = append(form.Errors, web.FieldError{Field: l.name, Say: v.Loc.T("guard.set.bad")})
		}
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("guard.set.say"), Forms: []web.Form{form}}
}

func (v *visit) guardFields(lines []guardLine, set guard.Settings) (out []web.Field) {
	for _, l := range lines {
		field := web.Field{Name: l.name, Label: v.Loc.T("guard.set." + l.name), Kind: "number", InputMode: "numeric", Value: strconv.FormatInt(l.get(&set), 10), Required: true, Dir: "ltr"}
		if l.hint {
			field.Hint = v.Loc.T("guard.set." + l.name + ".hint")
		}
		out = append(out, field)
	}
	return out
}

func (d *Pages) doDefence(ctx context.Context, v *visit) (web.Page, error) {
	var set guard.Settings
	faults := fault.Fields{}
	for _, l := range append(limitLines[:len(limitLines):len(limitLines)], waitLines...) {
		n, err := strconv.ParseInt(v.Field(l.name), 10, 32)
		if err != nil {
			faults[l.name] = ""
		}
		l.set(&set, n)
	}
	var more fault.Fields
	if errors.As(set.Validate(), &more) {
		for name := range more {
			faults[name] = ""
		}
	}
	if len(faults) > 0 {
		return v.Again("desk/form", d.defencePage(ctx, v, set, faults))
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, v.By(), guard.Setting, set); err != nil {
			return err
		}
		tx.Touch("settings")
		return nil
	})
	if err != nil {
		return web.Page{}, err
	}
	return desk.See(defencePath + "?done=saved"), nil
}
