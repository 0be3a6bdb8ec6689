-- What is erased is found by its ticket: without these each erasure reads whole
-- tables, and a night's rules thousands of times.
CREATE INDEX post_thread_ticket ON post_thread (ticket);
CREATE INDEX post_outbox_ticket ON post_outbox (ticket);
CREATE INDEX post_seen_object ON post_seen (object) WHERE object <> '';
CREATE INDEX post_aside_conversation ON post_aside (conversation) WHERE conversation <> '';
