-- What an issuer gave for a mailbox that signs in by tokens, sealed under the
-- office key. busy is until when somebody renews it (µs), 0 for nobody.
CREATE TABLE office_grant (
    mailbox TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    busy    BIGINT NOT NULL,
    sealed  BYTEA NOT NULL
);
