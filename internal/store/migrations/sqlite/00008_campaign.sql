-- +goose Up
ALTER TABLE campaign ADD COLUMN live_at BIGINT;                          -- when readers could first give
ALTER TABLE campaign ADD COLUMN cover BIGINT NOT NULL DEFAULT 0;         -- 1: the form offers to cover the fee
ALTER TABLE campaign ADD COLUMN donor_cap BIGINT NOT NULL DEFAULT 0;     -- most that is expected of one donor when annualised; 0 is no cap
ALTER TABLE campaign ADD COLUMN costs_note TEXT NOT NULL DEFAULT '{}';   -- JSON: language → why the cost lines are not the goal
ALTER TABLE campaign ADD COLUMN outcome TEXT NOT NULL DEFAULT '{}';      -- JSON: language → what came of it
ALTER TABLE donation ADD COLUMN wants_news BIGINT NOT NULL DEFAULT 0;    -- the consent tick for updates to supporters
ALTER TABLE donation ADD COLUMN cover_minor BIGINT NOT NULL DEFAULT 0;   -- the part of minor that was added for the fee
CREATE INDEX donation_news ON donation (campaign_id, donor_id) WHERE wants_news = 1;
CREATE INDEX payment_of_plan ON payment (plan_id) WHERE plan_id IS NOT NULL;
-- An update to supporters. Publishing and mailing are two steps.
CREATE TABLE campaign_update (
  id TEXT NOT NULL PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  title TEXT NOT NULL,                   -- JSON: language → text
  body TEXT NOT NULL,                    -- JSON: language → text
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL DEFAULT '',
  published_at BIGINT,                   -- NULL is a draft
  mailed_at BIGINT,                      -- when mailing was asked for
  mailed_to BIGINT NOT NULL DEFAULT 0    -- mails put into the outbox so far
);
CREATE INDEX campaign_update_campaign ON campaign_update (campaign_id, published_at);
-- Who wants no more updates of a campaign. A later tick on a form holds again.
CREATE TABLE news_stop (
  donor_id TEXT NOT NULL REFERENCES donor (id),
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  at BIGINT NOT NULL,
  PRIMARY KEY (donor_id, campaign_id)
);
-- A sponsor's promise to add to what readers give. Nothing of it is in the books
-- until the sponsor pays.
CREATE TABLE matching_fund (
  id TEXT NOT NULL PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  sponsor TEXT NOT NULL,
  named BIGINT NOT NULL DEFAULT 0,       -- 1: the sponsor's name may be shown
  num BIGINT NOT NULL,                   -- the sponsor adds num for each den given
  den BIGINT NOT NULL,
  donor_cap BIGINT NOT NULL,             -- most that is added for one donor, minor units
  total_cap BIGINT NOT NULL,             -- most that is added in all, minor units
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,                 -- the last moment
  document TEXT NOT NULL,                -- where the written promise is kept
  state TEXT NOT NULL DEFAULT 'committed', -- committed active exhausted ended invoiced received
  invoiced_minor BIGINT NOT NULL DEFAULT 0,
  reference TEXT NOT NULL DEFAULT '',    -- of the invoice, or of the payment
  created_at BIGINT NOT NULL
);
CREATE INDEX matching_fund_campaign ON matching_fund (campaign_id);
