-- What says by name who does something in a ticket calls it by a keyed mark of
-- its own from now on. Which ticket that is, and in which note, lies in about
-- under the office key; rows from before have none (tickets/aside.go).
ALTER TABLE tickets_mention ADD COLUMN about BYTEA;
ALTER TABLE tickets_consult ADD COLUMN about BYTEA;
ALTER TABLE tickets_passed ADD COLUMN about BYTEA;
