package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// keeper is a newsroom with one thing of a kind, and what is left of it.
type keeper struct {
	make func(r *room, t *testing.T) // at the room's time
	left string                      // counts what has not gone
}

func exec(r *room, statement string, args ...any) {
	r.t.Helper()
	r.do(func(tx *store.Tx) error { _, err := db.Exec(r.t.Context(), tx, statement, args...); return err })
}

func (r *room) count(query string) int64 {
	r.t.Helper()
	n, err := db.One(r.t.Context(), r.s.Query(), db.Value[int64], query)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func ms(r *room) int64 { return r.clock.Now().UnixMilli() }

func day(r *room) string { return r.clock.Now().Format(time.DateOnly) }

// gives makes a donor with a gift that came.
func gives(r *room, t *testing.T) {
	donor := donorOf(t, r.s, "n1", "rowan@pell.example", "Rowan")
	exec(r, `INSERT INTO payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at) VALUES ('p1', 'sandbox', 'p1', 'n1', $1, 'USD', 2500, $2, $2)`, donor, ms(r))
}

var keepers = map[retention.Kind]keeper{
	retention.Contacts: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO reader_report (id, lang, wrong, contact, created_at) VALUES ('a', 'en', 'w', 'sealed', $1)", ms(r))
	}, "SELECT COUNT(*) FROM reader_report WHERE contact <> ''"},
	retention.Reports: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO reader_report (id, lang, wrong, state, created_at, settled_at) VALUES ('a', 'en', 'w', 'closed', 1, $1)", ms(r))
		exec(r, "INSERT INTO reader_report (id, lang, wrong, state, created_at) VALUES ('open', 'en', 'w', 'open', 1)")
	}, "SELECT COUNT(*) FROM reader_report WHERE id = 'a'"},
	retention.Spiked: {spiked, "SELECT COUNT(*) FROM article WHERE headline = 'Never'"},
	retention.Notices: {func(r *room, t *testing.T) {
		a := r.create(report("en", "Bus", "text"), "")
		exec(r, "INSERT INTO notification (id, staff_id, kind, article_id, created_at) VALUES ('n', $1, 'state', $2, $3)", hire(t, r.s, "ada@x.example"), a.ID, ms(r))
	}, "SELECT COUNT(*) FROM notification"},
	retention.Previews: {func(r *room, _ *testing.T) {
		a := r.create(report("en", "Bus", "text"), "")
		exec(r, "INSERT INTO preview (id, token_hash, article_id, by_id, by_name, created_at, expires_at) VALUES ('p', 'h', $1, '', '', 1, $2)", a.ID, ms(r))
	}, "SELECT COUNT(*) FROM preview"},
	retention.Mails: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO mail_outbox (id, unique_key, kind, to_address, subject, body_text, state, created_at, sent_at) VALUES ('m', 'k', 'gift', 'a@b.example', 's', 't', 'sent', 1, $1)", ms(r))
		exec(r, "INSERT INTO mail_outbox (id, unique_key, kind, to_address, subject, body_text, state, created_at) VALUES ('w', 'w', 'gift', 'a@b.example', 's', 't', 'waiting', 1)")
	}, "SELECT COUNT(*) FROM mail_outbox WHERE id = 'm' AND (to_address <> '' OR body_text <> '' OR subject <> '')"},
	retention.Imports: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO import_need (source, kind, source_id, n, title, reason, detail, state, created_at) VALUES ('s', 'post', '1', 1, 'T', 'raw', 'd', 'done', $1)", ms(r))
		exec(r, "INSERT INTO import_need (source, kind, source_id, n, title, reason, detail, state, created_at) VALUES ('s', 'post', '1', 2, 'T', 'raw', 'd', 'open', 1)")
	}, "SELECT COUNT(*) FROM import_need WHERE n = 1 AND title <> ''"},
	retention.Missed: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO missed_address (day, path, n) VALUES ($1, '/x', 1)", day(r))
	}, "SELECT COUNT(*) FROM missed_address"},
	retention.Finished: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO job (id, kind, state, run_at, created_at, finished_at) VALUES ('j', 'a', 'done', 1, 1, $1)", ms(r))
		exec(r, "INSERT INTO job (id, kind, state, run_at, created_at) VALUES ('dead', 'a', 'dead', 1, 1)")
	}, "SELECT COUNT(*) FROM job WHERE id = 'j'"},
	retention.RemovalCounts: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO retention_day (day, kind, n) VALUES ($1, 'mails', 1)", day(r))
	}, "SELECT COUNT(*) FROM retention_day WHERE kind = 'mails'"},
	retention.Attempts: {func(r *room, t *testing.T) { donorOf(t, r.s, "n1", "rowan@pell.example", "Rowan") },
		"SELECT COUNT(*) FROM donor WHERE erased_at IS NULL"},
	retention.Donors: {gives, "SELECT COUNT(*) FROM donor WHERE erased_at IS NULL"},
	retention.Reasons: {func(r *room, t *testing.T) {
		gives(r, t)
		exec(r, "INSERT INTO cancel_reason (id, plan_id, donor_id, reason, words, at) SELECT 'c', 'p', id, 'money', 'w', $1 FROM donor", ms(r))
	}, "SELECT COUNT(*) FROM cancel_reason WHERE words <> ''"},
	retention.Calls: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO inbox (provider, event_id, refs, received_at, done_at) VALUES ('s', 'e', '[]', 1, $1)", ms(r))
		exec(r, "INSERT INTO inbox (provider, event_id, refs, received_at) VALUES ('s', 'open', '[]', 1)")
		exec(r, "INSERT INTO command (key, provider, op, object_id, params, state, created_at, done_at) VALUES ('k', 's', 'begin', 'o', '{\"email\":\"a\"}', 'done', 1, $1)", ms(r))
	}, "SELECT (SELECT COUNT(*) FROM inbox WHERE event_id = 'e') + (SELECT COUNT(*) FROM command WHERE key = 'k' AND params <> '{}')"},
	retention.Uploads: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO booking_file (id, kind, name, body, state, created_at) VALUES ('f', 'expense', 'n', 'b', 'looked', $1)", ms(r))
		exec(r, "INSERT INTO booking_file (id, kind, name, body, state, created_at) VALUES ('g', 'expense', 'n', '', 'booked', 1)")
	}, "SELECT COUNT(*) FROM booking_file WHERE id = 'f'"},
	retention.Payers: {func(r *room, _ *testing.T) {
		exec(r, "INSERT INTO bank_account (id, name, title, currency, created_at) VALUES ('b', 'B', 'B', 'USD', 1)")
		exec(r, "INSERT INTO bank_statement (id, account_id, file_hash, part, format, lines, read_at) VALUES ('s', 'b', 'h', 1, 'csv', 2, 1)")
		exec(r, "INSERT INTO bank_line (id, account_id, statement_id, ordinal, booked_on, currency, minor, read_at) VALUES ('l', 'b', 's', 1, $1, 'USD', 5, 1)", day(r))
		exec(r, "INSERT INTO bank_detail (line_id, n, minor, open_minor, payer_hash, box) VALUES ('l', 1, 5, 0, 'h', 'x')")
		exec(r, "INSERT INTO bank_detail (line_id, n, minor, open_minor, payer_hash, box) VALUES ('l', 2, 5, 5, 'h', 'x')")
	}, "SELECT COUNT(*) FROM bank_detail WHERE n = 1 AND (box <> '' OR payer_hash <> '')"},
}

// spiked is a story with something in every table that hangs on it.
func spiked(r *room, t *testing.T) {
	ctx := t.Context()
	a := r.create(report("en", "Never", "text"), "")
	exec(r, "INSERT INTO story_note (id, article_id, kind, by_id, by_name, created_at) VALUES ('n', $1, 'note', 'a', 'A', 1)", a.ID)
	exec(r, "INSERT INTO article_lock (article_id, client, staff_id, name, until_at) VALUES ($1, 'c', 's', 'n', 1)", a.ID)
	r.do(func(tx *store.Tx) error {
		_, err := r.Move(ctx, tx, a.ID, news.Spiked)
		return err
	})
}

func TestEachKindGoesWhenItsTimeIsOverAndNotADayEarlier(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, rule := range retention.Rules() {
			k, known := keepers[rule.Kind]
			if !known {
				if !rule.Fixed {
					t.Errorf("nothing is known of %s", rule.Kind)
				}
				continue
			}
			t.Run(string(rule.Kind), func(t *testing.T) {
				r := newRoom(t, s)
				k.make(r, t)
				postEntries(t, s, giftOf("pi_"+string(rule.Kind), 1000))
				head := booksSound(t, s, r.count("SELECT seq FROM ledger_head"))
				begun := r.count(k.left)
				r.clock.Add(time.Duration(rule.Default) * 24 * time.Hour)
				if err := s.Retain(t.Context()); err != nil || r.count(k.left) != begun || begun == 0 {
					t.Fatalf("of %d there are %d on the last day: %v", begun, r.count(k.left), err)
				}
				r.clock.Add(24 * time.Hour)
				if err := s.Retain(t.Context()); err != nil || r.count(k.left) != 0 {
					t.Errorf("%d are still there: %v", r.count(k.left), err)
				}
				if now := booksSound(t, s, head.Seq); now != head {
					t.Errorf("the books were touched: %+v, %+v", head, now)
				}
				list, err := s.Removals(t.Context(), 100)
				today := r.clock.Now().Format(time.DateOnly)
				if err != nil || !slices.ContainsFunc(list, func(x store.Removal) bool { return x.Day == today && x.Kind == rule.Kind && x.N > 0 }) {
					t.Errorf("nothing is said of it: %+v %v", list, err)
				}
				clear(t, s)
			})
		}
	})
}

// clear takes away what a kind has left, for the next one.
func clear(t *testing.T, s *store.Store) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		for _, table := range []string{"reader_report", "notification", "preview", "mail_outbox", "import_need", "missed_address", "job", "retention_day", "cancel_reason", "payment",
			"donor_link", "donation", "donor", "inbox", "command", "booking_file", "bank_detail", "bank_line", "bank_statement", "bank_account", "staff", "erasure"} {
			if _, err := db.Exec(ctx, tx, "DELETE FROM "+table); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
}

func TestWhatIsNotOverStaysWhateverItsAge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		for _, k := range []retention.Kind{retention.Reports, retention.Mails, retention.Imports, retention.Finished, retention.Calls, retention.Uploads, retention.Payers} {
			keepers[k].make(r, t)
		}
		p := r.published(report("en", "Public", "text"))
		r.do(func(tx *store.Tx) error { return r.Withdraw(ctx, tx, p.Article, "A court asked for it.") })
		gives(r, t)
		exec(r, `INSERT INTO plan (id, provider, ref, donation_id, donor_id, currency, minor, every, state, updated_at) SELECT 'plan', 'sandbox', 'plan', 'n1', id, 'USD', 500, 'month', 'active', 1 FROM donor`)
		r.clock.Add(60 * 366 * 24 * time.Hour)
		if err := s.Retain(ctx); err != nil {
			t.Fatal(err)
		}
		for what, query := range map[string]string{
			"a donor whose plan runs":       "SELECT COUNT(*) FROM donor WHERE email = 'rowan@pell.example'",
			"an open report":                "SELECT COUNT(*) FROM reader_report WHERE id = 'open'",
			"a mail that waits":             "SELECT COUNT(*) FROM mail_outbox WHERE id = 'w' AND body_text <> ''",
			"the key of one that was sent":  "SELECT COUNT(*) FROM mail_outbox WHERE unique_key = 'k'",
			"what an import still asks":     "SELECT COUNT(*) FROM import_need WHERE n = 2 AND title <> ''",
			"a job that died":               "SELECT COUNT(*) FROM job WHERE id = 'dead'",
			"an event that was not read":    "SELECT COUNT(*) FROM inbox WHERE event_id = 'open'",
			"the file of a booking":         "SELECT COUNT(*) FROM booking_file WHERE id = 'g'",
			"a transfer that nobody placed": "SELECT COUNT(*) FROM bank_detail WHERE n = 2 AND box <> ''",
			"a story that was public":       "SELECT COUNT(*) FROM revision JOIN article a ON a.id = article_id WHERE a.state = 'withdrawn'",
		} {
			if r.count(query) == 0 {
				t.Errorf("%s has gone", what)
			}
		}
	})
}

func TestARevisionGoesWithItsSpikedStoryOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Public", "text"))
		draft := r.create(report("en", "Draft", "text"), "")
		for what, id := range map[string]string{"a published story": p.Article, "a draft": draft.ID} {
			if err := r.try(func(tx *store.Tx) error {
				_, err := db.Exec(ctx, tx, "DELETE FROM revision WHERE article_id = $1", id)
				return err
			}); err == nil {
				t.Errorf("the revisions of %s can be deleted", what)
			}
		}
	})
}

// hanging are the tables that know an article which no spiked story that was
// never public can stand in.
const hanging = " article version correction publication publication_byline publication_topic publication_section publication_media redaction search_doc "

func TestEveryTableThatHangsOnAStoryGoesWithIt(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	r := newRoom(t, s)
	spiked(r, t)
	a := r.count("SELECT COUNT(*) FROM article")
	r.clock.Add(40 * 24 * time.Hour)
	if err := s.Retain(t.Context()); err != nil || r.count("SELECT COUNT(*) FROM article") != a-1 {
		t.Fatal(err)
	}
	for _, table := range storetest.Tables(t, s) {
		columns, err := db.Rows(t.Context(), s.Query(), db.Value[string], "SELECT name FROM pragma_table_info('"+table+"')")
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(columns, "article_id") && !strings.Contains(hanging, " "+table+" ") && !slices.Contains(store.StoryTables(), table) {
			t.Errorf("%s knows articles: let it go with a spiked story, in store/retention.go", table)
		}
	}
}
