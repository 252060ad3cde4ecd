package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
)

// Assignment is who does what on a story, and by when.
type Assignment struct {
	Owner, Reviewer string // accounts; "" is nobody
	Deadline        time.Time
	WordTarget      int
}

// AssignmentOf is what an article says of it.
func AssignmentOf(a news.Article) Assignment {
	return Assignment{a.Owner, a.Reviewer, a.Deadline, a.WordTarget}
}

// maxWordTarget is more than anybody writes.
const maxWordTarget = 100_000

// Assign gives a story to people. Those who are new to it are told.
func (tx *Tx) Assign(ctx context.Context, by Actor, articleID string, as Assignment) error {
	a, err := tx.HoldArticle(ctx, articleID)
	if err != nil {
		return err
	}
	for field, staffID := range map[string]string{"owner": as.Owner, "reviewer": as.Reviewer} {
		if err := tx.WorksHere(ctx, field, staffID); err != nil {
			return err
		}
	}
	if as.WordTarget < 0 || as.WordTarget > maxWordTarget {
		return fault.Fields{"words": "Give the number of words in digits, or none."}
	}
	old := AssignmentOf(a)
	if old == as {
		return nil
	}
	a.Owner, a.Reviewer, a.Deadline, a.WordTarget = as.Owner, as.Reviewer, as.Deadline, as.WordTarget
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return err
	}
	tx.Touch("desk")
	if err := tx.Audit(ctx, by, "article."+news.Assigned, "article", a.ID, map[string]any{"owner": as.Owner, "reviewer": as.Reviewer}); err != nil {
		return err
	}
	var told []string
	if as.Owner != old.Owner {
		told = append(told, as.Owner)
	}
	if as.Reviewer != old.Reviewer {
		told = append(told, as.Reviewer)
	}
	return tx.Notify(ctx, Notice{Kind: NoticeAssignment, Article: a.ID, By: by.Name}, by.ID, told...)
}

// WorksHere is fault.Fields about a field that names an account which is none, or
// is switched off; "" is nobody, and right.
func (tx *Tx) WorksHere(ctx context.Context, field, staffID string) error {
	if staffID == "" {
		return nil
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM staff WHERE id = $1 AND state = 'active'", staffID)
	if err == nil && n == 0 {
		err = fault.Fields{field: "Choose somebody who works here."}
	}
	return err
}

// Hold keeps a story in the house, or with "" sets it free again.
func (tx *Tx) Hold(ctx context.Context, by Actor, articleID, reason string) error {
	a, err := tx.HoldArticle(ctx, articleID)
	if err != nil || a.Hold == reason {
		return err
	}
	a.Hold = reason
	if err := tx.ChangeArticle(ctx, a, a.Working); err != nil {
		return err
	}
	tx.Touch("desk")
	name := "article.held"
	if reason == "" {
		name = "article.freed"
	}
	return tx.Audit(ctx, by, name, "article", a.ID, map[string]any{"reason": reason})
}
