package store

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
)

const approvalColumns = "article_id, revision_id, hash, by_id, by_name, at, alone, acknowledged, overridden"

func approval(ctx context.Context, q db.Querier, articleID string) (news.Approval, error) {
	return db.One(ctx, q, func(r db.Scanner) (a news.Approval, err error) {
		return a, r.Scan(&a.Article, &a.Revision, &a.Hash, &a.By.ID, &a.By.Name, db.At(&a.At), db.Bool(&a.Alone), db.FromJSON(&a.Acknowledged), db.FromJSON(&a.Overridden))
	}, "SELECT "+approvalColumns+" FROM approval WHERE article_id = $1", articleID)
}

// Approval implements news.Facts.
func (s *Store) Approval(ctx context.Context, articleID string) (news.Approval, error) {
	return approval(ctx, s.Query(), articleID)
}

// Approval implements news.Facts.
func (tx *Tx) Approval(ctx context.Context, articleID string) (news.Approval, error) {
	return approval(ctx, tx, articleID)
}

// PutApproval implements news.Store.
func (tx *Tx) PutApproval(ctx context.Context, a news.Approval) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO approval ("+approvalColumns+") VALUES ("+places(9)+`)
		ON CONFLICT (article_id) DO UPDATE SET revision_id = excluded.revision_id, hash = excluded.hash, by_id = excluded.by_id,
			by_name = excluded.by_name, at = excluded.at, alone = excluded.alone, acknowledged = excluded.acknowledged, overridden = excluded.overridden`,
		a.Article, a.Revision, a.Hash, a.By.ID, a.By.Name, a.At.UnixMilli(), db.Int(a.Alone), db.JSON(orNone(a.Acknowledged)), db.JSON(orNone(a.Overridden)))
	return err
}

func orNone(in []string) []string {
	if in == nil {
		return []string{}
	}
	return in
}

// DropApproval implements news.Store.
func (tx *Tx) DropApproval(ctx context.Context, articleID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM approval WHERE article_id = $1", articleID)
	return err
}

func pending(ctx context.Context, q db.Querier, articleID string) (news.Pending, error) {
	return db.One(ctx, q, func(r db.Scanner) (p news.Pending, err error) {
		return p, r.Scan(&p.Article, &p.Act, db.FromJSON(&p.Detail), &p.Revision, &p.By.ID, &p.By.Name, db.At(&p.At), db.At(&p.Due))
	}, "SELECT article_id, act, detail, revision_id, by_id, by_name, at, due_at FROM article_pending WHERE article_id = $1", articleID)
}

// Pending implements news.Facts.
func (s *Store) Pending(ctx context.Context, articleID string) (news.Pending, error) {
	return pending(ctx, s.Query(), articleID)
}

// Pending implements news.Facts.
func (tx *Tx) Pending(ctx context.Context, articleID string) (news.Pending, error) {
	return pending(ctx, tx, articleID)
}

// PutPending implements news.Store.
func (tx *Tx) PutPending(ctx context.Context, p news.Pending) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO article_pending (article_id, act, detail, revision_id, by_id, by_name, at, due_at) VALUES ("+places(8)+`)
		ON CONFLICT (article_id) DO UPDATE SET act = excluded.act, detail = excluded.detail, revision_id = excluded.revision_id,
			by_id = excluded.by_id, by_name = excluded.by_name, at = excluded.at, due_at = excluded.due_at`,
		p.Article, p.Act, db.JSON(p.Detail), p.Revision, p.By.ID, p.By.Name, p.At.UnixMilli(), db.Ms(p.Due))
	return err
}

// DropPending implements news.Store.
func (tx *Tx) DropPending(ctx context.Context, articleID string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM article_pending WHERE article_id = $1", articleID)
	return err
}

func writers(ctx context.Context, q db.Querier, articleID string, after int) ([]string, error) {
	return db.Rows(ctx, q, db.Value[string],
		"SELECT DISTINCT author_id FROM revision WHERE article_id = $1 AND number > $2 AND author_id <> '' AND origin <> 'aside'", articleID, after)
}

// Writers implements news.Facts.
func (s *Store) Writers(ctx context.Context, articleID string, after int) ([]string, error) {
	return writers(ctx, s.Query(), articleID, after)
}

// Writers implements news.Facts.
func (tx *Tx) Writers(ctx context.Context, articleID string, after int) ([]string, error) {
	return writers(ctx, tx, articleID, after)
}

func describe(ctx context.Context, q db.Querier, ids []string, lang string) (map[string]news.Picture, error) {
	out := map[string]news.Picture{}
	for part := range slices.Chunk(ids, 500) { // engines bound the number of parameters
		args := make([]any, len(part))
		for i, v := range part {
			args[i] = v
		}
		got, err := pictures(ctx, q, "id IN ("+places(len(part))+")", args...)
		if err != nil {
			return nil, err
		}
		for _, p := range got {
			out[p.ID] = news.Picture{Alt: p.Alt[lang], Credit: p.Credit, Decorative: p.Decorative, Until: p.RightsUntil}
		}
	}
	return out, nil
}

// Pictures implements news.Facts.
func (s *Store) Pictures(ctx context.Context, ids []string, lang string) (map[string]news.Picture, error) {
	return describe(ctx, s.Query(), ids, lang)
}

// Pictures implements news.Facts.
func (tx *Tx) Pictures(ctx context.Context, ids []string, lang string) (map[string]news.Picture, error) {
	return describe(ctx, tx, ids, lang)
}

// Record implements news.Store.
func (tx *Tx) Record(ctx context.Context, e news.Event) error {
	detail := map[string]any{}
	for k, v := range e.Detail {
		detail[k] = v
	}
	for k, v := range map[string]string{"from": string(e.From), "to": string(e.To), "before": e.Before, "after": e.After, "reason": e.Reason} {
		if v != "" {
			detail[k] = v
		}
	}
	by := Actor{e.By.ID, e.By.Name}
	if by == (Actor{}) {
		by = System
	}
	if err := tx.Audit(ctx, by, "article."+e.Name, "article", e.Article.ID, detail); err != nil {
		return err
	}
	if err := tx.emitStory(ctx, e); err != nil {
		return err
	}
	if err := tx.leavesFront(ctx, e); err != nil {
		return err
	}
	return tx.tell(ctx, e)
}

// tell notifies those whom an event concerns. Who did it knows.
func (tx *Tx) tell(ctx context.Context, e news.Event) error {
	kind, detail := NoticeState, string(e.To)
	switch e.Name {
	case news.TypoMended:
		return nil
	case news.PublishFailed, news.ChangeFailed:
		kind, detail = NoticeFailed, e.Name
	case "withdrawal_asked":
		detail = e.Name
	case "changed", "vouched", "change_waits", "taken_back":
		detail = e.Name
	case "published":
		if e.By == (news.Author{}) && e.Detail["embargoed"] == true {
			kind = NoticeEmbargo
		}
	}
	to := []string{e.Article.Author, e.Article.Owner, e.Article.Reviewer}
	var err error
	switch {
	case kind == NoticeFailed || kind == NoticeEmbargo:
		to, err = tx.who(ctx, staff.Publish, e.Article, to)
	case e.Name == "withdrawal_asked":
		to, err = tx.who(ctx, staff.Confirm, e.Article, to)
	case e.To == news.InReview && e.Article.Reviewer == "":
		to, err = tx.who(ctx, staff.Review, e.Article, to)
	}
	if err != nil {
		return err
	}
	return tx.Notify(ctx, Notice{Kind: kind, Article: e.Article.ID, By: e.By.Name, Detail: detail}, e.By.ID, to...)
}

// who adds to a list everybody who may do something to an article.
func (tx *Tx) who(ctx context.Context, may staff.Action, a news.Article, to []string) ([]string, error) {
	all, err := people(ctx, tx)
	for _, p := range all {
		if staff.May(p, may, staff.Object{Section: a.Section}).OK() {
			to = append(to, p.ID)
		}
	}
	return to, err
}

// NotifyPublishers tells those whose article it is and those who may publish it.
func (tx *Tx) NotifyPublishers(ctx context.Context, articleID string, kind NoticeKind) error {
	a, err := tx.Article(ctx, articleID)
	if err != nil {
		return err
	}
	to, err := tx.who(ctx, staff.Publish, a, []string{a.Author, a.Owner, a.Reviewer})
	if err != nil {
		return err
	}
	return tx.Notify(ctx, Notice{Kind: kind, Article: a.ID}, "", to...)
}
