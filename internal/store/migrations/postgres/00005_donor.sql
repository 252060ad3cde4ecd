-- +goose Up
ALTER TABLE donor ADD COLUMN erased_at BIGINT;                           -- set: nothing here leads to a person any more
ALTER TABLE mail_outbox ADD COLUMN donor_id TEXT NOT NULL DEFAULT '';    -- whom it tells something, where that is a donor
CREATE INDEX mail_donor ON mail_outbox (donor_id) WHERE donor_id <> '';
-- A donor who is signed in to the page of their own.
CREATE TABLE donor_session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  csrf TEXT NOT NULL,                    -- stands in every form of this session
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  proved_at BIGINT NOT NULL,             -- when a fresh link from a mail was last used
  expires_at BIGINT NOT NULL
);
CREATE INDEX donor_session_donor ON donor_session (donor_id);
-- Why somebody ended a plan, where they wished to say.
CREATE TABLE cancel_reason (
  id TEXT NOT NULL PRIMARY KEY,          -- of the form, so that it counts once
  plan_id TEXT NOT NULL,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  reason TEXT NOT NULL,                  -- money paper elsewhere trial other
  words TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX cancel_reason_donor ON cancel_reason (donor_id);
-- Who was erased, to do it again where a backup from before is restored. It
-- names no person, and donors that this database has never heard of may stand in it.
CREATE TABLE erasure (
  donor_id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
);
