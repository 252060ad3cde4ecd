package desk

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// home shows what waits for this person.
func (d *Desk) home(ctx context.Context, v *Visit) (web.Page, error) {
	p := web.HomePage{DeskFrame: v.Frame(ctx, "nav.home")}
	if v.MayOpen(Only(staff.WriteOwn)) {
		p.Action = &web.Link{Text: v.Loc.T("write.new"), Href: "/desk/stories/new"}
	}
	for _, part := range []func(context.Context, *Visit, *web.HomePage) error{d.homeFigures, d.homeStories, d.homeTasks, d.homeMeter, d.homeHints} {
		if err := part(ctx, v, &p); err != nil {
			return web.Page{}, err
		}
	}
	return v.Draw("desk/home", p)
}

func (d *Desk) homeFigures(ctx context.Context, v *Visit, p *web.HomePage) error {
	states, err := d.Store.CountByState(ctx)
	if err != nil {
		return err
	}
	figure := func(key string, n int) {
		p.Figures = append(p.Figures, web.FigureLine{Name: v.Loc.T(key), Value: v.Loc.Number(int64(n))})
	}
	figure("home.drafts", states[news.Pitch]+states[news.Draft]+states[news.InReview]+states[news.CopyDesk]+states[news.Approved])
	figure("home.scheduled", states[news.Scheduled])
	figure("home.published", states[news.Published])
	if v.MayOpen(seeMail) {
		mails, err := d.Store.CountMails(ctx)
		if err != nil {
			return err
		}
		figure("home.mails", mails[store.MailWaiting])
	}
	return nil
}

// homeSize is how many lines the first page has of each kind.
const homeSize = 12

// homeStories lists what this person was told and has not read, and the stories
// that wait for them.
func (d *Desk) homeStories(ctx context.Context, v *Visit, p *web.HomePage) error {
	if !v.MayOpen(SeeStories) {
		return nil
	}
	list, err := d.Store.Notices(ctx, v.Account.ID, homeSize, 0)
	if err != nil {
		return err
	}
	told := web.Panel{ID: "notices", Heading: v.Loc.T("notices.heading"), Links: []web.Link{{Text: v.Loc.T("notices.all"), Href: "/desk/notices"}},
		Table: &web.Table{Caption: v.Loc.T("notices.heading"), Columns: v.Columns("notices.story", "notices.what", "notices.when")}}
	for _, n := range list {
		if n.Read.IsZero() {
			name := web.Cell{Text: v.storyName(n.Headline), Href: "/desk/stories/" + n.Article}
			if n.Closed {
				name = web.Cell{Text: v.Loc.T("notices.closed")}
			}
			told.Table.Rows = append(told.Table.Rows, web.Row{On: true, Cells: []web.Cell{name,
				{Text: web.NoticeSays(v.Loc, string(n.Kind), n.Detail, n.By)}, {At: n.At}}})
		}
	}
	if len(told.Table.Rows) > 0 {
		p.Panels = append(p.Panels, told)
	}
	mine, err := d.Store.Stories(ctx, store.StoryFilter{Phase: news.PhaseOpen, Mine: v.Account.ID}, store.StoryKey{}, homeSize)
	if err != nil || len(mine) == 0 {
		return err
	}
	t := &web.Table{Caption: v.Loc.T("home.mine"), Columns: v.Columns("stories.headline", "stories.state", "stories.due")}
	for _, a := range mine {
		due := web.Cell{At: a.Deadline}
		if !a.Deadline.IsZero() && a.Deadline.Before(d.Clock.Now()) {
			due.Tag = &web.Tag{Text: v.Loc.T("assign.late"), Kind: "stop"}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.storyName(a.Headline), Href: "/desk/stories/" + a.ID, Lang: a.Lang, Dir: locale.DirOf(a.Lang)},
			{Text: v.Loc.T("state." + string(a.State))}, due}})
	}
	p.Panels = append(p.Panels, web.Panel{ID: "mine", Heading: v.Loc.T("home.mine"), Table: t})
	return nil
}

// storyName is a headline, or what stands for one that is still to be found.
func (v *Visit) storyName(headline string) string {
	if headline == "" {
		return v.Loc.T("write.nameless")
	}
	return headline
}

// homeTasks lists what waits for a person, to those who may settle it.
func (d *Desk) homeTasks(ctx context.Context, v *Visit, p *web.HomePage) error {
	list, all, err := d.Store.Tasks(ctx, 50)
	if err != nil {
		return err
	}
	t := &web.Table{Caption: v.Loc.T("home.tasks"), Columns: v.Columns("home.task", "home.since", "home.settle"), Empty: v.Loc.T("home.nothing")}
	for _, task := range list {
		if !v.maySettle(task) {
			all--
			continue
		}
		what := v.taskName(task)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: what, Href: d.taskLink(task), Small: task.ObjectKind + " " + task.ObjectID},
			{At: task.CreatedAt}, {Button: v.Button("home.done", "/desk/tasks/"+task.ID+"/done", what)}}})
	}
	panel := web.Panel{ID: "tasks", Heading: v.Loc.T("home.tasks"), Table: t}
	if all > len(t.Rows) {
		panel.Text = v.Loc.N("home.more", all-len(t.Rows))
	}
	p.Panels = append(p.Panels, panel)
	return nil
}

// TaskKind is a kind of task that has a sentence of its own.
type TaskKind struct {
	Name string                  // the sentence's key
	May  []staff.Action          // any of these settles it
	Link func(store.Task) string // the page it is settled on, "" for none; nil is none
}

// ofOthers is for kinds that no part knows: whoever publishes or runs the place
// settles them.
var ofOthers = TaskKind{May: []staff.Action{staff.Publish, staff.Operate}}

func (d *Desk) kindOf(t store.Task) TaskKind {
	if k, ok := d.tasks[t.Kind]; ok {
		return k
	}
	return ofOthers
}

func (v *Visit) taskName(t store.Task) string {
	if k := v.d.kindOf(t); k.Name != "" {
		return v.Loc.T(k.Name)
	}
	return t.Kind
}

func (d *Desk) taskLink(t store.Task) string {
	if k := d.kindOf(t); k.Link != nil {
		return k.Link(t)
	}
	return ""
}

func (v *Visit) maySettle(t store.Task) bool { return v.MayOpen(v.d.kindOf(t).May) }

func (d *Desk) doTask(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Task(ctx, v.PathValue("id"))
		if err != nil {
			return err
		}
		if !v.maySettle(t) {
			return v.Refuse(fault.Denied, "staff.why.role")
		}
		return tx.FinishTask(ctx, v.By(), t.ID)
	})
	return See("/desk?done=task"), err
}

func (d *Desk) homeMeter(ctx context.Context, v *Visit, p *web.HomePage) error {
	c, err := d.Store.CurrentCampaign(ctx, d.Money.Now())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := v.Meter(ctx, c)
	p.Meter = m
	return err
}

// Meter is a campaign's money as the page draws it.
func (v *Visit) Meter(ctx context.Context, c fund.Campaign) (*web.Meter, error) {
	m, err := v.d.Store.CampaignMeter(ctx, c)
	if err != nil {
		return nil, err
	}
	now := v.d.Money.Now()
	in := func(minor int64) money.Amount { return money.Amount{Currency: m.Currency, Minor: minor} }
	return &web.Meter{
		ID: c.ID, Label: WordsIn(c.Title, v.Loc.Lang(), v.Outlet.Language), Raised: in(m.Received), Goal: in(m.Goal()), Donors: m.Donors,
		DaysLeft: int(c.EndsAt.Sub(now) / (24 * time.Hour)), End: c.EndsAt, Ended: c.Over(now), Reached: c.GoalReachedAt,
		Monthly: in(m.Monthly), Expected: in(m.Projected), Converting: m.Converting, Yearly: c.Counting == fund.Annualised,
	}, nil
}

// WordsIn picks a text by language, the outlet's where this one has none.
func WordsIn(words map[string]string, lang, fallback string) string {
	if words[lang] != "" {
		return words[lang]
	}
	return words[fallback]
}

// signInHints say what would make signing in surer.
func (d *Desk) signInHints(ctx context.Context, v *Visit, hint func(key, href string)) error {
	all, err := d.Store.Passkeys(ctx, v.Account.ID)
	if err != nil {
		return err
	}
	here := len(v.keysHere(all))
	if _, why := v.keySite(); why == "" && here == 0 {
		hint("home.passkey", "/desk/account/passkeys/new")
	}
	if v.Account.PasswordHash == "" && here == 0 {
		hint("home.password", "/desk/account")
	}
	if v.Account.PasswordHash != "" && v.Account.TOTPBox == "" {
		hint("home.second", "/desk/account/second-step")
	}
	r, err := d.Store.Recovery(ctx, v.Account.ID)
	if !r.MadeAt.IsZero() && r.Left < 3 {
		hint("home.codes", "/desk/account")
	}
	return err
}

// homeHints says what should be put in order, each with the way there.
func (d *Desk) homeHints(ctx context.Context, v *Visit, p *web.HomePage) error {
	panel := web.Panel{ID: "hints", Heading: v.Loc.T("home.hints")}
	hint := func(key, href string) {
		panel.Links = append(panel.Links, web.Link{Text: v.Loc.T(key), Href: href})
	}
	if err := d.signInHints(ctx, v, hint); err != nil {
		return err
	}
	if v.MayOpen(Only(staff.Operate)) {
		var server mail.Server
		if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil {
			return err
		}
		if !server.Set() {
			hint("home.mailserver", "/desk/settings/mail")
		}
	}
	if v.MayOpen(SeeNeeds) {
		n, err := d.Store.CountNeeds(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			panel.Links = append(panel.Links, web.Link{Text: v.Loc.N("home.needs", n), Href: "/desk/imports"})
		}
	}
	if len(panel.Links) > 0 {
		p.Aside = append(p.Aside, panel)
	}
	return nil
}
