-- What every coordinator was told of: a deed as the journal has it, or a month in
-- which the secrets were too old. Instants are microseconds.
CREATE TABLE tasks_grave (
    deed TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);
