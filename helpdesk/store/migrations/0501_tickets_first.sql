-- state: open (waits for us), waiting (answered), closed, joined.
-- rank is the place in a queue, smallest first (tickets/rank.go).
-- serial counts what was added to the ticket and what was joined into it.
CREATE TABLE tickets_ticket (
    id            TEXT PRIMARY KEY,
    number        BIGINT NOT NULL UNIQUE,
    conversation  TEXT NOT NULL,
    team          TEXT NOT NULL,
    owner         TEXT NOT NULL,
    state         TEXT NOT NULL,
    priority      INTEGER NOT NULL,
    due_day       BIGINT NOT NULL,
    channel       TEXT NOT NULL,
    language      TEXT NOT NULL,
    writer        TEXT NOT NULL,
    person        TEXT NOT NULL,
    opened_at     BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    rank          BIGINT NOT NULL,
    serial        BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    joined_into   TEXT NOT NULL,
    joined_state  TEXT NOT NULL,
    mac           BYTEA NOT NULL
);
CREATE INDEX tickets_ticket_queue ON tickets_ticket (team, state, rank, id);
CREATE INDEX tickets_ticket_owner ON tickets_ticket (team, state, owner, rank, id);
CREATE INDEX tickets_ticket_writer ON tickets_ticket (writer, id);
CREATE INDEX tickets_ticket_joined ON tickets_ticket (joined_into) WHERE joined_into <> '';

CREATE TABLE tickets_number (last BIGINT NOT NULL);
INSERT INTO tickets_number (last) VALUES (0);

-- kind: person or notes. head is sealed under the key of the current epoch.
CREATE TABLE tickets_conversation (
    id          TEXT PRIMARY KEY,
    ticket      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    epoch       BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    head        BYTEA NOT NULL,
    mac         BYTEA NOT NULL,
    UNIQUE (ticket, kind)
);

-- wrap holds the key of that epoch for one reader: blind (HPKE) until the
-- first entitled opener settles it. expires is 0 or an instant.
CREATE TABLE tickets_reader (
    conversation   TEXT NOT NULL,
    epoch          BIGINT NOT NULL,
    kind           TEXT NOT NULL,
    reader         TEXT NOT NULL,
    reader_version BIGINT NOT NULL,
    form           TEXT NOT NULL,
    wrap           BYTEA NOT NULL,
    mac            BYTEA NOT NULL,
    expires        BIGINT NOT NULL,
    PRIMARY KEY (conversation, epoch, kind, reader)
);

-- form: own (sealed under the conversation's key), blind (under a letter key
-- that lies in tickets_letterkey), settled (letter key in keywrap, under the
-- conversation's key). before_* is what an answer changed, for its undoing.
CREATE TABLE tickets_message (
    id             TEXT PRIMARY KEY,
    conversation   TEXT NOT NULL,
    number         BIGINT NOT NULL,
    serial         BIGINT NOT NULL,
    epoch          BIGINT NOT NULL,
    kind           TEXT NOT NULL,
    direction      TEXT NOT NULL,
    at             BIGINT NOT NULL,
    author         TEXT NOT NULL,
    form           TEXT NOT NULL,
    keywrap        BYTEA NOT NULL,
    content        BYTEA NOT NULL,
    size           BIGINT NOT NULL,
    client_index   BYTEA NOT NULL,
    state          TEXT NOT NULL,
    before_state   TEXT NOT NULL,
    before_waiting BIGINT NOT NULL,
    mac            BYTEA NOT NULL,
    UNIQUE (conversation, number),
    UNIQUE (conversation, client_index)
);
-- postgres: ALTER TABLE tickets_message ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE tickets_letterkey (
    message        TEXT NOT NULL,
    kind           TEXT NOT NULL,
    reader         TEXT NOT NULL,
    reader_version BIGINT NOT NULL,
    wrap           BYTEA NOT NULL,
    mac            BYTEA NOT NULL,
    PRIMARY KEY (message, kind, reader)
);

-- Narrow, because a search reads all of it.
CREATE TABLE tickets_folded (
    message TEXT PRIMARY KEY,
    body    BYTEA NOT NULL
);
-- postgres: ALTER TABLE tickets_folded ALTER COLUMN body SET STORAGE MAIN;

CREATE TABLE tickets_original (
    message TEXT NOT NULL,
    n       BIGINT NOT NULL,
    chunk   BYTEA NOT NULL,
    PRIMARY KEY (message, n)
);
-- postgres: ALTER TABLE tickets_original ALTER COLUMN chunk SET STORAGE EXTERNAL;

CREATE TABLE tickets_file (
    message  TEXT NOT NULL,
    position BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    chunk    BYTEA NOT NULL,
    PRIMARY KEY (message, position, n)
);
-- postgres: ALTER TABLE tickets_file ALTER COLUMN chunk SET STORAGE EXTERNAL;

CREATE TABLE tickets_draft (
    ticket   TEXT NOT NULL,
    owner    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    body     BYTEA NOT NULL,
    version  BIGINT NOT NULL,
    PRIMARY KEY (ticket, owner, kind)
);

CREATE TABLE tickets_looking (
    ticket TEXT NOT NULL,
    who    TEXT NOT NULL,
    until  BIGINT NOT NULL,
    typing BOOLEAN NOT NULL,
    PRIMARY KEY (ticket, who)
);

-- Kept by the writer in the transaction that changes a ticket.
CREATE TABLE tickets_count (
    team  TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (team, owner, state)
);
