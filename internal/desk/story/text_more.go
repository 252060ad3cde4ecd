package story

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// offered is what can be chosen in the plain form.
type offered struct {
	sections []news.Section
	topics   []news.Topic
	people   []news.Person
	pictures []media.Picture // the newest ones, and the one that was chosen
}

// leadsOffered is how many pictures the plain form offers.
const leadsOffered = 40

// offers finds what can be chosen.
func (d *Pages) offers(ctx context.Context, v *visit, c news.Content) (o offered, err error) {
	if o.sections, err = d.Store.Sections(ctx); err != nil {
		return o, err
	}
	if o.topics, err = d.Store.Topics(ctx); err != nil {
		return o, err
	}
	if o.people, err = d.Store.Persons(ctx); err != nil {
		return o, err
	}
	var f store.MediaFilter
	if !v.everyones() {
		f.By = v.Account.ID
	}
	if o.pictures, err = d.Store.Library(ctx, f, store.MediaKey{}, leadsOffered); err != nil || c.Lead == nil {
		return o, err
	}
	if !slices.ContainsFunc(o.pictures, func(p media.Picture) bool { return p.ID == c.Lead.Media }) {
		p, err := d.Store.Media(ctx, c.Lead.Media)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return o, err
		}
		o.pictures = append([]media.Picture{p}, o.pictures...)
	}
	return o, nil
}

// bylineRows are the empty rows for further bylines.
const bylineRows = 2

// moreGroups are the fields of bylines, topics and the lead picture.
func (v *visit) moreGroups(in typed, o offered) []web.FieldGroup {
	return []web.FieldGroup{v.leadGroup(in, o), v.bylineGroup(in.Content, o), v.topicGroup(in.Content, o)}
}

func (v *visit) leadGroup(in typed, o offered) web.FieldGroup {
	c := in.Content
	lead := news.Lead{}
	if c.Lead != nil {
		lead = *c.Lead
	}
	choose := web.Field{Name: "lead", Kind: "select", Label: v.Loc.T("write.lead.choose"), Value: lead.Media, Options: []web.Option{{Text: v.Loc.T("write.none")}}}
	credit := in.Credit
	for _, p := range o.pictures {
		name := nameOf(p)
		if p.Credit != "" {
			name += " (" + p.Credit + ")"
		}
		choose.Options = append(choose.Options, web.Option{Value: p.ID, Text: name})
		if p.ID == lead.Media && credit == "" {
			credit = p.Credit
		}
	}
	if lead.Media != "" && len(o.pictures) == 0 { // so that the choice is sent again
		choose.Options = append(choose.Options, web.Option{Value: lead.Media, Text: lead.Media})
	}
	words := func(name, value string) web.Field {
		return web.Field{Name: name, Kind: "area", Rows: 2, Label: v.Loc.T("write." + name), Hint: v.Loc.T("write." + name + ".hint"), Value: value, Optional: true, Lang: c.Lang, Dir: locale.DirOf(c.Lang)}
	}
	return web.FieldGroup{Legend: v.Loc.T("write.field.lead"), Fields: []web.Field{choose,
		{Name: "lead_file", Kind: "file", Accept: pictureTypes, Label: v.Loc.T("write.lead.file"), Hint: v.Loc.T("write.lead.file.hint"), Optional: true},
		words("lead_alt", lead.Alt), words("lead_caption", lead.Caption),
		{Name: "lead_credit", Label: v.Loc.T("library.field.credit"), Hint: v.Loc.T("library.credit.hint"), Value: credit, Dir: "auto"}}}
}

func (v *visit) bylineGroup(c news.Content, o offered) web.FieldGroup {
	out := web.FieldGroup{Legend: v.Loc.T("write.field.bylines"), Hint: v.Loc.T("write.bylines.hint"), Columns: 3}
	for i := range len(c.Bylines) + bylineRows {
		b := news.Byline{Role: news.Roles[0]}
		if i < len(c.Bylines) {
			b = c.Bylines[i]
		}
		n := strconv.Itoa(i + 1)
		role := web.Field{Name: "byline_role_" + n, Kind: "select", Label: v.Loc.T("write.byline.role", "n", i+1), Value: b.Role}
		for _, r := range news.Roles {
			role.Options = append(role.Options, web.Option{Value: r, Text: v.Loc.T("editor.role." + r)})
		}
		who := web.Field{Name: "byline_person_" + n, Kind: "select", Label: v.Loc.T("write.byline.person", "n", i+1), Value: b.Person, Options: []web.Option{{Text: v.Loc.T("editor.byline.guest")}}}
		for _, p := range o.people {
			who.Options = append(who.Options, web.Option{Value: p.ID, Text: p.Name})
		}
		if b.Person != "" && !slices.ContainsFunc(o.people, func(p news.Person) bool { return p.ID == b.Person }) {
			who.Options = append(who.Options, web.Option{Value: b.Person, Text: b.Name})
		}
		name := web.Field{Name: "byline_name_" + n, Label: v.Loc.T("write.byline.name", "n", i+1), Value: b.Name, Dir: "auto"}
		if b.Person != "" {
			name.Value = ""
		}
		out.Fields = append(out.Fields, role, who, name)
	}
	return out
}

func (v *visit) topicGroup(c news.Content, o offered) web.FieldGroup {
	out := web.FieldGroup{Legend: v.Loc.T("write.field.topics"), Columns: 4}
	for _, t := range o.topics {
		out.Fields = append(out.Fields, web.Field{Name: "topic_" + t.ID, Kind: "check", Label: desk.WordsIn(t.Name, c.Lang, v.Outlet.Language), Checked: slices.Contains(c.Topics, t.ID)})
	}
	if len(o.topics) == 0 {
		out.Hint = v.Loc.T("write.topics.none")
	}
	return out
}

// moreHidden tell what the form showed, so that what it did not show stays.
func moreHidden(in typed, o offered) []web.HiddenField {
	ids := make([]string, len(o.topics))
	for i, t := range o.topics {
		ids[i] = t.ID
	}
	return []web.HiddenField{{Name: "bylines", Value: strconv.Itoa(len(in.Content.Bylines) + bylineRows)}, {Name: "topics", Value: strings.Join(ids, " ")}}
}

// maxBylines is how many rows of a form are read.
const maxBylines = 50

// readMore takes bylines, topics and the lead picture from the form. A person who
// is chosen is named as the people are; names of others are as they were written.
func (v *visit) readMore(in *typed, names map[string]string) {
	c := &in.Content
	if v.PostForm.Has("bylines") {
		was := c.Bylines
		c.Bylines = nil
		for i := range min(int(desk.ToNumber(v.Field("bylines"))), maxBylines) {
			n := strconv.Itoa(i + 1)
			b := news.Byline{Role: v.Field("byline_role_" + n), Person: v.Field("byline_person_" + n), Name: news.Line(v.Field("byline_name_" + n))}
			if b.Person != "" {
				b.Name = nameOfPerson(b.Person, was, names)
			}
			if b.Person != "" || b.Name != "" {
				c.Bylines = append(c.Bylines, b)
			}
		}
	}
	if v.PostForm.Has("topics") {
		shown := strings.Fields(v.PostForm.Get("topics"))
		kept := slices.DeleteFunc(slices.Clone(c.Topics), func(t string) bool { return slices.Contains(shown, t) && v.Field("topic_"+t) == "" })
		for _, t := range shown {
			if v.Field("topic_"+t) != "" && !slices.Contains(kept, t) {
				kept = append(kept, t)
			}
		}
		c.Topics = kept
	}
	if v.PostForm.Has("lead") {
		c.Lead = nil
		if m := v.Field("lead"); m != "" {
			c.Lead = &news.Lead{Media: m, Alt: news.Line(v.Field("lead_alt")), Caption: news.Line(v.Field("lead_caption"))}
		}
		in.Credit = news.Line(v.Field("lead_credit"))
	}
}

// nameOfPerson is the name that a byline had for them, else their own.
func nameOfPerson(id string, was []news.Byline, names map[string]string) string {
	for _, b := range was {
		if b.Person == id {
			return b.Name
		}
	}
	return names[id]
}

// namesOf are the names of people by their ids.
func namesOf(people []news.Person) map[string]string {
	out := map[string]string{}
	for _, p := range people {
		out[p.ID] = p.Name
	}
	return out
}

// takeLead brings in the file of the form, if there is one, as the lead picture,
// and keeps its credit where this person may say it.
func (d *Pages) takeLead(ctx context.Context, v *visit, in *typed) error {
	file, head, err := v.FormFile("lead_file")
	if err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart) {
		return fault.Wrap(fault.Invalid, err, "the picture could not be read; choose it again")
	}
	if err == nil && head.Filename != "" && d.Archive != nil {
		defer file.Close()
		data, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		got := d.bring(ctx, v, data, media.Picture{Filename: news.Line(head.Filename), Credit: in.Credit})
		if got.err != nil {
			return fault.Fields{"lead_file": v.refusal(got.err)}
		}
		in.Content.Lead = &news.Lead{Media: got.picture.ID, Alt: news.Line(v.Field("lead_alt")), Caption: news.Line(v.Field("lead_caption"))}
	}
	if in.Content.Lead == nil || in.Credit == "" {
		return nil
	}
	p, err := d.Store.Media(ctx, in.Content.Lead.Media)
	if fault.Is(err, fault.NotFound) {
		return fault.Fields{"lead": v.Loc.T("write.bad")}
	}
	if err != nil || p.Credit == in.Credit || !v.holds(p).OK() {
		return err
	}
	_, err = d.change(ctx, v, p.ID, func(p *media.Picture) error {
		p.Credit = in.Credit
		return nil
	})
	return err
}
