-- A link calls its answer and the conversation by keyed marks; which they are
-- lies in about under the office key. Rows from before have none.
ALTER TABLE tickets_link ADD COLUMN about BYTEA;
