-- +goose Up
-- ---------------------------------------------------------------- corrections
ALTER TABLE correction ADD COLUMN by_id TEXT NOT NULL DEFAULT '';        -- staff, who made it; never public
ALTER TABLE correction ADD COLUMN by_name TEXT NOT NULL DEFAULT '';
ALTER TABLE correction ADD COLUMN report_id TEXT NOT NULL DEFAULT '';    -- the reader's report that led to it; never public
ALTER TABLE version ADD COLUMN named TEXT NOT NULL DEFAULT '[]';         -- JSON: names in its byline
CREATE INDEX correction_article ON correction (article_id, fixed_at);
CREATE INDEX version_published ON version (published_at);

-- What other channels have still to be told of a correction: one line each,
-- until what sends on that channel has done so.
CREATE TABLE correction_event (
  correction_id TEXT NOT NULL,
  channel TEXT NOT NULL,                 -- newsletter federation search
  made_at BIGINT NOT NULL,
  sent_at BIGINT,
  PRIMARY KEY (correction_id, channel)
);
CREATE INDEX correction_event_waiting ON correction_event (channel, sent_at, made_at);

-- A sitemap tells when readers were last told of a change; a typo is none.
CREATE INDEX publication_by_sitemap ON publication (state, first_published_at, article_id, updated_at);

-- ---------------------------------------------------------------- redaction
-- Revisions whose text was taken out. The hash of the text stays, so that the
-- chain of revisions can be verified as before.
CREATE TABLE redaction (
  revision_id TEXT NOT NULL PRIMARY KEY REFERENCES revision (id),
  article_id TEXT NOT NULL REFERENCES article (id),
  content_hash TEXT NOT NULL,            -- SHA-256 of the text that was here, hex
  ground TEXT NOT NULL,                  -- law privacy
  reason TEXT NOT NULL,                  -- for the desk; never public
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX redaction_article ON redaction (article_id);

-- Texts and quotations go only where a redaction says so, and nothing else of
-- their rows changes; a redaction itself stays for ever.
-- +goose StatementBegin
CREATE FUNCTION revision_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (length(NEW.content) < 200 AND EXISTS (SELECT 1 FROM redaction WHERE revision_id = OLD.id)
    AND NEW.id = OLD.id AND NEW.article_id = OLD.article_id AND NEW.number = OLD.number AND NEW.parent_id = OLD.parent_id AND NEW.prev_hash = OLD.prev_hash AND NEW.hash = OLD.hash AND NEW.author_id = OLD.author_id AND NEW.author_name = OLD.author_name AND NEW.note = OLD.note AND NEW.created_at = OLD.created_at AND NEW.origin = OLD.origin) THEN
    RAISE EXCEPTION 'revisions are append-only: save a new one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION correction_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (NEW.was IN ('', OLD.was) AND NEW.is_now IN ('', OLD.is_now)
    AND EXISTS (SELECT 1 FROM redaction WHERE article_id = OLD.article_id) AND NEW.found_at IS NOT DISTINCT FROM OLD.found_at
    AND NEW.id = OLD.id AND NEW.article_id = OLD.article_id AND NEW.class = OLD.class AND NEW.from_version = OLD.from_version AND NEW.to_version = OLD.to_version AND NEW.note = OLD.note AND NEW.block_ids = OLD.block_ids AND NEW.prominent = OLD.prominent AND NEW.fixed_at = OLD.fixed_at AND NEW.by_id = OLD.by_id AND NEW.by_name = OLD.by_name AND NEW.report_id = OLD.report_id) THEN
    RAISE EXCEPTION 'corrections are append-only: publish another one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
DROP TRIGGER revision_no_change ON revision;
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision FOR EACH ROW EXECUTE FUNCTION revision_redacted();
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision FOR EACH ROW EXECUTE FUNCTION append_only('revisions are append-only: save a new one');
DROP TRIGGER correction_no_change ON correction;
CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction FOR EACH ROW EXECUTE FUNCTION correction_redacted();
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction FOR EACH ROW EXECUTE FUNCTION append_only('corrections are append-only: publish another one');
CREATE TRIGGER redaction_no_change BEFORE UPDATE OR DELETE ON redaction FOR EACH ROW EXECUTE FUNCTION append_only('redactions are append-only');
CREATE TRIGGER redaction_no_truncate BEFORE TRUNCATE ON redaction FOR EACH STATEMENT EXECUTE FUNCTION append_only('redactions are append-only');

-- ---------------------------------------------------------------- readers' reports
CREATE TABLE reader_report (
  id TEXT NOT NULL PRIMARY KEY,          -- that of the form, so that one sent twice is one
  article_id TEXT REFERENCES article (id), -- NULL: about the paper as a whole
  version BIGINT NOT NULL DEFAULT 0,     -- that was public when it came
  lang TEXT NOT NULL,
  wrong TEXT NOT NULL,                   -- what is wrong
  known TEXT NOT NULL DEFAULT '',        -- what is right, and how the reader knows
  contact TEXT NOT NULL DEFAULT '',      -- sealed; '' where none was given or it has been erased
  state TEXT NOT NULL DEFAULT 'open',    -- open answered corrected closed
  correction_id TEXT NOT NULL DEFAULT '', -- that it led to
  note TEXT NOT NULL DEFAULT '',         -- of the desk
  created_at BIGINT NOT NULL,
  settled_at BIGINT,
  settled_id TEXT NOT NULL DEFAULT '',
  settled_name TEXT NOT NULL DEFAULT ''
);
CREATE INDEX reader_report_state ON reader_report (state, created_at);
CREATE INDEX reader_report_article ON reader_report (article_id);
CREATE INDEX reader_report_correction ON reader_report (correction_id);

-- ---------------------------------------------------------------- previews
-- Links for people outside the desk, each to one story that is not public.
CREATE TABLE preview (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  article_id TEXT NOT NULL REFERENCES article (id),
  label TEXT NOT NULL DEFAULT '',        -- for whom it is
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  seen_at BIGINT                         -- when it was last opened, to the hour
);
CREATE INDEX preview_article ON preview (article_id, created_at);

-- History tells which articles an import brought.
CREATE INDEX import_item_object ON import_item (object_kind, object_id);
