-- A referral: what stands in plain is on the list of SEALING.md; whom it goes to,
-- why, what and under which name lies sealed in body. target and need are HMACs,
-- to find a recipient's own and a second one for the same need. mac speaks for
-- every column. key wraps are in referrals_key.
CREATE TABLE referrals_referral (
    id         TEXT PRIMARY KEY,
    ticket     TEXT NOT NULL,
    person     TEXT NOT NULL,
    team       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('draft', 'awaiting', 'ready', 'sent', 'overdue', 'accepted', 'returned',
                   'done', 'closed', 'lapsed', 'revoked', 'cancelled')),
    priority   INTEGER NOT NULL,
    outcome    TEXT NOT NULL,
    told       TEXT NOT NULL,
    made       BIGINT NOT NULL,
    turned     BIGINT NOT NULL,
    due        BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    follow     BIGINT NOT NULL,
    permission TEXT NOT NULL,
    consent    TEXT NOT NULL,
    exception  TEXT NOT NULL,
    target     BYTEA NOT NULL,
    need       BYTEA NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    body       BYTEA NOT NULL,
    mac        BYTEA NOT NULL,
    CHECK (state IN ('returned', 'closed', 'lapsed', 'revoked', 'cancelled') OR owner <> '' AND due > 0),
    CHECK (state NOT IN ('ready', 'sent', 'overdue', 'accepted', 'done', 'returned', 'lapsed')
           OR consent <> '' AND permission <> '' OR exception <> ''),
    CHECK (state NOT IN ('sent', 'overdue', 'accepted', 'done') OR expires > 0)
);
CREATE INDEX referrals_referral_ticket ON referrals_referral (ticket);
CREATE INDEX referrals_referral_person ON referrals_referral (person);
CREATE INDEX referrals_referral_target ON referrals_referral (target);
CREATE INDEX referrals_referral_need ON referrals_referral (need);
CREATE INDEX referrals_referral_consent ON referrals_referral (consent);
CREATE INDEX referrals_referral_permission ON referrals_referral (permission);
CREATE INDEX referrals_referral_due ON referrals_referral (due);

-- The key of a referral, an exception or a request, for each of ours who reads
-- it; never for anybody outside.
CREATE TABLE referrals_key (
    subject TEXT NOT NULL,
    kind    TEXT NOT NULL,
    reader  TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrap    BYTEA NOT NULL,
    mac     BYTEA NOT NULL,
    PRIMARY KEY (subject, kind, reader, version)
);

-- The frozen package: written once. manifest is SHA-256 over what is in it.
CREATE TABLE referrals_package (
    referral TEXT PRIMARY KEY,
    manifest BYTEA NOT NULL,
    frozen   BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,
    mac      BYTEA NOT NULL
);
CREATE TABLE referrals_part (
    referral TEXT NOT NULL,
    position INTEGER NOT NULL,
    sealed   BYTEA NOT NULL,
    PRIMARY KEY (referral, position)
);

-- What is newer than the package, of items allowed as updating.
CREATE TABLE referrals_update (
    id       TEXT PRIMARY KEY,
    referral TEXT NOT NULL,
    at       BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,
    mac      BYTEA NOT NULL
);
CREATE INDEX referrals_update_referral ON referrals_update (referral);

-- The package's key for the recipient: sealed to their version, and once more
-- under the office key, so that the table does not show whose key it is. Deleted
-- when the person withdraws, and with it the package is empty.
CREATE TABLE referrals_wrap (
    referral TEXT PRIMARY KEY,
    version  BIGINT NOT NULL,
    wrap     BYTEA NOT NULL,
    mac      BYTEA NOT NULL
);

-- A link for a recipient without account: place is computed from the link,
-- locked opens by link and code together.
CREATE TABLE referrals_link (
    place    BYTEA PRIMARY KEY,
    referral TEXT NOT NULL,
    pair     TEXT NOT NULL,
    locked   BYTEA NOT NULL,
    expires  BIGINT NOT NULL,
    wrong    INTEGER NOT NULL,
    mac      BYTEA NOT NULL
);
CREATE INDEX referrals_link_referral ON referrals_link (referral);
CREATE TABLE referrals_visit (
    place    BYTEA PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    referral TEXT NOT NULL,
    pair     TEXT NOT NULL,
    seed     BYTEA NOT NULL,
    touched  BIGINT NOT NULL,
    expires  BIGINT NOT NULL
);
CREATE INDEX referrals_visit_referral ON referrals_visit (referral);

-- Who outside did what, when; append-only.
CREATE TABLE referrals_opening (
    id       TEXT PRIMARY KEY,
    referral TEXT NOT NULL,
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    mac      BYTEA NOT NULL
);
CREATE INDEX referrals_opening_referral ON referrals_opening (referral);

-- What was said about a referral, by the recipient, by us, by the person; sealed
-- under the package's key, so that exactly its readers read it.
CREATE TABLE referrals_word (
    id       TEXT PRIMARY KEY,
    referral TEXT NOT NULL,
    side     TEXT NOT NULL,
    author   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,
    mac      BYTEA NOT NULL
);
CREATE INDEX referrals_word_referral ON referrals_word (referral);

-- Sharing without consent: the kind, the law and why lie in body.
CREATE TABLE referrals_exception (
    id       TEXT PRIMARY KEY,
    ticket   TEXT NOT NULL,
    team     TEXT NOT NULL,
    referral TEXT NOT NULL,
    state    TEXT NOT NULL,
    decided  TEXT NOT NULL,
    second   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    body     BYTEA NOT NULL,
    mac      BYTEA NOT NULL,
    CHECK (state <> 'open' OR due > 0),
    CHECK (second = '' OR second <> decided)
);
CREATE INDEX referrals_exception_ticket ON referrals_exception (ticket);
CREATE INDEX referrals_exception_due ON referrals_exception (state, due);

-- Requests by authorities; refused unless the coordinator decides otherwise.
CREATE TABLE referrals_request (
    id      TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    made_by TEXT NOT NULL,
    decided TEXT NOT NULL,
    at      BIGINT NOT NULL,
    due     BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    mac     BYTEA NOT NULL
);

-- sqlite: CREATE TRIGGER referrals_opening_change BEFORE UPDATE ON referrals_opening BEGIN SELECT RAISE(ABORT, 'referrals_opening is append-only'); END;
-- sqlite: CREATE TRIGGER referrals_package_change BEFORE UPDATE ON referrals_package BEGIN SELECT RAISE(ABORT, 'referrals_package is frozen'); END;
-- sqlite: CREATE TRIGGER referrals_part_change BEFORE UPDATE ON referrals_part BEGIN SELECT RAISE(ABORT, 'referrals_part is frozen'); END;
-- postgres: CREATE FUNCTION referrals_frozen() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '% is frozen', TG_TABLE_NAME; END $f$;
-- postgres: CREATE TRIGGER referrals_opening_keep BEFORE UPDATE ON referrals_opening FOR EACH STATEMENT EXECUTE FUNCTION referrals_frozen();
-- postgres: CREATE TRIGGER referrals_package_keep BEFORE UPDATE ON referrals_package FOR EACH STATEMENT EXECUTE FUNCTION referrals_frozen();
-- postgres: CREATE TRIGGER referrals_part_keep BEFORE UPDATE ON referrals_part FOR EACH STATEMENT EXECUTE FUNCTION referrals_frozen();
