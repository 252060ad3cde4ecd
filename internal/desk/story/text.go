package story

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/markdown"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/web"
)

// plainText is the plain way to write: a form with the fields and the body as
// Markdown. It works without script.
func (d *Pages) plainText(ctx context.Context, v *visit) (web.Page, error) {
	a, h, err := d.begin(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	if h.Content, err = d.Store.SectionsNow(ctx, h.Content); err != nil {
		return web.Page{}, err
	}
	o, err := d.offers(ctx, v, h.Content)
	if err != nil {
		return web.Page{}, err
	}
	in := typed{Base: h.ID, Client: id.New(), Content: h.Content, Body: markdown.Write(h.Content.Body)}
	return v.Draw("desk/form", v.textPage(ctx, a.ID, in, o, nil))
}

// typed is what somebody has put into the form.
type typed struct {
	Base, Client string
	Content      news.Content // the fields
	Body         string       // Markdown
	Credit       string       // of the lead picture
}

// textFields are the fields of the form that are plain lines of the content.
var textFields = []struct {
	name string
	at   func(c *news.Content) *string
}{
	{"headline", func(c *news.Content) *string { return &c.Headline }},
	{"dek", func(c *news.Content) *string { return &c.Dek }},
	{"short_headline", func(c *news.Content) *string { return &c.Short }},
	{"slug", func(c *news.Content) *string { return &c.Slug }},
	{"place", func(c *news.Content) *string { return &c.Dateline.Place }},
	{"seo_title", func(c *news.Content) *string { return &c.SEOTitle }},
	{"social_title", func(c *news.Content) *string { return &c.SocialTitle }},
	{"disclosure", func(c *news.Content) *string { return &c.Disclosure }},
}

// main is how many of them stand above the text; the others stand below it.
const mainFields = 2

// textPage draws the form with what was put in.
func (v *visit) textPage(ctx context.Context, article string, in typed, o offered, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "write.heading")
	c := in.Content
	field := func(i int) web.Field {
		t := textFields[i]
		return web.Field{Name: t.name, Label: v.Loc.T("write.field." + t.name), Value: *t.at(&c), Lang: c.Lang, Dir: locale.DirOf(c.Lang), Optional: i > 0}
	}
	head := web.FieldGroup{Legend: v.Loc.T("write.story")}
	more := web.FieldGroup{Legend: v.Loc.T("write.more")}
	for i := range textFields {
		if i < mainFields {
			head.Fields = append(head.Fields, field(i))
		} else {
			more.Fields = append(more.Fields, field(i))
		}
	}
	section := web.Field{Name: "section", Label: v.Loc.T("write.field.section"), Kind: "select", Value: c.Section, Optional: true, Options: []web.Option{{Text: v.Loc.T("write.none")}}}
	for _, s := range o.sections {
		section.Options = append(section.Options, web.Option{Value: s.ID, Text: v.SectionName(s.ID, o.sections)})
	}
	head.Fields = append(head.Fields, section, web.Field{Name: "body", Label: v.Loc.T("write.field.body"), Hint: v.Loc.T("write.body.hint"), Kind: "area",
		Rows: 24, Value: in.Body, Lang: c.Lang, Dir: locale.DirOf(c.Lang)})
	form := web.Form{ID: "text", Action: "/desk/stories/" + article + "/text", Nonce: v.Nonce(), Submit: v.Loc.T("write.save"), Groups: slices.Concat([]web.FieldGroup{head}, v.moreGroups(in, o), []web.FieldGroup{more}),
		Hidden: append(moreHidden(in, o), web.HiddenField{Name: "base", Value: in.Base}, web.HiddenField{Name: "client", Value: in.Client}, web.HiddenField{Name: "lang", Value: c.Lang}),
		Errors: desk.ErrorsOf(bad, "", "headline", "dek", "section", "body", "lead", "lead_file", "slug")}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}, Panels: []web.Panel{v.markdownHelp(article)}}
}

// markdownHelp says how to write what.
func (v *visit) markdownHelp(article string) web.Panel {
	p := web.Panel{ID: "help", Heading: v.Loc.T("write.help"), Text: v.Loc.T("write.help.say", "mark", "{{image k3f9 …}}"), Links: []web.Link{
		{Text: v.Loc.T("write.back"), Href: "/desk/stories/" + article}, {Text: v.Loc.T("write.rich"), Href: "/desk/stories/" + article + "/edit"}}}
	for _, name := range []string{"strong", "em", "link", "heading", "list", "quote", "note", "line"} {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("write.help." + name), Value: markdownSamples[name]})
	}
	return p
}

var markdownSamples = map[string]string{
	"strong": "**…**", "em": "*…*", "link": "[…](https://…)", "heading": "## …", "list": "- …", "quote": "> …", "note": "[^1]  [^1]: …", "line": "---",
}

// read takes what was put in from the form, over the content that it began with.
func (v *visit) read(base news.Content, names map[string]string) typed {
	in := typed{Base: v.Field("base"), Client: v.Field("client"), Content: base, Body: v.PostForm.Get("body")}
	for _, t := range textFields {
		if v.PostForm.Has(t.name) {
			*t.at(&in.Content) = v.PostForm.Get(t.name)
		}
	}
	if v.PostForm.Has("section") {
		in.Content.Section = v.Field("section")
	}
	v.readMore(&in, names)
	if in.Content.Lang == "" { // nothing is known of the story, such as where nobody is signed in
		in.Content.Lang = v.Field("lang")
	}
	if !validClient(in.Client) {
		in.Client = id.New()
	}
	return in
}

// maxLostText is the longest form, in bytes, that is given back to somebody who is
// not signed in any more: a long book's chapter.
const maxLostText = 2 << 20

// doPlainText takes the form in. On every fault it comes back with what was put
// in, also where nobody is signed in any more.
func (d *Pages) doPlainText(ctx context.Context, v *visit) (web.Page, error) {
	limit := int64(maxSave + maxPicture)
	if v.Standing("") == desk.SignedOut {
		limit = maxLostText
	}
	if err := web.ReadForm(v.Request, limit); err != nil {
		return web.Page{}, err
	}
	switch v.Standing(v.PostForm.Get("nonce")) {
	case desk.SignedOut:
		return v.keepText(ctx, v.read(news.Content{}, nil), offered{}, http.StatusUnauthorized, fault.Fields{"": v.Loc.T("write.signedout")})
	case desk.Stale:
		return v.keepText(ctx, v.read(news.Content{}, nil), offered{}, http.StatusForbidden, fault.Fields{"": v.Loc.T("write.stale")})
	}
	in := v.read(news.Content{}, nil)
	o, err := d.offers(ctx, v, in.Content)
	to := ""
	if err == nil {
		to, in, err = d.keepPlain(ctx, v, namesOf(o.people))
	}
	if err != nil {
		if fault.KindOf(err) == fault.Internal { // what was typed comes back all the same
			slog.Error("a text could not be saved", "article", v.PathValue("id"), "err", err)
			return v.keepText(ctx, in, o, http.StatusInternalServerError, fault.Fields{"": v.Loc.T("change.failed")})
		}
		return v.keepText(ctx, in, o, statusOf(err), v.sayFaults(err))
	}
	return desk.See(to), nil
}

// statusOf is 422 for whatever the person can mend in the form.
func statusOf(err error) int {
	if fault.KindOf(err) == fault.Invalid {
		return http.StatusUnprocessableEntity
	}
	return web.Status(err)
}

// blockIDs makes the ids of new blocks. They follow from the form, so that one that
// is sent twice is the same text.
func blockIDs(client string) func() string {
	n := 0
	return func() string {
		n++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", client, n))
		return id.Encode(sum[:5])
	}
}

// keepText gives the form back with a status and what is wrong.
func (v *visit) keepText(ctx context.Context, in typed, o offered, status int, bad fault.Fields) (web.Page, error) {
	if in.Content.Section != "" && o.sections == nil { // so that the choice is sent again
		o.sections = []news.Section{{ID: in.Content.Section, Slug: in.Content.Section}}
	}
	if o.topics == nil {
		for _, t := range in.Content.Topics {
			o.topics = append(o.topics, news.Topic{ID: t, Name: outlet.Words{"": t}})
		}
	}
	page := v.textPage(ctx, v.PathValue("id"), in, o, bad)
	if v.Standing("") == desk.SignedOut {
		page.Panels = []web.Panel{{ID: "help", Heading: v.Loc.T("signin.act"), Text: v.Loc.T("write.signedout"), Apart: true, Links: []web.Link{{Text: v.Loc.T("signin.act"), Href: "/desk/sign-in"}}}}
	}
	p, err := v.Draw("desk/form", page)
	p.Status = status
	return p, err
}

// keepPlain saves what was put in and tells where to go on to.
func (d *Pages) keepPlain(ctx context.Context, v *visit, names map[string]string) (to string, in typed, err error) {
	in = v.read(news.Content{}, names)
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return "", in, err
	}
	base, err := d.baseOf(ctx, a.Article, in.Base)
	if err != nil {
		return "", in, err
	}
	in = v.read(base, names)
	if err := d.takeLead(ctx, v, &in); err != nil {
		return "", in, err
	}
	c := in.Content
	if c.Body, err = markdown.Read(in.Body, base.Body, blockIDs(in.Client)); err != nil {
		return "", in, fault.Wrap(fault.Invalid, err, "")
	}
	if c.Body.Lang == "" {
		c.Body.Lang = c.Lang
	}
	// A form has no count of its saves; the time rises too.
	out, err := d.take(ctx, draft.Save{Article: a.ID, By: v.author(), Client: in.Client, Seq: d.Clock.Now().UnixMilli(), Base: in.Base, Content: c, Cut: true})
	if err != nil {
		return "", in, err
	}
	story := "/desk/stories/" + a.ID
	switch out.State {
	case draft.Clash:
		return story + "/conflict?kept=" + out.Kept, in, nil
	case draft.WasMixed:
		return story + "?done=merged", in, nil
	}
	return story + "?done=saved", in, nil
}

// baseOf is the text that a form began with; the newest one's fields where that
// is not known any more, as after a restored backup.
func (d *Pages) baseOf(ctx context.Context, a news.Article, base string) (news.Content, error) {
	r, err := d.Store.Revision(ctx, base)
	if err == nil && r.Article == a.ID {
		return r.Content, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return news.Content{}, err
	}
	c, _, err := d.reading(ctx, a)
	return c, err
}

// sayFaults puts what is wrong into the person's language.
func (v *visit) sayFaults(err error) fault.Fields {
	var fields fault.Fields
	var unknown *markdown.UnknownMarker
	out := fault.Fields{}
	switch {
	case errors.As(err, &unknown):
		out["body"] = v.Loc.T("write.bad.marker", "line", unknown.Line)
	case errors.As(err, &fields):
		for name, say := range fields {
			if out[name] = v.badField(name); name == "lead_file" { // in the person's language already
				out[name] = say
			}
		}
	default:
		if out[""] = fault.Say(v.Tell(err)); out[""] == "" {
			out[""] = v.Loc.T("write.bad")
		}
	}
	return out
}

// badField says what is wrong with a field of a story.
func (v *visit) badField(name string) string {
	if key := "write.bad." + name; v.Loc.Has(key) {
		return v.Loc.T(key)
	}
	return v.Loc.T("write.bad")
}
