-- A branch's lead, and when a volunteer's account ends (microseconds, 0 for
-- partners). The mark speaks for both where there is an end.
ALTER TABLE staff_partneruser ADD COLUMN lead BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE staff_partneruser ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
