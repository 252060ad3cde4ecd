-- +goose Up
-- A bank account of the outlet. Numbers of accounts are sealed with the key of
-- the instance; the hashes are keyed, so that a statement finds its account.
CREATE TABLE bank_account (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,             -- ledger account Assets:Bank:{name}; never changes
  title TEXT NOT NULL,                   -- what people call it
  currency TEXT NOT NULL,
  holder TEXT NOT NULL DEFAULT '',
  iban_hash TEXT NOT NULL DEFAULT '',    -- keyed, of the IBAN, or of the account number where there is none
  iban_box TEXT NOT NULL DEFAULT '',     -- sealed IBAN; '' without one
  iban_tail TEXT NOT NULL DEFAULT '',    -- its last four characters, or those of the account number
  qr_hash TEXT NOT NULL DEFAULT '',      -- keyed, of the Swiss QR-IBAN
  qr_box TEXT NOT NULL DEFAULT '',       -- sealed QR-IBAN; '' without one
  lines_box TEXT NOT NULL DEFAULT '',    -- sealed JSON: [{label, text}], where there is no IBAN
  bic TEXT NOT NULL DEFAULT '',
  bank_name TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '{}',    -- JSON: the holder's {street, number, postcode, town, country}
  shown BIGINT NOT NULL DEFAULT 0,       -- offered to donors
  statements_from TEXT NOT NULL DEFAULT '', -- day from which statements are read in; '' is not at all
  created_at BIGINT NOT NULL,
  closed_at BIGINT
);
CREATE INDEX bank_account_iban ON bank_account (iban_hash);
CREATE INDEX bank_account_qr ON bank_account (qr_hash);
-- A change of bank details that waits for a second person, or for its time.
CREATE TABLE bank_change (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL,              -- of the account, also of one that this will make
  kind TEXT NOT NULL,                    -- add edit close
  box TEXT NOT NULL,                     -- sealed JSON of the account as it shall be
  says TEXT NOT NULL DEFAULT '{}',       -- JSON: what changes, in tails and names
  second TEXT NOT NULL DEFAULT '',       -- role that confirms; '' where time does
  due_at BIGINT,                         -- when it is done by itself
  asked_by TEXT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', -- waiting done withdrawn
  decided_by TEXT NOT NULL DEFAULT '',
  decided_name TEXT NOT NULL DEFAULT '',
  decided_at BIGINT
);
CREATE INDEX bank_change_state ON bank_change (state, asked_at);
-- What donors write on their transfers.
CREATE TABLE bank_reference (
  reference TEXT NOT NULL PRIMARY KEY,   -- the digits of the RF reference, check digits first
  short TEXT NOT NULL,                   -- as it is said and written by hand
  donation_id TEXT NOT NULL UNIQUE REFERENCES donation (id),
  donor_id TEXT NOT NULL REFERENCES donor (id),
  account_id TEXT NOT NULL DEFAULT '',   -- the account that was shown with it
  created_at BIGINT NOT NULL
);
CREATE INDEX bank_reference_donor ON bank_reference (donor_id);
-- What a donor has told us about a standing order since it was set up; the bank
-- itself tells nobody.
CREATE TABLE bank_order (
  reference TEXT NOT NULL PRIMARY KEY REFERENCES bank_reference (reference),
  minor BIGINT NOT NULL,
  every TEXT NOT NULL,
  ended_at BIGINT,
  told_at BIGINT NOT NULL
);
-- Cash and cheques, typed in at the desk.
CREATE TABLE offline_gift (
  id TEXT NOT NULL PRIMARY KEY,          -- the nonce of the form
  payment_id TEXT NOT NULL,
  account TEXT NOT NULL,                 -- of the books, where the money is
  kind TEXT NOT NULL,                    -- cash cheque bank
  note TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL,
  entered_by TEXT NOT NULL,
  entered_name TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  taken_back_at BIGINT
);
CREATE INDEX offline_gift_day ON offline_gift (day, entered_at);
