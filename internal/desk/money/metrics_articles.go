package money

import (
	"context"

	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/web"
)

// Fewer gifts than these are not told of an article: beside the list of gifts,
// they would tell who read what.
const (
	fewestGifts  = 10
	mostArticles = 50
)

// articlesPanel lists the articles from whose pages gifts were begun; none while
// no article has enough of them.
func (d *Pages) articlesPanel(ctx context.Context, v *visit) ([]web.Panel, error) {
	list, err := d.Store.GiftsByArticle(ctx, fewestGifts, mostArticles)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := &web.Table{Caption: v.Loc.T("reach.heading"), Columns: v.Columns("reach.article", "reach.gifts", "reach.sum")}
	t.Columns[1].Num, t.Columns[2].Num = true, true
	for _, a := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: a.Headline, Href: a.Path, Lang: a.Lang, Dir: locale.DirOf(a.Lang)},
			{Text: v.Loc.Number(int64(a.Gifts))}, {Text: v.Loc.Money(a.Kept)}}})
	}
	return []web.Panel{{ID: "articles", Heading: v.Loc.T("reach.heading"), Text: v.Loc.T("reach.say", "n", fewestGifts), Table: t}}, nil
}

// askedBy says which page asked for a gift: the front page, or what the newsroom
// put behind a link of its own. An article is not named beside a single gift,
// which would tell what its giver read.
func (v *visit) askedBy(from string) string {
	switch {
	case from == "front":
		return v.Loc.T("reach.front")
	case id.Valid(from):
		return ""
	}
	return from
}
