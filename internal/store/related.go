package store

import (
	"cmp"
	"context"
	"slices"

	"masthead.dev/masthead/internal/news"
)

// topicsAsked bounds how many of an article's topics are looked through.
const topicsAsked = 4

// Related finds what else a reader of an article may want: what the article
// names, then what shares most topics with it, then what is new in its section.
func (s *Store) Related(ctx context.Context, p news.Publication, n int) ([]Teaser, error) {
	out, err := s.named(ctx, p)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{p.Article: true}
	for _, t := range out {
		seen[t.Article] = true
	}
	add := func(list []Teaser) {
		for _, t := range list {
			if !seen[t.Article] && len(out) < n {
				seen[t.Article] = true
				out = append(out, t)
			}
		}
	}
	if len(out) < n && len(p.Content.Topics) > 0 {
		list, err := s.sharing(ctx, p, n)
		if err != nil {
			return nil, err
		}
		add(list)
	}
	if len(out) < n && p.Content.Section != "" {
		page, err := s.List(ctx, Listing{Lang: p.Lang, Section: p.Content.Section, Limit: n + len(out) + 1, NoRetracted: true})
		if err != nil {
			return nil, err
		}
		add(page.Stories)
	}
	return out[:min(n, len(out))], nil
}

// named are the articles that the article itself points at, in its language
// where they are translated.
func (s *Store) named(ctx context.Context, p news.Publication) ([]Teaser, error) {
	list, err := s.Teasers(ctx, p.Content.Related)
	return slices.DeleteFunc(list, func(t Teaser) bool {
		return t.Lang != p.Lang || t.State != news.Published || t.Article == p.Article
	}), err
}

// sharing lists the newest of each topic, those with most topics in common first.
func (s *Store) sharing(ctx context.Context, p news.Publication, n int) ([]Teaser, error) {
	count := map[string]int{}
	var all []Teaser
	for _, topic := range p.Content.Topics[:min(topicsAsked, len(p.Content.Topics))] {
		page, err := s.List(ctx, Listing{Lang: p.Lang, Topic: topic, Limit: 2*n + 1, NoRetracted: true})
		if err != nil {
			return nil, err
		}
		for _, t := range page.Stories {
			if count[t.Article]++; count[t.Article] == 1 {
				all = append(all, t)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Teaser) int {
		return cmp.Or(count[b.Article]-count[a.Article], b.First.Compare(a.First))
	})
	return all, nil
}
