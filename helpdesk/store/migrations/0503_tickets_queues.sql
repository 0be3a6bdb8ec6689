-- A queue is filtered by what stands in plain without a look at the table.
-- Nothing that every word of a talk changes is in it.
DROP INDEX tickets_ticket_queue;
CREATE INDEX tickets_ticket_queue ON tickets_ticket
    (team, state, rank, id, owner, channel, language, priority, due_day, waiting_since);
CREATE INDEX tickets_ticket_due ON tickets_ticket (team, state, due_day, rank, id) WHERE due_day > 0;

-- Filters somebody saved: name and conditions sealed under the user's own key,
-- or under the team's (version) where they are shared.
CREATE TABLE tickets_filter (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    owner   TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BYTEA NOT NULL
);
CREATE INDEX tickets_filter_owner ON tickets_filter (owner);

-- What each user's last act on many tickets changed, sealed under their own
-- key, for a few minutes.
CREATE TABLE tickets_undo (
    owner   TEXT PRIMARY KEY,
    body    BYTEA NOT NULL,
    expires BIGINT NOT NULL
);

-- What filters ask of the heads of open tickets, sealed under the team's own
-- key (version): a search opens it in a microsecond and reads it in one go. Made
-- by sessions, never needed: what is missing is read from the head. A head
-- that changes empties its row, and stamp keeps a slower session from filling
-- it with what it read before. The rules below hold for whoever writes.
CREATE TABLE tickets_sift (
    ticket  TEXT PRIMARY KEY,
    team    TEXT NOT NULL,
    version INTEGER NOT NULL,
    stamp   BIGINT NOT NULL,
    body    BYTEA NOT NULL
);
CREATE INDEX tickets_sift_team ON tickets_sift (team);
-- sqlite: CREATE TRIGGER tickets_sift_head AFTER UPDATE OF head ON tickets_conversation WHEN NEW.kind = 'person' BEGIN INSERT INTO tickets_sift (ticket, team, version, stamp, body) VALUES (NEW.ticket, '', 0, 1, X'') ON CONFLICT (ticket) DO UPDATE SET team = '', stamp = stamp + 1, body = X''; END;
-- sqlite: CREATE TRIGGER tickets_sift_gone AFTER UPDATE OF team, state ON tickets_ticket WHEN NEW.team <> OLD.team OR NEW.state NOT IN ('open', 'waiting') AND OLD.state IN ('open', 'waiting') BEGIN DELETE FROM tickets_sift WHERE ticket = NEW.id; END;
-- postgres: CREATE FUNCTION tickets_sift_head() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO tickets_sift AS s (ticket, team, version, stamp, body) VALUES (NEW.ticket, '', 0, 1, '') ON CONFLICT (ticket) DO UPDATE SET team = '', stamp = s.stamp + 1, body = ''; RETURN NULL; END $f$;
-- postgres: CREATE TRIGGER tickets_sift_head AFTER UPDATE OF head ON tickets_conversation FOR EACH ROW WHEN (NEW.kind = 'person') EXECUTE FUNCTION tickets_sift_head();
-- postgres: CREATE FUNCTION tickets_sift_gone() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM tickets_sift WHERE ticket = NEW.id; RETURN NULL; END $f$;
-- postgres: CREATE TRIGGER tickets_sift_gone AFTER UPDATE OF team, state ON tickets_ticket FOR EACH ROW WHEN (NEW.team <> OLD.team OR NEW.state NOT IN ('open', 'waiting') AND OLD.state IN ('open', 'waiting')) EXECUTE FUNCTION tickets_sift_gone();
