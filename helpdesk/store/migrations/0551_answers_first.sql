-- Every version an answer ever had; the highest holds. sealed is the whole
-- answer in all its languages, under the office key: nothing of a person's
-- stands in it.
CREATE TABLE answers_answer (
    id      TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);
