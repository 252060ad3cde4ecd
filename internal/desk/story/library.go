package story

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// shelf is how many pictures a page of the library shows.
const shelf = 48

// thumb is how wide, in pixels, pictures are in lists.
const thumb = 320

func (d *Pages) libraryRoutes() []desk.Route {
	in, may := d.in, desk.Only(staff.EditMedia)
	return []desk.Route{
		{Pattern: "GET /desk/media", Page: in(d.library), May: may},
		{Pattern: "GET /desk/media/choose", Page: in(d.choosePicture), May: may},
		{Pattern: "GET /desk/media/new", Page: in(d.newPictures), May: may},
		{Pattern: "POST /desk/media/new", Page: in(d.doNewPictures), Raw: true},
		{Pattern: "GET /desk/media/{id}", Page: in(d.onePicture), May: desk.SeeStories},
		{Pattern: "POST /desk/media/{id}", Page: in(d.doOnePicture), May: may},
		{Pattern: "POST /desk/media/{id}/apart", Page: in(d.doApart), May: may},
		{Pattern: "POST /desk/media/{id}/delete", Page: in(d.doDeletePicture), May: may},
	}
}

// holds tells whether a picture is this person's to work on.
func (v *visit) holds(p media.Picture) staff.Decision { return editorial.HoldsPicture(v.Person(), p) }

// everyones tells whether this person works with the whole library, not with
// what they brought alone.
func (v *visit) everyones() bool { return editorial.HoldsLibrary(v.Person()) }

// seen finds a picture that this person may look at.
func (d *Pages) seen(ctx context.Context, v *visit, id string) (media.Picture, error) {
	p, err := d.work.Picture(ctx, v.Person(), id)
	return p, v.say(err)
}

// uses are the stories with a picture that this person may see.
func (d *Pages) uses(ctx context.Context, v *visit, id string) ([]store.MediaUse, int, error) {
	return d.work.PictureUses(ctx, v.Person(), id)
}

// sieve reads what the library is to show, and keeps it to what this person may
// work with.
func (v *visit) sieve() store.MediaFilter {
	q := v.URL.Query()
	f := store.MediaFilter{Lack: store.MediaLack(q.Get("view")), By: q.Get("by"), Text: strings.TrimSpace(q.Get("q"))}
	if !slices.Contains(store.MediaLacks, f.Lack) {
		f.Lack = ""
	}
	if !v.everyones() {
		f.By = v.Account.ID
	}
	return f
}

// from reads where the page of the library begins.
func (v *visit) from() store.MediaKey {
	ms, id, _ := strings.Cut(v.URL.Query().Get("after"), "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || id == "" {
		return store.MediaKey{}
	}
	return store.MediaKey{At: time.UnixMilli(n), ID: id}
}

// library shows the pictures that this person works with.
func (d *Pages) library(ctx context.Context, v *visit) (web.Page, error) {
	f := v.sieve()
	list, err := d.Store.Library(ctx, f, v.from(), shelf+1)
	if err != nil {
		return web.Page{}, err
	}
	frame := v.Frame(ctx, "library.heading")
	p := web.LibraryPage{DeskFrame: frame, Heading: frame.Title, Tabs: v.libraryTabs(f.Lack), Empty: v.Loc.T("library.none"),
		Action: &web.Link{Text: v.Loc.T("library.add"), Href: "/desk/media/new"}}
	if p.Filter, err = d.libraryFilter(ctx, v, f); err != nil {
		return web.Page{}, err
	}
	for _, m := range list[:min(len(list), shelf)] {
		p.Shots = append(p.Shots, v.shot(m))
	}
	if v.from().ID != "" {
		p.Newer = v.with("after", "")
	}
	if len(list) > shelf {
		k := f.KeyOf(list[shelf-1])
		p.Older = v.with("after", strconv.FormatInt(k.At.UnixMilli(), 10)+"-"+k.ID)
	}
	return v.Draw("desk/library", p)
}

func (v *visit) libraryTabs(now store.MediaLack) []web.Tab {
	tabs := []web.Tab{{Text: v.Loc.T("library.view.all"), Href: "/desk/media", Current: now == ""}}
	for _, l := range store.MediaLacks {
		tabs = append(tabs, web.Tab{Text: v.Loc.T("library.view." + string(l)), Href: "/desk/media?view=" + string(l), Current: l == now})
	}
	return tabs
}

func (d *Pages) libraryFilter(ctx context.Context, v *visit, f store.MediaFilter) (web.FilterForm, error) {
	fields := []web.Field{{Name: "q", Kind: "search", Label: v.Loc.T("library.text"), Value: f.Text, Dir: "auto"}}
	if v.everyones() {
		all, err := d.Store.Staff(ctx)
		if err != nil {
			return web.FilterForm{}, err
		}
		by := web.Field{Name: "by", Kind: "select", Label: v.Loc.T("library.by"), Value: f.By, Options: []web.Option{{Text: v.Loc.T("stories.any")}}}
		for _, p := range all {
			by.Options = append(by.Options, web.Option{Value: p.ID, Text: p.Name})
		}
		fields = append(fields, by)
	}
	form := web.FilterForm{Form: web.Form{ID: "filter", Action: "/desk/media", Groups: []web.FieldGroup{{Fields: fields}}, Submit: v.Loc.T("stories.filter")}}
	home := "/desk/media"
	if f.Lack != "" {
		form.Hidden = []web.HiddenField{{Name: "view", Value: string(f.Lack)}}
		home += "?view=" + string(f.Lack)
	}
	if form.On = f.Text != "" || f.By != "" && v.everyones(); form.On {
		form.Clear = home
	}
	return form, nil
}

// shot is a picture of the list.
func (v *visit) shot(p media.Picture) web.Shot {
	s := web.Shot{Link: web.Link{Text: nameOf(p), Href: "/desk/media/" + p.ID}, Credit: p.Credit}
	if r, ok := p.Fit(thumb); ok {
		s.Src, s.Width, s.Height = "/desk/pictures/"+p.ID+"?w="+strconv.Itoa(thumb), r.Width, r.Height
	}
	s.Tags = v.tagsOf(p)
	return s
}

// nameOf is what a picture is called at the desk.
func nameOf(p media.Picture) string {
	if p.Filename != "" {
		return p.Filename
	}
	return p.ID
}

// tagsOf are the things about a picture that somebody should see to.
func (v *visit) tagsOf(p media.Picture) []web.Tag {
	var out []web.Tag
	tag := func(when bool, kind, key string, args ...any) {
		if when {
			out = append(out, web.Tag{Text: v.Loc.T(key, args...), Kind: kind})
		}
	}
	now := v.d.Clock.Now()
	ended := !p.RightsUntil.IsZero() && !now.Before(p.RightsUntil)
	tag(p.State == media.Refused, "stop", "library.tag.refused")
	tag(p.State == media.Waiting, "hint", "library.tag.waiting")
	tag(ended, "stop", "library.tag.ended")
	tag(!ended && !p.RightsUntil.IsZero(), "warn", "library.tag.until", "day", v.lastDay(p))
	tag(p.Credit == "", "warn", "library.tag.credit")
	tag(len(p.Alt) == 0 && !p.Decorative, "warn", "library.tag.alt")
	tag(p.Twin != "", "hint", "library.tag.twin")
	tag(p.Uses == 0, "", "library.tag.unused")
	return out
}

// lastDay is the last day on which a picture may be shown, in the newsroom's zone.
func (v *visit) lastDay(p media.Picture) string {
	return v.Loc.Date(p.RightsUntil.Add(-1).In(v.Outlet.Location()), locale.Long)
}

// choosePicture lists pictures for the editor to choose from.
func (d *Pages) choosePicture(ctx context.Context, v *visit) (web.Page, error) {
	f := v.sieve()
	list, err := d.Store.Library(ctx, f, v.from(), shelf+1)
	if err != nil {
		return v.answerFault(err)
	}
	out := struct {
		Pictures []taken `json:"pictures"`
		Next     string  `json:"next,omitempty"` // what after= has to be for more
	}{Pictures: []taken{}}
	for _, p := range list[:min(len(list), shelf)] {
		if p.State != media.Refused {
			out.Pictures = append(out.Pictures, v.taken(p, v.URL.Query().Get("lang")))
		}
	}
	if len(list) > shelf {
		k := f.KeyOf(list[shelf-1])
		out.Next = strconv.FormatInt(k.At.UnixMilli(), 10) + "-" + k.ID
	}
	return answer(200, out), nil
}
