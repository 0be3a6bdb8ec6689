package tickets

// State is where a ticket stands.
type State string

const (
	StateOpen    State = "open"    // waits for us
	StateWaiting State = "waiting" // answered: waits for the person
	StateClosed  State = "closed"
	StateJoined  State = "joined" // shown in the ticket it was joined into
	// StateErasing: the person asked for its erasure. It stands in no queue and
	// nobody of the house can read it.
	StateErasing State = "erasing"
)

// Kind is what a message is.
type Kind string

const (
	KindLetter Kind = "letter" // mail from outside
	KindAnswer Kind = "answer" // what we sent
	KindChat   Kind = "chat"   // said in a talk, by either side
	KindNote   Kind = "note"   // for colleagues; lies in a conversation of its own
	KindCall   Kind = "call"   // a talk by phone or face to face, noted for colleagues; lies with the notes
	KindSystem Kind = "system" // a fact with a key and arguments, no sentence
)

// Direction is which way a message went. In makes a ticket wait for us and
// opens a closed one, Out makes it wait for the person, Inside changes neither,
// and a person never sees it. A system message that goes Out is a fact for both
// sides, such as that a talk has ended: it changes neither, too. One that comes
// In is for us alone, such as that a mail did not arrive.
type Direction string

const (
	In     Direction = "in"
	Out    Direction = "out"
	Inside Direction = "inside"
)

// Queue is one of the lists a counsellor works from.
type Queue string

const (
	QueueUnassigned Queue = "unassigned" // open, nobody's
	QueueMine       Queue = "mine"       // mine and not closed
	QueueTeam       Queue = "team"       // everybody's and not closed
	QueueWaiting    Queue = "waiting"    // waiting for us
	QueueAnswered   Queue = "answered"   // waiting for the person
	QueueDue        Queue = "due"        // due today and not closed
	QueueLate       Queue = "late"       // due before today and not closed, longest first
	QueueDetained   Queue = "detained"   // who writes from detention; known when opened
	QueueChildren   Queue = "children"   // as detained
	QueueClosed     Queue = "closed"     // newest first
)

// Conversation kinds, reader kinds and wrap forms, as they stand in rows.
const (
	personConversation = "person"
	notesConversation  = "notes"

	// As vault.OwnerKind spells them.
	teamReader   = "team"
	personReader = "person"
	userReader   = "user"

	formOwn     = "own"
	formBlind   = "blind"
	formSettled = "settled"

	messageKept      = "kept"
	messageWithdrawn = "withdrawn"
	messageErased    = "erased"
)

// MaxPriority is a ticket where something is lost if it is missed: an appeal's
// last day, a child, a handover to the police.
const MaxPriority = 3

// Keys of system messages this room writes itself.
const (
	SystemGiven    = "ticket.given"    // args: team before, team after
	SystemTeam     = "ticket.team"     // for the person, too: others of us read and answer here now
	SystemJoined   = "ticket.joined"   // args: number of the ticket joined in
	SystemUnjoined = "ticket.unjoined" // args: number of the ticket taken out
	SystemLent     = "ticket.lent"     // args: user who may read it now
	SystemEnded    = "ticket.ended"    // args: user who may not any more
	SystemLeft     = "ticket.left"     // the person left quickly: don't write first by another way
	SystemCame     = "ticket.came"     // the person reads it here from now on
	SystemSplit    = "ticket.split"    // it concerns somebody else than we thought
	SystemUnsplit  = "ticket.unsplit"  // it concerns whom we thought after all
	SystemCalled   = "ticket.called"   // it began by phone or face to face; args: phone or visit
	SystemMoved    = "ticket.moved"    // the person writes from another address now
	SystemKnocked  = "ticket.knocked"  // somebody else opened an answer by a link, and waits for a yes
)
