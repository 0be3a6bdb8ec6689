-- A writer is an address we can recognise but not read; a person is whom a
-- ticket concerns. Days are instants cut to the day.
CREATE TABLE people_writer (
    id            TEXT PRIMARY KEY,
    address_index BYTEA NOT NULL UNIQUE,
    shared        BOOLEAN NOT NULL,
    since_day     BIGINT NOT NULL
);

CREATE TABLE people_person (
    id        TEXT PRIMARY KEY,
    since_day BIGINT NOT NULL
);
