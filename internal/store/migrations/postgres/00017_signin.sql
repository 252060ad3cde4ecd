-- +goose Up
ALTER TABLE staff_session ADD COLUMN id TEXT NOT NULL DEFAULT '';       -- names it on the page of sessions
ALTER TABLE staff_session ADD COLUMN browser TEXT NOT NULL DEFAULT '';  -- its family, such as Firefox; nothing else of the device is kept
ALTER TABLE staff_session ADD COLUMN how TEXT NOT NULL DEFAULT '';      -- passkey code password link recovery setup
UPDATE staff_session SET id = substr(token_hash, 1, 26);

CREATE TABLE staff_passkey (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  credential TEXT NOT NULL UNIQUE,       -- base64url
  site TEXT NOT NULL,                    -- host name that it was made at, and works at alone
  name TEXT NOT NULL,
  sign_count BIGINT NOT NULL DEFAULT 0,  -- of signatures
  data TEXT NOT NULL,                    -- JSON: public key and flags
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX staff_passkey_staff ON staff_passkey (staff_id);

-- The question that a passkey has still to answer; each is used once.
CREATE TABLE staff_ceremony (
  id_hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,                    -- signin enrol prove
  staff_id TEXT NOT NULL DEFAULT '',     -- '' for signing in, where nobody knows yet who it is
  data TEXT NOT NULL,                    -- JSON
  expires_at BIGINT NOT NULL
);
CREATE INDEX staff_ceremony_expires ON staff_ceremony (expires_at);

CREATE TABLE staff_recovery (
  code_hash TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX staff_recovery_staff ON staff_recovery (staff_id);
