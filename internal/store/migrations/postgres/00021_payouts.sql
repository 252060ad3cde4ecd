-- +goose Up
-- The account at which payouts in its currency arrive; one for each currency.
ALTER TABLE bank_account ADD COLUMN payouts BIGINT NOT NULL DEFAULT 0;
-- Why plans ended, for the list of plans.
CREATE INDEX cancel_reason_plan ON cancel_reason (plan_id, at);
-- Who asked to be reminded when the transfer of a standing order has not come.
CREATE TABLE bank_reminder (
  donation_id TEXT NOT NULL PRIMARY KEY REFERENCES donation (id),
  donor_id TEXT NOT NULL REFERENCES donor (id),
  asked_at BIGINT NOT NULL,
  reminded_for BIGINT NOT NULL DEFAULT 0, -- the due day that a mail was about
  stopped_at BIGINT
);
CREATE INDEX bank_reminder_donor ON bank_reminder (donor_id);
