package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// The verbs this room writes itself.
const (
	VerbOpened = "conversation.opened"
	VerbRead   = "journal.read" // the book itself; Object is whose lines, or of what
	VerbAlarm  = "alarm."       // and the alarm's code
)

// quarter is how long one line stands for all openings by one session, and for
// all repetitions of one alarm.
const quarter = 15 * time.Minute

// maxAlarms bounds what waits in memory while the database is away.
const maxAlarms = 1000

// alarm waits in memory, because it is often raised inside a transaction that
// is about to be given up.
type alarm struct {
	at     time.Time
	code   string
	object helpdesk.ID
}

// once makes the unique mark of one line a quarter of an hour.
func once(at time.Time, parts ...string) []byte {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	binary.BigEndian.PutUint64(n[:], uint64(at.UnixMicro()/quarter.Microseconds()))
	h.Write(n[:])
	return h.Sum(nil)
}

// Opened notes that a session opened a conversation: one line for each
// conversation, session and quarter of an hour.
func (b *Book) Opened(ctx context.Context, session, actor, conversation helpdesk.ID) error {
	return b.Noted(ctx, session, actor, VerbOpened, conversation)
}

// Alarm tells the operator that a row is not ours or stepped back: a line in
// the log at once, and one entry a quarter of an hour for the same code and
// object. The code is a constant, the object an id; both may be logged. It
// writes nothing itself, so it may be called inside a transaction; the chainer
// writes the entry.
func (b *Book) Alarm(ctx context.Context, code string, object helpdesk.ID) {
	b.log.ErrorContext(ctx, "alarm", "code", code, "object", string(object))
	b.mu.Lock()
	defer b.mu.Unlock()
	a := alarm{at: b.now(), code: code, object: object}
	for _, known := range b.alarms {
		if known.code == code && known.object == object {
			return
		}
	}
	if len(b.alarms) == maxAlarms {
		b.lost++
		return
	}
	b.alarms = append(b.alarms, a)
}

// writeAlarms moves what waits in memory into the book.
func (b *Book) writeAlarms(ctx context.Context) error {
	b.mu.Lock()
	waiting := b.alarms
	if b.lost > 0 {
		b.log.ErrorContext(ctx, "alarms beyond the bound were logged alone", "lost", b.lost)
		b.lost = 0
	}
	b.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	err := b.db.Write(ctx, "note alarms", func(tx *store.Tx) error {
		for _, a := range waiting {
			e := Entry{At: a.at, Verb: VerbAlarm + a.code, Object: a.object}
			if _, err := b.insert(ctx, tx, e, once(a.at, e.Verb, string(a.object))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.alarms = b.alarms[len(waiting):] // others may have come meanwhile
	b.mu.Unlock()
	return nil
}
