-- What came back lately: looked for every few minutes, and on each owner's page.
CREATE INDEX referrals_referral_returned ON referrals_referral (turned, owner) WHERE state = 'returned';
