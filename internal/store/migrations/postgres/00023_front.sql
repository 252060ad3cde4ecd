-- +goose Up
-- ---------------------------------------------------------------- the front, by hand
-- One row for each language's front that was ever arranged.
CREATE TABLE front (
  lang TEXT NOT NULL PRIMARY KEY,
  edit BIGINT NOT NULL DEFAULT 0,        -- counts every change: of the draft and of what is live
  live BIGINT NOT NULL DEFAULT 0,        -- number of the version that readers see; 0 before the first
  draft TEXT NOT NULL DEFAULT '',        -- JSON: news.Arrangement that is being worked on; '' is none
  by_id TEXT NOT NULL DEFAULT '',        -- who made the last change
  by_name TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL DEFAULT 0
);
-- Each arrangement that was ever public.
CREATE TABLE front_version (
  lang TEXT NOT NULL,
  number BIGINT NOT NULL,
  slots TEXT NOT NULL,                   -- JSON: news.Arrangement
  origin TEXT NOT NULL,                  -- hand scheduled restored
  restores BIGINT NOT NULL DEFAULT 0,    -- number of the version that it brought back
  by_id TEXT NOT NULL DEFAULT '',
  by_name TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  PRIMARY KEY (lang, number)
);
-- Arrangements that wait for their time.
CREATE TABLE front_plan (
  id TEXT NOT NULL PRIMARY KEY,
  lang TEXT NOT NULL,
  slots TEXT NOT NULL,                   -- JSON: news.Arrangement
  run_at BIGINT NOT NULL,
  by_id TEXT NOT NULL DEFAULT '',
  by_name TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX front_plan_due ON front_plan (run_at);

-- ---------------------------------------------------------------- topics and bylines that became one
-- What was merged keeps its row, because texts go on naming it.
ALTER TABLE topic ADD COLUMN merged_into TEXT;
ALTER TABLE person ADD COLUMN merged_into TEXT;
CREATE INDEX topic_merged ON topic (merged_into);
CREATE INDEX person_merged ON person (merged_into);

-- ---------------------------------------------------------------- the texts that every newsroom needs
-- Each saved state; the public one stands in the settings.
CREATE TABLE standing_text (
  name TEXT NOT NULL,                    -- about ethics privacy imprint corrections
  lang TEXT NOT NULL,
  number BIGINT NOT NULL,
  text TEXT NOT NULL,                    -- Markdown; '' takes the page away
  origin TEXT NOT NULL DEFAULT 'hand',   -- hand starter restored before
  by_id TEXT NOT NULL DEFAULT '',
  by_name TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  public_at BIGINT,                      -- when somebody confirmed it; NULL was never public
  public_id TEXT NOT NULL DEFAULT '',
  public_name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (name, lang, number)
);
