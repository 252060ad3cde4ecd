package program

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// booked makes a newsroom with three gifts in its books, and lets no server run.
func booked(t *testing.T) *server {
	t.Helper()
	s := quiet(t, sqlite)
	forms := s.forms(t, "/give", 3)
	for i, f := range forms {
		_, session := s.begin(t, f, fmt.Sprint(20+i), "once", fmt.Sprintf("reader%d@booked.example", i))
		s.steer(t, `{"do":"pay","ref":"`+session+`"}`)
	}
	if n := len(s.settled(t)); n != 6 {
		t.Fatalf("three gifts made %d entries, not a payment and a fee each", n)
	}
	if err := s.stop(); err != nil {
		t.Fatalf("the server did not end well: %v: %s", err, s.Log)
	}
	return s
}

func TestTheBooksRefuseEveryRoadOfAForeignConnection(t *testing.T) {
	s := booked(t)
	db := s.foreign(t)
	for _, statement := range []string{
		"UPDATE ledger_posting SET minor = minor + 1 WHERE seq = 2",
		"UPDATE ledger_entry SET memo = 'x' WHERE seq = 2",
		"DELETE FROM ledger_posting WHERE seq = 2",
		"DELETE FROM ledger_entry WHERE seq = 6",
		"INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE seq = 2",
		"INSERT OR REPLACE INTO ledger_posting SELECT seq, n, account, currency, minor + 1 FROM ledger_posting WHERE seq = 2",
		"REPLACE INTO ledger_head (id, seq, hash) VALUES (1, 0, '')",
		"INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES (2, 7, 'Income:Donations', 'USD', -1), (2, 8, 'Assets:PSP:Sandbox', 'USD', 1)",
		"UPDATE ledger_head SET seq = 3",
		"DELETE FROM ledger_head",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s was not refused", statement)
		}
	}
	if out := s.on(t, "ledger", "verify"); !strings.Contains(out, "sound: 6 entries") {
		t.Error(out)
	}
}

// unguard drops the triggers, as somebody would who wants to change the books.
func unguard(t *testing.T, db *sql.DB) {
	t.Helper()
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'trigger'")
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
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "ledger_") {
			continue
		}
		if _, err := db.Exec("DROP TRIGGER " + name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerifyNamesTheFirstEntryThatWasTamperedWith(t *testing.T) { // scenario 50
	s := booked(t)
	for name, x := range map[string]struct {
		statement string
		entry     string // what the sentence names
	}{
		"altered":      {"UPDATE ledger_posting SET minor = minor * 2 WHERE seq = 4", "entry 4"},
		"date altered": {"UPDATE ledger_entry SET date = '2020-01-01' WHERE seq = 3", "entry 3"},
		"tags altered": {`UPDATE ledger_entry SET tags = '{"campaign":"other"}' WHERE seq = 5`, "entry 5"},
		"replaced":     {"INSERT OR REPLACE INTO ledger_posting SELECT seq, n, account, currency, minor * 3 FROM ledger_posting WHERE seq = 2", "entry 2"},
		"removed":      {"DELETE FROM ledger_posting WHERE seq = 2; DELETE FROM ledger_entry WHERE seq = 2", "entry 2"},
		"end cut off":  {"DELETE FROM ledger_posting WHERE seq = 6; DELETE FROM ledger_entry WHERE seq = 6", "entry 6"},
		"one slipped in": {"INSERT INTO ledger_posting (seq, n, account, currency, minor) VALUES (1, 7, 'Income:Donations', 'USD', -5), (1, 8, 'Assets:PSP:Sandbox', 'USD', 5)",
			"entry 1"},
		"hash forged": {"UPDATE ledger_entry SET hash = content_hash WHERE seq = 3", "entry 3"},
	} {
		t.Run(name, func(t *testing.T) {
			copied := copyOf(t, s.Data)
			db := copied.foreign(t)
			unguard(t, db)
			if _, err := db.Exec(x.statement); err != nil {
				t.Fatal(err)
			}
			r := masthead(t, "ledger", "verify", "--data", copied.Data)
			if r.Code != 1 || !strings.Contains(r.Stderr, x.entry+" ") || strings.Count(r.Stderr, "\n") != 1 {
				t.Errorf("%d %q, which does not name %s", r.Code, r.Stderr, x.entry)
			}
		})
	}
}
