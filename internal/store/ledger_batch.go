package store

import (
	"context"
	"fmt"
	"strings"

	"masthead.dev/masthead/internal/ledger"
)

// postMany posts many entries at once, in their order, with the same rules and
// errors as Post; bulk work does with a few statements what would else take some
// for each. Those that are there already are passed over.
func (tx *Tx) postMany(ctx context.Context, entries []ledger.Entry) error {
	for len(entries) > 0 {
		n := min(len(entries), postMost)
		if err := tx.postSome(ctx, entries[:n]); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// postMost entries stay below the number of parameters that both engines take.
const postMost = 100

func (tx *Tx) postSome(ctx context.Context, entries []ledger.Entry) error {
	for _, e := range entries {
		if err := e.Validate(); err != nil {
			return err
		}
	}
	head, have, err := tx.headAndContents(ctx, entries)
	if err != nil {
		return err
	}
	fresh := newBatch(tx.now())
	for _, e := range entries {
		_, known := have[e.Key]
		if known || fresh.keys[e.Key] || e.Reverses != "" { // what needs a closer look
			if err := fresh.flush(ctx, tx, &head); err != nil {
				return err
			}
			if _, _, err := tx.Post(ctx, e); err != nil {
				return err
			}
			if head, err = tx.lockHead(ctx); err != nil {
				return err
			}
			continue
		}
		fresh.add(ledger.InOpenPeriod(e, head.closed), &head)
	}
	return fresh.flush(ctx, tx, &head)
}

// batch are rows of entries that are written together.
type batch struct {
	now      int64
	keys     map[string]bool
	entries  []any
	postings []any
	n, m     int
}

func newBatch(now int64) *batch { return &batch{now: now, keys: map[string]bool{}} }

const (
	entryWidth   = 10
	postingWidth = 5
)

// add chains an entry to the head.
func (b *batch) add(e ledger.Entry, head *booksEnd) {
	e.Seq = head.Seq + 1
	head.Seq, head.Hash = e.Seq, ledger.Chain(head.Hash, ledger.Canonical(e))
	b.keys[e.Key] = true
	b.entries = append(b.entries, e.Seq, e.Key, e.Date, e.Memo, nil, tagsJSON(e.Tags), e.Tags["campaign"], ledger.ContentHash(e), head.Hash, b.now)
	b.n++
	for n, p := range e.Postings {
		b.postings = append(b.postings, e.Seq, n, p.Account, p.Currency, p.Minor)
		b.m++
	}
}

func (b *batch) flush(ctx context.Context, tx *Tx, head *booksEnd) error {
	if b.n == 0 {
		return nil
	}
	if err := tx.Later(ctx, "INSERT INTO ledger_entry (seq, key, date, memo, reverses, tags, campaign, content_hash, hash, posted_at) VALUES "+rowsOf(b.n, entryWidth), b.entries...); err != nil {
		return err
	}
	if err := tx.Later(ctx, "INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES "+rowsOf(b.m, postingWidth), b.postings...); err != nil {
		return err
	}
	if err := tx.Later(ctx, "UPDATE ledger_head SET seq = $1, hash = $2 WHERE id = 1", head.Seq, head.Hash); err != nil {
		return err
	}
	tx.Touch("books")
	b.entries, b.postings, b.n, b.m = nil, nil, 0, 0
	return nil
}

// rowsOf writes "($1, $2), ($3, $4)" for so many rows of a width.
func rowsOf(rows, width int) string {
	var s strings.Builder
	for i := range rows {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteByte('(')
		for j := range width {
			if j > 0 {
				s.WriteString(", ")
			}
			fmt.Fprintf(&s, "$%d", i*width+j+1)
		}
		s.WriteByte(')')
	}
	return s.String()
}
