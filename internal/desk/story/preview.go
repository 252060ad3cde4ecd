package story

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// look leads somebody to the newest text of a story as readers will see it. The
// link is theirs and works for an hour; the same one within that hour, so that
// looking often leaves no more behind than looking once.
func (d *Pages) look(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.access(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	key := hmac.New(sha256.New, d.Secrets.Derive("desk previews"))
	fmt.Fprintf(key, "%s %s %d", a.ID, v.Account.ID, d.Clock.Now().Unix()/int64(store.OwnPreviewLasts/time.Second/2))
	token := hex.EncodeToString(key.Sum(nil))
	if err := d.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutOwnPreview(ctx, v.By(), a.ID, token) }); err != nil {
		return web.Page{}, err
	}
	return desk.See("/preview/" + token), nil
}

// previews lists the links by which people outside the desk read a story.
func (d *Pages) previews(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.previewPage(ctx, v, a, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/list", p)
}

func (d *Pages) previewPage(ctx context.Context, v *visit, a access, bad fault.Fields) (web.ListDeskPage, error) {
	list, err := d.Store.Previews(ctx, a.ID)
	f := v.Frame(ctx, "previews.heading")
	at := "/desk/stories/" + a.ID
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("previews.say"), Action: &web.Link{Text: v.Loc.T("write.back"), Href: at},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("previews.for", "previews.until", "previews.seen", "previews.state"), Empty: v.Loc.T("previews.none")}}
	now := d.Clock.Now()
	for _, x := range list {
		state := web.Cell{Tag: &web.Tag{Text: v.Loc.T("previews.over")}}
		if x.Works(now) {
			state = web.Cell{Button: v.Button("previews.end", at+"/preview/"+x.ID+"/end", x.Label)}
		}
		label := x.Label
		if label == "" {
			label = v.Loc.T("previews.nobody")
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: label, Small: x.By.Name, Dir: "auto"}, {At: x.Ends}, {At: x.Seen}, state}})
	}
	p.Forms = []web.Form{d.previewForm(v, at, bad)}
	return p, err
}

func (d *Pages) previewForm(v *visit, at string, bad fault.Fields) web.Form {
	days := web.Field{Name: "days", Kind: "select", Label: v.Loc.T("previews.days"), Value: "3"}
	for _, n := range store.PreviewDays {
		days.Options = append(days.Options, web.Option{Value: strconv.Itoa(n), Text: v.Loc.N("previews.day", n)})
	}
	return web.Form{ID: "new", Action: at + "/preview", Nonce: v.Nonce(), Submit: v.Loc.T("previews.act"), Errors: desk.ErrorsOf(bad, "days"),
		Groups: []web.FieldGroup{{Legend: v.Loc.T("previews.new"), Fields: []web.Field{
			{Name: "label", Label: v.Loc.T("previews.for"), Hint: v.Loc.T("previews.for.hint"), Value: v.Field("label"), Optional: true, Dir: "auto"}, days}}}}
}

// doPreview makes a link and shows it, once: only its hash is kept.
func (d *Pages) doPreview(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	var token string
	label := []rune(v.Field("label"))
	err = d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = tx.MakePreview(ctx, v.By(), a.ID, string(label[:min(len(label), 100)]), int(desk.ToNumber(v.Field("days"))))
		return err
	})
	if fault.KindOf(err) == fault.Invalid {
		p, err := d.previewPage(ctx, v, a, fault.Fields{"days": v.Loc.T("previews.bad")})
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/list", p)
	}
	if err != nil {
		return web.Page{}, err
	}
	f := v.Frame(ctx, "previews.made")
	address := v.Base() + "/preview/" + token
	return v.Draw("desk/view", web.ViewPage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("previews.heading"), Href: "/desk/stories/" + a.ID + "/preview"},
		Facts:  []web.Fact{{Name: v.Loc.T("previews.link"), Value: address, Href: address}},
		Panels: []web.Panel{{ID: "say", Heading: v.Loc.T("previews.once"), Text: v.Loc.T("previews.once.say")}}})
}

// doEndPreview takes a link back at once.
func (d *Pages) doEndPreview(ctx context.Context, v *visit) (web.Page, error) {
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndPreview(ctx, v.By(), a.ID, v.PathValue("preview")) })
	return desk.See("/desk/stories/" + a.ID + "/preview?done=saved"), err
}
