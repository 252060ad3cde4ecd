-- +goose Up
-- Keys with which programs come for a person; only a hash is kept.
CREATE TABLE api_token (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL, -- JSON
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_on TEXT NOT NULL DEFAULT '', -- day
  revoked_at BIGINT
);
CREATE INDEX api_token_staff ON api_token (staff_id, created_at);
-- Requests that came with a key of their own, so that one that is sent twice is
-- done once.
CREATE TABLE api_request (
  token_id TEXT NOT NULL REFERENCES api_token (id),
  request_key TEXT NOT NULL,
  request_hash TEXT NOT NULL, -- of what was asked for
  try_id TEXT NOT NULL, -- who is at it
  begun_at BIGINT NOT NULL,
  done_at BIGINT, -- set by the transaction that did the work
  answer TEXT NOT NULL DEFAULT '', -- JSON; '' where it was lost or is not kept
  PRIMARY KEY (token_id, request_key)
);
CREATE INDEX api_request_begun ON api_request (begun_at);
-- Where other programs want to be told what happens.
CREATE TABLE webhook (
  id TEXT NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL, -- JSON
  secret_box TEXT NOT NULL,
  old_secret_box TEXT NOT NULL DEFAULT '', -- signs too until old_until
  old_until BIGINT,
  state TEXT NOT NULL, -- on, off, failed
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL
);
CREATE TABLE webhook_event (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  data TEXT NOT NULL -- JSON, all of it public
);
CREATE INDEX webhook_event_at ON webhook_event (at);
CREATE TABLE webhook_delivery (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhook (id),
  event_id TEXT NOT NULL REFERENCES webhook_event (id),
  state TEXT NOT NULL, -- waiting, done, failed
  created_at BIGINT NOT NULL,
  begun_at BIGINT NOT NULL, -- the three days count from here
  tries BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, created_at);
CREATE INDEX webhook_delivery_event ON webhook_delivery (event_id);
CREATE TABLE webhook_try (
  id TEXT NOT NULL PRIMARY KEY,
  delivery_id TEXT NOT NULL REFERENCES webhook_delivery (id),
  at BIGINT NOT NULL,
  status BIGINT NOT NULL, -- 0: no answer
  took_ms BIGINT NOT NULL,
  answer TEXT NOT NULL -- its first bytes, or why there is none
);
CREATE INDEX webhook_try_delivery ON webhook_try (delivery_id, at);
