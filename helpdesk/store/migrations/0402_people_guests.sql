-- A person's key pair and its locks, all vouched for by mac. lookup is made of
-- the return code; locked is the private seed under it; shown are its digits
-- and used the times of its use, both sealed to the pair itself. state says
-- how the code came about; claim is a code that somebody else handed over.
-- version grows with each change.
CREATE TABLE people_key (
    person     TEXT PRIMARY KEY,
    generation BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    public     BYTEA NOT NULL,
    state      TEXT NOT NULL,
    lookup     BYTEA UNIQUE,
    locked     BYTEA,
    shown      BYTEA,
    used       BYTEA,
    changed    BIGINT NOT NULL,
    notice     BIGINT NOT NULL,
    erase_at   BIGINT NOT NULL,
    mac        BYTEA NOT NULL
);
CREATE INDEX people_key_erase ON people_key (erase_at) WHERE erase_at > 0;

-- place is computed from the cookie, seed sealed under it. A session that
-- ended by idleness loses its seed and stays a day, so that a form posted too
-- late still finds its author.
CREATE TABLE people_guest (
    place        BYTEA PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    person       TEXT NOT NULL,
    generation   BIGINT NOT NULL,
    seed         BYTEA,
    created      BIGINT NOT NULL,
    touched      BIGINT NOT NULL,
    expires      BIGINT NOT NULL,
    ended        BIGINT NOT NULL,
    shared       BOOLEAN NOT NULL,
    held         BOOLEAN NOT NULL,
    show         BOOLEAN NOT NULL,
    conversation TEXT NOT NULL,
    mac          BYTEA NOT NULL
);
CREATE INDEX people_guest_person ON people_guest (person);

-- What was posted after the session had ended, sealed to its author.
CREATE TABLE people_late (
    id     TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    at     BIGINT NOT NULL,
    body   BYTEA NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX people_late_person ON people_late (person);

-- Where somebody agreed to be told "a message is waiting", under the notice
-- secret. sent is when they last were, 0 once they have been here again.
CREATE TABLE people_notice (
    person TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    sent   BIGINT NOT NULL
);

-- The first of two counsellors who want a new code for somebody.
CREATE TABLE people_voice (
    person  TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    at      BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
