-- The teams somebody left, ids with spaces between: into a restricted one two
-- members let them back, however they are proposed again.
ALTER TABLE staff_user ADD COLUMN former TEXT NOT NULL DEFAULT '';
