-- One step of a consent, a referral, a disclosure or an exception: written once,
-- never changed. mac speaks for all columns but the chain's own; hash goes over
-- previous, seq and all the others. body is the SHA-256 of what lies sealed in
-- ledger_body, which may be erased; empty where there is nothing. signature
-- stands on each thousandth.
CREATE TABLE ledger_event (
    seq       BIGINT PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    state     TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    purpose   TEXT NOT NULL,
    version   BIGINT NOT NULL,
    age       TEXT NOT NULL,
    at        BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    previous  BYTEA NOT NULL,
    hash      BYTEA NOT NULL,
    mac       BYTEA NOT NULL,
    signature BYTEA NOT NULL
);
CREATE INDEX ledger_event_subject ON ledger_event (subject, seq);

-- How far the chain goes, signed. turn is what writers wait for each other by.
CREATE TABLE ledger_head (
    id        INTEGER PRIMARY KEY,
    seq       BIGINT NOT NULL,
    hash      BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    turn      BIGINT NOT NULL
);
INSERT INTO ledger_head (id, seq, hash, signature, turn) VALUES (1, 0, '', '', 0);

-- What may be erased: who and what a consent is about, its sealed bodies and
-- the wraps of its key. mark recognises the same question asked again.
CREATE TABLE ledger_subject (
    id     TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    ticket TEXT NOT NULL,
    notice TEXT NOT NULL,
    mark   BYTEA NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX ledger_subject_person ON ledger_subject (person);
CREATE INDEX ledger_subject_ticket ON ledger_subject (ticket);
CREATE INDEX ledger_subject_mark ON ledger_subject (mark);

-- In the order of the book, so that reading both is one walk.
CREATE TABLE ledger_body (
    seq     BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    sealed  BYTEA NOT NULL
);
CREATE INDEX ledger_body_subject ON ledger_body (subject);

CREATE TABLE ledger_wrap (
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    reader  TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrap    BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (subject, kind, reader, version)
);

-- What consents are for, and what was shown when they were asked for: each
-- version stays as it was. Nothing of it is anybody's.
CREATE TABLE ledger_purpose (
    code    TEXT NOT NULL,
    version BIGINT NOT NULL,
    terms   BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (code, version)
);
CREATE TABLE ledger_notice (
    id       TEXT PRIMARY KEY,
    purpose  TEXT NOT NULL,
    language TEXT NOT NULL,
    modality TEXT NOT NULL,
    version  BIGINT NOT NULL,
    hash     BYTEA NOT NULL,
    shown    BYTEA NOT NULL,
    at       BIGINT NOT NULL,
    mac      BYTEA NOT NULL,
    UNIQUE (purpose, language, modality, hash),
    UNIQUE (purpose, language, modality, version)
);

-- The days on which the head was mailed: once, whoever is first.
CREATE TABLE ledger_mailed (day TEXT PRIMARY KEY);

-- Append-only, also for our own mistakes.
-- sqlite: CREATE TRIGGER ledger_event_change BEFORE UPDATE ON ledger_event BEGIN SELECT RAISE(ABORT, 'ledger_event is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_event_loss BEFORE DELETE ON ledger_event BEGIN SELECT RAISE(ABORT, 'ledger_event is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_purpose_change BEFORE UPDATE ON ledger_purpose BEGIN SELECT RAISE(ABORT, 'ledger_purpose is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_purpose_loss BEFORE DELETE ON ledger_purpose BEGIN SELECT RAISE(ABORT, 'ledger_purpose is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_notice_change BEFORE UPDATE ON ledger_notice BEGIN SELECT RAISE(ABORT, 'ledger_notice is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_notice_loss BEFORE DELETE ON ledger_notice BEGIN SELECT RAISE(ABORT, 'ledger_notice is append-only'); END;
-- sqlite: CREATE TRIGGER ledger_body_change BEFORE UPDATE ON ledger_body BEGIN SELECT RAISE(ABORT, 'ledger_body may only be erased'); END;
-- postgres: CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $f$;
-- postgres: CREATE TRIGGER ledger_event_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_event FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
-- postgres: CREATE TRIGGER ledger_purpose_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_purpose FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
-- postgres: CREATE TRIGGER ledger_notice_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_notice FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
-- postgres: CREATE TRIGGER ledger_body_keep BEFORE UPDATE ON ledger_body FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
