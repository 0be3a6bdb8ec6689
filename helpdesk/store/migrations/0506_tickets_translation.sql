-- A translation of one message, sealed under the key of that message: who reads
-- the one reads the other. Language, by whom and when lie in body.
CREATE TABLE tickets_translation (
    id           TEXT PRIMARY KEY,
    message      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    body         BYTEA NOT NULL,
    mac          BYTEA NOT NULL
);
CREATE INDEX tickets_translation_conversation ON tickets_translation (conversation, message);
