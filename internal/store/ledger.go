package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
)

// Post adds an entry at the end of the books and returns its number. One whose
// day lies in a closed period is posted on the first open day, with its own day
// kept (ledger.InOpenPeriod). An entry whose key is there already with the same
// content is not added again: posted is false and seq is the number that it has.
// The same key with other content is fault.Conflict, because then two facts
// claim to be one; an entry that is not in order is fault.Invalid. One may be
// reversed once.
func (tx *Tx) Post(ctx context.Context, e ledger.Entry) (seq int64, posted bool, err error) {
	if err := e.Validate(); err != nil {
		return 0, false, err
	}
	head, err := tx.lockHead(ctx)
	if err != nil {
		return 0, false, err
	}
	if seq, err := tx.alreadyPosted(ctx, e); seq != 0 || err != nil {
		return seq, false, err
	}
	if err := tx.chain(ctx, head, []ledger.Entry{e}); err != nil {
		return 0, false, err
	}
	return head.Seq + 1, true, nil
}

// chainMost is how many entries are written by one statement.
const chainMost = 32

// chain adds entries behind the head, which this transaction has locked. They
// must be valid and not be in the books.
func (tx *Tx) chain(ctx context.Context, head booksEnd, entries []ledger.Entry) error {
	var rows []ledger.Stored
	write := func() error {
		if len(rows) == 0 {
			return nil
		}
		if err := tx.insertEntries(ctx, rows); err != nil {
			return err
		}
		rows = rows[:0]
		return tx.Later(ctx, "UPDATE ledger_head SET seq = $1, hash = $2 WHERE id = 1", head.Seq, head.Hash)
	}
	for _, e := range entries {
		if e.Reverses != "" || len(rows) == chainMost { // what it reverses may be one of these
			if err := write(); err != nil {
				return err
			}
		}
		if err := tx.mayReverse(ctx, e); err != nil {
			return err
		}
		e = ledger.InOpenPeriod(e, head.closed)
		e.Seq = head.Seq + 1
		head.Head = ledger.Head{Seq: e.Seq, Hash: ledger.Chain(head.Hash, ledger.Canonical(e))}
		rows = append(rows, ledger.Stored{Entry: e, Content: ledger.ContentHash(e), Hash: head.Hash})
	}
	tx.Touch("books")
	return write()
}

// lockHead reads the head and, on PostgreSQL, makes other posters wait for this
// transaction's end: the chain has one writer. On SQLite every transaction is
// alone anyway.
func (tx *Tx) lockHead(ctx context.Context) (booksEnd, error) {
	q := tx.Ask()
	var heads []booksEnd
	tx.askHead(q, &heads)
	if err := q.Run(ctx); err != nil {
		return booksEnd{}, err
	}
	return onlyHead(heads)
}

func (tx *Tx) askHead(q *db.Questions, heads *[]booksEnd) {
	query := "SELECT seq, hash, closed FROM ledger_head WHERE id = 1"
	if tx.Engine() == db.Postgres {
		query += " FOR UPDATE"
	}
	db.Add(q, func(r db.Scanner) (h booksEnd, err error) {
		return h, r.Scan(&h.Seq, &h.Hash, &h.closed)
	}, func(list []booksEnd) { *heads = list }, query)
}

func onlyHead(heads []booksEnd) (booksEnd, error) {
	if len(heads) == 0 {
		return booksEnd{}, fault.New(fault.Internal, "the head of the books is missing; nothing can be posted until 'masthead ledger verify' has been looked into")
	}
	return heads[0], nil
}

// booksEnd is the end of the chain with the last day that is closed; "" for none.
type booksEnd struct {
	ledger.Head
	closed string
}

func scanHead(r db.Scanner) (h ledger.Head, err error) { return h, r.Scan(&h.Seq, &h.Hash) }

// alreadyPosted returns the number of the entry with e's key, 0 where there is none.
func (tx *Tx) alreadyPosted(ctx context.Context, e ledger.Entry) (int64, error) {
	var content, date string
	var tags map[string]string
	seq, err := db.One(ctx, tx, func(r db.Scanner) (n int64, err error) {
		return n, r.Scan(&n, &date, db.FromJSON(&tags), &content)
	}, "SELECT seq, date, tags, content_hash FROM ledger_entry WHERE key = $1", e.Key)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err == nil && !ledger.SameFact(e, date, tags, content) {
		return 0, fault.New(fault.Conflict, "the books hold another entry under the key %s (number %d); compare the two, and reverse the one that is wrong", e.Key, seq)
	}
	return seq, err
}

func (tx *Tx) mayReverse(ctx context.Context, e ledger.Entry) error {
	if e.Reverses == "" {
		return nil
	}
	type found struct{ entries, reversals int64 }
	n, err := db.One(ctx, tx, func(r db.Scanner) (n found, err error) {
		return n, r.Scan(&n.entries, &n.reversals)
	}, `SELECT COUNT(*) FILTER (WHERE key = $1), COUNT(*) FILTER (WHERE reverses = $1)
		FROM ledger_entry WHERE key = $1 OR reverses = $1`, e.Reverses)
	switch {
	case err != nil:
		return err
	case n.entries == 0:
		return fault.New(fault.NotFound, "there is no entry %s to reverse", e.Reverses)
	case n.reversals > 0:
		return fault.New(fault.Conflict, "the entry %s has been reversed already", e.Reverses)
	}
	return nil
}

func (tx *Tx) insertEntries(ctx context.Context, rows []ledger.Stored) error {
	var entries, postings [][]any
	for _, e := range rows {
		entries = append(entries, []any{e.Seq, e.Key, e.Date, e.Memo, db.Null(e.Reverses), tagsJSON(e.Tags), e.Tags["campaign"], e.Content, e.Hash, tx.now()})
		for n, p := range e.Postings {
			postings = append(postings, []any{e.Seq, n, p.Account, p.Currency, p.Minor})
		}
	}
	if err := tx.insertRows(ctx, "INSERT INTO ledger_entry (seq, key, date, memo, reverses, tags, campaign, content_hash, hash, posted_at) VALUES ", entries, ""); err != nil {
		return err
	}
	return tx.insertRows(ctx, "INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES ", postings, "")
}

// insertRows writes rows of equal length between the beginning of a statement and
// its end. They are written 32, 16, 8 … at a time: a statement for each number of
// rows would have to be compiled by every connection.
func (tx *Tx) insertRows(ctx context.Context, insert string, rows [][]any, end string) error {
	for n := 32; len(rows) > 0; n /= 2 {
		for len(rows) >= n {
			args := slices.Concat(rows[:n]...)
			if err := tx.Later(ctx, insert+rowsOf(n, len(rows[0]))+end, args...); err != nil {
				return err
			}
			rows = rows[n:]
		}
	}
	return nil
}

func tagsJSON(tags map[string]string) string {
	if len(tags) == 0 {
		return "{}"
	}
	return db.JSON(tags) // names sorted
}

// LedgerHead returns the end of the chain: number 0 and ledger.Genesis while
// the books are empty.
func (s *Store) LedgerHead(ctx context.Context) (ledger.Head, error) {
	return db.One(ctx, s.Query(), scanHead, "SELECT seq, hash FROM ledger_head WHERE id = 1")
}

// Entries returns the entries from a number on, in the order of the chain. It
// reads them in pages, so that any number of them fits into memory; entries
// that are posted meanwhile may be among them. An entry whose rows do not make
// sense ends it with an error.
func (s *Store) Entries(ctx context.Context, from int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for row, err := range storedEntries(ctx, s.Query(), from) {
			if err == nil && row.Flaw != "" {
				err = fault.New(fault.Internal, "entry %d of the books is damaged (%s); run 'masthead ledger verify'", row.Seq, row.Flaw)
			}
			if !yield(row.Entry, err) || err != nil {
				return
			}
		}
	}
}

// Chain returns all entries with their hashes as they are kept, in order. An
// entry whose rows do not make sense comes as it is: what it hashes to tells.
func (s *Store) Chain(ctx context.Context) iter.Seq2[ledger.Stored, error] {
	return storedEntries(ctx, s.Query(), 1)
}

// VerifyLedger reads all rows of the books in one snapshot, recomputes every
// hash and every sum, and returns the head with the first damage, nil where
// there is none.
// What it cannot see is said at ledger.Verify.
func (s *Store) VerifyLedger(ctx context.Context) (head ledger.Head, found *ledger.Damage, err error) {
	err = s.Read(ctx, func(q db.Querier) error {
		head, err = db.One(ctx, q, scanHead, "SELECT seq, hash FROM ledger_head WHERE id = 1")
		if fault.Is(err, fault.NotFound) {
			found = &ledger.Damage{Kind: ledger.Missing, Why: "the head of the chain is missing"}
			return nil
		}
		if err != nil {
			return err
		}
		if found, err = ledger.Verify(storedEntries(ctx, q, math.MinInt64), head); found != nil || err != nil {
			return err
		}
		if found, err = strayPosting(ctx, q); found != nil || err != nil {
			return err
		}
		found, err = miscounted(ctx, q)
		return err
	})
	return head, found, err
}

// strayPosting finds postings that belong to no entry: a connection that
// enforces no foreign keys can leave some, and balances would count them.
func strayPosting(ctx context.Context, q db.Querier) (*ledger.Damage, error) {
	seq, err := db.One(ctx, q, db.Value[int64], `SELECT seq FROM ledger_posting p
		WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.seq = p.seq) ORDER BY seq LIMIT 1`)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &ledger.Damage{Seq: seq, Kind: ledger.Foreign, Why: fmt.Sprintf("a posting of entry %d stands there, but no such entry", seq)}, nil
}

// pageSize is how many entries are read at a time.
const pageSize = 500

// storedEntries reads entries as they are in the tables, flaws and all.
func storedEntries(ctx context.Context, q db.Querier, from int64) iter.Seq2[ledger.Stored, error] {
	return func(yield func(ledger.Stored, error) bool) {
		for {
			page, err := storedPage(ctx, q, from)
			if err != nil {
				yield(ledger.Stored{}, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			from = page[len(page)-1].Seq + 1
		}
	}
}

func storedPage(ctx context.Context, q db.Querier, from int64) ([]ledger.Stored, error) {
	page, err := db.Rows(ctx, q, scanEntry, `SELECT seq, key, date, memo, reverses, tags, campaign, content_hash, hash
		FROM ledger_entry WHERE seq >= $1 ORDER BY seq LIMIT $2`, from, pageSize)
	if err != nil || len(page) == 0 {
		return nil, err
	}
	at := make(map[int64]*ledger.Stored, len(page))
	for i := range page {
		at[page[i].Seq] = &page[i]
	}
	_, err = db.Rows(ctx, q, func(r db.Scanner) (none struct{}, err error) {
		return none, scanPosting(r, at)
	}, "SELECT seq, n, account, currency, minor FROM ledger_posting WHERE seq >= $1 AND seq <= $2 ORDER BY seq, n",
		from, page[len(page)-1].Seq)
	return page, err
}

// scanEntry reads an entry's row. What is kept twice must agree, since sums are
// made over one and the chain over the other.
func scanEntry(r db.Scanner) (e ledger.Stored, err error) {
	var tags, campaign string
	text := func(s *string) sql.Scanner { return onlyText{s, &e.Flaw} }
	if err = r.Scan(&e.Seq, text(&e.Key), text(&e.Date), text(&e.Memo), text(&e.Reverses), text(&tags), text(&campaign), text(&e.Content), text(&e.Hash)); err != nil {
		return e, err
	}
	switch {
	case e.Flaw != "":
	case json.Unmarshal([]byte(tags), &e.Tags) != nil || tagsJSON(e.Tags) != tags:
		e.Flaw = "its tags are not as they were written"
	case e.Tags["campaign"] != campaign:
		e.Flaw = "its campaign is not that of its tags"
	}
	return e, nil
}

// scanPosting adds a posting to its entry; one without an entry is strayPosting's.
func scanPosting(r db.Scanner, at map[int64]*ledger.Stored) error {
	var seq int64
	var p ledger.Posting
	var n, minor any // SQLite keeps what a foreign connection puts there, of whatever type
	var flaw string
	if err := r.Scan(&seq, &n, onlyText{&p.Account, &flaw}, onlyText{&p.Currency, &flaw}, &minor); err != nil {
		return err
	}
	e := at[seq]
	if e == nil {
		return nil
	}
	if flaw != "" {
		e.Flaw = flaw
	}
	var whole bool
	if p.Minor, whole = minor.(int64); !whole {
		e.Flaw = "an amount is not a whole number"
	}
	if n != int64(len(e.Postings)) {
		e.Flaw = "its postings are not numbered from zero on"
	}
	e.Postings = append(e.Postings, p)
	return nil
}

// onlyText scans a text, "" for NULL, and notes where it is none: bytes look the
// same here, but no comparison in SQLite finds them, so that a gift could be
// posted a second time.
type onlyText struct{ text, flaw *string }

// Scan implements sql.Scanner.
func (o onlyText) Scan(v any) error {
	switch x := v.(type) {
	case nil:
		*o.text = ""
	case string:
		*o.text = x
	default:
		*o.text, *o.flaw = fmt.Sprint(x), "a text is kept as something else"
	}
	return nil
}
