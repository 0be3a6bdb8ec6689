-- Who opened an answer by a link in a case that somebody else reads already.
-- They have that answer (tickets_letterkey); whether they read what comes, a
-- member decides: asks, or refused. since is a day.
CREATE TABLE tickets_stranger (
    conversation TEXT NOT NULL,
    person       TEXT NOT NULL,
    state        TEXT NOT NULL,
    since        BIGINT NOT NULL,
    mac          BYTEA NOT NULL,
    PRIMARY KEY (conversation, person)
);
CREATE INDEX tickets_stranger_person ON tickets_stranger (person);
