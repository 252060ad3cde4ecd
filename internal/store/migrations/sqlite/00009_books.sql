-- +goose Up
-- ---------------------------------------------------------------- sums of the books
-- What the postings of the entries up to ledger_sum_head.seq add up to. Nothing
-- here is a fact: it can be thrown away and added up again, and the check of the
-- books compares it with the postings.
CREATE TABLE ledger_sum (
  month TEXT NOT NULL,                   -- YYYY-MM of the entries' dates
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  campaign TEXT NOT NULL,                -- '' is none
  every TEXT NOT NULL,                   -- once month year; '' where the entry is no gift
  minor BIGINT NOT NULL,
  postings BIGINT NOT NULL,
  PRIMARY KEY (month, account, currency, campaign, every)
) WITHOUT ROWID;
CREATE INDEX ledger_sum_campaign ON ledger_sum (campaign, currency, account);
CREATE TABLE ledger_sum_head (
  id BIGINT NOT NULL PRIMARY KEY,        -- always 1
  seq BIGINT NOT NULL
);
INSERT INTO ledger_sum_head (id, seq) VALUES (1, 0);
-- The last entry of each day (UTC) up to ledger_sum_head.seq.
CREATE TABLE ledger_day (
  day BIGINT NOT NULL PRIMARY KEY,       -- days since 1970-01-01
  seq BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX ledger_entry_reverses ON ledger_entry (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX payment_givers ON payment (campaign_id, currency, donor_id, minor, refunded_minor, disputed_minor);
CREATE INDEX donor_shown ON donor (id) WHERE show_name = 1;

-- ---------------------------------------------------------------- periods
-- The books take no entry dated on or before ledger_head.closed.
ALTER TABLE ledger_head ADD COLUMN closed TEXT NOT NULL DEFAULT '';
DROP TRIGGER ledger_head_rises;
-- +goose StatementBegin
CREATE TRIGGER ledger_head_rises BEFORE UPDATE ON ledger_head
WHEN NEW.id <> OLD.id OR NEW.seq < OLD.seq OR NEW.closed < OLD.closed
  OR (NEW.seq = OLD.seq AND (NEW.hash <> OLD.hash OR NEW.closed = OLD.closed))
BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
CREATE TABLE period (
  to_day TEXT NOT NULL PRIMARY KEY,      -- YYYY-MM-DD, the last day
  from_day TEXT NOT NULL,                -- the first day
  closed_at BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_name TEXT NOT NULL,
  head_seq BIGINT NOT NULL,              -- of the chain just after the close
  head_hash TEXT NOT NULL
) WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER period_no_update BEFORE UPDATE ON period BEGIN SELECT RAISE(ABORT, 'a closed period stays closed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER period_no_delete BEFORE DELETE ON period BEGIN SELECT RAISE(ABORT, 'a closed period stays closed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER period_no_replace BEFORE INSERT ON period WHEN EXISTS (SELECT 1 FROM period WHERE to_day >= NEW.to_day) BEGIN SELECT RAISE(ABORT, 'a closed period stays closed'); END;
-- +goose StatementEnd

-- ---------------------------------------------------------------- what the treasurer books
-- The accounts that can be chosen, beside those that the program knows.
CREATE TABLE chart_account (
  account TEXT NOT NULL PRIMARY KEY,
  names TEXT NOT NULL DEFAULT '{}',      -- JSON: language → what readers call it
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL DEFAULT ''
);
-- One row for each expense, income of another kind and opening balance. The money
-- is in the entry; what is internal is here alone.
CREATE TABLE booking (
  id TEXT NOT NULL PRIMARY KEY,          -- the nonce of the form, or made of the row of a file
  kind TEXT NOT NULL,                    -- expense income opening
  entry_key TEXT NOT NULL UNIQUE,
  date TEXT NOT NULL,
  account TEXT NOT NULL,
  against TEXT NOT NULL,                 -- where the money went from or to
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  campaign_id TEXT NOT NULL DEFAULT '',
  public TEXT NOT NULL DEFAULT '',       -- what for; stands in the books too
  note TEXT NOT NULL DEFAULT '',         -- internal
  party TEXT NOT NULL DEFAULT '',        -- supplier or payer; internal
  document TEXT NOT NULL DEFAULT '',     -- where the voucher is; internal
  folded TEXT NOT NULL DEFAULT '',       -- what the search looks at
  file_id TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  created_name TEXT NOT NULL DEFAULT '',
  paid_on TEXT NOT NULL DEFAULT '',      -- an expense that was owed: the day on which it was paid from paid_from
  paid_from TEXT NOT NULL DEFAULT '',
  reversed_at BIGINT,
  reversed_by TEXT NOT NULL DEFAULT '',
  reversed_name TEXT NOT NULL DEFAULT '',
  reversed_why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX booking_by_day ON booking (kind, date, id);
CREATE INDEX booking_by_file ON booking (file_id) WHERE file_id <> '';
-- A file of bookings: looked at first, then booked.
CREATE TABLE booking_file (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,                    -- expense income
  name TEXT NOT NULL,
  body TEXT NOT NULL,                    -- the file; '' once it is booked
  state TEXT NOT NULL DEFAULT 'looked',  -- looked booked
  report TEXT NOT NULL DEFAULT '{}',     -- JSON
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  created_name TEXT NOT NULL DEFAULT ''
);

-- ---------------------------------------------------------------- reconciliation, names
CREATE TABLE reconciliation (
  id TEXT NOT NULL PRIMARY KEY,
  day TEXT NOT NULL,                     -- of the outlet
  at BIGINT NOT NULL,
  by_name TEXT NOT NULL DEFAULT '',      -- '' is the program
  green BIGINT NOT NULL,
  report TEXT NOT NULL                   -- JSON
);
CREATE INDEX reconciliation_at ON reconciliation (at);
-- From which sum a year on donors are named, and since when the form says so.
CREATE TABLE name_threshold (
  at BIGINT NOT NULL PRIMARY KEY,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,                 -- 0: nobody is named without their wish
  by_id TEXT NOT NULL DEFAULT ''
);
-- Donors who reached the announced sum in a year. Made again and again from the
-- payments; their names are looked up when a page is made.
CREATE TABLE supporter (
  year TEXT NOT NULL,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  PRIMARY KEY (year, donor_id)
);
-- What is told about the givers of a year, in the currency of the outlet.
CREATE TABLE supporter_year (
  year TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,                   -- of the books when it was made
  currency TEXT NOT NULL,
  givers BIGINT NOT NULL,                -- donors whose gifts are above what went back
  wished BIGINT NOT NULL,                -- those who want to be named
  all_minor BIGINT NOT NULL,             -- what they all gave
  named_minor BIGINT NOT NULL,           -- what those gave who are named
  large_minor BIGINT NOT NULL            -- what those gave who reached the sum and whose name is not known
);
