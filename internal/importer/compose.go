package importer

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

// story is an article on its way in: what the source says, in the newsroom's terms.
type story struct {
	kind           string // post or page, for the report
	who            string // identity in the source
	article        string // id here
	content        news.Content
	want           news.State // Draft, Scheduled or Published
	locked, sticky bool
	at, modified   time.Time
	path           string // where it was, "" for nowhere of its own
	addresses      []store.Address
	needs          []store.Need
}

// bringStories reads the texts, one at a time, and writes each.
func (b *bringer) bringStories(ctx context.Context) error {
	for _, f := range b.walk.files {
		_, err := b.walk.read(ctx, f, wxr.Options{}, func(rec wxr.Record) error {
			if rec.Item == nil || !b.walk.isStory(rec.Item.Kind) {
				return nil
			}
			return b.bringStory(ctx, rec.Item)
		})
		if err != nil && (b.walk.broken == "" || !fault.Is(err, fault.Invalid)) {
			return err
		}
	}
	b.tell("post", b.walk.total, b.walk.total)
	return nil
}

var notStories = map[string]string{
	wxr.StatusTrash:   "it is in the bin",
	"auto-draft":      "WordPress began it by itself and nobody wrote it",
	wxr.StatusInherit: "it is a copy that belongs to another item",
}

func (b *bringer) bringStory(ctx context.Context, it *wxr.Item) error {
	who := identity(it)
	if b.seen[key{kindArticle, who}] {
		return nil // counted in the first pass
	}
	b.seen[key{kindArticle, who}] = true
	b.tell(it.Kind, b.done, b.walk.total)
	b.done++
	if because, no := notStories[it.Status]; no {
		b.rep.record(it.Kind, skip(because))
		return nil
	}
	b.rep.Text.In.add(it.Report.In)
	b.rep.Text.Out.add(it.Report.Out)
	b.rep.Text.Raw.add(it.Report.Kept)
	st, err := b.compose(ctx, it, who)
	if err != nil {
		return err
	}
	o, err := b.save(ctx, st)
	if isRefusal(err) {
		o, err = b.refuse(ctx, st, err)
	}
	if err != nil {
		return fault.Wrap(fault.KindOf(err), err, "%s %s (%q) can't be brought in", it.Kind, who, clip(it.Title, 80))
	}
	b.rep.record(it.Kind, o)
	return nil
}

// isRefusal tells whether an error is about the one story, and not about the
// newsroom or this machine.
func isRefusal(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Denied) || fault.Is(err, fault.TooLarge)
}

// compose turns an item into an article.
func (b *bringer) compose(ctx context.Context, it *wxr.Item, who string) (*story, error) {
	st := &story{kind: it.Kind, who: who, article: b.articleID(who), sticky: it.Sticky, at: it.Published, modified: it.Modified}
	st.path, _ = b.walk.site.local(it.Link)
	st.addresses = b.storyAddresses(it, st.article, st.path)
	b.state(st, it)
	c := &st.content
	c.Lang, c.Kind, c.Body = b.lang, news.Report, it.Document
	if it.Kind == wxr.KindPage {
		c.Kind = news.Page
	}
	if c.Body == nil {
		c.Body = document.New(b.lang)
	}
	c.Body.Lang = b.lang
	c.Dek = it.Excerpt
	if !strings.Contains(it.MetaTitle, "%") { // else it is a pattern of the plug-in's
		c.SEOTitle = clip(it.MetaTitle, 300)
	}
	c.Slug = slugOr(it.Slug)
	b.headline(st, it)
	b.place(st, it)
	if err := b.bylines(ctx, c, it); err != nil {
		return nil, err
	}
	b.lead(st, it)
	if err := b.body(ctx, st, it); err != nil {
		return nil, err
	}
	return st, nil
}

func slugOr(s string) string {
	if s = strings.TrimPrefix(news.CleanPath("/"+s), "/"); news.ValidSlug(s) {
		return s
	}
	return ""
}

// state says what the article shall be here.
func (b *bringer) state(st *story, it *wxr.Item) {
	if st.at.IsZero() {
		st.at = it.Modified
	}
	if st.at.IsZero() {
		st.at = b.exported
	}
	if st.at.IsZero() || st.at.Year() < 1970 {
		st.at = time.Unix(0, 0).UTC()
	}
	st.want, st.locked = news.Draft, it.Password || it.Status == wxr.StatusPrivate
	if !st.locked && (it.Status == wxr.StatusPublished || it.Status == wxr.StatusScheduled) {
		st.want = news.Published
		if st.at.After(b.now) {
			st.want = news.Scheduled
		}
	}
	if it.Kind != wxr.KindPage && it.Public() {
		b.noteMonth(st.at)
	}
	if st.locked {
		st.needs = append(st.needs, b.storyNeed(st, it, "It was private or behind a password there and stays unpublished here until somebody decides.", ""))
	}
}

func (b *bringer) storyNeed(st *story, it *wxr.Item, reason, detail string) store.Need {
	return b.need(kindArticle, st.who, store.ToArticle, st.article, firstOf(it.Title, it.Slug, st.who), reason, detail)
}

// maxHeadline keeps a headline well under the domain's limit.
const maxHeadline = 900

// headline takes the title; where there is none the first words stand in.
func (b *bringer) headline(st *story, it *wxr.Item) {
	st.content.Headline = clip(news.Line(it.Title), maxHeadline)
	if st.content.Headline != "" {
		return
	}
	words := strings.Fields(document.Text(st.content.Body))
	stand := strings.Join(words[:min(len(words), 10)], " ")
	st.content.Headline = firstOf(clip(news.Line(stand), 200), it.Slug, "Untitled")
	st.needs = append(st.needs, b.storyNeed(st, it, "It had no headline; its first words stand in.", st.content.Headline))
}

// place puts the article into its sections and topics.
func (b *bringer) place(st *story, it *wxr.Item) {
	c := &st.content
	primary := ""
	if v := it.Meta["_yoast_wpseo_primary_category"]; len(v) > 0 {
		for _, t := range b.walk.categories {
			if t.ID == v[0] && t.ID != "" {
				primary = b.sections[t.Slug]
			}
		}
	}
	for _, ref := range it.Categories {
		id := b.sections[termSlug(ref.Slug, ref.Name)]
		switch {
		case id == "":
		case id == primary || (primary == "" && c.Section == ""):
			c.Section = id
		default:
			c.Sections = append(c.Sections, id)
		}
	}
	for _, ref := range it.Tags {
		if id := b.topics[termSlug(ref.Slug, ref.Name)]; id != "" {
			c.Topics = append(c.Topics, id)
		}
	}
}

func (b *bringer) bylines(ctx context.Context, c *news.Content, it *wxr.Item) error {
	for _, name := range it.Authors {
		person, err := b.person(ctx, name)
		if err != nil {
			return err
		}
		line := news.Byline{Person: person, Role: "by"}
		if person == "" { // removed at the desk: the name stays under what they wrote
			line.Name = name
		}
		if !slices.Contains(c.Bylines, line) {
			c.Bylines = append(c.Bylines, line)
		}
	}
	return nil
}

func (b *bringer) lead(st *story, it *wxr.Item) {
	if it.Thumbnail == "" || it.Thumbnail == "0" {
		return
	}
	if id := b.pictures[it.Thumbnail]; id != "" {
		st.content.Lead = &news.Lead{Media: id}
		return
	}
	st.needs = append(st.needs, b.storyNeed(st, it, "Its lead picture is not here.", "attachment "+it.Thumbnail))
}
