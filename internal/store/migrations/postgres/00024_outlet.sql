-- Sections that were merged or deleted, what readers asked for in vain, the
-- pictures of the outlet itself, and what was removed because its time was over.

-- +goose Up
-- A section that is gone keeps its row: old revisions name it, and are read as
-- if they named the one that it was merged into.
ALTER TABLE section ADD COLUMN gone_at BIGINT;
ALTER TABLE section ADD COLUMN merged_into TEXT NOT NULL DEFAULT ''; -- id; '' for one that was empty
ALTER TABLE section ADD COLUMN moving BIGINT NOT NULL DEFAULT 0;     -- how many stories it had when it was merged
CREATE INDEX publication_of_section ON publication (section_id, lang);

CREATE INDEX address_by_source ON address (source, created_at);

CREATE TABLE missed_address (
  day TEXT NOT NULL,                     -- YYYY-MM-DD, UTC
  path TEXT NOT NULL,                    -- nothing about who asked
  n BIGINT NOT NULL,
  PRIMARY KEY (day, path)
);

CREATE TABLE outlet_file (
  name TEXT NOT NULL PRIMARY KEY,        -- logo logo-dark icon icon-touch
  hash TEXT NOT NULL,                    -- of the body; stands in the address
  ext TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  body BYTEA NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE TABLE retention_day (
  day TEXT NOT NULL,                     -- YYYY-MM-DD, UTC
  kind TEXT NOT NULL,                    -- see package retention
  n BIGINT NOT NULL,                     -- how many were removed
  PRIMARY KEY (day, kind)
);

-- Mails whose address and text are still there.
CREATE INDEX mail_kept ON mail_outbox (sent_at) WHERE state = 'sent' AND to_address <> '';

-- A spiked story that was never public may be removed with all that it was.
-- +goose StatementBegin
CREATE FUNCTION revision_dropped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM article a WHERE a.id = OLD.article_id AND a.state = 'spiked' AND a.first_published_at IS NULL)
    OR EXISTS (SELECT 1 FROM version v WHERE v.article_id = OLD.article_id) THEN
    RAISE EXCEPTION 'revisions are append-only: save a new one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
DROP TRIGGER revision_no_delete ON revision;
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision FOR EACH ROW EXECUTE FUNCTION revision_dropped();
