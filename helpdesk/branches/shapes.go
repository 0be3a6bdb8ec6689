package branches

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk"
)

// Status says in a word how a hand-on stands: "branch.status." and it in the
// catalogues.
type Status string

// The states a volunteer sees.
const (
	Received Status = "received" // told, nobody has answered yet
	Answered Status = "answered" // the person, or the branch for them, was answered
	Waiting  Status = "waiting"  // they said something since, and wait for us
	Ended    Status = "ended"
)

// Ending is how it ended, as far as the person allowed.
type Ending string

// The endings; EndUnsaid where the person did not wish to tell.
const (
	EndUnsaid  Ending = ""
	EndHelped  Ending = "helped"
	EndPartly  Ending = "partly"
	EndOther   Ending = "elsewhere" // somebody else helps now
	EndNotNow  Ending = "not_now"   // they do not wish it any more
	EndNoReach Ending = "no_reach"  // we did not reach them
)

// Endings lists them in the order of the form.
var Endings = []Ending{EndUnsaid, EndHelped, EndPartly, EndOther, EndNotNow, EndNoReach}

// Followed is one hand-on in a volunteer's list.
type Followed struct {
	ID     helpdesk.ID
	Ending string // the card's last four digits; "" where no card was given
	Need   Need
	Urgent bool
	Told   time.Time
	Due    time.Time // answered by the end of this day
	First  time.Time // when we first answered; zero for not yet
	Status Status
	Ended  Ending
	New    bool      // something was said to the branch that none of this account has opened
	Mine   bool      // this account handed it on
	Tasks  []Task    // those open, the nearest day first
	Until  time.Time // the branch reads it until then at the latest
	// Over: the person stopped it, or its time has passed. Only ID and Told stand.
	Over bool
}

// LogValue keeps it out of logs.
func (Followed) LogValue() slog.Value { return sealedValue }

// Word is something said in a thread.
type Word struct {
	ID       helpdesk.ID
	Ours     bool        // a counsellor said it
	Author   helpdesk.ID // staff's id; Staff.Names knows the name
	WroteFor bool        // the volunteer typed for the person beside them
	At       time.Time
	Text     string
}

// LogValue keeps it out of logs.
func (Word) LogValue() slog.Value { return sealedValue }

// TaskKind is what a branch is asked to do, or asks us to do.
type TaskKind string

// The kinds. Authority goes the other way: the branch asks the organisation to
// take a contact with an authority over.
const (
	Accompany TaskKind = "accompany"
	Fetch     TaskKind = "fetch"
	Bring     TaskKind = "bring"
	Authority TaskKind = "authority"
)

// TaskKinds are those a branch is asked for.
var TaskKinds = []TaskKind{Accompany, Fetch, Bring}

// TaskState is how far a task has come.
type TaskState string

// The states of a task.
const (
	TaskOpen   TaskState = "open"
	TaskTaken  TaskState = "taken"  // a volunteer said yes
	TaskDone   TaskState = "done"   //
	TaskCannot TaskState = "cannot" // nobody can
)

// Task is one thing to be done for the person.
type Task struct {
	ID    helpdesk.ID
	Kind  TaskKind
	State TaskState
	Day   string // 2006-01-02; "" for none
	At    string // 15:04; "" for none
	Words string
	By    helpdesk.ID // who took it, or did it
	Made  time.Time
}

// LogValue keeps it out of logs.
func (Task) LogValue() slog.Value { return sealedValue }

// Thread is a hand-on as its branch reads it.
type Thread struct {
	Followed
	Words []Word
	All   []Task // open or not, the oldest first
}

// LogValue keeps it out of logs.
func (Thread) LogValue() slog.Value { return sealedValue }

// Seen is what stands on a ticket about its branch: exactly what the branch sees.
type Seen struct {
	ID     helpdesk.ID // of the thread
	Org    helpdesk.ID
	By     helpdesk.ID // the volunteer
	Kind   ReceiptKind
	HandOn HandOn
	Ending string // of the card
	Reads  bool   // the branch reads it now
	Until  time.Time
	Told   time.Time
	Due    time.Time
	First  time.Time
	// Took is the time from the need noticed to our first answer; zero while there
	// is none.
	Took   time.Duration
	Status Status
	Ended  Ending
	Words  []Word
	Tasks  []Task
}

// LogValue keeps it out of logs.
func (Seen) LogValue() slog.Value { return sealedValue }

// Card is a card in a branch's list: its ending, and no more of its code.
type Card struct {
	ID     helpdesk.ID
	Ending string
	Made   time.Time
	Until  time.Time // unused, it opens nothing from then on
	State  CardState
}

// CardState is what became of a card.
type CardState string

// The states of a card.
const (
	CardFree    CardState = "free"    // printed, and not used yet
	CardGiven   CardState = "given"   // somebody was handed on with it
	CardUsed    CardState = "used"    // its code was used, and is another by now
	CardExpired CardState = "expired" // it opens nothing any more
)

// CardToPrint is a new card. It is shown once, to be printed.
type CardToPrint struct {
	ID     helpdesk.ID
	Code   string // twenty digits; see people.Groups
	Ending string
	Until  time.Time
}

// LogValue keeps the code out of logs.
func (CardToPrint) LogValue() slog.Value { return sealedValue }

// Talk is a conversation between a branch and the counsellors that is about
// nobody by name: a consultation, or the standing one.
type Talk struct {
	ID      helpdesk.ID
	Org     helpdesk.ID
	By      helpdesk.ID // the volunteer who began it; "" where that does not open
	Urgent  bool
	Begun   time.Time
	Changed time.Time
	Due     time.Time // an answer, while one is due
	State   TalkState
	Words   []Word // empty in lists, but for the first
}

// LogValue keeps it out of logs.
func (Talk) LogValue() slog.Value { return sealedValue }

// TalkState is whose turn it is.
type TalkState string

// The states of a talk.
const (
	TalkWaits    TalkState = "waits"    // for a counsellor
	TalkAnswered TalkState = "answered" // by one
	TalkClosed   TalkState = "closed"
)

// Playbook is what was learned from a consultation, for all branches.
type Playbook struct {
	ID      helpdesk.ID
	Title   string
	Text    string
	Version int64
	By      helpdesk.ID
	At      time.Time
}

// LogValue keeps it out of logs until it is published by a page.
func (Playbook) LogValue() slog.Value { return sealedValue }

// Named is the counsellor who stands beside a branch.
type Named struct {
	User helpdesk.ID
	Name string
	Days []time.Weekday // Monday first; none for any
}

// Beside is a branch as the counsellors see it.
type Beside struct {
	Org    helpdesk.ID
	Named  Named     // zero for nobody
	Last   time.Time // the branch's last deed of any kind; zero for never
	Silent bool      // for so long that somebody should write a friendly word
	Open   int       // hand-ons that have not ended
	Loads  []Load
}

// Load is how much one volunteer carries: numbers, so that somebody asks how
// they are.
type Load struct {
	User     helpdesk.ID
	Open     int // hand-ons of theirs that have not ended
	Tasks    int // tasks they took and have not done
	Month    int // hand-ons in the last 30 days
	Debriefs int // times they asked to talk in the last 90 days
}

// Debrief is a volunteer who asks to talk.
type Debrief struct {
	ID    helpdesk.ID
	Org   helpdesk.ID
	By    helpdesk.ID
	When  string // tickets.DebriefNow and so on
	Words string
	At    time.Time
	Taker helpdesk.ID // "" while nobody promised
}

// LogValue keeps it out of logs.
func (Debrief) LogValue() slog.Value { return sealedValue }

// Linked is another hand-on that is about the same person.
type Linked struct {
	Ticket helpdesk.ID
	Number int64
	By     helpdesk.ID
	At     time.Time
}
