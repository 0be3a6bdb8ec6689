package post

import "returnsupport/helpdesk"

// A letter joins a conversation when it names a message of that conversation
// (our reply address or Message-ID, or the Message-ID of an earlier letter)
// and comes from an address which that message was given to or came from.
// Never by its subject, never by its address alone: a stranger must not land
// in somebody's ticket, and one address may write for many persons.

// kind is how a Message-ID is known to a conversation.
type kind int

const (
	own    kind = 1 // we sent it: the id is random and was told to the recipients alone
	seen   kind = 2 // it came in
	wanted kind = 3 // a letter referred to it, and it has not come yet
)

// party is the part an address plays in the letter at hand.
type party int

const (
	nobody  party = iota
	from          // the sender
	replyTo       // where answers are asked to go, when that is another address
	given         // another recipient
)

// ref is one id a letter names, or its own.
type ref struct {
	id    string // Message-ID without <>
	token bool   // named by our reply address
	self  bool   // the letter's own Message-ID
}

// known is one thing the house knows about one of the refs.
type known struct {
	ref          int // index into the letter's refs
	who          party
	conversation helpdesk.ID
	team         helpdesk.ID // whose mailbox the message went through
	kind         kind
	at           int64 // when it became known, microseconds
}

// sender is what the decision needs to know about who sent the letter.
type sender struct {
	proof        proof
	otherReplyTo bool // answers are asked to another address than From
}

// verdict is where a letter belongs. Both empty: a new matter.
type verdict struct {
	join  helpdesk.ID // the conversation it joins
	claim helpdesk.ID // the conversation it says it belongs to, not believed
}

// decide applies the law above. refs are in order of strength; facts hold
// rows for any of the letter's addresses, strangers' rows with who nobody.
//
// Where an id is known in several conversations (a program that uses one
// Message-ID again and again; a letter to two teams), those of the mailbox's
// own team come first, then the stronger ref, then the newest.
func decide(refs []ref, facts []known, team helpdesk.ID, s sender) verdict {
	var best, hint *known
	for i := range facts {
		k := &facts[i]
		if !speaks(refs[k.ref], *k) {
			if hints(refs[k.ref], *k) && better(k, hint, team) {
				hint = k
			}
			continue
		}
		if s.otherReplyTo && !answersKnown(facts, k.conversation) {
			if better(k, hint, team) {
				hint = k
			}
			continue
		}
		if better(k, best, team) {
			best = k
		}
	}
	switch {
	case best != nil && s.proof != disproven:
		return verdict{join: best.conversation}
	case best != nil:
		return verdict{claim: best.conversation}
	case hint != nil:
		return verdict{claim: hint.conversation}
	}
	return verdict{}
}

// speaks: does this row let the letter in?
func speaks(r ref, k known) bool {
	if r.self {
		// The parent that came after its reply. The reply's sender must have
		// been given the parent, else a stranger could name a letter that is
		// still on its way and draw it into a ticket of his own.
		return k.kind == wanted && (k.who == from || k.who == given)
	}
	return k.who == from
}

// hints: may this row be shown as "says it belongs to"? Only what can't be
// guessed or met by chance.
func hints(r ref, k known) bool {
	return !r.self && (r.token || k.kind == own || k.kind == seen)
}

// answersKnown: does the conversation know the Reply-To address too?
func answersKnown(facts []known, conversation helpdesk.ID) bool {
	for _, k := range facts {
		if k.who == replyTo && k.conversation == conversation {
			return true
		}
	}
	return false
}

func better(k, than *known, team helpdesk.ID) bool {
	switch {
	case than == nil:
		return true
	case (k.team == team) != (than.team == team):
		return k.team == team
	case k.ref != than.ref:
		return k.ref < than.ref
	case k.at != than.at:
		return k.at > than.at
	}
	return k.conversation < than.conversation // any fixed order will do
}
