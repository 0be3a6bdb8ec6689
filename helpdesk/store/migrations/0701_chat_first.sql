-- A table is one sitting of one conversation. state: waiting, talking, missed,
-- ended. rank is the place in the list, smallest first (chat/table.go). asked
-- is whom we asked to come, 'any' for whoever is free. active and waited are
-- lengths in microseconds. last and guest_last are the newest message and the
-- newest of the person; read_to and heard_to how far desk and person have seen. Times are cut to the day when the sitting is over.
CREATE TABLE chat_table (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    ticket       TEXT NOT NULL,
    team         TEXT NOT NULL,
    person       TEXT NOT NULL,
    state        TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    language     TEXT NOT NULL,
    since        BIGINT NOT NULL,
    rank         BIGINT NOT NULL,
    taken        TEXT NOT NULL,
    taken_at     BIGINT NOT NULL,
    waited       BIGINT NOT NULL,
    asked        TEXT NOT NULL,
    asked_at     BIGINT NOT NULL,
    desk_at      BIGINT NOT NULL,
    guest_at     BIGINT NOT NULL,
    active       BIGINT NOT NULL,
    active_at    BIGINT NOT NULL,
    last         BIGINT NOT NULL,
    read_to      BIGINT NOT NULL,
    desk_typing  BIGINT NOT NULL,
    guest_typing BIGINT NOT NULL,
    guest_last   BIGINT NOT NULL,
    heard_to     BIGINT NOT NULL,
    ended_by     TEXT NOT NULL
);
CREATE UNIQUE INDEX chat_table_living ON chat_table (conversation) WHERE state IN ('waiting', 'talking');
CREATE INDEX chat_table_list ON chat_table (state, team, rank, id);
CREATE INDEX chat_table_taken ON chat_table (taken, state);
CREATE INDEX chat_table_of ON chat_table (ticket, since);
CREATE INDEX chat_table_sitting ON chat_table (conversation, since);

-- A colleague or an interpreter at somebody else's table.
CREATE TABLE chat_guest (
    sitting TEXT NOT NULL,
    who     TEXT NOT NULL,
    role    TEXT NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (sitting, who)
);

-- A lease: who said so at most half a minute ago is here.
CREATE TABLE chat_presence (
    who   TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- First messages that were posted: the same form twice is one conversation.
CREATE TABLE chat_start (
    client_index BYTEA PRIMARY KEY,
    at           BIGINT NOT NULL
);

-- Persons for whom a message waits since they were last here.
CREATE TABLE chat_due (
    conversation TEXT PRIMARY KEY,
    person       TEXT NOT NULL,
    since        BIGINT NOT NULL
);

-- A counsellor with somebody whose life is in danger asks for a second person.
CREATE TABLE chat_call (
    ticket TEXT PRIMARY KEY,
    team   TEXT NOT NULL,
    who    TEXT NOT NULL,
    at     BIGINT NOT NULL
);
