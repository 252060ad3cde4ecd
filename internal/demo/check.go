package demo

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// kinds of article, as the newsroom names them.
var kinds = []string{"report", "analysis", "opinion", "explainer", "interview", "fact-check", "obituary", "notice"}

// checkDay is the day on which the content is tried out. It is a Monday, so that
// working days reach across a weekend.
var checkDay = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// check looks for what would make a page wrong or a link lead nowhere. It
// reports everything that it finds.
func (c *Content) check() error {
	k := checker{c: c, seen: map[string]bool{}}
	k.outlet()
	for _, s := range c.Sections {
		k.slug("section", s.Slug)
		k.texts("section "+s.Slug, s.Name, s.Description)
	}
	for _, t := range c.Topics {
		k.slug("topic", t.Slug)
		k.texts("topic "+t.Slug, t.Name)
	}
	for _, p := range c.People {
		k.slug("person", p.Slug)
		k.texts("person "+p.Slug, p.Name, p.Role, p.Bio)
	}
	for _, p := range c.Pictures {
		k.slug("picture", p.Name)
		k.texts("picture "+p.Name, p.Alt, p.Credit)
		if _, err := p.JPEG(); err != nil {
			k.say("the picture %s has no file", p.Name)
		}
	}
	k.campaign()
	for _, p := range c.Pages {
		k.page(p)
	}
	for _, a := range c.Articles {
		k.article(a)
	}
	for _, d := range c.Drafts {
		k.draft(d)
	}
	return errors.Join(k.faults...)
}

type checker struct {
	c      *Content
	seen   map[string]bool
	faults []error
}

func (k *checker) say(format string, args ...any) {
	k.faults = append(k.faults, fmt.Errorf(format, args...))
}

// once complains of the second use of what must be unique.
func (k *checker) once(what string) {
	if k.seen[what] {
		k.say("%s is there twice", what)
	}
	k.seen[what] = true
}

func (k *checker) slug(kind, slug string) {
	if !slugShape.MatchString(slug) {
		k.say("%s %q: a slug is lower-case letters, digits and single hyphens", kind, slug)
	}
	k.once(kind + " " + slug)
}

func (k *checker) texts(what string, texts ...Text) {
	for _, t := range texts {
		for _, lang := range Languages {
			if strings.TrimSpace(t[lang]) == "" {
				k.say("%s: a text is missing in %q", what, lang)
			}
		}
	}
}

// draft checks what a draft names.
func (k *checker) draft(d Draft) {
	what := "drafts.toml: " + d.Headline
	k.person(what, d.By)
	k.section(what, d.Section)
	if d.Headline == "" || d.Dek == "" || len(d.Text) == 0 {
		k.say("%s: headline, dek and text are needed", what)
	}
}

func (k *checker) outlet() {
	o := k.c.Outlet
	k.texts("outlet.toml", o.Title, o.Short, o.Tagline, o.Publisher, o.Address, o.About, o.Licence)
	if _, err := time.LoadLocation(o.Zone); err != nil {
		k.say("outlet.toml: %q is no time zone", o.Zone)
	}
	k.person("outlet.toml", o.Editor)
}

func (k *checker) campaign() {
	c := k.c.Campaign
	k.slug("campaign", c.Slug)
	k.texts("campaign.toml", c.Name, c.Heading, c.Lede, c.AppealHeading, c.Appeal, c.Front, c.Tax, c.Uses)
	for _, u := range c.Updates {
		k.texts("an update in campaign.toml", u.Title, u.Body)
	}
	var sum int64
	for _, cost := range c.Costs {
		k.texts("a cost in campaign.toml", cost.Name)
		sum += cost.Amount.Minor
	}
	if sum != c.Goal.Minor {
		k.say("campaign.toml: the costs add up to %d and the goal is %d", sum, c.Goal.Minor)
	}
}

func (k *checker) page(p Page) {
	what := "page " + p.Lang + "/" + p.Slug
	k.once(what)
	k.lang(what, p.Lang)
	k.body(what, p.Title+p.Body, p.Body, p.Lang)
}

func (k *checker) lang(what, lang string) {
	if !slices.Contains(Languages, lang) {
		k.say("%s: the paper has no language %q", what, lang)
	}
}

// body tries whether a text can be shown, and whether a mark was mistyped.
func (k *checker) body(what, all, body, lang string) {
	if body == "" {
		k.say("%s is empty", what)
	}
	if left := fillDates(all, lang, checkDay); strings.Contains(left, "{{") || strings.Contains(left, "}}") {
		k.say("%s: a mark for a date is mistyped", what)
	}
	if _, err := bodyHTML(body); err != nil {
		k.say("%s: %w", what, err)
	}
}

func (k *checker) article(a Article) {
	what := a.file()
	k.slug(a.Lang+" article", a.Slug)
	k.once(a.Lang + " article of the group " + a.Group)
	k.lang(what, a.Lang)
	k.body(what, a.Headline+a.Short+a.Dek+a.Caption+a.Body, a.Body, a.Lang)
	if a.Headline == "" || a.Dek == "" || a.Group == "" || a.Dateline == "" {
		k.say("%s: headline, dek, group and dateline are needed", what)
	}
	if !slices.Contains(kinds, a.Kind) {
		k.say("%s: no kind is called %q", what, a.Kind)
	}
	k.section(what, a.Section)
	for _, topic := range a.Topics {
		if !slices.ContainsFunc(k.c.Topics, func(t Topic) bool { return t.Slug == topic }) {
			k.say("%s: no topic is called %q", what, topic)
		}
	}
	k.bylines(what, a.Bylines)
	k.picture(what, a)
	k.times(what, a)
	if a.Front > 0 {
		k.once(fmt.Sprintf("%s: the front page's place %d", a.Lang, a.Front))
	}
}

func (k *checker) bylines(what string, lines []Byline) {
	if len(lines) == 0 {
		k.say("%s: nobody has written it", what)
	}
	for _, b := range lines {
		if b.Guest == "" {
			k.person(what, b.Person)
		}
	}
}

func (k *checker) section(what, slug string) {
	if !slices.ContainsFunc(k.c.Sections, func(s Section) bool { return s.Slug == slug }) {
		k.say("%s: no section is called %q", what, slug)
	}
}

func (k *checker) person(what, slug string) {
	if !slices.ContainsFunc(k.c.People, func(p Person) bool { return p.Slug == slug }) {
		k.say("%s: no person is called %q", what, slug)
	}
}

func (k *checker) picture(what string, a Article) {
	switch {
	case a.Picture == "" && a.Caption != "":
		k.say("%s: a caption without a picture", what)
	case a.Picture == "":
	case !slices.ContainsFunc(k.c.Pictures, func(p Picture) bool { return p.Name == a.Picture }):
		k.say("%s: no picture is called %q", what, a.Picture)
	case a.Caption == "":
		k.say("%s: the picture needs a caption", what)
	}
}

// times makes sure that everything of a day is out by pressHour, and that a
// correction is whole.
func (k *checker) times(what string, a Article) {
	clock, err := time.Parse("15:04", a.Time)
	if err != nil || a.DaysAgo < 0 {
		k.say("%s: days_ago and a time such as 14:05 are needed", what)
		return
	}
	last := max(a.UpdatedAfter, 0)
	if c := a.Correction; c != nil {
		last = max(last, c.After)
		if c.Was == "" || c.Is == "" || c.Text == "" || c.After <= 0 {
			k.say("%s: a correction needs was, is, text and after_minutes", what)
		}
		if !slices.Contains([]string{"correction", "clarification", "retraction"}, c.Class) {
			k.say("%s: no class of correction is called %q", what, c.Class)
		}
	}
	minutes := time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute + last
	if minutes > time.Duration(pressHour+24*a.DaysAgo)*time.Hour {
		k.say("%s: its last change would be later than the paper's day", what)
	}
}
