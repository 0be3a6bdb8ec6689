-- The private seed once more, under a 128-bit recovery code and the pepper.
ALTER TABLE staff_user ADD COLUMN code_salt BYTEA;
ALTER TABLE staff_user ADD COLUMN code_locked BYTEA;
