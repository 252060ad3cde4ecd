-- +goose Up
ALTER TABLE media ADD COLUMN crop TEXT NOT NULL DEFAULT '';      -- "x y width height" in ten-thousandths of the upright original; '' is all of it
ALTER TABLE media ADD COLUMN marks TEXT NOT NULL DEFAULT '';     -- what the file held beside its pixels, joined by spaces: exif gps xmp iptc c2pa icc
ALTER TABLE media ADD COLUMN folded TEXT NOT NULL DEFAULT '';    -- its words in the form of package search; '' is still to be made
ALTER TABLE media ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;     -- rows of media_use, publication_media and media_place that name it
ALTER TABLE media ADD COLUMN twin TEXT NOT NULL DEFAULT '';      -- the oldest picture that looks the same
ALTER TABLE media ADD COLUMN apart BIGINT NOT NULL DEFAULT 0;    -- 1: somebody said that it is a picture of its own
ALTER TABLE media ADD COLUMN warned_until BIGINT;                -- the end of rights that the newsroom was warned of
ALTER TABLE media ADD COLUMN ended_until BIGINT;                 -- the end of rights that it was told has come

CREATE INDEX media_by_age ON media (created_at, id);
CREATE INDEX media_by_owner ON media (created_by, created_at, id);
CREATE INDEX media_uncredited ON media (created_at, id) WHERE credit = '';
CREATE INDEX media_unsaid ON media (created_at, id) WHERE alt = '{}' AND decorative = 0;
CREATE INDEX media_unused ON media (created_at, id) WHERE uses = 0;
CREATE INDEX media_twins ON media (created_at, id) WHERE twin <> '';
CREATE INDEX media_twin_of ON media (twin) WHERE twin <> '';
CREATE INDEX media_rights ON media (rights_until, id) WHERE rights_until IS NOT NULL;

-- The words of media.folded.
CREATE TABLE media_word (
  word TEXT NOT NULL,
  media_id TEXT NOT NULL REFERENCES media (id),
  PRIMARY KEY (word, media_id)
) WITHOUT ROWID;
CREATE INDEX media_word_media ON media_word (media_id);

-- The quarters of media.pixel_hash: two that differ in at most three of 64 bits
-- have a quarter in common.
CREATE TABLE media_band (
  band BIGINT NOT NULL,                  -- number of the quarter (0–3) times 65536, and its 16 bits
  media_id TEXT NOT NULL REFERENCES media (id),
  PRIMARY KEY (band, media_id)
) WITHOUT ROWID;
CREATE INDEX media_band_media ON media_band (media_id);

-- Which pictures the newest text of an article shows, whether it is public or not.
CREATE TABLE media_use (
  article_id TEXT NOT NULL,
  media_id TEXT NOT NULL,
  PRIMARY KEY (article_id, media_id)
);
CREATE INDEX media_use_media ON media_use (media_id);

-- What is public and shows a picture beside articles.
CREATE TABLE media_place (
  kind TEXT NOT NULL,                    -- person topic page
  object_id TEXT NOT NULL,
  media_id TEXT NOT NULL,
  PRIMARY KEY (kind, object_id, media_id)
);
CREATE INDEX media_place_media ON media_place (media_id);

-- A rendition's address holds its face: the hash of the original, or of it and
-- of how it was cut.
CREATE TABLE rendition_new (
  media_id TEXT NOT NULL REFERENCES media (id),
  face TEXT NOT NULL,
  cut TEXT NOT NULL DEFAULT '',          -- '' in its own proportion, card for shared links
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  ext TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (face, width, ext)
);
INSERT INTO rendition_new (media_id, face, cut, width, height, ext, bytes, key)
  SELECT r.media_id, m.hash, '', r.width, r.height, r.ext, r.bytes, r.key FROM rendition r JOIN media m ON m.id = r.media_id;
DROP TABLE rendition;
ALTER TABLE rendition_new RENAME TO rendition;
CREATE INDEX rendition_media ON rendition (media_id);

-- A link that somebody of the desk opened for themselves: it stands in no list.
ALTER TABLE preview ADD COLUMN own BIGINT NOT NULL DEFAULT 0;

-- What is public shows what its text shows, unless somebody works on another one.
INSERT INTO media_use (article_id, media_id)
  SELECT u.article_id, u.media_id FROM publication_media u JOIN article a ON a.id = u.article_id WHERE a.working_revision = a.published_revision;
INSERT INTO media_use (article_id, media_id)
  SELECT a.id, m.id FROM article a JOIN revision r ON r.id = a.working_revision JOIN media m ON r.content LIKE '%"' || m.id || '"%'
  WHERE a.published_revision IS NULL OR a.working_revision <> a.published_revision;
UPDATE media SET uses = (SELECT COUNT(*) FROM media_use u WHERE u.media_id = media.id) + (SELECT COUNT(*) FROM publication_media u WHERE u.media_id = media.id);
