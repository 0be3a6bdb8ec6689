-- Where the book begins: its pages up to this link were dropped because their
-- time was over. signature is one of its own kind, so that nobody else can cut
-- the book's beginning off.
CREATE TABLE journal_anchor (
    id        INTEGER PRIMARY KEY,
    number    BIGINT NOT NULL,
    link      BYTEA NOT NULL,
    signature BYTEA NOT NULL
);

-- Append-only as before, but for what lies up to the anchor.
-- sqlite: DROP TRIGGER journal_entry_loss;
-- sqlite: DROP TRIGGER journal_link_loss;
-- sqlite: DROP TRIGGER journal_signature_loss;
-- sqlite: CREATE TRIGGER journal_link_loss BEFORE DELETE ON journal_link WHEN OLD.number > COALESCE((SELECT number FROM journal_anchor), 0) BEGIN SELECT RAISE(ABORT, 'journal_link is append-only'); END;
-- sqlite: CREATE TRIGGER journal_signature_loss BEFORE DELETE ON journal_signature WHEN OLD.number > COALESCE((SELECT number FROM journal_anchor), 0) BEGIN SELECT RAISE(ABORT, 'journal_signature is append-only'); END;
-- sqlite: CREATE TRIGGER journal_entry_loss BEFORE DELETE ON journal_entry WHEN NOT EXISTS (SELECT 1 FROM journal_link l WHERE l.entry = OLD.id AND l.number <= COALESCE((SELECT number FROM journal_anchor), 0)) BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
-- postgres: DROP TRIGGER journal_entry_keep ON journal_entry;
-- postgres: DROP TRIGGER journal_link_keep ON journal_link;
-- postgres: DROP TRIGGER journal_signature_keep ON journal_signature;
-- postgres: CREATE TRIGGER journal_entry_keep BEFORE UPDATE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE TRIGGER journal_link_keep BEFORE UPDATE OR TRUNCATE ON journal_link FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE TRIGGER journal_signature_keep BEFORE UPDATE OR TRUNCATE ON journal_signature FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
-- postgres: CREATE FUNCTION journal_numbered_loss() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF OLD.number > COALESCE((SELECT number FROM journal_anchor), 0) THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; RETURN OLD; END $f$;
-- postgres: CREATE FUNCTION journal_entry_loss() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NOT EXISTS (SELECT 1 FROM journal_link l WHERE l.entry = OLD.id AND l.number <= COALESCE((SELECT number FROM journal_anchor), 0)) THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; RETURN OLD; END $f$;
-- postgres: CREATE TRIGGER journal_link_loss BEFORE DELETE ON journal_link FOR EACH ROW EXECUTE FUNCTION journal_numbered_loss();
-- postgres: CREATE TRIGGER journal_signature_loss BEFORE DELETE ON journal_signature FOR EACH ROW EXECUTE FUNCTION journal_numbered_loss();
-- postgres: CREATE TRIGGER journal_entry_loss BEFORE DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_entry_loss();
