-- What makes a branch a reader of its own thread: the thread's key sealed to the
-- branch's version, and once more under the office key, so that the table does
-- not show whose key it is. target is an HMAC of the branch. Deleted when the
-- person withdraws. until is as the yes said, closed when the ticket was closed:
-- access ends at the earliest of until and closed and 30 days.
CREATE TABLE consent_branch (
    thread  TEXT PRIMARY KEY,
    ticket  TEXT NOT NULL,
    consent TEXT NOT NULL,
    target  BYTEA NOT NULL,
    version BIGINT NOT NULL,
    wrap    BYTEA,
    closed  BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX consent_branch_consent ON consent_branch (consent);
CREATE INDEX consent_branch_ticket ON consent_branch (ticket);
