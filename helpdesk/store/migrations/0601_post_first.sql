-- How far each mailbox is collected: every mail up to uid.
CREATE TABLE post_bookmark (
    mailbox     TEXT PRIMARY KEY,
    uidvalidity BIGINT NOT NULL,
    uid         BIGINT NOT NULL,
    at          BIGINT NOT NULL
);

-- What became of each collected mail. outcome: message, aside, again (the same
-- letter was here before).
CREATE TABLE post_seen (
    mailbox     TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    uid         BIGINT NOT NULL,
    outcome     TEXT NOT NULL,
    object      TEXT NOT NULL,
    PRIMARY KEY (mailbox, uidvalidity, uid)
);

-- Letters known by keyed identity, once per team. object is a message, or an
-- aside where conversation is empty.
CREATE TABLE post_letter (
    identity     BYTEA NOT NULL,
    team         TEXT NOT NULL,
    object       TEXT NOT NULL,
    conversation TEXT NOT NULL,
    ticket       TEXT NOT NULL,
    PRIMARY KEY (identity, team)
);
CREATE INDEX post_letter_ticket ON post_letter (ticket) WHERE ticket <> '';

-- Which Message-ID is known to which conversation, and to or from which
-- address it went; both keyed. kind: 1 own, 2 seen, 3 wanted.
CREATE TABLE post_thread (
    id_index      BYTEA NOT NULL,
    address_index BYTEA NOT NULL,
    conversation  TEXT NOT NULL,
    ticket        TEXT NOT NULL,
    team          TEXT NOT NULL,
    kind          INTEGER NOT NULL,
    at            BIGINT NOT NULL,
    mac           BYTEA NOT NULL,
    PRIMARY KEY (id_index, address_index, conversation)
);

-- Letters that did not become messages. sealed is the summary with the
-- original's key, sealed to the team; state: new, done, recovered.
CREATE TABLE post_aside (
    id          TEXT PRIMARY KEY,
    team        TEXT NOT NULL,
    version     BIGINT NOT NULL,
    mailbox     TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    uid         BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    size        BIGINT NOT NULL,
    sealed      BYTEA NOT NULL,
    mac         BYTEA NOT NULL,
    state       TEXT NOT NULL,
    conversation TEXT NOT NULL
);
CREATE INDEX post_aside_list ON post_aside (team, state, at, id);

CREATE TABLE post_asidechunk (
    aside TEXT NOT NULL,
    n     BIGINT NOT NULL,
    chunk BYTEA NOT NULL,
    PRIMARY KEY (aside, n)
);

-- Letters of ours on their way. mail is sealed under the office key and empty
-- once nobody waits for it; due is the next instant (not_before, a retry, or
-- the end of a lease) at which a worker may take it, and 0 when it is over.
-- hold is the end of the time for undoing. again counts how often it was taken
-- from a worker that did not come back: each may have been a second delivery.
CREATE TABLE post_outbox (
    id           TEXT PRIMARY KEY,
    message      TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    ticket       TEXT NOT NULL,
    team         TEXT NOT NULL,
    mailbox      TEXT NOT NULL,
    author       TEXT NOT NULL,
    id_index     BYTEA NOT NULL,
    mail         BYTEA NOT NULL,
    state        TEXT NOT NULL,
    made         BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    lease        TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    again        BIGINT NOT NULL,
    noted        BOOLEAN NOT NULL,
    client_index BYTEA NOT NULL UNIQUE,
    number       BIGINT NOT NULL,
    hold         BIGINT NOT NULL,
    mac          BYTEA NOT NULL
);
CREATE INDEX post_outbox_due ON post_outbox (due) WHERE due > 0;
CREATE INDEX post_outbox_id ON post_outbox (id_index);
CREATE INDEX post_outbox_list ON post_outbox (team, state, made);

-- The fate of each recipient; position counts To and then Cc of the message.
CREATE TABLE post_delivery (
    outbox        TEXT NOT NULL,
    position      BIGINT NOT NULL,
    address_index BYTEA NOT NULL,
    state         TEXT NOT NULL,
    code          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (outbox, position)
);
