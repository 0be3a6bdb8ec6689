-- Whether somebody came by the link of an answer, not by a code. It gives no right.
ALTER TABLE people_guest ADD COLUMN linked BOOLEAN NOT NULL DEFAULT FALSE;
