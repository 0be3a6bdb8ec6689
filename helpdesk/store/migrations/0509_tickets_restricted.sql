-- The days of tickets of restricted teams, apart from the tickets: mark is a
-- keyed one of the team's own, body says under the office key whose day it is
-- and whom to tell, and nothing tells what falls on it (tickets/calendar.go).
CREATE TABLE tickets_day (
    mark TEXT PRIMARY KEY,
    team TEXT NOT NULL,
    day  BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX tickets_day_team ON tickets_day (team, day, mark);

-- As before, but smaller, all of one length, and in the order in which a search
-- reads a team's. Triggers go on speaking of it by its name.
DROP TABLE tickets_sift;
-- sqlite: CREATE TABLE tickets_sift (ticket TEXT NOT NULL UNIQUE, team TEXT NOT NULL, version INTEGER NOT NULL, stamp BIGINT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (team, ticket)) WITHOUT ROWID;
-- postgres: CREATE TABLE tickets_sift (ticket TEXT PRIMARY KEY, team TEXT NOT NULL, version INTEGER NOT NULL, stamp BIGINT NOT NULL, body BYTEA NOT NULL);
-- postgres: CREATE INDEX tickets_sift_team ON tickets_sift (team, ticket);
