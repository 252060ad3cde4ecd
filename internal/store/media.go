package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/media"
)

const mediaColumns = `id, hash, pixel_hash, mime, width, height, bytes, original_key, filename, credit, rights, rights_until,
	focal_x, focal_y, decorative, alt, caption, state, refusal, created_at, created_by, crop, marks, uses, twin`

func scanMedia(r db.Scanner) (p media.Picture, err error) {
	var crop, marks string
	err = r.Scan(&p.ID, &p.Hash, &p.PixelHash, &p.Mime, &p.Width, &p.Height, &p.Bytes, &p.OriginalKey, &p.Filename, &p.Credit,
		&p.Rights, db.At(&p.RightsUntil), &p.FocalX, &p.FocalY, db.Bool(&p.Decorative), db.FromJSON(&p.Alt), db.FromJSON(&p.Caption),
		&p.State, &p.Refusal, db.At(&p.CreatedAt), &p.CreatedBy, &crop, &marks, &p.Uses, &p.Twin)
	p.Crop, p.Marks = media.ParseCrop(crop), strings.Fields(marks)
	return p, err
}

// AddMedia implements media.Store in a transaction of its own.
func (s *Store) AddMedia(ctx context.Context, p media.Picture) (media.Picture, error) {
	var got media.Picture
	err := s.Write(ctx, func(tx *Tx) (err error) {
		got, err = tx.AddMedia(ctx, p)
		return err
	})
	return got, err
}

// AddMedia records a picture whose original is in the blob store, and asks for
// its renditions. Where its hash is known that picture is returned as it is; one
// that was refused is tried again. A focal point of 0, 0 becomes the middle.
func (tx *Tx) AddMedia(ctx context.Context, p media.Picture) (media.Picture, error) {
	p.ID = idOr(p.ID)
	if p.FocalX == 0 && p.FocalY == 0 {
		p.FocalX, p.FocalY = 5000, 5000
	}
	n, err := db.Exec(ctx, tx, "INSERT INTO media ("+mediaColumns+") VALUES ("+places(25)+") ON CONFLICT (hash) DO NOTHING",
		p.ID, p.Hash, "", p.Mime, p.Width, p.Height, p.Bytes, p.OriginalKey, p.Filename, p.Credit, p.Rights, db.Ms(p.RightsUntil),
		p.FocalX, p.FocalY, db.Int(p.Decorative), db.JSON(words(p.Alt)), db.JSON(words(p.Caption)), media.Waiting, "", tx.now(), p.CreatedBy,
		p.Crop.String(), strings.Join(p.Marks, " "), 0, "")
	if err != nil {
		return media.Picture{}, err
	}
	if n == 1 {
		err = tx.putMediaWords(ctx, p)
	} else {
		_, err = db.Exec(ctx, tx, "UPDATE media SET state = $1, refusal = '' WHERE hash = $2 AND state = $3", media.Waiting, p.Hash, media.Refused)
	}
	if err != nil {
		return media.Picture{}, err
	}
	got, err := pictures(ctx, tx, "hash = $1", p.Hash)
	if err != nil {
		return media.Picture{}, err
	}
	if len(got) != 1 {
		return media.Picture{}, fault.New(fault.Internal, "the picture %s is not there after it was added", p.Hash)
	}
	tx.Touch("media:"+got[0].ID, "desk")
	if got[0].State == media.Waiting {
		err = tx.Enqueue(ctx, job.Render(got[0].ID))
	}
	return got[0], err
}

// Media returns a picture with its renditions, smallest first.
func (s *Store) Media(ctx context.Context, mediaID string) (media.Picture, error) {
	return onePicture(ctx, s.Query(), mediaID)
}

// Media is the same within a transaction.
func (tx *Tx) Media(ctx context.Context, mediaID string) (media.Picture, error) {
	return onePicture(ctx, tx, mediaID)
}

// HoldMedia returns a picture that nobody else changes until the transaction ends.
func (tx *Tx) HoldMedia(ctx context.Context, mediaID string) (media.Picture, error) {
	if _, err := db.Exec(ctx, tx, "UPDATE media SET id = id WHERE id = $1", mediaID); err != nil {
		return media.Picture{}, err
	}
	return tx.Media(ctx, mediaID)
}

func onePicture(ctx context.Context, q db.Querier, mediaID string) (media.Picture, error) {
	got, err := pictures(ctx, q, "id = $1", mediaID)
	if err == nil && len(got) == 0 {
		err = fault.New(fault.NotFound, "there is no such picture")
	}
	if err != nil {
		return media.Picture{}, err
	}
	return got[0], nil
}

// MediaByID returns the pictures with those ids, with their renditions; ids that
// name none are left out. For a page that shows several.
func (s *Store) MediaByID(ctx context.Context, ids []string) (map[string]media.Picture, error) {
	byID := make(map[string]media.Picture, len(ids))
	for start := 0; start < len(ids); start += 500 { // engines bound the number of parameters
		part := ids[start:min(len(ids), start+500)]
		args := make([]any, len(part))
		for i, v := range part {
			args[i] = v
		}
		got, err := pictures(ctx, s.Query(), "id IN ("+places(len(part))+")", args...)
		if err != nil {
			return nil, err
		}
		for _, p := range got {
			byID[p.ID] = p
		}
	}
	return byID, nil
}

// pictures reads pictures and then all their renditions: two queries.
func pictures(ctx context.Context, q db.Querier, where string, args ...any) ([]media.Picture, error) {
	list, err := db.Rows(ctx, q, scanMedia, "SELECT "+mediaColumns+" FROM media WHERE "+where+" ORDER BY id", args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	type row struct {
		media string
		media.Stored
	}
	sizes, err := db.Rows(ctx, q, func(r db.Scanner) (v row, err error) {
		return v, r.Scan(&v.media, &v.Face, &v.Cut, &v.Width, &v.Height, &v.Ext, &v.Bytes, &v.Key)
	}, "SELECT media_id, face, cut, width, height, ext, bytes, key FROM rendition WHERE media_id IN (SELECT id FROM media WHERE "+where+") ORDER BY width, ext", args...)
	if err != nil {
		return nil, err
	}
	of := make(map[string][]media.Stored, len(list))
	for _, v := range sizes {
		of[v.media] = append(of[v.media], v.Stored)
	}
	for i := range list {
		list[i].Sort(of[list[i].ID])
	}
	return list, nil
}

// DescribeMedia changes what is known about a picture: its words, credit, rights,
// crop and focal point. The original stays; renditions are made again where the
// picture is cut another way, and until they are there the old ones are shown.
func (tx *Tx) DescribeMedia(ctx context.Context, p media.Picture) error {
	if !p.Crop.Good() {
		return fault.New(fault.Invalid, "this part does not lie within the picture; choose it again")
	}
	before, err := tx.Media(ctx, p.ID)
	if err != nil {
		return err
	}
	tx.Touch("media:"+p.ID, "desk")
	_, err = db.Exec(ctx, tx, `UPDATE media SET filename = $2, credit = $3, rights = $4, rights_until = $5, focal_x = $6, focal_y = $7,
		decorative = $8, alt = $9, caption = $10, crop = $11 WHERE id = $1`,
		p.ID, p.Filename, p.Credit, p.Rights, db.Ms(p.RightsUntil), p.FocalX, p.FocalY, db.Int(p.Decorative), db.JSON(words(p.Alt)), db.JSON(words(p.Caption)), p.Crop.String())
	if err != nil {
		return err
	}
	if p.Hash = before.Hash; p.CardFace() != before.CardFace() {
		if err := tx.Enqueue(ctx, job.Render(p.ID)); err != nil {
			return err
		}
	}
	return tx.putMediaWords(ctx, p)
}

// MediaRendered records the renditions of a picture, in place of any before; it
// may be shown from then on. A rendition without a face has the picture's own.
func (tx *Tx) MediaRendered(ctx context.Context, mediaID, pixelHash string, sizes []media.Stored) error {
	p, err := tx.Media(ctx, mediaID)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM rendition WHERE media_id = $1", mediaID); err != nil {
		return err
	}
	for _, v := range sizes {
		if v.Face == "" {
			v.Face = p.Face()
		}
		_, err := db.Exec(ctx, tx, "INSERT INTO rendition (media_id, face, cut, width, height, ext, bytes, key) VALUES ("+places(8)+")",
			mediaID, v.Face, v.Cut, v.Width, v.Height, v.Ext, v.Bytes, v.Key)
		if err != nil {
			return err
		}
	}
	tx.Touch("media:"+mediaID, "desk")
	_, err = db.Exec(ctx, tx, "UPDATE media SET state = $2, refusal = '', pixel_hash = $3 WHERE id = $1", mediaID, media.Ready, pixelHash)
	if err != nil || pixelHash == p.PixelHash {
		return err
	}
	return tx.putMediaBands(ctx, mediaID, pixelHash)
}

// RefuseMedia records that a file can't be shown, with the sentence that says why.
func (tx *Tx) RefuseMedia(ctx context.Context, mediaID, why string) error {
	tx.Touch("media:"+mediaID, "desk")
	_, err := db.Exec(ctx, tx, "UPDATE media SET state = $2, refusal = $3 WHERE id = $1", mediaID, media.Refused, why)
	return err
}

// ServedMedia is a file that readers may have.
type ServedMedia struct {
	Media string // the picture's id
	Key   string // in the blob store
	Bytes int64
	Until time.Time // when its rights end; zero for never. Until then caches may keep it for an hour at most
}

// ServedMedia finds the rendition that a public address names. It is
// fault.NotFound unless something that is public now shows the picture and its
// rights last: an address that was guessed or kept gives nothing away.
func (s *Store) ServedMedia(ctx context.Context, face string, width int, ext string) (ServedMedia, error) {
	got, err := db.One(ctx, s.Query(), func(r db.Scanner) (v ServedMedia, err error) {
		return v, r.Scan(&v.Media, &v.Key, &v.Bytes, db.At(&v.Until))
	}, `SELECT m.id, r.key, r.bytes, m.rights_until
		FROM media m JOIN rendition r ON r.media_id = m.id
		WHERE r.face = $1 AND r.width = $2 AND r.ext = $3 AND r.cut <> 'whole' AND m.state = 'ready' AND (m.rights_until IS NULL OR m.rights_until > $4)
		AND (EXISTS (SELECT 1 FROM publication_media u JOIN publication p ON p.article_id = u.article_id
				WHERE u.media_id = m.id AND p.state IN ('published', 'retracted'))
			OR EXISTS (SELECT 1 FROM media_place u WHERE u.media_id = m.id))`, face, width, ext, s.nowMs())
	if fault.Is(err, fault.NotFound) {
		return got, fault.New(fault.NotFound, "there is no such picture")
	}
	return got, err
}
