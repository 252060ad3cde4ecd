package api

import (
	"context"
	"errors"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// placed is a story in a place of the front.
type placed struct {
	Story    string     `json:"story" doc:"id"`
	Headline string     `json:"headline,omitempty" doc:"for the front alone"`
	Dek      string     `json:"dek,omitempty" doc:"for the front alone"`
	Until    *time.Time `json:"until,omitempty" doc:"leaves the place by itself"`
}

// front is the front page in a language, as somebody arranged it. What is not
// here is filled by itself.
type front struct {
	Lang    string            `json:"lang"`
	Version int               `json:"version" doc:"number of the arrangement that readers see; 0: nobody has arranged it"`
	Live    map[string]placed `json:"live" doc:"by place"`
	Draft   map[string]placed `json:"draft" doc:"what is worked on, by place"`
	Begun   bool              `json:"begun" doc:"the draft differs from what readers see"`
}

type arrangement struct {
	Places map[string]placed `json:"places" doc:"lead, beside-1 … and section:<id>, as reading the front names them"`
}

// navigation are the entries below the name of the paper.
type navigation struct {
	Entries []outlet.NavItem `json:"entries" doc:"none: all sections in their order"`
}

// redirect is an old address and where it leads.
type redirect struct {
	From   string    `json:"from" doc:"path"`
	To     string    `json:"to,omitempty" doc:"path or https address; none: nowhere at present"`
	ByHand bool      `json:"by_hand" doc:"and so may be taken away"`
	At     time.Time `json:"at"`
}

type redirects struct {
	Redirects []redirect `json:"redirects" doc:"the newest first"`
	Next      string     `json:"next,omitempty"`
}

type putRedirect struct {
	From string `json:"from" doc:"path on this site"`
	To   string `json:"to" doc:"path on this site, or an https address"`
}

type dropRedirect struct {
	From string `json:"from"`
}

func (a *API) aboutFront() []Op {
	arrange, run := []staff.Action{staff.Arrange}, []staff.Action{staff.Outlet}
	return []Op{
		{ID: "readFront", Method: "GET", Path: "/front/{lang}", Group: "site", Does: "Reads how the front page of a language is arranged.", Scope: staff.ReadStories, May: arrange, Out: front{}, Tagged: true, do: a.readFront},
		{ID: "arrangeFront", Method: "PUT", Path: "/front/{lang}/draft", Group: "site", Does: "Arranges the draft of a front page anew.", More: "If-Match is the ETag of reading the front.", Scope: staff.SiteScope, May: arrange,
			In: arrangement{}, Out: front{}, Tagged: true, Guarded: true, do: a.arrangeFront, Example: object{"places": object{"lead": object{"story": "STORY-ID", "headline": "Ferry back"}}}},
		{ID: "publishFront", Method: "POST", Path: "/front/{lang}/publish", Group: "site", Does: "Shows readers the draft of a front page.", Scope: staff.SiteScope, May: arrange, Out: front{}, Tagged: true, Guarded: true,
			do: a.onFront(func(ctx context.Context, tx *store.Tx, c *Call, seen store.FrontSeen) error {
				_, err := tx.PublishFront(ctx, c.By(), seen)
				return err
			})},
		{ID: "undoFront", Method: "POST", Path: "/front/{lang}/undo", Group: "site", Does: "Brings back what readers saw before.", Scope: staff.SiteScope, May: arrange, Out: front{}, Tagged: true, Guarded: true,
			do: a.onFront(func(ctx context.Context, tx *store.Tx, c *Call, seen store.FrontSeen) error {
				_, err := tx.UndoFront(ctx, c.By(), seen)
				return err
			})},
		{ID: "readNavigation", Method: "GET", Path: "/navigation", Group: "site", Does: "Reads the navigation.", Scope: staff.SiteScope, May: run, Out: navigation{}, Tagged: true, do: a.readNavigation},
		{ID: "putNavigation", Method: "PUT", Path: "/navigation", Group: "site", Does: "Puts another navigation in its place.", Scope: staff.SiteScope, May: run, In: navigation{}, Out: navigation{}, Tagged: true, Guarded: true, do: a.putNavigation,
			Example: object{"entries": []any{object{"section": "SECTION-ID"}, object{"url": "https://example.org/", "text": object{"en": "Friends"}}}}},
		{ID: "listRedirects", Method: "GET", Path: "/redirects", Group: "site", Does: "Lists old addresses and where they lead.", Scope: staff.SiteScope, May: run,
			Query: with(Param{Name: "q", Does: "a part of the old address"}), Out: redirects{}, do: a.listRedirects},
		{ID: "putRedirect", Method: "POST", Path: "/redirects", Group: "site", Does: "Lets an old address lead somewhere.", Scope: staff.SiteScope, May: run, In: putRedirect{}, do: a.putRedirect,
			Example: object{"from": "/old/ferry.html", "to": "/2026/11/ferry-back"}},
		{ID: "dropRedirect", Method: "POST", Path: "/redirects/drop", Group: "site", Does: "Takes a redirect away that was made by hand.", Scope: staff.SiteScope, May: run, In: dropRedirect{}, do: a.dropRedirect},
	}
}

func places(a news.Arrangement) map[string]placed {
	out := map[string]placed{}
	for s, p := range a {
		out[string(s)] = placed{p.Article, p.Headline, p.Dek, stamp(p.Until)}
	}
	return out
}

func frontOf(f store.Front) front {
	return front{f.Lang, f.Live.Number, places(f.Live.Slots), places(f.Draft), f.Begun}
}

func (a *API) readFront(ctx context.Context, c *Call) (any, error) {
	o, err := a.Store.Outlet(ctx)
	if err == nil && !o.Speaks(c.PathValue("lang")) {
		err = fault.New(fault.NotFound, "the newsroom has no front in this language")
	}
	if err != nil {
		return nil, err
	}
	f, err := a.Store.Front(ctx, c.PathValue("lang"))
	c.Tag(strconv.FormatInt(f.Edit, 10))
	return frontOf(f), err
}

// onFront does something to a front that the sender has seen.
func (a *API) onFront(do func(ctx context.Context, tx *store.Tx, c *Call, seen store.FrontSeen) error) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		err := c.Write(func(ctx context.Context, tx *store.Tx) error {
			f, err := tx.Front(ctx, c.PathValue("lang"))
			if err != nil {
				return err
			}
			if err := c.Match(strconv.FormatInt(f.Edit, 10), frontOf(f)); err != nil {
				return err
			}
			return do(ctx, tx, c, store.FrontSeen{Lang: f.Lang, Edit: f.Edit})
		})
		if err != nil {
			return nil, err
		}
		return a.readFront(ctx, c)
	}
}

func (a *API) arrangeFront(ctx context.Context, c *Call) (any, error) {
	var in arrangement
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	return a.onFront(func(ctx context.Context, tx *store.Tx, c *Call, seen store.FrontSeen) error {
		return tx.EditFront(ctx, c.By(), seen, func(news.Arrangement) (news.Arrangement, error) { return a.arranged(ctx, tx, seen.Lang, in) })
	})(ctx, c)
}

// arranged is the arrangement that was sent, if all of it can stand.
func (a *API) arranged(ctx context.Context, tx *store.Tx, lang string, in arrangement) (news.Arrangement, error) {
	out := news.Arrangement{}
	sections, err := tx.Sections(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{"": true}
	for _, s := range sections {
		known[s.ID] = true
	}
	for _, slot := range sorted(in.Places) {
		p, s := in.Places[slot], news.Slot(slot)
		if !s.Known() || !known[s.Section()] {
			return nil, fault.Fields{"places": "The front has no place " + slot + "."}
		}
		got, err := tx.Article(ctx, p.Story)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err != nil || !got.OnFront(lang) {
			return nil, fault.Fields{"places": "What is put at " + slot + " can't stand on this front: it has to be a story in its language."}
		}
		until := time.Time{}
		if p.Until != nil {
			until = *p.Until
		}
		if out, err = out.Put(s, news.Placed{Article: got.ID, Headline: p.Headline, Dek: p.Dek, Until: until}, a.Clock.Now()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func navOf(o outlet.Outlet) navigation {
	if o.Nav == nil {
		return navigation{[]outlet.NavItem{}}
	}
	return navigation{o.Nav}
}

func (a *API) readNavigation(ctx context.Context, c *Call) (any, error) {
	o, err := a.Store.Outlet(ctx)
	c.Tag(tagOf(navOf(o)))
	return navOf(o), err
}

func (a *API) putNavigation(ctx context.Context, c *Call) (any, error) {
	var in navigation
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	err := changeOutlet(c, navOf, func(o *outlet.Outlet) { o.Nav = in.Entries })
	if err != nil {
		return nil, err
	}
	return a.readNavigation(ctx, c)
}

func (a *API) listRedirects(ctx context.Context, c *Call) (any, error) {
	from, err := c.Offset()
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Redirects(ctx, store.RedirectQuery{Find: c.Value("q"), Limit: c.Limit() + 1, Offset: from})
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := redirects{Redirects: []redirect{}}
	for _, r := range list {
		out.Redirects = append(out.Redirects, redirect{r.Path, r.Target, r.ByHand(), r.At.UTC()})
	}
	if rest {
		out.Next = c.Next(strconv.Itoa(from + len(list)))
	}
	return out, nil
}

func (a *API) putRedirect(_ context.Context, c *Call) (any, error) {
	var in putRedirect
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	err := c.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutRedirect(ctx, c.By(), in.From, in.To, a.Own)
	})
	var no *store.Refusal
	if errors.As(err, &no) {
		field := "from"
		if no.Why == store.RefusedTarget || no.Why == store.RefusedMissing {
			field = "to"
		}
		return nil, fault.Fields{field: english("redirects.no." + no.Why)}
	}
	return nil, err
}

func (a *API) dropRedirect(_ context.Context, c *Call) (any, error) {
	var in dropRedirect
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	return nil, c.Write(func(ctx context.Context, tx *store.Tx) error { return tx.DropRedirect(ctx, c.By(), in.From) })
}
