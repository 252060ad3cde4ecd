-- +goose Up
-- An answer to a note, which stands below it: one level, no deeper.
ALTER TABLE story_note ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';     -- the note; '' is a note of its own

-- What somebody asks for who may not do it: a correction of a live story, its
-- retraction or withdrawal. It stays when it is decided.
CREATE TABLE proposal (
  id TEXT NOT NULL PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES article (id),
  step TEXT NOT NULL,                    -- change retract withdraw
  was TEXT NOT NULL DEFAULT '',          -- of a correction
  is_now TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',         -- why; for the desk
  state TEXT NOT NULL DEFAULT 'open',    -- open done refused
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  settled_id TEXT NOT NULL DEFAULT '',
  settled_name TEXT NOT NULL DEFAULT '',
  settled_at BIGINT
);
CREATE INDEX proposal_article ON proposal (article_id, state, created_at);
