-- The data model. Times are UTC in Unix milliseconds, money is in minor units,
-- texts called JSON hold JSON. The folder beside this one has the same tables for
-- the other engine; a test compares them.

-- +goose Up
-- ---------------------------------------------------------------- settings
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,              -- JSON
  updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL DEFAULT ''
);
CREATE TABLE secret (
  name TEXT NOT NULL PRIMARY KEY,
  box TEXT NOT NULL,                -- sealed with the instance key, base64
  updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL DEFAULT ''
);

-- ---------------------------------------------------------------- change feed, audit, jobs, mail
CREATE TABLE change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  actor_id TEXT NOT NULL DEFAULT '',     -- '' is the system or a command
  actor_name TEXT NOT NULL DEFAULT '',
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL DEFAULT '',
  object_id TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '{}'      -- JSON
);
CREATE INDEX audit_object ON audit (object_kind, object_id);
CREATE TABLE job (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '{}',    -- JSON
  unique_key TEXT,                       -- one waiting job a key
  state TEXT NOT NULL DEFAULT 'ready',   -- ready running done dead
  priority BIGINT NOT NULL DEFAULT 0,    -- higher goes first
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  max_attempts BIGINT NOT NULL DEFAULT 20,
  lease_owner TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE UNIQUE INDEX job_unique ON job (unique_key) WHERE unique_key IS NOT NULL AND state = 'ready';
CREATE INDEX job_due ON job (state, run_at);
CREATE TABLE mail_outbox (
  id TEXT NOT NULL PRIMARY KEY,
  unique_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  to_address TEXT NOT NULL,
  to_name TEXT NOT NULL DEFAULT '',
  lang TEXT NOT NULL DEFAULT 'en',
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL DEFAULT '',
  headers TEXT NOT NULL DEFAULT '{}',    -- JSON
  state TEXT NOT NULL DEFAULT 'waiting', -- waiting sending sent failed uncertain
  attempts BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  sent_at BIGINT
);
CREATE INDEX mail_state ON mail_outbox (state, created_at);
CREATE TABLE task (
  id TEXT NOT NULL PRIMARY KEY,
  unique_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  object_kind TEXT NOT NULL DEFAULT '',
  object_id TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '{}',     -- JSON
  state TEXT NOT NULL DEFAULT 'open',    -- open done
  created_at BIGINT NOT NULL,
  done_at BIGINT,
  done_by TEXT NOT NULL DEFAULT ''
);

-- ---------------------------------------------------------------- staff
CREATE TABLE staff (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,            -- lower case
  name TEXT NOT NULL,
  lang TEXT NOT NULL DEFAULT 'en',
  person_id TEXT,
  password_hash TEXT NOT NULL DEFAULT '',
  totp_secret TEXT NOT NULL DEFAULT '',  -- sealed; '' until enrolled
  totp_step BIGINT NOT NULL DEFAULT 0,   -- last time step that was used
  state TEXT NOT NULL DEFAULT 'active',  -- active disabled
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT
);
CREATE TABLE staff_grant (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  role TEXT NOT NULL,                    -- contributor reporter editor publisher admin treasurer owner
  section_id TEXT NOT NULL DEFAULT '',   -- '' is everywhere
  granted_at BIGINT NOT NULL,
  granted_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (staff_id, role, section_id)
);
CREATE TABLE staff_session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  stage TEXT NOT NULL DEFAULT 'full',    -- password (awaits TOTP) or full
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  proved_at BIGINT NOT NULL DEFAULT 0,   -- last re-authentication
  expires_at BIGINT NOT NULL
);
CREATE INDEX staff_session_staff ON staff_session (staff_id);
CREATE TABLE staff_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,                    -- setup invite reset signin
  staff_id TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- ---------------------------------------------------------------- news
CREATE TABLE person (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role_title TEXT NOT NULL DEFAULT '{}', -- JSON: language → text
  bio TEXT NOT NULL DEFAULT '{}',        -- JSON: language → text
  contact TEXT NOT NULL DEFAULT '',      -- public address, when the person wants one
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);
CREATE TABLE section (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  parent_id TEXT,
  name TEXT NOT NULL,                    -- JSON: language → text
  description TEXT NOT NULL DEFAULT '{}',
  position BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE TABLE topic (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,                    -- JSON: language → text
  description TEXT NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL
);
-- The working side of an article: what the desk sees.
CREATE TABLE article (
  id TEXT NOT NULL PRIMARY KEY,
  group_id TEXT NOT NULL,                -- joins translations
  lang TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'report',   -- report analysis opinion explainer interview live fact-check obituary notice page
  state TEXT NOT NULL DEFAULT 'draft',
  slug TEXT NOT NULL,
  section_id TEXT,
  working_revision TEXT,
  published_revision TEXT,
  publish_at BIGINT,                     -- set while scheduled
  embargoed BIGINT NOT NULL DEFAULT 0,
  sticky BIGINT NOT NULL DEFAULT 0,
  locked BIGINT NOT NULL DEFAULT 0,      -- 1: came with a password; never public as it is
  first_published_at BIGINT,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);
CREATE INDEX article_group ON article (group_id);
CREATE INDEX article_state ON article (state, modified_at);
CREATE TABLE revision (
  id TEXT NOT NULL PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES article (id),
  number BIGINT NOT NULL,
  parent_id TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL,                 -- JSON: news.Content
  prev_hash TEXT NOT NULL DEFAULT '',
  hash TEXT NOT NULL,
  author_id TEXT NOT NULL DEFAULT '',
  author_name TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  UNIQUE (article_id, number)
);
-- Each public version that there ever was.
CREATE TABLE version (
  article_id TEXT NOT NULL REFERENCES article (id),
  number BIGINT NOT NULL,
  revision_id TEXT NOT NULL REFERENCES revision (id),
  class TEXT NOT NULL,                   -- first typo update clarification correction editors-note retraction withdrawal
  note TEXT NOT NULL DEFAULT '',
  published_at BIGINT NOT NULL,
  PRIMARY KEY (article_id, number)
);
CREATE TABLE correction (
  id TEXT NOT NULL PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES article (id),
  class TEXT NOT NULL,
  from_version BIGINT NOT NULL,
  to_version BIGINT NOT NULL,
  was TEXT NOT NULL DEFAULT '',
  is_now TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  block_ids TEXT NOT NULL DEFAULT '[]',
  prominent BIGINT NOT NULL DEFAULT 0,   -- 1: at the top
  found_at BIGINT,
  fixed_at BIGINT NOT NULL
);
CREATE INDEX correction_fixed ON correction (fixed_at);
-- What readers see: one row for each article that is public now, and nothing else.
CREATE TABLE publication (
  article_id TEXT NOT NULL PRIMARY KEY REFERENCES article (id),
  revision_id TEXT NOT NULL REFERENCES revision (id),
  group_id TEXT NOT NULL,
  lang TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'published', -- published retracted withdrawn
  path TEXT NOT NULL UNIQUE,             -- with the language's prefix, without a trailing slash
  section_id TEXT,
  headline TEXT NOT NULL,
  dek TEXT NOT NULL DEFAULT '',
  lead_media TEXT,
  card TEXT NOT NULL DEFAULT '{}',       -- JSON: what lists show beside these columns
  version BIGINT NOT NULL,
  words BIGINT NOT NULL DEFAULT 0,
  sticky BIGINT NOT NULL DEFAULT 0,
  first_published_at BIGINT NOT NULL,
  updated_at BIGINT,                     -- editorial, shown
  modified_at BIGINT NOT NULL,           -- technical
  content TEXT NOT NULL                  -- JSON: news.Content as published; last, so that lists need not read past it
);
-- Lists go by (at, article_id), newest first; pages stand in none.
CREATE INDEX publication_by_list ON publication (lang, first_published_at, article_id) WHERE kind <> 'page';
CREATE INDEX publication_by_time ON publication (first_published_at, article_id, modified_at);
CREATE INDEX publication_by_sticky ON publication (lang, first_published_at, article_id) WHERE sticky = 1;
CREATE INDEX publication_by_group ON publication (group_id);
CREATE INDEX publication_by_modified ON publication (modified_at);
CREATE TABLE publication_byline (
  article_id TEXT NOT NULL REFERENCES publication (article_id),
  position BIGINT NOT NULL,
  person_id TEXT,                        -- NULL for a guest
  name TEXT NOT NULL,                    -- as it was when published
  role TEXT NOT NULL,                    -- by with photos translation editing
  lang TEXT NOT NULL,                    -- lang and at as in publication, for the index
  at BIGINT NOT NULL,
  PRIMARY KEY (article_id, position)
);
CREATE INDEX publication_byline_list ON publication_byline (person_id, lang, at, article_id);
CREATE TABLE publication_topic (
  article_id TEXT NOT NULL REFERENCES publication (article_id),
  topic_id TEXT NOT NULL REFERENCES topic (id),
  lang TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (article_id, topic_id)
);
CREATE INDEX publication_topic_list ON publication_topic (topic_id, lang, at, article_id);
CREATE TABLE publication_section (
  article_id TEXT NOT NULL REFERENCES publication (article_id),
  section_id TEXT NOT NULL REFERENCES section (id),
  lang TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (article_id, section_id)
);
CREATE INDEX publication_section_list ON publication_section (section_id, lang, at, article_id);
CREATE TABLE publication_media (
  article_id TEXT NOT NULL REFERENCES publication (article_id),
  media_id TEXT NOT NULL,
  PRIMARY KEY (article_id, media_id)
);
CREATE INDEX publication_media_media ON publication_media (media_id);
-- Every address that was ever public, and the addresses that an import brought along.
-- Looked up when no live page has the path; answers one redirect to where the object is now.
CREATE TABLE address (
  path TEXT NOT NULL PRIMARY KEY,        -- path, with "?p=12" for old query addresses
  object_kind TEXT NOT NULL,             -- article section topic person media feed archive path section-feed topic-feed
  object_id TEXT NOT NULL,               -- id, or the target path for feed, archive and path
  source TEXT NOT NULL DEFAULT '',       -- '' or the import that brought it
  created_at BIGINT NOT NULL
);
CREATE INDEX address_object ON address (object_kind, object_id);

-- ---------------------------------------------------------------- media
CREATE TABLE media (
  id TEXT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,             -- SHA-256 of the original, hex
  pixel_hash TEXT NOT NULL DEFAULT '',
  mime TEXT NOT NULL,
  width BIGINT NOT NULL DEFAULT 0,       -- oriented
  height BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  original_key TEXT NOT NULL,
  filename TEXT NOT NULL DEFAULT '',
  credit TEXT NOT NULL DEFAULT '',
  rights TEXT NOT NULL DEFAULT '',
  rights_until BIGINT,
  focal_x BIGINT NOT NULL DEFAULT 5000,  -- ten-thousandths of the width
  focal_y BIGINT NOT NULL DEFAULT 5000,
  decorative BIGINT NOT NULL DEFAULT 0,
  alt TEXT NOT NULL DEFAULT '{}',        -- JSON: language → text
  caption TEXT NOT NULL DEFAULT '{}',    -- JSON: language → text
  state TEXT NOT NULL DEFAULT 'waiting', -- waiting ready refused
  refusal TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL DEFAULT ''
);
CREATE TABLE rendition (
  media_id TEXT NOT NULL REFERENCES media (id),
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  ext TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (media_id, width, ext)
);

-- ---------------------------------------------------------------- ledger
CREATE TABLE ledger_head (
  id BIGINT NOT NULL PRIMARY KEY,        -- always 1
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE ledger_entry (
  seq BIGINT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,              -- from the provider's facts
  date TEXT NOT NULL,                    -- YYYY-MM-DD in the outlet's zone
  memo TEXT NOT NULL DEFAULT '',
  reverses TEXT,                         -- key of the entry that this one takes back
  tags TEXT NOT NULL DEFAULT '{}',       -- JSON, sorted keys
  campaign TEXT NOT NULL DEFAULT '',     -- = tags.campaign, for the index
  content_hash TEXT NOT NULL,
  hash TEXT NOT NULL,                    -- of the chain
  posted_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX ledger_entry_date ON ledger_entry (date);
CREATE INDEX ledger_entry_campaign ON ledger_entry (campaign);
CREATE TABLE ledger_posting (
  seq BIGINT NOT NULL REFERENCES ledger_entry (seq),
  n BIGINT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  PRIMARY KEY (seq, n)
) WITHOUT ROWID;
CREATE INDEX ledger_posting_account ON ledger_posting (account, currency);

-- ---------------------------------------------------------------- fund
CREATE TABLE campaign (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  currency TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'draft',   -- draft scheduled live paused ended archived cancelled
  counting TEXT NOT NULL DEFAULT 'received_only',
  title TEXT NOT NULL,                   -- JSON: language → text
  dek TEXT NOT NULL DEFAULT '{}',        -- JSON: language → text
  body TEXT NOT NULL DEFAULT '{}',       -- JSON: language → text
  costs TEXT NOT NULL DEFAULT '[]',      -- JSON: [{name:{lang:text}, minor}]
  amounts TEXT NOT NULL DEFAULT '{}',    -- JSON: interval → [minor]
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  grace_s BIGINT NOT NULL DEFAULT 259200,
  goal_reached_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE TABLE campaign_goal (
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  version BIGINT NOT NULL,
  minor BIGINT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  set_at BIGINT NOT NULL,
  set_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (campaign_id, version)
);
CREATE TABLE donor (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,            -- lower case
  name TEXT NOT NULL DEFAULT '',
  show_name BIGINT NOT NULL DEFAULT 0,
  lang TEXT NOT NULL DEFAULT 'en',
  created_at BIGINT NOT NULL
);
CREATE TABLE donation (
  id TEXT NOT NULL PRIMARY KEY,
  nonce TEXT NOT NULL UNIQUE,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  campaign_id TEXT,                      -- NULL is the general fund
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  every TEXT NOT NULL,                   -- once month year
  provider TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'created', -- created pending processing succeeded failed expired cancelled
  session_ref TEXT,
  session_url TEXT NOT NULL DEFAULT '',
  appeal TEXT NOT NULL DEFAULT '',
  show_name BIGINT NOT NULL DEFAULT 0,
  lang TEXT NOT NULL DEFAULT 'en',
  consent TEXT NOT NULL DEFAULT '',      -- the terms as they were shown
  created_at BIGINT NOT NULL,
  opened_at BIGINT,                      -- provider's session opened
  updated_at BIGINT NOT NULL
);
CREATE INDEX donation_donor ON donation (donor_id);
CREATE INDEX donation_state ON donation (state, created_at);
CREATE UNIQUE INDEX donation_session ON donation (provider, session_ref) WHERE session_ref IS NOT NULL;
CREATE TABLE plan (
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  donation_id TEXT NOT NULL REFERENCES donation (id),
  donor_id TEXT NOT NULL REFERENCES donor (id),
  campaign_id TEXT,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  every TEXT NOT NULL,
  state TEXT NOT NULL,                   -- incomplete active past_due paused cancel_scheduled unpaid cancelled incomplete_expired
  started_at BIGINT,
  next_charge_at BIGINT,
  cancel_at BIGINT,
  ended_at BIGINT,
  updated_at BIGINT NOT NULL,
  UNIQUE (provider, ref)
);
CREATE TABLE payment (
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  donation_id TEXT NOT NULL REFERENCES donation (id),
  plan_id TEXT,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  campaign_id TEXT,                      -- where it counts; NULL is the general fund
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL DEFAULT 0,
  disputed_minor BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'succeeded',
  succeeded_at BIGINT NOT NULL,          -- the provider's time
  created_at BIGINT NOT NULL,
  UNIQUE (provider, ref)
);
CREATE INDEX payment_donor ON payment (donor_id);
CREATE INDEX payment_donation ON payment (donation_id);
CREATE INDEX payment_campaign ON payment (campaign_id, succeeded_at);
CREATE TABLE refund (
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payment (id),
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- requested pending succeeded failed cancelled
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (provider, ref)
);
CREATE TABLE dispute (
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payment (id),
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- inquiry needs_response under_review won lost closed prevented
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (provider, ref)
);
CREATE TABLE payout (
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- pending in_transit paid cancelled failed
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (provider, ref)
);
-- One row for each movement of a provider's balance: posted under a key, or ignored for a reason.
CREATE TABLE movement (
  provider TEXT NOT NULL,
  ref TEXT NOT NULL,
  kind TEXT NOT NULL,
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  fee_minor BIGINT NOT NULL DEFAULT 0,
  source_ref TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  entry_key TEXT NOT NULL DEFAULT '',
  ignored TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (provider, ref)
);
CREATE TABLE inbox (
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  refs TEXT NOT NULL,                    -- JSON: what to look at
  received_at BIGINT NOT NULL,
  deliveries BIGINT NOT NULL DEFAULT 1,
  done_at BIGINT,
  PRIMARY KEY (provider, event_id)
);
CREATE TABLE provider_cursor (
  provider TEXT NOT NULL,
  stream TEXT NOT NULL,                  -- events movements
  cursor TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (provider, stream)
);
-- A call to a provider: written before it is made, so that a crash can't lose or double it.
CREATE TABLE command (
  key TEXT NOT NULL PRIMARY KEY,         -- the idempotency key that the provider is given
  provider TEXT NOT NULL,
  op TEXT NOT NULL,                      -- begin change refund
  object_id TEXT NOT NULL,
  params TEXT NOT NULL,                  -- JSON, exactly as sent
  state TEXT NOT NULL DEFAULT 'planned', -- planned done failed
  result TEXT NOT NULL DEFAULT '{}',
  attempts BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX command_state ON command (state, created_at);

-- ---------------------------------------------------------------- import
CREATE TABLE import_run (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  report TEXT NOT NULL DEFAULT '{}',     -- JSON
  started_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE TABLE import_item (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  exported_at BIGINT,                    -- of the file that it came with; NULL is unknown
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (source, kind, source_id)
);
CREATE TABLE import_need (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  object_kind TEXT NOT NULL DEFAULT '',
  object_id TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'open',    -- open done
  created_at BIGINT NOT NULL,
  PRIMARY KEY (source, kind, source_id, n)
);

-- ---------------------------------------------------------------- search
CREATE TABLE search_doc (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  article_id TEXT NOT NULL UNIQUE,
  lang TEXT NOT NULL
);
CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='', contentless_delete=1, tokenize = 'unicode61 remove_diacritics 0');

-- ---------------------------------------------------------------- append-only
-- INSERT OR REPLACE deletes before it inserts and, without recursive_triggers,
-- fires no DELETE trigger: hence the third trigger of each table. It must know
-- every column that can conflict, the hidden rowid among them; the tables of the
-- books have none. Nothing is added to the books at or below their head, or a
-- pair of postings could be slipped into an old entry; and the head only rises.
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq OR key = NEW.key) BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_posting_no_update BEFORE UPDATE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_posting_no_delete BEFORE DELETE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_posting_no_replace BEFORE INSERT ON ledger_posting WHEN EXISTS (SELECT 1 FROM ledger_posting WHERE seq = NEW.seq AND n = NEW.n) BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_behind_head BEFORE INSERT ON ledger_entry WHEN NEW.seq <= (SELECT seq FROM ledger_head) BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_posting_behind_head BEFORE INSERT ON ledger_posting WHEN NEW.seq <= (SELECT seq FROM ledger_head) BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_head_rises BEFORE UPDATE ON ledger_head WHEN NEW.seq <= OLD.seq OR NEW.id <> OLD.id BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_head_no_replace BEFORE INSERT ON ledger_head WHEN EXISTS (SELECT 1 FROM ledger_head) BEGIN SELECT RAISE(ABORT, 'the books are append-only: reverse the entry instead'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'revisions are append-only: save a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'revisions are append-only: save a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_no_replace BEFORE INSERT ON revision WHEN EXISTS (SELECT 1 FROM revision WHERE id = NEW.id OR rowid = NEW.rowid OR (article_id = NEW.article_id AND number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'revisions are append-only: save a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER version_no_update BEFORE UPDATE ON version BEGIN SELECT RAISE(ABORT, 'public versions are append-only: publish a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER version_no_delete BEFORE DELETE ON version BEGIN SELECT RAISE(ABORT, 'public versions are append-only: publish a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER version_no_replace BEFORE INSERT ON version WHEN EXISTS (SELECT 1 FROM version WHERE rowid = NEW.rowid OR (article_id = NEW.article_id AND number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'public versions are append-only: publish a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER campaign_goal_no_update BEFORE UPDATE ON campaign_goal BEGIN SELECT RAISE(ABORT, 'goals are append-only: set a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER campaign_goal_no_delete BEFORE DELETE ON campaign_goal BEGIN SELECT RAISE(ABORT, 'goals are append-only: set a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER campaign_goal_no_replace BEFORE INSERT ON campaign_goal WHEN EXISTS (SELECT 1 FROM campaign_goal WHERE rowid = NEW.rowid OR (campaign_id = NEW.campaign_id AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'goals are append-only: set a new one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction BEGIN SELECT RAISE(ABORT, 'corrections are append-only: publish another one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction BEGIN SELECT RAISE(ABORT, 'corrections are append-only: publish another one'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER correction_no_replace BEFORE INSERT ON correction WHEN EXISTS (SELECT 1 FROM correction WHERE rowid = NEW.rowid OR id = NEW.id) BEGIN SELECT RAISE(ABORT, 'corrections are append-only: publish another one'); END;
-- +goose StatementEnd
