-- The user's seed once more under what each passkey that may computes (WebAuthn,
-- prf) and the pepper. The passkeys themselves lie in factor.
ALTER TABLE staff_user ADD COLUMN unlocks BYTEA;

-- What browsers were asked and have answered: the mark of each question, until
-- it ends (microseconds), so that no answer counts twice.
CREATE TABLE staff_spent (
    place BYTEA PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX staff_spent_until ON staff_spent (until);
