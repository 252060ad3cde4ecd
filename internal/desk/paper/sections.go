package paper

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// branch is a section with how deep it stands below others.
type branch struct {
	news.Section
	depth int
}

// tree lists sections in their order, each with those below it after it. One
// whose parent is not there, or that stands in a circle, is a root.
func tree(all []news.Section) []branch {
	var out []branch
	seen := map[string]bool{}
	var grow func(parent string, depth int)
	grow = func(parent string, depth int) {
		for _, v := range all {
			if v.Parent == parent && !seen[v.ID] {
				seen[v.ID] = true
				out = append(out, branch{v, depth})
				grow(v.ID, depth+1)
			}
		}
	}
	grow("", 0)
	for _, v := range all {
		if !seen[v.ID] {
			seen[v.ID] = true
			out = append(out, branch{v, 0})
			grow(v.ID, 1)
		}
	}
	return out
}

func (v *visit) nameOf(s news.Section) string {
	return cmp.Or(s.Name.In(v.Loc.Lang(), v.Outlet.Language), s.Slug)
}

// sections lists them in their order, with how many stories each has.
func (d *Pages) sections(ctx context.Context, v *visit) (web.Page, error) {
	all, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	counts, err := d.Store.SectionCounts(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "sections.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("sections.say"), Tabs: v.tabs(sectionsPath),
		Action: &web.Link{Text: v.Loc.T("sections.new"), Href: sectionsPath + "/new"},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("sections.name", "sections.public", "sections.work", "sections.order", "sections.down"), Empty: v.Loc.T("sections.none"),
			Start: &web.Link{Text: v.Loc.T("sections.new"), Href: sectionsPath + "/new"}}}
	p.Table.Columns[1].Num, p.Table.Columns[2].Num = true, true
	for _, b := range tree(all) {
		name := v.nameOf(b.Section)
		head := web.Cell{Text: name, Href: sectionsPath + "/" + b.ID, Small: "/sections/" + b.Slug, Dir: "auto"}
		if up := slices.IndexFunc(all, func(x news.Section) bool { return x.ID == b.Parent }); up >= 0 {
			head.Small = v.Loc.T("sections.below", "section", v.nameOf(all[up])) + " · " + head.Small
		}
		c := counts[b.ID]
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{head, {Text: v.Loc.Number(c.Public)}, {Text: v.Loc.Number(c.Work)},
			{Button: v.Button("sections.up", sectionsPath+"/"+b.ID+"/move", name, web.HiddenField{Name: "to", Value: "up"})},
			{Button: v.Button("sections.down", sectionsPath+"/"+b.ID+"/move", name, web.HiddenField{Name: "to", Value: "down"})}}})
	}
	if p.Intro, err = d.underWay(ctx, v, all, p.Intro); err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/list", p)
}

// underWay adds what is on its way from one section to another.
func (d *Pages) underWay(ctx context.Context, v *visit, all []news.Section, intro string) (string, error) {
	moving, err := d.Store.Moving(ctx)
	for _, m := range moving {
		intro += "\n\n" + v.Loc.T("sections.moving", "section", v.SectionName(m.Into, all), "done", v.Loc.Number(max(0, m.Total-m.Left)), "total", v.Loc.Number(m.Total))
	}
	return intro, err
}

// doMoveSection puts a section before or after its neighbour below the same one.
func (d *Pages) doMoveSection(ctx context.Context, v *visit) (web.Page, error) {
	step := 1
	if v.Field("to") == "up" {
		step = -1
	}
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(x news.Section) bool { return x.ID == v.PathValue("id") })
		if at < 0 {
			return fault.New(fault.NotFound, "there is no such section")
		}
		to := at + step
		for to >= 0 && to < len(all) && all[to].Parent != all[at].Parent {
			to += step
		}
		if to < 0 || to >= len(all) {
			return nil
		}
		all[at], all[to] = all[to], all[at]
		ids := make([]string, len(all))
		for i, x := range all {
			ids[i] = x.ID
		}
		return tx.OrderSections(ctx, v.By(), ids)
	})
	return desk.See(sectionsPath), err
}

func (d *Pages) newSection(ctx context.Context, v *visit) (web.Page, error) {
	return d.drawSection(ctx, v, news.Section{}, nil)
}

func (d *Pages) section(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.Store.Section(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	if s.ID != v.PathValue("id") { // it was merged
		return desk.See(sectionsPath + "/" + s.ID), nil
	}
	return d.drawSection(ctx, v, s, nil)
}

// drawSection is the form of a section, and for one that there is the form that
// ends it.
func (d *Pages) drawSection(ctx context.Context, v *visit, s news.Section, bad fault.Fields) (web.Page, error) {
	all, err := d.Store.Sections(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f, action := v.Frame(ctx, "sections.new"), sectionsPath+"/new"
	if s.ID != "" {
		action = sectionsPath + "/" + s.ID
		f.Title = v.nameOf(s)
	}
	form := web.Form{ID: "section", Action: action, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Errors: desk.ErrorsOf(bad, v.sectionOrder()...), Groups: v.sectionGroups(s, all)}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Tabs: v.tabs(sectionsPath), Forms: []web.Form{form}}
	if s.ID != "" {
		n, err := d.endForms(ctx, v, s, all, bad)
		if err != nil {
			return web.Page{}, err
		}
		p.Forms = append(p.Forms, n)
		p.Panels = []web.Panel{{ID: "public", Heading: v.Loc.T("sections.page"), Links: []web.Link{
			{Text: "/sections/" + s.Slug, Href: "/sections/" + s.Slug}, {Text: "/sections/" + s.Slug + "/feed.xml", Href: "/sections/" + s.Slug + "/feed.xml"}}}}
	}
	if len(bad) > 0 {
		return v.Again("desk/form", p)
	}
	return v.Draw("desk/form", p)
}

func (v *visit) sectionOrder() []string {
	order := []string{"name", "slug", "parent", "into"}
	for _, l := range v.Outlet.Langs() {
		order = append(order, "name_"+l)
	}
	return order
}

func (v *visit) sectionGroups(s news.Section, all []news.Section) []web.FieldGroup {
	parent := web.Field{Name: "parent", Kind: "select", Label: v.Loc.T("sections.parent"), Value: s.Parent, Options: []web.Option{{Text: v.Loc.T("sections.top")}}}
	for _, b := range tree(all) {
		if b.ID != s.ID {
			parent.Options = append(parent.Options, web.Option{Value: b.ID, Text: v.nameOf(b.Section)})
		}
	}
	groups := []web.FieldGroup{{Legend: v.Loc.T("sections.place"), Fields: []web.Field{
		{Name: "slug", Label: v.Loc.T("sections.slug"), Hint: v.Loc.T("sections.slug.hint"), Value: s.Slug, Dir: "ltr", Optional: s.ID == ""}, parent}}}
	for _, lang := range v.Outlet.Langs() {
		groups = append(groups, web.FieldGroup{Legend: locale.NameOf(lang), Fields: []web.Field{
			{Name: "name_" + lang, Label: v.Loc.T("sections.name"), Value: s.Name[lang], Required: lang == v.Outlet.Language, Optional: lang != v.Outlet.Language, Lang: lang, Dir: locale.DirOf(lang)},
			{Name: "description_" + lang, Kind: "area", Rows: 2, Label: v.Loc.T("sections.description"), Hint: v.Loc.T("sections.description.hint"), Value: s.Description[lang], Optional: true, Lang: lang, Dir: locale.DirOf(lang)}}})
	}
	return groups
}

// endForms is the form that deletes an empty section, or lets another one take
// its stories.
func (d *Pages) endForms(ctx context.Context, v *visit, s news.Section, all []news.Section, bad fault.Fields) (web.Form, error) {
	counts, err := d.Store.SectionCounts(ctx)
	c := counts[s.ID]
	n := max(c.All, c.Public)
	into := web.Field{Name: "into", Kind: "select", Label: v.Loc.T("sections.into"), Value: v.Field("into"), Required: n > 0, Optional: n == 0, Options: []web.Option{{Text: v.Loc.T("sections.into.none")}}}
	for _, b := range tree(all) {
		if b.ID != s.ID {
			into.Options = append(into.Options, web.Option{Value: b.ID, Text: v.nameOf(b.Section)})
		}
	}
	hint := v.Loc.T("sections.end.empty")
	if n > 0 {
		hint = v.Loc.N("sections.end.full", int(n))
	}
	return web.Form{ID: "end", Action: sectionsPath + "/" + s.ID + "/end", Nonce: v.Nonce(), Submit: v.Loc.T("sections.end.act"), Quiet: true, Errors: desk.ErrorsOf(bad, "into"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("sections.end"), Hint: hint, Fields: []web.Field{into}}}}, err
}

// readSection puts the form's values over a section.
func (v *visit) readSection(s news.Section) news.Section {
	s.Slug, s.Parent = v.Field("slug"), v.Field("parent")
	s.Name, s.Description = v.words("name", s.Name), v.words("description", s.Description)
	if s.Slug == "" {
		s.Slug = news.Slug(s.Name.In(v.Outlet.Language), v.Outlet.Language)
	}
	return s
}

// words reads a text in all languages of the outlet; in those that it does not
// have now it stays as it was.
func (v *visit) words(name string, was outlet.Words) outlet.Words {
	out := outlet.Words{}
	for lang, text := range was {
		out[lang] = text
	}
	for _, lang := range v.Outlet.Langs() {
		delete(out, lang)
		if text := v.Field(name + "_" + lang); text != "" {
			out[lang] = text
		}
	}
	return out
}

func (d *Pages) doNewSection(ctx context.Context, v *visit) (web.Page, error) {
	s := v.readSection(news.Section{})
	return d.keepSection(ctx, v, s, func(tx *store.Tx) (err error) {
		all, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		in := s
		in.Position = len(all)
		_, err = tx.PutSection(ctx, in)
		return errors.Join(err, tx.Audit(ctx, v.By(), "section.made", "section", s.Slug, nil))
	})
}

func (d *Pages) doSection(ctx context.Context, v *visit) (web.Page, error) {
	was, err := d.Store.Section(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	s := v.readSection(was)
	return d.keepSection(ctx, v, s, func(tx *store.Tx) error {
		now, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		in := s
		if i := slices.IndexFunc(now, func(x news.Section) bool { return x.ID == s.ID }); i >= 0 {
			in.Position = now[i].Position
		}
		if _, err = tx.PutSection(ctx, in); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "section.changed", "section", s.ID, sectionChanges(was, s))
	})
}

// sectionChanges are what the log tells of a change.
func sectionChanges(was, now news.Section) map[string]any {
	out := map[string]any{}
	for field, x := range map[string][2]string{"slug": {was.Slug, now.Slug}, "parent": {was.Parent, now.Parent}} {
		if x[0] != x[1] {
			out[field] = map[string]any{"was": x[0], "now": x[1]}
		}
	}
	for field, x := range map[string][2]outlet.Words{"name": {was.Name, now.Name}, "description": {was.Description, now.Description}} {
		for _, lang := range slices.Sorted(languagesOf(x)) {
			if x[0][lang] != x[1][lang] {
				out[field+"_"+lang] = map[string]any{"was": x[0][lang], "now": x[1][lang]}
			}
		}
	}
	return out
}

func languagesOf(x [2]outlet.Words) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i, w := range x {
			for lang := range w {
				if _, twice := x[0][lang]; i == 1 && twice {
					continue
				}
				if !yield(lang) {
					return
				}
			}
		}
	}
}

func (d *Pages) keepSection(ctx context.Context, v *visit, s news.Section, write func(tx *store.Tx) error) (web.Page, error) {
	err := d.Store.Write(ctx, write)
	if bad := v.sectionFaults(err); len(bad) > 0 {
		return d.drawSection(ctx, v, s, bad)
	}
	return desk.See(sectionsPath + savedNotice), err
}

// sectionFaults are what is wrong, in the person's language.
func (v *visit) sectionFaults(err error) fault.Fields {
	bad := fault.Fields{}
	var found fault.Fields
	if errors.As(err, &found) {
		for name, say := range found {
			key := "sections.bad." + name
			switch {
			case name == "name":
				name = "name_" + v.Outlet.Language
			case name == "slug" && say != slugSpelling:
				key = "sections.bad.slug.taken"
			}
			bad[name] = v.Loc.T(key)
		}
	} else if fault.Is(err, fault.Conflict) {
		bad["slug"] = v.Loc.T("sections.bad.slug.taken")
	}
	return bad
}

// slugSpelling is what news.CheckSlugged says of a slug that is none.
var slugSpelling = func() string {
	var f fault.Fields
	errors.As(news.CheckSlugged("", "x"), &f)
	return f["slug"]
}()

// doEndSection deletes a section, or lets another one take it over.
func (d *Pages) doEndSection(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.Store.Section(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndSection(ctx, v.By(), s.ID, v.Field("into")) })
	var found fault.Fields
	if errors.As(err, &found) {
		key := map[string]string{store.SectionOfPeople: "sections.bad.into.people", store.SectionFull: "sections.bad.into.full"}[found["into"]]
		return d.drawSection(ctx, v, s, fault.Fields{"into": v.Loc.T(cmp.Or(key, "sections.bad.into"))})
	}
	return desk.See(sectionsPath + savedNotice), err
}
