package branches

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk"
)

// Reach is how we come to the person.
type Reach string

// The ways. A card was given to them; an address or a number is safe; or the
// branch carries what we say.
const (
	ReachCard   Reach = "card"
	ReachMail   Reach = "safemail"
	ReachPhone  Reach = "phone"
	ReachBranch Reach = "branch"
)

// Reaches lists them in the order of the page.
var Reaches = []Reach{ReachCard, ReachMail, ReachPhone, ReachBranch}

// Need is what the person needs most, one tap: "branch.need." and it in the
// catalogues.
type Need string

// The needs. A wide range is welcome.
const (
	NeedDecision Need = "decision"  // to understand a decision, or appeal
	NeedReturn   Need = "returning" // to think about return, or prepare it
	NeedLeaveDay Need = "leave_day" // a day to leave or to report comes near
	NeedDetained Need = "detained"
	NeedChild    Need = "child" // a child is concerned
	NeedHealth   Need = "health"
	NeedDaily    Need = "daily" // roof, food, clothes, money
	NeedTalk     Need = "talk"  // hopelessness; somebody to talk with
	NeedOther    Need = "other"
)

// Needs lists them in the order of the page.
var Needs = []Need{NeedDecision, NeedReturn, NeedLeaveDay, NeedDetained, NeedChild, NeedHealth, NeedDaily, NeedTalk, NeedOther}

// HandOn is five taps, and with net a line.
type HandOn struct {
	Client   string    `json:"client"` // 16 to 64 characters drawn on the phone: sent twice it is one hand-on
	Knows    bool      `json:"knows"`  // the person knows of this and wants it
	Urgent   bool      `json:"urgent,omitempty"`
	Language string    `json:"language"` // theirs, a tag such as prs
	Reach    Reach     `json:"reach"`
	Card     string    `json:"card,omitempty"`  // with ReachCard: the last four digits or the whole code, in any script's digits
	Where    string    `json:"where,omitempty"` // with ReachMail and ReachPhone; only with net, never left on a phone
	From     int       `json:"from,omitempty"`  // the safe hours of their day, [From, To); alike for any hour
	To       int       `json:"to,omitempty"`
	Need     Need      `json:"need"`
	Line     string    `json:"line,omitempty"`   // typed or spoken, at most LineMost characters; only with net
	Noticed  time.Time `json:"noticed,omitzero"` // when the need was noticed; now when zero, at most 72 hours ago
}

// LineMost is how many characters a line may have.
const LineMost = 1000

// LogValue keeps it out of logs.
func (HandOn) LogValue() slog.Value { return sealedValue }

// ReceiptKind says what became of a hand-on.
type ReceiptKind string

// What a hand-on becomes. Without the person's yes it is a consultation without
// names, or in danger an emergency whose exception is recorded.
const (
	HandedOn     ReceiptKind = "handon"
	Consultation ReceiptKind = "consultation"
	EmergencyNow ReceiptKind = "emergency"
)

// Receipt is what the volunteer is told.
type Receipt struct {
	ID   helpdesk.ID // of the thread to follow; for an emergency and a consultation that of the consultation
	Kind ReceiptKind
	// Due is the last instant of the working day by whose end it is answered.
	Due   time.Time
	Twice bool // it had come before, and nothing was done again
}

// PhoneKey is what a phone without net seals to: RFC 9180 base mode with
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, no additional data; the
// info is "rs1 hand on" and, behind a zero byte, the key's ID.
type PhoneKey struct {
	ID     helpdesk.ID
	Public []byte    // 65 bytes, uncompressed (SEC 1)
	Until  time.Time // what was sealed to it opens until then, at most 72 hours
}

// Sealed is what waited on a phone: the JSON of a HandOn without Where and Line.
type Sealed struct {
	Key  helpdesk.ID // PhoneKey.ID
	Blob []byte      // the encapsulated key (65 bytes) and the ciphertext
}

// LogValue keeps it out of logs.
func (Sealed) LogValue() slog.Value { return sealedValue }
