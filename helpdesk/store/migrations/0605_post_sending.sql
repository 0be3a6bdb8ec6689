-- Since when no letter of a mailbox could be handed to its server, and why: an
-- SMTP or status code, one of mailbridge's or one of ours. No row while it works.
CREATE TABLE post_sending (
    mailbox TEXT PRIMARY KEY,
    since   BIGINT NOT NULL,
    code    TEXT NOT NULL
);
