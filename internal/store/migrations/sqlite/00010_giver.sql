-- +goose Up
-- What the treasurer notes about donors, and indexes for the lists of donors and gifts.
CREATE TABLE donor_note (
  id TEXT NOT NULL PRIMARY KEY,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL
);
CREATE INDEX donor_note_donor ON donor_note (donor_id, at);
CREATE TABLE donor_tag (
  donor_id TEXT NOT NULL REFERENCES donor (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (donor_id, tag)
);
CREATE INDEX donor_tag_tag ON donor_tag (tag, donor_id);
CREATE INDEX donor_created ON donor (created_at, id);
CREATE INDEX payment_at ON payment (succeeded_at, id);
CREATE INDEX payment_donor_at ON payment (donor_id, succeeded_at);
