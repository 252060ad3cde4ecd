package story

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// onePicture is a picture with all that is known about it.
func (d *Pages) onePicture(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.seen(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	page, err := d.picturePage(ctx, v, p, nil)
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/picture", page)
}

func (d *Pages) picturePage(ctx context.Context, v *visit, p media.Picture, bad fault.Fields) (web.PicturePage, error) {
	f := v.Frame(ctx, "")
	f.Title = nameOf(p)
	page := web.PicturePage{DeskFrame: f, Heading: f.Title, Back: &web.Link{Text: v.Loc.T("library.back"), Href: "/desk/media"}, Waiting: v.Loc.T("library.waiting")}
	if p.State == media.Refused {
		page.Waiting = v.refusal(fault.New(fault.Invalid, "%s", p.Refusal))
	}
	if _, ok := p.Fit(previewWidth); ok {
		page.Src, page.Width, page.Height = "/desk/pictures/"+p.ID+"?whole=1", p.Width, p.Height
	}
	facts, err := d.pictureFacts(ctx, v, p)
	if err != nil {
		return page, err
	}
	page.Facts = facts
	mine := v.holds(p).OK()
	if mine {
		form := v.pictureForm(p, bad)
		page.Form, page.Hint = &form, v.Loc.T("library.mark")
	}
	used, err := d.usesPanel(ctx, v, p)
	if err != nil {
		return page, err
	}
	page.Panels = append(page.Panels, used)
	same, err := d.samePanel(ctx, v, p, mine)
	if err != nil {
		return page, err
	}
	if same != nil {
		page.Panels = append(page.Panels, *same)
	}
	if mine && p.Uses == 0 {
		page.Forms = append(page.Forms, web.Form{ID: "delete", Action: "/desk/media/" + p.ID + "/delete", Nonce: v.Nonce(), Submit: v.Loc.T("library.delete"), Quiet: true,
			Errors: desk.ErrorsOf(bad, "sure"), Groups: []web.FieldGroup{{Legend: v.Loc.T("library.delete"), Fields: []web.Field{
				{Name: "sure", Kind: "check", Label: v.Loc.T("library.delete.sure"), Hint: v.Loc.T("library.delete.hint")}}}}})
	}
	return page, nil
}

// pictureFacts are what is known of the original.
func (d *Pages) pictureFacts(ctx context.Context, v *visit, p media.Picture) ([]web.Fact, error) {
	who := v.Loc.T("library.nobody")
	if p.CreatedBy != "" {
		a, err := d.Store.Account(ctx, p.CreatedBy)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			who = a.Name
		}
	}
	facts := []web.Fact{
		{Name: v.Loc.T("library.size"), Value: v.Loc.T("library.pixels", "w", p.Width, "h", p.Height)},
		{Name: v.Loc.T("library.bytes"), Value: v.Loc.T("library.kb", "n", v.Loc.Number((p.Bytes+1023)/1024))},
		{Name: v.Loc.T("library.type"), Value: p.Mime},
		{Name: v.Loc.T("library.when"), Value: v.Loc.DateTime(p.CreatedAt.In(v.Outlet.Location()))},
		{Name: v.Loc.T("library.who"), Value: who},
		{Name: v.Loc.T("library.marks"), Value: v.marksOf(p)},
		{Name: v.Loc.T("library.hash"), Value: p.Hash[:min(12, len(p.Hash))] + "…"},
	}
	for _, t := range v.tagsOf(p) {
		facts = append(facts, web.Fact{Name: v.Loc.T("library.note"), Tag: &t})
	}
	return facts, nil
}

// marksOf names what the original holds beside its pixels.
func (v *visit) marksOf(p media.Picture) string {
	if len(p.Marks) == 0 {
		return v.Loc.T("library.mark.none")
	}
	list := make([]string, len(p.Marks))
	for i, m := range p.Marks {
		list[i] = v.Loc.T("library.mark." + m)
	}
	return v.Loc.T("library.mark.kept", "list", strings.Join(list, v.Loc.Comma()))
}

// percent writes ten-thousandths as a form has them.
func percent(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

// toParts reads a percentage, 0–100, in the digits of any of our languages.
func toParts(s string) (int, bool) {
	s = strings.NewReplacer("٫", ".", ",", ".", "٪", "", "%", "").Replace(strings.TrimSpace(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		}
		return r
	}, s)
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(n >= 0 && n <= 100) {
		return 0, false
	}
	return int(math.Round(n * 100)), true
}

// places are the fields of the focal point and of the crop.
var places = []struct {
	name string
	at   func(p *media.Picture) *int
}{
	{"focal_x", func(p *media.Picture) *int { return &p.FocalX }}, {"focal_y", func(p *media.Picture) *int { return &p.FocalY }},
	{"crop_x", func(p *media.Picture) *int { return &p.Crop.X }}, {"crop_y", func(p *media.Picture) *int { return &p.Crop.Y }},
	{"crop_w", func(p *media.Picture) *int { return &p.Crop.Width }}, {"crop_h", func(p *media.Picture) *int { return &p.Crop.Height }},
}

// pictureForm is the form of all that can be said about a picture. After a fault
// it has what was put in.
func (v *visit) pictureForm(p media.Picture, bad fault.Fields) web.Form {
	value := func(name, now string) string {
		if bad != nil {
			return v.PostForm.Get(name)
		}
		return now
	}
	words := web.FieldGroup{Legend: v.Loc.T("library.words"), Fields: []web.Field{
		{Name: "credit", Label: v.Loc.T("library.field.credit"), Hint: v.Loc.T("library.credit.hint"), Value: value("credit", p.Credit), Dir: "auto"},
		{Name: "decorative", Kind: "check", Label: v.Loc.T("library.field.decorative"), Hint: v.Loc.T("library.decorative.hint"), Checked: value("decorative", map[bool]string{true: "on"}[p.Decorative]) != ""}}}
	for _, lang := range v.Outlet.Langs() {
		in := locale.For(lang).Name()
		words.Fields = append(words.Fields,
			web.Field{Name: "alt_" + lang, Kind: "area", Rows: 2, Label: v.Loc.T("library.field.alt", "lang", in), Value: value("alt_"+lang, p.Alt[lang]), Optional: true, Lang: lang, Dir: locale.DirOf(lang)},
			web.Field{Name: "caption_" + lang, Kind: "area", Rows: 2, Label: v.Loc.T("library.field.caption", "lang", in), Value: value("caption_"+lang, p.Caption[lang]), Optional: true, Lang: lang, Dir: locale.DirOf(lang)})
	}
	until := ""
	if !p.RightsUntil.IsZero() {
		until = p.RightsUntil.Add(-1).In(v.Outlet.Location()).Format(time.DateOnly)
	}
	rights := web.FieldGroup{Legend: v.Loc.T("library.rights"), Fields: []web.Field{
		{Name: "rights", Label: v.Loc.T("library.field.rights"), Value: value("rights", p.Rights), Optional: true, Dir: "auto"},
		{Name: "until", Kind: "date", Label: v.Loc.T("library.field.until"), Hint: v.Loc.T("library.until.hint", "zone", v.Outlet.Location().String()), Value: value("until", until), Optional: true}}}
	if p.Crop.None() {
		p.Crop = media.Crop{Width: 10_000, Height: 10_000}
	}
	cut := web.FieldGroup{Legend: v.Loc.T("library.cut"), Hint: v.Loc.T("library.cut.hint"), Columns: 2}
	for _, x := range places {
		cut.Fields = append(cut.Fields, web.Field{Name: x.name, Kind: "number", InputMode: "decimal", Label: v.Loc.T("library.field." + x.name), Value: value(x.name, percent(*x.at(&p))), Dir: "ltr"})
	}
	return web.Form{ID: "picture", Action: "/desk/media/" + p.ID, Nonce: v.Nonce(), Submit: v.Loc.T("settings.act"), Groups: []web.FieldGroup{cut, words, rights},
		Errors: desk.ErrorsOf(bad, "", "credit", "until", "focal_x", "focal_y", "crop_x", "crop_y", "crop_w", "crop_h")}
}

// readPictureForm puts what was sent over a picture.
func (v *visit) readPictureForm(p *media.Picture) error {
	bad := fault.Fields{}
	p.Credit, p.Rights, p.Decorative = news.Line(v.Field("credit")), news.Line(v.Field("rights")), v.Field("decorative") != ""
	p.Alt, p.Caption = over(p.Alt, "alt_", v), over(p.Caption, "caption_", v)
	p.RightsUntil = time.Time{}
	if day := v.Field("until"); day != "" {
		at, err := time.ParseInLocation(time.DateOnly, day, v.Outlet.Location())
		if err != nil || at.Year() < 1900 || at.Year() > 2200 {
			bad["until"] = v.Loc.T("library.bad.until")
		} else {
			p.RightsUntil = at.AddDate(0, 0, 1) // the day itself is still within it
		}
	}
	for _, x := range places {
		n, ok := toParts(v.Field(x.name))
		if !ok {
			bad[x.name] = v.Loc.T("library.bad.percent")
		}
		*x.at(p) = n
	}
	if len(bad) == 0 && !p.Crop.Good() {
		bad["crop_w"] = v.Loc.T("library.bad.crop")
	}
	p.Crop = media.ParseCrop(p.Crop.String()) // one that leaves everything is none
	if len(bad) > 0 {
		return bad
	}
	return nil
}

// over puts the words of the form's languages over those that there are.
func over(words map[string]string, prefix string, v *visit) map[string]string {
	out := map[string]string{}
	for lang, text := range words {
		out[lang] = text
	}
	for _, lang := range v.Outlet.Langs() {
		if out[lang] = news.Line(v.Field(prefix + lang)); out[lang] == "" {
			delete(out, lang)
		}
	}
	return out
}

// doOnePicture keeps what was said about a picture.
func (d *Pages) doOnePicture(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.change(ctx, v, v.PathValue("id"), v.readPictureForm)
	var bad fault.Fields
	if errors.As(err, &bad) {
		page, err := d.picturePage(ctx, v, p, bad)
		if err != nil {
			return web.Page{}, err
		}
		return v.Again("desk/picture", page)
	}
	if err != nil {
		return web.Page{}, err
	}
	return desk.See("/desk/media/" + p.ID + "?done=saved"), nil
}

// held is the picture of this address, for somebody who may change it.
func (d *Pages) held(ctx context.Context, v *visit) (media.Picture, error) {
	p, err := d.Store.Media(ctx, v.PathValue("id"))
	if err == nil {
		err = v.refuseOthers(p)
	}
	return p, err
}

func (v *visit) refuseOthers(p media.Picture) error {
	if may := v.holds(p); !may.OK() {
		return v.Refuse(fault.Denied, may.Why)
	}
	return nil
}

// change changes what is known about a picture, and notes who did. Nobody else
// changes it meanwhile: the editor sends credit and crop at once. After a fault it
// returns the picture as it was to become.
func (d *Pages) change(ctx context.Context, v *visit, id string, fn func(*media.Picture) error) (p media.Picture, err error) {
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if p, err = tx.HoldMedia(ctx, id); err != nil {
			return err
		}
		if err := v.refuseOthers(p); err != nil {
			return err
		}
		if err := fn(&p); err != nil {
			return err
		}
		if err := tx.DescribeMedia(ctx, p); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "media.described", "media", p.ID, map[string]any{"credit": p.Credit, "rights": p.Rights, "until": p.RightsUntil, "crop": p.Crop.String()})
	})
	return p, err
}

// usesPanel says where a picture is shown, as far as this person may know.
func (d *Pages) usesPanel(ctx context.Context, v *visit, p media.Picture) (web.Panel, error) {
	list, all, err := d.uses(ctx, v, p.ID)
	if err != nil {
		return web.Panel{}, err
	}
	out := web.Panel{ID: "uses", Heading: v.Loc.T("library.uses"), Text: v.Loc.T("library.uses.none")}
	if len(list) > 0 {
		out.Text = v.Loc.T("library.uses.say")
		out.Table = &web.Table{Caption: out.Heading, Columns: v.Columns("stories.headline", "stories.state")}
	} else if all > 0 {
		out.Text = ""
	}
	for _, u := range list {
		state := web.Cell{Text: v.Loc.T("state." + string(u.State))}
		switch {
		case u.Public && u.Working:
			state.Tag = &web.Tag{Text: v.Loc.T("library.use.public"), Kind: "ok"}
		case u.Public:
			state.Tag = &web.Tag{Text: v.Loc.T("library.use.was"), Kind: "warn"}
		default:
			state.Tag = &web.Tag{Text: v.Loc.T("library.use.draft")}
		}
		out.Table.Rows = append(out.Table.Rows, web.Row{Cells: []web.Cell{{Text: v.headline(u.Article), Href: "/desk/stories/" + u.ID, Lang: u.Lang, Dir: locale.DirOf(u.Lang)}, state}})
	}
	if hidden := all - len(list); hidden > 0 {
		out.Text = strings.TrimSpace(out.Text + "\n\n" + v.Loc.N("library.uses.hidden", hidden))
	}
	places, err := d.Store.PlacesOf(ctx, p.ID)
	for range places {
		out.Text = strings.TrimSpace(out.Text + "\n\n" + v.Loc.T("library.uses.place"))
		break
	}
	return out, err
}

// samePanel names the pictures that look the same.
func (d *Pages) samePanel(ctx context.Context, v *visit, p media.Picture, mine bool) (*web.Panel, error) {
	list, err := d.Store.Alike(ctx, p.PixelHash, p.ID)
	if err != nil {
		return nil, err
	}
	out := web.Panel{ID: "same", Heading: v.Loc.T("library.same"), Text: v.Loc.T("library.same.say")}
	for _, o := range list {
		if v.holds(o).OK() {
			out.Links = append(out.Links, web.Link{Text: v.Loc.T("library.same.one", "name", nameOf(o), "w", o.Width, "h", o.Height), Href: "/desk/media/" + o.ID})
		}
	}
	if mine && p.Twin != "" {
		out.Buttons = []web.PostButton{*v.Button("library.apart", "/desk/media/"+p.ID+"/apart", "")}
	}
	if len(out.Links) == 0 {
		return nil, nil
	}
	return &out, nil
}

// doApart says that a picture is no double.
func (d *Pages) doApart(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.held(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetApart(ctx, v.By(), p.ID) })
	return desk.See("/desk/media/" + p.ID + "?done=saved"), err
}

// doDeletePicture removes a picture that nothing shows.
func (d *Pages) doDeletePicture(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.held(ctx, v)
	if err != nil {
		return web.Page{}, err
	}
	bad := fault.Fields{"sure": v.Loc.T("library.delete.tick")}
	if v.Field("sure") != "" {
		err = d.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropMedia(ctx, v.By(), p.ID) })
		if err == nil {
			return desk.See("/desk/media?done=picture"), nil
		}
		if fault.KindOf(err) != fault.Conflict {
			return web.Page{}, err
		}
		return web.Page{}, v.Refuse(fault.Conflict, "library.delete.used")
	}
	page, err := d.picturePage(ctx, v, p, nil)
	if err != nil {
		return web.Page{}, err
	}
	for i := range page.Forms {
		page.Forms[i].Errors = desk.ErrorsOf(bad, "sure")
	}
	return v.Again("desk/picture", page)
}
