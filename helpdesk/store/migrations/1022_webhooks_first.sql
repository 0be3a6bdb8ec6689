-- Addresses of an organisation's own systems that are rung when a ticket moved.
-- sealed: name, address, secret and events, under the office key. state: active,
-- or broken once a bell was given up.
CREATE TABLE webhooks_hook (
    id      TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    sealed  BYTEA NOT NULL,
    state   TEXT NOT NULL,
    maker   TEXT NOT NULL,
    made    BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);

-- What moved, written by the database itself in the very transaction that moved
-- it: whoever dies after the commit leaves the line behind. Nothing is written
-- while nobody wants to know, and nothing of restricted teams. was is the team
-- before.
CREATE TABLE webhooks_change (
    id     TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,
    kind   TEXT NOT NULL,
    team   TEXT NOT NULL,
    was    TEXT NOT NULL
);

-- One bell for one address. leased: a process rings until then. answer: the
-- status it got, or a word for why there was none.
CREATE TABLE webhooks_bell (
    id     TEXT PRIMARY KEY,
    hook   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    ticket TEXT NOT NULL,
    at     BIGINT NOT NULL,
    state  TEXT NOT NULL,
    tries  INTEGER NOT NULL,
    due    BIGINT NOT NULL,
    leased BIGINT NOT NULL,
    answer TEXT NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX webhooks_bell_due ON webhooks_bell (state, due, id);
CREATE INDEX webhooks_bell_hook ON webhooks_bell (hook, at);

-- sqlite: CREATE TRIGGER webhooks_begun AFTER INSERT ON tickets_ticket WHEN EXISTS (SELECT 1 FROM webhooks_hook) AND EXISTS (SELECT 1 FROM staff_team s WHERE s.id = NEW.team AND NOT s.restricted) BEGIN INSERT INTO webhooks_change (id, ticket, kind, team, was) VALUES (lower(hex(randomblob(16))), NEW.id, 'ticket.new', NEW.team, NEW.team); END;
-- sqlite: CREATE TRIGGER webhooks_moved AFTER UPDATE ON tickets_ticket WHEN (OLD.serial <> NEW.serial OR OLD.version <> NEW.version OR OLD.state <> NEW.state OR OLD.team <> NEW.team) AND EXISTS (SELECT 1 FROM webhooks_hook) AND EXISTS (SELECT 1 FROM staff_team s WHERE s.id IN (NEW.team, OLD.team) AND NOT s.restricted) BEGIN INSERT INTO webhooks_change (id, ticket, kind, team, was) VALUES (lower(hex(randomblob(16))), NEW.id, CASE WHEN NEW.state = 'erasing' THEN 'ticket.gone' WHEN NEW.state = 'closed' AND OLD.state <> 'closed' THEN 'ticket.closed' WHEN OLD.serial <> NEW.serial THEN 'message.new' ELSE 'ticket.changed' END, NEW.team, OLD.team); END;
-- sqlite: CREATE TRIGGER webhooks_erased AFTER DELETE ON tickets_ticket WHEN EXISTS (SELECT 1 FROM webhooks_hook) AND EXISTS (SELECT 1 FROM staff_team s WHERE s.id = OLD.team AND NOT s.restricted) BEGIN INSERT INTO webhooks_change (id, ticket, kind, team, was) VALUES (lower(hex(randomblob(16))), OLD.id, 'ticket.gone', OLD.team, OLD.team); END;
-- postgres: CREATE FUNCTION webhooks_note(ticket TEXT, kind TEXT, team TEXT, was TEXT) RETURNS void LANGUAGE sql AS $f$ INSERT INTO webhooks_change (id, ticket, kind, team, was) SELECT replace(gen_random_uuid()::text, '-', ''), $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM webhooks_hook) AND EXISTS (SELECT 1 FROM staff_team s WHERE s.id IN ($3, $4) AND NOT s.restricted) $f$;
-- postgres: CREATE FUNCTION webhooks_begun() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM webhooks_note(NEW.id, 'ticket.new', NEW.team, NEW.team); RETURN NULL; END $f$;
-- postgres: CREATE FUNCTION webhooks_moved() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM webhooks_note(NEW.id, CASE WHEN NEW.state = 'erasing' THEN 'ticket.gone' WHEN NEW.state = 'closed' AND OLD.state <> 'closed' THEN 'ticket.closed' WHEN OLD.serial <> NEW.serial THEN 'message.new' ELSE 'ticket.changed' END, NEW.team, OLD.team); RETURN NULL; END $f$;
-- postgres: CREATE FUNCTION webhooks_erased() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM webhooks_note(OLD.id, 'ticket.gone', OLD.team, OLD.team); RETURN NULL; END $f$;
-- postgres: CREATE TRIGGER webhooks_begun AFTER INSERT ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION webhooks_begun();
-- postgres: CREATE TRIGGER webhooks_moved AFTER UPDATE ON tickets_ticket FOR EACH ROW WHEN (OLD.serial <> NEW.serial OR OLD.version <> NEW.version OR OLD.state <> NEW.state OR OLD.team <> NEW.team) EXECUTE FUNCTION webhooks_moved();
-- postgres: CREATE TRIGGER webhooks_erased AFTER DELETE ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION webhooks_erased();
