package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/search"
)

// MediaLack is what a picture lacks or has too much of: a view of the library.
type MediaLack string

// The views; "" is all.
const (
	NoCredit  MediaLack = "credit"  // nobody's name is on it
	NoAlt     MediaLack = "alt"     // nobody has said what it shows, in any language, nor that it is an ornament
	EndsSoon  MediaLack = "ends"    // its rights end within RightsWarning
	RightsEnd MediaLack = "ended"   // its rights have ended
	Unused    MediaLack = "unused"  // nothing shows it
	Doubles   MediaLack = "doubles" // an older picture looks the same
)

// MediaLacks are the views in the order of the page.
var MediaLacks = []MediaLack{NoCredit, NoAlt, EndsSoon, RightsEnd, Unused, Doubles}

// MediaFilter chooses pictures. What is empty does not choose.
type MediaFilter struct {
	Lack MediaLack
	By   string // staff id of who brought it
	Text string // words of name, credit, rights, alternative text or caption; each may be the beginning of one
}

// MediaKey is where a page of the library begins: after this picture. The zero
// key is the beginning.
type MediaKey struct {
	At time.Time // brought; where the list goes by the end of rights, that
	ID string
}

func (f MediaFilter) byRights() bool { return f.Lack == EndsSoon || f.Lack == RightsEnd }

// KeyOf is where the list goes on after a picture.
func (f MediaFilter) KeyOf(p media.Picture) MediaKey {
	if f.byRights() {
		return MediaKey{p.RightsUntil, p.ID}
	}
	return MediaKey{p.CreatedAt, p.ID}
}

// query is the condition; now is in milliseconds.
func (f MediaFilter) query(now int64) *query {
	q := &query{}
	switch f.Lack {
	case NoCredit:
		q.and("m.credit = ''")
	case NoAlt:
		q.and("m.alt = '{}' AND m.decorative = 0")
	case EndsSoon:
		q.and("m.rights_until IS NOT NULL AND m.rights_until > ?", now)
		q.and("m.rights_until <= ?", now+media.RightsWarning.Milliseconds())
	case RightsEnd:
		q.and("m.rights_until IS NOT NULL AND m.rights_until <= ?", now)
	case Unused:
		q.and("m.uses = 0")
	case Doubles:
		q.and("m.twin <> ''")
	}
	if f.By != "" {
		q.and("m.created_by = ?", f.By)
	}
	for _, w := range f.words() {
		q.and("m.folded LIKE ?", "% "+w+"%") // the form has no wildcard in it
	}
	return q
}

func (f MediaFilter) words() []string {
	list := strings.Fields(search.Normalise(f.Text))
	return list[:min(len(list), maxWords)]
}

// Library lists pictures, the newest first; where rights end, what ends first.
func (s *Store) Library(ctx context.Context, f MediaFilter, after MediaKey, limit int) ([]media.Picture, error) {
	q := f.query(s.nowMs())
	rare, err := s.rarestOf(ctx, "media_word", f.words())
	if err != nil {
		return nil, err
	}
	if rare != "" {
		q.and("m.id IN (SELECT media_id FROM media_word WHERE word >= ? AND word < ?)", rare, rare+afterWord)
	}
	column, way, cmp := "m.created_at", "DESC", "<"
	if f.byRights() {
		column, way, cmp = "m.rights_until", "ASC", ">"
	}
	if rare != "" { // few rows: the index of words leads, not that of the order
		column = "COALESCE(" + column + ", 0)"
	}
	if after.ID != "" {
		at := after.At.UnixMilli()
		q.and("("+column+", m.id) "+cmp+" (?, ?)", at, after.ID)
	}
	where := ""
	if len(q.where) > 0 {
		where = "WHERE " + strings.Join(q.where, " AND ")
	}
	q.args = append(q.args, limit)
	ids, err := db.Rows(ctx, s.Query(), db.Value[string], "SELECT m.id FROM media m "+where+" ORDER BY "+column+" "+way+", m.id "+way+" LIMIT "+place(len(q.args)), q.args...)
	if err != nil {
		return nil, err
	}
	byID, err := s.MediaByID(ctx, ids)
	out := make([]media.Picture, 0, len(ids))
	for _, v := range ids {
		if p, ok := byID[v]; ok {
			out = append(out, p)
		}
	}
	return out, err
}

// maxMediaWords bounds what a picture is found by, in bytes.
const maxMediaWords = 4000

// putMediaWords makes a picture be found by its words, and by no older ones.
func (tx *Tx) putMediaWords(ctx context.Context, p media.Picture) error {
	all := []string{p.Filename, p.Credit, p.Rights}
	for _, m := range []map[string]string{p.Alt, p.Caption} {
		for _, text := range m {
			all = append(all, text)
		}
	}
	list := strings.Fields(search.Normalise(strings.Join(all, " ")))
	slices.Sort(list)
	folded := " " + strings.Join(slices.Compact(list), " ")
	if len(folded) > maxMediaWords {
		folded = strings.ToValidUTF8(folded[:maxMediaWords], "")
	}
	old, err := db.One(ctx, tx, db.Value[string], "SELECT folded FROM media WHERE id = $1", p.ID)
	if err != nil || old == folded {
		return err
	}
	if _, err := db.Exec(ctx, tx, "UPDATE media SET folded = $2 WHERE id = $1", p.ID, folded); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM media_word WHERE media_id = $1", p.ID); err != nil {
		return err
	}
	for some := range slices.Chunk(strings.Fields(folded), 500) {
		args, rows := []any{p.ID}, make([]string, len(some))
		for i, w := range some {
			args = append(args, w)
			rows[i] = "(" + place(i+2) + ", $1)"
		}
		if _, err := db.Exec(ctx, tx, "INSERT INTO media_word (word, media_id) VALUES "+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

// putMediaBands makes a picture be found by how it looks, and notes the oldest
// one that looks the same.
func (tx *Tx) putMediaBands(ctx context.Context, mediaID, print string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM media_band WHERE media_id = $1", mediaID); err != nil {
		return err
	}
	for _, b := range media.Bands(print) {
		if _, err := db.Exec(ctx, tx, "INSERT INTO media_band (band, media_id) VALUES ($1, $2)", b, mediaID); err != nil {
			return err
		}
	}
	return tx.findTwin(ctx, mediaID, print)
}

func (tx *Tx) findTwin(ctx context.Context, mediaID, print string) error {
	list, err := alike(ctx, tx, print, mediaID)
	if err != nil {
		return err
	}
	p, err := tx.Media(ctx, mediaID)
	if err != nil {
		return err
	}
	twin := ""
	if len(list) > 0 && older(list[0], p) {
		twin = list[0].ID
	}
	_, err = db.Exec(ctx, tx, "UPDATE media SET twin = $2 WHERE id = $1 AND apart = 0", mediaID, twin)
	return err
}

func older(a, b media.Picture) bool {
	return a.CreatedAt.Before(b.CreatedAt) || a.CreatedAt.Equal(b.CreatedAt) && a.ID < b.ID
}

// alikeMost bounds how many pictures are compared. Pictures are spread evenly
// over the bands, but for series of nearly the same.
const alikeMost = 500

// alike lists the pictures that look like a fingerprint, the oldest first.
func alike(ctx context.Context, q db.Querier, print, except string) ([]media.Picture, error) {
	bands := media.Bands(print)
	if len(bands) == 0 {
		return nil, nil
	}
	type row struct{ id, print string }
	args := []any{except}
	for _, b := range bands {
		args = append(args, b)
	}
	list, err := db.Rows(ctx, q, func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.id, &v.print) },
		`SELECT DISTINCT m.id, m.pixel_hash FROM media_band b JOIN media m ON m.id = b.media_id
		WHERE b.band IN (`+strings.Replace(places(len(args)), "$1, ", "", 1)+`) AND m.id <> $1 LIMIT `+place(len(args)+1), append(args, alikeMost)...)
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, v := range list {
		if media.Alike(v.print, print) {
			ids = append(ids, v.id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := pictures(ctx, q, "id IN ("+places(len(ids))+")", ids...)
	slices.SortFunc(out, func(a, b media.Picture) int {
		if older(a, b) {
			return -1
		}
		return 1
	})
	return out, err
}

// Alike lists the pictures that look like a fingerprint, the oldest first, other
// than the one to except.
func (s *Store) Alike(ctx context.Context, print, except string) ([]media.Picture, error) {
	return alike(ctx, s.Query(), print, except)
}

// SetApart says that a picture is one of its own, however much another one looks
// like it.
func (tx *Tx) SetApart(ctx context.Context, by Actor, mediaID string) error {
	tx.Touch("desk")
	if _, err := db.Exec(ctx, tx, "UPDATE media SET apart = 1, twin = '' WHERE id = $1", mediaID); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "media.apart", "media", mediaID, nil)
}

// DropMedia removes a picture that nothing shows; its files go soon after.
// fault.Conflict where a text, public or not, or a public page shows it.
func (tx *Tx) DropMedia(ctx context.Context, by Actor, mediaID string) error {
	p, err := tx.HoldMedia(ctx, mediaID) // nobody starts to use it meanwhile
	if err != nil {
		return err
	}
	if p.Uses > 0 {
		return fault.New(fault.Conflict, "this picture is in use; take it out of the stories that show it first")
	}
	keys := []string{p.OriginalKey}
	for _, r := range p.All() {
		keys = append(keys, r.Key)
	}
	for _, q := range []string{"DELETE FROM rendition WHERE media_id = $1", "DELETE FROM media_word WHERE media_id = $1", "DELETE FROM media_band WHERE media_id = $1", "DELETE FROM media WHERE id = $1"} {
		if _, err := db.Exec(ctx, tx, q, mediaID); err != nil {
			return err
		}
	}
	if err := tx.adoptTwins(ctx, mediaID); err != nil {
		return err
	}
	tx.Touch("media:"+mediaID, "desk")
	if err := tx.Enqueue(ctx, job.DropMedia(p.Hash, keys)); err != nil {
		return err
	}
	return tx.Audit(ctx, by, "media.deleted", "media", mediaID, map[string]any{"file": p.Filename, "hash": p.Hash})
}

// adoptTwins looks again what those look like that looked like a picture that is
// gone.
func (tx *Tx) adoptTwins(ctx context.Context, mediaID string) error {
	list, err := pictures(ctx, tx, "twin = $1", mediaID)
	for _, p := range list {
		if err := tx.findTwin(ctx, p.ID, p.PixelHash); err != nil {
			return err
		}
	}
	return err
}

// MediaKnown tells whether there is a picture with that hash of its original.
func (s *Store) MediaKnown(ctx context.Context, hash string) (bool, error) {
	n, err := db.One(ctx, s.Query(), db.Value[int], "SELECT COUNT(*) FROM media WHERE hash = $1", hash)
	return n > 0, err
}

// mediaSlice is how many pictures are looked through in one transaction.
const mediaSlice = 50

// FoldMedia makes pictures be found that were there before the library was, and
// tells whether there are more.
func (s *Store) FoldMedia(ctx context.Context) (more bool, err error) {
	list, err := pictures(ctx, s.Query(), "id IN (SELECT id FROM media WHERE folded = '' LIMIT $1)", mediaSlice)
	if err != nil || len(list) == 0 {
		return false, err
	}
	return len(list) == mediaSlice, s.Write(ctx, func(tx *Tx) error {
		for _, p := range list {
			if err := tx.putMediaWords(ctx, p); err != nil {
				return err
			}
			if p.PixelHash != "" {
				if err := tx.putMediaBands(ctx, p.ID, p.PixelHash); err != nil {
					return err
				}
			}
			if err := tx.Enqueue(ctx, job.Render(p.ID)); err != nil { // for what is made beside the sizes
				return err
			}
		}
		return nil
	})
}
