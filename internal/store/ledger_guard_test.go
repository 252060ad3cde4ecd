package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/pg"
)

// eachForeign runs a test on books of five gifts, with a second connection of
// the kind that any other program would make: on SQLite it enforces no foreign
// keys and lets INSERT OR REPLACE delete without firing DELETE triggers.
func eachForeign(t *testing.T, test func(t *testing.T, s *store.Store, foreign *sql.DB)) {
	t.Helper()
	run := func(url, driver string) func(t *testing.T) {
		return func(t *testing.T) {
			s := storetest.Open(t, url)
			foreign, err := sql.Open(driver, url)
			if err != nil {
				t.Fatal(err)
			}
			foreign.SetMaxOpenConns(1)
			t.Cleanup(func() { foreign.Close() })
			for i := range 5 {
				postEntries(t, s, giftOf(fmt.Sprintf("ch_%d", i+1), 2500))
			}
			test(t, s, foreign)
		}
	}
	t.Run("sqlite", func(t *testing.T) { run(storetest.SQLite(t), "sqlite")(t) })
	t.Run("postgres", func(t *testing.T) { run(pg.URL(t), "pgx")(t) })
}

const (
	entryColumns = "seq, key, date, memo, reverses, tags, campaign, content_hash, hash, posted_at"
	otherEntry   = "'x', '2026-01-15', '', NULL, '{}', '', 'c', 'h', 0)"
)

// The roads into the books, for both engines and for each alone.
var roads = []struct {
	engine    db.Engine // "" is both
	statement string
}{
	{"", "UPDATE ledger_entry SET date = '2020-01-01' WHERE seq = 2"},
	{"", "UPDATE ledger_entry SET campaign = 'c2'"},
	{"", "UPDATE ledger_entry SET memo = 'x' WHERE seq = 2"},
	{"", "UPDATE ledger_posting SET minor = 1 WHERE seq = 2 AND n = 0"},
	{"", "DELETE FROM ledger_posting WHERE seq = 2"},
	{"", "DELETE FROM ledger_posting"},
	{"", "DELETE FROM ledger_entry WHERE seq = 5"},
	{"", "INSERT INTO ledger_entry (" + entryColumns + ") VALUES (2, " + otherEntry},
	{"", "INSERT INTO ledger_entry (" + entryColumns + ") VALUES (0, " + otherEntry},
	{"", "INSERT INTO ledger_entry (" + entryColumns + ") VALUES (2, " + otherEntry + " ON CONFLICT (seq) DO UPDATE SET date = '2020-01-01'"},
	{"", "INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES (2, 0, 'Assets:X', 'USD', 1) ON CONFLICT (seq, n) DO UPDATE SET minor = 1"},
	{"", "INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES (2, 2, 'Assets:X', 'USD', 5), (2, 3, 'Assets:Y', 'USD', -5)"},
	{"", "UPDATE ledger_head SET hash = 'x'"},
	{"", "UPDATE ledger_head SET seq = 3"},
	{"", "UPDATE ledger_head SET id = 2, seq = 9"},
	{"", "DELETE FROM ledger_head"},
	{"", "INSERT INTO ledger_head (id, seq, hash) VALUES (2, 0, '')"},
	{db.SQLite, "INSERT OR REPLACE INTO ledger_entry (" + entryColumns + ") VALUES (2, " + otherEntry},
	{db.SQLite, "REPLACE INTO ledger_entry (" + entryColumns + ") SELECT 9, key, date, memo, reverses, tags, campaign, content_hash, hash, posted_at FROM ledger_entry WHERE seq = 2"},
	{db.SQLite, "INSERT OR REPLACE INTO ledger_entry (rowid, " + entryColumns + ") VALUES (2, 9, " + otherEntry},
	{db.SQLite, "INSERT OR REPLACE INTO ledger_posting (seq, n, account, currency, minor) VALUES (2, 0, 'Assets:X', 'USD', 1)"},
	{db.SQLite, "INSERT OR REPLACE INTO ledger_posting (rowid, seq, n, account, currency, minor) VALUES (1, 9, 0, 'Assets:X', 'USD', 1)"},
	{db.SQLite, "UPDATE OR REPLACE ledger_entry SET seq = 2 WHERE seq = 5"},
	{db.SQLite, "INSERT OR REPLACE INTO ledger_head (id, seq, hash) VALUES (1, 2, 'x')"},
	{db.Postgres, "TRUNCATE ledger_entry CASCADE"},
	{db.Postgres, "TRUNCATE ledger_posting"},
	{db.Postgres, "TRUNCATE ledger_head"},
	{db.Postgres, "MERGE INTO ledger_posting USING (SELECT 1) x ON seq = 2 WHEN MATCHED THEN UPDATE SET minor = 1"},
	{db.Postgres, "MERGE INTO ledger_posting USING (SELECT 1) x ON seq = 2 WHEN MATCHED THEN DELETE"},
}

func TestNoRoadIntoTheBooksIsOpen(t *testing.T) {
	eachForeign(t, func(t *testing.T, s *store.Store, foreign *sql.DB) {
		before := booksSound(t, s, 5)
		for _, road := range roads {
			if road.engine != "" && road.engine != s.Engine() {
				continue
			}
			for name, conn := range map[string]*sql.DB{"our": s.Raw(), "a foreign": foreign} {
				if _, err := conn.ExecContext(t.Context(), road.statement); err == nil {
					t.Errorf("over %s connection this was done: %s", name, road.statement)
				}
			}
			if after := booksSound(t, s, 5); after != before {
				t.Fatalf("the head is another one after %s", road.statement)
			}
		}
		postEntries(t, s, giftOf("ch_6", 100))
		booksSound(t, s, 6)
	})
}

// dropGuards takes the guards down, as somebody with the database's password could.
func dropGuards(t *testing.T, s *store.Store, foreign *sql.DB) {
	t.Helper()
	if s.Engine() == db.Postgres {
		execOn(t, foreign, "ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ALTER TABLE ledger_posting DISABLE TRIGGER ALL; ALTER TABLE ledger_head DISABLE TRIGGER ALL")
		return
	}
	rows, err := foreign.Query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(names) < 9 {
		t.Fatalf("%d triggers guard the books; %v", len(names), err)
	}
	for _, name := range names {
		execOn(t, foreign, "DROP TRIGGER "+name)
	}
}

func execOn(t *testing.T, d *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := d.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// forgeEntry writes entry 3 anew so that it agrees with itself and with entry 2.
func forgeEntry(t *testing.T, foreign *sql.DB) {
	var prev string
	if err := foreign.QueryRow("SELECT hash FROM ledger_entry WHERE seq = 2").Scan(&prev); err != nil {
		t.Fatal(err)
	}
	e := giftOf("ch_3", 990000)
	e.Seq = 3
	execOn(t, foreign, "DELETE FROM ledger_posting WHERE seq = 3")
	execOn(t, foreign, "DELETE FROM ledger_entry WHERE seq = 3")
	execOn(t, foreign, "INSERT INTO ledger_entry ("+entryColumns+") VALUES (3, $1, $2, '', NULL, $3, 'c1', $4, $5, 0)", e.Key, e.Date,
		`{"campaign":"c1","fund":"general"}`, ledger.ContentHash(e), ledger.Chain(prev, ledger.Canonical(e)))
	for n, p := range e.Postings {
		execOn(t, foreign, "INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES (3, $1, $2, $3, $4)", n, p.Account, p.Currency, p.Minor)
	}
}

// What somebody may do who took the guards down, with the first bad entry.
var harms = map[string]struct {
	harm   string // statements, or
	forger func(*testing.T, *sql.DB)
	only   db.Engine // "" is both
	seq    int64
	kind   string
}{
	"amount":             {harm: "UPDATE ledger_posting SET minor = 9900 WHERE seq = 3 AND n = 0", seq: 3, kind: ledger.Altered},
	"both amounts":       {harm: "UPDATE ledger_posting SET minor = 4 * minor WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"account":            {harm: "UPDATE ledger_posting SET account = 'Assets:Bank:Mine' WHERE seq = 3 AND n = 0", seq: 3, kind: ledger.Altered},
	"posting removed":    {harm: "DELETE FROM ledger_posting WHERE seq = 3 AND n = 1", seq: 3, kind: ledger.Altered},
	"postings removed":   {harm: "DELETE FROM ledger_posting WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"postings added":     {harm: "INSERT INTO ledger_posting VALUES (3, 2, 'Assets:X', 'USD', 5), (3, 3, 'Assets:Y', 'USD', -5)", seq: 3, kind: ledger.Altered},
	"postings swapped":   {harm: "UPDATE ledger_posting SET n = n + 10 WHERE seq = 3 AND n = 0", seq: 3, kind: ledger.Altered},
	"posting renumbered": {harm: "UPDATE ledger_posting SET n = 7 WHERE seq = 3 AND n = 1", seq: 3, kind: ledger.Altered},
	"posting moved":      {harm: "UPDATE ledger_posting SET seq = 5, n = 5 WHERE seq = 3 AND n = 1", seq: 3, kind: ledger.Altered},
	"stray postings":     {harm: "INSERT INTO ledger_posting VALUES (77, 0, 'Assets:X', 'USD', 5), (77, 1, 'Assets:Y', 'USD', -5)", seq: 77, kind: ledger.Foreign},
	"fraction":           {harm: "UPDATE ledger_posting SET minor = 2500.5 WHERE seq = 3 AND n = 0", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"words":              {harm: "UPDATE ledger_posting SET minor = 'much' WHERE seq = 3 AND n = 0", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"key as bytes":       {harm: "UPDATE ledger_entry SET key = CAST(key AS BLOB) WHERE seq = 3", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"date as bytes":      {harm: "UPDATE ledger_entry SET date = CAST(date AS BLOB) WHERE seq = 3", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"account as bytes":   {harm: "UPDATE ledger_posting SET account = CAST(account AS BLOB) WHERE seq = 3", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"date":               {harm: "UPDATE ledger_entry SET date = '2025-12-31' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"key":                {harm: "UPDATE ledger_entry SET key = 'stripe:ch_9:charge' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"reverses":           {harm: "UPDATE ledger_entry SET reverses = 'stripe:ch_1:charge' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"tags moved":         {harm: `UPDATE ledger_entry SET tags = '{"campaign":"c2","fund":"general"}', campaign = 'c2' WHERE seq = 3`, seq: 3, kind: ledger.Altered},
	"campaign moved":     {harm: "UPDATE ledger_entry SET campaign = 'c2' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"tags broken":        {harm: "UPDATE ledger_entry SET tags = 'x' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"tags doubled":       {harm: `UPDATE ledger_entry SET tags = '{"campaign":"c9","campaign":"c1","fund":"general"}' WHERE seq = 3`, seq: 3, kind: ledger.Altered},
	"chain":              {harm: "UPDATE ledger_entry SET hash = 'x' WHERE seq = 3", seq: 3, kind: ledger.Replaced},
	"content hash":       {harm: "UPDATE ledger_entry SET content_hash = 'x' WHERE seq = 3", seq: 3, kind: ledger.Altered},
	"entry removed":      {harm: "DELETE FROM ledger_posting WHERE seq = 3; DELETE FROM ledger_entry WHERE seq = 3", seq: 3, kind: ledger.Missing},
	"entry row removed":  {harm: "DELETE FROM ledger_entry WHERE seq = 3", seq: 3, kind: ledger.Missing},
	"last removed":       {harm: "DELETE FROM ledger_posting WHERE seq = 5; DELETE FROM ledger_entry WHERE seq = 5", seq: 5, kind: ledger.Missing},
	"all removed":        {harm: "DELETE FROM ledger_posting; DELETE FROM ledger_entry", seq: 1, kind: ledger.Missing},
	"replaced":           {harm: "INSERT OR REPLACE INTO ledger_entry SELECT 3, 'stripe:x:charge', date, memo, reverses, tags, campaign, content_hash, hash, posted_at FROM ledger_entry WHERE seq = 3", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"replaced by a copy": {harm: "INSERT OR REPLACE INTO ledger_posting SELECT 3, n, account, currency, minor * 2 FROM ledger_posting WHERE seq = 2", only: db.SQLite, seq: 3, kind: ledger.Altered},
	"forged with hashes": {forger: forgeEntry, seq: 3, kind: ledger.Replaced},
	"appended":           {harm: "INSERT INTO ledger_entry (" + entryColumns + ") VALUES (6, " + otherEntry, seq: 6, kind: ledger.Foreign},
	"head moved":         {harm: "UPDATE ledger_head SET seq = 4, hash = (SELECT hash FROM ledger_entry WHERE seq = 4)", seq: 5, kind: ledger.Foreign},
	"head hash":          {harm: "UPDATE ledger_head SET hash = 'x'", seq: 5, kind: ledger.Replaced},
	"head removed":       {harm: "DELETE FROM ledger_head", seq: 0, kind: ledger.Missing},
}

func TestWhatAForeignConnectionDidAllTheSameIsFound(t *testing.T) {
	eachForeign(t, func(t *testing.T, s *store.Store, foreign *sql.DB) {
		dropGuards(t, s, foreign)
		for name, c := range harms {
			if c.only != "" && c.only != s.Engine() {
				continue
			}
			t.Run(name, func(t *testing.T) {
				startAgain(t, s, foreign)
				if c.forger != nil {
					c.forger(t, foreign)
				} else {
					execOn(t, foreign, c.harm)
				}
				_, found, err := s.VerifyLedger(t.Context())
				if err != nil || found == nil || found.Seq != c.seq || found.Kind != c.kind {
					t.Errorf("found %+v, %v; want %s at %d", found, err, c.kind, c.seq)
				}
			})
		}
	})
}

// startAgain puts the books back to five sound gifts.
func startAgain(t *testing.T, s *store.Store, foreign *sql.DB) {
	t.Helper()
	execOn(t, foreign, "DELETE FROM ledger_posting")
	execOn(t, foreign, "DELETE FROM ledger_entry")
	execOn(t, foreign, "DELETE FROM ledger_head")
	execOn(t, foreign, "INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, $1)", ledger.Genesis)
	for i := range 5 {
		postEntries(t, s, giftOf(fmt.Sprintf("ch_%d", i+1), 2500))
	}
	booksSound(t, s, 5)
}

func TestDamagedEntriesAreNotHandedOut(t *testing.T) {
	eachForeign(t, func(t *testing.T, s *store.Store, foreign *sql.DB) {
		dropGuards(t, s, foreign)
		execOn(t, foreign, "UPDATE ledger_entry SET tags = 'x' WHERE seq = 3")
		n := 0
		for e, err := range s.Entries(t.Context(), 1) {
			if n++; n == 3 {
				if !fault.Is(err, fault.Internal) || !strings.Contains(fault.Say(err), "ledger verify") {
					t.Errorf("the damaged entry comes as %+v, %v", e, err)
				}
			}
		}
		if n != 3 {
			t.Errorf("%d entries came", n)
		}
	})
}

func TestNothingIsPostedWithoutAHead(t *testing.T) {
	eachForeign(t, func(t *testing.T, s *store.Store, foreign *sql.DB) {
		dropGuards(t, s, foreign)
		execOn(t, foreign, "DELETE FROM ledger_head")
		if _, _, err := postOne(t.Context(), s, giftOf("ch_6", 100)); !fault.Is(err, fault.Internal) {
			t.Errorf("posting without a head: %v", err)
		}
	})
}
