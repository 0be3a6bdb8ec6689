-- Counts what was laid beside a conversation's messages and taken away again:
-- 0 costs a talk no look at translations, another number brings one.
ALTER TABLE tickets_conversation ADD COLUMN translated BIGINT NOT NULL DEFAULT 0;
UPDATE tickets_conversation SET translated = (SELECT COUNT(*) FROM tickets_translation x WHERE x.conversation = tickets_conversation.id);
