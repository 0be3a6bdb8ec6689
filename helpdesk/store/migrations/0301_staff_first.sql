-- card holds login, name and work address under the office key. salt, mib,
-- passes and locked are the private seed under six words and the pepper;
-- profile is sealed under the user's own key. mac speaks for everything but
-- the profile; version grows with each change it covers.
CREATE TABLE staff_user (
    id            TEXT PRIMARY KEY,
    login_index   BYTEA NOT NULL UNIQUE,
    address_index BYTEA NOT NULL,
    card          BYTEA NOT NULL,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    locale        TEXT NOT NULL,
    generation    BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    salt          BYTEA,
    mib           INTEGER NOT NULL,
    passes        INTEGER NOT NULL,
    locked        BYTEA,
    public        BYTEA,
    profile       BYTEA,
    mac           BYTEA NOT NULL
);
CREATE INDEX staff_user_address ON staff_user (address_index);

-- version is the team's current key; name is sealed under the office key.
CREATE TABLE staff_team (
    id         TEXT PRIMARY KEY,
    name       BYTEA NOT NULL,
    restricted BOOLEAN NOT NULL,
    version    BIGINT NOT NULL,
    mac        BYTEA NOT NULL
);

-- previous is version-1 wrapped under this version, by the first member who
-- had both in hand; recovery is this version sealed to the recovery key.
CREATE TABLE staff_teamkey (
    team         TEXT NOT NULL,
    version      BIGINT NOT NULL,
    public       BYTEA NOT NULL,
    mac          BYTEA NOT NULL,
    previous     BYTEA,
    recovery     BYTEA NOT NULL,
    recovery_mac BYTEA NOT NULL,
    PRIMARY KEY (team, version)
);

CREATE TABLE staff_member (
    team    TEXT NOT NULL,
    user_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    form    TEXT NOT NULL,
    wrap    BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (team, user_id, version)
);
CREATE INDEX staff_member_user ON staff_member (user_id);

-- Who waits for a member of the team to admit them. again: they were in it
-- before; voice: the first of two members who said yes.
CREATE TABLE staff_candidate (
    team    TEXT NOT NULL,
    user_id TEXT NOT NULL,
    again   BOOLEAN NOT NULL,
    voice   TEXT NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (team, user_id)
);

-- place is computed from the cookie, seed sealed under it.
CREATE TABLE staff_session (
    place   BYTEA PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    seed    BYTEA NOT NULL,
    created BIGINT NOT NULL,
    touched BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX staff_session_user ON staff_session (user_id);

CREATE TABLE staff_invitation (
    token_index BYTEA PRIMARY KEY,
    user_id     TEXT NOT NULL UNIQUE,
    generation  BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    mac         BYTEA NOT NULL
);

-- The recovery key: its private half under each pair of three printed sheets,
-- and the server secrets sealed to it.
CREATE TABLE staff_recovery (
    id      INTEGER PRIMARY KEY,
    version BIGINT NOT NULL,
    public  BYTEA NOT NULL,
    sheet_a BYTEA NOT NULL,
    sheet_b BYTEA NOT NULL,
    sheet_c BYTEA NOT NULL,
    secrets BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);
