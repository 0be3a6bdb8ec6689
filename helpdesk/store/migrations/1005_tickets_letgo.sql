-- What is erased is found by its message.
CREATE INDEX tickets_hidden_message ON tickets_hidden (message);
