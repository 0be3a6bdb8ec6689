-- What is asked of one message, or of what is over, reads no whole table.
CREATE INDEX tickets_translation_message ON tickets_translation (message);
CREATE INDEX tickets_link_message ON tickets_link (message);
CREATE INDEX tickets_reader_expires ON tickets_reader (expires, conversation) WHERE expires > 0;
