package store

import (
	"context"
	"encoding/json"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/news"
)

// FrontKey is the change key of a language's front as it was arranged.
func FrontKey(lang string) string { return "front:" + lang }

// Front is how a language's front stands: what readers see of it, and what
// editors work on.
type Front struct {
	Lang  string
	Edit  int64 // rises with every change; who makes one says which they had seen
	Live  news.FrontVersion
	Draft news.Arrangement // what is worked on; the live one where nothing is
	Begun bool             // there is a draft
	By    news.Author      // who made the last change
	At    time.Time        // zero: nobody has ever arranged it
}

type frontRow struct {
	edit  int64
	live  int
	draft string
	by    news.Author
	at    time.Time
}

func frontOf(ctx context.Context, q db.Querier, lang string) (Front, error) {
	f := Front{Lang: lang, Live: news.FrontVersion{Lang: lang, Slots: news.Arrangement{}}}
	row, err := db.One(ctx, q, func(r db.Scanner) (v frontRow, err error) {
		return v, r.Scan(&v.edit, &v.live, &v.draft, &v.by.ID, &v.by.Name, db.At(&v.at))
	}, "SELECT edit, live, draft, by_id, by_name, at FROM front WHERE lang = $1", lang)
	if fault.Is(err, fault.NotFound) {
		f.Draft = f.Live.Slots
		return f, nil
	}
	if err != nil {
		return f, err
	}
	f.Edit, f.By, f.At = row.edit, row.by, row.at
	if row.live > 0 {
		if f.Live, err = frontVersion(ctx, q, lang, row.live); err != nil {
			return f, err
		}
	}
	f.Draft = f.Live.Slots
	if f.Begun = row.draft != ""; f.Begun {
		f.Draft = news.Arrangement{}
		err = json.Unmarshal([]byte(row.draft), &f.Draft)
	}
	return f, err
}

// Front returns how a language's front stands.
func (s *Store) Front(ctx context.Context, lang string) (Front, error) {
	return frontOf(ctx, s.Query(), lang)
}

// Front is Store.Front as this transaction sees it.
func (tx *Tx) Front(ctx context.Context, lang string) (Front, error) { return frontOf(ctx, tx, lang) }

// LiveFront returns what readers see by hand on a language's front.
func (s *Store) LiveFront(ctx context.Context, lang string) (news.Arrangement, error) {
	list, err := db.Rows(ctx, s.Query(), func(r db.Scanner) (a news.Arrangement, err error) {
		return a, r.Scan(db.FromJSON(&a))
	}, "SELECT v.slots FROM front f JOIN front_version v ON v.lang = f.lang AND v.number = f.live WHERE f.lang = $1", lang)
	if err != nil || len(list) == 0 {
		return news.Arrangement{}, err
	}
	return list[0], nil
}

const frontVersionColumns = "lang, number, slots, origin, restores, by_id, by_name, at"

func scanFrontVersion(r db.Scanner) (v news.FrontVersion, err error) {
	return v, r.Scan(&v.Lang, &v.Number, db.FromJSON(&v.Slots), &v.Origin, &v.Restores, &v.By.ID, &v.By.Name, db.At(&v.At))
}

// frontVersion is a version by its number; 0 is the front that nobody arranged.
func frontVersion(ctx context.Context, q db.Querier, lang string, number int) (news.FrontVersion, error) {
	if number == 0 {
		return news.FrontVersion{Lang: lang, Slots: news.Arrangement{}}, nil
	}
	v, err := db.One(ctx, q, scanFrontVersion, "SELECT "+frontVersionColumns+" FROM front_version WHERE lang = $1 AND number = $2", lang, number)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "this front has no version of that number")
	}
	return v, err
}

// FrontVersion returns a version of a front by its number.
func (s *Store) FrontVersion(ctx context.Context, lang string, number int) (news.FrontVersion, error) {
	return frontVersion(ctx, s.Query(), lang, number)
}

// FrontVersions lists the arrangements that were public, the newest first.
func (s *Store) FrontVersions(ctx context.Context, lang string, limit, offset int) ([]news.FrontVersion, error) {
	return db.Rows(ctx, s.Query(), scanFrontVersion, "SELECT "+frontVersionColumns+" FROM front_version WHERE lang = $1 ORDER BY number DESC LIMIT $2 OFFSET $3", lang, limit, offset)
}

// FrontSeen is what somebody had in front of them who changes a front.
type FrontSeen struct {
	Lang string
	Edit int64 // Front.Edit
}

// holdFront makes room for a change: fault.Conflict where somebody else has made
// one since.
func (tx *Tx) holdFront(ctx context.Context, by Actor, seen FrontSeen) (Front, error) {
	o, err := tx.Outlet(ctx)
	if err != nil {
		return Front{}, err
	}
	if !o.Speaks(seen.Lang) {
		return Front{}, fault.New(fault.NotFound, "the newsroom has no front in this language")
	}
	now := tx.now()
	if _, err := db.Exec(ctx, tx, "INSERT INTO front (lang, at) VALUES ($1, $2) ON CONFLICT (lang) DO NOTHING", seen.Lang, now); err != nil {
		return Front{}, err
	}
	n, err := db.Exec(ctx, tx, "UPDATE front SET edit = edit + 1, by_id = $3, by_name = $4, at = $5 WHERE lang = $1 AND edit = $2", seen.Lang, seen.Edit, by.ID, by.Name, now)
	if err != nil {
		return Front{}, err
	}
	if n == 0 {
		return Front{}, fault.New(fault.Conflict, "somebody else has changed this front since you opened the page; look at how it stands now and do it again")
	}
	tx.Touch("desk")
	return tx.Front(ctx, seen.Lang)
}

// EditFront changes the draft of a front; change is given the draft and returns
// the next one. A draft that is as the live front is none.
func (tx *Tx) EditFront(ctx context.Context, by Actor, seen FrontSeen, change func(news.Arrangement) (news.Arrangement, error)) error {
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return err
	}
	next, err := change(f.Draft)
	if err != nil {
		return err
	}
	return tx.putDraft(ctx, f, next)
}

func (tx *Tx) putDraft(ctx context.Context, f Front, a news.Arrangement) error {
	text := ""
	if !a.Same(f.Live.Slots) {
		text = db.JSON(a)
	}
	_, err := db.Exec(ctx, tx, "UPDATE front SET draft = $2 WHERE lang = $1", f.Lang, text)
	return err
}

// DropFrontDraft gives up what was worked on.
func (tx *Tx) DropFrontDraft(ctx context.Context, by Actor, seen FrontSeen) error {
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return err
	}
	return tx.putDraft(ctx, f, f.Live.Slots)
}

// PublishFront makes the draft what readers see, as a new version.
func (tx *Tx) PublishFront(ctx context.Context, by Actor, seen FrontSeen) (news.FrontVersion, error) {
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return news.FrontVersion{}, err
	}
	if !f.Begun {
		return news.FrontVersion{}, fault.New(fault.Invalid, "nothing of this front has changed; readers see it as it is here")
	}
	if err := tx.putDraft(ctx, f, f.Live.Slots); err != nil {
		return news.FrontVersion{}, err
	}
	return tx.addFront(ctx, by, f, news.FrontVersion{Slots: f.Draft, Origin: news.FrontByHand})
}

// RestoreFront makes an earlier version public again, as a new one. What is
// worked on stays.
func (tx *Tx) RestoreFront(ctx context.Context, by Actor, seen FrontSeen, number int) (news.FrontVersion, error) {
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return news.FrontVersion{}, err
	}
	old, err := frontVersion(ctx, tx, f.Lang, number)
	if err != nil {
		return old, err
	}
	return tx.addFront(ctx, by, f, news.FrontVersion{Slots: old.Slots, Origin: news.FrontRestored, Restores: number})
}

// UndoFront brings back what readers saw before the live version.
func (tx *Tx) UndoFront(ctx context.Context, by Actor, seen FrontSeen) (news.FrontVersion, error) {
	f, err := tx.Front(ctx, seen.Lang)
	if err != nil {
		return news.FrontVersion{}, err
	}
	former, ok := f.Live.Former()
	if !ok {
		return news.FrontVersion{}, fault.New(fault.Invalid, "there is nothing to undo: nobody has arranged this front before")
	}
	return tx.RestoreFront(ctx, by, seen, former)
}

// addFront writes the next version and makes it live.
func (tx *Tx) addFront(ctx context.Context, by Actor, f Front, v news.FrontVersion) (news.FrontVersion, error) {
	last, err := db.One(ctx, tx, db.Value[int], "SELECT COALESCE(MAX(number), 0) FROM front_version WHERE lang = $1", f.Lang)
	if err != nil {
		return v, err
	}
	v.Lang, v.Number, v.By, v.At = f.Lang, last+1, news.Author{ID: by.ID, Name: by.Name}, time.UnixMilli(tx.now()).UTC()
	_, err = db.Exec(ctx, tx, "INSERT INTO front_version ("+frontVersionColumns+") VALUES ("+places(8)+")",
		v.Lang, v.Number, db.JSON(v.Slots), v.Origin, v.Restores, v.By.ID, v.By.Name, v.At.UnixMilli())
	if err != nil {
		return v, err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE front SET live = $2 WHERE lang = $1", v.Lang, v.Number); err != nil {
		return v, err
	}
	tx.Touch("desk", FrontKey(v.Lang))
	if err := tx.emitFront(ctx, v); err != nil {
		return v, err
	}
	return v, tx.Audit(ctx, by, "front."+frontEvents[v.Origin], "front", v.Lang, map[string]any{"version": v.Number, "restores": v.Restores, "slots": len(v.Slots)})
}

var frontEvents = map[news.FrontOrigin]string{news.FrontByHand: "published", news.FrontScheduled: "published", news.FrontRestored: "restored"}

// FrontPlan is an arrangement that waits for its time.
type FrontPlan struct {
	ID, Lang string
	Slots    news.Arrangement
	At       time.Time
	By       news.Author
}

const frontPlanColumns = "id, lang, slots, run_at, by_id, by_name"

func scanFrontPlan(r db.Scanner) (p FrontPlan, err error) {
	return p, r.Scan(&p.ID, &p.Lang, db.FromJSON(&p.Slots), db.At(&p.At), &p.By.ID, &p.By.Name)
}

// FrontPlans lists what waits for a front, the next first.
func (s *Store) FrontPlans(ctx context.Context, lang string) ([]FrontPlan, error) {
	return db.Rows(ctx, s.Query(), scanFrontPlan, "SELECT "+frontPlanColumns+" FROM front_plan WHERE lang = $1 ORDER BY run_at, id", lang)
}

// FrontPlan returns an arrangement that waits.
func (s *Store) FrontPlan(ctx context.Context, planID string) (FrontPlan, error) {
	return frontPlan(ctx, s.Query(), planID)
}

func frontPlan(ctx context.Context, q db.Querier, planID string) (FrontPlan, error) {
	p, err := db.One(ctx, q, scanFrontPlan, "SELECT "+frontPlanColumns+" FROM front_plan WHERE id = $1", planID)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "this front is not scheduled any more")
	}
	return p, err
}

// PlanFront sets the moment at which the draft becomes public. The draft is at
// the editors' disposal again.
func (tx *Tx) PlanFront(ctx context.Context, by Actor, seen FrontSeen, at time.Time) (FrontPlan, error) {
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return FrontPlan{}, err
	}
	at = at.UTC().Truncate(time.Millisecond)
	if at.UnixMilli() <= tx.now() {
		return FrontPlan{}, fault.Fields{"time": "Choose a time that is still to come, or publish at once."}
	}
	p := FrontPlan{ID: id.New(), Lang: f.Lang, Slots: f.Draft, At: at, By: news.Author{ID: by.ID, Name: by.Name}}
	_, err = db.Exec(ctx, tx, "INSERT INTO front_plan ("+frontPlanColumns+", created_at) VALUES ("+places(7)+")", p.ID, p.Lang, db.JSON(p.Slots), at.UnixMilli(), by.ID, by.Name, tx.now())
	if err != nil {
		return p, err
	}
	if err := tx.putDraft(ctx, f, f.Live.Slots); err != nil {
		return p, err
	}
	if err := tx.Enqueue(ctx, job.Front(p.ID, at)); err != nil {
		return p, err
	}
	return p, tx.Audit(ctx, by, "front.scheduled", "front", p.Lang, map[string]any{"plan": p.ID, "at": at.Format(time.RFC3339), "slots": len(p.Slots)})
}

// TakeFrontPlan takes an arrangement off the plan and makes it the draft, which
// must be free.
func (tx *Tx) TakeFrontPlan(ctx context.Context, by Actor, seen FrontSeen, planID string) error {
	p, err := frontPlan(ctx, tx, planID)
	if err != nil {
		return err
	}
	f, err := tx.holdFront(ctx, by, seen)
	if err != nil {
		return err
	}
	if p.Lang != f.Lang {
		return fault.New(fault.NotFound, "this front is not scheduled any more")
	}
	if f.Begun {
		return fault.New(fault.Conflict, "there is another draft of this front; publish, schedule or drop it first")
	}
	if err := tx.putDraft(ctx, f, p.Slots); err != nil {
		return err
	}
	return tx.dropFrontPlan(ctx, by, p)
}

// DropFrontPlan takes an arrangement off the plan.
func (tx *Tx) DropFrontPlan(ctx context.Context, by Actor, seen FrontSeen, planID string) error {
	p, err := frontPlan(ctx, tx, planID)
	if err != nil {
		return err
	}
	if _, err := tx.holdFront(ctx, by, seen); err != nil {
		return err
	}
	if p.Lang != seen.Lang {
		return fault.New(fault.NotFound, "this front is not scheduled any more")
	}
	return tx.dropFrontPlan(ctx, by, p)
}

func (tx *Tx) dropFrontPlan(ctx context.Context, by Actor, p FrontPlan) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM front_plan WHERE id = $1", p.ID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "front.unscheduled", "front", p.Lang, map[string]any{"plan": p.ID, "at": p.At.Format(time.RFC3339)})
}

// DueFronts lists what should be public by now, in the order of its times.
func (s *Store) DueFronts(ctx context.Context, now time.Time) ([]FrontPlan, error) {
	return db.Rows(ctx, s.Query(), scanFrontPlan, "SELECT "+frontPlanColumns+" FROM front_plan WHERE run_at <= $1 ORDER BY run_at, id LIMIT 100", now.UnixMilli())
}

// DueFront makes a scheduled arrangement public. It does nothing, and says so,
// where it was taken off the plan, is public already or its time has not come.
func (tx *Tx) DueFront(ctx context.Context, planID string) (bool, error) {
	p, err := frontPlan(ctx, tx, planID)
	if fault.Is(err, fault.NotFound) || err == nil && p.At.UnixMilli() > tx.now() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := db.Exec(ctx, tx, "DELETE FROM front_plan WHERE id = $1", p.ID)
	if err != nil || n == 0 {
		return false, err
	}
	by := Actor{ID: p.By.ID, Name: p.By.Name}
	if _, err := db.Exec(ctx, tx, "UPDATE front SET edit = edit + 1, by_id = $2, by_name = $3, at = $4 WHERE lang = $1", p.Lang, by.ID, by.Name, tx.now()); err != nil {
		return false, err
	}
	f, err := tx.Front(ctx, p.Lang)
	if err != nil {
		return false, err
	}
	_, err = tx.addFront(ctx, by, f, news.FrontVersion{Slots: p.Slots, Origin: news.FrontScheduled})
	return err == nil, err
}
