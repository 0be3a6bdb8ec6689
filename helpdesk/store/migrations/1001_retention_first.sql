-- What somebody decided about one ticket: 'held', it is not erased by its age
-- before day; 'asked', its person wants it erased, by day at the latest. Who
-- said so, when, and why, one word of a closed list, lies in body under the
-- office key and speaks for the whole row.
CREATE TABLE retention_word (
    ticket TEXT NOT NULL,
    kind   TEXT NOT NULL,
    day    BIGINT NOT NULL,
    body   BYTEA NOT NULL,
    PRIMARY KEY (ticket, kind)
);

-- One at a time goes through the rules; each step renews it in its own
-- transaction.
CREATE TABLE retention_lease (
    one    BIGINT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
INSERT INTO retention_lease (one, holder, until) VALUES (1, '', 0);

-- What went and when: counts alone. ended is 0 until a run came to its end; code
-- says in one word why one did not.
CREATE TABLE retention_run (
    id    TEXT PRIMARY KEY,
    began BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    code  TEXT NOT NULL
);
CREATE INDEX retention_run_began ON retention_run (began);
CREATE TABLE retention_count (
    run  TEXT NOT NULL,
    kind TEXT NOT NULL,
    n    BIGINT NOT NULL,
    PRIMARY KEY (run, kind)
);
