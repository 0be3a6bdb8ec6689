-- Every closure for capacity a line ever had and every reopening; of each line
-- the highest version holds. sealed is under the office key.
CREATE TABLE office_closure (
    line    TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (line, version)
);
