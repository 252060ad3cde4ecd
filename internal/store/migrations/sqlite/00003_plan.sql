-- +goose Up
-- What a plan's provider tells about pauses and failed charges, and what we
-- keep of it beside: its share of the monthly revenue, and what its donor has
-- been told. Times are Unix milliseconds of the provider's clock.
ALTER TABLE plan ADD COLUMN end_reason TEXT NOT NULL DEFAULT '';       -- asked unpaid
ALTER TABLE plan ADD COLUMN paused_at BIGINT;
ALTER TABLE plan ADD COLUMN paused_until BIGINT;
ALTER TABLE plan ADD COLUMN past_due_at BIGINT;                        -- when the open charge failed first
ALTER TABLE plan ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;        -- failed tries of the open charge
ALTER TABLE plan ADD COLUMN last_try BIGINT NOT NULL DEFAULT 0;        -- 1: next_charge_at is the last one
ALTER TABLE plan ADD COLUMN changed_at BIGINT;
ALTER TABLE plan ADD COLUMN mrr_minor BIGINT NOT NULL DEFAULT 0;       -- the sum of its events' deltas
ALTER TABLE plan ADD COLUMN events BIGINT NOT NULL DEFAULT 0;          -- the number of its last event
ALTER TABLE plan ADD COLUMN told BIGINT NOT NULL DEFAULT 0;            -- up to which event its donor was written to
ALTER TABLE plan ADD COLUMN noticed_at BIGINT;                         -- when its donor was last told amount and day of the next charge
ALTER TABLE plan ADD COLUMN warned_at BIGINT;                          -- when its donor was told of the last try
CREATE INDEX plan_donor ON plan (donor_id);
CREATE INDEX plan_donation ON plan (donation_id);
CREATE INDEX plan_due ON plan (state, next_charge_at);
CREATE INDEX plan_untold ON plan (id) WHERE told < events;

-- What became of plans, one row for each transition that was seen. Rows are
-- only ever added.
CREATE TABLE plan_event (
  plan_id TEXT NOT NULL REFERENCES plan (id),
  n BIGINT NOT NULL,                     -- 1 is the plan's first
  kind TEXT NOT NULL,                    -- new upgrade downgrade interval paused resumed cancel_scheduled cancel_undone past_due overdue recovered churned
  reason TEXT NOT NULL DEFAULT '',       -- of churned: asked unpaid
  currency TEXT NOT NULL,
  delta_minor BIGINT NOT NULL,           -- by how much the monthly revenue changed
  minor BIGINT NOT NULL,                 -- the plan's amount from then on
  every TEXT NOT NULL,
  was_minor BIGINT NOT NULL,
  was_every TEXT NOT NULL,
  at BIGINT NOT NULL,                    -- the provider's time
  created_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, n)
);
CREATE INDEX plan_event_at ON plan_event (at);

-- Plans that run already begin with an event of their own.
INSERT INTO plan_event (plan_id, n, kind, currency, delta_minor, minor, every, was_minor, was_every, at, created_at)
  SELECT id, 1, 'new', currency, CASE WHEN state NOT IN ('active', 'past_due', 'cancel_scheduled') THEN 0 WHEN every = 'year' THEN minor / 12 ELSE minor END,
    minor, every, 0, '', COALESCE(started_at, updated_at), updated_at
  FROM plan WHERE state NOT IN ('incomplete', 'incomplete_expired');
UPDATE plan SET events = 1, told = 1, noticed_at = started_at,
    mrr_minor = CASE WHEN state NOT IN ('active', 'past_due', 'cancel_scheduled') THEN 0 WHEN every = 'year' THEN minor / 12 ELSE minor END
  WHERE state NOT IN ('incomplete', 'incomplete_expired');
