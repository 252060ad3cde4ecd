package desk

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// home shows what waits for this person.
func (d *Desk) home(ctx context.Context, v *visit) (web.Page, error) {
	p := web.HomePage{DeskFrame: d.frame(ctx, v, "nav.home")}
	for _, part := range []func(context.Context, *visit, *web.HomePage) error{d.homeFigures, d.homeTasks, d.homeMeter, d.homeHints} {
		if err := part(ctx, v, &p); err != nil {
			return web.Page{}, err
		}
	}
	return d.draw(v, "desk/home", p)
}

func (d *Desk) homeFigures(ctx context.Context, v *visit, p *web.HomePage) error {
	states, err := d.Store.CountByState(ctx)
	if err != nil {
		return err
	}
	figure := func(key string, n int) {
		p.Figures = append(p.Figures, web.FigureLine{Name: v.loc.T(key), Value: v.loc.Number(int64(n))})
	}
	figure("home.drafts", states[news.Pitch]+states[news.Draft]+states[news.InReview]+states[news.CopyDesk]+states[news.Approved])
	figure("home.scheduled", states[news.Scheduled])
	figure("home.published", states[news.Published])
	if v.mayOpen(seeMail) {
		mails, err := d.Store.CountMails(ctx)
		if err != nil {
			return err
		}
		figure("home.mails", mails[store.MailWaiting])
	}
	return nil
}

// homeTasks lists what waits for a person, to those who may settle it.
func (d *Desk) homeTasks(ctx context.Context, v *visit, p *web.HomePage) error {
	list, all, err := d.Store.Tasks(ctx, 50)
	if err != nil {
		return err
	}
	t := &web.Table{Caption: v.loc.T("home.tasks"), Columns: v.columns("home.task", "home.since", "home.settle"), Empty: v.loc.T("home.nothing")}
	for _, task := range list {
		if !v.maySettle(task) {
			all--
			continue
		}
		what := v.taskName(task)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: what, Href: taskLink(task), Small: task.ObjectKind + " " + task.ObjectID},
			{At: task.CreatedAt}, {Button: v.button("home.done", "/desk/tasks/"+task.ID+"/done", what)}}})
	}
	panel := web.Panel{ID: "tasks", Heading: v.loc.T("home.tasks"), Table: t}
	if all > len(t.Rows) {
		panel.Text = v.loc.N("home.more", all-len(t.Rows))
	}
	p.Panels = append(p.Panels, panel)
	return nil
}

// taskNames are the kinds of task that have a sentence of their own.
var taskNames = map[string]string{
	fund.TaskUnknownPayment: "task.unknown_payment", fund.TaskSuspense: "task.suspense",
	fund.TaskDuplicate: "task.duplicate", fund.TaskMismatch: "task.mismatch",
	store.TaskReconciliation: "task.reconciliation", fund.TaskChangeLost: "task.change_lost", fund.TaskErasedPlan: "task.erased_plan", fund.TaskErasedGift: "task.erased_gift", fund.TaskPayBack: "task.pay_back",
	fund.TaskHeld: "guard.task.held", fund.TaskWarning: "guard.task.warning", fund.TaskLostTwice: "guard.task.lost_twice",
	fund.TaskBreaker: "guard.task.breaker", fund.TaskMode: "guard.task.mode", fund.TaskRate: "guard.task.rate",
	receipt.TaskStuck: "receipt.task.stuck",
}

func (v *visit) taskName(t store.Task) string {
	if key, ok := taskNames[t.Kind]; ok {
		return v.loc.T(key)
	}
	return t.Kind
}

// maySettle: tasks about money are the treasurer's; others are for whoever
// publishes or runs the place.
func (v *visit) maySettle(t store.Task) bool {
	if _, aboutMoney := taskNames[t.Kind]; aboutMoney {
		return v.mayOpen(only(staff.Allocate))
	}
	return v.mayOpen([]staff.Action{staff.Publish, staff.Operate})
}

func (d *Desk) doTask(ctx context.Context, v *visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.Task(ctx, v.PathValue("id"))
		if err != nil {
			return err
		}
		if !v.maySettle(t) {
			return v.refuse(fault.Denied, "staff.why.role")
		}
		return tx.FinishTask(ctx, v.by(), t.ID)
	})
	return see("/desk?done=task"), err
}

func (d *Desk) homeMeter(ctx context.Context, v *visit, p *web.HomePage) error {
	c, err := d.Store.CurrentCampaign(ctx, d.Money.Now())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := d.meter(ctx, v, c)
	p.Meter = m
	return err
}

// meter is a campaign's money as the page draws it.
func (d *Desk) meter(ctx context.Context, v *visit, c fund.Campaign) (*web.Meter, error) {
	m, err := d.Store.CampaignMeter(ctx, c)
	if err != nil {
		return nil, err
	}
	now := d.Money.Now()
	in := func(minor int64) money.Amount { return money.Amount{Currency: m.Currency, Minor: minor} }
	return &web.Meter{
		ID: c.ID, Label: wordsIn(c.Title, v.loc.Lang(), v.outlet.Language), Raised: in(m.Received), Goal: in(m.Goal()), Donors: m.Donors,
		DaysLeft: int(c.EndsAt.Sub(now) / (24 * time.Hour)), End: c.EndsAt, Ended: c.Over(now), Reached: c.GoalReachedAt,
		Monthly: in(m.Monthly), Expected: in(m.Projected), Converting: m.Converting, Yearly: c.Counting == fund.Annualised,
	}, nil
}

// wordsIn picks a text by language, the outlet's where this one has none.
func wordsIn(words map[string]string, lang, fallback string) string {
	if words[lang] != "" {
		return words[lang]
	}
	return words[fallback]
}

// homeHints says what should be put in order, each with the way there.
func (d *Desk) homeHints(ctx context.Context, v *visit, p *web.HomePage) error {
	panel := web.Panel{ID: "hints", Heading: v.loc.T("home.hints")}
	hint := func(key, href string) {
		panel.Links = append(panel.Links, web.Link{Text: v.loc.T(key), Href: href})
	}
	if v.account.PasswordHash == "" {
		hint("home.password", "/desk/account")
	}
	if v.account.TOTPBox == "" {
		hint("home.second", "/desk/account/second-step")
	}
	if v.mayOpen(only(staff.Operate)) {
		var server mail.Server
		if _, err := d.Store.Setting(ctx, mail.Setting, &server); err != nil {
			return err
		}
		if !server.Set() {
			hint("home.mailserver", "/desk/settings/mail")
		}
	}
	if v.mayOpen(seeNeeds) {
		n, err := d.Store.CountNeeds(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			panel.Links = append(panel.Links, web.Link{Text: v.loc.N("home.needs", n), Href: "/desk/imports"})
		}
	}
	if len(panel.Links) > 0 {
		p.Aside = append(p.Aside, panel)
	}
	return nil
}

// pages reads the number of a list's page, from 1 on, and makes the links to
// its neighbours. Lists ask for one row more than they show.
func pages(v *visit, rows, size int) (pager web.Pager) {
	n := pageNumber(v)
	link := func(n int) string {
		q := v.URL.Query()
		q.Set("page", strconv.Itoa(n))
		q.Del("done")
		return v.URL.Path + "?" + q.Encode()
	}
	if n > 1 {
		pager.Newer = link(n - 1)
	}
	if rows > size {
		pager.Older = link(n + 1)
	}
	return pager
}

func pageNumber(v *visit) int {
	n, err := strconv.Atoi(v.URL.Query().Get("page"))
	if err != nil || n < 1 || n > 100_000 {
		return 1
	}
	return n
}
