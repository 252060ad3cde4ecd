package story

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/merge"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/web"
)

// clash is a text that was kept aside, and the newest one that it has to be put
// together with.
type clash struct {
	kept  news.Revision
	head  draft.Head
	mixed merge.Result
}

// clash finds what is to be decided about a text that was kept aside. It is worked
// out anew each time, so that it holds whatever was saved meanwhile.
func (d *Pages) clash(ctx context.Context, v *visit, kept string) (clash, error) {
	a, h, err := d.begin(ctx, v)
	if err != nil {
		return clash{}, err
	}
	r, err := d.Store.Revision(ctx, kept)
	if err != nil || r.Article != a.ID {
		return clash{}, v.Refuse(fault.NotFound, "history.none")
	}
	base, err := d.Store.Revision(ctx, r.Parent)
	if fault.Is(err, fault.NotFound) || err == nil && base.Article != a.ID { // nothing counts as common
		base, err = news.Revision{Content: news.Content{Lang: r.Content.Lang, Kind: r.Content.Kind}}, nil
	}
	if err != nil {
		return clash{}, err
	}
	mixed, err := merge.Merge(base.Content, r.Content, h.Content)
	return clash{r, h, mixed}, err
}

// conflict shows what two people changed to something else, side by side.
func (d *Pages) conflict(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.clash(ctx, v, v.URL.Query().Get("kept"))
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", v.conflictPage(ctx, c))
}

func (v *visit) conflictPage(ctx context.Context, c clash) web.FormPage {
	story := "/desk/stories/" + v.PathValue("id")
	f := v.Frame(ctx, "conflict.heading")
	form := web.Form{ID: "conflict", Action: story + "/conflict", Nonce: v.Nonce(), Submit: v.Loc.T("conflict.act"),
		Hidden: []web.HiddenField{{Name: "base", Value: c.head.ID}, {Name: "kept", Value: c.kept.ID}, {Name: "client", Value: id.New()}}}
	for _, x := range c.mixed.Conflicts {
		form.Groups = append(form.Groups, web.FieldGroup{Fields: []web.Field{v.choice(x, c)}})
	}
	intro := v.Loc.T("conflict.say", "mine", nameOr(v, c.kept.By.Name), "theirs", nameOr(v, c.head.By.Name))
	if len(c.mixed.Conflicts) == 0 {
		intro = v.Loc.T("conflict.none")
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: intro, Forms: []web.Form{form}, Panels: []web.Panel{{ID: "kept", Heading: v.Loc.T("conflict.kept"),
		Text: v.Loc.T("conflict.kept.say"), Links: []web.Link{{Text: v.Loc.T("conflict.kept.open", "n", v.Loc.Count(c.kept.Number)), Href: revisionPath(story, c.kept.Number)}, {Text: v.Loc.T("write.back"), Href: story}}}}}
}

func nameOr(v *visit, name string) string {
	if name == "" {
		return v.Loc.T("history.program")
	}
	return name
}

// choice is one thing to decide. The newest text is chosen at first, because it
// is what stands in the story now.
func (v *visit) choice(x merge.Conflict, c clash) web.Field {
	f := web.Field{Name: "pick-" + x.Part, Label: v.partName(x.Part), Kind: "radio", Value: "theirs",
		Hint: v.Loc.T("conflict.before", "text", v.textOf(x.Part, x.Base)), Options: []web.Option{
			{Value: "theirs", Text: v.Loc.T("conflict.theirs", "name", nameOr(v, c.head.By.Name)), Hint: v.textOf(x.Part, x.Theirs)},
			{Value: "mine", Text: v.Loc.T("conflict.mine", "name", nameOr(v, c.kept.By.Name)), Hint: v.textOf(x.Part, x.Mine)},
		}}
	if strings.HasPrefix(x.Part, "block:") {
		f.Options = append(f.Options, web.Option{Value: "both", Text: v.Loc.T("conflict.both")})
	}
	return f
}

// textOf is a conflict's side in words.
func (v *visit) textOf(part string, raw json.RawMessage) string {
	text := ""
	kind, _, _ := strings.Cut(part, ":")
	switch kind {
	case "field":
		text = merge.FieldText(raw)
	case "block":
		text = jsonText(fmt.Sprintf(`{"schema":1,"blocks":[%s]}`, raw))
	case "footnote":
		text = jsonText(fmt.Sprintf(`{"schema":1,"footnotes":[%s]}`, raw))
	}
	if strings.TrimSpace(text) == "" {
		return v.Loc.T("conflict.empty")
	}
	return text
}

// jsonText reads the words of a piece of a document. References to footnotes,
// which are elsewhere, don't matter to it.
func jsonText(doc string) string {
	text, _ := document.WordsOf([]byte(doc)) // what has no words, such as null, is told so
	return text
}

// doConflict puts the chosen sides into the story.
func (d *Pages) doConflict(ctx context.Context, v *visit) (web.Page, error) {
	c, err := d.clash(ctx, v, v.Field("kept"))
	if err != nil {
		return web.Page{}, err
	}
	if c.head.ID != v.Field("base") { // somebody saved meanwhile: there may be other things to decide
		p := v.conflictPage(ctx, c)
		p.Notice = &web.Notice{Kind: "warn", Text: v.Loc.T("conflict.again")}
		return v.Again("desk/form", p)
	}
	text := c.mixed.Content
	for _, x := range c.mixed.Conflicts {
		switch v.Field("pick-" + x.Part) {
		case "mine":
			text = merge.Take(text, c.kept.Content, x.Part)
		case "both":
			text = addBoth(text, c.kept.Content, strings.TrimPrefix(x.Part, "block:"))
		}
	}
	client := v.Field("client")
	if !validClient(client) {
		client = id.New()
	}
	out, err := d.take(ctx, draft.Save{Article: v.PathValue("id"), By: v.author(), Client: client, Seq: d.Clock.Now().UnixMilli(), Base: c.head.ID, Content: text, Cut: true})
	if err != nil {
		return web.Page{}, err
	}
	story := "/desk/stories/" + v.PathValue("id")
	if out.State == draft.Clash {
		return desk.See(story + "/conflict?kept=" + out.Kept), nil
	}
	return desk.See(story + "?done=decided"), nil
}

// addBoth puts the kept block behind the one that stands, under a name of its own.
func addBoth(into, kept news.Content, block string) news.Content {
	is := func(b document.Block) bool { return document.BaseOf(b).ID == block }
	at := slices.IndexFunc(kept.Body.Blocks, is)
	if at < 0 || into.Body == nil {
		return into
	}
	out := merge.Take(into, kept, "block:"+block) // brings the footnotes that it refers to
	twin := document.Clone(kept.Body.Blocks[at])
	(&document.Document{Blocks: []document.Block{twin}}).Walk(func(b document.Block) bool {
		document.BaseOf(b).ID = document.NewID()
		return true
	})
	i := slices.IndexFunc(out.Body.Blocks, is)
	if j := slices.IndexFunc(into.Body.Blocks, is); j >= 0 {
		out.Body.Blocks[i] = into.Body.Blocks[j]
	}
	out.Body.Blocks = slices.Insert(out.Body.Blocks, i+1, twin)
	return out
}
