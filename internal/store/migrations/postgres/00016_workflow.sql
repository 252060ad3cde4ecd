-- +goose Up
-- What the desk's lists show and choose by, beside the text itself.
ALTER TABLE article ADD COLUMN headline TEXT NOT NULL DEFAULT '';     -- of the working revision
ALTER TABLE article ADD COLUMN folded TEXT NOT NULL DEFAULT '';       -- headline, slug and bylines in the form of package search; '' is still to be made
ALTER TABLE article ADD COLUMN phase TEXT NOT NULL DEFAULT 'open';    -- open scheduled public ended: follows from state
ALTER TABLE article ADD COLUMN author_id TEXT NOT NULL DEFAULT '';    -- staff, who began it; '' for an import
ALTER TABLE article ADD COLUMN owner_id TEXT NOT NULL DEFAULT '';     -- staff, who is to write it
ALTER TABLE article ADD COLUMN reviewer_id TEXT NOT NULL DEFAULT '';  -- staff, who is to review it
ALTER TABLE article ADD COLUMN deadline_at BIGINT;
ALTER TABLE article ADD COLUMN word_target BIGINT NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN hold TEXT NOT NULL DEFAULT '';         -- why nothing of it may go out; '' is free
ALTER TABLE article ADD COLUMN legal BIGINT NOT NULL DEFAULT 0;       -- 1: withdrawn because the law demands it (451)
ALTER TABLE article ADD COLUMN ended_at BIGINT;                       -- when it was spiked

UPDATE article SET phase = CASE state WHEN 'scheduled' THEN 'scheduled' WHEN 'published' THEN 'public' WHEN 'retracted' THEN 'public'
  WHEN 'spiked' THEN 'ended' WHEN 'withdrawn' THEN 'ended' ELSE 'open' END,
  ended_at = CASE state WHEN 'spiked' THEN modified_at ELSE NULL END;
UPDATE article SET author_id = COALESCE((SELECT r.author_id FROM revision r WHERE r.article_id = article.id AND r.number = 1), '');
UPDATE article SET headline = COALESCE((SELECT r.content::json->>'headline' FROM revision r WHERE r.id = article.working_revision), '');

CREATE INDEX article_phase ON article (phase, modified_at, id);
CREATE INDEX article_section_phase ON article (section_id, phase, modified_at, id);
CREATE INDEX article_lang_phase ON article (lang, phase, modified_at, id);
CREATE INDEX article_kind_phase ON article (kind, phase, modified_at, id);
CREATE INDEX article_author_phase ON article (author_id, phase, modified_at, id);
CREATE INDEX article_owner ON article (owner_id, phase, modified_at, id);
CREATE INDEX article_reviewer ON article (reviewer_id, phase, modified_at, id);
CREATE INDEX article_publish_at ON article (publish_at);
CREATE INDEX article_deadline ON article (deadline_at);
CREATE INDEX article_first ON article (first_published_at);

-- The words of article.folded: what lists of the desk are searched by.
CREATE TABLE article_word (
  word TEXT COLLATE "C" NOT NULL,
  article_id TEXT NOT NULL REFERENCES article (id),
  PRIMARY KEY (word, article_id)
);
CREATE INDEX article_word_article ON article_word (article_id);

-- What somebody has let through: the text that may go out.
CREATE TABLE approval (
  article_id TEXT NOT NULL PRIMARY KEY REFERENCES article (id),
  revision_id TEXT NOT NULL,             -- that was read
  hash TEXT NOT NULL,                    -- of the content that may go out: that one, or it with typos mended
  by_id TEXT NOT NULL DEFAULT '',
  by_name TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  alone BIGINT NOT NULL DEFAULT 0,       -- 1: nobody else was there to read it
  acknowledged TEXT NOT NULL DEFAULT '[]', -- JSON: keys of warnings that were seen
  overridden TEXT NOT NULL DEFAULT '[]'  -- JSON: keys of stops that a publisher let pass
);
INSERT INTO approval (article_id, revision_id, hash, by_name, at)
  SELECT id, working_revision, '', 'Masthead', modified_at FROM article WHERE state IN ('approved', 'scheduled') AND working_revision IS NOT NULL;

-- What is decided and waits: for a second person, or for the minutes in which it
-- can be taken back.
CREATE TABLE article_pending (
  article_id TEXT NOT NULL PRIMARY KEY REFERENCES article (id),
  act TEXT NOT NULL,                     -- publish change withdraw
  detail TEXT NOT NULL,                  -- JSON: news.Act
  revision_id TEXT NOT NULL,             -- that was working then
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  due_at BIGINT                          -- NULL: waits for somebody else
);

-- Notes at a story, each at a place of the text or at the whole; a suggestion
-- has new words for the old ones.
CREATE TABLE story_note (
  id TEXT NOT NULL PRIMARY KEY,
  article_id TEXT NOT NULL REFERENCES article (id),
  kind TEXT NOT NULL,                    -- note suggestion returned
  block_id TEXT NOT NULL DEFAULT '',     -- '' is the whole story
  begins BIGINT NOT NULL DEFAULT 0,      -- range in the block's text, in characters
  ends BIGINT NOT NULL DEFAULT 0,
  quoted TEXT NOT NULL DEFAULT '',       -- the words that it is about
  proposed TEXT NOT NULL DEFAULT '',     -- of a suggestion
  body TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'open',    -- open resolved accepted refused
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  settled_id TEXT NOT NULL DEFAULT '',
  settled_name TEXT NOT NULL DEFAULT '',
  settled_at BIGINT
);
CREATE INDEX story_note_article ON story_note (article_id, created_at);

-- What somebody of the staff should know.
CREATE TABLE notification (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  kind TEXT NOT NULL,                    -- assignment mention state failed late embargo
  article_id TEXT NOT NULL REFERENCES article (id),
  by_name TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',       -- the state that it came to
  created_at BIGINT NOT NULL,
  read_at BIGINT,
  mailed_at BIGINT
);
CREATE INDEX notification_staff ON notification (staff_id, created_at);
CREATE INDEX notification_unread ON notification (staff_id, read_at);
CREATE INDEX notification_article ON notification (article_id);

-- How somebody wants to hear of them beside the desk: '' is once a day.
ALTER TABLE staff ADD COLUMN notify TEXT NOT NULL DEFAULT '';         -- '' daily, now, never

-- Lists of stories that somebody keeps.
CREATE TABLE saved_view (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (staff_id, name)
);
