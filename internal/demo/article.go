package demo

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// pressHour is the hour, in the outlet's zone, by which all articles of a day
// are out.
const pressHour = 18

// Article is one article in one language. Texts hold marks for dates until At
// has filled them in.
type Article struct {
	Slug     string
	Lang     string
	Group    string // the same in all translations
	Kind     string // as news names them: report, analysis, opinion, …
	Section  string // slug
	Topics   []string
	Bylines  []Byline
	Headline string
	Short    string // headline for small places; may be empty
	Dek      string
	Dateline string // place

	Picture string // name; "" for none
	Caption string
	Front   int // rank on the front page from 1; 0 goes by date alone

	DaysAgo      int
	Time         string // of publication, HH:MM in the outlet's zone
	UpdatedAfter time.Duration
	Correction   *Correction

	Body string // Markdown with marks for dates; see bodyHTML

	Published time.Time // these three are set by At
	Updated   time.Time // zero when there was no update
	BodyHTML  string
}

// Byline names who made an article: Person by slug, or a Guest by name.
type Byline struct {
	Role          string // by, with, photos, translation, editing
	Person, Guest string
}

// Correction says what an article had wrong. The body is already right.
type Correction struct {
	Class string // correction, clarification, retraction
	After time.Duration
	Was   string
	Is    string
	Text  string // of the note
	At    time.Time
}

// header is the TOML at the top of an article's file.
type header struct {
	Slug, Lang, Group, Kind, Section, Headline, Short, Dek, Dateline, Time, Picture, Caption string

	Topics  []string
	Bylines []string // "by ansel-quay", "editing guest: Some Name"
	Front   int
	DaysAgo int `toml:"days_ago"`
	Updated int `toml:"updated_after_minutes"`

	Correction *struct {
		Class, Was, Is, Text string
		After                int `toml:"after_minutes"`
	}
}

// readFiles hands every Markdown file below a folder to a function, split into
// the two parts.
func readFiles(folder string, each func(name, head, body string) error) error {
	return fs.WalkDir(files, path.Join("content", folder), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		parts := strings.SplitN(string(data), "+++\n", 3)
		if len(parts) != 3 || parts[0] != "" {
			return fmt.Errorf("%s: begins with +++, a header, and +++", name)
		}
		return each(name, parts[1], strings.TrimSpace(parts[2]))
	})
}

func (c *Content) readArticles() error {
	return readFiles("articles", func(name, head, body string) error {
		var h header
		if err := strictTOML(name, head, &h); err != nil {
			return err
		}
		a, err := h.article(body)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name != a.file() {
			return fmt.Errorf("%s: by its header it belongs at %s", name, a.file())
		}
		c.Articles = append(c.Articles, a)
		return nil
	})
}

func (c *Content) readPages() error {
	return readFiles("pages", func(name, head, body string) error {
		p := struct{ Slug, Lang, Title string }{}
		if err := strictTOML(name, head, &p); err != nil {
			return err
		}
		if want := path.Join("content/pages", p.Lang, p.Slug+".md"); name != want {
			return fmt.Errorf("%s: by its header it belongs at %s", name, want)
		}
		c.Pages = append(c.Pages, Page{Slug: p.Slug, Lang: p.Lang, Title: p.Title, Body: body})
		return nil
	})
}

func (h *header) article(body string) (Article, error) {
	a := Article{
		Slug: h.Slug, Lang: h.Lang, Group: h.Group, Kind: h.Kind, Section: h.Section, Topics: h.Topics,
		Headline: h.Headline, Short: h.Short, Dek: h.Dek, Dateline: h.Dateline,
		Picture: h.Picture, Caption: h.Caption, Front: h.Front,
		DaysAgo: h.DaysAgo, Time: h.Time, UpdatedAfter: time.Duration(h.Updated) * time.Minute, Body: body,
	}
	for _, line := range h.Bylines {
		b, err := parseByline(line)
		if err != nil {
			return a, err
		}
		a.Bylines = append(a.Bylines, b)
	}
	if k := h.Correction; k != nil {
		a.Correction = &Correction{Class: k.Class, Was: k.Was, Is: k.Is, Text: k.Text, After: time.Duration(k.After) * time.Minute}
	}
	return a, nil
}

func parseByline(line string) (Byline, error) {
	role, who, _ := strings.Cut(line, " ")
	b := Byline{Role: role, Person: who}
	if guest, ok := strings.CutPrefix(who, "guest: "); ok {
		b.Person, b.Guest = "", guest
	}
	switch role {
	case "by", "with", "photos", "translation", "editing":
		return b, nil
	}
	return b, fmt.Errorf("a byline begins with by, with, photos, translation or editing, and not with %q", role)
}

func (a Article) file() string { return path.Join("content/articles", a.Lang, a.Slug+".md") }

// on returns the article as of a day of the paper.
func (a Article) on(day time.Time) (Article, error) {
	clock, err := time.Parse("15:04", a.Time)
	if err != nil {
		return a, fmt.Errorf("the time %q is not like 14:05", a.Time)
	}
	date := day.AddDate(0, 0, -a.DaysAgo)
	a.Published = time.Date(date.Year(), date.Month(), date.Day(), clock.Hour(), clock.Minute(), 0, 0, day.Location())
	if a.UpdatedAfter > 0 {
		a.Updated = a.Published.Add(a.UpdatedAfter)
	}
	for _, s := range []*string{&a.Headline, &a.Short, &a.Dek, &a.Caption, &a.Body} {
		*s = fillDates(*s, a.Lang, a.Published)
	}
	if a.Correction != nil {
		k := *a.Correction
		k.At = a.Published.Add(k.After)
		for _, s := range []*string{&k.Was, &k.Is, &k.Text} {
			*s = fillDates(*s, a.Lang, a.Published)
		}
		a.Correction = &k
	}
	a.BodyHTML, err = bodyHTML(a.Body)
	return a, err
}
