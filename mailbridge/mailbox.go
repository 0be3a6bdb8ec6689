// Package mailbridge collects letters over IMAP and delivers them over SMTP,
// reconnecting and retrying, whatever the servers do.
//
// Never: a ticket, or anything else of the house. The bridge hands over bytes
// and a bookmark and knows nothing of what becomes of them.
package mailbridge

import (
	"context"
	"log/slog"
	"time"
)

// Mailbox is one IMAP folder to collect. It is comparable: Collector.Set
// restarts exactly the mailboxes whose value changed.
type Mailbox struct {
	ID     string // opaque, from the house; the only name that reaches logs
	IMAP   Server
	Folder string // empty means INBOX
	After  After
	// Since limits the first connection alone: zero collects every mail,
	// otherwise only those with INTERNALDATE on or after it. Once the mailbox
	// has a bookmark, no date is ever looked at again.
	Since time.Time
	// Largest is the size in bytes up to which a mail is fetched whole; of a larger
	// one the header alone is. Zero means 25 MiB.
	Largest int64
}

func (m Mailbox) folder() string {
	if m.Folder == "" {
		return "INBOX"
	}
	return m.Folder
}

// LogValue shows the id alone: address and user name belong to settings.
func (m Mailbox) LogValue() slog.Value { return slog.StringValue(m.ID) }

// Mark is the bookmark in a folder: every mail up to UID is collected, as
// long as the folder keeps its UIDVALIDITY (RFC 3501 section 2.3.1.1).
// The zero Mark means: never collected.
type Mark struct{ UIDValidity, UID uint32 }

// Arrival is one mail as it lay in the folder.
type Arrival struct {
	Mark     Mark
	Raw      []byte    // RFC 5322 bytes as the server gave them; at most the header when not Whole
	Internal time.Time // INTERNALDATE: when the server got it
	Size     int64     // bytes on the server
	TooLarge bool      // more than Mailbox.Largest
	Withheld bool      // the server lists it and did not hand it out for an hour
	Ahead    bool      // older ones still wait: the bookmark stays where it is
}

// Whole tells whether all of the mail is here. Of another the rest stays on the
// server, and After is not applied.
func (a Arrival) Whole() bool { return !a.TooLarge && !a.Withheld }

// LogValue keeps the letter out of logs.
func (a Arrival) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Receiver is what takes letters in. The Collector calls it for one mailbox
// from one goroutine at a time, for several mailboxes at once.
type Receiver interface {
	// Bookmark answers the Mark of the last committed Receive (or Begin) that
	// was not Ahead; the zero Mark when there is none.
	Bookmark(ctx context.Context, mailbox string) (Mark, error)
	// Receive answers nil when the letter and its Mark are committed, or were
	// before; only then is After applied and the next letter handed over.
	// Any error hands the same letter over again later. A letter may also come
	// again behind the bookmark, before After removes it; the bookmark then
	// stays, as it does for one that comes Ahead. The letter is not used by the
	// Collector afterwards.
	Receive(ctx context.Context, mailbox string, a Arrival) error
	// Gap says that the folder's UIDVALIDITY changed: every mail in it will be
	// offered again under new Marks, and the receiver recognises by content
	// those it knows.
	Gap(ctx context.Context, mailbox string, old, now uint32) error
}

// Beginner is a Receiver that also stores a bookmark no Receive could move to:
// the place where the first connection begins, so that a restart does not apply
// Since a second time, and the end of a backlog whose young letters came Ahead.
type Beginner interface {
	Begin(ctx context.Context, mailbox string, at Mark) error
}

// Rememberer is a Receiver that can tell which mails it received whole. Only
// with one is a mail that carries \Deleted ever removed, because a connection
// was lost between that flag and its EXPUNGE: what somebody else flagged before
// it was received is theirs to take back.
type Rememberer interface {
	// Received answers the UIDs from one to another, both included, of mails
	// received whole under this UIDVALIDITY, in any order.
	Received(ctx context.Context, mailbox string, validity, from, to uint32) ([]uint32, error)
}
