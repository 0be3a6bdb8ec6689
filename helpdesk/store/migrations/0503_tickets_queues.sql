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
