-- When who is on call was last told: several in need are one mail, for whoever
-- signs in sees them all.
CREATE TABLE chat_oncall (one BIGINT PRIMARY KEY, at BIGINT NOT NULL);
INSERT INTO chat_oncall (one, at) VALUES (1, 0);
