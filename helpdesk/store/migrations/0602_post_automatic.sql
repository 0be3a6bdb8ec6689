-- When automatic mails went to an address, keyed: one row for each of the few
-- that may go in a day. A row older than a day says nothing and is used again.
CREATE TABLE post_automatic (
    address_index BYTEA NOT NULL,
    slot          INTEGER NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (address_index, slot)
);
CREATE INDEX post_automatic_at ON post_automatic (at);
