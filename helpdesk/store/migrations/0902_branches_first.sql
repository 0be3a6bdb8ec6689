-- Which branch, which volunteer and which person stand nowhere in plain: org and
-- who are HMACs, all else lies sealed in body under the thread's own key. client
-- recognises a hand-on that was sent twice. noticed (the need), told, due, first
-- (our first answer) and closed (the ticket) are instants; ended is how it ended,
-- as the branch is told. mac speaks for every column.
CREATE TABLE branches_handon (
    id      TEXT PRIMARY KEY,
    client  BYTEA NOT NULL UNIQUE,
    org     BYTEA NOT NULL,
    who     BYTEA NOT NULL,
    kind    TEXT NOT NULL,
    ticket  TEXT NOT NULL,
    team    TEXT NOT NULL,
    noticed BIGINT NOT NULL,
    told    BIGINT NOT NULL,
    due     BIGINT NOT NULL,
    first   BIGINT NOT NULL,
    closed  BIGINT NOT NULL,
    ended   TEXT NOT NULL,
    body    BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_handon_org ON branches_handon (org, told);
CREATE INDEX branches_handon_ticket ON branches_handon (ticket);

-- The key of a thread or talk, for each who reads it here: our teams, and of a
-- talk without names the branch that began it. What a branch reads about a person
-- it reads with a wrap that consent holds, and none stands here.
CREATE TABLE branches_key (
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    reader  BYTEA NOT NULL,
    version BIGINT NOT NULL,
    wrap    BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (subject, kind, reader, version)
);

-- What is said in threads and talks; the author lies in sealed.
CREATE TABLE branches_word (
    id      TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    client  BYTEA NOT NULL UNIQUE,
    ours    BOOLEAN NOT NULL,
    at      BIGINT NOT NULL,
    sealed  BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_word_subject ON branches_word (subject, at);

-- What a branch is asked to do, or asks us to do: all but how far it has come is
-- sealed. who is an HMAC of who took it.
CREATE TABLE branches_task (
    id      TEXT PRIMARY KEY,
    handon  TEXT NOT NULL,
    client  BYTEA NOT NULL UNIQUE,
    ours    BOOLEAN NOT NULL,
    state   TEXT NOT NULL,
    who     BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    turned  BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sealed  BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_task_handon ON branches_task (handon);

-- A printed card: mark finds it by branch and ending, sealed holds the ending
-- under the branch's pair of a version. handon is what it was given for.
CREATE TABLE branches_card (
    id      TEXT PRIMARY KEY,
    org     BYTEA NOT NULL,
    mark    BYTEA NOT NULL,
    person  TEXT NOT NULL,
    version BIGINT NOT NULL,
    sealed  BYTEA NOT NULL,
    made    BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    handon  TEXT NOT NULL,
    dropped BOOLEAN NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_card_mark ON branches_card (mark, made);
CREATE INDEX branches_card_org ON branches_card (org, made);

-- A talk without names: standing (one a branch) or a consultation. first and due
-- as above; state says whose turn it is.
CREATE TABLE branches_talk (
    id      TEXT PRIMARY KEY,
    org     BYTEA NOT NULL,
    who     BYTEA NOT NULL,
    kind    TEXT NOT NULL,
    urgent  BOOLEAN NOT NULL,
    team    TEXT NOT NULL,
    begun   BIGINT NOT NULL,
    state   TEXT NOT NULL,
    changed BIGINT NOT NULL,
    due     BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_talk_org ON branches_talk (org, begun);
CREATE INDEX branches_talk_state ON branches_talk (state, due);
CREATE UNIQUE INDEX branches_talk_standing ON branches_talk (org) WHERE kind = 'standing';

-- What was learned, for every branch; under the office key.
CREATE TABLE branches_playbook (
    id      TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    by_user TEXT NOT NULL,
    at      BIGINT NOT NULL,
    sealed  BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);

-- Volunteers who ask to talk. words are sealed to the counsellors' team.
CREATE TABLE branches_debrief (
    id     TEXT PRIMARY KEY,
    org    BYTEA NOT NULL,
    who    BYTEA NOT NULL,
    team   TEXT NOT NULL,
    state  TEXT NOT NULL,
    taker  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    sealed BYTEA,
    mac    BYTEA NOT NULL
);
CREATE INDEX branches_debrief_who ON branches_debrief (who, at);

-- Two hand-ons about one person, the smaller id first.
CREATE TABLE branches_link (
    one   TEXT NOT NULL,
    other TEXT NOT NULL,
    who   TEXT NOT NULL,
    at    BIGINT NOT NULL,
    mac   BYTEA NOT NULL,
    PRIMARY KEY (one, other)
);
CREATE INDEX branches_link_other ON branches_link (other);

-- What a volunteer's phone may seal to while it has no net: sealed is the private
-- half under their own pair.
CREATE TABLE branches_phone (
    id      TEXT PRIMARY KEY,
    who     BYTEA NOT NULL,
    public  BYTEA NOT NULL,
    sealed  BYTEA NOT NULL,
    made    BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX branches_phone_who ON branches_phone (who, made);

-- Who stands beside a branch, and when; under the office key.
CREATE TABLE branches_named (
    org    BYTEA PRIMARY KEY,
    sealed BYTEA NOT NULL,
    at     BIGINT NOT NULL
);

-- Of what a counsellor was told by a mail without content, so that it is told
-- once: which branch had been silent since when.
CREATE TABLE branches_told (
    org   BYTEA NOT NULL,
    since BIGINT NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (org, since)
);
