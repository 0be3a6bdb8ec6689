-- Two persons who turned out to be one: person counts as target. No key and no
-- ticket changes, so taking the row away undoes it.
CREATE TABLE people_merge (
    person TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    mac    BYTEA NOT NULL
);
CREATE INDEX people_merge_target ON people_merge (target);

-- Two persons in conflict, each as a keyed index: who has the database alone
-- learns neither who nor with whom.
CREATE TABLE people_conflict (
    one   BYTEA NOT NULL,
    other BYTEA NOT NULL,
    mac   BYTEA NOT NULL,
    PRIMARY KEY (one, other)
);
CREATE INDEX people_conflict_other ON people_conflict (other);

-- Writers whose address is nobody's any more that we know, as a keyed index.
CREATE TABLE people_former (
    mark BYTEA PRIMARY KEY,
    mac  BYTEA NOT NULL
);
