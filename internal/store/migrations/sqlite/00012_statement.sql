-- +goose Up
-- What the books know about an account since its statements are read in.
CREATE TABLE bank_book (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES bank_account (id),
  from_day TEXT NOT NULL,                -- bank_account.statements_from says so too, for those who only ask
  opening_minor BIGINT NOT NULL,         -- what the bank says stood there at the beginning of that day
  version BIGINT NOT NULL DEFAULT 0      -- rises with every slice of lines, so that two readers see one another
);
-- How the CSV files of an account are read.
CREATE TABLE bank_mapping (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES bank_account (id),
  mapping TEXT NOT NULL,                 -- JSON: statement.Mapping
  saved_at BIGINT NOT NULL,
  saved_by TEXT NOT NULL DEFAULT ''
);
CREATE TABLE bank_statement (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES bank_account (id),
  file_hash TEXT NOT NULL,               -- keyed, of the file's bytes
  part BIGINT NOT NULL,                  -- which of the file's accounts
  format TEXT NOT NULL,                  -- camt.053 mt940 csv
  number TEXT NOT NULL DEFAULT '',
  from_day TEXT NOT NULL DEFAULT '',
  to_day TEXT NOT NULL DEFAULT '',
  opening_minor BIGINT,                  -- NULL where the file states none
  closing_minor BIGINT,
  lines BIGINT NOT NULL,
  fresh BIGINT NOT NULL DEFAULT 0,       -- lines that no earlier file had brought
  follows BIGINT NOT NULL DEFAULT 0,     -- 1: goes on where the account stood, in the middle of a day
  state TEXT NOT NULL DEFAULT 'reading', -- reading read
  read_at BIGINT NOT NULL,
  read_by TEXT NOT NULL DEFAULT '',
  read_name TEXT NOT NULL DEFAULT '',
  UNIQUE (account_id, file_hash, part)
);
CREATE INDEX bank_statement_account ON bank_statement (account_id, to_day);
CREATE TABLE bank_line (
  id TEXT NOT NULL PRIMARY KEY,          -- keyed hash of the line's facts; the same line is the same id in every format that states its reference
  account_id TEXT NOT NULL REFERENCES bank_account (id),
  statement_id TEXT NOT NULL REFERENCES bank_statement (id),
  ordinal BIGINT NOT NULL,               -- place in the statement
  kind TEXT NOT NULL DEFAULT 'line',     -- line, or gap: what a missing statement must have brought
  format TEXT NOT NULL DEFAULT '',
  booked_on TEXT NOT NULL,               -- YYYY-MM-DD as the bank writes it
  value_on TEXT NOT NULL DEFAULT '',
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,                 -- signed: + came in
  bank_ref TEXT NOT NULL DEFAULT '',
  reversal BIGINT NOT NULL DEFAULT 0,    -- 1: the bank takes an earlier line back
  unlooked BIGINT NOT NULL DEFAULT 1,    -- 1: the rules are to be asked about some part of it
  state TEXT NOT NULL DEFAULT 'imported',-- imported allocated suspense returned ignored
  reason TEXT NOT NULL DEFAULT '',       -- why it is ignored
  read_at BIGINT NOT NULL
);
CREATE INDEX bank_line_day ON bank_line (account_id, booked_on);
CREATE INDEX bank_line_state ON bank_line (state, booked_on, id);
CREATE INDEX bank_line_unlooked ON bank_line (account_id, booked_on, reversal, id) WHERE unlooked = 1;
CREATE INDEX bank_line_gap ON bank_line (account_id, booked_on) WHERE kind = 'gap';
CREATE INDEX bank_line_amount ON bank_line (account_id, minor, booked_on);
-- The payments inside a line; most lines have one. What the payer wrote is in
-- the box, sealed with the key of the instance, and nowhere else. The parts of a
-- line of thousands are written before the line, in several transactions: the
-- line says that they are all there.
CREATE TABLE bank_detail (
  line_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  minor BIGINT NOT NULL,
  open_minor BIGINT NOT NULL,            -- what is not allocated yet, with the sign of minor
  looked BIGINT NOT NULL DEFAULT 0,      -- 1: the rules have been asked
  charge BIGINT NOT NULL DEFAULT 0,      -- 1: what the bank took for a line of several payments
  payer_hash TEXT NOT NULL DEFAULT '',   -- keyed, of the other side's account
  box TEXT NOT NULL DEFAULT '',          -- sealed JSON; '' where it was erased
  PRIMARY KEY (line_id, n)
);
CREATE INDEX bank_detail_payer ON bank_detail (payer_hash);
CREATE INDEX bank_detail_open ON bank_detail (line_id) WHERE open_minor <> 0;
-- What a payment was for. Rows are never taken away: what was wrong is reversed.
CREATE TABLE bank_allocation (
  line_id TEXT NOT NULL,
  detail BIGINT NOT NULL,
  n BIGINT NOT NULL,                     -- counts the allocations of the payment
  kind TEXT NOT NULL,                    -- gift payout account line reversal return clear
  object_id TEXT NOT NULL DEFAULT '',    -- donation, provider/payout, line/detail, return
  account TEXT NOT NULL DEFAULT '',      -- of the books
  minor BIGINT NOT NULL,                 -- with the sign of the line
  rule TEXT NOT NULL DEFAULT '',         -- what found it: reference noise payer payout …, or hand
  payment_id TEXT NOT NULL DEFAULT '',   -- of a gift
  entry_key TEXT NOT NULL DEFAULT '',    -- '' where nothing had to be posted
  at BIGINT NOT NULL,
  by_id TEXT NOT NULL DEFAULT '',
  by_name TEXT NOT NULL DEFAULT '',
  reversed_at BIGINT,
  reversed_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (line_id, detail, n),
  FOREIGN KEY (line_id, detail) REFERENCES bank_detail (line_id, n)
);
CREATE INDEX bank_allocation_object ON bank_allocation (kind, object_id);
CREATE INDEX bank_allocation_payment ON bank_allocation (payment_id);
-- Money that was never a gift and goes back by a transfer which staff must make.
-- That of a gift is a refund.
CREATE TABLE bank_return (
  id TEXT NOT NULL PRIMARY KEY,
  line_id TEXT NOT NULL,
  detail BIGINT NOT NULL,
  account_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,                 -- above zero
  payer_hash TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'open',    -- open paid withdrawn
  asked_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL DEFAULT '',
  asked_name TEXT NOT NULL DEFAULT '',
  paid_line TEXT NOT NULL DEFAULT '',
  FOREIGN KEY (line_id, detail) REFERENCES bank_detail (line_id, n)
);
CREATE INDEX bank_return_state ON bank_return (state, currency, minor);
-- A file between upload and confirmation, sealed in parts; forgotten after a day.
CREATE TABLE bank_upload (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  account_id TEXT NOT NULL DEFAULT '',   -- chosen for a file that names none
  at BIGINT NOT NULL,
  by_id TEXT NOT NULL
);
CREATE TABLE bank_upload_part (
  upload_id TEXT NOT NULL REFERENCES bank_upload (id),
  n BIGINT NOT NULL,
  box TEXT NOT NULL,
  PRIMARY KEY (upload_id, n)
);
