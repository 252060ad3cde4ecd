package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/payment/sandbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// Sower plants the paper in an empty newsroom.
type Sower struct {
	Paper   *Content // as Load gives it
	Store   *store.Store
	Secrets *store.Secrets
	Archive *media.Archive
	Fund    *fund.Service
	Sandbox *sandbox.Sandbox
	Money   *clock.Shifted // follows the sandbox
	At      time.Time      // the demo's moment
	Seed    uint64
	BaseURL string
	// Finish runs the jobs that wait, so that pictures are there at once.
	Finish func(ctx context.Context) error

	paper    *Content
	ids      map[string]string // "person ansel-quay" → id
	pictures map[string]media.Picture
}

// Editor is the address of the account that a demo's link signs in.
const Editor = "dora@lantern.example"

// Sow fills the newsroom. The same seed and moment give the same paper, the same
// gifts and the same books.
func (s *Sower) Sow(ctx context.Context) error {
	var err error
	if s.paper, err = s.Paper.At(s.At); err != nil {
		return err
	}
	s.ids, s.pictures = map[string]string{}, map[string]media.Picture{}
	for _, step := range []func(context.Context) error{s.outlet, s.people, s.tables, s.addPictures} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	both, ctx := errgroup.WithContext(ctx) // pictures take a while
	both.Go(func() error { return s.Finish(ctx) })
	both.Go(func() error {
		for _, step := range []func(context.Context) error{s.articles, s.drafts, s.gifts} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return both.Wait()
}

// name returns the identifier of a thing of the demo: the same for the same seed.
func (s *Sower) name(parts ...string) string {
	h := sha256.New()
	fmt.Fprint(h, s.Seed)
	for _, p := range parts {
		fmt.Fprintf(h, "\x00%s", p)
	}
	return id.From([16]byte(h.Sum(nil)[:16]))
}

func words(t Text) outlet.Words { return outlet.Words(t) }

func (s *Sower) outlet(ctx context.Context) error {
	p := s.paper.Outlet
	o := outlet.Default()
	o.Name, o.ShortName, o.Motto, o.BaseURL = p.Title.In("en"), p.Short.In("en"), words(p.Tagline), s.BaseURL
	o.Language, o.Languages, o.Zone, o.Currency = Languages[0], Languages[1:], p.Zone, p.Currency
	o.LegalName, o.Address, o.Email = p.Publisher.In("en"), p.Address.In("en"), "desk@lantern.example"
	o.Security, o.Founded, o.GiveNote = "security@lantern.example", words(p.About), words(s.paper.Campaign.Tax)
	o.LicenceName, o.LicenceURL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
	o.SandboxOnly = true
	o.Editor, o.Identities = s.personName(p.Editor, "en"), map[string]outlet.Identity{}
	for _, lang := range o.Languages {
		o.Identities[lang] = outlet.Identity{
			Name: p.Title.In(lang), ShortName: p.Short.In(lang), LegalName: p.Publisher.In(lang), Address: p.Address.In(lang), Editor: s.personName(p.Editor, lang),
		}
	}
	pages := map[string]*outlet.Words{"about": &o.About, "ethics": &o.Ethics, "standards": &o.Ethics, "privacy": &o.Privacy, "imprint": &o.Imprint}
	for _, page := range s.paper.Pages {
		into, ok := pages[page.Slug]
		if !ok {
			return fmt.Errorf("the demo has a page %q that no outlet has", page.Slug)
		}
		if *into == nil {
			*into = outlet.Words{}
		}
		(*into)[page.Lang] = page.Body
	}
	o.OwnWork = true // who tries it out is alone, and wants to see a story of theirs go out
	return s.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) })
}

// people adds the bylines, and the editor's account that the printed link signs in.
func (s *Sower) people(ctx context.Context) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		for _, p := range s.paper.People {
			n, err := tx.PutPerson(ctx, news.Person{ID: s.name("person", p.Slug), Slug: p.Slug, Name: p.Name.In("en"), Title: words(p.Role), Bio: words(p.Bio)})
			if err != nil {
				return err
			}
			s.ids["person "+p.Slug] = n
		}
		_, err := tx.AddStaff(ctx, store.System, staff.Person{
			ID: s.name("staff", Editor), Email: Editor, Name: "Dora Winslade", Lang: "en", Grants: []staff.Grant{{Role: staff.Owner}},
		})
		return err
	})
}

func (s *Sower) tables(ctx context.Context) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		for i, x := range s.paper.Sections {
			n, err := tx.PutSection(ctx, news.Section{ID: s.name("section", x.Slug), Slug: x.Slug, Name: words(x.Name), Description: words(x.Description), Position: i})
			if err != nil {
				return err
			}
			s.ids["section "+x.Slug] = n
		}
		for _, x := range s.paper.Topics {
			n, err := tx.PutTopic(ctx, news.Topic{ID: s.name("topic", x.Slug), Slug: x.Slug, Name: words(x.Name)})
			if err != nil {
				return err
			}
			s.ids["topic "+x.Slug] = n
		}
		return nil
	})
}

func (s *Sower) addPictures(ctx context.Context) error {
	for _, p := range s.paper.Pictures {
		data, err := p.JPEG()
		if err != nil {
			return err
		}
		got, err := s.Archive.Add(ctx, data, media.Picture{ID: s.name("picture", p.Name), Filename: p.Name + ".jpg", Credit: credit(p), Alt: p.Alt, FocalX: 5000, FocalY: 5000})
		if err != nil {
			return err
		}
		s.pictures[p.Name] = got
	}
	return nil
}

// credit is the name alone: pages put their own word before it.
func credit(p Picture) string {
	_, name, found := strings.Cut(p.Credit.In("en"), ": ")
	if !found {
		return p.Credit.In("en")
	}
	return name
}

// articles publishes the paper from its oldest article on, each at its time.
func (s *Sower) articles(ctx context.Context) error {
	list := append([]Article(nil), s.paper.Articles...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Published.Before(list[j].Published) })
	groups := map[string]string{}
	for _, a := range list {
		err := s.Store.Write(ctx, func(tx *store.Tx) error { return s.article(ctx, tx, a, groups) })
		if err != nil {
			return fmt.Errorf("%s/%s: %w", a.Lang, a.Slug, err)
		}
	}
	return nil
}

func (s *Sower) article(ctx context.Context, tx *store.Tx, a Article, groups map[string]string) error {
	c := s.content(a)
	room := news.Newsroom{Clock: clock.At(a.Published)}
	by := news.Author{Name: "Dora Winslade"}
	made, err := room.Create(ctx, tx, by, news.New{
		ID: s.name("article", a.Lang, a.Slug), Revision: s.name("revision", a.Lang, a.Slug, "1"),
		Content: c, Group: groups[a.Group], Sticky: a.Front == 1, Created: a.Published.Add(-5 * time.Hour),
	})
	if err != nil {
		return err
	}
	if groups[a.Group] == "" && a.Group != "" {
		groups[a.Group] = made.Group
	}
	if _, err := room.Publish(ctx, tx, news.Order{Article: made.ID, At: a.Published}); err != nil {
		return err
	}
	if !a.Updated.IsZero() && !a.Updated.After(s.At) && a.Correction == nil {
		return s.again(ctx, tx, by, made.ID, c, news.Order{Class: news.Update, At: a.Updated})
	}
	k := a.Correction
	switch {
	case k == nil || k.At.After(s.At):
		return nil
	case k.Class == "retraction":
		_, err := news.Newsroom{Clock: clock.At(k.At)}.Retract(ctx, tx, made.ID, k.Text)
		return err
	}
	return s.correct(ctx, tx, by, made.ID, c, *k)
}

// correct publishes the article once more, with a note of what was wrong.
func (s *Sower) correct(ctx context.Context, tx *store.Tx, by news.Author, article string, c news.Content, k Correction) error {
	class := news.Correct
	if k.Class == "clarification" {
		class = news.Clarification
	}
	return s.again(ctx, tx, by, article, c, news.Order{Class: class, At: k.At, Note: k.Text, Was: k.Was, Now: k.Is, FoundAt: k.At.Add(-25 * time.Minute)})
}

func (s *Sower) again(ctx context.Context, tx *store.Tx, by news.Author, article string, c news.Content, o news.Order) error {
	room := news.Newsroom{Clock: clock.At(o.At)}
	have, err := tx.Article(ctx, article)
	if err != nil {
		return err
	}
	if _, err := room.Save(ctx, tx, by, news.Change{Article: article, Base: have.Working, Content: c, Note: string(o.Class)}); err != nil {
		return err
	}
	o.Article = article
	_, err = room.Publish(ctx, tx, o)
	return err
}

func (s *Sower) content(a Article) news.Content {
	n := 0
	block := func() string { n++; return s.name("block", a.Lang, a.Slug, strconv.Itoa(n))[:10] }
	body, _ := document.ImportHTML(a.BodyHTML, document.ImportOptions{Lang: a.Lang, NewID: block})
	c := news.Content{
		Lang: a.Lang, Kind: news.Kind(a.Kind), Headline: a.Headline, Short: a.Short, Dek: a.Dek, Slug: a.Slug,
		Section: s.ids["section "+a.Section], Dateline: news.Dateline{Place: a.Dateline}, Body: body,
	}
	for _, t := range a.Topics {
		c.Topics = append(c.Topics, s.ids["topic "+t])
	}
	for _, b := range a.Bylines {
		line := news.Byline{Role: b.Role, Name: b.Guest, Person: s.ids["person "+b.Person]}
		if b.Person != "" {
			line.Name = s.personName(b.Person, a.Lang)
		}
		c.Bylines = append(c.Bylines, line)
	}
	if a.Picture != "" {
		c.Lead = &news.Lead{Media: s.pictures[a.Picture].ID, Caption: a.Caption}
	}
	return c
}

func (s *Sower) personName(slug, lang string) string {
	for _, p := range s.paper.People {
		if p.Slug == slug {
			return p.Name.In(lang)
		}
	}
	return slug
}
