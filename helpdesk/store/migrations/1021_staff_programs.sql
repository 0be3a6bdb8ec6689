-- What a program elsewhere may do here, and until when. Its token is nowhere:
-- what the token opens lies in its one row of staff_session. used is the day it
-- last came (microseconds), which nobody vouches for.
CREATE TABLE staff_program (
    user_id TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    scopes  TEXT NOT NULL,
    maker   TEXT NOT NULL,
    made    BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL,
    mac     BYTEA NOT NULL
);
CREATE INDEX staff_program_expires ON staff_program (expires);
