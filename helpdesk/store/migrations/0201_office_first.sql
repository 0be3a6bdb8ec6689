-- sealed holds the whole mailbox with its credentials, under the office key.
-- mac speaks for which team the mailbox feeds.
CREATE TABLE office_mailbox (
    id            TEXT PRIMARY KEY,
    address_index BYTEA NOT NULL UNIQUE,
    team          TEXT NOT NULL,
    version       BIGINT NOT NULL,
    sealed        BYTEA NOT NULL,
    mac           BYTEA NOT NULL
);

-- Every value a setting ever had; the highest version holds.
CREATE TABLE office_setting (
    name    TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (name, version)
);
