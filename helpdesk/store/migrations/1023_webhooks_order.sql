-- rests: until then nobody rings an address: it is being rung, or did not answer.
ALTER TABLE webhooks_hook ADD COLUMN rests BIGINT NOT NULL DEFAULT 0;
-- n: in which order it moved. Of one ticket the row's own lock keeps it.
-- sqlite: CREATE TABLE webhooks_aside AS SELECT id, ticket, kind, team, was FROM webhooks_change;
-- sqlite: DROP TABLE webhooks_change;
-- sqlite: CREATE TABLE webhooks_change (id TEXT NOT NULL UNIQUE, ticket TEXT NOT NULL, kind TEXT NOT NULL, team TEXT NOT NULL, was TEXT NOT NULL, n INTEGER PRIMARY KEY);
-- sqlite: INSERT INTO webhooks_change (id, ticket, kind, team, was) SELECT id, ticket, kind, team, was FROM webhooks_aside;
-- sqlite: DROP TABLE webhooks_aside;
-- postgres: ALTER TABLE webhooks_change ADD COLUMN n BIGSERIAL;
-- The oldest that waits for an address.
CREATE INDEX webhooks_bell_told ON webhooks_bell (hook, state, at);
