-- What the directory knows, one row for each row of an HSDS table and for each
-- organisation's vetting. sealed is the row under the office key: most of it is
-- public, but names and work addresses of contacts are not, and whoever can
-- write to the database must not turn an organisation into a vetted one.
CREATE TABLE directory_record (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    version  BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    gone     BOOLEAN NOT NULL,
    sealed   BYTEA NOT NULL
);
CREATE INDEX directory_record_revision ON directory_record (revision);
-- What a row was before, for undo.
CREATE TABLE directory_past (
    id      TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    gone    BOOLEAN NOT NULL,
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);
-- Every change takes the next revision, so that each process reads only what is
-- new since it last looked.
CREATE TABLE directory_head (one BIGINT PRIMARY KEY, revision BIGINT NOT NULL);
INSERT INTO directory_head (one, revision) VALUES (1, 0);
