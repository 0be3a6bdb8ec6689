-- How a mailbox stood after each change, without its credentials: sealed under
-- the office key. Gone with the mailbox.
CREATE TABLE office_mailbox_version (
    mailbox TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (mailbox, version)
);
