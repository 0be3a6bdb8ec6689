-- How a way of a mailbox does: way is in or out, good when it last worked, to
-- the minute. raised is since when the coordinators are told that it does not, 0
-- while there is nothing to tell; mailed, whether a mail could leave to tell them.
CREATE TABLE tasks_mail (
    mailbox TEXT NOT NULL,
    way     TEXT NOT NULL,
    good    BIGINT NOT NULL,
    raised  BIGINT NOT NULL,
    why     TEXT NOT NULL,
    mailed  BOOLEAN NOT NULL,
    PRIMARY KEY (mailbox, way)
);
