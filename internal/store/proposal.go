package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
)

// ProposalState is what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen    ProposalState = "open"
	ProposalDone    ProposalState = "done"
	ProposalRefused ProposalState = "refused"
)

// Proposal is a step on a live story that somebody asks for who may not make it.
// Nothing of it is public.
type Proposal struct {
	ID, Article string
	Step        news.Step // ChangeLive, Retire or TakeDown
	Was, Is     string    // of a correction
	Note        string    // why
	State       ProposalState
	By          Actor
	At          time.Time
	Settled     Actor
	SettledAt   time.Time
}

// decides are the steps that can be proposed, with who decides.
var decides = map[news.Step]staff.Action{news.ChangeLive: staff.Correct, news.Retire: staff.Retract, news.TakeDown: staff.Withdraw}

const (
	maxProposal  = 4000 // bytes of each of its texts
	maxProposals = 20   // that wait at one story
)

func (p Proposal) check() error {
	bad := fault.Fields{}
	if decides[p.Step] == "" {
		return fault.New(fault.Invalid, "this can't be proposed")
	}
	for name, text := range map[string]string{"was": p.Was, "is": p.Is, "note": p.Note} {
		needed := name == "note" || p.Step == news.ChangeLive
		if needed && text == "" || len(text) > maxProposal {
			bad[name] = "Say it in a sentence or two."
		}
	}
	return bad.Err()
}

const proposalColumns = "id, article_id, step, was, is_now, note, state, by_id, by_name, created_at, settled_id, settled_name, settled_at"

func scanProposal(r db.Scanner) (p Proposal, err error) {
	return p, r.Scan(&p.ID, &p.Article, &p.Step, &p.Was, &p.Is, &p.Note, &p.State, &p.By.ID, &p.By.Name, db.At(&p.At), &p.Settled.ID, &p.Settled.Name, db.At(&p.SettledAt))
}

// Propose keeps a proposal and tells those who may decide. It is fault.Fields for
// what is missing, and fault.Conflict where too many wait at the story.
func (tx *Tx) Propose(ctx context.Context, p Proposal) (Proposal, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	a, err := tx.HoldArticle(ctx, p.Article)
	if err != nil {
		return p, err
	}
	n, err := db.One(ctx, tx, db.Value[int], "SELECT COUNT(*) FROM proposal WHERE article_id = $1 AND state = 'open'", a.ID)
	if err == nil && n >= maxProposals {
		err = fault.New(fault.Conflict, "%d proposals wait at this story already; ask an editor to decide on them", n)
	}
	if err != nil {
		return p, err
	}
	p.ID, p.State, p.At = id.New(), ProposalOpen, time.UnixMilli(tx.now()).UTC()
	_, err = db.Exec(ctx, tx, "INSERT INTO proposal ("+proposalColumns+") VALUES ("+places(13)+")",
		p.ID, p.Article, p.Step, p.Was, p.Is, p.Note, p.State, p.By.ID, p.By.Name, p.At.UnixMilli(), "", "", nil)
	if err != nil {
		return p, err
	}
	tx.Touch("desk")
	if err := tx.Audit(ctx, p.By, "article.proposed", "article", p.Article, map[string]any{"proposal": p.ID, "step": p.Step}); err != nil {
		return p, err
	}
	to, err := tx.who(ctx, decides[p.Step], a, nil)
	if err != nil {
		return p, err
	}
	return p, tx.Notify(ctx, Notice{Kind: NoticeState, Article: p.Article, By: p.By.Name, Detail: "proposed_" + string(p.Step)}, p.By.ID, to...)
}

// Proposals lists those at a story, the open ones first, then the newest.
func (s *Store) Proposals(ctx context.Context, articleID string) ([]Proposal, error) {
	return db.Rows(ctx, s.Query(), scanProposal, "SELECT "+proposalColumns+` FROM proposal WHERE article_id = $1
		ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, created_at DESC, id LIMIT 50`, articleID)
}

// Proposal returns one at a story.
func (s *Store) Proposal(ctx context.Context, articleID, proposalID string) (Proposal, error) {
	return db.One(ctx, s.Query(), scanProposal, "SELECT "+proposalColumns+" FROM proposal WHERE id = $1 AND article_id = $2", proposalID, articleID)
}

// SettleProposal notes what became of a proposal and tells whoever made it.
// fault.Conflict where it was decided meanwhile.
func (tx *Tx) SettleProposal(ctx context.Context, by Actor, p Proposal, to ProposalState) error {
	if to != ProposalDone && to != ProposalRefused {
		return fault.New(fault.Invalid, "a proposal is followed or refused")
	}
	n, err := db.Exec(ctx, tx, "UPDATE proposal SET state = $1, settled_id = $2, settled_name = $3, settled_at = $4 WHERE id = $5 AND article_id = $6 AND state = 'open'",
		to, by.ID, by.Name, tx.now(), p.ID, p.Article)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "somebody has decided on this proposal meanwhile; load the page again")
	}
	if err != nil {
		return err
	}
	tx.Touch("desk")
	if err := tx.Audit(ctx, by, "article.proposal_"+string(to), "article", p.Article, map[string]any{"proposal": p.ID}); err != nil {
		return err
	}
	return tx.Notify(ctx, Notice{Kind: NoticeState, Article: p.Article, By: by.Name, Detail: "proposal_" + string(to)}, by.ID, p.By.ID)
}
