package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/outbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// seeHooks are those who may have other programs told what happens. What these
// are told is public.
var seeHooks = []staff.Action{staff.Operate, staff.Outlet}

const hooksPath = "/desk/webhooks"

// webhooks lists the addresses that are told what happens.
func (d *Desk) webhooks(ctx context.Context, v *Visit) (web.Page, error) {
	list, err := d.Store.Webhooks(ctx)
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "hooks.heading")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("hooks.say"), Action: &web.Link{Text: v.Loc.T("hooks.new"), Href: hooksPath + "/new"},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("hooks.url", "hooks.events", "hooks.state"), Empty: v.Loc.T("hooks.none")}}
	for _, w := range list {
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: w.URL, Href: hooksPath + "/" + w.ID, Dir: "ltr"}, {Text: strings.Join(w.Events, " "), Dir: "ltr"}, {Tag: v.hookTag(w.State)}}})
	}
	return v.Draw("desk/list", p)
}

func (v *Visit) hookTag(s store.WebhookState) *web.Tag {
	kind := map[store.WebhookState]string{store.WebhookOn: "ok", store.WebhookFailed: "stop"}[s]
	return &web.Tag{Text: v.Loc.T("hooks.state." + string(s)), Kind: kind}
}

func eventField(k outbox.Kind) string { return "event-" + strings.ReplaceAll(string(k), ".", "-") }

func (v *Visit) hookPage(ctx context.Context, title, action string, w store.Webhook, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, title)
	events := web.FieldGroup{Legend: v.Loc.T("hooks.events"), Hint: v.Loc.T("hooks.events.hint")}
	for _, k := range outbox.Kinds() {
		events.Fields = append(events.Fields, web.Field{Name: eventField(k), Kind: "check", Label: Join(v.Loc.T("event."+string(k)), string(k)), Checked: slices.Contains(w.Events, string(k))})
	}
	form := web.Form{ID: "hook", Action: action, Nonce: v.Nonce(), Submit: v.Loc.T("hooks.save"), Errors: ErrorsOf(bad, "url", "events"),
		Groups: []web.FieldGroup{{Fields: []web.Field{{Name: "url", Kind: "url", Label: v.Loc.T("hooks.url"), Hint: v.Loc.T("hooks.url.hint"), Value: w.URL, Required: true, Dir: "ltr"}}}, events}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
}

func (d *Desk) newWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	return v.Draw("desk/form", v.hookPage(ctx, "hooks.new", hooksPath+"/new", store.Webhook{Events: []string{string(outbox.StoryPublished)}}, nil))
}

// hookForm reads what the form says.
func (d *Desk) hookForm(v *Visit, w store.Webhook) (store.Webhook, fault.Fields) {
	w.URL, w.Events = v.Field("url"), []string{}
	for _, k := range outbox.Kinds() {
		if v.Field(eventField(k)) != "" {
			w.Events = append(w.Events, string(k))
		}
	}
	bad := fault.Fields{}
	if outbox.Check(w.URL, d.Sandbox) != nil {
		bad["url"] = v.Loc.T("hooks.bad.url")
	}
	if len(w.Events) == 0 {
		bad["events"] = v.Loc.T("hooks.bad.events")
	}
	return w, bad
}

// doNewWebhook keeps an address and shows its secret, this once.
func (d *Desk) doNewWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	w, bad := d.hookForm(v, store.Webhook{ID: id.New(), State: store.WebhookOn})
	if len(bad) > 0 {
		return v.Again("desk/form", v.hookPage(ctx, "hooks.new", hooksPath+"/new", w, bad))
	}
	secret := outbox.NewSecret()
	w.Box = d.Secrets.Seal(store.WebhookSecret(w.ID), secret)
	if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutWebhook(ctx, v.By(), w) }); err != nil {
		return web.Page{}, err
	}
	return d.showOnce(ctx, v, "hooks.heading", w.URL, "hooks.secret", secret, v.Loc.T("hooks.secret.say"), hooksPath+"/"+w.ID)
}

// webhook shows an address with the log of what was sent there.
func (d *Desk) webhook(ctx context.Context, v *Visit) (web.Page, error) {
	w, err := d.Store.Webhook(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	log, err := d.Store.WebhookLog(ctx, w.ID, ListSize, 0)
	if err != nil {
		return web.Page{}, err
	}
	base := hooksPath + "/" + w.ID
	f := v.Frame(ctx, "hooks.heading")
	p := web.ViewPage{DeskFrame: f, Heading: w.URL, Back: &web.Link{Text: v.Loc.T("hooks.heading"), Href: hooksPath},
		Facts: []web.Fact{{Name: v.Loc.T("hooks.state"), Tag: v.hookTag(w.State)}, {Name: v.Loc.T("hooks.events"), Value: strings.Join(w.Events, " ")}}}
	if w.State == store.WebhookFailed {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("hooks.why"), Value: v.Loc.T("hooks.failed.say")})
	}
	if len(w.Boxes(d.Clock.Now())) > 1 {
		p.Facts = append(p.Facts, web.Fact{Name: v.Loc.T("hooks.old"), Value: v.Loc.T("hooks.old.until", "when", f.At(w.OldUntil))})
	}
	turn, act := store.WebhookOn, "hooks.on"
	if w.State == store.WebhookOn {
		turn, act = store.WebhookOff, "hooks.off"
	}
	p.Buttons = []web.PostButton{*v.Button("hooks.test", base+"/test", ""), *v.Button(act, base+"/state", "", web.HiddenField{Name: "state", Value: string(turn)}),
		*v.Button("hooks.turn", base+"/secret", ""), *v.Button("hooks.delete", base+"/delete", w.URL)}
	p.Ways = []web.Way{{Link: &web.Link{Text: v.Loc.T("hooks.change"), Href: base + "/edit"}}}
	p.Panels = []web.Panel{{ID: "log", Heading: v.Loc.T("hooks.log"), Text: v.Loc.T("hooks.log.say"), Table: v.hookLog(base, log)}}
	return v.Draw("desk/view", p)
}

func (v *Visit) hookLog(base string, log []store.Delivery) *web.Table {
	t := &web.Table{Caption: v.Loc.T("hooks.log"), Columns: v.Columns("hooks.event", "hooks.when", "hooks.answer", "hooks.again"), Empty: v.Loc.T("hooks.log.none")}
	for _, d := range log {
		kind := map[store.DeliveryState]string{store.DeliveryDone: "ok", store.DeliveryFailed: "stop", store.DeliveryWaiting: "warn"}[d.State]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: string(d.Event.Kind), Href: base + "/deliveries/" + d.ID, Dir: "ltr", Tag: &web.Tag{Text: v.Loc.T("hooks.delivery." + string(d.State)), Kind: kind}},
			{At: d.Event.At}, v.tryCell(d.Last, v.Loc.N("hooks.tried", d.Tries)),
			{Button: v.Button("hooks.again", base+"/deliveries/"+d.ID+"/again", string(d.Event.Kind))}}})
	}
	return t
}

// tryCell says what came of a try.
func (v *Visit) tryCell(t store.Try, more string) web.Cell {
	if t.At.IsZero() {
		return web.Cell{Text: v.Loc.T("hooks.untried")}
	}
	text := v.Loc.T("hooks.noanswer")
	if t.Status > 0 {
		text = strconv.Itoa(t.Status)
	}
	return web.Cell{Text: text, Small: Join(v.Loc.T("hooks.took", "ms", v.Loc.Count(int(t.Took.Milliseconds()))), more)}
}

// delivery shows one event on its way with all tries.
func (d *Desk) delivery(ctx context.Context, v *Visit) (web.Page, error) {
	got, err := d.Store.Delivery(ctx, v.PathValue("delivery"))
	if err == nil && got.Webhook != v.PathValue("id") {
		err = fault.New(fault.NotFound, "there is no such delivery")
	}
	if err != nil {
		return web.Page{}, err
	}
	tries, err := d.Store.Tries(ctx, got.ID)
	if err != nil {
		return web.Page{}, err
	}
	body, err := got.Event.Body(v.Base())
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "hooks.event")
	t := &web.Table{Caption: v.Loc.T("hooks.tries"), Columns: v.Columns("hooks.when", "hooks.answer", "hooks.said"), Empty: v.Loc.T("hooks.untried")}
	for _, x := range tries {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{At: x.At}, v.tryCell(x, ""), {Text: x.Answer, Dir: "auto"}}})
	}
	back := hooksPath + "/" + got.Webhook
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: string(got.Event.Kind), Back: &web.Link{Text: v.Loc.T("hooks.log"), Href: back},
		Facts:   []web.Fact{{Name: "webhook-id", Value: got.Event.MessageID()}, {Name: v.Loc.T("hooks.body"), Value: string(body)}},
		Panels:  []web.Panel{{ID: "tries", Heading: v.Loc.T("hooks.tries"), Table: t}},
		Buttons: []web.PostButton{*v.Button("hooks.again", back+"/deliveries/"+got.ID+"/again", "")}})
}

func (d *Desk) editWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	w, err := d.Store.Webhook(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/form", v.hookPage(ctx, "hooks.change", hooksPath+"/"+w.ID+"/edit", w, nil))
}

func (d *Desk) doEditWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	w, err := d.Store.Webhook(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	w, bad := d.hookForm(v, w)
	if len(bad) > 0 {
		return v.Again("desk/form", v.hookPage(ctx, "hooks.change", hooksPath+"/"+w.ID+"/edit", w, bad))
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutWebhook(ctx, v.By(), w) })
	return See(hooksPath + "/" + w.ID + "?done=saved"), err
}

// onHook does something to a webhook and goes back to its page.
func (d *Desk) onHook(ctx context.Context, v *Visit, done string, do func(tx *store.Tx, w store.Webhook) error) (web.Page, error) {
	w, err := d.Store.Webhook(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return do(tx, w) })
	return See(hooksPath + "/" + w.ID + "?done=" + done), err
}

func (d *Desk) doTestWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	return d.onHook(ctx, v, "hook_test", func(tx *store.Tx, w store.Webhook) error { return tx.TestWebhook(ctx, v.By(), w) })
}

func (d *Desk) doSendAgain(ctx context.Context, v *Visit) (web.Page, error) {
	return d.onHook(ctx, v, "hook_again", func(tx *store.Tx, w store.Webhook) error {
		return tx.SendAgain(ctx, v.By(), w.ID, v.PathValue("delivery"))
	})
}

func (d *Desk) doTurnWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	to := store.WebhookState(v.Field("state"))
	if to != store.WebhookOn && to != store.WebhookOff {
		return web.Page{}, fault.New(fault.Invalid, "a webhook is on or off")
	}
	return d.onHook(ctx, v, "saved", func(tx *store.Tx, w store.Webhook) error {
		w.State = to
		return tx.PutWebhook(ctx, v.By(), w)
	})
}

// doTurnSecret makes another secret and shows it, this once.
func (d *Desk) doTurnSecret(ctx context.Context, v *Visit) (web.Page, error) {
	secret := outbox.NewSecret()
	p, err := d.onHook(ctx, v, "saved", func(tx *store.Tx, w store.Webhook) error {
		return tx.TurnWebhookSecret(ctx, v.By(), w.ID, d.Secrets.Seal(store.WebhookSecret(w.ID), secret))
	})
	if err != nil {
		return p, err
	}
	return d.showOnce(ctx, v, "hooks.heading", v.Loc.T("hooks.turn"), "hooks.secret", secret, v.Loc.T("hooks.turned"), hooksPath+"/"+v.PathValue("id"))
}

func (d *Desk) doDropWebhook(ctx context.Context, v *Visit) (web.Page, error) {
	err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropWebhook(ctx, v.By(), v.PathValue("id")) })
	return See(hooksPath + "?done=hook_deleted"), err
}

func (d *Desk) webhookRoutes() []Route {
	return []Route{
		{Pattern: "GET /desk/webhooks", Page: d.webhooks, May: seeHooks},
		{Pattern: "GET /desk/webhooks/new", Page: d.newWebhook, May: seeHooks, Prove: true},
		{Pattern: "POST /desk/webhooks/new", Page: d.doNewWebhook, May: seeHooks, Prove: true},
		{Pattern: "GET /desk/webhooks/{id}", Page: d.webhook, May: seeHooks},
		{Pattern: "GET /desk/webhooks/{id}/edit", Page: d.editWebhook, May: seeHooks, Prove: true},
		{Pattern: "POST /desk/webhooks/{id}/edit", Page: d.doEditWebhook, May: seeHooks, Prove: true},
		{Pattern: "POST /desk/webhooks/{id}/test", Page: d.doTestWebhook, May: seeHooks},
		{Pattern: "POST /desk/webhooks/{id}/state", Page: d.doTurnWebhook, May: seeHooks},
		{Pattern: "POST /desk/webhooks/{id}/secret", Page: d.doTurnSecret, May: seeHooks, Prove: true},
		{Pattern: "POST /desk/webhooks/{id}/delete", Page: d.doDropWebhook, May: seeHooks, Prove: true},
		{Pattern: "GET /desk/webhooks/{id}/deliveries/{delivery}", Page: d.delivery, May: seeHooks},
		{Pattern: "POST /desk/webhooks/{id}/deliveries/{delivery}/again", Page: d.doSendAgain, May: seeHooks},
	}
}
