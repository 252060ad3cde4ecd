package demo

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
)

// Draft is a story that the desk is working on.
type Draft struct {
	State, Section, By, Headline, Dek string
	Hours                             int // until a scheduled one is due
	Text                              []string
}

func (c *Content) readDrafts() error {
	var f struct{ Draft []Draft }
	err := readTOML("drafts.toml", &f)
	c.Drafts = f.Draft
	return err
}

// drafts fills the desk with work.
func (s *Sower) drafts(ctx context.Context) error {
	for i, d := range s.paper.Drafts {
		err := s.Store.Write(ctx, func(tx *store.Tx) error { return s.draft(ctx, tx, i, d) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Sower) draft(ctx context.Context, tx *store.Tx, i int, d Draft) error {
	name := s.personName(d.By, "en")
	blocks := make([]document.Block, len(d.Text))
	for n, text := range d.Text {
		p := document.P(text)
		p.ID = s.name("draft block", strconv.Itoa(i), strconv.Itoa(n))[:10]
		blocks[n] = p
	}
	room := news.Newsroom{Clock: clock.At(s.At.Add(-time.Duration(20*(i+1)) * time.Hour))}
	state := news.Draft
	if news.State(d.State) == news.Pitch {
		state = news.Pitch
	}
	a, err := room.Create(ctx, tx, news.Author{Name: name}, news.New{
		ID: s.name("draft", strconv.Itoa(i)), Revision: s.name("draft revision", strconv.Itoa(i)), State: state,
		Content: news.Content{
			Lang: "en", Kind: news.Report, Headline: d.Headline, Dek: d.Dek, Section: s.ids["section "+d.Section],
			Bylines: []news.Byline{{Person: s.ids["person "+d.By], Name: name, Role: "by"}},
			Body:    &document.Document{Schema: document.Schema, Lang: "en", Blocks: blocks},
		},
	})
	if err != nil || news.State(d.State) == state {
		return err
	}
	if news.State(d.State) == news.Scheduled {
		_, err = room.Schedule(ctx, tx, a.ID, s.At.Add(time.Duration(d.Hours)*time.Hour).Truncate(time.Hour), false)
		return err
	}
	_, err = room.Move(ctx, tx, a.ID, news.State(d.State))
	return err
}
