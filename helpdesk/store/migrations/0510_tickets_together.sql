-- Who was named in which note: the note is theirs to read, and holds what was
-- said. told: they had a mail about it; seen: it counts no more.
CREATE TABLE tickets_mention (
    message TEXT NOT NULL,
    who     TEXT NOT NULL,
    ticket  TEXT NOT NULL,
    told    BOOLEAN NOT NULL,
    seen    BOOLEAN NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (message, who)
);
CREATE INDEX tickets_mention_who ON tickets_mention (who, seen);
CREATE INDEX tickets_mention_ticket ON tickets_mention (ticket);

-- A draft that went along when its ticket was handed over. body is sealed to
-- whom it went to (taker: a user, or a team; version of their key), and empty once they took or
-- dropped it; own is the giver's copy under their own key, which brings the draft
-- back, and goes with body or, once that was taken, at until.
CREATE TABLE tickets_passed (
    id         TEXT PRIMARY KEY,
    ticket     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    giver      TEXT NOT NULL,
    taker_kind TEXT NOT NULL,
    taker      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       BYTEA NOT NULL,
    own        BYTEA NOT NULL,
    until      BIGINT NOT NULL,
    mac        BYTEA NOT NULL
);
CREATE INDEX tickets_passed_ticket ON tickets_passed (ticket);
CREATE INDEX tickets_passed_taker ON tickets_passed (taker);

-- An open consultation: who asked (message is the question, a note), until when
-- those asked may read. It is deleted when it ends.
CREATE TABLE tickets_consult (
    id      TEXT PRIMARY KEY,
    ticket  TEXT NOT NULL,
    message TEXT NOT NULL,
    asker   TEXT NOT NULL,
    team    TEXT NOT NULL,
    until   BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX tickets_consult_ticket ON tickets_consult (ticket);
CREATE INDEX tickets_consult_asker ON tickets_consult (asker);

-- Whom it asks. standing: what they were before: 'member' of a team that reads
-- the ticket, 'lent' it, or 'none', who are readers because they were asked.
CREATE TABLE tickets_adviser (
    consult  TEXT NOT NULL,
    who      TEXT NOT NULL,
    standing TEXT NOT NULL,
    answered BOOLEAN NOT NULL,
    told     BOOLEAN NOT NULL,
    mac      BYTEA NOT NULL,
    PRIMARY KEY (consult, who)
);
CREATE INDEX tickets_adviser_who ON tickets_adviser (who);

-- Somebody asks to talk after a hard talk. state: asked, taken (taker will talk
-- with them). Nothing of a ticket. It is deleted when it is done.
CREATE TABLE tickets_debrief (
    id    TEXT PRIMARY KEY,
    asker TEXT NOT NULL,
    taker TEXT NOT NULL,
    state TEXT NOT NULL,
    at    BIGINT NOT NULL,
    mac   BYTEA NOT NULL
);
CREATE UNIQUE INDEX tickets_debrief_asker ON tickets_debrief (asker);

-- Whom it was said to, sealed to each.
CREATE TABLE tickets_listener (
    debrief TEXT NOT NULL,
    who     TEXT NOT NULL,
    body    BYTEA NOT NULL,
    told    BOOLEAN NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (debrief, who)
);
CREATE INDEX tickets_listener_who ON tickets_listener (who);
