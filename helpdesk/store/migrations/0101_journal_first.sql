-- An entry is written once and never changes; mac speaks for all its columns.
-- details is the SHA-256 of what lies sealed in journal_detail, which may be
-- erased. once keeps one entry of a kind where one is enough.
CREATE TABLE journal_entry (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    verb    TEXT NOT NULL,
    object  TEXT NOT NULL,
    details BYTEA,
    once    BYTEA UNIQUE,
    mac     BYTEA NOT NULL
);

CREATE TABLE journal_detail (
    entry  TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL
);

-- What the chainer has not linked yet.
CREATE TABLE journal_waiting (entry TEXT PRIMARY KEY);

CREATE TABLE journal_link (
    number BIGINT PRIMARY KEY,
    entry  TEXT NOT NULL UNIQUE,
    link   BYTEA NOT NULL
);

-- One signature per thousand links, and the head's, which moves.
CREATE TABLE journal_signature (
    number    BIGINT PRIMARY KEY,
    signature BYTEA NOT NULL
);

CREATE TABLE journal_head (
    id        INTEGER PRIMARY KEY,
    number    BIGINT NOT NULL,
    link      BYTEA NOT NULL,
    signature BYTEA NOT NULL
);

CREATE TABLE journal_lease (
    id     INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
INSERT INTO journal_lease (id, holder, until) VALUES (1, '', 0);

-- Append-only, also for our own mistakes.
-- sqlite: CREATE TRIGGER journal_entry_change BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
-- sqlite: CREATE TRIGGER journal_entry_loss BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
-- sqlite: CREATE TRIGGER journal_link_change BEFORE UPDATE ON journal_link BEGIN SELECT RAISE(ABORT, 'journal_link is append-only'); END;
-- sqlite: CREATE TRIGGER journal_link_loss BEFORE DELETE ON journal_link BEGIN SELECT RAISE(ABORT, 'journal_link is append-only'); END;
-- sqlite: CREATE TRIGGER journal_signature_change BEFORE UPDATE ON journal_signature BEGIN SELECT RAISE(ABORT, 'journal_signature is append-only'); END;
-- sqlite: CREATE TRIGGER journal_signature_loss BEFORE DELETE ON journal_signature BEGIN SELECT RAISE(ABORT, 'journal_signature is append-only'); END;
-- sqlite: CREATE TRIGGER journal_detail_change BEFORE UPDATE ON journal_detail BEGIN SELECT RAISE(ABORT, 'journal_detail may only be erased'); END;
-- postgres: CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $f$;
-- postgres: CREATE TRIGGER journal_entry_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE TRIGGER journal_link_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_link FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE TRIGGER journal_signature_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_signature FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE TRIGGER journal_detail_keep BEFORE UPDATE ON journal_detail FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
