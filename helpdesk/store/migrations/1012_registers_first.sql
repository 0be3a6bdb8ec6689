-- What data protection asks to be written down: incidents (GDPR, Article 33) and
-- what people asked for by law (Articles 15 to 22). body lies under a key of its
-- own; what stands here in plain is which register, how far it has come, since
-- when and until when. due is 0 when no clock runs any more.
CREATE TABLE registers_entry (
    id      TEXT PRIMARY KEY,
    book    TEXT NOT NULL,
    state   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    due     BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX registers_entry_book ON registers_entry (book, at);
CREATE INDEX registers_entry_due ON registers_entry (due);

-- That key, for whoever wrote the entry and for each coordinator.
CREATE TABLE registers_key (
    entry   TEXT NOT NULL,
    reader  TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrap    BYTEA NOT NULL,
    PRIMARY KEY (entry, reader, version)
);
