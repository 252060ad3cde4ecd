package store

import (
	"context"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/staff"
)

// TellRights tells the editors of stories whose pictures may not be shown for
// much longer, and those of stories that have just lost one, and tells whether
// there are more. Each end of rights is told of once before and once after it;
// where the end is moved it is told of anew.
func (s *Store) TellRights(ctx context.Context) (more bool, err error) {
	now := s.nowMs()
	for _, round := range []struct {
		kind  NoticeKind
		mark  string // column with the end that was told of
		where string
		args  []any
	}{
		{NoticeRights, "warned_until", "rights_until > $1 AND rights_until <= $2", []any{now, now + media.RightsWarning.Milliseconds()}},
		{NoticeRightsEnded, "ended_until", "rights_until <= $1", []any{now}},
	} {
		where := "id IN (SELECT id FROM media WHERE rights_until IS NOT NULL AND " + round.where + " AND (" + round.mark + " IS NULL OR " + round.mark + " <> rights_until) ORDER BY rights_until LIMIT " +
			place(len(round.args)+1) + ")"
		list, err := pictures(ctx, s.Query(), where, append(round.args, mediaSlice)...)
		if err != nil {
			return false, err
		}
		more = more || len(list) == mediaSlice
		for _, p := range list {
			if err := s.tellRightsOf(ctx, p, round.kind, round.mark); err != nil {
				return false, err
			}
		}
	}
	return more, nil
}

func (s *Store) tellRightsOf(ctx context.Context, p media.Picture, kind NoticeKind, mark string) error {
	uses, _, err := s.UsesOf(ctx, p.ID, StoryFilter{})
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *Tx) error {
		o, err := tx.Outlet(ctx)
		if err != nil {
			return err
		}
		// The last day on which it may be shown.
		day := p.RightsUntil.Add(-1).In(o.Location()).Format("2006-01-02")
		for _, u := range uses {
			if u.State.Phase() == "ended" {
				continue
			}
			to, err := tx.who(ctx, staff.Correct, u.Article, []string{u.Author, u.Owner, u.Reviewer})
			if err != nil {
				return err
			}
			if err := tx.Notify(ctx, Notice{Kind: kind, Article: u.ID, Detail: day}, "", to...); err != nil {
				return err
			}
		}
		tx.Touch("media:" + p.ID) // pages that show it, or showed it
		_, err = db.Exec(ctx, tx, "UPDATE media SET "+mark+" = rights_until WHERE id = $1 AND rights_until = $2", p.ID, p.RightsUntil.UnixMilli())
		return err
	})
}
