package api

import (
	"context"
	"strings"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// section is a part of the paper.
type section struct {
	ID          string            `json:"id"`
	Slug        string            `json:"slug"`
	Parent      string            `json:"parent,omitempty" doc:"id"`
	Name        map[string]string `json:"name" doc:"by language"`
	Description map[string]string `json:"description,omitempty" doc:"by language"`
	Position    int               `json:"position"`
}

type sections struct {
	Sections []section `json:"sections" doc:"in their order"`
}

type topic struct {
	ID          string            `json:"id"`
	Slug        string            `json:"slug"`
	Name        map[string]string `json:"name" doc:"by language"`
	Description map[string]string `json:"description,omitempty" doc:"by language"`
}

type topics struct {
	Topics []topic `json:"topics"`
}

// person is somebody who writes for the outlet.
type person struct {
	ID      string            `json:"id"`
	Slug    string            `json:"slug"`
	Name    string            `json:"name"`
	Title   map[string]string `json:"title,omitempty" doc:"by language"`
	Bio     map[string]string `json:"bio,omitempty" doc:"by language"`
	Contact string            `json:"contact,omitempty" doc:"public, where the person wants one"`
}

type people struct {
	People []person `json:"people"`
}

// settings are what readers see of the outlet itself.
type settings struct {
	Name        string            `json:"name"`
	ShortName   string            `json:"short_name,omitempty"`
	Motto       map[string]string `json:"motto,omitempty" doc:"by language"`
	BaseURL     string            `json:"base_url,omitempty"`
	Language    string            `json:"language" doc:"of the addresses without a prefix"`
	Languages   []string          `json:"languages" doc:"further ones"`
	Zone        string            `json:"zone"`
	Pattern     string            `json:"pattern" doc:"of article addresses"`
	Currency    string            `json:"currency"`
	LegalName   string            `json:"legal_name,omitempty"`
	Address     string            `json:"address,omitempty"`
	Editor      string            `json:"editor,omitempty"`
	Email       string            `json:"email,omitempty"`
	LicenceName string            `json:"licence_name,omitempty"`
	LicenceURL  string            `json:"licence_url,omitempty"`
	OwnWork     bool              `json:"own_work" doc:"people may let their own text through"`
	NoHistory   bool              `json:"no_history"`
}

func (a *API) aboutSite() []Op {
	work := []staff.Action{staff.WriteOwn, staff.ReadDrafts, staff.EditDrafts}
	return []Op{
		{ID: "listSections", Method: "GET", Path: "/sections", Group: "site", Does: "Lists the sections in their order.", Scope: staff.ReadStories, May: work, Out: sections{}, do: a.listSections},
		{ID: "listTopics", Method: "GET", Path: "/topics", Group: "site", Does: "Lists the topics.", Scope: staff.ReadStories, May: work, Out: topics{}, do: a.listTopics},
		{ID: "listPeople", Method: "GET", Path: "/people", Group: "site", Does: "Lists those who write for the outlet, for bylines.", Scope: staff.ReadStories, May: work, Out: people{}, do: a.listPeople},
		{ID: "readSettings", Method: "GET", Path: "/settings", Group: "site", Does: "Reads what the newsroom is called and how it publishes.", Scope: staff.SettingScope, May: []staff.Action{staff.Outlet},
			Out: settings{}, Tagged: true, do: a.readSettings},
		{ID: "changeSettings", Method: "PATCH", Path: "/settings", Group: "site", Does: "Changes what the newsroom is called.", More: "Address, languages, zone, currency and the pattern of addresses are changed at the desk alone.", Scope: staff.SettingScope,
			May: []staff.Action{staff.Outlet}, In: putSettings{}, Out: settings{}, Tagged: true, Guarded: true, do: a.changeSettings, Example: object{"name": "The Alderwick Lantern"}},
	}
}

// putSettings is what may be changed of them. Address, languages, zone, currency
// and the pattern of addresses are changed at the desk alone, where it is shown
// what hangs on them.
type putSettings struct {
	Name        *string           `json:"name,omitempty"`
	ShortName   *string           `json:"short_name,omitempty"`
	Motto       map[string]string `json:"motto,omitempty" doc:"by language"`
	LegalName   *string           `json:"legal_name,omitempty"`
	Address     *string           `json:"address,omitempty"`
	Editor      *string           `json:"editor,omitempty"`
	Email       *string           `json:"email,omitempty"`
	LicenceName *string           `json:"licence_name,omitempty"`
	LicenceURL  *string           `json:"licence_url,omitempty"`
}

func (in putSettings) over(o *outlet.Outlet) {
	for to, from := range map[*string]*string{&o.Name: in.Name, &o.ShortName: in.ShortName, &o.LegalName: in.LegalName, &o.Address: in.Address, &o.Editor: in.Editor,
		&o.Email: in.Email, &o.LicenceName: in.LicenceName, &o.LicenceURL: in.LicenceURL} {
		if from != nil {
			*to = strings.TrimSpace(*from)
		}
	}
	if in.Motto != nil {
		o.Motto = in.Motto
	}
}

// changeOutlet changes the part of the outlet that shown draws, where it is still
// as the caller saw it.
func changeOutlet[T any](c *Call, shown func(outlet.Outlet) T, change func(*outlet.Outlet)) error {
	return c.Write(func(ctx context.Context, tx *store.Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		if err := c.Match(tagOf(shown(o)), shown(o)); err != nil {
			return err
		}
		change(&o)
		return tx.PutOutlet(ctx, c.By(), o)
	})
}

func (a *API) changeSettings(ctx context.Context, c *Call) (any, error) {
	var in putSettings
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	err := changeOutlet(c, settingsOf, in.over)
	if err != nil {
		return nil, err
	}
	return a.readSettings(ctx, c)
}

func sectionOf(s news.Section) section {
	return section{s.ID, s.Slug, s.Parent, s.Name, s.Description, s.Position}
}

func (a *API) listSections(ctx context.Context, _ *Call) (any, error) {
	list, err := a.Store.Sections(ctx)
	out := sections{Sections: []section{}}
	for _, s := range list {
		out.Sections = append(out.Sections, sectionOf(s))
	}
	return out, err
}

func (a *API) listTopics(ctx context.Context, _ *Call) (any, error) {
	list, err := a.Store.Topics(ctx)
	out := topics{Topics: []topic{}}
	for _, t := range list {
		out.Topics = append(out.Topics, topic{t.ID, t.Slug, t.Name, t.Description})
	}
	return out, err
}

func (a *API) listPeople(ctx context.Context, _ *Call) (any, error) {
	list, err := a.Store.Persons(ctx)
	out := people{People: []person{}}
	for _, p := range list {
		out.People = append(out.People, person{p.ID, p.Slug, p.Name, p.Title, p.Bio, p.Contact})
	}
	return out, err
}

func settingsOf(o outlet.Outlet) settings {
	langs := o.Languages
	if langs == nil {
		langs = []string{}
	}
	return settings{Name: o.Name, ShortName: o.ShortName, Motto: o.Motto, BaseURL: o.BaseURL, Language: o.Language, Languages: langs, Zone: o.Zone, Pattern: o.Pattern, Currency: o.Currency,
		LegalName: o.LegalName, Address: o.Address, Editor: o.Editor, Email: o.Email, LicenceName: o.LicenceName, LicenceURL: o.LicenceURL, OwnWork: o.OwnWork, NoHistory: o.NoHistory}
}

func (a *API) readSettings(ctx context.Context, c *Call) (any, error) {
	o, err := a.Store.Outlet(ctx)
	if err != nil {
		return nil, err
	}
	out := settingsOf(o)
	c.Tag(tagOf(out))
	return out, nil
}
