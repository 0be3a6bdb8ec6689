-- What a person reads, asked with each of their pages, and what is new outside,
-- asked with every turn of the watch.
CREATE INDEX referrals_key_person ON referrals_key (reader) WHERE kind = 'person';
CREATE INDEX referrals_word_partner ON referrals_word (at) WHERE side = 'partner';
CREATE INDEX referrals_referral_ended ON referrals_referral (turned) WHERE state IN ('returned', 'done');
