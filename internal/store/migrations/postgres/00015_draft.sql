-- +goose Up
ALTER TABLE revision ADD COLUMN origin TEXT NOT NULL DEFAULT '';      -- '' by hand, typed merged aside restored
ALTER TABLE revision ADD COLUMN added BIGINT NOT NULL DEFAULT -1;     -- words since the parent; -1 is not counted
ALTER TABLE revision ADD COLUMN removed BIGINT NOT NULL DEFAULT -1;

-- The newest text of an article while it is being typed in one tab: what the
-- tab has saved by itself since the working revision. It becomes a revision
-- with this id.
CREATE TABLE draft (
  article_id TEXT NOT NULL PRIMARY KEY REFERENCES article (id),
  id TEXT NOT NULL,                      -- another one with each save
  base_id TEXT NOT NULL,                 -- the working revision that it stands on
  client TEXT NOT NULL,                  -- the tab
  author_id TEXT NOT NULL DEFAULT '',
  author_name TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL,                 -- JSON: news.Content
  begun_at BIGINT NOT NULL,
  saved_at BIGINT NOT NULL
);

-- The last save of each tab on each article, so that one that is sent twice is
-- one, and one whose answer was lost is understood.
CREATE TABLE draft_tab (
  article_id TEXT NOT NULL REFERENCES article (id),
  client TEXT NOT NULL,
  author_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  sum TEXT NOT NULL,                     -- of what was sent
  came TEXT NOT NULL,                    -- the base that was sent with it
  result TEXT NOT NULL,                  -- id of the newest text after it
  basis TEXT,                            -- JSON: the tab's text at that time, where the newest one is another
  answer TEXT NOT NULL,                  -- JSON
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (article_id, client)
);
CREATE INDEX draft_tab_saved ON draft_tab (saved_at);

-- Who is at an article. It tells; what protects the text is the base of each save.
CREATE TABLE article_lock (
  article_id TEXT NOT NULL PRIMARY KEY REFERENCES article (id),
  client TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  name TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  asked_id TEXT NOT NULL DEFAULT '',     -- who asks for it
  asked_name TEXT NOT NULL DEFAULT ''
);
