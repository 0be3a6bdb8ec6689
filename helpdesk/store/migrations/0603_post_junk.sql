-- Whose letters a team does not want for a while: the address keyed, and sealed
-- to the team so that its members can see whom they keep out. Gone when it ends.
-- Times here and below are days; who did it stands in the journal.
CREATE TABLE post_block (
    id            TEXT PRIMARY KEY,
    team          TEXT NOT NULL,
    address_index BYTEA NOT NULL,
    ticket        TEXT NOT NULL,
    at            BIGINT NOT NULL,
    until         BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    sealed        BYTEA NOT NULL,
    mac           BYTEA NOT NULL,
    UNIQUE (team, address_index)
);

-- Tickets that somebody called junk. What comes to them is set aside.
CREATE TABLE post_junk (
    ticket TEXT PRIMARY KEY,
    team   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    mac    BYTEA NOT NULL
);
