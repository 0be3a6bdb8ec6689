-- Who reads a ticket alone, until when: mark leads here from the name the
-- reader's row has (tickets_reader), with the index secret alone, and which
-- ticket it is lies in about under the office key (tickets/loan.go).
CREATE TABLE tickets_loan (
    mark  TEXT PRIMARY KEY,
    who   TEXT NOT NULL,
    until BIGINT NOT NULL,
    about BYTEA NOT NULL
);
CREATE INDEX tickets_loan_who ON tickets_loan (who, until);
CREATE INDEX tickets_loan_until ON tickets_loan (until);
