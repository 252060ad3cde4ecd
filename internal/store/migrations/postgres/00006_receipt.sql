-- +goose Up
-- The next number of each series and year. It is taken in the transaction that
-- writes the receipt, so that a rollback leaves no gap.
CREATE TABLE receipt_counter (
  series TEXT NOT NULL,
  year BIGINT NOT NULL,                  -- of the day of issue, in the outlet's zone
  next BIGINT NOT NULL,
  PRIMARY KEY (series, year)
);
CREATE TABLE receipt (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,           -- series-year-n
  series TEXT NOT NULL,
  year BIGINT NOT NULL,
  n BIGINT NOT NULL,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  regime TEXT NOT NULL,                  -- plain us uk de ca
  version BIGINT NOT NULL,               -- of the regime's data
  lang TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'issued',  -- issued replaced voided
  replaces TEXT NOT NULL DEFAULT '',     -- id of the receipt that this one takes the place of
  replaced_by TEXT NOT NULL DEFAULT '',
  currency TEXT NOT NULL,
  minor BIGINT NOT NULL,
  from_at BIGINT NOT NULL,               -- of the first gift
  to_at BIGINT NOT NULL,                 -- of the last gift
  facts TEXT NOT NULL,                   -- JSON: all that it says, frozen; {} once it is forgotten
  facts_hash TEXT NOT NULL,              -- SHA-256 of facts as issued
  file_hash TEXT NOT NULL DEFAULT '',    -- SHA-256 of the PDF; '' until it is drawn
  issued_at BIGINT NOT NULL,             -- the money clock
  issued_by TEXT NOT NULL DEFAULT '',    -- '' is the program
  voided_at BIGINT,                      -- also of a replaced one
  voided_by TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',        -- refund staff
  reason TEXT NOT NULL DEFAULT '',
  restricted_until BIGINT,               -- the donor was erased: for staff only, until then
  forgotten_at BIGINT,                   -- names nobody any more
  UNIQUE (series, year, n)
);
CREATE INDEX receipt_donor ON receipt (donor_id, issued_at);
CREATE INDEX receipt_issued ON receipt (issued_at, id);
CREATE INDEX receipt_undrawn ON receipt (issued_at) WHERE file_hash = '';
CREATE INDEX receipt_restricted ON receipt (restricted_until) WHERE restricted_until IS NOT NULL;
CREATE TABLE receipt_payment (
  receipt_id TEXT NOT NULL REFERENCES receipt (id),
  payment_id TEXT NOT NULL REFERENCES payment (id),
  kind TEXT NOT NULL,                    -- thanks official summary: one live receipt of each
  minor BIGINT NOT NULL,                 -- what the receipt says of this payment
  live BIGINT NOT NULL DEFAULT 1,        -- 0 once the receipt is replaced or voided
  PRIMARY KEY (receipt_id, payment_id)
);
CREATE UNIQUE INDEX receipt_payment_live ON receipt_payment (payment_id, kind) WHERE live = 1;
CREATE INDEX payment_created ON payment (created_at);
CREATE INDEX payment_returned ON payment (id) WHERE refunded_minor > 0 OR disputed_minor > 0;
CREATE INDEX receipt_payment_payment ON receipt_payment (payment_id);
CREATE TABLE receipt_file (
  receipt_id TEXT NOT NULL PRIMARY KEY REFERENCES receipt (id),
  pdf BYTEA NOT NULL,
  made_at BIGINT NOT NULL
);
-- Full name and address of a donor who wants an official receipt.
CREATE TABLE receipt_party (
  donor_id TEXT NOT NULL PRIMARY KEY REFERENCES donor (id),
  name TEXT NOT NULL,
  address TEXT NOT NULL,                 -- lines
  updated_at BIGINT NOT NULL
);
CREATE TABLE gift_aid_declaration (
  id TEXT NOT NULL PRIMARY KEY,
  donor_id TEXT NOT NULL REFERENCES donor (id),
  version BIGINT NOT NULL,               -- of the regime's data
  wording TEXT NOT NULL,                 -- as it was shown
  title TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  house TEXT NOT NULL,                   -- name or number
  address TEXT NOT NULL DEFAULT '',      -- the other lines
  postcode TEXT NOT NULL DEFAULT '',     -- '' outside the UK
  past BIGINT NOT NULL,
  present BIGINT NOT NULL,
  future BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  restricted_until BIGINT,
  forgotten_at BIGINT
);
CREATE INDEX gift_aid_donor ON gift_aid_declaration (donor_id, made_at);
CREATE TABLE gift_aid_claim (
  id TEXT NOT NULL PRIMARY KEY,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  gifts BIGINT NOT NULL,
  minor BIGINT NOT NULL,                 -- of the gifts, GBP
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL
);
CREATE TABLE gift_aid_claimed (
  payment_id TEXT NOT NULL PRIMARY KEY REFERENCES payment (id),
  claim_id TEXT NOT NULL REFERENCES gift_aid_claim (id),
  declaration_id TEXT NOT NULL REFERENCES gift_aid_declaration (id),
  minor BIGINT NOT NULL
);
CREATE INDEX gift_aid_claimed_claim ON gift_aid_claimed (claim_id);

-- ---------------------------------------------------------------- never changed
-- +goose StatementBegin
CREATE FUNCTION receipt_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.n <> COALESCE((SELECT next - 1 FROM receipt_counter WHERE series = NEW.series AND year = NEW.year), -1) THEN
    RAISE EXCEPTION 'numbers of receipts are taken one by one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION receipt_file_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM receipt WHERE id = OLD.receipt_id AND forgotten_at IS NOT NULL) THEN
    RAISE EXCEPTION 'receipts are never changed: void it or issue another one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.series <> OLD.series OR NEW.year <> OLD.year OR NEW.n <> OLD.n OR NEW.donor_id <> OLD.donor_id OR NEW.regime <> OLD.regime OR NEW.version <> OLD.version OR NEW.lang <> OLD.lang OR NEW.replaces <> OLD.replaces OR NEW.currency <> OLD.currency OR NEW.minor <> OLD.minor OR NEW.from_at <> OLD.from_at OR NEW.to_at <> OLD.to_at OR NEW.facts_hash <> OLD.facts_hash OR NEW.issued_at <> OLD.issued_at OR NEW.issued_by <> OLD.issued_by OR NEW.facts <> OLD.facts AND NEW.forgotten_at IS NULL OR OLD.file_hash <> '' AND NEW.file_hash <> OLD.file_hash OR OLD.replaced_by <> '' AND NEW.replaced_by <> OLD.replaced_by OR NEW.replaced_by <> '' AND NEW.state <> 'replaced' OR OLD.state <> 'issued' AND (NEW.state <> OLD.state OR NEW.voided_by <> OLD.voided_by OR NEW.cause <> OLD.cause OR COALESCE(NEW.voided_at, 0) <> COALESCE(OLD.voided_at, 0)) OR NEW.reason <> OLD.reason AND OLD.state <> 'issued' AND NEW.forgotten_at IS NULL OR COALESCE(NEW.restricted_until, 0) < COALESCE(OLD.restricted_until, 0) OR NEW.forgotten_at IS NOT NULL AND (NEW.restricted_until IS NULL OR NEW.forgotten_at < NEW.restricted_until) OR OLD.forgotten_at IS NOT NULL AND COALESCE(NEW.forgotten_at, 0) <> OLD.forgotten_at) EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_in_turn BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_in_turn();
CREATE TRIGGER receipt_counter_no_update BEFORE UPDATE ON receipt_counter FOR EACH ROW WHEN (NEW.series <> OLD.series OR NEW.year <> OLD.year OR NEW.next <> OLD.next + 1) EXECUTE FUNCTION append_only('numbers of receipts are taken one by one');
CREATE TRIGGER receipt_counter_no_delete BEFORE DELETE ON receipt_counter FOR EACH ROW EXECUTE FUNCTION append_only('numbers of receipts are taken one by one');
CREATE TRIGGER receipt_counter_from_one BEFORE INSERT ON receipt_counter FOR EACH ROW WHEN (NEW.next <> 1) EXECUTE FUNCTION append_only('numbers of receipts are taken one by one');
CREATE TRIGGER receipt_payment_no_update BEFORE UPDATE ON receipt_payment FOR EACH ROW WHEN (NEW.receipt_id <> OLD.receipt_id OR NEW.payment_id <> OLD.payment_id OR NEW.kind <> OLD.kind OR NEW.minor <> OLD.minor OR NEW.live > OLD.live) EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_payment_no_delete BEFORE DELETE ON receipt_payment FOR EACH ROW EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_file_no_update BEFORE UPDATE ON receipt_file FOR EACH ROW EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_file_no_delete BEFORE DELETE ON receipt_file FOR EACH ROW EXECUTE FUNCTION receipt_file_stays();
CREATE TRIGGER gift_aid_declaration_no_update BEFORE UPDATE ON gift_aid_declaration FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.donor_id <> OLD.donor_id OR NEW.version <> OLD.version OR NEW.wording <> OLD.wording OR NEW.past <> OLD.past OR NEW.present <> OLD.present OR NEW.future <> OLD.future OR NEW.made_at <> OLD.made_at OR NEW.forgotten_at IS NULL AND (NEW.title <> OLD.title OR NEW.first_name <> OLD.first_name OR NEW.last_name <> OLD.last_name OR NEW.house <> OLD.house OR NEW.address <> OLD.address OR NEW.postcode <> OLD.postcode) OR OLD.withdrawn_at IS NOT NULL AND COALESCE(NEW.withdrawn_at, 0) <> OLD.withdrawn_at OR COALESCE(NEW.restricted_until, 0) < COALESCE(OLD.restricted_until, 0) OR NEW.forgotten_at IS NOT NULL AND (NEW.restricted_until IS NULL OR NEW.forgotten_at < NEW.restricted_until)) EXECUTE FUNCTION append_only('a declaration is never changed: withdraw it');
CREATE TRIGGER gift_aid_declaration_no_delete BEFORE DELETE ON gift_aid_declaration FOR EACH ROW EXECUTE FUNCTION append_only('a declaration is never changed: withdraw it');
CREATE TRIGGER gift_aid_claim_no_change BEFORE UPDATE OR DELETE ON gift_aid_claim FOR EACH ROW EXECUTE FUNCTION append_only('a claim is never changed: correct it in the next one');
CREATE TRIGGER gift_aid_claimed_no_change BEFORE UPDATE OR DELETE ON gift_aid_claimed FOR EACH ROW EXECUTE FUNCTION append_only('a claim is never changed: correct it in the next one');
CREATE TRIGGER receipt_no_truncate BEFORE TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_counter_no_truncate BEFORE TRUNCATE ON receipt_counter FOR EACH STATEMENT EXECUTE FUNCTION append_only('numbers of receipts are taken one by one');
CREATE TRIGGER receipt_payment_no_truncate BEFORE TRUNCATE ON receipt_payment FOR EACH STATEMENT EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER receipt_file_no_truncate BEFORE TRUNCATE ON receipt_file FOR EACH STATEMENT EXECUTE FUNCTION append_only('receipts are never changed: void it or issue another one');
CREATE TRIGGER gift_aid_declaration_no_truncate BEFORE TRUNCATE ON gift_aid_declaration FOR EACH STATEMENT EXECUTE FUNCTION append_only('a declaration is never changed: withdraw it');
CREATE TRIGGER gift_aid_claim_no_truncate BEFORE TRUNCATE ON gift_aid_claim FOR EACH STATEMENT EXECUTE FUNCTION append_only('a claim is never changed: correct it in the next one');
CREATE TRIGGER gift_aid_claimed_no_truncate BEFORE TRUNCATE ON gift_aid_claimed FOR EACH STATEMENT EXECUTE FUNCTION append_only('a claim is never changed: correct it in the next one');
