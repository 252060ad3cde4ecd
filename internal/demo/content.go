// Package demo makes the newsroom that `masthead demo` shows: a fictional local
// paper with people, articles in three languages, pictures and a campaign.
//
// The content is files: content/ holds articles and pages (TOML between lines of
// +++, then Markdown) and the tables of people, sections, topics and pictures;
// pictures/ holds the JPEGs, and pictures/src the drawings that they were made
// from. Dates in texts are written as marks such as {{weekday -1}}, so that the
// paper is always of today; see dates.go.
package demo

import (
	"embed"
	"fmt"
	"path"
	"time"

	"github.com/BurntSushi/toml"
	"masthead.dev/masthead/internal/money"
)

//go:embed content pictures/*.jpg
var files embed.FS

// Text is one text in several languages, by language tag.
type Text map[string]string

// In returns the text in a language, in English where it is missing.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["en"]
}

// Languages of the paper, the default one first.
var Languages = []string{"en", "de", "fa"}

// Content is the whole paper. Articles and pages stand in the order of their
// file names; sections in the order of the navigation.
type Content struct {
	Outlet   Outlet
	Sections []Section
	Topics   []Topic
	People   []Person
	Pictures []Picture
	Articles []Article
	Pages    []Page
	Drafts   []Draft // not public
	Campaign Campaign
}

// Outlet is the paper itself.
type Outlet struct {
	Zone     string // IANA name of the time zone that its dates are in
	Currency string // ISO 4217
	Editor   string // slug of the person responsible
	Founded  int    // year
	Members  int    // of the society that owns it

	Title, Short, Tagline, Publisher, Address, About, Licence Text
}

// Section is one of the paper's parts.
type Section struct {
	Slug              string
	Name, Description Text
}

// Topic is what articles of several sections have in common.
type Topic struct {
	Slug string
	Name Text
}

// Person is somebody who writes or photographs.
type Person struct {
	Slug            string
	Name, Role, Bio Text
}

// Picture is one of the pictures; JPEG returns its bytes.
type Picture struct {
	Name        string
	Alt, Credit Text
}

// JPEG returns the picture: 1800 × 1200 pixels, at most 90 KB.
func (p Picture) JPEG() ([]byte, error) { return files.ReadFile(p.file()) }

func (p Picture) file() string { return "pictures/" + p.Name + ".jpg" }

// Campaign is the appeal for this year's costs. The costs add up to the goal.
type Campaign struct {
	Slug     string
	Goal     money.Amount
	Smallest money.Amount   // gift that is accepted
	Amounts  []money.Amount // that the form offers
	Costs    []Cost

	Name          Text // {{year}} is the year of the campaign
	Heading       Text // above what the money is for
	Lede          Text // of the page where one gives
	AppealHeading Text // below an article
	Appeal        Text
	Front         Text // on the front page
	Tax, Uses     Text // what a gift is not, and what it buys

	Updates []Update // to supporters, the oldest first
	Sponsor Sponsor
}

// Update tells supporters what their gifts did.
type Update struct {
	Days        int // before the demo's day
	Title, Body Text
}

// Sponsor has promised to match gifts of the last days, as much as is given.
type Sponsor struct {
	Name               string
	Days               int // that the promise has run
	DonorCap, TotalCap money.Amount
	Document           string
}

// Cost is one line of what a campaign is for.
type Cost struct {
	Name   Text
	Amount money.Amount
}

// Page is a page that is no news: about, standards, privacy, imprint.
type Page struct {
	Slug, Lang, Title string
	Body              string // Markdown with marks for dates
	BodyHTML          string // set by At
}

// Load reads and checks all of the content. Its errors name the file and what is
// wrong in it; with the files as they are built in there are none.
func Load() (*Content, error) {
	c := &Content{}
	for _, read := range []func() error{c.readTables, c.readCampaign, c.readArticles, c.readPages, c.readDrafts, c.check} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// At returns the paper as it stands at a moment: every article has its times and
// its body as HTML, and every mark for a date is written out. A paper's day is
// complete at 18:00 of the outlet's zone; earlier, the newest articles are those of
// the day before. Nothing in it is later than at.
func (c *Content) At(at time.Time) (*Content, error) {
	zone, err := time.LoadLocation(c.Outlet.Zone)
	if err != nil {
		return nil, fmt.Errorf("the outlet's time zone: %w", err)
	}
	local := at.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	if local.Hour() < pressHour {
		day = day.AddDate(0, 0, -1)
	}
	out := *c
	out.Articles = make([]Article, len(c.Articles))
	for i, a := range c.Articles {
		if out.Articles[i], err = a.on(day); err != nil {
			return nil, fmt.Errorf("%s: %w", a.file(), err)
		}
	}
	out.Pages = make([]Page, len(c.Pages))
	for i, p := range c.Pages {
		if p.BodyHTML, err = bodyHTML(fillDates(p.Body, p.Lang, day)); err != nil {
			return nil, fmt.Errorf("page %s/%s: %w", p.Lang, p.Slug, err)
		}
		out.Pages[i] = p
	}
	out.Campaign.Name = Text{}
	for lang, name := range c.Campaign.Name {
		out.Campaign.Name[lang] = fillDates(name, lang, day)
	}
	return &out, nil
}

// readTOML reads one table strictly: a key that nobody knows is an error.
func readTOML(name string, into any) error {
	data, err := files.ReadFile(path.Join("content", name))
	if err != nil {
		return err
	}
	return strictTOML(name, string(data), into)
}

func strictTOML(name, data string, into any) error {
	meta, err := toml.Decode(data, into)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return fmt.Errorf("%s: nobody knows the key %s", name, extra[0])
	}
	return nil
}

func (c *Content) readTables() error {
	var sections struct{ Section []Section }
	var topics struct{ Topic []Topic }
	var people struct{ Person []Person }
	var pictures struct {
		Credit  Text
		Picture []Picture
	}
	for name, into := range map[string]any{
		"outlet.toml": &c.Outlet, "sections.toml": &sections, "topics.toml": &topics,
		"people.toml": &people, "pictures.toml": &pictures,
	} {
		if err := readTOML(name, into); err != nil {
			return err
		}
	}
	c.Sections, c.Topics, c.People, c.Pictures = sections.Section, topics.Topic, people.Person, pictures.Picture
	for i := range c.Pictures {
		if c.Pictures[i].Credit == nil {
			c.Pictures[i].Credit = pictures.Credit
		}
	}
	return nil
}

// readCampaign reads amounts in whole units of the outlet's currency.
func (c *Content) readCampaign() error {
	var f struct {
		Slug           string
		Goal, Smallest int64
		Amounts        []int64
		Cost           []struct {
			Amount int64
			Name   Text
		}
		Name, Heading, Lede, Appeal, Front, Tax, Uses Text
		AppealHeading                                 Text `toml:"appeal_heading"`
		Update                                        []Update
		Sponsor                                       struct {
			Name, Document string
			Days           int
			Donor, Total   int64
		}
	}
	if err := readTOML("campaign.toml", &f); err != nil {
		return err
	}
	digits, ok := money.Exponent(c.Outlet.Currency)
	if !ok {
		return fmt.Errorf("outlet.toml: %q is no currency", c.Outlet.Currency)
	}
	whole := func(n int64) money.Amount {
		for range digits {
			n *= 10
		}
		return money.Amount{Currency: c.Outlet.Currency, Minor: n}
	}
	c.Campaign = Campaign{
		Slug: f.Slug, Goal: whole(f.Goal), Smallest: whole(f.Smallest), Name: f.Name, Heading: f.Heading, Lede: f.Lede,
		AppealHeading: f.AppealHeading, Appeal: f.Appeal, Front: f.Front, Tax: f.Tax, Uses: f.Uses, Updates: f.Update,
		Sponsor: Sponsor{Name: f.Sponsor.Name, Days: f.Sponsor.Days, DonorCap: whole(f.Sponsor.Donor), TotalCap: whole(f.Sponsor.Total), Document: f.Sponsor.Document},
	}
	for _, a := range f.Amounts {
		c.Campaign.Amounts = append(c.Campaign.Amounts, whole(a))
	}
	for _, cost := range f.Cost {
		c.Campaign.Costs = append(c.Campaign.Costs, Cost{Name: cost.Name, Amount: whole(cost.Amount)})
	}
	return nil
}
