-- What was done to one thing is read on its page, and erased with it.
CREATE INDEX journal_entry_object ON journal_entry (object, at);
