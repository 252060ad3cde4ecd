-- +goose Up
-- A link in a mail to a donor: the hash of its token, and the one thing that it
-- can do to the one object.
CREATE TABLE donor_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  power TEXT NOT NULL,                   -- signin plan receipt email_confirm email_revert step_up waiting
  donor_id TEXT NOT NULL REFERENCES donor (id),
  object_id TEXT NOT NULL DEFAULT '',    -- of the plan, the receipt …
  detail TEXT NOT NULL DEFAULT '{}',     -- JSON
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX donor_link_donor ON donor_link (donor_id, power);
