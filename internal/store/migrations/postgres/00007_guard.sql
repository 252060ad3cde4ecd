-- +goose Up
-- ---------------------------------------------------------------- settlement in another currency
ALTER TABLE movement ADD COLUMN own_currency TEXT NOT NULL DEFAULT ''; -- of the object, where it is not the balance's
ALTER TABLE movement ADD COLUMN own_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE movement ADD COLUMN rate TEXT NOT NULL DEFAULT '';         -- of the provider, as it wrote it
-- What gifts count for whose settlement says nothing of it. A rate stays as it is:
-- entries of the books were made by it.
CREATE TABLE fx_rate (
  day TEXT NOT NULL,                     -- YYYY-MM-DD, of the outlet
  from_currency TEXT NOT NULL,
  to_currency TEXT NOT NULL,
  rate TEXT NOT NULL,                    -- so many of to for one of from
  source TEXT NOT NULL,                  -- who published it
  set_at BIGINT NOT NULL,
  set_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (day, from_currency, to_currency)
);
CREATE TRIGGER fx_rate_no_change BEFORE UPDATE OR DELETE ON fx_rate FOR EACH ROW EXECUTE FUNCTION append_only('a rate stays as it was set');
CREATE TRIGGER fx_rate_no_truncate BEFORE TRUNCATE ON fx_rate FOR EACH STATEMENT EXECUTE FUNCTION append_only('a rate stays as it was set');

-- ---------------------------------------------------------------- card testing
-- Refused attempts to pay, one row each: times only, no network and no person.
CREATE TABLE decline (
  provider TEXT NOT NULL,
  session_ref TEXT NOT NULL,
  n BIGINT NOT NULL,                     -- the how manieth of its session
  donation_id TEXT NOT NULL,
  at BIGINT NOT NULL,                    -- the provider's time
  PRIMARY KEY (provider, session_ref, n)
);
CREATE INDEX decline_at ON decline (at);
-- What speaks against a gift, from its form.
CREATE TABLE suspicion (
  donation_id TEXT NOT NULL PRIMARY KEY REFERENCES donation (id),
  reasons TEXT NOT NULL,                 -- JSON: [name]
  created_at BIGINT NOT NULL
);
-- A gift that waits for a person. Its money is in the books; its donor is not
-- thanked, named or given a receipt before it is accepted.
CREATE TABLE hold (
  payment_id TEXT NOT NULL PRIMARY KEY REFERENCES payment (id),
  state TEXT NOT NULL DEFAULT 'held',    -- held accepted refunded
  reasons TEXT NOT NULL,                 -- JSON: [name]
  weight BIGINT NOT NULL,
  held_at BIGINT NOT NULL,               -- the provider's time
  due_at BIGINT NOT NULL,                -- accepted by itself, by the money clock
  decided_at BIGINT,
  decided_by TEXT NOT NULL DEFAULT ''    -- '' is the program
);
CREATE INDEX hold_state ON hold (state, due_at);
-- A card's bank warned of fraud before any dispute.
CREATE TABLE fraud_warning (
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payment (id),
  actionable BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',    -- open refunded asked passed
  at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (provider, ref)
);
CREATE INDEX fraud_warning_state ON fraud_warning (state, at);
CREATE INDEX fraud_warning_payment ON fraud_warning (payment_id);
