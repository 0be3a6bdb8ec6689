package consent

import (
	"slices"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/referrals"
)

// The words of consents, for pages: what each means stands where it is defined.
type (
	State       = grants.State
	Age         = grants.Age
	Role        = grants.Role
	Method      = grants.Method
	Interpreter = grants.Interpreter
	Recipient   = grants.Recipient
	Item        = grants.Item
	Terms       = grants.Consent // what somebody is asked
	Said        = grants.Answer  // what they said
	Scan        = grants.Scan
	Purpose     = grants.Purpose
	Use         = grants.Use
	Reason      = grants.Reason
)

// The states a consent may stand in.
const (
	Requested   = grants.Requested
	Given       = grants.Given
	Renewed     = grants.Renewed
	Refused     = grants.Refused
	Deferred    = grants.Deferred
	Withdrawn   = grants.Withdrawn
	Expired     = grants.Expired
	Revoked     = grants.Revoked
	Invalidated = grants.Invalidated
)

// The age bands.
const (
	Under13 = grants.Under13
	Under18 = grants.Under18
	Adult   = grants.Adult
)

// The roles of who answers.
const (
	Self           = grants.Self
	Guardian       = grants.Guardian
	Representative = grants.Representative
	Conflict       = grants.Conflict
)

// The methods.
const (
	Web      = grants.Web
	Chat     = grants.Chat
	MailLink = grants.MailLink
	Together = grants.Together
	Phone    = grants.Phone
	Visit    = grants.Visit
	Paper    = grants.Paper
	Told     = grants.Told
)

// The kinds of interpreter.
const (
	NoInterpreter = grants.NoInterpreter
	Professional  = grants.Professional
	Volunteer     = grants.Volunteer
	Bilingual     = grants.Bilingual
	Machine       = grants.Machine
	ChildSpoke    = grants.ChildSpoke
	RelativeSpoke = grants.RelativeSpoke
)

// The purposes' codes.
const (
	Refer     = grants.Refer
	Share     = grants.Share
	Authority = grants.Authority
	Origin    = grants.Origin
	FollowUp  = grants.FollowUp

	BranchSupport = grants.BranchSupport
)

// Purposes are those in force that a counsellor may ask for.
func Purposes() []Purpose {
	return slices.DeleteFunc(slices.Clone(grants.Purposes), func(p Purpose) bool { return p.Code == BranchSupport })
}

// EveryPurpose is what any yes here may be for, whoever asks.
func EveryPurpose() []Purpose { return slices.Clone(grants.Purposes) }

// The words of referrals, for pages.
type (
	ReferralState = referrals.State
	Priority      = referrals.Priority
)

// The states a referral may stand in.
const (
	ReferralDraft     = referrals.Draft
	ReferralAwaiting  = referrals.Awaiting
	ReferralReady     = referrals.Ready
	ReferralSent      = referrals.Sent
	ReferralOverdue   = referrals.Overdue
	ReferralAccepted  = referrals.Accepted
	ReferralReturned  = referrals.Returned
	ReferralDone      = referrals.Done
	ReferralClosed    = referrals.Closed
	ReferralLapsed    = referrals.Lapsed
	ReferralRevoked   = referrals.Revoked
	ReferralCancelled = referrals.Cancelled
)

// The priorities: an answer within 14 days, 72 hours, 24 hours, of the
// recipient's working days.
const (
	PriorityNormal    = referrals.Normal
	PriorityUrgent    = referrals.Urgent
	PriorityEmergency = referrals.Emergency
)
