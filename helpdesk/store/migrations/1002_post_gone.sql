-- Keyed Message-IDs of erased letters, linked to nothing, until the mail servers
-- were asked to erase them, too.
CREATE TABLE post_gone (id_index BYTEA PRIMARY KEY);
