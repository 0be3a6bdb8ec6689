-- The second factor of who works here: factor is sealed under their own key,
-- the seed of their authenticator and the marks of their spare codes; the rest
-- counts as in staff_partneruser.
ALTER TABLE staff_user ADD COLUMN factor BYTEA;
ALTER TABLE staff_user ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff_user ADD COLUMN factor_wrong INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff_user ADD COLUMN factor_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff_user ADD COLUMN factor_failed INTEGER NOT NULL DEFAULT 0;

-- How far a session has come, and when its user last proved who they are
-- (microseconds; 0 in those older than this).
ALTER TABLE staff_session ADD COLUMN factor TEXT NOT NULL DEFAULT 'words';
ALTER TABLE staff_session ADD COLUMN proved BIGINT NOT NULL DEFAULT 0;
