-- A letter set aside, and the few answers that are not out: each is found without
-- reading a whole table.
CREATE INDEX post_letter_aside ON post_letter (object) WHERE conversation = '' AND object <> '';
CREATE INDEX post_outbox_open ON post_outbox (made) WHERE state IN ('held', 'waiting', 'sending', 'failed');
