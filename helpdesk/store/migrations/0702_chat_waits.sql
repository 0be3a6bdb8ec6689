-- What others waited lately is told to everybody who waits, at each ring.
CREATE INDEX chat_table_waited ON chat_table (taken_at) WHERE waited >= 0;
