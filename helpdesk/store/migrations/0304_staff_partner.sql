-- Partner organisations that have staff with accounts: id is the directory's,
-- version that of the current key.
CREATE TABLE staff_partner (
    id      TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);

CREATE TABLE staff_partnerkey (
    org     TEXT NOT NULL,
    version BIGINT NOT NULL,
    public  BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (org, version)
);

-- Each version of the organisation's pair for each who holds it. Nothing chains
-- the versions: what was sealed to an old one ends by itself within months.
CREATE TABLE staff_partnermember (
    org     TEXT NOT NULL,
    user_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    form    TEXT NOT NULL,
    wrap    BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (org, user_id, version)
);
CREATE INDEX staff_partnermember_user ON staff_partnermember (user_id);

-- Whose organisation, and the second factor: seed is sealed under the user's own
-- key; step is the last half minute whose code was used; wrong counts tries that
-- failed since an instant, and ever since the last right one.
CREATE TABLE staff_partneruser (
    user_id TEXT PRIMARY KEY,
    org     TEXT NOT NULL,
    seed    BYTEA,
    step    BIGINT NOT NULL,
    wrong   INTEGER NOT NULL,
    since   BIGINT NOT NULL,
    failed  INTEGER NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX staff_partneruser_org ON staff_partneruser (org);
