package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/money"
)

// Given is what a donor gave in one currency, less what went back, in minor units.
type Given struct {
	money.Amount
	Gifts       int
	First, Last time.Time
}

// Giver is a donor in a list of the treasurer's.
type Giver struct {
	fund.Donor
	Given []Given
	Plans int // that run
	Tags  []string
}

// GiverView chooses donors.
type GiverView string

// The views. Lapsed donors gave nothing for 13 months and have no plan that
// ended less than 60 days ago or still runs.
const (
	AllGivers     GiverView = ""
	MonthlyGivers GiverView = "plan"
	LapsedGivers  GiverView = "lapsed"
)

// GiverQuery chooses donors, the newest first.
type GiverQuery struct {
	View   GiverView
	Search string // a part of the name or address
	Tag    string
	Now    time.Time // by the money clock, for View
	Before string    // cursor: the last donor of the page before; "" is from the newest on
	Limit  int
}

// called is the condition that a text is a part of a donor's name or address, and
// callPart that text as the condition takes it: each engine has the way in which it
// looks through many fastest. SQLite's lower() knows ASCII's large letters alone.
func (s *Store) called(donor, part string) string {
	if s.Engine() == db.Postgres {
		return donor + ".sought LIKE " + part + " ESCAPE '!'"
	}
	return "instr(" + donor + ".sought, " + part + ") > 0"
}

func (s *Store) callPart(search string) string {
	if s.Engine() == db.Postgres {
		return likePart(search)
	}
	return strings.ToLower(search)
}

// Givers lists donors with what they gave. Only a treasurer may see them.
func (s *Store) Givers(ctx context.Context, q GiverQuery) ([]Giver, error) {
	var w where
	if q.Search != "" {
		w.add(s.called("d", "?"), s.callPart(q.Search))
	}
	if q.Tag != "" {
		w.add("EXISTS (SELECT 1 FROM donor_tag t WHERE t.donor_id = d.id AND t.tag = ?)", q.Tag)
	}
	switch q.View {
	case MonthlyGivers:
		w.add("EXISTS (SELECT 1 FROM plan p WHERE p.donor_id = d.id AND p.state IN ('active', 'past_due', 'paused', 'cancel_scheduled'))")
	case LapsedGivers:
		w.add(`EXISTS (SELECT 1 FROM payment x WHERE x.donor_id = d.id)
			AND NOT EXISTS (SELECT 1 FROM payment x WHERE x.donor_id = d.id AND x.succeeded_at > ?)
			AND NOT EXISTS (SELECT 1 FROM plan p WHERE p.donor_id = d.id AND (p.ended_at IS NULL OR p.ended_at > ?))`,
			q.Now.AddDate(0, -13, 0).UnixMilli(), q.Now.AddDate(0, 0, -60).UnixMilli())
	}
	if q.Before != "" {
		w.add("(d.created_at, d.id) < (SELECT b.created_at, b.id FROM donor b WHERE b.id = ?)", q.Before)
	}
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (g Giver, err error) {
		g.Donor, err = scanDonor(r)
		return g, err
	}, w.query("SELECT "+qualified("d", donorColumns)+" FROM donor d", "ORDER BY d.created_at DESC, d.id DESC LIMIT ?", q.Limit), w.args...)
	if err != nil {
		return nil, err
	}
	return list, s.fillGivers(ctx, list)
}

// fillGivers adds sums, plans and tags to a page of donors.
func (s *Store) fillGivers(ctx context.Context, list []Giver) error {
	at, ids := map[string]*Giver{}, make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
		at[list[i].ID] = &list[i]
	}
	marks, args := anyOf(1, ids)
	_, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var donor string
		var g Given
		err = r.Scan(&donor, &g.Currency, &g.Minor, &g.Gifts, db.At(&g.First), db.At(&g.Last))
		at[donor].Given = append(at[donor].Given, g)
		return none, err
	}, `SELECT donor_id, currency, CAST(SUM(minor - refunded_minor - disputed_minor) AS BIGINT), COUNT(*), MIN(succeeded_at), MAX(succeeded_at)
		FROM payment WHERE donor_id IN (`+marks+`) GROUP BY donor_id, currency ORDER BY donor_id, currency`, args...)
	if err != nil {
		return err
	}
	_, err = db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var donor string
		var n int
		err = r.Scan(&donor, &n)
		at[donor].Plans = n
		return none, err
	}, `SELECT donor_id, COUNT(*) FROM plan WHERE state IN ('active', 'past_due', 'paused', 'cancel_scheduled') AND donor_id IN (`+marks+`) GROUP BY donor_id`, args...)
	if err != nil {
		return err
	}
	_, err = db.Rows(ctx, s.Query(), func(r db.Scanner) (none struct{}, err error) {
		var donor, tag string
		err = r.Scan(&donor, &tag)
		at[donor].Tags = append(at[donor].Tags, tag)
		return none, err
	}, "SELECT donor_id, tag FROM donor_tag WHERE donor_id IN ("+marks+") ORDER BY donor_id, tag", args...)
	return err
}

// Giver returns one donor with sums and tags; fault.NotFound.
func (s *Store) Giver(ctx context.Context, donorID string) (Giver, error) {
	d, err := db.One(ctx, s.Query(), scanDonor, "SELECT "+donorColumns+" FROM donor WHERE id = $1", donorID)
	if fault.Is(err, fault.NotFound) {
		return Giver{}, fault.New(fault.NotFound, "there is no such donor")
	}
	if err != nil {
		return Giver{}, err
	}
	list := []Giver{{Donor: d}}
	err = s.fillGivers(ctx, list)
	return list[0], err
}

// DonorTags lists the tags in use.
func (s *Store) DonorTags(ctx context.Context) ([]string, error) {
	return db.Rows(ctx, s.Query(), db.Value[string], "SELECT DISTINCT tag FROM donor_tag ORDER BY tag")
}

// maxTag and maxNote are the longest tag and note, in characters.
const (
	maxTag  = 40
	maxNote = 4000
)

// SetDonorTags gives a donor exactly these tags.
func (tx *Tx) SetDonorTags(ctx context.Context, by Actor, donorID string, tags []string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM donor_tag WHERE donor_id = $1", donorID); err != nil {
		return err
	}
	for _, tag := range tags {
		if len([]rune(tag)) > maxTag {
			return fault.New(fault.Invalid, "a tag has %d characters at most", maxTag)
		}
		if _, err := db.Exec(ctx, tx, "INSERT INTO donor_tag (donor_id, tag) VALUES ($1, $2) ON CONFLICT (donor_id, tag) DO NOTHING", donorID, tag); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, by, "donor.tagged", "donor", donorID, nil)
}

// DonorNote is what a treasurer noted about a donor.
type DonorNote struct {
	ID   string
	Text string
	At   time.Time
	By   Actor
}

// AddDonorNote notes something about a donor.
func (tx *Tx) AddDonorNote(ctx context.Context, by Actor, donorID, text string) error {
	if text == "" || len([]rune(text)) > maxNote {
		return fault.New(fault.Invalid, "a note has between 1 and %d characters", maxNote)
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO donor_note (id, donor_id, note, at, by_id, by_name) VALUES ("+places(6)+")", id.New(), donorID, text, tx.now(), by.ID, by.Name)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "donor.noted", "donor", donorID, nil)
}

// DropDonorNote takes a note away.
func (tx *Tx) DropDonorNote(ctx context.Context, by Actor, donorID, noteID string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM donor_note WHERE id = $1 AND donor_id = $2", noteID, donorID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "donor.note_dropped", "donor", donorID, nil)
}

// DonorNotes lists the notes about a donor, the newest first.
func (s *Store) DonorNotes(ctx context.Context, donorID string) ([]DonorNote, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (n DonorNote, err error) {
		return n, r.Scan(&n.ID, &n.Text, db.At(&n.At), &n.By.ID, &n.By.Name)
	}, "SELECT id, note, at, by_id, by_name FROM donor_note WHERE donor_id = $1 ORDER BY at DESC, id DESC", donorID)
}

// where gathers conditions; each "?" becomes the next "$n".
type where struct {
	parts []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.parts = append(w.parts, w.bind(cond, args))
}

func (w *where) bind(text string, args []any) string {
	for _, a := range args {
		w.args = append(w.args, a)
		text = strings.Replace(text, "?", place(len(w.args)), 1)
	}
	return text
}

func (w *where) query(sel, tail string, args ...any) string {
	if len(w.parts) > 0 {
		sel += " WHERE " + strings.Join(w.parts, " AND ")
	}
	return sel + " " + w.bind(tail, args)
}

// qualified puts a table's name before each column of a list.
func qualified(table, columns string) string {
	list := strings.Split(columns, ",")
	for i, c := range list {
		list[i] = table + "." + strings.TrimSpace(c)
	}
	return strings.Join(list, ", ")
}
