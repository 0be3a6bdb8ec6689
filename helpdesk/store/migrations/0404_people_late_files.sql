-- Files posted with a late text: head and body are sealed, the head to the
-- author, the body under a key that lies in the head. mac vouches for the head.
CREATE TABLE people_late_file (
    id     TEXT PRIMARY KEY,
    late   TEXT NOT NULL,
    person TEXT NOT NULL,
    at     BIGINT NOT NULL,
    place  BIGINT NOT NULL,
    head   BYTEA NOT NULL,
    body   BYTEA NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX people_late_file_person ON people_late_file (person);
