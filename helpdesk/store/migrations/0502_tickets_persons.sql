-- head_epoch: under which epoch's key the head lies. A person may be added
-- while nobody is signed in who could seal it anew.
ALTER TABLE tickets_conversation ADD COLUMN head_epoch BIGINT NOT NULL DEFAULT 1;
UPDATE tickets_conversation SET head_epoch = epoch;

-- What a person reads, and what was lent to a single colleague.
CREATE INDEX tickets_reader_person ON tickets_reader (reader, conversation) WHERE kind = 'person';
CREATE INDEX tickets_reader_user ON tickets_reader (reader, conversation) WHERE kind = 'user';
CREATE INDEX tickets_ticket_person ON tickets_ticket (person, state) WHERE person <> '';

-- The standing counts in parts (tickets/count.go), or every message of a chat
-- would wait for every other one of the same team.
CREATE TABLE tickets_tally (
    team  TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    part  INTEGER NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (team, owner, state, part)
);
INSERT INTO tickets_tally (team, owner, state, part, n) SELECT team, owner, state, 0, n FROM tickets_count;
DROP TABLE tickets_count;

-- What a person does not want to see here any more.
CREATE TABLE tickets_hidden (
    person  TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (person, message)
);

-- A mail link to one answer: row_id comes from the link or from its digits, of
-- which either ends both (one link). wrap holds the answer's key; it is empty
-- once the link was used. asked: somebody wants a new one.
CREATE TABLE tickets_link (
    row_id       BYTEA PRIMARY KEY,
    link         TEXT NOT NULL,
    message      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    expires      BIGINT NOT NULL,
    wrap         BYTEA NOT NULL,
    asked        BOOLEAN NOT NULL,
    mac          BYTEA NOT NULL
);
CREATE INDEX tickets_link_link ON tickets_link (link);
CREATE INDEX tickets_link_conversation ON tickets_link (conversation);
CREATE INDEX tickets_link_asked ON tickets_link (conversation) WHERE asked;
CREATE INDEX tickets_link_expires ON tickets_link (expires);

-- kept: the wraps of everybody else, taken out of a ticket whose erasure a
-- person asked for, sealed to that person.
CREATE TABLE tickets_erasing (
    ticket TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    kept   BYTEA NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX tickets_erasing_person ON tickets_erasing (person);

-- What was erased, unlinked: the keyed marks of its messages, so that no
-- import brings one back.
CREATE TABLE tickets_tombstone (mark BYTEA PRIMARY KEY);
