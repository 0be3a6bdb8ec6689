-- What a row belongs to, sealed, where its columns hold but keyed marks.
ALTER TABLE post_thread ADD COLUMN whose BYTEA NOT NULL DEFAULT '';
-- Which message a mail became, nobody asks: only which letter set aside.
UPDATE post_seen SET object = '' WHERE object NOT IN (SELECT id FROM post_aside);
