package api

import (
	"context"
	"net/http"
	"slices"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// putSection is what may be said of a section.
type putSection struct {
	Slug        string            `json:"slug,omitempty" doc:"made of the name, if left out"`
	Parent      string            `json:"parent,omitempty" doc:"id"`
	Name        map[string]string `json:"name" doc:"by language"`
	Description map[string]string `json:"description,omitempty" doc:"by language"`
}

type endSection struct {
	Into string `json:"into,omitempty" doc:"id of the section that takes its stories; none: it has to be empty"`
}

type putTopic struct {
	Slug        string            `json:"slug,omitempty" doc:"made of the name, if left out"`
	Name        map[string]string `json:"name" doc:"by language"`
	Description map[string]string `json:"description,omitempty" doc:"by language"`
}

type putPerson struct {
	Slug    string            `json:"slug,omitempty" doc:"made of the name, if left out"`
	Name    string            `json:"name"`
	Title   map[string]string `json:"title,omitempty" doc:"by language"`
	Bio     map[string]string `json:"bio,omitempty" doc:"by language"`
	Contact string            `json:"contact,omitempty" doc:"public"`
}

func (a *API) changesOfSite() []Op {
	run, arrange, work := []staff.Action{staff.Outlet}, []staff.Action{staff.Arrange}, []staff.Action{staff.WriteOwn, staff.ReadDrafts, staff.EditDrafts}
	return []Op{
		{ID: "addSection", Method: "POST", Path: "/sections", Group: "site", Does: "Adds a section after the others.", Scope: staff.SiteScope, May: run,
			In: putSection{}, Out: section{}, Status: http.StatusCreated, do: a.addSection, Example: object{"name": object{"en": "Harbour"}}},
		{ID: "changeSection", Method: "PUT", Path: "/sections/{id}", Group: "site", Does: "Changes a section; its old address keeps leading to it.", More: "If-Match is the ETag of reading it.", Scope: staff.SiteScope, May: run,
			In: putSection{}, Out: section{}, Tagged: true, Guarded: true, do: a.changeSection},
		{ID: "endSection", Method: "POST", Path: "/sections/{id}/end", Group: "site", Does: "Deletes an empty section, or lets another one take its stories.", Scope: staff.SiteScope, May: run, In: endSection{}, do: a.endSection},
		{ID: "readSection", Method: "GET", Path: "/sections/{id}", Group: "site", Does: "Reads a section.", Scope: staff.ReadStories, May: work, Out: section{}, Tagged: true, do: a.readSection},
		{ID: "addTopic", Method: "POST", Path: "/topics", Group: "site", Does: "Adds a topic.", Scope: staff.SiteScope, May: arrange,
			In: putTopic{}, Out: topic{}, Status: http.StatusCreated, do: a.addTopic, Example: object{"name": object{"en": "The new ferry"}}},
		{ID: "changeTopic", Method: "PUT", Path: "/topics/{id}", Group: "site", Does: "Changes a topic.", More: "If-Match is the ETag of reading it.", Scope: staff.SiteScope, May: arrange,
			In: putTopic{}, Out: topic{}, Tagged: true, Guarded: true, do: a.changeTopic},
		{ID: "readTopic", Method: "GET", Path: "/topics/{id}", Group: "site", Does: "Reads a topic.", Scope: staff.ReadStories, May: work, Out: topic{}, Tagged: true, do: a.readTopic},
		{ID: "addPerson", Method: "POST", Path: "/people", Group: "site", Does: "Adds somebody who writes for the outlet.", Scope: staff.SiteScope, May: arrange,
			In: putPerson{}, Out: person{}, Status: http.StatusCreated, do: a.addPerson, Example: object{"name": "Ada Lin"}},
		{ID: "changePerson", Method: "PUT", Path: "/people/{id}", Group: "site", Does: "Changes the profile of somebody who writes.", More: "If-Match is the ETag of reading it.", Scope: staff.SiteScope, May: arrange,
			In: putPerson{}, Out: person{}, Tagged: true, Guarded: true, do: a.changePerson},
		{ID: "readPerson", Method: "GET", Path: "/people/{id}", Group: "site", Does: "Reads the profile of somebody who writes.", Scope: staff.ReadStories, May: work, Out: person{}, Tagged: true, do: a.readPerson},
	}
}

// slug is the one that was sent, else one of the name.
func (c *Call) slug(ctx context.Context, sent string, name outlet.Words) (string, error) {
	if sent != "" {
		return sent, nil
	}
	o, err := c.api.Store.Outlet(ctx)
	return news.Slug(name.In(o.Language), o.Language), err
}

func (a *API) readSection(ctx context.Context, c *Call) (any, error) {
	s, err := a.Store.Section(ctx, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c.Tag(tagOf(sectionOf(s)))
	return sectionOf(s), nil
}

func (a *API) addSection(ctx context.Context, c *Call) (any, error) {
	var in putSection
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	s := news.Section{Parent: in.Parent, Name: in.Name, Description: in.Description}
	var err error
	if s.Slug, err = c.slug(ctx, in.Slug, s.Name); err != nil {
		return nil, err
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		s.Position = len(all)
		if s.ID, err = tx.PutSection(ctx, s); err != nil {
			return err
		}
		return tx.Audit(ctx, c.By(), "section.made", "section", s.ID, nil)
	})
	c.header["Location"] = Root + "/sections/" + s.ID
	return sectionOf(s), err
}

func (a *API) changeSection(ctx context.Context, c *Call) (any, error) {
	var in putSection
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	var s news.Section
	err := c.Write(func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.Sections(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x news.Section) bool { return x.ID == c.PathValue("id") })
		if i < 0 {
			return fault.New(fault.NotFound, "there is no such section")
		}
		s = all[i]
		if err := c.Match(tagOf(sectionOf(s)), sectionOf(s)); err != nil {
			return err
		}
		s.Parent, s.Name, s.Description = in.Parent, in.Name, in.Description
		if in.Slug != "" {
			s.Slug = in.Slug
		}
		if _, err := tx.PutSection(ctx, s); err != nil {
			return err
		}
		return tx.Audit(ctx, c.By(), "section.changed", "section", s.ID, nil)
	})
	c.Tag(tagOf(sectionOf(s)))
	return sectionOf(s), err
}

func (a *API) endSection(_ context.Context, c *Call) (any, error) {
	var in endSection
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	return nil, c.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.EndSection(ctx, c.By(), c.PathValue("id"), in.Into)
	})
}

func topicOf(t news.Topic) topic { return topic{t.ID, t.Slug, t.Name, t.Description} }

func (a *API) readTopic(ctx context.Context, c *Call) (any, error) {
	t, err := a.Store.Topic(ctx, c.PathValue("id"))
	c.Tag(tagOf(topicOf(t)))
	return topicOf(t), err
}

func (a *API) addTopic(ctx context.Context, c *Call) (any, error) {
	var in putTopic
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	t := news.Topic{ID: id.New(), Name: in.Name, Description: in.Description}
	var err error
	if t.Slug, err = c.slug(ctx, in.Slug, t.Name); err != nil {
		return nil, err
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error { return putTopicIn(ctx, tx, c, t) })
	c.header["Location"] = Root + "/topics/" + t.ID
	return topicOf(t), err
}

func putTopicIn(ctx context.Context, tx *store.Tx, c *Call, t news.Topic) error {
	if err := tx.FreeSlug(ctx, store.ToTopic, t.ID, t.Slug); err != nil {
		return err
	}
	if _, err := tx.PutTopic(ctx, t); err != nil {
		return err
	}
	return tx.Audit(ctx, c.By(), "topic.saved", "topic", t.ID, map[string]any{"slug": t.Slug})
}

func (a *API) changeTopic(ctx context.Context, c *Call) (any, error) {
	var in putTopic
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	var t news.Topic
	err := c.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if t, err = tx.Topic(ctx, c.PathValue("id")); err != nil {
			return err
		}
		if err := c.Match(tagOf(topicOf(t)), topicOf(t)); err != nil {
			return err
		}
		t.Name, t.Description = in.Name, in.Description
		if in.Slug != "" {
			t.Slug = in.Slug
		}
		return putTopicIn(ctx, tx, c, t)
	})
	c.Tag(tagOf(topicOf(t)))
	return topicOf(t), err
}

func personOf(p news.Person) person {
	return person{p.ID, p.Slug, p.Name, p.Title, p.Bio, p.Contact}
}

func (a *API) readPerson(ctx context.Context, c *Call) (any, error) {
	p, err := a.Store.Person(ctx, c.PathValue("id"))
	c.Tag(tagOf(personOf(p)))
	return personOf(p), err
}

func (a *API) addPerson(ctx context.Context, c *Call) (any, error) {
	var in putPerson
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	p := news.Person{ID: id.New(), Name: in.Name, Title: in.Title, Bio: in.Bio, Contact: in.Contact}
	var err error
	if p.Slug, err = c.slug(ctx, in.Slug, outlet.Words{"": in.Name}); err != nil {
		return nil, err
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error { return putPersonIn(ctx, tx, c, p) })
	c.header["Location"] = Root + "/people/" + p.ID
	return personOf(p), err
}

func putPersonIn(ctx context.Context, tx *store.Tx, c *Call, p news.Person) error {
	if err := tx.FreeSlug(ctx, store.ToPerson, p.ID, p.Slug); err != nil {
		return err
	}
	if _, err := tx.PutPerson(ctx, p); err != nil {
		return err
	}
	return tx.Audit(ctx, c.By(), "person.saved", "person", p.ID, map[string]any{"slug": p.Slug})
}

func (a *API) changePerson(ctx context.Context, c *Call) (any, error) {
	var in putPerson
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	var p news.Person
	err := c.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if p, err = tx.Person(ctx, c.PathValue("id")); err != nil {
			return err
		}
		if err := c.Match(tagOf(personOf(p)), personOf(p)); err != nil {
			return err
		}
		p.Name, p.Title, p.Bio, p.Contact = in.Name, in.Title, in.Bio, in.Contact
		if in.Slug != "" {
			p.Slug = in.Slug
		}
		return putPersonIn(ctx, tx, c, p)
	})
	c.Tag(tagOf(personOf(p)))
	return personOf(p), err
}
