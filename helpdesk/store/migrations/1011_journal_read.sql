-- The book is read by the day, and by who did it.
CREATE INDEX journal_entry_at ON journal_entry (at);
CREATE INDEX journal_entry_actor ON journal_entry (actor, at);
