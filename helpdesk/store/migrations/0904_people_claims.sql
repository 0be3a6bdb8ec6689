-- Until when a code that was printed before anybody needed it opens something
-- (microseconds); 0 for codes that do not end. The mark speaks for it.
ALTER TABLE people_key ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
