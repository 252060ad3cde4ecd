package store

import (
	"context"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
)

// checkParent refuses a parent that there is not, and circles.
func (tx *Tx) checkParent(ctx context.Context, v news.Section) error {
	for up, steps := v.Parent, 0; up != ""; steps++ {
		if up == v.ID || steps > 20 {
			return fault.Fields{"parent": "A section can't stand below itself; choose another one."}
		}
		p, err := section(ctx, tx, up)
		if err != nil {
			return fault.Fields{"parent": "Choose a section that there is."}
		}
		up = p.Parent
	}
	return nil
}

// freeSlug keeps the old address of one section from becoming that of another:
// who kept it must go on to arrive. The address of a section that was deleted
// leads nowhere and is given out again.
func (tx *Tx) freeSlug(ctx context.Context, v news.Section) error {
	path := "/sections/" + v.Slug
	owner, err := db.One(ctx, tx, db.Value[string], "SELECT object_id FROM address WHERE path = $1 AND object_kind = 'section' AND object_id <> $2", path, v.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	of, err := section(ctx, tx, owner)
	if err == nil && of.ID != v.ID {
		return fault.Fields{"slug": "This address was " + of.Slug + "'s and leads there for ever; choose another one."}
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	_, err = db.Exec(ctx, tx, "DELETE FROM address WHERE path = $1 AND object_kind = 'section'", path)
	return err
}

// EndSection takes a section away. Its stories, its place in the navigation and
// its address go over to another one; into is "" for one without any story. The
// stories follow in slices, by a job. fault.Conflict where somebody's role is for
// this section alone, or where it is not empty and into is "".
func (tx *Tx) EndSection(ctx context.Context, by Actor, id, into string) error {
	v, err := section(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := tx.mayEnd(ctx, v, into); err != nil {
		return err
	}
	if _, err := tx.PutAddress(ctx, Address{Path: "/sections/" + v.Slug, Kind: ToSection, Object: v.ID}); err != nil {
		return err
	}
	n, err := sectionStories(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	for _, q := range []struct {
		statement string
		args      []any
	}{
		{"UPDATE section SET gone_at = $1, merged_into = $2, slug = '~' || id, moving = $3, parent_id = NULL WHERE id = $4", []any{tx.now(), into, n, v.ID}},
		{"UPDATE section SET merged_into = $1 WHERE merged_into = $2", []any{into, v.ID}},
		{"UPDATE section SET parent_id = $1 WHERE parent_id = $2 AND id <> $3", []any{db.Null(firstOf(into, v.Parent)), v.ID, into}},
		{"UPDATE section SET parent_id = $1 WHERE parent_id = $2", []any{db.Null(v.Parent), v.ID}},
	} {
		if _, err := db.Exec(ctx, tx, q.statement, q.args...); err != nil {
			return err
		}
	}
	if err := tx.renameInNav(ctx, by, v, into); err != nil {
		return err
	}
	tx.Touch("section:"+v.ID, "section:"+into, "settings", "addresses", "articles", "desk")
	if into != "" {
		if err := tx.Enqueue(ctx, job.MoveStories(v.ID)); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "section.ended", "section", v.ID, map[string]any{"slug": v.Slug, "into": into, "stories": n})
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Why a section is not ended, as fault.Fields says it of "into".
const (
	SectionOfPeople = "Somebody has a role in this section alone; give them another one first."
	SectionFull     = "This section has stories; choose the section that takes them."
)

func (tx *Tx) mayEnd(ctx context.Context, v news.Section, into string) error {
	if into != "" {
		to, err := section(ctx, tx, into)
		if err != nil || to.ID == v.ID || to.ID != into {
			return fault.Fields{"into": "Choose another section that takes the stories."}
		}
	}
	people, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM staff_grant WHERE section_id = $1", v.ID)
	if err != nil {
		return err
	}
	if people > 0 {
		return fault.Fields{"into": SectionOfPeople}
	}
	n, err := sectionStories(ctx, tx, v.ID)
	if err == nil && n > 0 && into == "" {
		return fault.Fields{"into": SectionFull}
	}
	return err
}

func sectionStories(ctx context.Context, q db.Querier, id string) (int64, error) {
	return db.One(ctx, q, db.Value[int64], `SELECT COUNT(*) FROM (SELECT id FROM article WHERE section_id = $1
		UNION SELECT article_id FROM publication_section WHERE section_id = $1) x`, id)
}

// renameInNav lets the navigation lead to the section that took another one over.
func (tx *Tx) renameInNav(ctx context.Context, by Actor, v news.Section, into string) error {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	is := func(n outlet.NavItem, id, slug string) bool {
		return n.Section == id || n.Section == slug && slug != ""
	}
	at := slices.IndexFunc(o.Nav, func(n outlet.NavItem) bool { return is(n, v.ID, v.Slug) })
	if at < 0 {
		return nil
	}
	nav := slices.Clone(o.Nav)
	to := news.Section{}
	if into != "" {
		if to, err = section(ctx, tx, into); err != nil {
			return err
		}
	}
	if into == "" || slices.ContainsFunc(nav, func(n outlet.NavItem) bool { return is(n, to.ID, to.Slug) }) {
		nav = slices.Delete(nav, at, at+1)
	} else {
		nav[at] = outlet.NavItem{Section: into}
	}
	o.Nav = nav
	return tx.PutOutlet(ctx, by, o)
}

// moveSlice is how many stories one transaction moves: each of them is written
// anew with what searches and lists know of it.
const moveSlice = 10

// MoveStories lets the next stories of a section that was merged follow it, and
// tells whether there may be more.
func (s *Store) MoveStories(ctx context.Context, from string) (more bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		n, err := db.Exec(ctx, tx, "UPDATE article SET section_id = "+nowSection("$1")+` WHERE id IN (SELECT id FROM article WHERE section_id = $1 LIMIT 100)`, from)
		if err != nil {
			return err
		}
		public, err := db.Rows(ctx, tx, db.Value[string], `SELECT article_id FROM publication WHERE section_id = $1
			UNION SELECT article_id FROM publication_section WHERE section_id = $1 LIMIT $2`, from, moveSlice)
		if err != nil {
			return err
		}
		for _, id := range public {
			p, err := tx.Publication(ctx, id)
			if err != nil {
				return err
			}
			if err := tx.PutPublication(ctx, p); err != nil {
				return err
			}
		}
		more = n > 0 || len(public) > 0
		tx.Touch("desk")
		return nil
	})
	return more, err
}

// Moving is a section whose stories are on their way to another one.
type Moving struct {
	From, Into  string // ids
	Total, Left int64
}

// Moving lists the sections whose stories have not all arrived yet.
func (s *Store) Moving(ctx context.Context) ([]Moving, error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (m Moving, err error) { return m, r.Scan(&m.From, &m.Into, &m.Total) },
		`SELECT id, merged_into, moving FROM section x WHERE gone_at IS NOT NULL AND merged_into <> ''
			AND (EXISTS (SELECT 1 FROM article a WHERE a.section_id = x.id) OR EXISTS (SELECT 1 FROM publication_section p WHERE p.section_id = x.id)) ORDER BY gone_at`)
	for i := range list {
		if err == nil {
			list[i].Left, err = sectionStories(ctx, s.Query(), list[i].From)
		}
	}
	return list, err
}

// SectionCount is how many stories a section has.
type SectionCount struct {
	Public int64 // that readers see, in all languages, also where it is not their first section
	Work   int64 // that are being worked on or scheduled
	All    int64 // with those that ended
}

// SectionCounts counts the stories of all sections, by id.
func (s *Store) SectionCounts(ctx context.Context) (map[string]SectionCount, error) {
	type row struct {
		id, phase string
		n         int64
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (x row, err error) { return x, r.Scan(&x.id, &x.phase, &x.n) },
		`SELECT section_id, phase, COUNT(*) FROM article WHERE section_id IS NOT NULL GROUP BY section_id, phase
			UNION ALL SELECT section_id, '', COUNT(*) FROM publication_section GROUP BY section_id`)
	out := map[string]SectionCount{}
	for _, x := range list {
		c := out[x.id]
		switch x.phase {
		case "":
			c.Public = x.n
		case string(news.PhaseOpen), string(news.PhaseScheduled):
			c.Work += x.n
		}
		if x.phase != "" {
			c.All += x.n
		}
		out[x.id] = c
	}
	return out, err
}

// OrderSections puts the sections into the order of the ids; those that are left
// out come after them as they stood.
func (tx *Tx) OrderSections(ctx context.Context, by Actor, ids []string) error {
	all, err := sections(ctx, tx)
	if err != nil {
		return err
	}
	place := func(v news.Section) int {
		if i := slices.Index(ids, v.ID); i >= 0 {
			return i
		}
		return len(ids)
	}
	slices.SortStableFunc(all, func(a, b news.Section) int { return place(a) - place(b) })
	order := make([]string, len(all))
	for i, v := range all {
		order[i] = v.Slug
		if v.Position == i {
			continue
		}
		if _, err := db.Exec(ctx, tx, "UPDATE section SET position = $1 WHERE id = $2", i, v.ID); err != nil {
			return err
		}
	}
	tx.Touch("settings", "desk")
	return tx.Audit(ctx, by, "section.ordered", "section", "", map[string]any{"order": strings.Join(order, " ")})
}
