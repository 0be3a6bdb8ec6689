-- In parts, as the counts: how often anything changed in a restricted team's tickets: what a process
-- keeps of them, sealed under the team's key, holds as long as this stands
-- (tickets/pack.go).
CREATE TABLE tickets_turn (
    team TEXT NOT NULL,
    part INTEGER NOT NULL,
    n    BIGINT NOT NULL,
    PRIMARY KEY (team, part)
);
