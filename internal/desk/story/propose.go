package story

import (
	"context"
	"errors"
	"slices"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// proposable are the steps of a live story that some may only propose.
var proposable = []news.Step{news.ChangeLive, news.Retire, news.TakeDown}

// comes is what readers would be told by a step.
var comes = map[news.Step]news.Class{news.ChangeLive: news.Correct, news.Retire: news.Retraction, news.TakeDown: news.Withdrawal}

func (s stand) proposes(v *visit, step news.Step) bool {
	return slices.Contains(proposable, step) && step.From(s.State) && s.may(v, step).Verdict == staff.Propose
}

func proposePath(id string, step news.Step) string {
	return "/desk/stories/" + id + "/propose/" + string(step)
}

func (d *Pages) proposalRoutes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/stories/{id}/propose/{step}", Page: in(d.propose), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/propose/{step}", Page: in(d.doPropose), May: desk.SeeStories},
		{Pattern: "POST /desk/stories/{id}/proposals/{proposal}", Page: in(d.doDecide), May: desk.SeeStories},
	}
}

// proposeWays are the links to what this person may propose.
func (v *visit) proposeWays(s stand) []web.Way {
	var out []web.Way
	for _, step := range proposable {
		if s.proposes(v, step) {
			out = append(out, web.Way{Link: &web.Link{Text: v.Loc.T("propose." + string(step)), Href: proposePath(s.ID, step)}})
		}
	}
	return out
}

// proposalPanel lists what was proposed, with what can be done about it by those
// who may make the step; nil where nothing was.
func (d *Pages) proposalPanel(ctx context.Context, v *visit, s stand) (*web.Panel, error) {
	list, err := d.Store.Proposals(ctx, s.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := &web.Table{Caption: v.Loc.T("propose.heading"), Columns: v.Columns("propose.what", "propose.who", "propose.decide", "propose.else")}
	for _, p := range list {
		what := web.Cell{Text: v.proposalText(p), Small: v.Loc.T("note." + string(comes[p.Step])), Dir: "auto"}
		row := web.Row{On: p.State == store.ProposalOpen, Cells: []web.Cell{what, {Text: nameOr(v, p.By.Name), At: p.At}, {}, {}}}
		at := "/desk/stories/" + s.ID + "/proposals/" + p.ID
		switch {
		case p.State != store.ProposalOpen:
			row.Cells[2].Tag = &web.Tag{Text: v.Loc.T("propose.state."+string(p.State), "name", nameOr(v, p.Settled.Name)), Kind: "ok"}
		case s.may(v, p.Step).OK() && p.Step.From(s.State):
			row.Cells[2].Ways = []web.Way{{Link: &web.Link{Text: v.Loc.T("step." + string(p.Step)), Href: stepPath(s.ID, p.Step) + "?proposal=" + p.ID}},
				{Button: v.Button("propose.done", at, "", web.HiddenField{Name: "to", Value: string(store.ProposalDone)})}}
			row.Cells[3].Button = v.Button("propose.refuse", at, "", web.HiddenField{Name: "to", Value: string(store.ProposalRefused)})
		}
		t.Rows = append(t.Rows, row)
	}
	return &web.Panel{ID: "proposals", Heading: t.Caption, Table: t}, nil
}

func (v *visit) proposalText(p store.Proposal) string {
	if p.Step != news.ChangeLive {
		return p.Note
	}
	return desk.Join(v.Loc.T("notes.instead", "old", p.Was, "new", p.Is), p.Note)
}

// proposeAt is the story and the step of an address, if this person may propose
// it. Who may make the step is led to its own form.
func (d *Pages) proposeAt(ctx context.Context, v *visit) (s stand, step news.Step, detour string, err error) {
	step = news.Step(v.PathValue("step"))
	if s, err = d.stands(ctx, v, v.PathValue("id")); err != nil {
		return s, step, "", err
	}
	if !slices.Contains(proposable, step) {
		return s, step, "", fault.New(fault.NotFound, "")
	}
	if s.may(v, step).OK() {
		return s, step, stepPath(s.ID, step), nil
	}
	if !s.proposes(v, step) {
		return s, step, "", v.Refuse(fault.Denied, s.may(v, step).Why)
	}
	return s, step, "", nil
}

func (d *Pages) propose(ctx context.Context, v *visit) (web.Page, error) {
	s, step, detour, err := d.proposeAt(ctx, v)
	if err != nil || detour != "" {
		return desk.See(detour), err
	}
	return v.Draw("desk/form", v.proposePage(ctx, s, step, store.Proposal{}, nil))
}

func (v *visit) proposePage(ctx context.Context, s stand, step news.Step, p store.Proposal, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "propose."+string(step))
	area := func(name, value string) web.Field {
		return web.Field{Name: name, Kind: "area", Rows: 3, Label: v.Loc.T("propose.field." + name), Value: value, Required: true, Dir: "auto"}
	}
	note := area("note", p.Note)
	note.Hint = v.Loc.T("propose.note.hint")
	fields := []web.Field{note}
	if step == news.ChangeLive {
		fields = []web.Field{area("was", p.Was), area("is", p.Is), note}
	}
	for name := range bad {
		bad[name] = v.Loc.T("propose.bad")
	}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Intro: s.c.Content.Headline,
		Forms: []web.Form{{ID: "propose", Action: proposePath(s.ID, step), Nonce: v.Nonce(), Submit: v.Loc.T("propose.act"), Errors: desk.ErrorsOf(bad, "was", "is", "note"), Groups: []web.FieldGroup{{Fields: fields}}}},
		Tabs:  []web.Tab{{Text: v.Loc.T("flow.back"), Href: "/desk/stories/" + s.ID}}}
}

func (d *Pages) doPropose(ctx context.Context, v *visit) (web.Page, error) {
	s, step, detour, err := d.proposeAt(ctx, v)
	if err != nil || detour != "" {
		return desk.See(detour), err
	}
	p := store.Proposal{Article: s.ID, Step: step, Was: news.Line(v.Field("was")), Is: news.Line(v.Field("is")), Note: news.Line(v.Field("note")), By: v.By()}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Propose(ctx, p)
		return err
	})
	var bad fault.Fields
	if errors.As(err, &bad) {
		return v.Again("desk/form", v.proposePage(ctx, s, step, p, bad))
	}
	return desk.See("/desk/stories/" + s.ID + "?done=proposed"), err
}

// doDecide refuses a proposal, or notes that it was followed.
func (d *Pages) doDecide(ctx context.Context, v *visit) (web.Page, error) {
	s, err := d.stands(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.Store.Proposal(ctx, s.ID, v.PathValue("proposal"))
	if err != nil {
		return web.Page{}, err
	}
	if may := s.may(v, p.Step); !may.OK() {
		return web.Page{}, v.Refuse(fault.Denied, may.Why)
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.SettleProposal(ctx, v.By(), p, store.ProposalState(v.Field("to")))
	})
	return desk.See("/desk/stories/" + s.ID + "?done=decided_proposal#proposals"), err
}

// proposal is the one that a step follows, by the address or the form: the zero
// one where there is none, or it asks for something else.
func (d *Pages) proposal(ctx context.Context, v *visit, s stand, step news.Step) (store.Proposal, error) {
	id := v.URL.Query().Get("proposal")
	if id == "" {
		id = v.Field("proposal")
	}
	if id == "" {
		return store.Proposal{}, nil
	}
	p, err := d.Store.Proposal(ctx, s.ID, id)
	if fault.Is(err, fault.NotFound) || err == nil && (p.Step != step || p.State != store.ProposalOpen) {
		return store.Proposal{}, nil
	}
	return p, err
}

// follow fills a step's form with what was proposed.
func follow(act news.Act, p store.Proposal) news.Act {
	if p.Step == news.ChangeLive {
		act.Class, act.Was, act.Is = news.Correct, p.Was, p.Is
	} else {
		act.Note = p.Note
	}
	return act
}
