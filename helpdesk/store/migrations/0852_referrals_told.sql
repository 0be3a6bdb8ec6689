-- Of what somebody who works here was told by a mail without content, so that it
-- is told once: turn is the instant that passed, or came.
CREATE TABLE referrals_told (
    subject TEXT NOT NULL,
    turn    BIGINT NOT NULL,
    who     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (subject, turn, who)
);
