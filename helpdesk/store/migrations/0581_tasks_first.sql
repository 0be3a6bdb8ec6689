-- Whom the watch has told of what, so that nobody is told twice: ids, the day
-- and the step (days left; less than nothing once it has passed). wait is a
-- keyed mark of the instant since when somebody waits, empty for dates. told is
-- the day of the telling; rows go by it.
CREATE TABLE tasks_reminder (
    ticket TEXT NOT NULL,
    day    BIGINT NOT NULL,
    step   INTEGER NOT NULL,
    wait   BYTEA NOT NULL,
    who    TEXT NOT NULL,
    told   BIGINT NOT NULL,
    PRIMARY KEY (ticket, day, step, wait, who)
);
CREATE INDEX tasks_reminder_told ON tasks_reminder (told);
